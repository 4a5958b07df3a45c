"""Every role and verb, on the store's own functions and on the command line: every cell."""

import pytest

from mtqg_geo.dataset.boundary_sets import shipped_sets
from mtqg_geo.people import accounts, tokens
from mtqg_geo.programme.errors import StoreError
from mtqg_geo.store import boundaries
from mtqg_geo.store.batches import batches, commit_batch, undo_batch
from mtqg_geo.store.mode import ACCESS
from mtqg_geo.store.rights import VERBS, Who, require
from mtqg_geo.store.transactions import reading
from tests.mtqg_geo.people.persons import A, person
from tests.mtqg_geo.people.roles import MATRIX, ROLES, made

REFUSALS = {"not_allowed", "not_allowed_here", "not_allowed_everywhere", "store_public"}


@pytest.fixture
def acts(store, figures, monkeypatch):
    """Return how each verb is tried on the store, each time with something to do."""
    numbers = iter(range(1, 1_000))
    every = person(store, "Hoa", "load")

    def load(who):
        tables = {"observations": figures({A: next(numbers)})}
        return commit_batch(store, tables, file_name="a", content=b"", who=who)

    def undo(who):
        mode = ROLES[acting.role][0]
        monkeypatch.setenv(ACCESS, "signed-in")
        batch = load(every)
        monkeypatch.setenv(ACCESS, mode)
        undo_batch(store, batch.id, who=who)

    def read(who):
        with reading(store) as connection:
            require(connection, who, "read")

    def install(who):
        boundaries.use(store, "2023-04", "abc", who=who)

    def administer(who):
        accounts.add(store, f"{next(numbers)}@example.vn", "Mai", who=who)

    def acting(role, who, verb):
        acting.role = role
        named = {each.__name__: each for each in (read, load, undo, install, administer)}
        try:
            named[verb](who)
        except StoreError as error:
            return error.code
        return ""

    return acting


def test_every_role_may_what_the_table_says_and_nothing_else(store, acts, monkeypatch):
    people = {role: made(store, role)[0] or Who("Lan") for role in ROLES}
    for role, (mode, *_) in ROLES.items():
        monkeypatch.setenv(ACCESS, mode)
        answers = {verb: acts(role, people[role], verb) for verb in VERBS}
        assert {verb: not code for verb, code in answers.items()} == MATRIX[role], role
        assert {*answers.values()} - {""} <= REFUSALS


@pytest.fixture(params=["sqlite", "postgresql"])
def installation(request, own_folder, monkeypatch):
    """An installation on either database, by its settings."""
    if request.param == "postgresql":
        monkeypatch.setenv("MTQG_DATABASE", request.getfixturevalue("postgres_url"))
    from mtqg_geo.store.engine import create_store

    return create_store()


@pytest.mark.long
def test_every_role_may_the_same_by_command(
    installation, tmp_path, monkeypatch, capsys, in_this_process
):
    from mtqg_geo.cli.main import main

    commune, numbers = "07246", iter(range(1, 1_000))
    file = tmp_path / "a.csv"

    def load():
        file.write_text(
            f"Mã xã;Chỉ tiêu;Kỳ;Loại số liệu;Giá trị\n{commune};OP01;2023;KH;{next(numbers)}\n"
        )
        return main(["import", str(file), "--lang", "en"])

    def undo(every, token, mode):
        monkeypatch.setenv(ACCESS, "signed-in")
        monkeypatch.setenv("MTQG_TOKEN", every)
        assert load() == 0
        number = batches(installation)[0].id
        monkeypatch.setenv(ACCESS, mode)
        monkeypatch.setenv("MTQG_TOKEN", token)
        return main(["batches", "undo", str(number), "--lang", "en"])

    def install():
        return main(["boundaries", "use", shipped_sets()[0].id, "--lang", "en"])

    hoa = person(installation, "Hoa", "load")
    every = tokens.make(installation, who=hoa, words="x", verbs=["load"])
    for role, (mode, verbs, _, shown, _) in ROLES.items():
        who, token = made(installation, role, communes=[commune])
        if verbs and shown is None:
            token = tokens.make(installation, who=who, words="x", verbs=tokens.TOKEN_VERBS)
        monkeypatch.setenv(ACCESS, mode)
        monkeypatch.setenv("MTQG_TOKEN", token)
        done = {"load": load(), "install": install(), "undo": undo(every, token, mode)}
        said = capsys.readouterr().err
        may = {verb: code == 0 for verb, code in done.items()}
        assert may == {verb: MATRIX[role][verb] for verb in may}, (role, said)
