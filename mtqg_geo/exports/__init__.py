"""Files for GIS and Excel: layers exactly as filtered, each with where its figures come from.

Others take `FORMATS`, `FileOptions` and `parse_crs` (`formats`), `file_bytes` and `file_name`
(`files`).

==============  ===================================================================================
`formats`       the kinds of file, and what each can hold; cheap to import
`columns`       the columns beside those of the map: figures and their states, codes, parts, regions
`districts`     the former districts, their communes put together
`packages`      CSV that says what its columns hold, alone and as a data package
`workbook`      the layers in Excel, in words and rounded as on screen
`files`         the layers, the note each file carries, and the file of any format
`gis_files`     GeoPackage, Shapefile, FlatGeobuf, GeoParquet: the same layers, the same bytes
`qgis_styles`   the look of the map in QGIS
`features`      a layer as features, for a service that gives them page by page
`record`        the log as CSV and in Excel
==============  ===================================================================================
"""
