"""A small toolkit for layers of administrative units, roads and sites on a thematic map.

Nothing here knows a country, a programme or a user interface. Use the modules by name::

    from geo import classify, io, measure

    communes = io.read_layer("communes.zip")
    area_km2 = measure.area_km2(communes.geometry)
    classes = classify.classify(area_km2, scheme="quantiles", k=5)

In reading order:

============  ===================================================================================
`errors`      everything raised on purpose, with `sentences`; `shapes`: arrays of shapes
`crs`         reference systems: present, equal, or refused; `identify`: found from known places
`io`          layers read whole or not at all; `formats`: the kinds of files that hold them
`shapefile`   one of them, and `mapinfo`, `kml` (GPX too); `archive`: zip files, anybody's
`sandbox`     the same for files of strangers, in a child process (`sandbox_child`) that waits its
              turn (`turns`); `memory`: what there is, what is given back; `scratch`: folders
              for a while
`validate`    what is wrong with a layer; `repair`: polygons made to tile their area
`boundaries`  catalogued boundary sets, and larger units dissolved from smaller ones
`measure`     geodesic lengths, areas and distances; `join`: tables joined to units by code
`overlay`     lines and points laid over units; `area_overlay`: one layer of units over another
`inside`      places in an area for what is only known to lie in it
`crosswalk`   what became of units; `restating`, `apportion`: figures carried across
`classify`    values to classes; `palette`: their colours
`display`     layers made ready for the screen; `maps`: the map that keeps them
`geojson`     layers as RFC 7946 GeoJSON; `qml`: styles for QGIS; `formulas`: no cell runs one
`parallel`    one function on many parts, on threads or a cluster; `kept`: a result, worked out once
`jobs`        heavy ones in turn, in children (`jobs_child`); a place in the queue, results kept
============  ===================================================================================

Three promises hold throughout: lengths and areas are geodesic and carry their unit in the name,
missing is never zero, and layers in different reference systems are refused.
"""
