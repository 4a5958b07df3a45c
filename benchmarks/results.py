"""Writes RESULTS.md from what the benchmarks have just measured.

Run `python -m benchmarks.results [NAME …]`: every benchmark named (all by default) runs with
`--json`; its answer is kept in `benchmarks/results/NAME.json`, and RESULTS.md is written from all
the answers that are there. Nothing in it is written by hand.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import map_latency

HERE = Path(__file__).parent
COMMANDS = {
    "page_latency": ("page_latency",),
    "growth": ("growth",),
    "panning": ("panning",),
    "map_province": ("map_latency", "--layer", "province"),
    "map_country": ("map_latency", "--layer", "country"),
    "many_people": ("many_people",),
    "many_people_200": ("many_people", "--sessions", "200", "--processes", "2"),
    "heavy_jobs": ("heavy_jobs",),
    "busy_office": ("busy_office",),
    "signed_in_cost": ("signed_in_cost",),
    "server_change": ("server_change",),
    "road_km": ("road_km",),
    "geojson_export": ("geojson_export",),
    "import_time": ("import_time",),
    "recognition": ("recognition",),
    "store": ("store", "--postgres", "own"),
    "loading": ("loading",),
    "crosswalk": ("crosswalk",),
}
TITLES = {
    "page_latency": "The product's own page, as a reader waits for it",
    "growth": "How waiting grows: 1, 4 and 16 times the works",
    "panning": "Dragging the map of the country",
    "map_province": "A change of indicator on a bare page: 232 communes of a province",
    "map_country": "A change of indicator on a bare page: 11,163 communes of the country",
    "many_people": "Many people at once",
    "many_people_200": "200 people on two processes behind a proxy",
    "heavy_jobs": "Heavy work at once, and a reader beside it",
    "busy_office": "200 people signed in, a million rows loaded, an atlas printed",
    "signed_in_cost": "What signing in costs",
    "server_change": "Server work per change",
    "road_km": "Road kilometres by commune",
    "geojson_export": "GeoJSON of the country's communes at full detail",
    "import_time": "Import and first view",
    "recognition": "Recognising layers",
    "store": "The store at a million observations",
    "loading": "A file from check to commit",
    "crosswalk": "Shares of area between two layers of the country",
}


def measure(name: str) -> bool:
    """Run one benchmark and keep its answer; say on stderr when there is none."""
    module, *options = COMMANDS[name]
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{module}", *options, "--json"],
        cwd=HERE.parent,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        print(f"{name}: exit {done.returncode}, no figures kept", file=sys.stderr)
        return False
    answer = json.loads(done.stdout)
    answer["measured"] = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    keep(name, answer)
    return True


def keep(name: str, answer: dict[str, Any]) -> None:
    """Store an answer beside the others."""
    folder = HERE / "results"
    folder.mkdir(exist_ok=True)
    text = json.dumps(answer, indent=1, ensure_ascii=False) + "\n"
    (folder / f"{name}.json").write_text(text, encoding="utf-8")


def write() -> None:
    """Write RESULTS.md from the answers that are kept."""
    parts = [
        "# Results",
        "Written by `python -m benchmarks.results`; every figure was measured on the machine and "
        "with the versions named above its table. Compare figures of one table only: other work "
        "on the machine moves them all.",
    ]
    for name in COMMANDS:
        file = HERE / "results" / f"{name}.json"
        if file.exists():
            parts += section(name, json.loads(file.read_text(encoding="utf-8")))
    (HERE / "RESULTS.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def section(name: str, answer: dict[str, Any]) -> list[str]:
    """Return the Markdown of one benchmark."""
    where = answer.pop("machine", {})
    facts = {"measured": answer.pop("measured", "")} | (where if isinstance(where, dict) else {})
    module, *options = COMMANDS[name]
    head = [
        f"## {TITLES[name]}",
        f"`python -m benchmarks.{' '.join((module, *options))}` · "
        + " · ".join(f"{key} {value}" for key, value in facts.items() if value),
    ]
    if module == "map_latency":
        return [*head, *map_section(answer)]
    return [*head, *figures(answer)]


def map_section(answer: dict[str, Any]) -> list[str]:
    """Return the table of the apps, and what our own first and second visit moved."""
    peers = [peer for peer in map_latency.PEERS if peer in answer]
    first = answer[map_latency.OURS]["first_visit_bytes"]
    second = answer[map_latency.OURS]["second_visit_bytes"]
    zoomed = answer[map_latency.OURS].get("zoom_in_bytes", {})
    change = answer[map_latency.OURS].get("zoomed_change_bytes", {})
    visits = (
        f"Our first visit: geometry {first['geometry']:,} bytes, Leaflet and our scripts "
        f"{first['assets']:,}, streamlit-folium's frame {first['component']:,}; second visit: "
        f"geometry {second['geometry']:,} bytes. Zooming in to a commune fetches "
        f"{zoomed.get('geometry', 0):,} bytes of finer geometry in "
        f"{zoomed.get('geometry_requests', 0)} requests, a change of indicator after it "
        f"{change.get('geometry', 0):,}; all geometry a visit can fetch: "
        f"{first['geometry'] + zoomed.get('geometry', 0):,}. Peers were given our copy of "
        "Leaflet, because they would otherwise ask other hosts for it."
    )
    return [map_latency.table(answer, peers), visits]


def figures(answer: dict[str, Any]) -> list[str]:
    """Return a table for each kind of row the answer has, or its JSON when it has other things."""
    rows = {key: value for key, value in answer.items() if isinstance(value, dict)}
    if not rows or any(isinstance(v, dict | list) for row in rows.values() for v in row.values()):
        return ["```json\n" + json.dumps(answer, indent=1, ensure_ascii=False) + "\n```"]
    kinds: dict[tuple[str, ...], dict[str, dict[str, Any]]] = {}
    for key, row in rows.items():
        kinds.setdefault(tuple(row), {})[key] = row
    rest = [f"{key} {shown(value)}" for key, value in answer.items() if key not in rows]
    tables = [table(heads, kind) for heads, kind in kinds.items()]
    return [" · ".join(rest), *tables] if rest else tables


def table(heads: Sequence[str], rows: dict[str, dict[str, Any]]) -> str:
    """Return rows of one kind as a table; one row alone stands upright."""
    if len(rows) == 1:
        [(name, row)] = rows.items()
        heads, rows = [name], {key: {name: value} for key, value in row.items()}
    lines = ["| | " + " | ".join(heads) + " |", "|---|" + "---:|" * len(heads)]
    for key, row in rows.items():
        lines.append(f"| {key} | " + " | ".join(shown(row[name]) for name in heads) + " |")
    return "\n".join(lines)


def shown(value: object) -> str:
    """Write a figure as it is read."""
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what was named and write the page; exit 1 if a benchmark failed."""
    names = list(sys.argv[1:] if arguments is None else arguments) or list(COMMANDS)
    unknown = [name for name in names if name not in COMMANDS]
    if unknown:
        print(f"{unknown[0]!r} is none of {', '.join(COMMANDS)}.", file=sys.stderr)
        return 2
    done = [measure(name) for name in names]
    write()
    return 0 if all(done) else 1


if __name__ == "__main__":
    sys.exit(main())
