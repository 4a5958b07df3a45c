"""Whether everything that figures rest on is as it was: store, boundary sets, lineage.

What is found is said in sentences, each with what to do. A check changes nothing.
"""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from geo.boundaries import boundary_sets, read_level
from geo.crosswalk import FROM, SHARE, TO
from geo.errors import BoundaryError, GeoError
from geo.scratch import scratch_folder
from mtqg_geo.communes.lineage import between, units_of, vintages
from mtqg_geo.dataset.boundary_sets import SHIPPED, shipped_sets, store_folder
from mtqg_geo.dataset.vintages import current_lineage
from mtqg_geo.programme.errors import DatasetError, MtqgError, StoreError
from mtqg_geo.programme.model import Text
from mtqg_geo.programme.words import coded, error_text
from mtqg_geo.store.boundaries import StoredSet, in_use, restore_folder, sets
from mtqg_geo.store.damage import store_damages
from mtqg_geo.store.transactions import Store

SLACK = 1e-9  # of the sum of the shares of a unit
Damage = MtqgError | GeoError


def damages(store: Store | None) -> Iterator[Damage]:
    """Yield a sentence for each damage of a store and of what is delivered; without a store: that.

    Raises
    ------
    StoreError
        If the store cannot be reached at all.
    """
    if store is not None:
        yield from store_damages(store)
        yield from _installed(store)
    try:
        for each in shipped_sets():
            for level in each.levels:
                read_level(each, level)
    except GeoError as error:
        yield coded(DatasetError, "damage_delivered", folder=str(SHIPPED), reason=_said(error))
        return  # the lineage is read on the delivered units
    yield from _lineage(store)


def _installed(store: Store) -> Iterator[Damage]:
    """Read every set out of the store, and compare the copies that are drawn with it."""
    try:
        known, chosen = sets(store), in_use(store)
    except StoreError:  # said of the store already
        return
    for stored in known:
        try:
            with scratch_folder() as folder:
                _read(store, stored, Path(folder) / stored.id)
        except (GeoError, StoreError) as error:
            yield coded(StoreError, "damage_set", id=stored.id, reason=_said(error))
        yield from _copy(stored, store_folder() / stored.id)
    there = {stored.id for stored in known} | {each.id for each in shipped_sets()}
    for vintage, set_id in chosen.items():
        if set_id not in there:
            yield coded(StoreError, "damage_choice", id=set_id, vintage=vintage)


def _read(store: Store, stored: StoredSet, folder: Path) -> None:
    """Write a set out of the store and read it: its files, its catalogue and its levels."""
    restore_folder(store, stored.id, folder)
    [boundary_set] = boundary_sets(folder)
    for level in boundary_set.levels:
        read_level(boundary_set, level)
    if boundary_set.id != stored.id:
        raise BoundaryError.of("level_file_altered", file=stored.id, vintage=boundary_set.vintage)


def _copy(stored: StoredSet, folder: Path) -> Iterator[Damage]:
    if not folder.is_dir():
        return  # it is written when it is needed
    wrong = [
        name
        for name, sum_ in stored.files.items()
        if not (folder / name).is_file() or sha256((folder / name).read_bytes()).hexdigest() != sum_
    ]
    if wrong:
        yield coded(StoreError, "damage_copy", folder=str(folder), example=wrong[0])


def _lineage(store: Store | None) -> Iterator[Damage]:
    """Look whether every former commune becomes units there are, in shares that add up to 1."""
    old = vintages()[0]
    try:
        lineage = current_lineage(store)
        for new in vintages()[1:]:
            links = between(lineage, old, new).links
            sums = links.groupby(FROM)[SHARE].sum(min_count=1)  # missing where none is known
            wrong = {*sums.index[(sums - 1).abs() > SLACK]}
            wrong |= set(units_of(old)) ^ set(links[FROM])
            wrong |= set(units_of(new)) ^ set(links[TO])
            if wrong:
                values = {"count": len(wrong), "example": min(wrong)}
                yield coded(DatasetError, "damage_lineage", old=old, new=new, **values)
    except (GeoError, MtqgError) as error:
        if getattr(error, "code", "") != "store_damaged":  # said of the store already
            yield error


def _said(error: Exception) -> Text:
    return Text(error_text(error, "vi"), error_text(error, "en"))
