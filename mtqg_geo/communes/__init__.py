"""Which commune is which, on any day: names, codes, mergers and splits since 2019.

A code means nothing without a day: 07333 is Lam Cốt in 2023 and Quang Trung, five times its size,
since July 2025. Outsiders import `normalised` from `names`, `shipped_gazetteer` from `gazetteer`,
`vintages`, `units_of` and `unit_history` from `lineage`, `epochs_of` from
`epochs`, `codes_for`, `explain_code` and `tidy_code` from `codes`.

======================  ==========================================================================
`names`                 spellings by which variants of one name are found equal
`gazetteer`             every commune of the country since October 2019, and what became of it
`lineage`               who became whom on which day, forwards and backwards; a unit's relatives
`epochs`                spans of time in which a code means the same ground; ways between them
`search`                what a unit is found by: names and codes of those it was or became
`codes`                 how codes are written; which commune one means in a period, in a sentence
======================  ==========================================================================
"""
