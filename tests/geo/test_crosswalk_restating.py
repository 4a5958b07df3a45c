"""Values carried from one geography to another: nothing lost, nothing invented."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.apportion import apportion, exact_sums
from geo.crosswalk import compose, crosswalk_of, identity, reverse
from geo.errors import JoinError
from geo.restating import restate_category, restate_extensive, restate_intensive

GONE = float("nan")  # not reported, or not known


def walk(*links):
    return crosswalk_of(pd.DataFrame(links, columns=["from_code", "to_code", "share"]))


def values(**by_code):
    return pd.DataFrame({"code": list(by_code), "value": [float(v) for v in by_code.values()]})


def by_code(table, column="value"):
    return dict(zip(table["code"], table[column], strict=True))


def exact(numbers):
    """Add numbers as they are written, not as a float holds them."""
    return sum((Decimal(repr(float(number))) for number in numbers), Decimal(0))


MERGE = walk(("a", "x", 1), ("b", "x", 1), ("c", "y", 1))
SPLIT = walk(("a", "x", 0.971), ("a", "y", 0.029), ("b", "y", 1))
VAGUE = walk(("a", "x", GONE), ("a", "y", GONE), ("b", "y", 1), ("c", "z", 1))


# What is counted


def test_a_merger_adds_up():
    found = restate_extensive(values(a=3, b=4, c=5), MERGE)
    assert by_code(found) == {"x": 7, "y": 5}
    assert by_code(found, "parts") == {"x": 2, "y": 1}


def test_a_split_shares_out_whole_households():
    found = restate_extensive(values(a=100, b=1), SPLIT)
    assert by_code(found) == {"x": 97, "y": 4}


def test_a_split_of_kilometres_may_use_their_decimals():
    found = restate_extensive(values(a=10, b=0), SPLIT, decimals=2)
    assert by_code(found) == {"x": 9.71, "y": 0.29}


def test_hundredths_add_up_as_on_paper():
    # 0.1 + 0.2 is 0.30000000000000004 in floating point.
    assert by_code(restate_extensive(values(a=0.1, b=0.2, c=0), MERGE))["x"] == 0.3


def test_a_part_that_did_not_report_is_missing_and_not_zero():
    found = restate_extensive(values(a=3, b=GONE, c=GONE), MERGE)
    assert by_code(found)["x"] == 3
    assert np.isnan(by_code(found)["y"])
    assert by_code(found, "missing_parts") == {"x": 1, "y": 1}


def test_an_unknown_share_is_a_blank_of_its_own():
    found = restate_extensive(values(a=10, b=4, c=5), VAGUE)
    assert np.isnan(by_code(found)["x"])
    assert np.isnan(by_code(found)["y"])
    assert by_code(found)["z"] == 5
    assert by_code(found, "unknown_parts") == {"x": 1, "y": 1, "z": 0}
    assert by_code(found, "missing_parts") == {"x": 0, "y": 0, "z": 0}


def test_nothing_is_nothing_whatever_the_share():
    found = restate_extensive(values(a=0, b=4, c=5), VAGUE)
    assert by_code(found) == {"x": 0, "y": 4, "z": 5}


def test_what_was_not_reported_is_missing_on_both_sides_of_an_unknown_share():
    found = restate_extensive(values(a=GONE, b=4, c=5), VAGUE)
    assert by_code(found, "missing_parts") == {"x": 1, "y": 1, "z": 0}
    assert by_code(found)["y"] == 4


def test_each_period_is_restated_for_itself():
    rows = pd.DataFrame(
        {"code": ["a", "b", "a"], "period": ["Q1", "Q1", "Q2"], "value": [1.0, 2.0, 5.0]}
    )
    found = restate_extensive(rows, MERGE, keys=["period"])
    assert found[["code", "period", "value"]].to_numpy().tolist() == [
        ["x", "Q1", 3.0],
        ["x", "Q2", 5.0],
    ]


def test_a_unit_the_crosswalk_does_not_know_is_named():
    with pytest.raises(JoinError, match=r"1 of 2 units are not in the crosswalk \(first: 'q'\)"):
        restate_extensive(values(a=1, q=2), MERGE)


# Rates


def test_a_rate_is_averaged_by_its_base_and_never_plainly():
    rows = values(a=10, b=40, c=7).assign(households=[300.0, 100.0, 50.0])
    found = restate_intensive(rows, MERGE, base="households")
    assert by_code(found) == {"x": (10 * 300 + 40 * 100) / 400, "y": 7}
    assert by_code(found, "weight") == {"x": 400, "y": 50}


def test_a_part_without_a_base_does_not_enter_and_counts_as_missing():
    rows = values(a=10, b=40, c=7).assign(households=[300.0, GONE, GONE])
    found = restate_intensive(rows, MERGE, base="households")
    assert by_code(found) == {"x": 10, "y": 7}  # a rate that stands alone needs no base
    assert by_code(found, "missing_parts") == {"x": 1, "y": 0}


def test_rates_that_meet_without_any_base_are_not_restatable():
    found = restate_intensive(values(a=10, b=40, c=7), MERGE, base=None)
    assert np.isnan(by_code(found)["x"])
    assert by_code(found, "unknown_parts")["x"] == 2
    assert by_code(found)["y"] == 7


def test_a_rate_of_a_unit_split_by_unknown_shares_is_not_restatable():
    rows = values(a=10, b=40, c=7).assign(households=[300.0, 100.0, 50.0])
    found = restate_intensive(rows, VAGUE, base="households")
    assert by_code(found, "unknown_parts") == {"x": 1, "y": 1, "z": 0}
    assert np.isnan(by_code(found)["x"])
    assert by_code(found)["z"] == 7


def test_a_unit_split_by_known_shares_has_the_same_rate_throughout():
    rows = values(a=10, b=40).assign(households=[1000.0, 71.0])
    found = restate_intensive(rows, SPLIT, base="households")
    assert by_code(found)["x"] == 10
    assert by_code(found)["y"] == pytest.approx((10 * 29 + 40 * 71) / 100)


def test_a_unit_without_households_has_no_rate():
    rows = values(a=10, b=40, c=7).assign(households=[0.0, 0.0, 50.0])
    found = restate_intensive(rows, MERGE, base="households")
    assert np.isnan(by_code(found)["x"])


# Categories


def test_a_category_becomes_a_share_and_is_not_averaged():
    rows = pd.DataFrame(
        {"code": ["a", "b", "c"], "value": ["III", "I", "II"], "households": [60.0, 40.0, 5.0]}
    )
    found = restate_category(rows, MERGE, base="households")
    assert found.to_numpy().tolist() == [
        ["x", "I", 0.4, 1],
        ["x", "III", 0.6, 1],
        ["y", "II", 1.0, 1],
    ]


def test_without_sizes_the_share_is_unknown_but_the_categories_are_not():
    rows = pd.DataFrame(
        {"code": ["a", "b", "c"], "value": ["III", "III", "I"], "households": [60.0, GONE, 5.0]}
    )
    found = restate_category(rows, MERGE, base="households")
    assert found["share"].tolist() == [1.0, 1.0]  # all of x is III, whatever its size
    mixed = restate_category(rows.assign(value=["III", "I", "I"]), MERGE, base="households")
    assert mixed["share"].isna().tolist() == [True, True, False]


# Sharing out


def test_the_largest_remainder_gets_the_last_one():
    assert apportion(10, [1, 1, 1]) == [4, 3, 3]
    assert apportion(7, [5, 3, 2]) == [4, 2, 1]  # quotas 3.5, 2.1, 1.4
    assert apportion(-10, [1, 1, 1]) == [-4, -3, -3]
    assert apportion(0, [1, 3]) == [0, 0]


@given(st.integers(-(10**18), 10**18), st.lists(st.integers(1, 10**6), min_size=1, max_size=9))
def test_parts_add_up_and_stay_within_one_of_their_quota(total, shares):
    parts = apportion(total, shares)
    assert sum(parts) == total
    for part, share in zip(parts, shares, strict=True):
        assert abs(part * sum(shares) - total * share) < sum(shares)


def test_sums_are_right_where_floats_cannot_hold_them():
    group = np.array([0, 0, 0, 1])
    large = exact_sums(np.array([1e17, 1.0, -1e17, 0.1]), group, n_groups=3)
    assert large.tolist() == [1.0, 0.1, 0.0]


# Any lineage

AMOUNTS = st.one_of(
    st.none(),
    st.integers(0, 10**12).map(float),
    st.decimals(0, 9999, places=2).map(float),
)


@st.composite
def lineages(draw, sources, *, prefix, whole=False, unknown=False):
    """Generate mergers, splits and swaps of the sources."""
    names = [f"{prefix}{i}" for i in range(draw(st.integers(1, len(sources))))]
    if draw(st.booleans()):  # codes are used again, for other units
        names = sources[: len(names)]
    links = []
    for source in sources:
        size = 1 if whole else draw(st.integers(1, min(3, len(names))))
        to = draw(st.lists(st.sampled_from(names), min_size=size, max_size=size, unique=True))
        weights = draw(st.lists(st.integers(1, 999), min_size=size, max_size=size))
        vague = unknown and size > 1 and draw(st.booleans())
        links += [
            (source, target, GONE if vague else weight / sum(weights))
            for target, weight in zip(to, weights, strict=True)
        ]
    return walk(*links)


@st.composite
def reports(draw, sources):
    amounts = draw(st.lists(AMOUNTS, min_size=len(sources), max_size=len(sources)))
    return pd.DataFrame(
        {"code": sources, "value": [GONE if a is None else a for a in amounts]}
    ).astype({"code": object})


SOURCES = [f"s{i}" for i in range(6)]


@given(st.data())
def test_totals_stay_exactly_the_same_along_any_chain(data):
    rows = data.draw(reports(SOURCES))
    total, missing = exact(rows["value"].dropna()), rows["value"].isna().any()
    for step in "abc":
        chain = data.draw(lineages(sorted(set(rows["code"])), prefix=step))
        found = restate_extensive(rows, chain)
        assert exact(found["value"].dropna()) == total
        assert (found["missing_parts"].sum() > 0) == missing
        assert found["unknown_parts"].sum() == 0
        assert (found["value"].dropna() >= 0).all()
        rows, missing = found[["code", "value"]], found["value"].isna().any()


@given(st.data())
def test_whole_numbers_stay_whole(data):
    rows = data.draw(reports(SOURCES))
    rows["value"] = np.floor(rows["value"])
    found = restate_extensive(rows, data.draw(lineages(SOURCES, prefix="a")))["value"].dropna()
    assert (found == np.floor(found)).all()


@given(st.data())
def test_with_unknown_shares_nothing_is_invented(data):
    """What is shown and what is blank for want of a share make up the whole."""
    rows = data.draw(reports(SOURCES)).fillna({"value": 0})
    chain = data.draw(lineages(SOURCES, prefix="a", unknown=True))
    found = restate_extensive(rows, chain).set_index("code")
    blank = set(found.index[found["unknown_parts"] > 0])
    reached = chain.links.groupby("from_code")["to_code"].agg(set)
    for code, amount in zip(rows["code"], rows["value"], strict=True):
        assert (amount == 0 or code not in chain.unknown) or reached[code] <= blank
    if not blank:
        assert exact(found["value"]) == exact(rows["value"])


@pytest.mark.long
@given(st.data())
def test_there_and_back_is_the_same_where_units_went_over_whole(data):
    """Any figures of the new units, shared out among the old by size, merge into themselves."""
    merge = data.draw(lineages(SOURCES, prefix="a", whole=True))
    sizes = pd.Series(data.draw(st.lists(st.integers(1, 999), min_size=6, max_size=6)), SOURCES)
    new = data.draw(reports(list(merge.targets)))
    old = restate_extensive(new, reverse(merge, weights=sizes))
    again = restate_extensive(old[["code", "value"]], merge)
    pd.testing.assert_frame_equal(
        again[["code", "value"]], new.sort_values("code", ignore_index=True)
    )


@pytest.mark.long
@given(st.data())
def test_renumbered_and_swapped_units_come_back_without_any_weights(data):
    order = data.draw(st.permutations(SOURCES))
    swap = walk(*[(old, new, 1) for old, new in zip(SOURCES, order, strict=True)])
    rows = data.draw(reports(SOURCES))
    back = restate_extensive(restate_extensive(rows, swap)[["code", "value"]], reverse(swap))
    pd.testing.assert_frame_equal(back[["code", "value"]], rows)


@pytest.mark.long
@given(st.data())
def test_mergers_in_two_steps_are_the_merger_in_one(data):
    first = data.draw(lineages(SOURCES, prefix="a", whole=True))
    then = data.draw(lineages(list(first.targets), prefix="b", whole=True))
    rows = data.draw(reports(SOURCES))
    stepwise = restate_extensive(restate_extensive(rows, first)[["code", "value"]], then)
    at_once = restate_extensive(rows, compose(first, then))
    pd.testing.assert_frame_equal(stepwise[["code", "value"]], at_once[["code", "value"]])


def test_a_unit_that_stays_keeps_its_value():
    rows = values(a=1.25, b=GONE).astype({"code": object})
    found = restate_extensive(rows, identity(["a", "b"]))
    pd.testing.assert_frame_equal(found[["code", "value"]], rows)
