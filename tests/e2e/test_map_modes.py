"""Measures, quarters, two indicators and two periods on the map of a real browser."""

import re

import pytest
from playwright.sync_api import expect

from geo.palette import NO_PLAN

AN_LAC = "07645"  # Xã An Lạc, Huyện Sơn Động
CHANGE_BYTES = 6 * 1024
FRAMES = "[data-testid=stCustomComponentV1]"
TWO_PIXELS_DEG = 0.004  # at zoom 10: Leaflet pans by whole pixels
VIEW = "() => [map.getCenter().lat, map.getCenter().lng, map.getZoom()]"
MAPS_PAINTED = f"""count => {{
  const frames = [...document.querySelectorAll('{FRAMES}')];
  return frames.length === count
    && frames.every(frame => Number(frame.contentDocument?.body?.dataset?.painted || 0) > 0);
}}"""
PAINTED = "() => Number(document.body.dataset.painted)"
# A map rests when its view and its place have been the same for ten frames on end.
AT_REST = """() => new Promise((resolve) => {
  let before = "", frames = 0;
  const look = () => {
    const { x, y } = map.getPane("mapPane").getBoundingClientRect();
    const now = JSON.stringify([map.getCenter(), map.getZoom(), x, y]);
    frames = now === before && !map._animatingZoom ? frames + 1 : 0;
    before = now;
    if (frames > 10) resolve();
    else requestAnimationFrame(look);
  };
  look();
})"""
MOVES_IN_THIRTY_FRAMES = """() => new Promise((resolve) => {
  let moves = 0, frames = 0;
  map.on("move", () => (moves += 1));
  const look = () => ((frames += 1) > 30 ? resolve(moves) : requestAnimationFrame(look));
  look();
})"""

# Pressed in the page: on a busy machine a key from here comes when the next quarter is shown.
ESCAPE_AT = """quarter => new URLSearchParams(location.search).get("as_of") === quarter
  && document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }))"""


def maps(visit):
    return [frame.content_frame() for frame in visit.page.query_selector_all(FRAMES)]


def wait_maps(visit, count):
    visit.page.wait_for_function(MAPS_PAINTED, arg=count)
    visit.wait_drawn()


def caption(map_frame):
    box = map_frame.locator(".geo-caption")
    return box.inner_text() if box.is_visible() else ""


def open_options(visit):
    visit.page.locator(".st-key-display_open button").click()
    # It opens slowly, and a list opened meanwhile would close.
    visit.page.locator(".st-key-compare input").first.element_handle().wait_for_element_state(
        "stable"
    )


def payloads(frames):
    messages = [frame for frame in frames if b"geoMap.update(" in frame]
    return [message.split(b"geoMap.update(")[1].split(b");")[0] for message in messages]


@pytest.mark.long
def test_completion_is_one_choice_beside_plan_and_result(visit):
    visit.open("/?indicator=OP01")
    before, created, serial = visit.state(), visit.stats()["created"], visit.serial()
    received = len(visit.frames)
    visit.choose("basis", "Tỷ lệ hoàn thành")
    visit.wait_query(indicator=["OP01"], measure=["completion"])
    visit.wait_repainted(serial)
    after = visit.state()
    assert after["fills"] != before["fills"]
    assert "Tỷ lệ hoàn thành" in after["figures"]["indicator"]
    assert "trên kế hoạch 182" in after["figures"]["indicator"]
    assert "Tỷ lệ hoàn thành · %" in visit.page.locator(".legend").first.inner_text()
    visit.page.wait_for_function(
        "[...document.querySelectorAll('th[scope=col]')]"
        ".some(heading => heading.textContent === 'Hỗ trợ nhà ở (%)')"
    )
    visit.page.mouse.move(*visit.point_in(AN_LAC))
    assert visit.map.locator(".geo-tip-value").inner_text().endswith(" %")
    assert visit.stats()["created"] == created, "Leaflet layers made anew"
    [payload] = payloads(visit.frames[received:])
    assert len(payload) <= CHANGE_BYTES


def test_the_slider_shows_results_as_they_stood_and_plays_the_quarters_until_it_is_stopped(visit):
    visit.open("/?indicator=OP01&scheme=fixed&breaks=1; 5; 10")
    assert not visit.sidebar_scrolls()  # with bounds of classes too
    year, created, serial = visit.state(), visit.stats()["created"], visit.serial()
    received = len(visit.frames)
    slider = visit.page.locator(".st-key-until input[type=range]")
    slider.focus()
    slider.press("ArrowLeft")
    visit.wait_query(indicator=["OP01"], as_of=["2023-Q3"])
    visit.wait_repainted(serial)
    assert caption(visit.map) == "Năm 2023, đến hết quý III"
    third = visit.state()
    assert third["fills"] != year["fills"]
    assert "lũy kế đến hết quý III/2023" in third["figures"]["indicator"]
    assert visit.stats()["created"] == created, "Leaflet layers made anew"
    assert all(len(payload) <= CHANGE_BYTES for payload in payloads(visit.frames[received:]))
    serial = visit.serial()
    slider.press("ArrowRight")
    visit.wait_query(indicator=["OP01"], as_of=None)
    visit.wait_repainted(serial)
    assert visit.state() == year
    assert caption(visit.map) == ""

    slider.press("ArrowLeft")
    visit.wait_query(indicator=["OP01"], as_of=["2023-Q3"])
    visit.wait_drawn()
    button = visit.page.get_by_role("button", name="Xem lần lượt từng quý")
    said = button.evaluate("button => { button.click(); return button.ariaLabel; }")
    assert said == "Dừng"  # for a second: on a busy machine a look from here comes too late
    visit.wait_query(indicator=["OP01"], as_of=None)
    expect(slider).to_have_attribute("aria-valuetext", "Quý\N{NO-BREAK SPACE}IV/2023")
    expect(button).to_be_visible()  # at its end it stops
    button.click()  # from the beginning
    visit.page.wait_for_function(ESCAPE_AT, arg="2023-Q1", polling=20)
    expect(button).to_be_visible()
    visit.page.wait_for_timeout(1500)  # longer than a quarter stays
    visit.wait_drawn()
    assert visit.query()["as_of"] == ["2023-Q1"]
    assert caption(visit.map) == "Năm 2023, đến hết quý I"


def test_two_indicators_make_a_square_whose_counts_are_on_the_map(visit):
    visit.open("/?indicator=CX02&with=OP05")
    cells = visit.page.locator("table.pair tbody td")
    counts = [int(text) for text in cells.all_inner_texts()]
    fills = visit.fills()
    no_plan = fills.pop(NO_PLAN)
    painted = [n for fill, n in fills.items() if fill.startswith("#")]
    assert sorted(painted) == sorted(count for count in counts if count)
    blanks = [line.rsplit("\n", 1)[-1] for line in visit.legend()][:5]
    *hatched, outside = (
        fills.get(f"url(#hatch-{name})", 0) for name in ("first", "second", "nodata", "na")
    )
    assert blanks == [f"{count} xã" for count in (*hatched, no_plan, outside)]
    visit.page.mouse.move(*visit.point_in(AN_LAC))
    lines = visit.map.locator(".geo-tip-value").all_inner_texts()
    assert [line.split(":")[0] for line in lines] == [
        "Tỷ lệ hộ nghèo",
        "Đường trung tâm xã, liên xã",
    ]
    assert lines[0].endswith(" %")


@pytest.mark.long
def test_the_second_indicator_is_chosen_in_the_folded_options(visit):
    visit.open("/?indicator=CX02")
    created, serial = visit.stats()["created"], visit.serial()
    assert not visit.page.locator(".st-key-with").is_visible()
    open_options(visit)
    visit.choose("with", "Đường trung tâm xã")
    visit.wait_query(indicator=["CX02"], **{"with": ["OP05"]})
    visit.wait_repainted(serial)
    assert visit.page.locator("table.pair").is_visible()
    assert visit.stats()["created"] == created, "Leaflet layers made anew"


@pytest.fixture(scope="module")
def _two_maps(module_visit):
    visit = module_visit
    visit.open("/?indicator=OP01")
    open_options(visit)
    visit.choose("compare", "Năm 2022")
    visit.wait_query(indicator=["OP01"], compare=["2022"])
    wait_maps(visit, 2)


@pytest.fixture
def compared(_two_maps, shared_visit):
    """Two maps side by side, the second opened beside the first."""
    return shared_visit


def test_the_first_map_stays_when_a_second_one_opens_and_geometry_is_fetched_once(compared):
    first, second = maps(compared)
    assert [caption(each) for each in (first, second)] == ["Năm 2022", "Năm 2023"]
    made = [each.evaluate("() => geoMapStats.created") for each in (first, second)]
    assert made[0] == made[1]
    sizes = second.evaluate(
        """() => performance.getEntriesByType("resource")
          .filter(({ name }) => /\\/geo\\//.test(name)).map(({ transferSize }) => transferSize)"""
    )
    # Communes, districts, what is constant: works are off.
    assert sizes == [0] * 3, "the second map takes the geometry from the browser's own store"
    line = compared.legend()[0]
    assert "|" in line
    assert line.endswith("xã")


@pytest.mark.long
def test_the_difference_is_one_map_whose_legend_counts_it(visit):
    visit.open("/?indicator=OP01&compare=2022")
    open_options(visit)
    visit.page.locator(".st-key-compare_as").get_by_text("Chênh lệch").click()
    visit.wait_query(indicator=["OP01"], compare=["2022"], compare_as=["difference"])
    wait_maps(visit, 1)
    assert caption(visit.map) == "Năm 2023 so với năm 2022"
    fills = visit.fills()
    lines = [line.split("\n") for line in visit.legend()][:-1]
    swatches = visit.page.locator(".legend").first.locator("li .swatch")
    colours = swatches.evaluate_all("all => all.map(each => each.style.background)")
    counts = {words: int(count.split()[0]) for words, count in lines}
    assert counts["Không đổi"] == 19
    for (words, _), colour in zip(lines, colours, strict=False):
        if colour:  # no hatching
            levels = [int(level) for level in re.findall(r"\d+", colour)]
            assert fills[f"#{bytes(levels).hex()}"] == counts[words], words
    assert fills["url(#hatch-first)"] == counts["Thiếu số liệu một kỳ"]
    visit.page.keyboard.press("Escape")
    visit.page.mouse.move(*visit.point_in(AN_LAC))
    tip = visit.map.locator(".geo-tip-value").all_inner_texts()
    assert [line.split(":")[0] for line in tip] == ["Chênh lệch", "Năm 2022", "Năm 2023"]
    state = visit.state()
    visit.page.reload()
    visit.wait_drawn()
    assert visit.state() == state


def test_a_change_makes_no_layer_on_either_map(compared):
    before = [each.evaluate("() => ({...geoMapStats})") for each in maps(compared)]
    asked, received = len(compared.geometry_requests()), len(compared.frames)
    painted = [each.evaluate(PAINTED) for each in maps(compared)]
    compared.choose("indicator", "Chuyển đổi nghề")
    compared.wait_query(indicator=["OP02"], compare=["2022"])
    for each, serial in zip(maps(compared), painted, strict=True):
        each.wait_for_function(f"({PAINTED})() > {serial}")
    compared.wait_drawn()
    after = [each.evaluate("() => ({...geoMapStats})") for each in maps(compared)]
    for name in ("created", "fetched"):
        assert [each[name] for each in after] == [each[name] for each in before]
    assert len(compared.geometry_requests()) == asked
    sent = payloads(compared.frames[received:])
    assert len(sent) == 2
    assert all(len(payload) <= CHANGE_BYTES for payload in sent)


def zoom_in(map_frame):
    zoom = map_frame.evaluate("() => map.getZoom()")
    map_frame.locator(".leaflet-control-zoom-in").click()
    map_frame.wait_for_function(f"() => map.getZoom() > {zoom}")
    map_frame.evaluate(AT_REST)


def wait_follows(map_frame, view):
    """Wait until a map shows what the other does."""
    map_frame.wait_for_function(
        f"view => ({VIEW})().every((part, at) => Math.abs(part - view[at]) < {TWO_PIXELS_DEG})",
        arg=view,
    )
    map_frame.evaluate(AT_REST)


def drag(visit, place, by):
    box = visit.page.query_selector_all(FRAMES)[place].bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] - 60
    visit.page.mouse.move(x, y)
    visit.page.mouse.down()
    visit.page.mouse.move(x + by, y - by / 3, steps=6)
    visit.page.mouse.up()
    maps(visit)[place].evaluate(AT_REST)  # it glides on for a while


@pytest.mark.parametrize("place", [0, pytest.param(1, marks=pytest.mark.long)])
def test_moving_either_map_moves_the_other_and_both_come_to_rest(compared, place):
    both = maps(compared)
    start = both[0].evaluate(VIEW)
    zoom_in(both[place])
    drag(compared, place, 70)
    wait_follows(both[1 - place], both[place].evaluate(VIEW))
    rest = [each.evaluate(VIEW) for each in both]
    assert rest[0] == pytest.approx(rest[1], abs=TWO_PIXELS_DEG)
    assert rest[0] != pytest.approx(start, abs=5 * TWO_PIXELS_DEG)
    assert both[1 - place].evaluate(MOVES_IN_THIRTY_FRAMES) == 0, "an echo keeps the maps moving"


@pytest.mark.long
def test_a_second_map_opens_on_the_view_of_the_first(visit):
    visit.open("/?indicator=OP01")
    zoom_in(visit.map)
    drag(visit, 0, 60)
    open_options(visit)
    visit.choose("compare", "Năm 2022")
    wait_maps(visit, 2)
    first, second = maps(visit)
    wait_follows(second, first.evaluate(VIEW))
    assert first.evaluate(VIEW) == pytest.approx(second.evaluate(VIEW), abs=TWO_PIXELS_DEG)


def test_a_click_on_the_second_map_opens_the_profile(compared):
    compared.page.keyboard.press("Escape")  # the options may still be open above it
    compared.page.locator("[data-testid=stPopoverBody]").wait_for(state="detached")
    code, x, y = maps(compared)[1].evaluate(
        """() => {
          const { items, features } = map.keptLayers.entries.get("communes");
          for (let at = 0; at < items.length; at += 1) {
            const path = items[at].getElement(), box = path.getBoundingClientRect();
            const x = box.left + box.width / 2, y = box.top + box.height / 2;
            if (document.elementFromPoint(x, y) === path) return [features[at].id, x, y];
          }
        }"""
    )
    frame = compared.page.query_selector_all(FRAMES)[1].bounding_box()
    compared.page.mouse.click(frame["x"] + x + 1, frame["y"] + y + 1)  # 1 px border of the frame
    compared.wait_query(compare=["2022"], profile=[code])


@pytest.mark.long
def test_the_same_breaks_in_every_period(visit):
    def bounds(path):
        visit.open(path)
        return [line.rsplit("\n", 1)[0] for line in visit.legend() if "\n" in line][:5]

    assert bounds("/?indicator=OP01") != bounds("/?indicator=OP01&year=2022")
    same = bounds("/?indicator=OP01&pooled=1")
    assert same == bounds("/?indicator=OP01&year=2022&pooled=1")
    assert same == bounds("/?indicator=OP01&as_of=2023-Q1&pooled=1")


@pytest.mark.long
def test_on_a_phone_the_maps_stand_one_below_the_other(phone):
    phone.page.goto(phone.server.url + "/?indicator=OP01&compare=2022")
    wait_maps(phone, 2)
    boxes = [frame.bounding_box() for frame in phone.page.query_selector_all(FRAMES)]
    assert boxes[1]["y"] >= boxes[0]["y"] + boxes[0]["height"]
    assert phone.page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )
