"""What each column of a sheet is: known by its heading, in any order, with or without accents.

The heading row is looked for: notes may stand above it, and one heading may run over up to three
rows (an indicator over its plan and its result). What each word means is in
`wording/headings.toml`; an indicator is known by its id or its name.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache, partial
from typing import NamedTuple, TypeVar

from mtqg_geo.loading.sheets.above import texts_above
from mtqg_geo.loading.sheets.row_words import holds_number
from mtqg_geo.loading.sheets.rows import (
    PLACES,
    cell_texts,
    is_note,
    is_running_number,
    letter,
    place_of,
)
from mtqg_geo.loading.sheets.survey import asked
from mtqg_geo.loading.sheets.table import Column, Sheet, TableHeadings, TableKind
from mtqg_geo.loading.sheets.units import (
    UNIT,
    introduced_unit,
    is_unit,
    money_factor,
    noted_unit,
    without_unit,
)
from mtqg_geo.loading.sheets.words import (
    clean,
    find_indicator,
    indicator_words,
    plain,
    read_basis,
    read_period,
    without_brackets,
    without_cumulative,
)
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.catalog import Catalog
from mtqg_geo.programme.errors import LoadError
from mtqg_geo.programme.model import FLOWS, Kind
from mtqg_geo.programme.period import Period
from mtqg_geo.programme.words import WORDING, coded, wordings

VALUE = "value"
UNTIL_THEN = "until"
MOST_BASIS_WORDS = 4
# What else a heading of figures may say without speaking of another quantity.
FILLERS = frozenset(
    {
        "so", "tong", "tong so", "tong cong", "so luong", "so lieu", "gia tri", "nam", "trong nam",
        "chi tieu", "don vi", "don vi tinh", "dvt", "xa", "cua xa", "toan xa", "figure", "total",
    }
)  # fmt: skip
# Said above the name of an indicator, it makes another quantity of it.
OTHER_QUANTITY = re.compile(
    r"\b(?:luy ke|cong don|uoc|du kien|ty le|ti le|con lai|con thieu|nhu cau|so sanh|tang|giam"
    r"|phan dau|thang|estimate|cumulative|remaining|rate|share"
    r"|trong do|rieng|giai doan|cung ky|nam truoc|dieu chinh|bo sung|keo dai|chuyen nguon|of which"
    r"|von (?:su nghiep|dau tu|doi ung|long ghep|vay)|nstw|nsdp"
    r"|ngan sach (?:trung uong|dia phuong|tinh|huyen))\b|%"
)
STACKED = " / "  # between the rows of one heading, as it is quoted
# Between the name and what each column says, it only announces the columns.
ANNOUNCING = frozenset({"chia ra", "chia theo quy", "theo quy", "cac quy", "theo nam"})
PIECES = re.compile(r"\s+[-–—]\s+|[–—:;,|\n()]")


class ValueColumn(NamedTuple):
    """What the heading of a column of figures says; "" where it leaves something open.

    `span` is `UNTIL_THEN` where the figures are sums of the year until the end of their period.
    """

    indicator: str = ""
    basis: str = ""
    period: str = ""
    span: str = ""


def encoded(value: ValueColumn) -> str:
    """Return the field of a column of figures, as `Column.field` holds it."""
    return ":".join((VALUE, *value)).rstrip(":")


def value_columns(headings: TableHeadings) -> list[tuple[Column, ValueColumn]]:
    """Return the columns of figures of a table with what their headings say."""
    return [
        (column, ValueColumn(*column.field.split(":")[1:]))
        for column in headings.columns
        if column.field.partition(":")[0] == VALUE
    ]


def heading_parts(
    stack: Sequence[str], words: Mapping[str, str], catalog: Catalog
) -> ValueColumn | None:
    """Return what a heading of one or more rows says of the figures below it.

    None if it is no heading of figures, or its lowest row says nothing that is understood.
    """
    if len(stack) > 1 and _is_unit_row(stack, words, catalog):
        stack = stack[:-1]
    parts = [_part(text, words, catalog) for text in stack]
    if parts[-1] == ValueColumn():
        return None
    name = next((part.indicator for part in parts if part.indicator), "")
    is_named = False
    for text, part in zip(stack, parts, strict=True):
        if is_named and part.indicator != name and (part.indicator or part == ValueColumn()):
            # "Trong đó: hộ nghèo" below it is a part of it, "Số hộ" is how it is counted.
            if plain(text) not in ANNOUNCING and _unknown_words(text, name, words, catalog):
                return None
        elif part == ValueColumn() and OTHER_QUANTITY.search(plain(text)):
            return None
        is_named = is_named or bool(part.indicator)
    # What stands lower is closer to the figures: "Kết quả thực hiện" over "Kế hoạch" is a plan.
    merged = ValueColumn(*(next(filter(None, each), "") for each in zip(*parts[::-1], strict=True)))
    merged = merged._replace(indicator=name)
    indicator = catalog.indicators.get(merged.indicator)
    if indicator is not None and indicator.kind is Kind.CATEGORY:
        return None  # regions have a list of their own
    if merged.span and not (indicator is not None and _is_sum_of_quarters(merged, catalog)):
        return None
    return merged


def _is_unit_row(stack: Sequence[str], words: Mapping[str, str], catalog: Catalog) -> bool:
    """Say whether the lowest row of a heading tells the unit, and nothing else."""
    named = next((name for text in stack[:-1] if (name := find_indicator(text, words))), "")
    indicator = catalog.indicators.get(named)
    if indicator is None:
        return is_unit(stack[-1], (), is_money=True)
    return is_unit(stack[-1], (*indicator.unit,), is_money=indicator.is_money)


def not_understood(text: str, words: Mapping[str, str], catalog: Catalog) -> str:
    """Return the words of a heading that make something else of the indicator it names; or "".

    The indicator, its unit, a basis, a period and a few empty words are understood. Of anything
    else nobody knows what the figures are: a share, an estimate, what is left.

    >>> from mtqg_geo.programme.catalog import DATA, load_catalog
    >>> known = load_catalog(DATA / "programme")
    >>> names = indicator_words(known)
    >>> not_understood("OP01 – Kế hoạch 2023 (hộ)", names, known)
    ''
    >>> not_understood("OP01 – Thực hiện quý II/2023 (ước)", names, known)
    'ước'
    """
    said, is_sum = without_cumulative(text)
    if is_sum and _part(text, words, catalog) != ValueColumn():
        return ""
    name = find_indicator(text, words) or find_indicator(said, words)
    return _unknown_words(text, name, words, catalog) if name else ""


def _unknown_words(text: str, name: str, words: Mapping[str, str], catalog: Catalog) -> str:
    indicator = catalog.indicators[name]
    own = {spelled for spelled, each in words.items() if each == name}
    units = tuple(filter(None, (*indicator.unit, indicator.unit_one_en)))

    def says(phrase: str) -> bool:
        return (
            any(f"{each} ".startswith(f"{phrase} ") for each in own)  # the name, or how it begins
            or phrase in FILLERS
            or any(_basis_and_period(phrase))
            or is_unit(phrase, units, is_money=indicator.is_money)
        )

    said = plain(text).split()
    # The same words as they are written, unless their letters make another number of words.
    written = re.sub(r"(?:[^\w%]|_)+", " ", clean(text)).split()
    quoted = written if len(written) == len(said) else said
    at = 0
    while at < len(said):
        ends = range(len(said), at, -1)
        end = next((end for end in ends if says(" ".join(said[at:end]))), None)
        if end is None:
            following = (at + n for n in range(1, len(said) - at) if says(" ".join(said[at + n :])))
            return " ".join(quoted[at : next(following, len(said))])
        at = end
    return ""


def _part(text: str, words: Mapping[str, str], catalog: Catalog) -> ValueColumn:
    """Return what one row of a heading says; nothing unless all of it is understood."""
    said, is_sum = without_cumulative(text)
    indicator = find_indicator(said, words)
    if indicator and _unknown_words(said, indicator, words, catalog):
        return ValueColumn()
    pieces = [said, *PIECES.split(said)[1:]] if indicator else [said]
    basis = period = ""
    for piece in pieces:
        found_basis, found_period = _basis_and_period(piece)
        basis, period = basis or found_basis, period or found_period
    if not (indicator or basis or period) and PIECES.search(said):
        each_said = [_basis_and_period(piece) for piece in PIECES.split(said) if piece.strip()]
        if all(any(each) for each in each_said):
            basis = next((each[0] for each in each_said if each[0]), "")
            period = next((each[1] for each in each_said if each[1]), "")
    value = ValueColumn(indicator, basis, period, UNTIL_THEN if is_sum else "")
    is_whole = any((indicator, basis, period)) or not plain(said)
    return (
        value if not is_sum or (is_whole and _is_sum_of_quarters(value, catalog)) else ValueColumn()
    )


def _is_sum_of_quarters(value: ValueColumn, catalog: Catalog) -> bool:
    """Say whether figures until then can be parted into quarters: results and disbursements."""
    indicator = catalog.indicators.get(value.indicator)
    return (
        (indicator is None or indicator.grows_by_quarter)
        and value.basis in ("", *FLOWS)
        and (not value.period or Period.of(value.period).quarter is not None)
    )


def _basis_and_period(text: str) -> tuple[str, str]:
    """Read `Kế hoạch`, `Quý I/2023` or both in one (`Kế hoạch năm 2023`)."""
    if not text.strip():
        return "", ""
    if not (basis := read_basis(text)).code:
        return str(basis.value), ""
    if not (period := read_period(text)).code:
        return "", str(period.value)
    words = plain(text).split()
    for split in range(1, min(len(words), MOST_BASIS_WORDS + 1)):
        basis, period = read_basis(" ".join(words[:split])), read_period(" ".join(words[split:]))
        if not basis.code and not period.code:
            return str(basis.value), str(period.value)
    return "", ""


KINDS: tuple[TableKind, ...] = ("observations", "sites", "roads", "region", "lineage")
MOST_NOTE_ROWS = 30  # how far down a heading row is looked for
MOST_HEADING_ROWS = 3
# Columns that people add for themselves; they say nothing and need no mention.
SERIAL = frozenset({"stt", "tt", "so tt", "so thu tu", "no", "#"})
# One of each group must be there before a sheet counts as a table of the kind.
REQUIRED: Mapping[TableKind, tuple[tuple[str, ...], ...]] = {
    "observations": (PLACES, ("value",)),
    "sites": (("facility",), ("name", "id")),
    "roads": (("name", "id"), ("reported_km", "surface", "road_class", "geometry")),
    "region": (PLACES, ("region",)),
    "lineage": (("from_code",), ("to_code",), ("day", "share")),
}
# What a note above the table may say for all its rows.
NOTED: Mapping[TableKind, tuple[str, ...]] = {
    "observations": (
        "period",
        "quarter",
        "basis",
        "project",
        "capital_source",
        "capital_kind",
        "unit",
        "source",
    ),  # fmt: skip
    "sites": ("unit",),
    "roads": ("unit",),
    "region": ("decision", "valid_from", "valid_to", "source"),
    "lineage": ("day", "resolution", "confidence", "source"),
}
Named = TypeVar("Named", str, tuple[str, ...])


class HeadingWords(NamedTuple):
    """Which field a heading names: clearly, only where nothing else is called so, or in passing.

    `parts` tell a field whatever stands before and behind them (`_toạ độ_latitude`).
    """

    clear: Mapping[str, str]
    general: Mapping[str, tuple[str, ...]]
    parts: Mapping[str, str]


@lru_cache(maxsize=len(KINDS))
def words_of(kind: TableKind) -> HeadingWords:
    """Return which field of a kind each heading names, headings normalised by `plain`."""
    raw = tomllib.loads((WORDING / "headings.toml").read_text(encoding="utf-8"))
    clear: dict[str, str] = {}
    general: dict[str, tuple[str, ...]] = {}
    parts: dict[str, str] = {}
    for field, entry in (*raw["any"].items(), *raw.get(kind, {}).items()):
        own = (plain(field.replace("_", " ")), field, *_template_headings(kind, field))
        clear |= dict.fromkeys((*entry["words"], *own), field)
        for word in entry.get("general", ()):
            general[word] = (*general.get(word, ()), field)
        parts |= dict.fromkeys(entry.get("parts", ()), field)
    return HeadingWords(_also_joined(clear), _also_joined(general), parts)


def _also_joined(words: Mapping[str, Named]) -> Mapping[str, Named]:
    """Return the words, also without spaces (`MaXa`); what is a word of its own goes before."""
    return {word.replace(" ", ""): named for word, named in words.items()} | dict(words)


def _template_headings(kind: TableKind, field: str) -> Iterator[str]:
    """Return how our own templates head the column, in both languages."""
    for key in (f"template_heading_{kind}_{field}", f"template_heading_{field}"):
        if key in wordings():
            for text in wordings()[key]:
                yield plain(text)
            return


def understand(
    sheet: Sheet, catalog: Catalog, *, kind: TableKind | None = None
) -> TableHeadings | None:
    """Say which column of a sheet is what; None if it holds no table of a known kind.

    Parameters
    ----------
    sheet
        The sheet as it was read.
    catalog
        The indicators that columns may be headed by.
    kind
        The kind it must be; found by the headings unless given.

    Raises
    ------
    LoadError
        `load_heading_twice` if two columns are headed as the same field.
    """
    head = head_of(sheet, catalog)
    found = [
        reading
        for start in range(min(MOST_NOTE_ROWS, len(head.rows)))
        for each in ((kind,) if kind else KINDS)
        for depth in range(1, min(MOST_HEADING_ROWS, len(head.rows) - start) + 1)
        if (reading := _reading(head, each, start, depth)) is not None
    ]
    if not found:
        return None
    best = max(found, key=lambda reading: reading.score)  # the first of several equal ones
    headings = best.headings
    if headings.kind == "observations":
        headings = _with_rows_above(headings, sheet, head, best.start)
        if not value_columns(headings):
            return None
    headings = _with_unit_below(headings, head, sheet)
    _refuse_twice(headings)
    return headings


def _with_rows_above(
    headings: TableHeadings, sheet: Sheet, head: SheetTop, start: int
) -> TableHeadings:
    """Leave columns aside over whose headings, complete by themselves, another quantity stands."""
    figures = [place_of(column) for column, _ in value_columns(headings)]
    others = (column for column in headings.columns if not is_note(column))
    apart = frozenset(place_of(column) for column in others).difference(figures)
    clear = words_of(headings.kind).clear
    above = texts_above(sheet, start, figures, apart=apart)
    columns: list[Column] = []
    aside: list[str] = []
    for column in headings.columns:
        over = () if is_note(column) else above.get(place_of(column), ())
        over = tuple(text for text in over if not _named([text.partition(":")[0]], clear))
        stack = tuple(dict.fromkeys((*over, *column.heading.split(STACKED))))
        if not any(OTHER_QUANTITY.search(plain(without_unit(text))) for text in over):
            columns.append(column)
        elif field := head.figures(stack):
            columns.append(Column(field, STACKED.join(stack), column.letter))
        else:
            aside.append(STACKED.join(stack))
    return replace(headings, columns=tuple(columns), ignored=(*aside, *headings.ignored))


def _with_unit_below(headings: TableHeadings, head: SheetTop, sheet: Sheet) -> TableHeadings:
    """Add the unit of money that a note below the table tells, after its last number.

    Raises
    ------
    LoadError
        `load_units_differ` if another unit stands above the table.
    """
    known = next((each for each in headings.columns if each.field == UNIT), None)
    if UNIT not in NOTED.get(headings.kind, ()) or (known is not None and not is_note(known)):
        return headings
    first = max(len(sheet.cells) - MOST_NOTE_ROWS, headings.heading_row - head.first_row + 1)
    for at in range(len(sheet.cells) - 1, first - 1, -1):
        texts = cell_texts(sheet, at)
        if holds_number(texts):
            return headings
        for place, text in enumerate(texts):
            said = introduced_unit(text)
            factor = money_factor(said)
            if factor is None:
                continue
            if known is None:
                note = Column(UNIT, text, f"{letter(place)}{sheet.first_row + at}")
                return replace(headings, columns=(*headings.columns, note))
            if money_factor(noted_unit(known.heading)) not in (None, factor):
                values = {"one": known.heading, "other": text}
                raise coded(LoadError, "load_units_differ", **values)
    return headings


class SheetTop(NamedTuple):
    """The top of a sheet, and what a stack of headings says of figures."""

    sheet: str
    first_row: int
    rows: list[tuple[str, ...]]
    figures: Callable[[tuple[str, ...]], str]
    is_running: Callable[[int], bool] = lambda place: False


class Candidate(NamedTuple):
    """Some rows read as the headings of a kind, and how much that explains."""

    headings: TableHeadings
    score: tuple[int, int, int]
    start: int


def head_of(sheet: Sheet, catalog: Catalog) -> SheetTop:
    """Return the rows of a sheet among which its headings are looked for."""
    words = indicator_words(catalog)

    @cache
    def figures(stack: tuple[str, ...]) -> str:
        value = heading_parts(stack, words, catalog)
        return encoded(value) if value is not None else ""

    top = sheet.cells.iloc[: MOST_NOTE_ROWS + MOST_HEADING_ROWS]
    columns = [top[label].astype("str") for label in top.columns]
    rows = [tuple(clean(text) for text in row) for row in zip(*columns, strict=True)]
    running = cache(partial(is_running_number, sheet))
    return SheetTop(sheet.name, sheet.first_row, rows, figures, running)


def _reading(head: SheetTop, kind: TableKind, start: int, depth: int) -> Candidate | None:
    """Read some rows as the headings of a kind; None if they are not."""
    headings = stacked(head.rows[start : start + depth])
    if any(_holds_note(stack, words_of(kind)) for stack in headings):
        return None
    figures = head.figures if kind == "observations" else None
    columns = columns_of(headings, words_of(kind), figures, head.is_running)
    fields = {column.field.partition(":")[0] for column in columns}
    if not all(any(field in fields for field in group) for group in REQUIRED[kind]):
        return None
    notes = _notes(head, kind, start, fields) if kind in NOTED else []
    places = {column.letter for column in columns}
    ignored = tuple(
        STACKED.join(stack)
        for place, stack in enumerate(headings)
        if stack and letter(place) not in places and plain(stack[-1]) not in SERIAL
    )
    found = TableHeadings(
        kind=kind,
        sheet=head.sheet,
        heading_row=head.first_row + start + depth - 1,
        columns=(*columns, *notes),
        ignored=ignored,
    )
    said = sum(len([*filter(None, column.field.split(":"))]) for column in columns)
    said += sum(_lower_rows(stack, head) for stack in headings if kind == "observations")
    return Candidate(found, (len(columns), said, -depth), start)


def _lower_rows(stack: tuple[str, ...], head: SheetTop) -> int:
    """Count the rows below the first understood one that belong to a heading, such as its unit."""
    if not stack or not head.figures(stack):
        return 0
    return sum(bool(head.figures(stack[:depth])) for depth in range(1, len(stack)))


def stacked(rows: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return the heading of each column from the top down, merged cells filled to the right.

    >>> stacked([("Mã xã", "OP01", ""), ("", "Kế hoạch", "Thực hiện")])
    [('Mã xã',), ('OP01', 'Kế hoạch'), ('OP01', 'Thực hiện')]
    """
    if len(rows) == 1:
        return [(text,) if text else () for text in rows[0]]
    filled = [list(row) for row in rows]
    for level in range(len(rows) - 2, -1, -1):
        last = ""
        for place, text in enumerate(filled[level]):
            last = text or (last if filled[level + 1][place] else "")
            filled[level][place] = last
    stacks = (tuple(text for text in stack if text) for stack in zip(*filled, strict=True))
    return [tuple(dict.fromkeys(stack)) for stack in stacks]


def _holds_note(stack: Sequence[str], words: HeadingWords) -> bool:
    """Say whether a heading stands below that of another field: the upper one is a note, then."""
    fields = {field for text in stack if (field := _named([text], words.clear))}
    return len(fields - {c.POINT}) > 1  # "Tọa độ" stands above both of its axes


def columns_of(
    headings: Sequence[tuple[str, ...]],
    words: HeadingWords,
    figures: Callable[[tuple[str, ...]], str] | None,
    is_running: Callable[[int], bool] = lambda place: False,
) -> list[Column]:
    """Return what is known of each column, clear words before general ones."""
    fields: dict[int, str] = {}
    names = asked([stack[-1] if stack else "" for stack in headings])
    # Two rows may name a field together: "Tổng số" below "Tổng mức đầu tư".
    names = [
        (*each, " ".join(stack[-2:])) if each and len(stack) > 1 else each
        for each, stack in zip(names, headings, strict=True)
    ]
    for place, stack in enumerate(headings):
        if stack and names[place]:
            field = _named(names[place], words.clear) or (figures(stack) if figures else "")
            if field:
                fields[place] = field
    for place, stack in enumerate(headings):
        if stack and place not in fields:
            taken = {*fields.values()}
            # Beside a code, "Đơn vị" is a unit of measurement rather than the name of a commune.
            taken |= {"commune"} if "commune_code" in taken else set()
            options = [field for field in _named(names[place], words.general) if field not in taken]
            if "commune_code" in options and is_running(place):
                options.remove("commune_code")
            if options:
                fields[place] = options[0]
    named = {*fields.values()}
    for place, stack in enumerate(headings):
        if stack and names[place] and place not in fields:
            found = _said_in_passing(stack[-1], words.parts) - named
            if len(found) == 1:
                fields[place] = found.pop()
    return [
        Column(fields[place], STACKED.join(headings[place]), letter(place))
        for place in sorted(fields)
    ]


def _named(names: Sequence[str], words: Mapping[str, Named]) -> Named | tuple[()]:
    """Return what a heading names by any of its names, also without what stands in brackets."""
    for name in names:
        for text in (name, without_brackets(name)):
            if named := words.get(plain(text)):
                return named
    return ()


def _said_in_passing(heading: str, parts: Mapping[str, str]) -> set[str]:
    """Return the fields of which a heading holds a part.

    >>> _said_in_passing("gps-Latitude", {"latitude": "lat", "longitude": "lon"})
    {'lat'}
    """
    said = f" {plain(heading)} "
    return {field for part, field in parts.items() if f" {part} " in said}


def _notes(head: SheetTop, kind: TableKind, start: int, fields: Collection[str]) -> list[Column]:
    """Return what notes above the table say of all its rows (`Kỳ báo cáo: Quý I/2023`).

    The letter of such a column is the cell of the note; its heading holds the note as a whole.
    """
    notes: dict[str, Column] = {}
    for row, texts in enumerate(head.rows[:start], start=head.first_row):
        for place, text in enumerate(texts):
            name, _, said = text.partition(":")
            said = said.strip() or next(iter(texts[place + 1 :]), "")
            field = _named([name], words_of(kind).clear) if said else ""
            if field and field in NOTED[kind] and field not in fields and field not in notes:
                notes[field] = Column(field, f"{name.strip()}: {said}", f"{letter(place)}{row}")
            # A unit stands in titles too, and behind "Đơn vị", which may be an office.
            written = f"{text} {next(iter(texts[place + 1 :]), '')}" if text.endswith(":") else text
            is_open = UNIT in NOTED[kind] and UNIT not in {*fields, *notes}
            if is_open and written and noted_unit(written):
                notes[UNIT] = Column(UNIT, written.strip(), f"{letter(place)}{row}")
    return list(notes.values())


def _refuse_twice(headings: TableHeadings) -> None:
    """Refuse two columns of one field: nobody can say which of them is meant."""
    seen: dict[str, Column] = {}
    for column in headings.columns:
        first = seen.setdefault(column.field, column)
        if first is not column:
            raise coded(
                LoadError,
                "load_heading_twice",
                sheet=headings.sheet,
                heading=column.heading,
                first=first.letter,
                second=column.letter,
            )
