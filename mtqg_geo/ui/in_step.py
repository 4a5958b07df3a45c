"""Clicks made before the page has followed the click before.

A filter is changed by its chip or in its list, and what one changes the server tells the other. A
click in between still says what the other held before: taken as it comes, it would undo the first.
So the page is told a number with what it is told, in a field nobody sees, and says it back with
each click. What comes with a click is then read as changes to what the page knew, and these are
made to what holds.

Chip "Lục Nam", and 150 ms later chip "Chậm": with the second the list of districts still comes
empty, as it was for the page. It has not been changed, so "Lục Nam" stays.

A run gives way to the next click wherever it reads or sets what the session holds, at its very
beginning too. So what a click means is worked out of what page and server know of each other,
chips included, and noted in one piece (`catch_up`): a run that stops before has done nothing, and
the next one finds both clicks in what comes; one that stops after has lost nothing.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any

import streamlit as st

from mtqg_geo.figures.filters import FILTERS

ECHO, ANSWERED = "echo", ""
CHIPS = ("quick", "quick_districts", "chips")
NAMES = tuple(each.name for each in FILTERS)
MOST_TOLD = 8  # of a page further behind, what it was told before counts as what it said itself
Held = dict[str, Any]


@dataclass
class _Steps:
    """What page and server know of each other.

    Attributes
    ----------
    told, number
        What the page was told by each run, and the number of the last.
    page, echoed
        What the page held when it last spoke, and the number it said back then.
    now
        What holds, to which the next click is a change.
    late
        What the page had been told and did not know yet when it spoke: it came over that click,
        and has to be told again.
    """

    told: dict[int, Held] = field(default_factory=dict)
    number: int = 0
    page: Held = field(default_factory=dict)
    echoed: int = 0
    now: Held = field(default_factory=dict)
    late: Collection[str] = ()


def catch_up() -> None:
    """Have the filters hold what this click makes of them, chips and lists; once for each click."""
    steps = _steps()
    held = st.session_state.to_dict()  # at once: from here on nothing can stop the run
    if held.get(ECHO) == ANSWERED:  # by another callback or part, or before `st.rerun`
        return
    came, echoed = _held(held, (*NAMES, *CHIPS)), int(held.get(ECHO) or 0)
    since = [steps.told.get(number, {}) for number in range(steps.echoed + 1, echoed + 1)]
    known = reduce(or_, since, steps.page)
    unknown = range(echoed + 1, steps.number + 1)
    steps.late = {name for number in unknown for name in steps.told.get(number, {})}
    now = steps.now | {
        name: merged(known[name], came[name], steps.now[name])
        if name in known and name in steps.now
        else came[name]
        for name in NAMES
        if name in came
    }
    for row in CHIPS:
        if row in came and row in known:
            now |= _pressed(now, known[row], came[row])
    steps.page, steps.echoed, steps.now = came, echoed, now
    _hold_all(now)  # here it may stop: the next click begins with what holds now
    st.session_state[ECHO] = ANSWERED  # until the next click says another number


def change(**values: Any) -> None:
    """Have filters hold other values (in callbacks of what is no filter itself)."""
    catch_up()
    steps = _steps()
    steps.now = steps.now | values
    _hold_all(values)


def put(name: str, value: Any) -> None:
    """Have a row of chips hold a value, unless it does as far as is known.

    What is set is set in the browser as well, over a click that is on its way.
    """
    is_held = name in st.session_state and st.session_state[name] == value
    if not is_held or name in _steps().late:
        st.session_state[name] = value


def hold() -> None:
    """Note what holds now, to which the next click is a change."""
    _steps().now = _held(st.session_state, NAMES)


def is_ahead() -> bool:
    """Say whether filters hold something else than the page was told when all of it was drawn."""
    steps = _steps()
    told = steps.told.get(steps.number, {})
    return any(steps.now[name] != told[name] for name in steps.now.keys() & told.keys())


def tell() -> None:
    """Give what the page is told in this run a number; call it after all widgets."""
    memory, steps = st.session_state, _steps()
    told = _held(memory, NAMES)  # set in each run
    for name, value in _held(memory, CHIPS).items():
        if steps.page.get(name) != value or name in steps.late:
            told[name] = value
    steps.number += 1
    steps.told[steps.number] = told
    steps.told.pop(steps.number - MOST_TOLD, None)
    memory[ECHO] = str(steps.number)
    _draw_echo()


def _draw_echo() -> None:
    with st.container(key="in_step"):  # not shown
        st.text_input(ECHO, key=ECHO, label_visibility="collapsed")


def merged(known: Any, came: Any, now: Any) -> Any:
    """Return what holds after a change that was made in knowledge of something older.

    >>> merged(known=[], came=[], now=["218"])  # another widget was clicked
    ['218']
    >>> merged(known=[], came=["219"], now=["218"])
    ['218', '219']
    >>> merged(known=["218", "219"], came=["219"], now=["218", "219", "220"])
    ['219', '220']
    >>> merged(known=2023, came=2022, now=2024), merged(known=2023, came=2023, now=2024)
    (2022, 2024)
    """
    if came == known:
        return now
    if not all(isinstance(each, list) for each in (known, came, now)):
        return came
    left = [each for each in now if each in came or each not in known]
    return left + [each for each in came if each not in known and each not in now]


def _pressed(now: Held, known: Sequence[str], came: Sequence[str]) -> Held:
    """Return the filters that chips change: `district=218` has "218" held where it is on.

    >>> _pressed({"district": ["215"]}, known=[], came=["district=218"])
    {'district': ['215', '218']}
    >>> _pressed({"district": ["215"]}, known=["district=215"], came=[])
    {'district': []}
    """
    changed: Held = {}
    for chip in dict.fromkeys((*came, *known)):
        name, _, value = chip.partition("=")
        if (chip in came) != (chip in known) and name in now:
            held = changed.get(name, now[name])
            others = [each for each in held if str(each) != value]
            is_on, is_held = chip in came, others != held
            if is_on != is_held:
                changed[name] = [*held, value] if is_on else others
    return changed


def _hold_all(values: Held) -> None:
    for name, value in values.items():
        st.session_state[name] = [*value] if isinstance(value, list) else value


def _steps() -> _Steps:
    steps: _Steps = st.session_state.setdefault("_steps", _Steps())
    return steps


def _held(memory: Any, names: Sequence[str]) -> Held:
    found = {name: memory[name] for name in names if name in memory}
    return {name: [*each] if isinstance(each, list) else each for name, each in found.items()}
