"""The page of sites and roads.

======================  ==========================================================================
`page`                  counts beside a small map, kilometres by district and surface
`lists`                 every site and road, each with its way to the map
======================  ==========================================================================
"""
