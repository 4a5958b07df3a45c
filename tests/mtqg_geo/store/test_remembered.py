"""A store that was there and is gone: never the sample, never a new one unless somebody says so."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from mtqg_geo.cli.main import main
from mtqg_geo.dataset.dataset import current_dataset, shipped_dataset
from mtqg_geo.programme.errors import StoreError
from mtqg_geo.programme.words import error_text
from mtqg_geo.store.address import file_url
from mtqg_geo.store.backup import backup, restore
from mtqg_geo.store.batches import batches, commit_batch
from mtqg_geo.store.engine import close_stores, create_store, has_store, open_store
from mtqg_geo.store.rights import Who


def truncated(folder):
    (folder / "mtqg.sqlite").write_bytes(b"")


def deleted(folder):
    for each in folder.glob("mtqg.sqlite*"):
        each.unlink()


def folder_deleted(folder):
    shutil.rmtree(folder)


def unmounted(folder):
    """What a mount point is without its disk."""
    folder.rename(folder.with_name("disk"))
    folder.mkdir()


LOSSES = (truncated, deleted, folder_deleted, unmounted)


def commit(table, store=None):
    options = {"file_name": "a.xlsx", "content": b"a", "who": Who("Lan")}
    return commit_batch(store or open_store(), {"observations": table}, **options)


def refusal(function, *given, **named):
    with pytest.raises(StoreError) as caught:
        function(*given, **named)
    return caught.value.code


@pytest.fixture
def filled(own_folder, empty_file, figures):
    """The folder of a store with one batch; making it anew takes longer than most tests."""
    own_folder.mkdir()
    shutil.copy(empty_file, own_folder / "mtqg.sqlite")
    commit(figures({"07243": 1}))
    return own_folder


@pytest.mark.parametrize("is_running", [True, False])
@pytest.mark.parametrize("lose", LOSSES)
def test_a_store_that_is_gone_is_no_first_start(lose, is_running, filled, own_folder):
    if not is_running:
        close_stores()
    lose(own_folder)

    for function in (has_store, open_store, create_store, current_dataset):
        assert refusal(function) == "store_missing"
    assert not (own_folder / "mtqg.sqlite").exists() or lose is truncated
    if lose is unmounted:
        own_folder.rmdir()
        own_folder.with_name("disk").rename(own_folder)
        assert [batch.who for batch in batches(open_store())] == ["Lan"]


def test_commands_refuse_to_load_and_say_how_to_go_on(filled, tmp_path, capsys):
    close_stores()
    folder_deleted(filled)
    file = tmp_path / "a.csv"
    file.write_text("Mã xã;Chỉ tiêu;Kỳ;Loại số liệu;Giá trị\n07243;OP01;2023;KH;4\n")

    for command in (["import", str(file)], ["init"], ["export", "communes"], ["batches", "list"]):
        assert main(command) == 1
        words = capsys.readouterr()
        assert words.out == ""
        assert "Không thấy kho dữ liệu tại" in words.err
        assert "init --new" in words.err
    assert main(["init", "--new"]) == 0
    assert batches(open_store()) == ()


def test_a_backup_is_restored_in_the_place_of_what_is_gone(filled, tmp_path):
    backup(open_store(), tmp_path / "copy.sqlite")
    close_stores()
    folder_deleted(filled)

    assert [batch.who for batch in batches(restore(tmp_path / "copy.sqlite"))] == ["Lan"]
    assert has_store()


def test_a_damaged_store_is_replaced_by_its_backup(filled, tmp_path):
    backup(open_store(), tmp_path / "copy.sqlite")
    close_stores()
    file = filled / "mtqg.sqlite"
    file.write_bytes(file.read_bytes()[:4096] + b"\xff" * 4096 * 20)

    assert len(batches(restore(tmp_path / "copy.sqlite", replace=True))) == 1
    assert [*filled.glob("*.damaged")]


@pytest.mark.few(1)
@pytest.mark.parametrize("is_running", [True, False])
def test_a_database_that_was_made_anew_is_a_store_that_is_gone(
    is_running, postgres_server, postgres_url, own_folder, monkeypatch
):
    monkeypatch.setenv("MTQG_DATABASE", postgres_url)
    create_store()
    if not is_running:
        close_stores()
    postgres_server.empty()

    assert refusal(current_dataset) == "store_missing"
    assert refusal(lambda: batches(open_store())) == "store_missing"
    assert batches(create_store(anew=True)) == ()
    assert has_store()


def test_a_store_that_moves_with_its_folder_is_there(filled, monkeypatch):
    close_stores()
    moved = filled.rename(filled.with_name("moved"))
    monkeypatch.setenv("MTQG_DATA", str(moved))

    assert len(batches(open_store())) == 1
    close_stores()
    deleted(moved)
    assert refusal(has_store) == "store_missing"


def test_a_setting_that_was_lost_is_not_a_first_start(own_folder, tmp_path, monkeypatch):
    own_folder.mkdir()
    monkeypatch.setenv("MTQG_DATABASE", file_url(tmp_path / "elsewhere.sqlite"))
    create_store()
    monkeypatch.delenv("MTQG_DATABASE")

    with pytest.raises(StoreError) as caught:
        has_store()
    assert caught.value.code == "store_elsewhere"
    assert "elsewhere.sqlite" in error_text(caught.value, "vi")


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A place outside the temporary folder, run in by settings or without; what is set there."""
    (tmp_path / "srv").mkdir()
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    monkeypatch.chdir(tmp_path / "srv")

    def set_to(**settings):
        close_stores()
        for name in ("MTQG_DATA", "MTQG_DATABASE", "MTQG_REQUIRE_STORE"):
            monkeypatch.delenv(name, raising=False)
        for name, value in settings.items():
            monkeypatch.setenv(name, value)

    return set_to


@pytest.mark.parametrize(
    ("before", "after", "folder"),
    [
        ({"MTQG_DATABASE": "server", "MTQG_DATA": "/srv/kho"}, {"MTQG_DATA": "/srv/kho"}, "srv"),
        ({"MTQG_DATABASE": "server", "MTQG_DATA": "/srv/kho"}, {}, "."),
        ({"MTQG_DATABASE": "server"}, {}, "srv"),
        ({"MTQG_DATA": "/srv/kho"}, {}, "srv"),
        ({"MTQG_DATA": "kho"}, {"MTQG_DATA": "kho"}, "."),
        ({}, {}, "."),
    ],
)
def test_settings_that_were_lost_and_another_working_directory_are_no_first_start(
    before, after, folder, installed, tmp_path, monkeypatch
):
    server = file_url(tmp_path / "server.sqlite")
    places = {"server": server, "/srv/kho": str(tmp_path / "srv" / "kho"), "kho": "kho"}
    installed(**{name: places[value] for name, value in before.items()})
    place = create_store().place
    installed(**{name: places[value] for name, value in after.items()})
    monkeypatch.chdir(tmp_path / folder)

    with pytest.raises(StoreError) as caught:
        current_dataset()
    assert (caught.value.code, caught.value.values["before"]) == ("store_elsewhere", place)
    assert refusal(create_store) == "store_elsewhere"
    monkeypatch.setenv("MTQG_REQUIRE_STORE", "0")
    assert current_dataset() is shipped_dataset()
    monkeypatch.delenv("MTQG_REQUIRE_STORE")
    assert batches(create_store(anew=True)) == ()
    assert has_store()


@pytest.mark.long
def test_trials_are_not_remembered_beyond_their_folder(installed, tmp_path):
    """Neither what is a trial by its place or by name, nor any store where another one is named."""
    for place, said in (("tmp", ""), ("srv", "0")):
        installed(MTQG_DATA=str(tmp_path / place / "kho"), MTQG_REQUIRE_STORE=said)
        create_store()
        installed()
        assert current_dataset() is shipped_dataset()
    installed(MTQG_DATA=str(tmp_path / "srv" / "real"))
    create_store()
    installed(MTQG_DATA=str(tmp_path / "srv" / "other"))
    assert current_dataset() is shipped_dataset()


@pytest.mark.parametrize(("said", "expected"), [("", False), ("0", False), ("1", True)])
def test_whoever_says_that_there_is_a_store_gets_no_sample(said, expected, own_folder, monkeypatch):
    monkeypatch.setenv("MTQG_REQUIRE_STORE", said)

    if expected:
        assert refusal(current_dataset) == "store_missing"
    else:
        assert current_dataset() is shipped_dataset()


def test_where_no_mark_can_be_left_it_is_said_and_the_process_knows(
    own_folder, tmp_path, monkeypatch, caplog
):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    (own_folder / "STORE.txt").mkdir(parents=True)
    create_store()
    assert "set MTQG_REQUIRE_STORE=1" in caplog.text
    deleted(own_folder)

    assert refusal(has_store) == "store_missing"


def test_a_creation_that_was_cut_short_and_other_stores_leave_no_mark(own_folder, tmp_path):
    own_folder.mkdir()
    truncated(own_folder)
    create_store(file_url(tmp_path / "copy.sqlite"))

    assert not has_store()
    assert batches(create_store()) == ()


@pytest.fixture
def shared_folder(monkeypatch):
    """A folder with a store, reached by everybody; pytest's own are closed."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        monkeypatch.setenv("MTQG_DATA", f"{folder}/kho")
        yield Path(folder, "kho")
        close_stores()
        Path(folder, "kho").chmod(0o755)


@pytest.fixture
def closed_folder(request, shared_folder, figures):
    commit(figures({"07243": 1}), create_store())
    close_stores()
    file, folder = request.param
    (shared_folder / "mtqg.sqlite").chmod(file)
    shared_folder.chmod(folder)


@pytest.fixture
def another_person(closed_folder):
    """Be somebody who may do nothing that files do not allow; root may do anything."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    yield
    if is_root:
        os.seteuid(0)


@pytest.mark.usefixtures("another_person")
@pytest.mark.parametrize("closed_folder", [(0o444, 0o555)], indirect=True)
def test_who_may_only_read_reads_and_is_told_on_writing(figures):
    for _ in range(2):
        assert [batch.who for batch in batches(open_store())] == ["Lan"]
        assert current_dataset().observations.counts.rows == 1
    assert refusal(commit, figures({"07243": 2})) == "store_readonly"
    assert refusal(create_store) == "store_folder"


@pytest.mark.usefixtures("another_person")
@pytest.mark.parametrize("closed_folder", [(0o000, 0o555), (0o644, 0o000)], indirect=True)
def test_what_may_not_be_read_is_no_first_start():
    assert refusal(current_dataset) == "store_unreadable"


ANOTHER_PERSON = """
import os
from mtqg_geo.store.batches import batches
from mtqg_geo.store.engine import close_stores, open_store

len(batches(open_store()))  # all is imported: another person may not read the libraries here
close_stores()
if os.geteuid() == 0:
    os.seteuid(65534)
print(len(batches(open_store())))
"""


def test_who_may_only_read_reads_what_others_write_meanwhile(shared_folder, figures):
    store = create_store()
    shared_folder.chmod(0o555)
    with store.engine.connect():  # keeps the log beside the file
        commit(figures({"07243": 1}), store)
        command = [sys.executable, "-c", ANOTHER_PERSON]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.stdout == "1\n", answer.stderr
