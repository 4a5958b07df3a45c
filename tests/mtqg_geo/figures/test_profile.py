from dataclasses import replace

import pytest

from mtqg_geo.dataset.regions import region_text
from mtqg_geo.dataset.vintages import shown_dataset
from mtqg_geo.figures.profile import commune_profile
from mtqg_geo.figures.selection import default_selection
from mtqg_geo.figures.values import commune_values
from mtqg_geo.maps.view import commune_table
from mtqg_geo.programme.model import Basis, State


def test_a_profile_says_what_the_table_says(data, select):
    selection = select()
    table = commune_table(data, selection).set_index("code")
    for code in ("07615", "07645", "07387"):
        profile = commune_profile(data, selection, code)
        assert profile.name == table.loc[code, "name"]
        assert profile.region == table.loc[code, "region"]
        assert len(profile.sites) == table.loc[code, "sites_planned"]
        assert profile.roads["length_km"].sum() == pytest.approx(table.loc[code, "road_planned_km"])


def test_every_line_sets_the_plan_beside_the_result(data, select):
    lines = {line.indicator.id: line for line in commune_profile(data, select(), "07645").lines}
    assert "region" not in lines
    for name, basis in (("OP01", Basis.ACTUAL), ("FI01", Basis.DISBURSED)):
        indicator = data.catalog.indicators[name]
        for found, wanted in ((lines[name].plan, Basis.PLAN), (lines[name].result, basis)):
            values = commune_values(data, indicator, year=2023, basis=wanted).set_index("code")
            assert found == pytest.approx(values.loc["07645", "value"], nan_ok=True)


def test_a_commune_outside_the_programme_has_no_lines(data, select):
    code = next(c for c in data.communes["code"] if c not in set(data.regions["commune_code"]))
    profile = commune_profile(data, select(), code)
    assert (profile.region, profile.lines) == ("", ())


@pytest.mark.parametrize(
    ("vintage", "region"), [("2023-04", "Khu vực I"), ("2025-07", "Hỗn hợp khu vực I–III")]
)
def test_before_a_list_of_regions_is_loaded_nobody_is_outside_the_programme(
    data, select, vintage, region
):
    shown = shown_dataset(data, vintage)
    listed = commune_profile(shown, select(), "07616").region
    unlisted = commune_profile(shown, replace(select(), year=2026), "07616").region
    assert region_text(listed, "vi") == region
    assert region_text(unlisted, "vi") == "Chưa nạp danh sách khu vực"
    assert region_text(unlisted, "en") == "No list of regions is loaded"
    assert region_text("", "vi") == "Ngoài vùng DTTS&MN"


def test_the_profile_follows_project_and_year_but_not_the_districts(data, select):
    profile = commune_profile(data, select(project=["DA1"], district=["213"]), "07645")
    assert {line.indicator.project for line in profile.lines} <= {"", "DA1"}
    assert set(profile.sites["project"]) <= {"DA1"}


def test_a_silent_commune_is_not_reported_rather_than_zero(data, select):
    silent = data.sites[(data.sites["status"] == "not_reported") & (data.sites["year"] == 2023)]
    counted_by = {"tourism": "OP11", "village": "OP13", "culture": "OP14", "health": "OP07"}
    checked = 0
    for code, facility in zip(silent["commune_code"], silent["facility"], strict=True):
        if facility in counted_by:
            profile = commune_profile(data, select(), code)
            states = {line.indicator.id: line.state for line in profile.lines}
            assert states[counted_by[facility]] is State.NOT_REPORTED
            checked += 1
    assert checked >= 14  # ten places for tourists and four villages are known from the plan alone


def test_a_road_financed_twice_is_counted_once_in_the_profile(squares):
    line = [(106.1, 21.5), (106.4, 21.5)]
    data = squares(roads=[("a", "completed", line), ("b", "planned", line)])
    profile = commune_profile(data, default_selection(data), "00001")
    assert profile.roads["length_km"].sum() == pytest.approx(data.roads["length_km"].iloc[0])
    assert profile.roads["name"].tolist() == ["Đường a"]
