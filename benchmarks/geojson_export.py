"""The communes of a country as GeoJSON at full detail, beside pyogrio writing the same.

Run `python -m benchmarks.geojson_export [--json] [--layers FOLDER] [--runs N]`. Every run is a
process of its own that reads the layer, writes it once to a file and tells the seconds of the
writing and by how much its memory grew beyond what the layer takes.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import geopandas as gpd
import pyogrio

from benchmarks.machine import FOLDER, machine
from geo.geojson import to_geojson

RUNS = 5
WRITERS = ("ours", "pyogrio")


def write(layer: gpd.GeoDataFrame, writer: str, path: Path) -> None:
    """Write the layer with six decimals, by the rules of RFC 7946."""
    if writer == "ours":
        path.write_text(to_geojson(layer, decimals=6), encoding="utf-8")
    else:
        pyogrio.write_dataframe(
            layer, path, driver="GeoJSON", RFC7946="YES", COORDINATE_PRECISION="6"
        )


def measure(layer: gpd.GeoDataFrame, writer: str, path: Path) -> dict[str, float]:
    """Return what one writing took of time and memory in this process."""
    before = _peak_mb()
    start = perf_counter()
    write(layer, writer, path)
    time_s = perf_counter() - start
    return {
        "seconds": round(time_s, 3),
        "memory_growth_mb": round(_peak_mb() - before, 1),
        "peak_memory_mb": round(_peak_mb(), 1),
        "file_mb": round(path.stat().st_size / 1e6, 2),
    }


def in_fresh_process(writer: str, folder: Path) -> dict[str, float]:
    """Return what `measure` finds in a process that has done nothing else."""
    command = [sys.executable, "-m", "benchmarks.geojson_export", "--layers", str(folder)]
    done = subprocess.run(
        [*command, "--only", writer], check=True, capture_output=True, encoding="utf-8"
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def run(folder: Path, runs: int) -> dict[str, Any]:
    """Return the median of each figure of both writers, run in turn."""
    every: dict[str, list[dict[str, float]]] = {writer: [] for writer in WRITERS}
    for _ in range(runs):
        for writer in WRITERS:
            every[writer].append(in_fresh_process(writer, folder))
    return {
        writer: {name: statistics.median(each[name] for each in found) for name in found[0]}
        for writer, found in every.items()
    }


def _layer(folder: Path) -> gpd.GeoDataFrame:
    return gpd.read_parquet(folder / "vietnam_communes_2008.parquet")


def _peak_mb() -> float:
    """Return the largest memory of this process so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024**2 if sys.platform == "darwin" else 1024)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the measurement as a table, or as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--layers", type=Path, default=FOLDER)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--only", choices=WRITERS, help="write once, in this process")
    options = parser.parse_args(arguments)
    if options.only:
        with tempfile.TemporaryDirectory() as folder:
            layer, path = _layer(options.layers), Path(folder) / "communes.geojson"
            print(json.dumps(measure(layer, options.only, path)))
        return 0
    where, found = machine("shapely", "geopandas", "pyogrio"), run(options.layers, options.runs)
    if options.json:
        print(json.dumps({**where, **found}, indent=1))
        return 0
    print(", ".join(f"{name} {value}" for name, value in where.items()))
    for writer, figures in found.items():
        print(writer, *(f"{name} {value:g}" for name, value in figures.items()), sep="  ")
    return 0


if __name__ == "__main__":
    sys.exit(main())
