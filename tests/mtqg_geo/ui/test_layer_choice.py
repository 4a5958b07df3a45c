"""Which layer of a file of several is meant: asked where boundaries are installed, by AppTest."""

from streamlit.testing.v1 import AppTest

import geo.io
from mtqg_geo.boundaries import check as boundary_check
from tests.mtqg_geo.boundaries.layers import district
from tests.mtqg_geo.ui.said import problems


def section():
    from types import SimpleNamespace

    from mtqg_geo.ui.data import boundary_upload

    boundary_upload.draw(SimpleNamespace(lang="vi"))


def test_the_layer_chosen_is_checked_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(boundary_check, "read_untrusted", geo.io.read_layer)  # tested elsewhere
    communes = district()
    communes.dissolve().to_file(tmp_path / "a.gpkg", layer="huyen")
    communes.to_file(tmp_path / "a.gpkg", layer="xa")
    app = AppTest.from_function(section, default_timeout=300)
    # As a check of the file leaves it that could not tell which layer is meant.
    app.session_state["_layers"] = ["huyen", "xa"]
    app.session_state["_upload"] = ("ranh giới.gpkg", (tmp_path / "a.gpkg").read_bytes())
    app.run()

    app.selectbox(key="boundary_layer").select("xa").run()

    assert not app.exception
    assert not problems(app)
    found = next(each.proto.body for each in app.get("html") if "ranh giới.gpkg" in each.proto.body)
    assert f"{len(communes)} đối tượng (GeoPackage, lớp “xa”). Không dùng các lớp: huyen." in found

    app.session_state["_checked"].value = None  # the server needed the memory
    app.run()
    assert not app.exception
    assert [each.body for each in app.info if "không còn được giữ" in each.body] != []
