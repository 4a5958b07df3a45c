"""The page of progress: plan against result, pace, capital, rankings, difficult communes."""

from __future__ import annotations

from dataclasses import replace
from html import escape

import streamlit as st

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.periods import followed
from mtqg_geo.figures.quarters import as_counted
from mtqg_geo.figures.selection import default_selection
from mtqg_geo.programme.words import number, t
from mtqg_geo.progress.capital import ladder
from mtqg_geo.progress.difficult import difficult_communes, remote_difficult
from mtqg_geo.progress.rankings import ranking
from mtqg_geo.progress.targets import progress, trend
from mtqg_geo.progress.words import notices
from mtqg_geo.ui.progress import capital as progress_capital
from mtqg_geo.ui.progress import difficult as progress_difficult
from mtqg_geo.ui.progress import links as progress_links
from mtqg_geo.ui.progress import moment as progress_moment
from mtqg_geo.ui.progress import ranking as progress_ranking
from mtqg_geo.ui.progress import targets as progress_targets
from mtqg_geo.ui.shared import report_buttons
from mtqg_geo.ui.state import PageState


def draw(state: PageState) -> None:
    """Draw every target, then the chosen one in depth, capital, and the difficult communes."""
    data, lang = state.data, state.lang
    made = progress(data, state.selection)
    with st.container(horizontal=True, vertical_alignment="bottom", key="progress_head"):
        st.header(t("progress_targets", lang, count=number(len(made.lines), lang)), anchor=False)
        progress_moment.choose(state)
    for notice in notices(data, state.selection, made, lang, names_units=False):
        st.html(f"<p class='notice plain' role='note'>{escape(notice)}</p>")
    if any(line.communes for line in made.lines):
        progress_targets.draw_counts(made, lang)
        progress_targets.draw(state, made)
        progress_ranking.draw(state)
        progress_capital.draw(state)
        # Its links open the communes that are judged, whichever units are shown.
        counted_data, counted = as_counted(data, state.selection)
        progress_difficult.draw(replace(state, data=counted_data, selection=counted))
    with st.container(width=240, key="progress_print"):
        report_buttons.draw(state)
    progress_links.listen()


def prepare(data: Dataset) -> None:
    """Compute what a first visit shows, so that no reader waits for it."""
    selection = default_selection(data)
    first = data.catalog.indicators[next(iter(followed(data)))]
    progress(data, selection)
    trend(data, selection, first)
    ranking(data, selection, first)
    ladder(data, selection)
    difficult_communes(data, selection)
    remote_difficult(data, selection)
