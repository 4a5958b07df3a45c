"""Kilometres of road by commune for a whole country, beside `geopandas.overlay`.

Run `python -m benchmarks.road_km [--json] [--layers FOLDER] [--roads N] [--runs N]`. The roads are
random lines of five points, about 2.2 km long, from within every commune. `overlay` is timed for
its cutting alone, ours with the geodesic lengths and the finished table.

The real communes overlap here and there. There `overlay` gives a stretch to every commune that
holds it, ours to the first one only, so their totals differ by what is counted twice. They are
compared on the same communes made a coverage (`shapely.coverage_clean`), where both have to find
the same. With the package distributed installed, a cluster of two local processes does it as well.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from benchmarks.machine import FOLDER, machine
from geo.measure import length_km
from geo.overlay import length_by_unit
from geo.parallel import SCHEDULER

ROADS, RUNS, SEED = 200_000, 3, 1719
STEP_DEG = 0.005


def real_communes(folder: Path) -> gpd.GeoDataFrame:
    """Return the communes of the country, each with a code of its own."""
    layer = gpd.read_parquet(folder / "vietnam_communes_2008.parquet")
    numbers = pd.Series(np.arange(len(layer)).astype(str), index=layer.index).str.zfill(5)
    return layer[["geometry"]].assign(code=layer["commune_id"] + "-" + numbers)


def as_coverage(units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the units without gaps and overlaps, and without those of which nothing is left."""
    clean = units.assign(geometry=shapely.coverage_clean(units.geometry.array))
    return clean[~clean.geometry.is_empty]


def random_roads(units: gpd.GeoDataFrame, number: int, *, seed: int = SEED) -> gpd.GeoDataFrame:
    """Return lines of five points that wind away from places within the units."""
    draw = np.random.default_rng(seed)
    inside = shapely.get_coordinates(units.geometry.representative_point().array)
    heading = draw.uniform(0, 2 * np.pi, (number, 1)) + draw.normal(0, 0.5, (number, 4)).cumsum(1)
    steps = STEP_DEG * np.stack([np.cos(heading), np.sin(heading)], axis=2).cumsum(axis=1)
    start = inside[draw.integers(0, len(inside), number)][:, None]
    lines = shapely.linestrings(np.concatenate([start, start + steps], axis=1))
    return gpd.GeoDataFrame({"id": np.arange(number)}, geometry=lines, crs=units.crs)


def ours(roads: gpd.GeoDataFrame, units: gpd.GeoDataFrame, *, threads: int = 2) -> pd.DataFrame:
    """Return the kilometres by road and commune as the product does."""
    return length_by_unit(roads, units, line_id="id", unit_id="code", threads=threads)


def peer(roads: gpd.GeoDataFrame, units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the roads cut by `geopandas.overlay`."""
    return gpd.overlay(roads, units, how="intersection", keep_geom_type=True)


def seconds(call: Callable[[], Any], runs: int) -> float:
    """Return the median seconds of some runs."""
    times = []
    for _ in range(runs):
        start = perf_counter()
        call()
        times.append(perf_counter() - start)
    return round(statistics.median(times), 2)


def totals(roads: gpd.GeoDataFrame, units: gpd.GeoDataFrame) -> dict[str, float]:
    """Return the kilometres both ways find, and how far apart they are in metres."""
    table, pieces = ours(roads, units), peer(roads, units)
    inside = table.dropna(subset="code")
    by_unit = inside.groupby("code")["length_km"].sum()
    peer_km = length_km(pieces.geometry)
    peer_by_unit = peer_km.groupby(pieces["code"].to_numpy()).sum()
    total_km = length_km(roads.geometry).sum()
    return {
        "ours_km": float(by_unit.sum()),
        "overlay_km": float(peer_km.sum()),
        "difference_m": float(1000 * (by_unit.sum() - peer_km.sum())),
        "largest_of_a_unit_m": float(1000 * by_unit.sub(peer_by_unit, fill_value=0).abs().max()),
        "inside_and_outside_less_total_m": float(1000 * (table["length_km"].sum() - total_km)),
    }


@contextmanager
def local_cluster() -> Iterator[None]:
    """Name a cluster of two processes of this machine to the kernel."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        os.environ[SCHEDULER] = cluster.scheduler_address
        try:
            yield
        finally:
            del os.environ[SCHEDULER]


def on_cluster(roads: gpd.GeoDataFrame, units: gpd.GeoDataFrame, runs: int) -> dict[str, Any]:
    """Return the seconds on a cluster and how far its table is from that of the threads."""
    if find_spec("distributed") is None:
        return {"skipped": "the package distributed is not installed"}
    here = ours(roads, units)
    with local_cluster():
        there = ours(roads, units)
        time_s = seconds(lambda: ours(roads, units), runs)
    pd.testing.assert_frame_equal(here.drop(columns="length_km"), there.drop(columns="length_km"))
    apart_km = (here["length_km"] - there["length_km"]).abs().max()
    return {"seconds": time_s, "largest_difference_m": float(1000 * apart_km)}


def run(folder: Path, number: int, runs: int) -> dict[str, Any]:
    """Measure everything."""
    units = real_communes(folder)
    roads = random_roads(units, number)
    clean = as_coverage(units)
    sizes = [number // part for part in (8, 4, 2, 1)]
    return {
        "roads": number,
        "communes": len(units),
        "seconds": {
            "ours, 1 thread": seconds(lambda: ours(roads, units, threads=1), runs),
            "ours, 2 threads": seconds(lambda: ours(roads, units), runs),
            "geopandas.overlay": seconds(lambda: peer(roads, units), runs),
        },
        "seconds_by_roads": {
            str(size): seconds(lambda size=size: ours(roads[:size], units), runs) for size in sizes
        },
        "coverage": totals(roads, clean),
        "real_layer": totals(roads, units),
        "cluster": on_cluster(roads, units, runs),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the measurement as text, or as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--layers", type=Path, default=FOLDER)
    parser.add_argument("--roads", type=int, default=ROADS)
    parser.add_argument("--runs", type=int, default=RUNS)
    options = parser.parse_args(arguments)
    where = machine("shapely", "geopandas", "pyproj", "numpy")
    found = run(options.layers, options.roads, options.runs)
    if options.json:
        print(json.dumps({**where, **found}, indent=1))
        return 0
    print(", ".join(f"{name} {value}" for name, value in where.items()))
    for name, value in found.items():
        rows = value if isinstance(value, dict) else {"": value}
        print(name)
        for label, figure in rows.items():
            print(f"  {label:<36}{figure}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
