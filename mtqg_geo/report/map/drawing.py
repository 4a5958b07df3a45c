"""The layers of the map drawn into a window of a sheet, in the order of the screen."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import shapely
from fontTools.pens.recordingPen import RecordingPen
from fontTools.svgLib.path import parse_path
from matplotlib.collections import LineCollection
from matplotlib.path import Path
from matplotlib.transforms import Affine2D
from numpy.typing import NDArray

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.maps.legend import SiteMarks, SiteSymbol, printed_road_styles
from mtqg_geo.maps.symbols import (
    EXISTING_COLOUR,
    FILLS,
    HIDDEN,
    OUTLINE,
    STATUS_COLOURS,
    Style,
    choropleth_styles,
    district_styles,
)
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Status
from mtqg_geo.report.map.plane import area_paths, inner_paths, plane, road_lines
from mtqg_geo.report.map.window import MapWindow
from mtqg_geo.report.paper.lettering import MM_PER_PT
from mtqg_geo.report.paper.sheet import Box, Hatch, Sheet

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
PT_PER_PX = 0.5  # a screen line of one pixel, on paper
ROAD_PT_PER_PX, DASH_PT_PER_PX = 0.34, 0.42
INSET_PT_PER_PX = 0.35  # two neighbours' lines side by side are no stronger than a district's
SHORTEST_DASH_PT = 1.0
DOT_RADIUS_MM = 0.6  # a dot of 1.2 mm: its colour is told, a fill below it is seen between dots
EXISTING_SIZE = 0.8  # half the side of the square of a facility outside the programme, in radii
CASING_PT = 0.9  # white on both sides of a road together
HATCH_STYLES = {
    "hatch:nodata": Hatch("/////", "#6e7781", "#ffffff", 0.55),
    "hatch:na": Hatch("..", "#98a1ab", "#ffffff", 0.3),
    "hatch:nr": Hatch("\\\\\\\\", "#8a78ad", "#ffffff", 0.45),
    "hatch:first": Hatch("----", "#8b949e", "#ffffff", 0.4),
    "hatch:second": Hatch("||||", "#8b949e", "#ffffff", 0.4),
}
OUTSIDE_FILL = "#ffffff"


@dataclass(frozen=True)
class MapLook:
    """How every feature looks: a character each, as on the screen (see `mtqg_geo.maps.symbols`).

    `marks` are how sites are marked: as symbols of their type, as dots, or not one by one.
    """

    classes: str
    colours: tuple[str, ...]
    districts: str
    roads: str
    sites: str
    site_radius_mm: float = 1.45
    existing: str = ""
    marks: SiteMarks = SiteMarks.SYMBOLS


def draw_areas(sheet: Sheet, window: MapWindow, data: Dataset, look: MapLook) -> None:
    """Fill the communes by class, and draw the lines inside the border of the difficult ones."""
    paths = area_paths(data, "communes", window.scale)
    styles = choropleth_styles(look.colours)
    seen = window.sees(plane(data).commune_bounds)
    shapes_of = {
        char: _drawn(paths, look.classes, char, seen) for char in sorted(set(look.classes))
    }
    for char, shapes in shapes_of.items():  # those outside the selection first: "." before "0"
        fill = str(styles[char]["fillColor"])
        hatch = HATCH_STYLES.get(fill)
        plain = OUTSIDE_FILL if char == HIDDEN else "none" if hatch else fill
        edge = OUTLINE if char.isupper() else str(styles[char]["color"])
        draw_shapes(sheet, window, shapes, fill=plain, hatch=hatch, edge=edge, width_pt=0.3)
    chars = np.array(list(look.classes), dtype=np.str_)
    for char in sorted(set(look.classes)):
        if char.isupper():
            draw_inset(sheet, window, data, (chars == char) & seen, styles[char])


def draw_inset(
    sheet: Sheet,
    window: MapWindow,
    data: Dataset,
    rows: NDArray[np.bool_],
    style: Style,
    *,
    detail_scale: int | None = None,
) -> None:
    """Draw a line along the inside of the border of some communes.

    The screen clips a stroke to its shape; a line of half that width, a quarter of it inside, is
    the same, and the file holds each border once more only.
    """
    width_pt = inset_pt(style)
    inside_m = width_pt * MM_PER_PT / 2 * window.scale / 1000
    shapes = inner_paths(data, detail_scale or window.scale, inside_m, np.flatnonzero(rows))
    draw_shapes(sheet, window, shapes, edge=str(style["color"]), width_pt=width_pt)


def inset_pt(style: Style) -> float:
    """Return how wide a line inside a border is on paper: half of its stroke is seen."""
    return float(style["weight"]) * INSET_PT_PER_PX / 2


def draw_shapes(sheet: Sheet, window: MapWindow, shapes: Sequence[Path], **look: Any) -> None:
    """Draw shapes in metres of the grid into the window, if there are any; as `Sheet.shapes`."""
    if shapes:
        sheet.shapes(shapes, transform=window.transform, inside=window.box, **look)


def draw_districts(sheet: Sheet, window: MapWindow, data: Dataset, look: MapLook) -> None:
    """Draw the outlines of the districts."""
    paths = area_paths(data, "districts", window.scale)
    seen = window.sees(plane(data).district_bounds)
    styles = district_styles()
    for char in sorted(set(look.districts)):
        shapes = _drawn(paths, look.districts, char, seen)
        width_pt = float(styles[char]["weight"]) * PT_PER_PX
        draw_shapes(sheet, window, shapes, edge=str(styles[char]["color"]), width_pt=width_pt)


def _drawn(
    paths: Sequence[Path | None], chars: str, char: str, seen: NDArray[np.bool_]
) -> list[Path]:
    """Return the shapes of a class that are in the window."""
    return [
        path
        for path, own, is_seen in zip(paths, chars, seen, strict=True)
        if is_seen and own == char and path is not None
    ]


def draw_roads(sheet: Sheet, window: MapWindow, data: Dataset, look: MapLook) -> None:
    """Draw the roads by status, each with a white rim that parts it from the fill below."""
    lines = road_lines(data, window.scale)
    seen = window.sees(plane(data).road_bounds)
    for char, style in printed_road_styles(look.marks).items():
        of_status = (np.array(list(look.roads), dtype=np.str_) == char) & seen
        drawn = [line for row in np.flatnonzero(of_status) for line in lines[row]]
        if drawn:
            _draw_road(sheet, window, drawn, style)


def _draw_road(
    sheet: Sheet, window: MapWindow, lines: Sequence[NDArray[np.float64]], style: Style
) -> None:
    width_pt, dashes = road_pen(style)
    for colour, width, pattern in (
        ("#ffffff", width_pt + CASING_PT, None),
        (str(style["color"]), width_pt, dashes),
    ):
        drawn = LineCollection(list(lines), colors=colour, linewidths=width)
        drawn.set(capstyle="butt" if pattern else "round", joinstyle="round")
        if pattern:
            drawn.set_linestyle([(0, pattern)])
        sheet.add(drawn, transform=window.transform, inside=window.box)


def road_pen(style: Style) -> tuple[float, tuple[float, ...] | None]:
    """Return width and dashes of a road in points."""
    dashes = [
        max(float(part) * DASH_PT_PER_PX, SHORTEST_DASH_PT)
        for part in str(style["dashArray"] or "").split()
    ]
    return float(style["weight"]) * ROAD_PT_PER_PX, tuple(dashes) or None


def draw_existing(sheet: Sheet, window: MapWindow, data: Dataset, look: MapLook) -> Points:
    """Draw the facilities that the programme did not build, small and square, where they stand."""
    rows = np.flatnonzero(np.array(list(look.existing), dtype=np.str_) != HIDDEN)
    places = window.on_paper(plane(data).sites[rows])
    if not len(rows):
        return places
    size_mm, facilities = EXISTING_SIZE * mark_radius_mm(look), data.catalog.facilities
    # From -1 to 1, as an icon.
    square = Path([(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)], closed=True)
    squares = [_placed(square, place, size_mm) for place in places]
    sheet.shapes(
        squares, fill=EXISTING_COLOUR, edge=_WHITE, width_pt=_RING_PT / 2, inside=window.box
    )
    if look.marks is not SiteMarks.SYMBOLS:
        return places
    icons = [
        _placed(icon_path(facilities[facility].icon), place, size_mm * _ICON_SHARE / 1.6)
        for facility, place in zip(data.site_list[c.FACILITY].iloc[rows], places, strict=True)
    ]
    sheet.shapes(icons, fill=_WHITE, inside=window.box)
    return places


def draw_sites(
    sheet: Sheet, window: MapWindow, data: Dataset, look: MapLook
) -> NDArray[np.float64]:
    """Draw the sites in the window, none where each commune has a bar; return where they stand."""
    homes = window.on_paper(plane(data).sites)
    box = window.box
    low, high = (box.x, box.y), (box.right, box.bottom)
    is_inside = ((homes >= low) & (homes <= high)).all(axis=1)
    is_inside &= look.marks is not SiteMarks.BARS
    rows = np.flatnonzero(is_inside & (np.array(list(look.sites), dtype=np.str_) != HIDDEN))
    places = apart(homes[rows], mark_radius_mm(look), box.inset(0.4))
    sites, types = data.site_list.iloc[rows], data.catalog.facilities
    if look.marks is SiteMarks.DOTS:
        draw_dots(sheet, places, [Status(each) for each in sites[c.STATUS]], inside=box)
        return places
    looks = [
        SiteSymbol(types[facility].icon, Status(status))
        for facility, status in zip(sites[c.FACILITY], sites[c.STATUS], strict=True)
    ]
    draw_leaders(sheet, homes[rows], places, look.site_radius_mm)
    draw_symbols(sheet, places, looks, look.site_radius_mm, inside=box)
    return places


def mark_radius_mm(look: MapLook) -> float:
    """Return how large a site is marked."""
    return look.site_radius_mm if look.marks is SiteMarks.SYMBOLS else DOT_RADIUS_MM


def draw_dots(
    sheet: Sheet, places: Points, statuses: Sequence[Status], *, inside: Box | None
) -> None:
    """Draw sites as dots in the colour of their status, told apart in grey by their filling."""
    for status in reversed(Status):
        at = places[[each is status for each in statuses]]
        colour, is_open = STATUS_COLOURS[status], FILLS[status] == "open"
        if not len(at):
            continue
        sheet.circles(at, DOT_RADIUS_MM, fill=_WHITE if is_open else colour,
                      edge=colour if is_open else _WHITE, width_pt=0.6 if is_open else 0.3,
                      inside=inside)  # fmt: skip
        if FILLS[status] == "half":
            sheet.circles(at, DOT_RADIUS_MM * 0.4, fill=_WHITE, inside=inside)


@cache
def icon_path(icon: str) -> Path:
    """Return the drawing of a facility type's icon in a square from -1 to 1, `y` downwards."""
    pen = RecordingPen()
    parse_path(icon, pen)
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

    Examples
    --------
    Two symbols of 2 mm on one spot stand beside each other, the third, far off, stays:

    >>> homes = np.array([[10.0, 10.0], [10.0, 10.0], [40.0, 40.0]])
    >>> places = apart(homes, 2.0, Box(0, 0, 50, 50))
    >>> moved_mm = np.hypot(*(places - homes).T)
    >>> bool(np.hypot(*(places[0] - places[1])) >= 4), bool(moved_mm[2] < 0.1)
    (True, True)
    """
    if len(points) < 2:
        return _kept_inside(points, radius_mm, inside)
    turn = np.arange(len(points)) * 2.399963  # the golden angle parts circles on the same spot
    moved = points + 0.01 * np.column_stack([np.cos(turn), np.sin(turn)])
    least = 2 * radius_mm * _ROOM
    for _ in range(_ROUNDS):
        one, other = shapely.STRtree(shapely.points(moved)).query(
            shapely.points(moved), predicate="dwithin", distance=least
        )
        one, other = one[one != other], other[one != other]
        steps = moved[one] - moved[other]
        distances = np.hypot(steps[:, 0], steps[:, 1])
        overlap = least - distances
        if not overlap.any():
            break
        push = np.zeros_like(moved)
        np.add.at(push, one, steps * (overlap / distances)[:, None])
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
    sheet: Sheet,
    places: Points,
    looks: Sequence[SiteSymbol],
    radius_mm: float,
    *,
    inside: Box | None,
) -> None:
    """Draw the symbols of sites at places on paper."""
    for status in reversed(Status):
        rows = [row for row, look in enumerate(looks) if look.status is status]
        if rows:
            _draw_status(sheet, places[rows], [looks[row] for row in rows], radius_mm, inside)


def _draw_status(
    sheet: Sheet, places: Points, looks: Sequence[SiteSymbol], radius_mm: float, inside: Box | None
) -> None:
    """Draw symbols that all have one status."""
    colour, fill = STATUS_COLOURS[looks[0].status], FILLS[looks[0].status]
    circles = [_placed(Path.unit_circle(), place, radius_mm) for place in places]
    is_full = fill == "full"
    rim = _WHITE if is_full else colour
    sheet.shapes(circles, fill=colour if is_full else _WHITE, edge=rim, inside=inside,
                 width_pt=_RING_PT, dashes=(1.2, 1.0) if fill == "unknown" else None)  # fmt: skip
    if fill == "half":
        halves = [_placed(Path.wedge(0, 180), place, radius_mm * 0.9) for place in places]
        sheet.shapes(halves, fill=_tint(colour), inside=inside)
    icons = [  # a key of the legend that speaks of a status alone has no icon
        _placed(icon_path(look.icon), place, radius_mm * _ICON_SHARE / 2)
        for look, place in zip(looks, places, strict=True)
        if look.icon
    ]
    if icons:
        sheet.shapes(icons, fill=_WHITE if is_full else colour, inside=inside)


def _placed(path: Path, place: Points, size_mm: float) -> Path:
    return path.transformed(Affine2D().scale(size_mm).translate(place[0], place[1]))


def _tint(colour: str) -> str:
    """Return a colour at 42 % over white, as on the screen."""
    channels = np.frombuffer(bytes.fromhex(colour[1:]), dtype=np.uint8)
    return "#" + (255 - 0.42 * (255 - channels)).round().astype(np.uint8).tobytes().hex()
