"""Values of an indicator by unit, put together from the parts the figures were given for.

Counted values add up, rates are averaged by their base, and a part that did not report makes the
value partly reported. A unit of which a part cannot be worked out, because nobody knows its share,
has no value: *not restatable*.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.apportion import Floats, Numbers, exact_sums
from geo.restating import UNKNOWN
from mtqg_geo.dataset.parts import Parts
from mtqg_geo.dataset.restated import RestatedDataset
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.frames import texts_as_objects
from mtqg_geo.programme.model import Basis, Indicator, Kind, Mask, State

MISSING_PARTS, WEIGHT = "missing_parts", "weight"
PAPER = 9  # decimals in which values add up; further ones are noise of floating point


ValuesOf = Callable[..., pd.DataFrame]  # indicators.commune_values
WeightsOf = Callable[..., pd.Series | None]  # indicators.base_weights


@dataclass(frozen=True)
class Asked:
    """Which figure is asked for."""

    indicator: Indicator
    year: int
    basis: Basis
    projects: frozenset[str]


def restated_values(
    data: RestatedDataset,
    indicator: Indicator,
    *,
    year: int,
    basis: Basis,
    projects: frozenset[str],
    values_of: ValuesOf,
    weights_of: WeightsOf,
) -> pd.DataFrame:
    """Return one row per unit shown, in its order.

    Parameters
    ----------
    data, indicator, year, basis, projects
        See `indicators.commune_values`; a category has no values of this kind.
    values_of, weights_of
        How values and bases are looked up on the parts.

    Returns
    -------
    The columns of `commune_values`, ``missing_parts`` (codes of former units that did not report
    all, joined by "; ") and for a rate ``weight`` (the base of what entered it).
    """
    asked = Asked(indicator, year, basis, projects)
    bases = _bases_read(asked)
    epochs = data.epochs_of(indicator.derived or indicator.id, year, bases)
    if indicator.derived and len(bases) > 1 and len(epochs) > 1:
        return _rate_of_sums(data, asked, values_of=values_of, weights_of=weights_of)
    tables = [
        _from_parts(data, epoch, asked, values_of=values_of, weights_of=weights_of)
        for epoch in epochs
    ]
    table = tables[0] if len(tables) == 1 else _joined(tables, indicator)
    codes = data.commune_list[c.CODE].to_numpy()
    kept = [each for each in table.columns if each != WEIGHT or indicator.kind is Kind.INTENSIVE]
    return texts_as_objects(table.assign(**{c.CODE: codes})[[c.CODE, *kept]])


def _bases_read(asked: Asked) -> tuple[Basis, ...]:
    """Return the bases whose rows an indicator is made of: two for a rate of disbursement."""
    if asked.indicator.is_disbursement:
        return Basis.DISBURSED, Basis.ALLOCATED
    return (asked.basis,)


def _from_parts(
    data: RestatedDataset, epoch: int, asked: Asked, *, values_of: ValuesOf, weights_of: WeightsOf
) -> pd.DataFrame:
    """Put the parts of one epoch together."""
    parts, indicator = data.legs.of(epoch), asked.indicator
    rows = values_of(parts, indicator, year=asked.year, basis=asked.basis, projects=asked.projects)
    concerned = (rows[c.STATE] != State.NOT_APPLICABLE).to_numpy() & data.part_mask(epoch)
    withheld = _withheld(parts, asked) & concerned
    values = rows[c.VALUE].to_numpy(dtype=np.float64)
    sizes = None
    if indicator.kind is Kind.INTENSIVE:
        sizes = weights_of(parts, indicator, year=asked.year, projects=asked.projects)
    known = concerned & ~np.isnan(values) & ~withheld
    unit, n = parts.unit, len(data.commune_list)
    if indicator.kind is Kind.EXTENSIVE:
        sums = exact_sums(np.round(values[known], PAPER), unit[known], n_groups=n)
        weights = np.full(n, np.nan)
    else:
        sums, weights, known, blurred = _averages(values, sizes, unit, known, n)
        withheld |= blurred
    incomplete = concerned & ~withheld & (~known | (rows[c.STATE] != State.REPORTED).to_numpy())
    return pd.DataFrame(
        {
            **_described(sums, unit, n, concerned, withheld, known, incomplete),
            c.MISSING_PERIODS: _texts(rows[c.MISSING_PERIODS], unit, n, concerned, ", "),
            MISSING_PARTS: _texts(parts.former_code, unit, n, incomplete, "; "),
            WEIGHT: weights,
        }
    )


def _withheld(parts: Parts, asked: Asked) -> Mask:
    """Say which parts have a figure that nobody knows how to divide."""
    source = asked.indicator.derived or asked.indicator.id
    rows = parts.observed(source, asked.year)
    rows = rows[rows[UNKNOWN].to_numpy(dtype=bool)] if UNKNOWN in rows else rows.iloc[:0]
    rows = rows[rows[c.BASIS].isin([basis.value for basis in _bases_read(asked)])]
    if asked.projects:
        rows = rows[rows[c.PROJECT].isin(asked.projects) | (rows[c.PROJECT] == "")]
    return np.asarray(parts.communes[c.CODE].isin(set(rows[c.COMMUNE_CODE])), dtype=bool)


def _averages(
    values: Floats, sizes: pd.Series | None, unit: Numbers, known: Mask, n: int
) -> tuple[Floats, Floats, Mask, Mask]:
    """Return means and weights by unit, which parts entered, and which met without any base."""
    alone = _sums(unit, known, n)[unit] == 1
    weights = np.full(len(unit), np.nan) if sizes is None else sizes.to_numpy(dtype=np.float64)
    blurred = known & ~alone & (sizes is None)
    entered = known & ((weights > 0) | alone)
    # A rate that stands alone needs no weight, and averaging would only round it.
    counted = np.where(alone, 1.0, np.nan_to_num(weights)) * entered
    whole = _sums(unit, counted, n)
    added = _sums(unit, np.where(entered, values, 0.0) * counted, n)
    means = np.divide(added, whole, out=np.full(n, np.nan), where=whole > 0)
    return means, _sums(unit, np.nan_to_num(weights) * entered, n), entered, blurred


def _sums(unit: Numbers, values: NDArray[Any], n: int) -> Floats:
    return np.bincount(unit, weights=values, minlength=n).astype(np.float64)


def _described(
    values: Floats,
    unit: Numbers,
    n: int,
    concerned: Mask,
    withheld: Mask,
    known: Mask,
    incomplete: Mask,
) -> dict[str, object]:
    """Return value and state of each unit, by what its parts are."""

    def any_of(parts: Mask) -> Mask:
        return np.asarray(np.bincount(unit[parts], minlength=n) > 0, dtype=bool)

    conditions = [~any_of(concerned), any_of(withheld), ~any_of(known), any_of(incomplete)]
    states = [
        State.NOT_APPLICABLE, State.NOT_RESTATABLE, State.NOT_REPORTED, State.PARTLY_REPORTED,
    ]  # fmt: skip
    state = np.select(conditions, states, default=State.REPORTED)
    is_blank = np.logical_or.reduce(conditions[:3])
    return {c.VALUE: np.where(is_blank, np.nan, values), c.STATE: state}


def _texts(texts: pd.Series, unit: Numbers, n: int, taken: Mask, between: str) -> list[str]:
    """Return the distinct texts of each unit's parts, split where they are lists, sorted."""
    found: dict[int, set[str]] = {}
    for number, text in zip(unit[taken].tolist(), texts[taken], strict=True):
        found.setdefault(number, set()).update(filter(None, text.split(between)))
    return [between.join(sorted(found.get(number, ()))) for number in range(n)]


def _joined(tables: list[pd.DataFrame], indicator: Indicator) -> pd.DataFrame:
    """Join figures of one year given in units of different times, the earlier first."""
    states = np.array([table[c.STATE] for table in tables])
    values = np.array([table[c.VALUE] for table in tables], dtype=np.float64)
    known = ~np.isnan(values)
    applicable = states != State.NOT_APPLICABLE
    whole = (states == State.REPORTED) | ~applicable
    withheld = (states == State.NOT_RESTATABLE).any(axis=0)
    latest = len(tables) - 1 - np.argmax(known[::-1], axis=0)
    columns = np.arange(values.shape[1])
    if indicator.kind is Kind.EXTENSIVE:
        shown = np.round(np.nansum(values, axis=0), PAPER)
    else:
        shown = values[latest, columns]
    conditions = [~applicable.any(axis=0), withheld, ~known.any(axis=0), ~whole.all(axis=0)]
    states_of = [
        State.NOT_APPLICABLE, State.NOT_RESTATABLE, State.NOT_REPORTED, State.PARTLY_REPORTED,
    ]  # fmt: skip
    weights = np.array([table[WEIGHT] for table in tables], dtype=np.float64)
    return pd.DataFrame(
        {
            c.VALUE: np.where(np.logical_or.reduce(conditions[:3]), np.nan, shown),
            c.STATE: np.select(conditions, states_of, default=State.REPORTED),
            c.MISSING_PERIODS: _united(tables, c.MISSING_PERIODS, ", "),
            MISSING_PARTS: _united(tables, MISSING_PARTS, "; "),
            WEIGHT: weights[latest, columns],
        }
    )


def _united(tables: list[pd.DataFrame], column: str, between: str) -> list[str]:
    rows = zip(*(table[column] for table in tables), strict=True)
    return [
        between.join(sorted({part for text in texts for part in text.split(between) if part}))
        for texts in rows
    ]


def _rate_of_sums(
    data: RestatedDataset, asked: Asked, *, values_of: ValuesOf, weights_of: WeightsOf
) -> pd.DataFrame:
    """Return disbursed per allocated in a year of which the halves were given in other units."""
    source = data.catalog.indicators[asked.indicator.derived]
    disbursed, allocated = (
        restated_values(
            data,
            source,
            year=asked.year,
            basis=basis,
            projects=asked.projects,
            values_of=values_of,
            weights_of=weights_of,
        )
        for basis in (Basis.DISBURSED, Basis.ALLOCATED)
    )
    base = allocated[c.VALUE].astype(float)
    rate = 100 * disbursed[c.VALUE].astype(float) / base.where(base > 0)
    none = (base == 0) | (allocated[c.STATE] == State.NOT_APPLICABLE)
    worse = allocated[c.STATE].where(allocated[c.STATE] != State.REPORTED, disbursed[c.STATE])
    state = worse.where(~none, State.NOT_APPLICABLE)
    return disbursed.assign(**{c.VALUE: rate.where(~none), c.STATE: state, WEIGHT: base})
