"""Importing processes, and the server, are killed at random moments: nothing acknowledged is lost."""

import random
import sys

import pytest
from sqlalchemy import func, select, text

from mtqg_geo.store.batches import batches
from mtqg_geo.store.engine import close_stores, create_store, open_store
from mtqg_geo.store.live import visible
from mtqg_geo.store.schema import AUDIT_LOG, BLOB, FACTS
from mtqg_geo.store.transactions import reading
from tests.long import LONG
from tests.mtqg_geo.store.importers import (
    CODES,
    KEPT,
    SITES,
    UNDONE,
    import_until_killed,
    processes,
)
from tests.postgres import PostgresServer, binaries

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill -9")
KILLS, CHECK_EVERY = (40, 10) if LONG else (6, 3)
SERVER_KILLS, KILL_SERVER_EVERY = (20, 4) if LONG else (4, 2)
ANSWERS, LONGER_S = 4, 0.05  # how many answers a process may give, and how long it then goes on
SEED = 1719


def live_and_die(url, first, draw, *, kill_server=None):
    """Let a process import for a while and kill it; return what it said it had done."""
    context = processes()
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=import_until_killed, args=(url, first, theirs))
    process.start()
    theirs.close()
    said = []
    for _ in range(draw.randint(1, ANSWERS)):
        assert ours.poll(60)
        said.append(ours.recv())
    process.join(draw.uniform(0, LONGER_S))
    if kill_server:
        kill_server()
    process.kill()
    process.join()
    try:
        while True:
            said.append(ours.recv())
    except EOFError:
        return said


def check(url, said):
    """All that was acknowledged is there, and every batch is there whole."""
    store = open_store(url)
    stored = {each.id: each for each in batches(store)}
    for what, number, name in said:
        assert stored[number].file_name == str(name), f"batch {number} is lost"
        assert what != UNDONE or stored[number].undone_at, f"undoing {number} is lost"
    with reading(store) as connection:
        for kind, rows in (("observations", CODES), ("sites", SITES)):
            batch = FACTS[kind].c.batch_id
            found = connection.execute(select(batch, func.count()).group_by(batch)).all()
            assert dict(map(tuple, found)) == dict.fromkeys(stored, len(rows))
        undone = sum(bool(each.undone_at) for each in stored.values())
        assert connection.scalar(select(func.count()).select_from(AUDIT_LOG)) == (
            len(stored) + undone
        )
        assert connection.scalar(select(func.count()).select_from(BLOB)) == len(stored)
    last = max((each.id for each in stored.values() if not each.undone_at), default=None)
    if last:
        expected = {float(stored[last].file_name)}
        assert set(visible(store, "observations")["value"]) == expected
    return stored


def test_kill_9_loses_no_acknowledged_batch_in_the_file(tmp_path):
    url = f"sqlite:///{tmp_path / 'mtqg.sqlite'}"
    create_store(url)
    draw, said = random.Random(SEED), []
    for kill in range(KILLS):
        close_stores()  # so that the next one to open it has to recover it
        said += live_and_die(url, 1000 * kill, draw)
        if kill % CHECK_EVERY == CHECK_EVERY - 1:
            stored = check(url, said)
            with reading(open_store(url)) as connection:
                assert connection.scalar(text("PRAGMA integrity_check")) == "ok"
    assert sum(what == KEPT for what, *_ in said) > KILLS
    assert len(stored) >= sum(what == KEPT for what, *_ in said)


@pytest.fixture
def durable_server(postgres_server):
    """A server as people run it; the one of the other tests forces nothing onto the disk."""
    server = PostgresServer(binaries())
    yield server
    close_stores()
    server.stop()


def test_kill_9_loses_no_acknowledged_batch_in_the_server(durable_server):
    url = durable_server.url()
    create_store(url)
    draw, said = random.Random(SEED), []
    for kill in range(SERVER_KILLS):
        killing = durable_server.kill if kill % KILL_SERVER_EVERY == 0 else None
        said += live_and_die(url, 1000 * kill, draw, kill_server=killing)
        if killing:
            durable_server.start()
            check(url, said)  # the same store, which had connections when its server died
    stored = check(url, said)
    assert len(stored) >= sum(what == KEPT for what, *_ in said) > SERVER_KILLS
