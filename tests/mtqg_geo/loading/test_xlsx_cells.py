"""Workbooks that a stranger may have made: a right reading or one sentence each."""

import datetime as dt
import io
import re
import zipfile

import openpyxl
import pytest

from geo.sandbox import Limits, run_isolated
from mtqg_geo.loading.reading import cells
from mtqg_geo.loading.reading.cells import read_into, read_sheets
from mtqg_geo.programme.errors import LoadError

HEAD = ["Mã xã", "Giá trị"]


def written(change, *rows):
    """Return a workbook of some rows, changed by a function of its first sheet."""
    book = openpyxl.Workbook()
    for row in rows or (HEAD, ["07243", 5]):
        book.active.append(row)
    change(book.active)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def patched(content, part, change):
    """Return a workbook with the text of one of its parts changed."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, change(text.decode()).encode() if name == part else text)
    return out.getvalue()


def sheets(folder, content):
    """Read in this process: quick, and the same as what the child does."""
    path = folder / "tệp.xlsx"
    path.write_bytes(content)
    answer = read_into(folder, path=str(path), file_name=path.name)
    if "code" in answer:
        return answer["code"]
    return [cells._sheet(folder, each) for each in answer["sheets"]]


def only(folder, content):
    (sheet,) = sheets(folder, content)
    return sheet


def put(address, value, number_format=None):
    def change(sheet):
        sheet[address] = value
        if number_format:
            sheet[address].number_format = number_format

    return change


SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHARED_STRINGS = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"


def test_cells_become_text_numbers_with_a_point(tmp_path):
    def change(sheet):
        sheet.append(["07243", 0.1 + 0.2])
        sheet.append([7243, 1e20])
        sheet.append([True, dt.datetime(2023, 6, 30)])
        sheet.append([None, dt.datetime(2023, 6, 30, 8, 30)])

    sheet = only(tmp_path, written(change, HEAD))

    assert sheet.cells.to_numpy().tolist() == [
        HEAD, ["07243", "0.3"], ["7243", "1e+20"], ["TRUE", "2023-06-30"], ["", "2023-06-30T08:30:00"],
    ]  # fmt: skip
    assert sheet.numeric.to_numpy().tolist() == [
        [False, False], [False, True], [True, True], [False, False], [False, False],
    ]  # fmt: skip


def test_percent_formats_are_noted(tmp_path):
    sheet = only(tmp_path, written(put("B2", 0.05, "0%")))

    assert (sheet.cells.iloc[1, 1], sheet.percent.iloc[1, 1]) == ("0.05", True)


def test_columns_are_told_that_show_numbers_in_thousands_or_millions(tmp_path):
    def change(sheet):
        for address, shown_as in (("A1", "#,##0,,"), ("B1", "#,##0.00"), ("C1", '0.0,"k"')):
            sheet[address] = 4_100_000_000
            sheet[address].number_format = shown_as
        sheet["D1"], sheet["D1"].number_format = "chữ", "0,"

    assert only(tmp_path, written(change)).scaled == {0, 2}


def test_rows_are_counted_as_excel_does_and_empty_ends_are_dropped(tmp_path):
    def change(sheet):
        sheet["B4"] = "Mã xã"
        sheet["B7"] = "07243"
        sheet["C9"] = None
        sheet["D9"].number_format = "0%"

    sheet = only(tmp_path, written(change, []))

    assert sheet.first_row == 4
    assert sheet.cells.to_numpy().tolist() == [["", "Mã xã"], ["", ""], ["", ""], ["", "07243"]]


def test_a_formula_counts_by_its_result(tmp_path):
    content = written(put("B2", "=2+3"))
    saved = patched(
        content,
        SHEET,
        lambda text: text.replace("<v></v>", "<v>5</v>").replace("<v />", "<v>5</v>"),
    )
    empty = patched(
        content, SHEET, lambda text: re.sub(r'<c r="B2"[^>]*>', '<c r="B2" t="str">', text)
    )

    assert only(tmp_path, content).cells.iloc[1, 1] == "=2+3"  # never calculated
    assert only(tmp_path, saved).cells.iloc[1, 1] == "5"
    assert only(tmp_path, empty).cells.iloc[1, 1] == ""  # calculated, and empty


def test_error_values_stay_what_they_are(tmp_path):
    content = patched(
        written(put("B2", 5)),
        SHEET,
        lambda text: re.sub(r'<c r="B2"[^>]*><v>5', '<c r="B2" t="e"><v>#REF!', text),
    )

    assert only(tmp_path, content).cells.iloc[1, 1] == "#REF!"


@pytest.mark.few(3)
@pytest.mark.parametrize("address", ["XFD1048576", "B1048576", "XFD1", "A200001", "SG1"])
def test_a_far_cell_costs_a_sentence(tmp_path, address):
    assert sheets(tmp_path, written(put(address, "x"))) == "load_far_cell"


def test_a_cell_longer_than_excel_writes_costs_a_sentence(tmp_path):
    longest = "x" * cells.MOST_CHARACTERS
    assert only(tmp_path, written(put("C2", longest))).cells.iloc[1, 2] == longest
    longer = patched(
        written(put("C2", "Ghi chú")),
        SHEET,
        lambda text: re.sub(
            r'<c r="C2"[^>]*>.*?</c>',
            f'<c r="C2" t="inlineStr"><is><t>{longest}x</t></is></c>',
            text,
        ),
    )
    (tmp_path / "dài.xlsx").write_bytes(longer)
    with pytest.raises(LoadError, match="cell C2 has 32768 characters, the most is 32767"):
        read_sheets(tmp_path / "dài.xlsx", "dài.xlsx")
    csv = tmp_path / "dài.csv"
    csv.write_text(f"Mã xã;Giá trị\n07243;{longest}x\n", encoding="utf-8")
    assert read_into(tmp_path, path=str(csv), file_name=csv.name)["code"] == "load_long_cell"


def test_one_long_text_in_many_cells_counts_each_time(tmp_path, monkeypatch):
    monkeypatch.setattr(cells, "MOST_TEXT_BYTES", 1_000_000)
    text = "x" * 30_000
    assert sheets(tmp_path, written(lambda _: None, *[[text]] * 40)) == "load_too_much_memory"


@pytest.mark.long
def test_far_cells_without_content_are_no_matter(tmp_path):
    def change(sheet):
        sheet["XFD1"].number_format = "0%"
        sheet["A1048576"].number_format = "0%"

    assert len(only(tmp_path, written(change)).cells) == 2


def test_what_a_sheet_says_of_its_size_is_not_believed(tmp_path):
    def lies(size):
        return lambda text: re.sub(
            r'<dimension ref="[^"]*"\s*/>', f'<dimension ref="{size}"/>', text
        )

    for size in ("A1:XFD1048576", "A1"):
        assert (
            len(only(tmp_path, patched(written(lambda sheet: None), SHEET, lies(size))).cells) == 2
        )


def test_three_hundred_columns_are_read(tmp_path):
    assert only(tmp_path, written(lambda sheet: sheet.append(list(range(300))))).cells.shape == (
        3,
        300,
    )


def test_empty_sheets_are_passed_over_and_hidden_ones_named(tmp_path):
    def change(sheet):
        sheet.parent.create_sheet("Trống")
        hidden = sheet.parent.create_sheet("Danh sách ẩn")
        hidden["A1"] = "x"
        hidden.sheet_state = "hidden"

    seen, hidden = sheets(tmp_path, written(change))
    assert (seen.name, len(seen.cells)) == ("Sheet", 2)
    assert (hidden.name, len(hidden.cells)) == ("Danh sách ẩn", 0)


def test_merged_cells_and_hidden_rows_are_told(tmp_path):
    def change(sheet):
        sheet.append(["07246", 6])
        sheet.merge_cells("A2:A3")
        sheet.merge_cells("C1:D1")
        sheet.row_dimensions[3].hidden = True
        sheet.row_dimensions[9].hidden = True

    content = written(change)
    plain = only(tmp_path, content)
    assert sorted(plain.merged) == [(1, 2, 1, 3), (2, 0, 3, 0)]
    assert plain.hidden == {3, 9}

    # Other programs put a prefix before each name, and do not number their rows.
    prefixed = patched(
        content,
        SHEET,
        lambda text: re.sub(r"<(/?)(?=\w)", r"<\1x:", re.sub(r' r="\d+"', "", text)).replace(
            "xmlns=", "xmlns:x="
        ),
    )
    other = only(tmp_path, prefixed)
    assert (other.merged, other.hidden) == (plain.merged, {3, 4})


def test_names_of_sheets_are_composed(tmp_path):
    def change(sheet):
        sheet.title = "So\u0302\u0301 lie\u0323\u0302u"

    assert only(tmp_path, written(change)).name == "Số liệu"


def zipped(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def bomb():
    """Return 300 KB that unpack to 320 MB."""
    out = io.BytesIO(written(lambda sheet: None))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.png", b"\0" * 320_000_000)
    return out.getvalue()


ENTITIES = '<!DOCTYPE x [<!ENTITY a "boom"><!ENTITY b "&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def with_doctype(doctype):
    declaration = "<?xml version='1.0'?>"

    def change(text):
        text = re.sub(r"^<\?xml[^>]*\?>", "", text)
        return declaration + doctype + text.replace("07243", "&a;").replace("Mã xã", "&a;")

    return change


def with_shared_strings(part):
    """Return a workbook whose code stands in a list of texts, as Excel writes them."""
    content = patched(
        written(lambda sheet: None),
        SHEET,
        lambda text: text.replace('t="inlineStr"><is><t>07243</t></is>', 't="s"><v>0</v>'),
    )
    override = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{SHARED_STRINGS}" />'
    content = patched(
        content, "[Content_Types].xml", lambda text: text.replace("</Types>", f"{override}</Types>")
    )
    out = io.BytesIO(content)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/sharedStrings.xml", part)
    return out.getvalue()


def test_texts_that_excel_lists_once_are_read(tmp_path):
    content = with_shared_strings(f"<sst xmlns='{MAIN}'><si><t>07243</t></si></sst>")

    assert only(tmp_path, content).cells.iloc[1, 0] == "07243"


def value_moved_out(text):
    return re.sub(r"(<v>\d+</v>)(</c>)", r"\2\1", text, count=1)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\x03\x04" + b"\0" * 99, "load_broken_workbook"),
        (zipped(word__document_xml=b"<x/>"), "load_other_inside"),
        (zipped(xl__worksheets__sheet1_xml=b"<x/>"), "load_broken_workbook"),
        (written(lambda sheet: None)[:-400], "load_broken_workbook"),
        (patched(written(lambda s: None), SHEET, lambda text: text[:-90]), "load_broken_workbook"),
        (patched(written(lambda s: None), SHEET, value_moved_out), "load_broken_workbook"),
        (patched(written(lambda s: None), SHEET, with_doctype(ENTITIES)), "load_broken_workbook"),
        (patched(written(lambda s: None), SHEET, with_doctype(OUTSIDE)), "load_broken_workbook"),
        (
            with_shared_strings(f"{ENTITIES}<sst xmlns='{MAIN}'><si><t>&b;</t></si></sst>"),
            "load_broken_workbook",
        ),
    ],
    ids=[
        "no zip",
        "word",
        "no workbook",
        "cut",
        "cut sheet",
        "a value beside its cell",
        "entities",
        "outside",
        "strings",
    ],
)
def test_each_hostile_file_has_its_sentence(tmp_path, content, code):
    assert sheets(tmp_path, content) == code


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    assert sheets(tmp_path, bomb()) == "load_unpacks_large"


def test_too_many_sheets_are_refused(tmp_path):
    def change(sheet):
        for number in range(100):
            sheet.parent.create_sheet(f"Trang {number}")

    assert sheets(tmp_path, written(change)) == "load_many_sheets"


@pytest.mark.long
def test_the_child_gives_the_same_cells(tmp_path):
    path = tmp_path / "tệp.xlsx"
    path.write_bytes(written(put("B2", 0.05, "0%")))
    (sheet,) = read_sheets(path, path.name)

    assert sheet.cells.to_numpy().tolist() == [HEAD, ["07243", "0.05"]]
    assert sheet.percent.iloc[1, 1]


@pytest.mark.long
def test_what_the_child_finds_wrong_is_said_here(tmp_path):
    path = tmp_path / "tệp.xlsx"
    path.write_bytes(written(put("XFD1048576", "x")))

    with pytest.raises(LoadError, match=r"^Sheet Sheet has something in cell XFD1048576"):
        read_sheets(path, path.name)


def test_a_file_that_needs_too_much_memory_costs_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(cells, "LIMITS", Limits(memory_bytes=500_000_000, cpu_s=30, wall_s=60))
    path = tmp_path / "tệp.xlsx"
    path.write_bytes(
        patched(
            written(lambda s: None), SHEET, lambda text: text.replace("07243", " " * 60_000_000)
        )
    )

    with pytest.raises(LoadError) as caught:
        read_sheets(path, path.name)
    assert caught.value.code == "load_too_much_memory"


def test_an_empty_file_says_so(tmp_path):
    path = tmp_path / "tệp.csv"
    path.touch()

    with pytest.raises(LoadError, match=r"is empty \(0 bytes\)"):
        read_sheets(path, path.name)


def test_an_empty_workbook_says_so(tmp_path, in_this_process):
    path = tmp_path / "tệp.xlsx"
    path.write_bytes(written(lambda sheet: None, []))

    with pytest.raises(LoadError, match=r"has no cell with anything in it"):
        read_sheets(path, path.name)


def test_the_child_that_reads_does_not_wait_for_what_only_its_parent_needs(tmp_path):
    for name, content in (("a.xlsx", written(lambda sheet: None)), ("a.csv", b"a;b\n1;2\n")):
        (tmp_path / name).write_bytes(content)
        heavy = run_isolated(
            "tests.mtqg_geo.loading.heavy:imported_to_read",
            {"path": str(tmp_path / name)},
            folder=tmp_path,
            subject=name,
            with_gdal=False,
            without=cells.NOT_NEEDED,
        )
        assert heavy == [], name
