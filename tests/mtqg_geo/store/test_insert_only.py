"""What can only grow: the log, the kept files, the choices."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from mtqg_geo.programme.errors import StoreError
from mtqg_geo.store import boundaries
from mtqg_geo.store.batches import undo_batch
from mtqg_geo.store.insert_only import keep_file
from mtqg_geo.store.transactions import writing
from tests.mtqg_geo.store.records import kept_file, log_of


def test_the_log_says_who_did_what(store, load, figures):
    load(observations=figures({"00001": 1}), who="Lan", file_name="a.xlsx")
    undo_batch(store, 1, who="Mai")
    boundaries.use(store, "2023-04", "abc", who="Hoa")

    entries = log_of(store)

    assert [(each.who, each.action, each.subject) for each in entries] == [
        ("Hoa", "use", "2023-04"), ("Mai", "undo", "1"), ("Lan", "import", "1"),
    ]  # fmt: skip
    assert entries[-1].detail["file"] == "a.xlsx"
    assert entries[-1].detail["counts"]["observations"]["new"] == 1


@pytest.mark.parametrize("table", ["audit_log", "blob", "boundary_choice"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET {}='x'", "DELETE FROM {}", "TRUNCATE {}"])
def test_what_is_written_down_can_neither_be_changed_nor_deleted(
    store, load, figures, table, statement
):
    load(observations=figures({"00001": 1}))
    boundaries.use(store, "2023-04", "abc")
    if "TRUNCATE" in statement:
        if not store.is_postgresql:
            pytest.skip("SQLite has no TRUNCATE")
        statement += " CASCADE"
    column = "media" if table == "blob" else "who"

    with pytest.raises(DBAPIError, match=f"{table} is insert-only"), store.engine.begin() as raw:
        raw.execute(text(statement.format(table, column)))

    with store.engine.connect() as raw:
        assert raw.scalar(text(f"SELECT count(*) FROM {table}")) >= 1


def test_the_log_cannot_be_replaced_row_by_row_either(sqlite_store):
    boundaries.use(sqlite_store, "2023-04", "abc", who="Hoa")
    replace = "INSERT OR REPLACE INTO audit_log SELECT id, at, 'X', action, subject, detail FROM audit_log"

    with pytest.raises(DBAPIError, match="insert-only"), sqlite_store.engine.begin() as raw:
        raw.execute(text(replace))
    assert log_of(sqlite_store)[0].who == "Hoa"


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

    boundaries.save_set(store, "abc", folder, who="Lan", meta={"vintage": "2023-04"})
    boundaries.save_set(store, "abc", tmp_path)  # the same id: the same content, kept already
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
        boundaries.use(store, vintage, chosen, who="Lan")
    assert boundaries.in_use(store) == {"2023-04": "b", "2025-07": "c"}

    boundaries.use(store, "2023-04", "", who="Lan")  # back to the delivered one
    assert boundaries.in_use(store) == {"2025-07": "c"}
