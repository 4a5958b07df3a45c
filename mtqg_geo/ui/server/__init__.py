"""What is served beside the pages.

======================  ==========================================================================
`routes`                geometry and assets of the map, kept by browsers for good
`scripts`               scripts of our own components, kept for good
`lists`                 what can be found by typing, kept by browsers too
`downloads`             layers as files, by address
`middleware`            what surrounds every answer: policy, unknown pages, first frame, compression
`fonts`                 Streamlit's fonts without what no page shows
`own_pages`             the frame before the scripts have drawn, the page that is not there
`own_words`             the script that words Streamlit's own buttons and boxes
======================  ==========================================================================
"""
