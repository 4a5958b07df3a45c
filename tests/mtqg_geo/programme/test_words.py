import string
from functools import reduce
from operator import add

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqg_geo.figures.measures import as_measured
from mtqg_geo.figures.periods import Measure
from mtqg_geo.programme.amounts import amount, money, with_unit
from mtqg_geo.programme.words import (
    ONE_OR_MANY,
    all_as_written,
    number,
    says_one,
    share,
    t,
    wordings,
)


@pytest.mark.parametrize(
    ("value", "decimals", "vi", "en"),
    [
        (1234.5, 1, "1.234,5", "1,234.5"),
        (0, 0, "0", "0"),
        (-0.04, 1, "-0,04", "-0.04"),
        (-1234.56, 2, "-1.234,56", "-1,234.56"),
        (None, 0, "–", "–"),
        (float("nan"), 0, "–", "–"),
        (float("inf"), 0, "–", "–"),
    ],
)
def test_numbers_are_written_as_their_reader_writes_them(value, decimals, vi, en):
    assert number(value, "vi", decimals=decimals) == vi
    assert number(value, "en", decimals=decimals) == en


def test_money_is_written_in_billions_or_when_small_in_millions():
    assert money(635_000_000_000, "vi") == "635,0 tỷ đồng"
    assert money(1_000_000_000, "vi") == "1,0 tỷ đồng"
    assert money(999_000_000, "vi") == "999 triệu đồng"
    assert money(-2_000_000_000, "vi") == "-2,0 tỷ đồng"
    assert money(12_000_000, "vi") == "12 triệu đồng"
    assert money(None, "vi") == "–"


def test_a_share_of_nothing_is_a_dash_and_a_share_that_is_nothing_is_zero():
    assert share(float("nan"), "vi") == "–"
    assert share(0.0, "vi") == "0 %"
    assert share(100 / 3, "vi") == "33 %"
    ten_roads = reduce(add, [0.1] * 10)  # `sum` is exact from Python 3.12 on
    assert ten_roads < 1, "the noise of adding up"
    assert share(100 * ten_roads, "vi") == "100 %"


def test_a_value_is_written_with_the_decimals_and_the_unit_of_its_indicator(data):
    indicators = data.catalog.indicators
    assert with_unit(12, indicators["OP01"], "vi") == "12 hộ"
    assert with_unit(2.5, indicators["OP05"], "en") == "2.50 km"
    assert amount(1_500_000, indicators["FI01"], "vi") == "1,5"
    of_plan = as_measured(indicators["OP01"], Measure.COMPLETION)
    written = [amount(pct, of_plan, "vi") for pct in (87.9, 99.69, 100, 100.4)]
    assert written == ["88", "99,7", "100", "100"], "never all before it is all, as a share"
    assert amount(99.97, indicators["FI02"], "vi") == "99,9"
    assert with_unit(2_500_000_000, indicators["FI01"], "vi") == "2,5 tỷ đồng"


def test_both_languages_of_a_wording_fill_in_the_same_values():
    def holes(text):
        plain = ONE_OR_MANY.sub("", text)
        return {name for _, name, _, _ in string.Formatter().parse(plain) if name}

    for key, text in wordings().items():
        assert text.vi.strip(), key
        assert text.en.strip(), key
        assert holes(text.vi) >= holes(text.en), key
        counted = {name for name, _, _ in ONE_OR_MANY.findall(text.en)}
        # A noun alone has its number beside it, in another wording.
        assert counted <= (holes(text.en) or counted), key
        assert "|" not in text.vi, key


def test_a_wording_that_does_not_exist_is_our_mistake():
    with pytest.raises(KeyError):
        t("no_such_wording", "vi")


@pytest.mark.parametrize(
    ("value", "decimals", "read"),
    [(112.5, 0, "113"), (0.285, 2, "0,29"), (2.5, 0, "3"), (-2.5, 0, "-3"), (-0.04, 1, "-0,04"),
     (1.005, 2, "1,01"), (1234.449, 1, "1.234,4")],
)  # fmt: skip
def test_halves_are_rounded_up_as_in_a_spreadsheet(value, decimals, read):
    assert number(value, "vi", decimals=decimals) == read


def test_halves_of_many_numbers_are_rounded_up_too():
    assert all_as_written(np.array([112.5, 2.5, -2.5, 3.5]), 0).tolist() == [113, 3, -3, 4]
    assert all_as_written(np.array([0.285, 1.005]), 2).tolist() == [0.29, 1.01]


@given(st.lists(st.floats(-1e9, 1e9), min_size=1), st.integers(0, 3))
def test_many_numbers_are_rounded_to_what_is_written_of_each(values, decimals):
    each = [float(number(value, "en", decimals=decimals).replace(",", "")) for value in values]
    assert all_as_written(np.array(values), decimals).tolist() == each
    assert all(abs(one - value) <= 0.5000001 / 10**decimals + abs(value) * 1e-15
               for one, value in zip(each, values, strict=True))  # fmt: skip


@given(st.floats(1e-6, 1e9), st.integers(0, 3))
def test_what_is_not_zero_never_reads_as_zero(value, decimals):
    for written in (
        number(value, "en", decimals=decimals),
        number(-value, "en", decimals=decimals),
    ):
        assert float(written.replace(",", "")) != 0


def test_four_metres_of_road_are_a_class_of_their_own_and_not_zero():
    """Sixty communes with 0.4 to 4.6 m of road once made one class "0,00"."""
    metres = np.array([0.4, 1.2, 4.6, 0.0])
    assert all_as_written(metres / 1000, 2).tolist() == [0.0004, 0.001, 0.005, 0]


@pytest.mark.parametrize(
    ("number", "is_one"),
    [("1", True), ("at least 1", True), ("-1", True), ("11", False), ("2,1", False), ("0.1", False),
     ("1 %", False), ("", False)],
)  # fmt: skip
def test_one_thing_is_not_many(number, is_one):
    assert says_one(number) is is_one


def test_an_english_unit_has_no_s_behind_a_one(data):
    indicators = data.catalog.indicators
    assert with_unit(1, indicators["OP01"], "en") == "1 household"
    assert with_unit(11, indicators["OP01"], "en") == "11 households"
    assert with_unit(1, indicators["OP05"], "en") == "1.00 km"


def test_a_tile_in_english_counts_one_commune():
    assert t("communes_missing", "en", count="1") == "1 commune not fully reported"
    assert t("communes_missing", "vi", count="1") == "1 xã chưa báo cáo đủ"
