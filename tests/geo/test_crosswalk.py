"""Shares of units that became others: chains, ways back, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.crosswalk import compose, crosswalk_of, identity, reverse
from geo.errors import JoinError

UNKNOWN = float("nan")


def crosswalk(*links):
    """Build from (from, to, share)."""
    return crosswalk_of(pd.DataFrame(links, columns=["from_code", "to_code", "share"]))


def table(walk):
    return [tuple(row) for row in walk.links[["from_code", "to_code", "share"]].to_numpy()]


@st.composite
def lineages(draw, sources, *, prefix):
    """Generate merges, splits and swaps: every source goes to one, two or three targets."""
    n_targets = draw(st.integers(1, max(len(sources), 2)))
    names = [f"{prefix}{i}" for i in range(n_targets)]
    links = []
    for source in sources:
        to = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True))
        weights = draw(st.lists(st.integers(1, 99), min_size=len(to), max_size=len(to)))
        unknown = len(to) > 1 and draw(st.booleans())
        links += [
            (source, target, UNKNOWN if unknown else weight / sum(weights))
            for target, weight in zip(to, weights, strict=True)
        ]
    return crosswalk(*links)


def test_links_are_sorted_and_a_single_link_is_the_whole_unit():
    assert table(crosswalk(("b", "x", UNKNOWN), ("a", "x", 1))) == [("a", "x", 1), ("b", "x", 1)]


def test_one_unknown_share_is_what_the_others_leave():
    assert table(crosswalk(("a", "x", 0.7), ("a", "y", UNKNOWN)))[1][2] == pytest.approx(0.3)


def test_two_unknown_shares_stay_unknown():
    walk = crosswalk(("a", "x", 0.5), ("a", "y", UNKNOWN), ("a", "z", UNKNOWN))
    assert walk.unknown == {"a"}
    assert walk.links["share"].isna().sum() == 2


@pytest.mark.parametrize(
    ("links", "sentence"),
    [
        ([("a", "x", 0.6), ("a", "y", 0.6)], r"1 of 1 units do not add up to 1 \(first: a: 1.2\)"),
        ([("a", "x", 0.5)], r"do not add up to 1 \(first: a: 0.5\)"),
        ([("a", "x", 1.0), ("a", "y", UNKNOWN)], "do not add up to 1"),
        ([("a", "x", -1.0)], r"not above 0 and up to 1 \(first: a → x: -1.0\)"),
        ([("a", "x", 1.0), ("a", "x", 1.0)], r"1 of 2 links come twice \(first: a → x\)"),
        ([("", "x", 1.0)], r"1 of 1 links have no from_code as text \(first: ''\)"),
        ([("a", 7243, 1.0)], r"1 of 1 links have no to_code as text \(first: 7243\)"),
    ],
)
def test_what_makes_no_sense_is_refused(links, sentence):
    with pytest.raises(JoinError, match=sentence):
        crosswalk(*links)


def test_a_chain_multiplies_shares_and_adds_up_ways():
    first = crosswalk(("a", "b", 0.5), ("a", "c", 0.5), ("d", "c", 1))
    then = crosswalk(("b", "x", 1), ("c", "x", 0.4), ("c", "y", 0.6))
    assert table(compose(first, then)) == [
        ("a", "x", pytest.approx(0.7)),
        ("a", "y", pytest.approx(0.3)),
        ("d", "x", pytest.approx(0.4)),
        ("d", "y", pytest.approx(0.6)),
    ]


def test_a_code_used_again_for_another_unit_is_not_confused():
    # Code 1 is merged into 2; then 2 is renumbered 1. The old 1 is in the new 1, and so is 2.
    walk = compose(crosswalk(("1", "2", 1), ("2", "2", 1)), crosswalk(("2", "1", 1)))
    assert table(walk) == [("1", "1", 1), ("2", "1", 1)]


def test_a_swap_of_codes_leads_to_the_other():
    walk = crosswalk(("1", "2", 1), ("2", "1", 1))
    assert table(compose(walk, walk)) == table(identity(["1", "2"]))


def test_a_unit_split_by_unknown_shares_that_meets_again_is_whole():
    split = crosswalk(("a", "b", UNKNOWN), ("a", "c", UNKNOWN))
    assert table(compose(split, crosswalk(("b", "x", 1), ("c", "x", 1)))) == [("a", "x", 1)]


def test_units_a_later_step_does_not_speak_of_stay():
    assert table(compose(identity(["a", "b"]), crosswalk(("a", "x", 1), ("z", "x", 1)))) == [
        ("a", "x", 1),
        ("b", "b", 1),
    ]


def test_the_way_back_is_known_only_for_units_made_of_one_or_by_weights():
    merge = crosswalk(("a", "x", 1), ("b", "x", 1), ("c", "y", 1))
    back = reverse(merge)
    assert back.unknown == {"x"}
    assert table(back)[2] == ("y", "c", 1)
    by_households = reverse(merge, weights=pd.Series({"a": 300, "b": 100}), basis="households")
    assert table(by_households) == [("x", "a", 0.75), ("x", "b", 0.25), ("y", "c", 1)]
    assert by_households.links["basis"].tolist() == ["households", "households", ""]


def test_an_unknown_size_leaves_the_way_back_unknown_and_is_not_taken_for_nothing():
    merge = crosswalk(("a", "x", 1), ("b", "x", 1))
    back = reverse(merge, weights=pd.Series({"a": 300, "b": UNKNOWN}))
    assert back.unknown == {"x"}
    assert back.links["share"].isna().all()


@given(st.data())
def test_shares_add_up_to_one_along_any_chain(data):
    sources = [f"s{i}" for i in range(data.draw(st.integers(1, 6)))]
    walk = identity(sources)
    for step in "abc":
        walk = compose(walk, data.draw(lineages(list(walk.targets), prefix=step)))
        sums = walk.links.groupby("from_code")["share"].sum(min_count=1)
        known = sums[~sums.index.isin(walk.unknown)]
        assert list(walk.sources) == sources
        assert np.allclose(known, 1)


@pytest.mark.long
@given(st.data())
def test_three_steps_are_the_same_whichever_two_are_joined_first(data):
    first = data.draw(lineages(["s0", "s1", "s2"], prefix="a"))
    second = data.draw(lineages(list(first.targets), prefix="b"))
    third = data.draw(lineages(list(second.targets), prefix="c"))
    left, right = compose(compose(first, second), third), compose(first, compose(second, third))
    assert left.links[["from_code", "to_code"]].equals(right.links[["from_code", "to_code"]])
    both = left.links["share"].notna() & right.links["share"].notna()
    assert np.allclose(left.links["share"][both], right.links["share"][both])
