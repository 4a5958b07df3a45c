"""What is selected, and the values of it.

One `Selection` says what a planner chose, wherever it was chosen. Outsiders import `Selection`
from `selection`, `FILTERS` from `filters`, `parse_selection` from `query`, `commune_values` and
`total` from `values`, `shown` from `measures`, `works_of` and `works_view` from `works`,
`key_figures` and `commune_profile` from the modules of those names.

======================  ==========================================================================
`filters`               every kind of choice as one row: what it is called, offers, compares, says
`selection`, `query`    what is chosen; read from text, with a sentence for what does not exist
`opening`               what a visit without a link opens on, so that the map is not blank
`periods`, `quarters`   which years and quarters there are; results at the end of one
`states`                why a commune has no value: one ladder for everything that is shown
`values`                one value per commune, worked out on parts where units were put together
`shares`                how much of a plan is done: one rule, also where communes are silent
`measures`              the value itself, its completion or what remains; a second one beside it
`differences`           what changed between two periods, of each commune and of a total
`rules`                 numbers only: share done, time elapsed, pace needed, and the standing
`plan_and_result`       plan and result of an indicator, commune by commune, at a moment
`standings`             which communes are late with an indicator, or have not reported it
`works`, `roads`        sites and kilometres of a selection, counted once
`costs`                 what works cost, with those that do not say so; their dates in words
`distances`             how far each commune is from the nearest work
`key_figures`           the tiles above the map; `profile`: all of one commune
`words`, `scope`        what is shown, and of where, by which filters, from which sources, in words
`file_names`            what a file of it is called
======================  ==========================================================================
"""
