"""Measurements run by hand; each prints the machine and the versions it was run on."""
