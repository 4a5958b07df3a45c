"""Numbers as people write them: `1.234,5` and `1,234.5`, decided over the whole column.

A text such as `1.234` may be one thousand two hundred thirty-four or a little more than one. The
other cells of its column usually tell; where they do not, whole things (households, works) are
read as Vietnamese use has it, and anything else is questioned.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from mtqg_geo.loading.sheets.distinct import Distinct
from mtqg_geo.loading.sheets.words import (
    Reading,
    date_trouble,
    is_not_reported,
    read_trouble,
    refuse,
)
from mtqg_geo.programme.model import Mask

SIGN = r"[+\-]?"
DIGITS = rf"{SIGN}[0-9]+"
SPACED = rf"{SIGN}[1-9][0-9]{{0,2}}(?: [0-9]{{3}})+(?:[.,][0-9]+)?"
SCIENTIFIC = r"[+-]?[0-9]+(?:[.,][0-9]+)?[eE][+-]?[0-9]+"
MARKS = {1: ",", 2: "."}  # which sign a text has; 0 stands for none
OTHER = {1: 2, 2: 1}
COMMA, POINT = MARKS
# How a text is written: not as a number, without marks, with decimals, in groups of thousands,
# with both, or in a way that may be either.
NONE, INTEGER, DECIMALS, GROUPS, BOTH, UNCLEAR = range(6)
MOST_DIGITS = 15  # what a spreadsheet keeps


@dataclass(frozen=True, eq=False)
class Numbers:
    """A column of numbers as it was read.

    `values` is NaN where `missing` (empty, or said to be not reported) and where `codes` names the
    sentence that says why a text is no number. `signed` tells the cells that say themselves that
    they are percentages, by a `%` sign or their format. `both` are two texts of which one has
    a comma before the decimals and the other a point.
    """

    texts: Distinct
    values: NDArray[np.float64]
    missing: Mask
    codes: NDArray[np.object_]
    signed: Mask
    both: tuple[str, ...] = ()

    def mixed(self, *, percent: bool = False) -> Iterator[tuple[int, Reading]]:
        """Yield a row and a word for each doubt whether the column is written in one way.

        `percent` asks also whether cells without the sign are percentages as those that have it.
        """
        if self.both:
            first, second = self.both
            at = int(np.argmax(self.texts.where(lambda text: text == second)))
            yield at, refuse("load_marks_mixed", first=first, second=second)
        parts = ~self.signed & (self.values > 0) & (self.values < 1)
        if percent and self.signed.any() and parts.any():
            at, sure = int(np.argmax(parts)), int(np.argmax(self.signed))
            shown, text = (self.texts.at(each) for each in (sure, at))
            yield at, refuse("load_percent_mixed", first=shown, second=text)

    @property
    def wrong(self) -> Mask:
        """Whether the text of each row is no number."""
        return np.asarray(self.codes != "", dtype=bool)

    def why(self, position: int) -> Reading:
        """Return why the text of a row is no number."""
        text, code = self.texts.at(position), str(self.codes[position])
        return Reading(None, code, number_values(code, text))


def read_numbers(
    texts: Distinct,
    *,
    whole: Mask | None = None,
    numeric: Mask | None = None,
    percent: Mask | None = None,
) -> Numbers:
    """Read a column of texts as numbers.

    One cell may tell how all of them are meant. 1.234 alone could be a little more than one; beside
    12,5 its point can only part thousands:

    >>> from mtqg_geo.loading.sheets.distinct import distinct_texts
    >>> texts = distinct_texts(pd.Series(["1.234", "12,5", ""]))
    >>> np.asarray(read_numbers(texts).values).tolist()
    [1234.0, 12.5, nan]

    Parameters
    ----------
    texts
        The cells, "" where empty.
    whole
        Which rows are of things that have no fractions; none unless given.
    numeric
        Which cells were stored as numbers: their text has a decimal point and nothing else.
    percent
        Which cells have a percent format: `0.05` is then read as 5.
    """
    n = len(texts.which)
    stored = np.zeros(n, dtype=bool) if numeric is None else numeric
    formatted = np.zeros(n, dtype=bool) if percent is None else percent & stored
    no_fractions = np.zeros(n, dtype=bool) if whole is None else whole
    written = _written(texts.known)
    in_whole, in_parts = (np.zeros(len(texts.known), dtype=bool) for _ in range(2))
    in_whole[texts.which[~stored & no_fractions]] = True
    in_parts[texts.which[~stored & ~no_fractions]] = True
    read, code, both = _decided(written, in_whole, in_parts)
    values, codes = read[texts.which], code[texts.which]
    missing, signed = written.missing[texts.which], written.signed[texts.which]
    if stored.any():  # these have a decimal point, whatever the texts around them have
        values[stored] = _exact(texts.known, texts.which[stored])
        values[formatted] = _tidy(values[formatted] * 100)
        codes[stored], signed[stored] = "", formatted[stored]
    return Numbers(texts, values, missing, codes, signed, both)


def _exact(known: pd.Series, which: NDArray[np.int32]) -> NDArray[np.float64]:
    values = np.full(len(known), np.nan)
    used = np.unique(which)
    values[used] = _floats(known.iloc[used])
    return values[which]


def _floats(texts: pd.Series) -> NDArray[np.float64]:
    numbers: NDArray[np.float64] = (
        pa.array(texts, type=pa.large_string()).cast(pa.float64()).to_numpy()
    )
    return numbers


def number_values(code: str, text: str) -> Mapping[str, object]:
    """Return what fills the sentence of a text that is no number."""
    if code == "load_number_unclear":
        return {"text": text, "large": text.replace(",", "").replace(".", "")}
    trouble = date_trouble(text)
    return {"text": text} if trouble is None else trouble.said


def _tidy(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Drop the digits beyond those a spreadsheet keeps (5.000000000000001 is 5)."""
    return np.array([float(f"{value:.{MOST_DIGITS - 1}g}") for value in values], dtype=np.float64)


class _Written(NamedTuple):
    """How each distinct text is written; `body` is it without spaces, sign `+` and `%`."""

    text: pd.Series
    body: pd.Series
    form: NDArray[np.int8]
    mark: NDArray[np.int8]
    signed: Mask
    missing: Mask


def _written(known: pd.Series) -> _Written:
    signed = np.asarray(known.str.endswith("%"), dtype=bool)
    body = known.str.removesuffix("%").str.strip().str.replace("−", "-", regex=False)
    form, mark = (np.zeros(len(known), dtype=np.int8) for _ in range(2))
    form[np.asarray(body.str.fullmatch(DIGITS), dtype=bool)] = INTEGER
    rest = np.flatnonzero(form == NONE)
    spaced = np.asarray(body.iloc[rest].str.fullmatch(SPACED), dtype=bool)
    body.iloc[rest[spaced]] = body.iloc[rest[spaced]].str.replace(" ", "", regex=False)
    others = body.iloc[rest]
    for sign, other in OTHER.items():
        for each, pattern in _forms(MARKS[sign], MARKS[other]).items():
            found = rest[np.asarray(others.str.fullmatch(pattern), dtype=bool)]
            form[found], mark[found] = each, sign
        # Spaces part the thousands, so that the only other mark is that of the decimals.
        marked = np.asarray(others.str.contains(MARKS[sign], regex=False), dtype=bool)
        form[rest[spaced & marked]], mark[rest[spaced & marked]] = DECIMALS, sign
    plain = rest[spaced & (form[rest] == NONE)]
    form[plain] = INTEGER
    missing = np.zeros(len(known), dtype=bool)
    for at in np.flatnonzero(form == NONE):
        text = str(known.iloc[at])
        missing[at] = text == "" or is_not_reported(text)
    return _Written(known, body.str.removeprefix("+"), form, mark, signed, missing)


def _forms(mark: str, other: str) -> Mapping[int, str]:
    """Return the ways of writing in which `mark` plays a part, the most telling last."""
    m, o = f"\\{mark}", f"\\{other}"
    return {
        DECIMALS: rf"{SIGN}[0-9]+{m}[0-9]+",
        UNCLEAR: rf"{SIGN}[1-9][0-9]{{0,2}}{m}[0-9]{{3}}",
        GROUPS: rf"{SIGN}[1-9][0-9]{{0,2}}(?:{m}[0-9]{{3}}){{2,}}",
        BOTH: rf"{SIGN}[1-9][0-9]{{0,2}}(?:{o}[0-9]{{3}})+{m}[0-9]+",
    }


def _decided(
    written: _Written, in_whole: Mask, in_parts: Mask
) -> tuple[NDArray[np.float64], NDArray[np.object_], tuple[str, ...]]:
    """Return each distinct text as a number, and a code where it is none or stays unclear.

    Last come two texts that show different marks of decimals, if there are such.
    """
    form, mark = written.form, written.mark
    shown = _decimal_marks(written, in_whole, in_whole | in_parts)
    # 0 if the column shows none, None if it shows both.
    decimal_mark = None if len(shown) > 1 else next(iter(shown), 0)
    unclear = form == UNCLEAR
    groups = form == GROUPS
    if decimal_mark:
        groups |= unclear & (mark != decimal_mark)
        asked = np.zeros(len(form), dtype=bool)
    else:
        # Without another sign, Vietnamese use decides for things that have no fractions.
        by_use = unclear & (mark == POINT) & in_whole & ~in_parts
        groups |= by_use & (decimal_mark is not None)
        asked = unclear & ~groups
    known = (form != NONE) & ~asked
    values = np.full(len(form), np.nan)
    values[known] = _floats(_with_points(written, groups)[known])
    codes = np.full(len(form), "", dtype=object)
    codes[asked] = "load_number_unclear"
    for at in np.flatnonzero((form == NONE) & ~written.missing):
        codes[at] = _no_number(str(written.text.iloc[at]))
    both = tuple(shown[sign] for sign in sorted(shown)) if len(shown) > 1 else ()
    return values, codes, both


def _with_points(written: _Written, groups: Mask) -> pd.Series:
    """Return the texts with a decimal point and no groups."""
    body = written.body.copy()
    body[groups] = body[groups].str.replace(r"[.,]", "", regex=True)
    for sign, other in OTHER.items():
        both = (written.form == BOTH) & (written.mark == sign)
        body[both] = body[both].str.replace(MARKS[other], "", regex=False)
    commas = (written.mark == COMMA) & ~groups
    body[commas] = body[commas].str.replace(",", ".", regex=False)
    return body


def _decimal_marks(written: _Written, in_whole: Mask, used: Mask) -> Mapping[int, str]:
    """Return the marks of decimals the column shows, each with a text that shows it."""
    form, mark = written.form, written.mark
    # 1.234 households cannot be one and a bit, 1.000 could.
    grouped = (form == UNCLEAR) & in_whole
    grouped[grouped] = ~np.asarray(written.body[grouped].str.endswith("000"), dtype=bool)
    grouped |= (form == GROUPS) & used
    decimals = ((form == DECIMALS) | (form == BOTH)) & used
    showing = {
        sign: (decimals & (mark == sign)) | (grouped & (mark == other))
        for sign, other in OTHER.items()
    }
    return {
        sign: str(written.text.iloc[int(np.argmax(which))])
        for sign, which in showing.items()
        if which.any()
    }


def _no_number(text: str) -> str:
    """Return the code that says best why a text is no number."""
    if (trouble := read_trouble(text) or date_trouble(text)) is not None:
        return trouble.code
    if re.fullmatch(SCIENTIFIC, text):
        return "load_scientific"
    return "load_no_number"
