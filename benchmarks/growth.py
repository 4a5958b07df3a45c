"""How waiting grows with the work: 1, 4 and 16 times the sites, roads and figures.

Run `python -m benchmarks.growth [--json] [--times 1,4,16]`. Four times is a province after four
years (`benchmarks.province`: 5,000 sites, 800 roads), on the delivered boundaries. Each row is a
whole process as a person starts it: loading everything by the front door; starting the server until
its first page is answered; another district on that page (median of five, over the web socket); an
export of all layers; one printed map with every work; the Word report. The exponent e says that n
times the works take n^e times as long, between the sizes named: 1 is in step, 2 is pair by pair.
Figures grow by less than works (31,000, 119,000, 277,000): the catalogue has no more to report.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks import many_people, province
from benchmarks.machine import load_average, machine
from benchmarks.serving import ROOT, serving

LIMIT_S, CHANGES, GOAL = 600, 5, 1.2
COMMANDS = {
    "export": ("export", "all", "--format", "gpkg", "-o", "all.gpkg"),
    "sheet": ("report", "map", "--works", "single", "-o", "map.pdf"),
    "word": ("report", "word", "-o", "report.docx"),
}


def run_process(*arguments: str, store: str, folder: str) -> float | None:
    """Return the seconds of a Python process, or None if it took longer than the limit."""
    began = perf_counter()
    try:
        subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=folder,
            env=os.environ | {"MTQG_DATA": store, "MTQG_DATABASE": "", "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            check=True,
            timeout=LIMIT_S,
        )
    except subprocess.TimeoutExpired:
        return None
    return perf_counter() - began


async def page_s(url: str) -> tuple[float, float]:
    """Return when the first page was answered, and how long another district takes after it."""
    session = await many_people.connect(url, "district")
    first = perf_counter()
    times_ms = [await session.run_script(choice) for choice in session.options[:CHANGES]]
    await session.socket.close()
    return first, statistics.median(times_ms) / 1000


def measure(times: int) -> dict[str, float | None]:
    """Return the seconds of every act at one size."""
    with tempfile.TemporaryDirectory() as folder:
        store = str(Path(folder, "store"))
        how = ("benchmarks.province", store, "--times", str(times), "--without-layers")
        found = {"load": run_process(*how, store=store, folder=folder)}
        began = perf_counter()
        with serving("app.py", None, MTQG_DATA=store) as (url, _):
            answered, change_s = asyncio.run(page_s(url))
        found |= {"start": answered - began, "page": change_s}
        for act, command in COMMANDS.items():
            found[act] = run_process("mtqg_geo", *command, store=store, folder=folder)
    return found


def table(sizes: dict[int, dict[str, float | None]]) -> dict[str, dict[str, float | None]]:
    """Return a row for each act: seconds by size, and the exponents between sizes.

    >>> table({1: {"sheet": 2.0}, 4: {"sheet": 8.0}, 16: {"sheet": 128.0}})["sheet"]
    {'1x_s': 2.0, '4x_s': 8.0, '16x_s': 128.0, 'e_1_to_4': 1.0, 'e_4_to_16': 2.0}
    """
    rows: dict[str, dict[str, float | None]] = {}
    for act in next(iter(sizes.values())):
        seconds = {times: found[act] for times, found in sizes.items()}
        rows[act] = {f"{times}x_s": s and round(s, 2) for times, s in seconds.items()}
        for less, more in pairwise(seconds):
            one, other = seconds[less], seconds[more]
            grown = math.log(other / one) / math.log(more / less) if one and other else None
            rows[act][f"e_{less}_to_{more}"] = grown and round(grown, 2)
    return rows


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the seconds and how they grow; say which act grows faster than the goal."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--times", default=",".join(map(str, province.SIZES)))
    options = parser.parse_args(arguments)
    load = load_average()
    rows = table({int(times): measure(int(times)) for times in options.times.split(",")})
    if options.json:
        answer: dict[str, Any] = {"machine": machine("pandas", "geopandas", "matplotlib")}
        answer |= {"load_average": load, "goal": GOAL}
        print(json.dumps(answer | rows, indent=1))
        return 0
    for act, row in rows.items():
        steep = any((row[name] or 0) > GOAL for name in row if name.startswith("e_"))
        cells = "  ".join(f"{name} {value}" for name, value in row.items())
        print(f"{act:8}{cells}{f'  grows faster than n^{GOAL}' if steep else ''}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
