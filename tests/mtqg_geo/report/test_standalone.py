import html
import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256

import pytest

from mtqg_geo.figures.selection import default_selection
from mtqg_geo.maps.works_shown import WorksShown
from mtqg_geo.report.standalone import standalone_html

HOSTILE = "</script><img src=x onerror=\"document.title='hacked'\">"


@pytest.fixture(scope="module")
def page_text(data, select, setup):
    return standalone_html(data, select(indicator=["OP01"]), setup())


def test_nothing_in_the_file_points_outside(page_text):
    markup = re.sub(r"<(script|style).*?</\1>", "", page_text, flags=re.DOTALL)
    assert not re.findall(r"\b(?:src|href|action|srcset|poster)\s*=", markup)
    sheets = "".join(re.findall(r"<style>(.*?)</style>", page_text, re.DOTALL))
    assert "@import" not in sheets
    addresses = re.findall(r"url\(([^)]+)\)", sheets)
    assert addresses
    assert all(address.startswith(("data:", "#")) for address in addresses)
    assert "sourceMappingURL" not in page_text


def test_only_the_scripts_of_the_file_may_run(page_text):
    policy = html.unescape(re.search(r'Content-Security-Policy" content="([^"]+)"', page_text)[1])
    assert "default-src 'none'" in policy
    allowed = re.search(r"script-src ([^;]+)", policy)[1]
    assert "unsafe" not in allowed
    scripts = re.findall(r"<script>(.*?)</script>", page_text, re.DOTALL)
    assert len(scripts) == 2  # the map, and what feeds it
    for script in scripts:
        assert f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" in allowed


def test_title_legend_table_and_sources_can_be_read_without_the_map(page_text):
    text = html.unescape(re.sub(r"<[^>]+>", " ", page_text.split("map-data")[0]))
    for words in (
        "Số hộ được hỗ trợ làm nhà ở, năm 2023",
        "Chưa báo cáo",
        "Xã An Lạc",
        "CT: công trình.",
        "Số liệu minh họa",
        "Ranh giới hành chính từ 04/2023",
    ):
        assert words in text, words


def test_the_legend_has_what_is_on_the_map(data, select, setup):
    selection = select(indicator=["OP01"])
    headings = {}
    for works in WorksShown:
        page = standalone_html(data, selection, setup(works=works)).split("map-data")[0]
        headings[works] = re.findall(r"<h2>([^<]+)</h2>", page)
    added = {
        works: [each for each in found if each not in headings[WorksShown.NONE]]
        for works, found in headings.items()
    }
    assert added[WorksShown.BY_COMMUNE] == ["Công trình theo xã"]
    assert "Công trình (số lượng)" in added[WorksShown.SINGLE]


def test_hostile_names_stay_text(squares, setup):
    data = replace(squares(sites=[("a", "planned", "00001", HOSTILE)]))
    data.commune_list["name"] = [HOSTILE] * 3
    hostile = replace(data, communes=data.communes.assign(name=HOSTILE))
    page = standalone_html(hostile, default_selection(hostile), setup())
    assert "<img src=x" not in page
    assert HOSTILE not in page


def test_the_same_figures_give_the_same_text(data, select, setup, page_text):
    assert standalone_html(data, select(indicator=["OP01"]), setup()) == page_text


def test_units_that_are_chosen_are_said_to_be_what_the_tiles_count(shown, setup):
    asked = {"vintage": ["2025-07"], "year": ["2024"], "commune": ["07537"]}
    for communes, is_said in ((["07537"], True), ([], False)):
        text = standalone_html(*shown(**asked | {"commune": communes}), setup())
        assert ("các ô tổng hợp theo đơn vị đang chọn" in text) == is_said


def opened(chromium, text, folder):
    """Open a page from a file with the network cut; note whatever is asked for."""
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, offline=True)
    page, troubles = context.new_page(), []
    page.on("console", lambda message: troubles.append(message.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    file = folder / "bản đồ.html"
    file.write_text(text, encoding="utf-8")
    page.goto(file.as_uri())
    page.wait_for_function("document.body.dataset.painted === '1'")
    return page, asked, troubles


def test_map_tooltip_and_layer_switch_work_without_a_network(chromium, page_text, tmp_path):
    page, asked, troubles = opened(chromium, page_text, tmp_path)
    assert [url for url in asked if not url.startswith("data:")] == [
        (tmp_path / "bản đồ.html").as_uri()
    ]
    assert troubles == []
    shapes = page.locator(".leaflet-kept-communes-pane g > path:not([stroke='none'])")
    assert shapes.count() == 209
    box = page.locator("#map").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.6)
    assert page.locator(".geo-tip-name").inner_text().startswith(("Xã ", "Phường ", "Thị trấn "))
    page.locator(".leaflet-control-layers").hover()
    sites = page.locator(".leaflet-control-layers-overlays label", has_text="Công trình")
    on_map = page.locator("#map .geo-site, #map .geo-cluster")
    assert on_map.count() == 0, "houses are painted, works were not asked for"
    sites.locator("input").check()
    assert on_map.first.is_visible()
    sites.locator("input").uncheck()
    assert on_map.count() == 0
    assert page.title() == "Số hộ được hỗ trợ làm nhà ở, năm 2023"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_hostile_name_does_nothing_in_the_browser(chromium, squares, setup, tmp_path):
    data = squares(sites=[("a", "planned", "00001", HOSTILE)])
    hostile = replace(data, communes=data.communes.assign(name=HOSTILE))
    page, _, troubles = opened(
        chromium, standalone_html(hostile, default_selection(hostile), setup()), tmp_path
    )
    assert "hacked" not in page.title()
    assert troubles == []
