"""A real browser on a real server: one of each per session, a fresh context per test."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copy
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Error,
    Frame,
    Page,
    TimeoutError,
    WebSocket,
    expect,
)

from mtqg_geo.ui.server.fonts import icons_in_use
from tests.long import LONG
from tests.map_names import NAME_FAULTS

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_MS = 300_000  # for what always comes, on however busy a machine: a file is made at a tenth of a click's share
POLL_MS = 50  # looking at every frame keeps a processor drawing frames
SCREEN, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
# On a deep link Streamlit looks for itself below the page's own path before it asks the root.
# The 404 is its way to find out; answering there would make it open its socket there too.
STREAMLIT_PROBES = tuple(
    f"/{page}/_stcore/" for page in ("works", "data", "load", "progress", "people")
)


# Streamlit's own command. What a server prepares beside its work (`mtqg_geo.ui.warm`) takes four
# seconds of a processor at its start and after each load; few tests ask for any of it.
STREAMLIT = """
from mtqg_geo.ui import newest, warm
from streamlit.web.cli import main

newest.PATIENCE_S = 90  # a test asks for what it has loaded
prepare, left = warm._prepare_rest, [None] * {preparations}
warm._prepare_rest = lambda data: left and (left.pop(), prepare(data))
main()
"""


@dataclass
class Server:
    """A running application."""

    url: str
    home: Path
    process: subprocess.Popen[bytes]
    ready_at: float

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=60)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture(scope="session")
def start_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """Start `streamlit run app.py` as a newcomer does: own home folder, no settings of ours.

    It prepares what others than the first visit may ask for as often as is said.
    Only the fonts, which are dear to cut, are what the first one cut out.
    """
    running: list[Server] = []

    def start(
        port: int = 0, *, home: Path | None = None, preparations: int = 0, **settings: str
    ) -> Server:
        home, port = home or tmp_path_factory.mktemp("home"), port or free_port()
        own = {"HOME": home, "MTQG_DATA": home / "var", "XDG_STATE_HOME": home / "state"}
        remembered = home / "state" / "mtqg_geo"
        if running and not remembered.exists():
            remembered.mkdir(parents=True)
            for cut in running[0].home.glob("state/mtqg_geo/fonts-*.json"):
                copy(cut, remembered)
        few = ["-c", STREAMLIT.format(preparations=preparations)]
        command = ["-m", "streamlit"] if LONG else few
        log = home / "server.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, *command, "run", "app.py"]
                + ["--server.headless", "true", "--server.port", str(port)],
                cwd=ROOT,
                env=os.environ | {name: str(path) for name, path in own.items()} | settings,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        url = f"http://localhost:{port}"
        deadline = time.monotonic() + PATIENCE_MS / 1000
        while not _answers(f"{url}/_stcore/health"):
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                pytest.fail(f"The server did not start:\n{log.read_text()}")
            time.sleep(0.1)
        running.append(Server(url, home, process, time.monotonic()))
        return running[-1]

    yield start
    for server in running:
        server.stop()


@pytest.fixture(scope="session")
def server(start_server: Callable[..., Server]) -> Server:
    return start_server(preparations=1)


@pytest.fixture
def changing_server(server: Server) -> Server:
    """The server for tests that load into it, install on it and stop it: they run after all others.

    Each leaves its data as they were, so that one start, which is dear, serves them all.
    """
    return server


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have what other readers would see done when they have left."""
    items.sort(key=lambda item: "changing_server" in getattr(item, "fixturenames", ()))


@dataclass
class Visit:
    """One reader's tab, with everything it asked for and complained about."""

    server: Server
    page: Page
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    frames: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._listeners = {
            "request": lambda request: self.requests.append(request.url),
            "console": self._note,
            "pageerror": lambda error: self.errors.append(str(error)),
            "websocket": self._note_socket,
        }
        for event, listener in self._listeners.items():
            self.page.on(event, listener)  # type: ignore[call-overload]

    def leave(self) -> None:
        """Leave the tab as it was found, for the next test."""
        self.page.unroute_all(behavior="ignoreErrors")
        icons = self.page.locator("[data-testid=stIconMaterial]").all_text_contents()
        unknown = set(icons) - icons_in_use()
        self.errors += [f"an icon that was cut out of its font: {icon}" for icon in unknown]
        self.page.evaluate("() => sessionStorage.clear()")
        self.page.goto("about:blank")
        for event, listener in self._listeners.items():
            self.page.remove_listener(event, listener)

    def _note_socket(self, socket: WebSocket) -> None:
        self.requests.append(socket.url)
        socket.on("framereceived", lambda frame: self.frames.append(_bytes(frame)))

    def _note(self, message: Any) -> None:
        place = message.location.get("url", "")
        if message.type == "error" and not any(probe in place for probe in STREAMLIT_PROBES):
            self.errors.append(f"{message.text} ({place})")

    def open(self, path: str = "/") -> None:
        self.page.bring_to_front()  # behind another tab it would draw a frame a second
        self.page.goto(self.server.url + path)
        self.wait_drawn()

    def wait_drawn(self) -> None:
        """Wait until the script has come to rest and, on the map page, the map is painted.

        A script at rest may be about to run: what was just clicked has to reach the server first.
        """
        self.page.wait_for_selector(".app-title")
        self.page.evaluate("() => { window.restingSince = performance.now(); }")
        self.page.wait_for_function(AT_REST, polling=POLL_MS)
        if urlsplit(self.page.url).path == "/":
            self.page.wait_for_function(f"{MAP_SERIAL} > 0", polling=POLL_MS)

    def open_menu(self, name: str = "downloads") -> None:
        """Open one of the menus of what is taken away."""
        self.page.locator(f".st-key-{name} button").first.click()
        window = {"downloads": "download_window", "print_menu": "print_window"}[name]
        self.page.locator(f".st-key-{window} [data-testid=stExpander]").last.wait_for()

    def saved(self, key: str, folder: Path) -> Path:
        """Press a button of an open menu; return the file that comes."""
        with self.page.expect_download() as waiting:
            self.page.locator(f".st-key-{key} button").click()
        path = folder / waiting.value.suggested_filename
        waiting.value.save_as(path)
        return path

    @property
    def map(self) -> Frame:
        """The frame the map lives in."""
        frame = self.page.locator("[data-testid=stCustomComponentV1]").element_handle()
        content = frame.content_frame()
        assert content is not None
        return content

    def serial(self) -> int:
        return int(self.page.evaluate(MAP_SERIAL))

    def wait_repainted(self, before: int) -> None:
        self.page.wait_for_function(f"{MAP_SERIAL} > {before}", polling=POLL_MS)
        self.wait_drawn()

    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.page.url).query)

    def wait_query(self, **expected: list[str] | None) -> None:
        """Wait until the URL has these parameters (None: has not)."""
        try:
            self.page.wait_for_function(
                """expected => {
                  const query = new URLSearchParams(location.search);
                  return Object.entries(expected).every(([name, values]) =>
                    JSON.stringify(query.getAll(name)) === JSON.stringify(values || []));
                }""",
                arg=expected,
                polling=POLL_MS,
            )
        except TimeoutError:
            pytest.fail(f"The link says {self.query()}, not {expected}.")

    def choose(self, key: str, text: str) -> None:
        """Pick an entry of a list by typing a part of it, as a reader does.

        An answer of the server may close the list or empty the field just then: once more. Or another
        entry may have come to lie where the pointer was going: that press does not count either.
        """
        entry = self.page.locator(f".st-key-{key} input").first
        option = self.page.locator("[role=option]").filter(has_text=text).first
        for is_last in (False, False, True):
            entry.click()
            entry.fill(text)
            self.page.evaluate(AIM, text)
            try:
                option.click(timeout=PATIENCE_MS if is_last else 3_000)
            except TimeoutError:
                if is_last:
                    raise
                continue
            if self.page.evaluate(IS_HIT):
                break
        else:
            pytest.fail(f"Where “{text}” was pressed lay another entry each time.")
        entry.press("Tab")  # closes a list of several

    def figures(self) -> dict[str, str]:
        found = self.page.evaluate(
            "() => [...document.querySelectorAll('.tile')].map(t => [t.dataset.figure, t.innerText])"
        )
        return dict(found)

    def table_heading(self) -> str:
        return str(self.page.locator(".st-key-below_map h2").first.inner_text())

    def legend(self) -> list[str]:
        return list(self.page.locator(".legend").first.locator("li").all_inner_texts())

    def fills(self) -> dict[str, int]:
        """Count the communes on the map by the colour they are filled with; those not selected are left out."""
        counts: dict[str, int] = self.map.evaluate(
            """() => {
              const counts = {};
              for (const path of document.querySelectorAll(".leaflet-kept-communes-pane path")) {
                const fill = path.getAttribute("fill");
                if (Number(path.getAttribute("fill-opacity"))) counts[fill] = (counts[fill] || 0) + 1;
              }
              return counts;
            }"""
        )
        return counts

    def state(self) -> dict[str, Any]:
        """Everything a reader would compare between two views of the page."""
        return {
            "query": self.query(),
            "figures": self.figures(),
            "legend": self.legend(),
            "heading": self.table_heading(),
            "fills": self.fills(),
            "sites": self.sites_on_map(),
        }

    def sites_on_map(self) -> int:
        """Count the sites the map shows, those inside clusters included; none while they are off."""
        return int(
            self.map.evaluate(
                """() => {
                  const { group, body } = map.keptLayers.entries.get("sites");
                  return map.hasLayer(group) && body ? body.getLayers().length : 0;
                }"""
            )
        )

    def name_faults(self) -> list[str]:
        """Say what is wrong with the names on the map: it should be nothing."""
        return list(self.map.evaluate(NAME_FAULTS))

    def point_in(self, code: str) -> tuple[float, float]:
        """Return a point of the screen where a commune lies open, no symbol above it."""
        inside = self.map.evaluate(
            """code => {
              const { items, features } = map.keptLayers.entries.get("communes");
              const path = items[features.findIndex((feature) => feature.id === code)].getElement();
              const box = path.getBoundingClientRect();
              for (let step = 1; step < 400; step += 1) {
                const x = box.left + box.width * ((step * 0.618034) % 1);
                const y = box.top + box.height * ((step * 0.754878) % 1);
                if (document.elementFromPoint(x, y) === path) return [x, y];
              }
              return null;
            }""",
            code,
        )
        assert inside is not None, f"{code} is covered everywhere"
        frame = self.page.locator("[data-testid=stCustomComponentV1]").bounding_box()
        assert frame is not None
        return frame["x"] + inside[0] + 1, frame["y"] + inside[1] + 1  # 1 px border of the frame

    def sidebar_scrolls(self) -> bool:
        bar = self.page.get_by_test_id("stSidebarContent")
        return bool(bar.evaluate("bar => bar.scrollHeight > bar.clientHeight"))

    def stats(self) -> dict[str, int]:
        counts: dict[str, int] = self.map.evaluate("() => ({...geoMapStats})")
        return counts

    def geometry_requests(self) -> list[str]:
        return [url for url in self.requests if urlsplit(url).path.startswith("/geo/")]

    def focused(self) -> str:
        """Say which control has the focus: the key of its widget, or the frame."""
        return str(self.page.evaluate(FOCUSED))

    def assert_clean(self) -> None:
        foreign = [url for url in self.requests if not _is_local(url)]
        assert foreign == [], "requests that leave this machine"
        assert self.errors == [], "errors in the browser's console"


MAP_SERIAL = (
    "Number(document.querySelector('[data-testid=stCustomComponentV1]')"
    "?.contentDocument?.body?.dataset?.painted || 0)"
)
# Notes when the page last spoke with the server, and the server with it.
TRAFFIC = """
  window.traffic = { sent: 0, received: 0 };
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    if (!this.isWatched) {
      this.isWatched = true;
      this.addEventListener("message", () => { traffic.received = performance.now(); });
    }
    traffic.sent = performance.now();
    return send.call(this, data);
  };
"""
# The steps for whoever is here for the first time were dismissed (`test_first_visit.py` reads them).
NOT_NEW = "try { localStorage.setItem('mtqg-first-steps', '1'); } catch {}"
# What was sent has been answered (not everything is: three seconds are enough to wait for it), no
# script runs, nothing has come for as long as a page may need to draw and to ask for more, and every
# table has rows: the script that draws them comes by a request of its own.
AT_REST = """() => {
  const now = performance.now(), { sent, received } = traffic;
  const app = document.querySelector("[data-testid=stApp]");
  const isAnswered = received >= sent || now - sent > 3000;
  if (app.dataset.testScriptState !== "notRunning" || !isAnswered) window.restingSince = now;
  const parts = [...document.querySelectorAll("[class*=st-key-table_parts_]")];
  const isDrawn = (part) => {
    const key = part.className.match(/st-key-table_parts_(\\S+)/)[1];
    return document.querySelector(`.st-key-${key} tbody tr`);
  };
  return now - Math.max(window.restingSince, sent, received) > 200 && parts.every(isDrawn);
}"""
# Until it was hit, no other entry of a list can be pressed.
AIM = """text => {
  const words = (each) => each.textContent.replace(/\\s+/g, " ").toLowerCase();
  window.aim?.abort();
  window.aim = new AbortController();
  window.isMissed = false;
  const guard = (event) => {
    const option = event.target.closest("[role=option]");
    if (!option || words(option).includes(text.toLowerCase())) return;
    window.isMissed = true;
    event.stopImmediatePropagation();
    event.preventDefault();
  };
  for (const type of ["pointerdown", "mousedown", "pointerup", "mouseup", "click"]) {
    addEventListener(type, guard, { capture: true, signal: window.aim.signal });
  }
}"""
IS_HIT = "() => { window.aim?.abort(); return !window.isMissed; }"
# Asks in the page: each question from here would wake three processes.
UNTIL = """([arg, everyMs, patienceMs]) => new Promise((resolve, reject) => {
  const end = performance.now() + patienceMs;
  const look = () => {
    try {
      const asked = (%s);
      if (typeof asked === "function" ? asked(arg) : asked) resolve(true);
      else if (performance.now() > end) resolve(false);
      else setTimeout(look, everyMs);
    } catch (error) {
      reject(error);
    }
  };
  look();
})"""
FOCUSED = """() => {
  const element = document.activeElement;
  if (element.tagName === "IFRAME") return "map-frame";
  const keyed = element.closest("[class*=st-key-]");
  const key = keyed ? /st-key-([\\w-]+)/.exec(keyed.className)[1] : "";
  return element.tagName === "A" ? `${key}:${element.innerText.trim().split("\\n").pop()}` : key;
}"""


def _bytes(frame: str | bytes) -> bytes:
    return frame.encode() if isinstance(frame, str) else frame


def _is_local(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in {"data", "blob"} or parts.hostname in {"localhost", "127.0.0.1"}


@pytest.fixture(scope="session", autouse=True)
def _patient_expectations() -> Iterator[None]:
    expect.set_options(timeout=PATIENCE_MS)
    with pytest.MonkeyPatch.context() as patch:
        for place in (Page, Frame):
            patch.setattr(place, "wait_for_function", wait_for_function)
        yield


def wait_for_function(
    place: Page | Frame, expression: str, *, arg: Any = None, polling: float = POLL_MS
) -> None:
    """Wait until an expression is true, as Playwright's own: that asks by `eval` in the page.

    Our policy forbids it there, and is to hold in every test (what breaks it fails its test).
    The expression becomes part of the script that waits.
    """
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while (left_s := deadline - time.monotonic()) > 0:
        try:
            if place.evaluate(UNTIL % expression, [arg, polling, left_s * 1000]):
                return
        except Error as error:
            if "context was destroyed" not in error.message:  # by a page that is opened just then
                raise
            place.wait_for_timeout(polling)
    raise TimeoutError(f"never true: {expression}")


@pytest.fixture(scope="session")
def desktop(chromium: Browser) -> BrowserContext:
    """One reader's browser: its store of scripts is warm after the first page, as in an office."""
    return chromium.new_context(viewport=SCREEN, reduced_motion="reduce", locale="vi-VN")


@pytest.fixture(scope="session")
def handheld(chromium: Browser) -> BrowserContext:
    return chromium.new_context(
        viewport=PHONE, reduced_motion="reduce", locale="vi-VN", has_touch=True, is_mobile=True
    )


@contextmanager
def quiet_visits(server: Server, desktop: BrowserContext) -> Iterator[Callable[..., Visit]]:
    """Open tabs; at the end each must have been quiet and have stayed at home."""
    visits: list[Visit] = []

    def make(*, context: BrowserContext = desktop, on: Server = server) -> Visit:
        visits.append(Visit(on, _tab(context, [visit.page for visit in visits])))
        return visits[-1]

    yield make
    for visit in visits:
        if not visit.page.is_closed():
            visit.leave()
    for visit in visits:
        visit.assert_clean()


def _tab(context: BrowserContext, in_use: list[Page]) -> Page:
    """Return a blank tab, used before if there is one.

    For each new one Chromium starts a process that compiles all scripts anew: half of a test's time.
    """
    for page in context.pages:
        if page.url == "about:blank" and page not in in_use:
            page.bring_to_front()  # also for who does not `open` it
            protocol = context.new_cdp_session(page)
            protocol.send("Page.resetNavigationHistory")  # of 50 steps that a tab remembers
            protocol.detach()
            return page
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.add_init_script(TRAFFIC)
    page.add_init_script(NOT_NEW)
    return page


@pytest.fixture
def new_visit(server: Server, desktop: BrowserContext) -> Iterator[Callable[..., Visit]]:
    with quiet_visits(server, desktop) as make:
        yield make


@pytest.fixture(scope="module")
def module_visit(server: Server, desktop: BrowserContext) -> Iterator[Visit]:
    with quiet_visits(server, desktop) as make:
        yield make()


@pytest.fixture
def shared_visit(module_visit: Visit) -> Visit:
    """One tab for the tests of a file that do not mind what the others did in it."""
    module_visit.page.bring_to_front()  # above the tabs that tests in between have opened
    return module_visit


@pytest.fixture
def visit(new_visit: Callable[..., Visit]) -> Visit:
    return new_visit()


@pytest.fixture
def phone(new_visit: Callable[..., Visit], handheld: BrowserContext) -> Visit:
    return new_visit(context=handheld)


@pytest.fixture
def read_geojson() -> Callable[[Path], dict[str, Any]]:
    """Parse a GeoJSON file as strictly as RFC 7946 reads."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    def read(path: Path) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(
            path.read_text(encoding="utf-8"), parse_constant=refuse
        )
        assert document["type"] == "FeatureCollection"
        assert "crs" not in document
        west, south, east, north = document["bbox"]
        assert 105 < west <= east < 108
        assert 20 < south <= north < 23
        return document

    return read
