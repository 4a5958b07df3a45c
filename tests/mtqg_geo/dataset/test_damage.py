"""Boundary sets, their copies and the lineage: what is no longer as it was is said, with a way out."""

from dataclasses import replace

import geopandas as gpd
import pytest
import shapely

from geo.errors import BoundaryError
from mtqg_geo.communes.lineage import Lineage, shipped_lineage
from mtqg_geo.dataset import damage
from mtqg_geo.dataset.boundary_sets import available_sets, shipped_sets, store_folder, store_set
from mtqg_geo.programme.words import error_text
from mtqg_geo.store.boundaries import use
from mtqg_geo.store.engine import open_store
from mtqg_geo.store.rights import Who
from tests.mtqg_geo.store.records import alter


@pytest.fixture
def installed(tmp_path, monkeypatch):
    monkeypatch.setenv("MTQG_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(damage, "read_level", lambda _set, _level: None)  # has a test of its own
    square = gpd.GeoDataFrame(
        {"code": ["07645"]}, geometry=[shapely.box(106, 21, 107, 22)], crs="EPSG:4326"
    )
    return store_set(
        {"commune": square}, vintage="2023-04", name="Sở", province="Bắc Giang", accuracy="a",
        source="xa.zip", licence="–", note={}, papers={}, who=Who("Lan"), put_in_use=True,
    )  # fmt: skip


def codes():
    return [each.code for each in damage.damages(open_store())]


def test_a_sound_set_and_lineage_have_no_damage_and_a_check_leaves_nothing(installed):
    before = sorted(store_folder().rglob("*"))
    assert codes() == []
    assert sorted(store_folder().rglob("*")) == before


def test_a_copy_that_was_altered_is_said_and_written_anew_once_it_is_deleted(installed):
    copy = store_folder() / installed.id
    (copy / "communes.parquet").write_bytes(b"PAR1")
    [error] = damage.damages(open_store())
    assert (error.code, error.values["example"]) == ("damage_copy", "communes.parquet")
    assert "hãy xóa thư mục này" in error_text(error, "vi")
    for path in copy.iterdir():
        path.unlink()
    copy.rmdir()
    assert codes() == []  # no copy is none that is wrong
    assert installed in available_sets()
    assert copy.is_dir()


def test_a_set_whose_files_were_altered_in_the_store_is_said_and_not_given_out(installed):
    with open_store().engine.begin() as raw:
        alter(raw, "UPDATE blob SET data = :data WHERE bytes > 1000", data=b"PAR1")
    assert codes() == ["damage_file", "damage_set"]


def test_a_set_that_was_chosen_and_is_not_there_is_said(installed):
    use(open_store(), "2023-04", "0123456789ab", who=Who("Lan"))
    assert codes() == ["damage_choice"]


def test_a_lineage_that_loses_a_commune_is_said(installed, monkeypatch):
    links = shipped_lineage().links
    lost = str(links.loc[links["day"] == links["day"].max(), "from_code"].iloc[0])
    lacking = Lineage(links[links["from_code"] != lost])
    monkeypatch.setattr(damage, "current_lineage", lambda _store: lacking)
    [error] = damage.damages(open_store())
    assert error.code == "damage_lineage"
    assert "2023-04" in str(error)
    assert "2025-07" in str(error)


def test_delivered_boundaries_that_were_altered_are_said(monkeypatch):
    first = shipped_sets()[0]
    altered = replace(first, sha256=dict.fromkeys(first.levels, "0" * 64))
    monkeypatch.setattr(damage, "shipped_sets", lambda: (altered,))
    [error] = damage.damages(None)
    assert error.code == "damage_delivered"
    assert "data" in error.values["folder"]
    with pytest.raises(BoundaryError):
        damage.read_level(altered, "commune")
