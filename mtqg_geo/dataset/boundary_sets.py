"""Boundary sets a planner installed: immutable, named by content, and which one is in use.

The store keeps the files of every set and the choice. What a program reads are copies of them::

    MTQG_DATA/boundaries/<id>/catalog.toml, communes.parquet, districts.parquet, papers (*.csv …)

A copy is written under a temporary name and renamed when complete; it may be deleted at any time.
Figures are shown on the units of the delivered vintages. A set of another month is kept, but drawn
only if the province had the units of one of them then.
"""

import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import tomli_w

from geo.boundaries import CATALOG, BoundarySet, boundary_sets, read_level
from geo.errors import BoundaryError
from geo.scratch import scratch_folder, sweep
from mtqg_geo.communes.epochs import geography_of
from mtqg_geo.communes.gazetteer import shipped_gazetteer
from mtqg_geo.communes.lineage import delivered_sets, units_of, vintages
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.catalog import DATA
from mtqg_geo.programme.errors import GazetteerError, StoreError
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import coded, refused, t
from mtqg_geo.store.address import data_folder
from mtqg_geo.store.boundaries import in_use, restore_folder, save_set, sets, use
from mtqg_geo.store.engine import create_store, has_store, open_store
from mtqg_geo.store.rights import Who
from mtqg_geo.store.transactions import require_writable

SHIPPED = DATA / "boundaries"


def store_folder() -> Path:
    """Return the folder with the copies of installed sets."""
    return data_folder() / "boundaries"


@cache
def shipped_sets() -> tuple[BoundarySet, ...]:
    """Return the sets delivered with the product."""
    return boundary_sets(SHIPPED)


def available_sets() -> tuple[BoundarySet, ...]:
    """Return the delivered sets and every installed one, by vintage and name."""
    installed = [_copy(stored.id) for stored in sets(open_store())] if has_store() else []
    return (*shipped_sets(), *sorted(installed, key=lambda each: (each.vintage, each.name)))


def _copy(set_id: str) -> BoundarySet:
    """Return an installed set, its files copied out of the store where they are not yet."""
    folder = store_folder() / set_id
    if not (folder / CATALOG).is_file():
        try:
            restore_folder(open_store(), set_id, folder)
        except StoreError as error:
            if error.code != "store_folder":
                raise
            # Who may only read draws the set as well, from a copy of their own.
            folder = Path(_own_folder().name) / set_id
            restore_folder(open_store(), set_id, folder)
    return boundary_sets(folder)[0]


@cache
def _own_folder() -> tempfile.TemporaryDirectory[str]:
    """Return a folder that goes when this process ends."""
    return scratch_folder()


def set_in_use(vintage: str | None = None) -> BoundarySet:
    """Return the set the map draws for a geography: the one chosen, or the delivered one.

    Parameters
    ----------
    vintage
        Month of a set there is, which stands for the units in force then; the first delivered
        vintage unless given.

    Raises
    ------
    BoundaryError
        If no set has this vintage.
    """
    if vintage is not None and vintage not in vintages():
        _require_known(vintage)
    month = geography_of(vintage or vintages()[0]) or vintages()[0]
    delivered = delivered_sets()[month]
    chosen = in_use(open_store()).get(month, "") if has_store() else ""
    if not chosen or chosen == delivered.id:
        return delivered
    boundary_set = _copy(chosen)
    return boundary_set if geography_of_set(boundary_set) == month else delivered


def _require_known(vintage: str) -> None:
    known = sorted({each.vintage for each in available_sets()})
    if vintage not in known:
        raise coded(BoundaryError, "set_absent", vintage=vintage, known=", ".join(known))


@cache
def programme_communes() -> frozenset[str]:
    """Return the codes of the communes that the figures speak of."""
    return frozenset(read_level(shipped_sets()[0], "commune")[c.CODE])


@lru_cache(maxsize=64)
def has_programme_communes(vintage: str) -> bool:
    """Say whether the province had the communes that the figures speak of in a month.

    A code alone proves nothing: after a merger it may stand for a larger commune. But where the
    whole province has the same codes, nothing was merged.
    """
    delivered = shipped_sets()[0]
    if vintage == delivered.vintage:
        return True
    provinces = set(read_level(delivered, "commune")[c.PROVINCE_CODE])
    try:
        units = shipped_gazetteer().at(f"{vintage}-28")
    except GazetteerError:
        return False
    return set(units.loc[units[c.PROVINCE_CODE].isin(provinces), c.CODE]) == programme_communes()


def geography_of_set(boundary_set: BoundarySet) -> str | None:
    """Return the delivered vintage whose units a set can draw; None if the map cannot draw it."""
    if boundary_set in shipped_sets():
        return boundary_set.vintage
    return _geography(boundary_set.vintage, _codes(boundary_set.id))


def _geography(vintage: str, codes: frozenset[str]) -> str | None:
    """Return the delivered vintage whose units are these, of a month; None if there is none.

    They were in force in that month, and at least one of them is of the programme.
    """
    month = geography_of(vintage)
    if month is None or codes.isdisjoint(units_of(month)):
        return None
    first = month == vintages()[0]
    return None if first and not has_programme_communes(vintage) else month


def is_usable(boundary_set: BoundarySet) -> bool:
    """Say whether the map can draw a set."""
    return geography_of_set(boundary_set) is not None


def known_units(vintage: str) -> Iterator[gpd.GeoDataFrame]:
    """Yield the units of a month as they are drawn already: delivered, and in use if another."""
    month = geography_of(vintage)
    if month is None or (month == vintages()[0] and not has_programme_communes(vintage)):
        return
    for boundary_set in dict.fromkeys((delivered_sets()[month], set_in_use(month))):
        yield read_level(boundary_set, "commune")


@lru_cache(maxsize=64)
def _codes(set_id: str) -> frozenset[str]:
    """Return the codes of an installed set; ids stand for content."""
    return frozenset(read_level(_copy(set_id), "commune")[c.CODE])


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
    count = len(found)
    raise coded(BoundaryError, "set_unclear", count=count, reference=reference, known=known)


def use_set(boundary_set: BoundarySet, *, who: Who) -> None:
    """Make the map draw a set; the others stay selectable. The log says who wanted it.

    Raises
    ------
    BoundaryError
        If the map cannot draw the set.
    StoreError
        If the choice cannot be written.
    """
    require_writable()
    month = geography_of_set(boundary_set)
    if month is None:
        msg = (
            f"The boundary set {boundary_set.id} of {boundary_set.vintage} cannot be put in use: "
            f"figures are shown on the communes of {' and '.join(vintages())}. It stays stored."
        )
        raise BoundaryError(msg)
    use(create_store(), month, boundary_set.id, who=who)


def store_set(
    layers: Mapping[str, gpd.GeoDataFrame],
    *,
    papers: Mapping[str, bytes],
    who: Who,
    put_in_use: bool = False,
    **entry: Any,
) -> BoundarySet:
    """Keep a checked set for good and return it.

    The same content is kept once: it stays the set it is, under the name that it has.

    Parameters
    ----------
    layers
        Units of each level, such as `commune`, in WGS 84.
    papers
        Files kept beside the layers (report, mapping), by file name.
    who
        Who installs it, for the log.
    put_in_use
        Whether the map draws it from then on, if it can: in one transaction, or nothing changes.
    entry
        What the catalogue says of the set: `vintage`, `name`, `province`, `accuracy`, `source`,
        `licence` and `note`, as in `BoundarySet`.

    Raises
    ------
    BoundaryError
        If the store cannot be written, or the entry lacks anything; nothing is kept then.
    """
    require_writable()
    folder = store_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with scratch_folder(beside=folder) as name:
            work = Path(name)
            files = {level: f"{level}s.parquet" for level in layers}
            for level, layer in layers.items():
                layer.to_parquet(work / files[level], index=False)
            sums = {level: _sha256(work / file) for level, file in files.items()}
            catalogued = {"set": [{**entry, "levels": files, "sha256": sums}]}
            (work / CATALOG).write_text(tomli_w.dumps(catalogued), encoding="utf-8")
            for file, content in papers.items():
                (work / file).write_bytes(content)
            made = boundary_sets(work)[0]
            codes = frozenset(layers["commune"][c.CODE])
            month = _geography(made.vintage, codes) if put_in_use else None
            meta = {"name": made.name, "vintage": made.vintage}
            if save_set(create_store(), made.id, work, who=who, meta=meta, use_for=month):
                # Only now the copy: who is killed leaves none that the store does not know.
                with suppress(OSError):
                    work.chmod(0o755)  # private until it is complete
                    work.rename(folder / made.id)
    except OSError as error:
        raise _unwritable(error) from error
    return _copy(made.id)


def sweep_leftovers() -> None:
    """Delete what killed processes left behind among the copies and in the temporary folder."""
    for folder in (store_folder(), Path(tempfile.gettempdir())):
        sweep(folder)


def _unwritable(error: OSError) -> BoundaryError:
    folder = str(store_folder())
    return coded(BoundaryError, "store_unwritable", folder=folder, reason=refused(error))


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def source_text(boundary_set: BoundarySet, lang: Lang) -> str:
    """Return where a set comes from."""
    return _translated("source", boundary_set, lang) or boundary_set.source


def licence_text(boundary_set: BoundarySet, lang: Lang) -> str:
    """Return how a set may be used."""
    return _translated("licence", boundary_set, lang) or boundary_set.licence


def _translated(what: str, boundary_set: BoundarySet, lang: Lang) -> str:
    """Return what is said of a delivered set; of another one nothing but its own words is known."""
    vintage = boundary_set.vintage.replace("-", "_")
    return t(f"boundaries_{what}_{vintage}", lang) if boundary_set in shipped_sets() else ""
