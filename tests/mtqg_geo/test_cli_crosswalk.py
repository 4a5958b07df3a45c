"""Shares from two layers alone, and what of the declared lineage they confirm."""

import argparse
import json

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo.io import read_layer
from mtqg_geo import boundary_check, cli_crosswalk
from mtqg_geo.crosswalk_report import Side, compare_sets, report, report_text
from mtqg_geo.epochs import epochs_of
from mtqg_geo.errors import SelectionError
from mtqg_geo.gazetteer import shipped_gazetteer
from mtqg_geo.lineage import delivered_sets, lineage_of, read_lineage, shipped_lineage
from tests.mtqg_geo.layers import real_file


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    """Return a runner of the command: exit code, standard output, standard error."""
    monkeypatch.setenv("MTQG_DATA", str(tmp_path / "store"))
    parser = argparse.ArgumentParser()
    cli_crosswalk.add_commands(parser.add_subparsers(required=True))

    def command(*arguments):
        options = parser.parse_args(["crosswalk", *map(str, arguments)])
        code = options.run(options)
        out, err = capsys.readouterr()
        return code, out, err

    return command


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


def test_shares_are_written_as_a_lineage_that_can_be_loaded(run, tmp_path):
    target = tmp_path / "derived.csv"
    code, _, err = run("2023-04", "2025-07", "-o", target, "--lang", "en")
    assert code == 0
    assert "209 rows written" in err
    derived = lineage_of(read_lineage(target))
    assert derived.days == ("2025-07-01",)
    assert len(derived.links) == 209


def test_words_say_what_was_compared(run):
    _, out, _ = run("2023-04", "2025-07")
    assert "209/209 đơn vị khớp" in out
    assert "dưới 10 % đơn vị cũ và hẹp hơn 200 m" in out


def test_a_set_nobody_has_is_refused_with_those_there_are(run):
    with pytest.raises(SelectionError, match="58 xã, phường"):
        run("2019-01", "2025-07")


# Layers that do not agree


@pytest.fixture(scope="module")
def sides():
    layers = {
        vintage: gpd.read_file(each.levels["commune"]) for vintage, each in delivered_sets().items()
    }
    return Side("cũ", "2023-04", layers["2023-04"]), Side("mới", "2025-07", layers["2025-07"])


def test_a_unit_drawn_in_the_wrong_place_is_named_with_both_shares(sides):
    old, new = sides
    swapped = new.units.assign(
        code=new.units["code"].replace({"07246": "07264", "07264": "07246"})
    ).sort_values("code", ignore_index=True)
    found = compare_sets(old, Side("mới", "2025-07", swapped), epochs_of(shipped_lineage()))
    told = report(found)["lineage"]
    assert not found.agrees
    assert told["agree"] == 209 - 6
    assert {row["code"] for row in told["differ"]} == {
        *("07243", "07246", "07249"),  # of Xuân Lương
        *("07252", "07264", "07285"),  # of Tam Tiến
    }
    assert told["differ"][0]["declared"][0]["name"] == "Xã Xuân Lương"
    assert "Khác: 07243 Xã Đồng Tiến: công bố 07246 Xã Xuân Lương 100 %" in report_text(found, "vi")


def test_what_cannot_be_compared_is_named(sides):
    old, new = sides
    half = old.units[old.units["dist_code"] != "220"]
    far = gpd.GeoDataFrame(
        {"code": ["99999"], "name": ["Đảo"]}, geometry=[shapely.box(100, 10, 100.1, 10.1)], crs=4326
    )
    layer = pd.concat([half, far], ignore_index=True)
    found = compare_sets(Side("cũ", "2023-04", layer), new, epochs_of(shipped_lineage()))
    told = report(found)
    assert len(told["lineage"]["not_in_old"]) == 17
    assert told["lineage"]["compared"] == 209 - 17
    assert told["lineage"]["not_declared"] == [{"code": "99999", "name": "Đảo"}]
    assert {"code": "99999", "name": "Đảo"} in told["old"]["barely_covered"]
    assert "17 đơn vị không có trong lớp cũ" in report_text(found, "vi")


# The real layers


def test_the_layers_of_2008_and_2025_confirm_205_of_209_and_name_the_rest(run, monkeypatch):
    one_province = shipped_gazetteer().in_province("24")
    monkeypatch.setattr(boundary_check, "shipped_gazetteer", lambda: one_province)
    monkeypatch.setattr(boundary_check, "read_untrusted", read_layer)  # tested elsewhere
    old = real_file("bac_giang_communes_2008.zip")
    new = real_file("bac_ninh_communes_2025.zip")
    code, out, _ = run(old, new, "--json")
    told = json.loads(out)
    assert code == 1  # some units contradict the declared lineage
    assert (told["lineage"]["compared"], told["lineage"]["agree"]) == (209, 205)
    assert [row["code"] for row in told["lineage"]["differ"]] == [
        "07279", "07315", "07516", "07792",
    ]  # fmt: skip
    assert told["lineage"]["not_in_old"] == []
    assert told["old"]["covered_pct"] > 99.5
    assert told["old"]["unplaced"] == ["Trung tâm huấn luyện Cấm Sơn"]
    readme = (real_readme()).read_text(encoding="utf-8")
    assert all(row["code"] in readme for row in told["lineage"]["differ"])


def real_readme():
    return delivered_sets()["2023-04"].levels["commune"].parents[2] / "lineage" / "README.md"
