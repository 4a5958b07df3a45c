"""How long a change of indicator takes on the map, beside the other ways to draw one.

Run `python -m benchmarks.map_latency [--json] [--layer province|country] [--peers a,b]`. Every app
of `benchmarks/apps` is served in turn by the same server and opened in the same headless Chromium;
in each the same indicator is picked on the same communes. A peer that would fetch Leaflet from
another host gets our copy of it, so that no network is waited for.

Time runs inside the page, from the click on the radio button to the sign that the map is new:

* ours: the moment `document.body.dataset.painted` of the map's frame goes up, which our script does
  in a task after the next animation frame;
* folium and explore: the frame holds one SVG path for each commune and none is from before, looked
  at on every animation frame of the page, and the task after the next animation frame has come;
* plotly and pydeck: the last change of the pixels of the map's canvas, sampled on each frame and
  followed by a second (a country: four) of rest that does not count.

The sign of the SVG peers comes up to two frames (17 ms each) later than ours would. The browser
draws pages and computes WebGL in software; an office with a graphics card would not.

Bytes are those the browser received over the web socket and over HTTP until everything was quiet.
A first visit is that of a browser that has never seen the app, on a server that has been asked for
it before; its median is told, for ours and plain folium once more on a line of 4 Mbit/s and 80 ms,
which the browser pretends to have. At the end a reader of our own map zooms in to a single commune
and changes the indicator there: what that fetches is told beside the first visit, so that their sum
is the most a visit can fetch.
"""

from __future__ import annotations

import argparse
import base64
import json
import shutil
import statistics
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    CDPSession,
    Page,
    Playwright,
    sync_playwright,
)

from benchmarks.machine import FILES, absent, machine
from benchmarks.painted import CHANGE, KEEP_PIXELS, SIGNS
from benchmarks.serving import serving

OURS = "ours"
PEERS = ("folium_plain", "explore_iframe", "plotly_map", "pydeck_map")
SCREEN = {"width": 1366, "height": 768}
UNITS = {"province": 232, "country": 11163}
CHANGES = {"province": 15, "country": 3}
VISITS = {"province": 7, "country": 3}
SLOW_VISITS, ON_SLOW_LINE = {"province": 3, "country": 1}, (OURS, PEERS[0])
SLOW_LINE = {"latency": 80, "downloadThroughput": 500_000, "uploadThroughput": 125_000}  # ms, B/s
OUR_CHANGES = 15
TIMEOUT_MS = {"province": 30_000, "country": 120_000}
ARGUMENTS = [
    *("--no-sandbox", "--disable-background-networking", "--disable-component-update"),
    # Pages are drawn without a GPU, as in a plain office; WebGL is computed, where it is asked for.
    *("--disable-sync", "--no-first-run", "--disable-gpu", "--enable-unsafe-swiftshader"),
]
LIBRARIES = ("streamlit", "streamlit-folium", "folium", "geopandas", "plotly", "pydeck")


ZOOM_IN = "() => { map.setZoom(13, { animate: false }); }"


class Traffic:
    """Bytes a page receives: over the web socket, and over HTTP by what they are."""

    def __init__(self, session: CDPSession) -> None:
        self.bytes: Counter[str] = Counter()
        self.geometry_requests = 0
        self._kinds: dict[str, str] = {}
        session.send("Network.enable")
        session.on("Network.webSocketFrameReceived", self._socket_frame)
        session.on("Network.requestWillBeSent", self._request)
        session.on("Network.loadingFinished", self._finished)

    def _socket_frame(self, event: dict[str, Any]) -> None:
        frame = event["response"]
        data = frame["payloadData"]
        self.bytes["websocket"] += len(
            base64.b64decode(data) if frame["opcode"] == 2 else data.encode()
        )

    def _request(self, event: dict[str, Any]) -> None:
        path = urlsplit(event["request"]["url"]).path
        kinds = {"/geo/": "geometry", "/assets/": "assets", "/component/": "component"}
        kind = next((kind for start, kind in kinds.items() if path.startswith(start)), "streamlit")
        self._kinds[event["requestId"]] = kind
        self.geometry_requests += kind == "geometry"

    def _finished(self, event: dict[str, Any]) -> None:
        kind = self._kinds.get(event["requestId"], "streamlit")
        self.bytes[kind] += int(event["encodedDataLength"])

    def take(self) -> dict[str, int]:
        """Return what came since the last call, and start from zero."""
        kinds = ("websocket", "geometry", "assets", "component", "streamlit")
        taken = {kind: self.bytes[kind] for kind in kinds}
        taken["geometry_requests"] = self.geometry_requests
        self.bytes.clear()
        self.geometry_requests = 0
        return taken


def launched(playwright: Playwright) -> Browser:
    """Return a headless Chromium: the system's, or the one Playwright downloaded."""
    names = ("chromium", "chromium-headless-shell", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    return playwright.chromium.launch(executable_path=path, args=ARGUMENTS)


def new_context(browser: Browser, app: str, layer: str) -> BrowserContext:
    """Return a browser context that has never seen the app."""
    context = browser.new_context(viewport=SCREEN)
    context.set_default_timeout(TIMEOUT_MS[layer])
    if app in {"plotly_map", "pydeck_map"}:
        context.add_init_script(KEEP_PIXELS)
    return context


def visit(
    context: BrowserContext, url: str, app: str, units: int, *, is_slow: bool = False
) -> tuple[Page, Traffic, float]:
    """Open the app in a new tab; return the milliseconds until its map was painted."""
    page = context.new_page()
    session = context.new_cdp_session(page)
    traffic = Traffic(session)
    if is_slow:
        session.send("Network.emulateNetworkConditions", {"offline": False, **SLOW_LINE})
    page.goto(url, wait_until="commit")
    page.evaluate(f"{SIGNS}({app!r})")
    page.evaluate("window.sign.at = 0; window.sign.last = ''; window.sign.before = ''")
    took_ms = page.evaluate("units => window.whenPainted(units, 0)", units)
    settle(page)
    return page, traffic, float(took_ms)


def first_visit(
    browser: Browser, url: str, app: str, layer: str, *, is_slow: bool = False
) -> float:
    """Return the milliseconds until the map was painted for a browser that never saw the app."""
    context = new_context(browser, app, layer)
    *_, took_ms = visit(context, url, app, UNITS[layer], is_slow=is_slow)
    context.close()
    return took_ms


def settle(page: Page) -> None:
    """Wait until the script has come to rest and late messages are in."""
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    page.wait_for_timeout(400)


def measure(browser: Browser, app: str, layer: str, *, changes: int) -> dict[str, Any]:
    """Measure first visit, changes and second visit of one app."""
    units = UNITS[layer]
    variables = {"BENCH_APP": app, "BENCH_LAYER": layer}
    with serving("benchmarks/apps/server.py", **variables) as (url, _):
        warm = new_context(browser, app, layer)  # the server reads its data before the clock runs
        visit(warm, url, app, units)
        warm.close()
        slow_ms = [
            first_visit(browser, url, app, layer, is_slow=True)
            for _ in range(SLOW_VISITS[layer] if app in ON_SLOW_LINE else 0)
        ]
        visits_ms = [first_visit(browser, url, app, layer) for _ in range(VISITS[layer] - 1)]
        context = new_context(browser, app, layer)
        page, traffic, took_ms = visit(context, url, app, units)
        visits_ms.append(took_ms)
        first_bytes = traffic.take()
        seen = []
        for number in range(1, changes + 2):
            took_ms = float(page.evaluate(CHANGE, [number % 6, units]))
            created = page.evaluate("window.sign.created()")
            settle(page)
            seen.append((took_ms, traffic.take(), created))
        seen = seen[1:]  # the first change warms the browser's compiler
        zoomed = zoomed_in(page, traffic, units) if app == OURS else {}
        page.close()
        _, traffic, second_ms = visit(context, url, app, units)
        second_bytes = traffic.take()
        context.close()
    return {
        "change_ms": summary([took_ms for took_ms, _, _ in seen]),
        "changes": len(seen),
        "change_bytes": {
            kind: statistics.median(counts[kind] for _, counts, _ in seen) for kind in first_bytes
        },
        "layers_created": seen[-1][2],
        "first_visit_ms": round(statistics.median(visits_ms)),
        **({"first_visit_slow_line_ms": round(statistics.median(slow_ms))} if slow_ms else {}),
        "first_visits_ms": [round(took_ms) for took_ms in visits_ms],
        "first_visit_bytes": first_bytes,
        "second_visit_ms": round(second_ms),
        "second_visit_bytes": second_bytes,
        **zoomed,
    }


def zoomed_in(page: Page, traffic: Traffic, units: int) -> dict[str, dict[str, int]]:
    """Return what zooming in to a commune fetches, and what a change of indicator does there."""
    held = page.query_selector("iframe")
    frame = held.content_frame() if held else None
    if frame is None:
        msg = "Our map has no frame on the page."
        raise RuntimeError(msg)
    frame.evaluate(ZOOM_IN)
    page.wait_for_load_state("networkidle")
    settle(page)
    zoom_bytes = traffic.take()
    page.evaluate(CHANGE, [5, units])
    settle(page)
    return {"zoom_in_bytes": zoom_bytes, "zoomed_change_bytes": traffic.take()}


def summary(times_ms: Sequence[float]) -> dict[str, float]:
    """Return the median, the fastest and the slowest."""
    return {
        "median": round(statistics.median(times_ms), 1),
        "min": round(min(times_ms), 1),
        "max": round(max(times_ms), 1),
    }


def run(layer: str, peers: Sequence[str], *, changes: int | None = None) -> dict[str, Any]:
    """Measure our app and the peers in one browser; a peer that fails says why."""
    results: dict[str, Any] = {}
    with sync_playwright() as playwright:
        browser = launched(playwright)
        for app in (OURS, *peers):
            number = changes or (OUR_CHANGES if app == OURS else CHANGES[layer])
            try:
                results[app] = measure(browser, app, layer, changes=number)
            except Exception as error:  # one peer must not take the others' figures along
                results[app] = {"error": str(error).splitlines()[0][:200]}
            print(f"{app}: {json.dumps(results[app])}", file=sys.stderr)
        results["browser"] = browser.version
        browser.close()
    return results


def table(results: dict[str, Any], peers: Sequence[str]) -> str:
    """Return the results as a Markdown table."""
    heads = (
        "app | change, ms (median) | × ours | web socket, bytes | HTTP, bytes "
        "| geometry requests | layers created | first visit, ms (median) | on a slow line, ms"
    )
    lines = [f"| {heads} |", "|---|" + "---:|" * 8]
    ours_ms = results[OURS]["change_ms"]["median"]
    for app in (OURS, *peers):
        found = results.get(app, {"error": "not run"})
        if "error" in found:
            lines.append(f"| {app} | {found['error']} |" + " |" * 7)
            continue
        took_ms, moved = found["change_ms"]["median"], found["change_bytes"]
        http = sum(moved[kind] for kind in ("geometry", "assets", "component", "streamlit"))
        created = "–" if found["layers_created"] is None else f"{found['layers_created']:,}"
        cells = (
            app,
            f"{took_ms:,.0f}",
            f"{took_ms / ours_ms:.1f}",
            f"{moved['websocket']:,.0f}",
            f"{http:,.0f}",
            f"{moved['geometry_requests']:.0f}",
            created,
            f"{found['first_visit_ms']:,}",
            f"{found['first_visit_slow_line_ms']:,}"
            if "first_visit_slow_line_ms" in found
            else "–",
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the measurement as a table, or as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--layer", choices=tuple(UNITS), default="province")
    parser.add_argument("--peers", default=",".join(PEERS), help="comma-separated; may be empty")
    parser.add_argument("--changes", type=int, help="changes to measure in each app")
    options = parser.parse_args(arguments)
    if why := absent(FILES[options.layer]):
        print(why, file=sys.stderr)
        return 1
    peers = [peer for peer in options.peers.split(",") if peer]
    results = run(options.layer, peers, changes=options.changes)
    if options.json:
        where = machine(*LIBRARIES)
        print(json.dumps({"machine": where, "layer": options.layer, **results}, indent=1))
    else:
        print(table(results, peers))
    return 0


if __name__ == "__main__":
    sys.exit(main())
