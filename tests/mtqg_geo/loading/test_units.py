"""The unit of figures, wherever a file writes it: never a thousand times too small."""

import dataclasses

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mtqg_geo.loading.sheets.units import money_factor, noted_unit
from mtqg_geo.loading.tables.observations import read_observations
from mtqg_geo.programme.errors import LoadError
from tests.mtqg_geo.loading.sheets import figures_of, sheet_of
from tests.mtqg_geo.loading.workbooks import read_as, told

HEAD = ("Mã xã", "Dự án", "Kỳ", "Loại số liệu")
ROW = ("07243", "DA6", "2023", "KH")
IN_DONG = {
    "triệu đồng": 1e6, "Triệu đồng": 1e6, "tr.đ": 1e6, "trđ": 1e6, "Tr. đồng": 1e6,
    "1.000.000 đồng": 1e6, "1000000đ": 1e6, "nghìn đồng": 1e3, "ngàn đ": 1e3, "nghìn đ": 1e3,
    "1.000 đồng": 1e3, "1000 đ": 1e3, "tỷ đồng": 1e9, "tỉ đồng": 1e9, "đồng": 1, "VNĐ": 1,
    "million VND": 1e6, "ngđ": 1e3, "10^6 đồng": 1e6, "10⁶ đ": 1e6, "10^3đ": 1e3,
}  # fmt: skip
ABOVE = (
    "Đơn vị: {}", "ĐVT: {}", "Đơn vị tính : {}", "Đvt {}", "({})", "Biểu 03: Vốn (ĐVT: {})",
    "BIỂU SỐ 2. VỐN THỰC HIỆN - Đơn vị tính: {}",
)  # fmt: skip
IN_PASSING = (
    "Bảng tính bằng triệu đồng", "Số tiền: triệu đồng", "ĐV: Tr.đ", "Đ/v: triệu đồng",
    "Kinh phí hỗ trợ, triệu đồng",
)  # fmt: skip


def one(data, *rows):
    table = figures_of(data, *rows)
    assert table.errors == (), [(each.code, each.values) for each in table.errors]
    [value] = table.rows["value"]
    return value


@pytest.mark.long
@example("Đơn vị: {}", "Triệu đồng")
@example("Biểu 03: Vốn (ĐVT: {})", "triệu đồng")
@example("Đvt: {}", "tr.đ")
@example("Đơn vị tính: {}", "1.000.000 đồng")
@example("ĐVT: {}", "1.000 đồng")
@given(st.sampled_from(ABOVE), st.sampled_from(list(IN_DONG)))
def test_a_unit_above_the_table_or_in_its_title_counts(data, words, unit):
    found = one(data, (words.format(unit),), (), (*HEAD, "FI01"), (*ROW, 1500))
    assert found == 1500 * IN_DONG[unit]


@pytest.mark.parametrize("words", IN_PASSING)
def test_a_size_of_money_above_the_table_counts_whatever_introduces_it(data, words):
    assert one(data, (words,), (), (*HEAD, "FI01"), (*ROW, 1500)) == 1500e6


@pytest.mark.parametrize("words", ["Tổng vốn giao: 15.000 triệu đồng", "Công ty Đông Bắc"])
def test_an_amount_or_a_company_is_no_unit(words):
    assert noted_unit(words) == ""


@given(st.sampled_from(list(IN_DONG)))
def test_a_unit_in_the_heading_or_beside_counts_once(data, unit):
    assert one(data, (*HEAD, f"FI01 ({unit})"), (*ROW, 1500)) == 1500 * IN_DONG[unit]
    assert one(data, (*HEAD, "FI01", "ĐVT"), (*ROW, 1500, unit)) == 1500 * IN_DONG[unit]
    twice = one(data, (*HEAD, f"FI01 ({unit})", "ĐVT"), (*ROW, 1500, unit))
    assert twice == 1500 * IN_DONG[unit]
    both = one(data, (f"ĐVT: {unit}",), (*HEAD, f"FI01 ({unit})"), (*ROW, 1500))
    assert both == 1500 * IN_DONG[unit]


def test_a_unit_may_stand_in_the_next_cell(data):
    assert one(data, ("Đơn vị:", "triệu đồng"), (*HEAD, "FI01"), (*ROW, 1.5)) == 1_500_000


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([("ĐVT: triệu đồng",), (*HEAD, "FI01 (tỷ đồng)"), (*ROW, 5)], "load_units_differ"),
        ([(*HEAD, "FI01 (triệu đồng)", "ĐVT"), (*ROW, 5, "đồng")], "load_units_differ"),
        ([("ĐVT: đô la",), (*HEAD, "FI01"), (*ROW, 5)], "load_unit_unclear"),
        ([("ĐVT: hộ",), (*HEAD, "FI01"), (*ROW, 5)], "load_unit_unclear"),
    ],
)
def test_two_units_or_one_that_nobody_knows_are_asked_about(data, rows, code):
    table = figures_of(data, *rows)
    assert {error.code for error in table.errors} == {code}
    assert len(table.rows) == 0


@pytest.mark.long
def test_things_may_be_counted_in_thousands(data):
    row = ("07243", "DA1", "2023", "KH")
    assert one(data, (*HEAD, "OP01 (nghìn hộ)"), (*row, 1.5)) == 1500
    assert one(data, ("ĐVT: 1.000 hộ",), (*HEAD, "OP01"), (*row, 2)) == 2000
    # Money above says nothing of the households beside it.
    assert one(data, ("ĐVT: triệu đồng",), (*HEAD, "OP01"), (*row, 5)) == 5


def test_an_office_is_no_unit_and_no_people_are_money(data):
    assert noted_unit("Đơn vị: UBND huyện Sơn Động") == ""
    assert noted_unit("Vốn hỗ trợ đồng bào dân tộc thiểu số") == ""
    assert money_factor("FI01 – Vốn vùng đồng bào DTTS huyện Sơn Động") is None
    assert one(data, ("ĐVT: triệu đồng",), (*HEAD, "FI01"), (*ROW, 5)) == 5_000_000


@pytest.mark.few(2)
@pytest.mark.parametrize("gap", [(), ((),)])
@pytest.mark.parametrize("words", ["Đơn vị tính: triệu đồng", "Ghi chú: ĐVT: tr.đ"])
def test_a_unit_below_the_table_counts(data, words, gap):
    assert one(data, (*HEAD, "FI01"), (*ROW, 1500), *gap, (words,)) == 1500e6
    assert one(data, ("ĐVT: triệu đồng",), (*HEAD, "FI01"), (*ROW, 1500), (words,)) == 1500e6
    with pytest.raises(LoadError, match="two units"):
        one(data, ("ĐVT: nghìn đồng",), (*HEAD, "FI01"), (*ROW, 1500), *gap, (words,))


def test_an_amount_in_words_below_the_table_is_no_unit(data):
    assert one(data, (*HEAD, "FI01"), (*ROW, 1500), (), ("Bằng chữ: năm triệu đồng",)) == 1500


def test_numbers_shown_in_millions_are_asked_about_where_the_unit_is_of_what_is_shown(data):
    def read(heading):
        sheet = dataclasses.replace(
            sheet_of((*HEAD, heading), (*ROW, 41_000_000), ("07246", *ROW[1:], 0)),
            scaled=frozenset({len(HEAD)}),
        )
        return read_as(read_observations, sheet, data)

    assert told(read("FI01 (triệu đồng)").errors) == [(2, "load_scaled_format")]
    assert read("FI01 (đồng)").rows["value"].tolist() == [41_000_000, 0]


def test_money_written_in_dong_below_another_unit_is_asked_about(data):
    table = figures_of(
        data, (*HEAD, "FI01 (triệu đồng)"), (*ROW, 800_000_000), ("07246", *ROW[1:], 800)
    )
    assert told(table.errors) == [(2, "load_unit_too_large")]
    assert table.rows["value"].tolist() == [800e6]
