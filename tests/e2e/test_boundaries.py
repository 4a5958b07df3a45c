"""A planner installs a layer from the land office, and the whole product uses it."""

from pathlib import Path

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from geo.boundaries import read_level
from mtqg_geo.communes.lineage import delivered_sets
from tests.e2e import days
from tests.long import LONG

LAYER = Path(__file__).parents[3] / "shared/data/boundaries/bac_giang_communes_2008.zip"
needs_layer = pytest.mark.skipif(not LAYER.exists(), reason="needs the layers beside the project")
UPLOAD = ".st-key-boundary_file [data-testid=stFileUploaderDropzoneInput]"
DELIVERED = "Ranh giới gần đúng"


@needs_layer
def test_upload_check_install_and_the_map_uses_the_layer(new_visit, changing_server, tmp_path):
    visit = new_visit(on=changing_server)
    page = visit.page
    visit.open("/data")
    page.locator(UPLOAD).set_input_files(LAYER)
    page.locator(".st-key-boundary_check button").click()
    page.locator(".st-key-boundary_install").first.wait_for()
    visit.wait_drawn()
    metrics = page.locator("[data-testid=stMetric]").all_inner_texts()
    assert [metric.split()[-1] for metric in metrics] == ["232", "230", "209", "0"]
    set_aside = page.locator(".st-key-boundary_list_set_aside_features")
    assert "không phải là xã, đã để riêng · 2" in set_aside.inner_text()
    page.locator(".st-key-boundary_name input").fill("Lớp đất đai 2008")
    page.locator(".st-key-boundary_name input").press("Enter")
    page.locator(".st-key-boundary_who input").fill("Lan")
    page.locator(".st-key-boundary_who input").press("Enter")
    page.locator(".st-key-boundary_install button:not([disabled])").first.click()
    page.locator("strong", has_text="Lớp đất đai 2008").wait_for()

    visit.open("/")
    assert sum(visit.fills().values()) == 209
    assert DELIVERED not in visit.map.locator("body").inner_text()
    assert visit.figures()["most_difficult"].splitlines()[1].startswith("28")
    assert visit.errors == []

    if LONG:  # as on the delivered set in `test_days.py`
        sheet, features, hands = days.late_roads(new_visit(on=changing_server), tmp_path)
        assert hands == {"clicks": 8, "characters": 0}
        assert features
        assert all(each["geometry"]["type"] in ("Polygon", "MultiPolygon") for each in features)
        assert len(PdfReader(sheet).pages) == 1

    days.go_to(visit, "data")
    page.locator(".st-key-boundary_who input").fill("Lan")
    page.locator(".st-key-boundary_who input").press("Enter")
    visit.choose("boundary_set", "gần đúng")
    page.locator(".st-key-boundary_use button").click()
    page.locator("strong", has_text="(gần đúng)").wait_for()
    visit.open("/")
    assert visit.map.locator(".geo-notice").inner_text() == DELIVERED


def test_a_file_that_is_no_layer_gets_one_sentence_and_changes_nothing(visit, tmp_path):
    broken = tmp_path / "ranh_gioi.zip"
    broken.write_bytes(b"this is no archive")
    visit.open("/data")
    visit.page.locator(UPLOAD).set_input_files(broken)
    visit.page.locator(".st-key-boundary_check button").click()
    alert = visit.page.locator("[data-testid=stAlertContentError]")
    alert.wait_for()
    assert "ranh_gioi.zip" in alert.inner_text()
    assert "tệp" in alert.inner_text().lower(), "in the language of the page"
    assert len(alert.inner_text()) < 300
    assert visit.page.locator(".st-key-boundary_install").count() == 0


@pytest.mark.long
def test_a_layer_of_another_month_is_told_it_and_checked_again_with_one_click(visit, tmp_path):
    """The 58 units of July 2025, checked as of April 2023 by mistake."""
    units = read_level(delivered_sets()["2025-07"], "commune")[["code", "name", "geometry"]]
    path = tmp_path / "xa.geojson"
    path.write_text(units.to_json(drop_id=True), encoding="utf-8")
    page = visit.page
    visit.open("/data")
    page.locator(UPLOAD).set_input_files(path)
    page.locator(".st-key-boundary_check button").click()
    told = page.locator(".st-key-boundary_issues")
    expect(told).to_contain_text("là của đơn vị từ 7/2025")
    expect(page.locator("[class*=st-key-decide_]")).to_have_count(0)  # no question for each unit
    page.locator(".st-key-boundary_later button").click()
    expect(page.locator("[data-testid=stMetric]").nth(1)).to_contain_text("58")
    expect(page.locator(".st-key-boundary_vintage input")).to_have_value("2025-07")
    visit.wait_drawn()
    assert visit.errors == []
