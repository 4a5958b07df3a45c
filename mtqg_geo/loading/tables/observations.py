"""Figures of indicators by commune, from long tables (a row per figure) and wide ones.

In a wide table (a row per commune, a column per indicator) an empty cell says nothing; in a long
one a row without a value says that it was not reported. All checks run on whole columns: a million
rows cost no more than their distinct texts.
"""

from collections.abc import Collection, Iterator, Sequence
from functools import partial

import numpy as np
import pandas as pd

from mtqg_geo.loading.communes.meanings import communes_of
from mtqg_geo.loading.communes.places import always, find_communes
from mtqg_geo.loading.sheets import words
from mtqg_geo.loading.sheets.distinct import Distinct, Readings, read_texts
from mtqg_geo.loading.sheets.headings import (
    STACKED,
    ValueColumn,
    value_columns,
)
from mtqg_geo.loading.sheets.numbers import read_numbers
from mtqg_geo.loading.sheets.row_kinds import heading_rows
from mtqg_geo.loading.sheets.row_words import holds_number
from mtqg_geo.loading.sheets.rows import Rows, letter, place_of
from mtqg_geo.loading.sheets.table import ROW, SHEET, Column, RowError, Table
from mtqg_geo.loading.sheets.unclear import columns_aside, unclear_heading
from mtqg_geo.loading.sheets.words import without_cumulative
from mtqg_geo.loading.tables.cumulative import increments
from mtqg_geo.loading.tables.draft import Draft, Objects
from mtqg_geo.loading.tables.figures import AT, COLUMN, KEY, SIGNED, TERMS, Figures, Terms, terms_of
from mtqg_geo.loading.tables.observation_rules import (
    combination_checks,
    scope_warnings,
    value_errors,
)
from mtqg_geo.loading.tables.split import capital_reader, of_money_alone, without_doubles
from mtqg_geo.loading.tables.units import unit_checks
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.catalog import Catalog
from mtqg_geo.programme.errors import LoadError
from mtqg_geo.programme.model import Mask
from mtqg_geo.programme.tables import SPLIT
from mtqg_geo.programme.words import coded

QUARTER = "quarter"
BAR = "|"  # between year and quarter while they are read together
OF_ROW = -1  # in place of a list: the period stands in the row
Columns = Sequence[tuple[Column, ValueColumn]]


def read_observations(draft: Draft) -> Table:
    """Read the figures of a sheet.

    Raises
    ------
    LoadError
        If a heading names a year outside the programme, nothing says which indicator, period or
        basis the figures are of, or the table is written for units that came after its periods.
    """
    data, catalog = draft.data, draft.data.catalog
    columns, unseen = _seen(draft.rows, value_columns(draft.rows.headings))
    columns, computed = _reported(draft.rows, columns, catalog)
    is_wide = len(columns) > 1 or bool(columns[0][1].indicator)
    if is_wide:
        columns, filled = _with_figures(draft.rows, columns)
        draft.keep(filled)
    terms = terms_of(catalog)
    _require_known_periods(columns, catalog)
    beside, wrong_terms = _beside(draft.rows, columns, catalog, terms)
    is_sum = _until_then(draft.rows, [value for _, value in columns])
    parts, wrong_numbers = [], []
    mixed: list[RowError] = []
    for column, value in columns:
        part, wrong, doubts = _of_column(
            draft.rows, column, value, beside, catalog, is_wide=is_wide
        )
        parts.append(part)
        wrong_numbers += wrong
        mixed += doubts
    figures = Figures.joined(draft.rows, [column for column, _ in columns], catalog, parts)
    codes = _communes(draft, figures, [value for _, value in columns], beside[c.PERIOD])
    figures, unit_errors, unit_warnings = unit_checks(
        figures.assign(**{c.COMMUNE_CODE: pd.Categorical(codes)})
    )
    figures, wrong_combinations, taken = combination_checks(figures, is_wide=is_wide)
    figures, wrong_splits = of_money_alone(figures, is_wide=is_wide)
    figures, wrong_sums, sums = increments(
        figures, is_sum[figures.of(AT), figures.of(COLUMN)], draft
    )
    refused = {error.row for error in wrong_combinations}
    wrong_sums = [error for error in wrong_sums if error.row not in refused]
    draft.errors += [*wrong_terms, *wrong_numbers, *unit_errors, *wrong_combinations]
    draft.errors += [*wrong_splits, *wrong_sums, *value_errors(figures)]
    draft.warnings += _aside(draft.rows, catalog)
    draft.warnings += [
        *unseen,
        *computed,
        *mixed,
        *unit_warnings,
        *taken,
        *sums,
        *scope_warnings(figures, data),
    ]
    draft.warnings.sort(key=lambda warning: warning.place)
    if draft.errors:
        bad = np.isin(draft.rows.numbers, [error.row for error in draft.errors])
        figures = figures.only(~bad[figures.of(AT)])
    rows, doubtful = without_doubles(figures, _stored(figures, draft.file_name), draft)
    draft.warnings += doubtful
    return draft.table(rows)


def _aside(rows: Rows, catalog: Catalog) -> Iterator[RowError]:
    """Yield a word about each column of numbers set aside that names an indicator, or nearly."""
    sheet, row = rows.sheet, rows.headings.heading_row
    stack = heading_rows(sheet, rows.headings)
    used = {column.letter for column in rows.headings.columns}
    for heading, said in columns_aside(rows.headings, catalog):
        last = heading.rpartition(STACKED)[2]
        # Under one heading there may be a column that is read, and one set aside.
        places = [at for texts in stack for at, text in enumerate(texts) if text == last]
        found = [at for at in places if letter(at) not in used]
        if found and not any(holds_number(rows.distinct_at(at).known) for at in found):
            continue
        place = letter(found[0]) if found else "A"
        values = {"file": sheet.name, "heading": heading, "words": said}
        code = "load_heading_unclear" if said else "load_column_unnamed"
        yield RowError(sheet.name, row, heading, place, last, code, values)


def _reported(
    rows: Rows, columns: Columns, catalog: Catalog
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
                words.refuse("load_distance_column", **said)
                if indicator.nearest
                else words.refuse("load_derived_column", base=indicator.derived, **said)
            )
            warnings.append(rows.error(int(np.argmax(filled)), column, why))
    return reported, warnings


def _seen(rows: Rows, columns: Columns) -> tuple[Columns, list[RowError]]:
    """Return the columns of figures that are not hidden, and a word about the others."""
    hidden = [each for each in columns if place_of(each[0]) in rows.sheet.hidden_columns]
    if len(hidden) == len(columns):
        return columns, []
    filled = [(column, rows.distinct_at(place_of(column)).filled) for column, _ in hidden]
    notes = [
        rows.error(int(np.argmax(has)), column, words.refuse("load_hidden_column"))
        for column, has in filled
        if has.any()
    ]
    return [each for each in columns if each not in hidden], notes


def _with_figures(rows: Rows, columns: Columns) -> tuple[list[tuple[Column, ValueColumn]], Mask]:
    """Return the columns with any figure (one at least), and which rows have any."""
    filled = [rows.distinct_at(place_of(column)).filled for column, _ in columns]
    used = [each for each, has in zip(columns, filled, strict=True) if has.any()]
    return used or list(columns[:1]), np.logical_or.reduce(filled)


def _require_known_periods(columns: Columns, catalog: Catalog) -> None:
    """Refuse a column of figures whose heading names a year outside the programme."""
    known = terms_of(catalog)[c.PERIOD].categories
    for column, value in columns:
        if value.period and value.period not in known:
            text = column.heading or value.period
            raise coded(LoadError, "load_year_outside", text=text, years=_years(catalog))


def _years(catalog: Catalog) -> str:
    return "–".join(map(str, catalog.programme.term))


def _beside(
    rows: Rows, columns: Columns, catalog: Catalog, terms: Terms
) -> tuple[pd.DataFrame, list[RowError]]:
    """Read what each row says beside its figures; a column that nothing needs is passed over."""
    needed = {
        field: field not in ValueColumn._fields
        or not all(getattr(value, field) for _, value in columns)
        for field in TERMS
    }
    named = {field: field if rows.has(field) else f"{field}_name" for field in KEY}
    named |= {field: field for field in SPLIT}
    for field in (c.INDICATOR, c.BASIS, c.PERIOD):
        if needed[field] and not rows.has(named[field]):
            open_to = [column.heading for column, value in columns if not getattr(value, field)]
            of = () if field == c.INDICATOR else open_to
            if unclear := unclear_heading(rows.sheet, catalog, of):
                said = {"file": rows.sheet.name, "heading": unclear[0], "words": unclear[1]}
                raise coded(LoadError, "load_heading_unclear", **said)
            raise coded(LoadError, f"load_no_{field}", sheet=rows.sheet.name)
    read = {
        c.INDICATOR: rows.read(named[c.INDICATOR], words.indicator_reader(catalog)),
        c.BASIS: rows.read(c.BASIS, lambda text: words.read_basis(without_cumulative(text)[0])),
        c.PERIOD: _periods(rows, catalog),
        c.PROJECT: rows.read(named[c.PROJECT], words.project_reader(catalog)),
        **{field: rows.read(field, capital_reader(catalog, field)) for field in SPLIT},
    }
    errors: list[RowError] = []
    said = {}
    for field, readings in read.items():
        codes = np.full(len(rows), -1, dtype=np.int16)
        if needed[field]:
            errors += rows.unread(readings, named[field])
            codes = readings.numbered(terms[field].categories)
        said[field] = pd.Categorical.from_codes(codes, dtype=terms[field])
    return pd.DataFrame(said), errors


def _until_then(rows: Rows, columns: Sequence[ValueColumn]) -> Mask:
    """Say by row and column of figures which are sums of the year until the end of their period.

    The heading says so, or what stands beside the figures (`Lũy kế thực hiện`, `6 tháng 2023`).
    """
    of_rows = np.zeros((len(rows), len(columns)), dtype=bool)
    for field in (c.BASIS, c.PERIOD):
        is_open = np.array([not getattr(value, field) for value in columns])
        said = rows.distinct(field).where(lambda text: without_cumulative(text)[1])
        of_rows |= said[:, None] & is_open
    of_columns = np.array([bool(value.span) for value in columns])
    return np.asarray(of_rows | of_columns, dtype=bool)


def _periods(rows: Rows, catalog: Catalog) -> Readings:
    """Read year and quarter, which may stand in one column or in two."""
    known = frozenset(terms_of(catalog)[c.PERIOD].categories)
    reader = partial(_period, known=known, years=_years(catalog))
    if not rows.has(QUARTER):
        return rows.read(c.PERIOD, reader)
    return read_texts(rows.texts(c.PERIOD) + BAR + rows.texts(QUARTER), reader)


def _period(text: str, *, known: Collection[str], years: str) -> words.Reading:
    written, _, quarter_text = text.partition(BAR)
    if not written:
        return words.refuse("load_period_missing")
    period = words.read_period(without_cumulative(written)[0])
    quarter = words.read_quarter(quarter_text)
    if period.code or quarter.code:
        return period if period.code else quarter
    if quarter.value and "Q" not in period.value:
        period = words.Reading(f"{period.value}-{quarter.value}")
    if period.value not in known:
        return words.refuse("load_year_outside", text=written, years=years)
    return period


def _of_column(
    rows: Rows,
    column: Column,
    value: ValueColumn,
    beside: pd.DataFrame,
    catalog: Catalog,
    *,
    is_wide: bool,
) -> tuple[pd.DataFrame, list[RowError], list[RowError]]:
    """Return the figures of one column, what is wrong with them and what is doubtful.

    In a wide table an empty cell says nothing.
    """
    texts = rows.distinct_at(place_of(column))
    at = np.flatnonzero(texts.filled) if is_wide else np.arange(len(rows))
    numeric, percent = (None if flags is None else flags[at] for flags in rows.stored_as(column))
    figures = beside.iloc[at].reset_index(drop=True)
    for field, name in value._asdict().items():
        if name and field in TERMS:  # the heading says it for all figures below
            dtype = figures[field].dtype
            codes = np.full(len(at), dtype.categories.get_loc(name), dtype=np.int16)
            figures[field] = pd.Categorical.from_codes(codes, dtype=dtype)
    whole = [catalog.indicators[name].decimals == 0 for name in beside[c.INDICATOR].cat.categories]
    numbers = read_numbers(
        texts.only(at),
        whole=np.array([*whole, False])[figures[c.INDICATOR].cat.codes],
        numeric=numeric,
        percent=percent,
    )
    figures = figures.assign(
        **{AT: at.astype(np.int32), c.VALUE: np.asarray(numbers.values), SIGNED: numbers.signed}
    )
    wrong = np.flatnonzero(numbers.wrong).tolist()
    if wrong:
        rows.refuse_many(at[wrong].tolist(), column, numbers.why(wrong[0]))
    errors = [rows.error(int(at[i]), column, numbers.why(i)) for i in wrong]
    doubts = numbers.mixed(percent=True)
    return figures, errors, [rows.error(int(at[i]), column, why) for i, why in doubts]


def _communes(
    draft: Draft, figures: Figures, columns: Sequence[ValueColumn], periods: pd.Series
) -> Objects:
    """Return the commune of every figure in the geography of its period.

    In a wide table the columns of a row may be of different periods, so that the same code may
    mean two units: `07333` is Lam Cốt in a column of 2023 and Quang Trung in one of 2026.
    """
    # A period that was not read is at -1, and so at the last of the names.
    names = pd.Series([*periods.cat.categories, ""], dtype=object)
    codes = periods.cat.codes.to_numpy(np.int32)
    of_rows = Distinct(np.where(codes < 0, len(names) - 1, codes), names)
    rows, data, at = draft.rows, draft.data, figures.of(AT)
    communes = communes_of(data)
    eras = np.array([communes.era(each.period) if each.period else OF_ROW for each in columns])
    found = np.full(len(figures), "", dtype=object)
    errors: dict[tuple[int, str, str], RowError] = {}
    warnings: dict[tuple[int, str, str], RowError] = {}
    for era in np.unique(eras).tolist():
        mine = eras[figures.of(COLUMN)] == era
        chosen = np.zeros(len(rows), dtype=bool)
        chosen[at[mine]] = True
        given = of_rows.only(chosen)
        if era != OF_ROW:
            period = columns[eras.tolist().index(era)].period
            given = always(period, int(chosen.sum()))
        part = find_communes(rows.only(chosen), data, given)
        part.refuse_list()
        found[mine] = part.codes[(np.cumsum(chosen) - 1)[at[mine]]]
        # One row read by two lists is told about once.
        errors |= {(each.row, each.letter, each.code): each for each in part.errors}
        warnings |= {(each.row, each.letter, each.code): each for each in part.warnings}
    draft.errors += errors.values()
    draft.warnings += warnings.values()
    return found


def _stored(figures: Figures, file_name: str) -> pd.DataFrame:
    """Return good figures as rows of the store; texts as categories, in the order of the text."""
    frame, at = figures.frame, figures.of(AT)
    ordered = {
        field: frame[field].cat.set_categories(sorted(figures.names(field))) for field in TERMS
    }
    sheet = pd.Categorical([figures.rows.sheet.name]).repeat(len(frame))
    source = figures.rows.distinct(c.SOURCE)
    named = pd.Categorical([text or file_name for text in source.known])
    return pd.DataFrame(
        {
            c.INDICATOR: ordered[c.INDICATOR],
            c.PERIOD: ordered[c.PERIOD],
            c.COMMUNE_CODE: frame[c.COMMUNE_CODE].cat.remove_unused_categories(),
            c.PROJECT: ordered[c.PROJECT],
            c.BASIS: ordered[c.BASIS],
            **{field: ordered[field] for field in SPLIT},
            c.VALUE: frame[c.VALUE],
            c.SOURCE: named[source.which[at]],
            SHEET: sheet,
            ROW: figures.rows.numbers[at],
        }
    ).reset_index(drop=True)
