"""Faults on purpose: files damaged, processes killed, ten thousand requests; `docs/reliability.md`.

In reading order: `originals` (a good file of every format), `mutations` (ways to damage one), `whole`
(whether a strict reader could notice), `reading` (what the product makes of it), `files` (a hundred
thousand of them), `kills` (kill -9), `flat` (memory and descriptors).
"""
