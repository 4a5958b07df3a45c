"""Classes of values as a person would write them: where they end, and how their bounds read.

Everything is in the unit of the legend (money in millions) and rounded as it is read there, so that
each value stands in the class whose words hold it. Zero is a class of its own, what falls never
shares one with what grows, and a bound is the plainest number that separates the same values.

Houses built in nine communes, in four classes:

>>> from mtqg_geo.dataset.dataset import shipped_dataset
>>> houses = shipped_dataset().catalog.indicators["OP01"]
>>> built = np.array([0, 0, 1, 2, 2, 3, 11, 12, 37.0])
>>> classes = value_classes(built, houses, Classing("natural", 4), lang="vi")
>>> classes.labels
('0', '1–10', '11–20', '21–37')
>>> classes.of(built).tolist()
[0, 0, 1, 1, 1, 1, 2, 2, 3]
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from geo.classify import MISSING, Classification, classify, plainest
from geo.palette import ramp
from geo.shapes import Floats, Numbers
from mtqg_geo.maps.classing import Classing
from mtqg_geo.programme.amounts import shown_decimals
from mtqg_geo.programme.model import Indicator, Lang
from mtqg_geo.programme.words import MOST_DECIMALS, number, t

# What is done of a plan, in percent: its classes are the same on every map, and hold their lower
# bound, because a plan is met at 100.
DONE = 100.0
COMPLETION_BREAKS = (50.0, 80.0, DONE)
MOST_STEPS = 3  # of a difference, on each side of zero: more colours could not be told apart
_NEAR = 1e-9  # nearer numbers are the same


@dataclass(frozen=True)
class ValueClasses:
    """Classes of one set of values, lowest first.

    Attributes
    ----------
    edges
        The `k` + 1 bounds, in the unit of the legend; infinite ones of open classes.
    labels, colours
        The words and the colour of each class.
    counted
        The same as `geo.classify` counts them.
    """

    edges: tuple[float, ...]
    labels: tuple[str, ...]
    colours: tuple[str, ...]
    counted: Classification

    def of(self, read: Floats) -> Numbers:
        """Return the class of each value, rounded by `as_read`; -1 where there is none."""
        return self.counted.classes(read)


def value_classes(
    read: Floats, indicator: Indicator, classing: Classing, *, lang: Lang
) -> ValueClasses:
    """Class values.

    Parameters
    ----------
    read
        What the breaks are found in, rounded by `as_read`.
    indicator
        What the values are of; its `theme` says which colours they have.
    classing
        How; edges of fixed classes are in the unit of the legend.
    """
    read = read[np.isfinite(read)]
    if not len(read):
        return ValueClasses((), (), (), classify(read))
    is_share = indicator.theme == "completion"
    middle = DONE if is_share else 0.0
    if classing.is_fixed:
        edges = _typed_edges(read, classing.breaks, is_share=is_share)
    elif has_fixed(indicator, classing):
        edges = (-math.inf, *COMPLETION_BREAKS, math.inf)
    else:
        edges = _found_edges(read, indicator, classing, middle)
        # What was found lies on one side of the middle, or is the middle alone.
        sides = [int(np.sign(high - middle)) for high in edges[1:]]
        return _classes(read, edges, indicator, _colours(sides, edges, indicator), lang)
    sides = [-1 if low < middle else 1 for low in edges[:-1]]
    colours = _colours(sides, edges, indicator)
    return _classes(read, edges, indicator, colours, lang, holds_lower=is_share)


def has_fixed(indicator: Indicator, classing: Classing) -> bool:
    """Say whether classes do not depend on the values: typed ones, or the usual of a completion."""
    is_usual = indicator.theme == "completion" and classing.found_by == Classing().scheme
    return classing.is_fixed or is_usual


def thirds(read: Floats, indicator: Indicator, *, lang: Lang) -> ValueClasses:
    """Cut values into three groups as large as each other; fewer where values coincide."""
    if not len(read):
        return ValueClasses((), (), (), classify(read))
    edges = (_outward(read.min(), down=True), *_uppers(read, "quantiles", 3, _step(indicator)))
    return _classes(read, edges, indicator, (), lang)


@dataclass(frozen=True)
class DifferenceClasses:
    """Classes of differences, the furthest fall first: the same steps below zero and above it.

    Attributes
    ----------
    bounds
        What the steps of either side end at, in the unit of the legend; the last one is open.
    places
        Of all steps, counted from the furthest fall, those that are classes: a side without any
        value, or a middle without a zero, is none.
    labels, colours
        The words and the colour of each class.
    """

    bounds: tuple[float, ...]
    places: tuple[int, ...]
    labels: tuple[str, ...]
    colours: tuple[str, ...]

    def of(self, read: Floats) -> Numbers:
        """Return the class of each difference, rounded by `as_read`; -1 where there is none."""
        found = np.full(len(read), MISSING)
        has = np.isfinite(read)
        place = _places(read[has], self.bounds)
        found[has] = np.searchsorted(self.places, place)
        return found


def difference_classes(
    read: Floats, indicator: Indicator, classing: Classing, *, better: int, lang: Lang
) -> DifferenceClasses:
    """Class differences by how far from zero they are, to either side.

    Six communes, of which one got much worse, in the five usual classes:

    >>> from mtqg_geo.dataset.dataset import shipped_dataset
    >>> poor = shipped_dataset().catalog.indicators["CX02"]
    >>> read = np.array([-2.5, -2.0, -0.5, 0.0, 0.4, 7.0, np.nan])
    >>> classes = difference_classes(read, poor, Classing(), better=-1, lang="vi")
    >>> classes.labels[:3]
    ('Giảm hơn 5,0', 'Giảm đến 5,0', 'Không đổi')
    >>> [classes.labels[place] for place in classes.of(read)[4:6]]
    ['Tăng đến 5,0', 'Tăng hơn 5,0']
    >>> classes.of(read).tolist()  # of the last one nothing is known
    [1, 1, 1, 2, 3, 4, -1]

    Parameters
    ----------
    read
        What the bounds are found in, rounded by `as_read`.
    indicator
        As its differences are read.
    classing
        How many classes, and how bounds are found; typed ones are of values, not of differences.
    better
        1 where more is better, -1 where less is: that side is cool, the other warm.
    """
    read = read[np.isfinite(read)]
    far = np.abs(read[read != 0])
    sides = {int(each) for each in np.unique(np.sign(read))}
    room = (classing.k - (0 in sides)) // max(len(sides - {0}), 1)
    steps = min(max(room, 1), MOST_STEPS)
    bounds: tuple[float, ...] = ()
    if len(far):
        bounds = tuple(_uppers(far, classing.found_by, steps, _step(indicator))[:-1])
    n = len(bounds) + 1  # steps of a side
    places = tuple(place for place in range(2 * n + 1) if int(np.sign(place - n)) in sides)
    colours = ramp("judged" if better else "change", 2 * n + 1)[:: better or 1]
    labels = _difference_words(bounds, indicator, lang)
    return DifferenceClasses(
        bounds,
        places,
        tuple(labels[place] for place in places),
        tuple(colours[place] for place in places),
    )


def _places(read: Floats, bounds: tuple[float, ...]) -> Numbers:
    """Return the step of each difference, counted from the furthest fall; a bound ends its step."""
    n = len(bounds) + 1
    step = np.searchsorted(bounds, np.abs(read), side="left") + 1
    return np.asarray(n + np.sign(read).astype(int) * step)


def _difference_words(bounds: Sequence[float], indicator: Indicator, lang: Lang) -> tuple[str, ...]:
    """Write the steps, the furthest fall first."""
    decimals = next(
        (d for d in _coarse(indicator) if all(abs(round(b, d) - b) < _NEAR for b in bounds)),
        shown_decimals(indicator),
    )
    written = _written(bounds, decimals, lang)
    if not written:
        steps: list[tuple[str, dict[str, str]]] = [("any", {})]
    else:
        steps = [
            ("most", {"high": written[0]}),
            *(("between", {"low": low, "high": high}) for low, high in pairwise(written)),
            ("above", {"low": written[-1]}),
        ]
    falls, rises = (
        [t(f"modes_{side}_{key}", lang, **words) for key, words in steps]
        for side in ("fall", "rise")
    )
    return (*reversed(falls), t("modes_unchanged", lang), *rises)


def _classes(
    read: Floats,
    edges: tuple[float, ...],
    indicator: Indicator,
    colours: tuple[str, ...],
    lang: Lang,
    *,
    holds_lower: bool = False,
) -> ValueClasses:
    closed = _closed_above(edges) if holds_lower else edges
    counted = classify(read, scheme="fixed", breaks=closed)
    if holds_lower:
        return ValueClasses(
            edges, tuple(_half_open_words(edges, indicator, lang)), colours, counted
        )
    found = counted.classes(read)
    least = [read[found == place].min(initial=math.inf) for place in range(counted.k)]
    return ValueClasses(
        edges, tuple(_closed_words(edges, least, indicator, lang)), colours, counted
    )


def _closed_above(edges: Sequence[float]) -> tuple[float, ...]:
    """Return edges whose classes hold their upper bounds, of classes that hold their lower ones."""
    first, second, *others = edges
    if math.isinf(first):  # its class ends just below its upper edge anyhow (`Classification`)
        return (first, second, *(_just_below(each) for each in others))
    return (first, *(_just_below(each) for each in (second, *others)))


def _just_below(value: float) -> float:
    return value if math.isinf(value) else math.nextafter(value, -math.inf)


# ---- where classes end --------------------------------------------------------------------------


def _typed_edges(read: Floats, breaks: Sequence[float], *, is_share: bool) -> tuple[float, ...]:
    """Return typed edges, and an infinite one on each side that has values beyond."""
    below = (-math.inf,) if read.min() < breaks[0] else ()
    above = (math.inf,) if is_share or read.max() > breaks[-1] else ()
    return (*below, *breaks, *above)


def _found_edges(
    read: Floats, indicator: Indicator, classing: Classing, middle: float
) -> tuple[float, ...]:
    """Return edges that part what lies below the middle from what lies above; the middle is alone.

    The middle is zero; of a completion it is 100.
    """
    step, scheme = _step(indicator), classing.found_by
    low, high = read[read < middle], read[read > middle]
    has_middle = len(low) + len(high) < len(read)
    sides = [side for side in (low, high) if len(side)]
    room = max(classing.k - has_middle, len(sides))
    uppers: list[float] = []
    if len(low):
        share = round(room * len(low) / (len(low) + len(high)))
        low_room = min(max(share, 1), room - 1) if len(high) else room
        room -= low_room
        uppers += _uppers(low, scheme, low_room, step)
        uppers[-1] = max(low.max(), round(middle - step, MOST_DECIMALS))  # up to the middle
    if has_middle:
        uppers.append(middle)
    if len(high):
        uppers += _uppers(high, scheme, room, step)
    if read.min() == read.max():
        return (float(read.min()),) * 2
    first, last = _outward(read.min(), down=True), uppers[-1]
    if indicator.is_money:
        first, last = _whole(first, math.floor), _whole(last, math.ceil)
    return (first, *uppers[:-1], last)


def _whole(value: float, away: Callable[[float], int]) -> float:
    """Round an end of all classes of money to whole millions, where there are some."""
    return value if abs(value) < 10 else float(away(value))


def _uppers(values: Floats, scheme: str, k: int, step: float) -> list[float]:
    """Return where the classes of a scheme end, as plain numbers that part the same values."""
    if scheme == "equal":
        return _even(values.min(), values.max(), k, step)
    inner = classify(values, scheme=scheme, k=k).breaks[1:-1]
    parted = [(values[values <= each].max(), values[values > each].min()) for each in inner]
    return [
        *(plainest(float(last), float(following), step) for last, following in parted),
        _outward(values.max(), down=False),
    ]


def _even(low: float, high: float, k: int, step: float) -> list[float]:
    """Return bounds at multiples of the narrowest plain width that needs no more than `k` classes.

    >>> _even(0.3, 96.0, 5, 0.1), _even(1, 3, 3, 1)
    ([20.0, 40.0, 60.0, 80.0, 96.0], [1.0, 2.0, 3.0])
    """
    if k == 1:
        return [_outward(high, down=False)]
    size = 10.0 ** math.floor(math.log10(max((high - low) / k, step)))
    widths = (size * each for each in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 15, 20))
    for width in widths:
        start = math.ceil(low / width - _NEAR) - 1  # the last multiple below the lowest value
        is_plain = width >= step - _NEAR and abs(width / step - round(width / step)) < _NEAR
        if is_plain and (start + k) * width >= high - _NEAR:
            break
    ends = [round((start + each) * width, MOST_DECIMALS) for each in range(1, k + 1)]
    inner = [each for each in ends if each < high - _NEAR]
    return [*inner, _outward(high, down=False)]


def _outward(value: float, *, down: bool) -> float:
    """Round the end of all classes away from them, to three digits.

    >>> _outward(83_412.7, down=False), _outward(1.2, down=True), _outward(0.0, down=True)
    (83500.0, 1.2, 0.0)
    """
    if not value:
        return 0.0
    size = 10.0 ** (math.floor(math.log10(abs(value))) - 2)
    if abs(value / size - round(value / size)) < 1e-6:
        return float(value)
    outer = math.floor(value / size) if down else math.ceil(value / size)
    return round(outer * size, MOST_DECIMALS)


def _step(indicator: Indicator) -> float:
    """Return the smallest difference between values as they are usually read."""
    return 10.0 ** -shown_decimals(indicator)


# ---- how they read ------------------------------------------------------------------------------


def _closed_words(
    edges: Sequence[float], least: Sequence[float], indicator: Indicator, lang: Lang
) -> list[str]:
    """Write classes that hold their upper bound: `1`, `2–3`, `4–7`; `0,0–2,0`, `2,1–3,5`.

    A class begins one step above the one before, whole millions where no value of money lies in
    between. Where a value does (0,004 km, which is read with more digits) it begins "above" that.
    The first class holds both its bounds; so does the one above an open lower one.
    """
    decimals = next(
        (d for d in _coarse(indicator) if _bears(edges, least, d)), shown_decimals(indicator)
    )
    labels = []
    for place, (low, high) in enumerate(pairwise(edges)):
        is_first = place == 0 or math.isinf(edges[place - 1])
        begins = low if is_first else _next(low, decimals)
        written = _written((low, begins, high), decimals, lang)
        if math.isinf(low):
            labels.append(t("class_below", lang, high=written[2]))
        elif math.isinf(high):
            labels.append(t("class_above", lang, low=written[0]))
        elif least[place] < begins - _NEAR or begins > high + _NEAR:
            labels.append(t("class_above_to", lang, low=written[0], high=written[2]))
        elif abs(begins - high) < _NEAR:
            labels.append(written[2] if high else "0")
        else:
            key = "class_to" if begins < 0 else "class_range"
            labels.append(t(key, lang, low=written[1], high=written[2]))
    return labels


def _half_open_words(edges: Sequence[float], indicator: Indicator, lang: Lang) -> list[str]:
    """Write classes that hold their lower bound: `Dưới 50`, `50 đến dưới 80`, `Từ 80 trở lên`."""
    labels = []
    for low, high in pairwise(edges):
        key = "from_to" if math.isfinite(low + high) else "below" if math.isinf(low) else "from"
        words = dict(
            zip(("low", "high"), _written((low, high), indicator.decimals, lang), strict=True)
        )
        labels.append(t(f"class_{key}", lang, **words))
    return labels


def _coarse(indicator: Indicator) -> range:
    """Return the decimals to try before those of the values: money may do without."""
    return range(shown_decimals(indicator) if indicator.is_money else 0)


def _bears(edges: Sequence[float], least: Sequence[float], decimals: int) -> bool:
    """Say whether bounds have no more decimals, and no value lies between two classes."""
    ends = [edge for edge in edges if math.isfinite(edge)]
    return all(abs(round(edge, decimals) - edge) < _NEAR for edge in ends) and all(
        first >= _next(low, decimals) - _NEAR
        for low, first in zip(edges[1:-1], least[1:], strict=True)
        if math.isfinite(low)
    )


def _next(value: float, decimals: int) -> float:
    """Return the first number of so many decimals above a value; -inf above none."""
    if math.isinf(value):
        return value
    size = 10.0**decimals
    return (math.floor(value * size + 1e-6) + 1) / size


def _written(values: Sequence[float], decimals: int, lang: Lang) -> list[str]:
    """Write bounds, each with the decimals it needs, at least those of the legend."""
    return [
        number(
            each,
            lang,
            decimals=next(
                (d for d in range(decimals, MOST_DECIMALS) if abs(round(each, d) - each) < _NEAR),
                MOST_DECIMALS,
            ),
        )
        if math.isfinite(each)
        else ""
        for each in values
    ]


# ---- their colours ------------------------------------------------------------------------------


def _colours(sides: Sequence[int], edges: Sequence[float], indicator: Indicator) -> tuple[str, ...]:
    """Return a colour per class, which lies below (-1), on (0) or above (1) the middle.

    A completion is warm until the plan is met, and cool from there; a change has a ramp of both
    sides as long as the longer one: as many classes off zero, as strong a colour.
    """
    k, below, above = len(sides), sides.count(-1), sides.count(1)
    if indicator.theme == "completion":
        return (*reversed(ramp("behind", below)), *ramp("done", k - below))
    if indicator.theme == "change":
        longer = max(below, above)
        return ramp("change", 2 * longer + sides.count(0))[longer - below :][:k]
    is_nothing = tuple(edges) == (0.0, 0.0)  # alone it is pale, not the middle of the ramp
    return ramp(indicator.theme, k + is_nothing)[:k]
