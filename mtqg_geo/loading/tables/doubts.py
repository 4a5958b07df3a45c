"""What is said of figures that are unlikely: one sentence a reason, with all rows it is about."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.loading.communes.meanings import communes_of, names_then
from mtqg_geo.loading.sheets.headings import value_columns
from mtqg_geo.loading.sheets.layout import period_word
from mtqg_geo.loading.sheets.table import ROW, SHEET, Column, RowError, Table
from mtqg_geo.loading.tables.plausible import Doubt, KnownFigures, verdicts
from mtqg_geo.loading.tables.whole_file import TABLE
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.amounts import with_unit
from mtqg_geo.programme.model import LANGUAGES, Indicator, Text
from mtqg_geo.programme.tables import OBSERVATIONS
from mtqg_geo.programme.words import within, wordings

ENOUGH = 100_000  # figures that tell by themselves what is usual: reading more would take long
COLUMN = "column"
PLACE = [TABLE, c.INDICATOR, c.BASIS, c.PERIOD]  # what tells the column a figure stands in
REASON = [TABLE, COLUMN, c.INDICATOR, c.BASIS, "doubt"]


def with_doubts(tables: Sequence[Table], data: Dataset, *, illustrative: bool) -> tuple[Table, ...]:
    """Return a file's tables with a word about the figures that are unlikely.

    Real figures are compared with real ones only, illustrative ones with the like; a very large
    file only with itself.
    """
    parts = [
        each.rows.assign(**{TABLE: at})
        for at, each in enumerate(tables)
        if each.kind == OBSERVATIONS.name and len(each.rows)
    ]
    if not parts:
        return tuple(tables)
    given = pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]
    is_alone = data.is_illustrative != illustrative or len(given) > ENOUGH
    loaded = given.iloc[:0] if is_alone else _loaded(given, data)
    known = KnownFigures.of(given, loaded, data.catalog, era=communes_of(data).era)
    found = verdicts(known, len(given))
    at = np.flatnonzero(found.doubt)
    doubtful = given.iloc[at].assign(
        doubt=found.doubt[at], compared=found.value[at], usual=found.usual[at]
    )
    warnings = _warnings(doubtful.reset_index(drop=True), tables, data)
    return tuple(
        replace(each, warnings=(*warnings.get(number, ()), *each.warnings))
        for number, each in enumerate(tables)
    )


def _loaded(given: pd.DataFrame, data: Dataset) -> pd.DataFrame:
    """Return what is loaded of the indicators and years of a file, and of the years before."""
    pairs = given[[c.INDICATOR, c.PERIOD]].drop_duplicates().astype(str)
    wanted = {
        (indicator, int(period[:4]) - back)
        for indicator, period in pairs.itertuples(index=False, name=None)
        for back in (0, 1)
    }
    parts = [data.observations.of(*pair) for pair in sorted(wanted)]
    return pd.concat([part for part in parts if len(part)] or [given.iloc[:0]], ignore_index=True)


def _warnings(
    doubtful: pd.DataFrame, tables: Sequence[Table], data: Dataset
) -> Mapping[int, list[RowError]]:
    """Return by table a warning for each reason there is to doubt an indicator's figures."""
    if doubtful.empty:
        return {}
    # Furthest off is said; where one of the two is nothing the first one will do.
    ratio = doubtful["compared"].abs() / doubtful["usual"].abs().replace(0, np.nan)
    off = np.log(ratio.where(ratio > 0)).abs().fillna(0.0)
    of_place = doubtful.groupby(PLACE, observed=True, sort=False).ngroup()
    places = doubtful[~of_place.duplicated()][PLACE].itertuples(index=False, name=None)
    columns = [_column(tables[table], said) for table, *said in places]
    which = {column: at for at, column in enumerate(columns)}
    numbers = np.array([which[column] for column in columns])[of_place]
    doubtful = doubtful.assign(**{COLUMN: numbers})
    groups = doubtful.groupby(REASON, observed=True, sort=False)
    worst = doubtful.loc[off.groupby(groups.ngroup()).idxmax()]
    codes, periods = (worst[name].astype(object) for name in (c.COMMUNE_CODE, c.PERIOD))
    names, _ = names_then(data, codes, periods)
    warnings: dict[int, list[RowError]] = {}
    for row, name, (_, group) in zip(worst.to_dict("records"), names, groups[ROW], strict=True):
        indicator = data.catalog.indicators[row[c.INDICATOR]]
        warning = _warning(row, indicator, name or row[c.COMMUNE_CODE], columns[row[COLUMN]])
        rows = tuple(pd.unique(group.to_numpy()).tolist())
        warnings.setdefault(row[TABLE], []).append(replace(warning, rows=rows))
    return warnings


def _column(table: Table, place: Sequence[str]) -> Column:
    """Return the column of a figure's indicator, basis and period: its heading says no other."""
    return next(
        column
        for column, said in value_columns(table.headings)
        if all(text in ("", named) for text, named in zip(said[: len(place)], place, strict=True))
    )


def _warning(row: Mapping[str, Any], indicator: Indicator, name: str, column: Column) -> RowError:
    """Return a reason in words, by the figure that is furthest off: where, and what is usual."""
    value = float(row[c.VALUE])
    return RowError(
        sheet=row[SHEET],
        row=int(row[ROW]),
        column=column.heading,
        letter=column.letter,
        value=f"{value:.0f}" if value.is_integer() else f"{value:.15g}",
        code=f"load_doubt_{Doubt(row['doubt']).name.lower()}",
        values={
            "what": _what(indicator, row[c.BASIS]),
            "row": str(row[ROW]),
            "where": _where(name, row),
            "value": _amount(row["compared"], indicator),
            "usual": _amount(row["usual"], indicator),
            "percent": round(100 * indicator.usual.over_plan),
        },
    )


def _what(indicator: Indicator, basis: str) -> Text:
    words = wordings()[f"basis_{basis}"]
    return Text(
        f"{indicator.id} ({indicator.short.vi}), {words.vi.lower()}",
        f"{indicator.id} ({indicator.short.en}), {words.en.lower()}",
    )


def _where(name: str, row: Mapping[str, Any]) -> Text:
    project = f", {row[c.PROJECT]}" if row[c.PROJECT] else ""
    vi, en = (period_word(row[c.PERIOD], lang) for lang in LANGUAGES)
    return Text(f"{name}{project}, {within(vi)}", f"{name}{project}, {en}")


def _amount(value: float, indicator: Indicator) -> Text:
    return Text(*(with_unit(value, indicator, lang) for lang in LANGUAGES))
