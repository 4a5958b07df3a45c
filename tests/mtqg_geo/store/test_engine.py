"""Opening, creating and refusing: every way a store can be absent or broken has its sentence."""

import os
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from mtqg_geo.programme.errors import StoreError
from mtqg_geo.programme.words import error_text
from mtqg_geo.store.address import file_id, file_url, store_url
from mtqg_geo.store.batches import batches
from mtqg_geo.store.engine import MIGRATIONS, close_stores, create_store, has_store, open_store
from mtqg_geo.store.live import is_illustrative, state_version, visible
from mtqg_geo.store.observed import summary
from mtqg_geo.store.rights import Who
from mtqg_geo.store.schema import HEAD, VERSION_TABLE, metadata
from mtqg_geo.store.transactions import reading, writing
from tests.mtqg_geo.store.importers import create, finish, run


def files(folder):
    return sorted(path.relative_to(folder) for path in folder.rglob("*"))


def refusal(url):
    with pytest.raises(StoreError) as caught:
        open_store(url)
    return caught.value


def test_where_nothing_is_nothing_is_created(tmp_path, monkeypatch):
    monkeypatch.setenv("MTQG_DATA", str(tmp_path / "var"))

    assert not has_store()
    assert refusal(None).code == "no_store"
    assert files(tmp_path) == []


def test_an_empty_server_has_no_store(postgres_url):
    assert not has_store(postgres_url)
    assert refusal(postgres_url).code == "no_store"
    assert not has_store(postgres_url)


def test_the_default_is_one_file_in_the_data_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("MTQG_DATA", str(tmp_path / "dữ liệu %41 #1"))
    create_store()
    close_stores()

    assert store_url().endswith("/mtqg.sqlite")
    folder = Path("dữ liệu %41 #1")
    assert files(tmp_path) == [folder, folder / "STORE.txt", folder / "mtqg.sqlite"]
    assert has_store()
    assert open_store().place == str(tmp_path / "dữ liệu %41 #1" / "mtqg.sqlite")


def test_a_relative_folder_stays_the_same_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MTQG_DATA", "var")
    create_store()

    assert (tmp_path / "var" / "mtqg.sqlite").is_file()


@pytest.mark.long
def test_the_environment_names_a_server(postgres_url, monkeypatch):
    short = postgres_url.replace("postgresql+psycopg://", "postgres://")
    monkeypatch.setenv("MTQG_DATABASE", short)
    create_store()

    assert has_store()
    assert open_store().is_postgresql
    assert open_store() is open_store(postgres_url)


def test_a_new_store_is_empty(store):
    assert batches(store) == ()
    assert not is_illustrative(store)
    assert summary(store).rows == 0
    assert summary(store).years == ()
    assert [len(visible(store, kind)) for kind in ("observations", "roads")] == [0, 0]
    assert state_version(store).endswith("-0")


def test_creating_again_changes_nothing(store, load, figures):
    url = store.url
    load(observations=figures({"00001": 1}))
    before = state_version(store)
    close_stores()

    assert state_version(create_store(url)) == before
    assert len(batches(open_store(url))) == 1


def test_a_store_is_opened_once(store):
    url = store.url
    assert open_store(url) is open_store(url)
    found = []
    threads = [threading.Thread(target=lambda: found.append(open_store(url))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {id(each) for each in found} == {id(open_store(url))}


@pytest.mark.long
def test_a_file_put_in_place_of_the_store_is_noticed(tmp_path):
    url = file_url(tmp_path / "mtqg.sqlite")
    first = state_version(create_store(url))
    (tmp_path / "mtqg.sqlite").rename(tmp_path / "old.sqlite")

    assert not has_store(url)
    assert refusal(url).code == "no_store"
    assert state_version(create_store(url)) != first


@pytest.mark.parametrize(
    ("one", "other"), [((7, 1, 5), (8, 1, 5)), ((0, 1, 5), (0, 1, 9)), ((7, 1, 5), (7, 2, 5))]
)
def test_a_file_is_told_from_another_by_what_the_disk_says(one, other, tmp_path):
    """By its number, by when it was made where files have none, by the disk itself."""

    def number(number, disk, made):
        said = {"st_ino": number, "st_dev": disk, "st_ctime_ns": made}

        class Disk(type(tmp_path)):
            def stat(self, **_):
                return SimpleNamespace(st_mode=0o100644, st_size=1, **said)

        return file_id(Disk("a"))

    assert number(*one) == number(*one)
    assert len({0, number(*one), number(*other)}) == 3


def test_the_schema_is_what_the_migrations_build(store):
    with store.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": VERSION_TABLE, "compare_type": True}
        )
        assert compare_metadata(context, metadata) == []
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == HEAD


def test_the_file_keeps_what_it_acknowledges(sqlite_store):
    with sqlite_store.engine.connect() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert settings == {
        "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000,
    }  # fmt: skip


def test_a_store_of_a_later_version_is_not_touched(new_url):
    store = create_store(new_url)
    with writing(store) as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    close_stores()

    error = refusal(new_url)
    assert error.code == "store_too_new"
    assert (error.values["found"], error.values["known"]) == ("9999", HEAD)
    assert "cập nhật chương trình" in error_text(error, "vi")


def test_a_creation_that_was_cut_short_is_finished(tmp_path):
    """The mark of a store stands in the file, its tables do not."""
    path = tmp_path / "mtqg.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA application_id = {0x4D545147}")

    assert has_store(file_url(path))
    assert batches(open_store(file_url(path))) == ()


@pytest.mark.parametrize("content", [b"not a database" * 999, b"SQLite format 3\0" + b"x" * 5000])
def test_a_file_that_is_no_database_is_said_to_be_none(tmp_path, content):
    path = tmp_path / "mtqg.sqlite"
    path.write_bytes(content)

    assert has_store(file_url(path))
    for function in (open_store, create_store):
        with pytest.raises(StoreError, match="mtqg.sqlite is no store of this program") as caught:
            function(file_url(path))
        assert caught.value.code == "not_a_store"
    assert path.read_bytes() == content


def test_the_database_of_another_program_is_left_alone(tmp_path):
    path = tmp_path / "mtqg.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE batch(a)")
    before = path.read_bytes()

    for function in (open_store, create_store):
        with pytest.raises(StoreError) as caught:
            function(file_url(path))
        assert caught.value.code == "not_a_store"
    assert path.read_bytes() == before


def test_the_tables_of_another_program_in_the_server_are_left_alone(postgres_server, postgres_url):
    postgres_server.execute("CREATE TABLE batch(a int)")

    with pytest.raises(StoreError, match="already has tables of another program .such as batch"):
        create_store(postgres_url)


@pytest.mark.long
def test_a_damaged_file_is_said_to_be_damaged(tmp_path, figures):
    from mtqg_geo.store.batches import commit_batch

    path = tmp_path / "mtqg.sqlite"
    store = create_store(file_url(path))
    table = figures({f"{code:05}": 1.0 for code in range(3000)})
    commit_batch(store, {"observations": table}, file_name="a", content=b"", who=Who(""))
    close_stores()
    content = bytearray(path.read_bytes())
    content[4096 * 10 : -4096 * 2] = b"\xff" * (len(content) - 4096 * 12)
    path.write_bytes(bytes(content))

    with pytest.raises(StoreError) as caught:
        visible(open_store(file_url(path)), "observations")
    assert caught.value.code == "store_damaged"


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    url = file_url(tmp_path / "file" / "mtqg.sqlite")

    assert not has_store(url)
    with pytest.raises(StoreError, match="The folder .*file cannot be written") as caught:
        create_store(url)
    assert caught.value.code == "store_folder"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_file_that_may_only_be_read_can_be_read_only(tmp_path, sqlite_store):
    path = Path(sqlite_store.place)
    close_stores()
    path.chmod(0o444)
    path.parent.chmod(0o555)

    with pytest.raises(StoreError) as caught:
        create_store(file_url(path))
    assert caught.value.code in ("store_readonly", "store_folder")


def test_a_full_disk_is_said_to_be_full_and_nothing_is_lost(sqlite_store, figures):
    from mtqg_geo.store.batches import commit_batch

    def commit(codes):
        table = figures({f"{code:05}": 1.0 for code in codes})
        return commit_batch(
            sqlite_store, {"observations": table}, file_name="a", content=b"", who=Who("Lan")
        )

    commit(range(10))
    with sqlite_store.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(StoreError) as caught:
        commit(range(5000))
    assert caught.value.code == "store_full"
    assert "Chưa có gì thay đổi" in error_text(caught.value, "vi")
    assert len(visible(sqlite_store, "observations")) == 10

    with sqlite_store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1073741823")
    assert commit(range(5000)).id == 2


@pytest.mark.parametrize(
    "address",
    ["mysql://a/b", "nonsense", "sqlite://", "sqlite:///:memory:", "postgresql+asyncpg://a/b"],
)
def test_an_address_that_will_not_do_is_refused(address):
    with pytest.raises(StoreError) as caught:
        has_store(address)
    assert caught.value.code == "store_address"


def test_a_server_that_does_not_answer_is_named_without_the_password():
    url = "postgresql://lan:secret@127.0.0.1:1/mtqg"

    for function in (has_store, open_store, create_store):
        with pytest.raises(StoreError) as caught:
            function(url)
        assert caught.value.code == "store_unreachable"
        assert "127.0.0.1/mtqg" in str(caught.value)
        assert "secret" not in str(caught.value)


def test_a_database_that_does_not_exist_is_unreachable(postgres_server):
    with pytest.raises(StoreError, match="does not exist") as caught:
        open_store(postgres_server.url("absent"))
    assert caught.value.code == "store_unreachable"


@pytest.mark.few(1)
def test_eight_processes_may_create_it_at_once(new_url):
    answers = finish(*run(create, new_url, range(8)))

    assert set(answers) == {state_version(open_store(new_url))}


def test_a_reader_sees_one_state_while_others_write(store, load, figures):
    load(observations=figures({"00001": 1}))
    with reading(store) as connection:
        query = text("SELECT count(*) FROM observations")
        first = connection.scalar(query)
        load(observations=figures({"00001": 2}))
        assert connection.scalar(query) == first
    with reading(store) as connection:
        assert connection.scalar(query) == 2


@pytest.mark.long
def test_figures_of_the_first_schema_are_not_split_and_are_all_there(new_url):
    path = new_url.removeprefix("sqlite:///")
    Path(path).parent.mkdir(exist_ok=True) if path != new_url else None
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = create_engine(new_url)
    rows = [
        {"batch_id": batch, "value": value, "row": 2, "indicator": "FI01", "period": "2023",
         "commune_code": code, "project": "DA1", "basis": "plan", "source": "", "sheet": "Vốn"}
        for batch, code, value in ((1, "00001", 5.0), (1, "00002", None), (2, "00001", 6.0))
    ]  # fmt: skip
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        names = list(rows[0])
        connection.execute(
            text(f"INSERT INTO observations ({', '.join(names)}) VALUES (:{', :'.join(names)})"),
            rows,
        )
    engine.dispose()

    table = visible(open_store(new_url), "observations")
    assert table["commune_code"].tolist() == ["00001", "00002"]
    assert table["value"].fillna(-1).tolist() == [6, -1]
    assert set(table["capital_source"]) == set(table["capital_kind"]) == {""}
    close_stores()
