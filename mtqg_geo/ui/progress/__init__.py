"""The page of progress, drawn from `mtqg_geo.progress.view`.

======================  ==========================================================================
`page`                  the page, and the quarter it is measured at
`plan`                  every target, and the ladder of capital
`ranking`, `charts`     one indicator in depth; its course as a chart
`difficult`             especially difficult communes
`cells`                 what stands in cells: bars, signs, tiny lines, links to the map
======================  ==========================================================================
"""
