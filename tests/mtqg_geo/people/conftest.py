"""Stores as the tests of the store have them, where people sign in."""

import pytest
from argon2 import PasswordHasher

from mtqg_geo.people import accounts
from tests.mtqg_geo.store.conftest import (  # noqa: F401 - fixtures
    _plain_main,
    emptied_server_store,
    empty_file,
    figures,
    postgresql_store,
    sqlite_store,
    store,
    works,
)


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch):
    """Make passphrases cheap to try; `real_hashes` takes it back."""
    monkeypatch.setattr(accounts, "_HASHER", PasswordHasher(1, 8, 1))


@pytest.fixture
def real_hashes(monkeypatch):
    monkeypatch.setattr(accounts, "_HASHER", PasswordHasher())


@pytest.fixture
def signed_in(monkeypatch):
    """Run as an installation where people sign in."""
    monkeypatch.setenv("MTQG_ACCESS", "signed-in")
