"""What is known of one site or road: where it lies, and that its parts add up."""

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqg_geo.dataset.vintages import shown_dataset
from mtqg_geo.figures.profile import IndicatorLine
from mtqg_geo.figures.work import find_work, stretches_of, work_key
from mtqg_geo.programme.model import State, Status
from mtqg_geo.programme.words import rounded


def test_a_road_across_two_communes_lies_half_in_each_and_what_is_outside_is_said(squares):
    # From 0.5° west of the first square to the middle of the second: three equal parts.
    data = squares(roads=[("D1", "planned", [(105.5, 21.5), (106.0, 21.5), (107.0, 21.5)])])
    road = find_work(data, "road:D1")
    assert (road.name, road.status, road.year) == ("Đường D1", Status.PLANNED, 2023)
    assert road.project.code == "DA4.TDA1"
    assert [(each.code, each.name) for each in road.stretches] == [("00001", "Xã 1"), ("", "")]
    # Half a degree at 21.5° north is 51.8 km.
    assert [each.km for each in road.stretches] == [
        pytest.approx(103.6, abs=0.1),
        pytest.approx(51.8, abs=0.1),
    ]


@pytest.mark.parametrize("vintage", ["2023-04", "2025-07"])
def test_the_kilometres_of_every_road_by_commune_add_up_to_its_length_as_written(data, vintage):
    shown = shown_dataset(data, vintage)
    for id_, length in zip(shown.road_list["id"], shown.road_list["length_km"], strict=True):
        road = find_work(shown, work_key("roads", id_))
        total = sum(each.km for each in road.stretches)
        assert rounded(total, 2) == rounded(length, 2)
        codes = [each.code for each in road.stretches]
        assert len(codes) == len(set(codes))
        assert {*codes} - {""} == {*road.row["commune_codes"]}


@given(st.lists(st.floats(0.01, 50), min_size=1, max_size=8))
def test_stretches_as_written_add_up_as_written(km):
    pieces = pd.DataFrame({"code": [f"{place % 5}" for place in range(len(km))], "length_km": km})
    stretches = stretches_of(pieces, {})
    assert round(sum(each.km for each in stretches), 2) == rounded(sum(km), 2)
    assert [each.km for each in stretches] == sorted((e.km for e in stretches), reverse=True)


def test_a_site_and_a_road_of_one_id_are_told_apart_and_a_strange_name_is_nothing(squares):
    data = squares(
        sites=[("A:1", "completed", "00001")],
        roads=[("A:1", "planned", [(106.2, 21.5), (106.3, 21.5)])],
    )
    assert find_work(data, work_key("sites", "A:1")).name == "Chợ A:1"
    assert find_work(data, work_key("roads", "A:1")).name == "Đường A:1"
    assert [find_work(data, key) for key in ("A:1", "site:A", "road:", "", "bridge:A:1")] == [
        None
    ] * 5


def test_a_facility_outside_the_programme_has_no_project(squares):
    data = squares(sites=[("a", "completed", "00001")])
    data = replace(data, sites=data.sites.assign(project=""))
    assert find_work(data, "site:a").project is None


@pytest.mark.parametrize(
    ("plan", "result", "state", "is_empty"),
    [
        (3, 2, State.REPORTED, False),
        (3, float("nan"), State.NOT_REPORTED, False),
        (0, float("nan"), State.NOT_REPORTED, True),
        (float("nan"), float("nan"), State.NOT_REPORTED, True),
        (0, 0, State.REPORTED, True),
        (0, 1, State.REPORTED, False),
        (float("nan"), 0, State.REPORTED, False),  # a distance, a rate: nothing is a figure of it
        (float("nan"), float("nan"), State.NOT_RESTATABLE, False),
    ],
)
def test_an_indicator_is_folded_only_where_there_is_neither_plan_nor_result(
    data, plan, result, state, is_empty
):
    houses = data.catalog.indicators["OP01"]
    line = IndicatorLine(houses, plan, result, state, missing_periods="")
    assert line.is_empty is is_empty
