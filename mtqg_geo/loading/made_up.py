"""Whether a file holds made-up example data, real data, or (refused) both."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import pandas as pd

from mtqg_geo.dataset.dataset import DATA
from mtqg_geo.dataset.delivered import SAMPLE, read_table
from mtqg_geo.loading.model import ROW, RowError, Table
from mtqg_geo.loading.repeats import with_errors
from mtqg_geo.loading.rows import letter
from mtqg_geo.loading.values import refuse
from mtqg_geo.programme import columns as c


@lru_cache(maxsize=1)
def sample_sources() -> frozenset[str]:
    """Return the sources that rows of the delivered sample name.

    A few of its sites and regions are published ones and name where, so that a file with the
    sample has them beside rows that are made up.
    """
    tables = (read_table(DATA / SAMPLE / f"{name}.csv") for name in ("sites", "regions"))
    return frozenset({c.ILLUSTRATIVE}.union(*(table[c.SOURCE] for table in tables)))


def is_made_up(sources: pd.Series) -> bool:
    """Say whether all rows are of the sample: some marked as made up, none of another source."""
    distinct = set(sources.unique())
    return c.ILLUSTRATIVE in distinct and distinct <= sample_sources()


def sorted_out(tables: Sequence[Table]) -> tuple[tuple[Table, ...], bool]:
    """Return a file's tables, and whether they are made up.

    Where made-up rows stand among real ones, they become errors: the two never mix.
    """
    figures = [table for table in tables if table.kind != "lineage"]  # those are real in any case
    distinct = (text for table in figures for text in table.rows[c.SOURCE].unique())
    every = pd.Series(list(distinct), dtype=object)
    if not every.eq(c.ILLUSTRATIVE).any():
        return tuple(tables), False
    if is_made_up(every):
        return tuple(tables), True
    return tuple(with_errors(table, _marked(table)) for table in tables), False


def _marked(table: Table) -> list[RowError]:
    """Return an error for each row of a table that is marked as made up."""
    column = next((each for each in table.understood.columns if each.field == c.SOURCE), None)
    numbers = table.rows.loc[table.rows[c.SOURCE] == c.ILLUSTRATIVE, ROW].unique()
    why = refuse("load_mixed", count=len(numbers))
    return [
        RowError(
            sheet=table.understood.sheet,
            row=int(row),
            column=column.heading if column else "",
            letter=column.letter if column else letter(0),
            value=c.ILLUSTRATIVE,
            code=why.code,
            values=why.said,
        )
        for row in numbers
    ]
