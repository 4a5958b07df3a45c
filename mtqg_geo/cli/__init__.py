"""The command line: data on standard output, words on standard error.

======================  ==========================================================================
`main`                  the commands there are; runs one, and imports no more than it needs
`exit_codes`            how a command ends
`common`                flags that several commands have, and where a file goes
`export`, `progress`    what is selected, as a file or as a table
`report`                the same on paper, in Word, in one HTML page
`loading`               what puts data in: `init`, `import`, `batches`, `backup`, `template` …
`boundaries`            commune layers: listed, checked, installed, put in use
`crosswalk`             shares between two of them
`check`, `audit`        whether all of it is as it was stored; who did what
======================  ==========================================================================

Outside, only `python -m mtqg_geo` and tests call `main.main`.
"""
