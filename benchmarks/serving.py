"""Starts an application as a newcomer does, for as long as something is measured on it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FIRST_PORT, PORTS = 8650, 20
READY_S = 240  # a machine may have other work


@contextmanager
def serving(script: str, port: int | None = None, **variables: str) -> Iterator[tuple[str, int]]:
    """Serve a script of this project; give its address and the id of its process."""
    port = port or free_port()
    with tempfile.TemporaryDirectory() as home:
        log = Path(home, "log")
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "streamlit", "run", script]
                + ["--server.headless", "true", "--server.port", str(port)]
                + ["--server.maxMessageSize", "500"],  # the peers need it for a country
                cwd=ROOT,
                env=os.environ
                | {"HOME": home, "MTQG_DATA": f"{home}/var", "PYTHONPATH": str(ROOT)}
                | variables,
                stdout=output,
                stderr=output,
            )
        url = f"http://localhost:{port}"
        try:
            _wait_ready(url, process, log)
            yield url, process.pid
        finally:
            process.terminate()
            process.wait(timeout=20)


def _wait_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + READY_S
    while True:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1):
                return
        except (urllib.error.URLError, OSError):
            if process.poll() is not None or time.monotonic() > deadline:
                msg = f"The server did not start: {log.read_text()}"
                raise RuntimeError(msg) from None
            time.sleep(0.1)


def free_port(first: int = FIRST_PORT) -> int:
    """Return the first port from `first` on that nobody listens on."""
    for port in range(first, first + PORTS):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
    msg = f"No port is free from {first} to {first + PORTS - 1}."
    raise RuntimeError(msg)
