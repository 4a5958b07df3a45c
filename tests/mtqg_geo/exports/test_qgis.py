"""What QGIS itself makes of the GeoPackage, where a Python with QGIS is at hand."""

import json
import os
import subprocess
from functools import cache
from pathlib import Path

import pytest

from mtqg_geo.exports import files as exports
from mtqg_geo.exports.qgis_styles import class_columns
from mtqg_geo.maps.classing import Classing
from mtqg_geo.maps.symbols import STATUS_COLOURS
from mtqg_geo.maps.view import map_view
from mtqg_geo.programme.model import Status

# On Windows it is `python-qgis` of the OSGeo4W shell.
PYTHON = os.environ.get("QGIS_PYTHON", "python3")
READER = Path(__file__).with_name("qgis_reader.py")
QUERY = {"indicator": ["OP01"]}


@cache
def has_qgis():
    try:
        tried = subprocess.run([PYTHON, "-c", "import qgis.core"], capture_output=True, check=False)
    except OSError:
        return False
    return tried.returncode == 0


@pytest.fixture(scope="module")
def seen(data, select, tmp_path_factory):
    """Return what QGIS reports, the map of the page, and a commune in each class of it."""
    if not has_qgis():
        pytest.skip(f"{PYTHON} has no QGIS (name one that has in QGIS_PYTHON)")
    path = tmp_path_factory.mktemp("qgis") / "a.gpkg"
    path.write_bytes(exports.file_bytes(data, select(**QUERY), "all", "gpkg"))
    view = map_view(data, select(**QUERY), Classing(), lang="vi")
    communes = exports.layer(data, select(**QUERY), "communes")
    communes = communes.assign(**class_columns(communes, view.indicator, view.choropleth))
    largest = communes.sort_values("area_km2").drop_duplicates("map_class", keep="last")
    largest = largest.set_index("map_class").loc[
        [str(number + 1) for number in range(len(view.choropleth.colours))]
    ]
    inside = largest.geometry.representative_point()
    places = [str(degree) for point in inside for degree in (point.x, point.y)]
    done = subprocess.run(
        [PYTHON, str(READER), str(path), *places], capture_output=True, check=True, timeout=300
    )
    return json.loads(done.stdout.splitlines()[-1]), view


def test_qgis_counts_as_many_communes_in_each_class_as_the_legend_of_the_page(seen):
    report, view = seen
    *classes, strong = report["communes"]["rules"]
    legend = [[entry.label, entry.count] for entry in view.choropleth.legend]
    assert [[label, count] for label, count, _ in classes] == legend
    assert strong[:2] == ["Xã đặc biệt khó khăn (viền trong)", 28]
    assert report["communes"]["title"] == '"name"'
    assert report["communes"]["aliases"]["district"] == "Huyện, thành phố"


def test_qgis_draws_each_class_in_the_colour_of_the_map_on_white(seen):
    report, view = seen
    for shown, colour in zip(report["drawn"], view.choropleth.colours, strict=True):
        red, green, blue = bytes.fromhex(colour[1:])
        assert list(bytes.fromhex(shown[1:])) == pytest.approx([red, green, blue], abs=2)


def test_qgis_draws_every_road_and_site_once(seen):
    report, _ = seen
    for layer in ("roads", "sites"):
        assert sum(count for _, count, _ in report[layer]["rules"]) == report[layer]["features"]
        assert report[layer]["crs"] == "EPSG:4326"
    colours = [colour for _, _, colour in report["roads"]["rules"]]
    assert colours == [STATUS_COLOURS[status] for status in Status]
    assert {colour for _, _, colour in report["sites"]["rules"]} <= set(STATUS_COLOURS.values())
