"""With a filter by former district a unit that lay in two is exported as the part that lay there."""

import hashlib

import pytest
import shapely

from geo.boundaries import BoundarySet
from mtqg_geo.communes.lineage import vintages
from mtqg_geo.dataset.vintages import restated
from mtqg_geo.exports.columns import as_counted_there
from mtqg_geo.exports.files import file_bytes, geojson, layer, remarks_on
from tests.mtqg_geo.geographies import on

OLD, NEW = vintages()
CITY, YEN_DUNG = "213", "221"
TAN_AN, LIES_IN_BOTH = "07228", ["07228", "07696", "07699"]


def exported(vintage, **query):
    return layer(*on(vintage, **query), "communes").set_index("code")


@pytest.mark.parametrize("district", ["213", "215", "216", "218", "219", "220", "221"])
def test_the_area_of_the_units_of_a_former_district_is_that_of_the_district(district):
    query = {"district": [district]}
    former, units = exported(OLD, **query), exported(NEW, **query)
    assert units["area_km2"].sum() == pytest.approx(former["area_km2"].sum(), rel=1e-9)
    listed = {code for codes in units["codes_2023_04"] for code in codes.split("; ")}
    assert listed == set(former.index)


def test_a_unit_that_lay_in_two_districts_says_that_its_row_is_a_part():
    part, whole = exported(NEW, district=[CITY]), exported(NEW)
    assert part.index[part["part_of_unit"]].tolist() == LIES_IN_BOTH
    assert not whole["part_of_unit"].any()
    assert whole.loc[TAN_AN, "codes_2023_04"] == "07216; 07222; 07228; 07366; 07687"
    assert part.loc[TAN_AN, "codes_2023_04"] == "07216; 07222; 07228; 07687"
    assert (part["former_communes"] == part["codes_2023_04"].str.split("; ").str.len()).all()
    assert part.loc[TAN_AN, "codes_2025_07"] == TAN_AN


@pytest.mark.long
def test_both_parts_of_a_unit_make_up_the_whole_of_it():
    whole = exported(NEW)
    here, there = (exported(NEW, district=[district]) for district in ("213", "216"))
    assert here.loc[TAN_AN, "area_km2"] + there.loc[TAN_AN, "area_km2"] == pytest.approx(
        whole.loc[TAN_AN, "area_km2"]
    )
    shapes = [rows.geometry[TAN_AN] for rows in (here, there)]
    assert shapely.union_all(shapes).symmetric_difference(
        whole.geometry[TAN_AN]
    ).area == pytest.approx(0, abs=1e-9)
    both = exported(NEW, district=["213", "216"])
    assert not both.loc[TAN_AN, "part_of_unit"]


def test_the_file_s_own_words_say_that_rows_are_parts():
    assert "part_of_unit = true" in geojson(*on(NEW, district=[CITY]), "communes")
    assert "part_of_unit = true" not in geojson(*on(NEW, district=["220"]), "communes")
    features = layer(*on(NEW, district=[YEN_DUNG]), "communes")
    assert "exports_note_parts" in remarks_on(features)


@pytest.mark.parametrize("kind", ["gpkg", "shp", "fgb", "parquet", "csv", "geojson"])
def test_parts_go_into_every_kind_of_file(kind):
    assert file_bytes(*on(NEW, district=[CITY], indicator=["OP05"]), "communes", kind)


def test_communes_as_they_were_have_no_parts():
    assert "part_of_unit" not in exported(OLD, district=[CITY])
    assert remarks_on(exported(OLD)) == ("exports_note_blanks",)


def test_on_installed_borders_a_part_is_cut_at_the_border_of_the_former_district(data, tmp_path):
    units = restated(data, NEW).communes[["code", "name", "geometry"]]
    path = tmp_path / "communes.parquet"
    units.to_parquet(path)
    borders = BoundarySet(
        vintage=NEW, name="Sở", province="Bắc Ninh", accuracy="official", source="", licence="",
        note={}, levels={"commune": path},
        sha256={"commune": hashlib.sha256(path.read_bytes()).hexdigest()},
    )  # fmt: skip
    shown = restated(data, NEW, boundary_set=borders, districts=[CITY])
    united = restated(data, NEW, districts=[CITY])
    found, expected = (
        as_counted_there(each, each.communes).set_index("code").loc[LIES_IN_BOTH, "area_km2"]
        for each in (shown, united)
    )
    assert found.to_dict() == pytest.approx(expected.to_dict(), rel=1e-6)
