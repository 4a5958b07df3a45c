"""What is served beside the pages.

======================  ==========================================================================
`routes`                geometry and assets of the map, kept by browsers for good
`scripts`               scripts of our own components, kept for good
`lists`                 what can be found by typing, kept by browsers too
`downloads`             layers as files, by address
`middleware`            what surrounds every answer: policy, unknown pages, compression
======================  ==========================================================================
"""
