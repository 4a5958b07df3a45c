"""Values of an indicator by commune, and how they combine into one figure."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.kept import kept
from geo.measure import KM
from geo.restating import UNKNOWN, add_up, average
from mtqg_geo.dataset.dataset import FORMER_CODE, UNIT, Dataset, Restatement
from mtqg_geo.figures.distances import counted_works, distance_km
from mtqg_geo.figures.periods import result_basis
from mtqg_geo.figures.states import SILENT, states_of
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.frames import texts_as_objects
from mtqg_geo.programme.model import MOST_DIFFICULT, Basis, Indicator, Kind, Mask, Scope, State

UNKNOWN_PERIOD = "?"  # a row is missing altogether: nobody knows for which period
MISSING_PARTS, WEIGHT = "missing_parts", "weight"  # columns of units put together
PAPER = 9  # decimals in which values add up; further ones are noise of floating point

Texts = NDArray[np.object_]


@dataclass(frozen=True)
class CommuneFigures:
    """The value of every commune (NaN = nothing reported), and the periods it is missing ("")."""

    by_commune: NDArray[np.float64]
    missing_periods: Texts


def combined(rows: pd.DataFrame, codes: pd.Index, *, adds_up: bool) -> CommuneFigures:
    """Combine observations into one value per commune; note the periods that are missing.

    A period is due as soon as any commune reported it: a quarter that lies ahead is not missing.

    Of three communes one reported 2 and 3 in two quarters, one 4 in the first alone, one nothing.
    Nobody reported the third quarter.

    >>> rows = pd.DataFrame(
    ...     [("a", "Q1", 2.0), ("a", "Q2", 3.0), ("b", "Q1", 4.0), ("b", "Q2", np.nan),
    ...      ("c", "Q1", np.nan), ("a", "Q3", np.nan)],
    ...     columns=["commune_code", "period", "value"]).assign(project="DA1")
    >>> found = combined(rows, pd.Index(["a", "b", "c"]), adds_up=True)
    >>> found.by_commune.tolist(), found.missing_periods.tolist()
    ([5.0, 4.0, nan], ['', 'Q2', ''])

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
    quarters, different = pd.factorize(periods)
    is_due = np.bincount(quarters[~np.isnan(numbers)], minlength=len(different)) > 0
    # A commune without any row at all has an expected 0 and got 0: silent, not partly reported.
    commune = codes.get_indexer(rows[c.COMMUNE_CODE])
    counted = (commune >= 0) & is_due[quarters]
    commune, numbers, periods = commune[counted], numbers[counted], periods[counted]
    known, n = ~np.isnan(numbers), len(codes)
    projects = pd.factorize(rows[c.PROJECT].to_numpy(dtype=object)[counted])[0]
    expected = _groups(commune, projects, n=n) * np.count_nonzero(is_due)
    # Several rows of a project and period are parts of one report, whole when none is blank.
    asked = projects * len(different) + quarters[counted]
    got = _groups(commune, asked, n=n) - _groups(commune[~known], asked[~known], n=n)
    make = _sums if adds_up else _latest
    values = make(commune[known], numbers[known], periods[known], n)
    partly = (np.bincount(commune[known], minlength=n) > 0) & (got < expected)
    return CommuneFigures(values, _missing(partly, commune[~known], periods[~known]))


def _groups(commune: NDArray[np.intp], numbers: NDArray[np.intp], *, n: int) -> NDArray[np.intp]:
    """Count the different numbers for which each commune has rows."""
    # One number for each pair of commune and number: far quicker than a set of tuples.
    width = int(numbers.max(initial=0)) + 1
    pairs = np.unique(commune * width + numbers)
    return np.bincount(pairs // width, minlength=n)


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


@dataclass(frozen=True)
class Total:
    """One figure made of many communes, and what is missing from it.

    `value` is missing when no commune reported; `communes_missing` counts the communes that should
    have reported and did not, or not for every period; `not_restatable` the units left out because
    nobody knows their share.
    """

    value: float
    communes: int
    communes_missing: int
    not_restatable: int = 0


@kept(maxsize=16)
def commune_regions(data: Dataset, year: int) -> pd.Series:
    """Return the region of each row of `data.communes`; missing outside the programme.

    The series is shared between callers: do not change it.
    """
    regions = data.communes[c.CODE].map(data.regions_in(year))
    return regions.astype(object).where(regions.notna(), None)


def has_regions(data: Dataset, year: int) -> bool:
    """Say whether any list of regions is loaded that speaks of a year."""
    return bool(commune_regions(data, year).notna().any())


@kept(maxsize=16)
def was_difficult(data: Dataset, year: int) -> Mask:
    """Say for each commune whether it was in region III on any day of a year.

    One that leaves within the year belongs to the year's plan until its end. Do not change the
    mask: it is shared.
    """
    regions = data.commune_list[c.CODE].map(data.regions_in(year, hardest=True))
    return np.asarray(regions == MOST_DIFFICULT, dtype=np.bool_)


@kept(maxsize=1024)
def commune_values(
    data: Dataset,
    indicator: Indicator,
    *,
    year: int,
    basis: Basis,
    projects: frozenset[str] = frozenset(),
) -> pd.DataFrame:
    """Return one row per commune of the boundary set, in its order.

    Parameters
    ----------
    data
        The data to read.
    indicator
        What to look up.
    year, basis
        Which figure of it. Quarters are increments and add up to the year.
    projects
        Project codes to keep, sub-projects already included; empty keeps all.

    Returns
    -------
    Columns `code`, `value` (number, or region text), `state` and `missing_periods` (text).
    A commune outside the indicator's scope is *not applicable*; one that should have reported and
    did not is *not reported*; one that was given nothing to do, or to disburse, and did nothing has
    *no plan*: each has a missing value. A year in
    which only some of the periods were reported is *partly reported* and holds the sum of those.
    The table is shared between callers (it is kept for the next call): do not change it.
    """
    if indicator.nearest:
        return _distances(data, indicator, year)
    if data.restatement and indicator.kind is not Kind.CATEGORY:
        return restated_values(
            data.restatement, indicator, year=year, basis=basis, projects=projects
        )
    in_scope = _in_scope(data, indicator, year)
    if indicator.kind is Kind.CATEGORY:
        return _table(data, commune_regions(data, year).to_numpy(), None, in_scope)
    # An indicator of another project than those chosen is not silent: nobody asks for it.
    if projects and indicator.project and indicator.project not in projects:
        in_scope = np.zeros(len(in_scope), dtype=bool)
    if indicator.is_disbursement:
        found, has_base = _rate(data, indicator, year=year, projects=projects)
        return _table(data, found.by_commune, found.missing_periods, in_scope & has_base)
    source = data.catalog.indicators[indicator.derived or indicator.id]
    rows = data.observed(source.id, year)
    rows = rows[(rows[c.BASIS] == basis.value).to_numpy()]
    found = combined(of_projects(projects, rows), _codes(data), adds_up=indicator.adds_up)
    missing_periods = found.missing_periods
    if basis is Basis.DISBURSED:
        given_nothing = _was_given_nothing(data, source, year=year, projects=projects)
        missing_periods = np.where(given_nothing, "", missing_periods)
        table = _table(data, found.by_commune, missing_periods, in_scope)
        # Who was given nothing has no plan, and owes no report of it.
        return _as_no_plan(table, in_scope & given_nothing & ~(found.by_commune > 0))
    table = _table(data, found.by_commune, missing_periods, in_scope)
    if basis is not result_basis(indicator) or not indicator.is_planned:
        return table
    plan = commune_values(data, indicator, year=year, basis=Basis.PLAN, projects=projects)
    return without_plan(table, plan)


def without_plan(rows: pd.DataFrame, plan: pd.DataFrame) -> pd.DataFrame:
    """Say of who did nothing where nothing was planned that there is no plan, instead of a zero.

    Such zeros of many must not pass for a result of the few who had a plan and are silent.

    >>> found = pd.DataFrame({"value": [0.0, 0.0, 2.0], "state": "reported"})
    >>> without_plan(found, pd.DataFrame({"value": [0.0, 3.0, 0.0]}))["state"].tolist()
    ['no_plan', 'reported', 'reported']
    """
    nothing = (plan[c.VALUE] == 0) & (rows[c.VALUE] == 0) & (rows[c.STATE] == State.REPORTED)
    return _as_no_plan(rows, nothing.to_numpy())


def _as_no_plan(rows: pd.DataFrame, where: Mask) -> pd.DataFrame:
    """Return rows of which some have no figure, because nothing was given to do."""
    if not where.any():
        return rows
    values, states = rows[c.VALUE].mask(where), rows[c.STATE].mask(where, State.NO_PLAN.value)
    return rows.assign(**{c.VALUE: values, c.STATE: states})


def _was_given_nothing(
    data: Dataset, money: Indicator, *, year: int, projects: frozenset[str]
) -> Mask:
    """Say which communes have nothing to disburse, and so owe no report of it.

    Their capital of the year is known, and none of it is in the projects. Of a commune without any
    figure of capital nobody knows what it was given.
    """
    rows = data.observed(money.id, year)
    rows = rows[rows[c.BASIS].isin((Basis.PLAN.value, Basis.ALLOCATED.value)).to_numpy()]
    known = _codes(data).isin(rows.loc[rows[c.VALUE].notna(), c.COMMUNE_CODE])
    # What is not known to be nothing may be something: an amount that is not split, when only
    # that of a source is asked for.
    given = of_projects(projects, rows[(rows[c.VALUE] != 0).to_numpy()])
    return np.asarray(known & ~_codes(data).isin(given[c.COMMUNE_CODE]), dtype=np.bool_)


def of_projects(projects: frozenset[str], rows: pd.DataFrame) -> pd.DataFrame:
    """Keep observations of some projects, and those of none: they belong to any choice."""
    if not projects:
        return rows
    own = rows[c.PROJECT]
    return rows[(own.isin(projects) | (own == "")).to_numpy()]


@kept(maxsize=16)
def _codes(data: Dataset) -> pd.Index:
    return pd.Index(data.commune_list[c.CODE], dtype=object)


def rows_behind(data: Dataset, indicator: Indicator, year: int) -> pd.DataFrame:
    """Return what the values of an indicator are computed from, each row with its source."""
    if indicator.nearest:
        return pd.DataFrame(counted_works(data, indicator.nearest, year=year))
    return data.observed(indicator.derived or indicator.id, year)


def _distances(data: Dataset, indicator: Indicator, year: int) -> pd.DataFrame:
    """Return how far the nearest place is from each unit shown; not reported where none is."""
    found = distance_km(data, indicator.nearest, year=year)
    return _table(data, found[KM].to_numpy(), None, _in_scope(data, indicator, year))


def _in_scope(data: Dataset, indicator: Indicator, year: int) -> Mask:
    """Say which communes the indicator speaks of; all, as long as no list of regions is loaded."""
    regions = commune_regions(data, year)
    if indicator.scope is Scope.ALL or not has_regions(data, year):
        return np.ones(len(regions), dtype=bool)
    if indicator.scope is Scope.REGION_III:
        return was_difficult(data, year)
    return np.asarray(regions.notna(), dtype=bool)


def _rate(
    data: Dataset, indicator: Indicator, *, year: int, projects: frozenset[str]
) -> tuple[CommuneFigures, Mask]:
    """Return disbursed as a percentage of allocated, and whether there is an allocation at all."""
    source = data.catalog.indicators[indicator.derived]
    disbursed, allocated = (
        commune_values(data, source, year=year, basis=basis, projects=projects)
        for basis in (Basis.DISBURSED, Basis.ALLOCATED)
    )
    base = allocated[c.VALUE].to_numpy(np.float64)
    rate = 100 * disbursed[c.VALUE].to_numpy(np.float64) / np.where(base > 0, base, np.nan)
    return CommuneFigures(rate, disbursed[c.MISSING_PERIODS].to_numpy(dtype=object)), base != 0


def _table(
    data: Dataset, values: NDArray[Any], missing_periods: NDArray[np.object_] | None, in_scope: Mask
) -> pd.DataFrame:
    """Return values as rows of `commune_values`: with the state of each."""
    values = np.where(in_scope, values, np.nan)
    missing = np.full(len(values), "", dtype=object)
    if missing_periods is not None:
        missing[in_scope] = missing_periods[in_scope]
    state = states_of(outside=~in_scope, missing=pd.isna(values), partly=missing != "")
    return pd.DataFrame(
        {
            c.CODE: pd.Series(_codes(data).to_numpy(), dtype=object),
            c.VALUE: pd.Series(values, dtype=values.dtype),
            c.MISSING_PERIODS: pd.Series(missing, dtype=object),
            c.STATE: pd.Series(state, dtype=object),
        }
    )


class FigureOn(Protocol):
    """Works out a figure of an indicator on a data set, such as one of the parts of units."""

    def __call__(self, data: Dataset, indicator: Indicator, /, *, basis: Basis) -> pd.DataFrame:
        """Return rows as `commune_values` does."""


def restated_values(
    restatement: Restatement,
    indicator: Indicator,
    *,
    year: int,
    basis: Basis,
    projects: frozenset[str] = frozenset(),
    figure: FigureOn | None = None,
) -> pd.DataFrame:
    """Return one row per unit shown, put together from the parts the figures were given for.

    Counted values add up, rates are averaged by their base (`geo.restating` has examples), and a
    part that did not report makes the value partly reported. A unit of which a part cannot be
    worked out, because nobody knows its share, has no value: *not restatable*.

    Parameters
    ----------
    restatement
        How the units came from the parts.
    indicator, year, basis, projects
        See `commune_values`; a category has no values of this kind.
    figure
        What is worked out on the parts; the figures of `commune_values` unless given.

    Returns
    -------
    The columns of `commune_values`, ``missing_parts`` (codes of former units that did not report
    all, joined by "; ") and for a rate ``weight`` (the base of what entered it).
    """
    figure = figure or partial(commune_values, year=year, projects=projects)
    source, bases = indicator.derived or indicator.id, _bases_read(indicator, basis)
    epochs = restatement.epochs_of(source, year, bases)
    if len(bases) > 1:
        # Sums of parts meet, their rates do not: a silent part belongs to the whole, as everywhere.
        money = restatement.former.catalog.indicators[source]
        return _rate_of_sums(
            *(
                restated_values(
                    restatement, money, year=year, basis=each, projects=projects, figure=figure
                )
                for each in bases
            )
        )
    tables = []
    for epoch in epochs:
        on_parts = restatement.on_parts(epoch)
        rows = figure(on_parts, indicator, basis=basis)
        withheld = _withheld(on_parts, source, year=year, bases=bases, projects=projects)
        weights = base_weights(on_parts, indicator, year=year, projects=projects)
        tables.append(_from_parts(restatement, epoch, indicator, rows, withheld, weights))
    table = tables[0] if len(tables) == 1 else _of_the_year(tables, indicator)
    if indicator.kind is not Kind.INTENSIVE:
        table = table.drop(columns=WEIGHT)
    table.insert(0, c.CODE, restatement.units.to_numpy())
    return texts_as_objects(table)


def _bases_read(indicator: Indicator, basis: Basis) -> tuple[Basis, ...]:
    """Return the bases whose rows an indicator is made of: two for a rate of disbursement."""
    return (Basis.DISBURSED, Basis.ALLOCATED) if indicator.is_disbursement else (basis,)


def _withheld(
    on_parts: Dataset, source: str, *, year: int, bases: Sequence[Basis], projects: frozenset[str]
) -> Mask:
    """Say which parts have a figure that nobody knows how to divide."""
    rows = on_parts.observed(source, year)
    rows = rows[rows[UNKNOWN].to_numpy(dtype=bool) & rows[c.BASIS].isin(bases).to_numpy()]
    return np.asarray(
        _codes(on_parts).isin(of_projects(projects, rows)[c.COMMUNE_CODE]), dtype=bool
    )


def _from_parts(
    restatement: Restatement,
    epoch: int,
    indicator: Indicator,
    rows: pd.DataFrame,
    withheld: Mask,
    weights: pd.Series | None,
) -> pd.DataFrame:
    """Put the figures of the parts of one epoch together."""
    parts, n_units = restatement.parts(epoch), len(restatement.units)
    unit, states = parts[UNIT].to_numpy(), rows[c.STATE].to_numpy()
    in_scope = (states != State.NOT_APPLICABLE) & restatement.part_mask(epoch)
    concerned = in_scope & (states != State.NO_PLAN)  # without a plan nothing is left or missing
    withheld = withheld & concerned
    values = np.where(concerned & ~withheld, rows[c.VALUE].to_numpy(dtype=np.float64), np.nan)
    if indicator.adds_up:
        joined = add_up(values.round(PAPER), unit, n_groups=n_units, unknown=withheld)
    else:
        sizes = None if weights is None else weights.to_numpy(dtype=np.float64)
        joined = average(values, sizes, unit, n_groups=n_units, unknown=withheld)
    incomplete = concerned & ~joined.unknown & (~joined.known | (states != State.REPORTED))

    def any_of(chosen: Mask) -> Mask:
        return np.asarray(np.bincount(unit[chosen], minlength=n_units) > 0, dtype=bool)

    return pd.DataFrame(
        {
            c.VALUE: joined.by_group,
            c.STATE: states_of(
                outside=~any_of(in_scope),
                no_plan=~any_of(concerned),
                unknown_share=any_of(joined.unknown),
                missing=~any_of(joined.known),
                partly=any_of(incomplete),
            ),
            c.MISSING_PERIODS: _texts(rows[c.MISSING_PERIODS], unit, n_units, concerned, ", "),
            MISSING_PARTS: _texts(parts[FORMER_CODE], unit, n_units, incomplete, "; "),
            WEIGHT: joined.weights,
        }
    )


def _texts(
    texts: pd.Series, unit: NDArray[np.intp], n_units: int, taken: Mask, between: str
) -> list[str]:
    """Return the distinct texts of each unit's parts, split where they are lists, sorted."""
    found: list[set[str]] = [set() for _ in range(n_units)]
    for number, text in zip(unit[taken].tolist(), texts[taken], strict=True):
        found[number].update(filter(None, text.split(between)))
    return [between.join(sorted(each)) for each in found]


def _of_the_year(tables: Sequence[pd.DataFrame], indicator: Indicator) -> pd.DataFrame:
    """Join figures of one year given in units of different times, the earlier first."""
    states = np.array([table[c.STATE] for table in tables])
    values, weights = (
        np.array([table[name] for table in tables], dtype=np.float64) for name in (c.VALUE, WEIGHT)
    )
    known, in_scope = ~np.isnan(values), states != State.NOT_APPLICABLE
    applicable = in_scope & (states != State.NO_PLAN)
    units, latest = np.arange(values.shape[1]), len(tables) - 1 - np.argmax(known[::-1], axis=0)
    adds_up = indicator.adds_up
    shown = np.round(np.nansum(values, axis=0), PAPER) if adds_up else values[latest, units]
    state = states_of(
        outside=~in_scope.any(axis=0),
        no_plan=~applicable.any(axis=0),
        unknown_share=(states == State.NOT_RESTATABLE).any(axis=0),
        missing=np.all(~known, axis=0),
        partly=((states != State.REPORTED) & applicable).any(axis=0),
    )
    has_value = np.isin(state, (State.REPORTED, State.PARTLY_REPORTED))
    return pd.DataFrame(
        {
            c.VALUE: np.where(has_value, shown, np.nan),
            c.STATE: state,
            c.MISSING_PERIODS: _united(tables, c.MISSING_PERIODS, ", "),
            MISSING_PARTS: _united(tables, MISSING_PARTS, "; "),
            WEIGHT: weights[latest, units],
        }
    )


def _united(tables: Sequence[pd.DataFrame], column: str, between: str) -> list[str]:
    rows = zip(*(table[column] for table in tables), strict=True)
    return [
        between.join(sorted({part for text in texts for part in text.split(between) if part}))
        for texts in rows
    ]


def _rate_of_sums(disbursed: pd.DataFrame, allocated: pd.DataFrame) -> pd.DataFrame:
    """Return disbursed in percent of allocated, by unit."""
    base = allocated[c.VALUE].astype(float)
    rate = 100 * disbursed[c.VALUE].astype(float) / base.where(base > 0)
    none = (base == 0) | (allocated[c.STATE] == State.NOT_APPLICABLE)
    worse = allocated[c.STATE].where(allocated[c.STATE] != State.REPORTED, disbursed[c.STATE])
    state = worse.where(~none, State.NOT_APPLICABLE)
    return disbursed.assign(**{c.VALUE: rate.where(~none), c.STATE: state, WEIGHT: base})


def total(
    values: pd.DataFrame,
    indicator: Indicator,
    *,
    among: Mask | None = None,
    weights: pd.Series | None = None,
) -> Total:
    """Combine the values of several communes into one figure.

    Parameters
    ----------
    values
        Rows of `commune_values`.
    indicator
        Its kind decides: extensive values add up, intensive ones are averaged by `weights`.
    among
        Which of the rows to combine; all of them unless given.
    weights
        The base (households, people, allocated capital) of each row, for an intensive indicator;
        a commune whose weight is unknown does not enter the average and counts as missing.
    """
    states = values[c.STATE].to_numpy()
    concerned = states != State.NOT_APPLICABLE
    if among is not None:
        concerned &= among
    numbers = values[c.VALUE].to_numpy(dtype=np.float64)
    missing = np.isin(states, SILENT)
    known = concerned & ~np.isnan(numbers)
    if WEIGHT in values:  # the base of the former communes that entered each rate
        weights = values[WEIGHT]
    value = np.nan
    if indicator.adds_up and known.any():
        value = numbers[known].sum()
    elif indicator.kind is Kind.INTENSIVE and weights is not None:
        base = weights.to_numpy(dtype=np.float64)
        # A rate of nobody knows how many people cannot enter an average: as if not reported.
        known &= base > 0
        missing |= ~known
        value = np.average(numbers[known], weights=base[known]) if known.any() else np.nan
    if MISSING_PARTS in values:  # counted among the former communes, as everywhere else
        silent = parts_named(values.loc[concerned, MISSING_PARTS])
    else:
        silent = int((missing & concerned).sum())
    vague = int(((states == State.NOT_RESTATABLE) & concerned).sum())
    return Total(float(value), int(concerned.sum()), silent, vague)


def parts_named(texts: pd.Series) -> int:
    """Count the different former units that texts of `MISSING_PARTS` name."""
    return len({code for text in texts for code in text.split("; ") if code})


def base_weights(
    data: Dataset, indicator: Indicator, *, year: int, projects: frozenset[str] = frozenset()
) -> pd.Series | None:
    """Return the base of an intensive indicator by row of `data.communes` (None: it has none)."""
    if indicator.kind is not Kind.INTENSIVE or not indicator.base:
        return None
    base = data.catalog.indicators[indicator.base]
    basis = Basis.ALLOCATED if Basis.ALLOCATED in base.bases else base.default_basis
    rows = commune_values(data, base, year=year, basis=basis, projects=projects)
    return rows[c.VALUE].astype(float)
