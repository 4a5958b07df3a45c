"""Parts of pages: each draws one thing it is given.

======================  ==========================================================================
`header`                title, language, notices that must never be missed
`notices`               what must never be missed, on one line that folds
`search`                communes by any name or code, districts, projects, indicators
`combobox`              a list to choose from by typing, as heading or as search
`filters`               the sidebar: places, what is shown, ways to look at it
`downloads`             the three menus of what a page gives away, and the one of files
`printing`              the menu of maps and reports
`copy_link`             the address of the page, copied
`folded`                what is drawn only while it is open
`first_steps`           three steps for whoever is here for the first time
`file_picker`           a file to be taken in
`glossary`              words explained where they stand
`markup`                pieces of HTML, escaped
`table`                 tables to sort, search and choose from (with `table.js`)
======================  ==========================================================================
"""
