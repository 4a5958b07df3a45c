"""Results as they stood at the end of a quarter, commune by commune."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.kept import kept
from mtqg_geo.communes.codes import codes_for
from mtqg_geo.dataset.dataset import Dataset, Restatement
from mtqg_geo.dataset.vintages import shown_dataset, units_on
from mtqg_geo.figures.periods import reported_quarters, result_basis, result_rows
from mtqg_geo.figures.selection import DEFAULT_INDICATOR, Selection
from mtqg_geo.figures.states import states_of
from mtqg_geo.figures.values import (
    CommuneFigures,
    combined,
    commune_values,
    of_projects,
    restated_values,
    without_plan,
)
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Basis, Indicator, Mask, State
from mtqg_geo.programme.period import QUARTERS, Clock

QUARTER_ENDS = range(1, QUARTERS + 1)


@dataclass(frozen=True)
class QuarterlySums:
    """What every commune had reported by the end of each quarter.

    Attributes
    ----------
    sums
        Communes by quarters: what was reported since January; missing when nothing was.
    is_complete
        The same shape: whether the commune reported every quarter that anybody reported.
    concerned
        Which communes the indicator speaks of at all.
    """

    sums: NDArray[np.float64]
    is_complete: Mask
    concerned: Mask

    def at(self, quarter: int) -> tuple[NDArray[np.float64], Mask]:
        """Return values and completeness of every commune at the end of a quarter (1 to 4)."""
        return self.sums[:, quarter - 1], self.is_complete[:, quarter - 1]


def bare(selection: Selection, indicator: str = DEFAULT_INDICATOR) -> Selection:
    """Return what results depend on: the filters but that of the status of works."""
    return selection.without_status().filtered(indicator)


def clock_at(data: Dataset, year: int, quarter: int | None = None) -> Clock:
    """Return the moment to measure at: a quarter that was reported, or else the last of them.

    Of a year of which nothing was reported it is today that says whether anything is due.
    """
    quarters = reported_quarters(data, year)
    if not quarters:
        return Clock(year, 0, is_past=year < date.today().year)
    return Clock(year, quarter if quarter in quarters else quarters[-1])


def filtering(
    data: Dataset, indicator: Indicator, year: int, projects: frozenset[str]
) -> frozenset[str]:
    """Return the projects to filter by, or none where that would leave every figure in.

    Most indicators belong to one project: what is known of them serves every choice of projects.
    """
    return frozenset() if _projects_of(data, indicator, year) <= projects else projects


@kept(maxsize=256)
def _projects_of(data: Dataset, indicator: Indicator, year: int) -> frozenset[str]:
    rows = data.observed(indicator.derived or indicator.id, year)
    return frozenset(rows[c.PROJECT].unique()) - {""} | {indicator.project} - {""}


@kept(maxsize=256)
def results_at(
    data: Dataset, indicator: Indicator, clock: Clock, *, projects: frozenset[str] = frozenset()
) -> pd.DataFrame:
    """Return the results of every commune as they stood at a moment.

    At the last quarter reported these are the rows of `commune_values`; earlier, only the quarters
    until then count, and what is measured once a year is not there yet. Do not change the table.
    """
    if data.restatement:
        return _results_of_parts(data.restatement, indicator, clock, projects)
    rows = commune_values(
        data, indicator, year=clock.year, basis=result_basis(indicator), projects=projects
    )
    if clock.quarter >= max(reported_quarters(data, clock.year), default=0):
        return rows
    found = _until(data, indicator, clock, projects)
    # Whom the figure concerns is known of the whole year: it does not change with the quarter.
    concerned = (rows[c.STATE] != State.NOT_APPLICABLE).to_numpy()
    values = np.where(concerned, found.by_commune, np.nan)
    no_plan = (rows[c.STATE] == State.NO_PLAN).to_numpy()
    values[no_plan] = np.nan
    state = states_of(
        outside=~concerned,
        no_plan=no_plan,
        missing=np.isnan(values),
        partly=found.missing_periods != "",
    )
    table = rows.assign(**{c.VALUE: values, c.STATE: state, c.MISSING_PERIODS: ""})
    if not indicator.is_planned or result_basis(indicator) is Basis.DISBURSED:
        return table  # of money it is what was given that counts: known of the whole year
    # Who owes only a later quarter was not silent yet: nothing done of no plan, as the map says.
    plan = commune_values(data, indicator, year=clock.year, basis=Basis.PLAN, projects=projects)
    return without_plan(table, plan)


def _until(
    data: Dataset, indicator: Indicator, clock: Clock, projects: frozenset[str]
) -> CommuneFigures:
    """Return what was reported in the quarters of a year until a moment."""
    rows = of_projects(projects, result_rows(data, indicator, clock.year))
    period = rows[c.PERIOD]
    rows = rows[((period.str.len() > 4) & (period <= f"{clock.year}-Q{clock.quarter}")).to_numpy()]
    codes = pd.Index(data.commune_list[c.CODE])
    return combined(rows, codes, adds_up=indicator.adds_up)


def _results_of_parts(
    restatement: Restatement, indicator: Indicator, clock: Clock, projects: frozenset[str]
) -> pd.DataFrame:
    """Return results at a moment by unit, put together from those of the former communes."""

    def figure(parts: Dataset, known: Indicator, *, basis: Basis) -> pd.DataFrame:
        if basis is result_basis(known):
            return results_at(parts, known, clock, projects=projects)
        return commune_values(parts, known, year=clock.year, basis=basis, projects=projects)

    return restated_values(
        restatement,
        indicator,
        year=clock.year,
        basis=result_basis(indicator),
        projects=projects,
        figure=figure,
    )


@kept(maxsize=256)
def by_quarter(
    data: Dataset, indicator: Indicator, year: int, *, projects: frozenset[str] = frozenset()
) -> QuarterlySums:
    """Return the results of a year as they grew, quarter by quarter (shared: do not change)."""
    if data.restatement:
        ends = [Clock(year, end) for end in QUARTER_ENDS]
        tables = [results_at(data, indicator, end, projects=projects) for end in ends]
        values = np.column_stack([table[c.VALUE].astype(np.float64) for table in tables])
        states = np.column_stack([table[c.STATE] for table in tables])
        concerned = np.any(states != State.NOT_APPLICABLE, axis=1)
        has_reported = np.isin(states, (State.REPORTED, State.NO_PLAN))
        return QuarterlySums(values, has_reported, concerned)
    rows = commune_values(
        data, indicator, year=year, basis=result_basis(indicator), projects=projects
    )
    concerned = (rows[c.STATE] != State.NOT_APPLICABLE).to_numpy()
    known = [_until(data, indicator, Clock(year, end), projects) for end in QUARTER_ENDS]
    values = np.column_stack([each.by_commune for each in known])
    is_whole = np.column_stack([each.missing_periods == "" for each in known])
    has_plan = concerned & (rows[c.STATE] != State.NO_PLAN).to_numpy()
    sums = np.where(has_plan[:, None], values, np.nan)
    return QuarterlySums(sums, ~np.isnan(values) & is_whole, concerned)


def as_counted(data: Dataset, selection: Selection) -> tuple[Dataset, Selection]:
    """Return the data on the units that the selected year is counted in, and the same selection.

    Parameters
    ----------
    data, selection
        What is shown, on the units of any vintage. Communes chosen there are followed to what they
        became or came from.
    """
    vintage = codes_for(str(selection.year))
    if vintage == selection.vintage:
        return data, selection
    loaded = data.as_loaded
    communes, judged = (
        units_on(loaded, codes, selection.vintage, vintage)
        for codes in (selection.communes, sorted(selection.judged))
    )
    counted = shown_dataset(
        loaded, vintage, districts=selection.districts, capital=selection.capital
    )
    selection = replace(selection, communes=tuple(communes), judged=frozenset(judged))
    return counted, replace(selection, vintage=vintage)
