"""Faults on purpose: damaged files, killed processes, ten thousand requests.

`docs/reliability.md` has what came of them. In reading order: `originals` (a good file of every
format), `mutations` (ways to damage one), `whole` (whether a strict reader could notice), `reading`
(what the product makes of it), `files` (a hundred thousand of them), `page` (a reader without a
browser), `victims` (who is killed), `kills` (kill -9), `flat` (memory and descriptors).
"""
