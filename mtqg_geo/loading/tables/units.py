"""Figures brought to the units of their indicators, wherever a file writes in which they are.

The unit may stand beside the figures, in the heading of their column or above the table; 4.1 in a
column headed "(triệu đồng)" is 4 100 000 đồng. Where two places tell different units, or one tells
what nobody knows, nothing is guessed: a sentence asks.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mtqg_geo.loading.sheets.rows import is_note, place_of
from mtqg_geo.loading.sheets.table import Column, RowError
from mtqg_geo.loading.sheets.units import BRACKETS, UNIT, money_factor, noted_unit, unit_factor
from mtqg_geo.loading.sheets.words import refuse
from mtqg_geo.loading.tables.figures import AT, COLUMN, SIGNED, Figures
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Indicator


def unit_checks(figures: Figures) -> tuple[Figures, list[RowError], list[RowError]]:
    """Bring figures to their units, and check the units that are written for them.

    Returns
    -------
    The figures in the indicators' units; errors; warnings.
    """
    errors: list[RowError] = []
    warnings: list[RowError] = []
    rows, column = figures.rows, figures.rows.column(UNIT)
    value, signed = figures.of(c.VALUE).copy(), figures.of(SIGNED).copy()
    above = column if column is not None and is_note(column) else None
    beside = None
    if column is not None and above is None:
        beside = rows.texts(UNIT).iloc[figures.of(AT)].to_numpy(dtype=object)
    for indicator, mine in figures.by_indicator():
        factors, wrong = _of_columns(figures, indicator, mine, above)
        errors += wrong
        if beside is None:
            value[mine] *= factors[figures.of(COLUMN)[mine]]
            continue
        for text in pd.unique(beside[mine]):
            where = mine & (beside == text)
            factor = _factor(text, indicator) if text else None
            of_heading = factors[figures.of(COLUMN)]
            if not text:
                value[where] *= of_heading[where]
            elif factor is not None:
                clash = where & (of_heading != 1) & (of_heading != factor)
                if clash.any():
                    why = refuse("load_units_differ", one=text, other=_headed(figures, clash))
                    errors += figures.errors(clash, why, UNIT)
                value[where] *= factor
                signed |= where & indicator.is_percent
            else:
                why = refuse("load_unit", text=text, unit=indicator.unit, indicator=indicator.id)
                # A wrong unit of money changes the figure; "people" beside households hardly does.
                if indicator.is_money or money_factor(text) is not None:
                    errors += figures.errors(where, why, UNIT)
                else:
                    warnings += figures.errors(where, why, UNIT)[:1]
    errors += _too_large(figures, value)
    is_money = figures.where(lambda indicator: indicator.is_money)
    value[is_money] = _whole_again(value[is_money])
    return figures.assign(**{c.VALUE: value, SIGNED: signed}), errors, warnings


def _too_large(figures: Figures, value: NDArray[np.float64]) -> list[RowError]:
    """Return errors for figures that are likely written in đồng, whatever unit is told.

    Multiplied by it they are more than a commune may have, and as written they are not; or they are
    shown in thousands or millions, and the unit speaks of what is shown.
    """
    written = figures.of(c.VALUE)
    multiplied = (value > written) & figures.where(lambda indicator: indicator.is_money)
    errors: list[RowError] = []
    shorter = np.array([place_of(each) in figures.rows.sheet.scaled for each in figures.columns])
    is_shorter = multiplied & shorter[figures.of(COLUMN)]
    if is_shorter.any():
        errors += figures.errors(is_shorter, refuse("load_scaled_format"))
    for indicator, mine in figures.by_indicator():
        most = indicator.usual.most or np.inf
        usual = (written >= indicator.usual.least) & (written <= most)
        where = mine & multiplied & ~is_shorter & usual & (value > most)
        if where.any():
            why = refuse("load_unit_too_large", indicator=indicator.id)
            errors += figures.errors(where, why)
    return errors


def _of_columns(
    figures: Figures, indicator: Indicator, mine: NDArray[np.bool_], above: Column | None
) -> tuple[NDArray[np.float64], list[RowError]]:
    """Return by what the figures of an indicator in each column are multiplied, and what is wrong.

    The heading tells it, else the note above; both may, if they tell the same.
    """
    errors: list[RowError] = []
    note = (noted_unit(above.heading) or above.heading) if above is not None else ""
    general = _factor(note, indicator) if note else None
    factors = np.ones(len(figures.columns))
    for place, column in enumerate(figures.columns):
        where = mine & (figures.of(COLUMN) == place)
        own = _in_heading(column, indicator)
        factors[place] = own or general or 1.0
        if not where.any() or above is None:
            continue
        if own is not None and general is not None and own != general:
            said = {"one": note, "other": column.heading}
            errors += figures.errors(where, refuse("load_units_differ", **said), UNIT)
        elif own is None and general is None and indicator.is_money:
            why = refuse("load_unit_unclear", text=note, cell=above.letter)
            errors += figures.errors(where, why, UNIT)
    return factors, errors


def _in_heading(column: Column, indicator: Indicator) -> float | None:
    """Return the factor of the unit a heading tells: of money anywhere, of counts in brackets."""
    if indicator.is_money:
        return money_factor(column.heading)
    told: Sequence[str] = BRACKETS.findall(column.heading)
    return next((found for text in told if (found := _factor(text, indicator))), None)


def _factor(text: str, indicator: Indicator) -> float | None:
    return unit_factor(text, tuple(indicator.unit), is_money=indicator.is_money)


def _headed(figures: Figures, where: NDArray[np.bool_]) -> str:
    """Return the heading of the column in which the first of some figures stands."""
    return figures.columns[int(figures.of(COLUMN)[where][0])].heading


def _whole_again(value: NDArray[np.float64]) -> NDArray[np.float64]:
    """Take back what multiplying by a million left behind the point (4.1 million is 4,100,000)."""
    nearest = np.round(value)
    return np.where(np.abs(value - nearest) <= 1e-6 + 1e-15 * np.abs(value), nearest, value)
