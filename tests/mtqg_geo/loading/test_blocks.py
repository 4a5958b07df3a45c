"""Several tables below or beside each other on a sheet: each under its own headings, or a sentence."""

import pytest

from mtqg_geo.loading.sheets.blocks import tables_of
from mtqg_geo.loading.upload import check_upload
from mtqg_geo.programme.catalog import DATA, load_catalog
from tests.mtqg_geo.loading.sheets import sheet_of
from tests.mtqg_geo.loading.workbooks import told, written

pytestmark = pytest.mark.usefixtures("in_this_process")
CATALOG = load_catalog(DATA / "programme")
FIRST = (("Mã xã", "Tên xã", "OP01 – Kế hoạch 2023"), ("07615", "Thị trấn An Châu", 11))
BELOW = ("07645", "Xã An Lạc", 14)
EMPTY = (None,)


def loaded(data, *rows):
    upload = check_upload(written(rows), "hai bảng.xlsx", data)
    assert upload.good, [error.text("vi") for error in upload.errors]
    frame = upload.good["observations"]
    names = ("commune_code", "indicator", "period", "value", "row")
    return upload, [*zip(*(frame[name] for name in names), strict=True)]


@pytest.mark.parametrize(
    "between",
    [
        (),
        (EMPTY,),
        (EMPTY, ("Biểu 2: Hỗ trợ đất ở",)),
        (EMPTY, (None, "Người lập biểu", "Chủ tịch"), (None, "Nguyễn Văn A"), EMPTY, ("Biểu 2",)),
    ],
)
def test_a_second_table_is_read_under_its_own_headings(data, between):
    second = ("Mã xã", "Tên xã", "OP02 – Kế hoạch 2023")
    upload, figures = loaded(data, *FIRST, *between, second, BELOW)

    row = 4 + len(between)
    assert figures == [
        ("07615", "OP01", "2023", 11, 2),
        ("07645", "OP02", "2023", 14, row),
    ]
    assert not upload.has_errors
    assert [each.headings.heading_row for each in upload.tables] == [1, row - 1]


@pytest.mark.long
def test_it_may_have_other_columns_in_two_rows_of_headings(data):
    _, figures = loaded(
        data, *FIRST, EMPTY,
        ("STT", "Xã", "OP02 – Số hộ được hỗ trợ chuyển đổi nghề", None), (None, None, "Kế hoạch 2023", "Kế hoạch 2024"),
        ("A", "B", "1", "2"), (1, "Xã An Lạc", 14, 15),
    )  # fmt: skip

    assert [each[:4] for each in figures][1:] == [
        ("07645", "OP02", "2023", 14),
        ("07645", "OP02", "2024", 15),
    ]


@pytest.mark.parametrize(
    "headings",
    [
        ("Mã xã", "Tên xã", "Số km đường xuống cấp"),
        ("STT", "Tên xã", "Tỷ lệ hoàn thành"),
        ("Số hiệu", "Nơi thực hiện", "OP02 – Kế hoạch 2023"),
        ("STT", "Nơi thực hiện", "Số hộ nghèo"),
        ("Nơi", "Ở thôn", "Số hộ nghèo"),
        ("Mã xã", "Tên xã", "OP02 – nhu cầu năm 2023"),
    ],
)
def test_headings_that_are_not_understood_keep_their_table_out(data, headings):
    upload, figures = loaded(data, *FIRST, EMPTY, headings, BELOW)

    assert [each[:4] for each in figures] == [("07615", "OP01", "2023", 11)]
    (word,) = upload.warnings
    assert (word.row, word.code, word.rows) == (4, "load_other_table", (4, 5))
    assert headings[2] in word.text("vi")


@pytest.mark.long
def test_years_may_stand_as_numbers_in_headings_and_answers_are_none(data):
    _, figures = loaded(
        data, *FIRST, EMPTY, ("STT", "Tên xã", "OP02 – Kế hoạch", None), (None, None, 2023, 2024),
        (1, "Xã An Lạc", 14, 15),
    )  # fmt: skip
    site = ("S1", "Chợ A", "market", "DA4.TDA1", 2023, "07645", "commune", "programme")
    headings = ("id", "name", "facility", "project", "year", "commune_code", "location", "funding")
    sites = sheet_of(headings, site, ("S2", *site[1:]))

    assert [each[2:4] for each in figures][1:] == [("2023", 14), ("2024", 15)]
    assert len(tables_of(sites, CATALOG).read) == 1


def test_a_table_of_strange_headings_may_stand_below_those_who_signed(data):
    signed = ((None, "Người lập biểu", "Chủ tịch"), (None, "Lê A", "Lê B"), EMPTY)
    upload, figures = loaded(data, *FIRST, *signed, ("Tên xã", "Số thôn"), ("Xã An Lạc", 14))

    assert ([each[0] for each in figures], upload.errors) == (["07615"], ())
    assert told(upload.warnings) == [(3, "load_below_table"), (6, "load_other_table")]


def test_words_in_place_of_a_figure_are_an_error_of_their_row_and_end_no_table(data):
    headings = ("Tên xã", "OP01 – Kế hoạch 2023")
    rows = (("Xã Vân Sơn", "hai mươi"), ("Xã An Lạc", "Chưa báo cáo"), ("Thị trấn An Châu", 11))
    upload, figures = loaded(data, headings, *rows)

    assert [each[0] for each in figures] == ["07645", "07615"]
    assert told(upload.errors) == [(2, "load_no_number")]


def test_a_table_above_that_is_not_understood_is_named_too(data):
    other = (("Mã xã", "Tên xã", "Số thôn"), ("07645", "Xã An Lạc", 9), EMPTY)
    upload, figures = loaded(data, *other, *FIRST)

    assert [each[0] for each in figures] == ["07615"]
    assert told(upload.warnings) == [(1, "load_other_table")]


def test_notes_at_the_top_hold_for_all_and_those_of_a_table_for_it_alone(data):
    heading = ("Mã xã", "Dự án", "FI01 – Kế hoạch 2023")
    _, figures = loaded(
        data, ("Đơn vị tính: triệu đồng",), heading, ("07615", "DA1", 11), EMPTY,
        ("Mã xã", "Dự án", "FI01 – Giao vốn 2023"), ("07645", "DA1", 14), EMPTY,
        ("Đơn vị tính: nghìn đồng",), ("Mã xã", "Dự án", "FI01 – Giao vốn 2024"),
        ("07645", "DA1", 5),
    )  # fmt: skip

    assert [value for *_, value, _ in figures] == [11e6, 14e6, 5e3]


def test_the_same_headings_below_another_note_are_of_another_table(data):
    headings = ("Mã xã", "Tên xã", "OP01 – Thực hiện")
    _, figures = loaded(
        data, ("Kỳ báo cáo: Quý I/2023",), headings, ("07615", "TT An Châu", 11), EMPTY,
        ("Kỳ báo cáo: Quý II/2023",), headings, ("07615", "TT An Châu", 12), headings,
        ("07645", "Xã An Lạc", 14),
    )  # fmt: skip

    assert [each[:4] for each in figures] == [
        ("07615", "OP01", "2023-Q1", 11), ("07615", "OP01", "2023-Q2", 12),
        ("07645", "OP01", "2023-Q2", 14),
    ]  # fmt: skip


def test_one_table_is_not_parted():
    long = ("Mã xã", "Chỉ tiêu", "Kỳ báo cáo", "Loại số liệu", "Giá trị")
    rows = [
        ("07615", "OP01 – Số hộ được hỗ trợ làm nhà ở", "2023", "Kế hoạch", number)
        for number in range(40)
    ]
    headed = (
        ("STT", "Tên xã", "OP01 – Số hộ được hỗ trợ làm nhà ở"),
        ("", "", "Kế hoạch 2023"),
        (1, "Xã A", 3),
    )

    for sheet in (
        sheet_of(long, *rows),
        sheet_of(*headed),
        sheet_of(*headed, *headed[:2], *headed[2:]),
    ):
        assert [each for each, _ in tables_of(sheet, CATALOG).read] == [sheet]


# Beside each other

ONE, TWO = "OP01 – Kế hoạch 2023", "OP02 – Kế hoạch 2023"


def test_figures_of_districts_beside_a_table_are_not_those_of_its_communes(data):
    upload, figures = loaded(
        data, ("Năm 2023",), ("Xã", ONE, None, "Huyện", TWO),
        ("An Lạc", 10, None, "Sơn Động", 300), ("Vân Sơn", 20, None, "Lục Ngạn", 200),
        (None, None, "Người lập biểu"),
    )  # fmt: skip

    assert figures == [("07645", "OP01", "2023", 10, 3), ("07621", "OP01", "2023", 20, 4)]
    [word] = [each for each in upload.warnings if each.code == "load_other_table"]
    assert (word.row, word.letter, word.value, word.rows) == (2, "D", f"Huyện | {TWO}", (2, 3, 4))


def test_each_of_two_tables_beside_each_other_is_read_with_the_notes_above_both(data):
    upload, figures = loaded(
        data, ("Năm: 2023",), ("Loại số liệu: Kế hoạch",), EMPTY,
        ("STT", "Xã", "OP01", None, "STT", "Mã xã", "OP02"),
        (1, "Xã An Lạc", 10, None, 1, "07621", 5), (2, "Xã Vân Sơn", 20, None, 2, "07645", 6),
    )  # fmt: skip

    assert sorted(figures) == [
        ("07621", "OP01", "2023", 20, 6), ("07621", "OP02", "2023", 5, 5),
        ("07645", "OP01", "2023", 10, 5), ("07645", "OP02", "2023", 6, 6),
    ]  # fmt: skip
    assert not upload.has_errors


@pytest.mark.few(2)
@pytest.mark.parametrize(
    "rows",
    [
        (("STT", "Xã", None, "Huyện", ONE), (1, "An Lạc", None, "Sơn Động", 10)),
        ((None, "Mã xã", None, "Huyện", ONE), (1, "07645", None, "Sơn Động", 10)),
        (("Xã", "Diện tích", None, "Huyện", ONE), ("An Lạc", 55, None, "Sơn Động", 10)),
        (("Xã", ONE, None, "Huyện"), ("An Lạc", 10, None, "Sơn Động")),
    ],
)
def test_an_empty_column_alone_parts_no_table(data, rows):
    _, figures = loaded(data, *rows)

    assert [figure[:4] for figure in figures] == [("07645", "OP01", "2023", 10)]
