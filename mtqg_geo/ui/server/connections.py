"""Connections that hold a place and ask for nothing are closed, so that every reader finds one.

uvicorn, by which Streamlit serves, waits without end for the rest of a request, and for whoever
takes nothing of an answer: a thousand half requests used up the files a process may have open, and
nobody else was let in. It has no settings for that (nor has Streamlit for uvicorn's), so its
protocols are watched here, whichever way the server was started. A proxy in front
(`docs/deploy/nginx.conf`) does the same for its own connections.

What is written to a connection leaves at once (`send_at_once`).
"""

import ipaddress
import logging
import os
import re
import socket
from collections import Counter
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from time import monotonic
from typing import Any

from mtqg_geo.programme.errors import SelectionError
from mtqg_geo.programme.model import LANGUAGES
from mtqg_geo.programme.words import t
from mtqg_geo.ui.server.policy import BARE

LOG = logging.getLogger(__name__)
PROTOCOLS = ("h11_impl:H11Protocol", "httptools_impl:HttpToolsProtocol")
# Some programs try all numbers a file may have: no limit without end.
MOST_FILES, ENOUGH_FILES = 65_536, 4_096
FILES_PER_PAGE = 5  # of an open page: its socket, three of Streamlit's event loop, one on its way
LOOK_S = 1.0
MOST = re.compile(r"[0-9]{1,6}")
HEAD, BODY, OURS = "head", "body", "ours"  # what a connection waits for


@dataclass(frozen=True)
class Limits:
    """How long a connection may keep the server waiting, and how many there may be.

    Attributes
    ----------
    head_s
        Until all of a request but its body is there.
    body_s, body_bytes_per_s
        A body has so long, and a second more for every so many bytes of it that have come.
    stalled_s
        While nothing of an answer is taken.
    half_open
        Connections without a request; one more takes the place of the oldest.
    per_address
        Connections of one address, pages that are open among them; 0 is without limit. The
        loopback has none: a proxy on the same machine is everybody.
    """

    head_s: float = 10
    body_s: float = 30
    body_bytes_per_s: float = 1_000
    stalled_s: float = 60
    half_open: int = 256
    per_address: int = 400

    def seconds(self, waits_for: object, n_bytes: int) -> float:
        """Return how long a connection may wait for something, so many bytes of which have come.

        >>> Limits().seconds("head", 9_000), Limits().seconds("body", 9_000)
        (10, 39.0)
        """
        if waits_for == HEAD:
            return self.head_s
        if waits_for == BODY:
            return self.body_s + n_bytes / self.body_bytes_per_s
        return float("inf") if waits_for == OURS else self.stalled_s


@dataclass
class _Wait:
    """What a connection has been waiting for, since when; bytes that have come since."""

    of: tuple[object, object]
    since: float
    n_bytes: int = 0


class Watch:
    """Looks after the connections of watched protocols: as each is made, and every second."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._half_open: dict[Any, None] = {}  # the oldest first
        self._is_looking = self._is_full = False

    def over(self, protocol: type) -> None:
        """Watch every connection of one of uvicorn's protocols from now on."""
        base: Any = protocol
        made, received, watch = base.connection_made, base.data_received, self

        def connection_made(self: Any, transport: Any) -> None:
            send_at_once(transport)
            made(self, transport)
            watch._made(self)

        def data_received(self: Any, data: bytes) -> None:
            self.waiting.n_bytes += len(data)
            received(self, data)
            if self.cycle is not None or self not in self.connections:  # now it is a web socket
                watch._half_open.pop(self, None)

        base.connection_made, base.data_received = connection_made, data_received
        base.send_400_response = _refuse

    def _made(self, new: Any) -> None:
        new.waiting = _Wait(_awaited(new), monotonic())
        if self._is_full or self._is_one_too_many(new):
            new.transport.abort()
            return
        self._half_open[new] = None
        if len(self._half_open) > self.limits.half_open:
            self._close_oldest()
        if not self._is_looking:
            self._is_looking = True
            new.loop.call_later(LOOK_S, self._look, new)

    def _is_one_too_many(self, new: Any) -> bool:
        most, address = self.limits.per_address, _address(new)
        if not most or len(new.connections) <= most or is_loopback(address):
            return False
        return sum(_address(each) == address for each in new.connections) > most

    def _close_oldest(self) -> None:
        """Close the oldest half-open connection of the address that has most of them."""
        [(crowded, _)] = Counter(map(_address, self._half_open)).most_common(1)
        oldest = next(each for each in self._half_open if _address(each) == crowded)
        del self._half_open[oldest]
        oldest.transport.abort()

    def _look(self, any_one: Any) -> None:
        """Close what has waited too long; look again while there are connections."""
        now = monotonic()
        watched = [each for each in any_one.connections if hasattr(each, "waiting")]
        for each in watched:
            of = _awaited(each)
            if each.waiting.of != of:
                each.waiting = _Wait(of, now)
            elif now - each.waiting.since > self.limits.seconds(of[1], each.waiting.n_bytes):
                each.transport.abort()
        idle = (each for each in watched if each.waiting.of[1] == HEAD)
        idle = (each for each in idle if not each.transport.is_closing())
        self._half_open = dict.fromkeys(sorted(idle, key=lambda each: each.waiting.since))
        self._see_whether_full()
        self._is_looking = bool(any_one.connections)
        if self._is_looking:
            any_one.loop.call_later(LOOK_S, self._look, any_one)

    def _see_whether_full(self) -> None:
        """Let nobody in while files run out: those who are in go on."""
        was_full, most = self._is_full, file_limit()
        n_open = open_files()
        self._is_full = bool(most) and n_open > most - min(most // 4, self.limits.half_open * 2)
        if self._is_full and not was_full:
            LOG.warning(
                "%s of %s files are open: new connections are refused until some are closed.",
                n_open,
                most,
            )


def send_at_once(transport: Any) -> None:
    """Have what is written to a connection leave at once, however little it is.

    Otherwise it waits until what was sent before has been acknowledged, which the reader's system
    puts off, Linux for 40 ms. asyncio does this for sockets it makes, not for the one that
    Streamlit hands it (https://github.com/Kludex/uvicorn/issues/3149).
    """
    made = transport.get_extra_info("socket")
    if made is not None and made.family in (socket.AF_INET, socket.AF_INET6):
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)


def _refuse(self: Any, words: str) -> None:
    """Answer what is no request, as uvicorn does, with the headers that every answer has."""
    headers = {"Content-Type": "text/plain; charset=utf-8", "Connection": "close", **BARE}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    self.transport.write(f"HTTP/1.1 400 Bad Request\r\n{head}\r\n{words}".encode())
    self.transport.close()


def _awaited(connection: Any) -> tuple[object, object]:
    """Return what a connection waits for: it has been waiting for as long as this is the same."""
    cycle = connection.cycle
    if left := connection.transport.get_write_buffer_size():
        return cycle, left  # until the reader takes more
    if cycle is None or cycle.response_complete:
        return cycle, HEAD
    is_body_awaited = cycle.more_body and not connection.flow.read_paused
    return cycle, BODY if is_body_awaited else OURS


def _address(connection: Any) -> str:
    return str((connection.client or ("",))[0])


def is_loopback(address: str) -> bool:
    """Say whether an address is of this machine; so is none at all, a socket that is a file."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return True
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback


def guard(limits: Limits | None = None) -> None:
    """Raise the limit of open files, and watch all connections of this process (once)."""
    raise_file_limit()
    watch = Watch(limits or Limits())
    for place in PROTOCOLS:
        module, _, name = place.partition(":")
        try:
            protocol = getattr(import_module(f"uvicorn.protocols.http.{module}"), name)
        except ImportError:
            continue  # httptools is not installed
        if not hasattr(protocol, "is_watched"):
            protocol.is_watched = True
            watch.over(protocol)


def parse_most(text: str) -> Limits:
    """Read `MTQG_CONNECTIONS`: how many connections one address may have; "" is the default.

    >>> parse_most("1000").per_address, parse_most("").per_address
    (1000, 400)

    Raises
    ------
    SelectionError
        If it is no number.
    """
    if not text.strip():
        return Limits()
    if not MOST.fullmatch(text.strip()):
        words = [t("hosts_no_count", lang, example=text[:60]) for lang in LANGUAGES]
        raise SelectionError((" ".join(words),))
    return Limits(per_address=int(text))


def raise_file_limit() -> None:
    """Raise how many files may be open as far as is allowed; say so if that is too few."""
    try:
        import resource
    except ImportError:
        return  # Windows has no such limit
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    if 0 < file_limit() < ENOUGH_FILES:
        LOG.warning(
            "Only %s files may be open, enough for about %s open pages. Raise the hard limit of "
            "open files (LimitNOFILE=%s in a systemd unit, `ulimit -Hn` in a shell).",
            file_limit(),
            file_limit() // (FILES_PER_PAGE + 1),
            MOST_FILES,
        )


def file_limit() -> int:
    """Return how many files this process may have open; 0 is without limit."""
    try:
        import resource
    except ImportError:
        return 0
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 0 if soft == resource.RLIM_INFINITY else soft


def open_files() -> int:
    """Return how many files this process has open; 0 where that cannot be told."""
    listed = Path("/dev/fd")
    return len(os.listdir(listed)) if listed.is_dir() else 0  # noqa: PTH208  1 ms for 10,000
