import importlib
import warnings
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.classify import MISSING, SCHEMES, classify
from geo.errors import ClassifyError

OWN_EDGES = [scheme for scheme in SCHEMES if scheme != "fixed"]


def test_equal_classes_are_closed_on_the_right():
    found = classify([0, 1, 2, 3, 4], scheme="equal", k=2)

    assert found.breaks == (0, 2, 4)
    assert found.counts == (3, 2)
    assert found.classes([0, 1, 2, 3, 4]).tolist() == [0, 0, 0, 1, 1]


def test_quantiles_hold_as_many_values_each():
    found = classify(range(1, 11), k=5)

    assert found.counts == (2, 2, 2, 2, 2)
    assert found.breaks[0] == 1
    assert found.breaks[-1] == 10


def test_natural_breaks_find_the_gaps():
    found = classify([1, 2, 3, 50, 51, 52, 98, 99], scheme="natural", k=3)

    assert found.breaks == (1, 3, 52, 99)
    assert found.counts == (3, 3, 2)


def test_missing_and_infinite_values_are_counted_and_make_no_class():
    values = [1, 2, None, np.nan, np.inf, 3, 4]
    found = classify(values, scheme="equal", k=3)

    assert found.n_missing == 3
    assert found.breaks == (1, 2, 3, 4)
    assert found.classes(values).tolist() == [0, 0, MISSING, MISSING, MISSING, 1, 2]


@pytest.mark.parametrize("scheme", OWN_EDGES)
def test_a_missing_value_moves_no_other(scheme):
    values = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0]
    clean, with_gap = classify(values, scheme=scheme), classify([*values, np.nan], scheme=scheme)

    assert clean.breaks == with_gap.breaks
    assert clean.counts == with_gap.counts


@pytest.mark.parametrize("values", [[], [None], [np.nan, np.inf]])
@pytest.mark.parametrize("scheme", OWN_EDGES)
def test_without_values_there_are_no_classes(scheme, values):
    found = classify(values, scheme=scheme)

    assert (found.k, found.breaks, found.counts, found.n_missing) == (0, (), (), len(values))
    assert found.classes(values).tolist() == [MISSING] * len(values)


def test_fixed_breaks_without_values_make_no_classes_either():
    assert classify([np.nan], scheme="fixed", breaks=[0, 1, 2]).k == 0


@pytest.mark.parametrize("scheme", OWN_EDGES)
def test_one_distinct_value_makes_one_class(scheme):
    found = classify([7, 7, 7], scheme=scheme)

    assert found.breaks == (7, 7)
    assert found.counts == (3,)


def test_ties_make_fewer_classes_and_none_is_empty():
    found = classify([0] * 8 + [5, 9], scheme="quantiles", k=5)

    assert found.k < 5
    assert found.counts[0] == 8
    assert min(found.counts) > 0


def test_an_empty_class_of_equal_width_is_shown():
    assert classify([0, 1, 10], scheme="equal", k=3).counts == (2, 0, 1)


def test_fixed_breaks_are_kept_and_empty_classes_shown():
    found = classify([1, 2, 25], scheme="fixed", breaks=[0, 10, 20, 30])

    assert found.breaks == (0, 10, 20, 30)
    assert found.counts == (2, 0, 1)


def test_values_beyond_fixed_breaks_get_open_classes_of_their_own():
    values = [-5, 0, 10, 30, 31]
    found = classify(values, scheme="fixed", breaks=[0, 10, 20, 30])

    assert found.breaks == (-np.inf, 0, 10, 20, 30, np.inf)
    assert found.counts == (1, 2, 0, 1, 1)
    assert found.classes(values).tolist() == [0, 1, 1, 3, 4]


def test_the_classes_of_one_year_can_be_fixed_for_another():
    first = classify([0, 0, 0, 4, 5, 9], k=5)
    second = classify([0, 2, 8], scheme="fixed", breaks=first.breaks)

    assert second.breaks == first.breaks
    assert sum(second.counts) == 3


def test_a_value_beyond_the_classes_is_not_painted_as_one_of_them():
    with pytest.raises(ClassifyError, match=r"1 of 2 values lie beyond the classes \(first: 99\)"):
        classify([1, 2, 3]).classes([2, 99])


def test_other_number_types_are_numbers():
    nullable = pd.Series([1, 2, None], dtype="Int64")

    assert classify(nullable, k=2).n_missing == 1


@pytest.mark.parametrize(
    ("values", "choices", "message"),
    [
        ([1, 2], {"scheme": "pretty"}, r"no scheme 'pretty'"),
        ([1, 2], {"k": 0}, r"0 classes cannot be made"),
        ([1, 2], {"scheme": "fixed"}, r"Breaks go with the scheme"),
        ([1, 2], {"breaks": [1, 2]}, r"Breaks go with the scheme"),
        ([1, 2], {"scheme": "fixed", "breaks": [2, 1]}, r"rising numbers, not \[2, 1\]"),
        ([1, 2], {"scheme": "fixed", "breaks": [1]}, r"two or more rising numbers"),
        (["1", "2"], {}, r"Only numbers can be classified, not string values"),
    ],
)
def test_what_cannot_be_classified_is_refused(values, choices, message):
    with pytest.raises(ClassifyError, match=message):
        classify(values, **choices)


@pytest.fixture(scope="module")
def mapclassify():
    """Import it where it is asked for: with SciPy it takes seconds, in each test process."""
    return importlib.import_module("mapclassify")


@pytest.mark.long
@pytest.mark.parametrize(
    ("scheme", "oracle"),
    [("quantiles", "Quantiles"), ("natural", "FisherJenks"), ("equal", "EqualInterval")],
)
@pytest.mark.parametrize("k", [3, 5, 7])
def test_bins_and_classes_are_those_of_mapclassify(mapclassify, scheme, oracle, k):
    values = np.random.default_rng(1719).lognormal(size=232)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        expected = getattr(mapclassify, oracle)(values, k=k)
    found = classify(values, scheme=scheme, k=k)

    assert found.breaks[1:] == pytest.approx(expected.bins)
    assert found.counts == tuple(expected.counts)
    assert found.classes(values).tolist() == expected.yb.tolist()


@pytest.mark.long
def test_fixed_classes_are_those_of_mapclassify(mapclassify):
    values = np.random.default_rng(1719).uniform(0, 30, size=232)
    expected = mapclassify.UserDefined(values, bins=[10, 20, 30])
    found = classify(values, scheme="fixed", breaks=[0, 10, 20, 30])

    assert found.classes(values).tolist() == expected.yb.tolist()


def test_natural_breaks_of_large_amounts_keep_their_precision():
    small = [1, 2, 3, 50, 51, 52, 98, 99]
    large = [635_000_000_000 + value for value in small]

    assert classify(large, scheme="natural", k=3).breaks == tuple(
        635_000_000_000 + edge for edge in (1, 3, 52, 99)
    )


@given(values=st.lists(st.integers(0, 30), min_size=3, max_size=9))
def test_no_other_three_classes_deviate_less_than_the_natural_ones(values):
    found = classify(values, scheme="natural", k=3)
    distinct = sorted(set(values))
    choices = combinations(distinct[:-1], found.k - 1)

    least = min(deviation(values, [*inner, distinct[-1]]) for inner in choices)
    assert deviation(values, found.breaks[1:]) == pytest.approx(least)


def deviation(values, upper):
    numbers = np.searchsorted(upper, values)
    classes = [np.array(values)[numbers == number] for number in range(len(upper))]
    return sum(((each - each.mean()) ** 2).sum() for each in classes)


def test_many_values_are_sampled_alike_each_time_with_both_ends():
    values = np.random.default_rng(7).lognormal(size=11_163)
    first, second = (classify(values, scheme="natural") for _ in range(2))

    assert first == second
    assert first.breaks[0] == values.min()
    assert first.breaks[-1] == values.max()
    assert sum(first.counts) == 11_163


numbers = st.floats(-1e100, 1e100, allow_nan=False) | st.integers(-3, 3).map(float)
values_with_gaps = st.lists(numbers | st.sampled_from([np.nan, np.inf]), max_size=40)


@given(values=values_with_gaps, scheme=st.sampled_from(OWN_EDGES), k=st.integers(1, 9))
def test_every_finite_value_has_one_class(values, scheme, k):
    found = classify(values, scheme=scheme, k=k)
    classes = found.classes(values)
    finite = np.isfinite(np.array(values, dtype=float))

    assert found.k <= k
    assert len(found.breaks) == (found.k + 1 if found.k else 0)
    assert list(found.breaks) == sorted(found.breaks)
    assert sum(found.counts) + found.n_missing == len(values)
    assert ((classes >= 0) == finite).all()
    assert np.bincount(classes[finite], minlength=found.k).tolist() == list(found.counts)
    if scheme != "equal":
        assert all(found.counts)


@given(
    values=st.lists(numbers, max_size=30),
    breaks=st.lists(numbers, min_size=2, max_size=6, unique=True).map(sorted),
)
def test_fixed_breaks_cover_every_value_within_its_edges(values, breaks):
    found = classify(values, scheme="fixed", breaks=breaks)

    assert sum(found.counts) == len(values)
    for value, number in zip(values, found.classes(values), strict=True):
        assert found.breaks[number] <= value <= found.breaks[number + 1]
