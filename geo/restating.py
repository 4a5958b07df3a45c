"""Values of one geography restated on another, along a crosswalk.

Three kinds of value, three rules. What is *counted* adds up, and is shared out where a unit was
split: the total stays the same to the smallest unit. What is a *rate* is averaged by its base,
never plainly. A *category* is not averaged at all: the new unit gets the share of each.

A part that did not report makes the result partly known, never zero. Where a share that would be
needed is unknown, there is no result: that is a blank of its own, *not restatable*.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.apportion import Floats, Numbers, apportion, as_values, exact_sums, in_smallest_unit
from geo.crosswalk import FROM, SHARE, TO, Crosswalk
from geo.errors import JoinError

PARTS, MISSING, UNKNOWN = "parts", "missing_parts", "unknown_parts"
RESULT = (PARTS, MISSING, UNKNOWN)


@dataclass(frozen=True, eq=False)
class JoinedParts:
    """Parts put together, group by group.

    Attributes
    ----------
    by_group
        The value of each group; missing where no part is known, or any is unknown.
    weights
        By group, the base of the parts that entered an average; missing for a sum.
    known, unknown
        By part, whether it entered, and whether nobody can say what it is.
    """

    by_group: Floats
    weights: Floats
    known: NDArray[np.bool_]
    unknown: NDArray[np.bool_]


def add_up(
    values: Floats, group: Numbers, *, n_groups: int, unknown: NDArray[np.bool_]
) -> JoinedParts:
    """Add up what was counted in the parts of each group.

    Three communes of 40, 30 and an unreported number of households become one unit, a fourth of
    20 stays alone, of a fifth nobody knows how much went to the last unit. The first unit has 70,
    at least: who shows it has to say that a part is missing.

    >>> values, unit = np.array([40, 30, np.nan, 20, 50]), np.array([0, 0, 0, 1, 2])
    >>> divided = np.array([False, False, False, False, True])
    >>> joined = add_up(values, unit, n_groups=3, unknown=divided)
    >>> joined.by_group.tolist(), joined.known.tolist()
    ([70.0, 20.0, nan], [True, True, False, True, False])

    Parameters
    ----------
    values
        By part; missing where not reported.
    group
        By part, the number of the group it belongs to.
    n_groups
        How many groups there are.
    unknown
        By part, whether its share of what was reported is unknown.
    """
    known = ~np.isnan(values) & ~unknown
    sums = exact_sums(values[known], group[known], n_groups=n_groups)
    return _joined(sums, np.full(n_groups, np.nan), group, known=known, unknown=unknown)


def average(
    values: Floats,
    weights: Floats | None,
    group: Numbers,
    *,
    n_groups: int,
    unknown: NDArray[np.bool_],
) -> JoinedParts:
    """Average a rate over the parts of each group, by their base.

    20 % of 300 households and 40 % of 100 make 25 %, not 30. A rate that stands alone needs no
    base; where two meet without any, nobody can say what they make.

    >>> rates, unit = np.array([20, 40, 7]), np.array([0, 0, 1])
    >>> households, none = np.array([300, 100, np.nan]), np.zeros(3, dtype=bool)
    >>> average(rates, households, unit, n_groups=2, unknown=none).by_group.tolist()
    [25.0, 7.0]
    >>> average(rates, None, unit, n_groups=2, unknown=none).by_group.tolist()
    [nan, 7.0]

    Parameters
    ----------
    values, group, n_groups, unknown
        See `add_up`.
    weights
        By part, the base of the rate; missing where it was not reported, None if there is none.
    """
    reported = ~np.isnan(values)
    is_alone = np.bincount(group[reported], minlength=n_groups)[group] == 1
    if weights is None:
        unknown = unknown | (reported & ~is_alone)
        weights = np.full(len(values), np.nan)
    known = reported & ~unknown & ((weights > 0) | is_alone)
    weights = np.nan_to_num(weights)
    # A rate that stands alone is taken as it is: multiplied and divided it would only be rounded.
    counted = np.where(is_alone, 1.0, weights)
    added, of, entered = (
        np.bincount(group[known], weights=each[known], minlength=n_groups).astype(np.float64)
        for each in (values * counted, counted, weights)
    )
    means = np.divide(added, of, out=np.full(n_groups, np.nan), where=of > 0)
    return _joined(means, entered, group, known=known, unknown=unknown)


def _joined(
    values: Floats,
    weights: Floats,
    group: Numbers,
    *,
    known: NDArray[np.bool_],
    unknown: NDArray[np.bool_],
) -> JoinedParts:
    """Blank the groups of which nothing is known, or of which any part is unknown."""
    n_known, n_unknown = (np.bincount(group[at], minlength=len(values)) for at in (known, unknown))
    is_blank = (n_known == 0) | (n_unknown > 0)
    return JoinedParts(np.where(is_blank, np.nan, values), weights, known, unknown)


def restate_extensive(
    rows: pd.DataFrame,
    crosswalk: Crosswalk,
    *,
    code: str = "code",
    value: str = "value",
    keys: Sequence[str] = (),
    decimals: int = 0,
) -> pd.DataFrame:
    """Return what is counted, by new unit.

    Parameters
    ----------
    rows
        A row for each unit and key; a missing value is one that was not reported.
    crosswalk
        Leads from every unit of the rows.
    code, value, keys
        Columns of the unit, of its value, and of what else distinguishes rows (such as a period).
    decimals
        How finely a value of a split unit may be divided: 0 keeps it whole. Values that have more
        decimals themselves are divided as finely as they are written.

    Returns
    -------
    pandas.DataFrame
        Columns `code` (of the new units), `keys`, `value`, and how many ``parts`` it is made of,
        how many of these are ``missing_parts``, and how many are ``unknown_parts`` because their
        share is not known; the value is missing if any is unknown, or none was reported. Sorted.

    Raises
    ------
    JoinError
        If a unit of the rows is not among the sources of the crosswalk.
    """
    parts = divide(rows, crosswalk, code=code, value=value, decimals=decimals)
    table, group = _grouped(parts, code, keys)
    values, unknown = parts[value].to_numpy(dtype=np.float64), parts[UNKNOWN].to_numpy()
    joined = add_up(values, group, n_groups=len(table), unknown=unknown)
    return _with_counts(table, value, joined, group)


def restate_intensive(
    rows: pd.DataFrame,
    crosswalk: Crosswalk,
    *,
    base: str | None,
    code: str = "code",
    value: str = "value",
    keys: Sequence[str] = (),
) -> pd.DataFrame:
    """Return a rate by new unit: the average of its parts by their base.

    A unit split by known shares is taken to have the same rate throughout, and its base counts as
    far as the part goes; one split by unknown shares has no known rate in its parts. A part whose
    base is not reported does not enter and counts as missing. Where several rates meet without
    any base the result is unknown; a single rate needs none.

    Parameters
    ----------
    rows, crosswalk, code, value, keys
        See `restate_extensive`.
    base
        Column of the base (households, people) of each row's unit; None if there is none.

    Returns
    -------
    pandas.DataFrame
        As from `restate_extensive`, with the base of what entered the average in ``weight``.
    """
    parts = link_rows(rows, crosswalk, code=code)
    table, group = _grouped(parts, code, keys)
    values, shares = (parts[name].to_numpy(dtype=np.float64) for name in (value, SHARE))
    weights = None if base is None else parts[base].to_numpy(dtype=np.float64) * shares
    unknown = ~np.isnan(values) & np.isnan(shares)
    joined = average(values, weights, group, n_groups=len(table), unknown=unknown)
    result = _with_counts(table, value, joined, group)
    return result.assign(weight=np.where(result[value].isna(), np.nan, joined.weights))


def restate_category(
    rows: pd.DataFrame,
    crosswalk: Crosswalk,
    *,
    base: str | None,
    code: str = "code",
    value: str = "value",
    keys: Sequence[str] = (),
) -> pd.DataFrame:
    """Return, for each new unit and category, how large a share of the unit it is.

    Parameters
    ----------
    rows, crosswalk, code, value, keys
        See `restate_extensive`; the values are categories, also "" for none.
    base
        Column of the size of each row's unit; None counts units.

    Returns
    -------
    pandas.DataFrame
        Columns `code`, `keys`, `value` (the category), ``share`` (0 to 1, missing if a size or a
        share is unknown in the unit and more than one category meets there) and ``parts`` (how
        many parts of the unit have the category). Sorted.
    """
    parts = link_rows(rows, crosswalk, code=code)
    sizes = 1.0 if base is None else parts[base].to_numpy(dtype=np.float64)
    sized = parts.assign(**{SHARE: sizes * parts[SHARE].to_numpy(dtype=np.float64), PARTS: 1})
    unit = [code, *keys]
    each = sized.groupby([*unit, value], sort=True).agg(
        **{SHARE: (SHARE, lambda shares: shares.sum(skipna=False)), PARTS: (PARTS, "sum")}
    )
    by_unit = each.reset_index().groupby(unit)
    table = each.reset_index()
    whole = by_unit[SHARE].transform(lambda shares: shares.sum(skipna=False))
    alone = by_unit[value].transform("size") == 1
    return table.assign(**{SHARE: (table[SHARE] / whole.where(whole > 0)).mask(alone, 1.0)})


def divide(
    rows: pd.DataFrame,
    crosswalk: Crosswalk,
    *,
    code: str = "code",
    value: str = "value",
    decimals: int = 0,
) -> pd.DataFrame:
    """Return the rows with the code of each successor, what is counted shared out among them.

    Nothing shared out is lost: the parts of a value add up to it, to its smallest unit. A part of
    which the share is unknown has no value and is marked in ``unknown_parts``, unless the whole is
    zero, which is zero everywhere.
    """
    taken, link = _linked(rows[code], crosswalk)
    values = rows[value].to_numpy(dtype=np.float64)
    is_some = ~np.isnan(values) & (values != 0)
    is_vague = rows[code].isin(crosswalk.unknown).to_numpy() & is_some
    several = rows[code].isin(crosswalk.split).to_numpy() & is_some & ~is_vague
    parts = np.where(is_vague, np.nan, values)[taken]
    if several.any():
        parts[several[taken]] = _shared_out(
            values[several], rows[code][several], crosswalk, decimals=decimals
        )
    return _with_links(rows, crosswalk, taken, link, code).assign(
        **{value: parts, UNKNOWN: is_vague[taken]}
    )


def link_rows(rows: pd.DataFrame, crosswalk: Crosswalk, *, code: str = "code") -> pd.DataFrame:
    """Return each row once for each successor of its unit: its code, and the share in ``share``.

    The rows keep their order and their label, which therefore comes twice for a split unit.

    Raises
    ------
    JoinError
        If a unit of the rows is not among the sources of the crosswalk.
    """
    return _with_links(rows, crosswalk, *_linked(rows[code], crosswalk), code)


def _linked(codes: pd.Series, crosswalk: Crosswalk) -> tuple[Numbers, Numbers]:
    """Return, for each link of each code in turn, the row of the code and the row of the link."""
    number = crosswalk.sources.get_indexer(pd.Index(codes.astype(object)))
    if (number < 0).any():
        strange = codes[number < 0]
        msg = (
            f"{strange.nunique():,} of {codes.nunique():,} units are not in the crosswalk "
            f"(first: {strange.iloc[0]!r}); are the rows of another date?"
        )
        raise JoinError(msg)
    # Links are sorted by source: a unit's are `count` rows from its first one on. Counting them off
    # is quicker than a merge, and keeps the order of the rows.
    first, count = crosswalk.spans
    counts = count[number]
    taken = np.repeat(np.arange(len(codes)), counts)
    within = np.arange(len(taken)) - np.repeat(np.cumsum(counts) - counts, counts)
    return taken, first[number][taken] + within


def _with_links(
    rows: pd.DataFrame, crosswalk: Crosswalk, taken: Numbers, link: Numbers, code: str
) -> pd.DataFrame:
    links, parts = crosswalk.links, rows.take(taken)
    codes = pd.Series(links[TO].to_numpy()[link], index=parts.index, dtype=object)
    return parts.assign(**{code: codes, SHARE: links[SHARE].to_numpy()[link]})


def _shared_out(values: Floats, codes: pd.Series, crosswalk: Crosswalk, *, decimals: int) -> Floats:
    """Return the values of units that were split, shared out among their successors in order."""
    counts, decimals = in_smallest_unit(values, decimals=decimals)
    links = crosswalk.links[crosswalk.links[FROM].isin(set(codes))]
    shares = {code: [Fraction(s) for s in group] for code, group in links.groupby(FROM)[SHARE]}
    parts = [
        part
        for count, code in zip(counts.tolist(), codes, strict=True)
        for part in apportion(count, shares[code])
    ]
    return as_values(np.array(parts, dtype=counts.dtype), decimals)


def _grouped(parts: pd.DataFrame, code: str, keys: Sequence[str]) -> tuple[pd.DataFrame, Numbers]:
    """Return the distinct units and keys, sorted, and the number of each row among them."""
    by = [code, *keys]
    # Each row gets one number, a digit for each column; sorting numbers beats sorting tuples.
    combined = np.zeros(len(parts), dtype=np.int64)
    for column in by:
        which, distinct = pd.factorize(parts[column], sort=True, use_na_sentinel=False)
        combined = combined * max(len(distinct), 1) + which
    _, first, number = np.unique(combined, return_index=True, return_inverse=True)
    return parts[by].take(first).reset_index(drop=True), number


def _with_counts(
    table: pd.DataFrame, value: str, joined: JoinedParts, group: Numbers
) -> pd.DataFrame:
    """Add the values, and of how many parts they are made, missing and unknown ones beside them."""
    masks = {
        PARTS: np.ones(len(group), dtype=np.bool_),
        MISSING: ~joined.known & ~joined.unknown,
        UNKNOWN: joined.unknown,
    }
    counts = {name: np.bincount(group[at], minlength=len(table)) for name, at in masks.items()}
    return table.assign(**{value: joined.by_group}, **counts)
