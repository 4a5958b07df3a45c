"""Capital as a ladder, planned → allocated → disbursed, by project and sub-project."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.kept import kept
from mtqg_geo.dataset.capital import of_capital
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.periods import reported_quarters
from mtqg_geo.figures.plan_and_result import figures_at, selected_communes
from mtqg_geo.figures.quarters import as_counted, bare, clock_at
from mtqg_geo.figures.selection import Selection
from mtqg_geo.figures.shares import PlanShare, completion_pct, plan_share
from mtqg_geo.figures.values import commune_values
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.amounts import BILLION
from mtqg_geo.programme.model import NOT_SPLIT, Basis, Indicator, Mask, Role
from mtqg_geo.programme.period import Clock, Period
from mtqg_geo.programme.tables import SPLIT
from mtqg_geo.programme.words import parts_as_written, rounded

WHOLE = ""
_AMOUNTS = ("plan_vnd", "allocated_vnd", "disbursed_vnd", "silent_vnd")  # fields that are printed
_DIGITS = 9  # of billions: đồng; further ones are noise of adding up
_ROUNDEST, _FINEST = 1, 3  # decimals of billions in a table: to a hundred million, or to a million
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
    share
        How much of what was allocated is disbursed, by the one rule for shares.
    silent_vnd
        What was allocated to communes that have not fully reported what they disbursed.
    communes_missing
        How many communes with capital these are; of the whole, also those of which no capital is
        known.
    is_split_too
        Whether capital stands both on the project itself and on its sub-projects: both are added,
        and if one repeats the other it is there twice.
    allocated_pct
        How much of what was planned is allocated, in percent.
    """

    project: str
    parent: str
    plan_vnd: float
    allocated_vnd: float
    disbursed_vnd: float
    share: PlanShare
    silent_vnd: float
    communes_missing: int
    is_split_too: bool = False
    allocated_pct: float = math.nan

    @property
    def undisbursed_vnd(self) -> float:
        """What is allocated and not reported as disbursed; below zero where more is disbursed."""
        return self.allocated_vnd - (0.0 if math.isnan(self.disbursed_vnd) else self.disbursed_vnd)

    @property
    def is_empty(self) -> bool:
        """Whether there is no capital at all."""
        return not any(each > 0 for each in (self.plan_vnd, self.allocated_vnd, self.disbursed_vnd))


def ladder(data: Dataset, selection: Selection) -> tuple[Rung, ...]:
    """Return the whole selection first, then every project followed by its sub-projects.

    A project is the sum of its sub-projects and of what is recorded on itself; the whole is the sum
    of the projects. Projects without any capital are left out.
    """
    return _ladder(*_counted(data, selection))


def _counted(data: Dataset, selection: Selection) -> tuple[Dataset, Selection, Clock]:
    data, counted = as_counted(data, bare(selection))
    return data, counted, clock_at(data, selection.year, selection.quarter)


@dataclass(frozen=True)
class CapitalTables:
    """All tables of capital of a selection, with the decimals of billions they are written in.

    Attributes
    ----------
    rungs
        As `ladder` returns them.
    by
        As `ladder_by` returns them, by column of the split: empty where none of it is split.
    """

    rungs: tuple[Rung, ...]
    by: Mapping[str, Mapping[str, Rung]]
    decimals: int

    @property
    def is_split(self) -> bool:
        """Whether any of it is divided by source or kind."""
        return any(self.by.values())


def capital_tables(data: Dataset, selection: Selection) -> CapitalTables:
    """Return the capital of a selection as every page and paper writes it, so that it adds up.

    Projects make up the whole, sub-projects their project (unless it has capital of its own beside
    them), and sources and kinds the whole again; what is disbursed and what is not make up what is
    allocated. Of the whole, each amount is rounded as it is wherever it stands alone.

    Rounded, nothing may mean something else: where figures of a row that differ would read the
    same, or the other way round, or one would read as zero, all tables have a decimal more. Finer
    than a million that stops: such differences are none between plans.
    """
    rungs = ladder(data, selection)
    by = {name: ladder_by(data, selection, name) for name in SPLIT}
    every = [*rungs, *(part for parts in by.values() for part in parts.values())]
    exact = np.array([[getattr(rung, name) for name in _AMOUNTS] for rung in every]) / BILLION
    groups = _groups(rungs, by)
    for decimals in range(_ROUNDEST, _FINEST + 1):
        written = _fitted(exact, groups, decimals)
        if _means_the_same(exact, written):
            break
    rounded_rungs = iter(
        replace(rung, **dict(zip(_AMOUNTS, row, strict=True)))
        for rung, row in zip(every, (written * BILLION).tolist(), strict=True)
    )
    return CapitalTables(
        rungs=tuple(next(rounded_rungs) for _ in rungs),
        by={name: {code: next(rounded_rungs) for code in parts} for name, parts in by.items()},
        decimals=decimals,
    )


def _groups(
    rungs: tuple[Rung, ...], by: Mapping[str, Mapping[str, Rung]]
) -> list[tuple[int, NDArray[np.intp]]]:
    """Return which rows make up which: wholes before their parts."""
    parents = np.array([rung.parent for rung in rungs])
    groups = [(0, np.flatnonzero(parents[1:] == "") + 1)]
    groups += [
        (at, np.flatnonzero(parents == rung.project))
        for at, rung in enumerate(rungs)
        if rung.project and not rung.parent
    ]
    end = len(rungs)
    for parts in by.values():
        groups.append((0, np.arange(end, end := end + len(parts))))
    return groups


def _fitted(
    exact: NDArray[np.float64], groups: list[tuple[int, NDArray[np.intp]]], decimals: int
) -> NDArray[np.float64]:
    """Round amounts, in rows of `_AMOUNTS`, so that the parts of each group add up."""
    written = exact.copy()
    written[0] = [rounded(each, decimals) if each == each else each for each in exact[0]]
    for whole, parts in groups:
        for column, of_parts in enumerate(exact[parts].T):
            # A project's own capital stands in no line below it: then there is nothing to fit.
            adds_up = math.isclose(np.nansum(of_parts), exact[whole, column], abs_tol=1 / BILLION)
            fit = written[whole, column] if adds_up else None
            zeros = decimals < _FINEST  # then there is another try
            fitted = parts_as_written(of_parts, decimals, whole=fit, zeros=zeros)
            written[parts, column] = fitted
    return written


def _means_the_same(exact: NDArray[np.float64], written: NDArray[np.float64]) -> bool:
    """Say whether in each row what is equal, more, less or nothing is so as it is written."""

    def order(amounts: NDArray[np.float64]) -> NDArray[np.float64]:
        plan, allocated, disbursed, silent = amounts.T
        left = allocated - np.nan_to_num(disbursed)
        pairs = (plan, allocated), (allocated, disbursed), (plan, disbursed), (left, silent)
        differences = np.array([*(one - other for one, other in pairs), *amounts.T])
        return np.sign(np.round(differences, _DIGITS))

    return np.array_equal(order(exact), order(written), equal_nan=True)


def ladder_by(data: Dataset, selection: Selection, column: str) -> dict[str, Rung]:
    """Return the capital of the selection by source or kind of money, what is not split last.

    The parts add up to the whole. Nothing where none of the money selected is split.

    Parameters
    ----------
    column
        One of `SPLIT`.
    """
    whole, chosen = data.all_money or data, selection.capital
    money = data.catalog.with_role(Role.CAPITAL)
    rows = whole.observations.of(money.id, selection.year) if money else None
    given = set() if rows is None else set(rows[column].unique())
    if not given - {""}:
        return {}
    found = {}
    for code in (*data.catalog.capital[column], NOT_SPLIT):
        if code not in (chosen[column] or {NOT_SPLIT, *given}):
            continue
        part = selection.of_capital(chosen | {column: (code,)})
        rung = _ladder(*_counted(of_capital(whole, part.capital), part), by_project=False)[0]
        if not rung.is_empty:
            found[code] = rung
    return {} if found.keys() <= {NOT_SPLIT} else found


@kept(maxsize=64)
def _ladder(
    data: Dataset, selection: Selection, clock: Clock, *, by_project: bool = True
) -> tuple[Rung, ...]:
    capital = data.catalog.with_role(Role.CAPITAL)
    if capital is None:
        return (Rung(WHOLE, "", math.nan, math.nan, math.nan, PlanShare(), 0.0, 0),)
    at = figures_at(data, capital, clock)
    communes = selected_communes(data, selection) & at.concerned
    chosen = data.catalog.with_children(selection.projects)
    reported = figures_at(data, capital, clock, projects=chosen)
    allocated = commune_values(
        data, capital, year=clock.year, basis=Basis.ALLOCATED, projects=chosen
    )
    cells = _cells(data, capital, clock).only(communes, chosen)
    whole = replace(
        cells.rung(WHOLE, "", cells.projects),
        share=plan_share(allocated, reported.results, capital, among=communes),
        communes_missing=reported.result(communes).communes_missing,
    )
    if not by_project:
        return (whole,)
    rungs = [whole]
    projects = data.catalog.projects.values()
    for project in projects:
        if project.parent:
            continue
        children = [each.code for each in projects if each.parent == project.code]
        rungs.append(cells.rung(project.code, "", (project.code, *children)))
        rungs += [cells.rung(child, project.code, (child,)) for child in children]
    return (rungs[0], *(rung for rung in rungs[1:] if not rung.is_empty))


@dataclass(frozen=True)
class _Cells:
    """Capital of every project in every commune, a row each.

    `reports` says for each row which of the periods that have ended it was reported in, `may_have`
    whether some of what was planned or allocated is not known.
    """

    projects: tuple[str, ...]
    project: NDArray[np.intp]
    commune: NDArray[np.intp]
    steps: NDArray[np.float64]
    reports: Mask
    may_have: Mask

    def only(self, communes: Mask, projects: frozenset[str]) -> "_Cells":
        """Return the rows of some communes and projects, and the periods that are due there."""
        chosen = np.isin(self.project, self._numbers(projects or self.projects))
        due = self.reports[chosen].any(axis=0)  # by anyone, wherever: a period ahead is not missing
        rows = chosen & communes[self.commune]
        return _Cells(
            self.projects,
            self.project[rows],
            self.commune[rows],
            self.steps[rows],
            self.reports[rows][:, due],
            self.may_have[rows],
        )

    def rung(self, project: str, parent: str, codes: Collection[str]) -> Rung:
        """Add up the rows of a project and its parts, named by their codes."""
        # Every choice of places and projects is a sum over the same rows: no table is grouped.
        rows = np.isin(self.project, self._numbers(codes))
        commune, steps, reports = self.commune[rows], self.steps[rows], self.reports[rows]
        # Only who has capital, planned or allocated, owes a report of what became of it.
        owes = (steps[:, :2] > 0).any(axis=1) | self.may_have[rows]
        is_silent = owes & ~(reports.all(axis=1) & bool(reports.shape[1]))
        silent = np.unique(commune[is_silent])
        concerned = np.unique(commune[owes | (steps[:, 2] > 0)])
        complete = steps[~np.isin(commune, silent)]
        # The zeros of who was given nothing are no result of those who were and are silent.
        nothing = (steps[:, 2] == 0) & ~(steps[:, :2] > 0).any(axis=1)
        steps = np.where(nothing[:, None] & [False, False, True], np.nan, steps)
        plan, allocated, disbursed = (_added(column) for column in steps.T)
        left = np.nan_to_num(steps[is_silent, 1]) - np.nan_to_num(steps[is_silent, 2])
        own = self.project[rows] == next(iter(self._numbers([project])), -1)
        return Rung(
            project=project,
            parent=parent,
            plan_vnd=plan,
            allocated_vnd=allocated,
            disbursed_vnd=disbursed,
            share=PlanShare(
                completion_pct(allocated, disbursed),
                is_lower_bound=len(silent) > 0 and math.isfinite(disbursed),
                reported_pct=completion_pct(_added(complete[:, 1]), _added(complete[:, 2])),
                reported=len(concerned) - len(silent),
                communes=len(concerned),
            ),
            silent_vnd=float(left.sum()),
            communes_missing=len(silent),
            # An office that records on the project and on its parts may have written it twice.
            is_split_too=bool((steps[own] > 0).any() and (steps[~own] > 0).any() and own.any()),
            allocated_pct=completion_pct(plan, allocated),
        )

    def _numbers(self, codes: Collection[str]) -> list[int]:
        return [at for at, code in enumerate(self.projects) if code in codes]


def _added(amounts: NDArray[np.float64]) -> float:
    """Add up what is there; missing when nothing is."""
    return float(np.nansum(amounts)) if not np.isnan(amounts).all() else math.nan


@kept(maxsize=16)
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
    spent = (rows[c.BASIS] == Basis.DISBURSED.value).to_numpy()
    blank = rows[c.VALUE].isna().to_numpy()
    at = steps.index.get_indexer(pd.MultiIndex.from_frame(rows[keys]))
    period = pd.Index(past).get_indexer(rows[c.PERIOD])
    reports = np.zeros((len(steps), max(len(past), 1)), dtype=np.bool_)
    reports[at[spent], period[spent]] = True
    # Several rows of a period are parts of one report, whole when none of them is blank.
    reports[at[spent & blank], period[spent & blank]] = False
    may_have = np.zeros(len(steps), dtype=np.bool_)
    may_have[at[~spent & blank]] = True
    project, names = pd.factorize(steps.index.get_level_values(c.PROJECT))
    return _Cells(
        projects=tuple(names),
        project=project,
        commune=codes.get_indexer(steps.index.get_level_values(c.COMMUNE_CODE)),
        steps=steps.to_numpy(dtype=np.float64),
        reports=reports,
        may_have=may_have,
    )


def _is_past(data: Dataset, period: str, clock: Clock) -> bool:
    """Say whether a period had ended; a figure for the whole year counts at the last quarter."""
    if Period.of(period).quarter:
        return period <= clock.period
    return clock.quarter >= max(reported_quarters(data, clock.year), default=0)
