"""What a reader takes from the map at a glance: names, colours, works, and what is pointed at."""

import io
from collections import Counter

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.long import LONG

AN_LAC, SON_DONG = "07645", "07615"  # chosen on the 209 communes; on the 58 units
DISTRICTS = 10
# Middles of units that lie open, by the characters of the legend's rows.
OPEN_SPOTS = """classes => {
  const { items, spec } = map.keptLayers.entries.get("communes"), spots = {};
  items.forEach((item, index) => {
    const row = classes.find((each) => each.includes(spec.classes[index]));
    if (!row || spots[row]) return;
    const path = item.getElement(), box = path.getBoundingClientRect();
    const x = Math.round((box.left + box.right) / 2), y = Math.round((box.top + box.bottom) / 2);
    const isOpen = [-3, 0, 3].every((right) => [-3, 0, 3].every((down) =>
      document.elementFromPoint(x + right, y + down) === path &&
      !map.keptLayers.labels.some(({ box: [l, t, r, b] }) => {
        const at = map.containerPointToLayerPoint([x + right, y + down]);
        return at.x > l - 4 && at.x < r + 4 && at.y > t - 4 && at.y < b + 4;
      })));
    if (isOpen) spots[row] = [x, y];
  });
  return spots;
}"""
FADED = """() => [...document.querySelectorAll(".leaflet-kept-communes-pane g:last-child > path")]
  .filter((path) => Number(path.getAttribute("fill-opacity")) < 0.5).length"""
ROWS = """() => [...document.querySelectorAll(".legend li[data-class]")].map((row) => ({
  classes: row.dataset.class, swatch: row.querySelector(".swatch").getBoundingClientRect().toJSON(),
  colour: getComputedStyle(row.querySelector(".swatch")).backgroundColor }))"""


def zoom(visit, lat, lng, to):
    visit.map.evaluate(
        "([lat, lng, to]) => { map.setView([lat, lng], to, { animate: false }); geoLabels.place(map); }",
        [lat, lng, to],
    )


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("query", "name"),
    [
        (f"profile={AN_LAC}&works=single", "An Lạc"),
        (f"profile={SON_DONG}&vintage=2025-07&works=commune", "Sơn Động"),
    ],
)
def test_names_stand_whole_in_their_units_and_clear_of_each_other_and_of_symbols(
    visit, query, name
):
    visit.open(f"/?{query}")
    assert visit.name_faults() == []
    assert visit.map.locator(".geo-label-always").count() == DISTRICTS
    assert visit.map.locator(".geo-label-chosen").inner_text() == name
    few = visit.map.locator(".geo-label-inside").count()
    for lat, lng, to in ((21.35, 106.75, 10.5), (21.3, 106.2, 12)):
        zoom(visit, lat, lng, to)
        assert visit.name_faults() == []
    zoom(visit, 21.35, 106.7, 10.5)
    assert visit.map.locator(".geo-label-inside").count() > few
    visit.map.locator(".geo-home").click()
    visit.map.wait_for_function("() => map.getBounds().contains(map.keptLayers.config.bounds)")


def test_swatches_have_the_colours_painted_and_legend_and_map_point_at_each_other(visit):
    visit.open("/?indicator=CX02")
    page, rows = visit.page, visit.page.evaluate(ROWS)
    spots = visit.map.evaluate(OPEN_SPOTS, [row["classes"] for row in rows])
    frame = page.locator("[data-testid=stCustomComponentV1]").bounding_box()
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    compared = []
    for row in rows:
        if row["classes"] not in spots or row["colour"] == "rgba(0, 0, 0, 0)":
            continue  # hatched, the line of region III, or covered everywhere
        swatch, (x, y) = row["swatch"], spots[row["classes"]]
        painted = picture.getpixel((round(frame["x"] + 1 + x), round(frame["y"] + 1 + y)))
        middle = (swatch["x"] + swatch["width"] / 2, swatch["y"] + swatch["height"] / 2)
        assert picture.getpixel((round(middle[0]), round(middle[1]))) == painted, row["classes"]
        compared.append(painted)
    assert len(set(compared)) == len(compared) >= 4

    counts = Counter(visit.fills())
    row = page.locator(".legend li[data-class]").first
    units = int(row.locator(".count").inner_text().split()[0])
    for reach, leave in ((row.focus, row.blur), (row.hover, lambda: None)):
        reach()
        visit.map.wait_for_function(f"() => ({FADED})() === {sum(counts.values()) - units}")
        leave()
    asked = len(visit.frames)
    page.mouse.move(frame["x"] + 1 + x, frame["y"] + 1 + y)
    marked = page.locator(f".legend li.is-pointed[data-class='{row_of(rows, spots)}']")
    expect(marked).to_have_attribute("data-value", visit.map.locator(".geo-tip b").inner_text())
    visit.map.wait_for_function(f"() => ({FADED})() === 0")
    page.mouse.move(5, 5)
    expect(page.locator(".is-pointed")).to_have_count(0)
    assert len(visit.frames) == asked, "the server heard of it"


def row_of(rows, spots):
    """Return the classes of the last row that was compared."""
    return [
        row["classes"]
        for row in rows
        if row["classes"] in spots and row["colour"] != "rgba(0, 0, 0, 0)"
    ][-1]


def test_works_are_on_by_the_rule_by_the_readers_choice_and_by_the_layer_switch(visit):
    visit.open()
    page = visit.page
    assert visit.sites_on_map() == 0
    choice = page.locator("[class*=st-key-works_on_map] button")
    serial = visit.serial()
    choice.nth(1).click()  # each
    visit.wait_query(works=["single"])
    visit.wait_repainted(serial)
    assert visit.sites_on_map() == 167
    dot = visit.map.locator(".geo-site svg").first.bounding_box()
    assert max(dot["width"], dot["height"]) <= 6
    assert "conic-gradient" in visit.map.locator(".geo-cluster span").first.evaluate(
        "(ring) => getComputedStyle(ring).backgroundImage"
    )
    zoom(visit, 21.35, 106.85, 12)
    assert visit.map.locator(".geo-site svg").first.bounding_box()["width"] == 22

    serial = visit.serial()
    choice.nth(2).click()  # by commune
    visit.wait_query(works=["commune"])
    visit.wait_repainted(serial)
    assert visit.sites_on_map() == 0
    assert visit.query() == {"works": ["commune"]}
    bars = visit.map.evaluate("() => map.keptLayers.entries.get('works_bars').spec.classes")
    assert visit.map.locator(".geo-bar").count() == len(bars.replace(".", "")) > 50

    serial = visit.serial()
    choice.nth(0).click()  # none, as by the rule
    visit.wait_query(works=None)
    visit.wait_repainted(serial)
    # A layer that the reader switches on stays on, until the rule says something else.
    visit.map.locator(".leaflet-control-layers").hover()
    switch = visit.map.locator(".leaflet-control-layers-overlays label", has_text="Công trình")
    switch.locator("input").check()
    visit.map.wait_for_function("map.keptLayers.entries.get('sites').waiting === null")
    assert visit.sites_on_map() == 167
    for key, text, query, shown in (
        ("indicator", "Hỗ trợ nhà ở", {"indicator": ["OP01"]}, True),
        ("indicator", "Chợ", {"indicator": ["OP06"], "works": None}, True),
        ("indicator", "Hỗ trợ nhà ở", {"indicator": ["OP01"], "works": None}, False),
        ("project", "DA6", {"project": ["DA6"], "works": None}, True),
    )[: None if LONG else 2]:
        serial = visit.serial()
        visit.choose(key, text)
        visit.wait_query(**query)
        visit.wait_repainted(serial)
        assert (visit.sites_on_map() > 0) == shown, query
