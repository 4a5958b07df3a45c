"""Places in an area for what is only known to lie in it."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.inside import line_inside, spots_inside
from geo.measure import length_km

BOX = shapely.box(106, 21, 106.1, 21.1)
TRICKY = {
    "ring": BOX - shapely.box(106.01, 21.01, 106.09, 21.09),
    "in parts": shapely.MultiPolygon([BOX, shapely.box(107, 21, 107.2, 21.02)]),
    "thin": shapely.LineString([(106, 21), (106.3, 21.3)]).buffer(0.0001),
    "bent": shapely.LineString([(106, 21), (106.2, 21), (106.2, 21.2)]).buffer(0.004),
    "pierced": BOX - shapely.MultiPoint([(106.05, 21.05), (106.02, 21.07)]).buffer(0.01),
}


@pytest.mark.parametrize("area", TRICKY.values(), ids=TRICKY.keys())
def test_places_of_one_area_lie_inside_it_and_apart(area):
    spots = spots_inside(np.array([area] * 50), np.arange(50))
    assert shapely.contains_properly(area, spots).all()
    tree = shapely.STRtree(spots)
    _, apart = tree.query_nearest(spots, exclusive=True, return_distance=True)
    circle = shapely.length(shapely.maximum_inscribed_circle(area))
    assert apart.min() > 0.05 * circle  # fifty in a circle of that radius, none near another
    assert shapely.equals(spots[:7], spots_inside(np.array([area] * 7), np.arange(7))).all()


@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=3, max_size=8, unique=True),
    st.integers(0, 10_000),
)
def test_a_place_lies_inside_whatever_the_shape(corners, turn):
    area = shapely.MultiPoint(corners).convex_hull.buffer(0.001)
    area = area - shapely.LineString(corners).buffer(0.0005)  # slits and holes along the way
    [spot] = spots_inside(np.array([area]), np.array([turn]))
    assert area.contains(spot)


def test_an_area_without_a_shape_has_no_place():
    areas = np.array([None, shapely.Polygon(), BOX], dtype=object)
    assert [spot is None for spot in spots_inside(areas, np.zeros(3))] == [True, True, False]


@pytest.mark.parametrize("area", TRICKY.values(), ids=TRICKY.keys())
def test_a_line_moved_inside_is_as_long_as_it_was(area):
    road = shapely.LineString([(105.97, 20.98), (105.99, 20.99), (106.03, 20.98)])
    moved = gpd.GeoSeries(line_inside(road, area), crs="EPSG:4326")
    assert shapely.contains_properly(area, moved.array).all()
    before = length_km(gpd.GeoSeries([road], crs="EPSG:4326")).sum()
    assert length_km(moved).sum() == pytest.approx(before, rel=1e-9)


def test_a_line_slides_no_further_than_it_must():
    road = shapely.LineString([(106.09, 21.05), (106.101, 21.05)])
    [moved] = line_inside(road, BOX)
    assert moved.distance(road) < 0.01
    assert 0.0 < BOX.bounds[2] - moved.bounds[2] < 0.01


def test_a_line_stays_where_its_area_holds_no_piece_of_it():
    """4 km of road do not fit into a centimetre of ground, however often they are parted."""
    road = shapely.LineString([(106.08, 21), (106.12, 21)])
    assert line_inside(road, shapely.Point(106, 21).buffer(1e-7)) == [road]
