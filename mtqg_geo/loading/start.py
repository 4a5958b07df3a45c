"""A new store: created where there is none, the delivered sample its first batch."""

import zipfile
from collections.abc import Mapping

import pandas as pd

from geo.archive import fixed_zip
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.dataset.tables import SAMPLE, sample_tables
from mtqg_geo.loading.sheets.table import ROW, SHEET
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.catalog import DATA
from mtqg_geo.programme.tables import GEOMETRY, KINDS
from mtqg_geo.store.batches import SAMPLE_NAME, SYSTEM, OnProgress, batches, commit_batch
from mtqg_geo.store.engine import create_store, has_store, open_store
from mtqg_geo.store.rights import Who
from mtqg_geo.store.transactions import Store, require_writable

SAMPLE_FILES = {
    "observations": "observations.csv",
    "sites": "sites.csv",
    "roads": "roads.geojson",
    "region": "regions.csv",
}
# Equal contents give equal bytes, so that the file is kept once however often it is loaded.
ANY_DAY = (2023, 1, 1, 0, 0, 0)


def ready_store(data: Dataset, *, progress: OnProgress | None = None) -> Store:
    """Return the store; where there is none, create it with the sample.

    Undoing a first import then shows the sample again. The log says that the sample came by itself.
    """
    if has_store():
        return open_store()
    return start_store(data, sample=True, progress=progress)


def start_store(
    data: Dataset, *, sample: bool, anew: bool = False, progress: OnProgress | None = None
) -> Store:
    """Create the store, or open the one that is there, and load the sample if it is wanted.

    Parameters
    ----------
    data
        The catalogue and communes that the sample speaks of.
    sample
        Whether to load the delivered sample, as made-up data, unless anything was ever loaded.
    anew
        Also in the place of a store that is gone.
    """
    require_writable()
    store = create_store(anew=anew)
    if sample and not batches(store):
        commit_batch(
            store,
            sample_rows(data),
            file_name=SAMPLE_NAME,
            content=_sample_archive(),
            who=Who(SYSTEM, via="system"),
            illustrative=True,
            progress=progress,
        )
    return store


def sample_rows(data: Dataset) -> Mapping[str, pd.DataFrame]:
    """Return the delivered sample as tables of the store, each row with its file and line."""
    tables = sample_tables(DATA, data.catalog, frozenset(data.commune_list[c.CODE]))
    roads = pd.DataFrame(tables.roads.drop(columns=tables.roads.geometry.name))
    found = {
        "observations": tables.observations.table(),
        "sites": tables.sites,
        "roads": roads.assign(**{GEOMETRY: tables.roads.geometry.to_wkb()}),
        "region": tables.regions,
    }
    return {kind: _placed(rows, kind) for kind, rows in found.items()}


def _placed(rows: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Return rows with the file and the line they come from; a CSV has its headings in line 1."""
    file = SAMPLE_FILES[kind]
    first = 2 if file.endswith(".csv") else 1
    kept = rows[[*KINDS[kind].columns]].reset_index(drop=True)
    return kept.assign(**{SHEET: file, ROW: range(first, first + len(rows))})


def _sample_archive() -> bytes:
    """Return the delivered files as the one file that the first batch keeps."""
    members = {name: (DATA / SAMPLE / name).read_bytes() for name in sorted(SAMPLE_FILES.values())}
    return fixed_zip(members, moment=ANY_DAY, compression=zipfile.ZIP_STORED)
