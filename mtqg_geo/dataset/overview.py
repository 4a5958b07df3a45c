"""What the page of data counts: what is illustrative, and what lies outside the communes."""

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.programme import columns as c


def illustrative_counts(data: Dataset) -> dict[str, int]:
    """Count what is made up as an example, by kind, and beside it (`all_…`) how many there are."""
    tables = {"sites": data.sites, "roads": data.roads, "regions": data.regions}
    counts = data.observations.counts
    made_up = {"rows": counts.illustrative} | {
        name: int((table[c.SOURCE] == c.ILLUSTRATIVE).sum()) for name, table in tables.items()
    }
    sizes = {"rows": counts.rows} | {name: len(table) for name, table in tables.items()}
    return made_up | {f"all_{name}": size for name, size in sizes.items()}


def road_outside_km(data: Dataset) -> float:
    """Return how many kilometres of road lie outside every commune."""
    return float(data.pieces.loc[data.pieces[c.CODE].isna(), c.LENGTH_KM].sum())
