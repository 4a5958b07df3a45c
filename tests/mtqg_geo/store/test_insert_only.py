"""What can only grow: the log, the kept files, the choices."""

import pandas as pd
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from mtqg_geo.people import accounts, grants, sessions, tokens
from mtqg_geo.programme.errors import StoreError
from mtqg_geo.store import boundaries
from mtqg_geo.store.batches import undo_batch
from mtqg_geo.store.insert_only import keep_file, read_file
from mtqg_geo.store.rights import Who
from mtqg_geo.store.schema import INSERT_ONLY, metadata
from mtqg_geo.store.transactions import reading, writing
from tests.mtqg_geo.store.records import alter, kept_file, log_of


def test_the_log_says_who_did_what(store, load, figures):
    load(observations=figures({"00001": 1}), who="Lan", file_name="a.xlsx")
    undo_batch(store, 1, who=Who("Mai"))
    boundaries.use(store, "2023-04", "abc", who=Who("Hoa"))

    entries = log_of(store)

    assert [(each.who, each.action, each.subject) for each in entries] == [
        ("Hoa", "use", "2023-04"), ("Mai", "undo", "1"), ("Lan", "import", "1"),
    ]  # fmt: skip
    assert entries[-1].detail["file"] == "a.xlsx"
    assert entries[-1].detail["counts"]["observations"]["new"] == 1


@pytest.fixture
def whole(store, load, figures, works, lineage_row, tmp_path):
    """A store with a row at least in every table, the first batch undone."""
    region = pd.DataFrame(
        [("00001", "2022-01-01", "III", "", "QĐ 1", "Bộ", "Xã", 2)],
        columns=["commune_code", "valid_from", "region", "valid_to", "decision", "source", "sheet",
                 "row"],
    )  # fmt: skip
    load(
        observations=figures({"00001": 1}), sites=works[0]({"S1": "Chợ"}),
        roads=works[1]({"R1": "Đường"}), region=region, lineage=lineage_row,
    )  # fmt: skip
    load(observations=figures({"00001": 2}))
    undo_batch(store, 1, who=Who("Mai"))
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "catalog.toml").write_text("")
    boundaries.save_set(store, "abc", tmp_path / "set", who=Who("Hoa"), use_for="2023-04")
    people_of(store)
    return store


def people_of(store):
    """Add an administrator who has all that a person can have."""
    machine = Who("máy chủ", via="machine")
    hoa = accounts.add(store, "hoa@example.vn", "Hoa", who=machine).id
    accounts.set_passphrase(store, hoa, "một hai ba bốn", who=machine)
    accounts.of_identity(store, "https://id.example.vn", "7", "hoa@example.vn")
    grants.grant(store, hoa, "administer", who=machine)
    sessions.begin(store, hoa, cookie="bánh")
    tokens.make(store, who=Who("Hoa", hoa), words="QGIS")


@pytest.fixture
def lineage_row():
    return pd.DataFrame(
        [("00001", "00002", "2025-07-01", "merged", 1.0, "", "", "", "", "", 2)],
        columns=["from_code", "to_code", "day", "change", "share", "share_basis", "resolution",
                 "confidence", "source", "sheet", "row"],
    )  # fmt: skip


def refused(store, statement):
    """Say that a statement is refused because nothing of the record changes, and changes nothing."""
    table = next(name for name in INSERT_ONLY if name in statement.split())
    with store.engine.connect() as raw:
        before = raw.execute(text(f"SELECT * FROM {table}")).all()
    assert before, f"{table} is empty: nothing would be tried"
    with pytest.raises(DBAPIError, match="is insert-only"), store.engine.begin() as raw:
        raw.execute(text(statement))
    with store.engine.connect() as raw:
        assert raw.execute(text(f"SELECT * FROM {table}")).all() == before


def test_nothing_of_the_record_can_be_changed_or_deleted(whole):
    for table in INSERT_ONLY:
        column = metadata.tables[table].columns.keys()[0]
        refused(whole, f"UPDATE {table} SET {column} = {column}")
        refused(whole, f"DELETE FROM {table}")
        if whole.is_postgresql:
            refused(whole, f"TRUNCATE {table} CASCADE")
        else:
            refused(whole, f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")


def test_undoing_is_all_that_can_be_written_on_a_batch_and_only_once(whole):
    fixed = (
        "id = 9", "file_name = 'X'", "who = 'X'", "at = 'X'", "illustrative = NOT illustrative",
        """counts = '{"a": 1}'""",
    )  # fmt: skip
    for change in (*fixed, "undone_by = 'X'"):
        refused(whole, f"UPDATE batch SET {change} WHERE id = 2")
    for change in fixed:  # nor beside the mark
        refused(whole, f"UPDATE batch SET undone_at = 'now', {change} WHERE id = 2")
    assert undo_batch(whole, 2, who=Who("Mai")).undone_by == "Mai"
    for change in ("undone_at = '', undone_by = ''", "undone_by = 'X'", "undone_at = 'now'"):
        refused(whole, f"UPDATE batch SET {change} WHERE id = 1")


def test_of_people_only_the_marks_can_be_written_and_an_end_only_once(whole):
    for table, fixed, ends in (
        ("access_grant", ("person", "verb", "communes", "valid_to"), ("revoked_at", "revoked_by")),
        ("session", ("person", "at", "until", "browser"), ("ended_at",)),
        ("identity", ("person", "issuer", "subject"), ("released_at", "released_by")),
        ("token", ("person", "sha256", "verbs", "until"), ("revoked_at", "revoked_by")),
    ):
        mark = ", ".join(f"{name} = 'X'" for name in ends)
        for name in fixed:
            value = "9" if name == "person" else "'[]'"
            refused(whole, f"UPDATE {table} SET {name} = {value}, {mark}")
        with whole.engine.begin() as raw:
            raw.execute(text(f"UPDATE {table} SET {mark}"))
        refused(whole, f"UPDATE {table} SET {ends[0]} = ''")
        refused(whole, f"UPDATE {table} SET {ends[0]} = 'later'")


def test_a_file_that_is_no_longer_what_was_stored_is_not_given(store):
    with writing(store) as connection:
        sha256 = keep_file(connection, b"1,2", media="text/csv")
        alter(connection, "UPDATE blob SET data = :data", data=b"1,3")
    with reading(store) as connection, pytest.raises(StoreError, match=sha256) as caught:
        read_file(connection, sha256)
    assert caught.value.code == "file_damaged"


def test_the_same_bytes_are_kept_once(store):
    with writing(store) as connection:
        one = keep_file(connection, b"\x00\xff bytes", media="text/csv")
        two = keep_file(connection, b"\x00\xff bytes", media="text/csv")
        other = keep_file(connection, b"", media="text/csv")
        assert connection.scalar(text("SELECT count(*) FROM blob")) == 2

    assert one == two
    assert (kept_file(store, one), kept_file(store, other)) == (b"\x00\xff bytes", b"")


def test_a_boundary_set_comes_back_file_by_file(store, tmp_path):
    folder = tmp_path / "bộ"
    folder.mkdir()
    (folder / "catalog.toml").write_text("[[set]]\n", encoding="utf-8")
    (folder / "communes.parquet").write_bytes(bytes(range(256)) * 999)

    boundaries.save_set(store, "abc", folder, who=Who("Lan"), meta={"vintage": "2023-04"})
    boundaries.save_set(
        store, "abc", tmp_path, who=Who("Mai")
    )  # the same id: the same content, kept already
    boundaries.restore_folder(store, "abc", tmp_path / "back" / "abc")
    boundaries.restore_folder(store, "abc", tmp_path / "back" / "abc")

    (stored,) = boundaries.sets(store)
    assert (stored.id, stored.who, stored.meta["vintage"]) == ("abc", "Lan", "2023-04")
    assert list(stored.files) == ["catalog.toml", "communes.parquet"]
    for path in folder.iterdir():
        assert (tmp_path / "back" / "abc" / path.name).read_bytes() == path.read_bytes()
    assert [path.name for path in (tmp_path / "back").iterdir()] == ["abc"]


def test_an_absent_set_is_not_restored(store, tmp_path):
    with pytest.raises(StoreError) as caught:
        boundaries.restore_folder(store, "abc", tmp_path / "abc")
    assert caught.value.code == "no_set"
    assert list(tmp_path.iterdir()) == [tmp_path / "kho"] or not list(tmp_path.iterdir())


def test_the_latest_choice_of_a_vintage_counts(store):
    assert boundaries.in_use(store) == {}
    for vintage, chosen in (("2023-04", "a"), ("2025-07", "c"), ("2023-04", "b")):
        boundaries.use(store, vintage, chosen, who=Who("Lan"))
    assert boundaries.in_use(store) == {"2023-04": "b", "2025-07": "c"}

    boundaries.use(store, "2023-04", "", who=Who("Lan"))  # back to the delivered one
    assert boundaries.in_use(store) == {"2025-07": "c"}
