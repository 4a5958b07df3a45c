import datetime
import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, Point, Polygon, box

from geo.errors import CRSError, GeoError, GeometryError
from geo.geojson import to_geojson


def layer(*shapes, crs="EPSG:4326", **columns):
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=crs)


def features(*args, **kwargs):
    return json.loads(to_geojson(*args, **kwargs))["features"]


def test_a_point_is_written_as_the_standard_says():
    assert json.loads(to_geojson(layer(Point(105.5, 21.25), code=["00123"]))) == {
        "type": "FeatureCollection",
        "bbox": [105.5, 21.25, 105.5, 21.25],
        "features": [
            {
                "type": "Feature",
                "properties": {"code": "00123"},
                "geometry": {"type": "Point", "coordinates": [105.5, 21.25]},
            }
        ],
    }


def test_any_system_becomes_longitude_and_latitude():
    [feature] = features(layer(Point(500_000, 0), crs="EPSG:32648"))

    assert feature["geometry"]["coordinates"] == pytest.approx([105, 0])


def test_a_layer_without_crs_is_refused():
    with pytest.raises(CRSError):
        to_geojson(layer(Point(0, 0), crs=None))


def test_outer_rings_run_counter_clockwise_and_holes_clockwise():
    outer, hole = [(0, 0), (0, 4), (4, 4), (4, 0)], [(1, 1), (2, 1), (2, 2), (1, 2)]
    for shape in (Polygon(outer, [hole]), MultiPolygon([Polygon(outer, [hole])])):
        [feature] = features(layer(shape))
        coordinates = feature["geometry"]["coordinates"]
        rings = coordinates[0] if shape.geom_type == "MultiPolygon" else coordinates

        assert [shapely.is_ccw(shapely.linearrings(ring)) for ring in rings] == [True, False]


def test_coordinates_are_rounded_and_never_minus_zero():
    [feature] = features(layer(Point(105.123456789, -1e-12)))

    assert str(feature["geometry"]["coordinates"]) == "[105.123457, 0.0]"
    [coarse] = features(layer(Point(105.123456789, 21)), decimals=2)
    assert coarse["geometry"]["coordinates"] == [105.12, 21]


@pytest.mark.parametrize("decimals", [8, -1])
def test_more_digits_than_the_standard_advises_are_refused(decimals):
    with pytest.raises(GeoError, match=r"keep 0 to 7"):
        to_geojson(layer(Point(0, 0)), decimals=decimals)


def test_missing_values_are_null_and_zero_is_zero():
    columns = {"km": [np.nan, 0.0], "n": pd.array([None, 0], dtype="Int64"), "name": [None, ""]}
    first, second = features(layer(Point(0, 0), Point(0, 0), **columns))

    assert first["properties"] == {"km": None, "n": None, "name": None}
    assert second["properties"] == {"km": 0, "n": 0, "name": ""}


def test_dates_are_iso_texts_and_missing_dates_null():
    columns = {
        "seen": pd.to_datetime(["2023-04-01 07:30", None]),
        "day": [datetime.date(2023, 4, 1), None],
    }
    first, second = features(layer(Point(0, 0), Point(0, 0), **columns))

    assert first["properties"] == {"seen": "2023-04-01T07:30:00", "day": "2023-04-01"}
    assert second["properties"] == {"seen": None, "day": None}


def test_lists_are_arrays_and_accents_are_kept():
    [feature] = features(layer(Point(0, 0), codes=[["07645", "07648"]], name=["Xã Đồng Hưu"]))

    assert feature["properties"] == {"codes": ["07645", "07648"], "name": "Xã Đồng Hưu"}
    assert "Xã Đồng Hưu" in to_geojson(layer(Point(0, 0), name=["Xã Đồng Hưu"]))


def test_numbers_of_numpy_inside_lists_are_numbers():
    [feature] = features(layer(Point(0, 0), n=[np.array([1, 2])], m=[[np.int64(3)]]))

    assert feature["properties"] == {"n": [1, 2], "m": [3]}


@pytest.mark.parametrize("value", [np.inf, [np.nan], {1, 2}])
def test_what_json_has_no_text_for_is_refused_with_its_column(value):
    with pytest.raises(GeoError, match=r"values of 'x' cannot all be written as JSON"):
        to_geojson(layer(Point(0, 0), x=pd.Series([value], dtype=object)))


def test_missing_and_empty_shapes_are_null():
    found = features(layer(None, Polygon(), Point(1, 2), code=["A", "B", "C"]))

    assert [feature["geometry"] for feature in found[:2]] == [None, None]
    assert json.loads(to_geojson(layer(None, code=["A"]))).keys() == {"type", "features"}


def test_a_coordinate_that_is_not_finite_is_refused_with_its_row():
    with np.errstate(invalid="ignore"):
        broken = LineString([(0, 0), (np.nan, 1)])

    with pytest.raises(GeometryError, match=r"1 of 2 features .* \(first: row 1\)"):
        to_geojson(layer(Point(0, 0), broken))


def test_only_the_named_properties_are_written_in_their_order():
    data = layer(Point(0, 0), a=[1], b=[2], c=[3])

    assert list(features(data, properties=["c", "a"])[0]["properties"]) == ["c", "a"]
    assert features(data, properties=[])[0]["properties"] == {}
    with pytest.raises(GeoError, match=r"1 of 2 properties .* \(first: 'x'\)"):
        to_geojson(data, properties=["a", "x"])


def test_an_id_column_becomes_the_id_of_the_features():
    [feature] = features(layer(Point(0, 0), code=["00123"]), id_column="code", properties=[])

    assert feature["id"] == "00123"
    with pytest.raises(GeoError, match=r"1 of 1 features have no id in 'code'"):
        to_geojson(layer(Point(0, 0), code=[None]), id_column="code")


def test_members_come_before_the_features_and_replace_none():
    document = to_geojson(layer(Point(0, 0)), members={"vintage": "2023-04"})

    assert list(json.loads(document)) == ["type", "bbox", "vintage", "features"]
    with pytest.raises(GeoError, match=r"member 'crs' belongs to GeoJSON itself"):
        to_geojson(layer(Point(0, 0)), members={"crs": "x"})


def test_a_layer_without_features_is_a_collection_without_features():
    assert features(layer()) == []


def test_a_second_geometry_column_is_no_property():
    data = layer(Point(0, 0), code=["A"])
    data["centre"] = gpd.GeoSeries([Point(1, 1)], crs="EPSG:4326")

    assert features(data)[0]["properties"] == {"code": "A"}


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
values = st.one_of(
    st.none(), texts, st.booleans(), st.integers(-(2**53), 2**53), st.floats(allow_infinity=False)
)
degrees = st.floats(-80, 80, allow_subnormal=False)
shapes = st.one_of(
    st.none(),
    st.builds(Point, degrees, degrees),
    st.builds(lambda x, y, w, h: box(x, y, x + w, y + h), degrees, degrees, degrees, degrees),
    st.lists(st.tuples(degrees, degrees), min_size=2, max_size=5).map(LineString),
)


@given(rows=st.lists(st.tuples(shapes, values), max_size=6), decimals=st.integers(0, 7))
def test_any_layer_is_parsed_back_as_it_was(rows, decimals):
    data = layer(
        *[shape for shape, _ in rows], x=pd.Series([value for _, value in rows], dtype=object)
    )
    document = to_geojson(data, decimals=decimals)
    parsed = json.loads(document, parse_constant=pytest.fail)["features"]

    assert document == to_geojson(data, decimals=decimals)
    for feature, (shape, value) in zip(parsed, rows, strict=True):
        assert feature["properties"]["x"] == (None if pd.isna(value) else value)
        if shape is None:
            assert feature["geometry"] is None
        else:
            back = shapely.from_geojson(json.dumps(feature["geometry"]))
            expected = shapely.transform(shape, lambda points: points.round(decimals))
            assert shapely.orient_polygons(back).normalize() == expected.normalize()


def test_another_program_reads_what_was_written(tmp_path):
    data = layer(box(105, 21, 106, 22), box(106, 21, 107, 22), code=["00123", "00456"], km=[1.5, 2])
    path = tmp_path / "units.geojson"
    path.write_text(to_geojson(data), encoding="utf-8")
    back = pyogrio.read_dataframe(path)

    assert back.crs == "EPSG:4326"
    assert back["code"].tolist() == ["00123", "00456"]
    assert back["km"].tolist() == [1.5, 2]
    assert back.geometry.geom_equals(data.geometry).all()


def test_no_coordinate_is_written_with_more_digits_than_asked_for():
    # GEOS prints this one as 106.97725199999999.
    layer = gpd.GeoDataFrame(geometry=[Point(106.977252, 21.3)], crs="EPSG:4326")
    assert "106.977252," in to_geojson(layer)
