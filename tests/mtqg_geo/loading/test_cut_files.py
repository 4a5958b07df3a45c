"""Files that lost something on their way: it is said before they are loaded, and never of whole ones."""

import csv
import io
import random
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqg_geo.dataset.dataset import shipped_dataset
from mtqg_geo.exports.files import csv_text
from mtqg_geo.figures.selection import default_selection
from mtqg_geo.loading.upload import check_upload
from mtqg_geo.programme.errors import LoadError
from tests.long import DEAR, LONG
from tests.mtqg_geo.loading.other_formats import WRITERS, page_of
from tests.mtqg_geo.loading.workbooks import as_bytes

pytestmark = pytest.mark.usefixtures("in_this_process")
CASES = Path(__file__).resolve().parents[4] / "shared" / "cases"
DATA = shipped_dataset()
COMMUNES = DATA.commune_list[["code", "name", "district"]].astype(str)
SON_DONG = COMMUNES[COMMUNES["district"] == "Huyện Sơn Động"]["code"].tolist()
YEN_THE = COMMUNES[COMMUNES["district"] == "Huyện Yên Thế"]["code"].tolist()
LONG_HEAD = "commune_code,indicator,project,period,basis,value,source"
WIDE = ("Mã xã", "OP01 – Kế hoạch 2023")
TABLES = (".csv", ".xlsx", ".xls", ".ods", ".xml")


def lines(*rows, end="\n"):
    return ("\n".join(rows) + end).encode()


def plan(codes, *, title=None, end="\n"):
    """Return the CSV of a plan: 1,000 in the first commune, 1,001 in the next."""
    rows = [title] if title else []
    rows += [";".join(WIDE), *(f"{code};{1000 + at}" for at, code in enumerate(codes))]
    return lines(*rows, end=end)


def workbook(**sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return as_bytes(book)


def said(content, name="tệp.csv"):
    """Return row and code of what is wrong, and of what speaks for a file that was cut."""
    upload = check_upload(content, name, DATA)
    found = (*upload.errors, *upload.may_be_cut)
    assert all(each.text(lang) for each in found for lang in ("vi", "en"))
    return [(each.row, each.code) for each in found]


def outcome(content, name):
    """Return the figures that would be stored, and whether anything is said; None if refused."""
    try:
        upload = check_upload(content, name, DATA)
    except LoadError:
        return None
    figures = upload.good.get("observations")
    names = ["commune_code", "indicator", "period", "basis", "value"]
    rows = () if figures is None else figures[names].astype(str).itertuples(index=False, name=None)
    return frozenset(rows), bool(upload.errors or upload.may_be_cut)


FULL = "07243,CX01,,2023,actual,1601,bc"
ROW_CASES = {
    "the figure is lost, and the file ends there": (
        lines(LONG_HEAD, FULL, "07246,CX01,,2023,actual", end=""), [(3, "load_cut_row")]),
    "the source is lost where the file ends": (
        lines(LONG_HEAD, FULL, "07246,CX01,,2023,actual,2200", end=""), [(3, "load_cut_row")]),
    "the figure is lost in the middle": (
        lines(LONG_HEAD, "07246,CX01,,2023,actual", FULL), [(2, "load_fewer_cells_lost")]),
    "only the source is lost": (
        lines(LONG_HEAD, "07246,CX01,,2023,actual,1577", FULL), [(2, "load_fewer_cells")]),
    "nothing is reported": (lines(LONG_HEAD, "07246,CX01,,2023,actual,,", FULL), []),
    "one cell more": (lines(LONG_HEAD, FULL + ",5", FULL.replace("43", "46")), [(2, "load_more_cells")]),
    "more separators": (lines(LONG_HEAD, FULL + ",,", FULL.replace("43", "46")), []),
    "a title above": (lines("Biểu 1: số hộ", "", LONG_HEAD, FULL), []),
    "the last number has no end": (
        lines("Mã xã;OP01 – Kế hoạch 2023", "07243;4", "07246;2200", end=""), [(3, "load_open_end")]),
    "half an end of line": (
        b"M\xc3\xa3 x\xc3\xa3;OP01 - plan 2023\r\n07243;4\r\n07246;2200\r", [(3, "load_open_end")]),
    "in quotation marks it is whole": (lines(*WIDE[:0], ";".join(WIDE), "07243;4", '07246;"2200"', end=""), []),
    "a row of cells in quotation marks is not": (
        lines('"Mã xã";"OP01 – Kế hoạch 2023"', '"07243";"4"', '"07246"', end=""), [(3, "load_cut_row")]),
    "nor is a running number": (
        lines('"STT";"Mã xã";"OP01 – Kế hoạch 2023"', '"1";"07243";"4"', '"2"', end=""),
        [(3, "load_open_end")]),
    "nothing but a code": (
        lines("Mã xã;OP01 – Kế hoạch 2023", "07243;4", "07246"), [(3, "load_fewer_cells")]),
    "the source may end anywhere": (lines(LONG_HEAD, FULL, end=""), []),
    "only a running number is left": (
        lines("STT;Mã xã;OP01 – Kế hoạch 2023", "1;07243;4", "2", end=""), [(3, "load_open_end")]),
    # Excel leaves out what is empty at the end of 16 rows; the 17th and 18th are such a block.
    "as Excel saves it": (
        lines("Mã xã;OP01 – Kế hoạch 2023;OP02 – Kế hoạch 2023", *(f"{c};1;2" for c in YEN_THE[:15]),
              *(f"{c};1" for c in SON_DONG[:2])), []),
    "not as Excel saves it": (
        lines("Mã xã;OP01 – Kế hoạch 2023;OP02 – Kế hoạch 2023", "07243;1", "07246;1;2"),
        [(2, "load_fewer_cells")]),
}  # fmt: skip


@pytest.mark.parametrize("case", ROW_CASES)
def test_rows_and_files_that_end_too_early_are_told_apart_from_whole_ones(case):
    content, expected = ROW_CASES[case]
    assert said(content) == expected


def test_one_word_stands_for_all_short_rows_of_a_kind():
    content = lines(";".join((*WIDE, "OP02 – Kế hoạch 2023")), "07243;1", "07246;1;2", "07252;3")

    [word] = check_upload(content, "x.csv", DATA).may_be_cut
    assert (word.rows, word.value) == ((2, 4), "1")
    assert word.text("en").startswith("The row has 2 of 3 cells; those from column C on")


@pytest.mark.long
def test_a_row_of_a_web_page_with_a_cell_more_is_an_error():
    rows = [WIDE, *([code, str(at)] for at, code in enumerate(SON_DONG[:3], start=5))]
    content = page_of(rows)
    moved = content.replace(b"<td>6</td>", b"<td></td><td>6</td>")
    beside = content.replace(b"</tr>", b"<td>x</td></tr>").replace(b"<td>x", b"<td>", 1)

    assert said(moved, "x.html") == [(3, "load_more_cells_page")]
    assert said(beside, "x.html") == []  # a column without a heading


def test_a_row_of_a_web_page_with_a_cell_less_is_told_of():
    rows = [WIDE, *([code, str(at)] for at, code in enumerate(SON_DONG[:3]))]
    content = page_of(rows) + b"</body></html>"
    short = content.replace(b"<td>1</td>", b"")

    assert said(content, "x.html") == []
    assert said(short, "x.html") == [(3, "load_fewer_cells")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_file_that_ends_within_a_letter_is_refused(encoding):
    content = "Mã xã;Chỉ tiêu\n07243;Số hộ nghèo".encode(encoding)[:-1]
    content = content[:-1] if encoding == "utf-8" else content  # within the è

    with pytest.raises(LoadError) as caught:
        check_upload(content, "x.csv", DATA)
    assert caught.value.code == "load_cut_letter"


LUC_NGAN = COMMUNES[COMMUNES["district"] == "Huyện Lục Ngạn"]["code"].tolist()
CITY = COMMUNES[COMMUNES["district"] == "Thành phố Bắc Giang"]["code"].tolist()
REGIONS = DATA.regions_in(2023)
HARDEST = sorted({*REGIONS.index[REGIONS == "III"]})
BEGUN = [*(each for each in LUC_NGAN if each in HARDEST),
         *[each for each in SON_DONG if each in HARDEST][1:4]]  # fmt: skip


def by_district(*parts, end=""):
    """Return a list with a row above the communes of each district, perhaps one without any."""
    rows = ["Mã xã;Tên xã;OP01 – Kế hoạch 2023"]
    for name, codes in parts:
        rows += [f";{name};", *(f"{code};;{1000 + at}" for at, code in enumerate(codes))]
    return lines(*rows, *([f";{end};"] if end else []))


HALF = [*YEN_THE, *SON_DONG[:8]]
EVERY = COMMUNES["code"].tolist()
PLANS = [f"{code};{op};2023;KH;5" for code in SON_DONG[:4] for op in ("OP01", "OP02", "OP05")]
LIST = "Mã xã;Chỉ tiêu;Kỳ;Loại số liệu;Giá trị"
LIST_CASES = {
    "190 of 209 communes": (plan(EVERY[:190]), ["load_communes_missing"]),
    "200, others left out here and there": (
        plan([code for at, code in enumerate(EVERY) if at % 20]), ["load_communes_missing"]),
    "half of the province": (plan(EVERY[:105]), ["load_communes_missing"]),
    "the whole province": (plan(EVERY), []),
    "a row above the headings": (
        lines(f"{SON_DONG[0]};11", ";".join(WIDE), f"{SON_DONG[1]};12", f"{SON_DONG[0]};11"),
        ["load_above_headings"]),
    "a whole district": (plan(SON_DONG), []),
    "some communes of two districts": (plan([*SON_DONG[:4], *YEN_THE[:2]]), []),
    "a whole district and half of another": (plan(HALF), ["load_communes_missing"]),
    "the first communes of a district": (plan(SON_DONG[:6]), ["load_communes_missing"]),
    "some communes of a district": (plan([*SON_DONG[:3], *SON_DONG[4:7]]), []),
    "a few communes below the row of their district": (
        by_district(("Huyện Sơn Động", SON_DONG[2:6])), []),
    "some communes of each district": (
        by_district(("Huyện Yên Thế", YEN_THE[:4]), ("Huyện Sơn Động", SON_DONG[:6])), []),
    "the row of a district, and the file ends": (
        by_district(("Huyện Yên Thế", YEN_THE), end="Huyện Sơn Động"), ["load_communes_missing"]),
    "the sum of a district below it": (
        by_district(("Huyện Yên Thế", YEN_THE), end="Huyện Yên Thế"), []),
    "the first districts of ten": (plan([*CITY, *YEN_THE]), ["load_communes_missing"]),
    "two other districts": (plan([*YEN_THE, *SON_DONG]), []),
    "the hardest communes, cut in a district": (plan(BEGUN), ["load_communes_missing"]),
    "all but one of a district": (plan(SON_DONG[:-1]), ["load_communes_missing"]),
    "all, one of them without a figure": (plan(SON_DONG).replace(b"1003", b""), []),
    "fewer than the title counts": (
        plan(SON_DONG[:4], title="Danh sách gồm 17 xã"), ["load_counted_more"]),
    "as many as the title counts": (plan(SON_DONG[:4], title="Danh sách gồm 4 xã"), []),
    "fewer rows than are announced": (
        plan(SON_DONG[:4], title="Số xã: 5"), ["load_counted_more"]),
    "a total that is announced": (
        plan(SON_DONG[:4], title="Biểu 2 (dòng cuối là tổng cộng)"), ["load_total_announced"]),
    "a total that is announced and there": (
        plan(SON_DONG[:3], title="Biểu 2 (dòng cuối là tổng cộng)") + "Tổng cộng;3003\n".encode(), []),
    "fewer in a district than it says": (
        lines("Tên xã;OP01 – Kế hoạch 2023", "Huyện Sơn Động (3 xã);3", "Xã An Lạc;1", "Xã Vân Sơn;2",
              "Huyện Yên Thế (2 xã);3", "Xã Đồng Tiến;1", "Xã Canh Nậu;2"), ["load_counted_more"]),
    "a number of another thing": (
        plan(SON_DONG[:4], title="Kế hoạch 2023: 17 xã thoát khỏi ĐBKK"), []),
    "a total that fits": (plan(SON_DONG[:3]) + "Tổng cộng;3003\n".encode(), []),
    "a total that does not": (
        plan(SON_DONG[:3]) + "Tổng cộng;9999\n".encode(), ["load_total_differs"]),
    "a total of each group but the last": (
        plan(SON_DONG[:2]) + f"Cộng;2001\n{YEN_THE[0]};5\n{YEN_THE[1]};6\n".encode(),
        ["load_total_after_each"]),
    "the same three figures of each commune": (lines(LIST, *PLANS), []),
    "of the last commune only two": (lines(LIST, *PLANS[:-1]), ["load_breaks_off"]),
}  # fmt: skip


@pytest.mark.parametrize("case", LIST_CASES)
def test_lists_that_lack_what_they_themselves_lead_to_expect_are_told_of(case):
    content, expected = LIST_CASES[case]
    assert [code for _, code in said(content)] == expected


def test_what_is_missing_is_counted_and_named():
    upload = check_upload(plan(EVERY[:190]), "x.csv", DATA)

    [word] = upload.may_be_cut
    assert word.values["place"].vi == "Bắc Giang"
    assert (word.values["listed"], word.values["count"], word.values["missing"]) == (190, 209, 19)
    assert EVERY[190] in word.values["example"]
    assert len(upload.good["observations"]) == 190  # said, not refused


def test_a_district_that_was_begun_is_counted_within_what_the_list_is_of():
    [word] = check_upload(plan(BEGUN), "x.csv", DATA).may_be_cut
    assert word.text("en").startswith(
        "The table lists 3 of the 11 communes of Huyện Sơn Động, region III of Bắc Giang, "
        f"ends with {BEGUN[-1]} ("
    )
    assert f"kết thúc ở {BEGUN[-1]} (" in word.text("vi")


def sheet(codes, *below, year=2023):
    return [("Mã xã", f"OP01 – Kế hoạch {year}"), *((code, 5) for code in codes), *below]


def test_sheets_of_a_workbook_are_compared_with_each_other():
    total = ("Tổng cộng", 20)
    one, other = sheet(SON_DONG[:4], total), sheet(YEN_THE[:4], year=2024)

    assert said(workbook(A=one, B=other), "x.xlsx") == [(5, "load_total_missing")]
    assert said(workbook(A=one, B=[*other, total]), "x.xlsx") == []
    # A list in two parts is one list.
    parts = {"A": sheet([*YEN_THE, *SON_DONG[:8]]), "B": sheet(SON_DONG[8:])}
    assert said(workbook(**parts), "x.xlsx") == []


@st.composite
def whole_files(draw):
    """Return a file that says how many communes it has, as any program may write it."""
    codes = draw(st.lists(st.sampled_from(SON_DONG), min_size=2, max_size=9, unique=True))
    numbers = st.integers(0, 10**6)
    is_long, several = draw(st.booleans()), draw(st.integers(1, 3))
    if is_long:
        head = LIST.split(";")
        rows = [
            [code, f"OP0{1 + at}", "2023", "KH", draw(numbers)]
            for code in codes
            for at in range(several)
        ]
    else:
        head = ["Mã xã", *(f"OP0{1 + at} – Kế hoạch 2023" for at in range(several))]
        rows = [[code, *(draw(numbers) for _ in range(several))] for code in codes]
    out = io.StringIO()
    end, separator = draw(st.sampled_from(["\n", "\r\n"])), draw(st.sampled_from([";", "\t", ","]))
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]))
    writer = csv.writer(out, delimiter=separator, lineterminator=end, quoting=quoting)
    writer.writerows([[f"Danh sách {len(codes)} xã"], head, *rows])
    return out.getvalue().encode(draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])))


@DEAR
@given(whole_files(), st.randoms(use_true_random=False))
def test_of_a_file_cut_at_any_byte_nothing_is_lost_without_a_word(content, chance):
    figures, is_doubted = outcome(content, "x.csv")
    assert figures
    assert not is_doubted
    places = range(1, len(content))
    for at in chance.sample(places, min(len(places), 10 if LONG else 3)):
        found = outcome(content[:at], "x.csv")
        assert found is None or found[1] or found[0] == figures, content[:at]


ROWS = [["Mã xã", "Chỉ tiêu", "Kỳ báo cáo", "Loại số liệu", "Giá trị"],
        *([code, "OP01", "2023", "Kế hoạch", 11] for code in SON_DONG[:3])]  # fmt: skip
FORMATS = {
    **{kind: write(ROWS) for kind, write in WRITERS.items() if kind != "text"},
    "xlsx": workbook(A=ROWS),
}


@pytest.mark.parametrize("kind", FORMATS)
def test_a_cut_workbook_or_page_is_refused_or_told_of(kind):
    content = FORMATS[kind]
    name = "x.xlsx" if kind == "xlsx" else "x.xls"
    figures, is_doubted = outcome(content, name)
    assert len(figures) == 3
    assert not is_doubted
    for at in random.Random(kind).sample(range(1, len(content)), 100 if LONG else 4):
        found = outcome(content[:at], name)
        assert found is None or found[1] or found[0] == figures, at


FEW = ("o07", "o13_", "o20", "o21", "o29", "o54", "o60")  # a total, districts, signatures, texts


@pytest.mark.long
@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.long)])
def test_no_case_that_people_send_is_called_cut_but_the_one_that_ends_in_a_number(every):
    if not CASES.is_dir():
        pytest.skip("the collection of cases is not here")
    told = {}
    for path in sorted((CASES / "inputs").iterdir()):
        if path.suffix not in TABLES or not path.name.startswith(("o", "w") if every else FEW):
            continue
        try:
            upload = check_upload(path.read_bytes(), path.name, DATA)
        except LoadError:
            continue
        told[path.name] = [each.code for each in upload.may_be_cut]
    assert len(told) > (30 if every else 6)
    assert {name: codes for name, codes in told.items() if codes} == {
        "o29_csv_tcvn3.csv": ["load_open_end"]
    }
    assert said((CASES / "hostile" / "cut2.csv").read_bytes()) == [(3, "load_cut_row")]


@pytest.mark.long
def test_our_own_exports_are_whole():
    selection = replace(default_selection(DATA), districts=("220",))
    content = csv_text(DATA, selection, "sites").encode("utf-8-sig")

    upload = check_upload(content, "sites.csv", DATA)
    assert upload.may_be_cut == ()
    assert sum(table.rows_read for table in upload.tables) == len(content.splitlines()) - 1
