"""Sites on paper: the same symbols as on the screen, moved apart where they would cover each other.

A map on a wall cannot be zoomed: symbols that share a place stand side by side, each with a thin
line to where its site lies.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from fontTools.pens.recordingPen import RecordingPen
from fontTools.svgLib.path import parse_path
from matplotlib.path import Path
from matplotlib.transforms import Affine2D
from numpy.typing import NDArray

from mtqg_geo.maps.legend import SiteLook
from mtqg_geo.maps.symbols import FACILITY_ICONS, FILLS, STATUS_COLOURS
from mtqg_geo.programme.model import Status
from mtqg_geo.report.paper.sheet import Box, Sheet

Points = NDArray[np.float64]
_ICON_SIZE = 24.0
_ICON_SHARE = 1.35  # side of the icon's square, in radii of the circle around it
_ROUNDS, _ROOM = 120, 1.06
_WHITE, _RING_PT = "#ffffff", 0.7
_CODES = {
    "moveTo": (Path.MOVETO,),
    "lineTo": (Path.LINETO,),
    "qCurveTo": (Path.CURVE3,) * 2,
    "curveTo": (Path.CURVE4,) * 3,
    "closePath": (Path.CLOSEPOLY,),
}


@cache
def icon_path(facility: str) -> Path:
    """Return the drawing of a facility type in a square from -1 to 1, `y` downwards."""
    pen = RecordingPen()
    parse_path(FACILITY_ICONS[facility], pen)
    points: list[tuple[float, float]] = []
    codes: list[int] = []
    for operator, arguments in pen.value:
        if operator == "endPath":
            continue
        points += arguments or [points[-1]]
        codes += [int(code) for code in _CODES[operator]]
    return Path(np.array(points) / (_ICON_SIZE / 2) - 1, codes)


def apart(points: Points, radius_mm: float, inside: Box) -> Points:
    """Move circles of one size apart until they do not overlap, as little as needed.

    Parameters
    ----------
    points
        Centres on paper, in millimetres.
    radius_mm
        Radius of every circle.
    inside
        No circle leaves this box.
    """
    if len(points) < 2:
        return _kept_inside(points, radius_mm, inside)
    turn = np.arange(len(points)) * 2.399963  # the golden angle parts circles on the same spot
    moved = points + 0.01 * np.column_stack([np.cos(turn), np.sin(turn)])
    least = 2 * radius_mm * _ROOM
    for _ in range(_ROUNDS):
        steps = moved[:, None, :] - moved[None, :, :]
        distances = np.hypot(steps[..., 0], steps[..., 1])
        np.fill_diagonal(distances, np.inf)
        overlap = np.clip(least - distances, 0, None)
        if not overlap.any():
            break
        push = (steps / distances[..., None] * overlap[..., None]).sum(axis=1)
        moved = _kept_inside(moved + 0.45 * push, radius_mm, inside)
    return moved


def _kept_inside(points: Points, radius_mm: float, inside: Box) -> Points:
    low = np.array([inside.x, inside.y]) + radius_mm
    high = np.array([inside.right, inside.bottom]) - radius_mm
    return np.clip(points, low, np.maximum(low, high))


def draw_leaders(sheet: Sheet, homes: Points, places: Points, radius_mm: float) -> None:
    """Draw a line from each moved symbol to where its site lies, and a dot there."""
    far = np.hypot(*(places - homes).T) > 0.5 * radius_mm
    if not far.any():
        return
    leaders = [((a[0], a[1]), (b[0], b[1])) for a, b in zip(homes[far], places[far], strict=True)]
    sheet.lines(leaders, colour="#30363d", width_pt=0.35)
    dots = [_placed(Path.unit_circle(), place, 0.28) for place in homes[far]]
    sheet.shapes(dots, fill="#30363d")


def draw_symbols(
    sheet: Sheet, places: Points, looks: Sequence[SiteLook], radius_mm: float, *, inside: Box | None
) -> None:
    """Draw the symbols of sites at places on paper."""
    for status in reversed(Status):
        rows = [row for row, look in enumerate(looks) if look.status is status]
        if rows:
            facilities = [looks[row].facility for row in rows]
            _draw_status(sheet, places[rows], facilities, status, radius_mm, inside)


def _draw_status(
    sheet: Sheet,
    places: Points,
    facilities: Sequence[str],
    status: Status,
    radius_mm: float,
    inside: Box | None,
) -> None:
    colour, fill = STATUS_COLOURS[status], FILLS[status]
    circles = [_placed(Path.unit_circle(), place, radius_mm) for place in places]
    is_full = fill == "full"
    rim = _WHITE if is_full else colour
    sheet.shapes(circles, fill=colour if is_full else _WHITE, edge=rim, inside=inside,
                 width_pt=_RING_PT, dashes=(1.2, 1.0) if fill == "unknown" else None)  # fmt: skip
    if fill == "half":
        halves = [_placed(Path.wedge(0, 180), place, radius_mm * 0.9) for place in places]
        sheet.shapes(halves, fill=_tint(colour), inside=inside)
    icons = [  # a key of the legend that speaks of a status alone has no icon
        _placed(icon_path(facility), place, radius_mm * _ICON_SHARE / 2)
        for facility, place in zip(facilities, places, strict=True)
        if facility
    ]
    if icons:
        sheet.shapes(icons, fill=_WHITE if is_full else colour, inside=inside)


def _placed(path: Path, place: Points, size_mm: float) -> Path:
    return path.transformed(Affine2D().scale(size_mm).translate(place[0], place[1]))


def _tint(colour: str) -> str:
    """Return a colour at 42 % over white, as on the screen."""
    channels = np.frombuffer(bytes.fromhex(colour[1:]), dtype=np.uint8)
    return "#" + (255 - 0.42 * (255 - channels)).round().astype(np.uint8).tobytes().hex()
