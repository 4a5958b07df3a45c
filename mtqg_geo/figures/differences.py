"""What changed between two periods: of each commune, and of all that reported in both.

The later period minus the earlier, whichever of them was chosen first. Of a commune that is missing
in one of them nobody knows what changed: it has no difference, which is not a difference of zero.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.measures import MappedIndicator, shown
from mtqg_geo.figures.periods import Measure
from mtqg_geo.figures.selection import Selection
from mtqg_geo.figures.states import NOTHING_OWED
from mtqg_geo.figures.values import base_weights, total
from mtqg_geo.figures.words import compared_words, period_words
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.amounts import as_read, is_percent, scale
from mtqg_geo.programme.model import Indicator, Lang, Mask, State, Text
from mtqg_geo.programme.words import MOST_DECIMALS, t

POINTS, ONE_POINT_EN = Text("điểm %", "percentage points"), "percentage point"
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Difference:
    """An indicator in two periods, and what changed.

    Attributes
    ----------
    earlier, later
        What is shown in each.
    periods, caption
        Their names, in the same order; both in one.
    indicator
        As its differences are read: of percentages in points.
    better
        1 where more is better, -1 where less is, 0 where neither is.
    by_commune
        What changed in each commune of the data; missing where one of the two is.
    """

    earlier: MappedIndicator
    later: MappedIndicator
    periods: tuple[str, str]
    caption: str
    indicator: Indicator
    better: int
    by_commune: Numbers


def difference_of(data: Dataset, selection: Selection, *, lang: Lang) -> Difference:
    """Return what changed between the two periods of a selection that compares."""
    before, after = selection.in_time(data)
    earlier, later = (shown(data, each, lang=lang) for each in (before, after))
    indicator = later.indicator
    return Difference(
        earlier,
        later,
        (period_words(data, before, lang), period_words(data, after, lang)),
        compared_words(data, selection, lang),
        as_difference(indicator),
        _better(indicator, selection.measure),
        subtracted(_numbers(earlier), _numbers(later), indicator),
    )


def as_difference(indicator: Indicator) -> Indicator:
    """Return the indicator as its differences are read: between percentages lie points."""
    if not is_percent(indicator):
        return indicator
    return replace(indicator, unit=POINTS, unit_one_en=ONE_POINT_EN)


def subtracted(earlier: Numbers, later: Numbers, indicator: Indicator) -> Numbers:
    """Return the later values minus the earlier ones, all three as they are read.

    A reader who is shown 12,3 % and 10,1 % must find 2,2 between them, not 2,3.

    >>> from mtqg_geo.dataset.dataset import shipped_dataset
    >>> poverty = shipped_dataset().catalog.indicators["CX02"]
    >>> subtracted(np.array([10.06, 5.0, np.nan]), np.array([12.34, np.nan, 3.0]), poverty).tolist()
    [2.2, nan, nan]
    """
    change = np.round(as_read(later, indicator) - as_read(earlier, indicator), MOST_DECIMALS)
    return np.asarray(change * scale(indicator))


def change_words(change: float, lang: Lang, write: Callable[[float], str]) -> str:
    """Say how much more or less it is; `write` writes the amount.

    >>> [change_words(each, "vi", "{:g} hộ".format) for each in (2, -2, 0, np.nan)]
    ['Tăng 2 hộ', 'Giảm 2 hộ', 'Không đổi', '–']
    """
    if not np.isfinite(change):
        return "–"
    if change == 0:
        return t("modes_unchanged", lang)
    key = "modes_rise" if change > 0 else "modes_fall"
    return t(key, lang, amount=write(abs(change)))


@dataclass(frozen=True)
class TotalChange:
    """One figure of the communes that reported in full in both periods, and what it changed by.

    `left_out` are those of which that is not known, though somebody owed a report.
    """

    earlier: float
    later: float
    change: float
    communes: int
    left_out: int


def has_change_of_total(data: Dataset, selection: Selection) -> bool:
    """Say whether it is known what a total changed by between the periods of a difference.

    Not of shares of a plan, which are bounds where somebody is silent, nor of what has no total.
    """
    indicator = data.catalog.indicators[selection.indicator]
    is_share = selection.measure is Measure.COMPLETION or indicator.is_disbursement
    return selection.is_difference and indicator.has_total and not is_share


def change_of_total(data: Dataset, selection: Selection, among: Mask) -> TotalChange:
    """Return what a total changed by, over the same communes in both periods.

    Four communes: the first built 4 houses and then 6, the second 5 and then an unknown number, the
    third 7 and, nothing being planned any more, none; of the fourth nothing was ever asked. The
    change is 2 - 7 = -5: in a sum, nothing done of no plan is zero (in an average it is nobody's).
    """
    both = selection.in_time(data)
    earlier, later = (shown(data, each, lang="vi") for each in both)
    indicator = later.indicator
    tables = [each.table for each in (earlier, later)]
    states = np.array([table[c.STATE] for table in tables], dtype=object)
    reported = states == State.REPORTED
    certain = reported | (states == State.NO_PLAN) if indicator.adds_up else reported
    known = np.asarray(among & certain.all(axis=0) & reported.any(axis=0), dtype=np.bool_)
    owed = among & ~np.all(np.isin(states, NOTHING_OWED), axis=0)
    projects = data.catalog.with_children(selection.projects)
    before, after = (
        total(
            table,
            indicator,
            among=known,
            weights=base_weights(data, indicator, year=each.year, projects=projects),
        ).value
        for table, each in zip(tables, both, strict=True)
    )
    if indicator.adds_up and known.any():  # all of them without a plan in one of the periods
        before, after = np.nan_to_num([before, after]).tolist()
    [change] = subtracted(np.array([before]), np.array([after]), indicator).tolist()
    return TotalChange(before, after, change, int(known.sum()), int((owed & ~known).sum()))


def _better(indicator: Indicator, measure: Measure) -> int:
    if measure is Measure.REMAINING or indicator.falls:
        return -1
    return 1 if indicator.direction == "higher" else 0


def _numbers(of_period: MappedIndicator) -> Numbers:
    return np.asarray(of_period.table[c.VALUE], dtype=np.float64)
