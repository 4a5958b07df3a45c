"""On a phone: the map first, a sheet in place of the drawer, filters that fold away, nothing cut or off the side."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.e2e import days
from tests.e2e.test_downloads import CHOSEN, WINDOW, open_formats

AN_LAC = "07645"  # Xã An Lạc, Huyện Sơn Động
GOES_SIDEWAYS = """() => document.documentElement.scrollWidth > 390
  || [document.documentElement, document.querySelector("[data-testid=stMain]")]
    .some((box) => box.scrollWidth > Math.min(box.clientWidth, innerWidth))"""
CUT = """() => [...document.querySelectorAll("table.progress th, table.progress td")]
  .filter((cell) => cell.offsetParent && cell.scrollWidth > cell.clientWidth + 1)
  .map((cell) => cell.innerText)"""


def test_the_drawer_is_a_sheet_that_escape_closes_and_no_page_goes_sideways(phone):
    phone.open()
    phone.page.touchscreen.tap(*phone.point_in(AN_LAC))
    phone.wait_query(profile=[AN_LAC])
    sheet = phone.page.locator(".st-key-drawer")
    expect(sheet.get_by_role("heading").first).to_be_focused()
    box = sheet.bounding_box()
    assert box["y"] + box["height"] == pytest.approx(844)
    assert box["height"] <= 0.6 * 844 + 1
    assert box["width"] == pytest.approx(390)
    phone.wait_drawn()
    assert Axe().run(phone.page, ".st-key-drawer").response["violations"] == []
    assert phone.point_in(AN_LAC)[1] < box["y"], "what was tapped is not behind the sheet"
    phone.page.keyboard.press("Escape")
    phone.wait_query(profile=None)
    expect(sheet.locator("[data-open]")).to_have_count(0)
    phone.page.wait_for_function("document.activeElement.tagName === 'IFRAME'")

    for page in ("works", "data", "progress"):
        days.go_to(phone, page)
        assert not phone.page.evaluate(GOES_SIDEWAYS), page
    assert phone.page.locator("table.progress td").count() > 0
    assert phone.page.evaluate(CUT) == []


@pytest.mark.long
@pytest.mark.parametrize("query", ["", "?year=2024&district=220", "?district=221"])
def test_progress_is_not_cut_whatever_is_filtered(phone, query):
    phone.open(f"/progress{query}")
    phone.wait_drawn()
    assert not phone.page.evaluate(GOES_SIDEWAYS)
    assert phone.page.evaluate(CUT) == []


@pytest.mark.parametrize(
    ("query", "units"),
    [
        ("indicator=OP01&vintage=2025-07&profile=07616", "58 xã"),
        pytest.param(f"indicator=OP01&profile={AN_LAC}", "209 xã", marks=pytest.mark.long),
    ],
)
def test_the_map_stands_before_the_figures_and_fits_the_screen_on_either_geography(
    phone, query, units
):
    phone.open(f"/?{query}")
    assert units in phone.table_heading()
    assert not phone.page.evaluate(GOES_SIDEWAYS)
    boxes = {
        name: phone.page.locator(selector).first.bounding_box()
        for name, selector in {
            "title": ".app-title",
            "map": "[data-testid=stCustomComponentV1]",
            "figures": ".strip",
            "table": ".st-key-table .own-table",
        }.items()
    }
    assert sorted(boxes, key=lambda name: boxes[name]["y"]) == ["title", "map", "figures", "table"]
    foot = boxes["map"]["y"] + boxes["map"]["height"]
    assert foot < 844
    communes = phone.map.locator(".leaflet-kept-communes-pane").evaluate(
        "pane => pane.querySelector('svg > g:last-child').getBoundingClientRect().toJSON()"
    )
    middle = communes["top"] + communes["height"] / 2
    assert abs(middle - boxes["map"]["height"] / 2) < 20, "the province stands in the middle"
    # Inside the frame: the page around it may still move when its letters arrive.
    assert phone.map.evaluate(
        "() => document.querySelector('.geo-notice').getBoundingClientRect().bottom <= innerHeight"
    ), "the notice on accuracy is not cut off"


@pytest.mark.long
def test_a_link_is_read_and_left_by_four_taps_and_filters_left_open_are_shut_the_next_time(phone):
    roads, hands = days.link_on_a_phone(phone)
    assert "km" in roads
    assert hands == {"clicks": 4, "characters": 0}
    assert sum(phone.fills().values()) == 209

    to_filters = phone.page.get_by_test_id("stExpandSidebarButton")
    expect(to_filters).to_have_count(0)
    phone.open(CHOSEN)
    expect(to_filters).to_be_visible()
    open_formats(phone)
    # The list slides into its place.
    phone.page.wait_for_function(
        f"() => {{ const box = {WINDOW}; return box.left >= 0 && box.right <= 390; }}"
    )
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 390
