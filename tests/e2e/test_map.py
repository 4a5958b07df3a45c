"""The map in a real browser: what is painted, how it answers, and what a change costs."""

import re
import time
from urllib.parse import unquote

import pytest

from tests.long import LONG
from tests.map_names import NAME_FAULTS

REGION_3, REGION_2, REGION_1 = "28 xã", "9 xã", "36 xã"
AN_LAC = "07645"  # Xã An Lạc, Huyện Sơn Động
SON_DONG = "220"
UPDATE = b"geoMap.update("
# The payload is what a change says; streamlit-folium repeats the unchanging base map around it.
MAP_PAYLOAD_BYTES, MAP_MESSAGE_BYTES = 1_800, 3_300


def test_a_first_visit_shows_the_painted_map_within_ten_seconds(visit, server):
    visit.open()
    if LONG:  # where nothing else keeps the processors busy
        assert time.monotonic() - max(server.ready_at, visit_started(visit)) < 10
    counts = sorted(visit.fills().values())
    assert sum(counts) == 209
    assert counts == [9, 28, 36, 136]
    legend = " ".join(visit.legend())
    assert all(count in legend for count in (REGION_3, REGION_2, REGION_1, "136 xã"))
    assert visit.map.locator(".geo-label-always").count() == 10
    assert visit.map.locator(".geo-notice").inner_text() == "Ranh giới gần đúng"


def visit_started(visit):
    """When the page began to load, on this process's clock."""
    age_s = visit.page.evaluate("performance.now() / 1000")
    return time.monotonic() - age_s


def test_what_is_chosen_while_the_maps_script_is_late_is_painted_when_it_comes(new_visit, chromium):
    visitor = chromium.new_context(viewport={"width": 1366, "height": 768})
    visit = new_visit(context=visitor)
    held = []
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
    visitor.close()


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


def test_blanks_are_hatched_in_the_legend_as_on_the_map(visit):
    visit.open()
    for name in ("nodata", "na"):
        swatch = visit.page.locator(f".legend .swatch.{name}").first
        picture = swatch.evaluate("each => getComputedStyle(each).backgroundImage")
        hatching = unquote(picture).replace('"', "'")
        pattern = visit.map.locator(f"#hatch-{name}")
        drawn = pattern.evaluate("each => each.outerHTML").replace('"', "'")
        for part in ("patternTransform='rotate(45)'", "width='6'", "fill='"):
            assert part in hatching and part in drawn  # noqa: PT018
        colours = [set(re.findall(r"#[0-9a-f]{6}", text)) for text in (hatching, drawn)]
        assert colours[0] == colours[1]


def test_the_pointer_shows_name_district_and_value(visit):
    visit.open("/?indicator=OP01")
    visit.page.mouse.move(*visit.point_in(AN_LAC))
    lines = visit.map.locator(".geo-tip").inner_text().splitlines()
    assert lines[:2] == ["Xã An Lạc", "Huyện Sơn Động"]
    assert "hộ" in lines[2]
    visit.page.mouse.move(5, 5)
    visit.map.locator(".geo-tip").wait_for(state="detached")


def test_a_click_opens_the_profile_and_the_url_keeps_it(visit):
    visit.open()
    visit.page.mouse.click(*visit.point_in(AN_LAC))
    profile = visit.page.locator(".profile")
    profile.wait_for()
    visit.wait_query(profile=[AN_LAC])
    assert profile.locator("h2").inner_text() == "Xã An Lạc"
    assert "Khu vực III" in profile.inner_text()
    assert profile.locator("tbody tr").count() >= 15
    words = profile.inner_text()
    visit.page.reload()
    visit.wait_drawn()
    assert visit.page.locator(".profile").inner_text() == words


def test_the_same_profile_is_found_by_keyboard_alone(visit):
    visit.open()
    visit.page.locator(".st-key-lang button").last.focus()
    for _ in range(20):
        visit.page.keyboard.press("Shift+Tab")
        if visit.focused() == "find_list":
            break
    visit.page.keyboard.type("an lac")
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


def test_an_indicator_changes_map_figures_table_and_url_and_costs_one_small_message(visit):
    visit.open()
    before, created = visit.state(), visit.stats()
    serial, asked, frames = visit.serial(), len(visit.geometry_requests()), len(visit.frames)
    visit.choose("indicator", "Hỗ trợ nhà ở")
    visit.wait_query(indicator=["OP01"])
    visit.wait_repainted(serial)
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
    assert visit.stats()["created"] == created["created"], "Leaflet layers made anew"
    assert visit.stats()["fetched"] == created["fetched"]
    assert len(visit.geometry_requests()) == asked, "geometry asked for again"
    messages = [frame for frame in visit.frames[frames:] if UPDATE in frame]
    assert 0 < sum(map(len, messages)) <= MAP_MESSAGE_BYTES
    payloads = [message.split(UPDATE)[1].split(b");")[0] for message in messages]
    assert 0 < sum(map(len, payloads)) <= MAP_PAYLOAD_BYTES


def test_district_and_project_change_map_figures_table_and_url_together(visit):
    visit.open("/?works=single")
    whole, serial = visit.state(), visit.serial()
    assert whole["sites"] == 167
    visit.choose("district", "Sơn Động")
    visit.wait_query(district=[SON_DONG])
    visit.wait_repainted(serial)
    district, serial = visit.state(), visit.serial()
    assert district["heading"] == "Bảng số liệu của bản đồ · 17 xã"
    assert sum(visit.fills().values()) == 17
    assert district["sites"] < whole["sites"]
    assert district["figures"]["capital"] != whole["figures"]["capital"]
    visit.choose("project", "DA6")
    visit.wait_query(district=[SON_DONG], project=["DA6"])
    visit.wait_repainted(serial)
    project = visit.state()
    assert project["sites"] < district["sites"]
    assert project["figures"]["sites"] != district["figures"]["sites"]
    visit.page.reload()
    visit.wait_drawn()
    assert visit.state() == project


def test_back_and_forward_show_the_earlier_and_the_later_view(visit):
    visit.open()
    first, serial = visit.state(), visit.serial()
    visit.choose("indicator", "Hỗ trợ nhà ở")
    visit.wait_query(indicator=["OP01"])
    visit.wait_repainted(serial)
    second, serial = visit.state(), visit.serial()
    visit.page.go_back()
    visit.wait_query(indicator=None)
    visit.wait_repainted(serial)
    assert visit.state() == first
    serial = visit.serial()
    visit.page.go_forward()
    visit.wait_query(indicator=["OP01"])
    visit.wait_repainted(serial)
    assert visit.state() == second


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


def test_a_second_visit_takes_geometry_and_scripts_from_the_browsers_own_store(new_visit):
    new_visit().open()
    second = new_visit()
    second.open()
    transferred = second.map.evaluate(
        """() => performance.getEntriesByType("resource")
          .filter(({ name }) => /\\/(geo|assets)\\//.test(name))
          .map(({ name, transferSize }) => [name, transferSize])"""
    )
    geometry = [name for name, _ in transferred if "/geo/" in name]
    assert len(geometry) == 5  # four layers, and what is constant
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
