"""The sheet of paper: size, lettering, margins, captions, imprint. Everything printed draws on it.

===============  =================================================================================
`lettering`      how wide a text is, where it breaks, how its lines come into a PDF
`sheet`          one page drawn in millimetres; pages as PDF and PNG
`captions`       the words around a map or table: what, where, when, from which source
`office`         letterhead and signature of who issues it
`page`           title block, notices, key figures, foot
===============  =================================================================================
"""
