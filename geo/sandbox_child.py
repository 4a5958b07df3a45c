"""The child process of `geo.sandbox`: it gives up what it may not use, then does one job.

It reads the job from standard input and leaves the answer in a file of its folder. Nothing that
loads GDAL is imported before drivers and limits are settled.
"""

import contextlib
import ctypes
import importlib
import json
import signal
import sys
from collections.abc import Mapping, Sequence
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any

from geo.errors import GeoError, ReadError

RESULT = "result.json"

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_PR_SET_PDEATHSIG = 1


def _main(job: Mapping[str, Any]) -> int:
    """Do one job and leave the answer as JSON; return the exit status."""
    folder = Path(job["folder"])
    try:
        _limit(job["limits"])
        _leave_network()
        _end_with_parent()
        if job["with_gdal"]:
            _require_drivers(job["drivers"])
        sys.meta_path.insert(0, _NotThere(job["without"]))
        module, name = job["function"].split(":")
        value = getattr(importlib.import_module(module), name)(folder, **job["arguments"])
        return _leave(folder, {"value": value}, status=0)
    except GeoError as error:
        said = {"sentence": str(error), "code": error.code, "values": error.values}
        return _leave(folder, said | _kind(error), status=1)
    except Exception as error:
        return _leave(folder, _kind(error), status=1)


class _NotThere(MetaPathFinder):
    """Finds of some modules that they are not installed."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = frozenset(names)

    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        """Say so of one of them; leave every other to whoever finds it."""
        if fullname in self.names:
            raise ModuleNotFoundError(name=fullname)


def _kind(error: BaseException) -> dict[str, str]:
    """Return what kind of trouble was at the root, as far as the parent tells them apart."""
    chain: BaseException | None = error
    while chain is not None:
        if isinstance(chain, MemoryError):
            return {"kind": "MemoryError"}
        chain = chain.__cause__
    return {"kind": "OSError"} if isinstance(error, OSError) else {}


def _leave(folder: Path, answer: Mapping[str, Any], *, status: int) -> int:
    if answer.get("kind") == "MemoryError":
        answer = {"kind": "MemoryError"}  # the sentence would put it down to the file
    (folder / RESULT).write_text(json.dumps(answer), encoding="utf-8")
    return status


def _limit(limits: Sequence[int]) -> None:
    """Set the limits of this process, before anything large is imported."""
    try:
        import resource
    except ImportError:  # Windows has none; the wall clock of the parent still holds
        return
    memory_bytes, file_bytes, cpu_s = limits
    for kind, soft, hard in (
        (resource.RLIMIT_AS, memory_bytes, memory_bytes),
        (resource.RLIMIT_FSIZE, file_bytes, file_bytes),
        # At the soft limit the signal says what it was; the hard one kills without a word.
        (resource.RLIMIT_CPU, cpu_s, cpu_s + 2),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # macOS refuses some
            resource.setrlimit(kind, (soft, hard))


def _leave_network() -> None:
    """Move to a network without any way out, where the system allows it to a common process."""
    if sys.platform != "linux":
        return
    with contextlib.suppress(OSError, AttributeError):
        unshare = ctypes.CDLL(None, use_errno=True).unshare
        if unshare(_CLONE_NEWNET) != 0:
            unshare(_CLONE_NEWUSER | _CLONE_NEWNET)


def _end_with_parent() -> None:
    """Let this process end when its server does: nobody waits for it then, nobody counts it."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _require_drivers(allowed: Sequence[str]) -> None:
    """Refuse to work if GDAL has a driver that is not needed."""
    import pyogrio

    surplus = set(pyogrio.list_drivers()) - set(allowed)
    if surplus:
        raise ReadError.of("drivers_left", count=len(surplus), example=min(surplus))


if __name__ == "__main__":
    sys.exit(_main(json.loads(sys.stdin.buffer.read())))
