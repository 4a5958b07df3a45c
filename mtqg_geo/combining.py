"""One value per commune out of the observations of a year, and which periods are missing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mtqg_geo.programme import columns as c

UNKNOWN_PERIOD = "?"  # a row is missing altogether: nobody knows for which period

Texts = NDArray[np.object_]


@dataclass(frozen=True)
class Combined:
    """The value of every commune (NaN = nothing reported), and the periods it is missing ("")."""

    values: NDArray[np.float64]
    missing_periods: Texts


def combined(rows: pd.DataFrame, codes: pd.Index, *, adds_up: bool) -> Combined:
    """Combine observations into one value per commune; note the periods that are missing.

    A period is due as soon as any commune reported it: a quarter that lies ahead is not missing.

    Parameters
    ----------
    rows
        Observations of one indicator, year and basis, of the projects chosen.
    codes
        The communes, in the order of the answer.
    adds_up
        Whether values add up; otherwise the one of the latest period counts.
    """
    numbers, periods = rows[c.VALUE].to_numpy(np.float64), rows[c.PERIOD].to_numpy(dtype=object)
    due = set(periods[~np.isnan(numbers)])
    commune = codes.get_indexer(rows[c.COMMUNE_CODE])
    counted = (commune >= 0) & np.fromiter((each in due for each in periods), bool, len(periods))
    commune, numbers, periods = commune[counted], numbers[counted], periods[counted]
    known, n = ~np.isnan(numbers), len(codes)
    got = np.bincount(commune[known], minlength=n)
    expected = _projects(rows[c.PROJECT].to_numpy(dtype=object)[counted], commune, n) * len(due)
    make = _sums if adds_up else _latest
    values = make(commune[known], numbers[known], periods[known], n)
    partly = (got > 0) & (got < expected)
    return Combined(values, _missing(partly, commune[~known], periods[~known]))


def _projects(projects: Texts, commune: NDArray[np.intp], n: int) -> NDArray[np.intp]:
    """Count the projects for which each commune has rows."""
    numbers, different = pd.factorize(projects)
    pairs = np.unique(commune * max(len(different), 1) + numbers)
    return np.bincount(pairs // max(len(different), 1), minlength=n)


def _sums(
    commune: NDArray[np.intp], numbers: NDArray[np.float64], _periods: Texts, n: int
) -> NDArray[np.float64]:
    # pandas carries the rounding of each addition along, so that 0.1 ten times makes 1.
    sums = pd.Series(numbers).groupby(commune).sum()
    values = np.full(n, np.nan)
    values[sums.index.to_numpy()] = sums.to_numpy()
    return values


def _latest(
    commune: NDArray[np.intp], numbers: NDArray[np.float64], periods: Texts, n: int
) -> NDArray[np.float64]:
    order = np.argsort(periods, kind="stable")
    values = np.full(n, np.nan)
    values[commune[order]] = numbers[order]  # a later one takes the place of an earlier one
    return values


def _missing(partly: NDArray[np.bool_], commune: NDArray[np.intp], periods: Texts) -> Texts:
    """Name the periods that communes which reported some of them have not reported."""
    texts = np.full(len(partly), "", dtype=object)
    for place in np.flatnonzero(partly):
        silent = sorted(set(periods[commune == place]))
        texts[place] = ", ".join(silent) or UNKNOWN_PERIOD
    return texts
