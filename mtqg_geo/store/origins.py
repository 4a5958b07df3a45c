"""Where the visible figures of one commune come from: file, sheet, row, who and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from mtqg_geo.programme import columns as c
from mtqg_geo.programme.period import periods_in
from mtqg_geo.programme.tables import BATCH_ID, OBSERVATIONS, ROW, SHEET
from mtqg_geo.store.engine import Store
from mtqg_geo.store.live import is_shown, newest
from mtqg_geo.store.schema import BATCH, FACTS
from mtqg_geo.store.transactions import reading


@dataclass(frozen=True)
class Provenance:
    """A visible value and the place it was read from; `value` is None where it is not reported."""

    indicator: str
    project: str
    period: str
    basis: str
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
    named = (c.INDICATOR, c.PERIOD, c.PROJECT, c.BASIS)
    said = (c.VALUE, c.SOURCE, BATCH_ID, SHEET, ROW)
    query = (
        select(
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
