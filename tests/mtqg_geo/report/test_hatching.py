"""A hatched class is seen as one: in print, in grey, on the map and in its small key."""

import io
import subprocess

import numpy as np
import pytest
from matplotlib.path import Path
from PIL import Image

from mtqg_geo.maps.legend import Swatch
from mtqg_geo.maps.symbols import HATCHES
from mtqg_geo.report.map.drawing import HATCH_STYLES
from mtqg_geo.report.map.legend import draw_symbol
from mtqg_geo.report.paper.sheet import Sheet, pdf_bytes, png_bytes
from tests.mtqg_geo.report.reading import needs_poppler

DPI, STEP_MM, SIDE_MM = 150, 20, 12


def drawn():
    """Return a sheet with an area of every hatching and its key below it."""
    sheet = Sheet(STEP_MM * len(HATCHES), 24)
    for at, fill in enumerate(HATCHES):
        x = at * STEP_MM + 1
        square = Path([(x, 1), (x + SIDE_MM, 1), (x + SIDE_MM, 1 + SIDE_MM), (x, 1 + SIDE_MM)])
        sheet.shapes([square], hatch=HATCH_STYLES[HATCHES[fill]], edge="none")
        draw_symbol(sheet, Swatch("#ffffff", fill), x, 19)
    return sheet


def grey_of(sheet, medium):
    """Return the sheet as grey dots, as an office prints it, or as Word has its pictures."""
    if medium == "picture":
        return np.asarray(Image.open(io.BytesIO(png_bytes(sheet, dpi=DPI))).convert("L"))
    pdf = pdf_bytes([sheet], title="", subject="")
    tool = ["pdftoppm", "-r", str(DPI), "-gray", "-png", "-"]
    png = subprocess.run(tool, input=pdf, capture_output=True, check=True).stdout
    return np.asarray(Image.open(io.BytesIO(png)))


def part(dots, x, y, width, height):
    across, down = (slice(*(round(mm * DPI / 25.4) for mm in (low, low + size)))
                    for low, size in ((x, width), (y, height)))  # fmt: skip
    return dots[down, across].astype(float)


@needs_poppler
@pytest.mark.parametrize("medium", ["paper", "picture"])
def test_every_hatching_is_ink_on_white_and_like_no_other(medium):
    dots = grey_of(drawn(), medium)
    areas = [
        part(dots, at * STEP_MM + 2, 2, SIDE_MM - 2, SIDE_MM - 2) for at in range(len(HATCHES))
    ]
    keys = [part(dots, at * STEP_MM + 1.5, 18, 5.4, 2) for at in range(len(HATCHES))]
    for each in (*areas, *keys):
        assert each.max() > 240, "white between the lines"
        assert each.min() < 190, "ink that a printer of grey shows"
        assert 0.02 < (each < 225).mean() < 0.6
    for at, one in enumerate(areas):
        for other in areas[:at]:
            assert np.abs(one - other).mean() > 8
