"""Places for what is only known to lie in an area: inside it, spread, and the same every time."""

import geopandas as gpd
import numpy as np
import shapely

from geo.measure import length_km
from geo.shapes import Floats, Numbers, Shapes

MARGIN = 0.9  # of the radius of the circle: a place is clear of the border
SLIDES = 20
MOST_PARTS = 4_096  # of a line: an area that holds no such piece is too small to be one
# The sequence R2 (M. Roberts, 2018) fills a square evenly however many of its points are taken.
_R2 = 1 / 1.324717957244746 ** np.array([1, 2])


def spots_inside(areas: Shapes, turn: Numbers) -> Shapes:
    """Return a point inside each area, spread over the largest circle that fits into it.

    Parameters
    ----------
    areas
        Polygons, which may have holes or lie in several parts; a missing or empty one has no place.
        An area may come often: the same object is looked at once.
    turn
        By area, which of its places is meant, from 0 on. The first is the middle of the circle; one
        that was given stays where it is however many follow.

    Examples
    --------
    >>> square = shapely.box(0, 0, 2, 2)
    >>> spots = spots_inside(np.array([square, square, square, None]), np.array([0, 1, 2, 0]))
    >>> shapely.get_coordinates(spots).round(2).tolist()
    [[1.0, 1.0], [0.29, 0.67], [1.41, 1.49]]
    """
    which = np.array([id(area) for area in areas], dtype=np.int64)
    _, first, of = np.unique(which, return_index=True, return_inverse=True)
    middle, radius = _circles(areas[first])
    share = (np.asarray(turn)[:, None] * _R2) % 1
    angle, away = 2 * np.pi * share[:, 1], MARGIN * radius[of] * np.sqrt(share[:, 0])
    places = middle[of] + away[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    spots = np.full(len(areas), None, dtype=object)
    known = np.isfinite(places).all(axis=1)
    spots[known] = shapely.points(places[known])
    return spots


def _circles(areas: Shapes) -> tuple[Floats, Floats]:
    """Return middle and radius of the largest circle in each area, NaN where there is none."""
    middle, radius = np.full((len(areas), 2), np.nan), np.full(len(areas), np.nan)
    given = np.flatnonzero(shapely.area(areas) > 0)  # not of a missing one, whose area is NaN
    # A hundredth of its size is near enough: the radius is that of the middle found, so that all of
    # the circle lies inside whatever the tolerance.
    size = np.sqrt(shapely.area(areas[given]))
    spokes = [
        shapely.maximum_inscribed_circle(area, tolerance=across / 100)
        for area, across in zip(areas[given], size.tolist(), strict=True)
    ]
    middle[given] = shapely.get_coordinates(shapely.get_point(spokes, 0))
    radius[given] = shapely.length(spokes)
    return middle, radius


def line_inside(line: shapely.Geometry, area: shapely.Geometry) -> list[shapely.Geometry]:
    """Return a line in WGS 84 moved inside an area, as long on the ground as it was.

    It slides towards the middle of the area as far as it must. One that is too long for it is drawn
    as two, four … shorter ones, which together are as long. Where an area holds no piece of it, the
    line stays.

    >>> area = shapely.box(106, 21, 106.1, 21.1)
    >>> road = shapely.LineString([(106.08, 21), (106.12, 21)])
    >>> [moved] = line_inside(road, area)
    >>> area.contains(moved), length_km(gpd.GeoSeries([road, moved], crs=4326)).round(6).tolist()
    (True, [4.158816, 4.158816])
    """
    middle = shapely.get_coordinates(spots_inside(np.array([area]), np.array([0])))[0]
    here = shapely.get_coordinates(line).mean(axis=0)
    slides = here + np.linspace(0, 1, SLIDES + 1)[1:, None] * (middle - here)
    for parts in (2**power for power in range(MOST_PARTS.bit_length())):
        spots = slides
        if parts > 1:
            turns = np.arange(4 * parts)
            spots = shapely.get_coordinates(spots_inside(np.array([area] * len(turns)), turns))
        moved = _as_long(line, [_at(line, here, spot, 1 / parts) for spot in spots], parts)
        fitting = moved[shapely.contains_properly(area, moved)]
        if len(fitting) >= parts:
            return list(fitting[:parts])
    return [line]


def _at(line: shapely.Geometry, here: Floats, there: Floats, scale: float) -> shapely.Geometry:
    return shapely.transform(line, lambda xy: there + scale * (xy - here))


def _as_long(line: shapely.Geometry, moved: list[shapely.Geometry], parts: int) -> Shapes:
    """Stretch lines about their middle until each is its part of the length of the first one."""
    goal_km = length_km(gpd.GeoSeries([line], crs="EPSG:4326")).iloc[0] / parts
    for _ in range(2):  # a degree of longitude is shorter further north: less each time
        found_km = length_km(gpd.GeoSeries(moved, crs="EPSG:4326")).tolist()
        middles = [shapely.get_coordinates(each).mean(axis=0) for each in moved]
        moved = [
            _at(each, middle, middle, goal_km / km) if km else each
            for each, middle, km in zip(moved, middles, found_km, strict=True)
        ]
    return np.array(moved, dtype=object)
