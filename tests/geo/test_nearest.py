import geopandas as gpd
import numpy as np
import pytest
from pyproj import Geod
from shapely import LineString, Point, box

from geo.errors import CRSError
from geo.measure import nearest_km

KM_PER_DEGREE_OF_LATITUDE_AT_21 = 110.70  # along the meridian, WGS 84


def layer(*shapes, crs="EPSG:4326", labels=None):
    return gpd.GeoSeries(list(shapes), index=labels, crs=crs)


def test_a_tenth_of_a_degree_north_is_eleven_kilometres():
    found = nearest_km(layer(Point(106, 21)), layer(Point(106, 21.1)))
    assert found["km"].iloc[0] == pytest.approx(KM_PER_DEGREE_OF_LATITUDE_AT_21 / 10, abs=0.01)


def test_the_nearest_of_several_places_is_named():
    places = layer(Point(107, 21), Point(106.1, 21), Point(105, 21), labels=["a", "b", "c"])
    found = nearest_km(layer(Point(106, 21), labels=["here"]), places)
    assert found["place"].to_dict() == {"here": "b"}
    assert found.loc["here", "km"] == pytest.approx(10.4, abs=0.05)


def test_of_a_line_the_nearest_spot_counts_not_its_ends():
    road = layer(LineString([(105, 21.05), (107, 21.05)]))
    found = nearest_km(layer(Point(106, 21)), road)
    assert found["km"].iloc[0] == pytest.approx(KM_PER_DEGREE_OF_LATITUDE_AT_21 / 20, rel=0.001)


def test_inside_an_area_or_on_the_spot_the_distance_is_zero():
    points = layer(Point(106, 21), Point(106, 21))
    assert nearest_km(points, layer(box(105, 20, 107, 22)))["km"].tolist() == [0, 0]
    assert nearest_km(points, layer(Point(106, 21)))["km"].to_numpy() == pytest.approx(0, abs=1e-6)


def test_the_distance_is_the_one_along_the_geodesic():
    generator = np.random.default_rng(1)
    points = layer(*map(Point, generator.uniform([105.9, 21.1], [107, 21.6], (20, 2))))
    places = layer(*map(Point, generator.uniform([105.9, 21.1], [107, 21.6], (30, 2))))
    found = nearest_km(points, places)
    geod = Geod(ellps="WGS84")
    for point, km in zip(points, found["km"], strict=True):
        every = [geod.inv(point.x, point.y, place.x, place.y)[2] / 1000 for place in places]
        assert km == pytest.approx(min(every), rel=1e-6)


def test_the_distance_is_the_same_in_every_crs():
    points, places = layer(Point(106, 21)), layer(Point(106.3, 21.2))
    expected = nearest_km(points, places)["km"].iloc[0]
    for crs in ("EPSG:3405", "EPSG:3857"):
        found = nearest_km(points.to_crs(crs), places.to_crs(crs))
        assert found["km"].iloc[0] == pytest.approx(expected, rel=1e-7)


def test_without_a_point_or_without_a_place_there_is_no_distance():
    found = nearest_km(layer(Point(106, 21), None, Point()), layer(None, Point(106, 21)))
    assert found["km"].isna().tolist() == [False, True, True]
    assert found["place"].tolist()[1:] == [None, None]
    empty = nearest_km(layer(Point(106, 21)), layer())
    assert empty["km"].isna().all()
    assert len(nearest_km(layer(), layer(Point(106, 21)))) == 0


def test_two_reference_systems_are_an_error():
    with pytest.raises(CRSError, match="different reference systems"):
        nearest_km(layer(Point(106, 21)), layer(Point(106, 21), crs="EPSG:3405"))
