"""The printed map. The Word report takes `page.map_picture`, the atlas draws from the parts.

===============  =================================================================================
`plane`          the layers in metres, in the province's zone of VN-2000
`window`         where they stand on the sheet, at which round scale
`drawing`        communes, districts, roads and sites in the order of the screen
`graticule`      grid, frame, scale bar, north
`labels`         names inside their units, clear of everything else
`marks`          works as symbols, dots or a bar per commune, by how crowded the sheet would be
`legend`         keys flowing through columns
`page`           all of it on a sheet, arranged so that the map is largest
===============  =================================================================================
"""
