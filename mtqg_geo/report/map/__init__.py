"""The printed map. The Word report takes `page.map_picture`, the atlas draws from the parts.

===============  =================================================================================
`plane`          the layers in metres, in the province's zone of VN-2000
`window`         where they stand on the sheet, at which round scale
`drawing`        communes, districts, roads and sites in the order of the screen
`graticule`      grid, frame, scale bar, north
`labels`         names where they stand clear of everything else
`legend`         keys flowing through columns
`page`           all of it on a sheet, arranged so that the map is largest
===============  =================================================================================
"""
