"""Names on a printed map: in their unit, whole, and clear of each other and of the works."""

from dataclasses import replace

import numpy as np
import pytest
import shapely

from geo.boundaries import read_level
from mtqg_geo.maps.symbols import map_name
from mtqg_geo.report.map.labels import Labels
from mtqg_geo.report.map.plane import inner_paths, plane, spot
from mtqg_geo.report.map.window import window_on
from mtqg_geo.report.paper.lettering import MM_PER_PT, width_mm
from mtqg_geo.report.paper.sheet import Box, Sheet
from tests.mtqg_geo.dataset.real_layers import real_set
from tests.mtqg_geo.report.reading import overlaps, written

FRAMES = {"A4": Box(10, 10, 257, 140), "A3": Box(10, 10, 390, 220)}


@pytest.fixture(scope="module")
def on_layer(data, tmp_path_factory):
    """Return the sample on the delivered borders or on the real layer."""
    known = {"delivered": data}

    def shown(name):
        if name not in known:
            borders = real_set("2023-04", tmp_path_factory.mktemp("sets"))
            levels = {"communes": "commune", "districts": "district"}
            shapes = {layer: read_level(borders, level) for layer, level in levels.items()}
            known[name] = replace(data, **shapes)
        return known[name]

    return shown


def named(data, box, *, communes, marks=None):
    """Return a sheet with names, and the window they stand in."""
    sheet = Sheet(420, 297)
    ground = plane(data)
    window = window_on(ground.extent([True] * len(ground.communes)), box)
    labels = Labels(sheet, window)
    if marks is not None:
        labels.avoid_circles(marks, 1.05)
    labels.write_districts(data, "1" * len(data.districts), size_pt=7.5)
    if communes:
        labels.write_communes(data, "1" * len(data.communes), size_pt=5.2)
    return sheet, window


def box_of(line):
    """Return where the letters of a line stand."""
    (x, y), high = line.start, 0.72 * line.size_pt * MM_PER_PT
    return x, y - high, x + width_mm(line.text, line.size_pt, line.weight), y


def on_ground(box, window):
    west, _, _, north = window.extent
    m = window.scale / 1000
    left, top, right, bottom = box
    x, y = window.box.x, window.box.y
    return shapely.box(
        west + (left - x) * m,
        north - (bottom - y) * m,
        west + (right - x) * m,
        north - (top - y) * m,
    )


def districts_named(sheet, data):
    """Return the boxes of each district's name, one a line, in the order they are written."""
    lines = [line for line in written(sheet) if line.weight == "bold"]
    found = {}
    for name in data.districts["name"]:
        text, boxes = map_name(name).upper(), []
        while lines and text and text.startswith(lines[0].text):
            boxes.append(box_of(lines[0]))
            text = text.removeprefix(lines.pop(0).text).lstrip()
        assert not text, f"{name} is not named"
        found[name] = boxes
    assert not lines
    return found


@pytest.mark.parametrize("paper", FRAMES)
@pytest.mark.parametrize("layer", ["delivered", "real"])
def test_every_district_is_named_once_and_inside_itself(on_layer, layer, paper):
    data = on_layer(layer)
    sheet, window = named(data, FRAMES[paper], communes=False)
    shapes = dict(zip(data.districts["name"], plane(data).districts, strict=True))
    for name, boxes in districts_named(sheet, data).items():
        for box in boxes:
            assert shapes[name].buffer(1).contains(on_ground(box, window)), name
    assert overlaps(sheet, apart_mm=0) == []


@pytest.mark.long
@pytest.mark.parametrize("layer", ["delivered", "real"])
def test_communes_are_named_in_themselves_where_nothing_is_in_the_way(on_layer, layer):
    data = on_layer(layer)
    sheet, window = named(data, FRAMES["A3"], communes=True)
    lines = [line for line in written(sheet) if line.weight == "regular"]
    assert len(lines) > 0.6 * len(data.communes)
    assert overlaps(sheet, apart_mm=0) == []
    frame = window.box
    names, shapes = [map_name(name) for name in data.communes["name"]], plane(data).communes
    for line in lines:
        left, top, right, bottom = box_of(line)
        assert frame.x < left, line
        assert right < frame.right, line
        assert frame.y < top < bottom < frame.bottom, line
        middle = (left + 3 * right) / 4, (3 * left + right) / 4
        half = on_ground((middle[1], top, middle[0], bottom), window)
        own = [shape for name, shape in zip(names, shapes, strict=True) if name == line.text]
        assert any(shape.buffer(1).contains(half) for shape in own), line


@pytest.mark.long
def test_names_of_communes_stand_clear_of_symbols_those_of_districts_as_far_as_they_can(data):
    everywhere = np.array([(x, y) for x in range(12, 398, 6) for y in range(12, 228, 6)], float)
    sheet, window = named(data, FRAMES["A3"], communes=True, marks=everywhere)
    assert [line for line in written(sheet) if line.weight == "regular"]
    for line in written(sheet):
        left, top, right, bottom = box_of(line)
        near = np.abs(everywhere - ((left + right) / 2, (top + bottom) / 2)) - (
            (right - left) / 2 + 0.8, (bottom - top) / 2 + 0.8,
        )  # fmt: skip
        covered = int((near < 0).all(axis=1).sum())
        assert covered <= (0 if line.weight == "regular" else 8), line
    assert districts_named(sheet, data)


def test_a_district_partly_in_the_window_is_named_where_it_is_seen(data):
    ground = plane(data)
    west, south, east, north = ground.extent([True] * len(ground.communes))
    half = (west, south, (west + east) / 2, north)  # the middle of Lục Nam is on the border of it
    sheet = Sheet(420, 297)
    window = window_on(half, Box(10, 10, 180, 160))
    Labels(sheet, window).write_districts(data, "1" * len(data.districts), size_pt=7.5)
    lines = written(sheet)
    assert {"LẠNG GIANG", "HIỆP HÒA"} <= {line.text for line in lines}
    for line in lines:
        left, top, right, bottom = box_of(line)
        assert window.box.x < left < right < window.box.right, line
        assert window.box.y < top < bottom < window.box.bottom, line


def test_the_line_of_a_difficult_commune_is_inside_its_border(squares):
    data = squares()
    shape = plane(data).communes[0]
    [path] = inner_paths(data, 1_000_000, 500.0, np.array([0]))
    line = shapely.LineString(path.vertices[:-1])
    assert shape.contains(line)
    assert shape.exterior.hausdorff_distance(line) == pytest.approx(500 * 2**0.5, rel=0.02)


def test_a_spot_is_in_the_middle_where_that_is_well_inside():
    x, y = spot(shapely.box(0, 0, 4000, 1000))  # anywhere along the middle is as deep
    assert (x, y) == pytest.approx((2000, 500), abs=1)
