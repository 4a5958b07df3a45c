"""What a file would change, by name: old and new, how far apart, largest first."""

import io
import json

import pandas as pd
import pytest

from mtqg_geo.dataset.dataset import current_dataset
from mtqg_geo.exports.files import plain_csv
from mtqg_geo.loading.changes import change_lines, change_tables
from mtqg_geo.loading.summary import upload_json
from mtqg_geo.loading.upload import check_upload, commit_upload
from mtqg_geo.loading.view import upload_view
from mtqg_geo.store.rights import Who

pytestmark = pytest.mark.usefixtures("in_this_process")
FIGURES = "Mã xã;Chỉ tiêu;Dự án;Kỳ;Loại số liệu;Giá trị"
SITES = "Mã công trình;Tên công trình;Loại công trình;Dự án;Mã xã;Năm;Trạng thái;Kinh độ;Vĩ độ"
ROADS = "Mã tuyến;Tên tuyến đường;Dự án;Năm;Trạng thái;Chiều dài báo cáo (km);Hình tuyến (WKT)"
LOADED = (
    "07243;OP01;;2023;KH;4",
    "07246;OP01;;2023;KH;5",
    "07249;OP01;;2023;KH;6",
    "07243;FI01;DA6;2023;KH;2000000000",
)
AGAIN = (
    "07243;OP01;;2023;KH;6",
    "07246;OP01;;2023;KH;chưa báo cáo",
    "07249;OP01;;2023;KH;60",
    "07243;FI01;DA6;2023;KH;2000000500",
    "07252;OP01;;2023;KH;3",
)
SITE = "CT-1;Trạm y tế Đồng Vương;Trạm y tế;DA4.TDA1;07255;2023;Hoàn thành;{lon};{lat}"


def csv(headings, *rows):
    return "\n".join((headings, *rows, "")).encode()


@pytest.fixture(scope="module")
def known():
    return {}


@pytest.fixture
def changes(data, known, request):
    """Return what a second file would change of a first one, looked at once for all tests."""

    def of(headings, before, after, *, lang="vi"):
        key = (headings, *before, "", *after, lang)
        if key not in known:
            known[key] = look(headings, before, after, lang)
        return known[key]

    def look(headings, before, after, lang):
        own_store = request.getfixturevalue("own_store")
        commit_upload(
            check_upload(csv(headings, *before), "a.csv", data), own_store, who=Who("Lan")
        )
        now = current_dataset()
        upload = check_upload(csv(headings, *after), "b.csv", now, store=own_store)
        return upload, change_tables(upload, now, lang)

    return of


def test_figures_are_named_and_the_largest_change_of_what_is_common_comes_first(changes):
    _, (table,) = changes(FIGURES, LOADED, AGAIN)

    assert (table.kind, table.total, len(table.rows)) == ("observations", 5, 5)
    rows = table.rows[["commune", "indicator", "basis", "period", "project", "what"]]
    # 54 households more, of 6 that are common; 5 that are gone; 2 more; 500 đồng of 2 billion.
    assert [tuple(row) for row in rows.itertuples(index=False)] == [
        ("Xã Xuân Lương", "Hỗ trợ nhà ở", "Kế hoạch", "Năm 2023", "DA1", "changed"),
        ("Xã Canh Nậu", "Hỗ trợ nhà ở", "Kế hoạch", "Năm 2023", "DA1", "gone"),
        ("Xã Đồng Tiến", "Hỗ trợ nhà ở", "Kế hoạch", "Năm 2023", "DA1", "changed"),
        ("Xã Đồng Tiến", "Vốn thực hiện", "Kế hoạch", "Năm 2023", "DA6", "changed"),
        ("Xã Tam Tiến", "Hỗ trợ nhà ở", "Kế hoạch", "Năm 2023", "DA1", "added"),
    ]
    numbers = table.rows[["old", "new", "difference", "percent", "unit"]].iloc[[0, 3]]
    assert [tuple(row) for row in numbers.round(7).itertuples(index=False)] == [
        (6.0, 60.0, 54.0, 900.0, "hộ"),
        (2000.0, 2000.0005, 0.0005, 0.000025, "triệu đồng"),
    ]


@pytest.mark.long
def test_the_source_of_money_is_named_beside_its_project(changes):
    headings = "Mã xã;Chỉ tiêu;Dự án;Nguồn vốn;Kỳ;Loại số liệu;Giá trị"
    row = "07243;FI01;DA6;Ngân sách trung ương;2023;KH;{}000000"
    _, (table,) = changes(headings, [row.format(2)], [row.format(3)])
    assert table.rows["project"].tolist() == ["DA6 · Ngân sách trung ương"]


def test_changes_are_filtered_by_kind_and_by_text_with_or_without_accents(changes):
    _, (table,) = changes(FIGURES, LOADED, AGAIN)

    assert table.whats == ("added", "changed", "gone")
    assert table.only("gone").rows["commune"].tolist() == ["Xã Canh Nậu"]
    assert len(table.only(text="dong tien").rows) == 2
    assert len(table.only(text="Đồng Tiến nhà ở").rows) == 1
    assert table.only("gone", "dong tien").rows.empty
    assert len(table.only().rows) == 5


def test_the_command_line_says_the_same_words(changes):
    _, tables = changes(FIGURES, LOADED, AGAIN)

    assert list(change_lines(tables, "vi")) == [
        "Số liệu, thay đổi lớn nhất trước:",
        "  Xã Xuân Lương · Hỗ trợ nhà ở · Kế hoạch · Năm 2023 · DA1: 6 → 60 hộ (+54)",
        "  Xã Canh Nậu · Hỗ trợ nhà ở · Kế hoạch · Năm 2023 · DA1: 5 hộ → bỏ trống",
        "  Xã Đồng Tiến · Hỗ trợ nhà ở · Kế hoạch · Năm 2023 · DA1: 4 → 6 hộ (+2)",
        "  Xã Đồng Tiến · Vốn thực hiện · Kế hoạch · Năm 2023 · DA6: "
        "2.000 → 2.000,0005 triệu đồng (+0,0005)",
    ]


def test_a_program_is_told_what_becomes_of_each_value(changes):
    upload, _ = changes(FIGURES, LOADED, AGAIN)
    said = json.loads(upload_json(upload, "vi"))["changes"]
    assert [(each["commune_code"], each["what"], each["new"]) for each in said] == [
        ("07246", "gone", None), ("07249", "changed", 60.0), ("07243", "changed", 6.0),
        ("07243", "changed", 2_000_000_500.0),
    ]  # fmt: skip


def test_a_file_of_changes_opens_in_excel_and_runs_no_formula(changes):
    before = SITE.format(lon="106,1253", lat="21,5531")
    after = before.replace("Trạm y tế Đồng Vương", "@Trạm y tế")
    _, (table,) = changes(SITES, [before], [after])

    text = plain_csv(table.worded("vi"))
    rows = pd.read_csv(io.StringIO(text))
    assert list(rows) == [
        "Tên", "Xã", "Mục", "Đang có", "Sẽ là", "Chênh lệch", "Thay đổi", "Trang tính", "Dòng"
    ]  # fmt: skip
    assert rows.loc[0, "Đang có"] == "Trạm y tế Đồng Vương"
    assert rows.loc[0, "Sẽ là"] == "'@Trạm y tế"


def test_a_site_is_named_its_words_are_words_and_its_place_moves_by_a_distance(changes):
    before = SITE.format(lon="106,1253", lat="21,5531")
    after = SITE.format(lon="106,1263", lat="21,5531").replace("Hoàn thành", "Đang thi công")
    new = before.replace("CT-1", "CT-2").replace("Trạm y tế Đồng Vương", "Trạm mới")
    _, (table,) = changes(SITES, [before], [after, new])

    name, commune = "Trạm y tế Đồng Vương", "Xã Đồng Vương"
    rows = table.rows[["of", "commune", "item", "old", "new", "difference", "what"]]
    assert {tuple(row) for row in rows.itertuples(index=False)} == {
        # A thousandth of a degree at 21.55° north is 104 m from west to east.
        (name, commune, "Vị trí", "106,1253; 21,5531", "106,1263; 21,5531", "104 m", "changed"),
        (name, commune, "Trạng thái", "Hoàn thành", "Đang thi công", "", "changed"),
        ("Trạm mới", commune, "", "", "Trạm y tế · DA4.TDA1 – Hạ tầng sản xuất, đời sống · 2023"
         " · Hoàn thành", "", "added"),
    }  # fmt: skip


def test_a_road_whose_line_is_another_one_says_both_lengths(changes):
    road = "D-1;Đường Đồng Vương;DA4.TDA1;2023;Hoàn thành;1,1;LINESTRING (106.12 21.55, 106.13 {})"
    _, (table,) = changes(ROADS, [road.format("21.55")], [road.format("21.56")])
    row = table.rows.iloc[0]
    assert tuple(row[["of", "item", "old", "new", "difference"]]) == (
        "Đường Đồng Vương", "Tuyến trên bản đồ", "1,04 km", "1,52 km", "+0,48 km",
    )  # fmt: skip


def test_a_commune_put_in_another_region_is_named(changes):
    headings = "Mã xã;Khu vực;Hiệu lực từ;Số quyết định"
    row = "07243;{};04/06/2021;861/QĐ-TTg"
    _, (table,) = changes(headings, [row.format("III")], [row.format("I")])
    (line,) = list(change_lines([table], "vi"))[1:]
    assert line == "  Xã Đồng Tiến · Khu vực: III → I"


def test_all_rows_are_named_in_the_time_they_speak_of(changes):
    before = "07333;CX01;;2023;TH;1500", "07333;CX01;;2026;TH;9000"
    _, (table,) = changes(FIGURES, before, [each + "1" for each in before])
    named = table.rows.set_index("period")["commune"].to_dict()
    assert named["Năm 2023"] != named["Năm 2026"]


def test_without_a_store_nothing_is_compared(data):
    upload = check_upload(csv(FIGURES, *LOADED), "a.csv", data)
    assert upload_view(upload, data, lang="vi").changes == ()


def test_cost_and_dates_change_in_the_words_of_their_headings(changes):
    head = f"{SITES};Tổng mức đầu tư (triệu đồng);Ngày khởi công;Ngày hoàn thành"
    site = SITE.format(lon="106,2", lat="21,5")
    _, (table,) = changes(head, [f"{site};1250,5;3/2022;"], [f"{site};1300;;30/6/2023"])

    rows = table.rows[["of", "item", "old", "new", "difference", "what"]].sort_values("item")
    name = "Trạm y tế Đồng Vương"
    assert [tuple(row) for row in rows.itertuples(index=False)] == [
        (name, "Ngày hoàn thành", "–", "30/06/2023", "", "changed"),
        (name, "Ngày khởi công", "03/2022", "–", "", "gone"),
        (name, "Tổng mức đầu tư (triệu đồng)", "1.250,5", "1.300", "+49,5", "changed"),
    ]
