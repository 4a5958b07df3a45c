"""A real PostgreSQL for tests: found or installed, started in a folder of its own, stopped again."""

import fcntl
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from contextlib import suppress
from pathlib import Path

import psycopg

INSTALLED = Path("/usr/lib/postgresql")
IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
PATIENCE_S = 60


def binaries():
    """Return the folder of `initdb` and `pg_ctl`, newest version first, or None."""
    found = sorted(INSTALLED.glob("*/bin/initdb"), key=_version)
    if found:
        return found[-1].parent
    initdb = shutil.which("initdb")
    return Path(initdb).resolve().parent if initdb else None


def _version(initdb):
    return [int(number) for number in re.findall(r"\d+", initdb.parent.parent.name)]


def install():
    """Install PostgreSQL where that takes one command and nobody has to be asked; say if not."""
    if not IS_ROOT or not shutil.which("apt-get"):
        return "PostgreSQL is not installed (Debian: apt-get install postgresql)"
    with Path(tempfile.gettempdir(), "mtqg-apt.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # other test processes want the same
        return "" if binaries() else _install()


def _install():
    # Its own cluster would be started beside ours and hold the usual port.
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", "postgresql"]):
        done = subprocess.run(
            ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300", *command],
            env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            return f"apt-get {command[0]} failed: {done.stderr.strip()[-300:]}"
    return ""


class PostgresServer:
    """A server on a free port of this machine, trusting only it; `folder` is all it touches."""

    def __init__(self, programs, *, settings=()):
        self.programs, self.settings, self.port = programs, settings, _free_port()
        # Not among pytest's folders, which nobody else may enter: the server does not run as root.
        self.folder = Path(tempfile.mkdtemp(prefix="mtqg-postgres-"))
        self.data = self.folder / "data"
        if IS_ROOT:
            shutil.chown(self.folder, "postgres", "postgres")
        self._initialise()
        self.start()

    def url(self, database="postgres"):
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"

    def start(self):
        """Start it as our own child, so that its end, however it comes, is noticed."""
        settings = ("listen_addresses=127.0.0.1", *self.settings)
        flags = [flag for each in settings for flag in ("-c", each)]
        with (self.folder / "log").open("a") as log:
            self._server = subprocess.Popen(
                [self.programs / "postgres", "-D", self.data, "-p", str(self.port),
                 "-k", self.data, *flags],
                stdout=log, stderr=log, **self._as_user,
            )  # fmt: skip
        end = time.monotonic() + PATIENCE_S
        while not self._answers():
            is_up = self._server.poll() is None and time.monotonic() < end
            assert is_up, (self.folder / "log").read_text()[-2000:]
            time.sleep(0.05)

    def stop(self):
        self._server.send_signal(signal.SIGQUIT)  # at once, without waiting for anybody
        self._server.wait(PATIENCE_S)
        shutil.rmtree(self.folder, ignore_errors=True)

    def kill(self):
        """End the server and all its children at once, and wait until they are gone."""
        children = _children(self._server.pid)
        self._server.kill()
        for each in children:
            with suppress(ProcessLookupError):  # it went with its parent
                os.kill(each, signal.SIGKILL)
        self._server.wait(PATIENCE_S)
        end = time.monotonic() + PATIENCE_S
        while any(_is_alive(each) for each in children):
            assert time.monotonic() < end, "the killed server is still there"
            time.sleep(0.01)

    def children(self):
        return _children(self._server.pid)

    def new_database(self):
        """Create a further database, which stays as long as the server, and return its address."""
        name = f"test_{uuid.uuid4().hex[:12]}"
        self.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def empty(self):
        """Take everything out of the first database; far quicker than a new one."""
        self.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")

    def execute(self, sql):
        with self._connect() as connection:
            connection.execute("SET client_min_messages = warning")
            connection.execute(sql)

    def _connect(self):
        address = {"host": "127.0.0.1", "port": self.port, "user": "postgres"}
        return psycopg.connect(**address, dbname="postgres", autocommit=True)

    def _answers(self):
        try:
            self._connect().close()
        except psycopg.OperationalError:  # not yet
            return False
        return True

    @property
    def _as_user(self):
        """Options of a child process; not through `runuser`, which needs PAM to be set up."""
        user = {"user": "postgres", "group": "postgres", "extra_groups": []} if IS_ROOT else {}
        return {"cwd": "/", "stdin": subprocess.DEVNULL, **user}

    def _initialise(self):
        subprocess.run(
            [self.programs / "initdb", "-D", self.data, "-A", "trust", "-U", "postgres",
             "-E", "UTF8", "--locale=C", "--no-sync"],
            stdout=subprocess.DEVNULL, check=True, **self._as_user,
        )  # fmt: skip


def _free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _children(pid):
    return [each for each in _processes() if _stat(each)[1:2] == [str(pid)]]


def _processes():
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _stat(pid):
    """Return state, parent, … of a process; nothing if there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return stat.rpartition(")")[2].split()  # the name before it may hold anything


def _is_alive(pid):
    """Say whether a process runs; one that waits for its parent to notice its end does not."""
    return _stat(pid)[:1] not in ([], ["Z"])
