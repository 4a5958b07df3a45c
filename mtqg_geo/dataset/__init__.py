"""Everything loaded, joined with boundaries, on the units of either vintage."""
