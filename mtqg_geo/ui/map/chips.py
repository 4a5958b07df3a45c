"""What is filtered, one click each: what planners ask for most, districts, and what else is chosen.

A filter that is on is a chip that takes it off again; what a click does, `ui/in_step` works out.
"""

from collections.abc import Iterable

import streamlit as st

from mtqg_geo.figures.filters import FILTERS, STANDINGS, Filter
from mtqg_geo.figures.standings import usable_standings
from mtqg_geo.maps.symbols import map_name
from mtqg_geo.programme.model import MOST_DIFFICULT
from mtqg_geo.programme.words import t
from mtqg_geo.ui.in_step import CHIPS, put
from mtqg_geo.ui.shared.markup import plain
from mtqg_geo.ui.state import PageState

QUICK, PLACES, OTHERS = CHIPS
MOST_PLACES = 12  # more districts than this are chosen in the sidebar alone


def draw(state: PageState) -> None:
    """Draw the chips: a shorter way to filters, which show what these hold."""
    lang, memory, data = state.lang, st.session_state, state.data
    indicator = data.catalog.indicators[state.selection.indicator]
    standings = usable_standings(indicator, STANDINGS)
    by_name = {each.name: each for each in FILTERS}
    words = {
        _held("region", MOST_DIFFICULT): t("chip_most_difficult", lang),
        **{_held("standing", each): t(f"standing_{each}", lang) for each in standings},
    }
    _pills(QUICK, words, _chosen(["region", "standing"]) & set(words), t("chips_quick", lang))
    district = by_name["district"]
    codes = list(district.options(data))
    has_places = len(codes) <= MOST_PLACES
    if has_places:
        words = {_held("district", each): map_name(_words(district, each, state)) for each in codes}
        _pills(PLACES, words, _chosen(["district"]), t(district.label_on(data), lang))
    shown_above = {_held("region", MOST_DIFFICULT)} | {_held("standing", e) for e in STANDINGS}
    others = {
        _held(each.name, value): f"{_words(each, value, state)} ×"
        for each in FILTERS
        if not each.is_single and not (has_places and each.name == "district")
        for value in memory[each.name]
        if _held(each.name, value) not in shown_above
    }
    if others:
        _pills(OTHERS, others, set(others), t("chips_filters", lang))


def _pills(key: str, words: dict[str, str], on: set[str], label: str) -> None:
    now = st.session_state.get(key, [])
    put(key, now if set(now) == on else [each for each in words if each in on])
    st.pills(
        label,
        list(words),
        selection_mode="multi",
        key=key,
        format_func=lambda each: plain(words[each]),
        label_visibility="collapsed",
        width="content",
    )


def _chosen(names: Iterable[str]) -> set[str]:
    memory = st.session_state
    return {_held(name, value) for name in names for value in memory[name]}


def _held(name: str, value: object) -> str:
    return f"{name}={value}"


def _words(each: Filter, value: object, state: PageState) -> str:
    return each.option_words(state.data, str(value), state.lang)
