"""The downloads by AppTest: what is offered, and that a page run makes no file."""

from html import unescape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mtqg_geo.exports import files as exports

MAIN = Path(__file__).resolve().parents[3] / "mtqg_geo" / "ui" / "main.py"


@pytest.fixture
def app():
    opened = AppTest.from_file(str(MAIN), default_timeout=300)
    opened.query_params["district"] = ["220"]
    opened.query_params["indicator"] = ["OP01"]
    opened.run()
    assert not opened.exception
    assert "download_geopackage" not in buttons(opened), "drawn before anyone opened its window"
    for window in ("downloads", "exports_more"):
        opened.session_state[window] = True
    opened.run()
    assert not opened.exception
    return opened


def buttons(app):
    return {each.proto.id.rsplit("-", 1)[-1]: each.proto for each in app.get("download_button")}


def test_excel_comes_first_and_holds_every_layer(app):
    assert next(iter(buttons(app))) == "download_excel"
    assert buttons(app)["download_excel"].label.startswith("**Excel**")


def test_each_layer_can_be_taken_away_for_gis_and_for_a_program(app):
    layers = ("communes", "sites", "roads")
    assert {f"download_{layer}{kind}" for layer in layers for kind in ("", "_csv")} <= set(
        buttons(app)
    )


def test_qgis_is_given_the_address_of_the_rows_that_are_shown(app, monkeypatch):
    def address():
        [found] = [each.value for each in app.html if "class='address'" in each.value]
        return unescape(found.partition(">")[2].removesuffix("</code>"))

    app.session_state["open_in_qgis"] = True
    app.run()
    assert address().endswith("/ogc?district=220&indicator=OP01")
    monkeypatch.setenv("MTQG_BASE_URL", "https://bando.bacgiang.gov.vn")
    app.multiselect(key="district").set_value(["220", "213"]).run()
    assert address() == "https://bando.bacgiang.gov.vn/ogc?district=220,213&indicator=OP01"


def test_the_other_formats_stand_together_behind_one_button(app):
    found = buttons(app)
    assert found["download_geopackage"].label == "GeoPackage cho QGIS (có kiểu hiển thị)"
    assert found["download_layer"].label == "Tải lớp này"
    assert app.selectbox(key="exports_layer").options == [
        "Xã", "Huyện cũ", "Công trình", "Đường",
    ]  # fmt: skip
    assert app.selectbox(key="exports_format").options[0] == "Shapefile (.zip)"
    assert app.selectbox(key="exports_format").options[-1] == "CSV kèm kiểu cột (.zip, WGS 84)"
    assert found["download_package"].label == "Gói dữ liệu CSV, GeoJSON kèm mô tả cột"


def test_the_province_s_own_zone_comes_right_after_wgs_84(app):
    systems = app.selectbox(key="exports_crs").options
    assert systems[0].startswith("WGS 84")
    assert systems[1] == "VN-2000, kinh tuyến trục 107°00′ (Bắc Giang)"
    assert len(set(systems)) == len(systems) == 24


def test_no_file_is_made_before_its_button_is_pressed(app, monkeypatch):
    def too_early(*_):
        raise AssertionError("a page run paid for a file")

    monkeypatch.setattr(exports, "layer", too_early)
    monkeypatch.setattr(exports, "file_bytes", too_early)
    app.selectbox(key="exports_crs").set_value("EPSG:9214").run()
    app.selectbox(key="exports_format").set_value("parquet").run()
    app.multiselect(key="district").set_value(["213"]).run()
    assert not app.exception


def test_choices_stay_when_the_window_is_closed_and_opened_again(app):
    app.selectbox(key="exports_crs").set_value("EPSG:9214").run()
    for is_open in (False, False, True):
        app.session_state["downloads"] = app.session_state["exports_more"] = is_open
        app.run()
    assert app.selectbox(key="exports_crs").value == "EPSG:9214"
