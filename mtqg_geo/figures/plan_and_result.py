"""Plan and result of one indicator in every commune, held ready for any selection of them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.kept import kept
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures import quarters
from mtqg_geo.figures.selection import Selection
from mtqg_geo.figures.shares import PlanShare, plan_share
from mtqg_geo.figures.states import SILENT
from mtqg_geo.figures.values import Total, base_weights, commune_values, total
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Basis, Indicator, Mask, State
from mtqg_geo.programme.period import Clock


@dataclass(frozen=True)
class IndicatorFigures:
    """Plans and results row by row as in the data, shared between callers: do not change them.

    Attributes
    ----------
    indicator, results, plans, weights
        What is measured, the rows of `commune_values` at the moment, those of the plan (None for
        an indicator that is never planned), and the base of a rate.
    planned, done
        The numbers of plans and results; missing where there are none.
    concerned, is_silent
        Which communes it speaks of, and which of them have not fully reported.
    """

    indicator: Indicator
    results: pd.DataFrame
    plans: pd.DataFrame | None
    weights: pd.Series | None
    planned: NDArray[np.float64]
    done: NDArray[np.float64]
    concerned: Mask
    is_silent: Mask

    def result(self, among: Mask) -> Total:
        """Combine the results of some communes."""
        return total(self.results, self.indicator, among=among, weights=self.weights)

    def plan(self, among: Mask) -> Total:
        """Combine the plans of some communes."""
        if self.plans is None:
            return Total(np.nan, 0, 0)
        return total(self.plans, self.indicator, among=among, weights=self.weights)

    def share(
        self, among: Mask, *, planned: float | None = None, before: "IndicatorFigures | None" = None
    ) -> PlanShare:
        """Return how much of the plan some communes have done; see `plan_share`."""
        return plan_share(
            self.plans,
            self.results,
            self.indicator,
            among=among,
            weights=self.weights,
            planned=planned,
            before=before.results if before else None,
        )

    def silent_plan(self, among: Mask) -> float:
        """Add up what silent communes had planned beyond what they reported.

        Three communes planned 40, 30 and 30 houses. The first reported all of them, the second 10
        in one quarter and nothing since, the third nothing: 20 and 30 may still come.

        >>> everywhere = np.ones(3, dtype=bool)
        >>> figures = IndicatorFigures(
        ...     indicator=None, results=None, plans=None, weights=None,
        ...     planned=np.array([40.0, 30, 30]), done=np.array([40, 10, np.nan]),
        ...     concerned=everywhere, is_silent=np.array([False, True, True]))
        >>> figures.silent_plan(everywhere)
        50.0
        """
        silent = among & self.is_silent
        # Who did more than planned has no gap, and does not fill that of another.
        gaps = self.planned[silent] - np.nan_to_num(self.done[silent])
        return float(np.nansum(np.maximum(gaps, 0)))


@kept(maxsize=512)
def figures_at(
    data: Dataset, indicator: Indicator, clock: Clock, *, projects: frozenset[str] = frozenset()
) -> IndicatorFigures:
    """Return plans and results of every commune as they stood at a moment.

    Parameters
    ----------
    data, indicator, clock
        What to look up, and when.
    projects
        What `filtering` leaves of the projects selected.
    """
    results = quarters.results_at(data, indicator, clock, projects=projects)
    plans = None
    if Basis.PLAN in indicator.bases:
        plans = commune_values(
            data, indicator, year=clock.year, basis=Basis.PLAN, projects=projects
        )
    done = _numbers(results)
    states = results[c.STATE]
    return IndicatorFigures(
        indicator=indicator,
        results=results,
        plans=plans,
        weights=base_weights(data, indicator, year=clock.year, projects=projects),
        planned=np.full(len(done), np.nan) if plans is None else _numbers(plans),
        done=done,
        concerned=np.asarray(states != State.NOT_APPLICABLE, dtype=np.bool_),
        is_silent=np.asarray(states.isin(SILENT), dtype=np.bool_),
    )


def figures_of(
    data: Dataset, selection: Selection, indicator: Indicator, clock: Clock
) -> IndicatorFigures:
    """Return plans and results of every commune in the projects that are selected."""
    projects = projects_counted(data, selection, indicator, clock.year)
    return figures_at(data, indicator, clock, projects=projects)


def figures_before(
    data: Dataset, selection: Selection, indicator: Indicator, clock: Clock
) -> IndicatorFigures | None:
    """Return last year's figures, from which an indicator that is to fall started; else None."""
    if not indicator.falls or clock.year - 1 not in data.years:
        return None
    return figures_of(data, selection, indicator, quarters.clock_at(data, clock.year - 1))


def growth_of(
    data: Dataset, selection: Selection, indicator: Indicator, clock: Clock
) -> quarters.QuarterlySums:
    """Return results of every commune quarter by quarter, in the projects that are selected."""
    projects = projects_counted(data, selection, indicator, clock.year)
    return quarters.by_quarter(data, indicator, clock.year, projects=projects)


def projects_counted(
    data: Dataset, selection: Selection, indicator: Indicator, year: int
) -> frozenset[str]:
    """Return the projects by which figures of an indicator are filtered; none where all count."""
    chosen = data.catalog.with_children(selection.projects)
    return quarters.filtering(data, indicator, year, chosen)


def _numbers(values: pd.DataFrame) -> NDArray[np.float64]:
    return np.asarray(values[c.VALUE], dtype=np.float64)


def selected_communes(data: Dataset, selection: Selection) -> Mask:
    """Say for each commune whether it is selected (shared: do not change)."""
    return _selected(data, quarters.bare(selection))


@kept(maxsize=64)
def _selected(data: Dataset, selection: Selection) -> Mask:
    return selection.commune_mask(data)
