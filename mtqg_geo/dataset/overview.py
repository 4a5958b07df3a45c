"""What the page of data shows: where everything comes from, and what was found in it."""

from __future__ import annotations

from dataclasses import dataclass

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.programme import columns as c


@dataclass(frozen=True)
class DataView:
    """The page that says what is loaded: counts of what joined and of what is illustrative."""

    regions_matched: int
    regions_without_unit: int
    units_without_region: int
    observations: int
    observations_empty: int
    observed_communes: int
    sites: int
    roads: int
    road_outside_km: float
    illustrative: dict[str, int]


def data_view(data: Dataset) -> DataView:
    """Count what is loaded, what joined and what is illustrative."""
    tables = {"sites": data.sites, "roads": data.roads, "regions": data.regions}
    counts = data.observations.counts
    made_up = {"rows": counts.illustrative} | {
        name: int((table[c.SOURCE] == c.ILLUSTRATIVE).sum()) for name, table in tables.items()
    }
    sizes = {"rows": counts.rows} | {name: len(table) for name, table in tables.items()}
    return DataView(
        regions_matched=len(data.join.matched),
        regions_without_unit=len(data.join.unmatched_rows),
        units_without_region=len(data.join.unmatched_units),
        observations=counts.rows,
        observations_empty=counts.empty,
        observed_communes=counts.communes,
        sites=len(data.sites),
        roads=len(data.roads),
        road_outside_km=float(data.pieces.loc[data.pieces[c.CODE].isna(), c.LENGTH_KM].sum()),
        illustrative=made_up | {f"all_{name}": size for name, size in sizes.items()},
    )
