"""Whole files as offices send them: every figure of the form is there, and none that is not."""

import csv
import io

import openpyxl
import pytest

from mtqg_geo.loading.upload import check_upload, commit_upload
from mtqg_geo.programme.errors import LoadError
from mtqg_geo.store.live import visible
from mtqg_geo.store.rights import Who
from tests.mtqg_geo.loading.workbooks import as_bytes

pytestmark = pytest.mark.usefixtures("in_this_process")
PLACES = (
    ("07615", "Thị trấn An Châu", "Huyện Sơn Động"), ("07621", "Xã Vân Sơn", "Huyện Sơn Động"),
    ("07630", "Xã Phúc Sơn", "Huyện Sơn Động"), ("07645", "Xã An Lạc", "Huyện Sơn Động"),
    ("07243", "Xã Đồng Tiến", "Huyện Yên Thế"), ("07246", "Xã Canh Nậu", "Huyện Yên Thế"),
)  # fmt: skip
CODES = [code for code, *_ in PLACES]
PLAN = ("STT", "Tên xã", "OP01 – Kế hoạch 2023")
LONG = ("Chỉ tiêu", "Kỳ báo cáo", "Loại số liệu", "Giá trị")


def noted(basis):
    return ("Kỳ báo cáo: Quý II/2023",), (f"Loại số liệu: {basis}",)


def form(*rows, merged=()):
    """Return the workbook of a form."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for cells in merged:
        book.active.merge_cells(cells)
    return as_bytes(book)


def text(*rows):
    """Return the CSV of a form, quoted as spreadsheets quote."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def figures(upload):
    assert not upload.has_errors, [error.text("vi") for error in upload.errors]
    names = ["commune_code", "indicator", "period", "basis", "value"]
    return [*upload.good["observations"][names].itertuples(index=False, name=None)]


def plans(start=11, *, codes=CODES, indicator="OP01"):
    return [(code, indicator, "2023", "plan", start + at) for at, code in enumerate(codes)]


def results(period, *, codes):
    return [(code, "OP01", period, "actual", 1 + at) for at, code in enumerate(codes)]


OFFICIAL = form(
    ("ỦY BAN NHÂN DÂN HUYỆN SƠN ĐỘNG",),
    ("BIỂU SỐ 05: KẾT QUẢ HỖ TRỢ NHÀ Ở NĂM 2023",),
    ("(Kèm theo Báo cáo số     /BC-UBND ngày    /7/2023)",),
    ("STT", "Mã xã", "Tên xã", "OP01 – Hỗ trợ nhà ở (hộ)", None, "Ghi chú"),
    (None, None, None, "Kế hoạch 2023", "Thực hiện quý II/2023", None),
    ("A", "B", "C", "1", "2", "3"),
    (None, None, "TỔNG CỘNG", 50, 10),
    *((1 + at, code, name, 11 + at, 1 + at) for at, (code, name, _) in enumerate(PLACES[:4])),
    (None,),
    (None, None, "NGƯỜI LẬP BIỂU", None, "CHỦ TỊCH"),
    (None, None, "Nguyễn Văn A", None, "Trần Văn B"),
    merged=("A1:F1", "A2:F2", "A3:F3", "A4:A5", "B4:B5", "C4:C5", "D4:E4", "F4:F5"),
)
MERGED_COMMUNES = form(
    ("STT", "Mã xã", "Tên xã", "Chỉ tiêu", "Loại số liệu", "Kỳ báo cáo", "Giá trị"),
    *(
        row
        for at, (code, name, _) in enumerate(PLACES[:3])
        for row in (
            (1 + at, code, name, "OP01", "Kế hoạch", "2023", 11 + at),
            (None, None, None, None, "Thực hiện", "Quý I/2023", 1 + at),
        )
    ),
    merged=[f"{letter}{row}:{letter}{row + 1}" for row in (2, 4, 6) for letter in "ABCD"],
)
MERGED_DISTRICTS = form(
    ("Huyện", "Tên xã", *LONG),
    *(
        (district if at in (0, 4) else None, name, "OP01", "2023", "Kế hoạch", 11 + at)
        for at, (_, name, district) in enumerate(PLACES)
    ),
    merged=("A2:A5", "A6:A7"),
)
DISTRICT_ROWS = form(
    ("Biểu số 02: Hỗ trợ nhà ở",), ("STT", "Đơn vị hành chính", PLAN[2]), ("I", "Huyện Sơn Động", 50),
    *((1 + at, PLACES[at][1], 11 + at) for at in range(4)), ("II", "Huyện Yên Thế", 31),
    *((at - 3, PLACES[at][1], 11 + at) for at in (4, 5)),
)  # fmt: skip
NUMBERED = form(
    ("STT", "Mã xã", "Tên xã", "OP01 – Kế hoạch 2023", "OP02 – Kế hoạch 2023", "Ghi chú"),
    ("A", "B", "C", "1", "2=1*2", "3"),
    *((1 + at, code, name, 11 + at, 22 + at) for at, (code, name, _) in enumerate(PLACES)),
)
SIGNED = form(
    PLAN, *((1 + at, PLACES[at][1], 11 + at) for at in (0, 1, 3, 4, 5)), (None,),
    ("Người lập biểu", None, "Bắc Giang, ngày 15 tháng 7 năm 2023"),
    ("(Ký, ghi rõ họ tên)", None, "TM. ỦY BAN NHÂN DÂN"), (None, None, "KT. CHỦ TỊCH"),
    ("Nguyễn Văn A", None, "Trần Văn B"),
)  # fmt: skip
OFFICE_HEADING = form(
    ("TT", "Tên đơn vị hành chính cấp xã", PLAN[2]),
    *((1 + at, PLACES[at][1], 11 + at) for at in (0, 1, 3, 4, 5)),
)
SHORT_TYPES = form(
    ("Tên xã", *LONG),
    *((name, "OP01", "2023", "Kế hoạch", 11 + at)
      for at, name in enumerate(("X. An Lạc", "X.Vân Sơn", "X An Bá"))),
)  # fmt: skip


def with_codes(written):
    rows = ((written(code), name, district, "OP01", "2023", "Kế hoạch", 11 + at)
            for at, (code, name, district) in enumerate(PLACES))  # fmt: skip
    return text(("Mã xã", "Tên xã", "Huyện", *LONG), *rows)


ICELANDIC = text(
    ("Tên xã", "Huyện", *LONG),
    *((name.replace("Đ", "\u00d0"), district.replace("Đ", "\u00d0"), "OP01", "2023", "Kế hoạch", 11 + at)
      for at, (_, name, district) in enumerate(PLACES)),
)  # fmt: skip
FIVE = [(PLACES[at][0], "OP01", "2023", "plan", 11 + at) for at in (0, 1, 3, 4, 5)]


@pytest.mark.few(5)
@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(
            OFFICIAL, plans(codes=CODES[:4]) + results("2023-Q2", codes=CODES[:4]), id="official"
        ),
        pytest.param(
            MERGED_COMMUNES,
            plans(codes=CODES[:3]) + results("2023-Q1", codes=CODES[:3]),
            id="merged communes",
        ),
        pytest.param(MERGED_DISTRICTS, plans(), id="merged districts"),
        pytest.param(DISTRICT_ROWS, plans(), id="rows of districts"),
        pytest.param(NUMBERED, plans() + plans(22, indicator="OP02"), id="numbered columns"),
        pytest.param(SIGNED, FIVE, id="signatures"),
        pytest.param(OFFICE_HEADING, FIVE, id="heading of the statistics office"),
        pytest.param(SHORT_TYPES, plans(codes=["07645", "07621", "07660"]), id="short types"),
        pytest.param(with_codes('="{}"'.format), plans(), id="codes as formulas"),
        pytest.param(with_codes(lambda code: f"{int(code)}.0"), plans(), id="codes as numbers"),
        pytest.param(with_codes("'{}".format), plans(), id="codes behind an apostrophe"),
        pytest.param(ICELANDIC, plans(), id="another letter for Đ"),
    ],
)
def test_every_figure_of_a_form_is_read_and_nothing_else(data, content, said):
    upload = check_upload(content, "biểu.csv" if content.startswith(b"\xef") else "biểu.xlsx", data)
    assert sorted(figures(upload)) == sorted(said)


@pytest.mark.long
def test_of_two_tables_with_a_wrong_row_each_keeps_its_own_indicator(data, own_store):
    content = form(
        ("Mã xã", "Tên xã", "OP01 – Kế hoạch 2023"), *((*PLACES[at][:2], 11 + at) for at in range(3)),
        (None,), ("Mã xã", "Tên xã", "OP02 – Kế hoạch 2023"),
        *((*PLACES[at][:2], 11 + at) for at in (3, 4)), (*PLACES[5][:2], "năm"),
    )  # fmt: skip
    upload = check_upload(content, "hai bảng.xlsx", data, store=own_store)
    commit_upload(upload, own_store, who=Who("Lan"), allow_rejected=True)

    found = visible(own_store, "observations")
    stored = zip(found["indicator"], found["commune_code"], found["value"], strict=True)
    assert sorted(stored) == [
        ("OP01", "07615", 11), ("OP01", "07621", 12), ("OP01", "07630", 13),
        ("OP02", "07243", 15), ("OP02", "07645", 14),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("basis", "heading"),
    [
        ("Kế hoạch", "OP01 – tỷ lệ hoàn thành (%)"),
        ("Kế hoạch", "OP01 – số hộ còn lại phải hỗ trợ"),
        ("Thực hiện", "OP01 – Thực hiện quý II/2023 – ước"),
        ("Thực hiện", "CX01 – số hộ nghèo (hộ)"),
    ],
)
def test_notes_above_make_no_figure_of_another_quantity(data, basis, heading):
    content = form(*noted(basis), ("Mã xã", heading), *((code, 55) for code in CODES))

    with pytest.raises(LoadError) as refused:
        check_upload(content, "biểu.xlsx", data)
    assert refused.value.code == "load_heading_unclear"


def test_money_spent_until_a_day_is_not_that_of_its_quarter(data):
    headings = ("Mã xã", "Dự án", "FI01 – lũy kế đến 30/6/2023 (triệu đồng)")
    rows = ((code, "DA1", 111 + at) for at, code in enumerate(CODES))
    upload = check_upload(form(*noted("Giải ngân"), headings, *rows), "biểu.xlsx", data)

    assert sum(map(len, upload.good.values())) == 0
    [told] = [note for note in upload.warnings if note.code == "load_cumulative_unknown"]
    assert told.text("vi").startswith("6 số lũy kế")
