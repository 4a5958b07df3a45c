import unicodedata
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.io import read_layer
from mtqg_geo.indicators import commune_values
from mtqg_geo.model import Basis
from mtqg_geo.names import bare_name, contains, match_names, normalised, without_accents

LAYER_2008 = (
    Path(__file__).parents[3] / "shared" / "data" / "boundaries" / "bac_giang_communes_2008.zip"
)


def table(*rows):
    return pd.DataFrame(rows, columns=["name", "district"])


def units(*rows):
    return pd.DataFrame(rows, columns=["code", "name", "district"])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hoà Bình", "Hòa Bình"),
        ("Lý Nhân", "Lí Nhân"),
        ("Quý Sơn", "Quí Sơn"),
        ("Thuỷ An", "Thủy An"),
        ("Xã  An Lạc", "xã an lạc"),
        ("Xã An Lạc", "An Lạc"),
        ("TT. Neo", "Thị trấn Neo"),
        ("Tân Lập II", "Tân Lập 2"),
        ("Mỹ-An", "Mỹ An"),
    ],
)
def test_spellings_of_one_name_are_equal(one, other):
    assert normalised(one) == normalised(other)
    assert normalised(unicodedata.normalize("NFD", one)) == normalised(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hoà", "Hoá"),
        ("Tân An", "Tấn An"),
        ("Đông Sơn", "Đồng Sơn"),
        ("Thuý", "Thúi"),
        ("Dân", "Đan"),
    ],
)
def test_names_that_differ_by_a_tone_or_a_letter_stay_apart(one, other):
    assert normalised(one) != normalised(other)


@given(st.text(alphabet="aăâeêioôơuưyđhklmnqtxàảãáạằấệỉòõúựỳ IV.-", max_size=20))
def test_the_form_of_unicode_never_matters(text):
    assert normalised(unicodedata.normalize("NFD", text)) == normalised(
        unicodedata.normalize("NFC", text)
    )


def test_the_type_is_dropped_only_in_front():
    assert bare_name("Thị trấn Xã Đàn") == "xã đàn"
    assert bare_name("Xãm") == "xãm"


def test_the_stricter_rule_comes_first():
    known = units(("1", "Xã Hòa An", "Huyện A"), ("2", "Thị trấn Hòa An", "Huyện A"))
    found = match_names(table(("Thị trấn Hòa An", "A"), ("Xã Hoà An", "huyện A")), known)
    assert found["code"].tolist() == ["2", "1"]
    assert found["rule"].tolist() == ["full_name", "normalised"]


def test_the_same_name_in_two_districts_is_told_apart_by_the_district():
    known = units(("1", "Xã Tân An", "Huyện A"), ("2", "Xã Tân An", "Huyện B"))
    assert match_names(table(("Tân An", "Huyện B")), known)["code"].tolist() == ["2"]


def test_a_name_that_fits_two_units_or_comes_twice_is_left_to_a_reader():
    known = units(("1", "Xã Neo", "Huyện A"), ("2", "Thị trấn Neo", "Huyện A"))
    assert match_names(table(("Neo", "Huyện A")), known)["code"].isna().all()
    twice = table(("Xã Neo", "Huyện A"), ("Xã Neo", "Huyện A"))
    assert match_names(twice, known)["code"].isna().all()


def test_a_name_without_its_accents_is_not_guessed():
    known = units(("1", "Xã Đông Sơn", "Huyện A"))
    assert match_names(table(("Xa Dong Son", "Huyện A")), known)["code"].isna().all()


def test_every_row_is_accounted_for(data):
    rows = data.communes[["name", "district"]]
    found = match_names(rows, data.communes)
    assert found["code"].tolist() == data.communes["code"].tolist()
    assert set(found["rule"]) == {"full_name"}


def test_search_ignores_accents_but_needs_every_word():
    rows = table(("Xã Đồng Vương", "Huyện Yên Thế"), ("Xã Đông Sơn", "Huyện Yên Thế"))
    assert contains(rows, "dong yen", ("name", "district")).tolist() == [True, True]
    assert contains(rows, "Đồng vương", ("name",)).tolist() == [True, False]
    assert contains(rows, "(", ("name",)).tolist() == [False, False]
    assert contains(rows, "", ("name",)).tolist() == [True, True]


def test_accents_are_dropped_only_where_asked():
    assert without_accents("Đồng Việt – Yên Dũng") == "Dong Viet – Yen Dung"


@pytest.mark.skipif(not LAYER_2008.exists(), reason=f"{LAYER_2008.name} is not beside the project")
def test_the_plan_joins_a_real_layer_by_name_and_the_rest_is_reported(data):
    raw = read_layer(LAYER_2008)
    assert len(raw) == 232
    layer = raw.assign(name=raw["commune_vn"], district=raw["district_v"])
    found = match_names(layer[["name", "district"]], data.communes)
    matched = found["code"].dropna()
    assert matched.is_unique
    assert len(matched) + found["code"].isna().sum() == len(layer)
    unmatched_units = set(data.communes["code"]) - set(matched)
    assert len(matched) + len(unmatched_units) == len(data.communes)
    assert len(matched) >= 170, layer.loc[found["code"].isna(), "name"].tolist()

    plan = commune_values(data, data.catalog.indicators["OP02"], year=2023, basis=Basis.PLAN)
    plan = plan.set_index("code")["value"]
    joined = layer.assign(code=found["code"], plan=found["code"].map(plan))
    on_map, left_over = joined["plan"].sum(), plan[sorted(unmatched_units)].sum()
    assert on_map + left_over == 1234
    assert on_map > 0.7 * 1234
    # Merged since 2008 into another commune, so that no rule may find it.
    assert joined.loc[joined["name"] == "Xã Thạch Sơn", "code"].isna().all()


def test_codes_found_are_text(data):
    found = match_names(data.communes[["name", "district"]].head(3), data.communes)
    assert found["code"].map(type).tolist() == [str] * 3
