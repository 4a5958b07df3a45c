"""What of an indicator can be shown besides a plain figure: measures, and moments of its course."""

from enum import StrEnum

import pandas as pd

from geo.kept import kept
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Basis, Indicator, Kind
from mtqg_geo.programme.period import QUARTERS, Period


class Measure(StrEnum):
    """What is made of an indicator: the figure itself, or the result held against the plan."""

    VALUE = "value"
    COMPLETION = "completion"
    REMAINING = "remaining"


class Comparing(StrEnum):
    """How two periods are compared: a map of each, or one of what changed between them."""

    MAPS = "maps"
    DIFFERENCE = "difference"


def result_basis(indicator: Indicator) -> Basis:
    """Return the basis that tells what was achieved: actual, or disbursed where it is money."""
    order = (Basis.ACTUAL, Basis.DISBURSED, Basis.ALLOCATED)
    return next((basis for basis in order if basis in indicator.bases), indicator.default_basis)


def measures_of(indicator: Indicator) -> tuple[Measure, ...]:
    """Return the measures besides the figure itself: those of an indicator with plan and result.

    A plan to come *down* to a level is not done by a percentage of that level: an indicator of
    which less is better has none.
    """
    has_both = Basis.PLAN in indicator.bases and result_basis(indicator) is not Basis.PLAN
    if not has_both or indicator.falls or indicator.kind is Kind.CATEGORY:
        return ()
    return Measure.COMPLETION, Measure.REMAINING


def result_rows(data: Dataset, indicator: Indicator, year: int) -> pd.DataFrame:
    """Return what was observed of a year's results, by commune, project and period."""
    rows = data.observed(indicator.derived or indicator.id, year)
    return rows[rows[c.BASIS] == result_basis(indicator).value]


def quarters_of(data: Dataset, indicator: Indicator, year: int) -> tuple[int, ...]:
    """Return the quarters of a year up to the last for which a result was reported.

    They are those of the reports as they came in: the same on whatever units these are shown, for
    whichever former district, and, of what is no money, for money of any source or kind.
    """
    return _quarters_of(_as_reported(data, indicator), indicator, year)


def _as_reported(data: Dataset, indicator: Indicator) -> Dataset:
    """Return the data set that has the reports of an indicator as they came in."""
    reports = data.restatement.former if data.restatement else data
    source = data.catalog.indicators[indicator.derived or indicator.id]
    return reports if source.is_money else reports.all_money or reports


@kept(maxsize=512)
def _quarters_of(data: Dataset, indicator: Indicator, year: int) -> tuple[int, ...]:
    rows = result_rows(data, indicator, year)
    known = rows[rows[c.VALUE].notna()]
    ends = (Period.of(period).quarter or 0 for period in known[c.PERIOD].unique())
    return tuple(range(1, max(ends, default=0) + 1))


def shows_result(indicator: Indicator, basis: Basis, measure: Measure) -> bool:
    """Say whether what is shown grows with the quarters: a result, or what is made of one."""
    return measure is not Measure.VALUE or basis is result_basis(indicator)


def quarters_of_any(data: Dataset, indicators: tuple[Indicator, ...], year: int) -> tuple[int, ...]:
    """Return the quarters of a year for which any of them is known, the most there are."""
    return max((quarters_of(data, each, year) for each in indicators), key=len, default=())


def followed(data: Dataset) -> dict[str, str]:
    """Return the indicators the province's plan has targets for, with the project of each.

    In the order of the plan; for a year without targets they are the same as in any other.
    """
    return {target.indicator: target.project for target in data.catalog.targets}


@kept(maxsize=16)
def reported_quarters(data: Dataset, year: int) -> tuple[int, ...]:
    """Return the quarters of a year up to the last for which anything followed was reported.

    Where results are known for the whole year only, the year is taken as over.
    """
    indicators = tuple(data.catalog.indicators[name] for name in followed(data))
    quarters = quarters_of_any(data, indicators, year)
    if not quarters and any(
        result_rows(_as_reported(data, each), each, year)[c.VALUE].notna().any()
        for each in indicators
    ):
        return tuple(range(1, QUARTERS + 1))
    return quarters


def moments_of(data: Dataset, indicators: tuple[Indicator, ...], year: int) -> tuple[int, ...]:
    """Return the quarters a year can be looked at: as far as it, or what is shown, was reported."""
    known = (reported_quarters(data, year), quarters_of_any(data, indicators, year))
    return max(known, key=len)


@kept(maxsize=128)
def periods_of(data: Dataset, indicators: tuple[Indicator, ...]) -> tuple[Period, ...]:
    """Return the years that can be chosen, earliest first, and before each its earlier quarters.

    The last quarter reported is the year itself, as far as it is known. `indicators` are those
    shown that grow with the quarters.
    """
    return tuple(
        Period(year, quarter)
        for year in data.years
        for quarter in (*quarters_of_any(data, indicators, year)[:-1], None)
    )


def can_be_subtracted(indicator: Indicator, second: str = "") -> bool:
    """Say whether two periods have a difference: of one indicator alone, and of numbers."""
    return not second and indicator.kind is not Kind.CATEGORY


def can_be_paired(first: Indicator, second: Indicator) -> bool:
    """Say whether two indicators make a map of both: different, and numbers."""
    return first.id != second.id and Kind.CATEGORY not in (first.kind, second.kind)
