"""A server that is slow, silent or frozen is left in time, and the next reader is served."""

import os
import signal
import socket
import time
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from mtqg_geo.programme.errors import StoreError
from mtqg_geo.store import server, transactions
from mtqg_geo.store.batches import batches
from mtqg_geo.store.engine import close_stores, create_store, has_store, open_store
from mtqg_geo.store.transactions import reading, writing
from tests.long import LONG


def refusal(function):
    start = time.monotonic()
    with pytest.raises(StoreError) as caught:
        function()
    return caught.value, time.monotonic() - start


def sleeping(store, way):
    with way(store) as connection:
        connection.execute(text("SELECT pg_sleep(30)"))


def test_one_that_accepts_and_says_nothing_is_left(monkeypatch):
    monkeypatch.setattr(server, "CONNECT_S", 2)  # the least there is
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        error, seconds = refusal(lambda: has_store(f"postgresql://a:b@127.0.0.1:{port}/kho"))
    assert error.code == "store_unreachable"
    assert seconds < 10


@pytest.mark.long
def test_it_ends_a_question_that_takes_too_long_itself(postgres_url, monkeypatch):
    monkeypatch.setattr(server, "READING_S", 1)
    store = create_store(postgres_url)
    error, _ = refusal(lambda: sleeping(store, reading))
    assert error.code == "store_slow"
    assert batches(store) == ()


@pytest.mark.few(1)
@pytest.mark.parametrize("way", [reading, writing])
def test_one_that_says_nothing_more_is_left(way, postgres_url, monkeypatch):
    store = create_store(postgres_url)
    for name in ("READING_S", "WRITING_S"):
        monkeypatch.setattr(transactions, name, 0)
    monkeypatch.setattr(server, "GRACE_S", 1)
    error, seconds = refusal(lambda: sleeping(store, way))
    assert error.code == "store_unreachable"
    assert seconds < 10
    assert batches(open_store(postgres_url)) == ()


@contextmanager
def frozen(a_server):
    """Stop a server and all its processes where they are."""
    every = [a_server._server.pid, *a_server.children()]
    for each in every:
        os.kill(each, signal.SIGSTOP)
    try:
        yield
    finally:
        for each in every:
            os.kill(each, signal.SIGCONT)


@pytest.mark.long
@pytest.mark.skipif(not LONG, reason="waits for a frozen server")
def test_a_frozen_server_is_left_and_used_again_when_it_goes_on(postgres_server, postgres_url):
    store = create_store(postgres_url)
    assert batches(store) == ()
    with frozen(postgres_server):
        for _ in range(2):
            error, seconds = refusal(lambda: batches(open_store(postgres_url)))
            assert error.code == "store_unreachable"
            assert seconds < server.CONNECT_S + server.GRACE_S + 5
    assert batches(open_store(postgres_url)) == ()
    close_stores()
