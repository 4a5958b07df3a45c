"""Tables that come as .xls, .ods, web pages, XML or tabbed text: the same figures as from .xlsx."""

import datetime as dt
import importlib
import io
import json
import struct
import zipfile
from email.message import EmailMessage
from typing import get_args

import openpyxl
import pytest
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st

from mtqg_geo.loading.reading import cells
from mtqg_geo.loading.reading.cells import read_into
from mtqg_geo.loading.reading.formats import TableFormat
from mtqg_geo.loading.sheets.table import Merge
from mtqg_geo.loading.summary import read_line, set_aside_lines, upload_json
from mtqg_geo.loading.upload import check_upload
from mtqg_geo.loading.workbooks import marked as marked_module
from mtqg_geo.loading.workbooks.marked import marked_workbook
from mtqg_geo.programme.errors import LoadError
from mtqg_geo.programme.words import wordings
from tests.mtqg_geo.loading.other_formats import (
    WRITERS,
    ods,
    ods_cell,
    ods_row,
    ods_table,
    page_of,
    xls,
    xls_of,
    xml_2003,
    xml_2003_of,
    xml_cell,
)
from tests.mtqg_geo.loading.workbooks import written

ROWS = [
    ["Mã xã", "Chỉ tiêu", "Kỳ báo cáo", "Loại số liệu", "Giá trị"],
    ["07615", "OP01", "2023", "Kế hoạch", 11],
    ["07621", "OP01", "2023", "Kế hoạch", 12],
]
TEXTS = [[str(cell) for cell in row] for row in ROWS]


def sheets(folder, content, name="tệp.xls"):
    """Read in this process what the child reads; the code of a sentence if it refuses."""
    path = folder / name
    path.write_bytes(content)
    answer = read_into(folder, path=str(path), file_name=name)
    if "code" in answer:
        return answer["code"]
    return [cells._sheet(folder, each, answer["format"]) for each in answer["sheets"]]


def only(folder, content):
    (sheet,) = sheets(folder, content)
    return sheet


def texts(sheet):
    return sheet.cells.to_numpy().tolist()


@pytest.mark.parametrize("name", ["tệp.xls", "tệp.xlsx", "tệp.csv"])
@pytest.mark.parametrize("kind", WRITERS)
def test_a_format_is_told_by_what_is_in_the_file(tmp_path, kind, name):
    (sheet,) = sheets(tmp_path, WRITERS[kind](ROWS), name)

    assert (sheet.format, sheet.first_row, texts(sheet)) == (kind, 1, TEXTS)
    if kind in ("xls", "ods", "xml_2003"):
        assert sheet.name == "Biểu 1"
        assert sheet.numeric.to_numpy().sum(axis=0).tolist() == [0, 0, 0, 0, 2]


@settings(deadline=None)
@given(
    st.lists(st.lists(st.text("aă <>&\"'=1.,;", max_size=4), min_size=2, max_size=3), min_size=1)
)
@pytest.mark.parametrize("kind", ["xls", "ods", "xml_2003", "web_page"])
def test_any_text_comes_back_as_it_was_written(tmp_path_factory, kind, rows):
    rows = [["Đầu", "đề", "!"], *([" ".join(text.split()) for text in row] for row in rows)]
    sheet = only(tmp_path_factory.mktemp("x"), WRITERS[kind](rows))

    filled = [row for row in rows if any(row)]
    assert [[text for text in row if text] for row in texts(sheet) if any(row)] == [
        [text for text in row if text] for row in filled
    ]


PERCENT = xlwt.easyxf(num_format_str='0.0" %";0.0%')


def typed_xls(sheet, book):
    sheet.write(1, 1, "Tỷ lệ")
    sheet.write(2, 1, 0.05, PERCENT)
    sheet.write(2, 2, 5)
    sheet.write(3, 1, 0.25, xlwt.easyxf(num_format_str="0%"))
    sheet.write(3, 2, 0.5, xlwt.easyxf(num_format_str="0%"))
    sheet.write(4, 1, dt.datetime(2023, 6, 30), xlwt.easyxf(num_format_str="DD/MM/YYYY"))
    sheet.write(4, 2, dt.datetime(2023, 6, 30, 8, 30), xlwt.easyxf(num_format_str="D/M/YY h:mm"))
    sheet.row(5).set_cell_error(1, 0x2A)
    sheet.write(5, 2, True)
    sheet.row(5).hidden = True
    sheet.write_merge(6, 7, 1, 2, "07615")
    book.add_sheet("Kho").write(0, 0, "x")
    book.get_sheet(1).visibility = 1
    book.add_sheet("Trống")


TYPED_ODS = ods(
    ods_table(
        "<table:table-row/>",
        ods_row("<table:table-cell/>", "Tỷ lệ"),
        ods_row(
            "<table:table-cell/>",
            '<table:table-cell office:value-type="percentage" office:value="0.05"><text:p>5 %</text:p></table:table-cell>',
            5,
        ),
        ods_row(
            "<table:table-cell/>",
            *(f'<table:table-cell office:value-type="percentage" office:value="{n}"/>' for n in (0.25, 0.5)),
        ),
        ods_row(
            "<table:table-cell/>",
            '<table:table-cell office:value-type="date" office:date-value="2023-06-30"/>',
            '<table:table-cell office:value-type="date" office:date-value="2023-06-30T08:30:00"/>',
        ),
        ods_row(
            "<table:table-cell/>",
            '<table:table-cell office:value-type="string" office:string-value=""><text:p>#N/A</text:p></table:table-cell>',
            '<table:table-cell office:value-type="boolean" office:boolean-value="true"/>',
            more='table:visibility="filter"',
        ),
        ods_row(
            "<table:table-cell/>",
            ods_cell("07615", 'table:number-rows-spanned="2" table:number-columns-spanned="2"'),
            "<table:covered-table-cell/>",
        ),
    )
    + ods_table(ods_row("x"), name="Kho", more='table:style-name="ta2"')
    + ods_table('<table:table-row table:number-rows-repeated="1048576"/>', name="Trống"),
    styles='<style:style style:name="ta2"><style:table-properties table:display="false"/></style:style>',
)  # fmt: skip
SECOND, FAR = 'ss:Index="2"', 'ss:Index="9999999"'
SPANNED = f'{SECOND} ss:MergeAcross="1" ss:MergeDown="1"'
TYPED_2003 = xml_2003(
    [
        '<Column ss:Index="2" ss:StyleID="s1" ss:Span="0"/>',
        f'<Row ss:Index="2">{xml_cell("Tỷ lệ", SECOND)}</Row>',
        f'<Row>{xml_cell(0.05, SECOND)}{xml_cell(5)}</Row>',
        f'<Row ss:StyleID="s2">{xml_cell(0.25, SECOND)}{xml_cell(0.5)}</Row>',
        f'<Row>{xml_cell("2023-06-30T00:00:00.000", SECOND, "DateTime")}'
        f'{xml_cell("2023-06-30T08:30:00.000", kind="DateTime")}</Row>',
        f'<Row ss:Hidden="1">{xml_cell("#N/A", SECOND, "Error")}{xml_cell("1", kind="Boolean")}</Row>',
        f'<Row>{xml_cell("07615", SPANNED)}</Row>',
    ],
    styles='<Style ss:ID="s1"><NumberFormat ss:Format="0.0%"/></Style>'
    '<Style ss:ID="s2"><NumberFormat ss:Format="Percent"/></Style>',
    more="</Worksheet><Worksheet ss:Name='Kho'><Table><Row><Cell><Data ss:Type='String'>x</Data></Cell>"
    "</Row></Table><WorksheetOptions><Visible>SheetHidden</Visible></WorksheetOptions>"
    "</Worksheet><Worksheet ss:Name='Trống'>",
)  # fmt: skip


@pytest.mark.parametrize("content", [xls(typed_xls), TYPED_ODS, TYPED_2003])
def test_percentages_dates_errors_merged_and_hidden_cells_are_told(tmp_path, content):
    sheet, hidden = sheets(tmp_path, content)

    assert (sheet.first_row, sheet.name) == (2, "Biểu 1")
    assert texts(sheet) == [
        ["", "Tỷ lệ", ""],
        ["", "0.05", "5"],
        ["", "0.25", "0.5"],
        ["", "2023-06-30", "2023-06-30" + "T08:30:00"],
        ["", "#N/A", "TRUE"],
        ["", "07615", ""],
    ]
    assert sheet.percent.to_numpy()[:3].tolist() == [
        [False, False, False], [False, True, False], [False, True, True],
    ]  # fmt: skip
    assert sheet.merged == (Merge(7, 1, 8, 2),)
    assert sheet.hidden == {6}
    assert (hidden.name, hidden.cells.empty) == ("Kho", True)


def with_a_hidden_column():
    """Return a workbook of each format whose second column and those from the fourth are hidden."""
    rows = (("a", "b", "c", "d"),)

    def fill(sheet, _):
        for place, text in enumerate(rows[0]):
            sheet.write(0, place, text)
        sheet.col(1).hidden = sheet.col(3).hidden = True

    columns = (
        "<table:table-column/><table:table-column table:visibility='collapse'/><table:table-column/>"
        "<table:table-column table:visibility='filter' table:number-columns-repeated='16381'/>"
    )
    described = (
        "<Column ss:Index='2' ss:Hidden='1'/><Column/><Column ss:Hidden='1' ss:Span='16380'/>"
    )
    cells = "".join(map(xml_cell, rows[0]))
    return {
        "xls": xls(fill),
        "ods": ods(ods_table(columns, ods_row(*rows[0]))),
        "xml_2003": xml_2003([described, f"<Row>{cells}</Row>"]),
    }


@pytest.mark.parametrize("format", ["xls", "ods", "xml_2003"])
def test_hidden_columns_are_told(tmp_path, format):
    hidden = only(tmp_path, with_a_hidden_column()[format]).hidden_columns

    assert sorted(hidden)[:2] == [1, 3]
    assert len(hidden) < 500  # no more than a sheet may have


def test_a_web_page_is_one_sheet_as_excel_opens_it(tmp_path):
    content = """<html><head><title>Báo cáo</title><style>td {color: red}</style></head><body>
    <h3>BIỂU 01</h3><p>Đơn vị tính: triệu&nbsp;đồng<br>Năm 2023</p>
    <table><tr><th rowspan=2>Xã<th colspan=2>Vốn</tr><tr><td>KH<td>TH</tr>
    <tr style='display: none'><td>An Lạc<td x:num="0.0525">5%</td><td>1</td></tr>
    <tr><td>Vân<br>Sơn</td><td></td><td x:num>2</td></tr></table>
    <div>Người lập <table><tr><td>A</td></tr></table></div></body></html>"""
    sheet = only(tmp_path, content.encode())

    assert texts(sheet) == [
        ["BIỂU 01", "", ""],
        ["Đơn vị tính: triệu đồng", "", ""],
        ["Năm 2023", "", ""],
        ["Xã", "Vốn", ""],
        ["", "KH", "TH"],
        ["An Lạc", "0.0525", "1"],
        ["Vân Sơn", "", "2"],
        ["Người lập", "", ""],
        ["A", "", ""],
    ]
    assert sheet.merged == (Merge(4, 0, 5, 0), Merge(4, 1, 4, 2))
    assert (sheet.hidden, sheet.percent.to_numpy().sum()) == ({6}, 1)


@pytest.mark.parametrize(
    "content",
    [
        page_of(TEXTS).decode().encode("utf-16"),
        b"<table>" + b"".join(b"<tr>" + b"".join(b"<td>" + c.encode() for c in r) for r in TEXTS),
        b"\xef\xbb\xbf <?xml version='1.0'?><!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0//EN' 'x'>"
        b"<!-- <b> -->" + page_of(TEXTS),
        # A table that only arranges the page, around the one with figures.
        b"<table><tr><td>" + page_of(TEXTS).replace(b"</table>", b"</table></td></tr></table>"),
    ],
)
def test_pages_that_are_carelessly_written_are_read(tmp_path, content):
    assert texts(only(tmp_path, content)) == TEXTS


EXCELS_OWN = b"""<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:x="urn:schemas-microsoft-com:office:excel">
<head><meta http-equiv=Content-Type content="text/html; charset=utf-8"><!--[if !mso]><style>v\\:* {}</style>
<![endif]--><style><!--table {mso-displayed-decimal-separator:","} td {color:red}--></style></head><body>
<!--[if gte mso 9]><xml><x:ExcelWorkbook/></xml><![endif]--><table x:str><col width=64>%s
<![if supportMisalignedColumns]><tr height=0 style='display:none'><td width=64></td></tr><![endif]></table>"""


def test_a_page_saved_by_excel_alone_or_with_others_in_one_file(tmp_path):
    rows = b'<tr><td>07615</td><td class=xl65 align=right x:num="0.055">6%</td></tr>'
    alone = EXCELS_OWN % rows
    pages = (b"<html><frameset></frameset></html>", alone, alone.replace(b"07615", b"07621"))
    mail = EmailMessage()
    for page in pages:
        mail.add_attachment(page, maintype="text", subtype="html", cte="quoted-printable")
    both = b"MIME-Version: 1.0\n" + mail.as_bytes().replace(b"MIME-Version: 1.0\n", b"", 1)

    assert texts(only(tmp_path, alone)) == [["07615", "0.055"]]
    assert [(sheet.name, texts(sheet)) for sheet in sheets(tmp_path, both)] == [
        ("tệp.xls (1)", [["07615", "0.055"]]), ("tệp.xls (2)", [["07621", "0.055"]]),
    ]  # fmt: skip


def test_the_menu_of_a_page_does_not_push_its_table_out_of_sight(tmp_path):
    menu = "".join(f"<li><a href='/{number}'>Mục {number}</a></li>" for number in range(90))
    note = "<p>Kỳ báo cáo: 2023</p><p>Loại số liệu: Kế hoạch</p>"
    sheet = only(tmp_path, f"<body><ul>{menu}</ul>{note}".encode() + page_of(TEXTS))

    above = [row[0] for row in texts(sheet)[: -len(TEXTS)]]
    assert above[-3:] == ["Mục 89", "Kỳ báo cáo: 2023", "Loại số liệu: Kế hoạch"]
    assert len(above) == 12
    assert texts(sheet)[-len(TEXTS) :] == TEXTS


def test_names_of_an_xml_spreadsheet_may_lack_their_namespaces(tmp_path):
    content = b"""<Workbook><Worksheet Name="A"><Table><Row><Cell><Data Type="String"><B>07615</B></Data>
    <Comment><Data>ghi ch\xc3\xba</Data></Comment></Cell><Cell Formula="=1+1"/></Row></Table></Worksheet></Workbook>"""

    assert texts(only(tmp_path, content)) == [["07615", "=1+1"]]


def test_spaces_notes_and_repeats_of_an_opendocument(tmp_path):
    cell = (
        "<table:table-cell><office:annotation><text:p>ghi chú</text:p></office:annotation>"
        "<text:p>Xã<text:s text:c='2'/>An<text:line-break/><text:span>Lạc</text:span></text:p>"
        "<text:p>2</text:p></table:table-cell>"
    )
    rows = (
        ods_row(cell, ods_cell(7, 'table:number-columns-repeated="2"')),
        ods_row("x", more='table:number-rows-repeated="2"'),
        ods_row('<table:table-cell table:formula="of:=SUM([.A1])"/>'),
    )
    assert texts(only(tmp_path, ods(ods_table(*rows)))) == [
        ["Xã An Lạc\n2", "7", "7"], ["x", "", ""], ["x", "", ""], ["=SUM([.A1])", "", ""],
    ]  # fmt: skip


USUAL = "http://schemas.openxmlformats.org/"


def strict(change=lambda sheet: None):
    """Return a workbook as Excel saves it under "Strict Open XML Spreadsheet"."""
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    change(book.active)
    plain, out = io.BytesIO(), io.BytesIO()
    book.save(plain)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            for part, other in (("spreadsheetml/2006/main", "spreadsheetml/main"),
                                ("officeDocument/2006/", "officeDocument/")):  # fmt: skip
                text = text.replace(USUAL + part, "http://purl.oclc.org/ooxml/" + other)
            text = text.replace("<workbook ", '<workbook conformance="strict" ')
            new.writestr(name, text.replace('t="n"><v>45107', 't="d"><v>2023-06-30'))
    return out.getvalue()


def test_a_strict_workbook_is_read_like_any_other(tmp_path):
    def change(sheet):
        sheet.append(["07621", dt.date(2023, 6, 30)])
        sheet.merge_cells("C4:D4")

    (sheet,) = sheets(tmp_path, strict(change), "tệp.zip")

    assert texts(sheet) == [*TEXTS, ["07621", "2023-06-30", "", "", ""]]
    assert (sheet.format, sheet.merged) == ("xlsx_strict", (Merge(4, 2, 4, 3),))


def zipped(*names, **parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in (dict.fromkeys(names, "x") | parts).items():
            archive.writestr(name, content)
    return out.getvalue()


def patched(content, old, new):
    assert old in content
    return content.replace(old, new, 1)


def renamed(old, new):
    """Return a compound file with one of its streams under another name."""
    first, second = (
        name.encode("utf-16-le").ljust(64, b"\0") + struct.pack("<H", 2 * len(name) + 2)
        for name in (old, new)
    )
    return patched(xls_of(ROWS), first, second)


def zeros_from(record):
    """Return an old workbook with zeros from a record on, up to the end of a sector."""
    content = bytearray(xls_of(ROWS))
    at = content.index(record)
    content[at : at + 200] = bytes(200)
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (xls_of(ROWS)[:3000], "load_broken_workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "load_broken_workbook"),
        (renamed("Workbook", "WordDocument"), "load_broken_workbook"),
        # A text in the sheet is gone with all up to the end of its sector, or a sector follows itself.
        (zeros_from(b"\xfd\x00\x0a\x00\x01\x00"), "load_broken_workbook"),
        (patched(xls_of(ROWS), b"\x01\x00\x00\x00\x02\x00\x00\x00\x03", bytes(9)), "load_broken_workbook"),
        (renamed("Workbook", "EncryptedPackage"), "load_password"),
        (patched(xls_of(ROWS), b"\xe1\x00\x02\x00", b"\x2f\x00\x02\x00"), "load_password"),
        (ods("", META_INF__manifest_xml="<x/>"), []),
        (ods("", META_INF__manifest_xml="<manifest:encryption-data/>"), "load_password"),
        (zipped("mimetype", "META-INF/manifest.xml", "encrypted-package"), "load_password"),
        (ods(ods_table(ods_row("x")), kind="text"), "load_other_inside"),
        (ods(ods_table(ods_row("x", more='table:number-rows-repeated="200001"'))), "load_far_cell"),
        (ods(ods_table(ods_row(ods_cell(1, 'table:number-columns-repeated="501"')))), "load_far_cell"),
        (ods(ods_table(ods_row(ods_cell("nan").replace("string", "float")))), "load_broken_workbook"),
        (ods("<table:table>"), "load_broken_workbook"),
        (xml_2003_of(ROWS)[:-20], "load_broken_workbook"),
        (xml_2003_of(ROWS).replace(b"<Worksheet", b"<Row></Row><Worksheet"), "load_broken_workbook"),
        (xml_2003([f'<Row ss:Index="9999999">{xml_cell(1)}</Row>']), "load_far_cell"),
        (xml_2003([f"<Row>{xml_cell(1, FAR)}</Row>"]), "load_far_cell"),
        (
            xml_2003_of(ROWS).replace(b"?><?mso", b"?><!DOCTYPE x [<!ENTITY a 'b'>]><?mso"),
            "load_broken_workbook",
        ),
        (
            xml_2003_of(ROWS).replace(
                b"?><?mso", b"?><!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><?mso"
            ),
            "load_broken_workbook",
        ),
        (patched(xls_of(ROWS), b"\xfd\x00\x0a\x00\x01\x00", b"\xf9\x03\x0a\x00\x01\x00"), "load_broken_workbook"),
        (patched(xls_of(ROWS), b"\x08\x02\x10\x00\x01", b"\x08\x02\x12\x00\x01"), "load_broken_workbook"),
        (patched(xls_of(ROWS), b"\xfd\x00\x0a\x00\x01\x00\x01\x00", b"\xfd\x00\x0a\x00\x01\x00\x01\xef"), "load_broken_workbook"),
        # A number becomes what begins the part without cells; a sheet begins below its end.
        (patched(xls_of(ROWS), b"\xfd\x00\x0a\x00\x01\x00", b"\x3e\x02\x0a\x00\x01\x00"), "load_broken_workbook"),
        (patched(xls_of(ROWS), b"\x00\x02\x0e\x00\x00\x00", b"\x00\x02\x0e\x00\x00\x02"), "load_broken_workbook"),
        (patched(page_of(ROWS), b"</td></tr><tr><td>", b"</t<td>"), "load_broken_workbook"),
        (b"<html><body><p>Ch\xc6\xb0a c\xc3\xb3</p></body></html>", "load_no_web_table"),
        (b"<html><table><tr><td> <td><br></table>", "load_no_web_table"),
        (b"<html><table><tr>" + b"<td>1" * 501, "load_far_cell"),
        (b"<?xml version='1.0'?><kml xmlns='x'/>", "load_other_inside"),
        (b"<gpx xmlns='http://www.topografix.com/GPX/1/1'>", "load_other_inside"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", "load_no_web_table"),
        (b"\x09\x08\x08\x00\x00\x00\x10\x00\x00\x00\x00\x00", "load_save_anew"),
        (zipped("xl/workbook.bin"), "load_save_anew"),
        (zipped("Index/Document.iwa"), "load_other_inside"),
    ],
)  # fmt: skip
def test_a_broken_or_hostile_file_is_one_sentence(tmp_path, content, code):
    assert sheets(tmp_path, content) == code


@pytest.fixture
def here(monkeypatch):
    """Read and mark in this process, which is faster; one test below starts the child."""

    def run(function, arguments, *, folder, **_):
        module, name = function.split(":")
        return getattr(importlib.import_module(module), name)(folder, **arguments)

    for module in (cells, marked_module):
        monkeypatch.setattr(module, "run_isolated", run)


def checked(data, content, name="tệp.xls", **options):
    return check_upload(content, name, data, **options)


@pytest.mark.long
def test_an_old_workbook_is_checked_in_the_child_like_any_other(data):
    upload = checked(data, xls_of(ROWS))

    assert upload.format == "xls"
    assert upload.good["observations"]["value"].tolist() == [11.0, 12]
    assert read_line(upload, "vi") == (
        "tệp.xls: bảng tính Excel 97–2003 (.xls); trang Biểu 1 có 2 dòng."
    )
    assert json.loads(upload_json(upload, "en"))["format"] == "xls"


@pytest.mark.few(2)
@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("ods", "biểu.ods"), ("web_page", "báo cáo.xls"), ("web_page", "báo cáo.html"),
        ("xml_2003", "biểu.xml"), ("text", "biểu.xls"), ("text", "biểu.txt"), ("strict", "biểu.xlsx"),
    ],
)  # fmt: skip
def test_figures_are_read_from_a_file_of_its_usual_name(here, data, kind, name):
    content = strict() if kind == "strict" else WRITERS[kind](ROWS)

    assert checked(data, content, name).good["observations"]["value"].tolist() == [11, 12]


@pytest.mark.parametrize(
    ("kind", "name", "usual"),
    [
        ("xlsx", "biểu.xls", ".xlsx"), ("xlsx", "biểu.csv", ".xlsx"), ("strict", "biểu.xls", ".xlsx"),
        ("xls", "biểu.xlsx", ".xls"), ("ods", "biểu.xls", ".ods"), ("xlsx", "biểu.XLSM", None),
        ("web_page", "biểu.xls", None),  # as reporting systems name them, and Excel opens them
    ],
)  # fmt: skip
def test_a_workbook_is_read_by_its_content_and_its_name_is_said_to_mislead(
    here, data, kind, name, usual
):
    """Also with a formula, for which the workbook is opened twice."""
    rows = [*ROWS[:2], [*ROWS[2][:4], "=6*2" if kind == "xlsx" else 12]]
    content = {"xlsx": written, "strict": lambda _: strict()}.get(kind) or WRITERS[kind]
    upload = checked(data, content(rows), name)

    assert upload.good["observations"]["value"].iloc[0] == 11
    said = f"nhưng nội dung là của tệp {usual}; tệp được đọc theo nội dung."
    assert [*set_aside_lines(upload, "vi")] == (
        [f"Tên tệp có đuôi {name[4:]} {said}"] if usual else []
    )


def test_a_file_whose_sheets_are_hidden_is_not_called_empty(here, data):
    def fill(sheet, book):
        sheet.write(0, 0, "Mã xã")
        sheet.visibility = 1
        book.add_sheet("Trống")

    with pytest.raises(LoadError, match=r"^Every sheet of tệp.xls .* is hidden \(Biểu 1\)"):
        checked(data, xls(fill))
    with pytest.raises(LoadError, match="no cell with anything in it"):
        checked(data, xls(lambda sheet, book: None))


def test_an_opendocument_may_be_one_file_of_xml(tmp_path):
    with zipfile.ZipFile(io.BytesIO(WRITERS["ods"](ROWS))) as archive:
        content = archive.read("content.xml").decode()
    kind = 'office:mimetype="application/vnd.oasis.opendocument.spreadsheet"'
    flat = content.replace("<office:document-content", f"<office:document {kind}")
    flat = flat.replace("/office:document-content", "/office:document").encode()

    assert (only(tmp_path, flat).format, texts(only(tmp_path, flat))) == ("ods", TEXTS)


def test_every_format_has_its_words():
    keys = {f"loading_format_{each}" for each in get_args(TableFormat)}
    assert keys <= {*wordings()}


def test_a_file_that_breaks_the_reader_is_one_sentence(here, data):
    with pytest.raises(LoadError, match=r"^tệp.ods is damaged, or no spreadsheet program wrote it"):
        checked(data, ods("<table:table>"), "tệp.ods")


def two_sheets(sheet, book):
    other = book.add_sheet("Bản sao")
    for each in (sheet, other):
        for row, values in enumerate(ROWS):
            for place, value in enumerate(values):
                each.write(row, place, value)


def test_bytes_of_a_page_are_to_be_decoded_unless_letters_are_written_as_numbers(tmp_path):
    numbered = page_of(ROWS).decode().encode("cp1252", "xmlcharrefreplace")
    unknown = only(tmp_path, page_of([["Ma", "x"]]).replace(b"x</td>", b"x\xb7</td>"))

    assert (texts(only(tmp_path, numbered)), only(tmp_path, numbered).is_bytes) == (TEXTS, False)
    assert (texts(unknown), unknown.is_bytes) == ([["Ma", "x\xb7"]], True)


def test_tables_come_in_an_archive_as_odk_hands_them_out(here, data, tmp_path):
    table = "\n".join(",".join(map(str, row)) for row in ROWS)
    odk = zipped("media/ảnh 1.jpg", **{"phiếu.csv": table, "phiếu-lặp.csv": "KEY,PARENT_KEY\n1,2"})
    one = zipped("đọc.txt", **{"huyện/Biểu.XLS": xls(two_sheets)})
    two = zipped(**{"a.xls": xls_of(ROWS), "b/a.ods": WRITERS["ods"](ROWS)})

    upload = checked(data, odk, "odk.zip")
    assert (upload.format, upload.sheets_ignored) == ("archive", ("phiếu-lặp.csv",))
    assert upload.good["observations"]["sheet"].tolist() == ["phiếu.csv"] * 2
    said = "odk.zip: các bảng trong tệp nén (.zip); trang phiếu.csv có 2 dòng."
    assert read_line(upload, "vi") == said
    assert [sheet.name for sheet in sheets(tmp_path, one)] == ["Biểu 1", "Bản sao"]
    (tmp_path / "hai").mkdir()
    assert [sheet.name for sheet in sheets(tmp_path / "hai", two)] == [
        "a.xls: Biểu 1",
        "a.ods: Biểu 1",
    ]


@pytest.mark.parametrize(
    ("content", "code", "file"),
    [
        (zipped("ảnh.jpg"), "load_zip_nothing", "a.zip"),
        (
            zipped("word/document.xml", "word/embeddings/a.xlsx", "[Content_Types].xml"),
            "load_zip_nothing",
            "a.zip",
        ),
        (zipped(**{"a.xls": zipped("b.csv")}), "load_other_inside", "a.xls"),
        (zipped(**{"hỏng.ods": WRITERS["ods"](ROWS)[:300]}), "load_broken_workbook", "hỏng.ods"),
        (zipped(**{"a.csv": b"1;" * 999}).replace(b"1;1;", b"2;1;", 1), "zip_damaged", "a.zip"),
    ],
)
def test_what_is_wrong_in_an_archive_is_said_of_its_file(tmp_path, content, code, file):
    (tmp_path / "a.zip").write_bytes(content)
    answer = read_into(tmp_path, path=str(tmp_path / "a.zip"), file_name="a.zip")

    assert (answer["code"], answer["values"]["file"]) == (code, file)


def test_where_a_table_is_there_twice_a_sheet_is_chosen(here, data):
    content = xls(two_sheets)

    assert len(checked(data, content).errors) == 4
    one = checked(data, content, sheets=["Biểu 1"])
    assert (len(one.good["observations"]), one.errors, one.sheets_ignored) == (2, (), ("Bản sao",))
    with pytest.raises(LoadError, match="no sheet “Biểu 2”; those with anything in them: Biểu 1"):
        checked(data, content, sheets=["Biểu 2"])


@pytest.mark.parametrize("kind", ["xls", "web_page"])
def test_a_file_of_another_format_comes_back_marked_as_xlsx(here, data, kind):
    wrong = [*ROWS, ["07621", "OP01", "2023", "Kế hoạch", "ba"]]
    upload = checked(data, WRITERS[kind](wrong))
    (error,) = upload.errors
    marked = marked_workbook(upload.content, "tệp.xls", upload.errors)
    sheet = openpyxl.load_workbook(io.BytesIO(marked)).worksheets[1]

    assert error.value == "ba"
    assert sheet["E4"].comment.text == error.text("vi")
    assert (sheet["A2"].value, str(sheet["E2"].value)) == ("07615", "11")
    assert sheet.title == ("Biểu 1" if kind == "xls" else "tệp.xls")


def test_percentages_and_merged_cells_stay_what_they_are_in_the_marked_file(here):
    marked = marked_workbook(xls(typed_xls), "tệp.xls", ())
    sheet = openpyxl.load_workbook(io.BytesIO(marked)).worksheets[1]

    assert [(cell.value, cell.number_format) for cell in sheet[3][1:]] == [
        (0.05, "0.00%"),
        (5, "General"),
    ]
    assert [str(each) for each in sheet.merged_cells.ranges] == ["B7:C8"]
    assert [row for row, said in sheet.row_dimensions.items() if said.hidden] == [6]


def test_a_strict_workbook_comes_back_marked(here, data):
    upload = checked(
        data, strict(lambda sheet: sheet.append(["07621", "OP01", "2023", "KH", "ba"]))
    )
    marked = openpyxl.load_workbook(
        io.BytesIO(marked_workbook(upload.content, "tệp.xlsx", upload.errors))
    )

    assert marked.worksheets[1]["E4"].comment.text == upload.errors[0].text("vi")
