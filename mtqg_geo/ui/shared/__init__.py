"""Parts of pages: each draws one thing it is given.

======================  ==========================================================================
`header`                title, language, notices that must never be missed
`filters`               the sidebar; `map_options`: quarter, second indicator, second period
`downloads`             files and reports a page gives away
`file_picker`           a file to be taken in
`markup`                pieces of HTML, escaped
======================  ==========================================================================
"""
