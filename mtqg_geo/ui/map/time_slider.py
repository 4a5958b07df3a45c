"""The quarters of a year as a slider below the map; it plays them one after the other.

What was moved last is counted: an answer to an earlier move does not push the slider back.
"""

from functools import partial
from pathlib import Path

import streamlit as st

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.periods import moments_of, quarters_of_any
from mtqg_geo.figures.words import quarter_words
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.period import Period, quarter_numeral
from mtqg_geo.programme.words import t
from mtqg_geo.ui.state import selection_of_widgets

KEY = "until"
LATEST = 0  # the last quarter reported, also on the page of progress
_MOVES = "_until_moves"  # how often the slider was moved in this session

_slider = st.components.v2.component(
    "time_slider",
    html=(
        "<div class='time-slider' role='group'><button type='button'></button>"
        "<div class='time-track'><input type='range' min='0' step='1'>"
        "<div class='time-ticks' aria-hidden='true'></div></div><output></output></div>"
    ),
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def draw(data: Dataset, lang: Lang) -> None:
    """Draw the slider, for results that are reported by quarter.

    A quarter that was chosen elsewhere counts in the key figures: it can always be seen and left.
    """
    memory, selection = st.session_state, selection_of_widgets(data)
    growing, year = selection.growing(data), selection.year
    quarters = (moments_of if selection.quarter else quarters_of_any)(data, growing, year)
    if len(quarters) < 2:
        return
    texts = [Period(year, each).text for each in quarters]
    compared = selection.compare.text if selection.compare else ""
    _slider(
        key=KEY,
        data={
            # Beside itself a quarter would be compared with nothing: it is not played.
            "aside": texts.index(compared) if compared in texts else -1,
            "moves": memory.get(_MOVES, 0),
            "at": quarters.index(selection.quarter) if selection.quarter else len(quarters) - 1,
            "numerals": [quarter_numeral(quarter, lang) for quarter in quarters],
            "words": [quarter_words(each, lang) for each in texts],
            "label": t("modes_until", lang),
            "play": t("modes_play", lang),
            "stop": t("modes_stop", lang),
        },
        on_moved_change=partial(_take, quarters),
    )


def _take(quarters: tuple[int, ...]) -> None:
    """Hold the quarter of the slider; the last one is what is known today (callback)."""
    memory = st.session_state
    moved = memory[KEY].moved
    memory[_MOVES] = moved["moves"]
    if 0 <= moved["at"] < len(quarters):  # else of a year that is not shown any more
        chosen = quarters[moved["at"]]
        memory["as_of"] = chosen if chosen != quarters[-1] else LATEST
