"""From an empty process to the first page: seconds, what dominates them, what is not loaded.

Run `python -m benchmarks.import_time [--json] [--runs N]`. Each run is a process of its own. The
peer is what a plain map app of geopandas, folium and mapclassify imports before its first line.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any

from benchmarks.machine import machine

RUNS, TOP = 5, 10
HEAVY = ("scipy", "sklearn", "networkx", "matplotlib", "streamlit", "libpysal", "dask")
PEER = "import geopandas, folium, streamlit_folium, mapclassify"
STAGES = {
    "import mtqg_geo": "import mtqg_geo",
    "import mtqg_geo.maps.view": "import mtqg_geo.maps.view",
    "shipped data loaded": (
        "from mtqg_geo.dataset.dataset import shipped_dataset\ndata = shipped_dataset()"
    ),
    "first view built": (
        "from mtqg_geo.classing import Classing\n"
        "from mtqg_geo.selection import default_selection\n"
        "from mtqg_geo.maps.view import map_view\n"
        "map_view(data, default_selection(data), Classing(), lang='vi')"
    ),
}
_TIMED = """
import json, sys, time
found, names = {{}}, {{}}
for name, code in {stages!r}.items():
    start = time.perf_counter()
    exec(code, names)
    found[name] = time.perf_counter() - start
found["heavy"] = [name for name in {heavy!r} if name in sys.modules]
print(json.dumps(found))
"""
_IMPORT = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s+([\w]+)")


def stages(code: dict[str, str]) -> dict[str, Any]:
    """Return the seconds of each stage in a fresh process, and which heavy packages it loaded."""
    program = _TIMED.format(stages=code, heavy=HEAVY)
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, encoding="utf-8"
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def by_package(statement: str) -> dict[str, float]:
    """Return the milliseconds that the modules of the slowest packages take to import."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", statement],
        check=True,
        capture_output=True,
        encoding="utf-8",
    )
    own_us: Counter[str] = Counter()
    for line in done.stderr.splitlines():
        if match := _IMPORT.match(line):
            own_us[match[2]] += int(match[1])
    return {package: round(us / 1000, 1) for package, us in own_us.most_common(TOP)}


def run(runs: int) -> dict[str, Any]:
    """Return the median of each stage, the peer's, and what dominates the import."""
    ours = [stages(STAGES) for _ in range(runs)]
    peer = [stages({PEER: PEER}) for _ in range(runs)]
    return {
        "seconds": {name: round(statistics.median(o[name] for o in ours), 3) for name in STAGES},
        "peer_seconds": {PEER: round(statistics.median(p[PEER] for p in peer), 3)},
        "heavy_packages": ours[0]["heavy"],
        "peer_heavy_packages": peer[0]["heavy"],
        "import_ms_by_package": by_package(STAGES["import mtqg_geo.maps.view"]),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the measurement as text, or as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--runs", type=int, default=RUNS)
    options = parser.parse_args(arguments)
    where = machine("geopandas", "pandas", "folium", "streamlit-folium", "mapclassify")
    found = run(options.runs)
    if options.json:
        print(json.dumps({**where, **found}, indent=1))
        return 0
    print(", ".join(f"{name} {value}" for name, value in where.items()))
    for name, value in found.items():
        print(name, "" if isinstance(value, dict) else ", ".join(value) or "none")
        for label, figure in value.items() if isinstance(value, dict) else ():
            print(f"  {label:<60}{figure:>8}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
