"""Classes as a person writes them: bounds worked out by hand, and what holds of all of them."""

import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.palette import ramp
from mtqg_geo.dataset.dataset import shipped_dataset
from mtqg_geo.figures.measures import as_measured
from mtqg_geo.figures.periods import Measure
from mtqg_geo.maps.classes import difference_classes, value_classes
from mtqg_geo.maps.classing import SCHEMES, Classing
from mtqg_geo.programme.amounts import amount, as_read

INDICATORS = shipped_dataset().catalog.indicators
HOUSES, POVERTY, ROAD_KM, MONEY, FALL = (
    INDICATORS[each] for each in ("OP01", "CX02", "OP05", "FI01", "OC16")
)
DONE = as_measured(HOUSES, Measure.COMPLETION)
LEFT = as_measured(HOUSES, Measure.REMAINING)
MILLION = 1e6


def classed(values, indicator=HOUSES, *, lang="vi", **classing):
    read = as_read(np.asarray(values, dtype=np.float64), indicator)
    return read, value_classes(read, indicator, Classing(**classing), lang=lang)


def labels(values, indicator=HOUSES, **classing):
    return list(classed(values, indicator, **classing)[1].labels)


def test_counts_read_as_whole_numbers_and_zero_is_alone():
    assert labels([0, 1, 2, 3, 4, 7], scheme="quantiles", k=4) == ["0", "1–2", "3", "4–7"]
    assert labels([0, 0, 0, 1, 2, 5], scheme="natural", k=3) == ["0", "1–2", "3–5"]


@pytest.mark.parametrize(
    ("values", "indicator", "expected"),
    [
        ([7, 7, 7], HOUSES, ["7"]),
        ([12_345, 12_345], HOUSES, ["12.345"]),
        ([0, 0], HOUSES, ["0"]),
        ([3], POVERTY, ["3,0"]),
        ([0, 12.34], POVERTY, ["0", "0,1–12,3"]),
        ([-1.5, -0.5], FALL, ["-1,5 đến -1,0", "-0,9 đến -0,1"]),
        ([-1.5, 0, 2.0], FALL, ["-1,5 đến -0,1", "0", "0,1–2,0"]),
        ([], HOUSES, []),
        ([np.nan], HOUSES, []),
    ],
)
def test_a_few_values_make_few_classes(values, indicator, expected):
    assert labels(values, indicator) == expected


def test_bounds_are_the_plainest_numbers_that_part_the_same_values():
    # The largest gaps are 6,2…29,7 and 33,3…61,4: in them lie 20 and 50.
    poverty = [3.14, 4.4, 6.2, 29.7, 31, 33.3, 61.4, 63.87]
    assert labels(poverty, POVERTY, k=3) == ["3,1–20,0", "20,1–50,0", "50,1–63,9"]


def test_skewed_money_is_read_in_whole_millions_where_no_value_lies_in_between():
    vnd = [0, 812.4e6, 1_250e6, 1_993e6, 4_100e6, 9_870.5e6, 83_412.7e6]
    assert labels(vnd, MONEY, k=4) == ["0", "1–5.000", "5.001–50.000", "50.001–83.500"]
    assert labels([812.4e6, 1_250.2e6], MONEY, k=2) == ["812–1.000", "1.001–1.260"]
    assert labels([812.4e6, 812.4e6], MONEY) == ["812,4"]
    # 2.000,4 million lie between 2.000 and 2.001.
    typed = labels([1_000e6, 2_000.4e6], MONEY, scheme="fixed", breaks=(0.0, 2000.0, 5000.0))
    assert typed == ["0,0–2.000,0", "2.000,1–5.000,0"]


def test_typed_breaks_of_money_are_millions_as_in_the_legend():
    read, classes = classed(
        [1_000e6, 3_000e6, 9_000e6], MONEY, scheme="fixed", breaks=(2000.0, 5000.0)
    )
    assert list(classes.labels) == ["Dưới 2.000", "2.000–5.000", "Trên 5.000"]
    assert classes.of(read).tolist() == [0, 1, 2]
    assert len(set(classes.colours)) == 3


def test_equal_classes_are_of_a_plain_width():
    assert labels([0.3, 12, 55, 96], POVERTY, scheme="equal", k=5) == [
        "0,3–20,0", "20,1–40,0", "40,1–60,0", "60,1–80,0", "80,1–96,0",
    ]  # fmt: skip


def test_what_reads_with_more_digits_than_its_class_stands_above_the_one_before():
    # 0,004 km is not zero and reads so; a class from 0,01 on would not hold it.
    assert labels([0, 0.004, 2], ROAD_KM, k=2) == ["0", "Trên 0,00 đến 2,00"]


def test_a_completion_has_the_same_classes_everywhere_and_each_holds_its_lower_bound():
    read, classes = classed([0, 49.4, 49.5, 79.6, 99.7, 100, 250], DONE)
    assert list(classes.labels) == [
        "Dưới 50", "50 đến dưới 80", "80 đến dưới 100", "Từ 100 trở lên",
    ]  # fmt: skip
    assert classes.of(read).tolist() == [0, 0, 1, 2, 2, 3, 3]  # 49,5 reads as 50
    assert classed([120], DONE)[1].labels == classes.labels
    typed = labels([10, 100], DONE, scheme="fixed", breaks=(0.0, 30.0, 100.0))
    assert typed == ["0 đến dưới 30", "30 đến dưới 100", "Từ 100 trở lên"]


def test_a_completion_turns_at_100_whatever_the_scheme():
    _, classes = classed([20, 60, 90, 100, 130], DONE, scheme="quantiles", k=5)
    assert list(classes.labels) == ["20–50", "51–60", "61–99", "100", "101–130"]
    assert classes.colours == (*reversed(ramp("behind", 3)), *ramp("done", 2))


def test_what_is_left_is_earthen_not_alarming_and_nothing_left_is_pale():
    assert classed([0, 1, 2], LEFT)[1].colours == ramp("remaining", 3)
    assert classed([0, 0], LEFT)[1].colours == ramp("remaining", 2)[:1]


def test_the_language_decides_on_words_and_marks():
    _, classes = classed([1, 3], HOUSES, lang="en", scheme="fixed", breaks=(2.0, 2.5))
    assert list(classes.labels) == ["Below 2", "2–2.5", "Above 2.5"]


# ---- what holds of all classes ------------------------------------------------------------------


def number(text):
    return float(text.replace(".", "").replace(",", "."))


def holds(label, text):
    """Say whether a class is said to hold a number, both as they are written."""
    value = number(text)
    patterns = {
        r"Dưới (\S+)": lambda high: value < high,
        r"Trên (\S+)": lambda low: value > low,
        r"Trên (\S+) đến (\S+)": lambda low, high: low < value <= high,
        r"Từ (\S+) trở lên": lambda low: value >= low,
        r"(\S+) đến dưới (\S+)": lambda low, high: low <= value < high,
        r"(\S+) đến (\S+)": lambda low, high: low <= value <= high,
        r"([\d.,]+)–([\d.,]+)": lambda low, high: low <= value <= high,
        r"(-?[\d.,]+)": lambda only: value == only,
    }
    for pattern, test in patterns.items():
        if found := re.fullmatch(pattern, label):
            return test(*map(number, found.groups()))
    pytest.fail(f"no words of a class: {label}")


NUMBERS = (
    st.integers(-30, 300).map(float)
    | st.floats(-50, 5000)
    | st.just(0.0)
    | st.just(100.0)
    | st.floats(0.0001, 0.1)
)


@given(
    values=st.lists(NUMBERS, min_size=1, max_size=40),
    indicator=st.sampled_from([HOUSES, POVERTY, ROAD_KM, MONEY, FALL, DONE, LEFT]),
    scheme=st.sampled_from(SCHEMES),
    k=st.integers(3, 7),
    breaks=st.lists(
        st.integers(-20, 300).map(lambda n: n / 4), min_size=2, max_size=6, unique=True
    ),
)
def test_every_value_stands_in_the_one_class_that_is_said_to_hold_it(
    values, indicator, scheme, k, breaks
):
    values = np.array(values) * (MILLION if indicator.is_money else 1)
    read, classes = classed(
        values, indicator, scheme=scheme, k=k, breaks=tuple(map(float, sorted(breaks)))
    )
    assert len(set(classes.labels)) == len(classes.labels) == len(classes.colours)
    assert len(set(classes.colours)) == len(classes.colours)
    assert classes.counted.counts == tuple(
        np.bincount(classes.of(read), minlength=len(classes.labels))
    )
    assert sum(classes.counted.counts) == len(values)
    assert all(low <= high for low, high in pairwise(classes.edges))
    if scheme != "fixed":
        assert len(classes.labels) <= max(k, 4)
    for value, at in zip(values.tolist(), classes.of(read).tolist(), strict=True):
        text = amount(value, indicator, "vi")
        assert [place for place, label in enumerate(classes.labels) if holds(label, text)] == [at]


# ---- what changed between two periods -----------------------------------------------------------


def changed(values, *, better=1, **classing):
    read = as_read(np.asarray(values, dtype=np.float64), POVERTY)
    return read, difference_classes(read, POVERTY, Classing(**classing), better=better, lang="vi")


def test_differences_are_classed_by_how_far_they_are_from_zero():
    read, classes = changed([-9, -1, 0, 0.5, 1, np.nan], k=5)
    assert classes.bounds == (5.0,)
    assert classes.labels == (
        "Giảm hơn 5,0", "Giảm đến 5,0", "Không đổi", "Tăng đến 5,0", "Tăng hơn 5,0",
    )  # fmt: skip
    assert classes.of(read).tolist() == [0, 1, 2, 3, 3, -1]


def test_better_is_cool_whichever_way_that_is():
    rise = changed([-2, -1, 0, 1, 2], better=1)[1].colours
    assert rise == ramp("judged", 5)
    assert changed([-2, -1, 0, 1, 2], better=-1)[1].colours == rise[::-1]
    assert changed([-1, 0, 1], better=0, k=3)[1].colours == ramp("change", 3)


def test_where_nothing_rose_there_is_no_class_of_rises_and_more_room_for_falls():
    read, classes = changed([-4, -4, -2, -1], k=5)
    assert classes.labels == ("Giảm hơn 2,0", "Giảm hơn 1,0 đến 2,0", "Giảm đến 1,0")
    assert classes.of(read).tolist() == [0, 0, 1, 2]
    assert changed([0, 0])[1].labels == ("Không đổi",)
    assert changed([-2, 0], k=3)[1].labels[-1] == "Không đổi"
    assert changed([2, 2])[1].labels == ("Tăng",)
    assert changed([np.nan])[1].labels == ()


POINTS = st.floats(-100, 100).map(lambda value: round(value, 1))


@given(
    values=st.lists(st.one_of(POINTS, st.just(np.nan)), max_size=30),
    k=st.integers(3, 7),
    scheme=st.sampled_from(SCHEMES),
    better=st.sampled_from((-1, 0, 1)),
)
def test_every_difference_is_in_the_class_whose_words_hold_it_and_sides_mirror_each_other(
    values, k, scheme, better
):
    read, classes = changed(values, better=better, k=k, scheme=scheme)
    of = classes.of(read)
    assert ((of == -1) == np.isnan(read)).all()
    assert len(classes.labels) == len(set(classes.labels)) == len(classes.colours) <= k
    for value, place in zip(read[of >= 0], of[of >= 0], strict=True):
        assert says_difference(classes.labels[place], value), (value, classes.labels[place])
    # A fall is classed as the rise that is as far from zero, in the colour of the other side.
    both = np.concatenate([read, -read])
    whole = difference_classes(both, POVERTY, Classing(scheme, k), better=better, lang="vi")
    last = len(whole.labels) - 1
    here, there = whole.of(read), whole.of(-read)
    assert (here + there == last)[~np.isnan(read)].all()
    turned = difference_classes(both, POVERTY, Classing(scheme, k), better=-better, lang="vi")
    assert turned.colours == (whole.colours[::-1] if better else whole.colours)


def says_difference(label, value):
    """Say whether the words of a class hold a difference."""
    numbers = [float(each.replace(",", ".")) for each in re.findall(r"\d+,\d+", label)]
    sign = {"Giảm": -1, "Tăng": 1, "Không": 0}[label.split()[0]]
    low = numbers[0] if "hơn" in label else 0
    high = numbers[-1] if "đến" in label else np.inf
    return np.sign(value) == sign and (not sign or low < abs(value) <= high)
