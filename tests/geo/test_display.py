import gzip
import hashlib

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.display import display_layer, escape_text, tolerance_at, without_gaps
from geo.errors import CRSError, GeoError
from tests.display_reader import read_file, winding_units


def layer(*shapes, crs="EPSG:4326", **columns):
    columns = {"code": [f"{place:02d}" for place in range(len(shapes))]} | columns
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=crs)


def shown(display):
    """Return the first file of a layer."""
    return read_file(display.files[0].body_gzip)


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
    assert shown(display)["keys"] == ["c", "a", "b"]
    assert shown(display)["shapes"] == points
    assert display.count == 3


def test_hostile_property_stays_text():
    units = layer(shapely.Point(106, 21), name=["<img src=x onerror=alert(1)>"])
    display = display_layer("units", units, key="code", properties=["name"])
    assert b"<" not in gzip.decompress(display.files[0].body_gzip)


def test_numbers_stay_numbers_and_a_missing_text_is_null():
    points = shapely.Point(1, 1), shapely.Point(2, 2)
    units = layer(*points, name=["A", None], km=[1.5, float("nan")])
    display = display_layer("u", units, key="code", properties=["name", "km"])
    assert shown(display)["properties"] == {"name": ["A", None], "km": [1.5, None]}


def test_address_names_the_content():
    one = display_layer("units", layer(shapely.Point(1, 1)), key="code")
    same = display_layer("units", layer(shapely.Point(1, 1)), key="code")
    moved = display_layer("units", layer(shapely.Point(1, 2)), key="code")
    assert one == same
    assert one.files[0].name != moved.files[0].name
    sha = hashlib.sha256(gzip.decompress(one.files[0].body_gzip)).hexdigest()[:16]
    assert one.url("../geo/") == f"../geo/units-{sha}.json"
    assert one.body(f"units-{sha}.json") == one.files[0].body_gzip
    assert one.body("units-0123456789abcdef.json") is None


def test_coordinates_come_in_wgs84_with_five_decimals():
    # 1 000 km east of the central meridian of UTM 48N is its false easting plus 500 km; the
    # central meridian itself is 105°E.
    points = layer(shapely.Point(500_000, 0), crs="EPSG:32648")
    assert shown(display_layer("p", points, key="code"))["shapes"] == [shapely.Point(105, 0)]
    fine = layer(shapely.Point(106.123456789, 21.987654321))
    told = shown(display_layer("p", fine, key="code"))["shapes"]
    assert told == [shapely.Point(106.12346, 21.98765)]


def test_simplified_units_still_share_their_border():
    display = display_layer("u", two_units_with_a_wavy_border(), key="code", tolerance_m=500)
    west, east = shown(display)["shapes"]
    assert shapely.coverage_is_valid([west, east])
    assert shapely.get_num_coordinates(west) < 100  # 201 bends before
    assert west.intersection(east).length > 0.99


def test_without_tolerance_every_bend_is_kept():
    display = display_layer("u", two_units_with_a_wavy_border(), key="code")
    assert shapely.get_num_coordinates(shown(display)["shapes"][0]) == 204


def test_tolerance_is_in_metres():
    # A bend 55 m high on a 2 km line: kept at 20 m, gone at 100 m.
    line = shapely.LineString([(106, 21), (106.01, 21.0005), (106.02, 21)])
    counts = [
        shapely.get_num_coordinates(
            shown(display_layer("r", layer(line), key="code", tolerance_m=metres))["shapes"][0]
        )
        for metres in (20, 100)
    ]
    assert counts == [3, 2]


def test_missing_shape_stays_as_a_feature_without_one():
    square = shapely.box(0, 0, 1, 1)
    display = display_layer("u", layer(square, None), key="code", tolerance_m=10, label_points=True)
    assert shown(display)["shapes"][1] is None
    assert shown(display)["properties"]["_at"][1] is None
    assert display.count == 2


def test_label_stands_inside_a_curved_unit():
    u_shape = shapely.box(0, 0, 10, 10) - shapely.box(2, 2, 8, 10)
    display = display_layer("u", layer(u_shape), key="code", label_points=True)
    assert u_shape.contains(shapely.Point(shown(display)["properties"]["_at"][0]))
    assert not u_shape.contains(u_shape.centroid)


def test_label_of_a_unit_in_parts_stands_in_the_largest():
    islands = shapely.union_all([shapely.box(0, 0, 1, 1), shapely.box(5, 5, 9, 9)])
    display = display_layer("u", layer(islands), key="code", label_points=True)
    x, y = shown(display)["properties"]["_at"][0]
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


def test_shapes_of_several_kinds_are_refused():
    mixed = layer(shapely.Point(1, 1), shapely.box(0, 0, 1, 1))
    with pytest.raises(GeoError, match="only points, only lines or only areas, not Point, Polygon"):
        display_layer("u", mixed, key="code")


def test_a_hole_an_island_and_a_line_in_parts_come_back_as_they_were():
    lake = shapely.box(0, 0, 4, 4) - shapely.box(1, 1, 2, 2)
    islands = shapely.union_all([shapely.box(5, 5, 6, 6), shapely.box(8, 8, 9, 9)])
    told = shown(display_layer("u", layer(lake, islands), key="code"))["shapes"]
    assert [here.equals(there) for here, there in zip(told, (lake, islands), strict=True)] == [
        True,
        True,
    ]
    broken = shapely.MultiLineString([[(0, 0), (1, 1)], [(2, 2), (3, 3)]])
    assert shown(display_layer("r", layer(broken), key="code"))["shapes"] == [broken]


def test_a_heavy_layer_comes_in_a_coarse_file_for_the_opening_view_and_a_finer_one():
    units = layer(*winding_units(30), name=["Xã"] * 900)
    assert shapely.coverage_is_valid(units.geometry.array)
    display = display_layer("u", units, key="code", properties=["name"], tolerance_m=20)
    first, finer = display.files
    # At 16.5°N three degrees of latitude are 1/115 of the world's width: they fill 520 px when the
    # world is 59,800 px wide, which it is at zoom 7.87. One zoom further half a pixel is 160 m.
    assert finer.above_zoom == pytest.approx(8.87, abs=0.1)
    assert tolerance_at(8.87, units.geometry) == pytest.approx(160, rel=0.02)
    assert display.finer("geo/") == [(finer.above_zoom, f"geo/{finer.name}")]
    assert len(first.body_gzip) < len(finer.body_gzip) / 2

    coarse, fine = (read_file(file.body_gzip) for file in display.files)
    assert len(coarse["keys"]) == len(coarse["properties"]["name"]) == 900
    assert set(fine) == {"cells_per_degree", "shapes"}
    for content in (coarse, fine):
        assert len(content["shapes"]) == 900
        assert shapely.coverage_is_valid(content["shapes"])
        assert shapely.area(content["shapes"]).sum() == pytest.approx(9, rel=0.001)


def test_a_light_layer_comes_in_one_file():
    display = display_layer("u", two_units_with_a_wavy_border(), key="code", tolerance_m=1)
    assert len(display.files) == 1
    assert display.finer("geo/") == []


def test_areas_that_overlap_or_leave_a_slit_are_drawn_as_a_coverage():
    # Beside a unit 1° wide, one that overlaps it by 11 m and one that leaves a slit of 11 m.
    gappy = layer(
        shapely.box(106, 21, 107, 22), shapely.box(106.9999, 21, 108, 22),
        shapely.box(108.0001, 21, 109, 22),
    )  # fmt: skip
    west, middle, east = shown(display_layer("u", gappy, key="code", tolerance_m=50))["shapes"]
    assert shapely.coverage_is_valid([west, middle, east])
    assert shapely.union_all([west, middle, east]).geom_type == "Polygon"


def test_a_unit_that_lies_wholly_on_another_one_is_still_drawn():
    under, above = shapely.box(106, 21, 107, 22), shapely.box(106, 21, 107, 22)
    told = shown(display_layer("u", layer(under, above), key="code", tolerance_m=50))["shapes"]
    assert all(shape is not None and shape.area > 0.9 for shape in told)


def test_a_slit_goes_to_a_neighbour_and_the_hole_of_a_missing_unit_stays_open():
    ring = shapely.box(106, 21, 106.06, 21.06) - shapely.box(106.02, 21.02, 106.04, 21.04)
    halves = ring & shapely.box(106, 21, 106.03, 21.06), ring & shapely.box(106.03, 21, 106.06, 22)
    slit = shapely.box(106.01, 21.045, 106.025, 21.0453)  # 33 m wide, within the first
    given = gpd.GeoSeries([halves[0] - slit, halves[1], None], crs="EPSG:4326")
    closed = without_gaps(given)
    assert closed[2] is None
    assert shapely.get_num_interior_rings(closed[0]) == 0
    hole = shapely.get_interior_ring(shapely.coverage_union_all(closed[:2].array), 0)
    assert shapely.Polygon(hole).area == pytest.approx(0.02**2, rel=1e-6)
    assert sum(map(shapely.area, closed[:2])) == pytest.approx(ring.area, rel=1e-6)
    again = without_gaps(closed)  # what is left is no gap
    assert closed[:2].normalize().geom_equals_exact(again[:2].normalize(), 1e-7).all()


@pytest.mark.parametrize(("side", "keeps_clear"), [(0.4, False), (2.0, True)])
def test_label_keeps_clear_of_an_enclave_and_not_of_a_gap(side, keeps_clear):
    hole = shapely.box(5 - side / 2, 5 - side / 2, 5 + side / 2, 5 + side / 2)
    display = display_layer(
        "u", layer(shapely.box(0, 0, 10, 10) - hole), key="code", label_points=True
    )
    x, y = shown(display)["properties"]["_at"][0]
    assert (max(abs(x - 5), abs(y - 5)) > 1) == keeps_clear  # a gap is 0.16 % of the unit
