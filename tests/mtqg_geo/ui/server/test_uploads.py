"""Files that readers send: the last ones of each session are kept, and freed with it."""

import asyncio
from types import SimpleNamespace
from weakref import ref

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from mtqg_geo.ui.server import uploads
from mtqg_geo.ui.server.uploads import AWAY_S, NO_ROOM, BoundedUploads, Findings
from tests.asgi import run

LARGEST = 10


class Found:
    def __init__(self, of):
        self.of = of


class Session:
    """What Streamlit keeps of a reader."""

    def __init__(self, name):
        self.id, self.session_state, self.is_shut_down = name, {"_checked_upload": object()}, False

    def shutdown(self):
        self.is_shut_down = True


class Server:
    """The server around the middleware: its sessions, and the route that takes a file."""

    def __init__(self):
        self.uploaded_file_mgr = MemoryUploadedFileManager("/_stcore/upload_file")
        self.here, self.stored, self.closed, self.statuses = set(), set(), [], []
        self._session_mgr = self.media_file_mgr = self
        self.sessions, self.orphans_removed = {}, 0
        self.bounded = BoundedUploads(self.take)

    def is_active_session(self, session):
        return session in self.here

    def list_sessions(self):
        return [
            SimpleNamespace(session=self.session(session))
            for session in sorted(self.here | self.stored)
        ]

    def session(self, name):
        return self.sessions.setdefault(name, Session(name))

    def remove_orphaned_files(self):
        self.orphans_removed += 1

    def close_session(self, session):
        self.stored.discard(session)
        self.closed.append(session)

    async def take(self, scope, receive, send):
        del receive, send
        if scope["type"] == "http" and scope["method"] == "PUT":
            session, name = scope["path"].split("/")[-2:]
            data = bytes(scope["real_size"])
            record = UploadedFileRec(name, name, "", data)
            await asyncio.sleep(0)
            self.uploaded_file_mgr.add_file(session, record)
        self.statuses.append(204)

    async def put(self, session, name, size, *, told=True):
        self.here.add(session)
        headers = [(b"content-length", str(size).encode())] if told else []
        path = f"/_stcore/upload_file/{session}/{name}"
        scope = {"type": "http", "method": "PUT", "path": path, "headers": headers}

        async def send(message):
            if message["type"] == "http.response.start":
                self.statuses.append(message["status"])

        parts = [{"type": "http.request", "more_body": left} for left in (False, True, True)]

        async def receive():
            return parts.pop()

        await self.bounded(scope | {"real_size": size}, receive, send)
        if self.statuses[-1] == NO_ROOM:
            assert parts == []  # all was read

    def held(self, session):
        return [*self.uploaded_file_mgr.file_storage.get(session, {})]

    @property
    def total(self):
        files = self.uploaded_file_mgr.file_storage.values()
        return sum(len(each.data) for records in files for each in records.values())


@pytest.fixture
def server(monkeypatch):
    return made(monkeypatch)


def made(monkeypatch):
    server = Server()
    monkeypatch.setattr(uploads, "get_instance", lambda: server)
    monkeypatch.setattr(uploads, "_largest", lambda: LARGEST)
    monkeypatch.setattr(uploads, "SWEEP_S", 1_000.0)
    monkeypatch.setattr(uploads, "resident_bytes", lambda: 0)
    return server


def test_of_twenty_files_of_a_session_the_last_two_are_kept(server):
    async def send():
        for number in range(20):
            await server.put("a", f"f{number}", LARGEST)

    run(send())
    assert server.held("a") == ["f18", "f19"]
    assert server.statuses == [204] * 20


def test_files_that_are_sent_at_once_are_counted_before_they_are_there(server):
    async def send():
        await asyncio.gather(*(server.put("a", f"f{n}", LARGEST, told=n % 2) for n in range(20)))

    run(send())
    assert len(server.held("a")) == 2
    assert sorted(server.statuses) == [204] * 2 + [NO_ROOM] * 18


def test_one_more_session_than_there_is_room_for_is_asked_to_come_back(server):
    async def send():
        for number in range(11):
            await server.put(f"s{number}", "f", LARGEST)

    run(send())
    assert server.statuses == [204] * 10 + [NO_ROOM]
    server.here.discard("s0")
    server.bounded.end_sessions(0.0)
    server.bounded.end_sessions(AWAY_S)
    run(server.put("s10", "f", LARGEST))
    assert server.statuses[-1] == 204


def test_a_session_that_does_not_come_back_is_taken_apart_with_its_files(server):
    run(server.put("a", "f", 3))
    run(server.put("b", "f", 3))
    server.here = {"b"}

    ended = [server.bounded.end_sessions(at) for at in (1.0, 1.0 + AWAY_S / 2)]
    server.here.add("a")  # the line was cut for a moment
    ended += [server.bounded.end_sessions(at) for at in (2 + AWAY_S, 3 + AWAY_S)]
    server.here.discard("a")
    ended += [server.bounded.end_sessions(at) for at in (4 + AWAY_S, 4 + 2 * AWAY_S, 9 * AWAY_S)]

    assert ended == [0, 0, 0, 0, 0, 1, 0]
    assert server.closed == ["a"]
    assert (server.held("a"), server.held("b")) == ([], ["f"])


def test_a_session_that_sent_nothing_is_taken_apart_too(server):
    server.here, server.stored = {"a"}, {"b"}

    ended = [server.bounded.end_sessions(at) for at in (1.0, 1.0 + AWAY_S)]

    assert (ended, server.closed) == ([0, 0], ["b"])  # how many of them had a file
    states = [server.session(each).session_state for each in "ab"]
    assert (len(states[0]), states[1]) == (1, {})
    server.here, server.stored = set(), {"a"}
    for at in (2 + AWAY_S, 2 + 2 * AWAY_S):
        server.bounded.end_sessions(at)
    assert (server.closed, server.bounded._away) == (["b", "a"], {})


def test_a_session_that_streamlit_has_forgotten_and_still_holds_is_taken_apart(server):
    server.stored = {"a"}
    server.bounded.end_sessions(1.0)
    server.stored = set()  # after two minutes it is no longer named, until others come
    server.bounded.end_sessions(1.0 + AWAY_S)
    assert server.session("a").is_shut_down


def test_an_open_page_has_sessions_looked_after_until_nobody_is_left(server, monkeypatch):
    monkeypatch.setattr(uploads, "SWEEP_S", 0.0)
    monkeypatch.setattr(uploads, "AWAY_S", 0.0)
    given_back = []
    monkeypatch.setattr(uploads, "give_back", lambda: given_back.append(len(server.closed)))

    async def visit():
        server.here = {"a"}
        await server.bounded({"type": "websocket", "path": "/_stcore/stream"}, None, None)
        for _ in range(5):
            await asyncio.sleep(0)
        assert not server.bounded._sweeping.done()
        server.here, server.stored = set(), {"a"}
        await asyncio.wait_for(server.bounded._sweeping, 5)

    run(visit())
    assert (server.closed, given_back) == (["a"], [1])
    assert server.orphans_removed > uploads.ROUNDS_ALONE


def test_memory_is_given_back_when_a_file_is_let_go_of_and_when_the_last_session_has_gone(
    server, monkeypatch
):
    given_back = []
    monkeypatch.setattr(uploads, "SWEEP_S", 0.0)
    monkeypatch.setattr(uploads, "AWAY_S", 0.0)
    monkeypatch.setattr(uploads, "give_back", lambda: given_back.append(server.total))

    async def visit():
        await server.put("a", "f", LARGEST)
        await server.put("b", "f", LARGEST)
        while server.bounded._held_before < 2 * LARGEST:
            await asyncio.sleep(0)
        server.uploaded_file_mgr.remove_file("a", "f")  # loaded, or its page left
        while not given_back:
            await asyncio.sleep(0.001)
        server.here.clear()
        await asyncio.wait_for(server.bounded._sweeping, 5)

    run(visit())
    assert (given_back[0], given_back[-1]) == (LARGEST, 0)


@given(
    sent=st.lists(
        st.tuples(st.sampled_from("abcdefghijkl"), st.integers(0, LARGEST)), max_size=40
    ).map(lambda files: [(*each, f"f{number}") for number, each in enumerate(files)])
)
def test_no_session_and_no_server_holds_more_than_it_may(sent):
    with pytest.MonkeyPatch.context() as patch:
        server = made(patch)

        async def send():
            for session, size, name in sent:
                await server.put(session, name, size)
                kept = server.uploaded_file_mgr.file_storage[session]
                assert sum(len(each.data) for each in kept.values()) <= 2 * LARGEST
                assert server.total <= 10 * LARGEST
                assert server.statuses[-1] == NO_ROOM or name in kept  # never the new one

        run(send())
        assert len(server.statuses) == len(sent)


def test_a_server_whose_memory_is_full_takes_no_file_until_some_is_given_back(server, monkeypatch):
    monkeypatch.setattr(uploads, "machine_memory_bytes", lambda: 1_000)
    for resident, status in ((740, 204), (741, NO_ROOM), (600, 204)):
        monkeypatch.setattr(uploads, "resident_bytes", lambda resident=resident: resident)
        run(server.put("a", "f", LARGEST))
        assert server.statuses[-1] == status


def test_what_was_found_is_held_up_to_a_total_the_least_used_goes_and_is_found_anew():
    findings = Findings(most_bytes=3_500)
    first, second, third = (findings.keep(letter * 1_000) for letter in "abc")
    findings.look_at(first)
    fourth = findings.keep("d" * 1_000)
    assert findings.look_at(second) is None
    assert [findings.look_at(each)[0] for each in (first, third, fourth)] == ["a", "c", "d"]
    large = findings.keep("e" * 9_000)  # more than all: then alone
    assert [each.value for each in (first, third, fourth)] == [None] * 3
    assert findings.look_at(large) == "e" * 9_000


def test_what_was_found_goes_with_its_session(server):
    findings = Findings(most_bytes=10_000)
    held = {session: findings.keep(Found(session)) for session in "ab"}
    values = {session: ref(finding.value) for session, finding in held.items()}
    server.stored = {"a"}
    server.here = {"b"}
    for session in "ab":
        server.session(session).session_state = {"_checked_upload": held.pop(session)}
    both = findings.n_bytes
    for at in (0.0, AWAY_S):
        server.bounded.end_sessions(at)
    assert values["a"]() is None
    assert values["b"]().of == "b"
    assert 0 < findings.n_bytes < both


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3_000)), max_size=30))
def test_never_more_is_held_than_the_total_or_the_one_that_is_larger(steps):
    findings, sessions = Findings(most_bytes=4_000), {}
    for session, size in steps:
        sessions[session] = new = findings.keep("x" * size)
        assert findings.look_at(new) == "x" * size
        assert findings.n_bytes <= max(4_000, new.n_bytes)
        alive = [each.n_bytes for each in sessions.values() if each.value is not None]
        assert sum(alive) == findings.n_bytes


def test_other_requests_pass(server):
    async def ask():
        for scope in (
            {"type": "lifespan"},
            {"type": "http", "method": "GET", "path": "/load"},
            {"type": "http", "method": "DELETE", "path": "/_stcore/upload_file/a/f"},
        ):
            await server.bounded(scope, None, None)

    run(ask())
    assert server.statuses == [204] * 3
    assert server.bounded._sweeping is None


def test_a_length_that_is_none_counts_as_the_largest(monkeypatch):
    monkeypatch.setattr(uploads, "_largest", lambda: LARGEST)
    lengths = {b"7": 7, b"-7": LARGEST, b"x": LARGEST, b"9" * 40: LARGEST}
    for said, size in lengths.items():
        assert uploads._size({"headers": [(b"content-length", said)]}) == size
    assert uploads._size({"headers": []}) == LARGEST
