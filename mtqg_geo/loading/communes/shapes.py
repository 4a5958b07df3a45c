"""The ground of every unit at the time a row speaks of: where its point may lie, what it is called.

In 2025 codes were given to larger units; their shapes are put together from the former communes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.crs import WGS84
from geo.overlay import locate
from mtqg_geo.communes.epochs import epochs_of
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.dataset.vintages import current_lineage
from mtqg_geo.loading.communes.meanings import DatedLists, communes_of
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Mask


@lru_cache(maxsize=4)
def ground(data: Dataset, epoch: int) -> gpd.GeoSeries:
    """Return the shapes of the units of a time by code, without those that have none."""
    shaped = data.communes[data.communes.geometry.notna()]
    if not epoch:
        return shaped.set_index(c.CODE).geometry
    walk = epochs_of(current_lineage(data.store)).crosswalk(0, epoch)
    unit = shaped[c.CODE].map(walk.main_successors)
    return shaped[[shaped.geometry.name]].dissolve(by=unit.rename(c.CODE)).geometry


@dataclass(frozen=True, eq=False)
class UnitShapes:
    """Shapes and names of the units that rows speak of.

    Attributes
    ----------
    data
        The communes there are.
    periods
        Of every row.
    """

    data: Dataset
    periods: NDArray[np.object_]

    def held(self, points: gpd.GeoSeries, where: Mask) -> NDArray[np.object_]:
        """Return the unit of the row's time in which its point lies; "" outside, and elsewhere."""
        communes = communes_of(self.data)
        epochs = np.array([communes.epoch(str(period or "")) for period in self.periods])
        found = np.full(len(epochs), "", dtype=object)
        for epoch in np.unique(epochs[where]).tolist():
            at = where & (epochs == epoch)
            units = ground(self.data, epoch).rename("geometry").reset_index()
            held = locate(points[at].reset_index(drop=True), units, unit_id=c.CODE)
            found[at] = held.astype(object).where(held.notna(), "").to_numpy()
        return found

    def shapes(self, codes: NDArray[np.object_]) -> gpd.GeoSeries:
        """Return the shape of the unit each row means, missing where there is none."""
        shapes = np.full(len(codes), None, dtype=object)
        for epoch, at in self._by_epoch(codes):
            shapes[at] = ground(self.data, epoch).reindex(codes[at]).to_numpy()
        return gpd.GeoSeries(shapes, crs=WGS84)

    def inside(self, codes: NDArray[np.object_]) -> gpd.GeoSeries:
        """Return a point inside the unit each row means, missing where it has no shape."""
        points = np.full(len(codes), None, dtype=object)
        for epoch, at in self._by_epoch(codes):
            known = ground(self.data, epoch)
            wanted = known[known.index.isin(set(codes[at]))].representative_point()
            points[at] = wanted.reindex(codes[at]).to_numpy()
        return gpd.GeoSeries(points, crs=WGS84)

    def name(self, code: str, at: int) -> str:
        """Return what the unit that a row means was called in the row's time."""
        communes = communes_of(self.data)
        unit = communes.register(str(self.periods[at] or "")).by_code.get(code)
        return unit.name if unit else self._first_names.get(code, code)

    @cached_property
    def _first_names(self) -> dict[str, str]:
        listed = self.data.commune_list
        return dict(zip(listed[c.CODE], listed[c.NAME], strict=True))

    def _by_epoch(self, codes: NDArray[np.object_]) -> Iterator[tuple[int, Mask]]:
        """Yield the times in whose codes rows speak, and which rows those are."""
        communes = communes_of(self.data)
        if not isinstance(communes, DatedLists):
            yield 0, np.ones(len(codes), dtype=bool)
            return
        periods = pd.Series([str(period or "") for period in self.periods])
        periods = periods.where(periods != "", communes.lineage.days[0][:4])
        epochs = communes.epochs.of(pd.Series(codes), periods)
        for epoch in np.unique(epochs).tolist():
            yield epoch, epochs == epoch
