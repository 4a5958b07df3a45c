"""A store of each kind, and tables small enough to check by eye."""

import shutil
import sys
import types

import pandas as pd
import pytest
from sqlalchemy import text

from mtqg_geo.store.address import file_url
from mtqg_geo.store.batches import commit_batch
from mtqg_geo.store.engine import close_stores, create_store, open_store
from mtqg_geo.store.rights import Who
from mtqg_geo.store.schema import META, metadata

DATABASES = ("sqlite", "postgresql")


@pytest.fixture(autouse=True)
def _plain_main(monkeypatch):
    """Start processes from nothing: Streamlit's tests leave their page behind as the main module."""
    monkeypatch.setitem(sys.modules, "__main__", types.ModuleType("__main__"))


@pytest.fixture
def _tables_built_once():
    """Here they are built by the migrations, each time."""


@pytest.fixture(params=DATABASES)
def new_url(request, tmp_path):
    """The address of a store that is not there yet, in either database."""
    if request.param == "postgresql":
        return request.getfixturevalue("postgres_url")
    return file_url(tmp_path / "kho" / "mtqg.sqlite")


@pytest.fixture(params=DATABASES)
def store(request):
    """An empty store in either database."""
    return request.getfixturevalue(f"{request.param}_store")


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory):
    """The file of an empty store, to be copied: building it takes longer than most tests."""
    path = tmp_path_factory.mktemp("empty") / "mtqg.sqlite"
    create_store(file_url(path))
    close_stores()
    return path


@pytest.fixture
def sqlite_store(empty_file, tmp_path):
    (tmp_path / "kho").mkdir()
    return open_store(file_url(shutil.copy(empty_file, tmp_path / "kho" / "mtqg.sqlite")))


@pytest.fixture(scope="session")
def emptied_server_store(postgres_server):
    """Return a function that gives the one store in the server, empty."""
    url = postgres_server.new_database()
    create_store(url)
    # Of tables with few rows it takes less than half of what TRUNCATE takes.
    empty = "; ".join(f"DELETE FROM {name}" for name in metadata.tables if name != META.name)

    def emptied():
        close_stores()
        store = open_store(url)
        with store.engine.begin() as connection:
            # Nothing less switches off the triggers that keep the log as it is.
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            connection.execute(text(empty))
        return store

    return emptied


@pytest.fixture
def postgresql_store(emptied_server_store):
    return emptied_server_store()


@pytest.fixture
def load(store):
    """Return a function that commits tables as one file."""

    def commit(*, file_name="a.xlsx", who="Lan", content=None, **options):
        kinds = ("observations", "sites", "roads", "region", "lineage")
        tables = {kind: options.pop(kind) for kind in kinds if kind in options}
        content = file_name.encode() if content is None else content
        return commit_batch(
            store, tables, file_name=file_name, content=content, who=Who(who), **options
        )

    return commit


@pytest.fixture(scope="session")
def figures():
    """Return a builder of observations from {commune: value} with everything else the same."""
    return _figures


def _figures(values, *, indicator="CX01", period="2023", source="Huyện A", **others):
    return pd.DataFrame(
        {
            "commune_code": list(values), "indicator": indicator, "project": "", "period": period,
            "basis": "actual", "value": [float("nan") if v is None else v for v in values.values()],
            "source": source, "sheet": "Xã", "row": range(2, len(values) + 2),
        }
    ).assign(**others)  # fmt: skip


@pytest.fixture(scope="session")
def works():
    """Return builders of sites and roads from {id: name} with everything else the same."""
    return _sites, _roads


def _sites(names, **others):
    return pd.DataFrame(
        {
            "id": list(names), "name": list(names.values()), "facility": "market",
            "project": "DA4.TDA1", "commune_code": "00001", "district_code": "1", "lon": 106.5,
            "lat": 21.5, "location": "exact", "status": "completed", "year": 2023,
            "source": "Huyện A", "sheet": "Công trình", "row": range(2, len(names) + 2),
        }
    ).assign(**others)  # fmt: skip


def _roads(names, **others):
    return pd.DataFrame(
        {
            "id": list(names), "name": list(names.values()), "project": "DA4.TDA1", "year": 2023,
            "status": "", "surface": "concrete", "road_class": "", "reported_km": 1.5,
            "source": "Huyện A", "geometry": [b"\x01\x00\xff"] * len(names), "sheet": "Đường",
            "row": range(2, len(names) + 2),
        }
    ).assign(**others)  # fmt: skip


@pytest.fixture
def shown(store):
    """Return a function that gives the visible observations as {commune: value}."""
    from mtqg_geo.store.live import visible

    def values():
        table = visible(store, "observations")
        return {
            code: None if value != value else value
            for code, value in zip(table["commune_code"], table["value"], strict=True)
        }

    return values
