"""Workbooks handed out.

=============  ===================================================================================
`spreadsheet`  cells whose texts never act, styles, and files that are equal byte for byte
`templates`    what planners fill in: communes, choices, checks on typing; `guide` explains it
`marked`       a file that came in, its wrong cells coloured and listed
`everything`   all that is loaded, to be loaded again
=============  ===================================================================================
"""
