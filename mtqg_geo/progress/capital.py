"""Capital as a ladder, planned → allocated → disbursed, by project and sub-project."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.periods import reported_quarters
from mtqg_geo.figures.quarters import as_counted, bare, clock_at
from mtqg_geo.figures.selection import Selection
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Basis, Indicator, Mask, Role
from mtqg_geo.programme.period import Clock, Period
from mtqg_geo.progress.plan_and_result import figures_at, selected_communes

WHOLE = ""
STEPS = (Basis.PLAN.value, Basis.ALLOCATED.value, Basis.DISBURSED.value)


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
        How many communes with capital these are; of the whole, also those of which no capital is
        known.
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
        return not _has_capital((self.plan_vnd, self.allocated_vnd, self.disbursed_vnd))


def ladder(data: Dataset, selection: Selection) -> tuple[Rung, ...]:
    """Return the whole selection first, then every project followed by its sub-projects.

    A project is the sum of its sub-projects and of what is recorded on itself; the whole is the sum
    of the projects. Projects without any capital are left out.
    """
    data, counted = as_counted(data, bare(selection))
    return _ladder(data, counted, clock_at(data, selection.year, selection.quarter))


@lru_cache(maxsize=64)
def _ladder(data: Dataset, selection: Selection, clock: Clock) -> tuple[Rung, ...]:
    capital = data.catalog.with_role(Role.CAPITAL)
    if capital is None:
        return (_rung({}, {}, WHOLE, "", ()),)
    communes = selected_communes(data, selection) & figures_at(data, capital, clock).concerned
    chosen = data.catalog.with_children(selection.projects)
    sums, silent = _cells(data, capital, clock).of(communes, chosen)
    projects = data.catalog.projects
    reported = figures_at(data, capital, clock, projects=chosen).result(communes)
    whole = _rung(sums, silent, WHOLE, "", [*sums])
    rungs = [replace(whole, communes_missing=reported.communes_missing)]
    for project in projects.values():
        if project.parent:
            continue
        children = [p.code for p in projects.values() if p.parent == project.code]
        rungs.append(_rung(sums, silent, project.code, "", [project.code, *children]))
        rungs += [_rung(sums, silent, child, project.code, [child]) for child in children]
    return (rungs[0], *(rung for rung in rungs[1:] if not rung.is_empty))


@dataclass(frozen=True)
class _Cells:
    """Capital of every project in every commune, a row each.

    `reports` says for each row which of the periods that have ended it was reported in.
    """

    projects: tuple[str, ...]
    project: NDArray[np.intp]
    commune: NDArray[np.intp]
    steps: NDArray[np.float64]
    reports: Mask

    def of(
        self, communes: Mask, projects: frozenset[str]
    ) -> tuple[dict[str, list[float]], dict[str, set[int]]]:
        """Return the sums of some projects in some communes, and who of them is silent.

        The sums are the three steps, and what is allocated to silent communes beyond what they
        reported; missing where there is nothing to add.
        """
        # Every choice of places and projects is a sum over the same rows, so no table is grouped at
        # a click: masks choose the rows, `bincount` adds them up.
        wanted = [not projects or name in projects for name in self.projects]
        chosen = np.array(wanted, dtype=np.bool_)[self.project]
        due = self.reports[chosen].any(axis=0)  # by anyone, wherever: a period ahead is not missing
        rows = chosen & communes[self.commune]
        steps, project = self.steps[rows], self.project[rows]
        is_complete = due.any() and self.reports[rows][:, due].all(axis=1)
        # Only who has capital, planned or allocated, owes a report of what became of it.
        is_silent = (steps[:, :2] > 0).any(axis=1) & ~np.asarray(is_complete, dtype=np.bool_)
        left = np.nan_to_num(steps[:, 1]) - np.nan_to_num(steps[:, 2])
        columns = [*steps.T, np.where(is_silent, left, np.nan)]
        sums = np.column_stack([self._added(project, column) for column in columns])
        silent: dict[str, set[int]] = {}
        for at, commune in zip(project[is_silent], self.commune[rows][is_silent], strict=True):
            silent.setdefault(self.projects[at], set()).add(int(commune))
        return {
            name: row
            for name, row, is_there in zip(self.projects, sums.tolist(), wanted, strict=True)
            if is_there
        }, silent

    def _added(
        self, project: NDArray[np.intp], amounts: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Add up amounts by project; missing where none is known."""
        known, size = ~np.isnan(amounts), len(self.projects)
        added = np.bincount(project[known], weights=amounts[known], minlength=size)
        return np.where(np.bincount(project[known], minlength=size) > 0, added, np.nan)


@lru_cache(maxsize=16)
def _cells(data: Dataset, capital: Indicator, clock: Clock) -> _Cells:
    """Return the three steps of capital as they stood at a moment."""
    codes = pd.Index(data.commune_list[c.CODE])
    rows = data.observed(capital.id, clock.year)
    rows = rows[rows[c.COMMUNE_CODE].isin(codes)]
    # Plans and allocations are of the whole year; only what is disbursed comes quarter by quarter.
    is_spent = rows[c.BASIS] == Basis.DISBURSED.value
    past = [p for p in rows.loc[is_spent, c.PERIOD].unique() if _is_past(data, p, clock)]
    rows = rows[~is_spent | rows[c.PERIOD].isin(past)]
    keys = [c.PROJECT, c.COMMUNE_CODE]
    amounts = {
        step: rows[rows[c.BASIS] == step].groupby(keys, sort=False)[c.VALUE].sum(min_count=1)
        for step in STEPS
    }
    steps = pd.concat(amounts, axis=1)
    reported = rows[(rows[c.BASIS] == Basis.DISBURSED.value) & rows[c.VALUE].notna()]
    reports = np.zeros((len(steps), max(len(past), 1)), dtype=np.bool_)
    at = steps.index.get_indexer(pd.MultiIndex.from_frame(reported[keys]))
    reports[at, pd.Index(past).get_indexer(reported[c.PERIOD])] = True
    project, names = pd.factorize(steps.index.get_level_values(c.PROJECT))
    return _Cells(
        projects=tuple(names),
        project=project,
        commune=codes.get_indexer(steps.index.get_level_values(c.COMMUNE_CODE)),
        steps=steps.to_numpy(dtype=np.float64),
        reports=reports,
    )


def _is_past(data: Dataset, period: str, clock: Clock) -> bool:
    """Say whether a period had ended; a figure for the whole year counts at the last quarter."""
    if Period.of(period).quarter:
        return period <= clock.period
    return clock.quarter >= max(reported_quarters(data, clock.year), default=0)


def _rung(
    sums: Mapping[str, Sequence[float]],
    silent: Mapping[str, set[int]],
    project: str,
    parent: str,
    codes: Sequence[str],
) -> Rung:
    parts = {code: sums[code] for code in codes if code in sums}
    plan, allocated, disbursed, left = (
        _added([sums_of_part[step] for sums_of_part in parts.values()]) for step in range(4)
    )
    # An office that records on the project and on its parts may have written the same money twice.
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
    """Return part of whole in percent; missing where the whole is zero or missing.

    >>> share_pct(45, 60), share_pct(45, 0)
    (75.0, nan)
    """
    return 100 * part / whole if whole > 0 else math.nan
