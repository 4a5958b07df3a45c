"""The page of progress in a real browser: rows that open on the map, phone, links, nothing foreign."""

import re

import pytest
from playwright.sync_api import expect

from tests.long import LONG

TARGETS = "table.targets tbody tr"


def open_progress(visit, query=""):
    visit.open(f"/progress{query}")
    visit.page.locator(TARGETS).first.wait_for()
    visit.wait_drawn()


def heading(visit):
    return visit.page.locator(".legend h2").first.inner_text()


def documents(visit):
    """Return the pages the tab asked for as a whole: a reload would add one."""
    return [url for url in visit.requests if url.startswith(visit.server.url + "/progress?")]


def back_to_progress(visit):
    visit.page.go_back()
    visit.page.wait_for_url("**/progress?*")
    visit.page.locator(TARGETS).first.wait_for()
    visit.wait_drawn()


def test_a_row_opens_its_target_on_the_map_by_one_step_and_back_finds_the_choice_as_it_was(visit):
    open_progress(visit, "?district=220&district=219&indicator=OP02&as_of=2023-Q2")
    steps = visit.page.evaluate("history.length")
    row = visit.page.locator("tr[data-target=OP01]")
    address = row.locator("a").get_attribute("href")
    row.click(position={"x": 600, "y": 8})  # anywhere in the row, not just on its name
    visit.page.wait_for_url(f"{visit.server.url}/?*")
    visit.wait_query(district=["220", "219"], indicator=["OP01"], as_of=["2023-Q2"])
    visit.wait_drawn()
    assert heading(visit) == "Số hộ được hỗ trợ làm nhà ở"
    assert visit.table_heading().endswith("46 xã")
    assert len(documents(visit)) == 1, "a reload"
    assert visit.page.evaluate("history.length") == steps + 1
    back_to_progress(visit)
    visit.wait_query(district=["220", "219"], indicator=["OP02"], as_of=["2023-Q2"])
    if not LONG:  # the other ways to the map
        return
    visit.page.locator(".st-key-progress_indicator h2", has_text="chuyển đổi nghề").wait_for()
    visit.page.locator(".st-key-progress_level").get_by_text("Xã", exact=True).click()
    visit.page.locator("table.ranking tr[data-unit='07549'] a").click()
    visit.page.wait_for_url(f"{visit.server.url}/?*")
    visit.wait_query(indicator=["OP02"], profile=["07549"])
    visit.wait_drawn()
    assert visit.page.locator(".profile h2").inner_text() == "Xã Thanh Hải"
    back_to_progress(visit)
    visit.page.locator("tr[data-target=OP05] a").focus()
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_url(f"{visit.server.url}/?*")
    visit.wait_query(district=["220", "219"], indicator=["OP05"])
    visit.wait_drawn()
    back_to_progress(visit)
    visit.page.locator("table.capital a", has_text="DA4.TDA1").click()
    visit.page.wait_for_url(f"{visit.server.url}/?*")
    visit.wait_query(district=["220", "219"], indicator=["FI01"], project=["DA4.TDA1"])
    visit.wait_drawn()
    assert heading(visit) == "Tổng vốn thực hiện Chương trình"
    visit.open(address.removeprefix("."))
    assert heading(visit) == "Số hộ được hỗ trợ làm nhà ở", "the same link, opened in a new tab"


def test_a_link_to_the_communes_that_are_judged_takes_their_filter_along(visit):
    # The year is judged by the communes of then, and the unit shown was put together of two.
    open_progress(visit, "?vintage=2025-07&commune=07621")
    visit.page.get_by_text("Các xã ĐBKK khác").click()
    # Followed by its address: a click while the part unfolds may be lost.
    link = visit.page.locator("table.difficult a").first
    visit.page.goto(link.evaluate("link => link.href"))
    visit.wait_query(commune=["07621", "07624"])
    assert "vintage" not in visit.page.url


def test_what_is_typed_in_a_list_outlives_an_answer_that_draws_it_elsewhere(shared_visit):
    """With the filter go the words about it, and what stands below them is made anew."""
    open_progress(shared_visit, "?project=DA2")
    expect(shared_visit.page.locator(".st-key-clear button")).to_be_enabled()  # is drawn last
    field = shared_visit.page.locator(".st-key-progress_indicator input")
    field.click()
    field.press_sequentially("cho")
    field.press("ArrowLeft")
    field.evaluate(
        """field => {
          field.isFormer = true;
          document.querySelector(".st-key-clear button").click();  // without taking the focus
        }"""
    )
    shared_visit.wait_query(project=None)
    shared_visit.wait_drawn()

    assert not field.evaluate("field => Boolean(field.isFormer)"), "it was not drawn elsewhere"
    expect(field).to_be_focused()
    expect(field).to_have_value("cho")
    expect(field).to_have_attribute("aria-expanded", "true")
    assert field.evaluate("field => field.selectionStart") == 2
    option = shared_visit.page.get_by_role("option", name="Chợ").first
    expect(option).to_be_visible()
    option.click()
    expect(field).to_have_value(re.compile("Chợ|chợ"))


@pytest.fixture(scope="module")
def _water(module_visit):
    open_progress(module_visit, "?indicator=OP03")


@pytest.fixture
def water(_water, shared_visit):
    """The page of the households with water; first it is looked at, then something is chosen."""
    return shared_visit


def test_charts_are_named_and_their_numbers_written_in_vietnamese(water):
    charts = water.page.locator("[data-testid=stVegaLiteChart] svg")
    charts.nth(6).wait_for()  # the course, five districts, poverty
    course = charts.first.locator("text").all_text_contents()
    assert {"1.806", "Kế hoạch 2.206", "1.000", "2.000", "Quý IV"} <= set(course)
    assert "-2,5" in charts.nth(6).locator("text").all_text_contents()
    named = water.page.locator("[data-testid=stVegaLiteChart][role=graphics-document]")
    expect(named).to_have_count(7)
    names = [each.get_attribute("aria-label") for each in named.all()]
    assert len(set(names)) == 7
    assert names[0].startswith("Số hộ được hỗ trợ nước sinh hoạt phân tán (hộ); 2023-Q1: 151; ")
    assert names[0].endswith("2023-Q4: 1.806; Kế hoạch 2.206")


def test_the_moment_stands_in_the_link_and_the_map_follows_it(water):
    visit = water
    visit.choose("as_of", "quý II/2023")
    visit.wait_query(indicator=["OP03"], as_of=["2023-Q2"])
    row = visit.page.locator("tr[data-target=OP02]", has_text="ít nhất 291")
    row.wait_for()
    assert "as_of=2023-Q2" in row.locator("a").get_attribute("href")
    visit.choose("progress_indicator", "Số chợ")  # followed here, it is the map's indicator too
    visit.wait_query(as_of=["2023-Q2"], indicator=["OP06"])
