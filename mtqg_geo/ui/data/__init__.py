"""The page of what is loaded.

======================  ==========================================================================
`page`                  boundaries, joins, findings, targets, catalogue
`boundary_upload`       a commune layer is checked, decided on, installed, put in use
`boundary_findings`     what the check found, and the decisions it leaves to a person
======================  ==========================================================================
"""
