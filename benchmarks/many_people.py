"""Many people at once: sessions that each change a filter every five seconds.

Run `python -m benchmarks.many_people [--json] [--seconds 60] [--without-peer]`. A session is a web
socket that speaks Streamlit's own protocol, so that no browser takes part in what is measured. The
product's own app (another district each time, 50 sessions) and plain folium on the real 232
communes (another indicator, 30 sessions) are served one after the other. Time runs from sending
the changed widget to the message that says that the script has finished; memory is the growth of
the server's resident set per session, a first session being open before the growth is counted.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.machine import machine
from benchmarks.serving import serving

EVERY_S, SECONDS, TIMEOUT_S = 5.0, 60.0, 60.0
SESSIONS, PEER_SESSIONS, SEED = 50, 30, 1719


@dataclass
class Session:
    """One reader: the socket, what was seen of the widget, and the times of the changes."""

    socket: Any
    widget: str
    widget_id: str = ""
    kind: str = ""
    options: list[str] = field(default_factory=list)
    times_ms: list[float] = field(default_factory=list)
    received: int = 0
    errors: int = 0

    async def run_script(self, choice: str | None = None) -> float:
        """Send a choice (nothing at first) and read until the script has finished."""
        message = BackMsg()
        message.rerun_script.query_string = ""
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

    async def live(self, seconds: float, *, seed: int) -> None:
        """Change the widget every few seconds, starting at a moment of its own."""
        draw = random.Random(seed)
        await asyncio.sleep(draw.uniform(0, EVERY_S))
        end = perf_counter() + seconds
        while perf_counter() < end:
            took_ms = TIMEOUT_S * 1000
            try:
                took_ms = await self.run_script(draw.choice(self.options))
            except (TimeoutError, websockets.ConnectionClosed):
                self.errors += 1
                return
            self.times_ms.append(took_ms)
            await asyncio.sleep(max(0.0, EVERY_S - took_ms / 1000))


async def connect(url: str, widget: str) -> Session:
    """Open a session and run the script once."""
    socket = await websockets.connect(
        f"{url.replace('http', 'ws')}/_stcore/stream",
        subprotocols=["streamlit"],
        origin=url,
        max_size=None,
        compression=None,
        open_timeout=TIMEOUT_S,
    )
    session = Session(socket, widget)
    await session.run_script()
    return session


async def crowd(url: str, pid: int, widget: str, number: int, seconds: float) -> dict[str, Any]:
    """Let so many sessions work on one server; return times, errors and memory."""
    first = await connect(url, widget)
    for option in first.options:  # every page that may be kept is computed before the clock runs
        await first.run_script(option)
    before_mb = resident_mb(pid)
    sessions = [await connect(url, widget) for _ in range(number)]
    began = perf_counter()
    await asyncio.gather(
        *(session.live(seconds, seed=SEED + place) for place, session in enumerate(sessions))
    )
    lasted_s = perf_counter() - began
    after_mb = resident_mb(pid)
    for session in (first, *sessions):
        await session.socket.close()
    times_ms = sorted(time for session in sessions for time in session.times_ms)
    return {
        "sessions": number,
        "changes": len(times_ms),
        "changes_per_s": round(len(times_ms) / lasted_s, 2),
        "p50_ms": round(statistics.median(times_ms), 1),
        "p95_ms": round(statistics.quantiles(times_ms, n=20)[-1], 1),
        "errors": sum(session.errors for session in sessions),
        "memory_mb_per_session": round((after_mb - before_mb) / number, 2),
        "server_mb": round(after_mb),
        "bytes_per_change": round(
            sum(session.received for session in sessions) / (len(times_ms) + number)
        ),
    }


def resident_mb(pid: int) -> float:
    """Return the resident set of a process, in megabytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def run(seconds: float = SECONDS, *, peer: bool = True) -> dict[str, Any]:
    """Measure the product's app and, if asked for, plain folium."""
    results = {}
    with serving("app.py") as (url, pid):
        results["ours"] = asyncio.run(crowd(url, pid, "district", SESSIONS, seconds))
    if peer:
        variables = {"BENCH_APP": "folium_plain", "BENCH_LAYER": "province"}
        with serving("benchmarks/apps/server.py", **variables) as (url, pid):
            found = asyncio.run(crowd(url, pid, "indicator", PEER_SESSIONS, seconds))
            results["folium_plain"] = found
    return results


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the measurement as a table, or as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--without-peer", action="store_true")
    options = parser.parse_args(arguments)
    results = run(options.seconds, peer=not options.without_peer)
    if options.json:
        print(json.dumps({"machine": machine("streamlit", "folium"), **results}, indent=1))
        return 0
    for app, found in results.items():
        print(app, ", ".join(f"{name} {value}" for name, value in found.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
