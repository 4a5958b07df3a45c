"""What a row below the headings can be: data, or a line that people write around their data.

========  ==========================================================================================
total     a word for a sum where a commune is named: “Tổng cộng”
district  “Huyện Sơn Động”, or its bare name where the numbers in front show that others are below
          it; rows below may be understood as of that district
group     “A. Công trình chuyển tiếp”: a label that heads rows and names no commune
numbering A, B, 1, 2, 3=2/1: the columns of an official form
repeated  the headings once more, as on each printed page
below     signatures and notes at the end
hidden    filtered away: nobody who looked at the sheet saw it
========  ==========================================================================================

Numbering and repeated headings say nothing; the others are set aside with a word. What is none of
these is data, and is read or refused. Whole columns are judged by their distinct texts; single rows
are looked at only where they are odd.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import pairwise
from operator import eq
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mtqg_geo.communes.names import TYPE_PREFIX, full_name
from mtqg_geo.loading.sheets.distinct import Distinct, distinct_texts
from mtqg_geo.loading.sheets.headings import MOST_HEADING_ROWS, SERIAL
from mtqg_geo.loading.sheets.merged import filled_down, is_quantity, unclear_quantities
from mtqg_geo.loading.sheets.numbers import read_numbers
from mtqg_geo.loading.sheets.row_words import (
    A_CODE,
    A_NUMBER,
    ARABIC,
    DASHES,
    ENUMERATOR,
    LETTER,
    NOWHERE,
    PHONE,
    ROMAN,
    SEVERAL,
    UNNUMBERED,
    PlaceNames,
    holds_number,
    is_below,
    is_numbering,
    is_total,
    is_wordy,
    names_district,
    rank_of,
)
from mtqg_geo.loading.sheets.rows import (
    MOST_ERRORS,
    MOST_SHOWN,
    PLACES,
    Rows,
    cell_texts,
    is_note,
    place_of,
)
from mtqg_geo.loading.sheets.table import Column, RowError, Sheet, TableHeadings
from mtqg_geo.loading.sheets.words import plain, refuse
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Mask

LETTERS = string.ascii_uppercase
MOST_BELOW = 60  # rows that signatures and notes may take
LONG = 50_000  # rows of a table that nobody numbered by hand


class RowMark(NamedTuple):
    """A row that holds no data: which, the sentence about it, its label, how high it stands."""

    at: int
    code: str
    label: str
    rank: int = UNNUMBERED


def data_rows(sheet: Sheet, headings: TableHeadings, names: PlaceNames = NOWHERE) -> Rows:
    """Return the rows below the headings that hold data; of the others it is said what they are.

    Parameters
    ----------
    names
        The places there are; without them a district is known by its type alone.
    """
    columns = [column for column in headings.columns if not is_note(column)]
    first = headings.heading_row - sheet.first_row + 1
    serial = _serial_place(sheet, headings, columns)
    if sheet.merged:
        as_written = RowsBelow(sheet, headings, columns, first, serial, names)
        own = np.zeros(len(sheet.cells), dtype=bool)
        own[first:] = as_written.filled
        own[[first + at for at in as_written.silent]] = False  # headings, merged among themselves
        sheet = filled_down(sheet, headings, own, beside=() if serial is None else (serial,))
    below = RowsBelow(sheet, headings, columns, first, serial, names)
    is_data = below.filled.copy()
    is_data |= below.rows(np.ones(len(is_data), dtype=bool)).are_features
    is_data[[*below.silent]] = False
    end = below.end
    is_data[end:] = False
    marks = [mark for mark in below.marks if mark.at < end and mark.at not in below.silent]
    is_data[[mark.at for mark in marks]] = False
    marks_of_sums = [
        RowMark(at, "load_district_row", below.texts[c.COMMUNE].at(at))
        for at in np.flatnonzero(below.sums_without_code & is_data).tolist()
    ]
    is_data[[mark.at for mark in marks_of_sums]] = False
    every = below.rows(np.ones(len(is_data), dtype=bool))
    said = [
        every.error(each.at, columns[0], refuse(each.code, name=each.label))
        for each in (*marks, *marks_of_sums)
    ]
    told = {each.letter.lstrip(LETTERS) for each in headings.columns if is_note(each)}
    unread = [at for at in range(end, len(is_data)) if str(every.numbers[at]) not in told]
    said += _of_several(every, unread, "load_below_table")
    said += below.figures_above
    if sheet.hidden:
        hidden = is_data & np.isin(every.numbers, [*sheet.hidden])
        said += _of_several(every, np.flatnonzero(hidden).tolist(), "load_hidden_rows")
        is_data &= ~hidden
    rows = replace(
        below.rows(is_data),
        set_aside=tuple(sorted(said, key=lambda error: error.row)),
        above=below.districts_above(marks, is_data),
    )
    wrong = rows.errors(
        below.doubtful[is_data], _commune_column(columns), refuse("load_district_or_commune")
    )
    if sheet.merged:
        wrong += unclear_quantities(rows, own)
    return replace(rows, wrong=tuple(wrong))


def _commune_column(columns: Sequence[Column]) -> Column:
    return next((each for each in columns if each.field == c.COMMUNE), columns[0])


def _of_several(rows: Rows, where: Sequence[int], code: str) -> list[RowError]:
    """Return one word about several rows, shown at the first of them that says anything."""
    texts = {at: _first_text(rows.sheet, int(rows.positions[at])) for at in where[:MOST_BELOW]}
    first = next((at for at, text in texts.items() if text), None)
    if first is None:
        return []
    numbers = tuple(int(rows.numbers[at]) for at in where if texts.get(at, "…"))
    why = refuse(code, count=len(numbers), name=texts[first])
    error = rows.error(first, rows.headings.columns[0], why)
    return [replace(error, value=texts[first][:MOST_SHOWN], rows=numbers)]


def _first_text(sheet: Sheet, position: int) -> str:
    """Return the first words of a row; a number where it has none."""
    texts = [text for text in cell_texts(sheet, position) if text]
    return next((text for text in texts if not A_NUMBER.fullmatch(text)), next(iter(texts), ""))


def _texts(sheet: Sheet, columns: Sequence[Column], first: int) -> dict[str, Distinct]:
    cells = sheet.cells.iloc[first:]
    return {each.field: distinct_texts(cells.iloc[:, place_of(each)]) for each in columns}


def _filled(texts: Collection[Distinct], count: int) -> Mask:
    """Say which rows have a text in any of some columns."""
    filled = np.zeros(count, dtype=bool)
    for each in texts:
        filled |= each.filled
    return filled


def _serial_place(sheet: Sheet, headings: TableHeadings, columns: Sequence[Column]) -> int | None:
    """Return the place of the column of running numbers: headed so, or the first one unheaded."""
    read = {place_of(column) for column in columns}
    stack = heading_rows(sheet, headings)
    for place in range(sheet.cells.shape[1]):
        texts = [plain(row[place]) for row in stack if row[place]]
        if place not in read and (set(texts) & SERIAL or (not texts and place < min(read))):
            return place
    return None


def heading_rows(sheet: Sheet, headings: TableHeadings) -> list[tuple[str, ...]]:
    """Return the rows that may be the headings, the lowest first."""
    last = headings.heading_row - sheet.first_row
    return [cell_texts(sheet, at) for at in range(last, max(last - MOST_HEADING_ROWS, -1), -1)]


@dataclass(frozen=True, eq=False)
class RowsBelow:
    """All rows below the headings, counted from 0, before it is known what each of them is."""

    sheet: Sheet
    headings: TableHeadings
    columns: Sequence[Column]
    first: int
    serial: int | None
    names: PlaceNames

    def __len__(self) -> int:
        return len(self.sheet.cells) - self.first

    def rows(self, chosen: Mask) -> Rows:
        """Return some of the rows."""
        positions = np.flatnonzero(chosen) + self.first
        return Rows(self.sheet, self.headings, positions + self.sheet.first_row, positions)

    def written(self, at: int) -> tuple[str, ...]:
        """Return the texts of a row."""
        return cell_texts(self.sheet, self.first + at)

    @cached_property
    def texts(self) -> dict[str, Distinct]:
        """The texts of each column that is read, by field."""
        return _texts(self.sheet, self.columns, self.first)

    @cached_property
    def filled(self) -> Mask:
        """Which rows have a text in a column that is read."""
        return _filled(self.texts.values(), len(self))

    @cached_property
    def silent(self) -> frozenset[int]:
        """The rows that repeat the headings, and those that number the columns below these."""
        found: set[int] = set()
        stack = heading_rows(self.sheet, self.headings)
        if self.figures_above:  # no headings, which a row below could repeat
            stack = stack[: self.headings.heading_row - self.figures_above[-1].row]
        for depth, texts in enumerate(stack):
            headed = [each for each in self.columns if texts[place_of(each)]]
            if len(headed) > 1:
                text = texts[place_of(headed[0])]
                alike = self.texts[headed[0].field].where(partial(eq, text))
                # The rows beside it are headings too where they say the same as those up there.
                found |= {
                    at + depth - other
                    for at in np.flatnonzero(alike).tolist()
                    if self.written(at) == texts
                    for other, its in enumerate(stack)
                    if 0 <= at + depth - other < len(self)
                    and any(its)
                    and self.written(at + depth - other) == its
                }
        numbering = (self._next_written(at + 1) for at in (-1, *found))
        said = {at for at in numbering if at is not None and is_numbering(self.written(at))}
        return frozenset(found | said)

    @cached_property
    def figures_above(self) -> list[RowError]:
        """A word about each row above the headings that names a commune and holds a figure.

        No title does: the headings were moved, and such rows are not read.
        """
        found = []
        for at in range(self.headings.heading_row - self.sheet.first_row):
            texts = cell_texts(self.sheet, at)
            where = [texts[place_of(each)] for each in self.columns if each.field in PLACES]
            figures = [texts[place_of(each)] for each in self.columns if is_quantity(each)]
            is_place = any(A_CODE.fullmatch(text) or self.names.is_commune(text) for text in where)
            if is_place and any(A_NUMBER.fullmatch(text) for text in figures):
                first = self.columns[0]
                place = (self.sheet.first_row + at, first.heading, first.letter)
                why = refuse("load_above_headings", row=str(self.headings.heading_row))
                text = texts[place_of(first)]
                found.append(RowError(self.sheet.name, *place, text, why.code, why.said))
        return found

    def _next_written(self, at: int) -> int | None:
        return next(
            (each for each in range(at, min(at + 3, len(self))) if any(self.written(each))), None
        )

    @cached_property
    def end(self) -> int:
        """Where signatures and notes begin: no number stands in any row from there on.

        Nobody signs below the features of a layer.
        """
        begins = len(self)
        if self.sheet.shapes is not None:
            return begins
        for at in range(len(self) - 1, max(len(self) - MOST_BELOW, 0) - 1, -1):
            texts = self.written(at)
            if holds_number(text for text in texts if not PHONE.fullmatch(text)):
                break
            if is_below(texts) or self._is_of_words(at, texts):
                begins = at
        return begins

    def _is_of_words(self, at: int, texts: Sequence[str]) -> bool:
        """Say whether words stand in place of a figure, and no commune: names of those who sign."""
        figures = (self.texts[each.field].at(at) for each in self.columns if is_quantity(each))
        return any(is_wordy(text) for text in figures) and not any(
            TYPE_PREFIX.match(full_name(text)) or self.names.is_commune(text)
            for text in texts
            if text
        )

    @cached_property
    def place(self) -> Mask:
        """Which rows name a commune, by code or name."""
        return _filled([self.texts[each] for each in PLACES if each in self.texts], len(self))

    @cached_property
    def numbered(self) -> Distinct | None:
        """The running numbers of a table that may be made by hand."""
        if self.serial is None or len(self) > LONG:
            return None
        cells = distinct_texts(self.sheet.cells.iloc[self.first :, self.serial])
        return Distinct(cells.which, cells.known.str.strip("()[]./ "))

    @cached_property
    def heads(self) -> Mask:
        """Which rows have a number that heads others: A over I over 1, 1 over 1.1 or a dash."""
        if self.numbered is None:
            return np.zeros(len(self), dtype=bool)
        number, known = self.numbered, set(self.numbered.known)
        parents = {text.rpartition(".")[0] for text in known if ARABIC.fullmatch(text)}
        arabic, roman, lettered = (number.where(_is(kind)) for kind in (ARABIC, ROMAN, LETTER))
        dashed = number.where(lambda text: text in DASHES)
        above_dash = arabic & np.append(dashed[1:], [False])
        heads: Mask = number.where(lambda text: text in parents and text != "") | above_dash
        if arabic.any() or dashed.any() or (self.place & ~number.filled).any():
            heads |= roman | lettered
        if roman.sum() > 1:
            heads |= lettered
        return heads

    @cached_property
    def marks(self) -> list[RowMark]:
        """The rows that are totals, districts or groups, in order."""
        if self.headings.kind == "lineage":
            return []
        # Of two words about a row the type of its name says more than the number before it.
        found = {mark.at: mark for mark in (*self._nameless(), *self._headed(), *self._named())}
        return [found[at] for at in sorted(found)]

    def _named(self) -> Iterator[RowMark]:
        """Yield the rows in whose column of communes a total or a district stands."""
        for field in PLACES:
            if field in self.texts:
                for at in np.flatnonzero(self.texts[field].where(is_total)).tolist():
                    yield RowMark(at, "load_total_row", self.texts[field].at(at))
        if c.COMMUNE_CODE in self.texts:
            codes = self.texts[c.COMMUNE_CODE]
            for at in np.flatnonzero(codes.where(self.names.districts.__contains__)).tolist():
                yield self._district(at, self.names.districts[codes.at(at)])
        if c.COMMUNE in self.texts and self.sheet.shapes is None:
            names = self.texts[c.COMMUNE]
            typed = names.where(lambda text: bool(names_district(text, self.names)))
            for at in np.flatnonzero(typed & self._says_nothing_else).tolist():
                yield self._district(at, names_district(names.at(at), self.names))

    def _headed(self) -> Iterator[RowMark]:
        """Yield the rows that head others by their number, with a label where communes stand."""
        if c.COMMUNE not in self.texts or self.sheet.shapes is not None:
            return
        names = self.texts[c.COMMUNE]
        several = names.where(
            lambda text: bool(SEVERAL.fullmatch(plain(text))) and not self.names.is_commune(text)
        )
        for at in np.flatnonzero(
            (self.heads | several) & names.filled & ~self._coded & self._says_nothing_else
        ).tolist():
            label = names.at(at)
            if self._is_bare_district(label):
                yield self._district(at, label)
            elif several[at] or (self._rank(at) and not self.names.is_commune(label)):
                yield RowMark(at, "load_group_row", label, self._rank(at))

    def _nameless(self) -> Iterator[RowMark]:
        """Yield the rows without a commune whose first words name a sum, a district or a group."""
        if (
            not any(field in self.texts for field in PLACES)
            and self.headings.kind == "observations"
        ):
            return
        odd = np.flatnonzero(~self.place & self._says_nothing_else & self._written)
        if len(odd) > MOST_ERRORS or self.sheet.shapes is not None:
            return
        for at in odd.tolist():
            if (mark := self._mark_of(at, self.written(at))) is not None:
                yield mark

    def _mark_of(self, at: int, texts: Sequence[str]) -> RowMark | None:
        number = "" if self.numbered is None else self.numbered.at(at)
        is_number = any(kind.fullmatch(number) for kind in (ARABIC, ROMAN, LETTER))
        labels = [
            (place, text)
            for place, text in enumerate(texts)
            if text and not (place == self.serial and (is_number or number in DASHES))
        ]
        place, label = next(
            ((place, text) for place, text in labels if not A_NUMBER.fullmatch(text)), (-1, "")
        )
        district = self.texts[c.DISTRICT].at(at) if c.DISTRICT in self.texts else ""
        if is_total(label):
            return RowMark(at, "load_total_row", label)
        if found := names_district(label, self.names):
            return self._district(at, found)
        if district and self._district_heads:
            return self._district(at, district)
        is_read = next((each for each in self.columns if place_of(each) == place), None)
        may_head = label and (is_read is None or is_read.field == c.NAME)
        alone = len(labels) == 1 and not ARABIC.fullmatch(number) and self.filled[at]
        if may_head and (self.heads[at] or ENUMERATOR.match(label) or alone):
            return RowMark(at, "load_group_row", label, self._rank(at) or rank_of(label))
        return None

    def _district(self, at: int, name: str) -> RowMark:
        return RowMark(at, "load_district_row", name, self._rank(at) or rank_of(name))

    def _rank(self, at: int) -> int:
        """Return how high a row stands by its number."""
        return UNNUMBERED if self.numbered is None else rank_of(f"{self.numbered.at(at)}.-")

    @cached_property
    def _written(self) -> Mask:
        """Which rows have a text in any column."""
        written = self.filled.copy()
        rest = np.flatnonzero(~written)
        cells = self.sheet.cells.iloc[self.first + rest]
        written[rest] = (cells != "").to_numpy().any(axis=1)
        return written

    @cached_property
    def _says_nothing_else(self) -> Mask:
        """Which rows of works say no more than a place or a name; figures may stand in any row."""
        if self.headings.kind not in ("sites", "roads"):
            return np.ones(len(self), dtype=bool)
        places = {*PLACES, c.DISTRICT, c.DISTRICT_CODE, c.NAME}
        read = [each for each in self.columns if each.field not in places and not is_quantity(each)]
        return ~_filled([self.texts[each.field] for each in read], len(self))

    @cached_property
    def _coded(self) -> Mask:
        """Which rows have the code of a commune."""
        codes = self.texts.get(c.COMMUNE_CODE)
        return np.zeros(len(self), dtype=bool) if codes is None else codes.filled

    @cached_property
    def _district_heads(self) -> bool:
        """Whether the column of districts is filled only where no commune is named."""
        districts = self.texts.get(c.DISTRICT)
        return districts is not None and not (districts.filled & self.place).any()

    def _is_bare_district(self, text: str) -> bool:
        return not TYPE_PREFIX.match(full_name(text)) and self.names.is_district(text)

    @cached_property
    def doubtful(self) -> Mask:
        """Which rows bear a district's name alone and are written otherwise than most others.

        Since July 2025 a commune may be called as the district was. Where most communes have a
        type, a code, a number or small letters, one without is asked about; and one whose figure is
        the sum of those below or above it, or that has a number and the next none.
        """
        names, bare = self.texts.get(c.COMMUNE), self._bare
        if names is None or not bare.any():
            return bare
        others = names.filled & ~bare
        signs = [
            self._coded,
            names.where(lambda text: bool(TYPE_PREFIX.match(full_name(text)))),
            names.where(lambda text: not text.isupper()),
        ]
        if self.numbered is not None:
            signs.append(self.numbered.filled)
        usual = [sign for sign in signs if (sign & others).sum() * 2 > others.sum()]
        stands_out = self._bare_sums | self._is_numbered_alone
        for sign in usual:
            stands_out |= ~sign
        return bare & stands_out & ~self.sums_without_code

    @cached_property
    def sums_without_code(self) -> Mask:
        """Which rows bear a district's name and its sum where every commune has its code."""
        others = self.place & ~self._bare
        others[[mark.at for mark in self.marks]] = False
        if not self._bare.any() or not others.any() or not self._coded[others].all():
            return np.zeros(len(self), dtype=bool)
        return self._bare & self._bare_sums

    @cached_property
    def _bare(self) -> Mask:
        """Which rows bear a district's name alone, and no code."""
        names = self.texts.get(c.COMMUNE)
        if names is None or self.sheet.shapes is not None:
            return np.zeros(len(self), dtype=bool)
        return names.where(self._is_bare_district) & ~self._coded

    @cached_property
    def _bare_sums(self) -> Mask:
        return self._sums(np.flatnonzero(self._bare).tolist())

    @cached_property
    def _is_numbered_alone(self) -> Mask:
        """Which rows have a number that the next row, of a commune too, lacks."""
        if self.numbered is None:
            return np.zeros(len(self), dtype=bool)
        filled = self.numbered.filled
        alone: Mask = filled & np.append((~filled & self.place)[1:], [False])
        return alone

    def _sums(self, rows: Sequence[int]) -> Mask:
        """Say which of some rows hold the sum of those below, up to the next, or of those above.

        Above, all rows count that are no such sums themselves and speak of the same thing; in half
        of the columns at least, since small numbers add up by chance, and shares never do.
        """
        found = np.zeros(len(self), dtype=bool)
        quantities = [each for each in self.columns if is_quantity(each)]
        if not quantities:
            return found
        figures = np.column_stack([self._figures(each) for each in quantities])
        figures[[*self.silent]] = np.nan  # numbers of columns are no figures
        figures[[mark.at for mark in self.marks if mark.code == "load_total_row"]] = np.nan
        for at, end in pairwise([*rows, len(self)]):
            found[at] = _sums_up(figures[at], figures[at + 1 : end]).any()
        figures[[mark.at for mark in self.marks]] = np.nan
        sums_at = [mark.at for mark in self.marks if mark.code == "load_district_row"]
        for at in rows if len(self) <= LONG else ():
            alike = self._speaks_like(at)
            for start in (max((each + 1 for each in sums_at if each < at), default=0), 0):
                above = figures[start:at][alike[start:at]]
                sums = _sums_up(figures[at], above)
                said = (figures[at] >= 0) & ((figures[at] > 0) | (np.nansum(above, axis=0) > 0))
                found[at] |= sums.any() and 2 * sums.sum() >= said.sum()
            if found[at]:
                figures[at] = np.nan
                sums_at.append(at)
        return found

    def _figures(self, column: Column) -> NDArray[np.float64]:
        place = place_of(column)
        numeric = self.sheet.numeric
        numbers = read_numbers(
            self.texts[column.field],
            whole=np.ones(len(self), dtype=bool),
            numeric=None if numeric is None else numeric.iloc[self.first :, place].to_numpy(bool),
        )
        return np.array(numbers.values)

    def _speaks_like(self, at: int) -> Mask:
        """Say which rows say the same as one beside their place and figures: indicator, period."""
        own = {*PLACES, c.DISTRICT, c.DISTRICT_CODE, c.SOURCE}
        alike = np.ones(len(self), dtype=bool)
        for column in self.columns:
            if column.field not in own and not is_quantity(column):
                which = self.texts[column.field].which
                alike &= which == which[at]
        return alike

    def districts_above(self, marks: Sequence[RowMark], is_data: Mask) -> Distinct | None:
        """Return the district that a row above names for each row of data; None if none does.

        They speak for the rows below them where the table begins with one; else they may stand at
        the foot of theirs. A group of the same height, or of none, ends what a district began.
        """
        named = [mark for mark in marks if mark.code == "load_district_row"]
        data = np.flatnonzero(is_data)
        has_own = c.DISTRICT in self.texts and not self._district_heads
        if not named or has_own or c.COMMUNE not in self.texts:
            return None
        if not len(data) or data[0] < named[0].at:
            return None
        known = [""]
        which = np.zeros(len(self), dtype=np.int32)
        height = UNNUMBERED
        for mark in marks:
            if mark.code == "load_district_row":
                height = mark.rank
                known.append(mark.label if self.names.is_district(mark.label) else "")
                which[mark.at :] = len(known) - 1
            elif mark.code == "load_group_row" and not UNNUMBERED < mark.rank < height:
                which[mark.at :] = 0
        return Distinct(which[is_data], pd.Series(known, dtype="str"))


def _is(kind: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: kind.fullmatch(text) is not None


def _sums_up(own: NDArray[np.float64], others: NDArray[np.float64]) -> Mask:
    """Say in which columns a figure is the sum of at least two others."""
    several = np.count_nonzero(others > 0, axis=0) > 1
    return np.asarray(several & np.isclose(own, np.nansum(others, axis=0)), dtype=bool)
