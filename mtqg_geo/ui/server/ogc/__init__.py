"""OGC API – Features under `/ogc`: the rows of the page as live layers, for QGIS and its kind.

Part 1 (core, GeoJSON, HTML, OpenAPI 3.0), Part 2 (reference systems), Part 5 (schemas). The page's
parameters work on every address: `/ogc?district=220` is the service of one district.

======================  ==========================================================================
`asked`                 what a request asks for: page, box, time, reference system, form
`addresses`             links, by the address under which readers know this server
`walks`                 a layer that is read page by page, of one state of the store
`documents`             what there is: the landing page, the layers, their columns and parameters
`openapi`               the same for programs, as OpenAPI 3.0
`cells`                 numbers, dates and codes of features, as pages write them
`web_page`              any of these documents as a page for people
`routes`                the routes
======================  ==========================================================================
"""
