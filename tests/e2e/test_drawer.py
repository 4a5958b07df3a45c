"""The drawer beside the map: profiles in parts, cards of sites and roads; a sheet on a phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

AN_LAC, LE_VIEN = "07645", "07627"
ROAD, SITE = "D-2023-09", "CT-2023-052"  # Đường liên xã Dương Hưu - An Lạc; a site in An Lạc
# Brings a road or site to the middle of the map, and gives a point where a click meets it.
SHOW = """([layer, id]) => {
  const { items, features } = map.keptLayers.entries.get(layer);
  const item = items[features.findIndex((feature) => feature.id === id)];
  if (item.getBounds) map.fitBounds(item.getBounds(), { animate: false, maxZoom: 14 });
  else map.setView(item.getLatLng(), 15, { animate: false });
  const element = item.getElement();
  if (!element.getPointAtLength) {
    const box = element.getBoundingClientRect();
    return [box.left + box.width / 2, box.top + box.height / 2];
  }
  const frame = element.getScreenCTM();
  for (let step = 1; step < 40; step += 1) {
    const on = element.getPointAtLength(element.getTotalLength() * step / 40).matrixTransform(frame);
    if (document.elementFromPoint(on.x, on.y) === element) return [on.x, on.y];
  }
}"""


def place_of(visit, layer, id_):
    x, y = visit.map.evaluate(SHOW, [layer, id_])
    frame = visit.page.locator("[data-testid=stCustomComponentV1]").bounding_box()
    return frame["x"] + x + 1, frame["y"] + y + 1  # 1 px border of the frame


def violations(visit):
    found = Axe().run(visit.page, ".st-key-drawer").response["violations"]
    return {each["id"]: [node["html"][:200] for node in each["nodes"]] for each in found}


def test_a_click_opens_a_profile_whose_parts_turn_without_the_server_and_stay_for_the_next(visit):
    visit.open()
    visit.page.mouse.click(*visit.point_in(AN_LAC))
    visit.wait_query(profile=[AN_LAC])
    drawer = visit.page.locator(".st-key-drawer")
    tabs, panel = drawer.get_by_role("tab"), drawer.get_by_role("tabpanel")
    expect(tabs).to_have_text(["Chỉ tiêu", "Công trình 9", "Đường 1", "Nguồn"])
    visit.wait_drawn()
    assert violations(visit) == {}
    expect(drawer.get_by_role("heading").first).to_have_text("Xã An Lạc")
    expect(drawer).to_contain_text("Khu vực III")
    assert panel.locator("tbody tr").count() >= 15
    words = drawer.inner_text()
    visit.page.reload()
    visit.wait_drawn()
    assert drawer.inner_text() == words
    heard = len(visit.frames)
    tabs.first.click()
    visit.page.keyboard.press("ArrowRight")
    expect(tabs.nth(1)).to_be_focused()
    expect(panel).to_contain_text("Công trình (9)")
    assert len(visit.frames) == heard, "the server heard of it"
    visit.page.mouse.click(*visit.point_in(LE_VIEN))
    visit.wait_query(profile=[LE_VIEN])
    expect(panel).to_contain_text("Công trình (")
    visit.page.keyboard.press("Escape")  # the focus is still on the map
    visit.wait_query(profile=None)
    expect(drawer.locator("[data-open]")).to_have_count(0)
    visit.page.locator(".st-key-below_map tbody tr").first.click()
    expect(drawer.locator("[data-open]")).to_have_count(1)
    visit.page.keyboard.press("Escape")  # the focus is in the table
    expect(drawer.locator("[data-open]")).to_have_count(0)


def test_a_click_on_a_road_or_a_site_opens_its_card_and_the_link_keeps_it(visit):
    visit.open(f"/?works=single&profile={AN_LAC}")
    visit.page.mouse.move(*place_of(visit, "roads", ROAD))
    tip = visit.map.locator(".geo-tip").inner_text().splitlines()
    assert tip[1:3] == ["1,48 km · DA4.TDA1", "Xã An Lạc, Xã Dương Hưu"]
    visit.page.mouse.click(*place_of(visit, "roads", ROAD))
    visit.wait_query(works=["single"], profile=[AN_LAC], work=[f"road:{ROAD}"])
    card = visit.page.locator("section.work")
    expect(card.get_by_role("heading")).to_have_text("Đường liên xã Dương Hưu - An Lạc")
    visit.wait_drawn()
    assert violations(visit) == {}
    words = card.inner_text()
    visit.page.mouse.click(*place_of(visit, "sites", SITE))
    visit.wait_query(works=["single"], profile=[AN_LAC], work=[f"site:{SITE}"])
    expect(card).to_contain_text("vị trí gần đúng (chỉ biết xã)")
    visit.page.go_back()
    visit.wait_query(works=["single"], profile=[AN_LAC], work=[f"road:{ROAD}"])
    visit.wait_drawn()
    visit.page.reload()
    visit.wait_drawn()
    assert card.inner_text() == words
    card.get_by_role("button", name="Hồ sơ Xã An Lạc").click()
    visit.wait_query(works=["single"], profile=[AN_LAC], work=None)
    expect(visit.page.locator(".profile h2")).to_be_focused()


RINGED = """() => map.getZoom() > 11.5 && map.keptLayers.found.getLayers().length === 2 &&
  map.getBounds().contains(map.keptLayers.found.getBounds())"""


@pytest.mark.few(1)
@pytest.mark.parametrize("work", [f"road:{ROAD}", f"site:{SITE}"])
def test_a_link_to_a_road_or_a_site_goes_there_and_rings_it_also_where_works_are_off(visit, work):
    visit.open(f"/?work={work}")
    visit.map.wait_for_function(RINGED)
    layer = f"{work.partition(':')[0]}s"
    assert any(f"/geo/{layer}-" in url for url in visit.geometry_requests())
    group = f"map.keptLayers.entries.get('{layer}').group"
    assert visit.map.evaluate(f"map.hasLayer({group})") is False
    assert visit.sites_on_map() == 0
    visit.page.locator(".st-key-drawer").get_by_role("button", name="Đóng").click()
    visit.wait_query(work=None)
    visit.map.wait_for_function("() => map.keptLayers.found.getLayers().length === 0")
