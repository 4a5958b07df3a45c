"""Files that readers send, and what is found in them: how much is held at once, when it is freed.

Streamlit keeps every file in memory until its session is taken apart, and up to 128 sessions that
have ended, each with three open descriptors, until others end: on an idle server for good. A reader
is busy with one file, or two: of a session only the last ones are kept. What was found in them is
held up to a total, and found anew by who comes back to it. When any session has ended and does not
come back, all that is of it is freed.
"""

import asyncio
import re
import time
from collections import Counter
from functools import cache
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary, WeakValueDictionary

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import get_option
from streamlit.runtime import get_instance

from geo.memory import give_back, machine_memory_bytes, resident_bytes, roughly_bytes

ADDRESS = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+")
OF_SESSION, OF_SERVER = 2, 10  # as many files of the largest size
MOST_FOUND, MOST_RESIDENT = 0.2, 0.75  # of the machine's memory
SWEEP_S = 15.0
ROUNDS_ALONE = 5  # for a minute files stay that buttons made (`ui.warm`)
AWAY_S = 100.0  # who comes back within this time finds everything; Streamlit's own is 120
NO_ROOM = 507  # its sentence for a browser is `own_file_no_room`


class BoundedUploads:
    """ASGI middleware that keeps of what each session sends the last files only."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._coming: Counter[str] = Counter()  # bytes that are being sent, by session
        self._away: dict[str, float | None] = {}  # since when, of each session
        self._sessions: WeakValueDictionary[str, Any] = WeakValueDictionary()
        self._held_before = 0  # bytes, when memory was looked at last
        self._sweeping: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Make room for a file that is sent, or refuse it; pass everything else on."""
        if scope["type"] == "websocket":  # a session begins
            self._see_to_sweeping()
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
        self._see_to_sweeping()
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

    def _see_to_sweeping(self) -> None:
        if self._sweeping is None or self._sweeping.done():
            self._sweeping = asyncio.create_task(self._sweep())

    async def _sweep(self) -> None:
        """Take apart the sessions that are gone, until there are none.

        Memory is given back when a file was loaded, its page left or its session taken apart, and
        when nobody is left.
        """
        rounds_alone = 0
        while rounds_alone < ROUNDS_ALONE:
            await asyncio.sleep(SWEEP_S)
            n_had_files = self.end_sessions(time.monotonic())
            rounds_alone = 0 if self._away else rounds_alone + 1
            get_instance().media_file_mgr.remove_orphaned_files()
            before, self._held_before = self._held_before, _total(_held(_files()))
            if n_had_files or self._held_before < before or rounds_alone == ROUNDS_ALONE:
                await run_in_threadpool(give_back)

    def end_sessions(self, now: float) -> int:
        """Take apart the sessions that have been away for long; return how many had sent a file."""
        runtime, n_had_files = get_instance(), 0
        # Streamlit has no public name for all that it keeps.
        kept = {each.session.id: each.session for each in runtime._session_mgr.list_sessions()}
        self._sessions.update(kept)
        for session, since in {**dict.fromkeys(kept), **self._away}.items():
            is_here = runtime.is_active_session(session) or self._coming[session] > 0
            since = None if is_here else now if since is None else since
            if since is None or now - since < AWAY_S:
                self._away[session] = since
                continue
            runtime.close_session(session)
            if (its := self._sessions.get(session)) is not None:
                its.shutdown()  # Streamlit does not close one that it has forgotten and still holds
                its.session_state.clear()  # its own loop holds on to its last reader
            _files().remove_session_files(session)  # it may have ended before its file came
            n_had_files += session in self._coming
            self._away.pop(session, None)
            del self._coming[session]
        return n_had_files


class Finding:
    """What was found in a file, as long as there is room for it; its session holds this."""

    def __init__(self, value: Any) -> None:
        self.value = value
        self.n_bytes = roughly_bytes(value)


class Findings:
    """What was found in files of all sessions, up to so many bytes; the least used goes first.

    What is larger than that is held alone. What no session holds any more does not count.

    >>> findings = Findings(most_bytes=2_500)
    >>> first, second = findings.keep("a" * 1_000), findings.keep("b" * 1_000)
    >>> findings.look_at(first)[0], findings.keep("c" * 1_000).value[0], findings.look_at(second)
    ('a', 'c', None)
    """

    def __init__(self, most_bytes: float) -> None:
        self._most_bytes = most_bytes
        self._held: WeakKeyDictionary[Finding, None] = WeakKeyDictionary()  # used last, last
        self._lock = Lock()

    @property
    def n_bytes(self) -> int:
        """How much is held."""
        return sum(each.n_bytes for each in [*self._held])

    def keep(self, value: Any) -> Finding:
        """Hold what was found; let go of the least used where that is too much."""
        new = Finding(value)
        with self._lock:
            others, held = [*self._held], self.n_bytes + new.n_bytes
            self._held[new] = None
            while others and held > self._most_bytes:
                least = others.pop(0)
                held -= least.n_bytes
                least.value = None
                del self._held[least]
        return new

    def look_at(self, finding: Finding | None) -> Any:
        """Return what was found, None if it was let go of."""
        with self._lock:
            if finding in self._held:
                self._held[finding] = self._held.pop(finding)
        return finding and finding.value


@cache
def findings() -> Findings:
    """Return what this server holds."""
    return Findings(MOST_FOUND * machine_memory_bytes())


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
