"""A commune layer on its way in: decoded, placed, recognised, repaired, compared, installed.

===============  ================================================================================
`check`          `check_file`: from any file to a `CheckedLayer`, with what is wrong as issues
`encodings`      texts from before Unicode, the encoding chosen by known names; letters lost
`file_contents`  which column holds what, of which date a file is, of which district a row
`recognise`      every feature its commune, or the reason why not; decisions of a person (mapping)
`pairing`        the rules by which rows and units are paired, the strictest first
`placing`        the reference system: stated, given, or found from communes recognised
`origin`         what was read of a file, in words
`report`         the check in words, as JSON and as CSV; `view`: what the page draws of it
`install`        a checked layer becomes a boundary set in the store
`comparison`     two sets laid over each other, beside the declared lineage (`crosswalk`)
===============  ================================================================================

Pages and commands import `check_file`, `install`, `compare_sets`, the reports and `read_mapping`;
`loading` takes `encodings`, `placing`, `origin` and `as_text` for layers of sites and roads.
"""
