"""Figures of indicators by commune, from long tables (a row per figure) and wide ones.

In a wide table (a row per commune, a column per indicator) an empty cell says nothing; in a long
one a row without a value says that it was not reported. All checks run on whole columns: a million
rows cost no more than their distinct texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.loading.communes.meanings import communes_of
from mtqg_geo.loading.communes.places import Found, find_communes
from mtqg_geo.loading.sheets.headings import ValueColumn, value_columns
from mtqg_geo.loading.sheets.numbers import read_numbers
from mtqg_geo.loading.sheets.rows import Rows, place_of
from mtqg_geo.loading.sheets.table import ROW, SHEET, Column, RowError, Table
from mtqg_geo.loading.sheets.words import (
    Distinct,
    Reading,
    Readings,
    indicator_reader,
    project_reader,
    read_basis,
    read_period,
    read_quarter,
    read_texts,
    refuse,
)
from mtqg_geo.loading.tables.draft import Draft
from mtqg_geo.loading.tables.entries import UNKNOWN, Entries, Known
from mtqg_geo.loading.tables.observation_rules import (
    combination_errors,
    scope_warnings,
    value_errors,
)
from mtqg_geo.loading.tables.units import unit_checks
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.catalog import Catalog
from mtqg_geo.programme.errors import LoadError
from mtqg_geo.programme.model import Mask
from mtqg_geo.programme.words import coded

OF_ROW = -1  # in place of a list: the period stands in the row


@dataclass(frozen=True, eq=False)
class FigurePlaces:
    """The commune of each figure ("" where there is none), and what is to be said of rows."""

    codes: NDArray[np.object_]
    errors: list[RowError]
    warnings: list[RowError]


def figure_communes(
    rows: Rows,
    columns: Sequence[ValueColumn],
    entries: Entries,
    periods: NDArray[np.int16],
    known: Known,
    data: Dataset,
) -> FigurePlaces:
    """Find the commune of every figure in the geography of its period.

    Parameters
    ----------
    rows, columns, entries
        The table, its columns of figures, and the figures.
    periods
        What each row says of its period, numbered as in `known`.
    known
        The periods there are.
    data
        The communes to check against.

    Raises
    ------
    LoadError
        `list_other_vintage` if the table is written for units that came after its periods.
    """
    names = pd.Series([*known.periods, ""], dtype=object)
    of_rows = Distinct(np.where(periods < 0, len(known.periods), periods).astype(np.int32), names)
    if not any(column.period for column in columns):
        found = _found(rows, data, of_rows)
        return FigurePlaces(found.codes[entries.at], found.errors, found.warnings)
    communes = communes_of(data)
    eras = np.array(
        [communes.era(column.period) if column.period else OF_ROW for column in columns]
    )
    row_of = entries.at
    codes = np.full(len(row_of), "", dtype=object)
    errors: dict[tuple[int, str, str], RowError] = {}
    warnings: dict[tuple[int, str, str], RowError] = {}
    for era in np.unique(eras).tolist():
        mine = eras[entries.column] == era
        chosen: Mask = np.zeros(len(rows), dtype=bool)
        at = row_of[mine]
        chosen[at] = True
        first = next(column.period for column, each in zip(columns, eras, strict=True)
                     if each == era)  # fmt: skip
        given = of_rows.only(chosen) if era == OF_ROW else _same(first, int(chosen.sum()))
        found = _found(rows.only(chosen), data, given)
        places = np.cumsum(chosen) - 1
        codes[mine] = found.codes[places[at]]
        errors |= {(each.row, each.letter, each.code): each for each in found.errors}
        warnings |= {(each.row, each.letter, each.code): each for each in found.warnings}
    return FigurePlaces(codes, list(errors.values()), list(warnings.values()))


def _found(rows: Rows, data: Dataset, periods: Distinct) -> Found:
    found = find_communes(rows, data, periods)
    found.refuse_list()
    return found


def _same(period: str, count: int) -> Distinct:
    return Distinct(np.zeros(count, dtype=np.int32), pd.Series([period], dtype=object))


QUARTER = "quarter"
BAR = "|"  # between year and quarter while they are read together


@dataclass(frozen=True, eq=False)
class Said:
    """What each row says beside its figures, as numbers in the lists of `Known`."""

    indicator: NDArray[np.int16]
    basis: NDArray[np.int16]
    period: NDArray[np.int16]
    project: NDArray[np.int16]
    errors: list[RowError]


def read_observations(draft: Draft) -> Table:
    """Read the figures of a sheet.

    Raises
    ------
    LoadError
        If a heading names a year outside the programme, nothing says which indicator, period or
        basis the figures are of, or the table is written for units that came after its periods.
    """
    data = draft.data
    columns, computed = _reported(draft.rows, value_columns(draft.rows.headings), data.catalog)
    is_wide = len(columns) > 1 or bool(columns[0][1].indicator)
    if is_wide:
        columns, filled = _with_figures(draft.rows, columns)
        draft.keep(filled)
    rows, known = draft.rows, Known.of(data.catalog)
    _require_known_periods(columns, known)
    said = _said(rows, columns, data.catalog, known)
    parts = [
        _entries(rows, number, column, value, said, known, is_wide=is_wide)
        for number, (column, value) in enumerate(columns)
    ]
    entries = Entries.joined([part for part, _ in parts])
    values = [value for _, value in columns]
    communes = figure_communes(rows, values, entries, said.period, known, data)
    entries, unit_errors, unit_warnings = unit_checks(rows, entries, known)
    entries, wrong_combinations = combination_errors(rows, entries, known, is_wide=is_wide)
    draft.errors += [
        *communes.errors,
        *said.errors,
        *(error for _, wrong in parts for error in wrong),
        *unit_errors,
        *wrong_combinations,
        *value_errors(rows, entries, known),
    ]
    outside = scope_warnings(rows, entries, known, communes.codes, data)
    draft.warnings += [*computed, *communes.warnings, *unit_warnings, *outside]
    draft.warnings.sort(key=lambda warning: warning.place)
    codes = communes.codes
    if draft.errors:
        bad = np.isin(rows.numbers, [error.row for error in draft.errors])
        codes, entries = codes[~bad[entries.at]], entries.only(~bad[entries.at])
    return draft.table(_stored(rows, entries, known, codes, draft.file_name))


def _reported(
    rows: Rows, columns: Sequence[tuple[Column, ValueColumn]], catalog: Catalog
) -> tuple[list[tuple[Column, ValueColumn]], list[RowError]]:
    """Return the columns of indicators that are reported, and a word about computed ones."""
    computed = {each.id: each for each in catalog.indicators.values() if each.is_computed}
    reported = [(column, value) for column, value in columns if value.indicator not in computed]
    if not reported:
        return list(columns), []
    warnings = []
    for column, value in columns:
        filled = rows.distinct_at(place_of(column)).filled
        if (indicator := computed.get(value.indicator)) and filled.any():
            said = {"indicator": indicator.id, "count": int(filled.sum())}
            why = (
                refuse("load_distance_column", **said)
                if indicator.nearest
                else refuse("load_derived_column", base=indicator.derived, **said)
            )
            warnings.append(rows.error(int(np.argmax(filled)), column, why))
    return reported, warnings


def _with_figures(
    rows: Rows, columns: Sequence[tuple[Column, ValueColumn]]
) -> tuple[list[tuple[Column, ValueColumn]], Mask]:
    """Return the columns with any figure (one at least), and which rows have any."""
    filled = [rows.distinct_at(place_of(column)).filled for column, _ in columns]
    used = [each for each, has in zip(columns, filled, strict=True) if has.any()]
    return used or list(columns[:1]), np.logical_or.reduce(filled)


def _require_known_periods(columns: Sequence[tuple[Column, ValueColumn]], known: Known) -> None:
    """Refuse a column of figures whose heading names a year outside the programme."""
    for column, value in columns:
        if value.period and value.period not in known.periods:
            text = column.heading or value.period
            raise coded(LoadError, "load_year_outside", text=text, years=known.years)


def _said(
    rows: Rows, columns: Sequence[tuple[Column, ValueColumn]], catalog: Catalog, known: Known
) -> Said:
    """Read the columns beside the figures; a column that nothing needs is passed over."""
    errors: list[RowError] = []

    def numbers(field: str, readings: Readings | None, names: Sequence[str]) -> NDArray[np.int16]:
        if readings is None:
            return np.full(len(rows), UNKNOWN, dtype=np.int16)
        errors.extend(rows.unread(readings, field))
        return readings.numbered(names)

    needs = {
        field: not all(getattr(value, field) for _, value in columns)
        for field in (c.INDICATOR, c.BASIS, c.PERIOD)
    }
    for field, is_needed in needs.items():
        if is_needed and not any(rows.has(name) for name in (field, f"{field}_name")):
            raise coded(LoadError, f"load_no_{field}", sheet=rows.sheet.name)
    name = c.INDICATOR if rows.has(c.INDICATOR) else f"{c.INDICATOR}_name"
    indicator = rows.read(name, indicator_reader(catalog))
    basis = rows.read(c.BASIS, read_basis)
    period = _periods(rows, known)
    project_field = c.PROJECT if rows.has(c.PROJECT) else f"{c.PROJECT}_name"
    project = rows.read(project_field, project_reader(catalog))
    return Said(
        indicator=numbers(name, indicator if needs[c.INDICATOR] else None, known.indicators),
        basis=numbers(c.BASIS, basis if needs[c.BASIS] else None, known.bases),
        period=numbers(c.PERIOD, period if needs[c.PERIOD] else None, known.periods),
        project=numbers(project_field, project, known.projects),
        errors=errors,
    )


def _periods(rows: Rows, known: Known) -> Readings:
    """Read year and quarter, which may stand in one column or in two."""
    reader = partial(_period, known=known)
    if not rows.has(QUARTER):
        return rows.read(c.PERIOD, reader)
    return read_texts(rows.texts(c.PERIOD) + BAR + rows.texts(QUARTER), reader)


def _period(text: str, *, known: Known) -> Reading:
    written, _, quarter_text = text.partition(BAR)
    if not written:
        return refuse("load_period_missing")
    period, quarter = read_period(written), read_quarter(quarter_text)
    if period.code or quarter.code:
        return period if period.code else quarter
    if quarter.value and "Q" not in period.value:
        period = Reading(f"{period.value}-{quarter.value}")
    if period.value not in known.periods:
        return refuse("load_year_outside", text=written, years=known.years)
    return period


def _entries(
    rows: Rows,
    number: int,
    column: Column,
    value: ValueColumn,
    said: Said,
    known: Known,
    *,
    is_wide: bool,
) -> tuple[Entries, list[RowError]]:
    """Return the figures of one column; in a wide table an empty cell says nothing."""
    place = place_of(column)
    distinct = rows.distinct_at(place)
    at = np.flatnonzero(distinct.filled) if is_wide else np.arange(len(rows))
    texts = distinct.only(at)
    stored, percent = (None if flags is None else flags[at] for flags in rows.stored_as(column))
    indicator = known.number(value.indicator, known.indicators, said.indicator[at])
    numbers = read_numbers(texts, whole=known.is_whole[indicator], numeric=stored, percent=percent)
    entries = Entries(
        at=at.astype(np.int32),
        columns=(column,),
        column=np.zeros(len(at), dtype=np.int16),
        indicator=indicator,
        basis=known.number(value.basis, known.bases, said.basis[at]),
        period=known.number(value.period, known.periods, said.period[at]),
        project=said.project[at],
        value=numbers.values,
        signed=numbers.signed,
    )
    wrong = np.flatnonzero(numbers.wrong).tolist()
    if wrong:
        rows.refuse_many(at[wrong].tolist(), column, numbers.why(wrong[0]))
    return entries, [rows.error(int(at[i]), column, numbers.why(i)) for i in wrong]


def _stored(
    rows: Rows, entries: Entries, known: Known, codes: NDArray[np.object_], file_name: str
) -> pd.DataFrame:
    """Return good figures as rows of the store; texts as categories, in the order of the text."""
    source = rows.distinct(c.SOURCE)
    named = [text or file_name for text in source.known]
    every = sorted({*named})
    places = np.array([every.index(text) for text in named], dtype=np.int32)
    return pd.DataFrame(
        {
            c.INDICATOR: _category(known.indicators, entries.indicator),
            c.PERIOD: _category(known.periods, entries.period),
            c.COMMUNE_CODE: pd.Categorical(codes),
            c.PROJECT: _category(known.projects, entries.project),
            c.BASIS: _category(known.bases, entries.basis),
            c.VALUE: entries.value,
            c.SOURCE: pd.Categorical.from_codes(places[source.which[entries.at]], every),
            SHEET: pd.Categorical.from_codes(
                np.zeros(len(entries.at), dtype=np.int8), [rows.sheet.name]
            ),
            ROW: rows.numbers[entries.at],
        }
    )


def _category(names: Sequence[str], numbers: NDArray[np.int16]) -> pd.Categorical:
    order = np.argsort(np.array(names, dtype=object))
    rank = np.empty(len(names), dtype=np.int16)
    rank[order] = np.arange(len(names), dtype=np.int16)
    return pd.Categorical.from_codes(rank[numbers], [names[each] for each in order])
