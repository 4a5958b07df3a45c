"""The rows of each kind of table: read, checked, and handed over as the store takes them.

====================  ============================================================================
`draft`               a table while it is read; what the readers of all kinds share
`regions`             which commune is in region I, II or III, and since when: the simplest one
`works`               what sites and roads share; `sites`, `roads`, `cost_and_dates`
`coordinates`         where sites are; `written_coordinates`: how people write that
`work_ids`            which work a row speaks of: ids, codes, running numbers of files
`lineage`             who became whom, and whether that fits what is known
`figures`             figures as a frame; `units`: where a file writes them, and what they mean
`observations`        reads long and wide tables of figures; `observation_rules`: which are right
`cumulative`          sums of the year until a quarter, turned into what was added in it
`plausible`           which figures are possible and yet unlikely; `doubts`: what is said of them
`split`               money by source and kind: read, and nothing of it counted twice
`complete`            whether a file is whole by its own account: totals, communes, lists
`whole_file`          rows that a file has twice, and made-up rows among real ones
====================  ============================================================================

A reader is a function from a `Draft` to a `Table`; `upload.READERS` lists them by kind.
"""
