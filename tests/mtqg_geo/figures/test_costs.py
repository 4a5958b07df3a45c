"""Costs add up, and what is not known is said beside the sum."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqg_geo.figures.costs import told_of, total_cost, work_words
from mtqg_geo.figures.profile import commune_profile
from mtqg_geo.figures.selection import default_selection
from mtqg_geo.figures.works import works_view
from tests.long import DEAR

COSTS = st.none() | st.integers(0, 10**12)


def costing(*vnd):
    return pd.DataFrame({"cost_vnd": np.array(vnd, dtype=float)})


@pytest.mark.parametrize(
    ("vnd", "vi", "en"),
    [
        ([], "", ""),
        (
            [1.5e9, 5e8],
            "Tổng mức đầu tư 2,0 tỷ đồng (cả 2 công trình)",
            "Total cost 2.0 bn VND (of all 2 sites)",
        ),
        (
            [8.5e8, None, None],
            "Tổng mức đầu tư ít nhất 850 triệu đồng (1 trên 3 công trình có số)",
            "Total cost at least 850 m VND (known of 1 of 3 sites)",
        ),
        (
            [None],
            "Tổng mức đầu tư: chưa có số nào (1 công trình)",
            "Total cost: none known (1 site)",
        ),
        (
            [0.0],
            "Tổng mức đầu tư 0 triệu đồng (cả 1 công trình)",
            "Total cost 0 m VND (of all 1 site)",
        ),
    ],
)
def test_a_sum_with_a_missing_part_says_so_and_none_is_not_zero(vnd, vi, en):
    total = total_cost(costing(*vnd))
    assert (total.words("sites", "vi"), total.words("sites", "en")) == (vi, en)
    assert np.isnan(total.vnd) == (not [each for each in vnd if each is not None])


@DEAR
@given(st.lists(st.tuples(COSTS, st.sampled_from(["00001", "00002", "00003"])), min_size=1))
def test_the_districts_share_the_cost_of_the_province(squares, works):
    data = squares(sites=[(f"{n:03}", "planned", code) for n, (_, code) in enumerate(works)])
    costs = np.array([cost for cost, _ in works], dtype=float)
    data = replace(data, sites=data.sites.assign(cost_vnd=costs))
    every = default_selection(data)
    whole = works_view(data, every).costs["sites"]
    parts = [works_view(data, replace(every, districts=(d,))).costs["sites"] for d in ("1", "2")]
    assert sum(part.known for part in parts) == whole.known == np.isfinite(costs).sum()
    assert sum(part.works for part in parts) == whole.works
    assert np.nansum([part.vnd for part in parts]) == np.nansum(costs)


def test_a_road_that_goes_on_outside_the_district_counts_whole_and_is_said(squares):
    lines = [[(106.5, 21.5), (108.5, 21.5)], [(106.2, 21.2), (106.4, 21.2)]]
    data = squares(roads=[(f"D{n}", "completed", line) for n, line in enumerate(lines)])
    data = replace(data, roads=data.roads.assign(cost_vnd=[3e9, np.nan]))
    every = default_selection(data)
    whole = works_view(data, every).costs["roads"]
    of_one = works_view(data, replace(every, districts=("1",))).costs["roads"]
    assert (whole.vnd, whole.known, whole.works, whole.reaching_out) == (3e9, 1, 2, 0)
    assert (of_one.vnd, of_one.reaching_out) == (3e9, 1)
    assert of_one.words("roads", "vi") == (
        "Tổng mức đầu tư ít nhất 3,0 tỷ đồng (1 trên 2 tuyến có số); "
        "1 tuyến đi ra ngoài vùng lọc được tính cả tuyến"
    )


@pytest.mark.long
def test_the_profile_says_of_each_work_what_is_known_of_it(squares):
    line = [(106.2, 21.5), (106.8, 21.5)]
    data = squares(sites=[("CT1", "completed", "00001")], roads=[("D1", "completed", line)])
    sites = data.sites.assign(cost_vnd=1.25e9, started_on="2022-03", completed_on="2023-06-30")
    data = replace(data, sites=sites, roads=data.roads.assign(cost_vnd=9e8))
    profile = commune_profile(data, default_selection(data), "00001")
    [site], [road] = (works.to_dict("records") for works in (profile.sites, profile.roads))
    assert [*work_words(site, "sites", "vi").values()] == [
        "tổng mức đầu tư 1,3 tỷ đồng", "khởi công 03/2022", "hoàn thành 30/06/2023"
    ]  # fmt: skip
    assert work_words(road, "roads", "en") == {"cost_vnd": "total cost of the whole road 900 m VND"}


def test_only_what_is_known_of_any_work_has_a_column(data, squares):
    assert told_of(data.sites) == told_of(data.roads) == []  # the sample invents no costs
    sites = squares(sites=[("a", "planned", "00001"), ("b", "planned", "00001")]).sites
    assert told_of(sites.assign(cost_vnd=[np.nan, 0.0], started_on=["2022", ""])) == [
        "cost_vnd",
        "started_on",
    ]
