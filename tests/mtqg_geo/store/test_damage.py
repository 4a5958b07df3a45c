"""Whatever is done to a store behind its back is noticed, said in a sentence, and nothing else is."""

from contextlib import nullcontext
from pathlib import Path

import pytest
from sqlalchemy import text

from mtqg_geo.programme.words import error_text
from mtqg_geo.store import boundaries, damage
from mtqg_geo.store.batches import commit_batch, undo_batch
from mtqg_geo.store.damage import store_contents, store_damages
from mtqg_geo.store.engine import close_stores, open_store
from mtqg_geo.store.rights import Who
from tests.mtqg_geo.store.records import alter


@pytest.fixture
def filled(store, load, figures, works, tmp_path):
    """Two batches of three and one row, the first undone, and a boundary set of one file."""
    load(observations=figures({"00001": 1, "00002": None}), sites=works[0]({"S1": "Chợ"}))
    load(observations=figures({"00001": 2}), file_name="b.csv")
    undo_batch(store, 1, who=Who("Mai"))
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "communes.parquet").write_bytes(b"shapes")
    boundaries.save_set(store, "abc", tmp_path / "set", who=Who("Hoa"), use_for="2023-04")
    return store


# What is done, and what is then said of it.
DONE = {
    "DELETE FROM observations WHERE commune_code = '00001' AND batch_id = 1":
        ("damage_rows", "the table observations no longer has the rows that were loaded of 1 "
         "imports (first: import 1 has 1 rows instead of 2)"),
    "UPDATE sites SET batch_id = 2":
        ("damage_rows", "of 2 imports (first: import 1 has 0 rows instead of 1)"),
    "UPDATE blob SET data = :data WHERE sha256 IN (SELECT file_sha256 FROM batch WHERE id = 2)":
        ("damage_file", "1 of the files kept in the store"),
    "DELETE FROM audit_log WHERE id = 4": ("damage_gap", "1 of 5 rows that were written in"),
    "UPDATE audit_log SET action = 'use' WHERE id = 3": ("damage_log", "(first: import 1)"),
    "UPDATE batch SET undone_at = 'now' WHERE id = 2": ("damage_log", "(first: import 2)"),
    "UPDATE batch SET undone_at = '' WHERE id = 1": ("damage_log", "(first: import 1)"),
}  # fmt: skip


def test_a_sound_store_has_no_damage_and_says_what_it_holds(filled):
    assert [*store_damages(filled)] == []
    held = store_contents(filled)
    assert (held.batches, held.rows, held.files, held.sets, held.entries) == (2, 4, 3, 1, 5)
    assert held.last_at.startswith("20")


@pytest.fixture
def found_after(filled, monkeypatch):
    """Return a function that gives what is found after a statement, which is then taken back."""

    def found(statement, **values):
        with filled.engine.connect() as raw, raw.begin() as transaction:
            alter(raw, statement, **values)
            with monkeypatch.context() as looking:
                looking.setattr(damage, "reading", lambda _store: nullcontext(raw))
                errors = [*store_damages(filled)]
            transaction.rollback()
        return errors

    return found


@pytest.mark.long
def test_what_was_altered_behind_its_back_is_said(filled, found_after):
    for statement, (code, words) in DONE.items():
        error, *others = found_after(statement, **({"data": b"x"} if ":data" in statement else {}))
        # Of the log its chain says so too.
        chained = {"DELETE": ["chain_removed"], "UPDATE": ["chain_altered"]}[statement[:6]]
        assert [each.code for each in others] == (chained if "audit_log" in statement else [])
        assert error.code == code
        assert words in str(error)
        assert "restore TỆP" in error_text(error, "vi")
    assert [*store_damages(filled)] == []


def test_a_batch_or_a_file_that_is_gone_is_missed_wherever_it_was_counted_on(found_after):
    gone = found_after("DELETE FROM batch WHERE id = 1")
    assert [each.code for each in gone] == ["damage_gap", "damage_log", *["damage_rows"] * 2]
    gone = found_after("DELETE FROM blob WHERE sha256 IN (SELECT file_sha256 FROM batch)")
    assert [each.code for each in gone] == ["damage_link"]
    assert gone[0].values["count"] == 2


@pytest.mark.long
def test_triggers_that_were_switched_off_are_said(filled):
    switch_off = (
        "ALTER TABLE audit_log DISABLE TRIGGER USER" if filled.is_postgresql
        else "DROP TRIGGER audit_log_no_update"
    )  # fmt: skip
    with filled.engine.begin() as raw:
        raw.execute(text(switch_off))
    try:
        [error] = store_damages(filled)
    finally:  # of a server other tests use too
        if filled.is_postgresql:
            with filled.engine.begin() as raw:
                raw.execute(text("ALTER TABLE audit_log ENABLE TRIGGER USER"))
    assert error.code == "damage_triggers"
    assert error.values["count"] == 1


def test_a_file_with_broken_pages_is_said_once_and_the_search_goes_on(sqlite_store, figures):
    table = figures({f"{code:05}": 1.0 for code in range(3000)})
    commit_batch(sqlite_store, {"observations": table}, file_name="a", content=b"1", who=Who(""))
    close_stores()
    path = Path(sqlite_store.place)
    content = bytearray(path.read_bytes())
    content[-4096 * 12 : -4096 * 10] = b"\xff" * 8192  # the last pages hold rows, not the schema
    path.write_bytes(bytes(content))

    found = [*store_damages(open_store(sqlite_store.url))]
    assert found[0].code in ("damage_database", "store_damaged")  # by where the break is
    assert len({each.code for each in found}) == len(found)
