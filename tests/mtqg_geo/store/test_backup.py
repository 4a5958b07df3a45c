"""One file that holds everything, taken while others write, and back into either database."""

import os
import sqlite3
import threading
from contextlib import closing

import pytest
from sqlalchemy import text

from geo.scratch import scratch_prefix
from mtqg_geo.programme.errors import StoreError
from mtqg_geo.store import boundaries
from mtqg_geo.store.address import file_url
from mtqg_geo.store.backup import backup, backup_in_turn, restore, verify_backup
from mtqg_geo.store.batches import batches, commit_batch, undo_batch
from mtqg_geo.store.damage import store_contents, store_damages
from mtqg_geo.store.engine import close_stores, create_store, is_there, open_store
from mtqg_geo.store.live import state_version, visible
from mtqg_geo.store.rights import Who
from mtqg_geo.store.schema import VERSION_TABLE
from tests.mtqg_geo.store.records import alter, kept_file, log_of, visible_digest


@pytest.fixture
def filled(store, load, figures, works, tmp_path):
    """A store with some of everything, one batch undone."""
    load(observations=figures({"00001": 1.5, "00002": None}), roads=works[1]({"R1": "Đường"}))
    load(observations=figures({"00001": 2}), sites=works[0]({"S1": "Chợ"}), content=b"\x00\xff")
    undo_batch(store, 2, who=Who("Mai"))
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "communes.parquet").write_bytes(b"shapes")
    boundaries.save_set(store, "abc", folder, who=Who("Hoa"))
    boundaries.use(store, "2023-04", "abc", who=Who("Hoa"))
    return store


@pytest.fixture(params=["sqlite", "postgresql"])
def other_url(request, tmp_path):
    """The address of a further store, in either database."""
    if request.param == "postgresql":
        return request.getfixturevalue("postgres_server").new_database()
    return file_url(tmp_path / "other" / "mtqg.sqlite")


@pytest.mark.few(2)
def test_all_that_a_store_holds_comes_back_in_either_database_and_goes_on_where_it_stood(
    filled, other_url, tmp_path, figures
):
    path = backup(filled, tmp_path / "sao lưu.sqlite")
    again = restore(path, url=other_url, who=Who("Hoa"))

    assert visible_digest(again) == visible_digest(filled)
    assert batches(again) == batches(filled)
    assert log_of(again)[1:] == log_of(filled)
    assert (log_of(again)[0].action, log_of(again)[0].who) == ("restore", "Hoa")
    assert boundaries.in_use(again) == {"2023-04": "abc"}
    assert boundaries.sets(again) == boundaries.sets(filled)
    assert kept_file(again, batches(again)[0].file_sha256) == b"\x00\xff"
    assert state_version(again) != state_version(filled)

    tables = {"observations": figures({"00001": 7})}
    assert commit_batch(again, tables, file_name="b", content=b"", who=Who("Lan")).id == 3
    with pytest.raises(Exception, match="insert-only"), again.engine.begin() as raw:
        raw.execute(text("DELETE FROM audit_log"))


@pytest.mark.few(1)
def test_a_store_with_data_is_replaced_only_when_told(filled, tmp_path, load, figures):
    path = backup(filled, tmp_path / "a.sqlite")
    before = visible_digest(filled)
    load(observations=figures({"00001": 9, "00009": 9}))
    changed, version = visible_digest(filled), state_version(filled)

    with pytest.raises(StoreError) as caught:
        restore(path, url=filled.url)
    assert caught.value.code == "store_has_data"
    assert visible_digest(filled) == changed

    restore(path, url=filled.url, replace=True)
    assert visible_digest(filled) == before
    assert state_version(filled) != version


@pytest.mark.long
def test_a_reader_in_the_middle_of_reading_is_not_disturbed(filled, tmp_path, load, figures):
    from mtqg_geo.store.transactions import reading

    path = backup(filled, tmp_path / "a.sqlite")
    load(observations=figures({f"{code:05}": 1.0 for code in range(3000)}))
    query = text("SELECT count(*) FROM observations")
    with reading(filled) as connection:
        before = connection.scalar(query)
        restore(path, url=filled.url, replace=True)
        assert connection.scalar(query) == before
    with reading(filled) as connection:
        assert connection.scalar(query) == 3


@pytest.mark.few(1)
def test_a_backup_taken_while_others_write_holds_whole_batches(store, figures, tmp_path):
    """Every batch writes its number to all communes, so half a batch would be seen."""
    begun, stop = threading.Event(), threading.Event()
    codes = [f"{code:05}" for code in range(300)]

    def write():
        number = 0
        while not stop.is_set():
            number += 1
            tables = {"observations": figures(dict.fromkeys(codes, float(number)))}
            commit_batch(store, tables, file_name="a", content=b"", who=Who("Lan"))
            begun.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert begun.wait(60)
        for number in range(3):
            path = backup(store, tmp_path / f"{number}.sqlite")
            copy = open_store(file_url(path))
            assert set(visible(copy, "observations")["value"]) == {float(len(batches(copy)))}
    finally:
        stop.set()
        writer.join()


@pytest.mark.long
def test_a_backup_is_one_file_and_replaces_an_older_one(filled, tmp_path, load, figures):
    folder = tmp_path / "backups"
    folder.mkdir()
    backup(filled, folder / "a.sqlite")
    load(observations=figures({"00001": 9}))
    path = backup(filled, folder / "a.sqlite")

    assert [each.name for each in folder.iterdir()] == ["a.sqlite"]
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT count(*) FROM batch").fetchone() == (3,)


def test_a_backup_replaces_no_other_file_least_of_all_the_store(sqlite_store, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")

    for path in (tmp_path / "notes.txt", tmp_path / "kho" / "mtqg.sqlite"):
        with pytest.raises(StoreError) as caught:
            backup(sqlite_store, path)
        assert caught.value.code == "backup_exists"
    with pytest.raises(StoreError) as caught:
        backup(sqlite_store, tmp_path / "notes.txt" / "a.sqlite")
    assert caught.value.code == "store_folder"
    assert (tmp_path / "notes.txt").read_text() == "mine"


def altered(store, path, sql):
    backup(store, path)
    close_stores()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(sql)
    return path


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda store, path: path, "no_backup"),
        (lambda store, path: [path.write_bytes(b"PK\3\4" * 99), path][1], "not_a_backup"),
        (lambda store, path: altered(store, path, "PRAGMA application_id = 1"), "not_a_backup"),
        (
            lambda store, path: altered(
                store, path, f"UPDATE {VERSION_TABLE} SET version_num = '9999'"
            ),
            "store_too_new",
        ),
    ],
)
def test_what_cannot_be_restored_is_said_and_nothing_changes(sqlite_store, tmp_path, make, code):
    version = state_version(sqlite_store)
    path = make(sqlite_store, tmp_path / "a.sqlite")

    with pytest.raises(StoreError, match="a.sqlite") as caught:
        restore(path, url=sqlite_store.url, replace=True)
    assert caught.value.code == code
    assert state_version(create_store(sqlite_store.url)) == version


def test_a_damaged_backup_is_refused(sqlite_store, tmp_path, figures):
    table = figures({f"{code:05}": 1.0 for code in range(3000)})
    commit_batch(sqlite_store, {"observations": table}, file_name="a", content=b"", who=Who(""))
    path = backup(sqlite_store, tmp_path / "a.sqlite")
    content = bytearray(path.read_bytes())
    content[4096 * 10 : -4096 * 2] = b"\xff" * (len(content) - 4096 * 12)
    path.write_bytes(bytes(content))

    with pytest.raises(StoreError, match=r"a.sqlite is damaged") as caught:
        restore(path, url=sqlite_store.url, replace=True)
    assert caught.value.code == "store_damaged"
    assert len(visible(sqlite_store, "observations")) == 3000


def test_where_nothing_can_be_restored_no_store_appears(tmp_path):
    path = tmp_path / "a.sqlite"
    path.write_bytes(b"PK\3\4" * 99)

    with pytest.raises(StoreError, match="is no backup of this program"):
        restore(path, url=file_url(tmp_path / "new" / "mtqg.sqlite"))
    assert [each.name for each in tmp_path.iterdir()] == ["a.sqlite"]


def test_a_damaged_store_is_mended_by_its_backup(sqlite_store, tmp_path, figures):
    from pathlib import Path

    table = figures({f"{code:05}": 1.0 for code in range(3000)})
    commit_batch(sqlite_store, {"observations": table}, file_name="a", content=b"", who=Who(""))
    before = visible_digest(sqlite_store)
    backup(sqlite_store, tmp_path / "a.sqlite")
    close_stores()
    store = Path(sqlite_store.place)
    content = bytearray(store.read_bytes())
    content[4096 * 10 : -4096 * 2] = b"\xff" * (len(content) - 4096 * 12)
    store.write_bytes(bytes(content))

    with pytest.raises(StoreError) as caught:
        restore(tmp_path / "a.sqlite", url=sqlite_store.url)
    assert caught.value.code == "store_damaged"
    again = restore(tmp_path / "a.sqlite", url=sqlite_store.url, replace=True)
    assert visible_digest(again) == before
    assert store.with_name("mtqg.sqlite.damaged").read_bytes() == bytes(content)


@pytest.mark.few(1)
def test_the_log_of_a_store_that_a_backup_replaces_is_kept(filled, other_url, tmp_path, figures):
    """What was done since the backup, and in a store of another place, stays to be read."""
    path = backup(filled, tmp_path / "a.sqlite")
    other = create_store(other_url)
    tables = {"observations": figures({"00007": 7})}
    commit_batch(other, tables, file_name="của-huyện.xlsx", content=b"", who=Who("Tú"))

    again = restore(path, url=other_url, who=Who("Hoa"), replace=True)
    newest, left, *before = log_of(again)
    assert (newest.action, newest.who, newest.detail) == ("restore", "Hoa", {"replaced": 1})
    assert (left.who, left.action, left.detail["file"]) == ("Tú", "import", "của-huyện.xlsx")
    assert left.detail["replaced_by"] == "a.sqlite"
    assert before == log_of(filled)
    assert [*store_damages(again)] == []

    # Once more: the lines that the backup has are not written twice, those of since are not lost.
    undo_batch(again, 1, who=Who("Bình"))
    again = restore(path, url=other_url, who=Who("Hoa"), replace=True)
    lines = [(each.who, each.action, each.detail.get("replaced_by")) for each in log_of(again)]
    assert lines[:4] == [
        ("Hoa", "restore", None), ("Bình", "undo", "a.sqlite"), ("Hoa", "restore", "a.sqlite"),
        ("Tú", "import", "a.sqlite"),
    ]  # fmt: skip
    assert log_of(again)[4:] == log_of(filled)
    assert [*store_damages(again)] == []


@pytest.mark.long
def test_a_backup_says_what_it_holds_and_stays_as_it_is(filled, tmp_path):
    path = backup(filled, tmp_path / "a.sqlite")
    content = path.read_bytes()
    assert verify_backup(path) == store_contents(filled)
    assert verify_backup(path).rows == 5
    assert path.read_bytes() == content
    assert [each.name for each in tmp_path.iterdir() if "sqlite" in each.name] == ["a.sqlite"]


def test_a_backup_that_was_altered_or_cut_is_found_out(sqlite_store, tmp_path, figures):
    table = figures({f"{code:05}": 1.0 for code in range(3000)})
    commit_batch(sqlite_store, {"observations": table}, file_name="a", content=b"1", who=Who(""))
    path = altered(
        sqlite_store, tmp_path / "a.sqlite",
        "DROP TRIGGER blob_no_update; UPDATE blob SET data = x'78'",
    )  # fmt: skip
    with pytest.raises(StoreError, match=r"a.sqlite has 2 damages, first: In the store .*a.sqlite"):
        verify_backup(path)
    path.write_bytes(path.read_bytes()[: -4096 * 3])
    with pytest.raises(StoreError) as caught:
        verify_backup(path)
    assert caught.value.code == "store_damaged"
    for wrong, code in (("absent", "no_backup"), ("notes.txt", "not_a_backup")):
        (tmp_path / "notes.txt").write_text("mine")
        with pytest.raises(StoreError) as caught:
            verify_backup(tmp_path / wrong)
        assert caught.value.code == code


@pytest.mark.long
def test_nothing_is_replaced_by_a_backup_that_lost_something_unless_one_says_so(
    sqlite_store, other_url, tmp_path, figures
):
    """Before anything is written: also where there is no store yet, and in either database."""
    table = {"observations": figures({"00001": 1})}
    commit_batch(sqlite_store, table, file_name="a", content=b"1", who=Who(""))
    path = altered(
        sqlite_store, tmp_path / "a.sqlite",
        "DROP TRIGGER blob_no_update; UPDATE blob SET data = x'78'",
    )  # fmt: skip
    before = store_contents(sqlite_store)

    for url in (sqlite_store.url, other_url):
        with pytest.raises(
            StoreError, match=r"2 damages, first: .* Nothing was replaced"
        ) as caught:
            restore(path, url=url, replace=True)
        assert caught.value.code == "restore_damaged"
    assert store_contents(sqlite_store) == before
    assert not is_there(other_url)
    again = restore(path, url=other_url, replace=True, allow_damaged=True)
    assert store_contents(again).rows == before.rows
    assert "damage_file" in [each.code for each in store_damages(again)]


@pytest.mark.long
def test_a_damaged_store_replaces_no_good_backup(store, load, figures, tmp_path):
    load(observations=figures({"00001": 1}))
    path = backup(store, tmp_path / "a.sqlite")
    good = path.read_bytes()
    with store.engine.begin() as raw:
        alter(raw, "UPDATE blob SET data = :data", data=b"x")

    with pytest.raises(StoreError, match="first: 1 of the files kept in the store") as caught:
        backup(store, path)
    assert caught.value.code == "backup_not_written"
    assert store.place in str(caught.value)
    assert path.read_bytes() == good
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".new-")] == []


def test_a_store_begun_anew_replaces_no_backup_of_the_one_that_was_lost(
    sqlite_store, tmp_path, figures
):
    def load(store, value, who):
        table = {"observations": figures({"00001": value})}
        commit_batch(store, table, file_name="a.csv", content=b"a", who=Who(who))

    load(sqlite_store, 1, "Lan")
    folder = tmp_path / "backups"
    folder.mkdir()
    kept = backup(sqlite_store, folder / "mtqg-20260101T000000Z.sqlite")
    anew = create_store(file_url(tmp_path / "anew" / "mtqg.sqlite"))
    load(anew, 2, "Mai")

    with pytest.raises(StoreError, match="holds 1 entries of a log") as caught:
        backup(anew, kept)
    assert caught.value.code == "backup_of_another"
    assert backup_in_turn(anew, folder, keep=1)[1] == ()
    assert verify_backup(kept).batches == 1
    # Once that is restored, all that both did is in the log: nothing is lost any more.
    restore(kept, url=anew.url, replace=True)
    assert backup(open_store(anew.url), kept) == kept


def test_of_backups_in_turn_the_newest_are_kept_and_nothing_else_is_touched(sqlite_store, tmp_path):
    folder = tmp_path / "sao lưu"
    folder.mkdir()
    for name in ("mtqg-20260101T000000Z", "mtqg-20260102T000000Z", "mtqg-99990101T000000Z", "năm"):
        backup(sqlite_store, folder / f"{name}.sqlite")
    left = folder / f"{scratch_prefix().replace(str(os.getpid()), '999999999')}abc"
    left.mkdir()  # of a backup that was killed

    new, gone = backup_in_turn(sqlite_store, folder, keep=2)
    assert [each.name[:13] for each in gone] == ["mtqg-20260101", "mtqg-20260102"]
    # Also where the clock once ran ahead, the one just written stays.
    assert sorted(folder.iterdir()) == [new, folder / "mtqg-99990101T000000Z.sqlite",
                                        folder / "năm.sqlite"]  # fmt: skip
    _, gone = backup_in_turn(sqlite_store, folder, keep=1)
    assert folder / "năm.sqlite" in folder.iterdir()
    assert len([*folder.iterdir()]) == 2
