"""The switch between the communes of 2023 and the units of 2025: the same figures on both."""

from dataclasses import replace

import pandas as pd
import pytest

from mtqg_geo.communes.lineage import units_of, vintages
from mtqg_geo.dataset.dataset import shipped_dataset
from mtqg_geo.dataset.regions import region_parts, region_short, region_text
from mtqg_geo.dataset.tables import ObservationsInMemory
from mtqg_geo.dataset.vintages import shown_for, units_on
from mtqg_geo.exports import files as exports
from mtqg_geo.figures.periods import reported_quarters
from mtqg_geo.figures.profile import commune_history, commune_profile
from mtqg_geo.figures.quarters import as_counted
from mtqg_geo.figures.query import parse_selection
from mtqg_geo.figures.works import works_view
from mtqg_geo.maps.classing import Classing
from mtqg_geo.maps.legend import printed_legend
from mtqg_geo.maps.view import map_view
from mtqg_geo.maps.works_shown import WorksShown
from mtqg_geo.progress.capital import ladder
from mtqg_geo.progress.difficult import difficult_communes
from mtqg_geo.progress.rankings import ranking
from mtqg_geo.progress.targets import progress, trend
from mtqg_geo.progress.words import notices
from tests.mtqg_geo.geographies import on

OLD, NEW = vintages()
QUERIES = (
    {},
    {"district": ["220"]},
    {"district": ["216", "218"], "indicator": ["OP05"]},
    {"project": ["DA4"], "indicator": ["FI02"]},
    {"status": ["completed"], "indicator": ["OC16"], "district": ["219"]},
    {"indicator": ["FI01"], "measure": ["remaining"]},
    {"indicator": ["OP01"], "as_of": ["2023-Q2"], "measure": ["completion"]},
    {"indicator": ["CX02"], "with": ["OP05"], "year": ["2022"]},
)


@pytest.fixture(scope="module")
def data_of_2026():
    """The delivered data, and two houses in each of the 58 units in the first quarter of 2026."""
    data = shipped_dataset()
    columns = {"indicator": "OP01", "project": "DA1", "period": "2026-Q1", "basis": "actual"}
    rows = pd.DataFrame({"commune_code": units_of(NEW)}).assign(**columns, value=2.0, source="a")
    table = pd.concat([data.observations.table(), rows], ignore_index=True)
    return replace(data, observations=ObservationsInMemory(table))


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_the_figures_strip_is_the_same_on_both_geographies(query):
    views = [map_view(*on(vintage, **query), Classing(), lang="vi") for vintage in (OLD, NEW)]
    assert views[0].figures == views[1].figures
    assert len(views[0].table) > len(views[1].table) > 0


@pytest.mark.parametrize("query", [{}, {"capital_source": ["central"]}], ids=str)
def test_what_was_reported_of_a_year_is_the_same_for_any_district_on_both_geographies(query):
    # District 213 is outside the programme: nothing of it was reported in any quarter.
    asked = [
        on(vintage, district=[code], **query) for vintage in (OLD, NEW) for code in ("213", "220")
    ]
    found = {reported_quarters(shown, 2023) for shown, _ in asked}
    assert found == {(1, 2, 3, 4)}


@pytest.mark.parametrize("query", [{}, {"district": ["220"]}, {"project": ["DA4"]}], ids=str)
def test_plan_and_result_are_counted_by_the_communes_that_reported_on_either_geography(query):
    old, new = on(OLD, **query), on(NEW, **query)
    indicator = old[0].catalog.indicators["OP05"]
    for counted in (
        progress, ladder, difficult_communes,
        lambda data, selection: trend(data, selection, indicator),
        lambda data, selection: ranking(data, selection, indicator),
    ):  # fmt: skip
        assert counted(*old) == counted(*new)
    assert as_counted(*old) == old
    assert as_counted(*new)[0] is old[0]


def test_communes_chosen_among_the_new_units_are_counted_as_those_they_came_from():
    data, selection = on(NEW, commune=["07616"])
    _, counted = as_counted(data, selection)
    assert counted.communes == ("07616", "07678")
    assert counted.vintage == OLD
    [first, *_] = progress(data, selection).lines
    assert first.communes == 2
    said = notices(data, selection, progress(data, selection), "vi")
    assert "tính theo 209 đơn vị" in said[0]


def test_a_year_after_the_reform_is_counted_by_the_new_units():
    data, selection = on(OLD)
    counted, chosen = as_counted(data, replace(selection, year=2026, communes=("07678",)))
    assert (len(counted.commune_list), chosen.vintage, chosen.communes) == (58, NEW, ("07616",))


def test_communes_are_ranked_by_the_units_shown():
    data, selection = on(NEW)
    made = ranking(data, selection, data.catalog.indicators["OP05"], level="commune")
    codes = {unit.code for unit in (*made.ranked, *made.silent, *made.unplanned)}
    assert codes <= set(data.commune_list["code"])
    assert "07616" in codes
    assert "07678" not in codes


def test_works_stay_in_their_former_district():
    views = [works_view(*on(vintage)) for vintage in (OLD, NEW)]
    assert views[0].km_by_district.equals(views[1].km_by_district)
    assert views[0].sites["district"].tolist() == views[1].sites["district"].tolist()


def test_units_are_followed_there_and_back():
    data = shipped_dataset()
    assert units_on(data, ["07678"], OLD, NEW) == ["07616"]
    assert units_on(data, ["07616"], NEW, OLD) == ["07616", "07678"]
    assert units_on(data, ["07549"], OLD, NEW) == ["07525", "07537"]  # the one that was divided
    for code in data.commune_list["code"]:
        assert code in units_on(data, units_on(data, [code], OLD, NEW), NEW, OLD)


@pytest.mark.parametrize("name", ["communes", "sites", "roads"])
def test_a_download_carries_both_codes(name):
    old, new = (exports.layer(*on(vintage, year=["2023"]), name) for vintage in (OLD, NEW))
    for layer in (old, new):
        assert (layer["codes_2023_04"] != "").all()
        assert (layer["codes_2025_07"] != "").all()
    assert set(old["vintage"]) == {OLD}
    assert set(new["vintage"]) == {NEW}
    if name == "communes":
        assert old["codes_2023_04"].tolist() == old["code"].tolist()
        listed = [code for codes in new["codes_2023_04"] for code in codes.split("; ")]
        assert sorted(set(listed)) == old["code"].tolist()
        assert len(listed) == 210  # Thanh Hải went to two
    if name == "sites":
        assert new["codes_2023_04"].tolist() == old["commune_code"].tolist()
        assert new["codes_2025_07"].tolist() == new["commune_code"].tolist()


def test_a_file_s_name_says_the_geography_unless_it_is_the_usual_one():
    assert "vintage" not in exports.file_stem(*on(OLD), "communes")
    assert "_vintage-2025-07_" in exports.file_stem(*on(NEW), "communes")


def test_every_mixed_unit_is_in_a_line_of_the_legend_and_in_the_styles_for_qgis():
    data, selection = on(NEW)
    view = map_view(data, selection, Classing(), lang="vi")
    counts = {entry.code: entry.count for entry in view.choropleth.legend}
    assert sum(counts.values()) == 58
    assert counts["mixed_III"] > 0
    assert counts["mixed"] > 0
    assert exports.file_bytes(data, selection, "communes", "gpkg")[:6] == b"SQLite"


def test_a_mixed_region_is_written_as_a_share_and_never_averaged():
    data, selection = on(NEW)
    assert data.regions_in(2023)["07616"] == "I–III"
    assert region_text("I–III", "vi") == "Hỗn hợp khu vực I–III"
    assert region_short("0–I", "vi") == "I, ngoài vùng"
    parts = region_parts(data.region_shares(2023), "07616", "vi")
    assert [part.split(",")[0] for part in parts] == [
        "Khu vực I: 1/2 xã cũ",
        "Khu vực III: 1/2 xã cũ",
    ]
    assert region_parts(data.region_shares(2023), "07654", "vi") == ()
    assert region_parts(on(OLD)[0].region_shares(2023), "07616", "vi") == ()


@pytest.mark.long
def test_a_profile_says_where_a_unit_came_from_and_whose_report_is_missing():
    data, selection = on(NEW, indicator=["OP01"])
    kin = commune_history(data, selection, "07616")
    assert [each.name for each in kin.came_from] == [
        "Thị trấn Tây Yên Tử", "Xã Thanh Luận",
    ]  # fmt: skip
    former, chosen = on(OLD)
    [became] = commune_history(former, chosen, "07678").became
    assert became.code == "07616"
    silent = {
        name
        for code in data.commune_list["code"]
        for line in commune_profile(data, selection, code).lines
        for name in line.missing_communes
    }
    rows = former.observed("OP01", 2023)
    owing = set(rows.loc[rows["value"].isna(), "commune_code"])
    names = former.commune_list.set_index("code")["name"]
    assert set(names[list(owing)]) <= silent


def test_figures_given_for_the_new_units_have_the_same_total_on_the_former_communes(data_of_2026):
    views = []
    for vintage in (OLD, NEW):
        asked = {"vintage": [vintage], "indicator": ["OP01"], "year": ["2026"]}
        data = shown_for(data_of_2026, asked)
        selection, problems = parse_selection(asked, data)
        assert not problems
        views.append(map_view(data, selection, Classing(), lang="vi"))
    old, new = views
    assert old.figures == new.figures
    assert old.figures[-1].value == "116 hộ"  # two in each of the 58 units
    assert old.choropleth.classes.count("r") == 208  # nobody knows how they divide
    assert (new.table["value"] == 2).all()
    assert old.table["value"].notna().sum() == 1  # Tuấn Đạo alone is what it was


def test_with_borders_of_another_month_an_export_carries_both_codes(data_of_2026):
    drawn = replace(data_of_2026.boundary_set, vintage="2024-06")
    asked = {"year": ["2023"]}
    data = shown_for(replace(data_of_2026, boundary_set=drawn), asked)
    layer = exports.layer(data, parse_selection(asked, data)[0], "communes").set_index("code")
    assert layer.loc["07678", ["codes_2023_04", "codes_2025_07"]].tolist() == ["07678", "07616"]


def test_a_site_given_for_a_new_unit_names_all_its_former_communes(data_of_2026):
    site = data_of_2026.sites.iloc[[0]].assign(
        id="CT-2026-1", year=2026, commune_code="07333", commune="Xã Quang Trung"
    )
    asked = {"year": ["2026"], "vintage": [NEW]}
    data = shown_for(replace(data_of_2026, sites=site), asked)
    layer = exports.layer(data, parse_selection(asked, data)[0], "sites")
    [codes] = layer["codes_2023_04"]
    assert len(codes.split("; ")) == 5
    assert layer["codes_2025_07"].tolist() == ["07333"]
    assert layer["former_commune"].tolist() == [""]


def test_communes_in_region_iii_of_a_later_year_are_counted_among_the_new_units(data_of_2026):
    listed = pd.DataFrame({"commune_code": units_of(NEW), "region": "III"}).assign(
        valid_from="2026-01-01", valid_to="", decision="", source=""
    )
    loaded = replace(data_of_2026, regions=listed)
    for query in ({"district": ["216"]}, {"district": ["221"]}, {}):
        for vintage in (OLD, NEW):
            asked = {"year": ["2026"], "vintage": [vintage], **query}
            data = shown_for(loaded, asked)
            view = map_view(data, parse_selection(asked, data)[0], Classing(), lang="vi")
            counted, chosen = as_counted(data, view.selection)
            expected = chosen.commune_mask(counted).sum()
            assert view.figures[0].value == str(expected)


def test_a_unit_one_of_whose_communes_is_silent_is_said_to_have_reported_in_part():
    # Vân Sơn was put together of Vân Sơn, which reported 4 houses, and Hữu Sản, which did not.
    data, selection = on(NEW, indicator=["OP01"], district=["220"])
    view = map_view(data, selection, Classing(), lang="vi")
    [place] = (data.commune_list["code"] == "07621").to_numpy().nonzero()[0]
    assert view.tooltips[place] == "chưa đủ báo cáo: 4"
    said = "1 xã báo cáo chưa đủ, tô màu theo phần đã báo cáo."
    assert (view.choropleth.partly, view.choropleth.partly_text("vi")) == (1, said)
    assert said in printed_legend(data, view, "vi")[0].notes
    former, selection = on(OLD, indicator=["OP01"], district=["220"])
    assert map_view(former, selection, Classing(), lang="vi").choropleth.partly == 0


def test_the_legend_of_a_region_says_that_its_works_are_of_whole_units():
    asked = {"indicator": ["OP01"], "region": ["III"]}
    said = "Của cả các đơn vị có một phần thuộc khu vực."
    for vintage, is_said in ((NEW, True), (OLD, False)):
        data, selection = on(vintage, **asked)
        view = map_view(data, selection, Classing(), lang="vi", works=WorksShown.SINGLE)
        legend = printed_legend(data, view, "vi")
        notes = [section.notes for section in legend[2:4]]
        assert [said in each for each in notes] == [is_said] * 2


def test_a_map_of_two_says_which_of_the_values_is_of_a_part():
    data, selection = on(NEW, indicator=["OP01"], district=["220"], **{"with": ["CX02"]})
    view = map_view(data, selection, Classing(), lang="vi")
    [place] = (data.commune_list["code"] == "07621").to_numpy().nonzero()[0]
    assert "chưa đủ báo cáo: 4 hộ" in view.tooltips[place]
    assert view.choropleth.partly_text("vi") in printed_legend(data, view, "vi")[0].notes
    assert view.choropleth.partly >= 1
