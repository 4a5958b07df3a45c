"""Several tables on one sheet, below or beside each other: each is read under its own headings.

Where a second row of headings stands, the sheet is parted. The lines above it that hold no data (a
title, a unit) go with it; what the notes at the top of the sheet say holds for all its tables. The
same headings once more right below data, as on each printed page, part nothing.

Beside each other stand tables with places and figures of their own, and a column between them that
is empty in all rows of figures: those of the one are not of the other's places.
"""

from __future__ import annotations

import re
import string
from dataclasses import replace
from functools import cache
from itertools import pairwise, takewhile
from typing import NamedTuple

import numpy as np
import pandas as pd

from mtqg_geo.loading.sheets.distinct import distinct_texts
from mtqg_geo.loading.sheets.headings import (
    KINDS,
    MOST_HEADING_ROWS,
    MOST_NOTE_ROWS,
    NOTED,
    OTHER_QUANTITY,
    SERIAL,
    heading_parts,
    understand,
    value_columns,
    words_of,
)
from mtqg_geo.loading.sheets.row_kinds import LONG, heading_rows
from mtqg_geo.loading.sheets.row_words import (
    A_NUMBER,
    NOWHERE,
    PlaceNames,
    holds_number,
    is_below,
    is_total,
    is_wordy,
    names_district,
)
from mtqg_geo.loading.sheets.rows import PLACES, cell_texts, is_note, letter, place_of
from mtqg_geo.loading.sheets.table import RowError, Sheet, TableHeadings, TableKind
from mtqg_geo.loading.sheets.words import (
    find_indicator,
    indicator_words,
    plain,
    read_status,
    refuse,
)
from mtqg_geo.programme.catalog import Catalog
from mtqg_geo.programme.model import Mask

ANCHORS = (*PLACES, "name", "facility", "region", "from_code", "to_code")
ANY_PLACE = (*PLACES, "district", "district_code")
YEAR = re.compile(r"20\d\d")
MOST_LIKELY = 1_000  # rows that may be headings, or have words for figures, and are looked at
MOST_CHARACTERS = 80  # of a heading
MOST_HEADINGS = 2_000  # distinct texts of a column in which one may be looked for by its indicator
SAYS, ANCHOR, FIGURES, NUMBER, PLACE = 1, 2, 4, 8, 16


class SheetTables(NamedTuple):
    """The tables of a sheet, each with its headings, and a word about each that nobody reads."""

    read: list[tuple[Sheet, TableHeadings]]
    unread: list[RowError]


def tables_of(
    sheet: Sheet,
    catalog: Catalog,
    names: PlaceNames = NOWHERE,
    *,
    kind: TableKind | None = None,
) -> SheetTables:
    """Return the tables of a sheet.

    Parameters
    ----------
    names
        The places there are; where a commune stands, there are no headings.
    kind
        The kind they must be; found by the headings unless given.
    """
    read: list[tuple[Sheet, TableHeadings]] = []
    others: list[tuple[Sheet, int]] = []
    for side, row in _side_by_side(sheet, catalog, kind):
        known, unknown = _below_each_other(side, row, catalog, names, kind)
        read += known
        others += unknown
    return SheetTables(read, [_unread(*each) for each in others] if read else [])


def _below_each_other(
    sheet: Sheet, row: int, catalog: Catalog, names: PlaceNames, kind: TableKind | None
) -> tuple[list[tuple[Sheet, TableHeadings]], list[tuple[Sheet, int]]]:
    """Return the tables that are understood, and the others with the rows where they begin.

    `row` is the position where a table without known headings begins.
    """
    starts = _starts(sheet, catalog)
    cuts = [_beginning(sheet, catalog, start, above) for above, start in pairwise(starts)]
    parts = [_part(sheet, *each) for each in pairwise([0, *cuts, len(sheet.cells)])]
    read: list[tuple[Sheet, TableHeadings]] = []
    others: list[tuple[Sheet, int]] = []
    for part, start in zip(parts, starts or [row], strict=True):
        headings = understand(part, catalog, kind=kind)
        if headings is None:
            others.append((part, sheet.first_row + start))
            continue
        end = _strange_headings(part, headings, names)
        if end is not None:
            others.append((_part(part, end, len(part.cells)), part.first_row + end))
            part = _part(part, 0, end)
        read.append((part, _with_notes(headings, read[0][1] if read else headings)))
    return read, others


def _side_by_side(
    sheet: Sheet, catalog: Catalog, kind: TableKind | None
) -> list[tuple[Sheet, int]]:
    """Return each table that stands beside others, and the position of its headings.

    The lines above the headings hold for all of them. Where none is of figures by commune, as where
    an empty column only parts the coordinates from the rest, nothing is parted.
    """
    whole = [(sheet, 0)]
    for at in range(min(MOST_NOTE_ROWS, len(sheet.cells)) if sheet.shapes is None else 0):
        texts = cell_texts(sheet, at)
        said = [plain(text) for text in texts]
        places = [place for place, text in enumerate(said) if text in _words(ANY_PLACE)]
        if len(places) < 2 or all(texts[places[0] : places[-1]]):
            continue
        below = [distinct_texts(sheet.cells.iloc[at + 1 :, place]) for place in range(len(texts))]
        figures = np.column_stack([each.where(_is_number) for each in below])
        has_figures = figures.any(axis=1)
        cuts = []
        for one, other in pairwise(places):
            between = range(other - 1, one, -1)
            cuts += [
                place + 1
                for place in between
                if not texts[place] and not (below[place].filled & has_figures).any()
            ][:1]
        headed = [bool(text) and text not in _words(ANY_PLACE) | SERIAL for text in said]
        sides = [*pairwise([0, *cuts, len(texts)])]
        if len(sides) > 1 and all(
            (figures[:, slice(*side)] & headed[slice(*side)]).any() for side in sides
        ):
            parts = [_side(sheet, at, *side) for side in sides]
            kinds = [understand(part, catalog, kind=kind) for part in parts]
            if any(each is not None and each.kind == "observations" for each in kinds):
                return [(part, at) for part in parts]
    return whole


def _is_number(text: str) -> bool:
    return A_NUMBER.fullmatch(text) is not None


def _side(sheet: Sheet, at: int, left: int, right: int) -> Sheet:
    """Return a sheet in which only some columns say anything from a position on."""
    above = np.arange(len(sheet.cells)) < at

    def some(frame: pd.DataFrame, empty: object) -> pd.DataFrame:
        columns = [
            column if left <= place < right else column.astype(type(empty)).where(above, empty)
            for place, (_, column) in enumerate(frame.items())
        ]
        return pd.concat(columns, axis=1)

    first = sheet.first_row + at
    return replace(
        sheet,
        cells=some(sheet.cells, ""),
        numeric=None if sheet.numeric is None else some(sheet.numeric, False),  # noqa: FBT003
        percent=None if sheet.percent is None else some(sheet.percent, False),  # noqa: FBT003
        merged=tuple(e for e in sheet.merged if e.top < first or left <= e.left < right),
    )


def _starts(sheet: Sheet, catalog: Catalog) -> list[int]:
    """Return the positions where headings begin, without those that only come once more."""
    found = np.zeros(len(sheet.cells), dtype=np.int8)
    count = np.zeros(len(sheet.cells), dtype=np.int16)
    for label in sheet.cells.columns:
        column = sheet.cells[label]
        if len(column) > LONG and not isinstance(column.dtype, pd.CategoricalDtype):
            continue  # a text that never comes twice is no heading, but a number or a name
        texts = distinct_texts(column)
        is_short = len(texts.known) <= MOST_HEADINGS
        says = [_says(text, catalog if is_short else None) for text in texts.known]
        said = np.array(says, dtype=np.int8)[texts.which]
        found |= said
        count += said > 0
    is_clear = ((found & ANCHOR) > 0) & (count > 1)
    is_open = (found & (FIGURES | NUMBER | PLACE)) > 0
    likely = np.flatnonzero(is_clear | is_open)[:MOST_LIKELY].tolist()
    starts: list[int] = []
    last = -1
    for at in likely:
        row = cell_texts(sheet, at)
        # Words of headings are answers too ("commune", "programme"); beside them stand numbers.
        if holds_number(text for text in row if not YEAR.fullmatch(text)) or (
            not is_clear[at] and sum(map(bool, row)) < 2
        ):
            continue
        has_data = any(holds_number(cell_texts(sheet, each)) for each in range(last + 1, at))
        is_repeated = starts and row == cell_texts(sheet, starts[-1]) and _follows_data(sheet, at)
        if not starts or (has_data and not is_repeated):
            starts.append(at)
        elif not has_data and at - last >= MOST_HEADING_ROWS:
            starts[-1] = at  # the other was a note
        last = at
    return starts


def _says(text: str, catalog: Catalog | None) -> int:
    """Say whether a text is a heading: of any column, of one that tables must have, of figures."""
    if not text or len(text) > MOST_CHARACTERS or text.endswith(":") or A_NUMBER.fullmatch(text):
        return 0
    if not read_status(text).code:  # "Hoàn thành" heads a column of dates, and is an answer
        return 0
    spelled = plain(text)
    if spelled in _words(PLACES) and " " in spelled:  # "Xã" may be said of each commune
        return ANCHOR | PLACE
    if spelled in _words(ANCHORS):
        return ANCHOR
    if spelled in SERIAL:
        return NUMBER
    if spelled in _words(()):
        return SAYS
    words = indicator_words(catalog) if catalog is not None else {}
    if catalog is None or not find_indicator(text, words):
        return 0
    said = heading_parts((text,), words, catalog)
    return FIGURES if said is not None and (said.basis or said.period) else SAYS


@cache
def _words(fields: tuple[str, ...]) -> frozenset[str]:
    """Return how columns of some fields, or of any, are headed in any kind of table."""
    named = (words_of(kind) for kind in KINDS)
    return frozenset(
        word
        for each in named
        for word, of in (*((w, (f,)) for w, f in each.clear.items()), *each.general.items())
        if not fields or {*of} & {*fields}
    )


def _follows_data(sheet: Sheet, at: int) -> bool:
    """Say whether data stand above a row; a title or note there may speak of something else."""
    above = (cell_texts(sheet, each) for each in range(at - 1, -1, -1))
    return holds_number(next((texts for texts in above if any(texts)), ()))


def _strange_headings(part: Sheet, headings: TableHeadings, names: PlaceNames) -> int | None:
    """Return where words stand in place of figures and of a commune, with numbers again below.

    Nobody knows what these are headings of; but what follows is not of the headings above.
    """
    words = np.zeros(len(part.cells), dtype=bool)
    for column, _ in value_columns(headings) if len(words) <= LONG else ():
        words |= _wordy(part.cells.iloc[:, place_of(column)])
    first = headings.heading_row - part.first_row + 1
    words[:first] = False
    repeated = heading_rows(part, headings)
    for at in np.flatnonzero(words)[:MOST_LIKELY].tolist():
        texts = [text for text in cell_texts(part, at) if text]
        above = (cell_texts(part, each) for each in range(at - 1, first - 1, -1))
        if cell_texts(part, at) in repeated or not any(map(holds_number, above)):
            continue
        below = range(at + 1, min(at + 1 + MOST_HEADING_ROWS, len(part.cells)))
        if (
            len(texts) > 1
            and not holds_number(texts)
            and not _is_signed(part, at)
            and not any(
                is_total(t) or names_district(t, names) or names.is_commune(t) for t in texts
            )
            and any(holds_number(cell_texts(part, each)) for each in below)
        ):
            return int(at)
    return None


def _is_signed(part: Sheet, at: int) -> bool:
    """Say whether a row is of signatures: it, or one above it without an empty one between."""
    above = (cell_texts(part, each) for each in range(at, -1, -1))
    return any(is_below(texts) for texts in takewhile(any, above))


def _wordy(cells: pd.Series) -> Mask:
    """Say which cells hold words; what looks like a number is passed over at once."""
    words: Mask = (~cells.str.fullmatch(r"[-+(\d.,\s%)]*")).to_numpy(dtype=bool, copy=True)
    texts = distinct_texts(cells[words])
    words[words] = texts.where(is_wordy)
    return words


def _beginning(sheet: Sheet, catalog: Catalog, start: int, above: int) -> int:
    """Return where a table begins: at the lines above its headings that are its own."""
    words = indicator_words(catalog)
    begins = start
    for at in range(start - 1, max(start - MOST_NOTE_ROWS, above), -1):
        texts = [text for text in cell_texts(sheet, at) if text]
        is_heading = start - at < MOST_HEADING_ROWS and any(
            find_indicator(text, words) or OTHER_QUANTITY.search(plain(text)) for text in texts
        )
        if holds_number(texts) or is_below(texts) or not (len(texts) < 2 or is_heading):
            break
        begins = at
    # Names below a signature are none of its titles: those come after an empty line.
    if begins - 1 > above and is_below(cell_texts(sheet, begins - 1)):
        while begins < start and any(cell_texts(sheet, begins)):
            begins += 1
    return begins


def _part(sheet: Sheet, start: int, end: int) -> Sheet:
    """Return some rows of a sheet; they keep their numbers."""
    if (start, end) == (0, len(sheet.cells)):
        return sheet

    def some(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.iloc[start:end].reset_index(drop=True)

    return replace(
        sheet,
        first_row=sheet.first_row + start,
        cells=some(sheet.cells),
        numeric=None if sheet.numeric is None else some(sheet.numeric),
        percent=None if sheet.percent is None else some(sheet.percent),
        widths=None if sheet.widths is None else sheet.widths[start:end],
    )


def _with_notes(headings: TableHeadings, first: TableHeadings) -> TableHeadings:
    """Add what the notes at the top of the sheet say and this table does not."""
    fields = {column.field for column in headings.columns}
    # What is noted below the first table is of that table alone.
    known = NOTED.get(headings.kind, ())
    notes = [
        each
        for each in first.columns
        if is_note(each)
        and each.field in known
        and each.field not in fields
        and int(each.letter.lstrip(string.ascii_uppercase)) < first.heading_row
    ]
    return replace(headings, columns=(*headings.columns, *notes))


def _unread(part: Sheet, row: int) -> RowError:
    """Return a word about a table whose headings are not understood."""
    filled = np.flatnonzero((part.cells != "").to_numpy().any(axis=1)) + part.first_row
    rows = tuple(filled[filled >= row].tolist())
    texts = cell_texts(part, row - part.first_row)
    heading = " | ".join(filter(None, texts))
    first = next((place for place, text in enumerate(texts) if text), 0)
    why = refuse("load_other_table", name=heading, count=len(rows))
    return RowError(part.name, row, heading, letter(first), heading, why.code, why.said, rows)
