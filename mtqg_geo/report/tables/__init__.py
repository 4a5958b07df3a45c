"""Printed tables: `table` lays them out over pages, `progress` and `communes` fill it.

The lists of the atlas, and that of a map's communes (`listing`), are a `block` in a part of a page.
`printed` says which communes stand in what has many pages. The HTML report takes the table of
`communes`.
"""
