"""The delivered figures on the units of 2025: the same totals, nothing lost and nothing invented."""

import hashlib
from dataclasses import replace
from decimal import Decimal

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.boundaries import BoundarySet
from mtqg_geo.communes.lineage import lineage_of, shipped_lineage, units_of
from mtqg_geo.dataset.regions import region_class, region_label
from mtqg_geo.dataset.tables import ObservationsInMemory
from mtqg_geo.dataset.vintages import (
    all_shown,
    codes_by_vintage,
    restated,
    shown_dataset,
    shown_for,
)
from mtqg_geo.figures.measures import measured
from mtqg_geo.figures.values import (
    base_weights,
    commune_regions,
    commune_values,
    restated_values,
    total,
)
from mtqg_geo.programme.frames import texts_as_objects
from mtqg_geo.programme.model import Basis, Kind, State
from mtqg_geo.programme.period import Period

COLUMNS = ["commune_code", "indicator", "project", "period", "basis", "value", "source"]
OUTPUT, MONEY, RATE = "OP01", "FI01", "FI02"


@pytest.fixture(scope="module")
def units(data):
    return restated(data, "2025-07")


def values(shown, indicator, year=2023, basis=Basis.ACTUAL, projects=frozenset()):
    """Return the values by unit, by code."""
    known = shown.catalog.indicators[indicator]
    table = restated_values(shown.restatement, known, year=year, basis=basis, projects=projects)
    return table.set_index("code")


def all_observed(units):
    """Return all observations by unit."""
    return units.restatement.on_units(texts_as_objects(units.observations.table()))


def with_rows(data, *rows):
    """Return the delivered data with other observations."""
    table = pd.DataFrame(list(rows), columns=COLUMNS).astype({"value": float})
    return replace(data, observations=ObservationsInMemory(table))


def row(code, period, value, *, indicator=OUTPUT, project="DA1", basis="actual"):
    return (code, indicator, project, period, basis, value, "illustrative")


def exact(numbers):
    return sum((Decimal(repr(float(number))) for number in numbers.dropna()), Decimal(0))


# Totals


def test_every_total_over_58_units_is_exactly_that_over_209_communes(data, units):
    """For every extensive indicator, basis, period and project of the delivered data."""
    keys = ["indicator", "project", "period", "basis"]
    extensive = {i for i, each in data.catalog.indicators.items() if each.kind is Kind.EXTENSIVE}
    before, after = data.observations.table(), all_observed(units)
    sums = [
        table[table["indicator"].isin(extensive)].groupby(keys)["value"].agg(exact)
        for table in (before, after)
    ]
    assert len(sums[0]) == 502
    assert sums[0].to_dict() == sums[1].to_dict()


def test_counted_things_stay_whole(data, units):
    rows = all_observed(units)
    whole = [
        i
        for i, each in data.catalog.indicators.items()
        if each.kind is Kind.EXTENSIVE and not each.decimals
    ]
    counted = rows.loc[rows["indicator"].isin(whole), "value"].dropna()
    assert len(counted) > 10_000
    assert (counted == np.floor(counted)).all()


@pytest.mark.few(2)
@pytest.mark.parametrize("district", ["", "213", "221"])
def test_totals_by_former_district_are_those_of_its_communes(data, units, district):
    """Also of rates, and of units that lie in two former districts."""
    chosen = [district] if district else []
    shown = units.within(chosen)
    among = data.commune_list["district_code"].isin(chosen).to_numpy() if chosen else None
    for indicator in data.catalog.indicators.values():
        # A rate of disbursement is that of its sums, which are compared as the money they are.
        if not indicator.has_total or indicator.is_disbursement:
            continue
        for basis in indicator.bases:
            before = commune_values(data, indicator, year=2023, basis=basis)
            weights = base_weights(data, indicator, year=2023)
            expected = total(before, indicator, among=among, weights=weights)
            after = values(shown, indicator.id, basis=basis).reset_index()
            among_units = in_districts(shown, chosen)
            found = total(after, indicator, among=among_units, weights=after.get("weight"))
            same = found.value == pytest.approx(expected.value, rel=1e-12, nan_ok=True)
            assert same, (indicator.id, basis)
            if indicator.kind is Kind.EXTENSIVE and not indicator.decimals:
                assert found.value == expected.value or np.isnan(expected.value)


def test_the_rate_of_a_unit_is_what_was_disbursed_of_all_that_was_allocated_to_it(units):
    rates = values(units, "FI02", basis=Basis.DISBURSED)
    spent, given = (
        values(units, "FI01", basis=each) for each in (Basis.DISBURSED, Basis.ALLOCATED)
    )
    share = 100 * spent["value"] / given["value"].where(given["value"] > 0)
    known = rates["value"].notna()
    assert known.sum() > 20
    assert rates["value"][known].to_numpy() == pytest.approx(share[known].to_numpy())
    # Biên Sơn: 1,961 of 14,540 million; a silent part holds most of the rest.
    found = rates.loc["07537"]
    assert (round(found["value"], 1), found["state"]) == (13.5, State.PARTLY_REPORTED)


def test_former_communes_that_did_not_report_are_named_once_each(data, units):
    known = data.catalog.indicators[OUTPUT]
    before = commune_values(data, known, year=2023, basis=Basis.ACTUAL)
    silent = before.loc[before["state"].isin(["not_reported", "partly_reported"]), "code"]
    named = [code for text in values(units, OUTPUT)["missing_parts"] for code in text.split("; ")]
    assert sorted(filter(None, named)) == sorted(silent)


# Parts that did not report, scope, rates


def test_a_unit_with_a_silent_part_is_partly_reported_and_not_zero(data):
    # Xuân Lương 07246 is made of 07243, 07246 and 07249, all in the programme.
    rows = [row("07243", "2023-Q1", 2), row("07246", "2023-Q1", 5), row("07249", "2023-Q1", None)]
    found = values(restated(with_rows(data, *rows), "2025-07"), OUTPUT).loc["07246"]
    assert (found["value"], found["state"]) == (7, State.PARTLY_REPORTED)
    assert found["missing_parts"] == "07249"


def test_a_part_without_any_row_is_missing_too(data):
    rows = [row("07243", "2023-Q1", 2), row("07246", "2023-Q1", 5)]
    found = values(restated(with_rows(data, *rows), "2025-07"), OUTPUT).loc["07246"]
    assert (found["value"], found["state"]) == (7, State.PARTLY_REPORTED)


def test_nothing_reported_is_not_reported_and_outside_the_programme_is_not_applicable(data):
    shown = values(restated(with_rows(data, row("07255", "2023-Q1", 1)), "2025-07"), OUTPUT)
    assert shown.loc["07246", "state"] == State.NOT_REPORTED
    assert shown.loc["07210", "state"] == State.NOT_APPLICABLE
    assert np.isnan(shown.loc["07246", "value"])


def test_communes_outside_the_programme_do_not_count_as_silent(data, units):
    # Of Xã Yên Thế 07288 three of six communes are in the programme.
    found = values(units, OUTPUT, basis=Basis.PLAN).loc["07288"]
    assert found["state"] == State.REPORTED


def test_a_poverty_rate_is_averaged_by_households_of_the_parts_that_reported(data):
    rows = [
        *(
            row(code, "2023", households, indicator="CX01", project="")
            for code, households in (("07243", 300), ("07246", 100), ("07249", 600))
        ),
        row("07243", "2023", 20, indicator="CX02", project=""),
        row("07246", "2023", 40, indicator="CX02", project=""),
        row("07249", "2023", None, indicator="CX02", project=""),
    ]
    found = values(restated(with_rows(data, *rows), "2025-07"), "CX02").loc["07246"]
    assert found["value"] == 25  # (20 × 300 + 40 × 100) / 400
    assert (found["weight"], found["state"]) == (400, State.PARTLY_REPORTED)


def test_a_figure_for_poor_communes_counts_only_their_part_of_a_mixed_unit(data):
    # Xuân Lương: 07243 and 07246 are in region III, 07249 is in II.
    rows = [
        *(
            row(code, "2023", 100, indicator="CX01", project="")
            for code in ("07243", "07246", "07249")
        ),
        *(
            row(code, "2023", fall, indicator="OC16", project="")
            for code, fall in (("07243", 4), ("07246", 2), ("07249", 9))
        ),
    ]
    shown = restated(with_rows(data, *rows), "2025-07")
    assert values(shown, "OC16").loc["07246", "value"] == 5
    assert values(shown, "OC17").loc["07246", "value"] == 3


# Regions


def test_a_unit_is_in_region_iii_only_if_all_of_it_is(units):
    regions = units.regions_in(2023)
    assert regions["07531"] == "III"  # Tân Sơn: III and III
    assert regions["07246"] == "II–III"
    assert regions["07375"] == "0–I"  # Lạng Giang: two communes in region I, three on no list
    assert "07210" not in regions
    assert (regions == "III").sum() == 10


def test_a_mixed_unit_says_how_much_of_it_is_poor_and_averages_nothing(units):
    shares = units.region_shares(2023).set_index(["code", "region"])
    assert shares.loc[("07246", "III"), ["parts", "of"]].tolist() == [2, 3]
    assert shares.loc["07246", "share"].sum() == pytest.approx(1)
    assert shares.loc[("07246", "III"), "share"] == pytest.approx(0.5866, abs=1e-4)
    # Of communes outside the programme the households are not known, so neither is the share.
    assert np.isnan(shares.loc[("07375", "I"), "share"])
    assert shares.loc[("07375", "I"), ["parts", "of"]].tolist() == [2, 5]


def test_in_a_year_without_a_list_every_unit_is_on_none(data, units):
    for shown in (data, units):
        assert shown.regions_in(2018).empty
        shares = shown.region_shares(2018)
        assert set(shares["region"]) == {""}
        assert shares["parts"].sum() == shares.drop_duplicates("code")["of"].sum()
        assert set(shares["code"]) == set(shown.commune_list["code"])


def test_communes_in_region_iii_are_counted_among_the_former_ones(data, units):
    assert (commune_regions(units.as_loaded, 2023) == "III").sum() == 28


@pytest.mark.parametrize(
    ("parts", "label", "drawn"),
    [
        (["III", "III"], "III", "III"),
        (["I", "III", "I"], "I–III", "mixed_III"),
        (["", "I"], "0–I", "mixed"),
        (["", ""], "", None),
        (["I–III", "II"], "I–II–III", "mixed_III"),
        (["II"], "II", "II"),
    ],
)
def test_what_a_region_of_many_parts_is_called(parts, label, drawn):
    assert region_label(parts) == label
    assert region_class(label) == drawn


# Not restatable


@pytest.fixture(scope="module")
def vague(data):
    """Return the data on a lineage in which nobody knows how Vũ Xá 07516 was divided."""
    unknown = float("nan")
    links = pd.DataFrame(
        {
            "from_code": "07516",
            "to_code": ["07519", "07498"],
            "day": "2025-01-01",
            "change": "split",
            "share": unknown,
            "share_basis": "",
            "resolution": "",
            "confidence": "",
            "source": "",
        }
    )
    return lineage_of(shipped_lineage().links, corrections=links)


def test_without_the_share_a_figure_is_not_restatable_and_zero_stays_zero(data, vague):
    regions = pd.DataFrame(
        {
            "commune_code": ["07516", "07519", "07498"], "region": "I",
            "valid_from": "2021-01-01", "valid_to": "", "decision": "", "source": "illustrative",
        }
    )  # fmt: skip
    listed = replace(data, regions=regions)
    rows = [row("07519", "2023-Q1", 4), row("07498", "2023-Q1", 2)]
    some = restated(with_rows(listed, *rows, row("07516", "2023-Q1", 3)), "2025-07", lineage=vague)
    none = restated(with_rows(listed, *rows, row("07516", "2023-Q1", 0)), "2025-07", lineage=vague)
    gone = restated(
        with_rows(listed, *rows, row("07516", "2023-Q1", None)), "2025-07", lineage=vague
    )
    for unit, known in (("07519", 4), ("07498", 2)):
        blank = values(some, OUTPUT).loc[unit]
        assert blank["state"] == State.NOT_RESTATABLE
        assert np.isnan(blank["value"])
        zero = values(none, OUTPUT).loc[unit]
        assert (zero["value"], zero["state"]) == (known, State.REPORTED)
        silent = values(gone, OUTPUT).loc[unit]
        assert (silent["value"], silent["state"]) == (known, State.PARTLY_REPORTED)
    rows = some.observed(OUTPUT, 2023).set_index("commune_code")
    assert rows.loc["07519", "unknown_parts"] == 1
    assert np.isnan(rows.loc["07519", "value"])


# Periods decide


def test_figures_given_for_the_new_units_are_shown_as_given(data):
    later = with_rows(data, row("07333", "2026-Q1", 9), row("07333", "2023-Q1", 2))
    shown = restated(later, "2025-07")
    assert values(shown, OUTPUT, year=2026).loc["07333", "value"] == 9
    assert shown.observed(OUTPUT, 2026)[["commune_code", "value"]].to_numpy().tolist() == [
        ["07333", 9.0]
    ]


def test_figures_of_the_new_units_cannot_go_back_into_many_communes(data):
    regions = data.regions.assign(valid_to="")
    later = replace(
        with_rows(data, row("07246", "2026-Q1", 9), row("07663", "2026-Q1", 4)), regions=regions
    )
    shown = restated(later, "2023-04")
    assert shown.restatement
    assert len(shown.commune_list) == 209
    found = values(shown, OUTPUT, year=2026)
    assert found.loc[["07243", "07246", "07249"], "state"].tolist() == [State.NOT_RESTATABLE] * 3
    # Tuấn Đạo is what it was: its figure goes back whole.
    assert found.loc["07663", ["value", "state"]].tolist() == [4, State.REPORTED]


def test_by_households_they_can_and_come_to_the_same(data):
    regions = data.regions.assign(valid_to="")
    later = replace(with_rows(data, row("07246", "2026-Q1", 9)), regions=regions)
    households = pd.Series({"07243": 500, "07246": 300, "07249": 200})
    found = values(restated(later, "2023-04", households=households), OUTPUT, year=2026)
    assert found.loc[["07243", "07246", "07249"], "value"].tolist() == [4, 3, 2]


def test_the_year_of_the_reform_is_put_together_from_both_sides(data):
    regions = data.regions.assign(valid_to="")
    rows = [
        row("07243", "2025-Q1", 1), row("07246", "2025-Q1", 2), row("07249", "2025-Q1", 3),
        row("07246", "2025-Q3", 10),
        # 07825 took 07819 in on 1 January 2025 and became part of 07822 in July.
        row("07825", "2025-Q1", 7),
    ]  # fmt: skip
    found = values(
        restated(replace(with_rows(data, *rows), regions=regions), "2025-07"), OUTPUT, year=2025
    )
    assert found.loc["07246", ["value", "state"]].tolist() == [16, State.REPORTED]


def test_a_unit_silent_in_one_half_of_the_year_of_the_reform_is_partly_reported(data):
    regions = data.regions.assign(valid_to="")
    rows = [
        row("07243", "2025-Q1", 1), row("07246", "2025-Q1", 2), row("07249", "2025-Q1", 3),
        row("07246", "2025-Q3", None), row("07333", "2025-Q3", 5),
    ]  # fmt: skip
    found = values(
        restated(replace(with_rows(data, *rows), regions=regions), "2025-07"), OUTPUT, year=2025
    )
    assert found.loc["07246", ["value", "state"]].tolist() == [6, State.PARTLY_REPORTED]


def test_a_rate_of_disbursement_across_the_reform_is_worked_out_from_its_sums(data):
    regions = data.regions.assign(valid_to="")
    money = {"indicator": MONEY, "project": "DA1"}
    rows = [
        row("07663", "2025", 1000, basis="allocated", **money),
        row("07663", "2025-Q1", 200, basis="disbursed", **money),
        row("07663", "2025-Q3", 300, basis="disbursed", **money),
    ]
    shown = restated(replace(with_rows(data, *rows), regions=regions), "2025-07")
    found = values(shown, RATE, year=2025, basis=Basis.DISBURSED).loc["07663"]
    assert (found["value"], found["weight"]) == (50, 1000)
    at_first = measured(
        shown, data.catalog.indicators[RATE], period=Period(2025, 1), basis=Basis.DISBURSED
    )
    assert at_first.set_index("code").loc["07663", "value"] == 20


# There and back


def test_on_its_own_vintage_the_data_set_is_the_one_loaded(data):
    assert restated(data, "2023-04") is data


def test_nothing_is_rewritten_so_that_going_back_is_the_identity(data, units):
    before = commune_values(data, data.catalog.indicators[MONEY], year=2023, basis=Basis.DISBURSED)
    values(units, MONEY, basis=Basis.DISBURSED)
    after = commune_values(
        units.as_loaded, data.catalog.indicators[MONEY], year=2023, basis=Basis.DISBURSED
    )
    assert after.equals(before)


# Layers


def test_units_carry_name_former_communes_and_former_districts(units):
    listed = units.commune_list.set_index("code")
    assert tuple(listed.index) == units_of("2025-07")
    assert listed.loc["07333", "former_codes"] == "07303; 07312; 07315; 07318; 07333"
    assert listed.loc["07333", "former_names"].startswith("Xã Lan Giới; Xã Đại Hóa")
    assert listed.loc["07228", ["district_code", "district"]].tolist() == [
        "213; 216",
        "Thành phố Bắc Giang; Huyện Tân Yên",
    ]
    assert "07549" in listed.loc["07525", "former_codes"]
    assert "07549" in listed.loc["07537", "former_codes"]


def test_the_shapes_are_those_of_the_delivered_layer(data, units):
    delivered = gpd.read_file(units.boundary_set.levels["commune"]).set_index("code")
    assert units.boundary_set.vintage == "2025-07"
    for code, shape in zip(units.communes["code"], units.communes.geometry, strict=True):
        assert shapely.equals(shape, delivered.loc[code, "geometry"])
    assert units.communes["area_km2"].sum() == pytest.approx(data.communes["area_km2"].sum())


def in_districts(shown, chosen):
    codes = shown.commune_list["district_code"]
    return (codes.isin(chosen) | (not chosen)).to_numpy()


def test_a_unit_belongs_to_every_former_district_any_of_it_lay_in(units):
    city, tan_yen = units.within(["213"]), units.within(["216"])
    both = in_districts(city, ["213"]) & in_districts(tan_yen, ["216"])
    assert units.commune_list.loc[both, "code"].tolist() == ["07228"]
    assert in_districts(units, []).all()


def test_in_a_district_a_unit_is_the_part_that_lay_there(units):
    da_mai = units.within(["216"]).commune_list.set_index("code").loc["07228"]
    assert da_mai[["district_code", "district", "former_codes", "former_names"]].tolist() == [
        "216", "Huyện Tân Yên", "07366", "Xã Quế Nham",
    ]  # fmt: skip
    both = units.within(["213", "216"]).commune_list.set_index("code").loc["07228"]
    assert both[["district_code", "district"]].tolist() == [
        "213", "Thành phố Bắc Giang; Huyện Tân Yên",
    ]  # fmt: skip
    assert units.within(["216"]).within([]) is units
    assert units.within(["216"]).within(["213"]).restatement.districts == {"213"}


def test_former_communes_of_chosen_units_are_known(data, units):
    everything = np.ones(58, dtype=bool)
    assert units.former_mask(everything).all()
    in_city = data.commune_list["district_code"] == "213"
    assert (units.within(["213"]).former_mask(everything) == in_city).all()
    chu = (units.commune_list["code"] == "07525").to_numpy()
    codes = data.commune_list.loc[units.former_mask(chu), "code"].tolist()
    assert codes == ["07525", "07549", "07561", "07579"]


def test_the_data_to_show_follow_vintage_and_districts(data, units):
    assert shown_dataset(data) is data
    assert shown_dataset(data, "1999-01") is data
    assert shown_dataset(data, "2025-07").commune_list.equals(units.commune_list)
    narrow = shown_dataset(data, "2025-07", districts=["216"])
    assert narrow.restatement.districts == {"216"}
    assert narrow.as_loaded is data
    [_, drawn] = all_shown(data)
    assert narrow.as_drawn is shown_dataset(data, "2025-07").as_drawn is drawn
    query = {"vintage": ["2025-07"], "district": ["216,999"], "year": ["2023"]}
    assert shown_for(data, query) is narrow
    assert shown_for(data, {"vintage": ["1999-01"]}) is data
    assert data.as_loaded is data


def test_every_site_lies_in_the_unit_its_commune_became_part_of(data, units):
    assert units.sites["id"].tolist() == data.sites["id"].tolist()
    assert (units.sites["commune_code"] != "").all()
    assert units.sites["former_commune_code"].tolist() == data.sites["commune_code"].tolist()
    lan_gioi = units.sites["former_commune_code"].map(
        units.restatement.walk(0)
        .links.drop_duplicates("from_code")
        .set_index("from_code")["to_code"]
    )
    assert (lan_gioi == units.sites["commune_code"]).all()
    assert units.sites["district_code"].tolist() == data.sites["district_code"].tolist()


def test_a_site_in_a_divided_commune_goes_by_its_point_only_if_that_is_exact(data):
    point = data.communes.set_index("code").geometry["07555"].representative_point()
    sites = data.sites.iloc[:2].assign(
        id=["exact", "vague"], commune_code="07549", location=["exact", "commune"], year=2023
    )
    moved = replace(data, sites=sites.set_geometry([point, point], crs=data.sites.crs))
    found = restated(moved, "2025-07").sites.set_index("id")["commune_code"]
    assert found.to_dict() == {"exact": "07537", "vague": "07525"}


def test_kilometres_stay_the_same_in_all_and_in_every_former_district(data, units):
    for column in (None, "district_code", "id"):
        before, after = (
            pieces["length_km"].sum()
            if column is None
            else pieces.groupby(column)["length_km"].sum().to_dict()
            for pieces in (data.pieces, units.pieces)
        )
        assert after == pytest.approx(before, rel=1e-12)
    assert set(units.pieces["code"].dropna()) <= set(units.communes["code"])
    assert not units.pieces.duplicated(["id", "code", "district_code"]).any()
    assert units.cut(data.roads)["length_km"].sum() == pytest.approx(data.pieces["length_km"].sum())


def installed(layer, folder):
    path = folder / "communes.parquet"
    layer.to_parquet(path)
    return BoundarySet(
        vintage="2025-07", name="Sở", province="Bắc Ninh", accuracy="official", source="",
        licence="", note={}, levels={"commune": path},
        sha256={"commune": hashlib.sha256(path.read_bytes()).hexdigest()},
    )  # fmt: skip


@pytest.mark.few(1)
@pytest.mark.parametrize("source", ["illustrative", "Sở GTVT"])
def test_on_installed_borders_kilometres_of_former_districts_stay(data, units, tmp_path, source):
    moved = units.communes.geometry.translate(xoff=0.004, yoff=-0.003)  # half a kilometre off
    layer = units.communes[["code", "name"]].set_geometry(moved)
    given = replace(data, roads=data.roads.assign(source=source))
    shown = restated(given, "2025-07", boundary_set=installed(layer, tmp_path))
    assert shown.boundary_set.accuracy == "official"
    assert shapely.equals(shown.communes.geometry.iloc[0], moved.iloc[0])
    before = data.pieces.groupby("district_code")["length_km"].sum()
    after = shown.pieces.groupby("district_code")["length_km"].sum()
    assert after.to_dict() == pytest.approx(before.to_dict(), abs=1e-5)
    assert shown.pieces["length_km"].sum() == pytest.approx(data.pieces["length_km"].sum())
    by_unit = shown.pieces.groupby("code")["length_km"].sum()
    before = units.pieces.groupby("code")["length_km"].sum()
    # What was measured stays where it is; what was made up for a commune goes with its unit.
    is_moved = source == "illustrative"
    assert (by_unit.to_dict() == pytest.approx(before.to_dict(), abs=1e-8)) == is_moved
    assert shapely.equals(shown.roads.geometry, data.roads.geometry).all() != is_moved
    assert values(shown, OUTPUT)["value"].sum() == values(units, OUTPUT)["value"].sum()


def test_both_codes_go_with_every_unit(data, units):
    old = codes_by_vintage(data, pd.Series(["07303", "07549", ""]))
    assert old["codes_2023_04"].tolist() == ["07303", "07549", ""]
    assert old["codes_2025_07"].tolist() == ["07333", "07525; 07537", ""]
    new = codes_by_vintage(units, pd.Series(["07333", "07663"]))
    assert new["codes_2023_04"].tolist() == ["07303; 07312; 07315; 07318; 07333", "07663"]
    assert new["codes_2025_07"].tolist() == ["07333", "07663"]
