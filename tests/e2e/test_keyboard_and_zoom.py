"""Where the keyboard is, is seen; at 150 % the map is not pushed down."""

import pytest

from tests.e2e.conftest import SCREEN

ZOOMED = {"width": 911, "height": 512}  # a screen of 1366 x 768 at 150 %
RING = """() => {
  // A ring stands on the element itself or around what is seen of its list.
  for (let at = document.activeElement, up = 0; at && up < 6; at = at.parentElement, up += 1) {
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(at);
    if (outlineStyle === "solid" && parseFloat(outlineWidth) >= 2) return outlineColor;
  }
  return document.activeElement.outerHTML.slice(0, 160);
}"""
CHOSEN = """() => {
  const { borderColor, outlineStyle } = getComputedStyle(document.querySelector(".st-key-pages a"));
  return [borderColor, outlineStyle];
}"""


@pytest.mark.parametrize("path", ["/", "/?indicator=OP05&district=220&region=III&lang=en"])
def test_the_map_begins_in_the_upper_part_at_150_percent(visit, path):
    visit.page.set_viewport_size(ZOOMED)
    try:
        visit.open(path)
        box = visit.page.locator("[data-testid=stCustomComponentV1]").bounding_box()
        assert box["y"] < 300
        assert box["height"] < ZOOMED["height"]
        assert visit.page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        )
    finally:
        visit.page.set_viewport_size(SCREEN)


def test_whatever_the_keyboard_reaches_has_a_ring_unlike_the_mark_of_the_page(visit):
    visit.open("/?indicator=OP01")
    visit.page.locator(".app-title").click()
    unmarked = visit.page.evaluate(CHOSEN)
    rings, seen = {}, 0
    while seen < 60:
        visit.page.keyboard.press("Tab")
        seen += 1
        where = visit.focused()
        if where == "map-frame":  # its own sheet rings what is inside it
            continue
        if not where or where in rings:
            continue
        rings[where] = visit.page.evaluate(RING)
    assert {"indicator_list", "basis", "until", "display_open", "table", "district"} <= set(rings)
    assert [where for where, ring in rings.items() if not ring.startswith("rgb")] == []
    visit.page.locator(".st-key-pages a").first.focus()
    assert visit.page.evaluate(CHOSEN) != unmarked
