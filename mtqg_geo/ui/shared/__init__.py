"""Parts of pages: each draws one thing it is given.

======================  ==========================================================================
`header`                title, pages, search, language
`notices`               what must never be missed, on one line that folds
`search`                communes by any name or code, districts, projects, indicators
`combobox`              a list to choose from by typing, as heading or as search
`indicator_list`        the indicators as such a list
`filters`               the sidebar: the filters that act on the page
`downloads`             the three menus of what a page gives away, and the one of files
`printing`              the menu of maps and reports; `waiting`: how far a file is
`copy_link`             the address of the page, copied; `pointing`: menus open by pointing
`folded`                what is drawn only while it is open
`first_steps`           three steps for whoever is here for the first time
`file_picker`           a file to be taken in
`glossary`              words explained where they stand
`markup`                pieces of HTML, escaped
`table`                 tables to sort, search and choose from (with `table.js`)
======================  ==========================================================================
"""
