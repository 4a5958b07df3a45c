"""The map in a real browser: what is painted, how it answers, and what a change costs."""

import re
import time
from contextlib import contextmanager
from random import Random
from urllib.parse import unquote

import pytest

from geo.maps import with_runs
from tests.long import LONG
from tests.map_names import NAME_FAULTS

REGION_3, REGION_2, REGION_1 = "28 xã", "9 xã", "36 xã"
AN_LAC = "07645"  # Xã An Lạc, Huyện Sơn Động
SON_DONG = "220"
UPDATE = b"geoMap.update("
# What a change costs is counted instead of timed: bytes, requests, Leaflet layers.
# The payload is what a change says; streamlit-folium repeats the unchanging base map around it.
MAP_PAYLOAD_BYTES, MAP_MESSAGE_BYTES = 1_800, 3_300
SAID = "word => getComputedStyle(word, '::after').content"


@pytest.fixture(scope="module")
def waited_s(module_visit, server):
    """Open the map; return for how long a reader waited."""
    module_visit.open()
    return time.monotonic() - max(server.ready_at, visit_started(module_visit))


def visit_started(visit):
    """When the page began to load, on this process's clock."""
    age_s = visit.page.evaluate("performance.now() / 1000")
    return time.monotonic() - age_s


@pytest.fixture
def first_map(waited_s, shared_visit):
    """The map as it opens, for tests that only look at it."""
    return shared_visit


def test_a_first_visit_shows_the_painted_map_within_ten_seconds(first_map, waited_s):
    if LONG:  # where nothing else keeps the processors busy
        assert waited_s < 10
    counts = sorted(first_map.fills().values())
    assert sum(counts) == 209
    assert counts == [9, 28, 36, 136]
    legend = " ".join(first_map.legend())
    assert all(count in legend for count in (REGION_3, REGION_2, REGION_1, "136 xã"))
    assert first_map.map.locator(".geo-label-always").count() == 10
    assert first_map.map.locator(".geo-notice").inner_text() == "Ranh giới gần đúng"
    assert not first_map.sidebar_scrolls()


def test_a_first_visit_moves_little_of_our_own(first_map):
    sizes = first_map.map.evaluate(
        """() => performance.getEntriesByType("resource")
          .filter(({ name }) => /\\/(geo|assets|component)\\//.test(name))
          .map(({ encodedBodySize }) => encodedBodySize)"""
    )
    assert (
        len(first_map.geometry_requests()) == 3
    )  # communes, districts, what is constant: works are off
    assert 0 < sum(sizes) <= 150_000
    scripts = first_map.map.evaluate('document.querySelectorAll("script[src]").length')
    assert scripts == 3  # streamlit-folium's, the map's, its constants


def test_runs_of_classes_are_read_back_as_they_were(first_map):
    draw = Random(1719)
    runs = (
        [draw.choice(".01Anz}4\n") * draw.choice((1, 3, 5, 40)) for _ in range(9)] for _ in "x" * 99
    )
    texts = ["", *map("".join, runs)]
    told = [with_runs(text) for text in texts]
    assert sum(map(len, told)) < sum(map(len, texts)) / 2
    assert first_map.map.evaluate("told => told.map(geoMap.withoutRuns)", told) == texts


def test_the_keyboard_opens_what_a_word_means(first_map):
    word = first_map.page.locator(".in-words abbr", has_text="ĐBKK")
    assert word.evaluate(SAID) == "none"
    word.focus()
    assert "Xã ĐBKK là xã khu vực III" in word.evaluate(SAID)
    row = first_map.page.locator(".legend li", has_text="Khu vực II").nth(1)
    row.focus()
    assert "không thuộc khu vực I và khu vực III" in row.locator("abbr").evaluate(SAID)
    row.blur()


@pytest.mark.long
def test_what_is_chosen_while_the_maps_script_is_late_is_painted_when_it_comes(visit):
    held = []  # while there is a route, nothing comes from the browser's own store
    visit.page.route("**/assets/map-*.js", lambda route: held.append(route))
    visit.page.goto(visit.server.url)
    visit.page.locator("[data-testid=stCustomComponentV1]").wait_for()
    visit.page.wait_for_timeout(500)
    visit.choose("indicator", "Hỗ trợ nhà ở")
    visit.wait_query(indicator=["OP01"])
    assert held  # ahead of its frame, and by it
    for script in held:
        script.continue_()
    visit.page.unroute("**/assets/map-*.js")
    visit.wait_drawn()
    assert "#8b679c" not in visit.fills()  # of region III, which was asked for first
    assert visit.map.evaluate(f"() => ({NAME_FAULTS})()") == []
    assert visit.map.locator(".geo-label-always").count() == 10


@pytest.mark.long
def test_a_link_to_a_profile_opens_the_whole_map_each_time(new_visit):
    zooms = []
    times = 4 if LONG else 1  # who is first, the frame's height or the map, is chance
    for query in ("", *[f"?profile={AN_LAC}"] * times):
        visit = new_visit()
        visit.open(f"/{query}")
        zooms.append(visit.map.evaluate("() => map.getZoom()"))
        visit.page.close()
    assert set(zooms) == {zooms[0]}


def test_blanks_are_hatched_in_the_legend_as_on_the_map(first_map):
    for name in ("nodata", "na"):
        swatch = first_map.page.locator(f".legend .swatch.{name}").first
        picture = swatch.evaluate("each => getComputedStyle(each).backgroundImage")
        hatching = unquote(picture).replace('"', "'")
        pattern = first_map.map.locator(f"#hatch-{name}")
        drawn = pattern.evaluate("each => each.outerHTML").replace('"', "'")
        for part in ("patternTransform='rotate(45)'", "width='6'", "fill='"):
            assert part in hatching and part in drawn  # noqa: PT018
        colours = [set(re.findall(r"#[0-9a-f]{6}", text)) for text in (hatching, drawn)]
        assert colours[0] == colours[1]


def test_a_profile_is_found_by_keyboard_alone(visit):
    visit.open()
    visit.page.locator(".st-key-lang button").last.focus()
    for _ in range(20):
        visit.page.keyboard.press("Shift+Tab")
        if visit.focused() == "find_list":
            break
    visit.page.keyboard.type("an lac son dong")
    visit.page.locator(".st-key-find [role=option]", has_text="Xã An Lạc").first.wait_for()
    visit.page.keyboard.press("Enter")
    visit.wait_query(profile=[AN_LAC])
    visit.page.locator(".profile h2", has_text="Xã An Lạc").wait_for()
    outline = "() => map.keptLayers.choice.getLatLngs().flat(2).length"
    visit.map.wait_for_function(f"({outline})() > 3")


def assert_legend_counts(legend, fills):
    """The legend gives each class the number of communes painted in it, both blanks included."""
    lines = dict(line.rsplit("\n", 1) for line in legend if "\n" in line)
    assert lines.pop("Chưa báo cáo") == f"{fills['url(#hatch-nodata)']} xã"
    assert lines.pop("Không thuộc diện") == f"{fills['url(#hatch-na)']} xã"
    assert lines.pop("Xã đặc biệt khó khăn (viền trong)") == REGION_3
    painted = [count for fill, count in fills.items() if fill.startswith("#")]
    counted = [int(count.split()[0]) for count in lines.values()]
    assert sorted(painted) == sorted(count for count in counted if count)


@contextmanager
def one_small_message(visit):
    """Make a change of what the map shows inside: it makes no layer and fetches no geometry."""
    before, asked = visit.stats(), len(visit.geometry_requests())
    serial, received = visit.serial(), len(visit.frames)
    yield
    visit.wait_repainted(serial)
    after = visit.stats()
    assert after["created"] == before["created"], "Leaflet layers made anew"
    assert after["fetched"] == before["fetched"]
    assert len(visit.geometry_requests()) == asked, "geometry asked for again"
    [message] = [frame for frame in visit.frames[received:] if UPDATE in frame]
    assert len(message) <= MAP_MESSAGE_BYTES
    assert 0 < len(message.split(UPDATE)[1].split(b");")[0]) <= MAP_PAYLOAD_BYTES


def test_indicator_district_and_project_change_all_that_is_shown_by_one_small_message_each(visit):
    visit.open("/?works=single")
    before = visit.state()
    with one_small_message(visit):
        visit.choose("indicator", "Hỗ trợ nhà ở")
        visit.wait_query(indicator=["OP01"])
    after = visit.state()
    assert after["fills"] != before["fills"]
    assert after["legend"] != before["legend"]
    assert_legend_counts(visit.legend(), after["fills"])
    assert set(after["figures"]) - set(before["figures"]) == {"indicator"}
    assert "kế hoạch 182" in after["figures"]["indicator"]
    visit.page.wait_for_function(
        "[...document.querySelectorAll('th[scope=col]')]"
        ".some(heading => heading.textContent.includes('Hỗ trợ nhà ở (hộ)'))"
    )
    assert not visit.sidebar_scrolls()
    visit.page.mouse.move(*visit.point_in(AN_LAC))
    lines = visit.map.locator(".geo-tip").inner_text().splitlines()
    assert lines[:2] == ["Xã An Lạc", "Huyện Sơn Động"]
    assert "hộ" in lines[2]
    visit.page.mouse.move(5, 5)
    visit.map.locator(".geo-tip").wait_for(state="detached")

    assert after["sites"] == 167
    with one_small_message(visit):
        visit.choose("district", "Sơn Động")
        visit.wait_query(district=[SON_DONG])
    district = visit.state()
    assert district["heading"] == "Bảng số liệu của bản đồ · 17 xã"
    assert sum(visit.fills().values()) == 17
    assert district["sites"] < after["sites"]
    assert district["figures"]["capital"] != after["figures"]["capital"]
    with one_small_message(visit):
        visit.choose("project", "DA6")
        visit.wait_query(district=[SON_DONG], project=["DA6"])
    project = visit.state()
    assert project["sites"] < district["sites"]
    assert project["figures"]["sites"] != district["figures"]["sites"]


@pytest.mark.long
def test_a_second_change_made_at_once_does_not_undo_the_first(visit):
    visit.open()
    visit.choose("district", "Sơn Động")
    visit.choose("status", "Hoàn thành")
    visit.choose("district", "Lục Ngạn")
    visit.wait_query(district=[SON_DONG, "219"], status=["completed"])
    visit.wait_drawn()
    assert visit.query() == {"district": [SON_DONG, "219"], "status": ["completed"]}
    chosen = visit.page.locator(".st-key-district .react-aria-ComboBox [data-tag]")
    assert [name.strip() for name in chosen.all_inner_texts()] == [
        "Huyện Sơn Động",
        "Huyện Lục Ngạn",
    ]


CHIPS = {
    "ĐBKK": ("region", "III"),
    "Chậm": ("standing", "late"),
    "Chưa báo cáo": ("standing", "not_reported"),
    "Sơn Động": ("district", SON_DONG),
    "Lục Ngạn": ("district", "219"),
    "Lục Nam": ("district", "218"),
    "Yên Thế": ("district", "215"),
}
PRESS_BOTH = """async ([first, second, apart_ms]) => {
  const press = (name) => [...document.querySelectorAll(".st-key-chips_row button")]
    .find((chip) => chip.innerText.trim() === name).click();
  press(first);
  await new Promise((resolve) => setTimeout(resolve, apart_ms));
  press(second);
}"""

# The address has the filters; table, legend and map have the same number of communes.
ALL_SAY_THE_SAME = """named => {
  const query = new URLSearchParams(location.search), sorted = (name) => query.getAll(name).sort();
  if (Object.entries(named).some(([name, wanted]) => String(sorted(name)) !== String(wanted))) return false;
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const [, table] = (document.querySelector(".st-key-below_map h2")?.innerText || "").match(/ (\\d+) xã$/) || [];
  const legend = all(".legend li:not(:has(.outline)) .count").reduce((sum, each) => sum + parseInt(each.innerText), 0);
  const frame = document.querySelector("[data-testid=stCustomComponentV1]").contentDocument;
  const map = all(".leaflet-kept-communes-pane path", frame).filter((path) => Number(path.getAttribute("fill-opacity")));
  return Number(table) === legend && legend === map.length;
}"""


def test_of_two_quick_clicks_none_is_lost_and_nothing_shown_is_of_the_first_alone(visit):
    visit.open("/?indicator=OP05")
    draw, on = Random(18), set()
    for _ in range(10 if LONG else 2):
        if not LONG:  # there a third click may come before the page was told all of the second
            visit.wait_drawn()
        pair = draw.sample(sorted(CHIPS), 2)
        visit.page.evaluate(PRESS_BOTH, [*pair, draw.choice((30, 120, 200))])
        on ^= {CHIPS[name] for name in pair}
        named = {name: sorted(v for key, v in on if key == name) for name, _ in CHIPS.values()}
        visit.page.wait_for_function(ALL_SAY_THE_SAME, arg=named)


def test_a_second_visit_takes_geometry_and_scripts_from_the_browsers_own_store(first_map, visit):
    visit.open()
    transferred = visit.map.evaluate(
        """() => performance.getEntriesByType("resource")
          .filter(({ name }) => /\\/(geo|assets)\\//.test(name))
          .map(({ name, transferSize }) => [name, transferSize])"""
    )
    geometry = [name for name, _ in transferred if "/geo/" in name]
    assert len(geometry) == 3  # communes, districts, what is constant: works are off
    assert [name for name, size in transferred if size] == []


def test_the_map_speaks_the_language_of_the_page(visit):
    visit.open()
    languages = "() => document.documentElement.lang"
    assert visit.page.evaluate(languages) == visit.map.evaluate(languages) == "vi"
    assert "Bản đồ" in visit.page.title()
    visit.page.locator(".st-key-lang button", has_text="EN").click()
    visit.wait_query(lang=["en"])
    visit.page.wait_for_function("document.documentElement.lang === 'en'")
    visit.page.wait_for_function(
        "document.querySelector('[data-testid=stCustomComponentV1]').title === 'Map of communes'"
    )
    assert visit.map.evaluate(languages) == "en"
    assert visit.page.locator(".app-title").inner_text().endswith("NTP 1719")
    assert visit.table_heading().startswith("Table of the map")


def test_a_layer_is_fetched_when_it_is_switched_on(visit):
    visit.open()
    assert not any(
        "/geo/sites-" in url or "/geo/roads-" in url for url in visit.geometry_requests()
    )
    visit.map.locator(".leaflet-control-layers").hover()
    switches = visit.map.locator(".leaflet-control-layers-overlays label")
    switches.filter(has_text="Công trình").locator("input").check()
    visit.map.locator(".geo-site, .geo-cluster").first.wait_for()
    assert not any("/geo/roads-" in url for url in visit.geometry_requests())
