"""Where map and legend stand on a sheet: the arrangement that gives the map the largest scale."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from mtqg_geo.report.map.graticule import LABELS_MM
from mtqg_geo.report.map.legend import Measured, fits
from mtqg_geo.report.map.plane import Extent
from mtqg_geo.report.map.window import MARGIN_MM, MapWindow, scale_in, window_on
from mtqg_geo.report.paper.sheet import Box

COLUMN_MM, GUTTER_MM = 56.0, 5.0
_PAD_MM, _STEP_MM = 2.5, 2.0


@dataclass(frozen=True)
class MapLayout:
    """The window of the map and the columns of its legend; `panel` if that lies on the map."""

    window: MapWindow
    columns: tuple[Box, ...]
    panel: Box | None = None


def lay_out(room: Box, extent_m: Extent, land: BaseGeometry | None, legend: Measured) -> MapLayout:
    """Place map and legend.

    Parameters
    ----------
    room
        What title and imprint leave of the sheet.
    extent_m
        What the map must show, in metres.
    land
        The shape of it: a legend on the map may not cover any of it.
    legend
        The legend, measured for columns of `COLUMN_MM`.

    Returns
    -------
    The legend beside the map, below it or in an empty corner of it, whichever lets the map be
    largest; in this order where they are equal.
    """
    options = [
        _beside(room, extent_m, legend),
        _below(room, extent_m, legend),
        _on_map(room, extent_m, land, legend),
    ]
    return min((each for each in options if each), key=lambda layout: layout.window.scale)


def _frame(room: Box) -> Box:
    return room.inset(LABELS_MM)


def _beside(room: Box, extent_m: Extent, legend: Measured) -> MapLayout:
    """One column at the right; two, if the legend is longer than the sheet is high."""
    high = Box(0, 0, COLUMN_MM, room.height - 2 * LABELS_MM)
    count = 1 if fits(legend, [high]) else 2
    width = count * (COLUMN_MM + GUTTER_MM)
    frame = _frame(Box(room.x, room.y, room.width - width + LABELS_MM, room.height))
    columns = _columns(frame.right + GUTTER_MM + 1, frame.y, count, frame.height)
    return MapLayout(window_on(extent_m, frame), columns)


def _below(room: Box, extent_m: Extent, legend: Measured) -> MapLayout:
    """As many columns as there is room for, no higher than they need to be."""
    count = int((room.width + GUTTER_MM) // (COLUMN_MM + GUTTER_MM))
    height = _least_height(legend, count, most=room.height / 2)
    frame = _frame(Box(room.x, room.y, room.width, room.height - height))
    columns = _columns(frame.x, room.bottom - height + 1, count, height)
    return MapLayout(window_on(extent_m, frame), columns)


def _on_map(
    room: Box, extent_m: Extent, land: BaseGeometry | None, legend: Measured
) -> MapLayout | None:
    """Return the legend in a place without land, moving the map aside if that makes one."""
    if land is None:
        return None
    frame = _frame(room)
    scale = scale_in(extent_m, frame)
    for count in (1, 2, 3):
        height = _least_height(legend, count, most=frame.height - 2 * _PAD_MM)
        width = count * (COLUMN_MM + GUTTER_MM) - GUTTER_MM
        size = (width + 2 * _PAD_MM, height + 2 * _PAD_MM)
        if size[0] > frame.width or size[1] > frame.height:
            continue
        for window in _windows(extent_m, frame, scale):
            panel = _empty_place(window, land, size)
            if panel is not None:
                inside = panel.inset(_PAD_MM)
                columns = _columns(inside.x, inside.y, count, inside.height)
                return MapLayout(window, columns, panel)
    return None


def _windows(extent_m: Extent, frame: Box, scale: int) -> Iterator[MapWindow]:
    """Yield the window with the land in its middle, then at each of its sides and corners."""
    middle = window_on(extent_m, frame, scale=scale)
    west, south, east, north = extent_m
    m_per_mm = scale / 1000
    spare_x = frame.width / 2 - (east - west) / m_per_mm / 2 - MARGIN_MM
    spare_y = frame.height / 2 - (north - south) / m_per_mm / 2 - MARGIN_MM
    for right, up in ((0, 0), (0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (-1, 1), (1, -1), (-1, -1)):
        yield MapWindow(
            frame,
            scale,
            middle.west_m - right * spare_x * m_per_mm,
            middle.north_m - up * spare_y * m_per_mm,
        )


def _empty_place(window: MapWindow, land: BaseGeometry, size_mm: tuple[float, float]) -> Box | None:
    """Return the first place for a box along the frame, clockwise from lower left, without land."""
    frame = window.box
    width, height = size_mm
    xs = np.arange(frame.x, frame.right - width + 0.01, _STEP_MM)
    ys = np.arange(frame.y, frame.bottom - height + 0.01, _STEP_MM)
    low, left = frame.bottom - height, frame.x
    places = [
        *((x, low) for x in (*xs, frame.right - width)),
        *((x, frame.y) for x in (*xs, frame.right - width)),
        *((left, y) for y in ys),
        *((frame.right - width, y) for y in ys),
    ]
    shapely.prepare(land)
    west, _, _, north = window.extent
    m_per_mm = window.scale / 1000
    pad = 1.5
    boxes = shapely.box(
        [west + (x - pad - frame.x) * m_per_mm for x, _ in places],
        [north - (y + height + pad - frame.y) * m_per_mm for _, y in places],
        [west + (x + width + pad - frame.x) * m_per_mm for x, _ in places],
        [north - (y - pad - frame.y) * m_per_mm for _, y in places],
    )
    free = np.flatnonzero(~shapely.intersects(boxes, land))
    if not len(free):
        return None
    x, y = places[int(free[0])]
    return Box(float(x), float(y), width, height)


def _least_height(legend: Measured, count: int, *, most: float) -> float:
    height = 16.0
    while height < most and not fits(legend, _columns(0, 0, count, height)):
        height += 1
    return height


def _columns(x: float, y: float, count: int, height: float) -> tuple[Box, ...]:
    step = COLUMN_MM + GUTTER_MM
    return tuple(Box(x + each * step, y, COLUMN_MM, height) for each in range(count))
