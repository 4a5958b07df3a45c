"""What signing in costs: the same clicks and files with and without it, in turn, in one run.

Run `python -m benchmarks.signed_in_cost [--json] [--repeats 60] [--without-browser]`. Two servers
show one store each, equal and with nothing but an account in it, one server `open`, one
`signed-in`; whatever is measured is asked of one, then
of the other, so that whatever else the machine does weighs on both. Medians, in milliseconds:

* change: another district, from the message to the end of the script (a web socket, no browser);
  `cpu_ms` is the processor time of the server for it;
* browser: another indicator, from the press of the mouse to the painted map, as in
  `benchmarks.page_latency`;
* geometry: a file of the map, as a page fetches it; layer: `/api/sites.geojson`, with a token.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import shutil
import statistics
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

import websockets
from playwright.sync_api import sync_playwright
from streamlit.proto.BackMsg_pb2 import BackMsg

from benchmarks.machine import load_average, machine
from benchmarks.many_people import connect, processor_s
from benchmarks.serving import serving
from mtqg_geo.people import accounts, grants, sessions, tokens
from mtqg_geo.store.engine import close_stores, create_store
from mtqg_geo.store.rights import Who
from mtqg_geo.ui.server.visitor import cookie_name

REPEATS, WARM = 60, 6
GEOMETRY = re.compile(rb"/geo/[a-z0-9_-]+-[0-9a-f]{16}\.json")
MODES = ("open", "signed-in")
GOAL_MS = 5.0


def signed_in(folder: str) -> tuple[str, str]:
    """Make a store in which one person may read; return the value of their cookie and a token."""
    os.environ |= {"MTQG_DATA": folder, "MTQG_ACCESS": "signed-in"}
    store, boss = create_store(), Who("benchmark", via="machine")
    person = accounts.add(store, "lan@example.vn", "Lan", who=boss)
    grants.grant(store, person.id, "read", who=boss)
    cookie = sessions.begin(store, person.id)
    token = tokens.make(store, who=Who("Lan", person.id), words="benchmark")
    close_stores()
    return cookie, token


def in_turn(repeats: int, acts: dict[str, Callable[[], float]]) -> dict[str, float]:
    """Return the median of what each act says, done in turn."""
    said: dict[str, list[float]] = {mode: [] for mode in acts}
    for number in range(repeats + WARM):
        for mode, act in acts.items():
            value = act()
            if number >= WARM:
                said[mode].append(value)
    return {mode: round(statistics.median(values), 2) for mode, values in said.items()}


async def changes(
    servers: dict[str, tuple[str, int]], cookies: dict[str, str], repeats: int
) -> dict[str, dict[str, float]]:
    """Change the district by a plain client."""
    readers = {
        mode: await connect(url, "district", cookie=cookies[mode])
        for mode, (url, _) in servers.items()
    }
    for reader in readers.values():
        for option in reader.options:
            await reader.run_script(option)
    for _, pid in servers.values():
        await at_rest(pid)
    times: dict[str, list[float]] = {mode: [] for mode in readers}
    cpu_s = dict.fromkeys(readers, 0.0)
    for number in range(repeats):
        for mode, reader in readers.items():
            pid = servers[mode][1]
            before_s = processor_s(pid)
            times[mode].append(
                await reader.run_script(reader.options[number % len(reader.options)])
            )
            cpu_s[mode] += processor_s(pid) - before_s
    assert not any(reader.errors for reader in readers.values())
    return {
        "change_ms": {mode: round(statistics.median(each), 2) for mode, each in times.items()},
        "cpu_ms": {mode: round(1000 * each / repeats, 2) for mode, each in cpu_s.items()},
    }


async def at_rest(pid: int) -> None:
    """Wait until a server has prepared, beside the first pages, what others show."""
    while True:
        before_s = processor_s(pid)
        await asyncio.sleep(2)
        if processor_s(pid) - before_s < 0.05:
            return


async def geometry(url: str, cookie: str) -> str:
    """Return the address of a file that the map of a page fetches."""
    async with websockets.connect(
        f"{url.replace('http', 'ws')}/_stcore/stream",
        subprotocols=["streamlit"],
        origin=url,
        additional_headers={"Cookie": cookie} if cookie else None,
        max_size=None,
    ) as socket:
        message = BackMsg()
        message.rerun_script.query_string = ""
        await socket.send(message.SerializeToString())
        while True:
            found = GEOMETRY.search(await asyncio.wait_for(socket.recv(), 120))
            if found:
                return url + found[0].decode()


def fetched(address: str, headers: dict[str, str]) -> Callable[[], float]:
    """Return what fetches an address and says how long it took."""

    def act() -> float:
        began = perf_counter()
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers)) as answer:
            answer.read()
        return 1000 * (perf_counter() - began)

    return act


def in_browser(servers: dict[str, tuple[str, int]], cookie: str, repeats: int) -> dict[str, float]:
    """Change the indicator by the mouse."""
    from benchmarks import map_latency
    from benchmarks.page_latency import reader

    with sync_playwright() as playwright, ExitStack() as stack:
        browser = map_latency.launched(playwright)
        acts: dict[str, Callable[[], float]] = {}
        for mode, (url, _) in servers.items():
            tab = stack.enter_context(reader(browser, url))
            if mode == "signed-in":
                tab.page.context.add_cookies(
                    [{"name": cookie_name(), "value": cookie, "url": tab.wire.url}]
                )
            tab.visit()
            numbers = iter(range(1, 10_000))
            acts[mode] = lambda tab=tab, numbers=numbers: tab.choose("indicator", next(numbers)).ms
        found = in_turn(repeats, acts)
        browser.close()
    return found


@contextmanager
def both(folder: str) -> Any:
    """Serve both ways; give addresses and processes, and what to show."""
    stores = {mode: str(Path(folder, mode)) for mode in MODES}
    cookie, token = signed_in(stores["signed-in"])
    shutil.copytree(stores["signed-in"], stores["open"])
    with ExitStack() as stack:
        servers = {
            mode: stack.enter_context(
                serving("app.py", MTQG_ACCESS=mode, MTQG_DATA=stores[mode], MTQG_DATABASE="")
            )
            for mode in MODES
        }
        yield servers, cookie, token


def run(repeats: int, *, browser: bool = True) -> dict[str, Any]:
    """Measure all; `more` is what signing in adds."""
    answer: dict[str, Any] = {"load_average_at_start": load_average()}
    with tempfile.TemporaryDirectory() as folder, both(folder) as (servers, cookie, token):
        cookies = {"open": "", "signed-in": f"{cookie_name()}={cookie}"}
        found = asyncio.run(changes(servers, cookies, repeats))
        if browser:
            found["browser_ms"] = in_browser(servers, cookie, repeats)
        files, layers = {}, {}
        for mode, (url, _) in servers.items():
            address = asyncio.run(geometry(url, cookies[mode]))
            files[mode] = fetched(address, {"Cookie": cookies[mode]})
            shown = {"Authorization": f"Bearer {token}"} if mode == "signed-in" else {}
            layers[mode] = fetched(f"{url}/api/sites.geojson", shown)
        found["geometry_ms"] = in_turn(repeats, files)
        found["layer_ms"] = in_turn(repeats, layers)
    for name, each in found.items():
        answer[name] = each | {"more": round(each["signed-in"] - each["open"], 2)}
    return answer | {"goal_ms": GOAL_MS, "load_average_at_end": load_average()}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the measurement as a table, or as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--repeats", type=int, default=REPEATS)
    parser.add_argument("--without-browser", action="store_true")
    options = parser.parse_args(arguments)
    answer = run(options.repeats, browser=not options.without_browser)
    if options.json:
        print(json.dumps({"machine": machine("streamlit", "sqlalchemy"), **answer}, indent=1))
        return 0
    for name, found in answer.items():
        cells = found.items() if isinstance(found, dict) else [("", found)]
        print(f"{name:24}", "  ".join(f"{key} {value}" for key, value in cells))
    return 0


if __name__ == "__main__":
    sys.exit(main())
