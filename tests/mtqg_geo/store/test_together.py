"""Many people at once import and read: nobody gets an error, nothing is lost."""

import threading
import time

import pytest

from mtqg_geo.store.batches import batches, commit_batch
from mtqg_geo.store.live import state_version, visible
from mtqg_geo.store.observed import observed
from mtqg_geo.store.rights import Who
from tests.long import LONG
from tests.mtqg_geo.store.importers import (
    CODES,
    SITES,
    count_up,
    finish,
    import_some,
    run,
    tables,
)
from tests.mtqg_geo.store.records import versions

IMPORTERS, READERS, EACH = (8, 20, 4) if LONG else (4, 6, 2)


@pytest.fixture
def first(store):
    return commit_batch(store, tables(0), file_name="0", content=b"", who=Who(""))


class Reader(threading.Thread):
    """Reads as pages do, until told; keeps what went wrong."""

    def __init__(self, store, over):
        super().__init__()
        self.store, self.over, self.reads, self.problems = store, over, 0, []

    def run(self):
        try:
            while not self.over.wait(0.02):
                self.read()
                self.reads += 1
        except Exception as error:
            self.problems.append(repr(error))

    def read(self):
        state_version(self.store)
        values = observed(self.store, "CX01", 2023)["value"]
        names = visible(self.store, "sites")["name"]
        if (len(values), len(set(values))) != (len(CODES), 1):
            self.problems.append(f"half a batch: {len(values)} rows, values {set(values)}")
        if (len(names), len(set(names))) != (len(SITES), 1):
            self.problems.append(f"half a batch: {len(names)} sites, names {set(names)}")


def wait_until_all_have_read(readers):
    """Give the slowest its turn: on a busy machine the imports may be over before it."""
    end = time.monotonic() + 60
    while any(not each.reads and each.is_alive() for each in readers) and time.monotonic() < end:
        time.sleep(0.02)


@pytest.mark.few(1)
def test_many_import_while_others_read(store, first):
    over = threading.Event()
    readers = [Reader(store, over) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    numbers = [range(100 * i, 100 * i + EACH) for i in range(1, IMPORTERS + 1)]
    answers = finish(*run(import_some, store.url, numbers))
    wait_until_all_have_read(readers)
    over.set()
    for reader in readers:
        reader.join()

    assert [error for *_, error in answers if error] == []
    assert [each for reader in readers for each in reader.problems] == []
    assert min(reader.reads for reader in readers) > 0
    told = {id_: number for ids, sent, _ in answers for id_, number in zip(ids, sent, strict=True)}
    kept = {each.id: int(each.file_name) for each in batches(store) if each.id != first.id}
    assert kept == told
    assert sorted(kept) == list(range(2, IMPORTERS * EACH + 2))  # ids follow the commits
    for stored, *_ in answers:
        assert stored == sorted(stored)
    assert set(visible(store, "observations")["value"]) == {float(kept[max(kept)])}
    key = {"indicator": "CX01", "period": "2023", "commune_code": CODES[7], "project": "",
           "basis": "actual"}  # fmt: skip
    assert {each.batch_id: int(each.value) for each in versions(store, "observations", key)} == {
        first.id: 0,
        **kept,
    }


@pytest.mark.long
def test_counting_up_together_loses_no_step(store, first):
    answers = finish(*run(count_up, store.url, [1] * IMPORTERS))

    assert [error for _, error in answers if error] == []
    assert visible(store, "observations")["value"].iloc[0] == IMPORTERS
