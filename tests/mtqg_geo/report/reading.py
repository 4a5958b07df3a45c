"""Reads what was printed: pages, texts, fonts and pictures of a PDF."""

import io
import re
import shutil
import subprocess

import pypdf
import pytest

HAS_POPPLER = shutil.which("pdftotext") is not None
needs_poppler = pytest.mark.skipif(not HAS_POPPLER, reason="poppler-utils is not installed")
POINTS_PER_MM = 72 / 25.4


def pages_of(pdf):
    return pypdf.PdfReader(io.BytesIO(pdf)).pages


def size_mm(page):
    return tuple(round(float(side) / POINTS_PER_MM, 1) for side in page.mediabox[2:])


def text_of(pdf, *, page=None):
    """Return the text as a reader copies it, spaces made single."""
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    chosen = reader.pages if page is None else [reader.pages[page]]
    return re.sub(r"\s+", " ", " ".join(each.extract_text() for each in chosen))


def poppler(tool, pdf, *arguments):
    """Return what a tool of poppler writes about a PDF."""
    done = subprocess.run([tool, *arguments], input=pdf, capture_output=True, check=True)
    return done.stdout.decode()


def poppler_text(pdf):
    return re.sub(r"\s+", " ", poppler("pdftotext", pdf, "-layout", "-", "-"))


def written(sheet):
    """Return every line of text on a sheet."""
    from mtqg_geo.report.paper.lettering import TextLines

    return [
        line for each in sheet.figure.artists if isinstance(each, TextLines) for line in each.lines
    ]


def assert_nothing_is_cut_off(sheet, *, margin_mm=3):
    """Each line of text begins and ends on the sheet."""
    from mtqg_geo.report.paper.lettering import width_mm

    lines = written(sheet)
    assert lines
    for line in lines:
        length = 0 if line.turned else width_mm(line.text, line.size_pt, line.weight)
        x, y = line.start
        assert x >= margin_mm, line
        assert x + length <= sheet.width - margin_mm, line
        assert margin_mm <= y <= sheet.height - margin_mm, line


def overlaps(sheet, *, apart_mm=0.2):
    """Return each two upright lines of text that stand on one another."""
    from mtqg_geo.report.paper.lettering import width_mm

    boxes = []
    for line in written(sheet):
        if line.turned or not line.text.strip():
            continue
        (x, y), high = line.start, 0.5 * line.size_pt / POINTS_PER_MM  # of small letters
        boxes.append((x, y - high, x + width_mm(line.text, line.size_pt, line.weight), y, line))
    found = []
    for place, (left, top, right, bottom, line) in enumerate(boxes):
        for other_left, other_top, other_right, other_bottom, other in boxes[:place]:
            wide = min(right, other_right) - max(left, other_left)
            high = min(bottom, other_bottom) - max(top, other_top)
            if wide > apart_mm and high > apart_mm:
                found.append((other.text, line.text))
    return found
