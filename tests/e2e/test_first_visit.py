"""Who opens a page for the first time: what is read before it is drawn, three steps, no English, axe."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

PAGES = ("/", "/progress", "/works", "/load", "/data")
# What Streamlit itself draws and no page can change, one by one with the reason.
# Rule and the mark of the element it is about.
STREAMLIT_INTERNAL = {
    # The drop zone of its file uploader is role="presentation" and yet carries an aria-label.
    "presentation-role-conflict": 'data-testid="stFileUploaderDropzone"',
}
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


@pytest.fixture(scope="module")
def newcomer(chromium, server):
    """The browser of somebody who has never been here, and has not dismissed the steps."""
    context = chromium.new_context(
        viewport={"width": 1366, "height": 768}, locale="vi-VN", base_url=server.url
    )
    yield context.new_page()
    context.close()


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


@pytest.mark.few(3)
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_no_word_is_english_and_nothing_is_offered_of_streamlits(visit, path):
    visit.open(f"{path}?indicator=OP02&profile=07645")
    if path == "/progress":
        # The course, five districts, poverty.
        expect(visit.page.locator("[data-testid=stVegaLiteChart] svg")).to_have_count(7)
        visit.page.get_by_label("Tải hình (PNG)").first.wait_for(state="attached")
    assert_streamlit_writes_nothing(visit)
    assert [words for words in visit.page.evaluate(WORDS) if ENGLISH.search(words)] == []
    found = Axe().run(visit.page).response["violations"]
    own = {
        violation["id"]: nodes
        for violation in found
        if (nodes := [n["html"][:200] for n in violation["nodes"] if not is_internal(violation, n)])
    }
    assert own == {}
    if path == "/load":
        visit.page.get_by_role("textbox", name="Người nạp").fill("An")
        expect(visit.page.get_by_text("Bấm Enter để ghi nhận")).to_be_visible()
    if path == "/works":
        look_for_nothing(visit, "Không tìm thấy")
        visit.open("/works?lang=en")
        look_for_nothing(visit, "Nothing found")


def assert_streamlit_writes_nothing(visit):
    """Its tables give away cells that a spreadsheet runs; charts offer theirs as such a table."""
    page = visit.page
    assert page.locator("[data-testid=stDataFrame], [data-testid=stTable]").count() == 0
    assert page.locator(".vega-actions, .vega-embed details").count() == 0
    assert page.get_by_label("Xem số liệu").or_(page.get_by_label("Show data")).count() == 0
    assert not [url for url in visit.requests if "/DataFrame" in url]


def is_internal(violation, node):
    return STREAMLIT_INTERNAL.get(violation["id"], "nothing") in node["html"]


def look_for_nothing(visit, said):
    districts = visit.page.locator(".st-key-district input")
    districts.click()
    districts.fill("zzz")
    expect(visit.page.get_by_text(said)).to_be_visible()
