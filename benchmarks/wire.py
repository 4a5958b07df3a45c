"""Counts what really travels: a relay between browser and server.

A browser tells how many bytes a message of the web socket has once it is unpacked; on the line it
was smaller.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from urllib.parse import urlsplit

CHUNK_BYTES = 65_536


class Wire:
    """A relay to a server, and the bytes that came from it since they were last taken."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.bytes = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """The address under which the server is reached through the relay."""
        return f"http://localhost:{self.listener.getsockname()[1]}"

    def take(self) -> int:
        """Return what came since the last call, and start from zero."""
        taken, self.bytes = self.bytes, 0
        return taken

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                reader, _ = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.port))
                for each in (reader, server):
                    each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                Thread(target=self._pass, args=(server, reader, 1), daemon=True).start()
                Thread(target=self._pass, args=(reader, server, 0), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, counted: int) -> None:
        with suppress(OSError):
            while chunk := source.recv(CHUNK_BYTES):
                self.bytes += counted * len(chunk)
                target.sendall(chunk)
        for each in (source, target):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


@contextmanager
def counted(url: str) -> Iterator[Wire]:
    """Put a relay before a server on this machine."""
    wire = Wire(urlsplit(url).port or 80)
    try:
        yield wire
    finally:
        wire.listener.close()
