"""The choice of which works are on the map."""

import streamlit as st

from mtqg_geo.maps.works_shown import WorksShown, works_by_rule
from mtqg_geo.programme.words import t
from mtqg_geo.ui.state import PageState


def choose(state: PageState, shown: WorksShown) -> None:
    """Draw the choice; what the map would show by itself is no choice of the reader's."""
    # A key for each rule: what the browser says of the list before the rule changed is no choice.
    by_rule = works_by_rule(state.data, state.selection)
    key = f"works_on_map_{by_rule}"
    st.session_state[key] = shown.value
    st.segmented_control(
        t("works_on_map", state.lang),
        [each.value for each in WorksShown],
        key=key,
        format_func=lambda each: t(f"works_on_map_{each}", state.lang),
        on_change=_take,
        args=(key, by_rule),
        required=True,
        label_visibility="collapsed",
        width="content",
    )


def _take(key: str, by_rule: WorksShown) -> None:
    """Hold what was chosen (callback)."""
    chosen = st.session_state[key]
    st.session_state["works"] = "" if chosen == by_rule else chosen
