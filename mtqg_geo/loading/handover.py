"""How a child process hands over the cells it read, and how many of them it may."""

from __future__ import annotations

MOST_ROWS, MOST_COLUMNS = 200_000, 500  # of a sheet; a CSV file may have more rows
# How the columns of a table that is handed over begin: texts, what was stored as a number, what
# has a percent format.
TEXT, STORED_NUMBER, STORED_PERCENT = "t", "n", "p"
