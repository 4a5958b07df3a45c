"""Boundary sets a planner installed: immutable folders named by content, and which one is in use.

Layout below the store folder (`MTQG_DATA`, default `./var`)::

    boundaries/<id>/catalog.toml, communes.parquet, districts.parquet, mapping.csv, report.json
    boundaries/in_use.toml        vintage = "<id>"

A set is written under a temporary name and renamed when complete; it is never changed afterwards.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import geopandas as gpd
import tomli_w

from geo.boundaries import CATALOG, BoundarySet, boundary_sets
from geo.errors import BoundaryError

SHIPPED = Path(__file__).resolve().parent.parent / "data" / "boundaries"
IN_USE = "in_use.toml"


def store_folder() -> Path:
    """Return the folder of installed sets."""
    return Path(os.environ.get("MTQG_DATA", "var")) / "boundaries"


@cache
def shipped_sets() -> tuple[BoundarySet, ...]:
    """Return the sets delivered with the product."""
    return boundary_sets(SHIPPED)


def available_sets() -> tuple[BoundarySet, ...]:
    """Return the delivered sets and every installed one, by vintage and name."""
    # A set being written lies in a folder whose name begins with a dot.
    folders = sorted(store_folder().glob("[!.]*/catalog.toml"))
    installed = [each for path in folders for each in boundary_sets(path.parent)]
    return (*shipped_sets(), *sorted(installed, key=lambda each: (each.vintage, each.name)))


def set_in_use(vintage: str | None = None) -> BoundarySet:
    """Return the set in use for a vintage (the oldest delivered vintage by default).

    Raises
    ------
    BoundaryError
        If no set has this vintage.
    """
    delivered = shipped_sets()
    vintage = vintage or delivered[0].vintage
    if vintage == delivered[0].vintage and not (store_folder() / IN_USE).exists():
        return delivered[0]
    chosen = _choices().get(vintage, "")
    if chosen and (store_folder() / chosen / CATALOG).is_file():
        return boundary_sets(store_folder() / chosen)[0]
    sets = available_sets()
    of_vintage = [each for each in sets if each.vintage == vintage]
    if not of_vintage:
        known = ", ".join(sorted({each.vintage for each in sets}))
        msg = f"There are no boundaries of {vintage}; choose one of {known}."
        raise BoundaryError(msg)
    return next((each for each in of_vintage if each.id == chosen), of_vintage[0])


def find_set(reference: str) -> BoundarySet:
    """Return the set whose id begins with, or whose name is, the reference.

    Raises
    ------
    BoundaryError
        If there is none, or more than one.
    """
    found = [
        each
        for each in available_sets()
        if reference and (each.id.startswith(reference) or each.name == reference)
    ]
    if len(found) == 1:
        return found[0]
    known = ", ".join(f"{each.id} ({each.name})" for each in available_sets())
    msg = f"{len(found)} boundary sets are called {reference!r}; give one id of: {known}."
    raise BoundaryError(msg)


def use_set(boundary_set: BoundarySet) -> None:
    """Put a set in use for its vintage; the others stay selectable."""
    choices = _choices() | {boundary_set.vintage: boundary_set.id}
    try:
        store_folder().mkdir(parents=True, exist_ok=True)
        _write_atomically(store_folder() / IN_USE, tomli_w.dumps(choices).encode())
    except OSError as error:
        raise BoundaryError(_unwritable(error)) from error


def store_set(
    layers: Mapping[str, gpd.GeoDataFrame],
    *,
    vintage: str,
    name: str,
    province: str,
    accuracy: str,
    source: str,
    licence: str,
    note: Mapping[str, str],
    papers: Mapping[str, bytes],
) -> BoundarySet:
    """Keep a checked set for good and return it. Storing the same content twice changes nothing.

    Parameters
    ----------
    layers
        Units of each level, such as `commune`, in WGS 84.
    vintage, name, province, accuracy, source, licence, note
        What the catalogue says of the set.
    papers
        Files kept beside the layers (report, mapping), by file name.

    Raises
    ------
    BoundaryError
        If the store cannot be written; nothing is kept then.
    """
    folder = store_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=".new-", dir=folder))
    except OSError as error:
        raise BoundaryError(_unwritable(error)) from error
    try:
        files = {level: f"{level}s.parquet" for level in layers}
        for level, layer in layers.items():
            layer.to_parquet(work / files[level], index=False)
        entry = {
            "vintage": vintage,
            "name": name,
            "province": province,
            "accuracy": accuracy,
            "source": source,
            "licence": licence,
            "note": dict(note),
            "levels": files,
            "sha256": {level: _sha256(work / file) for level, file in files.items()},
        }
        (work / CATALOG).write_text(tomli_w.dumps({"set": [entry]}), encoding="utf-8")
        for file, content in papers.items():
            (work / file).write_bytes(content)
        target = folder / boundary_sets(work)[0].id
        work.chmod(0o755)  # private until it is complete
        _rename_new(work, target)
        return boundary_sets(target)[0]
    except OSError as error:
        raise BoundaryError(_unwritable(error)) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _rename_new(work: Path, target: Path) -> None:
    """Give a complete set its name, unless one of the same content has it already."""
    try:
        work.rename(target)
    except OSError:  # what a folder in the way raises depends on the system
        if not (target / CATALOG).is_file():
            raise


def _unwritable(error: OSError) -> str:
    return (
        f"The boundary set cannot be kept in {store_folder()} ({error.strerror or error}); "
        "make room or choose another folder with MTQG_DATA. Nothing was changed."
    )


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _choices() -> dict[str, str]:
    path = store_folder() / IN_USE
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        msg = f"{path} cannot be read ({error}); delete it and choose the sets in use again."
        raise BoundaryError(msg) from error


def _write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that a reader, or a power cut, sees the old content or the new."""
    handle, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)
