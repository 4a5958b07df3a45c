import numpy as np
import pandas as pd
import pytest

from mtqg_geo.loading.tables.whole_file import without_repeats
from mtqg_geo.programme.errors import LoadError
from tests.mtqg_geo.loading.sheets import Percent, codes_of, figures_of, stored

LONG = ("Mã xã", "Chỉ tiêu", "Dự án", "Kỳ", "Loại số liệu", "Giá trị")
OUTSIDE = "07201"  # a ward of the city, outside the programme area
REGION_I = "07252"


def one(data, *cells, headings=LONG):
    return figures_of(data, headings, cells)


def error_of(data, *cells, headings=LONG):
    table = one(data, *cells, headings=headings)
    assert table.rows.empty
    assert table.rejected == 1
    return table.errors[0].code, table.errors[0].letter


def test_a_long_table_gives_a_figure_a_row(data):
    table = figures_of(
        data,
        LONG,
        ("07243", "OP01", "DA1", "2023", "Kế hoạch", 4),
        ("7246", "Số hộ được hỗ trợ làm nhà ở", "", "Quý I/2023", "TH", "2"),
        ("07243", "FI01", "DA4.TDA1 – Hạ tầng", "2023-Q2", "Giải ngân", "1.250.000.000"),
    )

    assert table.errors == ()
    assert sorted(stored(table)) == [
        ("07243", "FI01", "DA4.TDA1", "2023-Q2", "disbursed", 1.25e9),
        ("07243", "OP01", "DA1", "2023", "plan", 4),
        ("07246", "OP01", "DA1", "2023-Q1", "actual", 2),
    ]
    assert list(table.rows["row"]) == [2, 3, 4]
    assert set(table.rows["source"]) == {"tệp.xlsx"}


def test_in_a_long_table_an_empty_value_is_not_reported(data):
    table = figures_of(
        data,
        LONG,
        ("07243", "OP01", "", "2023", "plan", ""),
        ("07246", "OP01", "", "2023", "plan", "Chưa báo cáo"),
        ("07249", "OP01", "", "2023", "plan", 0),
    )

    assert table.errors == ()
    assert np.isnan(table.rows["value"].iloc[:2]).all()
    assert table.rows["value"].iloc[2] == 0


def test_in_a_wide_table_an_empty_cell_says_nothing_and_words_say_not_reported(data):
    table = figures_of(
        data,
        ("Mã xã", "Kỳ", "Loại số liệu", "OP01", "OP02"),
        ("07243", "2023", "plan", 4, ""),
        ("07246", "2023", "plan", "", "chưa báo cáo"),
        ("07249", "", "", "", ""),  # an untouched row of the template needs no period
    )

    assert table.errors == ()
    assert table.rows_read == 2
    assert stored(table)[0] == ("07243", "OP01", "DA1", "2023", "plan", 4)
    assert stored(table)[1][:5] == ("07246", "OP02", "DA1", "2023", "plan")
    assert np.isnan(table.rows["value"].iloc[1])


def test_notes_above_give_period_basis_and_project_of_a_wide_table(data):
    table = figures_of(
        data,
        ("Kỳ báo cáo: Quý II/2023",),
        ("Loại số liệu: Giải ngân",),
        ("Dự án: DA6",),
        ("Đơn vị tính: triệu đồng",),
        ("Mã xã", "FI01"),
        ("07243", "1.234,5"),
    )

    assert stored(table) == [("07243", "FI01", "DA6", "2023-Q2", "disbursed", 1_234_500_000)]


def test_plan_and_results_may_stand_in_columns_of_one_indicator(data):
    table = figures_of(
        data,
        ("Mã xã", "OP01", "", ""),
        ("", "Kế hoạch 2023", "Thực hiện Quý I/2023", "Thực hiện Quý II/2023"),
        ("07243", 4, 1, 2),
    )

    assert [row[3:] for row in stored(table)] == [
        ("2023", "plan", 4), ("2023-Q1", "actual", 1), ("2023-Q2", "actual", 2),
    ]  # fmt: skip
    assert set(table.rows["row"]) == {3}


def test_a_project_stands_for_its_only_part_that_has_the_indicator(data):
    """OP05 is of DA4.TDA1 alone: DA4 can mean nothing else, and that is said once."""
    table = figures_of(
        data,
        LONG,
        ("07243", "OP05", "DA4", "2023", "Kế hoạch", 4),
        ("07246", "OP05", "DA4", "2023", "Kế hoạch", 5),
    )

    assert [row[2] for row in stored(table)] == ["DA4.TDA1", "DA4.TDA1"]
    [word] = table.warnings
    assert (word.code, word.row, word.letter) == ("load_project_taken", 2, "C")
    assert word.text("vi") == (
        "DA4 được hiểu là DA4.TDA1 vì chỉ tiêu OP05 chỉ thuộc DA4.TDA1 (2 số liệu)."
    )


def test_a_figure_written_for_a_project_and_for_its_part_is_there_twice(data):
    table = figures_of(
        data,
        LONG,
        ("07243", "OP05", "DA4", "2023", "Kế hoạch", 4),
        ("07243", "OP05", "DA4.TDA1", "2023", "Kế hoạch", 4),
    )
    assert {error.code for error in without_repeats([table])[0].errors} == {"load_twice"}


@pytest.mark.parametrize("code", ["'07615", '="07615"', "7615.0", "2422007615", "\ufeff07615"])
def test_codes_are_read_as_other_programs_write_them(data, code):
    assert stored(one(data, code, "OP01", "", "2023", "plan", 1))[0][0] == "07615"


def test_the_heading_of_the_statistics_office_is_known(data):
    headings = ("TT", "Tên đơn vị hành chính cấp xã", "OP01 – Kế hoạch 2023")
    table = figures_of(data, headings, (1, "Thị trấn An Châu", 4))
    assert [(row[0], row[5]) for row in stored(table)] == [("07615", 4)]


def test_year_and_quarter_may_stand_in_two_columns(data):
    headings = ("Mã xã", "Chỉ tiêu", "Năm", "Quý", "Loại số liệu", "Giá trị")
    table = figures_of(
        data, headings, ("07243", "OP01", 2023, "I", "TH", 1), ("07243", "OP01", 2023, "", "KH", 4)
    )

    assert [row[3] for row in stored(table)] == ["2023-Q1", "2023"]


MISTAKES = (
    (("99999", "OP01", "", "2023", "plan", 1), "load_code_stranger", "A"),
    (("", "OP01", "", "2023", "plan", 1), "load_commune_missing", "A"),
    (("07243", "OP99", "", "2023", "plan", 1), "load_indicator", "B"),
    (("07243", "", "", "2023", "plan", 1), "load_indicator_missing", "B"),
    (("07243", "OP01", "DA11", "2023", "plan", 1), "load_project", "C"),
    (("07243", "OP01", "DA4", "2023", "plan", 1), "load_project_of", "C"),
    (("07243", "CX01", "DA1", "2023", "actual", 1), "load_project_none", "C"),
    (("07243", "FI01", "", "2023", "plan", 1e9), "load_project_missing", "C"),
    (("07243", "FI01", "DA4", "2023", "plan", 1e9), "load_project_parts", "C"),
    (("07243", "OP01", "", "2019", "plan", 1), "load_year_outside", "D"),
    (("07243", "OP01", "", "6 tháng 2023", "plan", 1), "load_by_year", "D"),
    (("07243", "OP01", "", "6 tháng cuối năm 2023", "actual", 1), "load_period_part", "D"),
    (("07243", "OP01", "", "", "plan", 1), "load_period_missing", "D"),
    (("07243", "OP01", "", "7/2025", "actual", 1), "load_period_month", "D"),
    (("07243", "OP01", "", "1905-07-15", "plan", 1), "load_number_as_date", "D"),
    (("07243", "OP01", "", "2023-Q1", "plan", 1), "load_by_year", "D"),
    (("07243", "OP01", "", "2023", "actual", 1), "load_by_quarter", "D"),
    (("07243", "CX02", "", "2023-Q1", "actual", 5.5), "load_by_year", "D"),
    (("07243", "OP01", "", "2023", "ước", 1), "load_basis", "E"),
    (("07243", "CX01", "", "2023", "plan", 1), "load_basis_of", "E"),
    (("07243", "FI02", "", "2023", "disbursed", 50), "load_derived", "B"),
    (("07243", "CX03", "", "2023", "actual", 5.5), "load_distance", "B"),
    (("07243", "region", "", "2023", "actual", "III"), "load_region_list", "B"),
)


def test_each_kind_of_mistake_beside_the_figure_has_its_sentence_in_its_cell(data):
    good = ("07246", "OP01", "", "2023", "plan", 1)
    table = figures_of(data, LONG, good, *(cells for cells, _, _ in MISTAKES))

    assert [row[0] for row in stored(table)] == ["07246"]
    found = codes_of(table.errors)
    for row, (cells, code, letter) in enumerate(MISTAKES, start=3):
        assert (row, letter, code) in found, cells
    for error in table.errors:
        assert error.text("vi") != error.text("en")


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        (("07243", "OP01", "", "2023", "plan", "1900-01-01T02:52:48"), "load_number_as_date"),
        (("07243", "OP01", "", "2023", "plan", "2026-12-01"), "load_date_for_number"),
        (("07243", "OP01", "", "2023", "plan", "bốn"), "load_no_number"),
        (("07243", "OP01", "", "2023", "plan", "#REF!"), "load_error_value"),
        (("07243", "OP01", "", "2023", "plan", "=B1"), "load_formula"),
        (("07243", "OP01", "", "2023", "plan", -1), "load_negative"),
        (("07243", "OP01", "", "2023", "plan", 1.5), "load_fraction"),
        (("07243", "OC03", "", "2023", "plan", 2), "load_above_one"),
        (("07243", "CX02", "", "2023", "actual", 101), "load_percent_range"),
        (("07243", "CX02", "", "2023", "actual", 0.05), "load_percent_unclear"),
        (("07243", "OC16", "", "2023", "actual", 101), "load_points_range"),
        (("07243", "OP01", "", "2023", "plan", Percent(0.05)), "load_percent_sign"),
        (("07243", "FI01", "DA6", "2023", "plan", 1e16), "load_too_large_value"),
        (("07243", "OP05", "", "2023", "plan", "1.234"), "load_number_unclear"),
    ],
)
def test_each_kind_of_mistake_in_a_figure_has_its_sentence_in_its_cell(data, cells, code):
    table = one(data, *cells)

    assert table.rows.empty
    assert (code, "F") in [(error.code, error.letter) for error in table.errors]
    for error in table.errors:
        assert error.text("vi") != error.text("en")


def test_an_error_says_where_what_why_and_what_to_do(data):
    error = one(data, "07243", "OP01", "", "2023", "plan", "bốn").errors[0]

    assert (error.sheet, error.row, error.column, error.letter, error.value) == (
        "Trang 1", 2, "Giá trị", "F", "bốn",
    )  # fmt: skip
    assert error.text("vi").startswith("“bốn” không phải là số; hãy chỉ ghi số")


def test_percentages_are_read_as_they_are_shown(data):
    headings = ("Mã xã", "Kỳ", "Loại số liệu", "CX02")
    table = figures_of(
        data,
        headings,
        ("07243", "2023", "TH", Percent(0.05)),
        ("07246", "2023", "TH", "5,5 %"),
        ("07249", "2023", "TH", 12.5),
    )

    assert table.errors == ()
    assert list(table.rows["value"]) == [5, 5.5, 12.5]


def test_small_percentages_are_questioned_only_where_nothing_is_above_one(data):
    headings = ("Mã xã", "Kỳ", "Loại số liệu", "CX02")
    questioned = figures_of(
        data, headings, ("07243", "2023", "TH", 0.05), ("07246", "2023", "TH", 1)
    )
    settled = figures_of(data, headings, ("07243", "2023", "TH", 0.05), ("07246", "2023", "TH", 9))
    said = figures_of(data, headings, ("07243", "2023", "TH", "0,05 %"))

    assert codes_of(questioned.errors) == [(2, "D", "load_percent_unclear")]
    assert list(settled.rows["value"]) == [0.05, 9]
    assert list(said.rows["value"]) == [0.05]


def test_one_wrong_cell_leaves_out_its_whole_row(data):
    table = figures_of(
        data,
        ("Mã xã", "Kỳ", "Loại số liệu", "OP01", "OP02"),
        ("07243", "2023", "plan", 4, "x"),
        ("07246", "2023", "plan", 5, 6),
    )

    assert set(table.rows["row"]) == {3}
    assert table.rejected == 1
    assert codes_of(table.errors) == [(2, "E", "load_no_number")]


def test_money_may_be_in_millions_where_heading_or_unit_says_so(data):
    by_heading = figures_of(
        data,
        ("Mã xã", "Dự án", "Kỳ", "Loại số liệu", "FI01 – Vốn (triệu đồng)"),
        ("07243", "DA6", "2023", "KH", 1234.5),
    )
    by_unit = figures_of(
        data,
        (*LONG, "Đơn vị tính"),
        ("07243", "FI01", "DA6", "2023", "KH", 1.5, "tỷ đồng"),
        ("07246", "FI01", "DA6", "2023", "KH", 1_500_000, "đồng"),
        ("07243", "OP01", "", "2023", "KH", 5, "hộ"),
    )

    assert list(by_heading.rows["value"]) == [1_234_500_000]
    assert list(by_unit.rows["value"]) == [1_500_000_000, 1_500_000, 5]
    assert by_unit.warnings == ()


def test_no_amount_of_money_gains_or_loses_a_dong(data):
    headings = ("Mã xã", "Dự án", "Kỳ", "Loại số liệu", "FI01")
    in_millions = (*headings[:4], "FI01 (triệu đồng)")

    for amount in (576_460_752_305, 999_999_999_999_999, 1):
        table = figures_of(data, headings, ("07243", "DA6", "2023", "KH", amount))
        assert list(table.rows["value"]) == [amount]
    for millions, amount in ((4.1, 4_100_000), (1234.567891, 1_234_567_891), (0.1 + 0.2, 300_000)):
        table = figures_of(data, in_millions, ("07243", "DA6", "2023", "KH", millions))
        assert list(table.rows["value"]) == [amount]
    fraction = figures_of(data, headings, ("07243", "DA6", "2023", "KH", 1_000_000.5))
    assert codes_of(fraction.errors) == [(2, "E", "load_fraction")]


def test_a_unit_of_another_kind_is_an_error_or_mentioned(data):
    table = figures_of(
        data,
        (*LONG, "ĐVT"),
        ("07243", "OP01", "", "2023", "KH", 5, "triệu đồng"),
        ("07246", "OP01", "", "2023", "KH", 5, "ngôi nhà"),
    )

    assert codes_of(table.errors) == [(2, "G", "load_unit")]
    assert codes_of(table.warnings) == [(3, "G", "load_unit")]


def test_a_computed_column_is_left_aside_with_a_word(data):
    table = figures_of(
        data,
        ("Mã xã", "Dự án", "Kỳ", "Loại số liệu", "FI01", "FI02"),
        ("07243", "DA6", "2023-Q1", "Giải ngân", 5_000_000, 50),
    )

    assert [row[1] for row in stored(table)] == ["FI01"]
    assert codes_of(table.warnings) == [(2, "F", "load_derived_column")]


def test_a_column_of_distances_is_left_aside_with_a_word(data):
    headings = ("Mã xã", "Kỳ", "Loại số liệu", "CX02", "Khoảng cách đến chợ gần nhất")
    table = figures_of(data, headings, ("07243", "2023", "Thực hiện", 8.5, 3.2))

    assert [row[1] for row in stored(table)] == ["CX02"]
    assert codes_of(table.warnings) == [(2, "E", "load_distance_column")]


def test_figures_outside_the_indicator_s_area_are_loaded_and_mentioned(data):
    table = figures_of(
        data,
        LONG,
        (OUTSIDE, "OP01", "", "2023", "plan", 1),
        (REGION_I, "OC03", "", "2023", "plan", 1),
    )

    assert len(table.rows) == 2
    assert codes_of(table.warnings) == [
        (2, "F", "load_outside_programme"),
        (3, "F", "load_outside_region3"),
    ]


def test_a_table_that_leaves_period_or_basis_open_is_refused_as_a_whole(data):
    for headings, code in (
        (("Mã xã", "Loại số liệu", "OP01"), "load_no_period"),
        (("Mã xã", "Kỳ", "OP01"), "load_no_basis"),
        (("Mã xã", "Kỳ", "Loại số liệu", "Giá trị"), "load_no_indicator"),
    ):
        with pytest.raises(LoadError) as caught:
            figures_of(data, headings, ("07243", "2023", "plan", 4)[: len(headings)])
        assert caught.value.code == code


def test_a_sheet_in_which_everything_is_wrong_says_so_once(data):
    rows = [("07243", "OP01", "", "2023", "plan", "x")] * 10_001

    with pytest.raises(LoadError, match=r"has 10001 wrong rows .*first: row 2, “x”"):
        figures_of(data, LONG, *rows)


def test_hand_typed_texts_lose_nothing_by_spaces_and_loose_accents(data):
    loose = "Th\u01b0\u0323c hie\u0323\u0302n\u00a0"
    table = one(data, " 07243\u00a0", "op01 ", "", " Quý I/2023", loose, " 4 ")

    assert stored(table) == [("07243", "OP01", "DA1", "2023-Q1", "actual", 4)]


def test_texts_are_stored_as_categories_in_the_order_of_the_alphabet(data):
    rows = one(data, "07243", "OP01", "", "2023", "plan", 4).rows

    for name in ("commune_code", "indicator", "project", "period", "basis", "source", "sheet"):
        assert isinstance(rows[name].dtype, pd.CategoricalDtype)
        assert rows[name].cat.categories.is_monotonic_increasing


def test_a_heading_of_a_year_outside_the_programme_is_named(data):
    header = ("Mã xã", "Loại số liệu", "OP01 - Quý I/2019")
    with pytest.raises(LoadError, match=r"2021–2030") as caught:
        figures_of(data, header, ("07243", "Thực hiện", 4))
    assert caught.value.code == "load_year_outside"


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [
        (-1, "không thể âm (hộ);", "cannot be negative (households);"),
        (1.5, "đếm bằng số nguyên (hộ);", "counts whole things (households);"),
    ],
)
def test_a_sentence_names_the_unit_in_its_own_language(data, value, vi, en):
    [error] = one(data, "07243", "OP01", "", "2023", "plan", value).errors

    assert vi in error.text("vi")
    assert en in error.text("en")


def test_a_unit_beside_the_figures_is_answered_in_the_language_of_the_sentence(data):
    headings = (*LONG, "Đơn vị tính")
    table = one(data, "07243", "OP01", "", "2023", "plan", 4, "km", headings=headings)
    [warning] = [each for each in table.warnings if each.code == "load_unit"]

    assert "hộ" in warning.text("vi")
    assert "households" not in warning.text("vi")
