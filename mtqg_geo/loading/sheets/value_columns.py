"""Columns of figures: which indicator, basis and period their headings speak of.

A heading may say all of it (`OP01 – Kế hoạch 2023`), a part over several rows (the indicator above,
plan and result below), or nothing (`Giá trị`): what it leaves open, other columns of the row say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mtqg_geo.loading.sheets.model import Column, Understood
from mtqg_geo.loading.sheets.words import plain, read_basis, read_period
from mtqg_geo.programme.catalog import Catalog
from mtqg_geo.programme.model import Indicator, Kind

VALUE = "value"
MOST_BASIS_WORDS = 3
PIECES = re.compile(r"\s+[-–—]\s+|[–—:;,|\n()]")
MILLION, BILLION, THOUSAND = 1_000_000.0, 1_000_000_000.0, 1_000.0
MONEY = (
    (re.compile(r"\b(?:ty dong|ty vnd|ty d|billion (?:vnd|dong))\b"), BILLION),
    (re.compile(r"\b(?:trieu dong|trieu vnd|trieu d|tr dong|trd|million (?:vnd|dong))\b"), MILLION),
    (re.compile(r"\b(?:nghin dong|ngan dong|thousand (?:vnd|dong))\b"), THOUSAND),
    (re.compile(r"\b(?:dong|vnd|vn d)\b"), 1.0),
)


class ValueColumn(NamedTuple):
    """What the heading of a column of figures says; "" where it leaves something open."""

    indicator: str = ""
    basis: str = ""
    period: str = ""


def encoded(value: ValueColumn) -> str:
    """Return the field of a column of figures, as `Column.field` holds it."""
    return ":".join((VALUE, *value)).rstrip(":")


def value_columns(understood: Understood) -> list[tuple[Column, ValueColumn]]:
    """Return the columns of figures of a table with what their headings say."""
    return [
        (column, ValueColumn(*column.field.split(":")[1:]))
        for column in understood.columns
        if column.field.partition(":")[0] == VALUE
    ]


def indicator_words(catalog: Catalog) -> Mapping[str, str]:
    """Return the indicator of each id and name; a name of two indicators stands for neither."""
    found: dict[str, set[str]] = {}
    for indicator in catalog.indicators.values():
        for text in (indicator.id, *indicator.name, *indicator.short):
            for word in (plain(text), plain(_without_brackets(text))):
                found.setdefault(word, set()).add(indicator.id)
    return {word: next(iter(ids)) for word, ids in found.items() if len(ids) == 1}


def find_indicator(text: str, words: Mapping[str, str]) -> str:
    """Return the indicator that a text names by id (also with more behind it) or name; or ""."""
    for spelled in (plain(text), plain(_without_brackets(text))):
        if spelled in words:
            return words[spelled]
    first = plain(text).partition(" ")[0]
    found = words.get(first, "")
    return found if plain(found) == first else ""


def heading_parts(
    stack: Sequence[str], words: Mapping[str, str], catalog: Catalog
) -> ValueColumn | None:
    """Return what a heading of one or more rows says of the figures below it.

    None if it is no heading of figures, or its lowest row says nothing that is understood.
    """
    parts = [_part(text, words) for text in stack]
    if parts[-1] == ValueColumn():
        return None
    merged = ValueColumn(*(next(filter(None, each), "") for each in zip(*parts, strict=True)))
    indicator = catalog.indicators.get(merged.indicator)
    if indicator is not None and indicator.kind is Kind.CATEGORY:
        return None  # regions have a list of their own
    return merged


def _part(text: str, words: Mapping[str, str]) -> ValueColumn:
    """Return what one row of a heading says; nothing unless all of it is understood."""
    indicator = find_indicator(text, words)
    pieces = [text, *PIECES.split(text)[1:]] if indicator else [text]
    basis = period = ""
    for piece in pieces:
        found_basis, found_period = _basis_and_period(piece)
        basis, period = basis or found_basis, period or found_period
    if not (indicator or basis or period) and PIECES.search(text):
        said = [_basis_and_period(piece) for piece in PIECES.split(text) if piece.strip()]
        if all(any(each) for each in said):
            basis = next((each[0] for each in said if each[0]), "")
            period = next((each[1] for each in said if each[1]), "")
    return ValueColumn(indicator, basis, period)


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


def unit_factor(text: str, indicator: Indicator) -> float | None:
    """Return by what figures in a unit are multiplied to be in the indicator's unit.

    None if the text names another kind of unit. Text that names no money says nothing of money.
    """
    words = plain(text)
    factor = next((factor for pattern, factor in MONEY if pattern.search(words)), None)
    if indicator.is_money:
        return factor
    return 1.0 if words in {plain(each) for each in indicator.unit} else None


def money_factor(text: str) -> float | None:
    """Return how many đồng the unit of money in a text has; None if it names none."""
    words = plain(text)
    return next((factor for pattern, factor in MONEY if pattern.search(words)), None)


def _without_brackets(text: str) -> str:
    return re.sub(r"\([^)]*\)", " ", text)
