"""Units of figures: the words for them, and the places where a file writes them.

The unit of money may stand in the heading of a column or in a note above the table; that of any
figure in a column of its own. Figures are brought to the indicator's unit: 4.1 in a column headed
"(triệu đồng)" is 4 100 000 đồng.
"""

import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mtqg_geo.loading.sheets.rows import is_note
from mtqg_geo.loading.sheets.table import RowError
from mtqg_geo.loading.sheets.words import plain, refuse
from mtqg_geo.loading.tables.figures import AT, COLUMN, SIGNED, Figures
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Indicator

UNIT = "unit"
MONEY = (
    (re.compile(r"\b(?:ty dong|ty vnd|ty d|billion (?:vnd|dong))\b"), 1_000_000_000.0),
    (
        re.compile(r"\b(?:trieu dong|trieu vnd|trieu d|tr dong|trd|million (?:vnd|dong))\b"),
        1_000_000.0,
    ),
    (re.compile(r"\b(?:nghin dong|ngan dong|thousand (?:vnd|dong))\b"), 1_000.0),
    (re.compile(r"\b(?:dong|vnd|vn d)\b"), 1.0),
)


def money_factor(text: str) -> float | None:
    """Return how many đồng the unit of money in a text has; None if it names none.

    >>> [money_factor(text) for text in ("FI01 (triệu đồng)", "ĐVT: nghìn đồng", "hộ")]
    [1000000.0, 1000.0, None]
    """
    words = plain(text)
    return next((factor for pattern, factor in MONEY if pattern.search(words)), None)


def unit_factor(text: str, indicator: Indicator) -> float | None:
    """Return by what figures in a unit are multiplied to be in the indicator's unit.

    None if the text names another kind of unit. Text that names no money says nothing of money.
    """
    if indicator.is_money:
        return money_factor(text)
    return 1.0 if plain(text) in {plain(each) for each in indicator.unit} else None


def unit_checks(figures: Figures) -> tuple[Figures, list[RowError], list[RowError]]:
    """Bring money to đồng, and check the units that are written beside figures or above them.

    Returns
    -------
    The figures in the indicators' units; errors; warnings.
    """
    errors: list[RowError] = []
    warnings: list[RowError] = []
    rows, column = figures.rows, figures.rows.column(UNIT)
    value, signed = figures.of(c.VALUE).copy(), figures.of(SIGNED).copy()
    beside = None
    if column is not None and not is_note(column):
        beside = rows.texts(UNIT).iloc[figures.of(AT)].to_numpy(dtype=object)
    for indicator, mine in figures.by_indicator():
        if indicator.is_money:
            value[mine] *= _heading_factors(figures)[figures.of(COLUMN)[mine]]
        if beside is None:
            continue
        for text in pd.unique(beside[mine]):
            where = mine & (beside == text) & (text != "")
            factor = unit_factor(text, indicator)
            if factor is not None:
                value[where] *= factor
                signed |= where & indicator.is_percent
            elif where.any():
                why = refuse("load_unit", text=text, unit=indicator.unit, indicator=indicator.id)
                # A wrong unit of money changes the figure; "people" beside households hardly does.
                if indicator.is_money or money_factor(text) is not None:
                    errors += figures.errors(where, why, UNIT)
                else:
                    warnings += figures.errors(where, why, UNIT)[:1]
    is_money = figures.where(lambda indicator: indicator.is_money)
    value[is_money] = _whole_again(value[is_money])
    return figures.assign(**{c.VALUE: value, SIGNED: signed}), errors, warnings


def _whole_again(value: NDArray[np.float64]) -> NDArray[np.float64]:
    """Take back what multiplying by a million left behind the point (4.1 million is 4,100,000)."""
    nearest = np.round(value)
    return np.where(np.abs(value - nearest) <= 1e-6 + 1e-15 * np.abs(value), nearest, value)


def _heading_factors(figures: Figures) -> NDArray[np.float64]:
    """Return the unit of money that the heading of each column, or a note above, speaks of."""
    note = figures.rows.column(UNIT)
    general = money_factor(note.heading) if note is not None and is_note(note) else None
    return np.array([money_factor(each.heading) or general or 1.0 for each in figures.columns])
