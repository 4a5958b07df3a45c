import math
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pyproj import Transformer
from shapely import box

from geo.errors import CRSError
from geo.identify import assign_crs, check_datum, identify_crs
from mtqg_geo.programme.reference_systems import CANDIDATES, ZONES_3_DEGREES, crs_label
from tests.long import LONG

BOUNDARIES = Path(__file__).parents[3] / "shared" / "data" / "boundaries"
REAL_LAYER = BOUNDARIES / "bac_giang_communes_2008.zip"
AT_HOME = {"south": (105.2, 9.8), "north": (106.5, 21.3), "coast": (108.6, 14.0)}


def communes(place="north", *, n=100, scatter_m=700.0, seed=1):
    """Made-up communes: middle points, and reference points some way off."""
    rng = np.random.default_rng(seed)
    lon0, lat0 = AT_HOME[place]
    lon, lat = rng.uniform(lon0 - 0.4, lon0 + 0.4, n), rng.uniform(lat0 - 0.3, lat0 + 0.3, n)
    code = [f"{number:05d}" for number in range(n)]
    # Scattered in opposite pairs, so that the reference as a whole is not off to one side.
    off = rng.normal(0, scatter_m / 111_000, (n // 2, 2))
    off = np.concatenate([off, -off])
    middles = pd.DataFrame({"code": code, "lon": lon, "lat": lat})
    return middles, middles.assign(lon=lon + off[:, 0], lat=lat + off[:, 1])


def in_crs(middles, crs, *, axis_order="xy"):
    transformer = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    first, second = transformer.transform(middles["lon"].to_numpy(), middles["lat"].to_numpy())
    if axis_order == "yx":
        first, second = second, first
    return pd.DataFrame({"code": middles["code"], "x": first, "y": second})


@pytest.mark.long
@pytest.mark.parametrize("place", AT_HOME)
def test_every_candidate_in_both_axis_orders_is_identified(place):
    middles, reference = communes(place)
    # A third of them in each place, or at length all of them in all places.
    candidates = CANDIDATES if LONG else CANDIDATES[list(AT_HOME).index(place) :: len(AT_HOME)]

    for crs in candidates:
        for order in ("xy", "yx"):
            points = in_crs(middles, crs, axis_order=order)
            found = identify_crs(points, reference, candidates=CANDIDATES)
            assert (found.crs, found.axis_order) == (crs, order)
            assert found.median_m < 1_500
            if crs in ZONES_3_DEGREES:
                assert found.clear


def test_a_neighbouring_zone_is_26_km_off():
    middles, reference = communes()

    found = identify_crs(
        in_crs(middles, "EPSG:9214"), reference, candidates=["EPSG:9214", "EPSG:9215"]
    )
    assert found.crs == "EPSG:9214"
    assert found.runner_up == "EPSG:9215"
    assert found.runner_up_median_m == pytest.approx(26_000, abs=1_000)
    assert found.clear


def test_two_names_of_one_system_are_one_answer():
    middles, reference = communes()
    points = in_crs(middles, "EPSG:4326")

    found = identify_crs(points, reference, candidates=["EPSG:4326", "OGC:CRS84"])
    assert found.crs == "EPSG:4326"
    assert found.runner_up is None
    assert found.runner_up_median_m == math.inf
    assert found.clear
    assert found.table["same_answer"].tolist()[:2] == [True, True]


def test_a_datum_that_few_points_cannot_tell_is_not_clear():
    middles, reference = communes(n=20)

    found = identify_crs(in_crs(middles, "EPSG:3405"), reference, candidates=CANDIDATES)
    assert not found.clear
    assert {found.crs, found.runner_up} == {"EPSG:3405", "EPSG:32648"}


@pytest.mark.parametrize(
    ("true", "stated", "better"),
    [
        ("EPSG:9214", "EPSG:9214", "stated"),
        ("EPSG:4756", "EPSG:4326", "other"),
        ("EPSG:4326", "EPSG:4756", "other"),
    ],
)
def test_a_wrong_datum_puts_all_to_one_side(true, stated, better):
    middles, reference = communes(scatter_m=200.0)
    candidates = [*CANDIDATES, "+proj=tmerc +lon_0=107 +k=0.9999 +x_0=500000 +datum=WGS84"]
    found = check_datum(in_crs(middles, true), reference, stated=stated, candidates=candidates)
    assert found.better == better
    assert found.distance_m == pytest.approx(224, abs=2)
    assert found.azimuth_deg == pytest.approx(299 if stated == "EPSG:4326" else 119, abs=2)


def test_a_layer_that_is_aside_for_another_reason_is_not_put_down_to_its_datum():
    middles, reference = communes(scatter_m=200.0)
    north = middles.assign(lat=middles["lat"] + 0.01)
    found = check_datum(
        in_crs(north, "EPSG:4326"), reference, stated="EPSG:4326", candidates=CANDIDATES
    )
    assert found.better == "neither"


def test_few_units_far_from_their_points_tell_no_datum():
    middles, reference = communes(n=20)
    found = check_datum(
        in_crs(middles, "EPSG:4756"), reference, stated="EPSG:4326", candidates=CANDIDATES
    )
    assert found.better == "neither"
    assert (
        check_datum(middles_in_degrees(middles), reference, stated="EPSG:4326", candidates=[])
        is None
    )


def middles_in_degrees(middles):
    return middles.rename(columns={"lon": "x", "lat": "y"})


def test_four_points_are_too_few_to_be_sure():
    middles, reference = communes(n=4)

    found = identify_crs(in_crs(middles, "EPSG:9214"), reference, candidates=CANDIDATES)
    assert found.crs == "EPSG:9214"
    assert not found.clear
    assert found.n_points == 4


def test_a_system_that_is_no_candidate_is_not_clear():
    middles, reference = communes()
    points = in_crs(middles, "EPSG:9214")
    points = points.assign(x=points["x"] + 11_000)

    assert not identify_crs(points, reference, candidates=CANDIDATES).clear


def test_a_unit_in_the_wrong_place_changes_nothing():
    middles, reference = communes()
    points = in_crs(middles, "EPSG:9214")
    points.loc[0, ["x", "y"]] = [0.0, np.nan]
    points.loc[1, ["x", "y"]] = [500_000.0, 1_000_000.0]

    found = identify_crs(points, reference, candidates=CANDIDATES)
    assert (found.crs, found.clear, found.n_points) == ("EPSG:9214", True, 99)


def test_codes_that_occur_twice_are_not_compared():
    middles, reference = communes()
    points = in_crs(middles, "EPSG:9214")
    twice = pd.concat([points, points.head(3).assign(x=0.0)])

    assert identify_crs(twice, reference, candidates=CANDIDATES).n_points == 97


def test_nothing_to_compare_is_an_error():
    middles, reference = communes()
    points = in_crs(middles, "EPSG:9214")

    with pytest.raises(CRSError, match=r"None of the 100 units has a known point"):
        identify_crs(points.assign(code="99999"), reference, candidates=CANDIDATES)
    with pytest.raises(CRSError, match=r"None of the 1 reference systems tried"):
        identify_crs(points, reference, candidates=["EPSG:4326"])


def test_a_layer_gets_its_crs_and_its_axes_put_right():
    layer = gpd.GeoDataFrame({"code": ["A"]}, geometry=[box(2, 10, 3, 12)])

    assert assign_crs(layer, "EPSG:9214").crs == "EPSG:9214"
    swapped = assign_crs(layer, "EPSG:9214", axis_order="yx")
    assert swapped.total_bounds.tolist() == [10, 2, 12, 3]
    assert layer.crs is None


def test_candidates_are_called_what_surveyors_call_them():
    assert crs_label("EPSG:9214") == "VN-2000 / 107°00′"
    assert crs_label("EPSG:32648") == "WGS 84 / UTM 48N"
    assert crs_label("EPSG:9999") == "EPSG:9999"
    assert len(CANDIDATES) == len(set(CANDIDATES)) == 24


@pytest.mark.long  # one of 2008 is, with half of the orders, in tests/mtqg_geo/boundaries/test_check.py
@pytest.mark.skipif(not REAL_LAYER.exists(), reason="the real layer is not beside the repository")
def test_the_real_layer_of_a_province_is_identified_in_every_candidate():
    layer = gpd.read_file(REAL_LAYER)
    at = layer.geometry.representative_point()
    middles = pd.DataFrame(
        {"code": layer["commune_id"].astype(str), "lon": at.x, "lat": at.y}
    ).drop_duplicates("code")
    # Points a fixed 500 m around the middle, as far off as published ones are.
    angle = np.arange(len(middles))
    reference = middles.assign(
        lon=middles["lon"] + 0.0048 * np.cos(angle), lat=middles["lat"] + 0.0045 * np.sin(angle)
    )

    for crs in CANDIDATES:
        for order in ("xy", "yx"):
            points = in_crs(middles, crs, axis_order=order)
            found = identify_crs(points, reference, candidates=CANDIDATES)
            assert (found.crs, found.axis_order, found.clear) == (crs, order, True)
