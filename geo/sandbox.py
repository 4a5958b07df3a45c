"""Files from strangers, read in a process of their own that can do little and not for long.

The reader of shapefiles and GeoPackages is a large C library that goes by content, not by name: a
"shapefile" that is really a description of another source made it open files of the server and
fetch addresses. Here a child process has only the drivers of the formats wanted, no network where
the system allows to take it away, and limits of memory, processor time, file size and wall clock.
A crash of the child is one sentence in the parent.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.errors import ReadError
from geo.formats import DRIVERS, FORMATS, require_content, require_kind, suffix_of
from geo.sandbox_child import RESULT
from geo.scratch import scratch_folder

if TYPE_CHECKING:
    import geopandas as gpd

    from geo.io import Shape

# geopandas is imported only in functions: in the child, drivers must be chosen before GDAL loads.

MAX_FILE_BYTES = 500_000_000

_LAYER = "layer.parquet"
# Nothing listens on the discard port: a request that GDAL makes all the same goes nowhere.
_NO_PROXY_HOST = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Limits:
    """What a child process may use.

    Attributes
    ----------
    memory_bytes, file_bytes
        Address space, and size of any file it writes. Not limited on Windows.
    cpu_s
        Processor time in seconds. Not limited on Windows.
    wall_s
        Time from start to end in seconds, everywhere.
    """

    memory_bytes: int = 3_000_000_000
    file_bytes: int = 512_000_000
    cpu_s: int = 60
    wall_s: float = 90.0


DEFAULT_LIMITS = Limits()


def read_untrusted(
    path: Path | str,
    *,
    encoding: str | None = None,
    layer: str | None = None,
    shapes: "Collection[Shape]" = (),
    name: str = "",
    limits: Limits = DEFAULT_LIMITS,
) -> "gpd.GeoDataFrame":
    """Return a layer of a file that anybody may have made, with every row.

    Parameters
    ----------
    path
        A file of a kind that `geo.io.read_layer` reads.
    encoding, layer, shapes, name
        As for `geo.io.read_layer`.
    limits
        What reading may use.

    Raises
    ------
    ReadError
        For whatever is wrong with the file, in one sentence; nothing of it is kept.
    """
    import geopandas as gpd

    path = Path(path)
    name = name or path.name
    _require_kind(path, name)
    with scratch_folder() as folder:
        arguments = {
            "path": str(path.resolve()),
            "encoding": encoding,
            "layer": layer,
            "shapes": sorted(shapes),
            "name": name,
        }
        origin = run_isolated(
            "geo.sandbox:read_into",
            arguments,
            folder=Path(folder),
            subject=name,
            limits=limits,
            drivers=FORMATS[suffix_of(path.name)].drivers,
        )
        read = gpd.read_parquet(Path(folder) / _LAYER)
    if len(read) != origin["rows"]:
        raise ReadError.of("rows_lost_between", file=name, count=len(read), total=origin["rows"])
    read.attrs["origin"] = origin
    return read


def read_into(folder: Path, *, path: str, **options: Any) -> dict[str, Any]:
    """Read a layer and leave it in a folder as GeoParquet; return where it was read.

    This is what the child of `read_untrusted` does.
    """
    from geo.io import read_layer

    layer = read_layer(path, **options)
    origin: dict[str, Any] = layer.attrs.pop("origin")
    layer.to_parquet(folder / _LAYER, index=False)
    return origin


def run_isolated(
    function: str,
    arguments: Mapping[str, Any],
    *,
    folder: Path,
    subject: str,
    limits: Limits = DEFAULT_LIMITS,
    with_gdal: bool = True,
    drivers: Sequence[str] = DRIVERS,
) -> Any:
    """Return what one of our functions gives when it is called in a limited child process.

    Parameters
    ----------
    function
        "module:name" of a function ``f(folder, **arguments)`` with a result that JSON can hold.
    arguments
        Its keyword arguments, of kinds that JSON can hold.
    folder
        Private folder for the files that the function leaves for its caller.
    subject
        What messages call the thing worked on, such as the name of a file.
    with_gdal
        Whether the function reads layers. Without, GDAL is not loaded to look at its drivers,
        which takes a second; they are limited all the same.
    drivers
        The only drivers that GDAL has.

    Raises
    ------
    ReadError
        If the function raised one, used more than the limits, or the child broke.
    """
    job = {
        "function": function,
        "arguments": dict(arguments),
        "folder": str(folder),
        "limits": [limits.memory_bytes, limits.file_bytes, limits.cpu_s],
        "with_gdal": with_gdal,
        "drivers": list(drivers),
    }
    status = _run_child(json.dumps(job), folder, limits.wall_s, drivers)
    answer = _answer(folder / RESULT)
    if status == 0 and "value" in answer:
        return answer["value"]
    if "sentence" in answer:
        error = ReadError(answer["sentence"])
        error.code, error.values = answer["code"], answer["values"]
        raise error
    raise _explained(subject, status, answer.get("kind", ""), limits)


def _run_child(job: str, folder: Path, wall_s: float, drivers: Sequence[str]) -> int | None:
    """Return the exit status of a child that does a job, None if it took too long."""
    try:
        child = subprocess.run(  # kills the child when its time is over
            [sys.executable, "-m", "geo.sandbox_child"],
            input=job.encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=_child_environment(folder, drivers),
            start_new_session=True,
            timeout=wall_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    return child.returncode


def _answer(path: Path) -> dict[str, Any]:
    try:
        answer = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _explained(subject: str, status: int | None, kind: str, limits: Limits) -> ReadError:
    """Return the error for a child that ended without an answer."""
    if status is None or status == -getattr(signal, "SIGXCPU", 24):
        seconds = limits.wall_s if status is None else limits.cpu_s
        return ReadError.of("too_slow", file=subject, seconds=seconds)
    if kind == "MemoryError":
        gigabytes = limits.memory_bytes / 1e9
        return ReadError.of("too_much_memory", file=subject, gigabytes=gigabytes)
    if status == -getattr(signal, "SIGXFSZ", 25) or kind == "OSError":
        return ReadError.of("too_large_once_read", file=subject)
    return ReadError.of("unreadable", file=subject)


def _require_kind(path: Path, name: str) -> None:
    """Refuse what is not a file, too large, or of another kind inside than its name says."""
    require_kind(name, path.name)
    if not path.is_file():
        raise ReadError.of("absent", file=name)
    size = path.stat().st_size
    if size == 0:
        raise ReadError.of("empty", file=name)
    if size > MAX_FILE_BYTES:
        raise ReadError.of("too_large", file=name, megabytes=round(size / 1e6))
    with path.open("rb") as file:
        require_content(name, file.read(1024), suffix=suffix_of(path.name))


def _child_environment(folder: Path, drivers: Sequence[str]) -> dict[str, str]:
    """Return the few variables a child gets; nothing of the parent's settings leaks."""
    import pyogrio

    kept = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
    proxies = ("GDAL_HTTP_PROXY", "GDAL_HTTPS_PROXY", "http_proxy", "https_proxy", "all_proxy")
    skipped = [name for name in pyogrio.list_drivers() if name not in drivers]
    root = str(Path(__file__).resolve().parents[1])
    return {
        **{name: os.environ[name] for name in kept if name in os.environ},
        **dict.fromkeys(proxies, _NO_PROXY_HOST),
        "PYTHONPATH": os.pathsep.join([root, *filter(None, sys.path)]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "TMPDIR": str(folder),
        "TEMP": str(folder),
        "HOME": str(folder),
        "GDAL_SKIP": ",".join(skipped),
        "OGR_SKIP": ",".join(skipped),
        "GDAL_DRIVER_PATH": "disable",
        "GDAL_HTTP_TIMEOUT": "1",
        "GDAL_HTTP_MAX_RETRY": "0",
        "PROJ_NETWORK": "OFF",
        "SPATIALITE_SECURITY": "strict",
        # Pools of threads and memory reserve address space that the limit would count.
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
    }
