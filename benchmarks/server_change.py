"""How long the server takes from a changed selection to all that the map page shows.

Run `python -m benchmarks.server_change [--json]`. Measured is `views.map_view`: values, classes,
legend, key figures and table of the province or some districts, for a few hundred random
selections; then the same of the whole country with made-up figures (`benchmarks.country`), where
its layer is there. *First* is a selection whose indicator, year and projects nobody has asked for
since the start; *changed* one whose values are known but whose page is new; *again* a page that
was already computed.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import random
import sys
from collections.abc import Sequence
from importlib.metadata import version
from time import perf_counter
from typing import TypeVar

import numpy as np

from benchmarks.country import LAYER, country_dataset
from benchmarks.machine import FOLDER
from mtqg_geo.communes.lineage import vintages
from mtqg_geo.dataset.dataset import Dataset, shipped_dataset
from mtqg_geo.figures.selection import Selection, default_selection
from mtqg_geo.figures.values import commune_values
from mtqg_geo.maps.classing import CLASS_COUNTS, Classing
from mtqg_geo.maps.view import map_view
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Status

SELECTIONS, SEED = 300, 1719
LIBRARIES = ("numpy", "pandas", "geopandas", "shapely", "mapclassify")
Page = tuple[Selection, Classing]
T = TypeVar("T")


def random_pages(data: Dataset, number: int, *, seed: int = SEED) -> list[Page]:
    """Return pages as planners open them: any indicator and year, some with filters."""
    draw = random.Random(seed)

    def some(values: Sequence[T], *, most: int) -> tuple[T, ...]:
        return tuple(draw.sample(values, draw.choice([0, 0, 0, *range(1, most + 1)])))

    observed = data.observations.counts.years
    pages = []
    for _ in range(number):
        indicator = draw.choice(list(data.catalog.indicators.values()))
        selection = Selection(
            year=draw.choice([year for year in data.years if year in observed]),
            vintage=vintages()[0],
            indicator=indicator.id,
            basis=draw.choice(indicator.bases),
            districts=some(list(data.districts[c.CODE]), most=3),
            projects=some(list(data.catalog.projects), most=2),
            statuses=some(list(Status), most=2),
        )
        scheme = draw.choice(("natural", "quantiles", "equal"))
        pages.append((selection, Classing(scheme, draw.choice(CLASS_COUNTS))))
    return pages


def measure(data: Dataset, pages: list[Page]) -> list[float]:
    """Return the milliseconds each page takes."""
    times_ms = []
    for selection, classing in pages:
        start = perf_counter()
        map_view(data, selection, classing, lang="vi")
        times_ms.append(1000 * (perf_counter() - start))
    return times_ms


def run(data: Dataset, number: int = SELECTIONS) -> dict[str, dict[str, float]]:
    """Measure the three cases; each result holds p50, p95 and the longest, in milliseconds."""
    map_view(data, default_selection(data), Classing(), lang="vi")  # what the first visit prepares
    gc.collect()
    gc.freeze()  # as the server does after its first page
    pages = random_pages(data, number)
    map_view.forget()
    commune_values.forget()
    first = measure(data, pages)
    map_view.forget()
    changed = measure(data, pages)
    again = [time for page in pages for time in measure(data, [page, page])[1:]]
    return {
        name: {
            "p50_ms": round(float(np.percentile(times, 50)), 2),
            "p95_ms": round(float(np.percentile(times, 95)), 2),
            "max_ms": round(max(times), 2),
        }
        for name, times in (("first", first), ("changed", changed), ("again", again))
    }


def machine() -> dict[str, str]:
    """Return what the figures depend on."""
    return {
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        **{name: version(name) for name in LIBRARIES},
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the measurement as a table, or as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("-n", "--number", type=int, default=SELECTIONS, help="selections to try")
    options = parser.parse_args(arguments)
    where, results = machine(), run(shipped_dataset(), options.number)
    if (FOLDER / LAYER).exists():
        country = run(country_dataset(shipped_dataset()), options.number)
        results |= {f"country, {name}": found for name, found in country.items()}
    if options.json:
        print(json.dumps({"machine": where, "selections": options.number, **results}, indent=1))
        return 0
    print(", ".join(f"{name} {value}" for name, value in where.items()))
    print(f"{options.number} random selections{'p50':>12}{'p95':>10}{'max':>10}  ms")
    for name, found in results.items():
        print(f"{name:<28}" + "".join(f"{value:>10.2f}" for value in found.values()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
