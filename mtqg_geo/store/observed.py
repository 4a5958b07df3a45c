"""The observations of one indicator in one year, as the map asks for them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import sqlalchemy as sa

from geo.kept import kept
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.period import Period, periods_in
from mtqg_geo.programme.tables import BATCH_ID, OBSERVATIONS, ROW, SHEET, SPLIT
from mtqg_geo.store.frames import arrays_of, fetched, newest_of
from mtqg_geo.store.live import Shown, is_shown, newest, shown_now, state_version
from mtqg_geo.store.schema import BATCH, FACTS
from mtqg_geo.store.transactions import Store, reading

KEY = (c.PERIOD, c.COMMUNE_CODE, c.PROJECT, c.BASIS, *SPLIT)  # within one indicator
COLUMNS = [
    c.COMMUNE_CODE, c.INDICATOR, c.PROJECT, c.PERIOD, c.BASIS, *SPLIT, c.VALUE, c.SOURCE, BATCH_ID
]  # fmt: skip


@dataclass(frozen=True)
class ObservationSummary:
    """How many observations there are, and of which kind.

    `empty` of the `rows` have no value; `illustrative` of them are made up; `latest_period` is
    the last quarter with a value, such as `2023-Q4`, or ""; `years` have any row; `is_split` says
    whether any money names its source or kind.
    """

    rows: int
    empty: int
    communes: int
    illustrative: int
    latest_period: str
    years: tuple[int, ...]
    is_split: bool = False


def observed(
    store: Store,
    indicator: str,
    year: int,
    *,
    communes: Collection[str] | None = None,
    shown: Shown | None = None,
) -> pd.DataFrame:
    """Return the visible observations of an indicator in the periods of a year, now or in a state.

    Returns
    -------
    `commune_code`, `indicator`, `project`, `period`, `basis`, `capital_source`, `capital_kind`,
    `value` (NaN = not reported), `source`, `batch_id`; texts are Python objects, which a page takes
    faster than Arrow's.
    """
    table = FACTS[OBSERVATIONS.name]
    names = (*KEY, c.VALUE, c.SOURCE, BATCH_ID)
    query = (
        sa.select(*(table.c[name] for name in names))
        .where(
            table.c[c.INDICATOR] == indicator,
            table.c[c.PERIOD] >= f"{year:04}",
            table.c[c.PERIOD] < f"{year + 1:04}",
            is_shown(table, shown),
        )
        .order_by(*(table.c[name] for name in (*KEY, BATCH_ID)))
    )
    if communes is not None:
        query = query.where(table.c[c.COMMUNE_CODE].in_(sorted(communes)))
    with reading(store, once=True) as connection:
        rows = fetched(connection.execute(query))
    found = newest_of(arrays_of(names, rows), KEY)
    found[c.INDICATOR] = np.full(len(found[BATCH_ID]), indicator, dtype=object)
    return pd.DataFrame({name: pd.Series(found[name], dtype=found[name].dtype) for name in COLUMNS})


def summary(store: Store, shown: Shown | None = None) -> ObservationSummary:
    """Count the visible observations; counted again only after something changed."""
    return _summary(store, state_version(store), shown or shown_now(store))


@kept(maxsize=4)  # with many pages open, all ask at once after a load
def _summary(store: Store, _version: str, shown: Shown) -> ObservationSummary:
    """Count in a state; `_version` tells it from that of a store which a backup has replaced."""
    table = FACTS[OBSERVATIONS.name]
    is_there = is_shown(table, shown)
    keys = sa.select(*(table.c[name] for name in OBSERVATIONS.key)).where(is_there).distinct()
    # Faster in both databases than to count what is distinct.
    communes = sa.select(table.c[c.COMMUNE_CODE]).where(is_there).distinct()
    empty = sa.select(sa.func.count()).where(table.c[c.VALUE].is_(None), _is_newest(table, shown))
    any_split = sa.exists().where(sa.or_(*(table.c[name] != "" for name in SPLIT)), is_there)
    with reading(store) as connection:
        rows = int(connection.scalar(sa.select(sa.func.count()).select_from(keys.subquery())) or 0)
        made_up = connection.scalar(
            sa.select(BATCH.c.illustrative).where(shown.holds(BATCH.c.id)).limit(1)
        )
        periods = connection.scalars(sa.select(table.c[c.PERIOD]).where(is_there).distinct()).all()
        quarters = [period for period in periods if Period.of(period).quarter]
        return ObservationSummary(
            rows=rows,
            empty=int(connection.scalar(empty) or 0),
            communes=len(connection.scalars(communes).all()),
            illustrative=rows if made_up else 0,  # never mixed with real ones
            latest_period=_latest_with_value(connection, quarters, shown),
            years=tuple(sorted({Period.of(period).year for period in periods})),
            is_split=bool(connection.scalar(sa.select(any_split))),
        )


def _is_newest(table: sa.Table, shown: Shown) -> sa.ColumnElement[bool]:
    """Say of the rows of a table whether they are visible, one by one."""
    newer = table.alias("newer")
    same_key = [newer.c[name] == table.c[name] for name in OBSERVATIONS.key]
    is_newer = newer.c[BATCH_ID] > table.c[BATCH_ID]
    return sa.and_(
        is_shown(table, shown), ~sa.exists().where(*same_key, is_newer, is_shown(newer, shown))
    )


def _latest_with_value(connection: sa.Connection, periods: Sequence[str], shown: Shown) -> str:
    table = FACTS[OBSERVATIONS.name]
    for period in sorted(periods, reverse=True):
        has_value = sa.and_(table.c[c.PERIOD] == period, table.c[c.VALUE].is_not(None))
        query = sa.select(table.c[c.PERIOD]).where(has_value, _is_newest(table, shown)).limit(1)
        if connection.scalar(query):
            return period
    return ""


@dataclass(frozen=True)
class Provenance:
    """A visible value and the place it was read from; `value` is None where it is not reported."""

    indicator: str
    project: str
    period: str
    basis: str
    capital_source: str
    capital_kind: str
    value: float | None
    source: str
    batch_id: int
    file_name: str
    sheet: str
    row: int
    who: str
    at: str


def origins(
    store: Store, commune: str, year: int, indicators: Sequence[str]
) -> tuple[Provenance, ...]:
    """Return the visible observations of a commune in a year, each with where it comes from."""
    table = FACTS[OBSERVATIONS.name]
    named = (c.INDICATOR, c.PERIOD, c.PROJECT, c.BASIS, *SPLIT)
    said = (c.VALUE, c.SOURCE, BATCH_ID, SHEET, ROW)
    query = (
        sa.select(
            *(table.c[name] for name in (*named, *said)),
            BATCH.c.file_name, BATCH.c.who, BATCH.c.at,
        )
        .join_from(table, BATCH, BATCH.c.id == table.c[BATCH_ID])
        .where(
            table.c[c.INDICATOR].in_(indicators),
            table.c[c.PERIOD].in_(periods_in(year)),
            table.c[c.COMMUNE_CODE] == commune,
            is_shown(table),
        )
        .order_by(*(table.c[name] for name in (*named, BATCH_ID)))
    )  # fmt: skip
    names = (*named, *said, "file_name", "who", "at")
    with reading(store) as connection:
        rows = list(newest(connection.execute(query), len(named)))
    return tuple(Provenance(**dict(zip(names, row, strict=True))) for row in rows)
