import dataclasses
import tomllib

import pytest

from mtqg_geo.loading.sheets.headings import (
    understand,
    value_columns,
    words_of,
)
from mtqg_geo.loading.sheets.row_kinds import data_rows
from mtqg_geo.loading.sheets.unclear import closest_row, unclear_heading
from mtqg_geo.loading.workbooks.templates import KINDS
from mtqg_geo.programme.catalog import DATA, load_catalog
from mtqg_geo.programme.errors import LoadError
from mtqg_geo.programme.words import WORDING
from tests.mtqg_geo.loading.sheets import figures_of, sheet_of, stored

CATALOG = load_catalog(DATA / "programme")
LONG = ("Mã xã", "Chỉ tiêu", "Dự án", "Kỳ báo cáo", "Loại số liệu", "Giá trị")


def fields(*rows, kind=None):
    understood = understand(sheet_of(*rows), CATALOG, kind=kind)
    return {column.letter: column.field for column in understood.columns}


def test_headings_are_known_with_or_without_accents_in_any_order_and_language():
    said = ["commune_code", "indicator", "project", "period", "basis", "value"]

    assert list(fields(LONG).values()) == said
    assert (
        list(
            fields(("ma xa", "chi tieu", "du an", "ky bao cao", "loai so lieu", "gia tri")).values()
        )
        == said
    )
    assert (
        list(
            fields(
                ("MÃ XÃ *", "Chỉ tiêu (mã)", "DỰ ÁN", " Năm ", "Loại số liệu", "Giá trị")
            ).values()
        )
        == said
    )
    english = ("value", "basis", "period", "project", "indicator", "commune_code")
    assert list(fields(english).values()) == said[::-1]


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_is_known_by_its_own_name(kind):
    clear = words_of(kind).clear

    assert clear["commune_code"] == "commune_code"
    assert set(clear.values()) <= set(clear)


def test_notes_above_the_table_and_empty_rows_are_passed_over():
    found = understand(
        sheet_of(("UBND tỉnh Bắc Giang",), ("BÁO CÁO",), ("",), LONG, ("07243", "OP01")), CATALOG
    )

    assert found.heading_row == 4
    assert found.kind == "observations"


def test_an_indicator_heads_a_column_by_its_id_or_its_name():
    headings = (
        "Mã xã",
        "OP01",
        "op02 – Chuyển đổi nghề (hộ)",
        "Số hộ được hỗ trợ nước sinh hoạt phân tán (hộ)",
        "Households",
    )
    assert [each for each in fields(headings).values() if each.startswith("value")] == [
        "value:OP01",
        "value:OP02",
        "value:OP03",
        "value:CX01",
    ]


def test_plan_and_result_may_stand_below_a_merged_heading():
    rows = (
        ("Mã xã", "Xã", "OP01", "", "OP02", "", "", "Ghi chú"),
        ("", "", "Kế hoạch 2023", "Thực hiện quý I/2023", "Kế hoạch 2023", "TH Q1/2023", "", ""),
        ("07243", "Xã Đồng Tiến", 4, 1, 3, 2),
    )
    understood = understand(sheet_of(*rows), CATALOG)

    assert understood.heading_row == 2
    assert [(column.letter, *value[:3]) for column, value in value_columns(understood)] == [
        ("C", "OP01", "plan", "2023"),
        ("D", "OP01", "actual", "2023-Q1"),
        ("E", "OP02", "plan", "2023"),
        ("F", "OP02", "actual", "2023-Q1"),
    ]
    assert understood.ignored == ("Ghi chú",)


def test_three_rows_of_headings_are_read_together():
    rows = (
        ("TT", "Mã xã", "OP01", "", "", ""),
        ("", "", "Năm 2023", "", "Năm 2024", ""),
        ("", "", "Kế hoạch", "Giao vốn", "Kế hoạch", "Giao vốn"),
        ("(1)", "(2)", "(3)", "(4)", "(5)", "(6)"),
        (1, "07243", 4, 4, 5, 5),
    )
    sheet = sheet_of(*rows)
    understood = understand(sheet, CATALOG)

    assert understood.heading_row == 3
    assert [value[:3] for _, value in value_columns(understood)] == [
        ("OP01", "plan", "2023"),
        ("OP01", "allocated", "2023"),
        ("OP01", "plan", "2024"),
        ("OP01", "allocated", "2024"),
    ]
    assert list(data_rows(sheet, understood).numbers) == [5]  # row 4 only numbers the columns


def test_a_lone_word_below_an_indicator_is_part_of_its_heading():
    rows = (("Mã xã", "OP01"), ("", "Thực hiện"), ("07243", 4))

    assert understand(sheet_of(*rows), CATALOG).heading_row == 2


def test_a_first_row_of_years_is_data_not_a_heading():
    rows = (("Mã xã", "Năm", "Loại số liệu", "CX01"), ("07243", 2023, "Thực hiện", 2023))

    assert understand(sheet_of(*rows), CATALOG).heading_row == 1


def test_notes_say_what_no_column_says():
    rows = (
        ("Kỳ báo cáo: Quý I/2023",),
        ("Loại số liệu", "Thực hiện", "Đơn vị tính: triệu đồng"),
        ("Mã xã", "OP01"),
        ("07243", 4),
    )
    understood = understand(sheet_of(*rows), CATALOG)
    read = data_rows(sheet_of(*rows), understood)

    assert [column for column in understood.columns if column.letter[-1].isdigit()] == [
        ("period", "Kỳ báo cáo: Quý I/2023", "A1"),
        ("basis", "Loại số liệu: Thực hiện", "A2"),
        ("unit", "Đơn vị tính: triệu đồng", "C2"),
    ]
    assert list(read.texts("period")) == ["Quý I/2023"]


def test_general_words_count_only_where_nothing_else_is_called_so():
    assert fields(("Đơn vị", "Khu vực"), kind="region") == {"A": "commune", "B": "region"}
    assert fields(("Mã xã", "Mã", "Khu vực"), kind="region") == {"A": "commune_code", "C": "region"}


@pytest.mark.parametrize(
    ("codes", "field"),
    [
        (("1", "2", "3"), "id"),
        (("2.0", "0.0", "1.0"), "id"),
        (("7645", "7621", "7630"), "commune_code"),
        (("00001", "00002", "00003"), "commune_code"),
        (("1", "2", "4"), "commune_code"),
    ],
)
def test_a_number_that_counts_the_rows_is_no_code_of_a_commune(codes, field):
    rows = ((code, f"Chợ {code}", "Chợ", "An Lạc") for code in codes)
    assert fields(("MA", "Tên", "Loại công trình", "Xã"), *rows)["A"] == field


def test_two_columns_of_one_field_are_refused():
    with pytest.raises(LoadError, match=r"both read as “Mã đơn vị hành chính” \(A and B\)"):
        understand(sheet_of(("Mã xã", "Mã đơn vị hành chính", "Khu vực")), CATALOG)


@pytest.mark.parametrize(
    "rows",
    [
        (("Hướng dẫn",), ("1. Điền số liệu vào bảng",)),
        (("Mã xã", "Tên xã", "Ghi chú"),),
        (("a", "b"),),
    ],
)
def test_a_sheet_of_notes_holds_no_table(rows):
    assert understand(sheet_of(*rows), CATALOG) is None


def test_three_hundred_columns_are_no_obstacle():
    wide = ("Mã xã", *(f"Cột {number}" for number in range(298)), "OP01")
    understood = understand(sheet_of(wide, ("07243", *range(298), 5)), CATALOG)

    assert [column.letter for column in understood.columns] == ["A", "KN"]
    assert len(understood.ignored) == 298


def test_totals_are_set_aside_with_a_word_and_empty_rows_without():
    rows = (
        ("TT", "Mã xã", "Xã", "OP01"),
        (1, "07243", "Xã Đồng Tiến", 4),
        ("", "", "", ""),
        ("Tổng cộng", "", "", 4),
        ("", "", "Toàn tỉnh", 4),
    )
    sheet = sheet_of(*rows)
    read = data_rows(sheet, understand(sheet, CATALOG))

    assert list(read.numbers) == [2]
    assert [(error.row, error.code) for error in read.set_aside] == [
        (4, "load_total_row"),
        (5, "load_total_row"),
    ]


def test_a_total_is_known_behind_empty_cells_and_in_a_column_that_is_not_understood():
    rows = (
        ("TT", "Nội dung", "Mã xã", "Xã", "OP01"),
        (1, "Nhà ở", "07243", "Xã Đồng Tiến", 4),
        ("", "Tổng cộng", "", "", 4),
    )
    sheet = sheet_of(*rows)
    read = data_rows(sheet, understand(sheet, CATALOG))

    assert list(read.numbers) == [2]
    assert [(error.row, error.code) for error in read.set_aside] == [(3, "load_total_row")]


@pytest.mark.parametrize(
    "heading",
    [
        "OP01 – Thực hiện năm 2023 (lũy kế)", "OP01 – tỷ lệ hoàn thành (%)",
        "OP01 – số hộ còn lại phải hỗ trợ", "OP01 – Thực hiện quý II/2023 – ước",
        "FI01 – lũy kế đến 15/6/2023 (triệu đồng)", "OP01 – Nhu cầu – Kế hoạch 2023",
        "CX01 – số hộ nghèo (hộ)", "Cộng dồn OP01 – Thực hiện 2023",
        "OP01 – Kế hoạch 2023 so với 2022", "FI01 – Dự kiến giải ngân 2023",
    ],
)  # fmt: skip
def test_another_quantity_than_the_indicator_is_never_taken_for_it(data, heading):
    alone = sheet_of(("Mã xã", "Kỳ", "Loại số liệu", heading), ("07243", "2023", "KH", 5))
    assert understand(alone, data.catalog) is None
    name, words = unclear_heading(alone, data.catalog) or (heading, "Cộng dồn")
    assert name == heading
    assert words
    beside = sheet_of(("Mã xã", "OP02 – Kế hoạch 2023 (hộ)", heading), ("07243", 7, 5))
    found = understand(beside, data.catalog)
    assert [column.letter for column in found.columns] == ["A", "B"]
    assert found.ignored == (heading,)


@pytest.mark.parametrize(
    "stack",
    [("OP01", "Tỷ lệ", "Quý II/2023"), ("OP01", "Ước thực hiện", "Quý II/2023")],
)
def test_a_row_between_may_make_another_quantity_too(data, stack):
    rows = (("Mã xã", stack[0]), ("", stack[1]), ("", stack[2]), ("07243", 5))
    # The row of the indicator alone says neither basis nor period: nothing can be loaded by it.
    found = understand(sheet_of(*rows), data.catalog)
    assert [column.field for column in found.columns] == ["commune_code", "value:OP01"]


@pytest.mark.parametrize(
    "heading",
    [
        "OP01", "OP01 – Số hộ được hỗ trợ làm nhà ở – Kế hoạch 2023 (hộ)", "OP01 (nghìn hộ)",
        "FI01: Thực hiện năm 2023 (triệu đồng)", "OP01 – Tổng số hộ – KH 2023",
        "Số hộ được hỗ trợ làm nhà ở (hộ)",
    ],
)  # fmt: skip
def test_what_says_no_more_than_the_figure_is_taken(data, heading):
    sheet = sheet_of(("Mã xã", "Kỳ", "Loại số liệu", heading), ("07243", "2023", "KH", 5))
    assert len(understand(sheet, data.catalog).columns) == 4


@pytest.mark.parametrize(
    "place",
    ["Tên đơn vị hành chính cấp xã", "Xã, phường, thị trấn", "Tên ĐVHC cấp xã", "TenXa", "TEN_XA",
     "Địa bàn", "Tên xã/TT", "UBND xã", "ward_name", "a03_ten", "NAME_3", "Đơn vị cấp xã"],
)  # fmt: skip
def test_a_commune_is_headed_in_many_ways(place):
    assert fields((place, "OP01 – Kế hoạch 2023"))["A"] == "commune"


@pytest.mark.parametrize(
    "code", ["Mã số đơn vị hành chính", "Mã ĐVHC (cấp xã)", "MaXa", "ma_xa", "ward_code", "a02_xa"]
)
def test_a_code_is_headed_in_many_ways(code):
    assert fields((code, "OP01 – Kế hoạch 2023"))["A"] == "commune_code"


def test_no_word_stands_for_two_columns_of_a_table():
    raw = tomllib.loads((WORDING / "headings.toml").read_text(encoding="utf-8"))
    for kind, columns in raw.items():
        words = [word for column in columns.values() for word in column["words"]]
        assert len(words) == len(set(words)), kind


def test_where_no_table_is_found_the_row_most_like_headings_is_quoted_with_what_it_lacks():
    sheet = sheet_of(
        ("UBND TỈNH BẮC GIANG", "", "Biểu 01"),
        ("BÁO CÁO KẾT QUẢ NĂM 2023",),
        ("TT", "Tên xã", "Huyện", "Số hộ hưởng lợi"),
        ("1", "Xã An Lạc", "Huyện Sơn Động", 5),
        first_row=2,
    )
    closest = closest_row([sheet], CATALOG)
    assert (closest.row, closest.text) == (4, "TT | Tên xã | Huyện | Số hộ hưởng lợi")
    assert closest.missing.vi == "“Giá trị” hoặc “OC16 – Kế hoạch 2023”"


def test_a_column_set_aside_is_told_why_and_what_to_write(data):
    table = figures_of(
        data,
        ("Mã xã", "OP01 – Kế hoạch 2023", "OP01 – Thực hiện lũy kế năm 2023", "Ghi chú"),
        ("07645", 6, 4, "x"),
    )
    (said,) = (each for each in table.warnings if each.code == "load_heading_unclear")
    assert (said.row, said.letter) == (1, "C")
    assert "“lũy kế”" in said.text("vi")
    assert "đến hết quý nào" in said.text("vi")


def test_the_kind_of_table_that_lacks_least_is_spoken_of():
    sheet = sheet_of(("Số TT", "Tên xã", "Kinh phí"), ("1", "Xã An Lạc", 5))
    assert closest_row([sheet], CATALOG).missing.en == "“Value” or “OC16 – Plan 2023”"


def test_words_that_make_another_quantity_above_a_stack_are_named(data):
    rows = (("Mã xã", "OP01 – số hộ nghèo"), ("", "Kế hoạch 2023"), ("07243", 5))
    with pytest.raises(LoadError) as caught:
        figures_of(data, *rows)
    assert caught.value.code == "load_heading_unclear"
    assert caught.value.values["words"] == "nghèo"


@pytest.mark.parametrize(
    "stack",
    [
        ("OP01 – Hỗ trợ nhà ở", "Trong đó: hộ nghèo", "Kế hoạch 2023"),
        ("OP01 – Hỗ trợ nhà ở", "Giai đoạn 2021-2025", "Kế hoạch 2023"),
        ("Trong đó: hộ nghèo", "OP01 – Kế hoạch 2023"),
        ("Vốn sự nghiệp", "FI01 – Kế hoạch 2023 (triệu đồng)"),
        ("OP06 – Chợ", "OP07 – Kế hoạch 2023"),  # the upper one is of the column beside
    ],
)
def test_a_part_of_the_indicator_or_another_indicator_in_its_stack_is_not_the_figure(stack):
    sheet = sheet_of(*zip(("Mã xã", *[""] * (len(stack) - 1)), stack, strict=True), ("07243", 5))
    understood = understand(sheet, CATALOG)
    assert understood is None or not any(
        value.indicator and value.basis for _, value in value_columns(understood)
    )


@pytest.mark.parametrize(
    ("stack", "field"),
    [
        (("OP01", "Kết quả thực hiện Quý I/2023", "Kế hoạch 2023"), "value:OP01:plan:2023"),
        (("Kế hoạch 2023", "OP03 – Thực hiện Quý I/2023"), "value:OP03:actual:2023-Q1"),
        (("Hỗ trợ nhà ở", "Số hộ", "Kế hoạch 2023"), "value:OP01:plan:2023"),  # not CX01
        (("OP01", "Chia ra", "Kế hoạch 2023"), "value:OP01:plan:2023"),
        (("FI01", "Kế hoạch 2023", "(triệu đồng)"), "value:FI01:plan:2023"),
        (("OP01", "Kế hoạch 2023", "hộ"), "value:OP01:plan:2023"),
    ],
)
def test_what_stands_lower_in_a_stack_is_closer_to_the_figures(stack, field):
    rows = zip(("Mã xã", *[""] * (len(stack) - 1)), stack, strict=True)
    understood = understand(sheet_of(*rows, ("07243", 5)), CATALOG)
    assert [column.field for column in understood.columns] == ["commune_code", field]
    assert understood.heading_row == len(stack)


def test_where_nothing_is_known_the_first_row_of_many_words_is_quoted():
    sheet = sheet_of(("Danh bạ",), ("Họ tên", "Chức vụ", "Số máy"), ("A", "B", "0912"))
    assert closest_row([sheet], CATALOG).text == "Họ tên | Chức vụ | Số máy"


RESULTS = ("OP01 – TH Quý I/2023", "OP02 – TH Quý I/2023", "OP03 – TH Quý I/2023")
WHOLE = (("Mã xã", "Xã", *RESULTS), ("07243", "Xã Đồng Tiến", 5, 1, 7))
NOTHING = ("", "")


@pytest.mark.parametrize(
    ("above", "merged", "left"),
    [
        ((*NOTHING, "Ước"), (), "DE"),
        ((*NOTHING, "Ước thực hiện"), ("C1:D1",), "E"),
        ((*NOTHING, "Tỷ lệ (%)", "", "Còn lại"), (), "D"),
        ((*NOTHING, "Ước (triệu đồng)"), (), "DE"),
        ((*NOTHING, "Kế hoạch điều chỉnh", "Vốn sự nghiệp"), (), "E"),
        ((*NOTHING, "ĐVT: %"), (), "CDE"),
        (("BÁO CÁO ƯỚC, LŨY KẾ",), ("A1:E1",), "CDE"),
        (("", "Ước cả năm"), ("B1:E1",), "CDE"),
        (("UBND xã", "", "BÁO CÁO ƯỚC THỰC HIỆN"), ("A1:B1", "C1:E1"), "CDE"),
        ((*NOTHING, "BÁO CÁO KẾT QUẢ LŨY KẾ, ƯỚC CẢ NĂM CỦA CÁC XÃ"), (), "CDE"),
        ((*NOTHING, "Đồng Tiến, ngày 5 tháng 7 năm 2023"), (), "CDE"),
    ],
)
def test_another_quantity_right_above_a_whole_heading_leaves_its_column_aside(above, merged, left):
    found = understand(sheet_of(above, *WHOLE, merged=merged), CATALOG)
    assert "".join(column.letter for column, _ in value_columns(found)) == left
    aside = [each.split(" / ")[-1] for each in found.ignored]
    assert aside == [
        text for letter, text in zip("CDE", RESULTS, strict=True) if letter not in left
    ]

    apart = understand(sheet_of(above, ("",), *WHOLE, merged=merged), CATALOG)
    assert len(value_columns(apart)) == 3  # above an empty row it is of no column


def test_a_sum_right_above_a_whole_heading_is_understood_and_an_only_column_is_refused():
    found = understand(sheet_of((*NOTHING, "Lũy kế", "Trong quý"), *WHOLE), CATALOG)
    assert [value.span for _, value in value_columns(found)] == ["until", "", ""]

    alone = sheet_of((*NOTHING, "Ước"), *(row[:3] for row in WHOLE))
    assert understand(alone, CATALOG) is None
    assert unclear_heading(alone, CATALOG) == (f"Ước / {RESULTS[0]}", "Ước")


def test_of_a_csv_file_a_word_above_holds_as_far_as_it_may_have_been_merged():
    table = dataclasses.replace(sheet_of((*NOTHING, "Ước"), *WHOLE), numeric=None, percent=None)
    assert understand(table, CATALOG) is None
    titled = sheet_of(("BÁO CÁO ƯỚC THÁNG 6",), *WHOLE)
    titled = dataclasses.replace(titled, numeric=None, percent=None)
    assert len(value_columns(understand(titled, CATALOG))) == 3


@pytest.mark.parametrize("part", ["Trong đó: hộ nghèo", "Giai đoạn 2021-2025", "Hộ nghèo"])
def test_a_row_between_indicator_and_plan_that_is_not_understood_is_quoted(data, part):
    rows = (("Mã xã", "OP01"), ("", part), ("", "KH 2023"), ("07243", 4))
    with pytest.raises(LoadError) as refused:
        figures_of(data, *rows)
    assert refused.value.code == "load_heading_unclear"
    assert refused.value.values["words"] == part


def test_a_column_of_numbers_that_is_nearly_understood_is_never_left_aside_in_silence(data):
    table = figures_of(
        data,
        ("Mã xã", "OP06", "", "Kinh phí", "Ghi chú"),
        ("", "Kế hoạch 2023", "OP07 – Kế hoạch 2023", "", ""),
        ("07243", 4, 5, 6, "chờ"),
    )
    assert stored(table)
    assert [(each.code, each.letter) for each in table.warnings] == [
        ("load_heading_unclear", "C"),
        ("load_column_unnamed", "D"),
    ]


@pytest.mark.parametrize("words", ["KH giao năm 2023", "Kế hoạch được giao 2023"])
def test_a_plan_as_it_was_assigned_is_a_plan(words):
    found = understand(sheet_of(("Mã xã", "OP01"), ("", words), ("07243", 4)), CATALOG)
    assert [value[:3] for _, value in value_columns(found)] == [("OP01", "plan", "2023")]
