"""The list to choose from, in a browser without a server: what it finds, says, and listens to."""

from base64 import b64encode
from dataclasses import astuple
from pathlib import Path

import pytest

from mtqg_geo.ui.server.lists import Group, Option, packed
from mtqg_geo.ui.shared import combobox

SCRIPT = Path(combobox.__file__).with_suffix(".js").read_bytes()
STYLES = Path(combobox.__file__).parents[1] / "styles" / "combobox.css"
MODULE = "data:text/javascript;base64," + b64encode(SCRIPT).decode()
GROUPS = [
    Group("Xã", [
        Option("07645", "Xã Đại Sơn", "huyện Sơn Động", "07645"),
        Option("07627", "Xã An Lạc", "huyện Sơn Động", "07627"),
        Option("1", "Xã An Lác", "", "07111"),
        Option("2", "Xã Lạc An", "trước là Hạ Lý", "Hạ Lý | 07222"),
    ]),
    Group("Chỉ tiêu", [Option("OP05", "Đường liên xã", "km"), Option("OP06", "Chợ Lạch", "chợ")]),
]  # fmt: skip
START = """async ([module, groups, look, chosen]) => {
  document.body.innerHTML = `<div class="st-key-x"><i data-chosen="${chosen}"></i><b></b></div>`;
  window.sent = [];
  window.module = await import(module);
  const words = { found: "Số kết quả", none: "Không có", wait: "Đang tải", failed: "Hỏng" };
  window.drawn = (groups) => window.module.default({
    data: { key: "x", look, label: "Chỉ tiêu", groups, words },
    parentElement: document.querySelector("b"),
    setTriggerValue: (name, value) => window.sent.push([name, value]),
  });
  window.leave = window.drawn(groups);
}"""
# What an answer of the server does to a list: it gives other options, or puts it somewhere else.
REDRAWS = {
    "other options": "groups => { window.leave = window.drawn(groups); }",
    "elsewhere": """groups => {
      const place = document.querySelector(".st-key-x");
      const anew = place.cloneNode(true);
      anew.querySelector("b").replaceChildren();
      place.replaceWith(anew);
      window.leave();
      window.leave = window.drawn(groups);
    }""",
    "elsewhere, while the former still stands": """groups => {
      const place = document.querySelector(".st-key-x");
      const anew = place.cloneNode(true);
      anew.querySelector("b").replaceChildren();
      place.before(anew);
      const leave = window.leave;
      window.leave = window.drawn(groups);
      place.remove();
      leave();
    }""",
}


@pytest.fixture(scope="module")
def page(chromium):
    page = chromium.new_page()
    page.set_default_timeout(20_000)
    yield page
    page.close()


@pytest.fixture
def heading(page):
    page.evaluate(START, [MODULE, packed(GROUPS), "heading", "OP05"])
    return page.get_by_role("combobox")


@pytest.fixture
def search(page):
    page.evaluate(START, [MODULE, packed(GROUPS), "search", ""])
    return page.get_by_role("combobox")


def shown(page):
    return page.locator("[role=option] .label").all_inner_texts()


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("dai son", ["Xã Đại Sơn"]),
        ("Đại Sơn", ["Xã Đại Sơn"]),
        ("07627", ["Xã An Lạc"]),
        ("an lạc", ["Xã An Lạc", "Xã Lạc An", "Xã An Lác"]),  # as it is written comes first
        ("An Lac", ["Xã An Lạc", "Xã An Lác", "Xã Lạc An"]),
        ("ha ly", ["Xã Lạc An"]),  # a former name
        ("xa", ["Xã Đại Sơn", "Xã An Lạc", "Xã An Lác", "Xã Lạc An", "Đường liên xã"]),
        ("lac", ["Xã An Lạc", "Xã An Lác", "Xã Lạc An", "Chợ Lạch"]),  # whole words first
        ("uong", ["Đường liên xã"]),  # inside a word, after those that begin so
        ("o", ["Xã Đại Sơn", "Đường liên xã", "Chợ Lạch"]),
        ("khong co dau", []),
    ],
)
def test_search_finds_without_accents_by_code_and_by_other_words(page, search, typed, expected):
    search.fill(typed)
    if expected:
        page.locator("[role=option]").first.wait_for()
    assert shown(page) == expected, page.locator("[role=status]").inner_text()


def test_a_heading_opens_everything_in_groups_and_tells_what_was_chosen_at_once(page, heading):
    assert page.get_by_role("heading").inner_text() == "Đường liên xã"
    heading.click()
    assert page.get_by_role("group", name="Xã", exact=True).get_by_role("option").count() == 4
    assert page.get_by_role("option", selected=True).inner_text().startswith("Đường liên xã")
    page.get_by_role("option", name="An Lạc").click()
    assert page.get_by_role("heading").inner_text() == "Xã An Lạc"
    assert page.evaluate("sent") == [["chosen", "07627"]]
    assert page.locator("[role=option]").count() == 0


def test_the_keyboard_moves_chooses_and_leaves(page, heading):
    heading.focus()
    for key in ("ArrowDown", "Home", "ArrowDown", "ArrowDown", "ArrowUp"):
        heading.press(key)
    active = page.locator(f"#{heading.get_attribute('aria-activedescendant')}")
    assert active.inner_text().startswith("Xã An Lạc")
    heading.press("End")
    heading.press("Escape")
    assert heading.get_attribute("aria-expanded") == "false"
    assert heading.input_value() == "Đường liên xã"
    heading.press("Enter")
    heading.press_sequentially("cho")
    heading.press("Enter")
    assert page.evaluate("sent") == [["chosen", "OP06"]]


def test_the_server_leads_but_its_late_answers_are_not_shown(page, heading):
    """Two choices, one after the other: the answer to the first comes when the second is shown."""
    title = page.get_by_role("heading")

    def told(value):
        page.evaluate("value => document.querySelector('i').dataset.chosen = value", value)
        page.evaluate("() => new Promise(requestAnimationFrame)")
        return title.inner_text()

    for name in ("An Lạc", "Chợ Lạch"):
        heading.click()
        page.get_by_role("option", name=name).click()
    assert told("07627") == "Chợ Lạch"
    assert told("OP06") == "Chợ Lạch"
    assert told("1") == "Xã An Lác"  # the reader went back


@pytest.mark.parametrize("redraw", REDRAWS)
@pytest.mark.parametrize("look", ["heading", "search"])
def test_what_is_being_typed_outlives_an_answer_of_the_server(page, look, redraw, request):
    field = request.getfixturevalue(look)
    field.click()
    field.press_sequentially("lc")
    field.press("ArrowLeft")
    field.press_sequentially("a")
    field.press("ArrowDown")
    before, pointed = shown(page), field.get_attribute("aria-activedescendant")
    added = [Group("Thêm", [Option("9", "Xã Lạc Thêm")]), *GROUPS]
    page.evaluate(REDRAWS[redraw], packed(added))

    page.get_by_role("option", name="Xã Lạc Thêm").wait_for()
    assert field.input_value() == "lac"
    assert page.evaluate("document.activeElement.selectionStart") == 2
    assert {*shown(page)} == {*before, "Xã Lạc Thêm"}
    assert field.get_attribute("aria-expanded") == "true"
    active = page.locator(f"#{field.get_attribute('aria-activedescendant')}")
    assert active.inner_text().startswith(before[int(pointed.rpartition("-")[2])])
    field.press("Enter")
    assert page.evaluate("sent")[-1][0] == "chosen"


@pytest.mark.parametrize("redraw", REDRAWS)
def test_a_list_that_was_left_stays_closed_when_the_server_answers(page, heading, redraw):
    heading.click()
    heading.press_sequentially("lac")
    heading.press("Tab")
    page.evaluate(REDRAWS[redraw], packed(GROUPS))

    assert heading.get_attribute("aria-expanded") == "false"
    assert heading.input_value() == "Đường liên xã"
    assert page.evaluate("document.activeElement.tagName") == "BODY"


def test_a_search_hands_over_what_was_chosen_and_is_empty_again(page, search):
    search.press_sequentially("07645")
    search.press("Enter")
    assert page.evaluate("sent") == [["chosen", "07645"]]
    assert search.input_value() == ""


def test_texts_of_files_stay_texts(page, search):
    hostile = "<img src=x onerror=alert(1)>"
    option = Option("x", hostile, hostile, "ten")
    page.evaluate(START, [MODULE, [[hostile, [astuple(option)]]], "search", ""])
    page.get_by_role("combobox").fill("ten")
    assert shown(page) == [hostile]
    assert page.locator("img").count() == 0


def test_a_list_stays_on_a_narrow_screen(page, search):
    page.set_viewport_size({"width": 390, "height": 844})
    page.add_style_tag(path=STYLES)
    page.add_style_tag(content=".st-key-x { margin-left: 180px; width: 150px }")
    search.fill("an lac")
    box = page.locator(".popup").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
