"""The one `Selection`: what page widgets, a URL, a command line and an HTTP query have chosen."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from mtqg_geo.communes.lineage import vintages
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures import periods
from mtqg_geo.figures.filters import FILTERS, Table, wanted_by
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Basis, Indicator, Mask, Status
from mtqg_geo.programme.period import Period

DEFAULT_INDICATOR = "region"
FEW = 16  # values that are looked for one by one in less time than pandas takes to begin


@dataclass(frozen=True)
class Selection:
    """What is filtered, and what of it is shown. An empty tuple means "all".

    Attributes
    ----------
    quarter
        The quarter up to whose end results count; None for all that is reported of the year. It
        belongs to the page, whatever of it is shown: `shown_period` says whether that follows.
    regions
        `I`, `II`, `III` or `none`: communes by the region they are in that year; of units put
        together those of which any part is.
    standings, judged
        `late`, `not_reported`: communes by how they stand with the indicator shown, and the codes
        of those that do (`standings.with_standings`): they stay when another period is looked at.
    capital_sources, capital_kinds
        Of money, where it comes from and which kind it is; `none` for money that is not split. All
        else stays. Data are narrowed to them before anything is computed: see `shown_dataset`.
    measure
        What is made of the indicator; with a measure of plan and result, `basis` is the result's.
    second
        An indicator shown together with the first; "" for none.
    compare, compare_as
        A period to put beside the one selected, and how.
    """

    year: int
    vintage: str
    indicator: str = DEFAULT_INDICATOR
    basis: Basis = Basis.ACTUAL
    districts: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    communes: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    statuses: tuple[Status, ...] = ()
    standings: tuple[str, ...] = ()
    judged: frozenset[str] = frozenset()
    capital_sources: tuple[str, ...] = ()
    capital_kinds: tuple[str, ...] = ()
    quarter: int | None = None
    measure: periods.Measure = periods.Measure.VALUE
    second: str = ""
    compare: Period | None = None
    compare_as: periods.Comparing = periods.Comparing.MAPS

    @property
    def period(self) -> Period:
        """The year, or the part of it whose results count."""
        return Period(self.year, self.quarter)

    @property
    def capital(self) -> dict[str, tuple[str, ...]]:
        """The sources and kinds of money that count, by column; none of a column takes all."""
        return {c.CAPITAL_SOURCE: self.capital_sources, c.CAPITAL_KIND: self.capital_kinds}

    def of_capital(self, chosen: Mapping[str, tuple[str, ...]]) -> Selection:
        """Return the same selection with money of other sources and kinds."""
        return replace(
            self,
            capital_sources=chosen[c.CAPITAL_SOURCE],
            capital_kinds=chosen[c.CAPITAL_KIND],
        )

    def shown_period(self, data: Dataset) -> Period:
        """Return the period of what is shown: of a plan or a yearly figure, the whole year."""
        quarters = periods.quarters_of_any(data, self.growing(data), self.year)
        is_earlier = self.quarter is not None and self.quarter < max(quarters, default=0)
        return self.period if is_earlier else Period(self.year)

    def at(self, period: Period) -> Selection:
        """Return the same selection in another period, compared with nothing."""
        return replace(
            self,
            year=period.year,
            quarter=period.quarter,
            compare=None,
            compare_as=periods.Comparing.MAPS,
        )

    @property
    def is_difference(self) -> bool:
        """Say whether what is shown is a difference between two periods."""
        return self.compare is not None and self.compare_as is periods.Comparing.DIFFERENCE

    def in_time(self, data: Dataset) -> tuple[Selection, ...]:
        """Return the same selection in each period that is shown, the earlier one first."""
        shown = (self.shown_period(data), *([self.compare] if self.compare else []))
        return tuple(self.at(each) for each in sorted(shown, key=lambda each: each.order))

    def query(self, data: Dataset) -> dict[str, list[str]]:
        """Return the query parameters that reproduce this selection, defaults left out."""
        plain = default_selection(data)
        usual = usual_basis(data.catalog.indicators[self.indicator], self.measure)
        shown = {
            "indicator": [self.indicator] if self.indicator != plain.indicator else [],
            "basis": [self.basis.value] if self.basis is not usual else [],
            "as_of": [self.period.text] if self.quarter else [],
            "measure": [self.measure.value] if self.measure is not periods.Measure.VALUE else [],
            "with": [self.second] if self.second else [],
            "compare": [self.compare.text] if self.compare else [],
            "compare_as": [self.compare_as.value] if self.is_difference else [],
        }
        filters = {
            each.name: each.texts(self) for each in FILTERS if each.texts(self) != each.texts(plain)
        }
        return {name: values for name, values in (filters | shown).items() if values}

    def growing(self, data: Dataset) -> tuple[Indicator, ...]:
        """Return the indicators shown of which more is known with every quarter."""
        indicators = data.catalog.indicators
        first, found = indicators[self.indicator], []
        if periods.shows_result(first, self.basis, self.measure):
            found.append(first)
        second = indicators.get(self.second)
        if second and periods.shows_result(second, second.default_basis, periods.Measure.VALUE):
            found.append(second)
        return tuple(found)

    def filtered(self, indicator: str = DEFAULT_INDICATOR) -> Selection:
        """Return the same filters with nothing chosen of what is shown: what rows depend on.

        Whatever else is chosen for the map finds the same rows again, instead of anew.
        """
        kept = {each.field: getattr(self, each.field) for each in FILTERS}
        return Selection(indicator=indicator, judged=self.judged, **kept)

    @property
    def counts_completed(self) -> bool:
        """Say whether completed works are among those chosen by status."""
        return not self.statuses or Status.COMPLETED in self.statuses

    def without_status(self) -> Selection:
        """Return the same selection with works of any status: what was planned for it."""
        return replace(self, statuses=()) if self.statuses else self

    def mask(self, data: Dataset, rows: pd.DataFrame, table: Table) -> Mask:
        """Say for each row of a table of the data whether every filter takes it.

        Parameters
        ----------
        data
            What the filters are looked up in.
        rows
            The table, or some of its rows.
        table
            Which one it is: whole roads, for example, lie in no district, their pieces do.
        """
        mask = np.ones(len(rows), dtype=bool)
        for column, values in wanted_by(self, data, table):
            mask &= _is_one_of(rows[column], values)
        return mask

    def commune_mask(self, data: Dataset) -> Mask:
        """Say for each commune whether it lies in the places chosen."""
        return self.mask(data, data.commune_list, "communes")


def _is_one_of(column: pd.Series, values: Collection[object]) -> Mask:
    """Say for each row whether it holds one of the values; a few are compared one by one."""
    held = column.to_numpy()
    if len(values) > FEW or held.dtype.kind not in "Oi":
        return np.asarray(column.isin(values), dtype=np.bool_)
    found = np.zeros(len(held), dtype=np.bool_)
    for value in values:
        found |= held == value
    return found


def usual_basis(indicator: Indicator, measure: periods.Measure) -> Basis:
    """Return the basis that goes without saying: of a measure, the result it is made of."""
    return (
        indicator.default_basis
        if measure is periods.Measure.VALUE
        else periods.result_basis(indicator)
    )


def default_selection(data: Dataset) -> Selection:
    """Return what a first visit shows."""
    indicator = data.catalog.indicators[DEFAULT_INDICATOR]
    return Selection(
        year=data.catalog.programme.default_year,
        vintage=vintages()[0],
        indicator=indicator.id,
        basis=indicator.default_basis,
    )


def comparable_periods(data: Dataset, selection: Selection) -> dict[str, Period]:
    """Return the other periods in which the same can be shown, by their text, earliest first."""
    known = periods.periods_of(data, selection.growing(data))
    now = selection.shown_period(data)
    return {period.text: period for period in known if period != now}
