"""Kill -9, five hundred times: nothing acknowledged is lost, nothing is half there or left over.

::

    python -m benchmarks.faults.kills [--count 500] [--seed 1719] [--json]

Who is killed: processes that write to a store (SQLite, and PostgreSQL as offices run it), the
command line, the server under a reader who loads and undoes on its page, and PostgreSQL. Each
is forked from a process that has everything imported and runs what the product runs. After a kill
the product is started as always, and what it then holds is compared with what it had said.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import multiprocessing.util
import os
import random
import shutil
import sqlite3
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from benchmarks.faults.originals import originals
from benchmarks.faults.page import SUCCESS, Reader
from benchmarks.faults.victims import (
    BACKED_UP,
    BACKUPS,
    INSTALLED,
    KEPT,
    PRELOAD,
    UNDONE,
    WHO,
    Said,
    figures_csv,
    is_served,
    run_commands,
    serve,
    write_to_store,
)
from benchmarks.machine import load_average, machine
from benchmarks.serving import free_port
from geo.boundaries import boundary_sets, read_level
from geo.scratch import MARK
from mtqg_geo.boundaries.check import CheckedLayer, check_file
from mtqg_geo.dataset.boundary_sets import sweep_leftovers
from mtqg_geo.store.backup import backup
from mtqg_geo.store.batches import batches
from mtqg_geo.store.boundaries import sets
from mtqg_geo.store.damage import store_damages
from mtqg_geo.store.engine import close_stores, create_store, open_store
from mtqg_geo.store.schema import AUDIT_LOG, BLOB, FACTS
from mtqg_geo.store.transactions import Store, reading

COUNT, SEED = 500, 1719
# Of a hundred kills, how many hit whom.
SHARES = {"store": 36, "command": 20, "page": 12, "postgres_client": 24, "postgres": 8}
ANSWERS, LONGER_S = 4, 0.4
TICK_S, PATIENCE = 0.05, 3_000  # steps
EXPECTED = {"mtqg.sqlite", "mtqg.sqlite-wal", "mtqg.sqlite-shm", "STORE.txt", BACKUPS, "boundaries"}
ACCEPTED = ("missing_communes", "area_changed", "wide_overlaps")
DEEP_EVERY = 10


@dataclass
class Found:
    """What came of the kills so far."""

    kills: Counter[str] = field(default_factory=Counter)
    acknowledged: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    swept: int = 0


@dataclass
class Place:
    """A store that is written to and killed over and over, with all it said was done."""

    folder: Path
    url: str
    said: list[Said] = field(default_factory=list)


class Campaign:
    """Kills by chance, the same ones for the same seed; times differ with the machine."""

    def __init__(self, root: Path, server: Any, *, seed: int) -> None:
        self._root, self._server, self.found = root, server, Found()
        self._draw = random.Random(seed)
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(list(PRELOAD))
        self._checked = _checked_layer(root)
        self._places = {
            each: Place(root / each, f"sqlite:///{root / each / 'mtqg.sqlite'}")
            for each in ("store", "command", "page")
        }
        if server is not None:
            self._places["postgres"] = Place(root / "postgres", server.url())
        for name, place in self._places.items():
            (place.folder / BACKUPS).mkdir(parents=True)
            if name in ("store", "postgres"):
                create_store(place.url)
        self._number = 0

    def kill(self, whom: str) -> None:
        """Start a victim, kill it when it has said something, start again and look."""
        self._number += 1000
        place = self._places["postgres" if whom.startswith("postgres") else whom]
        close_stores()
        if whom == "page":
            said = self._kill_page(place)
        elif whom == "command":
            said = self._kill_process(run_commands, (str(place.folder), self._number), last=())
        else:
            layer = self._checked if whom == "store" else None
            given = (place.url, str(place.folder), self._number)
            dies = self._server.kill if whom == "postgres" else None
            said = self._kill_process(write_to_store, given, last=(layer,), kill_server=dies)
            if dies:
                self._server.start()
        place.said += said
        self.found.kills[whom] += 1
        self.found.acknowledged.update(what for what, *_ in said)
        deep = self.found.kills[whom] % DEEP_EVERY == 0
        number = sum(self.found.kills.values())
        self.found.faults += [f"{whom}, kill {number}: {each}" for each in self._look(place, deep)]

    def _kill_process(
        self,
        target: Callable[..., None],
        arguments: tuple[Any, ...],
        *,
        last: tuple[Any, ...],
        kill_server: Callable[[], None] | None = None,
    ) -> list[Said]:
        ours, theirs = self._context.Pipe(duplex=False)
        process = self._context.Process(target=target, args=(*arguments, theirs, *last))
        process.start()
        theirs.close()
        said = []
        for _ in range(self._draw.randint(0, ANSWERS)):
            if not _waited(lambda: ours.poll(TICK_S)):
                self.found.faults.append("a victim said nothing")
                break
            with suppress(EOFError):
                said.append(ours.recv())
        process.join(self._draw.uniform(0, LONGER_S if said else 4 * LONGER_S))
        if kill_server:
            kill_server()
        _end(process)
        return [*said, *_rest(ours)]

    def _kill_page(self, place: Place) -> list[Said]:
        """Let a reader load and undo on the page of a server that is killed meanwhile."""
        port = free_port(8700)
        process = self._context.Process(target=serve, args=(str(place.folder), port))
        process.start()
        _waited(lambda: is_served(port) or not process.is_alive())
        if not is_served(port):
            self.found.faults.append("a server did not start")
        said: list[Said] = []
        thread = threading.Thread(target=_read, args=(port, self._number, said), daemon=True)
        thread.start()
        wanted = self._draw.randint(0, 2)
        while len(said) < wanted and thread.is_alive():
            time.sleep(0.02)
        thread.join(self._draw.uniform(0, 8 * LONGER_S))
        _end(process)
        thread.join(TICK_S * PATIENCE)
        return said

    def _look(self, place: Place, deep: bool) -> list[str]:
        """Start as the product starts, and return what is lost, half or left over."""
        os.environ["MTQG_DATA"] = str(place.folder)
        is_file = place.url.startswith("sqlite")
        if is_file and not (place.folder / "mtqg.sqlite").exists():
            return [f"{what} is lost with the store" for what, *_ in place.said]
        time.sleep(0.1)  # a reading child ends with the process that started it
        work = (
            place.folder,
            place.folder / "boundaries",
            place.folder / BACKUPS,
            self._root / "tmp",
        )
        self.found.swept += len(_scratch(*work))
        sweep_leftovers()
        if is_file and _is_empty(place.url):  # killed while it was made
            return [f"{what} is lost with the store" for what, *_ in place.said]
        store = open_store(place.url)
        if _scratch(place.folder / BACKUPS):  # which lies anywhere: the next backup sweeps there
            backup(store, place.folder / BACKUPS / "next.sqlite")
        faults = [*_lost(store, place.said, place.folder), *_half(store, place.folder)]
        faults += [_named_once(each) for each in _scratch(*work)]
        if is_file:
            names = {each.name for each in place.folder.iterdir()}
            faults += [f"left over: {each}" for each in names - EXPECTED]
        if deep:
            faults += [str(each) for each in store_damages(store)]
        return faults


def _is_empty(url: str) -> bool:
    try:
        create_store(url)
        return not batches(open_store(url))
    finally:
        close_stores()


def _waited(is_over: Callable[[], bool]) -> bool:
    """Wait for something; in steps, so that a machine that stands still meanwhile costs nothing."""
    for _ in range(PATIENCE):
        if is_over():
            return True
        time.sleep(TICK_S)
    return False


def _end(process: BaseProcess) -> None:
    process.kill()
    process.join()


def _rest(ours: Connection) -> list[Said]:
    said = []
    with suppress(EOFError, OSError):
        while True:
            said.append(ours.recv())
    return said


def _read(port: int, first: int, said: list[Said]) -> None:
    """Load, undo, load again as a planner does; whatever the death of the server brings ends it."""
    with suppress(Exception):
        reader = Reader(f"http://127.0.0.1:{port}", page="load")
        reader.set("load_who", "string_value", WHO)
        for number in range(first, first + 100):
            picker = max(key for key in reader.keys if key.startswith("load_file_"))
            reader.upload(picker, f"{number}.csv", figures_csv(number))
            reader.run()
            if reader.has("load_hide_sample"):
                reader.set("load_hide_sample", "bool_value", True)
                reader.run()
            reader.run("load_go")
            if not any(kind == SUCCESS for kind, _ in reader.alerts):
                continue
            said.append((KEPT, None, f"{number}.csv"))
            if number % 2 == 0:
                reader.run("batch_undo")
                if any(kind == SUCCESS for kind, _ in reader.alerts):
                    said.append((UNDONE, None, f"{number}.csv"))


def _lost(store: Store, said: Sequence[Said], folder: Path) -> list[str]:
    """Return what was acknowledged and is not there."""
    stored = batches(store)
    by_name = {each.file_name: each for each in stored}
    installed = {each.id for each in sets(store)}
    faults = []
    for what, key, name in said:
        if what in (KEPT, UNDONE):
            batch = by_name.get(name)
            if batch is None or key not in (None, batch.id):
                faults.append(f"batch {key} of {name} is lost")
            elif what == UNDONE and not batch.undone_at:
                faults.append(f"undoing batch {key} of {name} is lost")
        elif what == INSTALLED and key not in installed:
            faults.append(f"boundary set {key} is lost")
    if any(what == BACKED_UP for what, *_ in said):
        kept = [each for each in said if each[0] == BACKED_UP][-1]
        copy = folder / BACKUPS / "backup.sqlite"
        if kept[1] not in _batches_in(copy):
            faults.append(f"the backup with batch {kept[1]} is lost")
    return faults


def _batches_in(copy: Path) -> set[int]:
    """Return the batches in a backup, which is looked at without a trace."""
    if not copy.is_file():
        return set()
    with closing(sqlite3.connect(f"{copy.as_uri()}?mode=ro&immutable=1", uri=True)) as database:
        return {number for (number,) in database.execute("SELECT id FROM batch")}


def _half(store: Store, folder: Path) -> list[str]:
    """Return what is there in part: batches short of rows or log, sets short of files."""
    stored = batches(store)
    faults = []
    with reading(store) as connection:
        for kind, table in FACTS.items():
            number = table.c.batch_id
            rows = connection.execute(select(number, func.count()).group_by(number)).all()
            found = dict(map(tuple, rows))
            for batch in stored:
                counts = batch.counts.get(kind, {})
                told = sum(counts.get(each, 0) for each in ("new", "changed", "unchanged"))
                if found.pop(batch.id, 0) != told:
                    faults.append(f"batch {batch.id} has not the {told} {kind} it says")
            faults += [f"{kind} of batch {each}, which is not there" for each in found]
        entries = Counter(
            action for (action,) in connection.execute(select(AUDIT_LOG.c.action)).all()
        )
        for row in connection.execute(select(BLOB.c.sha256, BLOB.c.data)):
            if hashlib.sha256(row.data).hexdigest() != row.sha256:
                faults.append(f"file {row.sha256[:8]} is not what it was")
        kept = {sha for (sha,) in connection.execute(select(BLOB.c.sha256))}
    undone = sum(bool(each.undone_at) for each in stored)
    if (entries["import"], entries["undo"]) != (len(stored), undone):
        faults.append(f"{len(stored)} batches, {undone} undone, but the log has {dict(entries)}")
    known = sets(store)
    for each in known:
        if not set(each.files.values()) <= kept or "catalog.toml" not in each.files:
            faults.append(f"boundary set {each.id} is there in part")
    copies = folder / "boundaries"
    for copy in copies.iterdir() if copies.is_dir() else ():
        if copy.name.startswith(MARK):
            continue
        if copy.name not in {each.id for each in known}:
            faults.append(f"{_named_once(copy)}, a set that the store does not know")
            continue
        [boundary_set] = boundary_sets(copy)
        read_level(boundary_set, "commune")  # raises where its checksum differs
    return faults


def _named_once(path: Path) -> str:
    """Return the words for a leftover, which is then put away: the next kill may leave its own."""
    shutil.rmtree(path, ignore_errors=True)
    return f"left over: {path.name}"


def _scratch(*folders: Path) -> list[Path]:
    """Return the folders of work in progress, of which there is none now."""
    found = (each for folder in folders if folder.is_dir() for each in folder.iterdir())
    return [each for each in found if each.name.startswith(MARK) or each.parent.name == "tmp"]


def _checked_layer(root: Path) -> CheckedLayer:
    path = root / "xa.gpkg"
    path.write_bytes(originals()["boundaries_geopackage"])
    return check_file(path, vintage="2023-04", accepted=ACCEPTED)


def run(count: int, *, seed: int = SEED) -> dict[str, Any]:
    """Kill so many times and return what was found."""
    from tests.postgres import PostgresServer, binaries

    programs = binaries()
    with tempfile.TemporaryDirectory(prefix="kills-", dir="/tmp") as folder:
        root = Path(folder)
        root.chmod(0o755)
        (root / "tmp").mkdir(mode=0o777)
        server = PostgresServer(programs) if programs else None
        multiprocessing.util.get_temp_dir()  # of the campaign itself, hence elsewhere
        # From here on all temporary files of the product lie where they are looked for.
        os.environ["TMPDIR"] = tempfile.tempdir = str(root / "tmp")
        os.environ["XDG_STATE_HOME"] = str(root / "state")
        os.environ.pop("MTQG_DATABASE", None)
        began = time.perf_counter()
        campaign = Campaign(root, server, seed=seed)
        try:
            for number in range(count):
                campaign.kill(_whom(number, with_server=server is not None))
                if number % 10 == 9:
                    print(f"{number + 1} of {count}", campaign.found, file=sys.stderr)
        except KeyboardInterrupt:  # what was found until then is told
            print("stopped", file=sys.stderr)
        finally:
            close_stores()
            tempfile.tempdir = None
            if server:
                server.stop()
    found = campaign.found
    return {
        "kills": sum(found.kills.values()),
        "minutes": round((time.perf_counter() - began) / 60, 1),
        "load_average": load_average(),
        "killed": dict(found.kills),
        "acknowledged": dict(found.acknowledged),
        "left_until_the_next_start": found.swept,
        "faults": found.faults,
    }


def _whom(number: int, *, with_server: bool) -> str:
    """Return who is hit by a kill, in turn, so that any number of kills hits all of them."""
    shares = {
        each: share
        for each, share in SHARES.items()
        if with_server or not each.startswith("postgres")
    }
    total = sum(shares.values())
    at = number * 61 % total  # 61 has no divisor in common with 100 or 68
    for each, share in shares.items():
        if at < share:
            return each
        at -= share
    raise AssertionError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the campaign; exit 1 if anything was lost, half or left over."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--seed", type=int, default=SEED, help="other moments, for more kills")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    found = run(options.count, seed=options.seed)
    if options.json:
        print(json.dumps({"machine": machine("SQLAlchemy", "psycopg"), **found}, indent=1))
    else:
        for name, value in found.items():
            print(name, value)
    return int(bool(found["faults"]))


if __name__ == "__main__":
    sys.exit(main())
