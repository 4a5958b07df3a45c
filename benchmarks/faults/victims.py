"""The processes that `kills` kills: each says what is done once the product says so to a person."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import socket
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from shapely.affinity import translate

from benchmarks.faults.originals import HEADINGS, N_ROWS
from mtqg_geo.boundaries.check import CheckedLayer
from mtqg_geo.boundaries.install import install
from mtqg_geo.cli.main import main
from mtqg_geo.dataset.dataset import shipped_dataset
from mtqg_geo.programme.errors import MtqgError
from mtqg_geo.store.backup import backup
from mtqg_geo.store.batches import batches, commit_batch, undo_batch
from mtqg_geo.store.engine import open_store
from mtqg_geo.store.rights import Who

KEPT, UNDONE, INSTALLED, BACKED_UP = "kept", "undone", "installed", "backed_up"
WHO, BACKUPS = "campaign", "backups"
PRELOAD = (
    "benchmarks.faults.victims", "mtqg_geo.cli.loading", "mtqg_geo.ui.load.page", "uvicorn",
    "mtqg_geo.ui.warm", "mtqg_geo.ui.server.routes", "mtqg_geo.ui.server.downloads",
    "tests.mtqg_geo.store.importers",
)  # fmt: skip
Said = tuple[str, Any, str]


def figures_csv(number: int) -> bytes:
    """Return a file that says a number of every commune in it."""
    codes = shipped_dataset().commune_list["code"].head(N_ROWS)
    names = (HEADINGS[0], *HEADINGS[2:])
    rows = [f"{code};OP01;2023;Kế hoạch;{number}" for code in codes]
    return "\n".join([";".join(names), *rows, ""]).encode()


def write_to_store(
    url: str, folder: str, first: int, said: Connection, checked: CheckedLayer | None
) -> None:
    """Import, undo, install and back up, as server and page do it, until killed.

    The data folder is that of the store; only an embedded one gets boundary sets.
    """
    from tests.mtqg_geo.store.importers import tables

    _data_in(folder)
    with contextlib.suppress(MtqgError, OSError):  # PostgreSQL was killed, or the campaign is over
        store = open_store(url)
        for number in range(first, first + 10_000):
            batch = commit_batch(
                store, tables(number), file_name=str(number), content=str(number).encode(), who=WHO
            )
            assert batch is not None
            said.send((KEPT, batch.id, str(number)))
            if number % 4 == 0:
                undo_batch(store, batch.id, who=Who(WHO))
                said.send((UNDONE, batch.id, str(number)))
            if number % 3 == 0 and checked is not None:
                assert checked.units is not None
                moved = checked.units.assign(
                    geometry=[translate(each, number * 1e-6) for each in checked.units.geometry]
                )
                layer = replace(checked, units=moved)
                found = install(layer, vintage="2023-04", name=f"Lớp {number}", who=Who(WHO))
                said.send((INSTALLED, found.id, str(number)))
            if number % 5 == 0:
                backup(store, Path(folder) / BACKUPS / "backup.sqlite")
                said.send((BACKED_UP, batch.id, str(number)))


def run_commands(folder: str, first: int, said: Connection) -> None:
    """Import, undo and back up by the commands a person types, until killed."""
    _data_in(folder)
    store_file = f"sqlite:///{folder}/mtqg.sqlite"
    for number in range(first, first + 10_000):
        path = Path(folder).parent / "given" / f"{number}.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(figures_csv(number))
        _command("import", str(path), "--who", WHO)
        batch = batches(open_store(store_file))[0]
        said.send((KEPT, batch.id, path.name))
        if number % 3 == 0:
            _command("batches", "undo", str(batch.id), "--who", WHO)
            said.send((UNDONE, batch.id, path.name))
        if number % 5 == 0:
            _command("backup", f"{folder}/{BACKUPS}/backup.sqlite")
            said.send((BACKED_UP, batch.id, path.name))


def _command(*arguments: str) -> None:
    words = io.StringIO()
    with contextlib.redirect_stderr(words), contextlib.redirect_stdout(io.StringIO()):
        status = main(arguments)
    assert status == 0, words.getvalue()


def serve(folder: str, port: int) -> None:
    """Serve the pages, as `uvicorn app:app` does, until killed."""
    import uvicorn

    _data_in(folder)
    app = importlib.import_module("app").app
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="critical")


def is_served(port: int) -> bool:
    """Say whether a server listens on a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _data_in(folder: str) -> None:
    os.environ["MTQG_DATA"] = folder
    os.environ.pop("MTQG_DATABASE", None)
