import hashlib
import itertools
import socket
from functools import cache
from types import SimpleNamespace

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo.boundaries import read_level
from geo.display import display_layer
from geo.io import read_layer
from geo.validate import Issue, check_coverage
from mtqg_geo.boundaries.check import STEPS, check_file
from mtqg_geo.boundaries.placing import placed
from mtqg_geo.boundaries.recognise import read_mapping, recognise
from mtqg_geo.boundaries.report import advice, placing_text, report, report_text, step_text
from mtqg_geo.boundaries.view import asked_of
from mtqg_geo.communes.gazetteer import shipped_gazetteer
from mtqg_geo.dataset.boundary_sets import set_in_use
from mtqg_geo.programme.errors import MappingError, SelectionError
from mtqg_geo.programme.reference_systems import CANDIDATES, crs_label
from tests.display_reader import read_file
from tests.long import LONG
from tests.mtqg_geo.boundaries.layers import (
    DONG_VAN,
    check_here,
    district,
    real_file,
    swapped,
    write_mapping,
    write_zip,
)

NOTHING = SimpleNamespace(unmatched=[])
ZONE = "EPSG:9214"
ENCODINGS = ("utf-8", "cp1258", "tcvn3", "vni", "viscii")


@pytest.fixture(scope="module")
def communes():
    return district()


@pytest.fixture
def check(tmp_path):
    """Check a layer written as a zipped shapefile, or a file, against the units of one province."""

    def run(layer, *, written=None, **options):
        options = {"vintage": "2023-04", "gazetteer": one_province()} | options
        path = layer
        if isinstance(layer, gpd.GeoDataFrame):
            path = write_zip(
                layer, tmp_path / f"{len(list(tmp_path.iterdir()))}.zip", **written or {}
            )
        return check_here(path, **options)

    return run


@cache
def one_province():
    return shipped_gazetteer().in_province("24")


def codes(checked):
    return {issue.code: issue for issue in checked.issues}


def one_more(communes, **columns):
    """Return the layer with its first feature cut in two, the eastern half with other texts."""
    west, south, east, north = communes.geometry.iloc[0].bounds
    middle = (west + east) / 2
    halves = [
        communes.geometry.iloc[0].intersection(shapely.box(*box))
        for box in ((west, south, middle, north), (middle, south, east, north))
    ]
    first = communes.iloc[[0]].assign(**columns).set_geometry([halves[1]])
    rest = communes.set_geometry([halves[0], *communes.geometry.iloc[1:]])
    return gpd.GeoDataFrame(pd.concat([rest, first], ignore_index=True), crs=communes.crs)


@pytest.mark.long
def test_a_good_layer_is_ready_and_becomes_one_unit_per_commune(check, communes):
    checked = check(communes)
    assert checked.is_ready
    assert checked.units["code"].tolist()[:2] == ["07615", "07616"]
    assert checked.units["name"].tolist() == communes["ten_xa"].tolist()
    assert set(checked.units["district"]) == {"Huyện Sơn Động"}
    assert shapely.coverage_is_valid(checked.units.geometry.array)
    assert (checked.placing.crs, checked.placing.source) == ("EPSG:4326", "file")


def test_a_set_of_one_district_names_the_communes_it_lacks(check, communes):
    checked = check(communes)
    issue = codes(checked)["missing_communes"]
    assert (issue.severity, issue.count, len(checked.missing)) == ("warning", 209 - 17, 209 - 17)
    assert issue.example in set(checked.missing["name"])
    assert "07645" not in set(checked.missing["code"])


@pytest.fixture(scope="module")
def elsewhere():
    return district(DONG_VAN)


def test_a_layer_of_another_province_is_never_ready_even_if_accepted(check, elsewhere):
    for accepted in ((), ["no_commune_of_programme"]):
        checked = check(elsewhere, gazetteer=None, accepted=accepted)
        assert [issue.code for issue in checked.blocking] == ["no_commune_of_programme"]
        assert checked.acceptable == ()
        assert not checked.is_ready
    assert codes(checked)["no_commune_of_programme"].count == len(checked.units)
    assert (len(checked.missing), set(checked.missing["province_code"])) == (209, {"24"})


@pytest.mark.long
def test_one_commune_of_the_province_among_others_is_enough(check, communes, elsewhere):
    both = gpd.GeoDataFrame(pd.concat([elsewhere, communes.head(1)], ignore_index=True))
    checked = check(both, gazetteer=None)
    assert checked.is_ready
    assert len(checked.missing) == 208


@pytest.mark.long
def test_units_of_a_time_the_figures_do_not_speak_of_may_be_of_any_province(check, elsewhere):
    checked = check(elsewhere, gazetteer=None, vintage="2025-03")
    assert "no_commune_of_programme" not in codes(checked)


@pytest.mark.long
def test_issues_name_communes_with_their_codes(check, communes):
    layer = communes.set_geometry([communes.geometry.iloc[1], *communes.geometry.iloc[1:]])
    example = codes(check(layer))["duplicate_geometry"].example
    assert "#" not in example
    assert all(f"({code})" in example for code in ("07615", "07616"))


@pytest.mark.long
def test_the_file_is_only_read(communes, tmp_path, monkeypatch):
    path = write_zip(communes, tmp_path / "xa.zip")
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    files = sorted(tmp_path.rglob("*"))

    def refuse(*_):
        raise AssertionError("something was fetched")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    check_file(path, vintage="2023-04")
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before
    assert sorted(tmp_path.rglob("*")) == files


@pytest.mark.long
@pytest.mark.parametrize(
    "suffix",
    [
        "gpkg",
        "geojson",
        "parquet",
        *(pytest.param(x, marks=pytest.mark.long) for x in ("json", "fgb")),
    ],
)
def test_other_formats_are_checked_alike(check, communes, tmp_path, suffix):
    path = tmp_path / f"xa.{suffix}"
    communes.to_parquet(path) if suffix == "parquet" else communes.to_file(path)
    checked = check(path)
    assert checked.is_ready
    assert (checked.encoding.name, len(checked.units)) == ("unicode", 17)


@pytest.mark.long
def test_a_zipped_folder_is_read(check, communes):
    assert check(communes, written={"folder": "ban do/"}).is_ready


def test_two_features_of_one_commune_block_until_accepted_and_then_become_one(check, communes):
    layer = one_more(communes)
    checked = check(layer)
    assert not checked.is_ready
    assert [issue.code for issue in checked.blocking] == ["duplicate_features"]
    assert "07615" in set(checked.missing["code"])
    accepted = check(layer, accepted=["duplicate_features"])
    assert accepted.is_ready
    assert "07615" not in set(accepted.missing["code"])
    assert accepted.units["code"].is_unique
    assert shapely.coverage_is_valid(accepted.units.geometry.array)
    area = accepted.units.geometry.iloc[0].area
    assert area == pytest.approx(communes.geometry.iloc[0].area, rel=1e-3)


def test_a_commune_that_is_in_the_file_twice_with_one_shape_needs_one_decision(check, communes):
    layer = gpd.GeoDataFrame(pd.concat([communes, communes.iloc[[3]]], ignore_index=True))
    assert not check(layer).is_ready
    accepted = check(layer, accepted=["duplicate_features"])
    assert accepted.is_ready
    assert codes(accepted)["duplicate_geometry"].severity == "info"
    assert len(accepted.units) == 17


@pytest.mark.long
def test_two_communes_with_one_shape_block(check, communes):
    layer = communes.set_geometry([communes.geometry.iloc[1], *communes.geometry.iloc[1:]])
    assert [issue.code for issue in check(layer).blocking] == ["duplicate_geometry"]


def test_a_doubtful_feature_blocks_until_a_mapping_decides_or_it_is_accepted(
    check, communes, tmp_path
):
    layer = communes.assign(ten_xa=communes["ten_xa"].replace("Xã Hữu Sản", "Xã Hữu Xản"))
    checked = check(layer)
    assert [issue.code for issue in checked.blocking] == ["doubtful_features"]
    [row] = checked.recognition.doubtful.to_dict("records")
    path = tmp_path / "mapping.csv"
    write_mapping(path, checked.recognition, {row["feature"]: row["candidates"][0][0]})
    decided = check(layer, mapping=read_mapping(path))
    assert decided.is_ready
    assert "07624" in set(decided.units["code"])
    assert decided.decisions.equals(read_mapping(path))
    accepted = check(layer, accepted=["doubtful_features"])
    assert accepted.is_ready
    assert "07624" in set(accepted.missing["code"])


def test_an_unknown_feature_blocks_and_no_feature_is_lost_without_a_word(check, communes):
    layer = one_more(communes, ten_xa="Xã Không Có Thật")
    checked = check(layer)
    assert [issue.code for issue in checked.blocking] == ["unmatched_features"]
    assert codes(checked)["unmatched_features"].example == "Xã Không Có Thật"


@pytest.mark.long
def test_a_training_ground_is_set_aside_by_name(check, communes):
    checked = check(one_more(communes, ten_xa="Trường bắn TB1"))
    assert checked.is_ready
    assert checked.recognition.set_aside["name"].tolist() == ["Trường bắn TB1"]


def test_an_unreadable_mapping_or_one_for_other_units_is_one_sentence(check, communes, tmp_path):
    mapping = pd.DataFrame([["Xã A", "", "", "99999", "me"]])
    mapping.columns = ["name", "district", "province", "code", "decided_by"]
    with pytest.raises(MappingError, match="1 codes of the mapping are no communes of 2023-04"):
        check(communes, mapping=mapping)
    (tmp_path / "bad.csv").write_bytes(b"\xff\xfe\x00\x80name")
    with pytest.raises(MappingError, match="cannot be read as a table"):
        read_mapping(tmp_path / "bad.csv")


@pytest.mark.parametrize("vintage", ["", "abc", "2023", "2023-13", "2023-04-10", "1999-01"])
def test_a_vintage_that_is_no_month_of_the_gazetteer_is_refused(check, communes, vintage):
    with pytest.raises(SelectionError):
        check(communes, vintage=vintage)


def test_an_unknown_column_or_system_is_refused_with_what_there_is(check, communes):
    with pytest.raises(SelectionError, match="ten_xa, huyen, tinh"):
        check(communes, key="ma_xa")
    with pytest.raises(SelectionError, match="EPSG:9214"):
        check(communes, crs="the one of 1972")


@pytest.mark.long
def test_a_code_column_with_a_vietnamese_heading_can_be_named(check, communes):
    listed = check(communes).units["code"]
    layer = communes.assign(**{"Mã xã": listed.to_list()})[["Mã xã", "geometry"]]
    encoded = layer.rename(columns={"Mã xã": "Mã xã".encode().decode("latin-1")})
    assert check(encoded, key="Mã xã").recognition.by_rule == {"code": 17}


def test_an_empty_layer_and_one_of_points_are_not_ready(check, communes):
    empty = check(communes.head(0))
    assert [issue.code for issue in empty.blocking] == ["nothing_recognised"]
    points = check(communes.set_geometry(communes.representative_point()))
    assert not points.is_ready
    assert "not_polygon" in codes(points)


def test_letters_lost_on_the_way_are_named_and_codes_still_tell(check, communes):
    units = one_province().at("2023-04-28")
    ours = units[units["district"] == "Huyện Sơn Động"].set_index("name")["code"]
    texts = communes.drop(columns="geometry")
    lost = texts.map(lambda text: text.encode("cp1252", "replace").decode("cp1252"))
    checked = check(communes.assign(**lost, ma=communes["ten_xa"].map(ours)))
    assert codes(checked)["letters_lost"].example == "Th? tr?n An Châu"
    assert checked.recognition.key == "ma"


@pytest.mark.long
def test_labels_and_borders_beside_areas_are_set_aside(check, communes, tmp_path):
    labels = communes.assign(geometry=communes.representative_point())
    borders = communes[:2].assign(geometry=communes.boundary[:2])
    path = tmp_path / "vung_va_nhan.geojson"
    pd.concat([communes, labels, borders], ignore_index=True).to_file(path)
    checked = check(path)
    assert checked.is_ready
    assert checked.recognition.by_rule == {"full_name": 17}
    assert [*checked.recognition.set_aside["reason"]] == ["no area"] * (len(communes) + 2)


@pytest.mark.long
def test_features_without_a_shape_block_and_are_counted(check, communes):
    layer = communes.set_geometry([None, *communes.geometry.iloc[1:]])
    checked = check(layer)
    assert [issue.code for issue in checked.blocking] == ["missing_geometry"]
    assert len(checked.features) == 17
    assert "không cản trở" not in advice("missing_geometry", "vi", checked=checked)
    assert advice("overlaps", "en") != advice("overlaps", "en", checked=blocked_by("overlaps"))


def test_an_empty_shape_blocks_like_a_missing_one(check, communes, tmp_path):
    empty = communes.set_geometry([shapely.Polygon(), *communes.geometry.iloc[1:]])
    empty.to_file(tmp_path / "rong.gpkg")
    checked = check(tmp_path / "rong.gpkg")
    assert [issue.code for issue in checked.blocking] == ["empty_geometry"]


def blocked_by(code):
    """Return a check with one error, for the words about it."""
    return SimpleNamespace(issues=(Issue(code, "error", 1, ""),), recognition=NOTHING, features=[0])


# ---- where the layer lies


@pytest.mark.long
def test_a_layer_without_a_system_is_identified(check, communes):
    checked = check(communes.to_crs(ZONE), written={"prj": False})
    assert (checked.placing.crs, checked.placing.source) == (ZONE, "identified")
    assert checked.placing.median_m < 2_000
    assert checked.is_ready
    apart = checked.units.geometry.iloc[0].symmetric_difference(communes.geometry.iloc[0]).area
    assert apart < 0.001 * communes.geometry.iloc[0].area


@pytest.mark.few(2)
@pytest.mark.parametrize(("crs", "prj"), [("EPSG:4326", True), (ZONE, True), (ZONE, False)])
def test_swapped_axes_are_noticed_and_turned_back(check, communes, crs, prj):
    checked = check(swapped(communes.to_crs(crs)), written={"prj": prj})
    assert (checked.placing.crs, checked.placing.axis_order) == (crs, "yx")
    assert codes(checked)["axes_swapped"].severity == "info"
    assert checked.is_ready


def test_a_wrong_system_in_the_file_blocks_and_the_right_one_is_named(check, communes):
    wrong = communes.to_crs(ZONE).set_crs("EPSG:5897", allow_override=True)
    checked = check(wrong)
    assert [issue.code for issue in checked.blocking] == ["crs_doubtful"]
    assert ZONE in codes(checked)["crs_doubtful"].example
    mended = check(wrong, crs=ZONE)
    assert mended.is_ready
    assert mended.placing.source == "given"


TM_OF_WGS84 = "+proj=tmerc +lon_0=107 +k=0.9999 +x_0=500000 +datum=WGS84 +units=m"


@cache
def drawn_before():
    """Return a few units as the delivered set draws them."""
    units = read_level(set_in_use("2023-04"), "commune")
    return units.loc[units["district_code"] == "220", ["code", "name", "geometry"]].head(6)


@pytest.mark.few(2)
@pytest.mark.parametrize(
    ("right", "stated", "side"),
    [
        (ZONE, TM_OF_WGS84, "tây bắc"),  # what many recipes for .prj files say
        ("EPSG:4756", "EPSG:4326", "tây bắc"),  # a GeoJSON that was never transformed
        ("EPSG:4326", "EPSG:4756", "đông nam"),
        ("EPSG:3405", "EPSG:32648", "tây bắc"),
    ],
)
def test_a_layer_with_the_wrong_datum_is_asked_about(check, right, stated, side):
    """VN-2000 taken for WGS 84 puts a layer 224 m to the west-north-west, all of it."""
    wrong = drawn_before().to_crs(right).set_crs(stated, allow_override=True)
    checked = check(wrong)
    assert [issue.code for issue in checked.blocking] == ["datum_doubtful"]
    assert codes(checked)["datum_doubtful"].example == f"224 m; {right}"
    said = advice("datum_doubtful", "vi", checked=checked)
    assert f"cả lớp lệch 224 m về phía {side}" in said
    assert f"--crs {right}" in said


@pytest.mark.long
def test_a_person_may_accept_the_datum_or_name_the_right_one(check):
    wrong = drawn_before().to_crs(ZONE).set_crs(TM_OF_WGS84, allow_override=True)
    assert check(wrong, accepted=["datum_doubtful"]).is_ready
    assert check(wrong, crs=ZONE).is_ready


@pytest.mark.few(1)
@pytest.mark.parametrize("crs", [ZONE, "EPSG:4326", TM_OF_WGS84])
def test_a_layer_with_the_right_datum_is_not_asked_about(check, crs):
    assert check(drawn_before().to_crs(crs)).placing.issues == ()


@pytest.mark.long
def test_a_few_units_drawn_in_another_way_tell_no_datum(check, communes):
    wrong = communes.head(6).to_crs(ZONE).set_crs(TM_OF_WGS84, allow_override=True)
    assert check(wrong).placing.issues == ()


def test_metres_in_a_geojson_are_not_taken_for_degrees(check, communes, tmp_path):
    path = tmp_path / "xa.geojson"
    metres = communes.to_crs(ZONE).set_crs("EPSG:4326", allow_override=True)
    path.write_text(metres.to_json(drop_id=True), encoding="utf-8")
    checked = check(path)
    assert (checked.placing.crs, checked.placing.source) == (ZONE, "identified")
    assert checked.is_ready
    # What the file states is not called missing, and said once.
    assert placing_text(checked, "vi") == (
        f"Tọa độ không hợp với hệ ghi trong tệp (WGS 84); nhận ra {crs_label(ZONE)}."
    )


def test_a_layer_of_2025_checked_as_of_2023_is_told_its_month_and_not_asked_about(check, tmp_path):
    """All 58 units are known; none of them is a commune of 2023."""
    path = tmp_path / "xa.geojson"
    units = read_level(set_in_use("2025-07"), "commune")[["code", "name", "geometry"]]
    path.write_text(units.to_json(drop_id=True), encoding="utf-8")
    checked = check(path)

    assert checked.later_month == "2025-07"
    assert [(issue.code, issue.count) for issue in checked.issues] == [("later_month", 58)]
    assert asked_of(checked).empty
    assert not checked.is_ready
    said = report_text(checked, lang="vi")
    assert "là của đơn vị từ 7/2025: đổi tháng hiệu lực thành 2025-07" in said
    assert "không ghi hệ tọa độ" not in said
    assert report(checked)["later_month"] == "2025-07"
    right = check(path, vintage="2025-07")
    assert (right.later_month, len(right.recognition.matches)) == ("", 58)


def test_every_step_of_a_check_is_told_in_words(check, communes):
    told = []
    check(communes, progress=lambda step, share: told.append((step, share)))
    assert [step for step, _ in told] == list(STEPS)
    assert [share for _, share in told] == sorted(share for _, share in told)
    assert step_text("recognise", "vi") == "Bước 3/6: Nhận ra các xã …"


def test_a_system_that_is_nowhere_on_earth_counts_as_none(communes, tmp_path):
    path = write_zip(communes.to_crs(ZONE), tmp_path / "xa.zip", prj=False)
    work = tmp_path / "xa-files"
    (work / "xa.prj").write_text('LOCAL_CS["Nonearth",UNIT["Meter",1.0]]')
    checked = check_here(work / "xa.shp", vintage="2023-04", gazetteer=one_province())
    assert (checked.placing.crs, checked.placing.source) == (ZONE, "identified")
    assert path.exists()


def test_too_few_communes_leave_the_system_unclear_and_the_candidates_named(check, communes):
    checked = check(communes.head(3).to_crs("EPSG:32648"), written={"prj": False})
    assert not checked.is_ready
    assert checked.units is None
    assert [issue.code for issue in checked.blocking] == ["crs_unclear"]
    assert "EPSG:32648" in codes(checked)["crs_unclear"].example
    assert check(
        communes.head(3).to_crs("EPSG:32648"), written={"prj": False}, crs="EPSG:32648"
    ).is_ready


@pytest.mark.long
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_texts_of_every_encoding_are_read(check, communes, encoding):
    checked = check(communes, written={"encoding": encoding})
    assert checked.encoding.name == encoding
    assert checked.features["ten_xa"].tolist() == communes["ten_xa"].tolist()
    assert len(checked.encoding.samples) == 5
    assert checked.is_ready


# ---- the real layers


@pytest.fixture(scope="module")
def bac_giang():
    return check_file(real_file("bac_giang_communes_2008.zip"), vintage="2023-04")


@pytest.fixture(scope="module")
def layer_2008():
    layer = read_layer(real_file("bac_giang_communes_2008.zip"))
    return layer[["province_v", "district_v", "commune_vn", "geometry"]]


@pytest.mark.long
def test_the_layer_of_2008_becomes_the_209_communes(bac_giang):
    recognition = bac_giang.recognition
    assert (len(bac_giang.features), len(recognition.matches)) == (232, 230)
    assert len(recognition.set_aside) == 2
    assert "Trung tâm huấn luyện Cấm Sơn" in set(recognition.set_aside["name"])
    assert recognition.unmatched.empty
    assert recognition.doubtful.empty
    assert len(bac_giang.units) == 209
    assert bac_giang.missing.empty
    assert bac_giang.is_ready


@pytest.mark.long
def test_the_layer_of_2008_tiles_after_the_repair(bac_giang):
    assert "mismatched_edges" in {issue.code for issue in bac_giang.repair.before}
    assert bac_giang.repair.after == ()
    assert check_coverage(bac_giang.units, key="code") == []
    assert bac_giang.units.geometry.is_valid.all()


@pytest.mark.long
def test_a_change_of_area_is_named_and_listed(bac_giang):
    changes = bac_giang.repair.changes
    assert len(changes) == 230
    assert codes(bac_giang)["area_changed"].count == (changes["change_pct"].abs() > 1).sum()


@pytest.fixture(scope="module")
def bac_ninh():
    return read_layer(real_file("bac_ninh_communes_2025.zip"))


@pytest.mark.long
def test_the_layer_of_2025_is_recognised_by_code(bac_ninh):
    checked = check_file(real_file("bac_ninh_communes_2025.zip"), vintage="2025-07")
    assert checked.recognition.by_rule == {"code": 99}
    assert checked.recognition.key == "code"
    assert sorted(checked.units["code"]) == sorted(bac_ninh["code"])
    assert checked.is_ready
    assert checked.missing.empty


@pytest.mark.long
def test_without_codes_it_is_recognised_by_name_and_borders_stay_shared_on_the_map(bac_ninh, check):
    names = bac_ninh.drop(columns=[name for name in bac_ninh.columns if "code" in name.lower()])
    checked = check(names, vintage="2025-07", gazetteer=None)
    assert checked.recognition.key is None
    assert sorted(checked.units["code"]) == sorted(bac_ninh["code"])
    assert checked.is_ready
    shown = display_layer("communes", checked.units, key="code", tolerance_m=150)
    drawn = read_display(shown)
    assert len(drawn) == 99
    assert shapely.get_num_coordinates(drawn.geometry.array).sum() < 20_000
    assert check_coverage(drawn, key="id") == []


def read_display(shown):
    content = read_file(shown.files[0].body_gzip)
    return gpd.GeoDataFrame({"id": content["keys"]}, geometry=content["shapes"], crs="EPSG:4326")


def right_or_unclear(placing, crs, order):
    """Say whether a placing is right; an unclear one must offer the right answer."""
    if not placing.clear:
        return crs in dict(placing.candidates)
    return (placing.crs, placing.axis_order) == (crs, order)


@pytest.mark.long
def test_the_layer_of_2008_is_placed_in_every_system_and_order(layer_2008):
    gazetteer = shipped_gazetteer()
    found = recognise(
        pd.DataFrame(layer_2008.drop(columns="geometry")), gazetteer, day="2023-04-28"
    )
    inside = layer_2008.set_geometry(layer_2008.representative_point())
    outcome = {}
    orders = [("xy", "yx")[place % 2] for place in range(len(CANDIDATES))]
    for crs, order in [*zip(CANDIDATES, orders, strict=True), (ZONE, "xy"), (ZONE, "yx")]:
        layer = inside.to_crs(crs)
        layer = swapped(layer) if order == "yx" else layer
        placing = placed(layer.set_crs(None, allow_override=True), found, gazetteer, given=False)
        assert right_or_unclear(placing, crs, order), (crs, order, placing)
        outcome[crs, order] = placing.clear
    unclear = {crs for (crs, _), clear in outcome.items() if not clear}
    # Of one UTM zone, or in degrees, the two datums are 224 m apart: less than these points tell.
    assert unclear <= {
        "EPSG:4326",
        "EPSG:4756",
        "EPSG:32648",
        "EPSG:3405",
        "EPSG:32649",
        "EPSG:3406",
    }


def cases():
    """Return systems × with or without .prj × axes × encodings: a few, or at length all of them."""
    product = list(itertools.product(CANDIDATES, (True, False), ("xy", "yx"), ENCODINGS))
    return product if LONG else product[3::354]


@pytest.mark.long
@pytest.mark.parametrize(("crs", "prj", "order", "encoding"), cases())
def test_the_layer_of_2008_is_read_however_it_was_written(
    layer_2008, check, crs, prj, order, encoding
):
    layer = layer_2008.to_crs(crs)
    layer = swapped(layer) if order == "yx" else layer
    checked = check(layer, written={"prj": prj, "encoding": encoding}, gazetteer=None)
    assert checked.encoding.name == encoding
    assert checked.features["commune_vn"].tolist() == layer_2008["commune_vn"].tolist()
    assert len(checked.recognition.matches) == 230
    assert right_or_unclear(checked.placing, crs, order)
    assert checked.is_ready == checked.placing.clear
    if prj:
        assert checked.placing.source == "file"
        assert checked.is_ready
