"""Which unit a row means: a code and a name may have been another unit's before July 2025.

==========  ======================================================================================
`register`  the communes of one time, to be found by code or name
`meanings`  what a code and a name mean in a period, over all times
`places`    the commune of every row of a table, and what has to be asked
`shapes`    the ground of a unit in the time a row speaks of
==========  ======================================================================================
"""
