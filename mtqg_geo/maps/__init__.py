"""How a selection is painted: classes, colours, legend and layers, for page, paper and files.

Pages, reports and exports take `map_view` from here, the legend that goes with it, and the colours.

===============  =================================================================================
`classing`       how values are classed, read from a link; cheap to import
`works_shown`    which works a map shows: none, each, or how many of each commune's are done
`symbols`        colours, characters and symbols: one place for how anything looks
`classes`        where classes end, how their bounds read, which colours they have
`choropleth`     values to classes, of one indicator or of two, or what changed between two periods
`view`           everything one map shows: communes, works, table, figures, notices
`table_order`    which commune comes first in the table beside the map
`legend`         what its legend says, in sections of keys
`layers`         what the browser is sent of it: shapes once, a character per feature on each click
===============  =================================================================================

A class is one character, so that a change of indicator is a short text. Capital letters are the
same classes in communes of region III, which have a line inside their border on every map.
"""
