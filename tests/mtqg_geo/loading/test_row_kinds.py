"""Rows that are no data: districts, groups, totals, numbering, signatures, hidden rows; and merged cells."""

import openpyxl
import pytest

from mtqg_geo.loading.sheets.row_words import is_below, is_numbering, is_total
from mtqg_geo.loading.tables.observations import read_observations
from mtqg_geo.loading.tables.regions import read_regions
from mtqg_geo.loading.tables.sites import read_sites
from mtqg_geo.loading.upload import check_upload
from mtqg_geo.programme.errors import LoadError
from tests.mtqg_geo.loading.sheets import codes_of, figures_of, sheet_of
from tests.mtqg_geo.loading.workbooks import read_as, told

PLAN = ("STT", "Đơn vị hành chính", "OP01 – Kế hoạch 2023")
LATER = ("STT", "Đơn vị hành chính", "OP01 – Kế hoạch 2026")
LONG = ("Mã xã", "Tên xã", "Chỉ tiêu", "Loại số liệu", "Kỳ báo cáo", "Giá trị")
SITES = ("STT", "Tên công trình", "Loại công trình", "Dự án", "Năm", "Xã", "Trạng thái")
DISTRICT, GROUP, TOTAL = "load_district_row", "load_group_row", "load_total_row"


def values(table):
    """Return commune and value of each good row."""
    return [*zip(table.rows["commune_code"], table.rows["value"], strict=True)]


def names(table):
    return [*zip(table.rows["name"], table.rows["commune_code"], strict=True)]


# Rows of a district, of a group


def test_rows_of_districts_are_set_aside_and_tell_of_which_district_the_rows_below_are(data):
    table = figures_of(
        data, PLAN,
        ("I", "Huyện Sơn Động", 50), (1, "Thị trấn An Châu", 11), (2, "Xã Phúc Sơn", 13),
        ("II", "Huyện Tân Yên", 31), (1, "Xã Phúc Sơn", 15), (2, "Xã Ngọc Lý", 16),
    )  # fmt: skip

    assert values(table) == [("07615", 11), ("07630", 13), ("07318", 15), ("07363", 16)]
    assert (table.errors, told(table.warnings)[:2]) == ((), [(2, DISTRICT), (5, DISTRICT)])


VAN_SON, DAI_SON = ("1", "Xã Vân Sơn", 12), ("2", "Xã Đại Sơn", 13)


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("I", "Huyện Sơn Động"), ("A", "HUYỆN SƠN ĐỘNG (14 xã)"), ("", "I. Huyện Sơn Động"),
        ("", "H. Sơn Động"), ("", "UBND huyện Sơn Động"), ("3", "Huyen Son Dong"), ("I", "SƠN ĐỘNG"), ("I.", "Sơn Động"),
        ("A/", "Sơn Động"), ("", "Huyện Sơn Động:"), ("I", "Huyện: Sơn Động"), ("I", "Huyê\u0323n Sơn Đô\u0323ng"),
    ],
)  # fmt: skip
def test_the_sum_of_a_district_never_becomes_that_of_the_commune_called_so_today(
    data, number, name
):
    table = figures_of(data, LATER, (number, name, 500), VAN_SON, DAI_SON)

    assert values(table) == [("07621", 12), ("07627", 13)]
    assert (table.errors, told(table.warnings)) == ((), [(2, DISTRICT)])


@pytest.mark.parametrize(
    "rows",
    [
        (("1", "Sơn Động", 500), ("1.1", "Vân Sơn", 12), ("1.2", "Đại Sơn", 13)),
        (("1", "Sơn Động", 500), ("-", "Vân Sơn", 12), ("-", "Đại Sơn", 13)),
        (("A", "Sơn Động", 500), ("I", "Vân Sơn", 12), ("II", "Đại Sơn", 13)),
        (("I", "Sơn Động", 500), ("", "Vân Sơn", 12), ("", "Đại Sơn", 13)),
    ],
)
def test_a_number_that_heads_others_tells_a_district_from_a_commune(data, rows):
    table = figures_of(data, LATER, *rows)

    assert values(table) == [("07621", 12), ("07627", 13)]
    assert told(table.warnings) == [(2, DISTRICT)]


@pytest.mark.parametrize("odd", [("", "Sơn Động", 500), ("3", "SƠN ĐỘNG", 500)])
def test_a_name_of_both_that_is_written_otherwise_than_the_communes_is_asked_about(data, odd):
    table = figures_of(data, LATER, VAN_SON, DAI_SON, odd)

    assert codes_of(table.errors) == [(4, "B", "load_district_or_commune")]
    assert values(table) == [("07621", 12), ("07627", 13)]


def test_the_sum_of_the_rows_below_is_asked_about_and_the_code_of_a_district_known(data):
    rows = (("Sơn Động", 25), ("Vân Sơn", 12), ("Đại Sơn", 13))
    table = figures_of(data, LATER[1:], *rows)
    coded = figures_of(data, ("Mã xã", *LATER[2:]), ("220", 25), ("07621", 12))
    numbered = figures_of(data, LATER, (1, "Sơn Động", 500), ("", *rows[1]), ("", *rows[2]))

    assert codes_of(table.errors) == [(2, "A", "load_district_or_commune")]
    assert codes_of(numbered.errors) == [(2, "B", "load_district_or_commune")]
    assert (values(coded), told(coded.warnings)) == ([("07621", 12)], [(2, DISTRICT)])


BOTH = "load_district_or_commune"
TWO, THREE = (f"{indicator} – Kế hoạch 2026" for indicator in ("OP02", "OP03"))


@pytest.mark.parametrize(
    ("rows", "asked"),
    [
        ((("Vân Sơn", 12), ("Đại Sơn", "13"), ("Sơn Động", 25)), [4]),
        # the numbers of the columns are no figures
        ((("A", 1), ("Vân Sơn", 12), ("Đại Sơn", 13), ("Sơn Động", 25)), [5]),
        # the commune so called is counted too
        ((("Vân Sơn", 12), ("Sơn Động", 5), ("Đại Sơn", 13), ("Sơn Động", 30)), [5]),
        # two districts at the foot of theirs, and the province's sum of all
        ((("Vân Sơn", 12), ("Đại Sơn", 13), ("Sơn Động", 25), ("Biển Động", 3), ("Biên Sơn", 4),
          ("Lục Ngạn", 7), ("Bắc Giang", 32)), [4, 7, 8]),
        ((("Vân Sơn", 12), ("Sơn Động", 12), ("Đại Sơn", 13)), []),  # one row is no sum
    ],
)  # fmt: skip
def test_the_sum_of_the_rows_above_is_asked_about_too(data, rows, asked):
    table = figures_of(data, LATER[1:], *rows)

    assert [error.row for error in table.errors if error.code == BOTH] == asked


@pytest.mark.parametrize("at", [0, 2])
def test_where_communes_have_codes_the_sum_without_one_is_the_districts(data, at):
    rows = [("07621", "Vân Sơn", 12), ("07627", "Đại Sơn", 13), ("", "Tổng cộng", 25)]
    rows.insert(at, ("", "Sơn Động", 25))
    table = figures_of(data, ("Mã xã", *LATER[1:]), *rows)

    assert table.errors == ()
    assert values(table) == [("07621", 12), ("07627", 13)]
    assert (at + 2, DISTRICT) in told(table.warnings)


@pytest.mark.parametrize(
    ("row", "asked"),
    [
        (("Sơn Động", 25, 35, 9), [(4, "A", BOTH)]),  # shares do not add up
        (("Sơn Động", 25, 4, 9), []),
        (("Sơn Động", 25, "", ""), [(4, "A", BOTH)]),
    ],
)
def test_a_sum_of_the_rows_above_is_one_in_half_of_the_columns(data, row, asked):
    rows = (("Vân Sơn", 12, 20, 5), ("Đại Sơn", 13, 15, 10))
    table = figures_of(data, (*LATER[1:], TWO, THREE), *rows, row)

    assert codes_of(table.errors) == asked


def test_figures_of_other_indicators_are_no_parts_of_a_sum(data):
    said = ("Kế hoạch", "2026")
    table = figures_of(
        data, LONG[1:],
        ("Vân Sơn", "OP01", *said, 1), ("Vân Sơn", "OP02", *said, 1), ("Sơn Động", "OP01", *said, 2),
    )  # fmt: skip

    assert (len(table.rows), table.errors) == (3, ())


def test_a_commune_that_is_called_as_its_district_was_is_a_commune(data):
    with_type = figures_of(data, LATER, VAN_SON, ("2", "Xã Sơn Động", 5))
    bare = figures_of(data, LATER, ("1", "Vân Sơn", 12), ("2", "Sơn Động", 5))
    coded = figures_of(data, ("Mã xã", *LATER[1:]), ("07621", "", 12), ("07615", "Sơn Động", 5))

    assert [values(each)[1] for each in (with_type, bare, coded)] == [("07615", 5)] * 3


def test_a_district_that_is_no_row_of_its_own_is_still_no_commune(data):
    row = ("1", "Trường nội trú", "Trường học", "DA5.TDA1", 2026, "Huyện Sơn Động", "")
    table = read_as(read_sites, sheet_of(SITES, row), data)

    assert codes_of(table.errors)[0] == (2, "F", "load_district_for_commune")
    assert table.rows.empty


def test_a_name_typed_without_accents_may_begin_like_a_district(data):
    table = figures_of(data, PLAN, (1, "Huyen Son", 4), (2, "Xã Vân Sơn", 12))

    assert values(table) == [("07504", 4), ("07621", 12)]


def test_rows_at_the_foot_of_their_communes_speak_for_none(data):
    table = figures_of(
        data, PLAN,
        (1, "Thị trấn An Châu", 11), ("", "Huyện Sơn Động", 11), (1, "Xã Phúc Sơn", 15),
        ("", "Huyện Tân Yên", 15),
    )  # fmt: skip

    assert values(table) == [("07615", 11)]
    assert codes_of(table.errors) == [(4, "B", "load_commune_several")]


def test_a_group_of_the_same_height_ends_what_a_district_began(data):
    rows = (("I", "Huyện Sơn Động", 11), (1, "Thị trấn An Châu", 11))
    inside = figures_of(data, PLAN, ("A", "Huyện Sơn Động", 24), ("I", "Các xã khu vực III", 13),
                        (1, "Xã Phúc Sơn", 13))  # fmt: skip
    after = figures_of(data, PLAN, *rows, ("II", "Các xã khác", 13), (1, "Xã Phúc Sơn", 13))

    assert values(inside) == [("07630", 13)]
    assert codes_of(after.errors) == [(5, "B", "load_commune_several")]
    assert told(after.warnings) == [(2, DISTRICT), (4, GROUP)]


def test_a_district_may_stand_in_the_column_of_districts_once_for_all_below(data):
    headings = ("STT", "Huyện", "Tên xã", "OP01 – Kế hoạch 2023")
    table = figures_of(data, headings, ("I", "Sơn Động", "", 50), (1, "", "Phúc Sơn", 13))
    forgotten = figures_of(data, headings, (1, "Sơn Động", "", 50), (2, "Sơn Động", "An Châu", 1))

    assert (values(table), told(table.warnings)) == ([("07630", 13)], [(2, DISTRICT)])
    assert codes_of(forgotten.errors) == [(2, "C", "load_commune_missing")]


def test_groups_of_works_are_set_aside_and_works_that_say_too_little_are_not(data):
    site = ("Trạm y tế", "DA4.TDA1", 2023, "Xã An Lạc", "Hoàn thành")
    table = read_as(
        read_sites,
        sheet_of(
            SITES, ("A", "HUYỆN SƠN ĐỘNG"), ("I", "Công trình chuyển tiếp"),
            (1, "Trạm y tế xã An Lạc", *site), ("", "Khởi công mới"), (1, "Chợ An Lạc", *site),
            (2, "Nhà văn hóa thôn Mới"), ("", "Tổng cộng: 2 công trình"),
        ),
        data,
    )  # fmt: skip

    assert names(table) == [("Trạm y tế xã An Lạc", "07645"), ("Chợ An Lạc", "07645")]
    assert told(table.warnings)[:4] == [(2, DISTRICT), (3, GROUP), (5, GROUP), (8, TOTAL)]
    assert {error.row for error in table.errors} == {7}


def test_a_file_of_districts_alone_says_so(data):
    with pytest.raises(LoadError, match="every row is a total, a district") as refused:
        check_upload(
            "Tên xã;OP01 – Kế hoạch 2023\nHuyện Sơn Động;50\nHuyện Yên Thế;31".encode(),
            "h.csv",
            data,
        )
    assert (refused.value.code, refused.value.values["count"]) == ("load_none_of_communes", 2)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Cộng", True), ("Cả tỉnh", True), ("Tổng cộng (A+B)", True), ("CỘNG HUYỆN", True), ("Tong so", True),
        ("Cong huyen Son Dong", True), ("Tỉnh Bắc Giang", True), ("Cổng chào thôn Mới", False),
        ("Công trình chuyển tiếp", False), ("Cong trinh moi", False), ("Xã Tĩnh Bắc", False),
    ],
)  # fmt: skip
def test_a_sum_is_told_from_what_only_begins_alike(text, answer):
    assert is_total(text) == answer


# Cells merged downwards


def test_a_merged_commune_and_indicator_hold_for_all_their_rows(data):
    table = figures_of(
        data, LONG,
        ("07615", "Thị trấn An Châu", "OP01", "Kế hoạch", "2023", 11),
        ("", "", "", "Thực hiện", "Quý I/2023", 1),
        ("07621", "Xã Vân Sơn", "OP01", "Kế hoạch", "2023", 12),
        merged=("A2:A3", "B2:B3", "C2:C3"),
    )  # fmt: skip

    assert values(table) == [("07615", 11), ("07615", 1), ("07621", 12)]
    assert table.errors == ()


def test_a_merged_district_tells_communes_of_one_name_apart(data):
    headings = ("Huyện", "Tên xã", "OP01 – Kế hoạch 2023")
    rows = (("Huyện Sơn Động", "Xã Vân Sơn", 12), ("", "Xã Phúc Sơn", 13), ("", "Xã An Lạc", 14))
    alone = figures_of(data, headings, *rows)
    table = figures_of(data, headings, *rows, merged=("A2:A4",))

    assert codes_of(alone.errors) == [(3, "B", "load_commune_several")]
    assert values(table) == [("07621", 12), ("07630", 13), ("07645", 14)]


def test_the_merged_commune_of_works_and_the_merged_region_of_a_list_hold_too(data):
    site = ("Trạm y tế", "DA4.TDA1", 2023)
    sites = sheet_of(
        SITES, (1, "Trạm y tế xã An Lạc", *site, "Xã An Lạc", "Hoàn thành"),
        (2, "Trạm y tế thôn Mới", *site, "", ""), (3, "Chợ Vân Sơn", *site, "Xã Vân Sơn", ""),
        merged=("F2:F3", "G2:G4"),
    )  # fmt: skip
    headings = ("Mã xã", "Khu vực", "Quyết định", "Hiệu lực từ")
    regions = sheet_of(
        headings, ("07615", "III", "861/QĐ-TTg", "04/06/2021"), ("07621",), merged=("B2:D3", "B2:B3",
        "C2:C3", "D2:D3"),
    )  # fmt: skip

    assert names(read_as(read_sites, sites, data))[1] == ("Trạm y tế thôn Mới", "07645")
    assert read_as(read_sites, sites, data).rows["status"].tolist() == ["completed"] * 3
    assert read_as(read_regions, regions, data).rows["region"].tolist() == ["III", "III"]


@pytest.mark.parametrize("merged", ["C2:C3", "C2:D2", "C2:D3"])
def test_a_figure_in_merged_cells_belongs_to_nobody(data, merged):
    headings = ("STT", "Tên xã", "OP01 – Kế hoạch 2023", "OP02 – Kế hoạch 2023")
    table = figures_of(
        data, headings, (1, "Xã Vân Sơn", 30, ""), (2, "Xã An Lạc", "", ""), (3, "Xã Phúc Sơn"),
        (4, "TT An Châu", 5, 6), merged=(merged,),
    )  # fmt: skip

    assert codes_of(table.errors)[0] == (2, "C", "load_merged_value")
    assert values(table) == [("07615", 5), ("07615", 6)]


def test_a_record_over_two_rows_of_the_sheet_is_one(data):
    row = ("07615", "Thị trấn An Châu", "OP01", "Kế hoạch", "2023", 11)
    merged = [f"{letter}2:{letter}3" for letter in "ABCDEF"]
    table = figures_of(data, LONG, row, ("",), merged=merged)

    assert (values(table), table.rows_read, table.errors) == ([("07615", 11)], 1, ())


# Signatures and notes

SIGNED = [
    [("Người lập biểu", "", "Bắc Giang, ngày 15 tháng 7 năm 2023"), ("(Ký, ghi rõ họ tên)", "", "TM. ỦY BAN"),
     ("", "", "KT. CHỦ TỊCH"), ("Nguyễn Văn A", "", "Trần Văn B")],
    [("", "NGƯỜI LẬP BIỂU", "THỦ TRƯỞNG ĐƠN VỊ"), ("", "Nguyễn Văn A", "Trần Văn B")],
    [("Nơi nhận:",), ("- UBND tỉnh (b/c);", "", "GIÁM ĐỐC"), ("- Lưu: VT, NV2.", "", "Trần Văn B")],
    [("", "Ghi chú: số liệu đến hết tháng 6",), ("", "(*) xã mới",)],
    [("", "", "..., ngày ... tháng ... năm 20..")], [("", "", "Sơn Động, ngày 15/7/2023")],
    [("Prepared by", "Lan", "Signature")], [("", "Lê Thị A", "Trần Văn B")],
    [("", "Duyệt", "PHÒNG DÂN TỘC"), ("", "Lê A", "Lê B")],
]  # fmt: skip


@pytest.mark.parametrize("signed", SIGNED)
def test_what_stands_below_the_table_is_passed_over_and_named(data, signed):
    rows = ((1, "Xã Vân Sơn", 12), (2, "Xã An Lạc", 14), ("", "Tổng cộng", 26), ("",))
    table = figures_of(data, PLAN, *rows, *signed)

    assert (values(table), table.errors) == ([("07621", 12), ("07645", 14)], ())
    total, below = table.warnings
    assert (below.code, below.rows) == ("load_below_table", tuple(range(6, 6 + len(signed))))
    assert f"{len(signed)} " in below.text("vi")


def test_no_row_with_a_number_is_taken_for_a_note(data):
    rows = ((1, "Xã Vân Sơn", 12), ("", "Người lập biểu", ""), (2, "ZZZ", 14))
    table = figures_of(data, PLAN, *rows)
    silent = figures_of(data, LONG, ("07615", "", "OP01", "KH", "2023", ""), ("Ghi chú: a",))

    assert codes_of(table.errors) == [(4, "B", "load_commune_stranger")]
    assert (len(silent.rows), told(silent.warnings)) == (1, [(3, "load_below_table")])


def test_a_formula_without_a_result_is_no_note(data):
    table = figures_of(data, PLAN, (1, "Xã Vân Sơn", 12), ("", "ZZZ", "=SUM(C2:C2)"))

    assert codes_of(table.errors) == [(3, "B", "load_commune_stranger"), (3, "C", "load_formula")]


def test_notes_are_known_by_how_they_begin():
    assert not is_below(("1", "Xã Vân Sơn", "12"))
    assert not is_below(("", "Trường học ngày mới", ""))
    assert is_below(("", "", "Sơn Động, ngày     tháng     năm 2023"))


# The line that numbers the columns


@pytest.mark.parametrize(
    "line",
    [
        ("A", "B", "C", "1", "2=1*2", "3"), ("A", "B", "1", "2", "3=2/1", "4"),
        ("(1)", "(2)", "(3)", "(4)=(5)+(6)", "(5)", "(6)"), ("A", "B", "C", "4", "5=4*100%", ""),
        ("1", "2", "3", "4", "5 = 4 : 3", "6"), ("A", "B", "C", "1a", "2", "3 = 1 + 2"),
        ("A", "B", "C", "-1", "-2", "-3"), ("I", "II", "III", "1", "2"), ("Cột 1", "Cột 2", "Cột 3", "Cột 4", "Cột 5"),
        ("", "", "", "(1)", "(2)"),
    ],
)  # fmt: skip
def test_a_line_that_numbers_the_columns_says_nothing(data, line):
    headings = ("STT", "Mã xã", "Tên xã", "OP01 – Kế hoạch 2023", "OP02 – Kế hoạch 2023", "Ghi chú")
    table = figures_of(data, headings, line, (1, "07615", "Thị trấn An Châu", 11, 22))

    assert (len(table.rows), table.rows_read, table.errors) == (2, 1, ())


def test_a_row_of_small_figures_numbers_no_columns(data):
    assert not is_numbering(("1", "2", "2"))
    assert not is_numbering(("2", "3", "4"))
    assert not is_numbering(("1", "07615", "2"))
    assert is_numbering(("A", "1"))
    table = figures_of(data, ("Tên xã", *PLAN[2:]), ("A", "1"), ("Xã Vân Sơn", 12))
    assert values(table) == [("07621", 12)]


def test_a_telephone_below_a_signature_is_no_figure(data):
    below = (("", "NGƯỜI LẬP BIỂU", ""), ("", "Vi Văn A", ""), ("", "ĐT", "0204.3886123"))
    table = figures_of(data, PLAN, (1, "Xã Vân Sơn", 12), *below)
    assert values(table) == [("07621", 12)]
    assert (table.errors, told(table.warnings)) == ((), [(3, "load_below_table")])


# Hidden rows


def test_hidden_rows_are_named_and_not_loaded(data):
    rows = ((1, "Xã Vân Sơn", 12), (2, "Xã An Lạc", 14), (3, "TT An Châu", 11), ("", "Cộng", 37))
    table = figures_of(data, PLAN, *rows, hidden=(1, 3, 4, 5, 9))

    assert values(table) == [("07621", 12)]
    hidden, total = table.warnings
    assert (hidden.code, hidden.rows, total.code) == ("load_hidden_rows", (3, 4), TOTAL)
    assert hidden.text("en").startswith("Hidden rows")


def test_figures_of_a_hidden_column_are_named_and_not_loaded_but_codes_still_count(
    data, tmp_path, in_this_process
):
    book = openpyxl.Workbook()
    for row in (("Mã xã", "OP01 – KH 2023", "OP02 – KH 2023"), ("07621", 12, 99)):
        book.active.append(row)
    for letter in "AC":
        book.active.column_dimensions[letter].hidden = True
    book.save(tmp_path / "a.xlsx")
    upload = check_upload(tmp_path / "a.xlsx", "a.xlsx", data)

    assert upload.good["observations"][["indicator", "value"]].to_numpy().tolist() == [["OP01", 12]]
    assert ("load_hidden_column", "C") in {(each.code, each.letter) for each in upload.warnings}


def test_a_hidden_row_of_a_district_still_tells_of_which_district_the_rows_are(data):
    rows = (("I", "Huyện Sơn Động", 13), (1, "Xã Phúc Sơn", 13))
    table = figures_of(data, PLAN, *rows, hidden=(2,))

    assert values(table) == [("07630", 13)]


def test_the_headings_of_each_printed_page_are_no_rows(data):
    page = (PLAN, ("A", "B", "1"))
    table = figures_of(
        data, *page, (1, "Xã Vân Sơn", 12), *page, (2, "Xã An Lạc", 14), PLAN, (3, "TT An Châu", 11)
    )

    assert values(table) == [("07621", 12), ("07645", 14), ("07615", 11)]
    assert (table.errors, table.warnings, table.rows_read) == ((), (), 3)


def test_merged_headings_of_two_rows_may_come_again(data):
    headings = (("Mã xã", "Tên xã", "OP01"), ("", "", "Kế hoạch 2023"))
    table = figures_of(
        data, *headings, ("07621", "Vân Sơn", 12), *headings, ("07645", "An Lạc", 14),
        merged=("A1:A2", "B1:B2", "A4:A5", "B4:B5"),
    )  # fmt: skip

    assert (values(table), table.errors) == ([("07621", 12), ("07645", 14)], ())


def test_a_table_without_communes_is_left_as_it_is(data):
    sheet = sheet_of(("OP01 – Kế hoạch 2023", "Xã"), (5, "Xã Vân Sơn"))
    assert values(read_as(read_observations, sheet, data)) == [("07621", 5)]
