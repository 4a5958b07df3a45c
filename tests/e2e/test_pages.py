"""The frame around the map in a real browser: links, downloads, phone."""

import csv
import io

import pytest
from playwright.sync_api import expect


@pytest.mark.long
def test_every_download_holds_exactly_what_is_filtered(visit, tmp_path, read_geojson):
    visit.open("/?district=220&indicator=OP01&works=single")
    visit.open_menu()
    saved = {
        (name, suffix): visit.saved(f"download_{name}{key}", tmp_path)
        for name in ("communes", "sites", "roads")
        for key, suffix in (("", "geojson"), ("_csv", "csv"))
    }
    assert saved["communes", "geojson"].name == (
        "communes_OP01-actual_2023_district-220_data-2024-Q2.geojson"
    )
    counts = {}
    for name in ("communes", "sites", "roads"):
        features = read_geojson(saved[name, "geojson"])["features"]
        rows = list(csv.DictReader(io.StringIO(csv_text(saved[name, "csv"]))))
        assert [f["properties"]["code"] for f in features] == [row["code"] for row in rows]
        assert all(f["properties"]["boundary_accuracy"] == "approximate" for f in features)
        counts[name] = len(features)
    communes = read_geojson(saved["communes", "geojson"])["features"]
    assert {f["properties"]["district_code"] for f in communes} == {"220"}
    assert counts["communes"] == 17
    assert counts["sites"] == visit.sites_on_map()
    figures = visit.figures()
    assert f"trên {counts['sites']} công trình" in figures["sites"]


def csv_text(path):
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf"), "Excel knows UTF-8 by this mark"
    return content.decode("utf-8-sig")


def test_pages_are_one_click_apart_and_keep_the_selection(visit):
    visit.open("/?district=220&indicator=OP01&profile=07645")
    visit.page.locator(".st-key-pages a", has_text="Công trình").click()
    visit.page.wait_for_url("**/works?*")
    visit.wait_query(district=["220"], indicator=["OP01"], profile=["07645"])
    visit.page.locator("[data-testid=stHeading] h2", has_text="Công trình · 58").first.wait_for()
    visit.choose("district", "Lục Ngạn")
    visit.wait_query(district=["220", "219"])
    visit.wait_drawn()
    visit.page.get_by_role("link", name="Dữ liệu", exact=True).click()
    visit.page.wait_for_url("**/data?*")
    visit.wait_query(district=["220", "219"], indicator=["OP01"])
    visit.page.go_back()
    visit.page.wait_for_url("**/works?*")
    visit.page.go_back()
    visit.wait_query(district=["220"])
    visit.page.go_back()
    visit.page.wait_for_url("**/?district=220&*")
    visit.wait_drawn()
    assert visit.table_heading() == "Bảng số liệu của bản đồ · 17 xã"
    assert visit.page.locator(".profile h2").inner_text() == "Xã An Lạc"


@pytest.mark.long
def test_an_unusable_link_says_so_once_and_applies_the_rest(visit):
    visit.open("/?district=999&district=220&year=1999&indicator=OP01")
    alerts = visit.page.locator("[role=alert]")
    assert alerts.count() == 1
    assert "“999”" in (alerts.text_content() or "")
    assert "“1999”" in (alerts.text_content() or "")
    assert visit.table_heading().endswith("17 xã")
    serial = visit.serial()
    visit.choose("indicator", "Chuyển đổi nghề")
    visit.wait_query(district=["220"], indicator=["OP02"], year=None)
    visit.wait_repainted(serial)
    assert alerts.count() == 0


def test_the_works_page_finds_without_accents_and_leads_to_the_map(visit):
    visit.open("/works?year=2023")
    rows = visit.page.locator(".st-key-sites tbody tr")
    expect(rows).to_have_count(100)
    visit.page.locator(".st-key-sites input[type=search]").fill("cho xa")
    # Three markets, also those among the rows that were not sent before somebody searched.
    expect(visit.page.locator(".st-key-sites [role=status]")).to_have_text("3 trên 167 dòng khớp")
    expect(rows).to_have_count(3)
    key = f"site:{rows.first.get_attribute('data-key')}"
    name = rows.first.locator("th").inner_text()
    rows.first.locator("a").click()
    visit.wait_query(work=[key], works=["single"])
    expect(visit.page.locator(".work h2")).to_have_text(name)
    assert visit.page.url.split("?")[0].rstrip("/") == visit.server.url
