import zipfile

import openpyxl
import pytest

from geo.errors import ReadError
from geo.sandbox import Limits
from mtqg_geo.loading.sheets.layout import TO_CORRECT
from mtqg_geo.loading.sheets.table import RowError
from mtqg_geo.loading.workbooks import marked as marked_module
from mtqg_geo.loading.workbooks.marked import mark_into, marked_workbook
from mtqg_geo.loading.workbooks.templates import template
from tests.mtqg_geo.loading.workbooks import as_bytes, opened, sheets_of, written

RED = "00FFC7CE"
SHEET = "Trang 1"


@pytest.fixture
def here(monkeypatch):
    """Mark in this process, which is faster; tests of what harms a process leave it to the child."""

    def run(function, arguments, *, folder, subject, limits, with_gdal):
        try:
            return mark_into(folder, **arguments)
        except Exception as error:  # the child would break in the same way
            raise ReadError from error

    monkeypatch.setattr(marked_module, "run_isolated", run)


in_process = pytest.mark.usefixtures("here")


def error(letter, row, text="mười", *, sheet=SHEET):
    return RowError(sheet, row, "Giá trị", letter, text, "load_no_number", {"text": text})


def red(sheet):
    """Return the cells that are marked."""
    return {
        cell.coordinate
        for row in sheet.iter_rows()
        for cell in row
        if cell.fill.fill_type and cell.fill.start_color.rgb == RED
    }


@pytest.mark.long
def test_a_wrong_cell_is_red_explained_and_listed():
    content = written([["Mã xã", "Giá trị"], ["07243", "mười"], ["07246", 5]])
    book = opened(marked_workbook(content, "quý I.xlsx", [error("B", 2)]))
    assert book.sheetnames == [TO_CORRECT.vi, SHEET]
    assert red(book[SHEET]) == {"B2"}
    assert "“mười” không phải là số" in book[SHEET]["B2"].comment.text
    listed = list(book[TO_CORRECT.vi].iter_rows(min_row=5, values_only=True))
    [[number, sheet, place, column, value, reason]] = listed
    assert (number, sheet, place, column, value) == (1, SHEET, "B2", "Giá trị", "mười")
    assert reason.startswith("“mười” không phải là số")
    assert book[TO_CORRECT.vi]["C5"].hyperlink.location == f"'{SHEET}'!B2"
    assert book.active.title == TO_CORRECT.vi


@in_process
def test_a_reason_of_many_cells_is_listed_once_and_marked_in_each():
    content = written(
        [["Mã xã", "Giá trị"], *([code, "mười"] for code in ("07243", "07246", "07249"))]
    )
    book = opened(marked_workbook(content, "a.xlsx", [error("B", row) for row in (2, 3, 4)]))
    assert red(book[SHEET]) == {"B2", "B3", "B4"}
    [line] = book[TO_CORRECT.vi].iter_rows(min_row=5, values_only=True)
    assert line[:5] == (1, SHEET, "B2–B4", "Giá trị", "mười")
    assert book[TO_CORRECT.vi]["C5"].hyperlink.location == f"'{SHEET}'!B2"


@in_process
def test_everything_else_stays_as_the_planner_wrote_it():
    content = written([["Mã xã", "Giá trị"], ["07243", "mười"], ["07246", 5.25]])
    sheet = opened(marked_workbook(content, "a.xlsx", [error("B", 2)]))[SHEET]
    assert list(sheet.iter_rows(values_only=True)) == [
        ("Mã xã", "Giá trị"),
        ("07243", "mười"),
        ("07246", 5.25),
    ]


@in_process
def test_an_error_of_a_whole_row_marks_its_first_filled_cell():
    content = written([["", "Mã xã"], [None, "07243", 3]])
    assert red(opened(marked_workbook(content, "a.xlsx", [error("", 2)]))[SHEET]) == {"B2"}


@in_process
def test_a_merged_cell_is_marked_where_its_text_is():
    book = openpyxl.Workbook()
    book.active.title = SHEET
    book.active["A1"] = "Kỳ: 6 tháng"
    book.active.merge_cells("A1:D1")
    marked = opened(marked_workbook(as_bytes(book), "a.xlsx", [error("C", 1)]))
    assert marked[SHEET]["A1"].comment is not None


@in_process
def test_a_note_above_the_table_is_marked_by_its_own_address():
    content = written([["Kỳ: 6 tháng"], ["Mã xã"], ["07243"], ["07246"]])
    assert red(opened(marked_workbook(content, "a.xlsx", [error("A1", 4)]))[SHEET]) == {"A1"}


@pytest.mark.long
@in_process
def test_a_locked_cell_can_be_written_in_once_it_is_marked(data):
    content = template("region", data)
    errors = [error("A", 5, sheet="Khu vực"), error("D", 6, sheet="Khu vực")]
    sheet = opened(marked_workbook(content, "mẫu.xlsx", errors))["Khu vực"]
    assert sheet.protection.sheet
    assert not sheet["A5"].protection.locked
    assert sheet["A6"].protection.locked
    assert len(sheet.data_validations.dataValidation) == 4


@in_process
def test_marks_of_the_first_round_are_gone_in_the_second():
    content = written([["Mã xã", "Giá trị"], ["07243", "mười"], ["07246", "năm"]])
    first = marked_workbook(content, "a.xlsx", [error("B", 2), error("B", 3)])
    again = opened(marked_workbook(first, "a.xlsx", [error("B", 3)]))
    assert again.sheetnames == [TO_CORRECT.vi, SHEET]
    assert red(again[SHEET]) == {"B3"}
    assert again[SHEET]["B2"].comment is None


@in_process
@pytest.mark.usefixtures("in_this_process")
def test_the_list_is_passed_over_when_the_file_comes_back(tmp_path):
    content = written([["Mã xã", "Giá trị"], ["07243", "mười"]])
    marked = marked_workbook(content, "a.xlsx", [error("B", 2)])
    assert [sheet.name for sheet in sheets_of(marked, tmp_path)] == [SHEET]


@in_process
@pytest.mark.usefixtures("in_this_process")
def test_a_csv_becomes_a_workbook_with_the_same_texts_at_the_same_places(tmp_path):
    content = "Mã xã;Giá trị\n07243;1.234,5\n07246;=HYPERLINK(1)\n".encode()
    marked = marked_workbook(content, "quý.csv", [error("B", 3, sheet="quý.csv")])
    book = opened(marked)
    sheet = book.worksheets[1]
    assert red(sheet) == {"B3"}
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["Mã xã", "Giá trị"],
        ["07243", "1.234,5"],
        ["07246", "=HYPERLINK(1)"],
    ]
    assert (sheet["B3"].data_type, sheet["A2"].number_format) == ("s", "@")
    assert book[TO_CORRECT.vi]["C5"].hyperlink.location == "'quý.csv'!B3"
    assert sheets_of(marked, tmp_path)[0].cells.to_numpy()[1].tolist() == ["07243", "1.234,5"]


@in_process
def test_no_formula_comes_back_out():
    content = written([["a", "=1+1"], ["=cmd()", "x"]])
    errors = [error("B", 2, "=cmd|'/c calc'!A1")]
    for sheet in opened(marked_workbook(content, "a.xlsx", errors)).worksheets:
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


@in_process
def test_control_characters_in_what_is_said_do_no_harm():
    content = written([["a"]])
    book = opened(marked_workbook(content, "a.xlsx", [error("A", 1, "x\x07\x1by")]))
    assert book[TO_CORRECT.vi]["E5"].value == "xy"


@in_process
@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not an archive", b"\x00\x01\x02"])
def test_a_file_that_cannot_be_opened_gives_the_list_alone(content):
    book = opened(marked_workbook(content, "a.xlsx", [error("B", 2)]))
    assert book.sheetnames == [TO_CORRECT.vi]
    assert "Không tô màu được" in book[TO_CORRECT.vi]["A2"].value


@in_process
def test_a_far_cell_costs_nothing():
    book = openpyxl.Workbook()
    book.active.title = SHEET
    book.active["XFD1048576"] = 1
    book.active["A2"] = "mười"
    marked = opened(marked_workbook(as_bytes(book), "a.xlsx", [error("A", 2)]))
    assert marked[SHEET]["A2"].comment is not None


@pytest.mark.long
def test_a_merged_range_of_the_whole_sheet_ends_within_its_limits(tmp_path):
    plain = tmp_path / "plain.xlsx"
    plain.write_bytes(written([["a"], ["mười"]]))
    hostile = tmp_path / "hostile.xlsx"
    with zipfile.ZipFile(plain) as given, zipfile.ZipFile(hostile, "w") as out:
        for name in given.namelist():
            part = given.read(name)
            merged = b'</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
            out.writestr(name, part.replace(b"</sheetData>", merged))
    limits = Limits(memory_bytes=600_000_000, cpu_s=3, wall_s=5.0)
    marked = marked_workbook(hostile.read_bytes(), "a.xlsx", [error("A", 2)], limits=limits)
    assert opened(marked).sheetnames == [TO_CORRECT.vi]
