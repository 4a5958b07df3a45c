"""Files on the communes of 2023 and on the units of 2025 carry the same codes for the same works."""

from dataclasses import replace

import pytest

from mtqg_geo.communes.lineage import vintages
from mtqg_geo.dataset.dataset import shipped_dataset
from mtqg_geo.dataset.vintages import shown_for
from mtqg_geo.exports.files import layer
from mtqg_geo.figures.query import parse_selection
from tests.mtqg_geo.geographies import on

OLD, NEW = vintages()
CODES = ["codes_2023_04", "codes_2025_07"]


def exported(name, vintage, **query):
    return layer(*on(vintage, **query), name).set_index("code")


@pytest.mark.parametrize("year", ["2022", "2023", "2024"])
@pytest.mark.parametrize("name", ["roads", "sites"])
def test_the_files_of_both_vintages_carry_the_same_codes_for_every_work(name, year):
    old, new = (exported(name, vintage, year=[year]) for vintage in (OLD, NEW))
    assert len(old) > 10
    assert old[CODES].equals(new[CODES])
    assert (old[CODES] != "").all(axis=None)


@pytest.mark.parametrize("year", ["2022", "2023", "2024"])
def test_the_codes_of_a_road_are_those_of_the_units_it_crosses(year):
    for vintage, column in zip((OLD, NEW), CODES, strict=True):
        roads = exported("roads", vintage, year=[year])
        assert roads[column].str.split("; ").tolist() == roads["commune_codes"].tolist()


@pytest.mark.parametrize(
    ("road", "former", "present"),
    [
        ("D-2022-10", "07615", "07615"),
        ("D-2022-05", "07528; 07543; 07546", "07531; 07543"),
        ("D-2023-14", "07549; 07558", "07525; 07552"),
    ],
)
def test_a_road_does_not_name_the_kin_of_its_communes(road, former, present):
    for vintage in (OLD, NEW):
        found = exported("roads", vintage, year=[road[2:6]]).loc[road, CODES]
        assert found.tolist() == [former, present]


def test_a_site_in_a_divided_commune_has_the_unit_it_lies_in():
    for vintage in (OLD, NEW):  # Thanh Hải (07549) went to Chũ (07525) and Biên Sơn (07537)
        found = exported("sites", vintage, year=["2022"]).loc["CT-2022-151", CODES]
        assert found.tolist() == ["07549", "07525"]


@pytest.mark.long
def test_a_filter_by_former_district_changes_no_codes():
    for name in ("roads", "sites"):
        for vintage in (OLD, NEW):
            some = exported(name, vintage, year=["2022"], district=["219"])
            assert some[CODES].equals(exported(name, vintage, year=["2022"]).loc[some.index, CODES])


@pytest.mark.parametrize("location", ["commune", "exact"])
def test_a_site_given_for_a_new_unit_has_the_same_codes_in_both_files(location):
    data = shipped_dataset()
    inside = data.communes.set_index("code").geometry["07312"].representative_point()
    site = data.sites.iloc[[0]].assign(
        id="CT-2026-1", year=2026, commune_code="07333", commune="Xã Quang Trung", location=location
    )
    site = site.set_geometry([inside], crs=site.crs)
    former = "07312" if location == "exact" else "07303; 07312; 07315; 07318; 07333"
    for vintage in (OLD, NEW):
        shown = shown_for(replace(data, sites=site), {"vintage": [vintage]})
        selection = replace(parse_selection({"vintage": [vintage]}, shown)[0], year=2026)
        found = layer(shown, selection, "sites").set_index("code")
        assert found.loc["CT-2026-1", CODES].tolist() == [former, "07333"]
