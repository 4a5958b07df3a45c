"""Shares from two layers alone, and what of the declared lineage they confirm."""

import json

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo.boundaries import dissolve, read_level
from geo.io import read_layer
from mtqg_geo.boundaries import check as boundary_check
from mtqg_geo.boundaries.comparison import (
    ComparedSet,
    compare_sets,
    day_of_change,
    lineage_rows,
    report,
    report_text,
)
from mtqg_geo.cli import crosswalk as cli_crosswalk
from mtqg_geo.communes.epochs import epochs_of
from mtqg_geo.communes.gazetteer import shipped_gazetteer
from mtqg_geo.communes.lineage import delivered_sets, lineage_of, read_lineage, shipped_lineage
from mtqg_geo.programme.tables import LINEAGE
from tests.mtqg_geo.boundaries.layers import real_file

SWAPPED = {"07246": "07264", "07264": "07246"}  # each drawn where the other lies


@pytest.fixture
def run(command, monkeypatch, tmp_path):
    """Return a runner of the command: exit code, standard output, standard error."""
    monkeypatch.setenv("MTQG_DATA", str(tmp_path / "store"))

    def run_it(*arguments):
        code, out, err = command("crosswalk", *arguments)
        return code, out.decode(), err

    return run_it


@pytest.fixture
def checked(command):
    """Return what `import --dry-run` says of a file."""

    def dry_run(path):
        code, out, _ = command("import", path, "--dry-run", "--json")
        return code, json.loads(out)

    return dry_run


@pytest.mark.long
def test_the_delivered_sets_agree_with_the_lineage_in_every_unit(run):
    code, out, _ = run("2023-04", "2025-07", "--json")
    told = json.loads(out)
    assert code == 0
    assert (told["old"]["units"], told["new"]["units"]) == (209, 58)
    assert told["old"]["covered_pct"] == told["new"]["covered_pct"] == 100
    assert told["slivers"]["count"] == 0
    assert (told["lineage"]["compared"], told["lineage"]["agree"]) == (209, 209)
    assert len(told["shares"]) == 209
    assert told["shares"][0] == {
        "from_code": "07201",
        "from_name": "Phường Thọ Xương",
        "to_code": "07210",
        "to_name": "Phường Bắc Giang",
        "share": 1.0,
        "share_basis": "",
        "area_km2": pytest.approx(told["shares"][0]["area_km2"]),
    }


def test_a_layer_that_contradicts_the_lineage_is_a_problem(run, monkeypatch):
    def drawn_wrong(boundary_set, level):
        units = read_level(boundary_set, level)
        is_new = boundary_set.vintage == "2025-07"
        return units.assign(code=units["code"].replace(SWAPPED)) if is_new else units

    monkeypatch.setattr(cli_crosswalk, "read_level", drawn_wrong)
    code, out, _ = run("2023-04", "2025-07", "--json")
    assert code == 1
    assert json.loads(out)["lineage"]["agree"] == 209 - 6


def test_the_other_way_households_share_a_unit_out_where_all_are_known(run):
    code, out, _ = run("2025-07", "2023-04", "--weights", "households", "--json")
    told = json.loads(out)
    assert code == 0
    assert told["weights"] == "households"
    assert told["lineage"] is None
    xuan_luong = [each for each in told["shares"] if each["from_code"] == "07246"]
    assert {each["share_basis"] for each in xuan_luong} == {"households"}
    assert sum(each["share"] for each in xuan_luong) == pytest.approx(1, abs=1e-5)
    bac_giang = [each for each in told["shares"] if each["from_code"] == "07210"]
    assert {each["share_basis"] for each in bac_giang} == {"area"}  # no households are reported


def test_households_of_the_old_units_alone_cannot_divide_one(run):
    code, out, err = run("2023-04", "2025-07", "--weights", "households", "--json", "--lang", "en")
    assert code == 0
    assert json.loads(out)["weights"] == "area"
    assert "shares are by area" in err


@pytest.mark.long
def test_where_the_sets_agree_the_lineage_is_written_as_it_is_and_loads_as_no_change(
    run, checked, tmp_path
):
    target = tmp_path / "derived.csv"
    code, _, err = run("2023-04", "2025-07", "-o", target, "--lang", "en")
    assert code == 0
    assert "192 rows of 1 July 2025 written" in err
    assert "192 units as in the lineage in use, 0 derived" in err
    columns = list(LINEAGE.columns)
    links = shipped_lineage().links
    expected = links.loc[links["day"] == "2025-07-01", columns].reset_index(drop=True)
    pd.testing.assert_frame_equal(read_lineage(target)[columns], expected, check_dtype=False)
    code, told = checked(target)
    assert (code, told["errors"]) == (0, [])
    assert told["kinds"]["lineage"]["unchanged"] == 192


def test_a_lineage_is_not_written_backwards(run, tmp_path):
    code, out, err = run("2025-07", "2023-04", "-o", tmp_path / "back.csv")
    assert (code, out) == (2, "")
    assert "Hãy đổi thứ tự hai lớp" in err


def test_a_folder_that_is_not_there_is_said(run, tmp_path):
    code, _, err = run("2023-04", "2025-07", "-o", tmp_path / "none" / "derived.csv")
    assert code == 2
    assert "none" in err


def test_rows_are_of_the_last_day_on_which_units_changed():
    lineage = shipped_lineage()
    assert day_of_change(lineage, "2023-04", "2025-07") == "2025-07-01"
    assert day_of_change(lineage, "2023-04", "2025-11") == "2025-07-01"
    assert day_of_change(lineage, "2023-04", "2025-03") == "2025-01-01"
    assert day_of_change(lineage, "2025-07", "2026-03") == "2026-03-01"


def test_words_say_what_was_compared(run):
    _, out, _ = run("2023-04", "2025-07")
    assert "209/209 đơn vị khớp" in out
    assert "dưới 10 % đơn vị cũ và hẹp hơn 200 m" in out


def test_a_set_nobody_has_is_refused_with_those_there_are(run):
    code, out, err = run("2019-01", "2025-07")
    assert (code, out) == (2, "")
    assert "58 xã, phường" in err


# Layers that do not agree


@pytest.fixture(scope="module")
def sides():
    layers = {
        vintage: gpd.read_file(each.levels["commune"]) for vintage, each in delivered_sets().items()
    }
    return ComparedSet("cũ", "2023-04", layers["2023-04"]), ComparedSet(
        "mới", "2025-07", layers["2025-07"]
    )


def test_a_unit_drawn_in_the_wrong_place_is_named_with_both_shares(sides):
    old, new = sides
    swapped = new.units.assign(code=new.units["code"].replace(SWAPPED)).sort_values(
        "code", ignore_index=True
    )
    found = compare_sets(old, ComparedSet("mới", "2025-07", swapped), epochs_of(shipped_lineage()))
    told = report(found)["lineage"]
    assert not found.agrees
    assert told["agree"] == 209 - 6
    assert {row["code"] for row in told["differ"]} == {
        *("07243", "07246", "07249"),  # of Xuân Lương
        *("07252", "07264", "07285"),  # of Tam Tiến
    }
    assert told["differ"][0]["declared"][0]["name"] == "Xã Xuân Lương"
    assert "Khác: 07243 Xã Đồng Tiến: công bố 07246 Xã Xuân Lương 100 %" in report_text(found, "vi")


@pytest.mark.long
def test_rows_of_what_differs_are_those_of_the_units_before_the_day(sides, checked, tmp_path):
    old, new = sides
    swapped = new.units.assign(code=new.units["code"].replace(SWAPPED)).sort_values(
        "code", ignore_index=True
    )
    side = ComparedSet("mới", "2025-07", swapped)
    found = compare_sets(old, side, epochs_of(shipped_lineage()))
    rows = lineage_rows(found, shipped_lineage())
    derived = rows[rows["confidence"] == "derived"]
    assert list(zip(derived["from_code"], derived["to_code"], strict=True)) == [
        ("07243", "07264"), ("07246", "07264"), ("07249", "07264"),
        ("07252", "07246"), ("07264", "07246"), ("07285", "07246"),
    ]  # fmt: skip
    assert set(derived["share"]) == {1.0}
    assert set(derived["change"]) == {"merged"}
    assert set(rows["day"]) == {"2025-07-01"}
    rows.to_csv(tmp_path / "rows.csv", index=False, encoding="utf-8-sig")
    _, told = checked(tmp_path / "rows.csv")
    assert told["errors"] == []


@pytest.mark.long
def test_a_commune_merged_before_the_day_counts_as_part_of_the_one_that_took_it_in(sides):
    # Lan Giới 07303 became part of 07333, now Lam Sơn, on 1 January 2025: the two count as one.
    old, new = sides
    rows = lineage_rows(compare_sets(old, new, epochs_of(shipped_lineage())), shipped_lineage())
    assert "07303" not in set(rows["from_code"])
    assert rows.set_index("from_code").loc["07333", "from_name"] == "Xã Lam Sơn"
    # Thanh Hải 07549 was divided that day by people; no layer tells where: it stays as declared.
    lineage_of(rows)
    assert rows.set_index("from_code").loc["07549", "confidence"] == "high"


def test_a_merger_of_later_years_is_a_row_of_its_own_first_day(sides):
    _, old = sides
    later = old.units.assign(code=old.units["code"].replace({"07663": "07615"}))
    side = ComparedSet("mới", "2026-03", dissolve(later, by="code", columns=[]))
    found = compare_sets(old, side, epochs_of(shipped_lineage()))
    [row] = lineage_rows(found, shipped_lineage()).to_dict("records")
    assert (row["from_name"], row["to_name"]) == ("Xã Tuấn Đạo", "Xã Sơn Động")
    assert (row["day"], row["change"], row["share"]) == ("2026-03-01", "merged", 1)


def test_what_cannot_be_compared_is_named(sides):
    old, new = sides
    half = old.units[old.units["dist_code"] != "220"]
    far = gpd.GeoDataFrame(
        {"code": ["99999"], "name": ["Đảo"]}, geometry=[shapely.box(100, 10, 100.1, 10.1)], crs=4326
    )
    layer = pd.concat([half, far], ignore_index=True)
    found = compare_sets(ComparedSet("cũ", "2023-04", layer), new, epochs_of(shipped_lineage()))
    told = report(found)
    assert len(told["lineage"]["not_in_old"]) == 17
    assert told["lineage"]["compared"] == 209 - 17
    assert told["lineage"]["not_declared"] == [{"code": "99999", "name": "Đảo"}]
    assert told["old"]["barely_covered_outside_lineage"] == [{"code": "99999", "name": "Đảo"}]
    assert told["old"]["barely_covered"] == []
    assert "17 đơn vị không có trong lớp cũ" in report_text(found, "vi")


def test_a_unit_barely_covered_names_what_lies_there_and_was_not_recognised(sides):
    old, new = sides
    is_there = old.units["code"] != "07663"  # Tuấn Đạo, which stayed as it was
    camp = old.units.loc[~is_there, ["name", "geometry"]].assign(name="Trường bắn")
    layer = ComparedSet("cũ", "2023-04", old.units[is_there], camp)
    abroad = gpd.GeoDataFrame(
        {"code": ["09169"], "name": ["Phường Vũ Ninh"]},
        geometry=[shapely.box(100, 10, 100.1, 10.1)], crs=4326,
    )  # fmt: skip
    wider = ComparedSet("mới", "2025-07", pd.concat([new.units, abroad], ignore_index=True))
    found = compare_sets(layer, wider, epochs_of(shipped_lineage()))
    told = report(found)["new"]
    assert told["barely_covered"] == [
        {"code": "07663", "name": "Xã Tuấn Đạo", "unplaced": ["Trường bắn"]}
    ]
    assert told["barely_covered_outside_lineage"] == [{"code": "09169", "name": "Phường Vũ Ninh"}]
    words = report_text(found, "vi")
    assert "07663 Xã Tuấn Đạo (ở đó có đối tượng chưa nhận ra của lớp cũ: Trường bắn)" in words
    assert "1 đơn vị mới ngoài bảng quan hệ đã công bố" in words


# The real layers


@pytest.fixture
def in_one_province(monkeypatch):
    """Recognise a layer among the units of one province, and read it here: both are quicker."""
    one_province = shipped_gazetteer().in_province("24")
    monkeypatch.setattr(boundary_check, "shipped_gazetteer", lambda: one_province)
    monkeypatch.setattr(boundary_check, "read_untrusted", read_layer)  # tested elsewhere


@pytest.mark.usefixtures("in_one_province")
def test_the_layers_of_2008_and_2025_confirm_205_of_209_and_name_the_rest(run, checked, tmp_path):
    old = real_file("bac_giang_communes_2008.zip")
    new = real_file("bac_ninh_communes_2025.zip")
    target = tmp_path / "derived.csv"
    code, out, _ = run(old, new, "--json", "-o", target)
    told = json.loads(out)
    assert code == 1  # some units contradict the declared lineage
    assert (told["lineage"]["compared"], told["lineage"]["agree"]) == (209, 205)
    assert [row["code"] for row in told["lineage"]["differ"]] == [
        "07279", "07315", "07516", "07792",
    ]  # fmt: skip
    assert told["lineage"]["not_in_old"] == []
    assert told["old"]["covered_pct"] > 99.5
    assert told["old"]["unplaced"] == ["Trung tâm huấn luyện Cấm Sơn"]
    assert told["new"]["barely_covered"] == [
        {"code": "07537", "name": "Xã Biên Sơn", "unplaced": ["Trung tâm huấn luyện Cấm Sơn"]}
    ]
    outside = [unit["code"] for unit in told["new"]["barely_covered_outside_lineage"]]
    assert len(outside) == 41
    assert all(code.startswith("09") for code in outside)  # of the former province Bắc Ninh
    readme = (real_readme()).read_text(encoding="utf-8")
    assert all(row["code"] in readme for row in told["lineage"]["differ"])
    rows = read_lineage(target)
    # Vũ Xá had been merged into Cẩm Lý half a year before the day of the rows.
    assert sorted(set(rows.loc[rows["confidence"] == "derived", "from_code"])) == [
        "07279", "07519", "07792",
    ]  # fmt: skip
    code, told = checked(target)
    assert (code, told["errors"]) == (0, [])


def real_readme():
    return delivered_sets()["2023-04"].levels["commune"].parents[2] / "lineage" / "README.md"
