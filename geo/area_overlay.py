"""One layer of units laid over another: how much of each old unit lies in which new one.

Two drawings of the same border never agree, so that every neighbour takes a thin strip. A strip
that is narrow and small is a *sliver*: it is listed, but not taken for a change of territory.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import GeometryType, STRtree

from geo.crosswalk import BASIS, FROM, SHARE, TO, Crosswalk, crosswalk_of
from geo.crs import to_wgs84
from geo.errors import GeometryError
from geo.join import require_once
from geo.measure import ELLIPSOID, area_km2
from geo.parallel import map_parts
from geo.shapes import POLYGONS, Flags, Floats, Shapes

SLIVER_SHARE = 0.1  # of the old unit: what is larger is no sliver, however narrow
SLIVER_WIDTH_M = 200.0  # mean width: what is wider is no sliver, however small its share
AREA, WIDTH, SLIVER = "area_km2", "width_m", "is_sliver"
COVERED = "covered"

_PAIRS_AT_ONCE = 4_000
_COLLECTIONS = (*POLYGONS, GeometryType.GEOMETRYCOLLECTION)
_NOTHING = shapely.Polygon()


@dataclass(frozen=True, eq=False)
class AreaOverlay:
    """What two layers have in common.

    Attributes
    ----------
    pieces
        ``from_code``, ``to_code``, ``area_km2``, ``share`` (of the area of the old unit),
        ``width_m`` (mean width: twice the area by the length of the outline) and ``is_sliver``,
        sorted by codes.
    old, new
        ``code``, ``area_km2`` and ``covered``: how much of each unit the other layer covers, 0 to
        1 (more where units of the other layer overlap).
    crosswalk
        Shares without slivers, of every old unit that meets a new one; they add up to 1.
    repaired
        How many shapes had to be made valid first.
    """

    pieces: pd.DataFrame
    old: pd.DataFrame
    new: pd.DataFrame
    crosswalk: Crosswalk
    repaired: int

    @property
    def slivers(self) -> pd.DataFrame:
        """The pieces taken for slivers."""
        return self.pieces[self.pieces[SLIVER]]


def overlay_areas(
    old: gpd.GeoDataFrame,
    new: gpd.GeoDataFrame,
    *,
    code: str = "code",
    weights: pd.Series | None = None,
    basis: str = "area",
    sliver_share: float = SLIVER_SHARE,
    sliver_width_m: float = SLIVER_WIDTH_M,
) -> AreaOverlay:
    """Measure geodesically how much of each old unit lies in which new one.

    Parameters
    ----------
    old, new
        Polygons of units in any CRS, a row each; broken ones are made valid, missing ones and
        those of another kind have no area.
    code
        Column of both that holds the code of the unit, once each.
    weights
        Size (such as households) of new units by code. An old unit is then shared out by the
        size of what lies in it, taken to be spread evenly over each new unit; where the size of
        one of its new units is not known, by area.
    basis
        What the weights are.
    sliver_share, sliver_width_m
        A piece that is less than this share of its old unit and on average narrower than this is
        a sliver. The largest piece of a unit never is.

    Raises
    ------
    CRSError
        If a layer has no CRS.
    GeometryError
        If a code comes twice.

    Examples
    --------
    The border that divides A between X and Y lies at two thirds of it.

    >>> def layer(codes, west, east):
    ...     shapes = shapely.box(west, 21, east, 21.1)
    ...     return gpd.GeoDataFrame({"code": codes}, geometry=shapes, crs="EPSG:4326")
    >>> halves = layer(["X", "Y"], [106, 106.2], [106.2, 106.3])
    >>> overlay_areas(layer(["A"], [106], [106.3]), halves).crosswalk.links.round(2)
      from_code to_code  share basis
    0         A       X   0.67  area
    1         A       Y   0.33  area
    """
    before, n_before = _shapes(old, code)
    after, n_after = _shapes(new, code)
    pieces = _pieces(before, after)
    km2_before, km2_after = area_km2(before).fillna(0.0), area_km2(after).fillna(0.0)
    pieces[SHARE] = pieces[AREA] / pieces[FROM].map(km2_before)
    pieces[SLIVER] = _slivers(pieces, sliver_share, sliver_width_m)
    pieces = pieces.sort_values([FROM, TO], ignore_index=True)
    return AreaOverlay(
        pieces=pieces[[FROM, TO, AREA, SHARE, WIDTH, SLIVER]],
        old=_covered(km2_before, pieces, FROM, code),
        new=_covered(km2_after, pieces, TO, code),
        crosswalk=_crosswalk(pieces, km2_after, weights, basis),
        repaired=n_before + n_after,
    )


def _shapes(layer: gpd.GeoDataFrame, code: str) -> tuple[gpd.GeoSeries, int]:
    """Return valid polygons in WGS 84 by code, and how many had to be made valid."""
    cure = "dissolve the layer by its code first"
    require_once(layer[code], cure, error=GeometryError)
    shapes = np.asarray(to_wgs84(layer.geometry).array, dtype=object)
    broken = ~(shapely.is_valid(shapes) | shapely.is_missing(shapes))
    shapes[broken] = shapely.make_valid(shapes[broken])
    polygons = gpd.GeoSeries(_polygonal(shapes), index=layer[code].astype(object), crs=4326)
    return polygons, int(broken.sum())


def _polygonal(shapes: Shapes) -> Shapes:
    """Keep the polygons of shapes that are collections; nothing of lines and points."""
    kinds = shapely.get_type_id(shapes)
    shapes = np.where(np.isin(kinds, (GeometryType.MISSING, *_COLLECTIONS)), shapes, _NOTHING)
    mixed = np.flatnonzero(kinds == GeometryType.GEOMETRYCOLLECTION)
    parts, owner = shapely.get_parts(shapes[mixed], return_index=True)
    parts, at = shapely.get_parts(parts, return_index=True)  # of polygons in several parts
    is_polygon = shapely.get_type_id(parts) == GeometryType.POLYGON
    shapes[mixed] = _NOTHING
    held, number = np.unique(owner[at][is_polygon], return_inverse=True)
    # The parts of one shape do not overlap, so that they need not be united.
    shapes[mixed[held]] = shapely.multipolygons(parts[is_polygon], indices=number)
    return shapes


def _pieces(old: gpd.GeoSeries, new: gpd.GeoSeries) -> pd.DataFrame:
    """Return area and mean width of what each two units have in common."""
    before, after = np.asarray(old.array, dtype=object), np.asarray(new.array, dtype=object)
    of_old, of_new = STRtree(after).query(before, predicate="intersects")
    starts = range(0, max(len(of_old), 1), _PAIRS_AT_ONCE)
    parts: Sequence[tuple[Shapes, Shapes]] = [
        (before[of_old[at : at + _PAIRS_AT_ONCE]], after[of_new[at : at + _PAIRS_AT_ONCE]])
        for at in starts
    ]
    measured = np.concatenate(map_parts(_common, parts, None))
    table = pd.DataFrame(
        {
            FROM: old.index.to_numpy()[of_old],
            TO: new.index.to_numpy()[of_new],
            AREA: measured[:, 0],
            WIDTH: measured[:, 1],
        }
    )
    return table[table[AREA] > 0].reset_index(drop=True)


def _common(pairs: tuple[Shapes, Shapes], _shared: None) -> Floats:
    """Return square kilometres and mean width in metres of the common ground of each pair."""
    common = _polygonal(np.atleast_1d(shapely.intersection(*pairs)))
    common = shapely.orient_polygons(common)
    measured = np.zeros((len(common), 2))
    for number in np.flatnonzero(~shapely.is_empty(common)).tolist():
        area_m2, outline_m = ELLIPSOID.geometry_area_perimeter(common[number])
        width_m = 2 * abs(area_m2) / outline_m if outline_m else 0.0
        measured[number] = abs(area_m2) / 1e6, width_m
    return measured


def _slivers(pieces: pd.DataFrame, share: float, width_m: float) -> Flags:
    largest = pieces.groupby(FROM)[AREA].transform("max") == pieces[AREA]
    small = (pieces[SHARE] < share) & (pieces[WIDTH] < width_m)
    return np.asarray(small & ~largest, dtype=np.bool_)


def _covered(units_km2: pd.Series, pieces: pd.DataFrame, side: str, code: str) -> pd.DataFrame:
    areas = units_km2.to_numpy()
    common = pieces.groupby(side)[AREA].sum().reindex(units_km2.index).fillna(0.0).to_numpy()
    covered = np.divide(common, areas, out=np.zeros(len(areas)), where=areas > 0)
    table = pd.DataFrame({code: units_km2.index.to_numpy(), AREA: areas, COVERED: covered})
    return table.sort_values(code, ignore_index=True)


def _crosswalk(
    pieces: pd.DataFrame, new_km2: pd.Series, weights: pd.Series | None, basis: str
) -> Crosswalk:
    """Return the shares of what is no sliver, by weights where all of them are known."""
    kept = pieces[~pieces[SLIVER]]
    sizes, bases = kept[AREA], pd.Series("area", index=kept.index)
    if weights is not None:
        weighed = kept[TO].map(weights).astype(float) * kept[AREA] / kept[TO].map(new_km2)
        by_source = weighed.groupby(kept[FROM])
        usable = (by_source.transform("count") == by_source.transform("size")) & (
            by_source.transform("sum") > 0
        )
        sizes, bases = weighed.where(usable, sizes), bases.where(~usable, basis)
    shares = sizes / sizes.groupby(kept[FROM]).transform("sum")
    is_whole = ~kept[FROM].duplicated(keep=False)
    links = kept[[FROM, TO]].assign(**{SHARE: shares, BASIS: bases.mask(is_whole, "")})
    return crosswalk_of(links[links[SHARE] > 0])
