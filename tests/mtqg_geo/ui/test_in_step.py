"""What a click means whose page has not followed the click before: `ui/in_step`."""

import contextlib
from random import Random

import pytest
import streamlit as st

from mtqg_geo.ui import in_step

DISTRICTS = ("215", "218", "219", "220")


class Stopped(Exception):
    """A run gives way to the next click."""


class Session(dict):
    """What a session holds; what is set in it is told to the page, as Streamlit does.

    A run may give way wherever it reads or sets something, also as Streamlit does: after so many
    times as are said.
    """

    def __init__(self, **held):
        super().__init__(held)
        self.told, self.left = set(), None

    def __getitem__(self, name):
        self.give_way()
        return super().__getitem__(name)

    def __setitem__(self, name, value):
        self.give_way()
        super().__setitem__(name, value)
        self.told.add(name)

    def __contains__(self, name):
        self.give_way()
        return super().__contains__(name)

    def get(self, name, default=None):
        self.give_way()
        return super().get(name, default)

    def setdefault(self, name, default=None):
        if name not in self:
            self[name] = default
        return self[name]

    def to_dict(self):
        return {name: super(Session, self).__getitem__(name) for name in self}

    def give_way(self):
        if self.left == 0:
            self.left = None
            raise Stopped
        if self.left:
            self.left -= 1


@pytest.fixture
def memory(monkeypatch):
    """A session without a server; nothing is drawn."""
    held = Session(district=[], standing=[], quick=[], quick_districts=[])
    monkeypatch.setattr(st, "session_state", held)
    monkeypatch.setattr(in_step, "_draw_echo", lambda: None)
    in_step.hold()
    in_step.tell()
    return held


def answer(memory, page, stops_after=None):
    """Answer a click that came with what the page held; return what the page is told then."""
    memory.told.clear()
    memory |= {name: [*value] if isinstance(value, list) else value for name, value in page.items()}
    memory.left = stops_after
    with contextlib.suppress(Stopped):
        in_step.catch_up()
        in_step.catch_up()  # by another callback or part of the same click
        in_step.hold()
        memory["district"] = memory["district"]  # as every run does
        in_step.put("quick_districts", [f"district={code}" for code in memory["district"]])
        in_step.tell()
        memory.left = None
        return {name: memory[name] for name in memory.told if not name.startswith("_")}
    return {}


def test_a_click_between_two_answers_takes_nothing_back(memory):
    page = {"district": [], "quick_districts": ["district=218"], in_step.ECHO: memory[in_step.ECHO]}
    told = answer(memory, page)
    assert told["district"] == ["218"]
    page["standing"] = ["late"]  # its list has not been told of Lục Nam
    answer(memory, page)
    assert (memory["district"], memory["standing"]) == (["218"], ["late"])
    page |= told | {"district": []}  # told by now, and taken off in the list
    answer(memory, page)
    assert (memory["district"], memory["quick_districts"]) == ([], [])


def test_what_is_no_filter_changes_filters_under_a_run_that_stops(memory):
    page = {"district": ["218"], "quick_districts": [], in_step.ECHO: memory[in_step.ECHO]}
    memory |= page
    in_step.change(district=[])  # the button that empties all, clicked with the list; then it stops
    answer(memory, page | {"standing": ["late"]})
    assert (memory["district"], memory["standing"]) == ([], ["late"])


@pytest.mark.parametrize("share_stopped", [0, 0.5])
@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_clicked_while_answers_are_late_holds_in_the_end(memory, seed, share_stopped):
    """Chips and list entries are pressed at random; answers reach the page one or two clicks late.

    Then half of the runs give way to the next click at any of their first steps, and tell nothing.
    Such a click is known by what comes with the next one. Of two that come at once nobody can say
    which was first, so that no district is pressed twice then, nor in two places; and an answer
    that came between them would take back the first.
    """
    draw = Random(seed)
    page = {"district": [], "quick_districts": [], in_step.ECHO: memory[in_step.ECHO]}
    wanted, on_their_way, pressed = set(), [], set()
    for _ in range(300):
        code, is_chip = draw.choice(DISTRICTS), draw.random() < 0.5
        if code in pressed:
            continue
        is_chip = code < "219" if share_stopped else is_chip
        name, value = ("quick_districts", f"district={code}") if is_chip else ("district", code)
        is_on = value not in page[name]
        page[name] = [*page[name], value] if is_on else [v for v in page[name] if v != value]
        (wanted.add if is_on else wanted.discard)(code)
        stops_after = draw.randrange(40) if draw.random() < share_stopped else None
        on_their_way.append(answer(memory, page, stops_after))
        pressed = {*pressed, code} if not on_their_way[-1] else set()
        if pressed:
            continue
        assert set(memory["district"]) == wanted
        while len(on_their_way) > draw.choice((0, 1, 2)):
            page |= on_their_way.pop(0)
            if not on_their_way:
                assert set(page["district"]) == wanted
