"""What the map draws of units and districts: one coverage, so that both follow the same borders.

Figures, files and areas keep the borders that were installed. Drawn, those would show what is no
border: a generalised layer gapes between its communes, each gap a black splinter inside a district;
and district lines of one layer run beside those of the units of another.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.display import without_gaps
from geo.kept import kept
from geo.shapes import Shapes
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.dataset.layers import BETWEEN
from mtqg_geo.programme import columns as c

# Of a unit. A smaller bit of it in a former district is what two drawings of one border leave.
BIT_SHARE = 0.05


@dataclass(frozen=True, eq=False)
class Outlines:
    """The shapes to draw, row by row as `Dataset.communes` and `districts`; some may be missing."""

    communes: gpd.GeoSeries
    districts: gpd.GeoSeries


def outlines(data: Dataset) -> Outlines:
    """Return the outlines of units and districts, without gaps between them.

    A unit that lay in one former district lies in it as a whole, by its own border; one that lay
    in several is cut by the borders of these alone. They are the same whatever is filtered by.
    """
    return _outlines(data.as_drawn)


@kept(maxsize=4, by=lambda data: data.ground)
def _outlines(data: Dataset) -> Outlines:
    parts = _parts(data)
    given = parts.geometry
    closed = without_gaps(given)
    if closed is given and not _has_own_borders(data):
        return Outlines(data.communes.geometry, data.districts.geometry)
    parts = parts.set_geometry(closed)
    return Outlines(
        _united(parts, by=c.CODE, rows=data.communes[c.CODE]),
        _united(parts, by=c.DISTRICT_CODE, rows=data.districts[c.CODE]),
    )


def _has_own_borders(data: Dataset) -> bool:
    """Say whether the units are of another layer than the communes they were put together of."""
    return data.restatement is not None and data.restatement.faces is not None


def _parts(data: Dataset) -> gpd.GeoDataFrame:
    """Return the ground of which both units and districts are made: `code`, `district_code`."""
    columns = [c.CODE, c.DISTRICT_CODE, data.communes.geometry.name]
    if data.restatement is None or not data.is_put_together:
        parts = data.communes[columns]
    elif not _has_own_borders(data):
        unit = data.as_loaded.communes[c.CODE].map(data.restatement.walk(0).main_successors)
        parts = data.as_loaded.communes[columns].assign(**{c.CODE: unit})
    else:
        parts = _cut_by_districts(data.communes[columns], outlines(data.as_loaded).districts, data)
    return parts[parts.geometry.notna() & parts[c.CODE].notna()].reset_index(drop=True)


def _cut_by_districts(
    units: gpd.GeoDataFrame, shapes: gpd.GeoSeries, data: Dataset
) -> gpd.GeoDataFrame:
    """Cut units of several former districts at the borders of these."""
    by_code = shapes.set_axis(data.districts[c.CODE])
    several = units[c.DISTRICT_CODE].str.contains(BETWEEN, na=False) & units.geometry.notna()
    cut = [units[~several]]
    for _, unit in units[several].iterrows():
        codes = [code for code in unit[c.DISTRICT_CODE].split(BETWEEN) if code in by_code.index]
        bits, of = _bits(unit.geometry, by_code[codes].to_numpy())
        rows = {c.CODE: unit[c.CODE], c.DISTRICT_CODE: [codes[number] for number in of]}
        cut.append(gpd.GeoDataFrame(rows, geometry=bits, crs=units.crs))
    return pd.concat(cut, ignore_index=True)


def _bits(unit: shapely.Geometry, districts: Shapes) -> tuple[list[shapely.Geometry], list[int]]:
    """Cut a unit at districts; return what of it lies in which.

    What lies in none of them, or is but a bit, goes where its border is longest.
    """
    held = [*shapely.intersection(unit, districts), unit - shapely.union_all(districts)]
    bits, of = shapely.get_parts(np.array(held, dtype=object), return_index=True)
    is_area = shapely.area(bits) > 0
    bits, of = bits[is_area], of[is_area]
    main = (of < len(districts)) & (shapely.area(bits) >= BIT_SHARE * unit.area)
    if not main.any():  # the districts lie elsewhere: the first of them stands for all
        return [unit], [0]
    for at in np.flatnonzero(~main):
        along = shapely.length(shapely.intersection(bits[at].boundary, bits[main]))
        near = -shapely.distance(bits[at], bits[main])
        of[at] = of[main][np.lexsort((near, along))[-1]]
    numbers = np.unique(of).tolist()
    return [shapely.union_all(bits[of == number]) for number in numbers], numbers


def _united(parts: gpd.GeoDataFrame, *, by: str, rows: pd.Series) -> gpd.GeoSeries:
    """Unite parts by a code, one shape for each row; missing where there is no part."""
    shapes = parts.geometry.to_numpy()
    groups = parts.reset_index(drop=True).groupby(by).indices
    united = {code: shapely.coverage_union_all(shapes[at]) for code, at in groups.items()}
    return gpd.GeoSeries([united.get(code) for code in rows], index=rows.index, crs=parts.crs)
