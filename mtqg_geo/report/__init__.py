"""What is printed and handed over: maps, tables, the commune atlas, a Word report, one HTML file.

Buttons and the command line take `setup` (which reports there are, on which paper), and
`outputs.report_bytes` only once somebody asks for a report: matplotlib takes a second to import.

===============  =================================================================================
`setup`          kinds of report, paper, language, the day
`outputs`        a report as the bytes of a file
`paper`          the sheet: lettering, margins, captions, sources
`map`            the printed map
`tables`         progress and communes as tables over pages
`atlas`          a page per commune, made of map and tables
`word`           the report by Decree 30/2020/NĐ-CP
`standalone`     the map as one HTML file that asks nobody for anything
===============  =================================================================================

The same data and the same day (`SOURCE_DATE_EPOCH`) give the same bytes.
"""
