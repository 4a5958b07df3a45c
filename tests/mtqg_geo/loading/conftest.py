"""A store of its own for every test that asks for one."""

import pytest

from mtqg_geo.loading.reading import cells
from mtqg_geo.store.engine import close_stores, create_store


@pytest.fixture
def own_folder(tmp_path, monkeypatch):
    """The folder of the store of this test, which is not there yet."""
    monkeypatch.setenv("MTQG_DATA", str(tmp_path / "kho"))
    monkeypatch.delenv("MTQG_DATABASE", raising=False)
    yield tmp_path / "kho"
    close_stores()


@pytest.fixture
def own_store(own_folder):
    """An empty store."""
    return create_store()


@pytest.fixture
def in_this_process(monkeypatch):
    """Read files without a child: quick, and the same cells (test_xlsx_cells.py shows it)."""

    def read(path, file_name, folder):
        return cells.read_into(folder, path=str(path), file_name=file_name)

    monkeypatch.setattr(cells, "_isolated", read)
