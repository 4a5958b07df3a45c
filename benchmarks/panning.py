"""How smoothly the map of a whole country follows the hand: frame times while it is dragged.

Run `python -m benchmarks.panning [--json]`. The product's own map (`benchmarks/apps/country_page`)
shows 11,163 units with made-up figures, 20,000 sites in clusters and every label that fits; a hand
drags it to and fro, 30 frames a time, at the opening view and closer in. A frame is the time
between two callbacks of the browser's animation clock, those after the hand lets go included, in
which the map draws what came into view: the longest of them are there. No graphics card takes part;
what a compositor would still owe the screen is not seen.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks import map_latency
from benchmarks.country import LAYER
from benchmarks.machine import absent, load_average, machine
from benchmarks.serving import serving

ZOOMS = {"opening view": None, "zoom 9": 9, "zoom 11": 11}
DRAGS, TIMEOUT_MS = 6, 400_000  # the server prepares the country first
MAP = "[data-testid=stCustomComponentV1]"
PAINTED = f"() => document.querySelector('{MAP}')?.contentDocument?.body?.dataset?.painted > 0"
SHOW = """zoom => new Promise(done => {
  if (zoom === null || map.getZoom() === zoom) return done();
  map.once("moveend", () => requestAnimationFrame(() => setTimeout(done)));
  map.setView([21.2, 106.2], zoom, { animate: false });
})"""
DRAG = """drags => new Promise(done => {
  const frames = [], box = map.getContainer();
  const at = (target, name, x) => target.dispatchEvent(new MouseEvent(name, {
    bubbles: true, cancelable: true, view: window, button: 0, buttons: 1, clientX: x, clientY: 260,
  }));
  let step = 0, last = performance.now(), start = 500;
  const frame = now => {
    frames.push(now - last);
    last = now;
    const of = step % 40, way = Math.floor(step / 40) % 2 ? 8 : -8;
    if (of === 0) at(box, "mousedown", start);
    else if (of < 30) at(box, "mousemove", start + way * of);
    else if (of === 30) at(box, "mouseup", start + way * 29);
    step += 1;
    if (step < 40 * drags) requestAnimationFrame(frame); else done(frames.slice(1));
  };
  requestAnimationFrame(frame);
})"""
CENTRE = "() => map.getCenter().lng"
SHOWN = """() => ({
  zoom: map.getZoom(),
  labels: document.querySelectorAll(".geo-label").length,
  symbols: document.querySelectorAll(".leaflet-marker-icon").length,
})"""


def measure(page: Page) -> dict[str, dict[str, float]]:
    """Return the frames of every zoom: median, nineteen of twenty, longest, and what is shown."""
    frame = page.locator(MAP).element_handle().content_frame()
    assert frame is not None
    found = {}
    for name, zoom in ZOOMS.items():
        frame.evaluate(SHOW, zoom)
        page.wait_for_load_state("networkidle")  # finer shapes are there
        before = frame.evaluate(CENTRE)
        frame.evaluate(DRAG, 1)  # what the first drag alone needs
        assert frame.evaluate(CENTRE) != before, "the map does not follow the hand"
        frames_ms = frame.evaluate(DRAG, DRAGS)
        found[name] = {
            "median_ms": round(statistics.median(frames_ms), 1),
            "p95_ms": round(statistics.quantiles(frames_ms, n=20)[-1], 1),
            "longest_ms": round(max(frames_ms), 1),
            **frame.evaluate(SHOWN),
        }
    return found


def run() -> dict[str, Any]:
    """Measure the map of the country in a headless Chromium."""
    load = load_average()
    variables = {"BENCH_APP": "country_page", "BENCH_LAYER": "country"}
    with (
        serving("benchmarks/apps/server.py", None, **variables) as (url, _),
        sync_playwright() as playwright,
    ):
        browser = map_latency.launched(playwright)
        page = browser.new_page(viewport=map_latency.SCREEN)
        page.goto(url)
        page.wait_for_function(PAINTED, timeout=TIMEOUT_MS)
        found = measure(page)
        browser.close()
    return {"load_average": load, **found}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the frame times as lines, or as JSON; exit 1 where the layer is missing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    if why := absent(LAYER):
        print(why, file=sys.stderr)
        return 1
    found = run()
    if options.json:
        print(json.dumps({"machine": machine("folium", "streamlit-folium"), **found}, indent=1))
        return 0
    for name, row in found.items():
        cells = row.items() if isinstance(row, dict) else [("", row)]
        print(f"{name:14}", "  ".join(f"{key} {value}" for key, value in cells))
    return 0


if __name__ == "__main__":
    sys.exit(main())
