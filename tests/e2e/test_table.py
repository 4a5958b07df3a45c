"""Our own table in a real browser: choosing, searching, sorting, and numbers as Python writes them."""

import numpy as np
import pytest
from playwright.sync_api import expect

from mtqg_geo.programme.words import all_as_written, number
from mtqg_geo.ui.server.scripts import script_files

DAI_SON, AN_LAC = "07627", "07645"
# Whole and broken, of every size; what would read as zero; what a tenth cannot hold exactly.
NUMBERS = (0, 1, 9.95, -0.04, -12.5, 0.0004, 1e-6, 1234.5, 999_999.96, 1_234_567.89, 0.285)


def body(visit):
    return visit.page.locator(".st-key-table tbody")


def names(visit):
    return [text.split("Huyện")[0].strip() for text in body(visit).locator("th").all_inner_texts()]


@pytest.fixture(scope="module")
def _on_data(module_visit):
    module_visit.open("/data")


@pytest.fixture
def data_page(_on_data, shared_visit):
    """The page of data; nobody minds what somebody else looked for on it."""
    return shared_visit


def test_numbers_are_written_as_everywhere_else(data_page):
    address = next(name for name in script_files() if name.endswith("/table.js"))
    script = f"async numbers => {{ const {{ written }} = await import('/assets/{address}'); return numbers.map(each => written(...each)); }}"
    asked, expected = [], []
    for lang in ("vi", "en"):
        for decimals in (0, 1, 2):
            rounded = all_as_written(np.array(NUMBERS), decimals)
            asked += [[value, decimals, lang] for value in rounded.tolist()]
            expected += [number(value, lang, decimals=decimals) for value in NUMBERS]
            asked.append([None, decimals, lang])
            expected.append(number(None, lang))
    assert data_page.page.evaluate(script, asked) == expected


def test_a_text_is_searched_without_its_accents(data_page):
    search = data_page.page.locator(".st-key-data_targets input[type=search]")
    rows = data_page.page.locator(".st-key-data_targets tbody tr")
    expect(rows).not_to_have_count(0)
    every = rows.count()
    for words in ("duong den trung tam xa", "ĐƯỜNG  đến", "xã km (đường)"):
        search.fill(words)
        expect(rows).to_have_count(1)
        expect(rows.locator("th")).to_contain_text("Số km đường đến trung tâm xã")
    search.fill("ường")  # not how a word begins
    expect(rows).to_have_text("Không có dòng nào khớp. Hãy bớt từ cần tìm.")
    search.fill(" ")
    expect(rows).to_have_count(every)


def test_the_map_marks_a_row_a_row_opens_the_profile_and_others_are_folded_and_found(visit):
    visit.open("/?indicator=FI01")
    expect(body(visit).locator("tr")).to_have_count(73)
    last = body(visit).locator("tr").last.get_attribute("data-key")
    visit.page.mouse.click(*visit.point_in(last))
    chosen = body(visit).locator("tr[aria-selected=true]")
    expect(chosen).to_have_attribute("data-key", last)
    visit.page.wait_for_function(
        """() => {
          const row = document.querySelector(".own-table tr[aria-selected=true]").getBoundingClientRect();
          const frame = document.querySelector(".own-table .frame").getBoundingClientRect();
          return row.top >= frame.top && row.bottom <= frame.bottom;
        }"""
    )
    body(visit).locator(f"tr[data-key='{DAI_SON}'] th").click()
    visit.wait_query(profile=[DAI_SON])
    expect(visit.page.locator(".profile h2")).to_have_text("Xã Đại Sơn")
    visit.page.keyboard.press("Escape")
    visit.wait_query(profile=None)
    assert not [url for url in visit.requests if "/DataFrame" in url], "Streamlit's own table"
    search = visit.page.locator(".st-key-table input[type=search]")
    search.fill("dai son")
    expect(body(visit).locator("tr")).to_have_count(1)
    assert names(visit) == ["Xã Đại Sơn"]
    search.fill("son dai")  # words in any order, from their beginnings: no "Sơn Hải", no "Vân Sơn"
    expect(body(visit).locator("tr")).to_have_count(1)
    search.fill(AN_LAC)  # by code
    expect(body(visit).locator("th")).to_contain_text("Xã An Lạc")
    search.fill("")
    more = visit.page.locator(".st-key-table .more")
    assert more.inner_text() == "Hiện 136 phường, xã không thuộc diện của Chương trình"
    more.click()
    expect(body(visit).locator("tr")).to_have_count(100)
    expect(more).to_have_text("Hiện thêm 100 dòng")


def test_the_keyboard_sorts_numbers_as_numbers_and_chooses_a_row(visit):
    visit.open("/?district=220&indicator=OP02")
    heading = visit.page.locator(".st-key-table thead th[data-column=value]")
    heading.locator("button").focus()
    visit.page.keyboard.press("Enter")
    expect(heading).to_have_attribute("aria-sort", "descending")
    texts = body(visit).locator("td.number.barred").all_inner_texts()
    shown = [int(text.replace(".", "")) for text in texts if text != "–"]
    assert shown == sorted(shown, reverse=True)
    assert shown[0] > 9 > shown[-1], "one digit and two: as words they would sort otherwise"
    assert len(shown) < len(texts), "the commune without a value"
    assert texts[len(shown) :] == ["–"] * (len(texts) - len(shown)), "stands last"
    expect(body(visit).locator("td.barred", has_text="–").locator("i")).to_have_count(
        0
    )  # no bar: 0
    visit.page.keyboard.press("Enter")
    expect(heading).to_have_attribute("aria-sort", "ascending")
    body(visit).locator("tr").first.focus()
    visit.page.keyboard.press("ArrowDown")
    second = body(visit).locator("tr").nth(1)
    expect(second).to_be_focused()
    code = second.get_attribute("data-key")
    visit.page.keyboard.press("Enter")
    visit.wait_query(profile=[code])
