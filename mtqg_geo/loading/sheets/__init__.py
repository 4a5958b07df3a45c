"""What a sheet says, whatever format it came in.

===========  =====================================================================================
`table`      the values that are handed on: sheet, headings, errors, table
`layout`     the sheets of our own templates: columns, and the words of their cells
`words`      what the words of a cell mean: period, basis, status, indicator, project
`distinct`   the texts of a column, each once, and what is read of them
`numbers`    1.234,5 and 1,234.5, decided over the whole column
`headings`   what a heading may say, and what a note above the table may
`above`      what stands right above headings that are complete by themselves
`unclear`    what is said of headings that are not understood
`survey`     columns and names of survey programs (KoboToolbox, ODK)
`rows`       the rows of a table: their texts by field, errors that name a cell
`merged`     cells merged downwards: what holds for all their rows, what for none
`row_words`  the words of rows that are no data: sums, districts, numbering, signatures
`row_kinds`  what a row can be: data, a total, a district, a group, numbering, signatures, hidden
`ends`       rows of a text that end too early, and files that do
`blocks`     several tables below or beside each other on one sheet
===========  =====================================================================================
"""
