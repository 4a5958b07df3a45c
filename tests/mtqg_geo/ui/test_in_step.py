"""What a click means whose page has not followed the click before: `ui/in_step`."""

from random import Random

import pytest
import streamlit as st

from mtqg_geo.ui import in_step

DISTRICTS = ("215", "218", "219", "220")


class Session(dict):
    """What a session holds; what is set in it is told to the page, as Streamlit does."""

    def __init__(self, **held):
        super().__init__(held)
        self.told = set()

    def __setitem__(self, name, value):
        super().__setitem__(name, value)
        self.told.add(name)


@pytest.fixture
def memory(monkeypatch):
    """A session without a server; nothing is drawn."""
    held = Session(district=[], standing=[], quick=[], quick_districts=[])
    monkeypatch.setattr(st, "session_state", held)
    monkeypatch.setattr(in_step, "_draw_echo", lambda: None)
    in_step.hold()
    in_step.tell()
    return held


def answer(memory, page):
    """Answer a click that came with what the page held; return what the page is told then."""
    memory.told.clear()
    memory |= {name: [*value] if isinstance(value, list) else value for name, value in page.items()}
    before = in_step.catch_up()
    for chip in set(memory["quick_districts"]) ^ set(before["quick_districts"]):  # as chips do
        code, held = chip.removeprefix("district="), memory["district"]
        if (chip in memory["quick_districts"]) != (code in held):
            memory["district"] = (
                [each for each in held if each != code] if code in held else [*held, code]
            )
    assert in_step.catch_up() == before  # a second callback of the same click
    in_step.hold()
    memory["district"] = memory["district"]  # as every run does
    in_step.put("quick_districts", [f"district={code}" for code in memory["district"]])
    in_step.tell()
    return {name: memory[name] for name in memory.told if not name.startswith("_")}


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


@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_clicked_while_answers_are_late_holds_in_the_end(memory, seed):
    """Chips and list entries are pressed at random; answers reach the page one or two clicks late."""
    draw = Random(seed)
    page = {"district": [], "quick_districts": [], in_step.ECHO: memory[in_step.ECHO]}
    wanted, on_their_way = set(), []
    for _ in range(300):
        code, is_chip = draw.choice(DISTRICTS), draw.random() < 0.5
        name, value = ("quick_districts", f"district={code}") if is_chip else ("district", code)
        is_on = value not in page[name]
        page[name] = [*page[name], value] if is_on else [v for v in page[name] if v != value]
        (wanted.add if is_on else wanted.discard)(code)
        on_their_way.append(answer(memory, page))
        assert set(memory["district"]) == wanted
        while len(on_their_way) > draw.choice((0, 1, 2)):
            page |= on_their_way.pop(0)
            if not on_their_way:
                assert set(page["district"]) == wanted
