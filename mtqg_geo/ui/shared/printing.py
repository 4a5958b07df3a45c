"""The menu of what is printed or handed over: one click is one file."""

from dataclasses import replace
from functools import partial

import streamlit as st

from mtqg_geo.figures.file_names import report_name
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import t
from mtqg_geo.report.setup import (
    KINDS,
    MEDIA_TYPES,
    OFFICE_FIELDS,
    ORIENTATIONS,
    PAPERS_MM,
    WITH_OFFICE,
    Office,
    Setup,
)
from mtqg_geo.ui import person
from mtqg_geo.ui.server.heavy import Offer, desk, wish_for
from mtqg_geo.ui.shared import waiting
from mtqg_geo.ui.shared.folded import draw_folded
from mtqg_geo.ui.shared.markup import choose, draw_small
from mtqg_geo.ui.state import PageState

# Of a longer one a picture may be too large, and a button cannot say so.
AS_PICTURE = ("map", "progress")
# What stands in the menu: the key of its button and words, which report it is. First what is wanted
# most: one sheet with everything on it.
ENTRIES = {"map_list": "map", **{kind: kind for kind in KINDS}}
CHOICES = (
    "report_paper",
    "report_orientation",
    "report_picture",
    "report_everywhere",
    "report_letterhead",
    *(f"report_office_{name}" for name in OFFICE_FIELDS),
)


def draw(state: PageState) -> None:
    """Draw a button for each report, and below them how it is wanted."""
    lang = state.lang
    with st.container(key="print_window"):
        draw_small(t("print_help", lang))
        entries = st.container(key="print_entries")
        window = st.expander(t("print_options", lang), key="print_options", on_change="rerun")
        draw_folded(window, partial(_options, lang))
        setup = _setup(state)
        with entries:
            offers = {
                f"print_{name}": _button(state, name, kind, setup) for name, kind in ENTRIES.items()
            }
        waiting.draw("reports", offers, lang)


def _options(lang: Lang) -> None:
    """Ask for paper and orientation, a picture, and who issues the report."""
    left, right = st.columns(2, gap="small")
    left.selectbox(t("report_paper", lang), tuple(PAPERS_MM), key="report_paper")
    with right:
        choose("report", ORIENTATIONS, lang, key="report_orientation")
    st.checkbox(t("print_picture", lang), key="report_picture")
    st.checkbox(t("print_everywhere", lang), key="report_everywhere")
    words, why = t("report_letterhead", lang), t("report_letterhead_help", lang)
    if st.checkbox(words, key="report_letterhead", help=why):
        left, right = st.columns(2, gap="small")
        half = len(OFFICE_FIELDS) // 2
        for side, names in ((left, OFFICE_FIELDS[:half]), (right, OFFICE_FIELDS[half:])):
            for name in names:
                side.text_input(t(f"report_office_{name}", lang), key=f"report_office_{name}")


def _setup(state: PageState) -> Setup:
    """Return how a report is wanted; what was never asked is as usual."""
    memory = st.session_state
    given = [str(memory.get(f"report_office_{name}", "")) for name in OFFICE_FIELDS]
    office = Office(*(" ".join(text.split()) for text in given))
    return Setup(
        memory.get("report_paper", Setup.paper),
        memory.get("report_orientation", Setup.orientation),
        state.lang,
        state.classing,
        office=office if memory.get("report_letterhead") else None,
        everywhere=bool(memory.get("report_everywhere")),
    )


def _button(state: PageState, name: str, kind: str, setup: Setup) -> str:
    """Draw the button of a report; return where it is offered."""
    is_picture = bool(st.session_state.get("report_picture")) and kind in AS_PICTURE
    suffix = "png" if is_picture else KINDS[kind][0]
    office, is_listed = setup.office if kind in WITH_OFFICE else None, name != kind
    setup = replace(setup, office=office, listed=is_listed)
    file_name = report_name(state.data, state.selection, kind, suffix, is_listed=is_listed)
    wish = wish_for(state.data, state.selection, kind, suffix, setup)
    st.download_button(
        t(f"print_{name}", state.lang, paper=setup.paper, format=suffix.upper()),
        data=partial(desk().content, wish, state.data, person.visitor().who),
        file_name=file_name,
        mime=MEDIA_TYPES[suffix],
        key=f"print_{name}",
        on_click="ignore",
        icon=":material/print:",
        width="stretch",
        type="primary" if is_listed else "secondary",
    )
    return desk().offer(Offer(wish, file_name, MEDIA_TYPES[suffix]))
