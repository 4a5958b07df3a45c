"""Sums of a year until the end of a quarter, turned into what was added in the quarter.

Official forms hold "lũy kế đến 30/6/2023" instead of the quarter, or beside it. What was added is
that sum less the quarters before: those of the same file, else those that are loaded. Where one of
them is unknown the sum is left out, with a word about what is needed.
"""

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mtqg_geo.loading.communes.meanings import communes_of
from mtqg_geo.loading.sheets.layout import period_word
from mtqg_geo.loading.sheets.rows import cell_texts
from mtqg_geo.loading.sheets.table import RowError
from mtqg_geo.loading.sheets.words import plain, refuse
from mtqg_geo.loading.tables.draft import Draft
from mtqg_geo.loading.tables.figures import TERMS, Figures
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.amounts import with_unit
from mtqg_geo.programme.model import FLOWS, LANGUAGES, Mask, Text
from mtqg_geo.programme.period import QUARTERS, Period
from mtqg_geo.programme.tables import OBSERVATIONS

YEAR, QUARTER, ERA, ADDED = "year", "quarter", "era", "added"
SERIES = [*(name for name in OBSERVATIONS.key if name != c.PERIOD), YEAR, ERA]
PLACE = [*SERIES, QUARTER]
SUMMED = re.compile(r"\b(?:luy ke|cong don|cumulative)\b")
DECIMALS = 6  # decimals that a difference keeps: 0.3 less 0.1 is 0.2
Numbers = NDArray[np.float64]


def added(sums: Numbers, quarters: Numbers) -> Numbers:
    """Return what was added in each quarter, by the sums of the year until then.

    Parameters
    ----------
    sums, quarters
        A row a series, a column a quarter; NaN where the sum, or the quarter by itself, is unknown.

    Examples
    --------
    10 in the first quarter by itself, 25 until the second, 40 until the third:

    >>> nothing = np.nan
    >>> added(np.array([[nothing, 25, 40, nothing]]), np.array([[10.0, *[nothing] * 3]]))
    array([[nan, 15., 15., nan]])
    """
    found, until = np.full(sums.shape, np.nan), np.zeros(len(sums))
    for at in range(sums.shape[1]):
        found[:, at] = np.round(sums[:, at] - until, DECIMALS)
        known = ~np.isnan(sums[:, at])
        until = np.where(known, sums[:, at], until + quarters[:, at])
    return found


def increments(
    figures: Figures, is_sum: Mask, draft: Draft
) -> tuple[Figures, list[RowError], list[RowError]]:
    """Return the figures with sums until then turned into what was added; errors; warnings.

    A sum beside its own quarter says nothing new and goes, as does one that cannot be parted.

    Parameters
    ----------
    figures
        The figures, with commune and project.
    is_sum
        Which of them are sums of the year until the end of their quarter.
    draft
        What is loaded already, and the list of communes of each period.
    """
    flows = [figures.names(c.BASIS).index(basis) for basis in FLOWS]
    by_quarter = figures.where(lambda indicator: indicator.grows_by_quarter)
    by_quarter &= np.isin(figures.of(c.BASIS), flows)
    if not is_sum.any():
        return figures, [], [*_of_title(figures, by_quarter)] if by_quarter.any() else []
    other = is_sum & ~by_quarter
    errors = figures.errors(other, refuse("load_cumulative_of"))
    table = _series(figures.frame, draft)
    ours = is_sum & ~other & table[QUARTER].notna().to_numpy()
    sums, alone = table[ours], table[~is_sum]
    at = pd.MultiIndex.from_frame(sums[PLACE])
    value, new, beside = figures.of(c.VALUE), np.full(len(table), np.nan), np.zeros_like(ours)
    new[ours] = _parted(sums, pd.concat([_loaded(sums, draft), alone])).reindex(at)
    beside[ours] = at.isin(pd.MultiIndex.from_frame(alone[PLACE]))
    read = ours & ~beside & ~np.isnan(value)
    falls = read & (new < 0)
    for number in np.flatnonzero(falls).tolist():
        said = {"value": _amount(figures, number, value)}
        said["before"] = _amount(figures, number, value - new)
        errors += figures.errors(_only(number, falls), refuse("load_cumulative_falls", **said))
    unknown = read & np.isnan(new)
    warnings = [
        *_warned("unknown", table[unknown], figures, value, new),
        *_warned("taken", table[read & ~unknown & ~falls], figures, value, new),
    ]
    figures = figures.assign(**{c.VALUE: np.where(read, new, value)})
    return figures.only(~(unknown | falls | beside | other)), errors, warnings


def _of_title(figures: Figures, by_quarter: Mask) -> Iterator[RowError]:
    """Yield a word about a line above the table that speaks of sums where no heading does."""
    sheet, headings = figures.rows.sheet, figures.rows.headings
    for at in range(headings.heading_row - sheet.first_row):
        for text in cell_texts(sheet, at):
            if SUMMED.search(plain(text)) and not any(
                text in col.heading for col in figures.columns
            ):
                said = {"text": text, "row": str(sheet.first_row + at)}
                yield from figures.first_error(by_quarter, refuse("load_cumulative_title", **said))
                return


def _parted(sums: pd.DataFrame, alone: pd.DataFrame) -> pd.Series:
    """Return what was added by series and quarter."""
    until = _by_quarter(sums)
    single = _by_quarter(alone).reindex(until.index)
    parts = added(until.to_numpy(float), single.to_numpy(float))
    found = pd.DataFrame(parts, until.index, until.columns)
    return found.melt(ignore_index=False, value_name=ADDED).set_index(QUARTER, append=True)[ADDED]


def _series(frame: pd.DataFrame, draft: Draft) -> pd.DataFrame:
    """Return figures as texts, by year and quarter, and by the list of communes of their period."""
    periods = frame[c.PERIOD].astype(object)
    era = communes_of(draft.data).era
    times = {text: (Period.of(text), era(text)) for text in periods.dropna().unique()}
    said = {name: frame[name].astype(object) for name in (*TERMS, c.COMMUNE_CODE)}
    return pd.DataFrame(
        {
            **said,
            YEAR: periods.map({text: when.year for text, (when, _) in times.items()}),
            QUARTER: periods.map({text: when.quarter for text, (when, _) in times.items()}),
            ERA: periods.map({text: number for text, (_, number) in times.items()}),
            c.VALUE: frame[c.VALUE],
        }
    ).reset_index(drop=True)


def _by_quarter(table: pd.DataFrame) -> pd.DataFrame:
    """Return a row a series, a column a quarter; of two figures of one quarter the last counts."""
    found = table.pivot_table(c.VALUE, index=SERIES, columns=QUARTER, aggfunc="last")
    return found.reindex(columns=pd.Index(range(1, QUARTERS + 1), name=QUARTER))


def _loaded(sums: pd.DataFrame, draft: Draft) -> pd.DataFrame:
    """Return what is loaded of the indicators and years of sums; real and made up never meet."""
    data = draft.data
    if data.is_illustrative is not draft.illustrative:
        return sums.iloc[:0]
    asked = sums[[c.INDICATOR, YEAR]].drop_duplicates().itertuples(index=False, name=None)
    parts = [data.observations.of(str(name), int(year)) for name, year in asked]
    return pd.concat([sums.iloc[:0], *(_series(part, draft) for part in parts if len(part))])


def _warned(
    kind: str, table: pd.DataFrame, figures: Figures, value: Numbers, new: Numbers
) -> Iterator[RowError]:
    """Yield a word about sums of each indicator and quarter, in the first of them."""
    for (indicator, year, quarter), group in table.groupby([c.INDICATOR, YEAR, QUARTER]):
        first = int(group.index[0])
        quarters = [_worded(f"{year:.0f}-Q{each}") for each in range(1, int(quarter) + 1)]
        before = quarters[:-1][:1] + quarters[:-1][1:][-1:]  # the first and the last
        why = refuse(
            f"load_cumulative_{kind}",
            indicator=indicator,
            count=len(group),
            period=quarters[-1],
            before=Text(*map(" – ".join, zip(*before, strict=True))) if before else "",
            value=_amount(figures, first, value),
            added=_amount(figures, first, new),
        )
        yield from figures.errors(_only(first, value), why)


def _only(number: int, among: NDArray[Any]) -> Mask:
    return np.asarray(np.arange(len(among)) == number, dtype=bool)


def _worded(period: str) -> Text:
    return Text(*(period_word(period, lang) for lang in LANGUAGES))


def _amount(figures: Figures, number: int, values: Numbers) -> Text:
    indicator = figures.catalog.indicators[str(figures.frame[c.INDICATOR].iloc[number])]
    return Text(*(with_unit(float(values[number]), indicator, lang) for lang in LANGUAGES))
