"""The programme's tables as the store holds them: what is visible of all that was loaded."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock

import geopandas as gpd
import pandas as pd

from geo.crs import WGS84
from mtqg_geo.dataset.delivered import ProgrammeTables
from mtqg_geo.dataset.observations import ObservationCounts
from mtqg_geo.programme.tables import GEOMETRY
from mtqg_geo.store.live import state_version, visible
from mtqg_geo.store.observed import observed, summary
from mtqg_geo.store.transactions import Store

SLICES_KEPT = 256  # one indicator and year each; a province's slice is about 1,000 rows


@dataclass(frozen=True, eq=False)
class StoredObservations:
    """Observations too many to hold: each page takes the indicator and year it shows."""

    store: Store
    _kept: dict[tuple[str, int], pd.DataFrame] = field(default_factory=dict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def of(self, indicator: str, year: int) -> pd.DataFrame:
        """Return the rows of one indicator in one year (empty when there are none)."""
        key = (indicator, year)
        if key not in self._kept:
            rows = observed(self.store, indicator, year)
            with self._lock:
                if len(self._kept) >= SLICES_KEPT:
                    self._kept.clear()
                self._kept[key] = rows
        return self._kept[key]

    def table(self) -> pd.DataFrame:
        """Return all rows; only for files that hold everything."""
        return visible(self.store, "observations")

    @cached_property
    def counts(self) -> ObservationCounts:
        """Return how many rows there are, and of which kind."""
        found = summary(self.store)
        return ObservationCounts(
            rows=found.rows,
            empty=found.empty,
            communes=found.communes,
            illustrative=found.illustrative,
            latest_period=found.latest_quarter,
            years=found.years,
        )


def stored_tables(store: Store) -> ProgrammeTables:
    """Return what is visible in the store, joined with nothing yet."""
    version = state_version(store)
    roads = visible(store, "roads")
    lines = gpd.GeoSeries.from_wkb(roads[GEOMETRY], crs=WGS84)
    return ProgrammeTables(
        regions=visible(store, "region"),
        observations=StoredObservations(store),
        sites=visible(store, "sites"),
        roads=gpd.GeoDataFrame(roads.drop(columns=GEOMETRY), geometry=lines),
        fingerprint=hashlib.sha256(version.encode()).hexdigest()[:16],
        store=store,
    )
