"""Approximate places, worked out for the borders in use: a site known by its commune stands in it.

A real coordinate is never moved, and neither is a real road. What is only known to lie in a commune
was given a place there when it was loaded; on other borders that may be in the commune beside, or
in none.
"""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import WGS84
from geo.inside import line_inside, spots_inside
from geo.shapes import Shapes, prepared
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Mask

EXACT, IN_COMMUNE, IN_DISTRICT = "exact", "commune", "district"  # how a place is known
_SLIVER_DEG = 1e-9  # a tenth of a millimetre: what cutting a line at a border leaves


def settled_sites(sites: gpd.GeoDataFrame, units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the sites, each whose place is approximate inside its commune.

    One that lies inside stays where it is, unless another of the commune stands on the very spot
    (all that are loaded without coordinates do); the others are spread over the middle of the
    commune. Where the commune has no shape, nothing is known better than the place it has.

    Parameters
    ----------
    sites
        In the order in which they take their places; `location` says how exact each is.
    units
        The communes, by `code`.
    """
    known = units.drop_duplicates(c.CODE)
    shapes = np.array([*prepared(known.geometry.to_numpy()), None])  # None of a code not known
    own = shapes[pd.Index(known[c.CODE]).get_indexer(sites[c.COMMUNE_CODE])]
    points = np.asarray(sites.geometry.array, dtype=object)
    vague = (sites[c.LOCATION] != EXACT).to_numpy() & (shapely.area(own) > 0)
    spot = pd.DataFrame(
        {
            "unit": sites[c.COMMUNE_CODE].array,
            "x": shapely.get_x(points),
            "y": shapely.get_y(points),
        }
    )
    is_shared = np.zeros(len(sites), dtype=bool)
    is_shared[vague] = spot[vague].duplicated(keep=False)
    moved = np.flatnonzero(vague & (is_shared | ~shapely.contains(own, points)))
    if not len(moved):
        return sites
    turn = spot.iloc[moved].groupby("unit").cumcount().to_numpy()
    points = points.copy()
    points[moved] = spots_inside(own[moved], turn)
    return sites.set_geometry(gpd.GeoSeries(points, index=sites.index, crs=sites.crs))


def stored_points(sites: pd.DataFrame) -> gpd.GeoSeries:
    """Return the places of sites as they were loaded."""
    return gpd.GeoSeries(
        gpd.points_from_xy(sites[c.LON], sites[c.LAT]), index=sites.index, crs=WGS84
    )


def settled_roads(roads: gpd.GeoDataFrame, homes: Shapes, places: Shapes) -> gpd.GeoDataFrame:
    """Return the roads, those that are made up inside the communes they were made up for.

    What of a made-up road lay in a commune lies in it again, as long as it was: kilometres by
    commune and in all stay what they are. A road that fits as it is stays whole; of one that does
    not, the part beside its commune is moved, apart from the rest if it must.

    Parameters
    ----------
    roads
        In WGS 84; those that are not made up stay (`is_made_up`).
    homes, places
        Where each unit was when the roads were made up, and where it is now (None = nowhere).
    """
    made_up = np.flatnonzero(is_made_up(roads))
    lines = np.asarray(roads.geometry.array, dtype=object).copy()
    unit, line = shapely.STRtree(lines[made_up]).query(homes, predicate="intersects")
    for number in np.unique(line).tolist():
        at, rest = made_up[number], lines[made_up[number]]
        parts, is_moved = list[shapely.Geometry](), False
        for which in np.sort(unit[line == number]).tolist():
            held = _lines(shapely.intersection(rest, homes[which]))
            rest = shapely.difference(rest, homes[which])
            place = places[which]
            for part in held:
                if not shapely.area(place) > 0 or _fits(part, place):  # NaN of a missing one
                    parts.append(part)
                else:
                    parts += line_inside(part, place)
                    is_moved = True
        if is_moved:
            parts += _lines(rest)
            lines[at] = shapely.multilinestrings(parts) if len(parts) > 1 else parts[0]
    return roads.set_geometry(gpd.GeoSeries(lines, index=roads.index, crs=roads.crs))


def is_made_up(roads: pd.DataFrame) -> Mask:
    """Say which roads are of the sample: nobody measured them."""
    return np.asarray(roads[c.SOURCE] == c.ILLUSTRATIVE, dtype=np.bool_)


def _lines(shape: shapely.Geometry) -> list[shapely.Geometry]:
    """Return the lines of what is left of a line, joined where they meet."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    lines = parts[shapely.length(parts) > _SLIVER_DEG]
    return list(shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines))))


def _fits(line: shapely.Geometry, place: shapely.Geometry) -> bool:
    return bool(shapely.length(shapely.difference(line, place)) <= _SLIVER_DEG)
