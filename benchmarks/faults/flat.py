"""Ten thousand requests and two thousand sessions: what memory and descriptors grow by, printed.

::

    python -m benchmarks.faults.flat [--requests 10000] [--sessions 2000] [--json]

Requests are of many kinds, also such as are refused or broken off, each on a connection of its own;
most selections never come twice, so that a cache without bounds would show (but for files and
layers that are kept by intent, up to 100 and 64 MB). A session opens a page at a link, clicks, and
leaves; some have a file checked, some leave while the page runs. Four come at a time. At last the
server is left alone until it has taken all sessions apart.

The caches fill in the first half, for which it takes some thousand sessions. What goes on growing
in the second, by the straight line through its points, is a leak if it is more than `MOST_GROWTH`;
descriptors that are still there when nobody is, and whatever is not answered as it should be, are
faults. Each ends with exit code 1.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import socket
import statistics
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.faults.page import Reader
from benchmarks.faults.victims import figures_csv
from benchmarks.machine import load_average, machine
from benchmarks.serving import serving
from mtqg_geo.dataset.dataset import shipped_dataset
from mtqg_geo.exports.formats import FORMATS
from mtqg_geo.ui.server.uploads import AWAY_S, SWEEP_S

REQUESTS, SESSIONS, ROUNDS, AT_ONCE, SEED = 10_000, 2_000, 20, 4, 1719
# A thousand more may add no more than this in the second half: 2 KB a request, 20 KB a session (one
# that is kept holds some 300 KB and three descriptors). By the memory that is of no file: the rest
# goes and comes as the system likes, and is this process's alone as soon as its children end.
MOST_GROWTH: Mapping[str, Mapping[str, float]] = {
    "requests": {"anon_mb": 2.0, "descriptors": 2.0, "threads": 2.0},
    "sessions": {"anon_mb": 20.0, "descriptors": 20.0, "threads": 20.0},
}
OFTEN = 20  # selections of files and layers that are kept, up to so many bytes, for the next
TIMEOUT_S = 120.0
PAGES = ("", "progress", "works", "load", "data")
LISTS = ("district", "year", "project", "region")
LAYERS = ("communes", "sites", "roads")
LIGHT, HEAVY = (
    [each.suffix for each in FORMATS.values() if each.holds_all is held] for held in (False, True)
)


def state(pid: int) -> dict[str, float]:
    """Return memory (all, this process's alone, what is of no file), descriptors and threads."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    kb = {name: int(n) for name, n in re.findall(r"^(\w+): +(\d+) kB", rollup, re.MULTILINE)}
    return {
        "rss_mb": round(kb["Rss"] / 1024, 1),
        "uss_mb": round((kb["Private_Clean"] + kb["Private_Dirty"]) / 1024, 1),
        "anon_mb": round(kb["Anonymous"] / 1024, 1),
        "descriptors": len(os.listdir(f"/proc/{pid}/fd")),  # noqa: PTH208  a name each, no more
        "threads": len(os.listdir(f"/proc/{pid}/task")),  # noqa: PTH208
    }


@dataclass(frozen=True)
class Request:
    """What is asked for, and the status that it should be answered with."""

    path: str
    status: int = 200
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)


class Asker:
    """Asks the server for what readers and programs ask for; the same sequence on every run."""

    def __init__(self, url: str) -> None:
        self._url, self._draw = url, random.Random(SEED)
        data = shipped_dataset()
        self._districts = sorted(set(data.communes["district_code"]))
        self._communes = data.commune_list["code"].tolist()
        self._indicators, self._years = sorted(data.catalog.indicators), data.years
        self._often = [self._selection() for _ in range(OFTEN)]
        self.answers: Counter[str] = Counter()
        with urllib.request.urlopen(url, timeout=TIMEOUT_S) as answer:
            page = answer.read().decode()
        self._scripts = re.findall(r'(?:src|href)="\.?/?(static/[^"]+)"', page)

    def request(self) -> Callable[[], None]:
        """Choose what to ask for; return what asks for it."""
        kinds = {
            self._file: 50, self._live: 10, self._page: 14, self._script: 10, self._health: 4,
            self._refused: 9, self._heavy: 1,
        }  # fmt: skip
        if self._draw.random() < 0.02:
            path = self._file().path
            return lambda: self._break_off(path)
        asked = self._draw.choices([*kinds], [*kinds.values()])[0]()
        return lambda: self._ask(asked)

    def _file(self) -> Request:
        layer, suffix = self._draw.choice(LAYERS), self._draw.choice((*LIGHT, "geojson", "csv"))
        path = f"/api/{layer}.{suffix}?{self._selection()}"
        if self._draw.random() < 0.05:
            return Request(path, status=304, headers={"If-None-Match": "*"})
        return Request(path, method=self._draw.choice(("GET",) * 9 + ("HEAD",)))

    def _live(self) -> Request:
        layer, limit = self._draw.choice(LAYERS), self._draw.choice((10, 100, 1000))
        often = self._draw.choice(self._often)
        return Request(f"/ogc/collections/{layer}/items?{often}&limit={limit}")

    def _heavy(self) -> Request:
        return Request(f"/api/all.{self._draw.choice(HEAVY)}?{self._draw.choice(self._often)}")

    def _page(self) -> Request:
        headers = {
            "Accept": "text/html",
            "Accept-Encoding": self._draw.choice(("gzip", "identity")),
        }
        return Request(f"/{self._draw.choice(PAGES)}?{self._selection()}", headers=headers)

    def _script(self) -> Request:
        return Request(f"/{self._draw.choice(self._scripts)}", headers={"Accept-Encoding": "gzip"})

    def _health(self) -> Request:
        return Request(self._draw.choice(("/healthz", "/readyz", "/_stcore/health")))

    def _refused(self) -> Request:
        number = self._draw.randrange(10**6)  # another word each time
        return self._draw.choice(
            (
                Request(f"/api/communes.geojson?year={number + 3000}", 400),
                Request(f"/api/sites.csv?nothing={number}", 400),
                Request(f"/api/sites.csv?k={number}{'9' * 5000}", 400),
                Request(f"/api/layer{number}.geojson", 404),
                Request(f"/page{number}", 404, headers={"Accept": "text/html"}),
                Request(f"/geo/communes-{number:016x}.json", 404),
                Request(f"/files/{number:032x}", 404, method="POST"),
                Request("/", 421, headers={"Host": f"site{number}.example"}),
                Request(
                    "/", 403, method="POST", headers={"Origin": f"http://site{number}.example"}
                ),
            )
        )

    def _selection(self) -> str:
        place = f"district={self._draw.choice(self._districts)}"
        if self._draw.random() < 0.5:
            place = "&".join(f"commune={each}" for each in self._draw.sample(self._communes, 2))
        indicator, year = self._draw.choice(self._indicators), self._draw.choice(self._years)
        return f"lang={self._draw.choice(('vi', 'en'))}&indicator={indicator}&year={year}&{place}"

    def _ask(self, asked: Request) -> None:
        request = urllib.request.Request(
            f"{self._url}{asked.path}", headers=dict(asked.headers), method=asked.method
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
                answer.read()
                status = answer.status
        except urllib.error.HTTPError as error:
            status = error.code
            error.read()
        except OSError as error:
            self.answers[f"fault: {type(error).__name__} for {asked.path[:80]}"] += 1
            return
        fault = "" if status == asked.status else f"fault: {asked.path[:80]} answered "
        self.answers[f"{fault}{status}"] += 1

    def _break_off(self, path: str) -> None:
        """Ask, and do not wait for the answer; or do not even finish asking."""
        at = urlsplit(self._url)
        asked = f"GET {path} HTTP/1.1\r\nHost: {at.netloc}\r\n\r\n".encode()
        with suppress(OSError), socket.create_connection((at.hostname, at.port)) as line:
            line.sendall(asked[: None if len(path) % 2 else 30])
        self.answers["broken off"] += 1

    def session(self) -> Callable[[], None]:
        """Choose what a reader does; return what does it."""
        page, query = self._draw.choice(PAGES), self._selection()
        clicks = self._draw.sample(LISTS, 3)
        leaves_early, number = self._draw.random() < 0.1, self._draw.randrange(1000)
        return lambda: self._visit(page, query, clicks, leaves_early=leaves_early, number=number)

    def _visit(
        self, page: str, query: str, clicks: Iterable[str], *, leaves_early: bool, number: int
    ) -> None:
        """Open a page at a link, choose of its lists, have a file checked where one may; leave."""
        try:
            reader = Reader(self._url, page=page, query=query)
            for key in clicks:
                if key in reader.lists:
                    options = reader.lists[key][1]
                    reader.choose(key, options[number % len(options)])
                    reader.run()
            if page == "load":
                picker = next(key for key in reader.keys if key.startswith("load_file_"))
                reader.upload(picker, f"{number}.csv", figures_csv(number))
                reader.run()
            if leaves_early:
                reader.begin()
            reader.close()
        except Exception as error:
            self.answers[f"fault: {type(error).__name__} on page {page or 'map'}: {error}"] += 1
            return
        self.answers["fault: session with errors" if reader.errors else "session"] += 1


def rounds(
    choose: Callable[[], Callable[[], None]], count: int, pid: int, name: str
) -> list[dict[str, float]]:
    """Do something so often, and tell how the server is after each twentieth of it."""
    told = [{"done": 0, **state(pid)}]
    print(name, told[-1], file=sys.stderr)
    with ThreadPoolExecutor(AT_ONCE) as readers:
        for each in range(1, ROUNDS + 1):
            first, end = (part * count // ROUNDS for part in (each - 1, each))
            chosen = [choose() for _ in range(first, end)]
            list(readers.map(lambda do: do(), chosen))
            told.append({"done": end, **state(pid)})
            print(name, told[-1], file=sys.stderr)
    return told


def left_alone(pid: int) -> dict[str, float]:
    """Tell how the server is once all sessions that have ended should be taken apart."""
    time.sleep(AWAY_S + 3 * SWEEP_S)
    return state(pid)


def growth(told: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return what a thousand more add, by the line through the second half of the points.

    >>> done = (0, 500, 750, 1000)
    >>> growth([{"done": each, "anon_mb": 200 + min(each, 500) / 10} for each in done])
    {'anon_mb': 0.0}
    >>> growth([{"done": each, "anon_mb": 200 + each / 10} for each in done])
    {'anon_mb': 100.0}
    """
    half = [each for each in told if each["done"] >= told[-1]["done"] / 2]
    done = [each["done"] for each in half]
    return {
        what: round(1000 * statistics.linear_regression(done, [each[what] for each in half])[0], 2)
        for what in told[0]
        if what != "done"
    }


def run(requests: int, sessions: int) -> dict[str, Any]:
    """Serve the product, ask it so often, and return what grew."""
    began = time.perf_counter()
    with serving("app.py") as (url, pid):
        asker = Asker(url)
        asker.session()()
        told = {
            "requests": rounds(asker.request, requests, pid, "requests"),
            "sessions": rounds(asker.session, sessions, pid, "sessions"),
        }
        at_rest = left_alone(pid)
    grown = {name: growth(each) for name, each in told.items()}
    leaks = [
        f"{what} by {grown[name][what]} in a thousand {name}"
        for name, bounds in MOST_GROWTH.items()
        for what, most in bounds.items()
        if grown[name][what] > most
    ]
    if at_rest["descriptors"] > told["requests"][0]["descriptors"] + 10:
        leaks.append("descriptors stay when nobody is left")
    return {
        "requests": requests,
        "sessions": sessions,
        "minutes": round((time.perf_counter() - began) / 60, 1),
        "load_average": load_average(),
        "answers": dict(sorted(asker.answers.items())),
        "rounds": told,
        "at_rest": at_rest,
        "growth_per_thousand": grown,
        "leaks": leaks,
        "is_flat": not leaks and not any(each.startswith("fault") for each in asker.answers),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the measurement; exit 1 if something goes on growing or is answered as it should not."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=REQUESTS)
    parser.add_argument("--sessions", type=int, default=SESSIONS)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    found = run(options.requests, options.sessions)
    if options.json:
        print(json.dumps({"machine": machine("streamlit", "starlette"), **found}, indent=1))
    else:
        for name, value in found.items():
            if name != "rounds":
                print(name, value)
    return int(not found["is_flat"])


if __name__ == "__main__":
    sys.exit(main())
