"""Plan against result: where each target stands, who is behind, who has not reported.

Outsiders import `progress`, `trend` and `silent_communes` from `targets`, `ranking` from
`rankings`, `ladder` from `capital`, `difficult_communes` from `difficult`, `progress_json` from
`document`, sentences from `words` and what the page draws from `view`.

======================  ==========================================================================
`targets`               every target of the province's plan; its course; the communes that owe
`rankings`              districts and communes in order; the silent stand apart
`capital`               planned, allocated, disbursed, by project and sub-project
`difficult`             communes of region III: who is to leave it, and how each one stands
`words`                 all of it in words, the same on page, paper and command line
`view`                  what the page draws
`document`              all of it as JSON
======================  ==========================================================================
"""
