"""Whether a file is whole by its own account: totals, numbers of communes, lists that break off.

A file that was cut at the end of a line looks like a shorter one. What is expected is only what the
file claims, or what its own districts imply: nobody has to report for the whole province, and a
file for one district is whole. All that is said here can be true of a whole file too, so that it is
a word before loading and never a refusal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from itertools import pairwise
from math import comb

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.loading.communes.meanings import communes_of
from mtqg_geo.loading.communes.places import always, find_communes
from mtqg_geo.loading.communes.register import Unit
from mtqg_geo.loading.sheets.distinct import distinct_texts
from mtqg_geo.loading.sheets.headings import MOST_NOTE_ROWS, value_columns
from mtqg_geo.loading.sheets.numbers import read_numbers
from mtqg_geo.loading.sheets.rows import MOST_ERRORS, Rows, cell_texts, letter, place_of
from mtqg_geo.loading.sheets.table import ROW, Column, Listed, RowError, Table
from mtqg_geo.loading.sheets.words import Reading, refuse
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import LANGUAGES, MOST_DIFFICULT, Kind, Text
from mtqg_geo.programme.tables import OBSERVATIONS, SPLIT
from mtqg_geo.programme.words import number, t

NEARLY = 0.85  # of the communes of a place: as many are a list of all of them
A_LIST = 5  # communes from which on a list may be one of a whole place
CHOICES = 10  # of a few districts, from which on the first ones are hardly chosen by chance
MOST_NAMED = 3
TERMS = [c.INDICATOR, c.PERIOD, c.PROJECT, c.BASIS, *SPLIT]
TOTAL, DISTRICT = "load_total_row", "load_district_row"
TOTAL_TOLD = re.compile(
    r"(?:dòng|hàng) (?:cuối (?:cùng )?(?:là )?)?(?:tổng|cộng)\b|\btotal row|last row is the total",
    re.IGNORECASE,
)
# What is said of files that may have lost something: a person has to read it before loading.
MAY_BE_CUT = frozenset(
    {"load_fewer_cells", "load_open_end", "load_open_page", "load_total_differs",
     "load_total_missing", "load_total_announced", "load_total_after_each", "load_counted_more",
     "load_communes_missing", "load_breaks_off", "load_above_headings"}
)  # fmt: skip


def _counting(words: str) -> re.Pattern[str]:
    """Return how a line above a table, or the label of a sum, says how many of something it has."""
    before = "danh sách|gồm|tổng số|tổng cộng|đủ|tỉnh|huyện|thị xã|thành phố|list of|total"
    return re.compile(
        rf"(?:(?:{before})\b[^\d]{{0,30}}[(: ]|\()(\d{{1,3}})\s*(?:{words})\b(?=\s*(?:[).,;:]|$))"
        rf"|số (?:{words})\s*:\s*(\d{{1,3}})\b",
        re.IGNORECASE,
    )


COMMUNES = _counting("xã|đơn vị|communes")
ROWS, WORKS = _counting("dòng|rows"), _counting("công trình|tuyến|works")


def listed_communes(rows: Rows, table: Table, data: Dataset) -> Listed:
    """Return the communes that a table names, also in rows without a figure or with an error."""
    if table.kind not in ("observations", "region") or table.rows.empty:
        return Listed()
    good = table.rows[[c.COMMUNE_CODE, ROW]].astype({c.COMMUNE_CODE: object})
    period = str(table.rows[c.PERIOD if table.kind == "observations" else c.VALID_FROM].iloc[0])
    rest = rows.only(~np.isin(rows.numbers, good[ROW]))
    if 0 < len(rest) <= MOST_ERRORS:  # more are no list of communes
        found = find_communes(rest, data, always(period, len(rest)), required=False)
        others = pd.DataFrame({c.COMMUNE_CODE: found.codes, ROW: rest.numbers})
        good = pd.concat([good, others[~found.wrong]]).sort_values(ROW, kind="stable")
    return Listed(tuple(good[c.COMMUNE_CODE].unique()), period)


def own_account(rows: Rows, table: Table, data: Dataset) -> list[RowError]:
    """Return what a table says of itself and does not keep: its sums, its number of communes."""
    return [
        *_announced(rows, table.listed),
        *_sums_that_differ(rows, data),
        *_sums_after_each(rows),
        *_breaks_off(table),
    ]


def _announced(rows: Rows, listed: Listed) -> Iterator[RowError]:
    """Yield a word where a line above the table, or a sum, announces more than stands there."""
    top = rows.headings.heading_row - rows.sheet.first_row
    above = range(max(top - MOST_NOTE_ROWS, 0), top)
    marks = [each for each in rows.set_aside if each.code in (TOTAL, DISTRICT)]
    totals = [each.row - rows.sheet.first_row for each in marks if each.code == TOTAL]
    works = len(rows) if rows.headings.kind in ("sites", "roads") else 0
    for at in (*above, *totals):
        counts = ((COMMUNES, len(listed.codes)), (ROWS, len(rows)), (WORKS, works))
        yield from _more_than(rows, at, counts)
        if at in above and not totals:
            yield from _more_than(rows, at, ((TOTAL_TOLD, 0),))
    starts = [*(each.row for each in marks), np.inf]
    for mark, (start, end) in zip(marks, pairwise(starts), strict=True):
        below = int(((rows.numbers > start) & (rows.numbers < end)).sum())
        if mark.code != TOTAL:
            yield from _more_than(rows, mark.row - rows.sheet.first_row, ((COMMUNES, below),))


def _more_than(
    rows: Rows, at: int, counts: Sequence[tuple[re.Pattern[str], int]]
) -> Iterator[RowError]:
    """Yield a word where a cell of a row counts more than there is, or speaks of a total."""
    for place, text in enumerate(cell_texts(rows.sheet, at)):
        for pattern, count in counts:
            told = pattern.search(text)
            if told is None:
                continue
            code = "load_total_announced"
            if pattern is not TOTAL_TOLD:
                code = "load_counted_more"
                if not int(told[1] or told[2]) > count > 0:
                    continue
            row, why = rows.sheet.first_row + at, refuse(code, text=text, count=count)
            yield RowError(rows.sheet.name, row, text, letter(place), text, why.code, why.said)


def _sums_that_differ(rows: Rows, data: Dataset) -> Iterator[RowError]:
    """Yield a word where the only total of a table is not the sum of its rows."""
    totals = [each for each in rows.set_aside if each.code == TOTAL]
    is_seen = not any(each.code == "load_hidden_rows" for each in rows.set_aside)
    if len(totals) != 1 or not is_seen or not len(rows):
        return
    if rows.numbers[0] < totals[0].row < rows.numbers[-1]:
        return  # of some of them, and nobody knows which
    at = totals[0].row - rows.sheet.first_row
    for column, value in value_columns(rows.headings):
        indicator = data.catalog.indicators.get(value.indicator)
        if indicator is None or indicator.kind is not Kind.EXTENSIVE:
            continue  # rates do not add up
        figures = _numbers(rows, column, [at, *rows.positions.tolist()])
        total, parts = figures[0], figures[1:]
        known = parts[np.isfinite(parts)]
        # Figures with decimals may be rounded, each by half of a unit or less.
        slack = min(0.5 * len(known), 0.01 * abs(total)) if (known % 1).any() else 0.0
        if np.isfinite(total) and len(known) > 1 and abs(total - known.sum()) > slack:
            said = {"total": _number(total), "sum": _number(known.sum()), "count": len(known)}
            why = refuse("load_total_differs", **said)
            yield RowError(
                rows.sheet.name, totals[0].row, column.heading, column.letter,
                rows.sheet.cells.iloc[at, place_of(column)], why.code, why.said,
            )  # fmt: skip


def _numbers(rows: Rows, column: Column, positions: Sequence[int]) -> NDArray[np.float64]:
    place, numeric = place_of(column), rows.sheet.numeric
    texts = distinct_texts(rows.sheet.cells.iloc[positions, place])
    return np.asarray(
        read_numbers(
            texts,
            whole=np.ones(len(positions), dtype=bool),
            numeric=None if numeric is None else numeric.iloc[positions, place].to_numpy(bool),
        ).values
    )


def _number(value: float) -> Text:
    return Text(number(value, "vi"), number(value, "en"))


def _sums_after_each(rows: Rows) -> list[RowError]:
    """Return a word where groups of rows end with their total each, and the last one does not."""
    totals = [each.row for each in rows.set_aside if each.code == TOTAL]
    if not (totals and len(rows)) or rows.numbers[0] > totals[0] or rows.numbers[-1] < totals[-1]:
        return []
    why = refuse("load_total_after_each", row=str(totals[-1]), count=len(totals))
    return [rows.error(len(rows) - 1, rows.headings.columns[0], why)]


def _breaks_off(table: Table) -> Iterator[RowError]:
    """Yield a word where all rows but the last few are of a full grid of communes and figures.

    Three communes with the same four figures each, then one with two of them: the list breaks off.
    """
    rows, figures = table.rows, value_columns(table.headings)
    is_long = len(figures) == 1 and not figures[0][1].indicator
    if rows.empty or table.errors or not is_long:
        return
    terms = pd.factorize(_numbered(rows[TERMS]))[0]
    communes = pd.factorize(rows[c.COMMUNE_CODE])[0]
    for each, other in ((communes, terms), (terms, communes)):
        counts, full = np.bincount(each), other.max() + 1
        last = counts[each[-1]]
        others = np.delete(counts, each[-1])
        if len(others) >= 3 and full > 1 and last < full and (others == full).all():
            row, first = int(rows[ROW].iloc[-1]), table.headings.columns[0]
            why = refuse("load_breaks_off", count=int(last), usual=int(full))
            yield RowError(
                table.headings.sheet, row, first.heading, first.letter, "", why.code, why.said
            )
            return


def _numbered(rows: pd.DataFrame) -> NDArray[np.int64]:
    """Return a number for each combination of texts; grouping a million rows would take long."""
    key = np.zeros(len(rows), dtype=np.int64)
    for name in rows:
        texts = rows[name].astype("category").cat
        key = key * (len(texts.categories) + 1) + texts.codes
    return key


def with_gaps(tables: Sequence[Table], data: Dataset) -> tuple[Table, ...]:
    """Return a file's tables with a word about totals and communes that their like lead to expect.

    Tables of the same figures are one list in several parts, as where each district has a sheet.
    """
    found: dict[int, list[RowError]] = {}
    lists: dict[object, list[int]] = {}
    for at, table in enumerate(tables):
        if table.listed.codes and len(table.rows):
            lists.setdefault(_terms(table), []).append(at)
    for parts in lists.values():
        codes = tuple(dict.fromkeys(code for at in parts for code in tables[at].listed.codes))
        last = tables[parts[-1]]
        if gap := _gap(codes, last.listed.period, data, begun=_begun(last)):
            found.setdefault(parts[-1], []).append(_at_end(last, gap))
    for at, others in _without_total(tables):
        why = refuse("load_total_missing", count=others)
        found.setdefault(at, []).append(_at_end(tables[at], why))
    return tuple(
        replace(table, warnings=(*found.get(at, ()), *table.warnings))
        for at, table in enumerate(tables)
    )


def _terms(table: Table) -> object:
    """Return what a table is of: its kind, and of figures which ones."""
    if table.kind != OBSERVATIONS.name:
        return table.kind
    terms = table.rows[[c.INDICATOR, c.PERIOD, c.BASIS]].drop_duplicates().astype(str)
    return frozenset(terms.itertuples(index=False, name=None))


def _at_end(table: Table, why: Reading) -> RowError:
    row, first = int(table.rows[ROW].max()), table.headings.columns[0]
    sheet = table.headings.sheet
    return RowError(sheet, row, first.heading, first.letter, "", why.code, why.said)


def _begun(table: Table) -> str:
    """Return the district whose row is the last of a table, with no commune below; else ""."""
    last = int(table.rows[ROW].max())
    below = [each for each in table.warnings if each.code == DISTRICT and each.row > last]
    return str(below[-1].said("name")) if below and not table.errors else ""


def _gap(listed: Sequence[str], period: str, data: Dataset, *, begun: str) -> Reading | None:
    """Return a word about the communes that a list of nearly all of a place leaves out.

    The largest place counts of which a list has nearly all communes. A list that is whole for all
    of its districts but the last, as far as it goes, breaks off in that one; so does one that ends
    in the row of a district (`begun`).
    """
    units = communes_of(data).register(period).by_code
    regions = data.regions_in(int(period[:4]))
    province = Text(*(data.catalog.programme.province.of(lang) for lang in LANGUAGES))
    of_programme = units.keys() & {*regions.index}
    hardest = units.keys() & {*regions.index[regions == MOST_DIFFICULT]}
    wholes = [
        (province, set(units)),
        (_words("gap_programme", province), of_programme),
        (_words("gap_hardest", province), hardest),
    ]
    listed = [code for code in listed if code in units]
    have = {*listed}
    if not have or any(have == whole for _, whole in wholes):
        return None
    for name, whole in wholes:
        if len(whole) >= A_LIST and NEARLY * len(whole) <= len(have & whole) < len(whole):
            return _lacking(name, whole, listed, units)
        if whole and whole <= have and NEARLY * len(have) <= len(whole):
            return None  # and a few more
    # The smallest that has all: a list of the hardest communes lacks none of the others.
    place = next(each for each in reversed(wholes) if have <= each[1])
    ends_in = {units[code].district for code in place[1] if begun and units[code].is_in(begun)}
    found = _district_gap(listed, ends_in, place, data, units)
    return _lacking(*found, listed, units) if found else None


def _district_gap(
    listed: Sequence[str],
    ends_in: Set[str],
    place: tuple[Text, Set[str]],
    data: Dataset,
    units: Mapping[str, Unit],
) -> tuple[Text, Set[str]] | None:
    """Return what a list has nearly all of, or breaks off in, by name and communes.

    It breaks off in a district where it has all communes of others, and those that come first by
    code; where the last district it names is the only one it has in part; or where all it has are
    the first communes of one. It does after whole districts where these are the first of the place,
    in order, and one of many choices of as many. Whoever chooses places rarely chooses those.
    """
    (name, expected), have = place, {*listed}
    districts = {each: set[str]() for each in data.districts[c.NAME].astype(str)}
    for code in expected:
        districts.setdefault(units[code].district, set()).add(code)
    named = [*dict.fromkeys([*(units[code].district for code in listed), *sorted(ends_in)])]
    parts = [each for each in named if not districts[each] <= have]
    if not parts:
        order = [each for each, codes in districts.items() if codes]
        is_start = len(named) > 1 and named == order[: len(named)]
        return place if is_start and comb(len(order), len(named)) >= CHOICES else None
    last = named[-1] if named[-1] in parts else parts[-1]
    whole = districts[last]
    is_prefix, is_begun = (have == {*sorted(each)[: len(have)]} for each in (expected, whole))
    in_whole = sum(len(districts[each]) for each in named if each not in parts)
    is_broken_off = in_whole >= A_LIST and (is_prefix or parts == named[-1:])
    is_near = len(whole) >= A_LIST and len(have & whole) >= NEARLY * len(whole)
    if not (is_broken_off or is_near or (is_begun and len(have) >= A_LIST)):
        return None
    of = Text(*("" if expected == units.keys() else f", {each}" for each in name))
    return Text(last + of.vi, last + of.en), whole


def _lacking(
    name: Text, whole: Set[str], listed: Sequence[str], units: Mapping[str, Unit]
) -> Reading:
    lacking = sorted(whole - {*listed})
    named = "; ".join(units[code].words for code in lacking[:MOST_NAMED])
    more = " …" if len(lacking) > MOST_NAMED else ""
    said = {"place": name, "listed": len({*listed} & whole), "count": len(whole)}
    said |= {"missing": len(lacking), "example": named + more, "last": units[listed[-1]].words}
    return refuse("load_communes_missing", **said)


def _words(key: str, province: Text) -> Text:
    return Text(*(t(key, lang, province=province.of(lang)) for lang in LANGUAGES))


def _without_total(tables: Sequence[Table]) -> Iterator[tuple[int, int]]:
    """Yield the tables that end without a total where all others of their kind have one below."""
    for at, table in enumerate(tables):
        others = [each for each in tables if each.kind == table.kind and each is not table]
        has_any = any(each.code == TOTAL for each in table.warnings)
        if others and not has_any and len(table.rows) > 1 and all(map(_ends_with_total, others)):
            yield at, len(others)


def _ends_with_total(table: Table) -> bool:
    last = table.rows[ROW].max() if len(table.rows) else 0
    return any(each.code == TOTAL and each.row > last for each in table.warnings)
