"""What works cost and when they were built: money in any unit, dates as exactly as they are known."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqg_geo.loading.tables.roads import read_roads
from mtqg_geo.loading.tables.sites import read_sites
from mtqg_geo.loading.workbooks.everything import workbook
from mtqg_geo.loading.workbooks.templates import template
from mtqg_geo.programme.tables import COST_AND_DATES
from tests.long import DEAR
from tests.mtqg_geo.loading.sheets import sheet_of
from tests.mtqg_geo.loading.workbooks import (
    as_bytes,
    layer_table,
    opened,
    read_as,
    sheets_here,
    told,
    written,
)

HEAD = ("Mã CT", "Tên công trình", "Loại công trình", "Dự án", "Năm", "Trạng thái", "Mã xã")
MARKET = ("CT1", "Chợ Một", "Chợ", "DA4.TDA1", 2023, "Hoàn thành", "00001")
DATES = ("Ngày khởi công", "Ngày hoàn thành")
MILLIONS = "Tổng mức đầu tư (triệu đồng)"
COSTED = (*HEAD, MILLIONS, *DATES)
BILLION_AND_A_QUARTER = 1_250_500_000.0


@pytest.fixture(scope="module")
def paper(squares):
    return squares()


@pytest.fixture
def read(paper, tmp_path):
    """Return a reader of a sheet of sites, over three communes of one degree each."""

    def reading(*rows, head=COSTED, above=(), data=None, **options):
        [sheet] = sheets_here(written([*above, head, *rows]), tmp_path)
        return read_as(read_sites, sheet, data or paper, **options)

    return reading


def said_of(table):
    return table.rows[[*COST_AND_DATES]].astype(object).to_numpy().tolist()


def test_money_becomes_dong_and_dates_stay_as_exact_as_they_are_written(read):
    table = read(
        (*MARKET, "1.250,5", "15/3/2022", "6/2023"),
        ("CT2", *MARKET[1:], "", "năm 2022", "2023-06-30"),
        ("CT3", *MARKET[1:], "Chưa báo cáo", "", ""),
    )
    assert (table.errors, table.warnings) == ((), ())
    [first, second, third] = said_of(table)
    assert first == [BILLION_AND_A_QUARTER, "2022-03-15", "2023-06"]
    assert second[1:] == ["2022", "2023-06-30"]
    assert third[1:] == ["", ""]
    assert np.isnan([second[0], third[0]]).all()


@pytest.mark.parametrize(
    ("heading", "above", "text"),
    [
        ("Tổng mức đầu tư (đồng)", (), "1.250.500.000"),
        ("TMĐT (nghìn đồng)", (), 1_250_500),
        ("Tổng mức đầu tư (tỷ đồng)", (), "1,2505"),
        ("Tổng mức đầu tư", [["Biểu 02: Danh mục công trình (ĐVT: triệu đồng)"]], 1250.5),
        ("cost_vnd", (), 1_250_500_000),
    ],
)
def test_the_unit_stands_in_the_heading_or_above_the_table(read, heading, above, text):
    table = read((*MARKET, text), head=(*HEAD, heading), above=above)
    assert table.errors == ()
    assert table.rows["cost_vnd"].to_list() == [BILLION_AND_A_QUARTER]


@pytest.mark.parametrize(
    ("heading", "above", "code"),
    [
        ("Tổng mức đầu tư", (), "works_cost_unit"),
        ("Tổng mức đầu tư", [["ĐVT: km"]], "works_cost_unit"),
        ("Tổng mức đầu tư (đồng)", [["ĐVT: triệu đồng"]], "load_units_differ"),
    ],
)
def test_where_the_unit_is_not_clear_nothing_is_guessed(read, heading, above, code):
    rows = [(*MARKET, 1250.5), ("CT2", *MARKET[1:], "")]
    table = read(*rows, head=(*HEAD, heading), above=above)
    assert [error.code for error in table.errors] == [code]
    assert table.rows["id"].to_list() == ["CT2"]  # says nothing of money, so nothing is unclear


CANNOT_BE = (
    (-5, "", "", "works_negative_cost"),
    ("nhiều", "", "", "load_no_number"),
    ("", "7/2023", "6/2023", "works_completed_before_started"),
    ("", "2024", "30/6/2023", "works_completed_before_started"),
    ("", "", "2099", "works_completed_ahead"),
    ("", "quý II/2023", "", "works_date"),
    ("", "31/2/2023", "", "works_date"),
    ("", "", "13/2023", "works_date"),
)


def test_what_cannot_be_is_an_error_at_its_cell(read):
    table = read(*((f"CT{n}", *MARKET[1:], *row[:3]) for n, row in enumerate(CANNOT_BE)))
    errors = sorted(table.errors, key=lambda error: error.row)
    assert [error.code for error in errors] == [code for *_, code in CANNOT_BE]
    assert [error.value for error in errors] == [
        str(completed or started or cost) for cost, started, completed, _ in CANNOT_BE
    ]
    assert table.rows.empty


def test_headings_of_two_rows_name_a_field_together(read):
    upper = (*HEAD, "Tổng mức đầu tư (triệu đồng)", "", "Thời gian", "")
    lower = (*[""] * len(HEAD), "Tổng số", "Trong đó: NSTW", "Khởi công", "Hoàn thành")
    table = read((*MARKET, 1250.5, 1000, 2022, 2023), head=lower, above=[upper])
    assert table.errors == ()
    assert said_of(table) == [[BILLION_AND_A_QUARTER, "2022", "2023"]]
    assert table.headings.ignored == ("Tổng mức đầu tư (triệu đồng) / Trong đó: NSTW",)


def test_dates_that_overlap_as_far_as_they_are_known_are_no_contradiction(read):
    assert read((*MARKET, "", "6/2023", "2023")).errors == ()
    assert read((*MARKET, "", "30/6/2023", "6/2023")).errors == ()


def test_what_deserves_a_look_is_said_once_with_all_its_rows(read):
    building = [*MARKET]
    building[5] = "Đang thi công"
    table = read(
        (*MARKET, 1_250_500_000, "", ""),  # đồng in a column of millions
        ("CT2", *MARKET[1:], 1.25, "", ""),  # billions in it
        ("CT3", *building[1:], 500, "", "6/2023"),
        ("CT4", *building[1:], 500, "", "2022"),
    )
    assert table.errors == ()
    assert [(each.code, each.rows) for each in table.warnings] == [
        ("works_cost_odd", (2, 3)),
        ("works_completed_status", (4, 5)),
    ]
    words = table.warnings[0].text("vi")
    assert "(20 triệu đồng đến 500,0 tỷ đồng), ví dụ 1.250.500,0 tỷ đồng" in words


def test_a_file_without_the_columns_leaves_what_is_known_and_an_empty_cell_takes_it_away(
    read, squares
):
    data = squares(sites=[("CT1", "completed", "00001")])
    known = {"cost_vnd": 5e8, "started_on": "2022", "completed_on": "2023-06"}
    data = replace(data, sites=data.sites.assign(**known))
    silent = read(MARKET, ("CT2", *MARKET[1:]), head=HEAD, data=data, illustrative=True)
    assert said_of(silent)[0] == [5e8, "2022", "2023-06"]
    assert said_of(silent)[1][1:] == ["", ""]
    [emptied] = said_of(read((*MARKET, "", "", "2023"), data=data, illustrative=True))
    assert np.isnan(emptied[0])
    assert emptied[1:] == ["", "2023"]


def test_a_road_has_cost_and_dates_as_a_site_has(paper, tmp_path):
    head = ("Mã tuyến", "Tên tuyến", "Dự án", "Năm", "Trạng thái", "Hình tuyến (WKT)")
    road = (
        "D1",
        "Đường Một",
        "DA4.TDA1",
        2023,
        "Hoàn thành",
        "LINESTRING (106.5 21.5, 106.51 21.5)",
    )
    rows = [["ĐVT: triệu đồng"], (*head, "TMĐT", "Khởi công", "Hoàn thành"), (*road, 900, 2022, "")]
    [sheet] = sheets_here(written(rows), tmp_path)
    table = read_as(read_roads, sheet, paper)
    assert table.errors == ()
    assert said_of(table) == [[9e8, "2022", ""]]


def test_a_filled_template_comes_back_in_dong(data, tmp_path):
    book = opened(template("sites", data, communes=("07615",)))
    sheet = book.worksheets[0]
    places = {cell.value: cell.column for cell in sheet[4]}
    given = {
        "Tên công trình": "Chợ An Châu", "Loại công trình": "Chợ", "Dự án": "DA4.TDA1",
        "Năm": 2023, "Trạng thái": "Hoàn thành", MILLIONS: 1250.5, "Ngày khởi công": "3/2022",
        "Ngày hoàn thành": "30/6/2023",
    }  # fmt: skip
    for heading, value in given.items():
        sheet.cell(5, places[heading]).value = value
    assert sheet.cell(5, places["Ngày khởi công"]).number_format == "@"  # 3/2022 stays what it is
    [sheet] = sheets_here(as_bytes(book), tmp_path)
    table = read_as(read_sites, sheet, data)
    assert said_of(table) == [[BILLION_AND_A_QUARTER, "2022-03", "2023-06-30"]]


MONTHS = st.builds("{:04}-{:02}".format, st.integers(1990, 2020), st.integers(1, 12))
DAYS = st.dates(
    min_value=np.datetime64("1990-01-01").item(), max_value=np.datetime64("2020-12-31").item()
)
STARTED = st.just("") | MONTHS.map(lambda month: month[:4]) | MONTHS | DAYS.map(str)
COSTS = st.none() | st.integers(0, 10**15)  # whole đồng, up to a million billions


COMPLETED = st.sampled_from(["", "2021", "2022-05"])
WORKS = st.lists(st.tuples(COSTS, STARTED, COMPLETED), min_size=1, max_size=4)


@DEAR
@given(works=WORKS, lang=st.sampled_from(["vi", "en"]))
def test_any_cost_and_dates_come_back_from_the_workbook_of_everything(
    squares, tmp_path, works, lang
):
    data = squares(sites=[(f"CT{n:03}", "completed", "00001") for n in range(len(works))])
    costs, started, completed = zip(*works, strict=True)
    told_ = {"cost_vnd": np.array(costs, dtype=float), "started_on": started}
    sites, roads = data.sites.assign(**told_, completed_on=completed), data.roads
    data = replace(data, sites=sites, roads=roads.assign(road_class=""))
    name = {"vi": "Công trình", "en": "Sites"}[lang]
    [sheet] = sheets_here(workbook(data, lang=lang), tmp_path, only=name)
    table = read_as(read_sites, sheet, data, illustrative=True)
    assert table.errors == ()
    for (cost, *dates), row in zip(works, said_of(table), strict=True):
        assert row[1:] == dates
        assert row[0] == cost or (cost is None and np.isnan(row[0]))


def test_an_exported_layer_comes_back_with_cost_and_dates(squares, tmp_path):
    from mtqg_geo.exports.files import layer
    from mtqg_geo.figures.selection import default_selection

    data = squares(sites=[("CT1", "completed", "00001")])
    known = {"cost_vnd": BILLION_AND_A_QUARTER, "started_on": "2022", "completed_on": "2023-06"}
    data = replace(data, sites=data.sites.assign(**known))
    file = tmp_path / "sites.geojson"
    columns = ["code", "name", "facility", "project", "year", "status", "commune_code", *known]
    shown = layer(data, default_selection(data), "sites")[[*columns, "geometry"]]
    shown.to_file(file, driver="GeoJSON")
    assert said_of(layer_table(file, data, kind="sites")) == [
        [BILLION_AND_A_QUARTER, "2022", "2023-06"]
    ]


def test_costs_shown_in_millions_below_another_unit_are_asked_about(paper):
    sheet = sheet_of(COSTED, (*MARKET, 1_250_500_000, "", ""))
    shown = replace(sheet, scaled=frozenset({COSTED.index(MILLIONS)}))
    assert told(read_as(read_sites, shown, paper).errors) == [(2, "load_scaled_format")]
