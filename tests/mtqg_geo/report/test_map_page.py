import io
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle
from PIL import Image
from pyproj import Geod

from mtqg_geo.figures.selection import default_selection
from mtqg_geo.figures.works import works_of, works_view
from mtqg_geo.maps.classing import Classing
from mtqg_geo.maps.legend import printed_legend
from mtqg_geo.maps.view import map_view
from mtqg_geo.maps.works_shown import WorksShown
from mtqg_geo.programme.words import number
from mtqg_geo.report.map.graticule import BAR_HEIGHT_MM
from mtqg_geo.report.map.page import map_picture, map_sheets
from mtqg_geo.report.map.plane import plane
from mtqg_geo.report.map.window import scale_bar, window_on
from mtqg_geo.report.outputs import report_bytes
from mtqg_geo.report.paper.page import paper_sheet
from mtqg_geo.report.paper.sheet import Box, pdf_bytes
from tests.mtqg_geo.report.reading import (
    assert_nothing_is_cut_off,
    needs_poppler,
    overlaps,
    pages_of,
    poppler,
    poppler_text,
    size_mm,
    text_of,
    written,
)

SIZES = {("A4", "landscape"): (297, 210), ("A4", "portrait"): (210, 297),
         ("A3", "landscape"): (420, 297), ("A3", "portrait"): (297, 420)}  # fmt: skip
GEOD = Geod(ellps="WGS84")
DPI = 60  # a swatch is fifteen dots wide


def pdf(data, selection, setup):
    return report_bytes(data, selection, setup, "map", "pdf")


@pytest.fixture(scope="module")
def housing(data, select, setup):
    return pdf(data, select(indicator=["OP01"]), setup())


@pytest.mark.parametrize(("paper", "orientation"), SIZES, ids="-".join)
def test_the_page_has_the_size_of_its_paper(setup, paper, orientation):
    """A blank one; that maps are drawn on it, `test_no_text_is_cut_off` asserts."""
    blank = paper_sheet(setup(paper, orientation))
    [page] = pages_of(pdf_bytes([blank], title="", subject=""))
    assert size_mm(page) == SIZES[paper, orientation]


@pytest.mark.long
def test_the_text_can_be_searched_title_legend_counts_scale_and_notices(data, select, housing):
    text = text_of(housing)
    view = map_view(data, select(indicator=["OP01"]), Classing(), lang="vi")
    for words in (
        "Số hộ được hỗ trợ làm nhà ở, năm 2023",
        "Tỉnh Bắc Giang",
        "Chưa báo cáo",
        "Không thuộc diện",
        "Xã đặc biệt khó khăn",
        "Tỷ lệ 1:",
        "VN-2000, kinh tuyến trục 107°00′",
        "EPSG:9214",
        "Ranh giới gần đúng",
        "Số liệu minh họa, không phải số liệu chính thức",
        "Lập ngày 01/07/2024",
        "SƠN ĐỘNG",
    ):
        assert words in text, words
    for entry in view.choropleth.legend:
        assert f"{entry.label} {number(entry.count, 'vi')} xã" in text
    assert sum(entry.count for entry in view.choropleth.legend) == 209


@needs_poppler
def test_poppler_finds_the_same_words_and_every_font_embedded(housing):
    text = poppler_text(housing)
    assert "Số hộ được hỗ trợ làm nhà ở, năm 2023" in text
    assert "136 xã" in text
    fonts = poppler("pdffonts", housing, "-").splitlines()[2:]
    assert fonts
    for font in fonts:
        embedded, _subset, unicode_map = font.split()[-5:-2]
        assert (embedded, unicode_map) == ("yes", "yes"), font


def test_the_map_is_drawn_and_holds_no_picture(housing):
    [page] = pages_of(housing)
    assert not list(page.images)
    content = page.get_contents().get_data()
    assert content.count(b"\nl\n") + content.count(b" l\n") > 1000  # line operators of real borders
    assert page["/Resources"]["/Pattern"]  # the hatch of communes without data


def test_the_same_figures_give_the_same_bytes_in_several_threads(data, select, setup):
    selection = select(indicator=["OP01"], district=["215"])
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda _: pdf(data, selection, setup()), range(2)))
    assert made == [pdf(data, selection, setup())] * 2
    assert b"CreationDate" not in made[0]


@pytest.mark.few(1)
@pytest.mark.parametrize("place", [{}, {"district": ["220"]}], ids=["province", "district"])
@pytest.mark.parametrize(("paper", "orientation"), SIZES, ids="-".join)
def test_no_text_is_cut_off(data, select, setup, paper, orientation, place):
    for indicator in ("FI01", "region"):
        selection = select(indicator=[indicator], **place)
        for sheet in map_sheets(data, selection, setup(paper, orientation)):
            assert_nothing_is_cut_off(sheet)
            assert (sheet.width, sheet.height) == SIZES[paper, orientation]


def test_distances_on_paper_are_true_to_the_scale(data):
    ground = plane(data)
    window = window_on(ground.extent([True] * 209), Box(10, 10, 260, 140))
    far = data.communes[data.communes["code"].isin(["07678", "07258"])]
    (x1, y1), (x2, y2) = window.on_paper(
        np.array([[p.x, p.y] for p in far.geometry.representative_point().to_crs(ground.crs)])
    )
    on_paper_m = np.hypot(x2 - x1, y2 - y1) * window.scale / 1000
    first, last = far.geometry.representative_point()
    on_ground_m = GEOD.inv(first.x, first.y, last.x, last.y)[2]
    assert on_ground_m > 50_000
    assert on_paper_m == pytest.approx(on_ground_m, rel=0.01)
    assert on_paper_m == pytest.approx(on_ground_m, rel=0.0005)  # the zone's own factor is 0.9999


def test_the_bar_that_is_drawn_is_as_long_as_its_numbers_say(data, select, setup):
    [sheet] = map_sheets(data, select(indicator=["CX02"]), setup())
    [scale_line] = [line.text for line in written(sheet) if line.text.startswith("Tỷ lệ 1:")]
    scale = int(re.sub(r"\D", "", scale_line.removeprefix("Tỷ lệ 1:")))
    parts = [
        each
        for each in sheet.figure.artists
        if isinstance(each, Rectangle) and each.get_height() == BAR_HEIGHT_MM
    ]
    drawn_mm = sum(part.get_width() for part in parts)
    assert len(parts) == 4
    assert drawn_mm * scale / 1000 == pytest.approx(4 * scale_bar(scale, room_mm=50).part_m)


def test_an_empty_selection_says_so_and_is_a_valid_file(data, select, setup):
    made = pdf(data, select(district=["213"], commune=["07645"]), setup())
    assert "Không có xã nào thuộc tất cả các bộ lọc đang chọn" in text_of(made)


def test_an_indicator_without_data_says_so(squares, setup):
    data = squares(sites=[("a", "planned", "00001")])
    made = pdf(data, replace(default_selection(data), indicator="OP01"), setup())
    assert "Chưa xã nào báo cáo “Hỗ trợ nhà ở” (Thực hiện) năm 2023." in text_of(made)
    assert len(pages_of(made)) == 1


def test_names_that_look_like_formulas_stay_names(squares, setup):
    data = replace(squares())
    data.commune_list["name"] = ["Xã $a_1$", "Xã \\frac{1}{2}", "Xã <b>đậm</b>"]
    selection = replace(default_selection(data), communes=("00001", "00002", "00003"))
    text = text_of(pdf(data, selection, setup()))
    assert "Xã $a_1$, Xã \\frac{1}{2}, Xã <b>đậm</b>" in text


def sections_of(data, selection):
    view = map_view(data, selection, Classing(), lang="vi", works=WorksShown.SINGLE)
    return {section.heading: section for section in printed_legend(data, view, "vi")}


def test_the_legend_counts_the_kilometres_of_each_status(data, select):
    selection = select(indicator=["OP01"])
    roads = sections_of(data, selection)["Đường (km trong vùng chọn)"]
    pieces = works_view(data, selection).pieces
    km = pieces.groupby("status")["length_km"].sum()
    # 23.265, 1.265, 2.27 and 3.2 are 30.0: 1.265 makes up for what 23.265 is rounded up by.
    assert {key.label: key.count for key in roads.keys} == {
        "Hoàn thành": "23,27 km", "Đang thi công": "1,27 km", "Chưa khởi công": "2,26 km",
        "Chưa báo cáo": "3,20 km",
    }  # fmt: skip
    assert roads.notes == ("Làm tròn cho cộng đúng bằng tổng.",)
    one = sections_of(data, select(indicator=["OP01"], commune=["07645"]))
    assert one["Đường (km trong vùng chọn)"].notes == (), "nothing was fitted"
    done = works_of(data, selection).roads.count
    assert roads.keys[0].label == "Hoàn thành"
    assert roads.keys[0].count == f"{number(done.completed, 'vi', decimals=2)} km" == "23,27 km"
    assert km.sum() == pytest.approx(done.planned)


def test_the_kilometres_of_the_legend_are_those_of_the_district_and_status_chosen(data, select):
    selection = select(district=["220"], status=["completed"])
    roads = sections_of(data, selection)["Đường (km trong vùng chọn)"]
    done = works_of(data, selection).roads.count.completed
    assert [key.count for key in roads.keys] == [f"{number(done, 'vi', decimals=2)} km"]


def test_sites_and_roads_beside_a_quarter_say_that_they_are_of_the_year(data, select, setup):
    selection = select(indicator=["OP01"], measure=["completion"], as_of=["2023-Q2"])
    headings = list(sections_of(data, selection))
    assert headings[-3:] == [
        "Đường (km trong vùng chọn), cả năm 2023",
        "Tình trạng công trình (số lượng), cả năm 2023",
        "Công trình (số lượng), cả năm 2023",
    ]
    [sheet] = map_sheets(data, selection, setup(works=WorksShown.SINGLE))
    assert_nothing_is_cut_off(sheet)
    assert "cả năm 2023" in " ".join(line.text for line in written(sheet) if line.size_pt == 7.6)
    assert "cả năm" not in " ".join(sections_of(data, select(indicator=["OP01"])))


def test_two_indicators_have_a_square_with_its_counts(data, select, setup):
    selection = select(indicator=["CX02"], **{"with": ["OP01"]})
    view = map_view(data, selection, Classing(), lang="vi")
    [sheet] = map_sheets(data, selection, setup())
    assert_nothing_is_cut_off(sheet)
    texts = [line.text for line in written(sheet)]
    assert "Tỷ lệ hộ nghèo và Hỗ trợ nhà ở, năm 2023" in texts
    for counts in view.pair.counts:
        for count in counts:
            assert str(count) in texts


def test_a_comparison_is_two_sheets_with_the_same_classes(data, select, setup):
    selection = select(indicator=["OP01"], compare=["2022"])
    first, second = map_sheets(data, selection, setup())
    labels = [
        [line.text for line in written(sheet) if re.fullmatch(r"\d+–\d+", line.text)]
        for sheet in (first, second)
    ]
    assert labels[0] == labels[1] != []
    assert any("năm 2022" in line.text for line in written(second))


@pytest.mark.long
@needs_poppler
@pytest.mark.parametrize("indicator", ["CX02", "region"])
def test_every_class_is_printed_in_the_colour_of_its_swatch(data, select, setup, indicator):
    """Dot by dot: what is printed at the swatch is what the screen's legend has, and on the map."""
    selection = select(indicator=[indicator])
    [sheet] = map_sheets(data, selection, setup())
    png = subprocess.run(
        ["pdftoppm", "-r", str(DPI), "-png", "-"],
        input=pdf_bytes([sheet], title="", subject=""), capture_output=True, check=True,
    ).stdout  # fmt: skip
    dots = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))
    starts = {line.text: line.start for line in written(sheet) if line.size_pt == 7.0}
    solid = [
        entry
        for entry in map_view(data, selection, Classing(), lang="vi").choropleth.legend
        if entry.fill == "solid"
    ]
    assert len(solid) >= 3
    for entry in solid:
        x, y = starts[entry.label]
        swatch = dots[round((y - 0.9) * DPI / 25.4), round((x - 5) * DPI / 25.4)]
        assert to_hex(swatch / 255) == entry.colour
        of_swatch = 6.4 * 2.9 * (DPI / 25.4) ** 2
        assert (dots == swatch).all(axis=2).sum() > 1.5 * of_swatch, entry.label


def test_a_picture_for_a_document_is_as_wide_as_its_column(data, select, setup):
    sheet = map_picture(data, select(indicator=["CX02"]), setup(), width_mm=160, most_mm=200)
    assert sheet.width == 160
    assert sheet.height <= 200
    assert_nothing_is_cut_off(sheet, margin_mm=0)


@pytest.mark.long
def test_english_words_on_request(data, select, setup):
    text = text_of(pdf(data, select(indicator=["OP01"]), setup(lang="en")))
    assert "Households supported with housing, 2023" in text
    assert "Scale 1:600,000" in text


@pytest.mark.long
@pytest.mark.parametrize("orientation", ["portrait", "landscape"])
@pytest.mark.parametrize("vintage", ["2023-04", "2025-07"])
def test_no_two_texts_stand_on_one_another(shown, setup, vintage, orientation):
    of_two = shown(indicator=["CX02"], vintage=[vintage], **{"with": ["FI01"]})
    for lang in ("vi", "en"):
        [sheet] = map_sheets(*of_two, setup(orientation=orientation, lang=lang))
        assert overlaps(sheet) == []
