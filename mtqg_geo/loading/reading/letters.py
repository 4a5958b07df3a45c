"""Letters of sheets: texts from before Unicode are decoded, letters that were lost are named.

A CSV file that is no UTF-8 is of one encoding throughout. In a workbook names in an ABC or VNI font
stand beside headings in Unicode, so that each text is judged by itself.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import pandas as pd

from mtqg_geo.boundaries.encodings import ENCODINGS, decode, lost_letters
from mtqg_geo.communes.names import normalised
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.loading.sheets.headings import KINDS, PIECES, words_of
from mtqg_geo.loading.sheets.layout import answer_words
from mtqg_geo.loading.sheets.table import Sheet
from mtqg_geo.loading.sheets.words import indicator_words, plain
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.errors import LoadError
from mtqg_geo.programme.words import coded, wordings

Telling = Callable[[str], int]  # how much a text tells: 0 where it is no word of tables
LEGACY = tuple(each for each in ENCODINGS if each != "unicode")
SAMPLE = 2_000  # texts of a column by which its encoding is told
PLAIN_TEXT = "cp1258"  # what Vietnamese Windows writes where nothing else is told
SIGNS = "[?\ufffd]"  # what stands where a letter was lost
# What no text in Vietnamese holds: signs and letters that stand for others in older encodings.
ODD = re.compile(
    "[^\\x00-\\x7f\u00a0\u00b0\u00b2\u00b3ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝàáâãèéêìíòóôõùúýĂăĐđĨĩŨũƠơƯư"
    "\u0300\u0301\u0303\u0309\u0323\u1ea0-\u1ef9\u2010-\u2026]"
)


def legible(sheets: Sequence[Sheet], data: Dataset, file_name: str) -> tuple[Sheet, ...]:
    """Return sheets with every text in Unicode, the encoding told by the words that become known.

    Raises
    ------
    LoadError
        `load_letters_lost` if letters became question marks; `load_encoding` if a CSV file is in no
        known encoding.
    """
    odd = {
        text
        for sheet in sheets
        for label in sheet.cells
        for text in _distinct(sheet.cells[label], most=SAMPLE)
    }
    telling = _telling(data)
    is_bytes = any(sheet.is_bytes for sheet in sheets)
    if is_bytes:
        encoding = _encoding(odd, telling, ("cp1252", *LEGACY)) or PLAIN_TEXT
        if any(_decoded(text, encoding) is None for text in odd):
            raise coded(LoadError, "load_encoding", file=file_name)
    else:
        encoding = _encoding((text for text in odd if not telling(text)), telling, LEGACY)
    if encoding:
        sheets = [_reread(sheet, encoding, telling) for sheet in sheets]
    require_letters(sheets, file_name)
    return tuple(sheets)


def require_letters(sheets: Iterable[Sheet], file_name: str) -> None:
    """Refuse a file in which letters were lost: nobody can bring them back.

    Raises
    ------
    LoadError
        `load_letters_lost`.
    """
    for sheet in sheets:
        columns = [_texts(sheet.cells[label]) for label in sheet.cells]
        asked = [each[each.str.contains(SIGNS)] for each in columns]
        # A million texts without a question mark are not looked at any closer.
        if not any(len(each) for each in asked):
            continue
        others = [_distinct(sheet.cells[label], most=SAMPLE) for label in sheet.cells]
        if lost := lost_letters(text for each in (*asked, *others) for text in each):
            said = {"file": file_name, "count": len(lost), "text": lost[0][:80]}
            raise coded(LoadError, "load_letters_lost", **said)


def _texts(column: pd.Series) -> pd.Series:
    """Return the texts of a column, those of a category once."""
    is_category = isinstance(column.dtype, pd.CategoricalDtype)
    return pd.Series(column.cat.categories if is_category else column, dtype="str")


def _distinct(column: pd.Series, *, most: int | None = None) -> list[str]:
    """Return the texts not in plain Latin letters, each once; of many some from all over."""
    texts = _texts(column)
    texts = texts[~texts.str.isascii()]
    step = 1 if most is None else max(1, len(texts) // most)
    return list(texts.iloc[::step].unique())


def _telling(data: Dataset) -> Telling:
    """Return what says how much a text tells, by what there is to be known in a table.

    Accents tell two encodings apart, so that a word with the right ones tells more.
    """
    places = (data.commune_list[c.NAME], data.commune_list[c.DISTRICT])
    answers = answer_words(data.catalog, "vi").values()
    exact = {
        *(str(name) for column in places for name in column.unique()),
        *(word for each in answers for word in each.values()),
        *(text.vi for key, text in wordings().items() if key.startswith("template_heading_")),
        *(name.vi for each in data.catalog.indicators.values() for name in (each.name, each.short)),
    }
    names = {normalised(text) for text in exact}
    words = {*indicator_words(data.catalog)}.union(*(words_of(kind).clear for kind in KINDS))

    def telling(text: str) -> int:
        if ODD.search(text):
            return 0
        parts = (text, *PIECES.split(text))
        if any(part and normalised(part) in names for part in parts):
            return 2
        return int(any(plain(part) in words for part in parts))

    return telling


def _encoding(texts: Iterable[str], telling: Telling, encodings: Sequence[str]) -> str:
    """Return the encoding in which texts tell most, "" if they tell nothing in any."""
    texts = list(texts)
    scores = {
        encoding: sum(
            telling(read) for text in texts if (read := _decoded(text, encoding)) is not None
        )
        for encoding in encodings
    }
    best = max(scores, key=lambda encoding: scores[encoding])
    return best if scores[best] else ""


def _decoded(text: str, encoding: str) -> str | None:
    """Return a text decoded, None if it cannot be of the encoding."""
    try:
        return decode(text, encoding)
    except UnicodeError:
        return None


def _reread(sheet: Sheet, encoding: str, telling: Telling) -> Sheet:
    """Return a sheet with its texts decoded, each once."""

    def meant(text: str) -> str:
        read = _decoded(text, encoding)
        if read is None or sheet.is_bytes:
            return read or text
        if telling(text):
            return text
        # What is known neither way is decoded where it is no Vietnamese as it stands.
        return read if telling(read) or (ODD.search(text) and not ODD.search(read)) else text

    cells = {}
    for label in sheet.cells:
        odd = _distinct(sheet.cells[label])
        changed = {text: read for text in odd if (read := meant(text)) != text}
        cells[label] = sheet.cells[label]
        if changed:
            which, known = pd.factorize(cells[label])
            reread = pd.Series([changed.get(str(text), text) for text in known], dtype="str")
            cells[label] = reread.take(which).reset_index(drop=True)
    return replace(sheet, cells=pd.DataFrame(cells), is_bytes=False)
