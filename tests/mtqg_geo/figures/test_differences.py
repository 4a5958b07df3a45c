"""What changed between two periods: worked out by hand on three squares, and how a link asks for it."""

import numpy as np
import pytest

from mtqg_geo.figures.differences import (
    TotalChange,
    change_of_total,
    difference_of,
    has_change_of_total,
)
from mtqg_geo.figures.key_figures import key_figures
from mtqg_geo.figures.measures import shown
from mtqg_geo.figures.query import parse_selection
from mtqg_geo.figures.scope import source_text
from mtqg_geo.figures.sentence import in_words

DIFFERENCE = {"compare_as": ["difference"]}
HOUSEHOLDS = [(code, "CX01", "", year, "actual", 100.0, "test")
              for code in ("00001", "00002", "00003") for year in ("2022", "2023")]  # fmt: skip


@pytest.fixture(scope="module")
def built(squares):
    """Poverty of two communes in two years, of the third in one; houses of which some is missing.

    The first commune of houses was silent in 2022, the second built 5 and then 9, the third 4 and
    then 3.
    """
    figures = [
        ("00001", "CX02", "", "2022", "actual", 12.34, "test"),
        ("00001", "CX02", "", "2023", "actual", 10.06, "test"),
        ("00002", "CX02", "", "2022", "actual", 5.0, "test"),
        ("00002", "CX02", "", "2023", "actual", 6.0, "test"),
        ("00003", "CX02", "", "2023", "actual", 8.0, "test"),
        ("00001", "OP01", "DA1", "2023", "actual", 7.0, "test"),
        ("00002", "OP01", "DA1", "2022", "actual", 5.0, "test"),
        ("00002", "OP01", "DA1", "2023", "actual", 9.0, "test"),
        ("00003", "OP01", "DA1", "2022", "actual", 4.0, "test"),
        ("00003", "OP01", "DA1", "2023", "actual", 3.0, "test"),
    ]
    return squares(observations=figures + HOUSEHOLDS)


def ask(data, **query):
    selection, problems = parse_selection(query | DIFFERENCE, data)
    assert problems == ()
    return selection


def test_a_difference_is_later_minus_earlier_as_the_reader_sees_both(built):
    chosen = ask(built, indicator=["CX02"], compare=["2022"])
    found = difference_of(built, chosen, lang="vi")
    # 12,3 and 10,1 are read: between them lie 2,2 points (and not the 2,28 rounded to 2,3).
    np.testing.assert_allclose(found.by_commune, [-2.2, 1.0, np.nan])
    assert found.indicator.unit.vi == "điểm %"
    assert found.better == -1
    assert found.periods == ("Năm 2022", "Năm 2023")
    # Which of the two was chosen first does not matter.
    turned = ask(built, indicator=["CX02"], year=["2022"], compare=["2023"])
    np.testing.assert_array_equal(
        difference_of(built, turned, lang="vi").by_commune, found.by_commune
    )


def test_paper_names_the_sources_of_both_periods(squares):
    figures = [("00001", "CX02", "", year, "actual", 9.0, source)
               for year, source in (("2022", "sổ A"), ("2023", "sổ B"))]  # fmt: skip
    built = squares(observations=figures)
    said = source_text(built, ask(built, indicator=["CX02"], compare=["2022"]), "vi")
    assert said == "Nguồn số liệu: sổ A; sổ B. Kỳ số liệu: năm 2022; năm 2023."


@pytest.mark.parametrize(
    ("query", "better"),
    [
        ({"indicator": ["OP01"]}, 1),
        ({"indicator": ["OP01"], "measure": ["completion"]}, 1),
        ({"indicator": ["OP01"], "measure": ["remaining"]}, -1),  # less is left to do
        ({"indicator": ["CX02"]}, -1),
        ({"indicator": ["CX01"]}, 0),
    ],
)
def test_which_way_is_better_is_the_indicators_to_say(data, query, better):
    chosen = ask(data, compare=["2022"], **query)
    assert difference_of(data, chosen, lang="vi").better == better


def test_a_total_changes_by_the_communes_known_in_both_periods_and_says_who_is_left_out(built):
    everyone = np.full(3, True)
    houses = ask(built, indicator=["OP01"], compare=["2022"])
    # The second and third: 5 + 4 houses, then 9 + 3. The first is no rise by 7.
    assert change_of_total(built, houses, everyone) == TotalChange(9.0, 12.0, 3.0, 2, 1)
    poverty = ask(built, indicator=["CX02"], compare=["2022"])
    found = change_of_total(built, poverty, everyone)
    # Of as many households each: (12,34 + 5) / 2 = 8,67, then (10,06 + 6) / 2 = 8,03.
    assert (found.earlier, found.later) == pytest.approx((8.67, 8.03))
    assert (found.change, found.communes, found.left_out) == pytest.approx((-0.7, 2, 1))


def test_nothing_done_of_no_plan_is_zero_in_the_change_of_a_total(squares):
    """Roads go from commune to commune: whoever built last year has often no plan this year."""
    rows = [
        # First: 2 of 2 km, then a plan of 0 and 0 built; second: the other way round, 5 of 6 km.
        *(("00001", "plan", "2022", 2.0), ("00001", "actual", "2022", 2.0)),
        *(("00001", "plan", "2023", 0.0), ("00001", "actual", "2023", 0.0)),
        *(("00002", "plan", "2022", 0.0), ("00002", "actual", "2022", 0.0)),
        *(("00002", "plan", "2023", 6.0), ("00002", "actual", "2023", 5.0)),
    ]  # of the third nobody knows anything
    figures = [
        (code, "OP05", "DA4.TDA1", year, basis, km, "test") for code, basis, year, km in rows
    ]
    roads = squares(observations=figures)
    chosen = ask(roads, indicator=["OP05"], compare=["2022"])
    change = change_of_total(roads, chosen, np.full(3, True))
    assert change == TotalChange(2.0, 5.0, 3.0, 2, 1)
    # One without a plan in one period: what it did not build is a zero, no unknown.
    first = np.array([True, False, False])
    assert change_of_total(roads, chosen, first) == TotalChange(2.0, 0.0, -2.0, 1, 0)


def test_the_tile_says_what_changed_from_what_to_what_and_of_how_many(built):
    tile = key_figures(built, ask(built, indicator=["OP01"], compare=["2022"]), lang="vi")[-1]
    assert tile.label == "Hỗ trợ nhà ở · chênh lệch"
    assert tile.value == "Tăng 3 hộ"
    assert tile.whole == "9 hộ → 12 hộ · 2 xã báo cáo đủ cả hai kỳ"
    chosen = ask(built, indicator=["OP01"], compare=["2022"])
    communes = shown(built, chosen, lang="vi").table
    built_words = in_words(built, chosen, [tile], communes, "vi")
    assert built_words.startswith("Năm 2023 so với năm 2022: tăng 3 hộ, 9 hộ → 12 hộ")
    assert tile.missing_words("vi") == "1 xã không tính: không đủ số liệu cả hai kỳ"


def test_shares_of_a_plan_have_no_change_of_a_total(data):
    for query in ({"indicator": ["FI02"]}, {"indicator": ["OP01"], "measure": ["completion"]}):
        chosen = ask(data, compare=["2022"], **query)
        assert not has_change_of_total(data, chosen)
        tiles = key_figures(data, chosen, lang="vi")
        assert tiles[-1].value.startswith("ít nhất")
        # The sentence, too, is of the year chosen.
        communes = shown(data, chosen, lang="vi").table
        assert in_words(data, chosen, tiles, communes, "vi").startswith("Năm 2023: ")


def test_a_link_keeps_the_difference_and_drops_it_with_the_period(data):
    chosen = ask(data, indicator=["CX02"], compare=["2022"])
    query = chosen.query(data)
    assert query["compare_as"] == ["difference"]
    assert parse_selection(query, data) == (chosen, ())
    assert "compare_as" not in chosen.at(chosen.compare).query(data)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"indicator": ["CX02"], "compare": ["2022"], "compare_as": ["sum"]}, "“sum”"),
        ({"compare": ["2022"]}, "chênh lệch của “Khu vực I, II, III”"),
        ({"indicator": ["CX02"], "with": ["OP05"], "compare": ["2022"]}, "một chỉ tiêu"),
        ({"indicator": ["CX02"]}, "thêm compare"),
        ({"indicator": ["CX02"], "compare": ["1999"]}, "“1999”"),
    ],
)
def test_where_there_is_no_difference_one_sentence_says_so(data, query, words):
    selection, problems = parse_selection(DIFFERENCE | query, data)
    [problem] = problems
    assert words in problem
    assert not selection.is_difference
