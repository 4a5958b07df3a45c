import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, MultiLineString, MultiPolygon, Point, Polygon, box

from geo.errors import CRSError, GeometryError
from geo.measure import area_km2, length_km


def series(*shapes, crs="EPSG:4326"):
    return gpd.GeoSeries(shapes, crs=crs)


def test_one_degree_along_the_equator_is_a_degree_of_its_circumference():
    # The equator is a circle of radius 6,378.137 km.
    assert length_km(series(LineString([(0, 0), (1, 0)]))).iloc[0] == pytest.approx(
        2 * np.pi * 6378.137 / 360
    )


def test_the_parts_of_a_line_add_up():
    one, other = [(0, 0), (1, 0)], [(5, 5), (5, 6)]
    both, first, second = length_km(
        series(MultiLineString([one, other]), LineString(one), LineString(other))
    )

    assert both == pytest.approx(first + second)


def test_length_is_the_same_in_every_crs():
    lines = series(LineString([(105.9, 21.2), (106.0, 21.3), (106.1, 21.25)]))
    expected = length_km(lines).iloc[0]

    for crs in ("EPSG:3857", "EPSG:3405", "EPSG:32648"):
        assert length_km(lines.to_crs(crs)).iloc[0] == pytest.approx(expected, rel=1e-7)


def test_web_mercator_overstates_and_is_not_used():
    line = series(LineString([(105, 21), (105.1, 21)])).to_crs("EPSG:3857")

    assert line.length.iloc[0] / 1000 / length_km(line).iloc[0] == pytest.approx(1.071, abs=0.001)


def test_a_square_degree_at_the_equator_has_its_published_area():
    # 12,308.778 km2: the reference implementation of GeographicLib (C. Karney).
    assert area_km2(series(box(0, 0, 1, 1))).iloc[0] == pytest.approx(12308.778, abs=0.001)


def test_a_hole_is_subtracted_whichever_way_it_is_wound():
    outer, inner = [(0, 0), (4, 0), (4, 4), (0, 4)], [(1, 1), (2, 1), (2, 2), (1, 2)]
    whole, hole, *rings = area_km2(
        series(
            Polygon(outer),
            Polygon(inner),
            Polygon(outer, [inner]),
            Polygon(outer[::-1], [inner]),
            Polygon(outer, [inner[::-1]]),
        )
    )

    assert rings == pytest.approx([whole - hole] * 3)


def test_the_parts_of_a_multipolygon_add_up():
    both, first, second = area_km2(
        series(MultiPolygon([box(0, 0, 1, 1), box(3, 3, 4, 4)]), box(0, 0, 1, 1), box(3, 3, 4, 4))
    )

    assert both == pytest.approx(first + second)


@pytest.mark.parametrize(("measure", "empty"), [(length_km, LineString()), (area_km2, Polygon())])
def test_missing_is_not_zero(measure, empty):
    measured = measure(series(None, empty))

    assert measured.isna().tolist() == [True, True]


@pytest.mark.parametrize("measure", [length_km, area_km2])
def test_no_rows_give_no_rows(measure):
    assert len(measure(series())) == 0


def test_the_index_is_kept():
    lines = gpd.GeoSeries([LineString([(0, 0), (1, 0)])], index=["road"], crs="EPSG:4326")

    assert length_km(lines).index.equals(pd.Index(["road"]))


@pytest.mark.parametrize("measure", [length_km, area_km2])
def test_a_layer_without_crs_is_refused(measure):
    with pytest.raises(CRSError):
        measure(series(None, crs=None))


def test_the_wrong_kind_of_shape_is_refused_with_its_row():
    line = LineString([(0, 0), (1, 0)])

    with pytest.raises(GeometryError, match=r"1 of 2 geometries are not a line \(first: row 1\)"):
        length_km(series(line, box(0, 0, 1, 1)))
    with pytest.raises(GeometryError, match=r"2 of 2 geometries are not a polygon"):
        area_km2(series(line, Point(0, 0)))


def test_a_coordinate_that_is_not_finite_is_refused():
    with np.errstate(invalid="ignore"):
        broken = LineString([(0, 0), (np.nan, 1)])

    with pytest.raises(GeometryError, match=r"1 of 1 geometries have a coordinate .* not finite"):
        length_km(series(broken))
