"""What a child process does for test_hostile_files: read many broken files one after the other.

What reads layers is imported where it is needed: most children of test_sandbox read none.
"""

import contextlib
import socket
import time
import warnings
from pathlib import Path

from geo.errors import ReadError
from geo.sandbox import _require_kind


def read_all(folder, *, paths, by_kind=False):
    """Return for each file its sentence, or how many rows and faults of shape it has.

    `by_kind` looks at its first bytes before, as `read_untrusted` does.
    """
    del folder
    warnings.simplefilter("ignore")
    return [timed(path, by_kind=by_kind) for path in paths]


def timed(path, *, by_kind):
    started = time.process_time()  # a busy machine is no fault of the file
    return read_one(path, by_kind=by_kind) | {"seconds": time.process_time() - started}


def read_one(path, *, by_kind):
    from geo.io import read_layer
    from geo.validate import check_layer

    try:
        if by_kind:
            _require_kind(Path(path), Path(path).name)
        layer = read_layer(path)
    except ReadError as error:
        return {"sentence": str(error)}
    except Exception as error:
        return {"crash": repr(error)}
    faults = [issue.code for issue in check_layer(layer.assign(row=range(len(layer))), key="row")]
    return {
        "rows": len(layer),
        "faults": faults,
        "valid": bool(layer.geometry.is_valid.all() and not layer.geometry.is_empty.any()),
    }


def drivers(folder):
    """Return the names of the drivers that GDAL has in the child."""
    del folder
    import pyogrio

    return sorted(pyogrio.list_drivers())


def use_memory(folder):
    """Ask for more memory than the child may have."""
    del folder
    return len(bytearray(50_000_000_000))


def use_processor(folder):
    """Never end."""
    del folder
    while True:
        pass


def tell_process(folder):
    """Say which process this is, and never end."""
    import os

    (folder / "pid").write_text(str(os.getpid()))
    while True:
        time.sleep(1)


def write_much(folder):
    """Write a file larger than the child may write."""
    (folder / "large").write_bytes(bytes(3_000_000))


def die(folder):
    """End without a word, as a crash in a C library does."""
    del folder
    import os

    os.abort()


def call_home(folder, *, port):
    """Try to reach a server on this machine in three ways; return which of them got through."""
    del folder
    import pyogrio

    reached = []
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        reached.append("socket")
    for prefix in ("/vsicurl/", "/vsicurl_streaming/"):
        with contextlib.suppress(Exception):
            pyogrio.read_dataframe(f"{prefix}http://127.0.0.1:{port}/x.geojson")
            reached.append(prefix)
    return reached


def secret_through_vrt(folder, *, path):
    """Give GDAL a description of another file directly, past all our own checks."""
    del folder
    import pyogrio

    try:
        return len(pyogrio.read_dataframe(Path(path)))
    except pyogrio.errors.DataSourceError:
        return "refused"
