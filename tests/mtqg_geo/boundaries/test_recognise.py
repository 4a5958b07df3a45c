from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point

from mtqg_geo.boundaries.recognise import read_mapping, recognise
from mtqg_geo.communes.gazetteer import Gazetteer, shipped_gazetteer
from mtqg_geo.communes.names import bare_name, without_accents
from mtqg_geo.programme.errors import MappingError
from tests.mtqg_geo.boundaries.layers import write_mapping

DAY = "2023-04-10"


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return shipped_gazetteer().in_province("24")


@pytest.fixture(scope="module")
def communes(gazetteer: Gazetteer) -> pd.DataFrame:
    units = gazetteer.at(DAY)
    return units[["code", "name", "district", "province"]].rename(
        columns={"code": "ma", "name": "ten_xa", "district": "huyen", "province": "tinh"}
    )


def rows(*names: str, district: str = "Huyện Sơn Động") -> pd.DataFrame:
    return pd.DataFrame({"xa": names, "huyen": district, "tinh": "Bắc Giang"})


def beside(features: pd.DataFrame, code: str, gazetteer: Gazetteer) -> gpd.GeoDataFrame:
    unit = gazetteer.at(DAY).set_index("code").loc[code]
    point = Point(unit["lon"], unit["lat"]).buffer(0.01)
    return gpd.GeoDataFrame(features, geometry=[point] * len(features), crs="EPSG:4326")


def test_codes_are_recognised_and_keep_their_zeros(
    communes: pd.DataFrame, gazetteer: Gazetteer
) -> None:
    found = recognise(communes, gazetteer)
    assert found.by_rule == {"code": 209}
    assert found.key == "ma"
    assert found.matches["code"].tolist() == communes["ma"].tolist()


@pytest.mark.long
def test_codes_read_as_numbers_are_padded(communes: pd.DataFrame, gazetteer: Gazetteer) -> None:
    found = recognise(communes.assign(ma=communes["ma"].astype(int)), gazetteer)
    assert found.by_rule == {"code": 209}
    assert found.matches["code"].tolist() == communes["ma"].tolist()


@pytest.mark.parametrize(
    "write",
    [
        lambda row: f"24{row.district_code}{row.code}",
        lambda row: f"'{row.code}",
        lambda row: f"{int(row.code)}.000000",
        lambda row: f"VN24{row.code}",
    ],
)
def test_codes_are_enough_however_a_program_wrote_them(write, gazetteer: Gazetteer) -> None:
    units = gazetteer.at(DAY)
    layer = pd.DataFrame({"ma": [write(row) for row in units.itertuples()]})
    assert recognise(layer, gazetteer).matches["code"].tolist() == units["code"].tolist()


@pytest.mark.few(2)
@pytest.mark.parametrize(
    "write",
    [
        lambda text: text.replace(" ", ""),
        lambda text: text.replace("Xã ", "X.").replace("Thị trấn", "T.T").replace("Huyện ", "H."),
        lambda text: text.replace("Đ", "\u00d0").replace("đ", "\u00f0").replace(" ", "\ufeff "),
        lambda text: text.replace("A", "\u0410").replace("o", "\u043e"),
    ],
)
def test_names_are_enough_however_they_are_lettered(
    write, communes: pd.DataFrame, gazetteer: Gazetteer
) -> None:
    layer = communes[communes["huyen"] == "Huyện Sơn Động"].drop(columns="ma").map(write)
    found = recognise(layer, gazetteer)
    assert found.matches["code"].tolist() == communes["ma"].loc[layer.index].tolist()


def vietnamese(value: float) -> str:
    return f"{value:,.2f}".translate(str.maketrans(",.", ".,"))


# Columns of public layers, by the fields their makers document: of a commune, its short name, and
# its number in the file.
PUBLIC = {
    "official map 2025": lambda unit, name, at: {
        "a02_xa": unit.code, "a03_ten": unit.name, "a04_tentinh": unit.province,
        "a05_truocsn": "Xã A, Xã B", "a07_dt": 10.5 + at, "a08_ds": 7000 + at,
    },
    "its attributes": lambda unit, name, at: {
        "malk": f"diaphan_2025.{at}", "ten": unit.name, "dientichkm2": vietnamese(1000.5 + at),
        "dansonguoi": f"{15_000 + 7 * at:,}".replace(",", "."), "cancu": "202/2025/QH15",
    },
    "list of provinces": lambda unit, name, at: {
        "codeName": without_accents(name).lower().replace(" ", "_"), "areaKm2": 134.15,
    },
    "in English": lambda unit, name, at: {"fullNameEn": f"{without_accents(name)} Commune"},
    "with p-codes": lambda unit, name, at: {"adm3_pcode": f"VN24{unit.code}", "adm1_pcode": "VN24"},
    "without spaces": lambda unit, name, at: {
        "GID_3": f"VNM.3.1.{at}_1", "NAME_3": name.replace(" ", ""), "TYPE_3": "Xã",
    },
    "in capitals without spaces": lambda unit, name, at: {"TENXA": name.upper().replace(" ", "")},
    "without official codes": lambda unit, name, at: {
        "id": f"0855-{at}", "subtype": "locality", "region": "VN-24", "name": name,
    },
}  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("fields", PUBLIC.values(), ids=PUBLIC.keys())
def test_communes_of_public_layers_are_recognised_by_their_fields(
    fields, gazetteer: Gazetteer
) -> None:
    units = gazetteer.at("2025-07-28")
    units = units[~units["name"].duplicated()]
    shapes = [
        fields(unit, bare_name(unit.name).title(), at) for at, unit in enumerate(units.itertuples())
    ]
    found = recognise(pd.DataFrame(shapes), gazetteer, day="2025-07-28")
    assert found.matches["code"].tolist() == units["code"].tolist()


def test_features_without_any_name_or_code_are_not_recognised_and_counted_once(
    gazetteer: Gazetteer,
) -> None:
    found = recognise(pd.DataFrame({"dt": [1.5, 2.5]}), gazetteer)
    assert [*found.unmatched["feature"]] == [0, 1]
    assert found.matches.empty
    assert found.set_aside.empty


def test_without_codes_every_commune_is_found_by_name(
    communes: pd.DataFrame, gazetteer: Gazetteer
) -> None:
    found = recognise(communes.drop(columns="ma"), gazetteer)
    assert found.by_rule == {"full_name": 209}
    assert found.matches["code"].tolist() == communes["ma"].tolist()


def test_a_code_whose_name_disagrees_is_not_believed(
    communes: pd.DataFrame, gazetteer: Gazetteer
) -> None:
    wrong = communes.copy()
    wrong.loc[0, "ma"], wrong.loc[1, "ma"] = communes.loc[1, "ma"], communes.loc[0, "ma"]
    found = recognise(wrong, gazetteer)
    assert found.by_rule == {"code": 207, "full_name": 2}
    assert found.matches["code"].tolist() == communes["ma"].tolist()


def test_where_code_and_name_disagree_the_place_tells_or_a_person_is_asked(
    gazetteer: Gazetteer,
) -> None:
    both = [
        rows("Xã An Lạc").assign(ma="07621"),  # the polygon lies in 07621, Xã Vân Sơn
        rows("Xã Vân Sơn").assign(ma="07645"),
    ]
    of_code = [beside(each, each["ma"][0], gazetteer) for each in both]
    found = recognise(pd.concat(of_code, ignore_index=True), gazetteer)
    assert found.matches.empty
    assert set(found.doubtful["reason"]) == {"code and name disagree"}
    for offered in found.doubtful["candidates"]:
        assert {"07621", "07645"} <= {code for code, *_ in offered}

    of_name = [
        beside(each, code, gazetteer) for each, code in zip(both, ("07645", "07621"), strict=True)
    ]
    found = recognise(pd.concat(of_name, ignore_index=True), gazetteer)
    assert found.matches["code"].tolist() == ["07645", "07621"]


def test_several_former_communes_lead_to_the_unit_they_were_merged_into(
    gazetteer: Gazetteer,
) -> None:
    names = ["Thị trấn Neo", "Xã Nham Sơn", "Xã Thắng Cương"]
    found = recognise(rows(*names, district="Huyện Yên Dũng"), gazetteer)
    assert found.matches["code"].tolist() == ["07681"] * 3
    assert found.matches["change"].tolist() == ["merged"] * 3
    assert found.file_day < "2020-01-01"


def test_the_place_of_the_tone_does_not_matter(gazetteer: Gazetteer) -> None:
    written = rows("Xã Cẩm Lí", "Xã Bảo Đài", district="Huyện Lục Nam")
    found = recognise(written, gazetteer)
    assert found.matches["rule"].tolist() == ["full_normalised", "full_name"]


def test_an_empty_layer_gives_empty_tables(gazetteer: Gazetteer) -> None:
    found = recognise(rows("Xã An Lạc").head(0), gazetteer)
    assert found.matches.empty
    assert found.unmatched.empty


def test_two_features_of_one_name_are_duplicates_not_matches(gazetteer: Gazetteer) -> None:
    found = recognise(rows("Xã An Lạc", "Xã An Lạc", "Xã Hữu Sản"), gazetteer)
    assert found.matches["feature"].tolist() == [2]
    assert found.duplicates["feature"].tolist() == [0, 1]


def test_a_training_ground_and_a_nameless_polygon_are_set_aside(gazetteer: Gazetteer) -> None:
    found = recognise(rows("Xã An Lạc", "Trung tâm huấn luyện Cấm Sơn", ""), gazetteer)
    assert found.set_aside["feature"].tolist() == [1, 2]


def test_a_misspelt_name_is_doubtful_with_candidates(gazetteer: Gazetteer) -> None:
    found = recognise(rows("Xã An Lạc", "Xã Hữu Xản"), gazetteer)
    assert found.matches["feature"].tolist() == [0]
    assert found.doubtful["candidates"][0][0][:2] == ("07624", "Xã Hữu Sản")


def test_other_accents_are_believed_only_at_the_right_place(gazetteer: Gazetteer) -> None:
    layer = rows("Xã Hữu San", "Xã An Lạc")
    here = recognise(beside(layer, "07624", gazetteer), gazetteer)
    assert here.matches.set_index("feature").loc[0, "rule"] == "unaccented"
    there = recognise(beside(layer, "07201", gazetteer), gazetteer)
    assert 0 in there.doubtful["feature"].tolist()


def test_accepted_decisions_are_used_for_the_next_file(
    gazetteer: Gazetteer, tmp_path: Path
) -> None:
    layer = rows("Xã An Lạc", "Xã Hữu Xản")
    path = tmp_path / "mapping.csv"
    write_mapping(path, recognise(layer, gazetteer), {1: "07624"})
    again = recognise(layer, gazetteer, mapping=read_mapping(path))
    assert again.by_rule == {"mapping": 1, "full_name": 1}
    assert set(again.matches["code"]) == {"07624", "07645"}


def test_a_mapping_larger_than_any_country_needs_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "mapping.csv"
    with path.open("wb") as file:
        file.truncate(6_000_000)
    with pytest.raises(MappingError, match=r"mapping.csv has 6 MB, the most is 5"):
        read_mapping(path)


def test_a_mapping_with_two_codes_for_one_place_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mapping.csv"
    line = "Xã A,Huyện B,C,{},me\n"
    path.write_text(
        "name,district,province,code,decided_by\n" + line.format("00001") + line.format("00004"),
        encoding="utf-8",
    )
    with pytest.raises(MappingError, match="2 codes"):
        read_mapping(path)


def test_nothing_is_lost_between_the_five_tables(gazetteer: Gazetteer) -> None:
    layer = rows(
        "Xã An Lạc", "Xã An Lạc", "Xã Hữu Xản", "Qqq", "", "Trường bắn TB1", "Xã Dương Hưu"
    )
    found = recognise(layer, gazetteer)
    parts = (
        found.matches, found.doubtful, found.unmatched, found.set_aside, found.duplicates,
    )  # fmt: skip
    features = pd.concat([part["feature"] for part in parts])
    assert sorted(features) == list(range(7))
