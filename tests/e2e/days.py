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
        sheet = take(visit, "print_menu", "print_map_list", folder)
        layer = take(visit, "downloads", "download_communes", folder)
    return sheet, json.loads(layer.read_text(encoding="utf-8"))["features"], hands


def go_to(visit, page):
    """Click on a page in the head, named by its address."""
    visit.page.locator(f".st-key-pages a[href*={page}]").click()
    visit.page.wait_for_url(f"**/{page}*")
    visit.wait_drawn()


def silent_communes(visit, folder):
    """Find who has not reported the houses of 2023 and take a workbook for each of them."""
    with counted(visit) as hands:
        visit.open("/")
        pick_indicator(visit, "Hỗ trợ nhà ở")
        press_chip(visit, "Chưa báo cáo")
        go_to(visit, "load")
        archive = visit.saved("template_each", folder)
    return archive, hands


def end_of_quarter(visit, folder):
    """Hold the targets of Sơn Động against the plan, and print where they stand."""
    with counted(visit) as hands:
        visit.open("/?year=2024")
        press_chip(visit, "Sơn Động")
        go_to(visit, "progress")
        sheet = take(visit, "print_menu", "print_progress", folder)
    return sheet, hands


def link_on_a_phone(phone):
    """Open a link that somebody sent, look at the roads of the commune, close it, see all."""
    with counted(phone) as hands:
        phone.open("/?indicator=OP05&region=III&profile=07645")
        phone.page.get_by_role("tab", name="Đường").click()
        roads = phone.page.locator(".profile").inner_text()
        phone.page.locator(".profile").get_by_role("button", name="Đóng").click()
        phone.page.locator(".profile").wait_for(state="detached")
        phone.page.get_by_test_id("stExpandSidebarButton").click()
        phone.page.locator(".st-key-clear button").click()
        phone.wait_query(region=None)
        phone.wait_drawn()
    return roads, hands
