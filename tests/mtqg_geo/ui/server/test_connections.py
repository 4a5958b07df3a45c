"""Connections that keep the server waiting, made by hand; beside them a reader is served."""

import logging
import re
import resource
import socket
import time
import urllib.request
from contextlib import contextmanager, suppress
from threading import Thread

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from uvicorn.protocols.http.h11_impl import H11Protocol
from websockets.sync.client import connect

from mtqg_geo.programme.errors import SelectionError
from mtqg_geo.ui.server import connections
from mtqg_geo.ui.server.connections import Limits, Watch

HALF = b"GET / HTTP/1.1\r\nHost: local"
LARGE = 20_000_000  # more than the two ends of a connection hold for each other


async def upload(request: Request):
    return PlainTextResponse(str(len(await request.body())))


async def echo(page):
    await page.accept()
    await page.send_text(await page.receive_text())


ROUTES = [
    Route("/", lambda request: PlainTextResponse("here")),
    Route("/large", lambda request: PlainTextResponse(b"x" * LARGE)),
    Route("/upload", upload, methods=["PUT"]),
    WebSocketRoute("/page", echo),
]


@pytest.fixture
def serve(monkeypatch):
    """Return what starts a server with limits, and gives its port."""
    monkeypatch.setattr(connections, "LOOK_S", 0.02)

    @contextmanager
    def start(limits, sockets=None):
        protocol = type("Watched", (H11Protocol,), {})
        Watch(limits).over(protocol)
        config = uvicorn.Config(
            Starlette(routes=ROUTES), port=0, http=protocol, ws="websockets-sansio",
            log_level="critical",
        )  # fmt: skip
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, args=[sockets], daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.005)
        start.connections = server.server_state.connections
        yield server.servers[0].sockets[0].getsockname()[1]
        server.should_exit = server.force_exit = True
        thread.join(30)

    return start


@pytest.fixture
def opened():
    """Return what opens a connection and sends something; all are closed in the end."""
    made = []

    def connected(port, first=b""):
        made.append(socket.create_connection(("127.0.0.1", port), timeout=30))
        made[-1].sendall(first)
        return made[-1]

    yield connected
    for each in made:
        each.close()


def everything(made):
    """Return all that comes until the other end closes."""
    parts = []
    try:
        while part := made.recv(1 << 20):
            parts.append(part)
    except ConnectionError:
        pass
    return b"".join(parts)


def until(made, end):
    """Return what comes until an end, or until the other side closes."""
    parts = [b""]
    while not b"".join(parts).endswith(end) and (part := made.recv(4_096)):
        parts.append(part)
    return b"".join(parts)


def n_open(made):
    """Count the connections that the server has not closed, as far as that has arrived."""
    count = 0
    for each in made:
        each.setblocking(False)
        try:
            count += each.recv(1) != b""
        except BlockingIOError:
            count += 1
        except ConnectionError:
            pass
    return count


def read(port, path="/"):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
        return answer.read()


@pytest.mark.parametrize("many", [300, pytest.param(1_200, marks=pytest.mark.long)])
def test_a_reader_is_served_beside_hundreds_of_half_requests(serve, opened, many):
    with serve(Limits(half_open=100)) as port:
        half = [opened(port, HALF) for _ in range(many)]
        assert read(port) == b"here"
        assert n_open(half) <= 100, "each beyond them took the place of the oldest"
        assert read(port) == b"here"


@pytest.mark.few(2)
@pytest.mark.parametrize(
    ("limits", "first"),
    [
        (Limits(head_s=0.1), b""),
        (Limits(head_s=0.1), HALF),
        (Limits(head_s=0.1), b"GET / HTTP/1.1\r\nHost: x\r\n\r\nG"),
        (Limits(body_s=0.1), b"PUT /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n1"),
        (Limits(stalled_s=0.2), b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n"),
    ],
    ids=["nothing", "half_a_head", "half_a_second_request", "half_a_body", "nothing_taken"],
)
def test_who_keeps_the_server_waiting_is_left(serve, opened, limits, first):
    with serve(limits) as port:
        made = opened(port, first)
        if b"large" in first:
            while not serve.connections:  # it has come
                time.sleep(0.01)
            while serve.connections:  # it has been left
                time.sleep(0.01)
            assert len(everything(made)) < LARGE, "of the answer the end is missing"
        else:
            assert everything(made).count(b"200 OK") == first.count(b"\r\n\r\nG")


@pytest.mark.long
def test_a_head_that_comes_a_letter_at_a_time_gets_no_more_time(serve, opened):
    with serve(Limits(head_s=0.2)) as port:
        made, began = opened(port, HALF), time.monotonic()
        with suppress(ConnectionError):
            while time.monotonic() - began < 30:
                made.sendall(b"x")
                time.sleep(0.02)
        assert time.monotonic() - began < 30


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands until it is put forward; the server looks at it once or more then."""

    class Clock:
        seconds = 0.0

        def forward(self, seconds):
            self.seconds += seconds
            time.sleep(0.1)

    clock = Clock()
    monkeypatch.setattr(connections, "monotonic", lambda: clock.seconds)
    return clock


def test_who_asks_again_and_again_and_a_slow_body_are_served(serve, opened, clock):
    with serve(Limits()) as port:
        made = opened(port)
        for _ in range(3):  # longer than one head may take
            made.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert until(made, b"here").startswith(b"HTTP/1.1 200 OK")
            clock.forward(6)
        made.sendall(b"PUT /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 120000\r\n\r\n")
        for _ in range(4):  # longer than a body may take of which nothing has come
            clock.forward(9)
            made.sendall(b"x" * 30_000)
        assert until(made, b"120000").startswith(b"HTTP/1.1 200 OK")


def test_what_is_no_request_is_told_so_with_the_headers_of_every_answer(serve, opened):
    with serve(Limits()) as port:
        answer = everything(opened(port, b"GET / HTTP/1.1\r\nno head\r\n\r\n")).decode()
        assert answer.startswith("HTTP/1.1 400 Bad Request\r\n")
        assert "\r\nX-Content-Type-Options: nosniff\r\n" in answer
        assert answer.endswith("\r\n\r\nInvalid HTTP request received.")
        assert read(port) == b"here"


def test_an_open_page_is_left_alone(serve, clock):
    with serve(Limits()) as port, connect(f"ws://127.0.0.1:{port}/page") as page:
        clock.forward(1_000)
        page.send("still here")
        assert page.recv(timeout=30) == "still here"


def test_one_address_has_so_many_connections_and_the_loopback_as_many_as_it_likes(
    serve, opened, monkeypatch
):
    with serve(Limits(per_address=3)) as port:
        made = [opened(port, HALF) for _ in range(5)]
        assert read(port) == b"here"
        assert n_open(made) == 5
        monkeypatch.setattr(connections, "is_loopback", lambda address: False)
        assert everything(opened(port)) == b""


@pytest.mark.parametrize(
    ("address", "is_loopback"),
    [("127.0.0.1", True), ("::1", True), ("::ffff:127.0.0.1", True), ("10.0.0.5", False)],
)
def test_the_loopback_is_known_in_every_way_it_is_written(address, is_loopback):
    assert connections.is_loopback(address) is is_loopback


def test_when_files_run_out_who_is_in_goes_on_and_nobody_else_comes(
    serve, opened, monkeypatch, caplog
):
    monkeypatch.setattr(connections, "open_files", lambda: 900)
    monkeypatch.setattr(connections, "file_limit", lambda: 1_000)
    with serve(Limits()) as port, caplog.at_level(logging.WARNING):
        inside = opened(port, HALF)
        while "900 of 1000 files are open" not in caplog.text:
            time.sleep(0.01)
        assert everything(opened(port, HALF)) == b""
        inside.sendall(b"host\r\n\r\n")
        assert until(inside, b"here").startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize(
    ("hard", "limit", "is_said"), [(4_000, 4_000, True), (10**6, 65_536, False)]
)
def test_the_limit_of_open_files_is_raised_and_said_if_it_is_low(
    monkeypatch, caplog, hard, limit, is_said
):
    held = [1_024]
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (held[-1], hard))
    monkeypatch.setattr(resource, "setrlimit", lambda kind, both: held.append(both[0]))
    connections.raise_file_limit()
    assert held == [1_024, limit]
    assert bool(re.search("Only 4000 files may be open", caplog.text)) is is_said


def test_the_number_of_connections_is_set_by_a_number():
    with pytest.raises(SelectionError, match="MTQG_CONNECTIONS"):
        connections.parse_most("many")


def test_what_is_written_leaves_at_once(serve, opened):
    # Streamlit makes the socket itself, of no protocol: asyncio leaves such a one as it is.
    made = socket.create_server(("127.0.0.1", 0))
    assert made.proto == 0
    with serve(Limits(), [made]) as port:
        opened(port, HALF)
        while not serve.connections:
            time.sleep(0.005)
        [connection] = serve.connections
        kept = connection.transport.get_extra_info("socket")
        assert kept.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
