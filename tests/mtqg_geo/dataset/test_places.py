"""Sites known by their commune stand in it; what has coordinates, or was measured, stays."""

from dataclasses import replace
from time import perf_counter

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from mtqg_geo.dataset.places import settled_roads, settled_sites
from mtqg_geo.exports.files import csv_text, layer
from mtqg_geo.figures.query import parse_selection

UNITS = gpd.GeoDataFrame(
    {"code": ["A", "B", "C"]},
    geometry=[shapely.box(106, 21, 107, 22), shapely.box(107, 21, 108, 22), None],
    crs="EPSG:4326",
)


def sites(*rows):
    """Build sites from (commune, location, x, y)."""
    table = pd.DataFrame(list(rows), columns=["commune_code", "location", "x", "y"])
    points = gpd.points_from_xy(table.pop("x"), table.pop("y"), crs="EPSG:4326")
    return gpd.GeoDataFrame(table, geometry=points)


def moved(table):
    settled = settled_sites(table, UNITS)
    return (~settled.geometry.geom_equals(table.geometry)).tolist(), settled.geometry


def test_only_an_approximate_place_outside_its_commune_is_worked_out_anew():
    is_moved, places = moved(
        sites(
            ("A", "exact", 107.5, 21.5),
            ("A", "commune", 107.6, 21.5),
            ("A", "commune", 106.2, 21.5),
            ("B", "district", 106.5, 21.5),
            ("C", "commune", 106.5, 21.5),  # a commune without a shape: nothing better is known
            ("", "commune", 106.5, 21.5),
            ("A", "commune", 107.0, 21.5),  # on the border, which is the first commune's
        )
    )
    assert is_moved == [False, True, False, True, False, False, True]
    assert UNITS.geometry[0].contains(places[1])
    assert UNITS.geometry[1].contains(places[3])


def test_approximate_places_on_one_spot_are_spread_and_stay_when_more_come():
    same = [("A", "commune", 106.5, 21.5)] * 4
    apart = ("A", "commune", 106.9, 21.9)
    _, places = moved(sites(*same, apart))
    assert len({(point.x, point.y) for point in places}) == 5
    assert places.within(UNITS.geometry[0]).all()
    assert (places[4].x, places[4].y) == (106.9, 21.9)
    _, more = moved(sites(*same, apart, same[0]))
    assert more[:5].geom_equals(places).all()


def test_two_exact_sites_may_stand_on_one_spot():
    assert moved(sites(*[("A", "exact", 106.5, 21.5)] * 2))[0] == [False, False]


def test_five_thousand_sites_are_placed_at_once(data):
    codes = np.tile(data.communes["code"].to_numpy(), 24)[:5000]
    table = sites(*((code, "commune", 106.0, 21.0) for code in codes))
    start = perf_counter()
    settled = settled_sites(table, data.communes)
    assert perf_counter() - start < 3.0  # 0.05 s where nothing else runs
    own = data.communes.set_index("code").geometry.reindex(codes).array
    assert shapely.contains_properly(np.asarray(own), settled.geometry.array).all()


def roads(source, *lines):
    shapes = [shapely.LineString(line) for line in lines]
    return gpd.GeoDataFrame({"source": [source] * len(lines)}, geometry=shapes, crs="EPSG:4326")


ACROSS = [(106.9, 21.5), (107.1, 21.5)]
WITHIN = [(106.2, 21.5), (106.3, 21.6)]
WEST = shapely.box(105.5, 21, 106.5, 22)  # where commune A lies on other borders


@pytest.mark.parametrize("source", ["illustrative", "Sở GTVT"])
def test_a_road_is_moved_only_if_nobody_measured_it(source):
    given = roads(source, ACROSS, WITHIN)
    now = settled_roads(given, UNITS.geometry.to_numpy(), np.array([WEST, UNITS.geometry[1], None]))
    same = shapely.equals_exact(now.geometry.array, given.geometry.array).tolist()
    assert same == [source != "illustrative", True]
    if source == "illustrative":
        first, second = now.geometry[0].geoms
        assert WEST.contains(first)
        assert second.equals(shapely.LineString([(107, 21.5), (107.1, 21.5)]))


def test_files_say_how_exactly_a_site_is_known(data):
    some = data.sites.assign(
        location=np.where(data.sites.index % 2, "exact", data.sites["location"])
    )
    shown = replace(data, sites=some)
    selection, _ = parse_selection({}, shown)
    features = layer(shown, selection, "sites")
    assert set(features["position_accuracy"]) == {"exact", "commune", "district"}
    assert (
        features["location"].tolist() == features["position_accuracy"].tolist()
    )  # links of before read it
    assert '"position_accuracy"' in csv_text(shown, selection, "sites").splitlines()[0]
