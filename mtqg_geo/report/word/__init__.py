"""The Word report of a quarter: `report` writes it from `parts` laid down by Decree 30/2020/NĐ-CP.

It is written by code and not from a template: docs/adr/0009 says why.
"""
