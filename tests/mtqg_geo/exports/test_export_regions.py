"""An exported unit says how much of it is in region III: a share of households, never an average."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mtqg_geo.communes.lineage import units_of, vintages
from mtqg_geo.dataset.dataset import shipped_dataset
from mtqg_geo.exports.columns import column_meanings, region_columns
from mtqg_geo.exports.files import geojson, layer
from tests.mtqg_geo.geographies import on

OLD, NEW = vintages()
SHARES = ["region", "former_communes", "region_iii_communes", "region_iii_households_pct"]


@pytest.fixture(scope="module")
def units():
    return layer(*on(NEW), "communes").set_index("code")


def test_a_mixed_unit_has_the_share_of_its_households_in_region_iii(data, units):
    # Tây Yên Tử (07616): the township of that name, in region I, and Thanh Luận, in region III.
    households = data.observed("CX01", 2023).set_index("commune_code")["value"]
    percent = 100 * households["07678"] / (households["07678"] + households["07616"])
    regions = data.regions_in(2023)
    assert sorted(regions[["07616", "07678"]]) == ["I", "III"]
    percent = percent if regions["07678"] == "III" else 100 - percent
    assert units.loc["07616", SHARES].tolist() == ["I–III", 2, 1, pytest.approx(percent)]


def test_a_whole_one_has_all_or_none_and_a_part_on_no_list_is_not_in_region_iii(units):
    assert units.loc["07654", SHARES].tolist() == ["III", 2, 2, 100]
    assert units.loc["07642", SHARES].tolist() == ["II", 2, 0, 0]
    assert units.loc["07264", SHARES].tolist() == ["0–I", 3, 0, 0]
    assert (units["region"].eq("III") == units["region_iii_households_pct"].eq(100)).all()


@pytest.mark.parametrize("query", [{}, {"district": ["219"]}, {"district": ["220"]}], ids=str)
def test_communes_in_region_iii_add_up_to_those_of_the_former_communes(query):
    data, selection = on(OLD, **query)
    former = layer(data, selection, "communes")
    units = layer(*on(NEW, **query), "communes")
    assert units["region_iii_communes"].sum() == (former["region"] == "III").sum() > 0
    assert not {*SHARES[1:]} & set(former.columns)


@pytest.mark.long
@pytest.mark.parametrize("is_row", [False, True], ids=["no row", "an empty cell"])
def test_a_share_is_blank_where_the_households_of_a_commune_are_not_known(data, units, is_row):
    table = data.observations.table()
    silent = (table["indicator"] == "CX01") & (table["commune_code"] == "07678")
    emptied = table.assign(value=table["value"].mask(silent))
    table = emptied if is_row else table[~silent].reset_index(drop=True)
    unknown = type(data.observations)(table)
    found = layer(*on(NEW, replace(data, observations=unknown)), "communes").set_index("code")
    assert found.loc["07616", "region_iii_communes"] == 1
    assert np.isnan(found.loc["07616", "region_iii_households_pct"])
    assert found.drop(index="07616")["region_iii_households_pct"].equals(
        units.drop(index="07616")["region_iii_households_pct"]
    )


def test_without_a_list_of_regions_nothing_is_said():
    shown, _ = on(NEW, replace(shipped_dataset(), regions=shipped_dataset().regions.iloc[:0]))
    assert all(column.isna().all() for column in region_columns(shown, 2023).values())


def test_a_unit_put_in_region_iii_itself_is_wholly_there_whatever_its_communes_were(data):
    itself = pd.DataFrame({"commune_code": units_of(NEW), "region": "I"}).assign(
        valid_from="2026-01-01", valid_to="", decision="", source=""
    )
    itself.loc[itself["commune_code"] == "07616", "region"] = "III"
    before = data.regions.assign(valid_to="")  # never ended: both lists hold in 2026
    listed = pd.concat([before, itself], ignore_index=True)
    shown, _ = on(NEW, replace(data, regions=listed))
    found = pd.DataFrame(region_columns(shown, 2026)).set_index(shown.communes["code"])
    assert np.isnan(found.loc["07616", "region_iii_communes"])
    assert found.loc["07616", "region_iii_households_pct"] == 100
    assert found.loc["07654", "region_iii_households_pct"] == 0


@pytest.mark.long
def test_the_words_of_a_file_explain_a_mixed_region_and_its_0():
    data, selection = on(NEW)
    meanings = column_meanings(data, selection, SHARES, lang="vi")
    assert "0: có xã cũ ngoài vùng" in meanings["region"]
    assert "trống khi chưa rõ số hộ" in meanings["region_iii_households_pct"]
    assert "phần ĐBKK ở cột region_iii_communes" in geojson(data, selection, "communes")
