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
MARK = """page => {
  const { borderColor, outlineStyle } = getComputedStyle(page);
  return [borderColor, outlineStyle];
}"""


@pytest.mark.parametrize(
    "path",
    [  # with more in the head than at first
        "/?indicator=OP05&district=220&region=III&lang=en",
        pytest.param("/", marks=pytest.mark.long),
    ],
)
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


def test_the_keyboard_reaches_every_control_and_each_has_a_ring_unlike_the_mark_of_the_page(visit):
    visit.open("/?indicator=OP01")
    chosen = visit.page.locator(".st-key-pages a").first
    unmarked = chosen.evaluate(MARK)
    rings = tabbed_through(visit)
    widgets = ("project", "district", "commune", "status", "indicator_list", "year", "basis")
    others = (
        "find_list",
        "lang",
        "map-frame",
        "quick",
        "quick_districts",
        "display_open",
        "works_on_map_none",
        "table",
    )
    expected = {*widgets, *others, "downloads", "print_menu", "copy_link", "until"}
    assert expected - set(rings) == set()
    assert {"pages:Công trình & đường", "pages:Dữ liệu"} <= set(rings)
    assert visit.map.evaluate("() => tabbed") >= ["Phóng to", "Thu nhỏ", "Lớp bản đồ"]
    del rings["map-frame"]  # its own sheet rings what is inside it
    assert [where for where, ring in rings.items() if where and not ring.startswith("rgb")] == []
    chosen.focus()
    assert chosen.evaluate(MARK) != unmarked


def tabbed_through(visit):
    """Press Tab from the top until the focus leaves the page; give the ring of whatever it met."""
    visit.map.evaluate(
        """() => {
          window.tabbed = [];
          document.addEventListener("focusin", ({ target }) =>
            target.matches(".leaflet-control a") && tabbed.push(target.getAttribute("aria-label")));
        }"""
    )
    rings = {}
    visit.page.locator("body").press("Tab")
    for _ in range(70):
        where = visit.focused()
        if where not in rings:
            rings[where] = visit.page.evaluate(RING)
        visit.page.keyboard.press("Tab")
    return rings
