"""Capital as a ladder, planned → allocated → disbursed, by project and sub-project."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from mtqg_geo import columns as c
from mtqg_geo.datasets import Dataset
from mtqg_geo.indicators import commune_values
from mtqg_geo.model import Basis, State
from mtqg_geo.observations import texts_as_objects
from mtqg_geo.progress_periods import bare, clock_at, reported_quarters
from mtqg_geo.progress_rules import Clock
from mtqg_geo.selection import Selection

CAPITAL = "FI01"
WHOLE = ""
STEPS = (Basis.PLAN.value, Basis.ALLOCATED.value, Basis.DISBURSED.value)
SILENT = "silent"


@dataclass(frozen=True)
class Rung:
    """The capital of one project, of one sub-project, or (`project` empty) of the selection.

    Attributes
    ----------
    project, parent
        Its code, and the project it is a part of.
    plan_vnd, allocated_vnd, disbursed_vnd
        The three steps; missing when nothing was reported.
    silent_vnd
        What was allocated to communes that have not fully reported what they disbursed.
    communes_missing
        How many communes with capital these are.
    is_split_too
        Whether capital stands both on the project itself and on its sub-projects: both are added,
        and if one repeats the other it is there twice.
    """

    project: str
    parent: str
    plan_vnd: float
    allocated_vnd: float
    disbursed_vnd: float
    silent_vnd: float
    communes_missing: int
    is_split_too: bool = False

    @property
    def undisbursed_vnd(self) -> float:
        """What is allocated and not reported as disbursed."""
        return max(self.allocated_vnd - self.disbursed_vnd, 0.0)

    @property
    def is_empty(self) -> bool:
        """Whether there is no capital at all."""
        steps = (self.plan_vnd, self.allocated_vnd, self.disbursed_vnd)
        return not any(value > 0 for value in steps)


def ladder(data: Dataset, selection: Selection, *, quarter: int | None = None) -> tuple[Rung, ...]:
    """Return the whole selection first, then every project followed by its sub-projects.

    A project is the sum of its sub-projects and of what is recorded on itself; the whole is the sum
    of the projects. Projects without any capital are left out.
    """
    return _ladder(data, bare(selection), clock_at(data, selection.year, quarter))


@lru_cache(maxsize=64)
def _ladder(data: Dataset, selection: Selection, clock: Clock) -> tuple[Rung, ...]:
    cells = _cells(data, clock, data.catalog.with_children(selection.projects))
    cells = cells[cells[c.COMMUNE_CODE].isin(_codes(data, selection))]
    by_project = cells.groupby(c.PROJECT)[[*STEPS, SILENT]].sum(min_count=1)
    sums = {str(project): row for project, *row in by_project.itertuples(name=None)}
    silent = cells[cells[SILENT].notna()].groupby(c.PROJECT)[c.COMMUNE_CODE].agg(set).to_dict()
    projects = data.catalog.projects
    rungs = [_rung(sums, silent, WHOLE, "", [*sums])]
    for project in projects.values():
        if project.parent:
            continue
        children = [p.code for p in projects.values() if p.parent == project.code]
        rungs.append(_rung(sums, silent, project.code, "", [project.code, *children]))
        rungs += [_rung(sums, silent, child, project.code, [child]) for child in children]
    return (rungs[0], *(rung for rung in rungs[1:] if not rung.is_empty))


@lru_cache(maxsize=16)
def _cells(data: Dataset, clock: Clock, projects: frozenset[str]) -> pd.DataFrame:
    """Return a row per project and commune with its three steps.

    `silent` is what is allocated beyond what was reported, missing where all was reported.
    """
    rows = data.observed(CAPITAL, clock.year)
    if projects:
        rows = rows[rows[c.PROJECT].isin(projects)]
    is_spent = rows[c.BASIS] == Basis.DISBURSED.value
    reported = rows.loc[is_spent & rows[c.VALUE].notna(), c.PERIOD].unique()
    due = [period for period in reported if _is_past(data, period, clock)]
    rows = rows[~is_spent | rows[c.PERIOD].isin(due)]
    keys = [c.PROJECT, c.COMMUNE_CODE]
    found = {step: rows[rows[c.BASIS] == step].groupby(keys, sort=False)[c.VALUE] for step in STEPS}
    steps = pd.concat({step: group.sum(min_count=1) for step, group in found.items()}, axis=1)
    got = found[Basis.DISBURSED.value].count().reindex(steps.index, fill_value=0)
    plan, allocated, disbursed = (steps[step] for step in STEPS)
    is_silent = ((plan > 0) | (allocated > 0)) & (got < max(len(due), 1))
    left = (allocated.fillna(0) - disbursed.fillna(0)).where(is_silent)
    return texts_as_objects(steps.assign(**{SILENT: left}).reset_index())


def _is_past(data: Dataset, period: str, clock: Clock) -> bool:
    """Say whether a period had ended; a figure for the whole year counts at the last quarter."""
    if len(period) > 4:
        return period <= clock.period
    return clock.quarter >= max(reported_quarters(data, clock.year), default=0)


def _codes(data: Dataset, selection: Selection) -> pd.Series:
    """Return the codes of the selected communes that capital is reported for."""
    capital = data.catalog.indicators[CAPITAL]
    values = commune_values(data, capital, year=selection.year, basis=Basis.ALLOCATED)
    concerned = (values[c.STATE] != State.NOT_APPLICABLE).to_numpy(dtype=bool)
    return data.commune_list.loc[concerned & selection.commune_mask(data), c.CODE]


def _rung(
    sums: Mapping[str, Sequence[float]],
    silent: Mapping[str, set[str]],
    project: str,
    parent: str,
    codes: Sequence[str],
) -> Rung:
    parts = {code: sums[code] for code in codes if code in sums}
    plan, allocated, disbursed, left = (
        (_added(values) for values in zip(*parts.values(), strict=True))
        if parts
        else (math.nan,) * 4
    )
    own = parts.pop(project, ())
    return Rung(
        project=project,
        parent=parent,
        plan_vnd=plan,
        allocated_vnd=allocated,
        disbursed_vnd=disbursed,
        silent_vnd=0.0 if math.isnan(left) else left,
        communes_missing=len(set().union(*(silent.get(code, ()) for code in codes))),
        is_split_too=_has_capital(own) and any(map(_has_capital, parts.values())),
    )


def _added(values: Sequence[float]) -> float:
    """Add up what is there; missing when nothing is."""
    known = [value for value in values if not math.isnan(value)]
    return float(sum(known)) if known else math.nan


def _has_capital(steps: Sequence[float]) -> bool:
    return any(value > 0 for value in steps)


def share_pct(part: float, whole: float) -> float:
    """Return part of whole in percent; missing where the whole is zero or missing."""
    return 100 * part / whole if whole > 0 else math.nan
