"""Heavy jobs wait for their turn, are done once for all who want the same, and can be given up."""

import os
from ast import literal_eval
from collections import Counter
from concurrent.futures import CancelledError
from queue import Queue as Told
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.jobs import Call, Child, JobStopped, Queue, QueueFull

WAIT_S = 10


class Hand:
    """A worker that ends a job when the test says so, and says when it began."""

    def __init__(self):
        self.began, self.ends, self.killed = Told(), Told(), Event()

    def ready(self):
        pass

    def run(self, call, told):
        told(0.25)
        self.began.put(call.function)
        content = self.ends.get(timeout=WAIT_S)
        if isinstance(content, Exception):
            raise content
        return content

    def kill(self):
        self.killed.set()
        self.ends.put(JobStopped())

    def end(self):
        pass


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def hand():
    return Hand()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def queue(hand, clock):
    """One job at a time, two more may wait; four letters are kept."""
    return Queue(lambda: hand, at_once=1, most_waiting=2, keep_bytes=4, clock=clock)


def ask(queue, name, asker="me", **more):
    return queue.ask(name, Call(name), asker, **more)


def test_who_comes_later_sees_how_many_come_before(queue, hand):
    first = ask(queue, "map")
    assert hand.began.get(timeout=WAIT_S) == "map"
    second, third = ask(queue, "atlas"), ask(queue, "word")
    assert [queue.before(job) for job in (first, second, third)] == [0, 1, 2]
    assert first.share == 0.25
    hand.ends.put(b"m")
    assert first.done.result(WAIT_S) == b"m"
    assert hand.began.get(timeout=WAIT_S) == "atlas"
    assert [queue.before(job) for job in (second, third)] == [0, 1]
    hand.ends.put(b"a")
    hand.ends.put(b"w")
    assert third.done.result(WAIT_S) == b"w"


def test_who_wants_the_same_waits_for_the_same_and_later_has_it_at_once(queue, hand):
    jobs = [ask(queue, "map", asker) for asker in ("An", "Binh", "Chi")]
    hand.ends.put(b"m")
    assert {job.done.result(WAIT_S) for job in jobs} == {b"m"}
    assert ask(queue, "map", "Dung").done.done()
    assert [hand.began.get(timeout=WAIT_S), hand.began.empty()] == ["map", True]


def test_results_are_kept_up_to_so_many_bytes(queue, hand):
    for content in (b"aaa", b"bb"):
        hand.ends.put(content)
        assert ask(queue, content.decode()).done.result(WAIT_S) == content
    assert ask(queue, "bb").done.done()
    again = ask(queue, "aaa")
    assert not again.done.done()
    hand.ends.put(b"aaa")
    assert again.done.result(WAIT_S) == b"aaa"


def test_a_full_queue_takes_no_more_but_who_wants_the_same_may_join(queue, hand):
    ask(queue, "map")
    hand.began.get(timeout=WAIT_S)
    jobs = [ask(queue, name) for name in ("atlas", "word")]
    with pytest.raises(QueueFull):
        ask(queue, "html")
    assert ask(queue, "atlas", "Binh") is jobs[0]
    for _ in range(3):
        hand.ends.put(b"")


def test_what_nobody_waits_for_any_more_is_not_done(queue, hand):
    ask(queue, "map")
    hand.began.get(timeout=WAIT_S)
    ask(queue, "atlas", "An")
    stays = ask(queue, "atlas", "Binh")
    queue.leave("atlas", "An")
    assert not stays.done.cancelled()
    queue.leave("atlas", "Binh")
    with pytest.raises(CancelledError):
        stays.done.result(WAIT_S)
    last = ask(queue, "word")
    hand.ends.put(b"m")
    hand.ends.put(b"w")
    assert last.done.result(WAIT_S) == b"w"
    assert list(hand.began.queue) == ["word"]


def test_giving_up_a_job_under_way_stops_it_and_the_next_one_begins(queue, hand):
    job = ask(queue, "atlas")
    hand.began.get(timeout=WAIT_S)
    queue.leave("atlas", "me")
    assert hand.killed.is_set()
    assert job.done.cancelled()
    hand.ends.put(b"m")
    assert ask(queue, "map").done.result(WAIT_S) == b"m"


def test_who_is_not_heard_of_any_more_has_left(queue, hand, clock):
    ask(queue, "map")
    hand.began.get(timeout=WAIT_S)
    silent = ask(queue, "atlas", patience_s=20)
    heard, stays = ask(queue, "word", patience_s=20), ask(queue, "word", "who holds the line")
    clock.now = 15
    assert ask(queue, "word", patience_s=20) is heard
    clock.now = 21
    ask(queue, "html")  # there is room again
    assert silent.done.cancelled()
    assert not stays.done.cancelled()
    for content in (b"m", b"w", b"h"):
        hand.ends.put(content)
    assert heard.done.result(WAIT_S) == b"w"


def test_a_failure_is_told_to_who_waits_and_kept_for_nobody(queue, hand):
    hand.ends.put(ValueError("no shape"))
    with pytest.raises(ValueError, match="no shape"):
        ask(queue, "map").done.result(WAIT_S)
    hand.ends.put(b"m")
    assert ask(queue, "map").done.result(WAIT_S) == b"m"


def test_no_more_than_so_many_are_done_at_a_time():
    hands = [Hand(), Hand(), Hand()]
    free = iter(hands)
    queue = Queue(lambda: next(free), at_once=2)
    jobs = [ask(queue, name) for name in ("map", "atlas", "word")]
    begun = {each.began.get(timeout=WAIT_S) for each in hands[:2]}
    assert begun == {"map", "atlas"}
    assert queue.before(jobs[2]) == 2
    for each in (*hands[:2], hands[0], hands[1]):
        each.ends.put(b"")
    assert jobs[2].done.result(WAIT_S) == b""
    assert hands[2].began.empty()


def test_short_jobs_pass_long_ones_of_which_one_at_a_time_is_done():
    hands = [Hand(), Hand()]
    free = iter(hands)
    queue = Queue(lambda: next(free), at_once=2)
    atlases = [queue.ask(f"atlas {at}", Call(f"atlas {at}", is_long=True), "me") for at in (1, 2)]
    map_ = ask(queue, "map")
    begun = {each.began.get(timeout=WAIT_S): each for each in hands}
    assert set(begun) == {"atlas 1", "map"}
    table = ask(queue, "table")
    assert [queue.before(job) for job in (*atlases, map_, table)] == [0, 1, 0, 1]
    begun["map"].ends.put(b"m")
    assert begun["map"].began.get(timeout=WAIT_S) == "table"
    begun["map"].ends.put(b"t")
    assert table.done.result(WAIT_S) == b"t"
    assert not atlases[1].done.done()
    for content in (b"1", b"2"):
        begun["atlas 1"].ends.put(content)
    assert atlases[1].done.result(WAIT_S) == b"2"


def test_turns_go_round_those_who_ask(hand):
    queue = Queue(lambda: hand, at_once=1, most_of_one=4)
    of = [("An", "a1"), *(("An", f"a{n}") for n in range(2, 6)), ("Chi", "c1"), ("Binh", "b1")]
    jobs = {}
    for whose, name in (*of, ("Binh", "b2")):
        jobs[name] = ask(queue, name, whose=whose)
        if name == "a1":
            assert hand.began.get(timeout=WAIT_S) == "a1"
    # An has four waiting: a fifth is not taken, but others' are.
    with pytest.raises(QueueFull):
        ask(queue, "a6", whose="An")
    order = ["a2", "c1", "b1", "a3", "b2", "a4", "a5"]
    assert sorted(jobs, key=lambda name: queue.before(jobs[name])) == ["a1", *order]
    assert ask(queue, "a5", "another", whose="Chi") is jobs["a5"]  # her second file
    for _ in jobs:
        hand.ends.put(b"")
    began = [hand.began.get(timeout=WAIT_S) for _ in order]
    assert began == ["a2", "c1", "b1", "a3", "a5", "b2", "a4"]


@given(st.lists(st.sampled_from(["A asks", "B asks", "C asks", "next"]), max_size=40))
def test_nobody_waits_for_more_than_one_job_of_each_other_a_round(steps):
    queue, hand = Queue(Hand, at_once=1), Hand()
    queue._hire = lambda: None  # nobody does them but this test
    for number, step in enumerate(steps):
        if step != "next":
            ask(queue, number, whose=step[0])
        elif queue._jobs:
            queue._finish(queue._next(hand), lambda: None)
        waiting = queue._waiting()
        for job in waiting:
            before = Counter(whose for each in waiting[: queue.before(job)] for whose in each.whose)
            [mine] = job.whose
            # The round under way is one more.
            assert all(before[other] <= before[mine] + 2 for other in "ABC")


def test_who_is_not_known_is_somebody_else_each_time(hand):
    queue = Queue(lambda: hand, at_once=1, most_of_one=1)
    ask(queue, "a1", whose="An")
    hand.began.get(timeout=WAIT_S)
    jobs = [ask(queue, *each) for each in (("x",), ("y",))]
    jobs.append(ask(queue, "b1", whose="Binh"))
    assert [queue.before(job) for job in jobs] == [1, 2, 3]
    for _ in range(4):
        hand.ends.put(b"")


def test_a_worker_without_work_goes(hand, monkeypatch):
    gone = Event()
    monkeypatch.setattr(hand, "end", gone.set)
    queue = Queue(lambda: hand, idle_s=0.0)
    queue.make_ready()
    assert gone.wait(WAIT_S)
    hand.ends.put(b"m")
    assert ask(queue, "map").done.result(WAIT_S) == b"m"


def test_a_child_prepares_once_does_one_job_after_the_other_and_outlives_failures():
    child, shares = Child("tests.geo.jobs_given:prepare"), []

    def run(name, *given):
        return child.run(Call(f"tests.geo.jobs_given:{name}", given), shares.append)

    try:
        assert run("double", "ba") == b"baba"
        assert shares == [0.5]
        with pytest.raises(ValueError, match="no such commune"):
            run("refuse")
        with pytest.raises(RuntimeError, match="no such district"):
            run("refuse_oddly")
        if hasattr(os, "nice"):
            prepared, priority, session, group = literal_eval(run("told").decode())
            assert prepared == [True]
            assert priority - os.nice(0) >= min(10, 19 - os.nice(0))
            assert session == os.getsid(0), "in one of its own Linux would not heed its priority"
            assert group != os.getpgrp(), "a key that stops the server stops it alone"
        child._process.kill()  # as the system does when memory is short
        child._process.wait()
        assert run("double", "a") == b"aa"
    finally:
        child.end()


def test_a_job_under_way_in_a_child_is_stopped():
    child = Child()
    queue, begun = Queue(lambda: child, at_once=1), Event()
    call = Call("tests.geo.jobs_given:last_for_ever")
    job = queue.ask("ever", call, "me")
    while not job.share and not begun.wait(0.01):
        assert not job.done.done()
    queue.leave("ever", "me")
    assert job.done.cancelled()
    again = queue.ask("b", Call("tests.geo.jobs_given:double", ("b",)), "me")
    assert again.done.result(WAIT_S) == b"bb"
    child.end()
