"""A store with people in it, where everybody signs in."""

import shutil
from dataclasses import dataclass

import pytest

from mtqg_geo.people import accounts, grants, sessions, tokens
from mtqg_geo.store.engine import close_stores, create_store, open_store
from mtqg_geo.store.rights import Who

PASSPHRASE = "một câu dài dễ nhớ"
MACHINE = Who("machine", via="machine")


@dataclass(frozen=True)
class Office:
    """Lan loads and administers, Binh reads, Hoa has an account and no rights."""

    lan: accounts.Person
    binh: accounts.Person
    hoa: accounts.Person

    def cookie(self, person):
        return sessions.begin(open_store(), person.id)

    def token(self, person):
        return tokens.make(open_store(), who=Who(person.name, person.id), words="QGIS")


@pytest.fixture(scope="session")
def _office(tmp_path_factory):
    """Passphrases are slow to make, on purpose: once for all tests."""
    folder = tmp_path_factory.mktemp("office")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MTQG_DATA", str(folder))
        patch.setenv("MTQG_ACCESS", "signed-in")
        store = create_store()
        people = [
            accounts.add(store, f"{name}@bacgiang.gov.vn", name.title(), who=MACHINE)
            for name in ("lan", "binh", "hoa")
        ]
        for person in people[:2]:
            accounts.set_passphrase(store, person.id, PASSPHRASE, who=MACHINE)
        for verb in ("load", "administer"):
            grants.grant(store, people[0].id, verb, who=MACHINE)
        grants.grant(store, people[1].id, "read", who=MACHINE)
        close_stores()
    return folder, Office(*people)


@pytest.fixture
def office(_office, tmp_path, monkeypatch):
    """The store as it was made, whatever other tests have done in theirs."""
    folder = shutil.copytree(_office[0], tmp_path / "office")
    monkeypatch.setenv("MTQG_DATA", str(folder))
    monkeypatch.setenv("MTQG_ACCESS", "signed-in")
    yield _office[1]
    close_stores()
