"""Files from strangers, read in a process of their own that can do little and not for long.

The reader of shapefiles and GeoPackages is a large C library that goes by content, not by name: a
"shapefile" that is really a description of another source made it open files of the server and
fetch addresses. Here a child process has only the drivers of the formats wanted, no network where
the system allows to take it away, and limits of memory, processor time, file size and wall clock.
A crash of the child is one sentence in the parent.

All children of a process share one budget (`TURNS`): so many at once, so much memory together. The
next waits its turn, and is refused when that takes too long.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.errors import ReadError
from geo.formats import DRIVERS, FORMATS, require_content, require_kind, suffix_of
from geo.memory import machine_memory_bytes
from geo.sandbox_child import RESULT
from geo.scratch import scratch_folder
from geo.turns import TICK_S, Turns

if TYPE_CHECKING:
    import geopandas as gpd

    from geo.io import Shape

# geopandas is imported only in functions: in the child, drivers must be chosen before GDAL loads.

MAX_FILE_BYTES = 500_000_000
MOST_CHARACTERS = 32_767  # of a text, as in every spreadsheet: longer ones would be held many times
MOST_LAYER_BYTES = 600_000_000  # texts and shapes, as the parent will hold them

# Half of the machine is left to the server that answers its readers meanwhile.
TURNS = Turns(most=2, memory_bytes=min(6_000_000_000, machine_memory_bytes() // 2))
MOST_WAIT_S = 120.0

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
_told: ContextVar[Callable[[bool], None]] = ContextVar("told", default=lambda waits: None)


@contextmanager
def telling(told: Callable[[bool], None]) -> Iterator[None]:
    """Tell what children of this thread do, again and again: True while one waits for its turn.

    What `told` raises ends the child, as when a person stops a check.
    """
    token = _told.set(told)
    try:
        yield
    finally:
        _told.reset(token)


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
    if twice := [str(each) for each in layer.columns[layer.columns.duplicated()]]:
        said = {"count": len(twice), "example": twice[0][:60]}
        raise ReadError.of("columns_twice", file=options["name"], **said)
    _require_way_to_wgs84(layer, options["name"])
    _require_texts(layer, options["name"])
    origin: dict[str, Any] = layer.attrs.pop("origin")
    layer.to_parquet(folder / _LAYER, index=False)
    return origin


def _require_way_to_wgs84(layer: "gpd.GeoDataFrame", name: str) -> None:
    """Refuse a system of which nothing leads to the earth's, such as one of the Moon."""
    from pyproj import CRS, Transformer
    from pyproj.exceptions import ProjError

    if layer.crs is None or not (layer.crs.is_geographic or layer.crs.is_projected):
        return  # "Non-Earth" plans, which count as layers without a system
    try:
        # Written down and read again, as its caller will: damaged JSON can make half a system.
        Transformer.from_crs(CRS(layer.crs.to_wkt()), "EPSG:4326", always_xy=True)
    except ProjError as error:
        raise ReadError.of("crs_no_way", file=name, crs=layer.crs.name[:60]) from error


def _require_texts(layer: "gpd.GeoDataFrame", name: str) -> None:
    """Refuse texts that are none, one too long to keep, and more than the parent should hold."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as pc
    import shapely

    room = MOST_LAYER_BYTES - 16 * int(shapely.get_num_coordinates(layer.geometry.array).sum())
    for at, column in enumerate(layer.columns):
        values = layer.iloc[:, at]
        if not pd.api.types.is_string_dtype(values) or values.isna().all():
            continue
        texts = pa.array(values, from_pandas=True)
        try:
            texts.validate(full=True)
        except pa.ArrowInvalid as error:
            raise ReadError.of("text_damaged", file=name, column=str(column)[:60]) from error
        lengths = pc.utf8_length(texts)
        longest = pc.max(lengths).as_py() or 0
        if longest > MOST_CHARACTERS:
            said = {"column": str(column)[:60], "row": pc.index(lengths, longest).as_py() + 1}
            most = {"count": longest, "most": MOST_CHARACTERS}
            raise ReadError.of("text_too_long", file=name, **said, **most)
        room -= texts.nbytes
    if room < 0:
        raise ReadError.of("too_large_once_read", file=name)


def run_isolated(
    function: str,
    arguments: Mapping[str, Any],
    *,
    folder: Path,
    subject: str,
    limits: Limits = DEFAULT_LIMITS,
    with_gdal: bool = True,
    drivers: Sequence[str] = DRIVERS,
    without: Sequence[str] = (),
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
    without
        Modules that the function finds not installed. Some libraries import others wherever these
        are there, and that can take longer than the job.

    Raises
    ------
    ReadError
        If the function raised one, used more than the limits, or the child broke; `too_busy` if
        its turn did not come.
    """
    job = {
        "function": function,
        "arguments": dict(arguments),
        "folder": str(folder),
        "limits": [limits.memory_bytes, limits.file_bytes, limits.cpu_s],
        "with_gdal": with_gdal,
        "drivers": list(drivers),
        "without": list(without),
    }
    with ExitStack() as turn:
        waits = partial(_told.get(), True)
        try:
            turn.enter_context(TURNS.take(limits.memory_bytes, wait_s=MOST_WAIT_S, told=waits))
        except TimeoutError as late:
            raise ReadError.of("too_busy", file=subject, seconds=MOST_WAIT_S) from late
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
    end = time.monotonic() + wall_s
    with subprocess.Popen(
        [sys.executable, "-m", "geo.sandbox_child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env=_child_environment(folder, drivers),
        start_new_session=True,
    ) as child:
        try:
            given: bytes | None = job.encode()
            while (left_s := end - time.monotonic()) > 0:
                with suppress(subprocess.TimeoutExpired):
                    child.communicate(given, timeout=min(TICK_S, left_s))
                    return child.returncode
                given = None
                _told.get()(False)
        finally:
            child.kill()  # its time is over, or nobody wants it any more; nothing to one that ended
    return None


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
