from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from shapely import LineString, Polygon, box

from geo.errors import GeoError
from geo.io import read_layer
from geo.validate import Issue, check_coverage, check_layer

REAL_LAYER = (
    Path(__file__).parents[3] / "shared" / "data" / "boundaries" / "bac_giang_communes_2008.zip"
)


def layer(*shapes, codes=None):
    names = codes or [chr(ord("A") + row) for row in range(len(shapes))]
    return gpd.GeoDataFrame({"code": names}, geometry=list(shapes), crs="EPSG:4326")


def test_a_sound_layer_has_no_issue():
    sound = layer(box(0, 0, 1, 1), box(1, 0, 2, 1))

    assert check_layer(sound, key="code") == []
    assert check_coverage(sound) == []


def test_each_fault_of_a_shape_is_counted_under_its_own_code():
    bow_tie = Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    with np.errstate(invalid="ignore"):
        broken = LineString([(0, 0), (np.inf, 1)])

    assert check_layer(layer(box(0, 0, 1, 1), None, Polygon(), broken, bow_tie), key="code") == [
        Issue("missing_geometry", "error", 1, "B"),
        Issue("empty_geometry", "error", 1, "C"),
        Issue("non_finite", "error", 1, "D"),
        Issue("invalid_geometry", "error", 1, "E"),
    ]


def test_repeated_and_missing_keys_are_counted():
    shapes = [box(x, 0, x + 1, 1) for x in range(6)]
    codes = ["07", "08", "07", "07", None, " "]

    assert check_layer(layer(*shapes, codes=codes), key="code") == [
        Issue("missing_key", "error", 2, "row 4"),
        Issue("duplicate_key", "error", 2, "07"),
    ]


def test_a_layer_without_the_key_column_is_refused():
    with pytest.raises(GeoError, match=r"no column 'id'; name one of code, geometry"):
        check_layer(layer(box(0, 0, 1, 1)), key="id")


def test_an_overlap_is_counted_once_for_its_pair():
    overlapping = layer(box(0, 0, 2, 1), box(1, 0, 3, 1), box(3, 0, 4, 1))

    assert check_coverage(overlapping, key="code") == [
        Issue("mismatched_edges", "warning", 2, "A"),
        Issue("overlaps", "warning", 1, "A, B"),
    ]


def test_one_unit_inside_another_is_an_overlap():
    inside = layer(box(0, 0, 4, 4), box(1, 1, 2, 2))

    assert Issue("overlaps", "warning", 1, "A, B") in check_coverage(inside, key="code")


def test_a_vertex_on_one_side_of_a_border_only_is_a_mismatch_without_overlap():
    left = Polygon([(0, 0), (1, 0), (1, 0.5), (1, 1), (0, 1)])

    assert check_coverage(layer(left, box(1, 0, 2, 1)), key="code") == [
        Issue("mismatched_edges", "warning", 2, "A")
    ]


def test_shapes_that_cannot_be_compared_are_left_out():
    assert check_coverage(layer(box(0, 0, 1, 1), None, Polygon())) == []


def test_an_empty_layer_has_no_issue():
    assert check_layer(layer(), key="code") == []
    assert check_coverage(layer()) == []


def test_numbers_as_keys_are_shown_as_texts():
    numbers = layer(box(0, 0, 1, 1), box(1, 0, 2, 1), codes=[7, 7])

    assert check_layer(numbers, key="code") == [Issue("duplicate_key", "error", 1, "7")]


@pytest.mark.skipif(not REAL_LAYER.exists(), reason="the real layer is not beside the repository")
def test_nearly_every_border_of_the_real_layer_is_mismatched():
    issues = check_coverage(read_layer(REAL_LAYER))

    assert [(issue.code, issue.count) for issue in issues][0] == ("mismatched_edges", 230)
