"""Formats of files, each read as sheets of texts; workbooks and CSV in a limited child process.

=============  ===================================================================================
`cells`        any file of cells, read apart; says what is wrong with the file as a whole
`grid`         cells of a sheet on their way out of the child, the same for every format
`xlsx`         a workbook, with caps on everything a stranger can inflate
`arrangement`  which of its cells are merged, which rows and columns hidden
`formats`      which format a file has, by what it holds
`strict`       a workbook saved as Strict Open XML
`xls`          a workbook of Excel 95 to 2003
`written_xml`  workbooks that are XML: OpenDocument, XML Spreadsheet 2003
`web_page`     HTML with tables
`csv`          encoding and separator, decided over the whole file
`letters`      texts from before Unicode decoded, lost letters named
`layers`       any layer that `geo.formats` lists: sheets with the shapes beside their rows
=============  ===================================================================================

A new format of tables gives `Grid`s, and needs a line in `formats` and where `upload` lists the
suffixes.
"""
