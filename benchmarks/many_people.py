"""Many people at once: sessions that each change a filter every five seconds.

Run `python -m benchmarks.many_people [--json] [--seconds 60] [--sessions 50] [--processes 1]
[--without-peer]`. A session is a web socket that speaks Streamlit's own protocol, so that no
browser takes part in what is measured. The product's own app (another district each time, 50
sessions) and plain folium on the real 232 communes (another indicator, 30 sessions) are served one
after the other; with `--processes 2` the app by two processes behind an nginx that keeps a session
with one of them, as `docs/deploy` does. Time runs from sending the changed widget to the message
that says that the script has finished; `cpu_ms_per_change` is the processor time of the servers,
which other work on the machine hardly moves; memory is the growth of the servers' resident set per
session, a first session of each being open before the growth is counted.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.machine import machine
from benchmarks.serving import free_port, serving

EVERY_S, SECONDS, TIMEOUT_S = 5.0, 60.0, 60.0
SESSIONS, PEER_SESSIONS, SEED = 50, 30, 1719
FIRST_PROXY_PORT = 8690


@dataclass
class Session:
    """One reader: the socket, what was seen of the widget, and the times of the changes."""

    socket: Any
    widget: str
    query: str = ""
    widget_id: str = ""
    kind: str = ""
    options: list[str] = field(default_factory=list)
    times_ms: list[float] = field(default_factory=list)
    phases: list[str] = field(default_factory=list)  # what else went on when each was asked
    received: int = 0
    errors: int = 0

    async def run_script(self, choice: str | None = None) -> float:
        """Send a choice (nothing at first) and read until the script has finished."""
        message = BackMsg()
        message.rerun_script.query_string = self.query
        if choice is not None:
            state = message.rerun_script.widget_states.widgets.add(id=self.widget_id)
            if self.kind == "multiselect":
                state.string_array_value.data.append(choice)
            else:
                state.string_value = choice
        start = perf_counter()
        await self.socket.send(message.SerializeToString())
        while True:
            answer = await asyncio.wait_for(self.socket.recv(), TIMEOUT_S)
            self.received += len(answer)
            message_in = ForwardMsg.FromString(answer)
            self._note(message_in)
            if message_in.WhichOneof("type") == "script_finished":
                self.errors += message_in.script_finished != ForwardMsg.FINISHED_SUCCESSFULLY
                return 1000 * (perf_counter() - start)

    def _note(self, message: ForwardMsg) -> None:
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        self.errors += kind == "exception"
        if kind in {"multiselect", "radio"}:
            proto = getattr(element, kind)
            if proto.id.endswith(f"-{self.widget}"):
                self.widget_id, self.kind, self.options = proto.id, kind, list(proto.options)

    async def live(
        self, goes_on: Callable[[], bool], *, seed: int, phase: Callable[[], str] = str
    ) -> None:
        """Change the widget every few seconds, starting at a moment of its own."""
        draw = random.Random(seed)
        await asyncio.sleep(draw.uniform(0, EVERY_S))
        while goes_on():
            took_ms, going_on = TIMEOUT_S * 1000, phase()
            try:
                took_ms = await self.run_script(draw.choice(self.options))
            except (TimeoutError, websockets.ConnectionClosed):
                self.errors += 1
                return
            self.times_ms.append(took_ms)
            self.phases.append(going_on)
            await asyncio.sleep(max(0.0, EVERY_S - took_ms / 1000))


async def connect(url: str, widget: str, query: str = "", *, cookie: str = "") -> Session:
    """Open a session at what a query asks for, and run the script once."""
    socket = await websockets.connect(
        f"{url.replace('http', 'ws')}/_stcore/stream",
        subprotocols=["streamlit"],
        origin=url,
        additional_headers={"Cookie": cookie} if cookie else None,
        max_size=None,
        compression=None,
        open_timeout=TIMEOUT_S,
        ping_timeout=None,  # a server that is busy is waited for, and timed
    )
    session = Session(socket, widget, query)
    await session.run_script()
    return session


async def crowd(
    url: str,
    servers: Sequence[tuple[str, int]],
    widget: str,
    number: int,
    seconds: float,
    *,
    cookies: Sequence[str] = ("",),
    beside: Callable[[], Awaitable[dict[str, Any]]] | None = None,
    phase: Callable[[], str] = str,
) -> dict[str, Any]:
    """Let so many sessions work at one address; return times, errors, processor time and memory.

    Parameters
    ----------
    url
        Where the sessions go.
    servers
        Address and process of each server behind it.
    cookies
        Those of the people, who take them in turn.
    beside
        Begins what else goes on, until whose end the sessions work; its figures are returned too.
    phase
        Says what goes on at this moment: times are told for each phase.
    """
    firsts = [await connect(each, widget, cookie=cookies[0]) for each, _ in servers]
    for first in firsts:
        for option in first.options:  # every page that may be kept is computed before the clock
            await first.run_script(option)
    pids = [pid for _, pid in servers]
    before_mb = sum(map(resident_mb, pids))
    given = [cookies[place % len(cookies)] for place in range(number)]
    sessions = [await connect(url, widget, cookie=cookie) for cookie in given]
    began, cpu_s = perf_counter(), sum(map(processor_s, pids))
    work = asyncio.ensure_future(beside()) if beside else None

    def goes_on() -> bool:
        is_at_work = work is not None and not work.done()
        return is_at_work or perf_counter() < began + seconds

    lives = [
        session.live(goes_on, seed=SEED + place, phase=phase)
        for place, session in enumerate(sessions)
    ]
    await asyncio.gather(*lives)
    lasted_s, cpu_s = perf_counter() - began, sum(map(processor_s, pids)) - cpu_s
    after_mb = sum(map(resident_mb, pids))
    for session in (*firsts, *sessions):
        await session.socket.close()
    times_ms = [time for session in sessions for time in session.times_ms]
    phases = [phase for session in sessions for phase in session.phases]
    return {
        "sessions": number,
        "processes": len(servers),
        "changes": len(times_ms),
        "changes_per_s": round(len(times_ms) / lasted_s, 2),
        **_percentiles(times_ms),
        **{
            f"{name}: {percentile}": value
            for name in dict.fromkeys(phases)
            if name
            for percentile, value in _percentiles(
                [ms for ms, during in zip(times_ms, phases, strict=True) if during == name]
            ).items()
        },
        "cpu_ms_per_change": round(1000 * cpu_s / len(times_ms), 1),
        "errors": sum(session.errors for session in sessions),
        "memory_mb_per_session": round((after_mb - before_mb) / number, 2),
        "server_mb": round(after_mb),
        "bytes_per_change": round(
            sum(session.received for session in sessions) / (len(times_ms) + number)
        ),
        **(await work if work else {}),
    }


def _percentiles(times_ms: Sequence[float]) -> dict[str, float]:
    """Return how long half of the changes took at most, and 19 of 20."""
    cuts = statistics.quantiles(times_ms, n=20, method="inclusive") if times_ms[1:] else times_ms
    return {
        "p50_ms": round(statistics.median(times_ms), 1),
        "p95_ms": round(cuts[-1], 1),
    }


def resident_mb(pid: int) -> float:
    """Return the resident set of a process, in megabytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def processor_s(pid: int) -> float:
    """Return the processor time that a process has used, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


PROXY = """daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/log;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  map $cookie_mtqg_at $at {{ "" $request_id; default $cookie_mtqg_at; }}
  upstream app {{ hash $at consistent; {servers} }}
  server {{
    listen 127.0.0.1:{port};
    client_max_body_size 55m;
    location / {{
      proxy_pass http://app;
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection "upgrade";
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_read_timeout 1h;
    }}
  }}
}}
"""


@contextlib.contextmanager
def proxied(urls: Sequence[str]) -> Iterator[str]:
    """Serve several servers at one address by nginx, as long as something is measured there."""
    if not (nginx := shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")):
        sys.exit("Several processes need nginx in front of them, and there is none; install it.")
    port = free_port(FIRST_PROXY_PORT)
    with tempfile.TemporaryDirectory() as folder:
        servers = " ".join(f"server {url.removeprefix('http://')};" for url in urls)
        Path(folder).chmod(0o755)  # its workers, who are somebody else, keep large bodies there
        file = Path(folder, "nginx.conf")
        file.write_text(PROXY.format(folder=folder, servers=servers, port=port))
        process = subprocess.Popen([nginx, "-p", folder, "-c", str(file)])
        try:
            while not is_taken(port):
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=20)


def is_taken(port: int) -> bool:
    """Say whether somebody listens on a port by now."""
    return free_port(port) != port


def run(
    seconds: float = SECONDS, *, sessions: int = SESSIONS, processes: int = 1, peer: bool = True
) -> dict[str, Any]:
    """Measure the product's app and, if asked for, plain folium."""
    results = {}
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(serving("app.py")) for _ in range(processes)]
        url = servers[0][0]
        if processes > 1:
            url = stack.enter_context(
                proxied([each.replace("localhost", "127.0.0.1") for each, _ in servers])
            )
        results["ours"] = asyncio.run(crowd(url, servers, "district", sessions, seconds))
    if peer:
        variables = {"BENCH_APP": "folium_plain", "BENCH_LAYER": "province"}
        with serving("benchmarks/apps/server.py", **variables) as server:
            found = asyncio.run(crowd(server[0], [server], "indicator", PEER_SESSIONS, seconds))
            results["folium_plain"] = found
    return results


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the measurement as a table, or as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--sessions", type=int, default=SESSIONS)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--without-peer", action="store_true")
    options = parser.parse_args(arguments)
    results = run(
        options.seconds,
        sessions=options.sessions,
        processes=options.processes,
        peer=not options.without_peer,
    )
    if options.json:
        print(json.dumps({"machine": machine("streamlit", "folium"), **results}, indent=1))
        return 0
    for app, found in results.items():
        print(app, ", ".join(f"{name} {value}" for name, value in found.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
