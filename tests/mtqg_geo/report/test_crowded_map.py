"""However many works there are, a printed map shows how the communes are painted."""

import io
import math
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex
from PIL import Image

from mtqg_geo.figures.selection import default_selection
from mtqg_geo.maps.classing import Classing
from mtqg_geo.maps.legend import BAR_DONE, BAR_REST, BAR_SILENT, SiteMarks
from mtqg_geo.maps.symbols import HIDDEN
from mtqg_geo.maps.view import map_view
from mtqg_geo.maps.works_shown import WorksShown
from mtqg_geo.report.atlas import atlas_sheets
from mtqg_geo.report.map.drawing import DOT_RADIUS_MM, MapLook, draw_leaders, draw_sites
from mtqg_geo.report.map.labels import Labels
from mtqg_geo.report.map.marks import MOST_COVERED, bar_texts, covered_share, draw_bars, uncrowded
from mtqg_geo.report.map.page import map_sheets
from mtqg_geo.report.map.plane import plane
from mtqg_geo.report.map.window import window_on
from mtqg_geo.report.outputs import report_bytes
from mtqg_geo.report.paper.sheet import Box, Sheet, png_bytes
from tests.mtqg_geo.report.crowd import crowded
from tests.mtqg_geo.report.reading import assert_nothing_is_cut_off, overlaps, text_of, written

DOTS = "Mỗi chấm là một công trình"
BARS = "Mỗi thanh: hoàn thành trên kế hoạch của xã"
TYPES = "Công trình (số lượng)"


@pytest.fixture(scope="module")
def of_size(data):
    """Return the sample with so many sites instead of its own, made once."""
    made = {0: data}

    def sized(count):
        if count not in made:
            made[count] = crowded(data, count)
        return made[count]

    return sized


def printed(data, setup, paper="A4", works=WorksShown.SINGLE):
    selection = replace(default_selection(data), indicator="CX02")
    [sheet] = map_sheets(data, selection, setup(paper, works=works))
    return sheet


def said(sheet):
    return " ".join(line.text for line in written(sheet))


def look_of(count):
    return MapLook(
        classes=HIDDEN * 3, colours=(), districts="11", roads="", sites="1" * count,
        site_radius_mm=1.45,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("count", "marks", "share"),
    [  # on a commune of 1,000 mm²: a symbol covers π · 1.45² = 6.6 mm², a dot π · 0.6² = 1.13 mm²
        (30, SiteMarks.SYMBOLS, 0.198),
        (31, SiteMarks.DOTS, 0.035),
        (176, SiteMarks.DOTS, 0.199),
        (177, SiteMarks.BARS, None),
    ],
)
def test_marks_are_the_fullest_that_leave_four_fifths_of_the_ground(squares, count, marks, share):
    data = squares(sites=[(f"s{at}", "planned", "00001") for at in range(count)])
    area_m2 = plane(data).commune_areas_km2[0] * 1e6
    scale = round(math.sqrt(area_m2 / 1000) * 1000)  # the commune is 1,000 mm² on paper
    window = window_on(plane(data).extent([True] * 3), Box(0, 0, 500, 500), scale=scale)
    look = uncrowded(data, window, look_of(count))
    assert look.marks is marks
    if share:
        assert covered_share(data, window, look) == pytest.approx(share, abs=0.001)
        assert share <= MOST_COVERED


@pytest.mark.parametrize(
    ("count", "paper", "note", "others"),
    [
        (0, "A4", TYPES, (DOTS, BARS)),  # the sample's own 167
        (1647, "A4", BARS, (TYPES, DOTS)),
        (1647, "A3", DOTS, (TYPES, BARS)),
        (5000, "A3", BARS, (TYPES, DOTS)),
    ],
)
def test_the_sheet_says_how_works_are_marked(of_size, setup, count, paper, note, others):
    sheet = printed(of_size(count), setup, paper)
    text = said(sheet)
    assert note in text
    assert not [each for each in others if each in text]
    assert_nothing_is_cut_off(sheet)
    assert overlaps(sheet) == []


def ground_seen(sheet):
    """Return how many square kilometres of ground are seen in exactly a colour."""
    [words] = [line.text for line in written(sheet) if line.text.startswith("Tỷ lệ 1:")]
    scale = int(words.removeprefix("Tỷ lệ 1:").replace(".", ""))
    dots = np.asarray(Image.open(io.BytesIO(png_bytes(sheet, dpi=72))).convert("RGB"))

    def of_colour(colour):
        count = (dots == np.frombuffer(bytes.fromhex(colour[1:]), np.uint8)).all(axis=2).sum()
        return count * (25.4 / 72 * scale / 1e6) ** 2

    return of_colour


@pytest.mark.long
@pytest.mark.parametrize(("count", "paper"), [(1647, "A4"), (1647, "A3")])
def test_works_leave_the_map_in_sight(of_size, setup, count, paper):
    """Of every class most of the ground is seen in its own colour, as on a map without works."""
    data = of_size(count)
    bare, full = (
        ground_seen(printed(data, setup, paper, works))
        for works in (WorksShown.NONE, WorksShown.SINGLE)
    )
    selection = replace(default_selection(data), indicator="CX02")
    for colour in map_view(data, selection, Classing(), lang="vi").choropleth.colours:
        assert full(colour) > 0.6 * bare(colour) > 50, colour


@pytest.mark.long
def test_a_map_without_works_says_nothing_of_them(data, setup):
    text = said(printed(data, setup, works=None))
    assert "Tỷ lệ hộ nghèo" in text
    assert not [each for each in (TYPES, DOTS, BARS, "Tình trạng công trình") if each in text]
    assert BARS in said(printed(data, setup, works=WorksShown.BY_COMMUNE))


def test_a_bar_is_the_commune_s_plan_cut_where_it_is_done_and_not_reported(squares):
    """Of 4 works 1 is done and 2 have no status; of the other commune's 2 nothing is known."""
    data = squares()
    bars = {
        "planned": np.array([4.0, 2.0, 0.0]),
        "completed": np.array([1.0, np.nan, 0.0]),
        "not_reported": np.array([2.0, 2.0, 0.0]),
    }
    sheet = Sheet(200, 200)
    extent = plane(data).extent([True] * 3)
    draw_bars(sheet, Labels(sheet, window_on(extent, Box(0, 0, 200, 200))), data, bars)
    widths = {
        to_hex(each.get_facecolor()[0]): [
            float(np.ptp(path.vertices[:, 0])) for path in each.get_paths()
        ]
        for each in sheet.figure.artists
        if isinstance(each, PathCollection) and len(each.get_facecolor())
    }
    whole = widths[BAR_REST][0]
    assert widths == {
        BAR_REST: [whole, whole],
        BAR_SILENT: [pytest.approx(whole / 2), pytest.approx(whole)],
        BAR_DONE: [pytest.approx(whole / 4), 0],
    }
    assert bar_texts(bars, "vi") == ["1/4", "–/2", ""]


@pytest.mark.long
def test_a_crowded_sheet_is_the_same_file_each_time(of_size, select, setup):
    data, selection = of_size(1647), select(indicator=["OP08"])
    one, other = (report_bytes(data, selection, setup(), "map", "pdf") for _ in range(2))
    assert one == other
    assert BARS in text_of(one)
    assert len(one) < 200_000  # 852 KB when each of them was a symbol


def test_dots_that_lie_on_one_another_are_moved_apart(squares):
    data = squares(sites=[("a", "planned", "00001"), ("b", "completed", "00001")])
    window = window_on(plane(data).extent([True] * 3), Box(0, 0, 200, 200))
    look = MapLook(classes="", colours=(), districts="", roads="", sites="11", marks=SiteMarks.DOTS)
    first, second = draw_sites(Sheet(200, 200), window, data, look)
    assert np.hypot(*(first - second)) >= 2 * DOT_RADIUS_MM


def test_a_page_of_the_atlas_has_each_site_and_says_that_it_is_a_dot(of_size, select, setup):
    for count, is_said in ((0, False), (5000, True)):
        [sheet] = atlas_sheets(of_size(count), select(commune=["07645"]), setup())
        assert (DOTS in said(sheet)) is is_said
        assert_nothing_is_cut_off(sheet)


def test_a_symbol_that_was_moved_is_led_back_to_where_its_site_lies():
    class Paper:
        leaders, dots = (), ()

        def lines(self, leaders, **_):
            self.leaders = leaders

        def shapes(self, dots, **_):
            self.dots = dots

    paper, homes = Paper(), np.array([[10.0, 10.0], [40.0, 40.0]])
    draw_leaders(paper, homes, homes + [[3.0, 0.0], [0.1, 0.0]], radius_mm=2)
    assert paper.leaders == [((10, 10), (13, 10))]
    assert len(paper.dots) == 1
