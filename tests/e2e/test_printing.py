"""Ctrl+P: one sheet of A4, the map whole, its legend beside it and not on it, nothing to click."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import SCREEN

SHEET = {"width": 733, "height": 1062}  # A4 within margins of 8 mm
ON_SCREEN = (
    "[data-testid=stSidebar]", "[data-testid=stHeader]", ".st-key-pages", ".st-key-find",
    ".st-key-take_away", ".st-key-chips_row", ".st-key-display", ".st-key-until", ".first-steps",
)  # fmt: skip


@pytest.fixture
def printed(visit):
    """Lay a page out as it is printed."""

    def lay_out(path):
        visit.open(path)
        for frame in visit.page.frames[1:]:
            frame.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
        visit.page.emulate_media(media="print")
        visit.page.set_viewport_size(SHEET)
        return visit.page

    yield lay_out
    visit.page.emulate_media(media="screen")
    visit.page.set_viewport_size(SCREEN)


def test_the_sheet_has_the_map_whole_and_below_it_legend_figures_and_rows(printed):
    page = printed("/?indicator=OP05&district=220&region=III")
    map_, legend, figures = (
        page.locator(each).first.bounding_box()
        for each in ("[data-testid=stCustomComponentV1]", ".legend", ".strip")
    )
    assert map_["x"] >= 0
    assert map_["x"] + map_["width"] <= SHEET["width"]
    assert map_["width"] > SHEET["width"] / 2
    bottom = map_["y"] + map_["height"]
    assert bottom <= legend["y"] < bottom + 30
    assert legend["y"] + legend["height"] <= figures["y"]
    expect(page.get_by_text("Khu vực III (ĐBKK), Huyện Sơn Động, tỉnh Bắc Giang")).to_be_visible()
    for each in ON_SCREEN:
        expect(page.locator(each).first).to_be_hidden()
    assert (
        page.get_by_role("link")
        .or_(page.get_by_role("button"))
        .locator("visible=true")
        .evaluate_all("all => all.map(each => each.innerText).filter(Boolean)")
        == page.locator("th[scope=col] button").all_inner_texts()
    )  # headings of the table
    assert page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 1


@pytest.mark.long
def test_two_maps_stand_side_by_side_on_paper_too(printed):
    page = printed("/?indicator=CX02&compare=2022")
    maps = page.locator("[data-testid=stCustomComponentV1]")
    first, second = (maps.nth(at).bounding_box() for at in (0, 1))
    assert first["x"] + first["width"] <= second["x"] + 1
    assert second["x"] + second["width"] <= SHEET["width"]
    assert page.locator(".legend").first.bounding_box()["y"] >= first["y"] + first["height"]
