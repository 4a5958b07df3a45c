"""What is served beside the pages.

======================  ==========================================================================
`routes`                geometry and assets of the map, kept by browsers for good
`scripts`               scripts of our own components, kept for good
`lists`                 what can be found by typing, kept by browsers too
`downloads`             layers as files, by address
`ogc`                   the same rows as live layers, for QGIS and its kind
`heavy`                 which files wait for their turn, and who makes them
`files`                 where a page asks for them
`connections`           which connections are closed: half requests, too many; open files
`base_address`          the address readers know the pages by, also below a path
`hosts`                 whose requests are answered: by which name, from which pages
`gate`                  who is let in; `visitor`: by which cookie or token
`sign_in`               the page to sign in on; `identity_provider`: the office's own
`limits`                how often somebody may try, send and take away
`place`                 which proxies are believed; for whom the server listens
`logs`                  the log as JSON, without what is personal
`policy`                what a browser may do with an answer
`middleware`            Streamlit's page as we send it: in our frame, compressed; unknown pages
`map_frame`             the page of the map's frame, and its script
`uploads`               files that readers send: how much is held at once, when it is freed
`fonts`                 Streamlit's fonts without what no page shows
`health`                whether the server lives and is ready, for programs that watch it
`own_pages`             the frame before the scripts have drawn; what is not there, what failed
`own_words`             the script that words Streamlit's own buttons, and does what a page asks
======================  ==========================================================================
"""
