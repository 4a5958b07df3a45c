import hashlib

import geopandas as gpd
import pytest
import shapely
from shapely import Polygon, box

from data.boundaries.catalogue import write_shapefile
from geo.boundaries import boundary_sets, dissolve, read_level
from geo.errors import BoundaryError

CATALOG = """
[[set]]
vintage = "{vintage}"
name = "Made-up"
province = "Somewhere"
accuracy = "approximate"
source = "drawn by hand"
licence = "CC0"
note.vi = "Ranh giới gần đúng"
note.en = "Approximate"
levels.commune = "communes.shp"
sha256.commune = "{sha256}"
"""


def communes():
    columns = {
        "code": ["00001", "00002", "00003"],
        "name": ["Xã Một", "Xã Hai", "Xã Ba"],
        "dist_code": ["213", "213", "215"],
        "prov_code": ["24", "24", "24"],
    }
    shapes = [box(0, 0, 1, 1), box(1, 0, 2, 1), Polygon([(0, 1), (1, 1), (2, 1), (2, 2), (0, 2)])]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4326")


def install(folder, *, vintages=("2023-04",), sha256=None, layer=None):
    path = folder / "communes.shp"
    write_shapefile(communes() if layer is None else layer, path)
    checksum = sha256 or hashlib.sha256(path.read_bytes()).hexdigest()
    entries = [CATALOG.format(vintage=vintage, sha256=checksum) for vintage in vintages]
    (folder / "catalog.toml").write_text("".join(entries), encoding="utf-8")
    return folder


def test_the_catalogue_tells_source_licence_and_note(tmp_path):
    [found] = boundary_sets(install(tmp_path))

    assert (found.vintage, found.accuracy, found.licence) == ("2023-04", "approximate", "CC0")
    assert found.note == {"vi": "Ranh giới gần đúng", "en": "Approximate"}
    assert found.levels == {"commune": tmp_path / "communes.shp"}


def test_the_oldest_set_comes_first(tmp_path):
    sets = boundary_sets(install(tmp_path, vintages=("2025-07", "2023-04")))

    assert [each.vintage for each in sets] == ["2023-04", "2025-07"]


def test_a_vintage_listed_twice_is_refused(tmp_path):
    with pytest.raises(BoundaryError, match=r"lists a vintage twice"):
        boundary_sets(install(tmp_path, vintages=("2023-04", "2023-04")))


def test_a_folder_without_a_catalogue_is_refused(tmp_path):
    with pytest.raises(BoundaryError, match=r"no boundary catalogue catalog.toml"):
        boundary_sets(tmp_path)


@pytest.mark.parametrize("text", ["[[set]]\nvintage = '2023-04'", "not toml", "other = 1"])
def test_an_incomplete_catalogue_is_refused(tmp_path, text):
    (tmp_path / "catalog.toml").write_text(text, encoding="utf-8")

    with pytest.raises(BoundaryError, match=r"catalogue catalog.toml cannot be used"):
        boundary_sets(tmp_path)


def test_a_level_is_read_with_whole_column_names(tmp_path):
    [found] = boundary_sets(install(tmp_path))
    layer = read_level(found, "commune")

    assert layer.columns.tolist() == ["code", "name", "district_code", "province_code", "geometry"]
    assert layer["name"].tolist() == ["Xã Một", "Xã Hai", "Xã Ba"]


def test_a_level_is_given_in_longitude_and_latitude(tmp_path):
    [found] = boundary_sets(install(tmp_path, layer=communes().to_crs("EPSG:3857")))
    layer = read_level(found, "commune")

    assert layer.crs == "EPSG:4326"
    assert layer.total_bounds == pytest.approx([0, 0, 2, 2])


def test_an_altered_file_is_refused(tmp_path):
    [found] = boundary_sets(install(tmp_path, sha256="0" * 64))

    with pytest.raises(BoundaryError, match=r"communes.shp .* 2023-04 is not the catalogued one"):
        read_level(found, "commune")


def test_an_absent_file_and_an_unknown_level_are_refused(tmp_path):
    [found] = boundary_sets(install(tmp_path))
    found.levels["commune"].unlink()

    with pytest.raises(BoundaryError, match=r"communes.shp of boundaries 2023-04 is absent"):
        read_level(found, "commune")
    with pytest.raises(BoundaryError, match=r"no level 'village'; choose one of commune"):
        read_level(found, "village")


def test_units_are_dissolved_into_larger_ones_without_gaps():
    districts = dissolve(communes(), by="dist_code", columns=["prov_code"])

    assert districts.columns.tolist() == ["dist_code", "prov_code", "geometry"]
    assert districts["dist_code"].tolist() == ["213", "215"]
    assert shapely.area(districts.geometry.array).tolist() == pytest.approx([2, 2])
    assert districts.crs == "EPSG:4326"
    assert shapely.coverage_is_valid(districts.geometry.array)


def test_units_that_overlap_are_dissolved_too():
    overlapping = communes().set_geometry(
        [box(0, 0, 1.5, 1), box(1, 0, 2, 1), box(0, 1, 2, 2)], crs="EPSG:4326"
    )

    districts = dissolve(overlapping, by="dist_code", columns=[])
    assert shapely.area(districts.geometry.array).tolist() == pytest.approx([2, 2])


def test_a_column_that_differs_within_a_larger_unit_is_refused():
    with pytest.raises(BoundaryError, match=r"1 of 2 .* more than one name \(first: 213\)"):
        dissolve(communes(), by="dist_code", columns=["name"])


def test_a_unit_of_no_larger_unit_is_not_lost():
    orphaned = communes().assign(dist_code=["213", None, "215"])

    with pytest.raises(BoundaryError, match=r"1 of 3 units have no dist_code \(first: row 1\)"):
        dissolve(orphaned, by="dist_code", columns=[])
