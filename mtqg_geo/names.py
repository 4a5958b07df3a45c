"""Vietnamese place names: one spelling for comparison, and matching in a fixed order of trust."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import pandas as pd

from mtqg_geo import columns as c

TONES = {"\u0300": "1", "\u0301": "2", "\u0309": "3", "\u0303": "4", "\u0323": "5"}
TYPES = (
    "thành phố",
    "thị xã",
    "thị trấn",
    "đặc khu",
    "phường",
    "huyện",
    "quận",
    "xã",
    "tp",
    "tx",
    "tt",
)
TYPE_PREFIX = re.compile(rf"^(?:{'|'.join(TYPES)})\.?\s+", re.IGNORECASE)
ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8"}


def without_accents(text: str) -> str:
    """Return the text in plain Latin letters, for file names and search (`Đồng` → `Dong`)."""
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def full_name(text: str) -> str:
    """Return name and type as written, in composed Unicode, lower case, single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).lower().split())


def bare_name(text: str) -> str:
    """Return the full name without its type (`Xã An Lạc` → `an lạc`)."""
    return TYPE_PREFIX.sub("", full_name(text))


def normalised(text: str) -> str:
    """Return a spelling that is equal for variants of one name, and keeps every tone apart.

    `Hoà`/`Hòa` (place of the tone), `Lý`/`Lí`, NFC/NFD, type prefixes and roman numerals become
    one; `Hoà` and `Hoá` stay two. The tone moves to the end of its syllable as a digit.
    """
    words = re.split(r"[\s\-–.]+", bare_name(text))
    return " ".join(_syllable(word) for word in words if word)


def _syllable(word: str) -> str:
    if word in ROMAN:
        return ROMAN[word]
    decomposed = unicodedata.normalize("NFD", word)
    tone = "".join(TONES.get(char, "") for char in decomposed)
    body = unicodedata.normalize("NFC", "".join(ch for ch in decomposed if ch not in TONES))
    body = re.sub(r"^([hklmst])y$", r"\1i", body)
    return body + tone


RULES: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("full_name", full_name),
    ("bare_name", bare_name),
    ("normalised", normalised),
)


def match_names(rows: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Find the code of each row by its name within its district, the strictest rule first.

    Parameters
    ----------
    rows
        Columns `name` and `district`, as some file wrote them.
    units
        Columns `code`, `name`, `district`: the units to recognise.

    Returns
    -------
    Columns `code` and `rule`, on the index of `rows`; both missing where no rule finds exactly one
    unit. A unit found by two rows keeps neither: the names cannot tell them apart.
    """
    found = pd.DataFrame({c.CODE: None, "rule": None}, index=rows.index, dtype=object)
    for rule, spell in RULES:
        open_rows = rows[found[c.CODE].isna()]
        free = units[~units[c.CODE].isin(found[c.CODE].dropna())]
        keys = _keys(open_rows, spell)
        lookup = pd.Series(free[c.CODE].to_numpy(), index=_keys(free, spell))
        unique = lookup[~lookup.index.duplicated(keep=False)]
        codes = keys[~keys.duplicated(keep=False)].map(unique).dropna()
        found.loc[codes.index, c.CODE] = codes
        found.loc[codes.index, "rule"] = rule
    return found


def _keys(table: pd.DataFrame, spell: Callable[[str], str]) -> pd.Series:
    """Join district and name into one key; districts are compared without their type."""
    districts = table[c.DISTRICT].map(normalised)
    return districts + "|" + table[c.NAME].map(spell)


def contains(table: pd.DataFrame, words: str, columns: tuple[str, ...]) -> pd.Series:
    """Say for each row whether it holds every word, accents ignored, in any of the columns."""
    text = (
        table[list(columns)].agg(" ".join, axis=1).map(lambda cell: without_accents(cell).lower())
    )
    found = pd.Series(data=True, index=table.index)
    for word in without_accents(words).lower().split():
        found &= text.str.contains(word, regex=False)
    return found
