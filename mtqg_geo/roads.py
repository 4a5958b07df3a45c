"""Road kilometres of a selection: measured, cut at commune borders, counted once."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.measure import length_km
from mtqg_geo import columns as c
from mtqg_geo.datasets import Dataset, cut_at_borders
from mtqg_geo.infrastructure import WorkCount
from mtqg_geo.model import Status
from mtqg_geo.selection import Selection

PRECEDENCE = {status.value: rank for rank, status in enumerate(Status)}
SAME_ROAD_M = 0.01  # shorter common stretches are rounding at a crossing, not a road built twice


def selected_pieces(data: Dataset, selection: Selection) -> pd.DataFrame:
    """Return the stretches of road inside the selected communes, each stretch counted once.

    Pieces outside every commune belong to the selection only when no place is chosen.
    """
    roads = data.roads[selection.work_mask(data, data.roads)]
    once = counted_once(roads)
    if once is roads:
        pieces = data.pieces[selection.work_mask(data, data.pieces)]
    else:
        pieces = cut_at_borders(once, data.communes)
    return _in_place(data, selection, pieces)


def _in_place(data: Dataset, selection: Selection, pieces: pd.DataFrame) -> pd.DataFrame:
    if not (selection.districts or selection.communes):
        return pieces
    inside = data.communes.loc[selection.commune_mask(data.communes), c.CODE]
    return pieces[pieces[c.CODE].isin(inside)]


def counted_once(roads: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Remove from each road what another road already covers; the same frame if nothing overlaps.

    The further advanced status keeps the stretch, then the lower road id. A road financed twice
    therefore adds its kilometres once, as completed if either part is completed.
    """
    order = roads.assign(rank=roads[c.STATUS].map(PRECEDENCE)).sort_values(["rank", c.ID])
    lines = order.geometry.to_numpy().copy()
    later, earlier = order.sindex.query(order.geometry, predicate="intersects")
    touching = later > earlier
    later, earlier = later[touching], earlier[touching]
    common_km = length_km(
        gpd.GeoSeries(_common(lines[later], lines[earlier]), crs=roads.crs)
    ).to_numpy()
    twice = common_km * 1000 > SAME_ROAD_M
    if not twice.any():
        return roads
    later, earlier = later[twice], earlier[twice]
    for position in np.lexsort((earlier, later)):
        late, early = later[position], earlier[position]
        lines[late] = shapely.difference(lines[late], lines[early])
    once = order.drop(columns="rank").set_geometry(
        gpd.GeoSeries(lines, index=order.index, crs=roads.crs)
    )
    return once[~once.geometry.is_empty].sort_index()


def _common(left: np.ndarray, right: np.ndarray) -> list[shapely.MultiLineString]:
    """Return the stretches two lines share (they may also meet in points, which have no length)."""
    return [
        shapely.MultiLineString(
            [part for part in shapely.get_parts(shape) if part.geom_type == "LineString"]
        )
        for shape in shapely.intersection(left, right)
    ]


def road_mask(data: Dataset, selection: Selection) -> pd.Series:
    """Say for each road of the data whether any stretch of it is selected."""
    pieces = data.pieces[selection.work_mask(data, data.pieces)]
    return data.roads[c.ID].isin(_in_place(data, selection, pieces)[c.ID])


def selected_roads(data: Dataset, selection: Selection) -> gpd.GeoDataFrame:
    """Return the roads of the selection, whole, with the kilometres that lie in the selection."""
    roads = data.roads[road_mask(data, selection)]
    inside_km = selected_pieces(data, selection).groupby(c.ID)[c.LENGTH_KM].sum()
    return roads.assign(**{c.IN_SELECTION_KM: roads[c.ID].map(inside_km).fillna(0.0)})


def count_km(pieces: pd.DataFrame) -> WorkCount:
    """Sum the kilometres completed among all (each was planned for its year)."""
    silent = pieces[pieces[c.STATUS] == Status.NOT_REPORTED]
    done = pieces[pieces[c.STATUS] == Status.COMPLETED]
    return WorkCount(
        completed=float(done[c.LENGTH_KM].sum()),
        planned=float(pieces[c.LENGTH_KM].sum()),
        communes_missing=silent[c.CODE].nunique(),
    )


def km_by(pieces: pd.DataFrame, column: str) -> pd.DataFrame:
    """Sum kilometres by the values of a column (rows) and by status (columns)."""
    return (
        pieces.pivot_table(index=column, columns=c.STATUS, values=c.LENGTH_KM, aggfunc="sum")
        .reindex(columns=[status.value for status in Status])
        .fillna(0.0)
    )
