import gzip
import hashlib
import json

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.display import display_layer, escape_text
from geo.errors import CRSError, GeoError


def layer(*shapes, crs="EPSG:4326", **columns):
    columns = {"code": [f"{place:02d}" for place in range(len(shapes))]} | columns
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=crs)


def shown(display):
    return json.loads(gzip.decompress(display.body_gzip))


def wavy(x):
    """Return a north-south line at x, from 21° to 22°, with bends of about 100 m."""
    y = np.linspace(21, 22, 201)
    return list(zip((x + 0.001 * np.sin(y * 300)).tolist(), y.tolist(), strict=True))


def two_units_with_a_wavy_border():
    border = wavy(106.5)
    west = shapely.Polygon([(106, 21), *border, (106, 22)])
    east = shapely.Polygon([(107, 22), *reversed(border), (107, 21)])
    return layer(west, east)


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"),
        ("Hòa & \"Bình\" 'A'", "Hòa &amp; &#34;Bình&#34; &#39;A&#39;"),
        (None, ""),
        (float("nan"), ""),
        (12, "12"),
    ],
)
def test_text_is_escaped_for_html(text, escaped):
    assert escape_text(text) == escaped


def test_escaping_twice_changes_nothing_more():
    assert escape_text(escape_text("a < b")) == "a &lt; b"


def test_features_keep_the_order_of_the_rows_and_carry_their_key():
    points = [shapely.Point(x, 21) for x in (3, 1, 2)]
    display = display_layer("sites", layer(*points, code=["c", "a", "b"]), key="code")
    assert display.keys == ("c", "a", "b")
    assert [feature["id"] for feature in shown(display)["features"]] == ["c", "a", "b"]
    assert display.count == 3


def test_hostile_property_stays_text():
    units = layer(shapely.Point(106, 21), name=["<img src=x onerror=alert(1)>"])
    display = display_layer("units", units, key="code", properties=["name"])
    assert b"<" not in gzip.decompress(display.body_gzip)


def test_numbers_stay_numbers_and_a_missing_text_is_null():
    points = shapely.Point(1, 1), shapely.Point(2, 2)
    units = layer(*points, name=["A", None], km=[1.5, float("nan")])
    features = shown(display_layer("u", units, key="code", properties=["name", "km"]))["features"]
    assert [feature["properties"] for feature in features] == [
        {"name": "A", "km": 1.5},
        {"name": None, "km": None},
    ]


def test_address_names_the_content():
    one = display_layer("units", layer(shapely.Point(1, 1)), key="code")
    same = display_layer("units", layer(shapely.Point(1, 1)), key="code")
    moved = display_layer("units", layer(shapely.Point(1, 2)), key="code")
    assert one == same
    assert one.sha != moved.sha
    assert one.sha == hashlib.sha256(gzip.decompress(one.body_gzip)).hexdigest()[:16]
    assert one.url("../geo/") == f"../geo/units-{one.sha}.geojson"


def test_coordinates_come_in_wgs84_with_five_decimals():
    # 1 000 km east of the central meridian of UTM 48N is its false easting plus 500 km; the
    # central meridian itself is 105°E.
    points = layer(shapely.Point(500_000, 0), crs="EPSG:32648")
    feature = shown(display_layer("p", points, key="code"))["features"][0]
    assert feature["geometry"]["coordinates"] == [105, 0]
    fine = layer(shapely.Point(106.123456789, 21.987654321))
    feature = shown(display_layer("p", fine, key="code"))["features"][0]
    assert feature["geometry"]["coordinates"] == [106.12346, 21.98765]


def test_simplified_units_still_share_their_border():
    display = display_layer("u", two_units_with_a_wavy_border(), key="code", tolerance_m=500)
    west, east = (shapely.geometry.shape(f["geometry"]) for f in shown(display)["features"])
    assert shapely.coverage_is_valid([west, east])
    assert shapely.get_num_coordinates(west) < 100  # 201 bends before
    assert west.intersection(east).length > 0.99


def test_without_tolerance_every_bend_is_kept():
    display = display_layer("u", two_units_with_a_wavy_border(), key="code")
    assert len(shown(display)["features"][0]["geometry"]["coordinates"][0]) == 204


def test_tolerance_is_in_metres():
    # A bend 55 m high on a 2 km line: kept at 20 m, gone at 100 m.
    line = shapely.LineString([(106, 21), (106.01, 21.0005), (106.02, 21)])
    counts = [
        len(shown(display_layer("r", layer(line), key="code", tolerance_m=metres))["features"][0][
            "geometry"]["coordinates"])
        for metres in (20, 100)
    ]  # fmt: skip
    assert counts == [3, 2]


def test_missing_shape_stays_as_a_feature_without_one():
    square = shapely.box(0, 0, 1, 1)
    display = display_layer("u", layer(square, None), key="code", tolerance_m=10, label_points=True)
    assert shown(display)["features"][1]["geometry"] is None
    assert shown(display)["features"][1]["properties"]["_at"] is None
    assert display.count == 2


def test_label_stands_inside_a_curved_unit():
    u_shape = shapely.box(0, 0, 10, 10) - shapely.box(2, 2, 8, 10)
    display = display_layer("u", layer(u_shape), key="code", label_points=True)
    assert u_shape.contains(shapely.Point(shown(display)["features"][0]["properties"]["_at"]))
    assert not u_shape.contains(u_shape.centroid)


def test_label_of_a_unit_in_parts_stands_in_the_largest():
    islands = shapely.union_all([shapely.box(0, 0, 1, 1), shapely.box(5, 5, 9, 9)])
    display = display_layer("u", layer(islands), key="code", label_points=True)
    x, y = shown(display)["features"][0]["properties"]["_at"]
    assert (x, y) == pytest.approx((7, 7), abs=0.05)


def test_repeated_or_missing_keys_are_refused():
    points = layer(shapely.Point(1, 1), shapely.Point(2, 2), code=["a", "a"])
    with pytest.raises(GeoError, match=r"1 are repeated \(first: 'a'\)"):
        display_layer("p", points, key="code")
    with pytest.raises(GeoError, match="1 of 1 values of 'code' are missing"):
        display_layer("p", layer(shapely.Point(1, 1), code=[None]), key="code")


def test_name_that_does_not_suit_an_address_is_refused():
    with pytest.raises(GeoError, match="cannot name a display layer"):
        display_layer("../etc", layer(shapely.Point(1, 1)), key="code")


def test_layer_without_crs_is_refused():
    with pytest.raises(CRSError):
        display_layer("p", layer(shapely.Point(1, 1), crs=None), key="code")
