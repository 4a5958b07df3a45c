"""Printed tables: `table` lays them out over pages, `progress` and `communes` fill it.

The atlas uses `table` for its lists, the HTML report the table of `communes`.
"""
