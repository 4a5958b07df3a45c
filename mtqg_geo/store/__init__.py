"""The store: programme data with their history, in an SQLite file or a PostgreSQL server.

======================  ==========================================================================
`engine`, `address`     opens and creates it; `transactions`: reading one state, being the writer
`kinds`                 the five tables of programme data; `schema`, `migrations`: how they lie
`batches`               an import, stored whole or not at all, undone by a mark
`comparing`, `staging`  what it would change, compared in the database
`live`, `observed`      what is visible, and what the map asks for
`blobs`, `boundaries`   files by their content; `audit`: who did what
`backup`                the whole store as one file, and back
======================  ==========================================================================

A row is never changed or deleted. Every version stays, with the batch it came in; visible is the
newest version whose batch is not undone. Who writes holds one lock, so ids follow the commits.
"""
