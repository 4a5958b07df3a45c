import importlib.util

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, MultiLineString, Point, Polygon, box

from geo.errors import CRSError, GeometryError
from geo.measure import length_km
from geo.overlay import length_by_unit, locate
from geo.parallel import SCHEDULER

DEGREE_KM = 2 * np.pi * 6378.137 / 360  # along the equator


def squares(*codes, crs="EPSG:4326"):
    """Unit squares in a row from longitude 0, between latitudes -1 and 1."""
    shapes = [box(x, -1, x + 1, 1) for x in range(len(codes))]
    return gpd.GeoDataFrame({"code": list(codes)}, geometry=shapes, crs=crs)


def roads(**shapes):
    return gpd.GeoDataFrame({"id": list(shapes)}, geometry=list(shapes.values()), crs="EPSG:4326")


def lengths(lines, units):
    table = length_by_unit(lines, units, line_id="id", unit_id="code")
    codes = table["code"].astype(object).where(table["code"].notna(), None)
    return dict(zip(zip(table["id"], codes, strict=True), table["length_km"], strict=True))


def test_a_road_is_cut_at_the_borders_and_its_end_lies_outside():
    crossing = roads(r=LineString([(0.5, 0), (2.25, 0)]))

    assert lengths(crossing, squares("A", "B")) == pytest.approx(
        {("r", "A"): DEGREE_KM / 2, ("r", "B"): DEGREE_KM, ("r", None): DEGREE_KM / 4}
    )


def test_a_stretch_along_a_shared_border_goes_to_the_first_unit_only():
    border = roads(r=LineString([(1, -0.5), (1, 0.5)]))

    assert list(lengths(border, squares("B", "A"))) == [("r", "A")]
    assert list(lengths(border, squares("A", "B"))) == [("r", "A")]


def test_a_stretch_in_overlapping_units_is_counted_once():
    units = gpd.GeoDataFrame(
        {"code": ["B", "A"]}, geometry=[box(0, -1, 2, 1), box(1, -1, 3, 1)], crs="EPSG:4326"
    )

    assert lengths(roads(r=LineString([(0, 0), (3, 0)])), units) == pytest.approx(
        {("r", "A"): 2 * DEGREE_KM, ("r", "B"): DEGREE_KM}
    )


def test_a_road_that_returns_on_itself_keeps_both_ways():
    there_and_back = roads(r=LineString([(0.5, 0), (1.5, 0), (0.5, 0)]))

    assert lengths(there_and_back, squares("A", "B")) == pytest.approx(
        {("r", "A"): DEGREE_KM, ("r", "B"): DEGREE_KM}
    )


def test_a_road_that_touches_a_unit_from_outside_is_outside():
    touching = roads(r=LineString([(0.5, 1), (0.5, 1.5)]))

    assert list(lengths(touching, squares("A"))) == [("r", None)]


def test_rows_of_one_road_are_added_up():
    two_rows = roads(a=LineString([(0.1, 0), (0.2, 0)]), b=LineString([(0.3, 0), (0.5, 0)]))

    assert lengths(two_rows.assign(id="r"), squares("A")) == pytest.approx(
        {("r", "A"): 0.3 * DEGREE_KM}
    )


def test_a_road_without_a_shape_keeps_a_row_without_a_length():
    table = length_by_unit(roads(r=None), squares("A"), line_id="id", unit_id="code")

    assert table["id"].tolist() == ["r"]
    assert table["code"].isna().all()
    assert table["length_km"].isna().all()


def test_a_long_segment_cut_in_two_still_adds_up():
    # On the map a straight stretch at 60 degrees north is no geodesic: its halves measure more.
    units = gpd.GeoDataFrame({"code": ["A"]}, geometry=[box(0, 50, 5, 70)], crs="EPSG:4326")
    long = roads(r=LineString([(0, 60), (10, 60)]))

    total_km = length_km(long.geometry).sum()
    assert sum(lengths(long, units).values()) == pytest.approx(total_km, rel=1e-12)


def test_units_without_roads_and_roads_without_units_are_no_error():
    road = LineString([(0, 0), (1, 0)])

    assert lengths(roads(), squares("A")) == {}
    assert lengths(roads(r=road), squares()) == pytest.approx({("r", None): DEGREE_KM})


def test_a_stretch_along_a_slanting_border_goes_to_the_first_unit():
    # Places on the border cannot be written exactly, so they lie a rounding error beside it.
    low, high = Polygon([(0, 0), (3, 0), (3, 1)]), Polygon([(0, 0), (3, 1), (0, 1)])
    border = LineString([(0, 0), (3, 1)])
    places = [border.interpolate(part, normalized=True) for part in (0.1, 0.37, 0.71, 0.9)]
    along = roads(r=LineString(places))
    for codes in (["A", "B"], ["B", "A"]):
        units = gpd.GeoDataFrame({"code": codes}, geometry=[low, high], crs="EPSG:4326")

        assert list(lengths(along, units)) == [("r", "A")]


def test_a_road_through_the_corner_of_four_units_is_cut_there():
    corners = [box(0, 0, 1, 1), box(1, 0, 2, 1), box(0, -1, 1, 0), box(1, -1, 2, 0)]
    units = gpd.GeoDataFrame({"code": list("ABCD")}, geometry=corners, crs="EPSG:4326")
    road = roads(r=LineString([(0.5, 0.5), (1.5, -0.5)]))

    found = lengths(road, units)
    assert list(found) == [("r", "A"), ("r", "D")]
    assert sum(found.values()) == pytest.approx(length_km(road.geometry).sum(), rel=1e-12)


def test_a_hole_in_a_unit_lies_outside():
    ring = box(0, -1, 3, 1) - box(1, -0.5, 2, 0.5)
    units = gpd.GeoDataFrame({"code": ["A"]}, geometry=[ring], crs="EPSG:4326")

    assert lengths(roads(r=LineString([(0, 0), (3, 0)])), units) == pytest.approx(
        {("r", "A"): 2 * DEGREE_KM, ("r", None): DEGREE_KM}
    )


def test_a_road_without_length_stays_in_its_unit():
    assert lengths(roads(r=LineString([(0.5, 0), (0.5, 0)])), squares("A")) == {("r", "A"): 0}


def test_layers_in_different_systems_are_refused():
    with pytest.raises(CRSError):
        lengths(roads(r=LineString([(0, 0), (1, 0)])), squares("A", crs="EPSG:3857"))


def test_an_invalid_unit_is_named():
    bow_tie = Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    units = gpd.GeoDataFrame({"code": ["A"]}, geometry=[bow_tie], crs="EPSG:4326")

    with pytest.raises(GeometryError, match=r"1 of 1 units have an invalid shape \(first: A\)"):
        lengths(roads(r=LineString([(0, 0), (1, 0)])), units)


steps = st.integers(-60, 60).map(lambda step: step / 20)
places = st.tuples(steps.map(lambda x: x + 106), steps.map(lambda y: y + 21))
line_shapes = st.lists(places, min_size=2, max_size=6, unique=True).map(LineString)
multi_shapes = st.lists(line_shapes, min_size=1, max_size=3).map(
    lambda parts: MultiLineString(list(parts))
)


def random_units(seed):
    """Voronoi cells around random points: a valid coverage of part of the plane."""
    points = np.random.default_rng(seed).uniform((104, 19), (108, 23), (12, 2))
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points)))
    codes = [f"{number:02}" for number in range(len(cells))]
    return gpd.GeoDataFrame({"code": codes}, geometry=cells, crs="EPSG:4326")


@given(
    shapes=st.lists(st.one_of(line_shapes, multi_shapes), min_size=1, max_size=5),
    seed=st.integers(0, 50),
)
def test_units_and_outside_always_add_up_to_the_total(shapes, seed):
    lines = gpd.GeoDataFrame({"id": range(len(shapes))}, geometry=shapes, crs="EPSG:4326")
    table = length_by_unit(lines, random_units(seed), line_id="id", unit_id="code")

    by_line = table.groupby("id")["length_km"].sum()
    assert by_line.to_numpy() == pytest.approx(length_km(lines.geometry).to_numpy(), rel=1e-9)
    assert (table["length_km"] > 0).all()


@pytest.mark.long
@given(shapes=st.lists(line_shapes, min_size=2, max_size=4), seed=st.integers(0, 20))
def test_the_order_of_rows_does_not_matter(shapes, seed):
    lines = gpd.GeoDataFrame({"id": range(len(shapes))}, geometry=shapes, crs="EPSG:4326")
    units = random_units(seed)

    straight = length_by_unit(lines, units, line_id="id", unit_id="code")
    reverse = length_by_unit(lines[::-1], units[::-1], line_id="id", unit_id="code")
    pd.testing.assert_frame_equal(straight, reverse)


def many_roads(number):
    draw = np.random.default_rng(5)
    points = draw.uniform((105, 20), (107, 22), (number, 1, 2)) + draw.normal(
        0, 0.1, (number, 5, 2)
    )
    lines = shapely.linestrings(points)
    return gpd.GeoDataFrame({"id": range(number)}, geometry=lines, crs="EPSG:4326")


@pytest.mark.long
def test_a_coverage_gives_what_overlay_gives():
    lines, units = many_roads(500), random_units(3)
    inside = length_by_unit(lines, units, line_id="id", unit_id="code").dropna()
    pieces = gpd.overlay(lines, units, how="intersection")
    pieces["km"] = length_km(pieces.geometry)

    # Its pieces of long segments measure a little more than the whole, 1e-7 of it here.
    assert inside.set_index(["id", "code"])["length_km"].to_dict() == pytest.approx(
        pieces.groupby(["id", "code"])["km"].sum().to_dict(), rel=1e-6
    )


@pytest.mark.parametrize("threads", [1, 2])
def test_a_layer_done_by_parts_gives_the_same(monkeypatch, threads):
    lines, units = many_roads(500), random_units(3)
    whole = length_by_unit(lines, units, line_id="id", unit_id="code")
    monkeypatch.setattr("geo.overlay._LINES_AT_ONCE", 70)
    by_parts = length_by_unit(lines, units, line_id="id", unit_id="code", threads=threads)

    pd.testing.assert_frame_equal(by_parts, whole)


def test_units_that_somebody_prepared_do_no_harm_to_threads(monkeypatch):
    lines, units = many_roads(500), random_units(3)
    whole = length_by_unit(lines, units, line_id="id", unit_id="code")
    shapely.prepare(units.geometry.array)
    monkeypatch.setattr("geo.overlay._LINES_AT_ONCE", 20)

    by_parts = length_by_unit(lines, units, line_id="id", unit_id="code", threads=4)
    pd.testing.assert_frame_equal(by_parts, whole)


def test_what_is_no_line_is_counted_in_the_whole_layer(monkeypatch):
    monkeypatch.setattr("geo.overlay._LINES_AT_ONCE", 1)
    shapes = gpd.GeoDataFrame(
        {"id": [1, 2, 3]}, geometry=[Point(0, 0), LineString([(0, 0), (1, 0)]), Point(1, 1)]
    ).set_crs(4326)

    with pytest.raises(GeometryError, match=r"^2 of 3 geometries are not a line"):
        lengths(shapes, squares("A"))


@pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None, reason="distributed is not installed"
)
@pytest.mark.filterwarnings("ignore")  # of the other package's start and shutdown
def test_a_cluster_gives_what_the_threads_give(monkeypatch):
    from distributed import LocalCluster

    lines, units = many_roads(500), random_units(3)
    here = length_by_unit(lines, units, line_id="id", unit_id="code")
    monkeypatch.setattr("geo.overlay._LINES_AT_ONCE", 100)
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        monkeypatch.setenv(SCHEDULER, cluster.scheduler_address)
        there = length_by_unit(lines, units, line_id="id", unit_id="code")

    pd.testing.assert_frame_equal(there, here, rtol=0, atol=1e-9)  # a thousandth of a millimetre


def test_points_find_their_unit_and_the_first_one_on_a_border():
    points = gpd.GeoSeries(
        [Point(1.5, 0), Point(1, 0), Point(9, 9), None], index=list("wxyz"), crs="EPSG:4326"
    )
    found = locate(points, squares("B", "A"), unit_id="code")

    assert found.index.tolist() == ["w", "x", "y", "z"]
    assert found.dropna().to_dict() == {"w": "A", "x": "A"}


def test_points_in_another_system_are_refused():
    with pytest.raises(CRSError):
        locate(gpd.GeoSeries([Point(0, 0)], crs="EPSG:3857"), squares("A"), unit_id="code")
