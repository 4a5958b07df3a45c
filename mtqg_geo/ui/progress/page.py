"""The page of progress: plan against result, pace, capital, rankings, difficult communes."""

from html import escape

import streamlit as st

from mtqg_geo.programme.words import number, t
from mtqg_geo.progress.view import ProgressChoices, progress_view
from mtqg_geo.progress.words import moment_words
from mtqg_geo.ui.choices import COMPLETED
from mtqg_geo.ui.progress import cells, difficult, plan, ranking
from mtqg_geo.ui.shared import downloads
from mtqg_geo.ui.shared.markup import draw_notice
from mtqg_geo.ui.state import PageState


def draw(state: PageState) -> None:
    """Draw every target, then the chosen one in depth, capital, and the difficult communes."""
    lang = state.lang
    view = progress_view(state.data, state.selection, _choices(), lang=lang)
    count = number(len(view.targets.lines), lang)
    st.header(t("progress_targets", lang, count=count), anchor=False)
    moment = " – ".join(moment_words(view.targets.clock, lang))
    st.html(f"<p class='in-words' role='status'>{escape(moment)}</p>")
    for notice in view.notices:
        draw_notice(notice, role="note")
    if view.details is not None:
        plan.draw_targets(state, view.targets)
        ranking.draw(state, view.details.in_depth)
        plan.draw_capital(state, view.details.capital)
        difficult.draw(state, view.details)
    downloads.menu(state)
    cells.follow_links()


def _choices() -> ProgressChoices:
    memory = st.session_state
    return ProgressChoices(
        level=memory["progress_level"],
        order=memory["progress_order"],
        limit_km=float(memory["progress_far_km"]),
        completed_only=memory["progress_far_works"] == COMPLETED,
    )
