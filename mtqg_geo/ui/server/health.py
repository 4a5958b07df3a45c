"""Whether the server lives, and whether it can do its work: for the programs that watch over it.

`/healthz` touches nothing: who gets no answer starts the server again. `/readyz` says whether the
store answers, the boundaries can be read and the disks have room: who gets 503 sends readers
elsewhere, or tells somebody. Beside Streamlit's own `/_stcore/health`, which knows of neither.
"""

import asyncio
import logging
import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from threading import Thread

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from geo.errors import GeoError
from mtqg_geo.dataset.boundary_sets import set_in_use
from mtqg_geo.programme.errors import MtqgError
from mtqg_geo.store.address import data_folder
from mtqg_geo.store.engine import has_store, open_store
from mtqg_geo.store.live import state_version

ROUTES = ("healthz", "readyz")
PATIENCE_S = 5  # as long as whoever asks waits for an answer
MIN_FREE_BYTES = 200_000_000  # an upload of the largest size, unpacked
OK = "ok"
Check = Callable[[], str]


def routes(*, base_path: str = "") -> list[Route]:
    """Return `GET /healthz` and `GET /readyz`, in JSON, never kept by a cache."""
    readiness = Readiness()

    # On the event loop: neither waits for a worker thread, all of which may be busy.
    async def healthz(_: Request) -> JSONResponse:
        return _answer({"status": "alive"}, 200)

    async def readyz(_: Request) -> JSONResponse:
        found = await readiness.checks()
        ready = all(said in (OK, "sample") for said in found.values())
        status = "ready" if ready else "not ready"
        return _answer({"status": status, "checks": found}, 200 if ready else 503)

    return [
        Route(f"{base_path}/{name}", endpoint, name=name)
        for name, endpoint in zip(ROUTES, (healthz, readyz), strict=True)
    ]


def _answer(content: dict[str, object], status: int) -> JSONResponse:
    return JSONResponse(content, status_code=status, headers={"Cache-Control": "no-store"})


class Readiness:
    """Looks whether all is there, in a thread of its own and once for all who ask meanwhile.

    A server that is frozen then holds one thread, however often it is asked.
    """

    def __init__(self) -> None:
        self._found: dict[str, str] = {}
        self._looked: Future[None] = Future()
        self._looked.set_result(None)

    async def checks(self) -> dict[str, str]:
        """Return what each check says: "ok", the code of what is wrong, or "slow"."""
        if self._looked.done():
            self._found, self._looked = {}, Future()
            # A daemon, so that a server that is told to stop stops at once.
            Thread(target=_look, args=(self._found, self._looked), daemon=True).start()
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(self._looked)), PATIENCE_S)
        return {name: self._found.get(name, "slow") for name in CHECKS}


def _look(found: dict[str, str], looked: Future[None]) -> None:
    for name, check in CHECKS.items():
        found[name] = _said(check)
    looked.set_result(None)


def _said(check: Check) -> str:
    try:
        return check()
    except (MtqgError, GeoError) as error:
        logging.getLogger(__name__).warning("Not ready: %s", error)
        return getattr(error, "code", "") or type(error).__name__
    except Exception as error:
        logging.getLogger(__name__).exception("Not ready")
        return type(error).__name__


def _store() -> str:
    """Ask the store for its state; "sample" where nothing was ever loaded."""
    if not has_store():
        return "sample"
    state_version(open_store())
    return OK


def _boundaries() -> str:
    """Read the beginning of each file of the set in use."""
    for path in set_in_use().levels.values():
        with path.open("rb") as file:
            file.read(1)
    return OK


def _disk() -> str:
    """Look at the disks of the store and of uploads."""
    folder = data_folder().absolute()
    there = next(each for each in (folder, *folder.parents) if each.is_dir())
    places = (there, Path(tempfile.gettempdir()))
    free = min(shutil.disk_usage(place).free for place in places)
    return OK if free >= MIN_FREE_BYTES else "full"


CHECKS: dict[str, Check] = {"disk": _disk, "store": _store, "boundaries": _boundaries}
