"""Numbers as people write them: `1.234,5` and `1,234.5`, decided over the whole column.

A text such as `1.234` may be one thousand two hundred thirty-four or a little more than one. The
other cells of its column usually tell; where they do not, whole things (households, works) are
read as Vietnamese use has it, and anything else is questioned.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mtqg_geo.loading.values import is_not_reported, read_trouble
from mtqg_geo.model import Mask

SIGN = r"[+\-−]?"
INTEGER = rf"{SIGN}\d+"
SPACED = rf"{SIGN}[1-9]\d{{0,2}}(?: \d{{3}})+(?:[.,]\d+)?"
SCIENTIFIC = r"[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d+"
DECIMALS, GROUPS, BOTH, UNCLEAR = "decimals", "groups", "both", "unclear"
COMMA, POINT = ",", "."
OTHER = {COMMA: POINT, POINT: COMMA}
MOST_DIGITS = 15  # what a spreadsheet keeps


@dataclass(frozen=True, eq=False)
class Numbers:
    """A column of numbers as it was read.

    `values` is NaN where `missing` (empty, or said to be not reported) and where `codes` names the
    sentence that says why a text is no number. `signed` tells the cells that say themselves that
    they are percentages, by a `%` sign or their format.
    """

    texts: pd.Series
    values: NDArray[np.float64]
    missing: Mask
    codes: NDArray[np.object_]
    signed: Mask

    @property
    def wrong(self) -> Mask:
        """Whether the text of each row is no number."""
        return np.asarray(self.codes != "", dtype=bool)


def read_numbers(
    texts: pd.Series,
    *,
    whole: Mask | None = None,
    numeric: Mask | None = None,
    percent: Mask | None = None,
) -> Numbers:
    """Read a column of clean texts as numbers.

    Parameters
    ----------
    texts
        Cells as text, "" where empty.
    whole
        Which rows are of things that have no fractions; none unless given.
    numeric
        Which cells were stored as numbers: their text has a decimal point and nothing else.
    percent
        Which cells have a percent format: `0.05` is then read as 5.
    """
    n = len(texts)
    stored = np.zeros(n, dtype=bool) if numeric is None else numeric
    formatted = np.zeros(n, dtype=bool) if percent is None else percent & stored
    no_fractions = np.zeros(n, dtype=bool) if whole is None else whole
    values = np.full(n, np.nan)
    codes = np.full(n, "", dtype=object)
    missing = np.zeros(n, dtype=bool)
    signed = formatted.copy()
    values[stored] = pd.to_numeric(texts[stored]).to_numpy(dtype=np.float64)
    values[formatted] = _tidy(values[formatted] * 100)
    written = np.flatnonzero(~stored)
    which, distinct = pd.factorize(texts.iloc[written])
    table = _table(pd.Series(distinct, dtype="str"))
    table["read"], table["code"] = _decided(table, which, no_fractions[written])
    values[written] = table["read"].to_numpy(dtype=np.float64)[which]
    codes[written] = table["code"].to_numpy(dtype=object)[which]
    missing[written] = table["missing"].to_numpy(dtype=bool)[which]
    signed[written] = table["signed"].to_numpy(dtype=bool)[which]
    return Numbers(texts, values, missing, codes, signed)


def number_values(code: str, text: str) -> Mapping[str, object]:
    """Return what fills the sentence of a text that is no number."""
    if code == "load_number_unclear":
        return {"text": text, "large": text.replace(",", "").replace(".", "")}
    return {"text": text}


def _tidy(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Drop the digits beyond those a spreadsheet keeps (5.000000000000001 is 5)."""
    return np.array([float(f"{value:.{MOST_DIGITS - 1}g}") for value in values], dtype=np.float64)


def _table(distinct: pd.Series) -> pd.DataFrame:
    """Tell for each distinct text how it is written: form, sign, body without spaces and `%`."""
    signed = distinct.str.endswith("%")
    body = distinct.str.removesuffix("%").str.strip().str.replace("−", "-", regex=False)
    spaced = body.str.fullmatch(SPACED)
    body = body.where(~spaced, body.str.replace(" ", "", regex=False))
    table = pd.DataFrame(
        {"text": distinct, "body": body, "signed": signed, "form": "", "mark": "", "missing": False}
    )
    table.loc[body.str.fullmatch(INTEGER), "form"] = "integer"
    for mark, other in OTHER.items():
        for form, pattern in _forms(mark, other).items():
            table.loc[body.str.fullmatch(pattern), ["form", "mark"]] = form, mark
        # Spaces part the thousands, so that the only other mark is that of the decimals.
        decimals = spaced & body.str.contains(mark, regex=False)
        table.loc[decimals, ["form", "mark"]] = DECIMALS, mark
    rest = table.index[table["form"] == ""]
    table.loc[rest, "missing"] = [
        text == "" or is_not_reported(text) for text in distinct.loc[rest]
    ]
    return table


def _forms(mark: str, other: str) -> Mapping[str, str]:
    """Return the ways of writing in which `mark` plays a part, the most telling last."""
    m, o = f"\\{mark}", f"\\{other}"
    return {
        DECIMALS: rf"{SIGN}\d+{m}\d+",
        UNCLEAR: rf"{SIGN}[1-9]\d{{0,2}}{m}\d{{3}}",
        GROUPS: rf"{SIGN}[1-9]\d{{0,2}}(?:{m}\d{{3}}){{2,}}",
        BOTH: rf"{SIGN}[1-9]\d{{0,2}}(?:{o}\d{{3}})+{m}\d+",
    }


def _decided(
    table: pd.DataFrame, which: NDArray[np.intp], whole: Mask
) -> tuple[pd.Series, pd.Series]:
    """Return each distinct text as a number, and a code where it is none or stays unclear."""
    in_whole, in_parts = (np.zeros(len(table), dtype=bool) for _ in range(2))
    in_whole[which[whole]] = True
    in_parts[which[~whole]] = True
    mark = _decimal_mark(table, in_whole)
    unclear = table["form"] == UNCLEAR
    # Without another sign, Vietnamese use decides for things that have no fractions.
    by_use = (table["mark"] == POINT) & in_whole & ~in_parts
    groups = table["form"] == GROUPS
    if mark:
        groups |= unclear & (table["mark"] != mark)
    elif mark is not None:
        groups |= unclear & by_use
    asked = unclear & ~groups if not mark else pd.Series(data=False, index=table.index)
    plain = table["body"].mask(groups, table["body"].str.replace(r"[.,]", "", regex=True))
    for sign, other in OTHER.items():
        both = (table["form"] == BOTH) & (table["mark"] == sign)
        plain = plain.mask(both, plain.str.replace(other, "", regex=False))
    plain = plain.str.replace(",", ".", regex=False)
    known = (table["form"] != "") & ~asked
    read = pd.to_numeric(plain.where(known))
    code = pd.Series("", index=table.index, dtype=object)
    code[asked] = "load_number_unclear"
    rest = table.index[(table["form"] == "") & ~table["missing"]]
    code[rest] = [_no_number(text) for text in table.loc[rest, "text"]]
    return read, code


def _decimal_mark(table: pd.DataFrame, in_whole: Mask) -> str | None:
    """Return the mark of decimals the column shows, "" if it shows none, None if it shows both."""
    # 1.234 households cannot be one and a bit, 1.000 could.
    grouped = (table["form"] == UNCLEAR) & in_whole & ~table["body"].str.endswith("000")
    shown = {
        mark
        for mark, other in OTHER.items()
        if (
            (table["form"].isin([DECIMALS, BOTH]) & (table["mark"] == mark))
            | ((table["form"] == GROUPS) & (table["mark"] == other))
            | (grouped & (table["mark"] == other))
        ).any()
    }
    return None if len(shown) > 1 else next(iter(shown), "")


def _no_number(text: str) -> str:
    """Return the code that says best why a text is no number."""
    if (trouble := read_trouble(text)) is not None:
        return trouble.code
    if pd.Series([text]).str.fullmatch(SCIENTIFIC).iloc[0]:
        return "load_scientific"
    return "load_no_number"
