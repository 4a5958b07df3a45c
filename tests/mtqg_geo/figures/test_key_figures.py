from dataclasses import replace

import pytest

from mtqg_geo.figures.selection import Selection, default_selection
from mtqg_geo.maps.classing import Classing
from mtqg_geo.maps.view import map_view
from mtqg_geo.programme.model import Basis


def figures(data, selection, lang="vi"):
    return {f.key: f for f in map_view(data, selection, Classing(), lang=lang).figures}


def test_the_strip_says_what_the_selection_promised_and_who_is_silent(data, select):
    strip = figures(data, select())
    assert list(strip) == ["most_difficult", "sites", "roads", "capital"]
    assert strip["most_difficult"].value == "28"
    assert strip["most_difficult"].whole == "trên 73 xã vùng DTTS&MN"
    assert strip["most_difficult"].share.startswith("4 xã")
    assert strip["roads"].whole == "trên 30,00 km kế hoạch, đo trên bản đồ"
    assert "tỷ đồng" in strip["capital"].value
    assert strip["sites"].communes_missing > 0


def test_where_nobody_planned_to_leave_the_strip_says_nothing_of_leaving(squares):
    strip = figures(squares(), Selection(year=2023, vintage="2023-04"))
    assert (strip["most_difficult"].value, strip["most_difficult"].share) == ("1", "")


def test_works_of_which_nobody_reported_make_the_share_a_lower_bound(data, select):
    """By hand: 110 of 167 works are done; of 40 nobody reported, so 110 of 127 of the others."""
    strip = figures(data, select())
    assert (strip["sites"].value, strip["sites"].share) == ("≥ 110", "ít nhất 66 %")
    assert strip["sites"].missing_words("vi") == "87 % của 127/167 công trình đã báo cáo"
    assert strip["roads"].missing_words("vi") == "87 % của 26,80/30,00 km đã báo cáo"


def test_an_indicator_on_the_map_has_a_tile_with_its_plan(data, select):
    tile = figures(data, select(indicator=["OP02"]))["indicator"]
    assert tile.label.endswith("Thực hiện")
    assert tile.whole == "kế hoạch 1.234"
    assert tile.communes_missing > 0


def test_a_plan_is_not_compared_with_itself(data, select):
    tile = figures(data, select(indicator=["OP02"], basis=["plan"]))["indicator"]
    assert (tile.value, tile.whole, tile.share) == ("1.234 hộ", "", "")
    assert tile.communes_missing == 0


def test_an_allocation_is_no_lower_bound_as_in_the_tables_of_capital(squares):
    rows = [
        ("00001", "FI01", "DA1", "2023", "plan", 100e9, "illustrative"),
        ("00001", "FI01", "DA1", "2023", "allocated", 80e9, "illustrative"),
        ("00002", "FI01", "DA1", "2023", "plan", 60e9, "illustrative"),
    ]
    chosen = Selection(year=2023, vintage="2023-04", indicator="FI01", basis=Basis.ALLOCATED)
    tile = figures(squares(observations=rows), chosen)["indicator"]
    assert (tile.value, tile.share) == ("80,0 tỷ đồng", "50 %")
    assert tile.communes_missing > 0, "and it says who is missing"


def test_at_least_nothing_reads_as_nothing_recorded_yet(squares):
    rows = [
        ("00001", "OP01", "DA1", "2023", "plan", 4, "test"),
        ("00002", "OP01", "DA1", "2023", "plan", 6, "test"),
        ("00001", "OP01", "DA1", "2023-Q1", "actual", 0, "test"),
    ]
    chosen = Selection(year=2023, vintage="2023-04", indicator="OP01", basis=Basis.ACTUAL)
    tile = figures(squares(observations=rows), chosen)["indicator"]
    assert (tile.value, tile.share) == ("Chưa ghi nhận", "")


def test_a_plan_some_communes_have_not_got_is_no_share_of_itself(squares):
    rows = [("00001", "OP01", "DA1", "2023", "plan", 4.0, "illustrative")]
    chosen = Selection(year=2023, vintage="2023-04", indicator="OP01", basis=Basis.PLAN)
    tile = figures(squares(observations=rows), chosen)["indicator"]
    assert tile.communes_missing == 2
    assert (tile.share, tile.reported) == ("", "")


def test_an_average_has_the_province_s_published_plan(data, select):
    assert figures(data, select(indicator=["OC16"]))["indicator"].whole == "kế hoạch 2,5"
    assert figures(data, select(indicator=["OC17"]))["indicator"].whole == "kế hoạch 3,0"


def test_what_remains_says_what_it_leaves_aside(data, select):
    tile = figures(data, select(indicator=["OP01"], district=["220"], measure=["remaining"]))
    assert tile["indicator"].value == "2 hộ"  # 62 planned, 64 done: 2 + 4 - 8 = 62 - 64
    assert tile["indicator"].whole == (
        "kế hoạch 62 · chưa kể kế hoạch 4 của các xã chưa báo cáo"
        " · phần vượt kế hoạch 8 không bù cho xã khác"
    )
    rate = figures(data, select(indicator=["OC16"], measure=["remaining"]))["indicator"]
    assert rate.whole == "kế hoạch 2,5"


def test_english_figures_use_english_numbers(data, select):
    assert figures(data, select(indicator=["OP02"]), lang="en")["indicator"].whole == "plan 1,234"


def test_a_selection_in_which_nobody_reported_shows_a_dash_not_a_zero(data, select):
    strip = figures(data, select(status=["not_reported"]))
    assert (strip["sites"].value, strip["sites"].share) == ("–", "")
    assert strip["roads"].value == "–"
    assert strip["sites"].communes_missing > 0


@pytest.mark.parametrize(
    "query", [{}, {"district": ["220"]}, {"project": ["DA6"]}, {"year": ["2024"]}]
)
def test_the_figures_are_the_sums_of_the_table(data, select, query):
    view = map_view(data, select(**query), Classing(), lang="en")
    strip, table = {f.key: f for f in view.figures}, view.table
    assert strip["sites"].value == f"≥ {table['sites_completed'].sum():.0f}"
    assert strip["sites"].whole == f"of {table['sites_planned'].sum():.0f} planned"
    assert strip["roads"].value.removeprefix("≥ ") == f"{table['road_completed_km'].sum():.2f}"
    assert (
        strip["roads"].whole
        == f"of {table['road_planned_km'].sum():.2f} km planned, measured on the map"
    )
    assert strip["most_difficult"].value == str((table["region"] == "III").sum())


def test_the_tile_of_an_extensive_indicator_is_the_sum_of_the_table(data, select):
    for district in (["220"], ["219", "218"], []):
        selection = select(indicator=["OP02"], district=district)
        view = map_view(data, selection, Classing(), lang="en")
        silent = view.table["state"].isin(["not_reported", "partly_reported"]).sum()
        or_more = "≥ " if silent else ""
        assert view.figures[-1].value == f"{or_more}{view.table['value'].sum():,.0f} households"
        assert view.figures[-1].communes_missing == silent


def test_the_plan_does_not_shrink_with_the_status_filter(data, select):
    from mtqg_geo.maps.classing import Classing
    from mtqg_geo.maps.view import map_view

    tiles = {}
    for query in ({}, {"status": ["completed"]}):
        view = map_view(data, select(**query), Classing(), lang="vi")
        tiles[bool(query)] = {figure.key: figure for figure in view.figures}
    for key in ("sites", "roads"):
        assert tiles[True][key] == tiles[False][key], "110 of 167, not 110 of 110"
        assert tiles[True][key].communes_missing > 0


def test_capital_follows_the_quarter_as_the_indicator_on_the_map_does(data, select):
    of_map = {"indicator": ["FI01"], "basis": ["disbursed"]}
    strip = figures(data, select(as_of=["2023-Q2"], **of_map))
    assert strip["capital"].value == strip["indicator"].value == "≥ 130,8 tỷ đồng"
    assert strip["capital"].whole == "trên 618,7 tỷ đồng được giao · lũy kế đến hết quý II/2023"
    assert strip["capital"].share == "ít nhất 21 %"
    assert strip["indicator"].whole.endswith(" · lũy kế đến hết quý II/2023")
    year = figures(data, select(**of_map))["capital"]
    assert (year.value, year.whole) == ("≥ 458,4 tỷ đồng", "trên 618,7 tỷ đồng được giao")


def test_figures_without_quarters_say_that_they_are_of_the_year(data, select):
    strip = figures(data, select(as_of=["2023-Q2"], indicator=["OC16"]))
    for key in ("most_difficult", "sites", "roads", "indicator"):
        assert strip[key].whole.endswith(" · cả năm 2023")
    plan = figures(data, select(as_of=["2023-Q2"], indicator=["OP01"], basis=["plan"]))
    assert plan["indicator"].whole == "cả năm 2023"
    assert not any("cả năm" in each.whole for each in figures(data, select()).values())


@pytest.mark.parametrize("status", [["planned"], ["under_construction", "not_reported"]])
def test_works_completed_are_not_none_where_the_filter_leaves_them_out(data, select, status):
    strip, all_of_them = figures(data, select(status=status)), figures(data, select())
    for key in ("sites", "roads"):
        assert (strip[key].value, strip[key].share) == ("–", "")
        assert strip[key].whole == (
            f"{all_of_them[key].whole} · bộ lọc trạng thái bỏ công trình hoàn thành"
        )
    both = figures(data, select(status=[*status, "completed"]))
    assert both["sites"] == all_of_them["sites"]


def test_without_a_list_of_the_year_a_tile_says_so_instead_of_nought(squares):
    data = squares(sites=[("a", "completed", "00001")], regions=(None, None, None))
    strip = figures(data, replace(default_selection(data), year=2022))
    for key in ("most_difficult", "sites", "roads"):
        tile = strip[key]
        assert (tile.value, tile.share, tile.missing_words("vi")) == ("–", "", "")
        assert "2022" in tile.whole
