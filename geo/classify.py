"""Values to classes: where the breaks lie, how many values each class holds, how many are missing.

Classes are intervals closed on the right, ``(a, b]``; the first also holds its lower edge,
``[min, b]``, as in mapclassify, whose bins are upper bounds that belong to their class. Only
finite values make classes: a single NaN would put the largest value into the lowest one.

The tests hold all classes against those of mapclassify. Importing it here would cost every start
a second, for scipy, scikit-learn and networkx of which classes need nothing.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import jenkspy
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from geo.errors import ClassifyError, refuse
from geo.shapes import Floats, Numbers

SCHEMES = ("quantiles", "natural", "equal", "fixed")
MISSING = -1

# Natural breaks take time and memory by the square of the number of values.
_NATURAL_SAMPLE = 2_000


@dataclass(frozen=True)
class Classification:
    """Classes of one set of values, counted.

    Attributes
    ----------
    scheme
        One of `SCHEMES`.
    breaks
        The `k` + 1 edges, from the lower edge of the first class to the upper edge of the last.
        An edge of minus or plus infinity belongs to an open class beside fixed breaks; the open
        lower class ends just below its upper edge, which stays in the class above.
    counts
        How many values each class holds.
    n_missing
        How many values are missing or not finite, and so in no class.
    """

    scheme: str
    breaks: tuple[float, ...]
    counts: tuple[int, ...]
    n_missing: int

    @property
    def k(self) -> int:
        """Return the number of classes that exist, which may be fewer than were asked for."""
        return len(self.counts)

    def classes(self, values: ArrayLike) -> Numbers:
        """Return the class number of each value, from 0; `MISSING` where there is no value.

        Raises
        ------
        ClassifyError
            If a value lies beyond the first or last edge.
        """
        numbers = _numbers(values)
        found = np.full(len(numbers), MISSING)
        is_value = np.isfinite(numbers)
        _refuse_beyond(numbers[is_value], self.breaks)
        found[is_value] = _assign(numbers[is_value], self.breaks)
        return found


def classify(
    values: ArrayLike,
    *,
    scheme: str = "quantiles",
    k: int = 5,
    breaks: Sequence[float] | None = None,
) -> Classification:
    """Return the classes of the values.

    Parameters
    ----------
    values
        Numbers; missing and infinite ones are counted but make no class.
    scheme
        "quantiles" (as many values in each class), "natural" (Fisher-Jenks; above 2,000 values
        on an even sample of the sorted values that includes both ends), "equal" (as wide) or
        "fixed" (the edges given as `breaks`).
    k
        Classes wanted. Fewer distinct values give fewer classes; only "equal" and "fixed" show a
        class that holds nothing.
    breaks
        Edges for "fixed", rising; values beyond them get an open class of their own.

    Raises
    ------
    ClassifyError
        If the scheme, `k` or `breaks` cannot be used, or a value is no number.

    Examples
    --------
    Four communes in two classes; of a fifth nothing is known.

    >>> classes = classify([2.5, 4.0, 11.0, 30.5, None], scheme="quantiles", k=2)
    >>> classes.breaks, classes.counts, classes.n_missing
    ((2.5, 7.5, 30.5), (2, 2), 1)
    >>> classes.classes([7.5, 7.6, None]).tolist()  # an edge belongs to the class below it
    [0, 1, -1]
    """
    _check_wish(scheme, k, breaks)
    numbers = _numbers(values)
    finite = numbers[np.isfinite(numbers)]
    n_missing = len(numbers) - len(finite)
    if len(finite) == 0:
        return Classification(scheme, breaks=(), counts=(), n_missing=n_missing)
    edges = _fixed_edges(finite, breaks) if breaks is not None else _edges(finite, scheme, k)
    counts = np.bincount(_assign(finite, edges), minlength=len(edges) - 1)
    return Classification(scheme, edges, tuple(counts.tolist()), n_missing)


def plainest(low: float, below: float, step: float) -> float:
    """Return the plainest number from one value on and below another: a bound that parts the two.

    Plain is a multiple of 5, 2 or 1 of the largest power of ten; `step` is the smallest one tried.
    Where there is none, the first value itself is the bound.

    >>> plainest(1.87, 2.31, 0.01), plainest(12, 37, 1), plainest(7, 8, 1), plainest(-3, 2, 1)
    (2.0, 20.0, 7.0, 0.0)
    """
    if low <= 0 < below:
        return 0.0
    largest = math.ceil(math.log10(max(abs(low), abs(below))))
    for power in range(largest, math.floor(math.log10(step)) - 1, -1):
        for unit in (5 * 10.0**power, 2 * 10.0**power, 10.0**power):
            # Ten digits are more than any figure has; they take off what binary fractions add.
            found = round(math.ceil(round(low / unit, 10)) * unit, 10)
            if low <= found < below:
                return found
    return float(low)


def _edges(finite: Floats, scheme: str, k: int) -> tuple[float, ...]:
    """Return the edges of a scheme that finds its own, without empty classes unless "equal"."""
    low, high = finite.min(), finite.max()
    k = min(k, len(np.unique(finite)))
    if scheme == "equal":
        upper = np.unique(np.linspace(low, high, k + 1)[1:])
    else:
        bins = _quantile_bins(finite, k) if scheme == "quantiles" else _natural_bins(finite, k)
        upper = np.unique(np.append(bins, high))
        upper = upper[np.unique(np.searchsorted(upper, finite))]
    return (float(low), *upper.tolist())


def _quantile_bins(finite: Floats, k: int) -> Floats:
    """Return the values below which lie the first k-th of the values, the second and so on.

    Between two values by the arithmetic of `scipy.stats.scoreatpercentile`, to the last bit: a
    bin that rounding moves below a value would put that value into the next class.
    """
    ordered = np.sort(finite)
    step = 100.0 / k
    rank = np.arange(step, 100 + step, step).clip(max=100) / 100 * (len(ordered) - 1)
    before = np.floor(rank).astype(int).clip(max=max(len(ordered) - 2, 0))
    after = np.minimum(before + 1, len(ordered) - 1)
    to_after, to_before = before + 1 - rank, rank - before
    between = ordered[before] * to_after + ordered[after] * to_before
    return np.unique(between / (to_after + to_before))


def _natural_bins(finite: Floats, k: int) -> Floats:
    """Return the upper bounds that leave the least squared deviation within the classes.

    From jenkspy: `mapclassify.FisherJenks` adds up squares in single precision, which puts breaks
    of amounts of money in the wrong place.
    """
    sample = np.sort(_sample(finite))
    from_zero = sample - sample[0]  # amounts far from zero would drown their differences
    k = min(k, len(np.unique(from_zero)))
    if k == 1:
        return sample[-1:]
    bounds = jenkspy.jenks_breaks(from_zero, n_classes=k)[1:]
    return np.asarray(sample[np.searchsorted(from_zero, bounds, side="right") - 1])


def _sample(finite: Floats) -> Floats:
    """Return the values, or an even selection of the sorted ones with both ends."""
    if len(finite) <= _NATURAL_SAMPLE:
        return finite
    rows = np.linspace(0, len(finite) - 1, _NATURAL_SAMPLE).round().astype(int)
    return np.asarray(np.sort(finite)[rows])


def _fixed_edges(finite: Floats, breaks: Sequence[float]) -> tuple[float, ...]:
    """Return the given edges, with an infinite one on each side that has values beyond."""
    below = [-np.inf] if finite.min() < breaks[0] else []
    above = [np.inf] if finite.max() > breaks[-1] else []
    return (*below, *(float(edge) for edge in breaks), *above)


def _assign(finite: Floats, edges: Sequence[float]) -> Numbers:
    """Return the class number of values that lie within the edges."""
    upper = np.array(edges[1:], dtype=np.float64)
    if edges and edges[0] == -np.inf:
        upper[0] = np.nextafter(upper[0], -np.inf)
    return np.searchsorted(upper, finite)


def _numbers(values: ArrayLike) -> Floats:
    """Return the values as floats, NaN where missing; texts are refused, even of digits."""
    if getattr(values, "dtype", None) == np.float64:
        return np.asarray(values)
    column = pd.Series(values)
    kind = pd.api.types.infer_dtype(column, skipna=True)
    if kind not in {"floating", "integer", "mixed-integer-float", "decimal", "boolean", "empty"}:
        msg = f"Only numbers can be classified, not {kind} values; turn them into numbers first."
        raise ClassifyError(msg)
    return np.asarray(column.astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan))


def _refuse_beyond(finite: Floats, breaks: Sequence[float]) -> None:
    low, high = (breaks[0], breaks[-1]) if breaks else (np.inf, -np.inf)
    beyond = (finite < low) | (finite > high)
    cure = "classify them together or give fixed breaks"
    refuse(ClassifyError, beyond, finite, "values lie beyond the classes", cure, show="{:g}")


def _check_wish(scheme: str, k: int, breaks: Sequence[float] | None) -> None:
    if scheme not in SCHEMES:
        msg = f"There is no scheme {scheme!r}; choose one of {', '.join(SCHEMES)}."
        raise ClassifyError(msg)
    if (scheme == "fixed") != (breaks is not None):
        msg = 'Breaks go with the scheme "fixed", and only with it; give both or neither.'
        raise ClassifyError(msg)
    if k < 1:
        msg = f"{k} classes cannot be made; ask for one or more."
        raise ClassifyError(msg)
    if breaks is not None:
        _check_breaks(breaks)


def _check_breaks(breaks: Sequence[float]) -> None:
    steps = np.diff(np.asarray(breaks, dtype=np.float64))
    # The first class may hold a single value, as [0, 0] does where zero is common.
    if len(steps) == 0 or np.isnan(steps).any() or steps[0] < 0 or (steps[1:] <= 0).any():
        msg = f"Breaks must be two or more rising numbers, not {list(breaks)}."
        raise ClassifyError(msg)
