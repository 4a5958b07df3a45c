"""A file of figures on its way in: read, checked, compared with what is there, stored.

From outside: `upload.check_upload` and `commit_upload`, `start.ready_store`, the sentences of
`summary`, and the workbooks handed out: `workbooks.templates.template`, `workbooks.marked`,
`workbooks.everything`.

=============  ===================================================================================
`upload`       the way of a file, from its bytes to a batch; start reading here
`apart`        the same for large files, in a process of its own
`reading`      formats: what a workbook, a CSV or a layer holds, as sheets of texts
`sheets`       what a sheet says: headings, rows, numbers, words
`communes`     which unit a row means, in the time it speaks of
`tables`       the rows of each kind of table, checked; what a file as a whole says twice
`workbooks`    workbooks of ours: templates, the marked file, everything loaded
`summary`      what came of it, in sentences and as JSON; `view`: as the page of loading shows it
`changes`      what would change, by name: old, new and how far apart
`reasons`      errors by what is said of them, each with all its rows
`checklist`    which parts the map needs are loaded, until all are
`crossed`      in which communes roads are, for the store
`start`        a new store, with the delivered sample as its first batch
`record`       the log in words, of loads and of everything else that was done
=============  ===================================================================================

A row that is wrong is named with its cell and left out; it never becomes another figure.
"""
