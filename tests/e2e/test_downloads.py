"""The formats for GIS programs in a real browser: chosen, downloaded, opened."""

import sqlite3
from contextlib import closing

import geopandas as gpd
import pytest
from playwright.sync_api import expect

WINDOW = "document.querySelector('[data-testid=stPopoverBody]').getBoundingClientRect()"
CHOSEN = "/?district=220&indicator=OP01&scheme=quantiles&k=3"


def open_formats(visit):
    visit.open_menu()
    visit.page.locator(".st-key-exports_more summary").click()
    visit.page.locator(".st-key-download_layer button").wait_for()
    visit.wait_drawn()


def choose(visit, key, text):
    visit.choose(key, text)
    visit.page.wait_for_function(
        "([key, text]) => document.querySelector(`.st-key-${key}`).innerText.includes(text) ||"
        " document.querySelector(`.st-key-${key} input`).value.includes(text)",
        arg=[key, text],
    )
    visit.wait_drawn()


def test_the_menu_gives_a_geopackage_with_the_legend_and_then_what_another_indicator_shows(
    visit, tmp_path
):
    visit.open(CHOSEN)
    legend = [line.split("\n")[0].strip() for line in visit.legend()]
    painted = visit.serial()
    open_formats(visit)
    visit.page.wait_for_function(  # the window holds them all on an office screen
        f"""() => {{
          const last = document.querySelector(".st-key-download_layer button");
          const box = {WINDOW};
          return last.getBoundingClientRect().bottom <= box.bottom && box.bottom <= innerHeight;
        }}"""
    )
    choose(visit, "exports_crs", "107°00′")
    path = visit.saved("download_geopackage", tmp_path)
    assert path.name == "mtqg_OP01-actual_2023_district-220_data-2024-Q2_epsg-9214.gpkg"
    communes = gpd.read_file(path, layer="communes")
    assert (len(communes), communes.crs.to_epsg()) == (17, 9214)
    assert set(communes["map_label"]) <= set(legend)
    with closing(sqlite3.connect(path)) as database:
        [[style]] = database.execute(
            "SELECT styleQML FROM layer_styles WHERE f_table_name = 'communes'"
        )
    assert all(f'label="{words.replace(">", "&gt;")}"' in style for words in legend)
    assert visit.serial() == painted, "choosing a format leaves the map alone"

    # By keyboard: a click beside the menu would close it.
    entry = visit.page.locator(".st-key-indicator input")
    entry.focus()
    entry.press("Control+a")
    entry.press_sequentially("lien xa")
    entry.press("ArrowDown")
    entry.press("Enter")
    visit.wait_query(indicator=["OP05"])
    visit.wait_drawn()
    path = visit.saved("download_excel", tmp_path)
    assert path.name.startswith("mtqg_OP05-actual_2023_district-220")


@pytest.mark.long
def test_a_layer_comes_in_the_format_chosen(visit, tmp_path):
    visit.open(CHOSEN)
    open_formats(visit)
    choose(visit, "exports_layer", "Công trình")
    for label, suffix in (
        ("FlatGeobuf", ".fgb"),
        ("GeoParquet", ".parquet"),
        ("Shapefile", ".zip"),
    ):
        choose(visit, "exports_format", label)
        path = visit.saved("download_layer", tmp_path)
        assert path.suffix == suffix
        sites = gpd.read_parquet(path) if suffix == ".parquet" else gpd.read_file(path)
        code = "district_c" if suffix == ".zip" else "district_code"
        assert set(sites[code]) == {"220"}, label
        assert len(sites) > 10, label


@pytest.mark.long
def test_a_sheet_or_the_link_is_two_clicks_away_and_a_file_that_waits_can_be_given_up(
    visit, tmp_path
):
    visit.open(CHOSEN)
    visit.open_menu("print_menu")
    sheet = visit.saved("print_map_list", tmp_path)
    assert sheet.name.startswith("map-list_OP01")
    assert sheet.read_bytes().startswith(b"%PDF")
    visit.page.keyboard.press("Escape")
    visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    copied = visit.page.locator(".st-key-copy_link")
    copied.locator("button").click()
    visit.page.wait_for_function(
        "() => document.querySelector('.st-key-copy_link [aria-live]').textContent === 'Đã chép'"
    )
    assert visit.page.evaluate("navigator.clipboard.readText()") == visit.page.url
    visit.page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(); }")
    visit.page.evaluate("() => { document.execCommand = () => (window.oldWay = true); }")
    copied.locator("button").click()
    visit.page.wait_for_function("() => window.oldWay")

    asked = []

    def waiting(route):
        asked.append(route.request.method)
        words = "Đang chờ: còn 2 việc trước"
        route.fulfill(json={"state": "waiting", "share": 0.0, "words": words})

    visit.page.route("**/files/*", waiting)
    visit.open_menu("print_menu")
    visit.page.locator(".st-key-print_atlas button").click()
    line = visit.page.locator(".files-tray li").filter(has_text="Tập bản đồ")
    expect(line.get_by_role("status")).to_have_text("Đang chờ: còn 2 việc trước")
    visit.page.locator(".st-key-print_atlas button").click()
    visit.page.keyboard.press("Escape")
    expect(line).to_have_count(1)  # asked for once, and there when the menu is shut
    line.get_by_role("button", name="Hủy").click()
    expect(line).to_have_count(0)
    visit.open_menu("print_menu")
    visit.page.locator(".st-key-print_atlas button").click()
    expect(line.get_by_role("status")).to_have_text("Đang chờ: còn 2 việc trước")
    visit.page.evaluate("dispatchEvent(new Event('pagehide'))")  # as when the tab is shut
    expect(line).to_have_count(0)
    visit.page.unroute("**/files/*")
    assert (asked[0], asked[-1], asked.count("DELETE")) == ("POST", "DELETE", 2)
