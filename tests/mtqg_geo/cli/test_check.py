import json
import sqlite3
from contextlib import closing

import pytest

from mtqg_geo.dataset import damage
from mtqg_geo.store.engine import close_stores, create_store, open_store
from mtqg_geo.store.insert_only import log_entries
from tests.mtqg_geo.store.records import alter


@pytest.fixture
def run(own_folder, command, monkeypatch):
    """Run a command beside delivered data that are taken to be sound: reading them is slow."""
    monkeypatch.setattr(damage, "read_level", lambda _set, _level: None)

    def run_it(*arguments):
        code, out, words = command(*arguments)
        return code, out.decode(), words

    return run_it


def test_what_is_sound_is_exit_0_and_says_what_was_looked_at(run):
    code, out, err = run("check", "--lang", "en")
    assert (code, err) == (0, "")
    assert out.startswith("There is no store yet to be checked.\nBoundaries and lineage")
    store = create_store()
    code, out, _ = run("check")
    assert code == 0
    assert out.startswith(f"Kho dữ liệu {store.place} nguyên vẹn: 0 lần nạp, 0 dòng số liệu")
    answer = json.loads(run("check", "--json")[1])
    assert (answer["sound"], answer["holds"]["batches"], answer["damages"]) == (True, 0, [])


def test_damage_is_exit_1_with_a_sentence_each_and_what_to_do(run):
    store = create_store()
    with store.engine.begin() as raw:
        raw.exec_driver_sql("DROP TRIGGER batch_no_update")
        alter(raw, "INSERT INTO boundary_choice VALUES (7, '2023-04', 'abc', '', '')")
    code, out, err = run("check", "--lang", "en")
    assert (code, err) == (1, "")
    assert out.count("\n- ") == 3
    assert out.startswith("3 damages found:\n- In the store")
    assert "boundary_choice; restore a backup that is sound" in out
    code, out, _ = run("check", "--json")
    assert code == 1
    assert [each["code"] for each in json.loads(out)["damages"]] == [
        "damage_triggers", "damage_gap", "damage_choice",
    ]  # fmt: skip


def test_a_store_that_cannot_be_opened_is_a_damage_too(run, own_folder):
    create_store()
    close_stores()
    (own_folder / "mtqg.sqlite").write_bytes(b"no database at all" * 99)
    code, out, _ = run("check", "--json")
    answer = json.loads(out)
    assert (code, answer["sound"], answer["store"]) == (1, False, None)
    assert [each["code"] for each in answer["damages"]] == ["not_a_store"]


def test_backups_are_verified_and_kept_in_turn(run, tmp_path):
    create_store()
    code, _, words = run("backup", tmp_path / "a.sqlite", "--lang", "en")
    assert code == 0
    assert words.endswith("MB), and verified.\n")
    code, _, words = run("backup", tmp_path / "a.sqlite", "--verify", "--lang", "en")
    assert code == 0
    assert words.startswith(f"The backup {tmp_path / 'a.sqlite'} is sound: 0 imports")
    (tmp_path / "turn").mkdir()
    older = tmp_path / "turn" / "mtqg-20200101T000000Z.sqlite"
    older.write_bytes((tmp_path / "a.sqlite").read_bytes())
    code, _, words = run("backup", tmp_path / "turn", "--keep", 1)
    assert code == 0
    assert "Đã xóa 1 bản sao lưu cũ (cũ nhất: mtqg-20200101T000000Z.sqlite)" in words
    assert not older.exists()
    assert len([*(tmp_path / "turn").iterdir()]) == 1

    with closing(sqlite3.connect(tmp_path / "a.sqlite")) as altered, altered:
        altered.execute("DROP TRIGGER batch_no_update")
    before = log_entries(open_store())
    code, _, words = run("restore", tmp_path / "a.sqlite", "--replace")
    assert code == 1
    assert "Chưa thay thế gì. Hãy dùng bản sao lưu khác; nếu chỉ còn bản này" in words
    assert log_entries(open_store()) == before
    everything = ("--replace", "--allow-damaged", "--lang", "en")
    code, _, words = run("restore", tmp_path / "a.sqlite", *everything)
    assert code == 1  # restored, for it may be all there is, and said
    assert len(log_entries(open_store())) == len(before) + 1
    assert "was restored from" in words
    assert "1 of the triggers are absent" in words

    (tmp_path / "a.sqlite").write_bytes((tmp_path / "a.sqlite").read_bytes()[:-9000])
    code, _, words = run("backup", tmp_path / "a.sqlite", "--verify")
    assert (code, words.count("\n")) == (1, 1)
    assert "bị hỏng" in words
    assert run("backup", tmp_path, "--keep", 0)[0] == 2
