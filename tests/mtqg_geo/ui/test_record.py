"""The log on the page Dữ liệu, and that installing and choosing boundaries ask who does it."""

import geopandas as gpd
import pytest
import shapely
from streamlit.testing.v1 import AppTest

from mtqg_geo.dataset.boundary_sets import store_set
from mtqg_geo.store.boundaries import in_use, use
from mtqg_geo.store.engine import open_store
from mtqg_geo.store.insert_only import log_entries
from mtqg_geo.store.rights import Who
from tests.tables import messages, rows_of


def the_log():
    from mtqg_geo.ui.data import record

    record.draw("vi")


def boundaries():
    from types import SimpleNamespace

    from mtqg_geo.ui.data import boundary_upload

    boundary_upload.draw(SimpleNamespace(lang="vi"))


def opened(page):
    app = AppTest.from_function(page, default_timeout=300).run()
    assert not app.exception
    return app


@pytest.fixture
def store(own_store):
    use(own_store, "2023-04", "", who=Who("Lan"))
    use(own_store, "2025-07", "", who=Who("<b>*Mai*</b>"))
    return own_store


def test_the_log_is_shown_filtered_and_taken_along(store):
    app = opened(the_log)
    table = rows_of(app, "record")
    assert table["Người thực hiện"].tolist() == ["<b>*Mai*</b>", "Lan"]
    assert table["Thời gian"].tolist() == [each.at for each in log_entries(store)]  # sorted by it
    assert {each.proto.id.split("-")[-1] for each in app.get("download_button")} == {
        "record_take_csv", "record_take_xlsx",
    }  # fmt: skip

    app.selectbox(key="record_who").set_value("Lan").run()
    assert rows_of(app, "record")["Chi tiết"].tolist() == ["cho 2023-04"]
    app.selectbox(key="record_what").set_value("use").run()
    assert len(rows_of(app, "record")) == 1
    assert not app.exception


def test_without_a_store_the_log_says_that_it_is_empty(own_folder):
    app = opened(the_log)
    assert not messages(app)
    assert "Nhật ký chưa có dòng nào" in app.get("html")[-1].proto.body
    assert not own_folder.exists()


def test_a_set_is_put_in_use_only_by_somebody_who_says_so(own_folder):
    square = gpd.GeoDataFrame(
        {"code": ["07645"]}, geometry=[shapely.box(106, 21, 107, 22)], crs="EPSG:4326"
    )
    kept = store_set(
        {"commune": square}, vintage="2023-04", name="Sở", province="Bắc Giang",
        accuracy="installed", source="xa.zip", licence="–", note={}, papers={}, who=Who("Lan"),
    )  # fmt: skip
    app = opened(boundaries)
    app.selectbox(key="boundary_set").set_value(kept.id).run()
    assert app.button(key="boundary_use").disabled
    app.text_input(key="boundary_who").set_value("  Mai ").run()
    app.button(key="boundary_use").click().run()
    assert not app.exception
    assert in_use(open_store()) == {"2023-04": kept.id}
    assert [(each.action, each.who) for each in log_entries(open_store())] == [
        ("use", "Mai"), ("boundaries", "Lan"),
    ]  # fmt: skip
