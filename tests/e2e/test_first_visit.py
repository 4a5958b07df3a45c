"""Who opens the page for the first time: what is read before it is drawn, three steps, no English."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

PAGES = ("/", "/progress", "/works", "/load", "/data")
# Streamlit's own words, as a reader or a screen reader would meet them.
ENGLISH = re.compile(
    r"\b(Select all|No results|Full ?screen|Skip to|Upload|Browse|Drag and drop|Show/hide|Download|Search|Press Enter|Choose an?|"
    r"options? available|Selected|Clear|Dismiss|Close|Open|Collapse|Expand|Sidebar|Help|Running|Stop|Rerun|Main menu|Copy|"
    r"Vega|Show data|per file|Remove|Add files|Streamlit|error|axis|mark container|visualization)\b"
)
WORDS = """() => {
  const said = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode, element = node.parentElement;
    if (node.nodeType === Node.TEXT_NODE) {
      if (!element.closest("style, script, [data-testid=stIconMaterial]")) said.push(node.data.trim());
    } else {
      for (const name of ["aria-label", "aria-roledescription", "title", "placeholder", "alt"]) said.push(node.getAttribute(name) || "");
    }
  }
  return [...new Set(said)].filter(Boolean);
}"""

MOVED_BY_CLICK = """button => {
  const top = () => document.querySelector("[data-testid=stCustomComponentV1]").getBoundingClientRect().top;
  const before = top();
  button.click();
  return top() - before;
}"""


@pytest.fixture
def newcomer(chromium, server):
    """The browser of somebody who has never been here."""
    context = chromium.new_context(
        viewport={"width": 1366, "height": 768}, locale="vi-VN", base_url=server.url
    )
    yield context.new_page()
    context.close()


def test_three_steps_stand_over_the_foot_until_dismissed_and_move_nothing(newcomer):
    newcomer.goto("/")
    steps = newcomer.get_by_role("group", name="Ba bước đầu")
    expect(steps.get_by_role("listitem")).to_have_text(
        ["Chọn chỉ tiêu ở tiêu đề", "Bấm vào một xã", "Tải xuống hoặc in"]
    )
    newcomer.locator("[data-testid=stCustomComponentV1]").wait_for()
    found = Axe().run(newcomer, context=".first-steps").response["violations"]
    assert found == []
    dismiss = steps.get_by_role("button", name="Đã hiểu")
    dismiss.click(trial=True)  # nothing lies over it
    assert dismiss.evaluate(MOVED_BY_CLICK) == 0
    expect(steps).to_have_count(0)
    newcomer.reload()
    newcomer.locator("[data-testid=stCustomComponentV1]").wait_for()
    newcomer.locator(".st-key-first_steps").wait_for(state="attached")
    expect(steps).to_have_count(0)


def test_the_page_is_never_white_and_one_that_is_not_there_leads_on(newcomer):
    newcomer.route("**/static/js/**", lambda route: route.abort())
    newcomer.goto("/")
    expect(newcomer).to_have_title("Bản đồ Chương trình MTQG")
    expect(newcomer.get_by_role("status")).to_contain_text("Đang tải trang Bản đồ")
    newcomer.unroute_all()
    newcomer.goto("/works/2023?district=220")
    expect(newcomer.get_by_role("heading")).to_have_text("Không có trang này")
    assert Axe().run(newcomer).response["violations"] == []
    newcomer.get_by_role("link", name="Dữ liệu", exact=True).click()
    newcomer.wait_for_url("**/data?district=220")
    newcomer.locator(".app-title").wait_for()
    expect(newcomer.locator("#first-frame")).to_have_count(0)
    expect(newcomer.locator(".st-key-glossary")).to_contain_text("Đặc biệt khó khăn")


SAID = "word => getComputedStyle(word, '::after').content"


def test_the_keyboard_opens_what_a_word_means(visit):
    visit.open("/")
    word = visit.page.locator(".in-words abbr", has_text="ĐBKK")
    assert word.evaluate(SAID) == "none"
    word.focus()
    assert "Xã ĐBKK là xã khu vực III" in word.evaluate(SAID)
    row = visit.page.locator(".legend li", has_text="Khu vực II").nth(1)
    row.focus()
    assert "không thuộc khu vực I và khu vực III" in row.locator("abbr").evaluate(SAID)


def test_no_word_of_the_vietnamese_pages_is_english(visit):
    for path in PAGES:
        visit.open(path)
        assert [words for words in visit.page.evaluate(WORDS) if ENGLISH.search(words)] == [], path
    field = visit.page.get_by_role("textbox", name="Người nạp")
    visit.open("/load")
    field.fill("An")
    expect(visit.page.get_by_text("Bấm Enter để ghi nhận")).to_be_visible()
    visit.open("/works")
    districts = visit.page.locator(".st-key-district input")
    districts.click()
    districts.fill("zzz")
    expect(visit.page.get_by_text("Không tìm thấy")).to_be_visible()
    visit.open("/works?lang=en")
    visit.page.locator(".st-key-district input").click()
    visit.page.locator(".st-key-district input").fill("zzz")
    expect(visit.page.get_by_text("Nothing found")).to_be_visible()
