"""What every test may use: no store but its own, and a PostgreSQL where it needs one."""

import os
import sys

import pytest

from tests.browser import chromium  # noqa: F401  a fixture
from tests.postgres import PostgresServer, binaries, install

# A new database for each test costs a second where each is forced onto the disk.
QUICK = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")


@pytest.fixture(scope="session", autouse=True)
def _no_store_of_others(tmp_path_factory):
    """Keep tests away from the store of whoever runs them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MTQG_DATA", str(tmp_path_factory.mktemp("no_store")))
        patch.delenv("MTQG_DATABASE", raising=False)
        yield


@pytest.fixture(autouse=True)
def _closed_stores():
    """Close what a test opened, so that its files and databases can go."""
    yield
    _close_stores()


@pytest.fixture(scope="session")
def postgres_server():
    """A PostgreSQL server of this test process, empty."""
    reason = "" if binaries() else install()
    if reason and os.environ.get("CI"):
        pytest.fail(f"The tests on PostgreSQL did not run: {reason}.")
    if reason:
        pytest.skip(f"{reason}.")
    server = PostgresServer(binaries(), settings=QUICK)
    yield server
    server.stop()


@pytest.fixture
def postgres_url(postgres_server):
    """The address of an empty database."""
    yield postgres_server.url()
    _close_stores()
    postgres_server.empty()


def _close_stores():
    engine = sys.modules.get("mtqg_geo.store.engine")
    if engine:
        engine.close_stores()
