"""A line of the log that is altered, taken out or put in below the triggers is found out."""

import json

import pytest

from mtqg_geo.programme.errors import StoreError
from mtqg_geo.store import boundaries
from mtqg_geo.store.damage import store_damages
from mtqg_geo.store.insert_only import chain, require_chained
from mtqg_geo.store.rights import Who
from mtqg_geo.store.transactions import reading, writing
from tests.mtqg_geo.store.records import alter

LINE = json.dumps({"set": "abc"})


@pytest.fixture
def chained(store):
    """A store with four lines in its log, of names and words beyond ASCII."""
    for vintage, chosen in (("2023-04", "abc"), ("2025-07", "đ"), ("2023-04", ""), ("2025-07", "")):
        boundaries.use(store, vintage, chosen, who=Who("Nguyễn Lan"))
    return store


def test_what_the_program_wrote_is_chained(chained):
    with reading(chained) as connection:
        require_chained(connection)
        links = chain(connection)
    assert [*links] == [1, 2, 3, 4]
    assert len({*links.values()}) == 4
    assert [*store_damages(chained)] == []


@pytest.mark.parametrize(
    ("statement", "code", "number"),
    [
        ("UPDATE audit_log SET who = 'Mai' WHERE id = 2", "altered", 2),
        (f"UPDATE audit_log SET detail = '{LINE}' WHERE id = 4", "altered", 4),
        ("UPDATE audit_chain SET sha256 = 'x' WHERE id = 3", "altered", 3),
        ("DELETE FROM audit_log WHERE id = 2", "removed", 2),
        ("DELETE FROM audit_log WHERE id = 4", "removed", 4),
        ("DELETE FROM audit_chain WHERE id = 1", "put_in", 1),
        ("INSERT INTO audit_log SELECT 5, at, 'Mai', action, subject, detail FROM audit_log WHERE id = 1",
         "put_in", 5),
    ],
)  # fmt: skip
def test_the_first_line_that_is_not_as_it_was_is_named(chained, statement, code, number):
    with writing(chained) as connection:
        alter(connection, statement)
    with reading(chained) as connection, pytest.raises(StoreError) as caught:
        require_chained(connection)
    assert (caught.value.code, caught.value.values["id"]) == (f"chain_{code}", str(number))
    assert f"chain_{code}" in {each.code for each in store_damages(chained)}


def test_a_line_taken_out_with_its_link_breaks_the_chain_behind_it(chained):
    with writing(chained) as connection:
        for table in ("audit_log", "audit_chain"):
            alter(connection, f"DELETE FROM {table} WHERE id = 2")
            alter(connection, f"UPDATE {table} SET id = id - 1 WHERE id = 3")
            alter(connection, f"UPDATE {table} SET id = id - 1 WHERE id = 4")
    with reading(chained) as connection, pytest.raises(StoreError, match="Line 2"):
        require_chained(connection)
