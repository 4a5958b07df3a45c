"""The page of the map, drawn from `mtqg_geo.maps.view`.

======================  ==========================================================================
`page`                  the places of the page, what stands in them, its key figures
`title`                 the indicator as title, and a sentence about it
`chips`                 what is filtered, one click each
`frame`                 the map itself: a constant base, and the classes that change
`time_slider`           the quarters of the year, one after the other
`legend`                what the colours and symbols say
`display`, `works`      how it is painted, and which works are on it
`drawer`                what is open beside it, over the legend
`profile`               in the drawer: one commune, and what it came from or became
`work_card`             in the drawer: one site or road
`table`                 the same values, exact, the worst first
======================  ==========================================================================
"""
