"""What the programme is: its concepts and catalogue, its periods, and the words for all of it.

Outsiders import concepts from `model`, `load_catalog` and `DATA` from `catalog`, `Period` and
`Clock` from `period`, `t` and `number` from `words`, `amount` and `unit` from `amounts`, column
names from `columns` (as `c`) and errors from `errors`.

======================  ==========================================================================
`model`                 concepts as frozen values: indicator, project, target, basis, state, role
`catalog`               the catalogue in `data/programme/`, read and checked
`period`                a year or a quarter, its last day, and the clock progress is measured by
`columns`, `tables`     names of columns; the five tables of programme data and their keys
`frames`                tables of texts held so that pandas takes them quickly
`words`                 wordings of `wording/*.toml` in both languages; numbers as they are written
`amounts`               values of an indicator with unit; money in millions and billions
`errors`                what can go wrong, as one tree; its sentences stand in `wording/errors*`
`unforeseen`            the last resort: a sentence for what nobody foresaw
`reference_systems`     coordinate systems in which land offices keep their layers
======================  ==========================================================================
"""
