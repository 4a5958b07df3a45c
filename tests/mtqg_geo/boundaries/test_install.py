import json
from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo.boundaries import read_level
from geo.errors import BoundaryError
from geo.io import read_layer
from mtqg_geo.boundaries.check import check_file
from mtqg_geo.boundaries.install import install, installed_text, refused_text, stored_text
from mtqg_geo.boundaries.recognise import read_mapping
from mtqg_geo.communes.gazetteer import shipped_gazetteer
from mtqg_geo.dataset.boundary_sets import (
    available_sets,
    set_in_use,
    shipped_sets,
    store_folder,
    use_set,
)
from mtqg_geo.dataset.dataset import current_dataset, shipped_dataset
from mtqg_geo.dataset.vintages import shown_for
from mtqg_geo.exports import files as exports
from mtqg_geo.figures.query import parse_selection
from mtqg_geo.store.rights import Who
from tests.mtqg_geo.boundaries.layers import DONG_VAN, check_here, district, real_file, write_zip


@pytest.fixture(autouse=True)
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("MTQG_DATA", str(tmp_path / "data"))


@pytest.fixture(scope="module")
def one_province():
    return shipped_gazetteer().in_province("24")


@pytest.fixture(scope="module")
def part(tmp_path_factory, one_province):
    """Return the check of a layer of one district."""
    path = write_zip(district(), tmp_path_factory.mktemp("layer") / "son-dong.zip")
    return check_here(path, vintage="2023-04", gazetteer=one_province)


@pytest.fixture(scope="module")
def whole():
    """Return the check of the real layer of the province."""
    return check_file(real_file("bac_giang_communes_2008.zip"), vintage="2023-04")


def road_km(data):
    pieces = data.pieces.dropna(subset=["code"])
    return pieces.groupby("code")["length_km"].sum()


def exported(data, layer):
    selection, problems = parse_selection({}, data)
    assert problems == ()
    return json.loads(exports.file_bytes(data, selection, layer, "geojson"))["features"]


def test_an_installed_set_holds_communes_districts_and_papers(part):
    kept = install(part, vintage="2023-04", name="Sơn Động", who=Who("Lan"), source="Phòng TNMT")
    assert kept == set_in_use() == available_sets()[-1]
    assert (kept.province, kept.source) == ("Tỉnh Bắc Giang", "Phòng TNMT")
    assert len(read_level(kept, "commune")) == 17
    [row] = read_level(kept, "district").drop(columns="geometry").to_dict("records")
    assert (row["code"], row["name"], row["type"]) == ("220", "Huyện Sơn Động", "Huyện")
    papers = store_folder() / kept.id
    assert json.loads((papers / "report.json").read_text(encoding="utf-8"))["ready"] is True
    assert (papers / "changes.csv").is_file()
    matches = pd.read_csv(papers / "matches.csv", dtype={"code": str})
    assert set(matches["code"]) == set(read_level(kept, "commune")["code"])
    assert read_mapping(papers / "mapping.csv").empty


def test_the_decisions_of_a_person_are_kept_with_the_set(tmp_path, one_province):
    layer = district()
    layer = layer.assign(ten_xa=layer["ten_xa"].replace("Xã Hữu Sản", "Xã Hữu Xản"))
    place = ("Xã Hữu Xản", "Huyện Sơn Động", "Tỉnh Bắc Giang", "07624", "Lan")
    columns = ["name", "district", "province", "code", "decided_by"]
    checked = check_here(
        write_zip(layer, tmp_path / "xa.zip"),
        vintage="2023-04",
        mapping=pd.DataFrame([place], columns=columns),
        gazetteer=one_province,
    )
    kept = install(checked, vintage="2023-04", name="Sơn Động", who=Who("Lan"))
    decided = read_mapping(store_folder() / kept.id / "mapping.csv")
    assert list(decided.itertuples(index=False, name=None)) == [place]


def test_installing_the_same_layer_twice_gives_one_set(part):
    first = install(part, vintage="2023-04", name="Sơn Động", who=Who("Lan"))
    second = install(part, vintage="2023-04", name="Tên khác", who=Who("Lan"))
    assert first == second
    assert second.name == "Sơn Động"
    words = installed_text(second, "en", name="Tên khác")
    assert "was there already as “Sơn Động”" in words
    assert "“Tên khác” is not used" in words
    assert "already" not in installed_text(first, "en", name="Sơn Động")
    assert [path.name for path in store_folder().glob("*/")] == [first.id]


def test_a_layer_with_open_errors_is_not_installed(part):

    from geo.validate import Issue

    issue = Issue("unmatched_features", "error", 1, "Xã Qqq")
    open_check = replace(part, issues=(*part.issues, issue))
    with pytest.raises(BoundaryError, match="unmatched_features"):
        install(open_check, vintage="2023-04", name="Sơn Động", who=Who("Lan"))
    assert not store_folder().exists()
    accepted = replace(open_check, accepted=frozenset({"unmatched_features"}))
    assert install(accepted, vintage="2023-04", name="Sơn Động", who=Who("Lan")) == set_in_use()


def test_a_failed_installation_leaves_the_old_set_in_use(part, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(gpd.GeoDataFrame, "to_parquet", full)
    with pytest.raises(BoundaryError, match="no space left on the disk"):
        install(part, vintage="2023-04", name="Sơn Động", who=Who("Lan"))
    assert set_in_use() == shipped_sets()[0]
    assert available_sets() == shipped_sets()


@pytest.mark.long
def test_on_a_set_of_one_district_the_other_communes_keep_their_figures(part):
    install(part, vintage="2023-04", name="Sơn Động", who=Who("Lan"))
    data = current_dataset()
    shaped = data.communes.geometry.notna()
    assert (len(data.communes), shaped.sum()) == (209, 17)
    assert set(data.communes.loc[shaped, "district_code"]) == {"220"}
    features = exported(data, "communes")
    assert len(features) == 209
    assert sum(feature["geometry"] is not None for feature in features) == 17
    assert set(road_km(data).index) <= set(data.communes.loc[shaped, "code"])


@pytest.mark.long
def test_map_joins_roads_and_exports_switch_to_the_set_and_back(whole):
    before = shipped_dataset()
    kept = install(whole, vintage="2023-04", name="Lớp 2008", who=Who("Lan"))
    data = current_dataset()
    assert data.boundary_set == kept
    assert data.communes["code"].tolist() == before.communes["code"].tolist()
    assert data.communes.geometry.notna().all()
    assert shapely.coverage_is_valid(data.communes.geometry.array)
    assert data.join.matched == before.join.matched
    moved = (data.communes["area_km2"] - before.communes["area_km2"]).abs() > 1e-6
    assert moved.any()
    # The roads of the sample are made up for communes, and lie in them on any borders.
    assert road_km(data).to_dict() == pytest.approx(road_km(before).to_dict(), rel=1e-9)
    assert not data.roads.geometry.geom_equals(before.roads.geometry).all()
    shapes = {f["properties"]["code"]: f["geometry"] for f in exported(data, "communes")}
    old_shapes = {f["properties"]["code"]: f["geometry"] for f in exported(before, "communes")}
    assert shapes.keys() == old_shapes.keys()
    assert shapes != old_shapes
    assert before.boundary_set in available_sets()
    use_set(before.boundary_set, who=Who("Lan"))
    assert current_dataset() is before


@pytest.mark.long
def test_a_set_of_units_without_districts_has_its_province_instead(tmp_path, one_province):
    some = read_layer(real_file("bac_ninh_communes_2025.zip")).head(10)
    some.to_parquet(tmp_path / "xa.parquet")
    checked = check_here(tmp_path / "xa.parquet", vintage="2025-07", gazetteer=one_province)
    kept = install(checked, vintage="2025-07", name="Bắc Ninh mới", who=Who("Lan"))
    assert read_level(kept, "district")["type"].tolist() == ["Tỉnh"]
    assert (set_in_use("2025-07"), set_in_use()) == (kept, shipped_sets()[0])
    assert installed_text(kept, "vi", name=kept.name).startswith("Đã cài đặt và đưa vào sử dụng")
    query = {"vintage": ["2025-07"], "district": ["220"]}
    shown = shown_for(current_dataset(), query)
    assert shown.boundary_set == kept
    assert list(shown.districts["code"]) == list(current_dataset().districts["code"])


def test_a_set_of_neither_geography_is_stored_and_says_why(tmp_path, one_province):
    path = write_zip(district(), tmp_path / "xa.zip")
    checked = check_here(
        path, vintage="2025-03", gazetteer=one_province, accepted=["unmatched_features"]
    )
    kept = install(checked, vintage="2025-03", name="Tháng 3", who=Who("Lan"))
    assert (set_in_use("2025-07"), set_in_use()) == shipped_sets()[::-1]
    assert installed_text(kept, "vi", name=kept.name).startswith(f"Đã lưu bộ ranh giới {kept.id}")
    assert "đơn vị có hiệu lực tháng 2023-04, 2025-07" in stored_text(kept, "vi")
    assert "cannot be put in use" in refused_text(kept, "en")


@pytest.mark.long
def test_a_set_of_a_later_month_with_the_same_communes_carries_the_map(tmp_path, one_province):
    path = write_zip(district(), tmp_path / "xa.zip")
    checked = check_here(path, vintage="2023-05", gazetteer=one_province)
    kept = install(checked, vintage="2023-05", name="Tháng 5", who=Who("Lan"))
    assert current_dataset().boundary_set == kept
    assert installed_text(kept, "en", name=kept.name).startswith("Installed and in use")
    assert stored_text(kept, "vi") == refused_text(kept, "vi") == ""
    [vintage] = {f["properties"]["vintage"] for f in exported(current_dataset(), "communes")}
    assert vintage == "2023-05"


def test_a_layer_of_another_province_cannot_be_installed(tmp_path):
    path = write_zip(district(DONG_VAN), tmp_path / "xa.zip")
    checked = check_here(path, vintage="2023-04", accepted=["no_commune_of_programme"])
    with pytest.raises(BoundaryError, match="no_commune_of_programme"):
        install(checked, vintage="2023-04", name="Đồng Văn", who=Who("Lan"))
    assert available_sets() == shipped_sets()
