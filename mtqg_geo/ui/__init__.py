"""What a planner sees: the only package that imports streamlit.

A page reads the state, has a view computed below this package, and draws it.

======================  ==========================================================================
`main`                  the frame around every page; Streamlit runs it for each click
`state`, `choices`      what the reader chose, in widgets and in the address, kept alike
`in_step`               a click made before the page has followed the click before it
`person`                who looks at the page, and what they may
`people`                accounts, rights and tokens
`shared`                parts of pages: filters, header, downloads, pieces of HTML
`map`, `progress`       the pages, a folder each; `page.draw` is what `main` calls
`works`                 sites and roads
`load`, `data`          loading a file; what is loaded, and boundaries to install
`styles`                how pages look
`server`                the routes beside the pages: geometry, downloads, what surrounds an answer
`newest`                which state of what is loaded a page shows: the newest that is ready
`warm`                  what is done once, so that no visitor waits for it
======================  ==========================================================================

Outside, `app.py` imports `newest`, `warm` and `server`; nothing else imports this package.
"""
