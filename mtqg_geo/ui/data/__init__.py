"""The page of what is loaded.

======================  ==========================================================================
`page`                  boundaries, joins, findings, targets, catalogue
`boundary_upload`       a commune layer checked, decided upon and installed
`record`                the log: who did what, when
======================  ==========================================================================
"""
