"""How long the store takes with a million observations, in a file and in a server.

Run `python -m benchmarks.store [--json] [--postgres URL] [--rows N]`; the database at the URL must
be empty, and `--postgres own` starts a server for the purpose, as the tests do. A process of its
own reads a prepared table and commits it as one batch; its time and its memory are measured. Then
come the queries of the map (an indicator in a year), a commune's report of 209 rows, an undo, and
what every page asks: has anything changed?
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd

from benchmarks.machine import machine
from mtqg_geo.programme import columns as c
from mtqg_geo.store.batches import commit_batch, undo_batch
from mtqg_geo.store.comparing import compare
from mtqg_geo.store.engine import close_stores, create_store, open_store
from mtqg_geo.store.live import state_version
from mtqg_geo.store.observed import observed, summary
from mtqg_geo.store.rights import Who
from mtqg_geo.store.transactions import Store

COMMUNES, YEARS, BASES = 209, range(2021, 2026), ("plan", "allocated", "disbursed", "actual")
PERIODS = ("", "-Q1", "-Q2", "-Q3", "-Q4")
PER_INDICATOR = COMMUNES * len(YEARS) * len(PERIODS) * len(BASES)
ROWS, SEED, ASKED, MIB = 1_000_000, 1719, 200, 1 << 20
LIBRARIES = ("sqlalchemy", "psycopg", "pandas", "pyarrow")


def prepared(rows: int, *, seed: int = SEED) -> pd.DataFrame:
    """Return observations as a file of communes would give them: commune by commune."""
    indicators = [f"CX{number:02}" for number in range(-(-rows // PER_INDICATOR))]
    periods = [f"{year}{part}" for year in YEARS for part in PERIODS]
    codes = [f"{7000 + number:05}" for number in range(COMMUNES)]
    names = [c.COMMUNE_CODE, c.INDICATOR, c.PERIOD, c.BASIS]
    index = pd.MultiIndex.from_product([codes, indicators, periods, BASES], names=names)
    table = index[:rows].to_frame(index=False)
    draw = np.random.default_rng(seed)
    values = draw.random(len(table)).round(6) * 1e6
    values[draw.random(len(table)) < 0.05] = np.nan
    return table.assign(
        **{c.PROJECT: "", c.VALUE: values, c.SOURCE: "Báo cáo quý của huyện"},
        sheet="Số liệu",
        row=np.arange(2, len(table) + 2),
    )


def import_table(file: Path, url: str) -> dict[str, float]:
    """Commit the prepared table; what is measured is the whole process and the commit in it."""
    table = pd.read_parquet(file)
    store = create_store(url)
    before_mib = _peak_mib()
    start = perf_counter()
    batch = commit_batch(
        store, {"observations": table}, file_name=file.name, content=b"", who=Who("benchmark")
    )
    seconds = perf_counter() - start
    assert batch is not None
    return {
        "rows": len(table),
        "import_s": round(seconds, 1),
        "peak_mib": round(_peak_mib()),
        "before_import_mib": round(before_mib),
    }


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MIB


def in_child(file: Path, url: str) -> dict[str, float]:
    """Run `import_table` in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.store", "--import", str(file), url]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


def timed_ms(action: Callable[[], object], number: int) -> tuple[float, float]:
    """Return the median and the 95th percentile of an action, in milliseconds."""
    times = []
    for _ in range(number):
        start = perf_counter()
        action()
        times.append(1000 * (perf_counter() - start))
    return round(float(np.percentile(times, 50)), 2), round(float(np.percentile(times, 95)), 2)


def use(store: Store, table: pd.DataFrame) -> dict[str, float]:
    """Measure what people do all day, on the store that holds the table."""
    draw = random.Random(SEED)
    indicators = sorted(set(table[c.INDICATOR]))

    def ask() -> pd.DataFrame:
        return observed(store, draw.choice(indicators), draw.choice(YEARS))

    report = table.drop_duplicates(c.COMMUNE_CODE).assign(**{c.VALUE: 1.0})
    found = {"rows_on_map": len(ask())}
    found["map_p50_ms"], found["map_p95_ms"] = timed_ms(ask, ASKED)
    found["version_p50_ms"], found["version_p95_ms"] = timed_ms(lambda: state_version(store), ASKED)
    found["compare_209_ms"] = timed_ms(lambda: compare(store, {"observations": report}), 3)[0]
    start = perf_counter()
    batch = commit_batch(
        store, {"observations": report}, file_name="report", content=b"", who=Who("benchmark")
    )
    found["import_209_ms"] = round(1000 * (perf_counter() - start), 1)
    assert batch is not None
    found["undo_ms"] = timed_ms(lambda: undo_batch(store, batch.id, who=Who("benchmark")), 1)[0]
    found["summary_s"] = round(timed_ms(lambda: summary(store), 1)[0] / 1000, 1)
    return found


@contextmanager
def server(address: str | None) -> Iterator[dict[str, str]]:
    """Give the address of a server by name; none where none is asked for."""
    if address != "own":
        yield {"postgresql": address} if address else {}
        return
    from tests.postgres import PostgresServer, binaries

    started = PostgresServer(binaries())
    try:
        yield {"postgresql": started.url()}
    finally:
        started.stop()


def run(rows: int, addresses: dict[str, str]) -> dict[str, dict[str, float]]:
    """Measure each database."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "observations.parquet"
        table = prepared(rows)
        table.to_parquet(file)
        addresses = {"sqlite": f"sqlite:///{folder}/mtqg.sqlite", **addresses}
        results = {}
        for name, url in addresses.items():
            imported = in_child(file, url)
            results[name] = {**imported, **use(open_store(url), table)}
        close_stores()
    return results


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the measurement as a table, or as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--postgres", metavar="URL", help="an empty database; own: a new server")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--import", nargs=2, metavar=("FILE", "URL"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if child := vars(options)["import"]:
        print(json.dumps(import_table(Path(child[0]), child[1])))
        return 0
    with server(options.postgres) as addresses:
        where, results = machine(*LIBRARIES), run(options.rows, addresses)
    if options.json:
        print(json.dumps({"machine": where, **results}, indent=1))
        return 0
    print(", ".join(f"{name} {value}" for name, value in where.items()))
    print(" " * 20 + "".join(f"{name:>14}" for name in results))
    for figure in results["sqlite"]:
        print(f"{figure:<20}" + "".join(f"{each[figure]:>14,}" for each in results.values()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
