import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from mtqg_geo.dataset.vintages import shown_for
from mtqg_geo.figures.profile import IndicatorLine, commune_profile
from mtqg_geo.figures.query import parse_selection
from mtqg_geo.figures.selection import default_selection
from mtqg_geo.programme.model import State
from mtqg_geo.report.atlas import atlas_codes, atlas_sheets, figure_block, site_block
from mtqg_geo.report.paper.sheet import Box, Sheet
from tests.mtqg_geo.report.reading import assert_nothing_is_cut_off, text_of, written

ROOT = Path(__file__).resolve().parents[3]
MEASURE = """
import json, resource, sys, tempfile, time
from mtqg_geo.dataset.dataset import shipped_dataset
from mtqg_geo.figures.selection import default_selection
from mtqg_geo.report.atlas.atlas import atlas_sheets
from mtqg_geo.report.paper.setup import Setup
from mtqg_geo.report.paper.sheet import write_pdf
data = shipped_dataset()
megabytes = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
before, start = megabytes(), time.process_time()
with tempfile.TemporaryFile() as out:
    pages = write_pdf(atlas_sheets(data, default_selection(data), Setup()), out, title="", subject="")
json.dump({"pages": pages, "cpu_s": time.process_time() - start,
           "more_mb": megabytes() - before}, sys.stdout)
"""


def texts(sheet):
    return [line.text for line in written(sheet)]


@pytest.fixture(scope="module")
def district(data, select, setup):
    """Return the atlas of Sơn Động by the name of the commune."""
    selection = select(district=["220"])
    sheets = list(atlas_sheets(data, selection, setup()))
    return dict(zip(atlas_codes(data, selection, setup()), sheets, strict=True))


@pytest.mark.long
def test_there_is_a_page_for_each_commune_with_its_name(data, district):
    names = data.commune_list.set_index("code")["name"]
    assert len(district) == 17
    for code, sheet in district.items():
        assert names[code] in texts(sheet)
        assert_nothing_is_cut_off(sheet)


def test_a_page_holds_figures_sites_and_roads_of_its_commune(data, select, district):
    profile = commune_profile(data, select(), "07645")
    shown = texts(district["07645"])
    for line in profile.lines:
        assert line.indicator.short.vi in shown
    for name in profile.sites["name"]:
        assert name in shown
    for name in profile.roads["name"]:
        assert name in shown
    assert "mã xã 07645" in " ".join(shown)
    assert any(text.startswith("Tỷ lệ 1:") for text in shown)


@pytest.mark.parametrize("orientation", ["landscape", "portrait"])
def test_no_row_is_left_out_of_the_delivered_data(data, select, setup, district, orientation):
    upright = atlas_sheets(data, select(district=["220"]), setup(orientation="portrait"))
    for sheet in upright if orientation == "portrait" else district.values():
        assert not [text for text in texts(sheet) if "dòng nữa" in text]
        assert_nothing_is_cut_off(sheet)


@pytest.mark.few(1)
@pytest.mark.parametrize("orientation", ["landscape", "portrait"])
def test_a_page_tells_cost_and_dates_where_any_is_known(data, select, setup, orientation):
    told = {"cost_vnd": 1_250_500_000.0, "started_on": "2022-03", "completed_on": "2023-06-30"}
    costed = replace(data, sites=data.sites.assign(**told), roads=data.roads.assign(cost_vnd=9e8))
    [sheet] = atlas_sheets(costed, select(commune=["07645"]), setup(orientation=orientation))
    shown = texts(sheet)
    assert {"TMĐT", "1.250,5", "03/2022", "30/06/2023", "900,0"} <= set(shown)
    assert "cả tuyến" in " ".join(shown)  # a road costs what all of it costs
    assert shown.count("03/2022") == 9  # every site of the commune
    assert_nothing_is_cut_off(sheet)


def test_a_list_too_long_for_its_place_says_how_much_is_left_out(data, select):
    profile = commune_profile(data, select(), "07645")
    block = site_block(profile, data.catalog, "vi")
    sheet = Sheet(210, 297)
    block.draw(sheet, Box(10, 10, 120, 30), "vi")
    shown = [name for name in profile.sites["name"] if name in texts(sheet)]
    [left_out] = [text for text in texts(sheet) if "dòng nữa" in text]
    assert left_out == f"… và {9 - len(shown)} dòng nữa, xem trong bảng trên phần mềm"


def test_a_rate_with_silent_parts_is_at_least_so_much_and_no_plan_is_not_silence(data, select):
    query = {"vintage": ["2025-07"], "commune": ["07537"]}
    shown = shown_for(data, query)
    selection, _ = parse_selection(query, shown)
    profile = commune_profile(shown, selection, "07537")
    rows = {row.cells[0]: row.cells for row in figure_block(profile, "vi").table.rows}
    assert rows["Tỷ lệ giải ngân"][3] == "ít nhất 13,5"
    assert rows["Chuyển đổi nghề"][2:] == ("47", "3", "ít nhất 6 %")
    assert rows["Bảo hiểm y tế"][3] == "98,2", "an average may be anything"
    former = figure_block(commune_profile(data, select(), "07616"), "vi")
    rows = {row.cells[0]: row.cells for row in former.table.rows}
    assert rows["Hỗ trợ nhà ở"][2:] == ("Không KH", "–", "")
    assert rows["Điểm đến du lịch"][2:] == ("2", "Chưa báo cáo", "")
    assert former.title == "Kế hoạch (KH) và kết quả"


def test_without_a_figure_nothing_is_at_least_so_much(data, select):
    road = data.catalog.indicators["OP05"]
    line = IndicatorLine(road, 0.0, 0.0, State.PARTLY_REPORTED, "2023-Q4")
    profile = replace(commune_profile(data, select(), "07645"), lines=(line,))
    [row] = figure_block(profile, "vi").table.rows
    assert row.cells[2:] == ("Không KH", "–", "")


def test_a_commune_outside_the_programme_says_so(data, select, setup):
    [sheet] = atlas_sheets(data, select(commune=["07201"]), setup())
    assert "Xã không thuộc diện của các chỉ tiêu đang lọc." in texts(sheet)
    assert figure_block(commune_profile(data, select(), "07201"), "vi").table.rows == ()


def test_a_page_of_a_year_without_a_list_of_regions_says_so(data, select, setup):
    selection = replace(select(commune=["07645"]), year=2026)
    [sheet] = atlas_sheets(data, selection, setup())
    words = " ".join(texts(sheet))
    assert "Chưa nạp danh sách khu vực" in words
    assert "Ngoài vùng" not in words


def test_a_commune_without_a_shape_has_its_page(squares, setup):
    data = squares()
    shapes = data.communes.geometry.copy()
    shapes.iloc[1] = None
    without = replace(data, communes=data.communes.set_geometry(shapes))
    sheets = list(atlas_sheets(without, default_selection(without), setup()))
    assert len(sheets) == 3
    assert "Bộ ranh giới đang dùng không có hình của xã này." in texts(sheets[1])


def test_an_atlas_of_nothing_is_a_page_that_says_so(data, select, setup):
    [sheet] = atlas_sheets(data, select(district=["213"], commune=["07645"]), setup())
    assert any("có xã nào thuộc tất cả các bộ lọc" in text for text in texts(sheet))


def test_the_text_of_a_page_can_be_searched(data, select, setup):
    from mtqg_geo.report.outputs import report_bytes

    told = []
    made = report_bytes(
        data, select(commune=["07645", "07678"]), setup(), "atlas", "pdf", progress=told.append
    )
    assert "Xã An Lạc" in text_of(made, page=0)
    assert "Xã Thanh Luận" in text_of(made, page=1)
    assert told == [0.5, 1.0]


@pytest.mark.long
def test_the_whole_province_takes_less_than_90_seconds_and_200_megabytes():
    done = subprocess.run(
        [sys.executable, "-c", MEASURE], cwd=ROOT, capture_output=True, check=True
    )
    measured = json.loads(done.stdout)
    assert measured["pages"] == 209
    assert measured["cpu_s"] < 90
    assert measured["more_mb"] < 200
