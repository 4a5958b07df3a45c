"""How waiting grows with the work: 1, 4 and 16 times the sites, roads and figures.

Run `python -m benchmarks.growth [--json] [--times 1,4,16]`. Four times is a province after four
years (`benchmarks.province`: 5,000 sites, 800 roads), on the delivered boundaries. Each row is a
whole process as a person starts it: loading everything by the front door; starting the server until
its first page is answered; another district on that page (median of five, over the web socket); an
export of all layers; one printed map with every work; the Word report. Beside the seconds a person
waits stand those of the processor, which other work on the machine moves less. Of these the
exponent e says that n times the works take n^e times as long, between the sizes named: 1 is in
step, 2 is pair by pair.
Figures grow by less than works (31,000, 119,000, 277,000): the catalogue has no more to report.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

from benchmarks import many_people, province
from benchmarks.machine import load_average, machine
from benchmarks.serving import ROOT, serving

LIMIT_S, CHANGES, GOAL = 600, 5, 1.2
BESIDE_S, IDLE = 120, 0.1  # how long a server may prepare itself; the share of a second it rests at
COMMANDS = {
    "export": ("export", "all", "--format", "gpkg", "-o", "all.gpkg"),
    "sheet": ("report", "map", "--works", "single", "-o", "map.pdf"),
    "word": ("report", "word", "-o", "report.docx"),
}


class Took(NamedTuple):
    """Seconds that passed, and seconds that the processor worked."""

    s: float
    cpu_s: float


def run_process(*arguments: str, store: str, folder: str) -> Took | None:
    """Return what a Python process took, or None if it was longer than the limit."""
    began, before = perf_counter(), _cpu_of_children_s()
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
    return Took(perf_counter() - began, _cpu_of_children_s() - before)


def _cpu_of_children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _cpu_s(pid: int) -> float:
    """Return how many seconds a process has worked, its threads included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def page(url: str, pid: int, began: float) -> dict[str, Took]:
    """Return when the first page was answered, and what another district takes after it."""
    session = await many_people.connect(url, "district")
    start = Took(perf_counter() - began, _cpu_s(pid))
    for _ in range(BESIDE_S):  # the server prepares other pages beside this one
        before = _cpu_s(pid)
        await asyncio.sleep(1)
        if _cpu_s(pid) - before < IDLE:
            break
    before = _cpu_s(pid)
    times_ms = [await session.run_script(choice) for choice in session.options[:CHANGES]]
    cpu_s = (_cpu_s(pid) - before) / CHANGES
    await session.socket.close()
    return {"start": start, "page": Took(statistics.median(times_ms) / 1000, cpu_s)}


def measure(times: int) -> dict[str, Took | None]:
    """Return what every act takes at one size."""
    with tempfile.TemporaryDirectory() as folder:
        store = str(Path(folder, "store"))
        how = ("benchmarks.province", store, "--times", str(times), "--without-layers")
        found = {"load": run_process(*how, store=store, folder=folder)}
        began = perf_counter()
        with serving("app.py", None, MTQG_DATA=store) as (url, pid):
            found |= asyncio.run(page(url, pid, began))
        for act, command in COMMANDS.items():
            found[act] = run_process("mtqg_geo", *command, store=store, folder=folder)
    return found


def table(sizes: dict[int, dict[str, Took | None]]) -> dict[str, dict[str, float | None]]:
    """Return a row for each act: seconds by size, and the exponents between sizes.

    >>> sizes = {1: {"sheet": Took(9, 2)}, 4: {"sheet": Took(9, 8)}, 16: {"sheet": Took(99, 128)}}
    >>> [value for name, value in table(sizes)["sheet"].items() if name.startswith("e_")]
    [1.0, 2.0]
    """
    rows: dict[str, dict[str, float | None]] = {}
    for act in next(iter(sizes.values())):
        took = {times: found[act] for times, found in sizes.items()}
        rows[act] = {f"{times}x_s": each and round(each.s, 2) for times, each in took.items()}
        rows[act] |= {f"{times}x_cpu_s": e and round(e.cpu_s, 2) for times, e in took.items()}
        for less, more in pairwise(took):
            one, other = (each.cpu_s if (each := took[size]) else 0.0 for size in (less, more))
            grown = math.log(other / one) / math.log(more / less) if one and other else None
            rows[act][f"e_{less}_to_{more}"] = None if grown is None else round(grown, 2)
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
