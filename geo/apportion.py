"""Sharing out and adding up without losing the smallest unit.

Floating point loses a little in every sum, and rounding loses a little in every share. Here values
are counted in their own smallest unit (a household, a dong, a hundredth of a kilometre) as whole
numbers, which can be shared and added exactly.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Numbers = NDArray[np.intp]
Counts = NDArray[Any]  # int64, or Python's own integers where those are too small

_EXACT = 2**53  # up to here a float holds every whole number
_MOST_DECIMALS = 9  # tried fast; more are counted with Python's own integers


def apportion(total: int, shares: Sequence[Fraction | int]) -> list[int]:
    """Share out a whole number by largest remainder.

    Each part is its quota rounded down or up, and the parts add up to the whole exactly. Of equal
    remainders the larger share is served first, then the earlier one.

    >>> apportion(100, [Fraction("0.971"), Fraction("0.029")]), apportion(10, [1, 1, 1])
    ([97, 3], [4, 3, 3])

    Parameters
    ----------
    total
        What is shared out; the parts of a negative number are negative.
    shares
        Shares that are not negative; they are taken in proportion to their sum.

    Raises
    ------
    ValueError
        If no share is above zero.
    """
    whole = sum(shares)
    if whole <= 0:
        msg = "No share is above zero; nothing can be shared out."
        raise ValueError(msg)
    quotas = [abs(total) * Fraction(share) / whole for share in shares]
    parts = [int(quota) for quota in quotas]
    by_remainder = sorted(range(len(shares)), key=lambda i: (parts[i] - quotas[i], -shares[i], i))
    for i in by_remainder[: abs(total) - sum(parts)]:
        parts[i] += 1
    return parts if total >= 0 else [-part for part in parts]


def in_smallest_unit(values: Floats, *, decimals: int = 0) -> tuple[Counts, int]:
    """Return the values as whole numbers of their smallest unit, and the decimals of that unit.

    Parameters
    ----------
    values
        Finite numbers.
    decimals
        Decimals to count with at least; more are used if the values have more.
    """
    for tried in range(decimals, max(decimals, _MOST_DECIMALS) + 1):
        counts = np.rint(values * 10.0**tried)
        if (np.abs(counts) >= _EXACT).any():
            break
        if (counts / 10.0**tried == values).all():
            return counts.astype(np.int64), tried
    written = [Decimal(repr(value)) for value in values.tolist()]
    finest = max([decimals, *(-_exponent(number) for number in written)])
    return np.array([int(number.scaleb(finest)) for number in written], dtype=object), finest


def as_values(counts: Counts, decimals: int) -> Floats:
    """Return whole numbers of a smallest unit as ordinary numbers, each rounded once."""
    if counts.dtype == np.int64:
        return np.asarray(counts / 10.0**decimals, dtype=np.float64)
    return np.array([count / 10**decimals for count in counts.tolist()], dtype=np.float64)


def exact_sums(values: Floats, group: Numbers, *, n_groups: int) -> Floats:
    """Return the sum of each group as if the decimals had been added on paper.

    Parameters
    ----------
    values
        Finite numbers.
    group
        Number of the group of each value, from 0.
    n_groups
        How many groups there are; one without values has the sum 0.
    """
    counts, decimals = in_smallest_unit(values)
    if counts.dtype == np.int64 and np.abs(counts).astype(float).sum() >= _EXACT:
        counts = counts.astype(object)
    # Python's integers where the total leaves what a float holds exactly (VND of a province).
    sums = np.zeros(n_groups, dtype=counts.dtype)
    np.add.at(sums, group, counts)
    return as_values(sums, decimals)


def _exponent(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0
