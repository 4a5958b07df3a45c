"""The whole path of a workbook: take, fill, upload, see errors, correct, load, see the map, undo."""

import re
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import TimeoutError, expect

from tests.e2e.days import go_to

VALUE, WRONG = 7, "bảy nhà"


@pytest.fixture(scope="module")
def _on_load(module_visit):
    module_visit.open("/load")


@pytest.fixture
def tab(_on_load, shared_visit):
    """The page on which data are loaded; files are only checked on it, one after another."""
    return shared_visit


def give_name(tab):
    tab.page.get_by_label("Người nạp").fill("Nguyễn Văn An")
    tab.page.get_by_label("Người nạp").press("Enter")
    tab.wait_drawn()


def open_list(tab, entry):
    """Open a list; return its options. A page that is drawn anew just then closes it: once more."""
    options = tab.page.get_by_role("option")
    for _ in range(3):
        tab.wait_drawn()
        entry.click()
        try:
            options.first.wait_for(timeout=3_000)
            break
        except TimeoutError:
            tab.page.keyboard.press("Escape")
    return options


def column(sheet, row, start):
    return next(
        cell.column for cell in sheet[row] if cell.value and str(cell.value).startswith(start)
    )


def filled(source, target, values):
    """Fill the template for the first communes of the programme's list: plan of 2023, OP01."""
    book = load_workbook(source)
    sheet = book["Số liệu"]
    head = next(cell.row for cell in sheet["A"] if cell.value == "Mã xã")
    codes = {str(cell.value): cell.row for cell in sheet["A"][head:] if cell.value}
    for code, value in values.items():
        row = codes[code]
        sheet.cell(row, column(sheet, head, "Kỳ")).value = "Năm 2023"
        sheet.cell(row, column(sheet, head, "Loại")).value = "Kế hoạch"
        sheet.cell(row, column(sheet, head, "OP01")).value = value
    book.save(target)


def upload(page, path):
    page.locator("input[type=file]").set_input_files(path)
    expect(page.get_by_text(f"Kết quả kiểm tra {path.name}")).to_be_visible()


def planned_houses(tab):
    """Return the legend of the planned houses: what the map shows of them."""
    tab.open("/?indicator=OP01&basis=plan")
    return tab.legend()


def test_a_planner_loads_a_workbook_sees_it_on_the_map_and_takes_it_back(
    new_visit, changing_server, tmp_path
):
    tab = new_visit(on=changing_server)
    page, before = tab.page, planned_houses(tab)
    go_to(tab, "load")
    with page.expect_download() as taken:
        page.get_by_role("button", name="Số liệu chỉ tiêu").click()
    taken.value.save_as(tmp_path / "mau.xlsx")

    filled(tmp_path / "mau.xlsx", tmp_path / "q1.xlsx", {"07243": VALUE, "07246": WRONG})
    give_name(tab)
    upload(page, tmp_path / "q1.xlsx")
    expect(page.get_by_text("1 lỗi trong các dòng bị loại")).to_be_visible()
    expect(page.get_by_role("button", name="Nạp 1 số liệu")).to_be_disabled()
    with page.expect_download() as marked:
        page.get_by_role("button", name="Tải tệp đã tô màu ô sai").click()
    marked.value.save_as(tmp_path / "sua.xlsx")
    wrong = [
        cell
        for row in load_workbook(tmp_path / "sua.xlsx")["Số liệu"].iter_rows()
        for cell in row
        if cell.value == WRONG
    ]
    assert [bool(cell.comment) for cell in wrong] == [True]

    filled(tmp_path / "sua.xlsx", tmp_path / "q1-sua.xlsx", {"07246": VALUE})
    upload(page, tmp_path / "q1-sua.xlsx")
    # The first figures of a province take the place of the sample, and of all that is in it.
    expect(page.get_by_text("Tệp này không có: khu vực, công trình, đường.")).to_be_visible()
    expect(page.get_by_role("button", name="Nạp 2 số liệu")).to_be_disabled()
    page.get_by_text("Đồng ý ẩn số liệu minh họa").click()
    page.get_by_role("button", name="Nạp 2 số liệu").click()
    expect(page.get_by_text("Đã nạp q1-sua.xlsx: 2 số liệu mới")).to_be_visible()
    expect(page.locator(".checklist li.there")).to_have_text(["✓ kế hoạch: đã có"])
    expect(page.locator(".checklist li.absent")).to_have_count(3)
    expect(page.get_by_text("Số liệu minh họa, không phải")).to_have_count(0)
    offered = page.get_by_role("combobox", name="Hoàn tác lần nạp")
    expect(offered).to_have_value(re.compile(r"^\d · q1-sua\.xlsx"))
    # The sample is nobody's to take back.
    expect(open_list(tab, offered)).to_have_count(1)
    page.keyboard.press("Escape")

    tab.open("/")  # not on a map of regions, which are not loaded
    expect(page.locator(".legend")).to_contain_text("2 xã")
    expect(page.get_by_role("note").first).to_contain_text("kế hoạch ✓ · công trình ✗")

    after = planned_houses(tab)
    assert after != before
    assert any(line.split("\n") == [str(VALUE), "2 xã"] for line in after)

    page.mouse.click(*tab.point_in("07243"))
    tab.wait_query(indicator=["OP01"], basis=["plan"], profile=["07243"])
    page.get_by_role("tab", name="Nguồn").click()
    origin = page.get_by_text(
        re.compile(r"Hỗ trợ nhà ở · (\S+ · )?2023 · kế hoạch: 7 – q1-sua\.xlsx, trang")
    )
    expect(origin).to_contain_text("Nguyễn Văn An")

    go_to(tab, "load")
    give_name(tab)
    page.get_by_role("button", name="Hoàn tác").click()
    expect(page.get_by_text("số liệu trở lại như trước đó")).to_be_visible()
    assert planned_houses(tab) == before


SAMPLE = Path(__file__).parents[2] / "data" / "sample" / "observations.csv"  # takes seconds


@pytest.mark.long
def test_a_name_typed_while_the_file_is_checked_does_not_lose_the_check(tab):
    page = tab.page
    page.locator("input[type=file]").set_input_files(SAMPLE)
    page.get_by_role("button", name="Dừng, không thay đổi gì").wait_for()
    page.get_by_label("Người nạp").fill("Nguyễn Văn An")
    page.get_by_label("Người nạp").press("Enter")
    expect(page.get_by_text("Kết quả kiểm tra observations.csv")).to_be_visible()


@pytest.mark.long
def test_a_check_that_is_stopped_says_so_and_begins_again_only_when_asked(tab):
    tab.open("/load")
    page = tab.page
    page.locator("input[type=file]").set_input_files(SAMPLE)
    page.get_by_role("button", name="Dừng, không thay đổi gì").click()
    expect(page.get_by_text("Đã dừng; không có gì thay đổi.")).to_be_visible()
    tab.wait_drawn()
    expect(page.get_by_text("Kết quả kiểm tra")).to_have_count(0)
    page.get_by_role("button", name="Kiểm tra lại").click()
    expect(page.get_by_text("Kết quả kiểm tra observations.csv")).to_be_visible()


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("path", "words", "refused"),
    [
        (
            "/load",
            "Chọn tệp",
            "báo cáo.pdf không phải loại tệp nạp được; hãy dùng một trong: .xlsx",
        ),
        ("/load?lang=en", "Choose a file", "báo cáo.pdf is no kind of file that can be loaded"),
    ],
)
def test_the_file_picker_speaks_the_language_of_the_page(visit, tmp_path, path, words, refused):
    tab = visit
    tab.open(path)
    picker = tab.page.get_by_test_id("stFileUploaderDropzone")
    expect(picker.get_by_role("button", name=words)).to_be_visible()
    expect(picker.get_by_text("Upload", exact=True)).to_have_count(0)
    expect(picker.get_by_text("50MB")).to_be_hidden()
    expect(tab.page.get_by_text("50 MB")).to_be_visible()
    given = {"name": "báo cáo.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}
    tab.page.locator("input[type=file]").set_input_files(given)
    expect(tab.page.get_by_text(refused)).to_be_visible()
    path = tmp_path / "hỏng.xlsx"
    path.write_bytes(b"not a workbook")
    tab.page.locator("input[type=file]").set_input_files(path)
    expect(tab.page.get_by_test_id("stAlert")).to_contain_text("hỏng.xlsx")
    expect(tab.page.get_by_text(re.compile("Kết quả kiểm tra|What was found in"))).to_have_count(0)


def test_an_address_that_is_no_page_leads_to_the_pages(desktop, server):
    answer = desktop.request.get(
        server.url + "/nopage?district=220", headers={"accept": "text/html"}
    )
    assert answer.status == 404
    assert "Không có trang “nopage”" in answer.text()


@pytest.mark.long
def test_a_name_of_two_communes_is_answered_with_one_click(tab, tmp_path):
    page, path = tab.page, tmp_path / "phuc_son.csv"
    rows = (
        "Xã;Chỉ tiêu;Kỳ;Loại số liệu;Giá trị",
        "Phuc Son;OP01;2023;KH;4",
        "An Lac;OP01;2023;KH;5",
    )
    path.write_text("\n".join(rows), encoding="utf-8")
    upload(page, path)
    page.get_by_role("combobox", name="“Phuc Son” (1 dòng) là xã nào?").click()
    page.get_by_role("option", name="Huyện Sơn Động").click()
    expect(page.get_by_role("button", name="Nạp 2 số liệu")).to_be_visible()
    expect(page.get_by_text("được lấy là xã 07630 như đã chọn")).to_be_visible()
    # The file ends behind its last number, as if it had been cut there: that is to be confirmed.
    expect(page.get_by_text("Tệp kết thúc ngay sau “5” mà không xuống dòng").last).to_be_visible()
    give_name(tab)
    go = page.get_by_role("button", name="Nạp 2 số liệu")
    for question in ("Tôi đã so với tệp gốc", "Đồng ý ẩn số liệu minh họa"):
        expect(go).to_be_disabled()
        page.get_by_text(question).click()
        tab.wait_drawn()
    expect(go).to_be_enabled()
    tab.wait_drawn()
    assert tab.errors == []
