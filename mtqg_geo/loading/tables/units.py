"""Units of figures: the words for them, and the places where a file writes them."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mtqg_geo.loading.sheets.rows import Rows, is_note
from mtqg_geo.loading.sheets.table import RowError
from mtqg_geo.loading.sheets.words import plain, refuse
from mtqg_geo.loading.tables.entries import UNKNOWN, Entries, Known
from mtqg_geo.programme.model import Indicator, Mask

MILLION, BILLION, THOUSAND = 1_000_000.0, 1_000_000_000.0, 1_000.0


MONEY = (
    (re.compile(r"\b(?:ty dong|ty vnd|ty d|billion (?:vnd|dong))\b"), BILLION),
    (re.compile(r"\b(?:trieu dong|trieu vnd|trieu d|tr dong|trd|million (?:vnd|dong))\b"), MILLION),
    (re.compile(r"\b(?:nghin dong|ngan dong|thousand (?:vnd|dong))\b"), THOUSAND),
    (re.compile(r"\b(?:dong|vnd|vn d)\b"), 1.0),
)


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


UNIT = "unit"


SMALLEST_MONEY_VND = 1_000_000.0  # a year's capital below this was written in millions, most likely


def unit_checks(
    rows: Rows, entries: Entries, known: Known
) -> tuple[Entries, list[RowError], list[RowError]]:
    """Bring money to đồng, and check the units that are written beside figures or above them.

    Returns
    -------
    The figures in the indicators' units; errors; warnings.
    """
    errors: list[RowError] = []
    warnings: list[RowError] = []
    value, signed = entries.value.copy(), entries.signed.copy()
    column = rows.column(UNIT)
    beside = rows.texts(UNIT).iloc[entries.at].to_numpy(dtype=object) if column else None
    for number in np.unique(entries.indicator[entries.indicator != UNKNOWN]):
        indicator = known.indicator(number)
        mine = entries.indicator == number
        if indicator.is_money:
            value[mine] *= _heading_factors(rows, entries, mine)
        if beside is None or column is None or is_note(column):
            continue
        for text in pd.unique(beside[mine]):
            where = mine & (beside == text) & (text != "")
            factor = unit_factor(text, indicator)
            if factor is not None:
                value[where] *= factor
                signed |= where & (indicator.is_percent)
            elif where.any():
                said = {"unit": indicator.unit, "indicator": indicator.id}
                why = refuse("load_unit", text=text, **said)
                strict = indicator.is_money or money_factor(text) is not None
                listed = entries.errors(rows, where, why, UNIT)
                (errors if strict else warnings).extend(listed if strict else listed[:1])
    money = np.array([known.indicator(i).is_money for i in range(len(known.indicators))])
    is_money = np.append(money, False)[entries.indicator]
    value[is_money] = _whole_again(value[is_money])
    warnings += _small_money(rows, replace(entries, value=value), is_money)
    return replace(entries, value=value, signed=signed), errors, warnings


def _whole_again(value: NDArray[np.float64]) -> NDArray[np.float64]:
    """Take back what multiplying by a million left behind the point (4.1 million is 4,100,000)."""
    nearest = np.round(value)
    return np.where(np.abs(value - nearest) <= 1e-6 + 1e-15 * np.abs(value), nearest, value)


def _heading_factors(rows: Rows, entries: Entries, mine: Mask) -> NDArray[np.float64]:
    """Return the unit of money that the heading of each figure, or a note above, speaks of."""
    note = rows.column(UNIT)
    general = money_factor(note.heading) if note is not None and is_note(note) else None
    factors = [money_factor(column.heading) or general or 1.0 for column in entries.columns]
    return np.array(factors)[entries.column[mine]]


def _small_money(rows: Rows, entries: Entries, is_money: Mask) -> list[RowError]:
    """Mention sums of money that are all so small that they are millions, most likely."""
    there = is_money & (np.abs(entries.value) > 0)
    if not there.any() or np.abs(entries.value[there]).max() >= SMALLEST_MONEY_VND:
        return []
    first = np.zeros(len(there), dtype=bool)
    first[np.argmax(there)] = True
    return entries.errors(rows, first, refuse("load_money_small", count=int(there.sum())))
