"""A page goes on with the state before while another is prepared; nobody waits but who changed it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from mtqg_geo.programme.errors import StoreError
from mtqg_geo.ui import newest as module
from mtqg_geo.ui.newest import (
    Newest,
    catch_up,
    changed_dataset,
    drawn,
    is_behind,
    newest_dataset,
    serve,
)

WAIT_S = 30


class State:
    """Data of a state, as far as it matters here."""

    @property
    def as_loaded(self):
        return self


class Office:
    """What is loaded, and what a server does of it."""

    def __init__(self):
        self.data, self.may_go_on, self.begun = State(), Event(), Event()
        self.prepared, self.after, self.fails = [], [], False
        self.may_go_on.set()

    def load(self):
        self.data = State()
        return self.data

    def prepare(self, data):
        self.begun.set()
        assert self.may_go_on.wait(WAIT_S)
        if self.fails:
            raise StoreError("gone")
        self.prepared.append(data)


@pytest.fixture
def office(monkeypatch):
    office = Office()
    monkeypatch.setattr(module, "state_in_use", lambda: ("state", str(id(office.data))))
    monkeypatch.setattr(module, "current_dataset", lambda: office.data)
    monkeypatch.setattr(module, "all_shown", lambda data: [data])
    monkeypatch.setattr(module, "PATIENCE_S", 0.02)
    serve(Newest(office.prepare, office.after.append))
    yield office
    office.may_go_on.set()
    serve(None)


def test_a_state_is_prepared_once_and_shown(office):
    first = office.data
    with ThreadPoolExecutor(8) as pool:
        shown = [*pool.map(lambda _: newest_dataset(), range(8))]
    assert shown == [first] * 8
    assert office.prepared == [first]
    assert not is_behind(first)
    assert newest_dataset() is first
    assert office.prepared == [first]


def test_the_state_before_is_shown_and_says_so_until_the_next_is_ready(office, monkeypatch):
    before = newest_dataset()
    office.may_go_on.clear()
    loaded = office.load()
    assert newest_dataset() is before
    assert is_behind(before)
    with ThreadPoolExecutor(1) as pool:
        mine = pool.submit(changed_dataset)
        assert newest_dataset() is before, "who loaded waits, who only reads does not"
        assert not mine.done()
        office.may_go_on.set()
        assert mine.result(WAIT_S) is loaded
    assert newest_dataset() is loaded
    assert not is_behind(loaded)
    assert not is_behind(before), "a page that was drawn earlier draws itself anew by itself"
    assert office.prepared == [before, loaded]
    assert [*drawn()] == [loaded, before], "files of a map that was drawn before are still there"


def test_what_is_loaded_while_a_state_is_prepared_is_shown_next(office):
    newest_dataset()
    office.may_go_on.clear()
    office.begun.clear()
    second = office.load()
    newest_dataset()
    assert office.begun.wait(WAIT_S)
    third = office.load()
    with ThreadPoolExecutor(1) as pool:
        mine = pool.submit(changed_dataset)
        office.may_go_on.set()
        assert mine.result(WAIT_S) is third
    assert office.prepared[-1] is third
    assert second in (*office.prepared, third)


def test_a_store_that_is_gone_is_said_and_tried_again(office):
    office.fails = True
    with pytest.raises(StoreError):
        newest_dataset()
    catch_up()  # after a change that was made: the page says what is wrong
    office.fails = False
    assert newest_dataset() is office.data


def test_a_page_without_a_server_shows_what_is_loaded(office):
    serve(None)
    loaded = office.load()
    assert newest_dataset() is changed_dataset() is loaded
    assert not office.prepared
    assert not is_behind(loaded)
