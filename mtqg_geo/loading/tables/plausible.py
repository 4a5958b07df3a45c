"""Which figures are possible and yet unlikely: compared with plan, year before and like communes.

A figure is compared with what is to be expected of it, as a ratio, and that ratio with those of
other communes: where all quarters are near a fifth of their plan, twice the plan stands out. Ratios
are logarithms here, so that ten times too much and ten times too little are equally far off. Common
is a median, and the spread a standard deviation told by a median too: neither minds a few wrong
figures. From where on a figure is unusual stands in the catalogue (`Usual`). Nothing is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mtqg_geo.programme import columns as c
from mtqg_geo.programme.catalog import Catalog
from mtqg_geo.programme.frames import with_unsaid
from mtqg_geo.programme.model import Basis, Indicator, Mask
from mtqg_geo.programme.period import QUARTERS, Period
from mtqg_geo.programme.tables import OBSERVATIONS, SPLIT

Numbers = NDArray[np.float64]
Codes = NDArray[np.int64]
BASES = tuple(str(basis) for basis in Basis)
PLAN = BASES.index(Basis.PLAN)
MANY, SELDOM = 300, 0.01  # rows that tell together that quarters are sums, and how few may fall
NORMAL = 1.4826  # so many median deviations are the standard deviation of a normal distribution


class Doubt(IntEnum):
    """Why a figure is questioned; of several reasons the first one counts."""

    NONE = 0
    SMALL = 1  # below any single figure of the indicator
    LARGE = 2  # above any
    CUMULATIVE = 3  # quarters hold the year until then, not what was added
    FALLS = 4  # … and this one is below the one before, as no sum can be
    PLAN = 5  # a plan that its own results and money do not fit
    OVER_PLAN = 6  # with this, the year is far beyond its plan
    OF_PLAN = 7  # another share of its plan than in other communes
    BEFORE = 8  # far from the year before
    LIKE = 9  # far from other communes


@dataclass(frozen=True, eq=False)
class KnownFigures:
    """Figures of a file (`given`) and those beside which they would stand, a number per figure.

    Attributes
    ----------
    indicator, basis, year, quarter, value
        What a figure is; quarter 0 is the whole year. Those not reported are left out.
    amount
        The same for all periods and bases of one thing in one commune, into whatever sources and
        kinds of money each is divided: results by source may have one plan.
    series
        The same, of one source and kind.
    peers, like
        The same for all communes in a period: of all projects together, and of each project.
    given
        The positions among the rows of the file, -1 for what is loaded.
    """

    indicators: tuple[Indicator, ...]
    indicator: Codes
    basis: Codes
    year: Codes
    quarter: Codes
    amount: Codes
    series: Codes
    peers: Codes
    like: Codes
    given: Codes
    value: Numbers

    @classmethod
    def of(
        cls,
        given: pd.DataFrame,
        loaded: pd.DataFrame,
        catalog: Catalog,
        *,
        era: Callable[[str], int],
    ) -> KnownFigures:
        """Return figures by number; of one both given and loaded the given one counts.

        Parameters
        ----------
        given, loaded
            Rows as in the store.
        era
            Gives the list of communes that a period is read by: the same code means another unit
            in another one.
        """
        every = _together(given, loaded)
        periods = pd.Categorical(every[c.PERIOD])
        times = [Period.of(text) for text in periods.categories]
        eras = np.array([era(text) for text in periods.categories], dtype=np.int64)[periods.codes]
        year = np.array([each.year for each in times], dtype=np.int64)[periods.codes]
        quarter = np.array([each.quarter or 0 for each in times], dtype=np.int64)[periods.codes]
        indicator = _codes(every[c.INDICATOR], [*catalog.indicators])
        basis = _codes(every[c.BASIS], BASES)
        split = [_codes(every[name]) for name in SPLIT]
        project = _codes(every[c.PROJECT])
        amount = _number(indicator, eras, _codes(every[c.COMMUNE_CODE]), project)
        peers = _number(indicator, basis, eras, year, quarter, *split)
        position = np.arange(len(every))
        found = cls(
            indicators=tuple(catalog.indicators.values()),
            indicator=indicator,
            basis=basis,
            year=year,
            quarter=quarter,
            amount=amount,
            series=_number(amount, *split),
            peers=peers,
            like=_number(peers, project),
            given=np.where(position < len(given), position, -1),
            value=every[c.VALUE].to_numpy(np.float64),
        )
        key = found.key
        known = (found.given < 0) & _among(key, key[: len(given)])
        return found.only(~known & ~np.isnan(found.value))

    def only(self, chosen: Mask) -> KnownFigures:
        """Return some of the figures."""
        parts = {name: part[chosen] for name, part in vars(self).items() if name != "indicators"}
        return replace(self, **parts)

    @property
    def of_year(self) -> Codes:
        """A number for the year of an amount, whatever its bases, quarters and parts."""
        return self.amount * 10_000 + self.year

    @property
    def key(self) -> Codes:
        """A number for each figure: that of a year before is one less."""
        places = (self.series * len(BASES) + self.basis) * (QUARTERS + 1) + self.quarter
        return places * 10_000 + self.year

    @cached_property
    def plan(self) -> Numbers:
        """The plan of each figure that is none itself; missing where there is none."""
        is_plan = self.basis == PLAN
        parts = pd.Series(self.value[is_plan]).groupby(self.of_year[is_plan]).sum()
        plans = _looked_up(parts.index.to_numpy(), parts.to_numpy(), self.of_year)
        return np.where(is_plan, np.nan, plans)

    @property
    def slack(self) -> Numbers:
        """The smallest step of each figure: one household more or less is never ten times."""
        steps = [each.usual.least or 10.0**-each.decimals for each in self.indicators]
        return np.array(steps)[self.indicator]

    def limit(self, name: str) -> Numbers:
        """Return a limit of the catalogue for each figure."""
        return np.array([float(getattr(each.usual, name)) for each in self.indicators])[
            self.indicator
        ]


@dataclass(frozen=True, eq=False)
class Verdicts:
    """The `Doubt` of each row of a file; what was compared, and what would be usual."""

    doubt: NDArray[np.int8]
    value: Numbers
    usual: Numbers

    @classmethod
    def none(cls, count: int) -> Verdicts:
        """Return that so many figures are as usual."""
        return cls(np.zeros(count, np.int8), np.full(count, np.nan), np.full(count, np.nan))

    def note(self, where: Mask, doubt: Doubt, value: Numbers, usual: Numbers) -> None:
        """Note a doubt about those figures that none was noted about yet."""
        new = where & (self.doubt == Doubt.NONE)
        self.doubt[new], self.value[new], self.usual[new] = doubt, value[new], usual[new]


def verdicts(known: KnownFigures, rows: int) -> Verdicts:
    """Judge the given figures among the known ones; `rows` is how many rows the file has.

    Nine communes with a plan of 20 households report 5 for a quarter, the tenth 50:

    >>> from mtqg_geo.programme.catalog import DATA, load_catalog
    >>> codes = [f"{code:05}" for code in range(10)]
    >>> rows = pd.DataFrame({"commune_code": codes, "indicator": "OP01", "project": "DA1"})
    >>> plans = rows.assign(period="2023", basis="plan", value=20.0)
    >>> results = rows.assign(period="2023-Q1", basis="actual", value=[50.0] + [5.0] * 9)
    >>> catalog = load_catalog(DATA / "programme")
    >>> found = verdicts(KnownFigures.of(results, plans, catalog, era=lambda period: 0), rows=10)
    >>> Doubt(found.doubt[0]).name, float(found.value[0]), float(found.usual[0])
    ('OVER_PLAN', 50.0, 20.0)
    >>> set(found.doubt[1:].tolist())
    {0}
    """
    found = Verdicts.none(len(known.value))
    _bounds(known, found)
    _quarters(known, found)
    _plans(known, found)
    _before(known, found)
    _likes(known, found)
    of_rows = Verdicts.none(rows)
    is_given = known.given >= 0
    for name, part in vars(found).items():
        getattr(of_rows, name)[known.given[is_given]] = part[is_given]
    return of_rows


def _bounds(known: KnownFigures, found: Verdicts) -> None:
    size, least, most = np.abs(known.value), known.limit("least"), known.limit("most")
    found.note((size > 0) & (size < least), Doubt.SMALL, known.value, least)
    found.note((most > 0) & (size > most), Doubt.LARGE, known.value, most)


def _quarters(known: KnownFigures, found: Verdicts) -> None:
    """Recognise quarters that hold the year until then: they grow, and the last fits the plan.

    The store keeps what was added. Of 20 houses 4, 9, 15, 20 add up to 48, and were 4, 5, 6, 5.
    """
    at = np.flatnonzero(known.quarter > 0)
    if not len(at):
        return
    years = known.of_year[at] * len(BASES) + known.basis[at]
    _, first, line = np.unique(years, return_index=True, return_inverse=True)
    cell = line, known.quarter[at] - 1
    quarters = np.full((len(first), QUARTERS), np.nan)
    quarters[cell] = 0
    np.add.at(quarters, cell, known.value[at])  # all parts of an amount that is divided
    first = at[first]
    plan, like = known.plan[first], known.limit("like")[first]
    highest = np.fmax.accumulate(quarters, axis=1)
    total, last = np.nansum(quarters, axis=1), highest[:, -1]
    several = (quarters > 0).sum(axis=1) >= 2
    over = known.limit("over_plan")[first]
    could_be = several & (last <= over * plan)
    falls = quarters < highest
    grows = could_be & ~falls.any(axis=1)
    # A last quarter below that may as well be the end of a good year.
    certain = grows & (last * over >= plan) & (total > known.limit("sum_of_growing")[first] * plan)
    # Where most communes do so in a year, the others do too, and one that falls is a mistake.
    group = _number(known.indicator[first], known.basis[first], known.year[first])
    counts = np.bincount(group, could_be)[group]
    usual = (np.bincount(group, certain)[group] > counts / 2) & (counts >= like)
    # Of a running year whose sum still fits the plan, many communes tell together: what is added in
    # three quarters falls somewhere in 3 to 38 rows of a hundred (of the sample), a sum in none. Of
    # two quarters nothing tells: the second is nearly always more (in 2,378 of 2,381 rows).
    three = could_be & ((quarters > 0).sum(axis=1) >= QUARTERS - 1)
    long, falling = (np.bincount(group, each)[group] for each in (three, three & ~grows))
    usual |= (long >= MANY) & (falling < SELDOM * long)
    for doubt, where in (
        (Doubt.FALLS, falls & (usual & could_be)[:, None]),
        (Doubt.CUMULATIVE, (quarters > 0) & (certain | (usual & grows))[:, None]),
    ):
        mask, totals = np.zeros(len(known.value), dtype=bool), known.value.copy()
        mask[at], totals[at] = where[cell], total[line]
        found.note(mask, doubt, totals, known.plan)


def _plans(known: KnownFigures, found: Verdicts) -> None:
    """Compare results and money with their plan: the sum of the year, and each share of it."""
    adds_up = np.array([each.adds_up for each in known.indicators])[known.indicator]
    year = known.of_year * len(BASES) + known.basis
    total = _of_group(year, known.value, "sum")
    beyond = adds_up & (total > known.limit("over_plan") * known.plan)
    # The sum is too large by its largest part.
    over = beyond & (known.value == _of_group(year, known.value, "max")) & (known.value > 0)
    # A mean, for most quarters of small works are zero; what is above the plan does not move it.
    share = np.clip(known.value / _sizes(known.plan), 0, 1)
    expected = known.plan * _of_group(known.peers, share, "mean")
    off = _off(known, expected, known.peers)
    open_ = found.doubt == Doubt.NONE
    high, low = open_ & (over | (off > 0)), open_ & (off < 0)
    _blame_plans(known, found, expected, high, low)
    blamed = _among(known.of_year, known.of_year[found.doubt == Doubt.PLAN])
    found.note(over & ~blamed, Doubt.OVER_PLAN, total, known.plan)
    found.note((off != 0) & ~blamed, Doubt.OF_PLAN, known.value, expected)


def _blame_plans(
    known: KnownFigures, found: Verdicts, expected: Numbers, high: Mask, low: Mask
) -> None:
    """Question the plan where it is what does not fit: several figures are off to the same side."""
    year, is_given = _number(known.of_year), known.given >= 0
    depends = ~np.isnan(known.plan) & (known.value != 0)
    every, above, below, given = (
        np.bincount(year, depends & each)[year] for each in (depends, high, low, is_given)
    )
    most = np.maximum(above, below)
    alone = (every == 1) & (below == 1)
    wrong = ((most >= 2) & (most * 2 >= every)) | alone | ((given == 0) & (most > 0))
    # What its figures let expect: the plan at which they would be the usual share of it.
    implied = known.plan * known.value / _sizes(expected)
    implied = np.where(np.isnan(implied), known.value, implied)
    usual = _of_group(year, np.where(depends, implied, np.nan), "median")
    is_plan = known.basis == PLAN
    plan = _of_group(year, np.where(is_plan, known.value, np.nan), "sum")
    found.note(is_plan & is_given & wrong, Doubt.PLAN, plan, usual)


def _before(known: KnownFigures, found: Verdicts) -> None:
    """Compare each figure with the same one a year before, changed as it was elsewhere."""
    before = _sizes(_looked_up(known.key, known.value, known.key - 1))
    change = np.log(_sizes(known.value) / before)
    most = np.log(known.limit("times"))
    # A whole column in the wrong unit must not be what is common.
    common = np.clip(np.nan_to_num(_of_group(known.peers, change, "median")), -most, most)
    expected = before * np.exp(common)
    off = _off(known, expected, known.peers)
    found.note(off != 0, Doubt.BEFORE, known.value, np.copysign(expected, known.value))


def _likes(known: KnownFigures, found: Verdicts) -> None:
    """Compare each figure with those of other communes; few of them with those of all periods."""
    size = np.log(_sizes(known.value))
    few = _of_group(known.like, size, "count") < known.limit("like")
    at_all_times = _number(known.indicator, known.basis, known.quarter > 0)
    group = np.where(few, at_all_times, known.like + at_all_times.max(initial=0) + 1)
    expected = np.exp(_of_group(group, size, "median"))
    off = _off(known, expected, group)
    found.note(off != 0, Doubt.LIKE, known.value, np.copysign(expected, known.value))


def _off(known: KnownFigures, expected: Numbers, group: Codes) -> Numbers:
    """Return by how much figures differ from what is expected, 0 where that is not unusual."""
    ratio = np.log((_sizes(known.value) + known.slack) / (expected + known.slack))
    spread = NORMAL * _of_group(group, np.abs(ratio - _of_group(group, ratio, "median")), "median")
    few = _of_group(group, ratio, "count") < known.limit("like")
    most = np.maximum(np.log(known.limit("times")), known.limit("spreads") * spread)
    return np.where((np.abs(ratio) > most) & ~few, ratio, 0.0)


def _sizes(values: Numbers) -> Numbers:
    """Return how large figures are, missing for zero: none left to do is no slip of the pen."""
    return np.where(values == 0, np.nan, np.abs(values))


def _together(given: pd.DataFrame, loaded: pd.DataFrame) -> pd.DataFrame:
    names = [*OBSERVATIONS.key, c.VALUE]
    given, loaded = (with_unsaid(table, OBSERVATIONS) for table in (given, loaded))
    if loaded.empty:
        return given[names]
    loaded = loaded.reindex(columns=names, fill_value="")
    return pd.concat([given[names], loaded], ignore_index=True)


def _codes(texts: pd.Series, names: Sequence[str] | None = None) -> Codes:
    """Return a number for each text, by a list of names or in any order."""
    if names is None:
        return np.asarray(pd.factorize(texts)[0], dtype=np.int64)
    return np.asarray(pd.Categorical(texts, categories=list(names)).codes, dtype=np.int64)


def _number(*columns: NDArray[np.int64] | Mask) -> Codes:
    """Return a number for each different row of some columns of numbers."""
    number = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        codes, known = pd.factorize(column)
        # Numbered anew after each column, the numbers never grow beyond what fits.
        number = pd.factorize(number * len(known) + codes)[0].astype(np.int64)
    return number


def _looked_up(keys: Codes, values: Numbers, wanted: Codes) -> Numbers:
    """Return the value of each wanted key, missing where there is none."""
    values = np.append(values, np.nan)  # -1 is the last
    return np.asarray(values[pd.Index(keys).get_indexer(wanted)], dtype=np.float64)


def _among(keys: Codes, others: Codes) -> Mask:
    # By a hash: NumPy would sort a million keys.
    return np.asarray(pd.Series(keys).isin(others), dtype=bool)


def _of_group(group: Codes, values: Numbers, what: str) -> Numbers:
    """Return for each figure what its group comes to; missing ones are passed over."""
    return np.asarray(pd.Series(values).groupby(group).transform(what), dtype=np.float64)
