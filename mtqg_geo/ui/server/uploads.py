"""Files that readers send: how much a session and the server hold at once, and when it is freed.

Streamlit keeps every file in memory until its session is taken apart, which an idle server never
does. A reader is busy with one file, or two: of a session only the last ones are kept. When a
session has ended and does not come back, all that it sent and all that was found in it is freed.
"""

import asyncio
import re
import time
from collections import Counter
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import get_option
from streamlit.runtime import get_instance

from geo.memory import give_back, machine_memory_bytes, resident_bytes

ADDRESS = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+")
OF_SESSION, OF_SERVER = 2, 10  # as many files of the largest size
MOST_RESIDENT = 0.75  # of the machine: what was found in files that are open counts here
SWEEP_S = 15.0
AWAY_S = 100.0  # before Streamlit forgets it (after 120), so that we can still take it apart
NO_ROOM = 507  # its sentence for a browser is `own_file_no_room`


class BoundedUploads:
    """ASGI middleware that keeps of what each session sends the last files only."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._coming: Counter[str] = Counter()  # bytes that are being sent, by session
        self._away: dict[str, float | None] = {}  # since when, of those that have sent something
        self._held_before = 0  # bytes, when memory was looked at last
        self._sweeping: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Make room for a file that is sent, or refuse it; pass everything else on."""
        address = ADDRESS.search(scope["path"]) if scope["type"] == "http" else None
        if address is None or scope["method"] != "PUT":
            await self.app(scope, receive, send)
            return
        session, size = address[1], _size(scope)
        if not self._makes_room(session, size):
            # A browser listens only once all is sent, and takes a closed line for a broken one.
            while (await receive()).get("more_body", False):
                pass
            await PlainTextResponse(status_code=NO_ROOM)(scope, receive, send)
            return
        self._coming[session] += size
        self._away[session] = None
        if self._sweeping is None or self._sweeping.done():
            self._sweeping = asyncio.create_task(self._sweep())
        try:
            await self.app(scope, receive, send)
        finally:
            self._coming[session] -= size

    def _makes_room(self, session: str, size: int) -> bool:
        """Drop the oldest files of a session for a new one; say whether there is room for it."""
        files, largest = _files(), _largest()
        held = _held(files)
        mine = held.get(session, {})
        room = OF_SESSION * largest - self._coming[session] - size
        while mine and sum(mine.values()) > room:
            oldest = next(iter(mine))
            files.remove_file(session, oldest)
            del mine[oldest]
        total = _total(held) + self._coming.total()
        is_full = resident_bytes() + size > MOST_RESIDENT * machine_memory_bytes()
        return sum(mine.values()) <= room and total + size <= OF_SERVER * largest and not is_full

    async def _sweep(self) -> None:
        """Take apart the sessions that sent something and are gone, until there are none.

        Memory is given back then, and when a file was loaded or its page left.
        """
        while self._away:
            await asyncio.sleep(SWEEP_S)
            n_ended = self.end_sessions(time.monotonic())
            before, self._held_before = self._held_before, _total(_held(_files()))
            if n_ended or self._held_before < before:
                await run_in_threadpool(give_back)

    def end_sessions(self, now: float) -> int:
        """Take apart the sessions that have been away for long; return how many."""
        runtime = get_instance()
        for session, since in self._away.items():
            is_here = runtime.is_active_session(session) or self._coming[session] > 0
            self._away[session] = None if is_here else now if since is None else since
        gone = [
            session
            for session, since in self._away.items()
            if since is not None and now - since >= AWAY_S
        ]
        for session in gone:
            runtime.close_session(session)
            _files().remove_session_files(session)  # it may have ended before its file came
            del self._away[session], self._coming[session]
        return len(gone)


def _files() -> Any:
    return get_instance().uploaded_file_mgr


def _held(files: Any) -> dict[str, dict[str, int]]:
    """Return how many bytes each file has, by session, the oldest first."""
    return {
        session: {file: len(record.data) for file, record in [*records.items()]}
        for session, records in [*files.file_storage.items()]
    }


def _total(held: dict[str, dict[str, int]]) -> int:
    return sum(sum(each.values()) for each in held.values())


def _size(scope: Scope) -> int:
    """Return how many bytes a request says it has, as many as there may be where it does not."""
    said = Headers(scope=scope).get("content-length", "")
    return int(said) if said.isdecimal() and len(said) < 15 else _largest()


def _largest() -> int:
    return int(get_option("server.maxUploadSize")) * 1024 * 1024
