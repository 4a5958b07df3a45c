"""The store: programme data with their history, in an SQLite file or a PostgreSQL server.

Outsiders import `open_store`, `create_store` and `has_store` from `engine`, `commit_batch`,
`batches` and `undo_batch` from `batches`, `compare` from `comparing`, `visible` and
`state_version` from `live`, `observed` and `origins` from `observed`.

======================  ==========================================================================
`address`, `engine`     where the store is; opening, creating and bringing it up to date
`remembered`            that there was a store, kept outside it
`server`                a PostgreSQL that is slow, frozen or gone is left in time
`transactions`          reading one state, being the one writer, what a database complains of
`schema`, `migrations`  the tables, and how older stores get them
`frames`, `staging`     rows of a table and of the database; the rows of a file while they wait
`comparing`             what storing a file would change, compared in the database
`batches`               an import, stored whole or not at all, undone by a mark
`live`                  what is visible: of each key the newest row that is not undone
`observed`              what the map asks for, and where the figures of a commune come from
`mode`, `rights`        how the installation is run; who may do what, where
`touched`               which communes a load or an undo touches
`insert_only`, `chain`  the log of who did what, chained; files kept by their content
`boundaries`            boundary sets, and which one is in use
`damage`                whether all that was stored is there as it was
`backup`                the whole store as one file, and back
======================  ==========================================================================

A row is never changed or deleted. Every version stays, with the batch it came in; visible is the
newest version whose batch is not undone. Who writes holds one lock, so ids follow the commits.
"""
