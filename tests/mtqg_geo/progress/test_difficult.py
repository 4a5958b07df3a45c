from dataclasses import replace
from math import isnan

import numpy as np
import pandas as pd
import pytest
import shapely

from mtqg_geo.figures.distances import PLACES, distance_km, remote_communes
from mtqg_geo.figures.selection import Selection
from mtqg_geo.figures.values import was_difficult
from mtqg_geo.progress.difficult import criteria, difficult_communes

SQUARES = Selection(year=2023, vintage="2023-04")


def row(commune, indicator, basis, value, period="2023"):
    return (commune, indicator, "", period, basis, value, "illustrative")


def communes(data, selection=SQUARES):
    return {each.code: each for each in difficult_communes(data, selection).communes}


@pytest.fixture(scope="module")
def three(squares):
    """00001 is to leave and fell 3.2 points, 00002 stays and fell 2.9, 00003 is silent."""
    return squares(
        regions=("III", "III", "III"),
        observations=[
            *(row(f"0000{n}", "OC03", "plan", v) for n, v in ((1, 1), (2, 0), (3, 0))),
            row("00001", "OC03", "actual", 1, "2023-Q4"),
            row("00002", "OC03", "actual", 0, "2023-Q4"),
            row("00001", "OC16", "actual", 3.2), row("00002", "OC16", "actual", 2.9),
            *(row(f"0000{n}", "OC16", "plan", 2.5) for n in (1, 2, 3)),
            row("00001", "OC08", "actual", 97.0), row("00001", "OC08", "plan", 98.0),
            row("00002", "OC08", "actual", 99.0), row("00002", "OC08", "plan", 98.5),
        ],
    )  # fmt: skip


def test_who_is_to_leave_comes_first_then_the_largest_fall_then_the_silent(three):
    found = communes(three)
    assert list(found) == ["00001", "00002", "00003"]
    assert [each.is_to_leave for each in found.values()] == [True, False, False]
    assert [each.has_left for each in found.values()] == [True, False, None]


def test_every_criterion_that_is_met_counts_poverty_or_another(three):
    found = communes(three).values()
    assert [each.met for each in found] == [1, 1, 0]
    assert [each.unknown for each in found] == [2, 2, 4]


def test_poverty_is_held_against_three_points_where_that_was_published(three):
    found = communes(three)
    assert difficult_communes(three, SQUARES).goal == -3
    assert [each.poverty_change for each in found.values()][:2] == [-3.2, -2.9]
    assert [each.is_poverty_met for each in found.values()] == [True, False, None]


def test_in_a_year_without_a_goal_poverty_is_held_against_the_commune_s_own_plan(squares):
    rows = [
        row("00001", "OC16", basis, value, "2022")
        for basis, value in (("plan", 2.5), ("actual", 2.9))
    ]
    data = squares(observations=rows)
    made = difficult_communes(data, replace(SQUARES, year=2022))
    assert isnan(made.goal)
    assert (made.communes[0].poverty_goal, made.communes[0].is_poverty_met) == (-2.5, True)


def test_the_other_criteria_are_the_planned_rates_that_are_loaded(data, three):
    assert [each.id for each in criteria(data)] == ["OC08", "OC09", "OC10"]
    first, second, third = communes(three).values()
    assert [check.is_met for check in first.checks] == [False, None, None]
    assert [check.is_met for check in second.checks] == [True, None, None]
    assert (first.met, first.unknown) == (1, 2)
    assert (third.met, third.unknown) == (0, 4)


def test_a_commune_that_left_within_the_year_belongs_to_it_and_has_left(squares):
    data = squares(observations=[row("00001", "OC03", "plan", 1)])
    later = pd.DataFrame(
        {
            "commune_code": ["00001", "00001"], "region": ["III", "II"],
            "valid_from": ["2021-01-01", "2023-10-01"], "valid_to": ["2023-09-30", ""],
            "decision": "861/QĐ-TTg", "source": "illustrative",
        }
    )  # fmt: skip
    data = replace(data, regions=later)
    assert was_difficult(data, 2023).tolist() == [True, False, False]
    assert was_difficult(data, 2024).tolist() == [False, False, False]
    assert communes(data)["00001"].has_left is True


def test_of_the_sample_four_communes_are_to_leave_and_three_did(data, select):
    found = communes(data, select())
    assert len(found) == 28
    leaving = [each for each in found.values() if each.is_to_leave]
    assert sorted(each.name for each in leaving) == [
        "Xã Giáo Liêm", "Xã Tân Mộc", "Xã Vô Tranh", "Xã Đồng Tiến",
    ]  # fmt: skip
    assert sum(each.has_left is True for each in leaving) == 3
    assert sum(isnan(each.poverty_change) for each in found.values()) == 4
    half = communes(data, select(as_of=["2023-Q2"])).values()
    assert all(isnan(each.poverty_change) for each in half), "measured at the end of the year"


def test_projects_and_status_of_works_have_no_part_in_it(data, select):
    assert communes(data, select(project=["DA6"], status=["completed"])) == communes(data, select())
    assert set(communes(data, select(district=["220"]))) < set(communes(data, select()))


def place(data, **columns):
    """Return the squares with one site 0.1° north of the middle of the first commune."""
    sites = data.sites.head(1).assign(**columns)
    return replace(data, sites=sites.set_geometry([shapely.Point(106.5, 21.6)], crs="EPSG:4326"))


def test_the_distance_is_the_straight_line_from_a_point_inside_the_commune(squares):
    data = place(squares(sites=[("M1", "completed", "00001", "Chợ A")]))
    found = distance_km(data, "market", year=2023)
    # A box's point inside is its middle: 106.5, 21.5. A tenth of a degree north is 11.07 km.
    assert found["km"].iloc[0] == pytest.approx(11.07, abs=0.01)
    assert found["name"].tolist() == ["Chợ A"] * 3
    assert found["km"].is_monotonic_increasing, "the squares lie in a row, from west to east"


def test_only_what_is_built_by_the_year_is_near_unless_asked_otherwise(squares):
    data = place(squares(sites=[("M1", "planned", "00001")]))
    assert distance_km(data, "market", year=2023)["km"].isna().all()
    assert distance_km(data, "market", year=2023, completed_only=False)["km"].notna().all()
    assert distance_km(data, "market", year=2022, completed_only=False)["km"].isna().all()
    assert distance_km(data, "health", year=2023)["name"].isna().all()


@pytest.mark.long
def test_of_a_road_the_nearest_spot_counts(squares):
    road = ("R1", "completed", [(106.2, 21.55), (106.8, 21.55)])
    found = distance_km(squares(roads=[road]), "road", year=2023)
    assert found["km"].iloc[0] == pytest.approx(5.536, abs=0.01)


def test_the_most_remote_commune_comes_first_and_the_unknown_last(squares):
    data = place(squares(sites=[("M1", "completed", "00001")]))
    shapes = data.communes.geometry.where(data.communes["code"] != "00002")
    data = replace(data, communes=data.communes.set_geometry(shapes))
    found = remote_communes(data, np.ones(3, dtype=bool), year=2023)
    assert [each.code for each in found] == ["00003", "00001", "00002"]
    assert set(found[0].km) == set(PLACES)
    assert isnan(found[2].farthest_km)
    assert isnan(found[0].km["health"])
    assert found[0].farthest_km == found[0].km["market"] > 200


def test_of_the_sample_every_commune_has_its_three_distances(data, select):
    among = was_difficult(data, 2023)
    done = remote_communes(data, among, year=2023)
    everything = remote_communes(data, among, year=2023, completed_only=False)
    assert len(done) == len(everything) == 28
    by_code = {each.code: each for each in everything}
    for each in done:
        for kind in PLACES:
            assert by_code[each.code].km[kind] <= each.km[kind] + 1e-9, "more works are no farther"
    assert done[0].farthest_km == max(each.farthest_km for each in done)


def test_without_a_list_of_regions_nobody_knows_who_is_difficult(squares):
    assert not difficult_communes(squares(regions=(None, None, None)), SQUARES).is_listed
    listed = difficult_communes(squares(regions=("I", "I", "II")), SQUARES)
    assert (listed.is_listed, listed.communes) == (True, ())
