"""Time two things of the reform: figures on other units, and shares from two national layers.

::

    python -m benchmarks.crosswalk [--layers ../shared/data/boundaries] [--json]

Restating: all delivered observations (209 communes on 58 units), one indicator of a year, and the
data set with its layers. Overlay: the 11,163 communes of Vietnam on a second layer made of them,
three neighbours of a province united, as the reform did on average, and their borders drawn with
a tenth of the vertices, so that every border leaves slivers. What it was made of is known, so
that the answer is checked, too.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from benchmarks.machine import machine
from geo.area_overlay import overlay_areas
from geo.boundaries import dissolve
from mtqg_geo.dataset.dataset import shipped_dataset
from mtqg_geo.dataset.vintages import restated
from mtqg_geo.figures.values import commune_values
from mtqg_geo.programme.frames import texts_as_objects
from mtqg_geo.programme.model import Basis

UNITED = 3  # 10,035 communes became 3,321 units
SIMPLIFIED_DEG = 0.0005  # about 55 m
LIMIT_S = 30.0


def main() -> int:
    """Run both and print their figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--layers", type=Path, default=Path("../shared/data/boundaries"))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    answer = {
        "machine": machine("geopandas", "shapely", "pyproj", "pandas"),
        **restating(),
        **overlay(options.layers / "vietnam_communes_2008.parquet"),
    }
    json.dump(answer, sys.stdout, ensure_ascii=False, indent=1 if options.json else None)
    return 0


def restating() -> dict[str, dict[str, Any]]:
    """Return how long it takes to show the delivered data on the units of 2025."""
    data = replace(shipped_dataset())  # one that nothing has been kept of
    start = time.perf_counter()
    shown = restated(data, "2025-07")
    first_s = time.perf_counter() - start
    indicator = data.catalog.indicators["FI01"]

    def values() -> None:
        commune_values.forget()
        commune_values(shown, indicator, year=2023, basis=Basis.DISBURSED)

    rows = texts_as_objects(data.observations.table())
    of_all = partial(shown.restatement.on_units, rows)
    return {
        "data set with its layers, first time": {"rows": 209, "ms": round(first_s * 1000)},
        "all observations": {
            "rows": len(rows),
            "ms": median_ms(of_all),
        },
        "one indicator of a year": {"rows": 58, "ms": median_ms(values)},
    }


def median_ms(function: Callable[[], object], *, times: int = 7) -> float:
    """Return the median time of a call in milliseconds."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        function()
        taken.append(time.perf_counter() - start)
    return round(statistics.median(taken) * 1000, 1)


def overlay(path: Path) -> dict[str, dict[str, Any]]:
    """Return how long the national overlay takes, and how many units it led to the right one."""
    old = gpd.read_parquet(path)
    old = old.assign(code=[f"{number:05d}" for number in range(len(old))])
    old = old.set_geometry(gpd.GeoSeries(shapely.make_valid(old.geometry.array), crs=old.crs))
    unit = united(old)
    new = dissolve(old.assign(unit=unit), by="unit", columns=[]).rename(columns={"unit": "code"})
    new = new.set_geometry(new.geometry.simplify(SIMPLIFIED_DEG))
    start = time.perf_counter()
    found = overlay_areas(old, new)
    taken_s = time.perf_counter() - start
    links = found.crosswalk.links
    right = dict(zip(old["code"], unit, strict=True))
    whole = links[~links["from_code"].isin(found.crosswalk.split)]
    agree = sum(
        right[start] == end for start, end in zip(whole["from_code"], whole["to_code"], strict=True)
    )
    figures = {
        "rows": len(old),
        "ms": round(taken_s * 1000),
        "new_units": len(new),
        "pieces": len(found.pieces),
        "slivers": len(found.slivers),
        "right": agree,
        "divided": len(found.crosswalk.split),
        "under_30_s": taken_s < LIMIT_S,
    }
    return {"overlay of the country's communes": figures}


def united(old: gpd.GeoDataFrame) -> np.ndarray:
    """Return for each commune the unit it is put into: neighbours along a Hilbert curve."""
    order = np.lexsort((old.geometry.hilbert_distance(), old["province_id"]))
    number = np.empty(len(old), dtype=int)
    number[order] = np.arange(len(old)) // UNITED
    pairs = zip(old["province_id"], number, strict=True)
    return np.array([f"{province}-{group:05d}" for province, group in pairs])


if __name__ == "__main__":
    raise SystemExit(main())
