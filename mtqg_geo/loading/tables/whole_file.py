"""What a file says twice: no row of it is taken, for nobody can tell which one is meant."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pandas as pd

from mtqg_geo.dataset.tables import SAMPLE, read_table
from mtqg_geo.loading.sheets.headings import VALUE
from mtqg_geo.loading.sheets.rows import letter, refuse_errors
from mtqg_geo.loading.sheets.table import ROW, SHEET, RowError, Table
from mtqg_geo.loading.sheets.words import refuse
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.catalog import DATA
from mtqg_geo.programme.tables import KINDS, TO_CODE

TABLE = "table"  # which of the file's tables a row is in
SHOWN_IN = {"sites": c.ID, "roads": c.ID, "region": c.VALID_FROM, "lineage": TO_CODE}
OPEN_END = "9999-12-31"


def without_repeats(tables: Sequence[Table]) -> tuple[Table, ...]:
    """Return a file's tables without the rows whose key comes twice in it, noted as errors.

    Two entries of one commune in the list of regions are also refused if their dates overlap.

    Raises
    ------
    LoadError
        `load_too_many_errors` if nearly everything is there twice.
    """
    errors: dict[int, list[RowError]] = {}
    for kind in KINDS:
        mine = [number for number, table in enumerate(tables) if table.kind == kind]
        if not mine:
            continue
        find = _overlaps if kind == "region" else _repeats
        for number, error in find(tables, mine, kind):
            errors.setdefault(number, []).append(error)
            refuse_errors(errors[number])
    return tuple(with_errors(table, errors.get(number, ())) for number, table in enumerate(tables))


def with_errors(table: Table, errors: Sequence[RowError]) -> Table:
    """Return a table with more errors, and without the rows they are in."""
    if not errors:
        return table
    bad = np.isin(table.rows[ROW], [error.row for error in errors])
    return replace(
        table,
        rows=table.rows[~bad].reset_index(drop=True),
        errors=(*table.errors, *errors),
    )


def _repeats(
    tables: Sequence[Table], mine: Sequence[int], kind: str
) -> Iterator[tuple[int, RowError]]:
    key = list(KINDS[kind].key)
    if len(mine) == 1:
        rows = tables[mine[0]].rows
        if not (double := rows.duplicated(key, keep=False)).any():
            return
        every = rows[double].assign(**{TABLE: mine[0]})
    else:
        every = _together(tables, mine, key)
    every = every[every.duplicated(key, keep=False)]
    for _, group in every.groupby(key, sort=False, observed=True):
        others = [*group.index[1:], group.index[0]]
        for at, other in zip(group.index, others, strict=True):
            is_elsewhere = every.loc[at, SHEET] != every.loc[other, SHEET]
            code = "load_twice_elsewhere" if is_elsewhere else "load_twice"
            yield _error(tables, every, kind, at, other, code)


def _overlaps(
    tables: Sequence[Table], mine: Sequence[int], kind: str
) -> Iterator[tuple[int, RowError]]:
    every = _together(tables, mine, [c.COMMUNE_CODE, c.VALID_FROM, c.VALID_TO])
    every = every.sort_values([c.COMMUNE_CODE, c.VALID_FROM], kind="stable")
    ends = every[c.VALID_TO].replace("", OPEN_END)
    for _, group in every.groupby(c.COMMUNE_CODE, sort=False):
        latest = group.index[0]
        for at in group.index[1:]:
            if group.loc[at, c.VALID_FROM] <= ends[latest]:
                yield _error(tables, every, kind, at, latest, "load_overlaps")
                yield _error(tables, every, kind, latest, at, "load_overlaps")
            latest = max(latest, at, key=lambda each: ends[each])


def _together(tables: Sequence[Table], mine: Sequence[int], names: Sequence[str]) -> pd.DataFrame:
    parts = [
        tables[number].rows[[*names, SHEET, ROW]].astype(dict.fromkeys((*names, SHEET), object))
        for number in mine
    ]
    marked = [part.assign(**{TABLE: number}) for part, number in zip(parts, mine, strict=True)]
    return pd.concat(marked, ignore_index=True)


def _error(
    tables: Sequence[Table], every: pd.DataFrame, kind: str, at: int, other: int, code: str
) -> tuple[int, RowError]:
    """Return in which table, and that one row says what another says too."""
    row, twin = every.loc[at], every.loc[other]
    number = int(row[TABLE])
    columns = tables[number].headings.columns
    field = SHOWN_IN.get(kind) or f"{VALUE}:{row[c.INDICATOR]}"
    names = (field, VALUE)
    fits = (each for each in columns if each.field in names or each.field.startswith(f"{field}:"))
    column = next(fits, columns[0])
    said = " · ".join(str(row[name]) for name in KINDS[kind].key if row[name] != "")
    return number, RowError(
        sheet=str(row[SHEET]),
        row=int(row[ROW]),
        column=column.heading,
        letter=column.letter,
        value=said,
        code=code,
        values={"sheet": str(twin[SHEET]), "row": str(twin[ROW])},
    )


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
    column = next((each for each in table.headings.columns if each.field == c.SOURCE), None)
    numbers = table.rows.loc[table.rows[c.SOURCE] == c.ILLUSTRATIVE, ROW].unique()
    why = refuse("load_mixed", count=len(numbers))
    return [
        RowError(
            sheet=table.headings.sheet,
            row=int(row),
            column=column.heading if column else "",
            letter=column.letter if column else letter(0),
            value=c.ILLUSTRATIVE,
            code=why.code,
            values=why.said,
        )
        for row in numbers
    ]
