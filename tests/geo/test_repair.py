import math
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import MultiPolygon, Point, Polygon, box
from shapely.affinity import affine_transform

from geo.errors import CRSError, GeoError, GeometryError
from geo.io import read_layer
from geo.repair import changed_areas, repair_coverage
from geo.validate import check_coverage

BOUNDARIES = Path(__file__).parents[3] / "shared" / "data" / "boundaries"
GRID = "EPSG:9214"


def on_ground(shape):
    """Put a shape drawn in metres somewhere in the middle of the zone."""
    if shape is None:
        return None
    return affine_transform(shape, [1, 0, 0, 1, 480_000, 2_350_000])


def units(*shapes, crs=GRID):
    codes = [chr(ord("A") + number) for number in range(len(shapes))]
    return gpd.GeoDataFrame({"code": codes}, geometry=[*map(on_ground, shapes)], crs=crs)


def repaired(*shapes, tolerance_m=10):
    return repair_coverage(units(*shapes), key="code", tolerance_m=tolerance_m)


def issues_of(repair):
    return {issue.code: issue for issue in repair.issues}


def areas_ha(repair):
    """Areas after repair in hectares, as drawn on the grid."""
    return (repair.layer.geometry.to_crs(GRID).area / 10_000).round(1).tolist()


def test_two_squares_that_fit_are_left_as_they_are():
    repair = repaired(box(0, 0, 1000, 1000), box(1000, 0, 2000, 1000))

    assert repair.issues == repair.before == repair.after == ()
    assert areas_ha(repair) == [100, 100]
    # What is left is the rounding to a centimetre.
    assert repair.changes["change_pct"].abs().max() < 0.01


def test_an_overlap_is_given_to_the_smaller_unit_and_both_borders_meet():
    repair = repaired(box(0, 0, 1005, 1000), box(1000, 0, 1500, 1000))

    assert [issue.code for issue in repair.before] == ["mismatched_edges", "overlaps"]
    assert repair.after == ()
    assert areas_ha(repair) == [100, 50]
    assert repair.issues == ()


def test_an_overlap_wider_than_the_tolerance_is_settled_and_named():
    repair = repaired(box(0, 0, 1100, 1000), box(1000, 0, 1500, 1000))

    assert areas_ha(repair) == [100, 50]
    assert issues_of(repair)["wide_overlaps"].example == "A, B"
    assert issues_of(repair)["area_changed"].example == "A (-9.1 %)"
    assert issues_of(repair)["area_changed"].count == 1


def test_a_town_drawn_on_top_of_its_surroundings_keeps_its_area():
    repair = repaired(box(0, 0, 1000, 1000), box(400, 400, 600, 600))

    assert areas_ha(repair) == [96, 4]
    assert "emptied" not in issues_of(repair)


def test_a_gap_within_the_tolerance_is_filled_and_a_wider_one_stays():
    ring = box(0, 0, 1000, 1000).difference(box(400, 400, 600, 600))
    narrow = repaired(ring, box(400, 400, 595, 600))
    wide = repaired(ring, box(400, 400, 550, 600))

    assert sum(areas_ha(narrow)) == 100
    assert "gaps" not in issues_of(narrow)
    assert sum(areas_ha(wide)) == 99
    assert (issues_of(wide)["gaps"].count, issues_of(wide)["gaps"].example) == (1, "A")


def test_slivers_go_and_islands_stay():
    sliver, island = box(3000, 0, 3002, 1000), box(5000, 0, 5100, 100)
    repair = repaired(MultiPolygon([box(0, 0, 1000, 1000), sliver, island]))

    assert areas_ha(repair) == [101]
    assert repair.layer.geometry.iloc[0].geom_type == "MultiPolygon"
    assert (issues_of(repair)["slivers"].count, issues_of(repair)["slivers"].example) == (1, "A")


def test_an_island_narrower_than_twice_the_tolerance_is_no_sliver():
    strip = box(3000, 0, 3015, 1000)  # 1.5 ha
    repair = repaired(MultiPolygon([box(0, 0, 1000, 1000), strip]), tolerance_m=10)

    assert areas_ha(repair) == [101.5]
    assert "slivers" not in issues_of(repair)


def test_a_unit_that_is_nothing_but_a_sliver_is_not_dropped_for_it():
    repair = repaired(box(0, 0, 1000, 1000), box(3000, 0, 3002, 1000))

    assert areas_ha(repair) == [100, 0.2]


def test_a_bow_tie_becomes_valid_and_keeps_its_area():
    bow_tie = Polygon([(0, 0), (1000, 1000), (1000, 0), (0, 1000)])
    repair = repaired(bow_tie)

    assert repair.layer.geometry.is_valid.all()
    assert areas_ha(repair) == [50]
    assert issues_of(repair)["invalid_geometry"].severity == "info"


def test_a_polygon_given_twice_stays_a_row_without_a_second_shape():
    square = box(0, 0, 1000, 1000)
    repair = repaired(square, box(1000, 0, 2000, 1000), box(0, 0, 1000.5, 1000))

    assert len(repair.layer) == 3
    assert repair.layer.geometry.isna().tolist() == [False, False, True]
    assert issues_of(repair)["duplicate_geometry"].example == "C repeats A"
    assert repair.changes["change_pct"].round(1).tolist()[2] == -100
    assert "emptied" not in issues_of(repair)


def test_where_units_cover_each_other_the_emptied_one_is_named():
    repair = repaired(box(0, 0, 1000, 1000), box(0, 0, 500, 1000), box(500, 0, 1000, 1000))

    emptied = issues_of(repair)["emptied"]
    [code] = repair.layer.loc[repair.layer.geometry.isna(), "code"]
    assert (emptied.severity, emptied.count, emptied.example) == ("error", 1, code)
    after_km2 = repair.changes.set_index("code")["area_after_km2"]
    assert after_km2[code] == 0
    assert after_km2.sum() == pytest.approx(1, rel=0.001)


def test_shapes_that_are_none_are_reported_each_and_every_row_is_kept():
    with np.errstate(invalid="ignore"):
        nowhere = Polygon([(0, 0), (1000, 0), (math.nan, 1000)])
    shapes = [*units(box(0, 0, 1000, 1000), None, Polygon()).geometry, nowhere]
    layer = units(*[None] * 4).set_geometry(gpd.GeoSeries(shapes, crs=GRID))
    more = units(box(0, 0, 1000, 1000), Point(3, 4))

    repair = repair_coverage(layer, key="code", tolerance_m=10)

    assert repair.layer["code"].tolist() == ["A", "B", "C", "D"]
    assert repair.layer.geometry.isna().tolist() == [False, True, True, True]
    assert repair.changes["change_pct"].isna().tolist() == [False, True, True, True]
    found = issues_of(repair)
    assert {code: found[code].example for code in found} == {
        "missing_geometry": "B",
        "empty_geometry": "C",
        "non_finite": "D",
    }
    only_point = issues_of(repair_coverage(more, key="code", tolerance_m=10))
    assert (only_point["not_polygon"].count, only_point["not_polygon"].example) == (1, "B")


def test_rows_index_and_other_columns_stay_in_order():
    layer = units(box(1000, 0, 2000, 1000), None, box(0, 0, 1003, 1000))
    layer = layer.assign(name=["x", "y", "z"]).set_index(np.array([7, 3, 5]))

    repair = repair_coverage(layer, key="code", tolerance_m=10)

    assert repair.layer["name"].tolist() == ["x", "y", "z"]
    assert repair.layer.index.tolist() == repair.changes.index.tolist() == [7, 3, 5]
    assert repair.layer.geometry.iloc[2].centroid.x < repair.layer.geometry.iloc[0].centroid.x
    assert layer.geometry.iloc[2].equals(on_ground(box(0, 0, 1003, 1000)))


def test_what_changed_can_be_drawn():
    layer = units(box(0, 0, 1100, 1000), box(1000, 0, 1500, 1000))
    areas = changed_areas(layer, repair_coverage(layer, key="code", tolerance_m=10), key="code")

    assert areas[["code", "change"]].to_numpy().tolist() == [["A", "lost"]]
    assert areas["area_km2"].round(2).tolist() == [0.1]


def test_a_layer_that_cannot_be_repaired_is_refused():
    with pytest.raises(GeometryError, match=r"A tolerance of 0 m repairs nothing"):
        repaired(box(0, 0, 1, 1), tolerance_m=0)
    with pytest.raises(GeometryError, match=r"None of the 1 features has a polygon"):
        repaired(None)
    with pytest.raises(GeometryError, match=r"None of the 1 features has a polygon"):
        repaired(Point(1, 2))
    with pytest.raises(GeoError, match=r"no column 'id'"):
        repair_coverage(units(box(0, 0, 1, 1)), key="id", tolerance_m=1)
    with pytest.raises(CRSError):
        repair_coverage(
            units(box(0, 0, 1, 1)).set_crs(None, allow_override=True), key="code", tolerance_m=1
        )


@pytest.mark.few(7)
@pytest.mark.parametrize("seed", range(10))
def test_any_heap_of_polygons_becomes_a_coverage_and_stays_one(seed):
    random = np.random.default_rng(seed)
    middles = random.uniform(0, 5000, (60, 2))
    tiles = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(middles)))
    rings = shapely.intersection(tiles, box(0, 0, 5000, 5000)).tolist()
    corners = [np.asarray(tile.exterior.coords)[:-1] for tile in rings]
    shaken = [Polygon(xy + random.uniform(-20, 20, xy.shape)) for xy in corners]
    layer = gpd.GeoDataFrame({"code": range(len(shaken))}, geometry=[*map(on_ground, shaken)])

    repair = repair_coverage(layer.set_crs(GRID), key="code", tolerance_m=25)

    shapes = np.asarray(repair.layer.geometry.array)
    assert repair.after == ()
    assert shapely.coverage_is_valid(shapes)
    assert shapely.is_valid(shapes).all()
    assert (shapely.transform(shapes, lambda xy: np.round(xy, 7)) == shapes).all()
    again = repair_coverage(repair.layer, key="code", tolerance_m=25)
    assert again.after == ()


def real(name):
    path = BOUNDARIES / name
    if not path.exists():
        pytest.skip("the real layer is not beside the repository")
    return read_layer(path)


@pytest.mark.long
def test_the_real_layer_of_a_province_becomes_a_coverage():
    layer = real("bac_giang_communes_2008.zip")
    repair = repair_coverage(layer, key="commune_vn", tolerance_m=10)

    assert len(repair.layer) == 232
    assert {issue.code: issue.count for issue in repair.before} == {
        "mismatched_edges": 230,
        "overlaps": 467,
    }
    assert repair.after == ()
    assert not repair.layer.geometry.isna().any()
    assert repair.changes["change_pct"].abs().max() < 5
    before_km2, after_km2 = repair.changes[["area_before_km2", "area_after_km2"]].sum()
    assert after_km2 == pytest.approx(before_km2, rel=0.01)


@pytest.mark.long
def test_a_real_coverage_keeps_every_vertex_of_every_border():
    layer = real("bac_ninh_communes_2025.zip")
    repair = repair_coverage(layer, key="code", tolerance_m=10)

    assert repair.issues == repair.before == repair.after == ()
    n_before, n_after = (
        shapely.get_num_coordinates(each.geometry.array).sum() for each in (layer, repair.layer)
    )
    assert n_after == n_before
    assert check_coverage(repair.layer) == []
