"""How long a reader of the product's own page waits: `app.py`, whole page, as an office opens it.

Run `python -m benchmarks.page_latency [--json] [--repeats 7] [--store FOLDER] [--without-peers]`.
The delivered sample and a province of real size (`benchmarks.province`, made anew unless a store
is named) are served in turn and used in a headless Chromium at 1366 × 768, without a graphics card.
Beside them, in the same run, stand the bare page that has nothing but a map and five radio buttons,
and plain folium on such a page (`benchmarks.map_latency`).

Time runs from the press of the mouse to the state named, told by the page's own clock:

* indicator, district, project, region, status, year: the list is open; `data-painted` of the map's
  frame goes up in the task after the frame in which it was drawn;
* commune: a click on it; its profile stands on the page and the next frame has come;
* page: a click on a name in the head; the script is at rest, and nothing on the page has changed
  for 400 ms, which do not count;
* first visit: of a browser that has never seen the page, from its first request to the title
  (text) and to the painted map (map); once more on a line of 1.6 Mbit/s and 150 ms;
* 58 units: the first reader of them after a start. *Cold* comes as soon as the server answers,
  *warm* after somebody looked at the communes of 2023.

Bytes are those received over the web socket and HTTP until the page is at rest: *bytes* with the
messages of the web socket as the page unpacks them, *wire* as all of it travelled, headers too
(`benchmarks.wire`). All are medians.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

from playwright.sync_api import Browser, BrowserContext, Frame, Page, sync_playwright

from benchmarks import map_latency, province
from benchmarks.machine import absent, load_average, machine
from benchmarks.map_latency import SCREEN, Traffic
from benchmarks.serving import serving
from benchmarks.wire import Wire, counted

REPEATS, TIMEOUT_MS, REST_MS = 7, 120_000, 400
LISTS = ("indicator", "district", "project", "region", "status", "year")
SINGLE = ("indicator", "year")  # one of the list is always chosen; the others are emptied again
PAGES = (1, 2, 4, 0)  # in the head of the page: progress, works, data, and back to the map
NEW_UNITS = "/?vintage=2025-07&indicator=CX02"
SLOW_LINE = {"latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 50_000}  # ms, B/s
GOALS = {
    "indicator": (200, 12_000),
    **dict.fromkeys(LISTS[1:], (300, 20_000)),
    "commune": (200, 10_000),
    "page": (500, 40_000),
    "first visit, text": (None, None),
    "first visit, map": (2200, 1_000_000),
    "first visit on a slow line, text": (3500, None),
    "first visit on a slow line, map": (7000, None),
    "first reader of 58 units, cold": (3500, None),
    "first reader of 58 units, warm": (2500, None),
}
# Runs in every frame before its own scripts; what is noted stands in the page's window.
NOTES = """(() => {
  const now = () => performance.timeOrigin + performance.now() - top.performance.timeOrigin;
  addEventListener("pointerdown", () => { top.latency.start = now(); }, true);
  if (window !== top) return;
  const noted = window.latency = { start: 0, changed: 0, ran: 0, text: 0, painted: 0, profile: 0 };
  const note = name => () => { noted[name] = now(); };
  const afterFrame = name => requestAnimationFrame(() => setTimeout(note(name)));
  let code, body;
  const paints = new MutationObserver(note("painted"));
  const look = () => {
    noted.changed = now();
    const app = document.querySelector("[data-testid=stApp]");
    if (app && app.dataset.testScriptState !== "notRunning") noted.ran = now();
    if (!noted.text && document.querySelector(".app-title")) noted.text = now();
    const shown = document.querySelector(".profile")?.dataset.code;
    if (shown !== code) { code = shown; if (code) afterFrame("profile"); }
  };
  const seek = () => {
    const frame = document.querySelector("[data-testid=stCustomComponentV1]");
    const found = frame?.contentDocument?.body;
    if (found && found !== body) {
      body = found;
      if (body.dataset.painted) noted.painted = now();
      paints.observe(body, { attributeFilter: ["data-painted"] });
    }
    requestAnimationFrame(seek);
  };
  const all = { subtree: true, childList: true, attributes: true, characterData: true };
  new MutationObserver(look).observe(document, all);
  seek();
})()"""
AT_REST = f"""() => {{
  const app = document.querySelector("[data-testid=stApp]");
  const quiet_ms = performance.now() - Math.max(latency.changed, latency.painted);
  return app?.dataset.testScriptState === "notRunning" && quiet_ms > {REST_MS};
}}"""
# A place of a commune where no symbol lies on it; the profile of the one clicked before is open.
OPEN_PLACE = """before => {
  const { items, features } = map.keptLayers.entries.get("communes");
  for (let at = 0; at < items.length; at += 1) {
    const code = features[at].id, path = items[at].getElement();
    if (before.includes(code) || !Number(path.getAttribute("fill-opacity"))) continue;
    const box = path.getBoundingClientRect();
    for (let step = 1; step < 200; step += 1) {
      const x = box.left + box.width * ((step * 0.618034) % 1);
      const y = box.top + box.height * ((step * 0.754878) % 1);
      if (document.elementFromPoint(x, y) === path) return [code, x, y];
    }
  }
  return null;
}"""


class Cost(NamedTuple):
    """What one act took: milliseconds, and bytes until the page was at rest, unpacked and not."""

    ms: float
    bytes: int
    wire: int


class Reader:
    """One reader's tab on the product's page."""

    def __init__(self, context: BrowserContext, wire: Wire) -> None:
        self.page: Page = context.new_page()
        self.page.add_init_script(NOTES)
        self.wire = wire
        self.session = context.new_cdp_session(self.page)
        self.traffic = Traffic(self.session)

    def visit(self, path: str = "/") -> dict[str, Cost]:
        """Open an address as a first visit; give what text and map took."""
        self.page.goto(self.wire.url + path, wait_until="commit")
        self._wait("() => latency.text && latency.painted")
        self.rest()
        noted, received = self._noted(), self._received()
        return {name: Cost(noted[name], *received) for name in ("text", "painted")}

    def act(self, press: Callable[[], object], sign: str) -> Cost:
        """Let the reader press something; give what it took until the sign."""
        self.rest()
        self._received()
        press()
        self._wait(f"() => latency.{sign} > latency.start")
        self.rest()
        noted = self._noted()
        end = noted["changed"] if sign == "ran" else noted[sign]
        return Cost(end - noted["start"], *self._received())

    def rest(self) -> None:
        """Wait until the script and the page are at rest."""
        self._wait(AT_REST)

    def _wait(self, condition: str) -> None:
        self.page.wait_for_function(condition, polling=50)

    def _noted(self) -> dict[str, float]:
        noted: dict[str, float] = self.page.evaluate("latency")
        return noted

    def _received(self) -> tuple[int, int]:
        taken = self.traffic.take()
        return sum(taken.values()) - taken["geometry_requests"], self.wire.take()

    @property
    def map(self) -> Frame:
        """The frame the map lives in."""
        frame = self.page.locator("[data-testid=stCustomComponentV1]").first.element_handle()
        content = frame.content_frame()
        assert content is not None
        return content

    def choose(self, key: str, number: int) -> Cost:
        """Choose an entry of a list that is not chosen yet; then clear filters, if it is one."""
        widget = self.page.locator(f".st-key-{key}")
        widget.locator("input").first.click()
        entries = self.page.locator("[role=option][aria-selected=false]:visible")
        entries.first.wait_for()
        entry = entries.nth(number % entries.count())
        entry.scroll_into_view_if_needed()
        cost = self.act(entry.click, "painted")
        if key not in SINGLE:
            self.page.keyboard.press("Tab")  # closes the list: what is below it moves
            self.rest()
            self.act(self.page.locator(".st-key-clear button").click, "painted")
        return cost

    def open_commune(self, before: list[str]) -> Cost:
        """Click on a commune of the map that was not clicked before, and note it."""
        found = self.map.evaluate(OPEN_PLACE, before)
        assert found is not None, "no commune lies open on the map"
        code, x, y = found
        before.append(code)
        frame = self.page.locator("[data-testid=stCustomComponentV1]").first.bounding_box()
        assert frame is not None
        at = frame["x"] + x + 1, frame["y"] + y + 1  # its border
        self.page.mouse.move(*at)
        return self.act(lambda: self.page.mouse.click(*at), "profile")

    def open_page(self, number: int) -> Cost:
        """Click on the name of a page; the sign is that the script has run."""
        return self.act(self.page.locator(".st-key-pages a").nth(number).click, "ran")


@contextmanager
def reader(browser: Browser, url: str, *, is_slow: bool = False) -> Iterator[Reader]:
    """Open the tab of a reader whose browser has never seen the page."""
    context = browser.new_context(viewport=SCREEN, locale="vi-VN", bypass_csp=True)
    context.set_default_timeout(TIMEOUT_MS)
    with counted(url) as wire:
        tab = Reader(context, wire)
        if is_slow:
            tab.session.send("Network.emulateNetworkConditions", {"offline": False, **SLOW_LINE})
        yield tab
        context.close()


def measure(browser: Browser, store: str, repeats: int, remembered: str) -> dict[str, list[Cost]]:
    """Measure every row on one store ("" for the delivered sample), after a first start."""
    seen: dict[str, list[Cost]] = {name: [] for name in GOALS}
    served = {"XDG_STATE_HOME": remembered} | ({"MTQG_DATA": store} if store else {})
    with serving("app.py", **served) as (url, _):
        with reader(browser, url) as tab:  # the server prepares itself before the clock runs
            tab.visit()
        for line in ("first visit", "first visit on a slow line"):
            is_slow = line.endswith("slow line")
            for _ in range(min(repeats, 3) if is_slow else repeats):
                with reader(browser, url, is_slow=is_slow) as tab:
                    found = tab.visit()
                seen[f"{line}, text"].append(found["text"])
                seen[f"{line}, map"].append(found["painted"])
        with reader(browser, url) as tab:
            tab.visit()
            for key in LISTS:
                # The first change warms the browser's compiler.
                costs = [tab.choose(key, 1 + number) for number in range(repeats + 1)]
                seen[key] = costs[1:]
        with reader(browser, url) as tab:
            tab.visit("/?indicator=CX02")
            before: list[str] = []
            seen["commune"] = [tab.open_commune(before) for _ in range(repeats + 1)][1:]
        with reader(browser, url) as tab:
            tab.visit()
            costs = [tab.open_page(number) for _ in range(2) for number in PAGES]
            seen["page"] = costs[len(PAGES) :]  # once round for what each page alone needs
    for _ in range(min(repeats, 3)):
        for kind in ("cold", "warm"):
            with serving("app.py", **served) as (url, _), reader(browser, url) as tab:
                if kind == "warm":
                    with reader(browser, url) as other:
                        other.visit()
                seen[f"first reader of 58 units, {kind}"].append(tab.visit(NEW_UNITS)["painted"])
    return seen


def run(repeats: int, store: str = "", *, peers: bool = True) -> dict[str, Any]:
    """Measure the page on both stores, and the bare page and plain folium beside it."""
    answer: dict[str, Any] = {"repeats": repeats, "load_average_at_start": load_average()}
    found: dict[str, dict[str, list[Cost]]] = {}
    with ExitStack() as stack, sync_playwright() as playwright:
        browser = map_latency.launched(playwright)
        remembered = stack.enter_context(tempfile.TemporaryDirectory())
        found["sample"] = measure(browser, "", repeats, remembered)
        why = absent(*province.LAYERS.values())
        if store or not why:
            with tempfile.TemporaryDirectory() as folder:
                found["province"] = measure(
                    browser, store or province.made(folder), repeats, remembered
                )
        else:
            answer["province"] = f"not measured: {why}"
        if peers and not why:
            for name, app in (("bare page", map_latency.OURS), ("plain folium", "folium_plain")):
                measured = map_latency.measure(browser, app, "province", changes=repeats)
                moved = measured["change_bytes"]
                answer[name] = {
                    "indicator_ms": measured["change_ms"]["median"],
                    "indicator_bytes": sum(moved.values()) - moved["geometry_requests"],
                    "first_visit_ms": measured["first_visit_ms"],
                }
        elif peers:
            answer["bare page, plain folium"] = f"not measured: {why}"
        browser.close()
    answer["load_average_at_end"] = load_average()
    for name, (goal_ms, goal_bytes) in GOALS.items():
        answer[name] = {
            f"{kind}_{unit}": round(statistics.median(getattr(cost, unit) for cost in seen[name]))
            for kind, seen in found.items()
            for unit in Cost._fields
        } | {"goal_ms": goal_ms, "goal_bytes": goal_bytes}
    return answer


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the measurement as tables, or as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--repeats", type=int, default=REPEATS)
    parser.add_argument("--store", default="", help="a province made before")
    parser.add_argument("--without-peers", action="store_true")
    options = parser.parse_args(arguments)
    answer = run(options.repeats, options.store, peers=not options.without_peers)
    if options.json:
        where = machine("streamlit", "streamlit-folium", "folium")
        print(json.dumps({"machine": where, **answer}, indent=1, ensure_ascii=False))
        return 0
    for name, row in answer.items():
        cells = row.items() if isinstance(row, dict) else [("", row)]
        print(f"{name:34}", "  ".join(f"{key} {value}" for key, value in cells))
    return 0


if __name__ == "__main__":
    sys.exit(main())
