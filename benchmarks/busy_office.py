"""An office on its busiest day: people click, one loads a million rows, one prints an atlas.

Run `python -m benchmarks.busy_office [--json] [--sessions 200] [--processes 2] [--seconds 60]
[--rows 1000000] [--store FOLDER]`. Everything is as the guide deploys it: processes behind an nginx
that keeps a reader with one of them, one PostgreSQL (started for the purpose, as the tests do) and
`MTQG_ACCESS=signed-in`. It holds a province of real size (`benchmarks.province`, made anew unless a
store is named), brought there by `backup` and `restore`.

Each person has an account and a session of the store, whose cookie goes with their web socket; they
change the district every five seconds (`benchmarks.many_people`). Lan loads the file as a planner
does on the page Load: it is sent, checked, and loaded with the button. Binh presses *Atlas*: a page
for each commune of the programme. The clicks go on until both are done, at least for so many
seconds. Then the store is asked whether all rows of the file are there, and the pages are counted.
Exit code 1 if anything is lost, any click fails, or p95 is above 1.5 s.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import islice, product
from pathlib import Path
from time import perf_counter
from typing import Any

import pypdf
import sqlalchemy as sa

from benchmarks.faults.page import SUCCESS, Reader
from benchmarks.heavy_jobs import offered
from benchmarks.loading import figures
from benchmarks.machine import load_average, machine
from benchmarks.many_people import crowd, proxied
from benchmarks.province import made
from benchmarks.serving import ROOT, serving
from benchmarks.store import server
from mtqg_geo.communes.epochs import epochs_of
from mtqg_geo.communes.lineage import shipped_lineage
from mtqg_geo.dataset.dataset import Dataset, current_dataset, shipped_dataset
from mtqg_geo.figures.selection import default_selection
from mtqg_geo.people import accounts, grants, sessions
from mtqg_geo.programme.tables import BATCH_ID
from mtqg_geo.report.atlas import atlas_codes
from mtqg_geo.report.setup import Setup
from mtqg_geo.store.batches import batches
from mtqg_geo.store.engine import close_stores, open_store
from mtqg_geo.store.rights import Verb, Who
from mtqg_geo.store.schema import FACTS
from mtqg_geo.store.transactions import Store, reading
from mtqg_geo.ui.server.visitor import cookie_name

SESSIONS, PROCESSES, SECONDS, ROWS = 200, 2, 60.0, 1_000_000
GOAL_P95_MS = 1500.0
TIMEOUT_S = 1800.0  # of one step of loading
YEARS = (2021, 2022, 2023, 2024, 2025)
FILE = "so_lieu.csv"
MACHINE = Who("benchmark", via="machine")
# Sources and kinds of money; short, so that a million rows stay below the 50 MB of a file.
PARTS = (
    *map(";".join, product(("tw", "dp", "long ghep", "khac"), ("xdcb", "su nghiep"))),
    "credit;",
)


@dataclass
class Office:
    """Who works here, by their cookies, and what goes on besides the clicks."""

    lan: str
    binh: str
    readers: list[str]
    phase: str = "before"


def opened(store: Store, people: int) -> Office:
    """Make the accounts and sign everybody in."""

    def signed_in(number: int, *verbs: Verb) -> str:
        person = accounts.add(store, f"p{number}@example.vn", f"Person {number}", who=MACHINE)
        for verb in verbs:
            grants.grant(store, person.id, verb, who=MACHINE)
        # The second cookie is nginx's: with which process this browser stays.
        return f"{cookie_name()}={sessions.begin(store, person.id)}; mtqg_at=p{number}"

    readers = [signed_in(number, "read") for number in range(people)]
    return Office(signed_in(people, "load"), signed_in(people + 1, "read"), readers)


def file_of(rows: int) -> bytes:
    """Return a CSV of so many different figures: all that may be reported, money by its sources."""
    lines = islice(_lines(shipped_dataset()), rows)
    head = "Mã xã;Chỉ tiêu;Dự án;Kỳ báo cáo;Loại số liệu;Giá trị;Nguồn vốn;Loại vốn"
    content = "\n".join((head, *lines, ""))
    if content.count("\n") != rows + 1:
        sys.exit(f"There are only {content.count(chr(10)) - 1:,} different figures.")
    return content.encode()


def _lines(data: Dataset) -> Iterator[str]:
    programme = replace(data.catalog.programme, years=YEARS)
    data = replace(data, catalog=replace(data.catalog, programme=programme))
    # Of the year of the reform: units that were there, under a code that means one of them alone.
    epochs, last = epochs_of(shipped_lineage()), str(YEARS[-1])
    units, after = (epochs.areas[epochs.on(f"{last}-{day}")] for day in ("01-01", "12-31"))
    unusable = {
        f"{last}{part}": {*data.commune_list["code"]} - units
        | (after if part in ("", "-Q3", "-Q4") else set())
        for part in ("", "-Q1", "-Q2", "-Q3", "-Q4")
    }
    money = {each.id for each in data.catalog.indicators.values() if each.is_money}
    for line in figures(data):
        commune, indicator, _, period, *_ = line.split(";")
        if commune in unusable.get(period, ()):
            continue
        if indicator not in money:
            yield f"{line};;"
            continue
        for words in PARTS:
            yield f"{line};{words}"


def load(url: str, office: Office, content: bytes) -> dict[str, float]:
    """Load a file on the page; return how long sending, checking and storing took."""
    reader = Reader(url, page="load", cookie=office.lan, timeout_s=TIMEOUT_S)
    picker = max(key for key in reader.keys if key.startswith("load_file_"))
    seconds = {}
    for name, act in (
        ("sending", lambda: reader.upload(picker, FILE, content)),
        ("checking", reader.run),
        ("storing", lambda: reader.run("load_go")),
    ):
        if name == "storing":
            asked = ("load_is_whole_", "load_hide_sample")
            for key in [key for key in reader.keys if key.startswith(asked)]:
                reader.set(key, "bool_value", True)
                reader.run()
        office.phase, began = name, perf_counter()
        act()
        seconds[f"{name}_s"] = round(perf_counter() - began, 1)
        print(name, seconds[f"{name}_s"], "s", file=sys.stderr)  # what follows may take long
        if name == "checking" and not reader.has("load_go"):
            sys.exit(f"The file was not taken: {reader.alerts}")
    office.phase = "after"
    if not any(kind == SUCCESS for kind, _ in reader.alerts):
        sys.exit(f"The file was not loaded: {reader.alerts}")
    reader.close()
    return {**seconds, "loader_errors": reader.errors}


async def work(url: str, office: Office, content: bytes) -> dict[str, Any]:
    """Load and print at the same time."""
    press = await offered(url, "", cookie=office.binh)
    began = perf_counter()

    async def printed() -> dict[str, Any]:
        pdf = await press()
        took_s = round(perf_counter() - began, 1)
        print("atlas", took_s, "s", file=sys.stderr)
        return {"atlas_s": took_s, "atlas_pages": len(pypdf.PdfReader(io.BytesIO(pdf)).pages)}

    loaded, atlas = await asyncio.gather(asyncio.to_thread(load, url, office, content), printed())
    return loaded | atlas


def stored(store: Store) -> dict[str, int]:
    """Return how many rows the newest batch says it has, and how many the store has of it."""
    batch = max(batches(store), key=lambda each: each.id)
    counts, table = batch.counts["observations"], FACTS["observations"]
    query = sa.select(sa.func.count()).select_from(table).where(table.c[BATCH_ID] == batch.id)
    with reading(store) as connection:
        rows = int(connection.scalar(query) or 0)
    return {
        "rows_told": sum(counts[name] for name in ("new", "changed", "unchanged")),
        "rows_stored": rows,
    }


def run(store: str, *, sessions: int, processes: int, seconds: float, rows: int) -> dict[str, Any]:
    """Measure; `lost` counts rows and pages that are not there."""
    answer: dict[str, Any] = {"load_average_at_start": load_average()}
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        address = stack.enter_context(server("own"))["postgresql"]
        content = file_of(rows)
        variables = {"MTQG_DATA": f"{folder}/data", "MTQG_DATABASE": address}
        _move(store or made(folder), variables)
        variables |= {"MTQG_ACCESS": "signed-in", "MTQG_PROXIES": "127.0.0.1"}
        os.environ |= variables
        stack.callback(close_stores)
        office = opened(open_store(), sessions)
        data = current_dataset()
        pages = len(atlas_codes(data, default_selection(data), Setup()))
        servers = [stack.enter_context(serving("app.py", **variables)) for _ in range(processes)]
        urls = [each.replace("localhost", "127.0.0.1") for each, _ in servers]
        url = stack.enter_context(proxied(urls))
        found = asyncio.run(
            crowd(
                url, servers, "district", sessions, seconds, cookies=office.readers,
                beside=lambda: work(url, office, content), phase=lambda: office.phase,
            )
        )  # fmt: skip
        kept = stored(open_store())
    answer |= found | kept | {"rows": rows, "atlas_pages_due": pages}
    answer["errors"] += answer.pop("loader_errors")
    answer["lost"] = (
        abs(rows - kept["rows_told"]) + abs(rows - kept["rows_stored"])
        + abs(pages - answer["atlas_pages"])
    )  # fmt: skip
    return answer | {"goal_p95_ms": GOAL_P95_MS, "load_average_at_end": load_average()}


def _move(store: str, variables: dict[str, str]) -> None:
    """Bring a store in a folder into the server, by the commands that do it."""
    with tempfile.TemporaryDirectory() as folder:
        file = f"{folder}/store.backup"
        for command, where in (
            (("backup", file), {"MTQG_DATA": store, "MTQG_DATABASE": ""}),
            (("restore", file), variables),
        ):
            asked = [sys.executable, "-m", "mtqg_geo", *command]
            subprocess.run(asked, cwd=ROOT, env=os.environ | where, check=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the measurement as a line, or as JSON; exit 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--sessions", type=int, default=SESSIONS)
    parser.add_argument("--processes", type=int, default=PROCESSES)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--store", default="", help="a province made before")
    options = parser.parse_args(arguments)
    answer = run(
        str(Path(options.store).resolve()) if options.store else "",
        sessions=options.sessions,
        processes=options.processes,
        seconds=options.seconds,
        rows=options.rows,
    )
    if options.json:
        where = machine("streamlit", "psycopg", "pandas")
        print(json.dumps({"machine": where, "office": answer}, indent=1, ensure_ascii=False))
    else:
        print(*(f"{name} {value}" for name, value in answer.items()), sep="\n")
    is_well = answer["p95_ms"] <= GOAL_P95_MS and not answer["errors"] and not answer["lost"]
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main())
