"""Days of planners, walked in a browser with every click and every character counted."""

import json
from contextlib import contextmanager

# Counts what a hand does, in the page and in its frames: clicks, taps, choices of a native list,
# and characters. What a script presses is not trusted, so it is not counted.
COUNT = """(() => {
  if (window.handsCounted) return;
  window.handsCounted = true;
  const hands = top.hands ||= { clicks: 0, characters: 0 };
  addEventListener("click", (event) => { if (event.isTrusted) hands.clicks += 1; }, true);
  addEventListener("keydown", (event) => {
    if (event.isTrusted && event.key.length === 1) hands.characters += 1;
  }, true);
})()"""


@contextmanager
def counted(visit):
    """Count what is clicked and typed on the pages opened inside; give both as a dict."""
    visit.page.add_init_script(COUNT)
    hands = {"clicks": 0, "characters": 0}
    yield hands
    hands |= visit.page.evaluate("() => top.hands")


def pick_indicator(visit, name):
    """Choose an indicator by two clicks: on the title, and in its list."""
    before = visit.serial()
    visit.page.locator(".st-key-indicator input").click()
    visit.page.locator("[role=option]:visible", has_text=name).first.click()
    visit.wait_repainted(before)


def press_chip(visit, text):
    """Press a chip; the address tells that the page has followed."""
    before = visit.page.url
    visit.page.locator(".st-key-chips_row button", has_text=text).first.click()
    visit.page.wait_for_function("before => location.href !== before", arg=before)
    visit.wait_drawn()


def take(visit, menu, entry, folder):
    """Point at a menu and click on an entry of it; return the file."""
    visit.page.locator(f".st-key-{menu} [data-testid=stPopoverButton]").hover()
    visit.page.locator(f".st-key-{entry} button").wait_for()
    return visit.saved(entry, folder)


def late_roads(visit, folder):
    """Ask which ĐBKK communes of Sơn Động and Lục Ngạn are late with roads of DA4 in 2023.

    Returns the printed sheet, the communes of the GeoJSON, and what the hand did.
    """
    with counted(visit) as hands:
        visit.open("/")
        pick_indicator(visit, "Đường trung tâm xã, liên xã")
        for chip in ("Sơn Động", "Lục Ngạn", "ĐBKK", "Chậm"):
            press_chip(visit, chip)
        sheet = take(visit, "print_menu", "print_map", folder)
        layer = take(visit, "downloads", "download_communes", folder)
    return sheet, json.loads(layer.read_text(encoding="utf-8"))["features"], hands
