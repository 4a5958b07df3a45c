"""Heavy work at once: what a reader who clicks waits for meanwhile, and when the work is done.

Run `python -m benchmarks.heavy_jobs [--json] [--atlases 20] [--files 100] [--limit-s 420]`.
Sessions on the product's own app press the button of the atlas, each of another indicator or year,
as a browser does: by the address of the file or, in versions without one, by Streamlit's own
message, so that a version before is measured by the same file (`PYTHONPATH=` names its folder).
Programs ask for `/api/all.gpkg`, which waits for its turn, and for a small file, which does not.
Beside them one reader changes the district all the time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import urllib.request
from collections.abc import Awaitable, Callable, Sequence
from time import perf_counter
from typing import Any
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.machine import load_average, machine
from benchmarks.many_people import connect, resident_mb
from benchmarks.serving import serving

ATLASES, FILES, LIMIT_S, PAUSE_S, ALONE = 20, 100, 420.0, 0.3, 30
INDICATORS = ("CX02", "OP01", "OP05", "region")  # of the delivered catalogue
YEARS = ("2021", "2022", "2023", "2024", "2025")
MENU, BUTTON = "print_menu", "print_atlas"


async def clicks(session: Any, until: Callable[[], bool]) -> list[float]:
    """Change the district until something is over; return how long each change took."""
    times_ms: list[float] = []
    while not until():
        choice = session.options[len(times_ms) % len(session.options)]
        times_ms.append(await session.run_script(choice))
        await asyncio.sleep(PAUSE_S)
    return times_ms


async def offered(url: str, query: str, *, cookie: str = "") -> Callable[[], Awaitable[bytes]]:
    """Open the menu of reports in a session; return what presses the atlas and gives it."""
    session = await connect(url, "district", query, cookie=cookie)
    message, found = BackMsg(), {}
    message.rerun_script.query_string = query
    async for each in _run(session, message):
        if each.WhichOneof("type") == "new_session":
            found["session"] = each.new_session.initialize.session_id
        if each.delta.add_block.popover.id.endswith(MENU):
            found["menu"] = each.delta.add_block.popover.id
    message.rerun_script.widget_states.widgets.add(id=found["menu"]).bool_value = True
    async for each in _run(session, message):
        element = each.delta.new_element
        if element.download_button.id.endswith(BUTTON):
            found["deferred"] = element.download_button.deferred_file_id
        if f'"{BUTTON}"' in (
            given := element.bidi_component.json or element.bidi_component.mixed.json
        ):
            found["token"] = json.loads(given)["files"][BUTTON]

    async def by_address() -> bytes:
        return await asyncio.to_thread(fetch, f"{url}/files/{found['token']}", cookie)

    async def by_message() -> bytes:
        asked = BackMsg()
        asked.backend_operation_request.request_id = "atlas"
        asked.backend_operation_request.session_id = found["session"]
        asked.backend_operation_request.deferred_file.file_id = found["deferred"]
        await session.socket.send(asked.SerializeToString())
        while True:
            answer = ForwardMsg.FromString(await session.socket.recv())
            if answer.WhichOneof("type") == "backend_operation_response":
                if refused := answer.backend_operation_response.error_msg:
                    raise RuntimeError(refused)
                address = answer.backend_operation_response.deferred_file.url
                return await asyncio.to_thread(fetch, url + address, cookie)

    return by_address if "token" in found else by_message


async def _run(session: Any, message: BackMsg) -> Any:
    await session.socket.send(message.SerializeToString())
    while True:
        each = ForwardMsg.FromString(await session.socket.recv())
        yield each
        if each.WhichOneof("type") == "script_finished":
            return


def fetch(address: str, cookie: str = "") -> bytes:
    """Return what an address gives."""
    asked = urllib.request.Request(address, headers={"Cookie": cookie})
    with urllib.request.urlopen(asked, timeout=LIMIT_S) as answer:
        content: bytes = answer.read()
    return content


async def measure(
    url: str, pid: int, atlases: int, files: int, limit_s: float
) -> dict[str, dict[str, Any]]:
    """Measure the reader alone, then beside atlases and beside exports."""
    reader = await connect(url, "district")
    for option in reader.options:
        await reader.run_script(option)
    left = iter(range(ALONE))
    results = {"alone": row([], await clicks(reader, lambda: next(left, None) is None), 0.0)}
    queries = [
        urlencode({"indicator": indicator, "year": year})
        for year in YEARS
        for indicator in INDICATORS
    ]
    for number in (2, atlases):
        presses = [await offered(url, queries[at % len(queries)]) for at in range(number)]
        results[f"{number} atlases"] = await beside(reader, [p() for p in presses], limit_s)
    for name in ("all.gpkg", "communes.geojson"):
        address = f"{url}/api/{name}?indicator=OP01"
        fetched = [asyncio.to_thread(fetch, address) for _ in range(files)]
        results[f"{files} × {name}"] = await beside(reader, fetched, limit_s)
    results["server"] = {"server_mb": round(resident_mb(pid)), "load": load_average()}
    return results


async def beside(reader: Any, work: Sequence[Awaitable[bytes]], limit_s: float) -> dict[str, Any]:
    """Have work done and a reader click meanwhile."""
    began, done = perf_counter(), []

    async def noted(each: Awaitable[bytes]) -> None:
        if await each:
            done.append(perf_counter() - began)

    tasks = [asyncio.ensure_future(noted(each)) for each in work]
    times_ms = await clicks(
        reader,
        lambda: all(task.done() for task in tasks) or perf_counter() - began > limit_s,
    )
    return row(done, times_ms, perf_counter() - began)


def row(done: Sequence[float], times_ms: Sequence[float], lasted_s: float) -> dict[str, Any]:
    """Return the figures of one situation."""
    return {
        "files_done": len(done),
        "first_s": round(min(done, default=0.0), 1),
        "last_s": round(max(done, default=lasted_s), 1),
        "clicks": len(times_ms),
        "click_p50_ms": round(statistics.median(times_ms), 1),
        "click_p95_ms": round(statistics.quantiles(times_ms, n=20)[-1], 1)
        if len(times_ms) > 1
        else round(times_ms[0], 1),
        "click_longest_ms": round(max(times_ms), 1),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the measurement as a table, or as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--atlases", type=int, default=ATLASES)
    parser.add_argument("--files", type=int, default=FILES)
    parser.add_argument("--limit-s", type=float, default=LIMIT_S)
    options = parser.parse_args(arguments)
    with serving("app.py") as (url, pid):
        given = (options.atlases, options.files, options.limit_s)
        # Each file that is fetched holds a thread of ours.
        results = asyncio.run(_with_threads(url, pid, *given))
    if options.json:
        print(json.dumps({"machine": machine("streamlit"), **results}, indent=1))
        return 0
    for situation, found in results.items():
        print(situation, ", ".join(f"{name} {value}" for name, value in found.items()))
    return 0


async def _with_threads(url: str, pid: int, *given: Any) -> dict[str, dict[str, Any]]:
    from concurrent.futures import ThreadPoolExecutor

    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(given[0] + given[1]))
    return await measure(url, pid, *given)


if __name__ == "__main__":
    sys.exit(main())
