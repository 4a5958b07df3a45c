"""The drawer over the legend, on a phone a sheet at the foot: a commune, a site or a road.

What is open is in the link: `profile=07645`, `work=road:D-2023-01`. A site or road lies above the
profile it was opened from; closing closes both.
"""

from pathlib import Path

import streamlit as st

from mtqg_geo.figures.work import find_work
from mtqg_geo.ui.map import profile, work_card
from mtqg_geo.ui.progress import cells
from mtqg_geo.ui.state import PageState

ASKED = "drawer_asked"
_behaviour = st.components.v2.component(
    "drawer", js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"), isolate_styles=False
)


def draw(state: PageState) -> None:
    """Draw what is open; its place stays, also when nothing is."""
    work = find_work(state.data, state.work) if state.work else None
    if work is not None:
        st.html(work_card.markup(state, work))
    elif state.profile is not None:
        st.html(profile.markup(state, with_origins=_are_asked_for(state.profile)))
    _behaviour(key=ASKED, on_asked_change=_take)
    cells.follow_links()


def open_profile(code: str) -> None:
    """Open the profile of a commune (in a callback)."""
    st.session_state["profile"], st.session_state["work"] = code, ""


def open_work(key: str) -> None:
    """Open the card of a site or road (in a callback)."""
    st.session_state["work"] = key


def _are_asked_for(code: str) -> bool:
    return bool(st.session_state.get("_origins_of") == code)


def _take() -> None:
    """Do what a button of the drawer asks for (callback)."""
    memory = st.session_state
    what, _, of = str(memory[ASKED].asked).partition("=")
    if what == "profile":
        open_profile(of)
    elif what == "work":
        open_work(of)
    elif what == "origins":
        memory["_origins_of"] = of
    elif what == "close":
        memory["_shut"] = memory["profile"] or next(iter(memory["commune"]), None)
        memory["profile"], memory["work"] = None, ""
