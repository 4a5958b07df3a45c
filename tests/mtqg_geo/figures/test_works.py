from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mtqg_geo.figures.selection import default_selection
from mtqg_geo.figures.works import by_commune, count_by_type, selected_sites, works_of


def test_sites_done_are_counted_of_all_planned_and_the_silent_communes_named(squares):
    data = squares(
        sites=[
            ("a", "completed", "00001"),
            ("b", "planned", "00001"),
            ("c", "not_reported", "00002"),
            ("d", "not_reported", "00002"),
        ]
    )
    count = works_of(data, default_selection(data)).sites.count
    assert (count.completed, count.planned, count.communes_missing) == (1, 4, 1)


def test_when_no_site_has_reported_the_number_done_is_unknown_not_zero(squares):
    data = squares(sites=[("a", "not_reported", "00001")])
    assert np.isnan(works_of(data, default_selection(data)).sites.count.completed)


def test_no_sites_among_those_of_the_year_are_a_true_zero(squares):
    data = squares(sites=[("a", "completed", "00001")])
    works = works_of(data, replace(default_selection(data), districts=("2",)))
    count = works.sites.count
    assert (count.completed, count.planned, count.communes_missing) == (0, 0, 0)
    assert works.sites.by_commune["planned"].tolist() == [0, 0, 0]


def test_without_a_list_of_the_year_nothing_is_known_of_its_works(squares):
    data = squares(sites=[("a", "completed", "00001")])
    works = works_of(data, replace(default_selection(data), year=2022))
    for tally in (works.sites, works.roads):
        assert np.isnan([tally.count.completed, tally.count.planned]).all()
        assert np.isnan(tally.by_commune["planned"]).all()


def test_by_commune_tells_none_from_none_reported():
    statuses = ["completed", "not_reported", "not_reported", "completed", "planned"]
    communes = ["A", "A", "B", "", "C"]
    found = by_commune(
        np.array(statuses, dtype=object), np.array(communes, dtype=object), np.ones(5),
        pd.Index(["A", "B", "C", "D"]),
    )  # fmt: skip
    assert found["planned"].tolist() == [2, 1, 1, 0]
    assert found["not_reported"].tolist() == [1, 1, 0, 0]
    assert found["completed"].tolist() == pytest.approx([1, np.nan, 0, 0], nan_ok=True)


def test_the_planned_sites_of_2023_are_the_published_numbers(data, select):
    sites = selected_sites(data, select())
    counts = count_by_type(sites, list(data.catalog.facilities)).sum(axis=1)
    assert counts.drop("other").to_dict() == {
        "water": 8, "market": 3, "health": 3, "school": 19, "essential": 49, "tourism": 10,
        "relic": 7, "village": 4, "culture": 62,
    }  # fmt: skip


def test_the_districts_share_the_sites_of_the_province(data, select):
    whole = selected_sites(data, select())
    parts = [selected_sites(data, select(district=[code])) for code in data.districts["code"]]
    assert sorted(pd.concat(parts)["id"]) == sorted(whole["id"])


def test_status_project_and_commune_narrow_the_sites(data, select):
    sites = selected_sites(data, select(status=["completed"], project=["DA6"]))
    assert set(sites["status"]) == {"completed"}
    assert set(sites["project"]) == {"DA6"}
    code = sites["commune_code"].iloc[0]
    assert set(selected_sites(data, select(commune=[code]))["commune_code"]) == {code}


def test_what_is_not_known_stays_unknown_when_completed_works_alone_are_chosen(data, select):
    every, done = (works_of(data, select(**query)) for query in ({}, {"status": ["completed"]}))
    completed = every.sites.by_commune["completed"]
    assert np.isnan(completed).any(), "communes none of whose sites has a status"
    np.testing.assert_array_equal(done.sites.by_commune["completed"], completed)
    assert done.sites.count == every.sites.count
    assert done.roads.count == every.roads.count
    assert done.sites.shown.sum() == every.sites.count.completed
