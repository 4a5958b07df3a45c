"""Ten thousand requests and a thousand sessions: what memory and descriptors grow by, printed.

::

    python -m benchmarks.faults.flat [--requests 10000] [--sessions 1000] [--json]

Requests go round `/api`, pages and scripts, each on a connection of its own; most selections never
come twice, so that a cache without bounds would show. A session opens the map or another page,
looks once more and leaves. The caches fill in the first half; what grows in the second is a leak,
if it is more than `LEAK_MB` or `LEAK_DESCRIPTORS`.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.faults.page import Reader
from benchmarks.machine import load_average, machine
from benchmarks.many_people import resident_mb
from benchmarks.serving import serving
from mtqg_geo.dataset.dataset import shipped_dataset

REQUESTS, SESSIONS, ROUNDS, SEED = 10_000, 1_000, 10, 1719
LEAK_MB, LEAK_DESCRIPTORS = 50.0, 20
TIMEOUT_S = 120.0
PAGES = ("", "progress", "works", "load", "data")
SMALL = ("geojson", "csv")
LARGE = ("xlsx", "kml", "gpkg")


def descriptors(pid: int) -> int:
    """Return how many files, sockets and pipes a process has open."""
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


def state(pid: int) -> dict[str, Any]:
    """Return memory, descriptors and threads of a process."""
    threads = sum(1 for _ in Path(f"/proc/{pid}/task").iterdir())
    return {
        "mb": round(resident_mb(pid), 1), "descriptors": descriptors(pid), "threads": threads
    }  # fmt: skip


class Asker:
    """Asks the server for what readers and programs ask for; the same sequence on every run."""

    def __init__(self, url: str) -> None:
        self._url, self._draw = url, random.Random(SEED)
        data = shipped_dataset()
        self._districts = sorted(set(data.communes["district_code"]))
        self._communes = data.commune_list["code"].tolist()
        self._indicators = sorted(data.catalog.indicators)
        self.answers: Counter[str] = Counter()
        page = self._body("/").decode("utf-8", "replace")
        self._scripts = re.findall(r'(?:src|href)="\.?(/?static/[^"]+)"', page)

    def request(self) -> None:
        """Ask once."""
        draw = self._draw
        what = draw.choices(("small", "large", "page", "script", "progress"), (60, 2, 20, 15, 3))[0]
        if what in ("small", "large"):
            layer = draw.choice(("communes", "sites", "roads"))
            path = f"/api/{layer}.{draw.choice(SMALL if what == 'small' else LARGE)}?"
            path += f"year={draw.choice((2021, 2022, 2023, 2024))}"
            path += f"&indicator={draw.choice(self._indicators)}"
            path += f"&{self._place()}"
        elif what == "page":
            path = f"/{draw.choice(PAGES)}?{self._place()}"
        elif what == "script" and self._scripts:
            path = f"/{draw.choice(self._scripts).lstrip('/')}"
        else:
            path = "/_stcore/health"
        self._body(path)

    def _place(self) -> str:
        if self._draw.random() < 0.5:
            return f"district={self._draw.choice(self._districts)}"
        return "&".join(f"commune={each}" for each in self._draw.sample(self._communes, 2))

    def _body(self, path: str) -> bytes:
        try:
            with urllib.request.urlopen(f"{self._url}{path}", timeout=TIMEOUT_S) as answer:
                body: bytes = answer.read()
                self.answers[str(answer.status)] += 1
                return body
        except urllib.error.HTTPError as error:
            self.answers[f"{error.code} {path[:14]}"] += 1
            error.read()
        except OSError as error:
            self.answers[type(error).__name__] += 1
        return b""

    def session(self) -> None:
        """Open a page, look at it once more, and leave."""
        try:
            reader = Reader(self._url, page=self._draw.choice(PAGES))
            if reader.has("lang"):
                reader.set("lang", "string_value", "vi")
            reader.run()
            reader.close()
        except OSError as error:
            self.answers[type(error).__name__] += 1
            return
        self.answers["session with errors" if reader.errors else "session"] += 1


def rounds(once: Callable[[], None], count: int, pid: int, name: str) -> list[dict[str, Any]]:
    """Do something so often, and tell how the server is after each tenth of it."""
    told = [{"done": 0, **state(pid)}]
    for each in range(ROUNDS):
        for _ in range(count // ROUNDS):
            once()
        told.append({"done": (each + 1) * (count // ROUNDS), **state(pid)})
        print(name, told[-1], file=sys.stderr)
    return told


def growth(told: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what was there at first, half way, at last, and what the second half added."""
    first, middle, last = told[0], told[len(told) // 2], told[-1]
    return {
        f"{what}_{when}": value
        for what in ("mb", "descriptors", "threads")
        for when, value in (
            ("first", first[what]),
            ("middle", middle[what]),
            ("last", last[what]),
            ("second_half", round(last[what] - middle[what], 1)),
        )
    }


def run(requests: int, sessions: int) -> dict[str, Any]:
    """Serve the product, ask it so often, and return what grew."""
    began = time.perf_counter()
    with serving("app.py") as (url, pid):
        asker = Asker(url)
        for _ in range(50):
            asker.request()
        asker.session()
        of_requests = rounds(asker.request, requests, pid, "requests")
        of_sessions = rounds(asker.session, sessions, pid, "sessions")
        time.sleep(5)
        at_rest = state(pid)
    grown = {"requests": growth(of_requests), "sessions": growth(of_sessions)}
    is_flat = all(
        each["mb_second_half"] <= LEAK_MB and each["descriptors_second_half"] <= LEAK_DESCRIPTORS
        for each in grown.values()
    )
    return {
        "requests": requests,
        "sessions": sessions,
        "minutes": round((time.perf_counter() - began) / 60, 1),
        "load_average": load_average(),
        "answers": dict(asker.answers),
        "growth": grown,
        "at_rest": at_rest,
        "is_flat": is_flat,
        "rounds": {"requests": of_requests, "sessions": of_sessions},
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the measurement; exit 1 if something goes on growing."""
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
            print(name, value)
    return int(not found["is_flat"])


if __name__ == "__main__":
    sys.exit(main())
