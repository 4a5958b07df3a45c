"""Everything loaded, joined with boundaries, on the communes or on units put together of them.

Others take `current_dataset` and `Dataset` (`dataset`), `shown_dataset` and `shown_for`
(`vintages`), the words of regions (`regions`), the sets of borders (`boundary_sets`).

==================  ===============================================================================
`tables`            the programme's tables, as delivered or as the store holds them
`boundary_sets`     borders delivered and installed, and which of them are in use
`layers`            units, sites and roads placed on either geography; roads cut at borders
`places`            sites known by their commune alone, and made-up roads, placed in it
`findings`          what is odd in boundaries, sites and roads
`regions`           regions I to III of communes, and of units of which parts are in several
`restated_rows`     observations given to parts of former units, and put together by unit
`dataset`           the `Dataset` of a page, the `Restatement` behind later units, and its loading
`capital`           data of which money of some sources and kinds alone counts
`vintages`          the data set to show: of a vintage, in some districts; which unit is which
`outlines`          what the map draws of units and districts: one coverage without gaps
`overview`          what of it the page of data counts
`damage`            whether store, boundary sets and lineage are as they were
==================  ===============================================================================
"""
