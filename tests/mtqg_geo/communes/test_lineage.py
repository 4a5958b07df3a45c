"""The lineage of the 209 communes: complete, dated, and in agreement with who else knows of it."""

import json
import sqlite3
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import pandas as pd
import pytest

from mtqg_geo.communes.codes import codes_for, explain_code, likely_vintage, list_trouble, unit_list
from mtqg_geo.communes.epochs import Epochs, geography_of
from mtqg_geo.communes.lineage import (
    between,
    lineage_of,
    shipped_lineage,
    unit_history,
    unit_names,
    units_of,
    vintages,
)
from mtqg_geo.communes.names import plain_name
from mtqg_geo.programme.errors import LineageError
from mtqg_geo.programme.period import last_day
from mtqg_geo.programme.words import sentence_of

ROOT = Path(__file__).parents[3]
INPUT = ROOT / "data" / "lineage" / "inputs" / "crosswalk_2025.csv"


@pytest.fixture(scope="module")
def lineage():
    return shipped_lineage()


@pytest.fixture(scope="module")
def walk(lineage):
    return between(lineage, "2023-04", "2025-07")


def main_successors(walk):
    ordered = walk.links.sort_values("share", ascending=False, kind="stable")
    return ordered.drop_duplicates("from_code").set_index("from_code")["to_code"]


# What is shipped


def test_209_communes_became_192_and_then_58(lineage, walk):
    old = units_of("2023-04")
    assert len(old) == len(walk.sources) == 209
    assert len(lineage.on(old, since="2023-04-28", until="2025-01-01")) == 192
    assert tuple(walk.targets) == units_of("2025-07")
    assert len(walk.targets) == 58


def test_it_leads_where_the_compiled_crosswalk_leads(walk):
    compiled = pd.read_csv(INPUT, dtype=str).set_index("old_code")["new_code"]
    assert main_successors(walk).to_dict() == compiled.to_dict()


def test_only_thanh_hai_was_divided_and_by_people(walk):
    assert walk.split == {"07549"}
    parts = walk.links[walk.links["from_code"] == "07549"]
    assert dict(zip(parts["to_code"], parts["share"].round(4), strict=True)) == {
        "07525": 0.971,  # 17,413 of 17,933 people
        "07537": 0.029,
    }
    assert set(parts["basis"]) == {"population"}


def test_three_units_lie_in_two_former_districts():
    districts = unit_list("2025-07").set_index("code")["district"]
    assert {code: districts[code] for code in districts.index[districts.str.contains(";")]} == {
        "07228": "Thành phố Bắc Giang; Huyện Tân Yên",
        "07696": "Thành phố Bắc Giang; Huyện Yên Dũng",
        "07699": "Thành phố Bắc Giang; Huyện Yên Dũng",
    }


def test_every_link_has_a_day_a_resolution_a_confidence_and_a_source(lineage):
    links = lineage.links
    assert lineage.days == ("2024-02-01", "2025-01-01", "2025-07-01")
    assert (links[["resolution", "confidence", "source"]] != "").all(axis=None)
    assert set(links["change"]) == {"merged", "split", "renamed", "transferred"}
    vu_xa = links[(links["from_code"] == "07516") & (links["day"] == "2025-01-01")].iloc[0]
    assert (vu_xa["to_code"], vu_xa["confidence"]) == ("07519", "medium")


def test_names_in_the_file_are_those_of_the_gazetteer_on_that_day():
    rows = pd.read_csv(ROOT / "data" / "lineage" / "lineage.csv", dtype=str)
    for day, links in rows.groupby("day"):
        names = unit_names(str(day))
        assert [names[code] for code in links["to_code"]] == links["to_name"].tolist()


def test_it_is_built_from_its_inputs(tmp_path):
    from data.lineage.build import main

    main(tmp_path / "lineage.csv")
    shipped = (ROOT / "data" / "lineage" / "lineage.csv").read_bytes()
    assert (tmp_path / "lineage.csv").read_bytes() == shipped


# An independent table of who became whom


@pytest.fixture(scope="module")
def oracle():
    """Return old code → new codes as the package vietnamadminunits has them, read from its files.

    A commune dissolved before its list was made is found by the unit that bears its name as a
    former one, within the district.
    """
    spec = find_spec("vietnamadminunits")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("vietnamadminunits is not installed (requirements-dev.txt)")
    folder = Path(spec.submodule_search_locations[0]) / "data"
    address = f"file:{folder / 'dataset.db'}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as database:
        legacy = pd.read_sql("select * from admin_units_legacy where provinceCode = '24'", database)
        latest = pd.read_sql("select * from admin_units where provinceCode = '24'", database)
    converter = json.loads((folder / "converter_2025.json").read_text("utf-8"))
    new_code = dict(zip(latest["wardKey"], latest["wardCode"], strict=True))
    keys = legacy["provinceKey"] + "_" + legacy["districtKey"] + "_" + legacy["wardKey"]
    old_code = dict(zip(keys, legacy["wardCode"], strict=True))
    became = {}
    for new, olds in converter["DICT_PROVINCE_WARD_NO_DIVIDED"]["tinhbacninh"].items():
        for old in olds:
            if old in old_code:
                became.setdefault(old_code[old], set()).add(new_code[new])
    divided = converter["DICT_PROVINCE_WARD_DIVIDED"].get("tinhbacninh", {})
    for old, parts in divided.items():
        for part in parts:
            became.setdefault(old_code.get(old, old), set()).add(new_code[part["newWardKey"]])
    listed = pd.read_csv(INPUT, dtype=str)
    for row in listed[~listed["old_code"].isin(became)].itertuples():
        became[row.old_code] = became[_heir(row, legacy)]
    return became


def _heir(row, legacy):
    """Return the unit of the district that has a dissolved commune's name, or once had it."""
    former = plain_name(row.old_name, keep_type=True).replace(" ", "")
    lists = [json.loads(text) if isinstance(text, str) else [] for text in legacy["wardAlias"]]
    bearers = [former in (key, *names) for key, names in zip(legacy["wardKey"], lists, strict=True)]
    found = legacy[bearers]
    if len(found) > 1:
        found = found[
            found["districtKey"].str.endswith(plain_name(row.old_district).replace(" ", ""))
        ]
    (code,) = found["wardCode"]
    return code


EXPLAINED = {
    # The package lists it undivided; 520 of its people moved to Biên Sơn on 1 January 2025, six
    # months before the step the package converts.
    "07549": ({"07525"}, {"07525", "07537"}),
}


def test_every_disagreement_with_vietnamadminunits_is_known_and_explained(oracle, walk):
    ours = walk.links.groupby("from_code")["to_code"].agg(set).to_dict()
    assert set(oracle) == set(ours)
    different = {code: (oracle[code], ours[code]) for code in ours if oracle[code] != ours[code]}
    assert different == EXPLAINED
    readme = (ROOT / "data" / "lineage" / "README.md").read_text(encoding="utf-8")
    assert all(code in readme for code in EXPLAINED)


# Corrections of a planner


def rows(*links):
    columns = ["from_code", "to_code", "day", "share"]
    table = pd.DataFrame(links, columns=columns)
    return table.assign(change="", share_basis="", resolution="", confidence="", source="sở")


def test_a_planner_corrects_one_unit_and_the_rest_stays(lineage):
    correction = rows(("07516", "07519", "2025-01-01", 0.7), ("07516", "07498", "2025-01-01", 0.3))
    corrected = lineage_of(lineage.links, corrections=correction)
    walk = between(corrected, "2023-04", "2025-07")
    assert walk.split == {"07549", "07516"}
    assert len(walk.targets) == 58
    assert between(lineage, "2023-04", "2025-07").split == {"07549"}


def test_a_lineage_that_contradicts_itself_is_refused_with_day_and_reason():
    with pytest.raises(LineageError, match=r"On 2025-07-01, .* \(first: 1, 120.0 %\)"):
        lineage_of(rows(("1", "2", "2025-07-01", 0.6), ("1", "3", "2025-07-01", 0.6)))
    with pytest.raises(LineageError, match=r"1 shares are not above 0 .* \(first: 1 → 2\)"):
        lineage_of(rows(("1", "2", "2025-07-01", -0.5)))
    with pytest.raises(LineageError, match=r"contradicts itself \(1 of 2 links come twice"):
        lineage_of(rows(*[("1", "2", "2025-07-01", 0.5)] * 2))
    with pytest.raises(LineageError, match=r"1 rows have no valid day of effect \(first: 7/2025\)"):
        lineage_of(rows(("1", "2", "7/2025", 1.0)))


@pytest.mark.long
def test_an_unknown_share_of_a_correction_stays_unknown(lineage):
    unknown = float("nan")
    correction = rows(
        ("07516", "07519", "2025-01-01", unknown), ("07516", "07498", "2025-01-01", unknown)
    )
    walk = between(lineage_of(lineage.links, corrections=correction), "2023-04", "2025-07")
    assert walk.unknown == {"07516"}


# Epochs and periods


def test_a_change_of_name_begins_no_epoch(lineage):
    epochs = Epochs(lineage)
    assert lineage.days_of_change == ("2025-01-01", "2025-07-01")
    assert [len(area) for area in epochs.areas] == [209, 192, 58]
    assert [epochs.on(day) for day in ("2024-12-31", "2025-01-01", "2025-07-01")] == [0, 1, 2]


def test_a_layer_of_another_month_may_show_the_same_units():
    months = ("2023-04", "2024-06", "2024-12", "2025-03", "2025-07", "2026-11")
    assert [geography_of(month) for month in months] == [
        "2023-04", "2023-04", "2023-04", None, "2025-07", "2025-07",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("period", "end", "vintage"),
    [
        ("2023", "2023-12-31", "2023-04"),
        ("2023-Q1", "2023-03-31", "2023-04"),
        ("2025-Q2", "2025-06-30", "2023-04"),
        ("2025-Q3", "2025-09-30", "2025-07"),
        ("2025", "2025-12-31", "2025-07"),
        ("2019", "2019-12-31", "2023-04"),
    ],
)
def test_a_period_speaks_of_the_units_in_force_when_it_ends(period, end, vintage):
    assert last_day(period) == end
    assert codes_for(period) == vintage


@pytest.mark.long
def test_a_code_is_meant_as_it_was_in_force_or_as_it_last_was(lineage):
    codes = pd.Series(["07333", "07333", "07333", "07303", "07303"])
    periods = pd.Series(["2024-Q4", "2025-Q1", "2026", "2023", "2026"])
    assert Epochs(lineage).of(codes, periods).tolist() == [0, 1, 2, 0, 0]


@pytest.mark.parametrize(
    ("code", "period", "name", "verdict", "vintage"),
    [
        ("07333", "2023-Q1", "", "fits", "2023-04"),
        ("07333", "2023", "Xã Lam Cốt", "fits", "2023-04"),
        ("07333", "2026", "Xã Quang Trung", "fits", "2025-07"),
        ("07777", "2023", "Phường Bích Động", "fits", "2023-04"),  # a town renamed, same ground
        ("07663", "2023", "Xã Tuấn Đạo", "fits", "2023-04"),  # untouched by the reform
        ("07333", "2023", "Xã Quang Trung", "other_vintage", "2025-07"),
        ("07333", "2026", "xã Lam Cốt", "other_vintage", "2023-04"),
        ("07303", "2025-Q1", "Xã Lan Giới", "dissolved", "2023-04"),
        ("07303", "2026", "", "dissolved", "2023-04"),
        ("99999", "2023", "", "unknown", "2023-04"),
        ("00001", "2023", "", "unknown", "2023-04"),  # of Hà Nội
    ],
)
def test_what_a_code_means_in_a_period(code, period, name, verdict, vintage):
    note = explain_code(code, period, name=name)
    assert (note.verdict, note.vintage) == (verdict, vintage)


def test_a_question_says_what_the_code_is_and_what_to_do():
    later = explain_code("07333", "2023", name="Xã Quang Trung")
    assert later.text("vi").startswith(
        "Mã 07333 với tên “Xã Quang Trung” là đơn vị từ ngày 1/7/2025"
    )
    former = explain_code("07333", "2026", name="Xã Lam Cốt")
    assert "a unit before 1 January 2025" in former.text("en")
    gone = explain_code("07303", "2026")
    assert "07333 Xã Quang Trung" in gone.text("vi")
    assert explain_code("07333", "2023").text("vi") == ""


def test_a_list_of_communes_tells_which_vintage_it_was_written_for():
    old, new = unit_list("2023-04"), unit_list("2025-07")
    assert likely_vintage(new["code"], new["name"].tolist()) == "2025-07"
    assert likely_vintage(old["code"], old["name"].tolist()) == "2023-04"
    assert likely_vintage(new["code"]) == "2025-07"  # all 58 and none else
    assert likely_vintage(old["code"]) == "2023-04"
    assert likely_vintage(new["code"][:5]) is None  # codes in use before and after
    assert likely_vintage(["07303"]) == "2023-04"  # a code of no unit today


def test_a_workbook_of_the_58_units_for_2023_is_questioned_as_a_whole():
    new, old = unit_list("2025-07"), unit_list("2023-04")
    trouble = list_trouble(new["code"].tolist(), ["2023-Q1"] * 58, new["name"].tolist())
    words = sentence_of("list_other_vintage", "vi", **trouble)
    assert words.startswith("Tệp ghi theo 58 đơn vị từ tháng 7/2025, nhưng có 58 dòng của kỳ trước")
    assert "209 xã cũ" in words
    assert list_trouble(new["code"].tolist(), ["2026-Q1"] * 58, new["name"].tolist()) is None
    assert list_trouble(old["code"].tolist(), ["2026"] * 209, old["name"].tolist()) is None
    assert list_trouble(["07210"], ["2023"]) is None


# Where a commune came from and what became of it


def kin(code, vintage):
    return unit_history(code, vintage, others=vintages())


def test_a_commune_became_part_of_a_unit_in_two_steps():
    (became,) = kin("07303", "2023-04").became
    assert (became.code, became.name, became.is_whole) == ("07333", "Xã Quang Trung", True)
    assert [(step.day, step.change, step.code) for step in became.steps] == [
        ("2025-01-01", "merged", "07315"),
        ("2025-07-01", "merged", "07333"),
    ]
    assert became.steps[1].resolution == "1658/NQ-UBTVQH15"
    assert became.confidence == "medium-high"


def test_a_unit_came_from_five_communes_one_of_which_had_its_code():
    found = kin("07333", "2025-07")
    assert [each.name for each in found.came_from] == [
        "Xã Lan Giới", "Xã Đại Hóa", "Xã Quang Tiến", "Xã Phúc Sơn", "Xã Lam Cốt",
    ]  # fmt: skip
    assert found.became == ()


def test_a_divided_commune_became_two_units_by_people():
    assert [
        (each.code, round(each.share, 3), each.share_basis, each.steps[0].change)
        for each in kin("07549", "2023-04").became
    ] == [("07525", 0.971, "population", "split"), ("07537", 0.029, "population", "split")]


def test_a_unit_untouched_but_for_its_district_came_from_itself():
    (came,) = kin("07663", "2025-07").came_from
    assert (came.code, came.name, came.is_whole) == ("07663", "Xã Tuấn Đạo", True)
