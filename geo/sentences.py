"""The English sentences of errors that a person meets when a file is read, by code.

An error carries its code and the values of its sentence, so that a product can say the same in
another language; see `geo.errors.GeoError.of`.
"""

SENTENCES = {
    # any file
    "unknown_kind": "{file} is no layer that can be read; give one of {kinds}.",
    "absent": "There is no file {file}; check the name and the folder.",
    "empty": "{file} is empty (0 bytes); export or copy it again.",
    "too_large": "{file} has {megabytes:,} MB; simplify it to at most 500 MB.",
    "other_inside": ("{file} is no {kind} file inside, whatever its name says; export it anew."),
    "unreadable": "{file} cannot be read as a layer; open it in QGIS and save it anew.",
    "no_shapes": "{file} is a table without shapes; export the layer with its geometry.",
    "rows_lost": "Only {count:,} of the {total:,} rows of {file} could be read; export it anew.",
    # archives
    "zip_no_layer": ("{file} holds no layer; zip exactly one, a shapefile with its .shx and .dbf."),
    "zip_in_zip": (
        "{file} holds {count} other archives (first: {example}); give the one with the layer "
        "wanted."
    ),
    "zip_many_files": "{file} holds {count:,} files; leave at most {most}.",
    "zip_too_large": "{file} unpacks to more than 1 GB; split or simplify the layer.",
    "zip_outside": (
        "{file} holds {count} files with names that lead out of the archive (first: {example}); "
        "zip the folder of the layer anew."
    ),
    "zip_same_name": (
        "{file} holds two files of one name ({example}); zip the folder of the layer anew."
    ),
    "zip_damaged": "{file} is a damaged archive; copy it again, or zip the files in it anew.",
    "zip_password": "{file} is protected by a password; zip the layer without one.",
    "zip_method": (
        "{file} is compressed by the method {method}, which cannot be read; zip the layer anew "
        "with the ordinary method (Deflate)."
    ),
    # what people send instead of a layer
    "other_archive": (
        "{file} is a {kind} archive, which cannot be read; unpack it and compress the layer anew "
        "as an ordinary .zip."
    ),
    "drawing": (
        "{file} is a {kind} drawing: it has no columns with codes and names, and mostly names no "
        "reference system; open it in QGIS or the program it was drawn with, export the layer "
        "wanted with its columns as GeoPackage, GeoJSON or zipped shapefile, and give that."
    ),
    "no_data_inside": (
        "{file} is a project or a style of {kind} and holds no data; give the layer itself, as "
        "GeoPackage or zipped shapefile."
    ),
    "folder_alone": (
        "{file} is a folder ({kind}); zip it with all the files in it and give the .zip."
    ),
    "part_alone": (
        "{file} is only one part of a layer ({kind}); zip all the files of that name together and "
        "give the .zip."
    ),
    # shapefiles
    "part_missing": (
        "{file} lacks its {part} file; zip all the files of the layer together and give the .zip, "
        "or save the layer as GeoPackage in QGIS."
    ),
    "no_shapefile": "{file} is no shapefile inside; export the layer as ESRI Shapefile.",
    "cut_short": "{file} is cut short ({count:,} of {total:,} bytes); copy it again.",
    "index_damaged": (
        "The index of {file} (.shx, {count:,} bytes) is damaged; export the layer anew."
    ),
    "parts_differ": (
        "{file} has {shapes:,} shapes but {rows:,} rows in its table; its files do not belong "
        "together: export the layer anew."
    ),
    "shapes_damaged": (
        "{count:,} of the {total:,} shapes of {file} are damaged (first: row {row}); export the "
        "layer anew."
    ),
    "wrong_encoding": (
        "The texts of {file} are not in {encoding}; name the encoding they were saved in."
    ),
    # other formats
    "wrong_format": "{file} is no {kind} inside; export the layer as {kind}.",
    "many_layers": (
        "{file} holds {count} layers ({known}); choose the one wanted from the list, on the "
        "command line with --layer."
    ),
    "no_such_layer": "{file} has no layer {layer}; it has {known}.",
    "computed_tables": (
        "{file} holds {count} computed tables or columns; export the layer wanted to a GeoPackage "
        "of its own."
    ),
    "geojson_number": (
        "{file} has a number that is none ({example}), so it is no GeoJSON; export it anew."
    ),
    "geojson_broken": ("{file} is no GeoJSON inside, or it is cut short; export the layer anew."),
    "geojson_other": ("{file} is no collection of GeoJSON features; export the layer as GeoJSON."),
    "xml_broken": "{file} is no {kind} inside, or it is cut short; save it as {kind} anew.",
    "kml_links": (
        "{file} has no places of its own, only links to others ({example}); open it in Google "
        "Earth, and save what is shown there as KML."
    ),
    "columns_twice": (
        "{file} has {count} columns whose names are there already (first: {example!r}); give each "
        "a name of its own, or export the layer anew."
    ),
    "geojson_twice": (
        "{file} says {example!r} twice of one object, as where a piece is missing; export it anew."
    ),
    "geojson_mixed": (
        "{file} has lists, objects or true and false among the other values of {column} (first: "
        "feature {row}); correct it or export the layer anew."
    ),
    "odd_quotes": (
        "The quotation marks of row {row} of {file} do not match, so that its cells cannot be told "
        "apart; export the layer anew."
    ),
    "no_coordinates": (
        "{file} has a place whose coordinates are no two numbers ({example}); correct it or save "
        "the file anew."
    ),
    "no_rows_or_damaged": (
        "The layer {layer} of {file} has no rows, or its table is damaged; export it anew."
    ),
    "mapinfo_elsewhere": (
        "{file} is a table of MapInfo whose rows stand in other files, on a server or in a "
        "picture; save it in MapInfo as a copy of its own (Save Copy As), and zip all its files."
    ),
    # the process that reads
    "too_slow": (
        "{file} takes more than {seconds:g} seconds to read; simplify or split the layer."
    ),
    "too_much_memory": (
        "{file} needs more than {gigabytes:g} GB of memory to read; simplify or split it."
    ),
    "too_large_once_read": (
        "{file} is too large to keep once it is read; simplify or split the layer."
    ),
    "too_busy": (
        "{file} has waited {seconds:g} seconds because the server is reading other files; try "
        "again in a few minutes."
    ),
    "text_too_long": (
        "{file} has a text of {count:,} characters in column {column} (row {row:,}), the most is "
        "{most:,}; shorten it or leave the column out."
    ),
    "table_damaged": (
        "The table of {file} (.dbf, {count:,} bytes) is damaged: text goes on behind its last row "
        "(byte {total:,}); export the layer anew."
    ),
    "text_damaged": (
        "{file} has texts in column {column} that are damaged; export the layer anew."
    ),
    "crs_no_way": (
        "The reference system stated in {file} ({crs}) is wrong, no longitude and latitude follow "
        "from it; assign it anew in QGIS and export the layer."
    ),
    "rows_lost_between": (
        "Only {count:,} of the {total:,} rows of {file} came through; try again."
    ),
    "drivers_left": (
        "{count} drivers could not be switched off (first: {example}); no file is read until they "
        "are: tell whoever runs this server."
    ),
    # boundary sets
    "no_catalogue": "There is no boundary catalogue {file} in {folder}; put it there.",
    "catalogue_broken": (
        "The boundary catalogue {file} cannot be used ({reason}); correct that entry."
    ),
    "vintage_twice": "The boundary catalogue lists a vintage twice ({vintages}); keep one.",
    "level_absent": "Boundaries {vintage} have no level {level!r}; choose one of {known}.",
    "level_file_absent": (
        "The file {file} of boundaries {vintage} is absent; install the set again."
    ),
    "level_file_altered": (
        "The file {file} of boundaries {vintage} is not the catalogued one (its checksum differs); "
        "install the set again."
    ),
    "parent_missing": (
        "{count:,} of {total:,} units have no {column} (first: row {row}); complete them before "
        "dissolving."
    ),
    "parent_mixed": (
        "{count:,} of {total:,} values of {parent} have more than one {column} (first: {example}); "
        "keep only columns that are the same for all their units."
    ),
}
