"""Shares found by laying two layers over each other."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.area_overlay import overlay_areas
from geo.errors import CRSError, GeometryError


def layer(*units, crs="EPSG:32648"):
    """Build a layer of (code, shape)."""
    return gpd.GeoDataFrame(
        {"code": [code for code, _ in units]}, geometry=[shape for _, shape in units], crs=crs
    )


def square(x, y=0.0, side=1000.0):
    """Return a square of a kilometre, in the metres of UTM 48N near 105° east."""
    x, y = 500_000 + x, 2_300_000 + y
    return shapely.box(x, y, x + side, y + side)


def links(overlay):
    return [
        (link.from_code, link.to_code, round(link.share, 4))
        for link in overlay.crosswalk.links.itertuples()
    ]


def test_units_united_go_over_whole():
    old = layer(("a", square(0)), ("b", square(1000)))
    new = layer(("x", shapely.union_all([square(0), square(1000)])))
    found = overlay_areas(old, new)
    assert links(found) == [("a", "x", 1.0), ("b", "x", 1.0)]
    # UTM is 0.04 % too small at its central meridian.
    assert found.old["area_km2"].tolist() == pytest.approx([1.0008, 1.0008], abs=1e-4)
    assert found.old["covered"].tolist() == pytest.approx([1, 1])


def test_a_piece_says_how_much_of_the_old_unit_it_is():
    old = layer(("a", square(0)), ("b", square(1000)))
    new = layer(("x", shapely.union_all([square(0), square(1000)])))
    assert overlay_areas(old, new).pieces["share"].tolist() == pytest.approx([1, 1])


def test_a_unit_cut_in_two_is_shared_by_area():
    found = overlay_areas(layer(("a", square(0))), layer(("x", square(-700)), ("y", square(300))))
    assert links(found) == [("a", "x", 0.3), ("a", "y", 0.7)]
    assert found.crosswalk.links["basis"].tolist() == ["area", "area"]


def test_the_strip_between_two_drawings_of_a_border_is_a_sliver():
    old = layer(("a", square(0)), ("b", square(1000)))
    new = layer(("x", square(30)), ("y", square(1030)))
    found = overlay_areas(old, new)
    assert links(found) == [("a", "x", 1.0), ("b", "y", 1.0)]
    assert found.slivers[["from_code", "to_code"]].to_numpy().tolist() == [["b", "x"]]
    assert found.slivers["area_km2"].iloc[0] == pytest.approx(0.03, rel=0.01)
    assert found.slivers["width_m"].iloc[0] == pytest.approx(2 * 1000 * 30 / 2060, rel=0.01)
    assert found.old["covered"].tolist() == pytest.approx([0.97, 1.0], abs=1e-3)


def test_thresholds_of_slivers_can_be_chosen():
    old, new = layer(("a", square(0))), layer(("x", square(-950)), ("y", square(50)))
    assert links(overlay_areas(old, new)) == [("a", "y", 1.0)]
    assert len(links(overlay_areas(old, new, sliver_share=0.01))) == 2
    assert len(links(overlay_areas(old, new, sliver_width_m=10))) == 2


def test_the_largest_piece_of_a_tiny_unit_is_no_sliver():
    old = layer(("a", square(0, side=50.0)))
    assert links(overlay_areas(old, layer(("x", square(0))))) == [("a", "x", 1.0)]


def test_units_that_meet_nothing_are_listed_and_not_led_anywhere():
    found = overlay_areas(
        layer(("a", square(0)), ("far", square(90_000)), ("gone", None)), layer(("x", square(0)))
    )
    assert links(found) == [("a", "x", 1.0)]
    assert dict(zip(found.old["code"], found.old["covered"].round(6), strict=True)) == {
        "a": 1.0,
        "far": 0.0,
        "gone": 0.0,
    }


def test_by_households_a_new_unit_counts_by_its_size_and_not_by_its_area():
    old = layer(("a", square(0)))
    new = layer(("x", square(-500)), ("y", square(500)))
    sizes = pd.Series({"x": 900, "y": 100})
    found = overlay_areas(old, new, weights=sizes, basis="households")
    assert links(found) == [("a", "x", 0.9), ("a", "y", 0.1)]
    assert set(found.crosswalk.links["basis"]) == {"households"}
    unknown = overlay_areas(old, new, weights=sizes.drop("y"), basis="households")
    assert links(unknown) == [("a", "x", 0.5), ("a", "y", 0.5)]
    assert set(unknown.crosswalk.links["basis"]) == {"area"}


def test_layers_of_different_systems_are_compared_on_the_earth():
    old = layer(("a", square(0)), ("b", square(1000)))
    new = layer(("x", square(0)), ("y", square(1000))).to_crs(4326)
    assert links(overlay_areas(old, new)) == [("a", "x", 1.0), ("b", "y", 1.0)]


def test_a_broken_shape_is_made_valid_and_counted():
    bow = shapely.Polygon([(0, 0), (1000, 1000), (1000, 0), (0, 1000)])
    bow = shapely.affinity.translate(bow, 500_000, 2_300_000)
    found = overlay_areas(layer(("a", bow)), layer(("x", square(0))))
    assert found.repaired == 1
    assert links(found) == [("a", "x", 1.0)]


def test_a_code_that_comes_twice_is_refused():
    with pytest.raises(GeometryError, match=r"1 of 2 units repeat a code \(first: 'a'\)"):
        overlay_areas(layer(("a", square(0)), ("a", square(1))), layer(("x", square(0))))


def test_a_layer_without_a_system_is_refused():
    with pytest.raises(CRSError):
        overlay_areas(layer(("a", square(0)), crs=None), layer(("x", square(0))))


def test_areas_of_random_cuts_add_up():
    """Every cut of a coverage by another coverage leaves nothing over."""
    rng = np.random.default_rng(1719)
    edges = np.sort(rng.uniform(0, 10_000, 12))
    cuts = np.concatenate([[0], edges, [10_000]])
    strips = [
        (f"s{i:02d}", shapely.box(500_000 + a, 2_300_000, 500_000 + b, 2_301_000))
        for i, (a, b) in enumerate(zip(cuts, cuts[1:], strict=False))
    ]
    found = overlay_areas(
        layer(*[(f"a{i}", square(1000 * i)) for i in range(10)]),
        layer(*strips),
        sliver_share=0,
    )
    assert found.pieces["area_km2"].sum() == pytest.approx(found.old["area_km2"].sum(), rel=1e-4)
    assert found.crosswalk.links.groupby("from_code")["share"].sum().tolist() == pytest.approx(
        [1] * 10
    )
