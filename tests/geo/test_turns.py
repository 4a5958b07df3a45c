"""Turns: never more at work than there is room for, everybody in order, nobody forgotten."""

import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.turns import Turns


@given(
    pieces=st.lists(st.integers(1, 8), min_size=1, max_size=12),
    most=st.integers(1, 3),
    room=st.integers(1, 8),
)
def test_pieces_never_take_more_than_the_room_and_all_are_done(pieces, most, room):
    turns, at_work, done, lock = Turns(most=most, memory_bytes=room), [], [], threading.Lock()

    def work(size):
        with turns.take(size):
            with lock:
                at_work.append(size)
                assert len(at_work) <= most
                assert len(at_work) == 1 or sum(at_work) <= room
            time.sleep(0.0005)
            with lock:
                at_work.remove(size)
                done.append(size)

    threads = [threading.Thread(target=work, args=(size,)) for size in pieces]
    for each in threads:
        each.start()
    for each in threads:
        each.join(timeout=10)
    assert sorted(done) == sorted(pieces)


def test_a_small_piece_does_not_overtake_a_large_one():
    turns, order = Turns(most=3, memory_bytes=10), []

    def work(size):
        with turns.take(size):
            order.append(size)

    with turns.take(8):
        threads = [threading.Thread(target=work, args=(size,)) for size in (9, 1)]
        for number, each in enumerate(threads, start=1):
            each.start()
            while len(turns._waiting) < number:
                time.sleep(0.001)
        assert order == []  # 1 would fit beside 8, but came after 9
    for each in threads:
        each.join(timeout=10)
    assert order == [9, 1]


@pytest.mark.parametrize("way", ["time", "stopped"])
def test_who_gives_up_stands_in_nobodys_way(way, monkeypatch):
    monkeypatch.setattr("geo.turns.TICK_S", 0.01)
    turns = Turns(most=1, memory_bytes=10)

    def told():
        raise KeyError(way)

    given = {"wait_s": 0} if way == "time" else {"told": told}
    expected = pytest.raises(TimeoutError if way == "time" else KeyError)
    with turns.take(1), expected, turns.take(1, **given):
        pass
    with turns.take(1, wait_s=0):
        pass


def test_work_that_fails_gives_its_turn_back():
    turns = Turns(most=1, memory_bytes=10)
    with pytest.raises(KeyError), turns.take(1):
        raise KeyError
    with turns.take(1, wait_s=0):
        pass
