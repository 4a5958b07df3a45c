"""Which unit a row of a file means."""
