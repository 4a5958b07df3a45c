"""What every test may use: no store but its own, and a PostgreSQL where it needs one."""

import gc
import os
import shutil
import sys
from collections import defaultdict
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

import tests.long  # noqa: F401  how many examples Hypothesis tries
from tests.browser import chromium  # noqa: F401  a fixture
from tests.postgres import PostgresServer, binaries, install

gc.disable()  # until all is imported and collected: nothing of it is garbage

# A new database for each test costs a second where each is forced onto the disk.
QUICK = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")


# Each keeps what is dear to start (browser and server of pages, PostgreSQL) in one test process,
# while the others have the tests that need neither.
LANES = {
    "browser": (
        "tests/e2e/",
        "tests/mtqg_geo/dataset/test_installed_layers.py",
        "tests/mtqg_geo/maps/test_crowded_screen.py",
        "tests/mtqg_geo/report/test_standalone.py",
        "tests/mtqg_geo/ui/test_combobox.py",
    ),
    "postgresql": ("tests/mtqg_geo/store/",),
}


def lane_of(nodeid):
    """Return the lane of a test, or its file where that is in none."""
    path = nodeid.partition("::")[0]
    return next((lane for lane, paths in LANES.items() if path.startswith(paths)), path)


class Lanes(LoadScopeScheduling):
    """Gives each test process whole files, and all files of a lane to one of them."""

    def _split_scope(self, nodeid):
        return lane_of(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return Lanes(config, log)


class FromTheEnd(pytest.Dir):
    def collect(self):
        return reversed(list(super().collect()))


def pytest_collect_directory(path, parent):
    """Let every second process read the tests from the end.

    Their assertions are written anew for pytest, once: twelve seconds in a fresh clone. Two who
    read in the same order would both do all of it.
    """
    if int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 2:
        return FromTheEnd.from_parent(parent, path=path)
    return None


@pytest.hookimpl(tryfirst=True)  # before pytest leaves out what is marked `long`
def pytest_collection_modifyitems(items):
    """Begin with the lanes: the longest of them, last, would leave the other processes idle.

    Of the cases of a test that is marked `few(n)`, n spread over them are in every run.
    """
    items.sort(key=lambda item: (lane_of(item.nodeid) not in LANES, item.path))
    cases = defaultdict(list)
    for item in items:
        if item.get_closest_marker("few"):
            cases[item.nodeid.partition("[")[0]].append(item)
    for each in cases.values():
        [few] = each[0].get_closest_marker("few").args
        for case in set(each) - {each[round(at)] for at in spread(len(each), few)}:
            case.add_marker("long")


def spread(many, few):
    """Return the places of a few of many: the first, the last, and between them in equal steps.

    >>> list(spread(9, 3)), list(spread(4, 1))
    ([0.0, 4.0, 8.0], [0.0])
    """
    return ((many - 1) * step / max(few - 1, 1) for step in range(few))


def pytest_collection_finish():
    """Leave what is imported and collected out of every search for garbage: a tenth of all time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 50, 100)
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def _no_store_of_others(tmp_path_factory):
    """Keep tests away from the store of whoever runs them, and from what is remembered of it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MTQG_DATA", str(tmp_path_factory.mktemp("no_store")))
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("remembered")))
        for name in ("MTQG_DATABASE", "MTQG_REQUIRE_STORE"):
            patch.delenv(name, raising=False)
        yield


@pytest.fixture(autouse=True)
def _closed_stores(_no_store_of_others):
    """Close what a test opened, so that its files and databases can go, and forget it."""
    yield
    _close_stores()
    shutil.rmtree(Path(os.environ["XDG_STATE_HOME"], "mtqg_geo"), ignore_errors=True)
    Path(os.environ["MTQG_DATA"], "STORE.txt").unlink(missing_ok=True)


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
