"""A store that an earlier version wrote gives what it gave, and so does every link kept since."""

import json
import re
import shutil
import tarfile
from pathlib import Path

import pytest

from mtqg_geo.store.engine import open_store
from mtqg_geo.store.insert_only import chain, log, require_chained
from mtqg_geo.store.rights import Who
from mtqg_geo.store.transactions import writing
from mtqg_geo.ui.server import fonts
from tests.long import LONG
from tests.mtqg_geo.store.written_before import asked

HERE = Path(__file__).parent / "written_before"
# What a later version says otherwise, and why: who was given nothing has no plan, so that such zeros
# are no result of those who are silent; what is measured at the end of a year nobody owes before; a
# distance is named for what it is to; notes explain both.
EXPLAINED = re.compile(
    r"state: \w+ → no_plan$|state: partly_reported → (?:not_)?reported$"
    r"|(?:actual|remaining|completion)\w*: 0(?:\.0)? → (?:None)?$"
    r"|targets › \d+ › communes_missing: \d+ → None$"
    # The published plan stands with its target; that of the parts is theirs.
    r"|capital › plan: 635000000000 → 242000000000$"
    r"|indicator_name: Khoảng cách|description: "
)


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    """The folder of the store, its backup, and what links gave, as they were left."""
    folder = tmp_path_factory.mktemp("before")
    with tarfile.open(HERE / "store.tar.xz") as archive:
        # Python 3.11.2 of Debian 12 has none.
        archive.extraction_filter = getattr(tarfile, "data_filter", None)
        archive.extractall(folder)
    return folder


@pytest.fixture
def own_folder(tmp_path, monkeypatch):
    """The folder of the store of this test, which is not there yet."""
    monkeypatch.setenv("MTQG_DATA", str(tmp_path / "kho"))
    monkeypatch.setattr(fonts, "prepare", lambda: None)  # no link asks for one; to cut them is dear
    return tmp_path / "kho"


@pytest.fixture
def opened(unpacked, own_folder):
    """The store as it was left."""
    shutil.copytree(unpacked / "kho", own_folder)


@pytest.fixture
def restored(unpacked, own_folder):
    """Its backup in an SQLite file."""
    asked.said("restore", str(unpacked / "sao-luu.sqlite"))


@pytest.fixture
def restored_on_postgresql(unpacked, own_folder, postgres_url, monkeypatch):
    """Its backup in PostgreSQL."""
    monkeypatch.setenv("MTQG_DATABASE", postgres_url)
    asked.said("restore", str(unpacked / "sao-luu.sqlite"))


# In every run a third of the links in the first of them; in the others one of each kind of answer.
SOME = ("/?vintage=2025-07", "/progress?as_of=2023-Q2&district=220", "/api/sites.csv?district=999",
        "/api/roads.geojson?district=220&status=completed")  # fmt: skip


@pytest.mark.parametrize(
    ("store", "asked_for"),
    [
        ("opened", asked.LINKS if LONG else asked.LINKS[::3]),
        pytest.param("restored", asked.LINKS, marks=pytest.mark.long),
        ("restored_on_postgresql", asked.LINKS if LONG else SOME),
    ],
    ids=["opened", "restored", "restored_on_postgresql"],
)
def test_a_store_of_the_version_before_gives_the_same_figures_and_links(
    request, store, asked_for, unpacked
):
    request.getfixturevalue(store)
    figures = json.loads((HERE / "figures.json").read_text(encoding="utf-8"))
    links = json.loads((unpacked / "links.json").read_text(encoding="utf-8"))

    assert len(links) == len(asked.LINKS)
    assert unexplained(figures, asked.figures()) == []
    before = {link: links[link] for link in asked_for}
    assert unexplained(before, asked.links(asked_for)) == []


@pytest.mark.few(1)
@pytest.mark.parametrize("store", ["opened", "restored_on_postgresql"])
def test_the_log_of_a_store_of_before_is_chained_and_goes_on(request, store):
    request.getfixturevalue(store)
    with writing(open_store()) as connection:
        written = len(chain(connection))
        log(connection, "use", "2023-04", who=Who("Lan"), detail={"set": ""})
        require_chained(connection)
        assert len(chain(connection)) == written + 1
    assert written >= 10


def unexplained(before, now):
    return [each for each in asked.differences(before, now) if not EXPLAINED.search(each)]
