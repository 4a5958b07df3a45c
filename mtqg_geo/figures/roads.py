"""Road kilometres of a selection: measured, cut at commune borders, counted once."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.kept import Same, kept
from geo.measure import length_km
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.selection import Selection
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Mask, Status
from mtqg_geo.programme.words import KM_DECIMALS, parts_as_written, rounded

PRECEDENCE = {status.value: rank for rank, status in enumerate(Status)}
NOWHERE = "–"
SAME_ROAD_M = 0.01  # shorter common stretches are rounding at a crossing, not a road built twice


def selected_pieces(data: Dataset, selection: Selection) -> pd.DataFrame:
    """Return the stretches of road inside the selected communes, each stretch counted once.

    Pieces outside every commune belong to the selection only when no place is chosen. The table is
    shared between callers: do not change it.
    """
    later, earlier = built_twice(data)
    chosen = selection.mask(data, data.road_list, "roads")
    if not (chosen[later] & chosen[earlier]).any():
        return crossing_pieces(data, selection)
    return _pieces_counted_once(data, selection)


@kept(maxsize=32)
def _pieces_counted_once(data: Dataset, selection: Selection) -> pd.DataFrame:
    """Return the pieces of a selection in which some stretches were built twice."""
    later, earlier = built_twice(data)
    chosen = selection.mask(data, data.road_list, "roads")
    both = chosen[later] & chosen[earlier]
    touched = np.zeros(len(chosen), dtype=np.bool_)
    touched[later[both]] = touched[earlier[both]] = True
    # All other roads are cut at borders already.
    others = data.pieces[~data.pieces[c.ID].isin(data.road_list[c.ID][touched])]
    pieces = pd.concat([others, _cut_once(data, touched.tobytes())])
    pieces = pieces.sort_values(c.ID, kind="stable", ignore_index=True)
    return pieces[selection.mask(data, pieces, "pieces")]


# The same few for every place that is chosen: whole roads are chosen by year, project and status.
@kept(maxsize=32, by=lambda data, rows: (data.as_drawn, rows))
def _cut_once(data: Dataset, rows: bytes) -> pd.DataFrame:
    """Return the pieces of some of the roads, each stretch counted once; `rows` is a mask."""
    return data.cut(counted_once(data.roads[np.frombuffer(rows, dtype=np.bool_)]))


# By the roads: they are the same for any district or money.
@kept(maxsize=4, by=lambda data: Same(data.roads))
def built_twice(data: Dataset) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the rows of each two of `data.roads` that share a stretch, the later ones first."""
    return _overlaps(data.roads)


def counted_once(roads: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Remove from each road what another road already covers; the same frame if nothing overlaps.

    The further advanced status keeps the stretch, then the lower road id. A road financed twice
    therefore adds its kilometres once, as completed if either part is completed.
    """
    order = roads.assign(rank=roads[c.STATUS].map(PRECEDENCE)).sort_values(["rank", c.ID])
    lines = order.geometry.to_numpy().copy()
    later, earlier = _overlaps(order)
    if not len(later):
        return roads
    for position in np.lexsort((earlier, later)):
        late, early = later[position], earlier[position]
        lines[late] = shapely.difference(lines[late], lines[early])
    once = order.drop(columns="rank").set_geometry(
        gpd.GeoSeries(lines, index=order.index, crs=roads.crs)
    )
    return once[~once.geometry.is_empty].sort_index()


def _overlaps(roads: gpd.GeoDataFrame) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the positions of each two roads that share a stretch, the later one first."""
    lines = roads.geometry.to_numpy()
    later, earlier = roads.sindex.query(roads.geometry, predicate="intersects")
    touching = later > earlier
    later, earlier = later[touching], earlier[touching]
    common = shapely.intersection(lines[later], lines[earlier])
    parts, pair = shapely.get_parts(common, return_index=True)
    are_stretches = shapely.length(parts) > 0  # lines may also meet in points
    stretches_km = length_km(gpd.GeoSeries(parts[are_stretches], crs=roads.crs))
    shared_km = np.bincount(pair[are_stretches], stretches_km, minlength=len(later))
    twice = shared_km * 1000 > SAME_ROAD_M
    return later[twice], earlier[twice]


@kept(maxsize=32)
def crossing_pieces(data: Dataset, selection: Selection) -> pd.DataFrame:
    """Return the pieces of road inside the selected communes, those built twice twice.

    The table is shared between callers: do not change it.
    """
    return data.pieces[selection.mask(data, data.pieces, "pieces")]


def road_mask(data: Dataset, selection: Selection) -> Mask:
    """Say for each road of the data whether any stretch of it is selected."""
    present = crossing_pieces(data, selection)[c.ID]
    return np.asarray(data.road_list[c.ID].isin(present), dtype=np.bool_)


def selected_roads(data: Dataset, selection: Selection) -> gpd.GeoDataFrame:
    """Return the roads of the selection, whole, with the kilometres that lie in the selection."""
    roads = data.roads[road_mask(data, selection)]
    inside_km = selected_pieces(data, selection).groupby(c.ID)[c.LENGTH_KM].sum()
    return roads.assign(**{c.IN_SELECTION_KM: roads[c.ID].map(inside_km).fillna(0.0)})


def km_as_written(km: pd.DataFrame) -> pd.DataFrame:
    """Round kilometres of `km_by` so that rows, statuses and the whole add up as written.

    What is completed is rounded as it is wherever it stands alone; the other statuses make up the
    rest of the whole. 23.265 km completed of 30.0 are written 23.27, so 6.735 as 6.73:

    >>> km = km_as_written(pd.DataFrame({"completed": [23.265], "planned": [6.735]}))
    >>> km.loc[0].tolist()
    [23.27, 6.73]
    """
    sums, is_done = km.sum().to_numpy(), km.columns == Status.COMPLETED.value
    done = rounded(float(sums[is_done].sum()), KM_DECIMALS)
    rest = rounded(float(sums.sum()), KM_DECIMALS) - done
    wholes = np.full(len(sums), done)
    wholes[~is_done] = parts_as_written(sums[~is_done], KM_DECIMALS, whole=rest)
    return pd.DataFrame(
        {
            status: parts_as_written(of_status.to_numpy(), KM_DECIMALS, whole=whole)
            for (status, of_status), whole in zip(km.items(), wholes, strict=True)
        },
        index=km.index,
    )


def km_by(pieces: pd.DataFrame, column: str) -> pd.DataFrame:
    """Sum kilometres by the values of a column (rows) and by status (columns).

    Pieces without a value, such as those outside every district, have a row of their own.
    """
    return (
        pieces.assign(**{column: pieces[column].fillna(NOWHERE)})
        .pivot_table(index=column, columns=c.STATUS, values=c.LENGTH_KM, aggfunc="sum")
        .reindex(columns=[status.value for status in Status])
        .fillna(0.0)
    )
