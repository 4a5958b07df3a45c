"""The map page: what is shown as a title, the map, its legend, key figures, table.

Its places are made with the whole page. What stands in them runs by itself (a fragment of
Streamlit): a click here runs nothing beside it, and the map is told first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mtqg_geo.figures.key_figures import Figure
from mtqg_geo.maps.view import MapView, map_view
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import t
from mtqg_geo.ui import state
from mtqg_geo.ui.map import (
    chips,
    display,
    drawer,
    legend,
    table,
    time_slider,
    title,
    works,
)
from mtqg_geo.ui.map import frame as map_frame
from mtqg_geo.ui.shared import downloads, notices
from mtqg_geo.ui.state import PageState


@dataclass(frozen=True)
class _Places:
    """Where the parts of the page stand; they are there before anything is drawn in them.

    Made with the whole page and kept by its later runs, which send nothing of them: the map would
    be made anew if it moved.
    """

    notices: DeltaGenerator
    lists: DeltaGenerator
    words: DeltaGenerator
    chips: DeltaGenerator
    map: DeltaGenerator
    drawer: DeltaGenerator
    beside: DeltaGenerator
    figures: DeltaGenerator
    below: DeltaGenerator
    is_alone: bool


def draw(at_first: PageState, settle: Callable[[PageState], None]) -> None:
    """Draw the page.

    Parameters
    ----------
    at_first
        What is chosen as the whole page runs.
    settle
        Has the links and the address follow what is chosen.
    """
    _fill(_make_places(at_first), at_first, settle)


def _make_places(at_first: PageState) -> _Places:
    is_alone = len(_view(at_first).side_by_side) == 1
    notices_place = st.container(key="origin")
    with st.container(key="head"):
        with st.container(horizontal=True, vertical_alignment="bottom", key="title"):
            lists = st.container(horizontal=True, vertical_alignment="bottom", key="lists")
            downloads.menu(at_first)
        words = st.container(key="words")
        chips_place = st.container(horizontal=True, vertical_alignment="center", key="chips_row")
    left, right = st.columns([2.55 if is_alone else 3.6, 1], gap="small")
    height = map_frame.HEIGHT_PX if is_alone else map_frame.COMPARED_HEIGHT_PX
    with right:
        drawer_place = st.container(key="drawer")
        beside = st.container(height=height, border=False, key="beside_map")
    return _Places(
        notices=notices_place,
        lists=lists,
        words=words,
        chips=chips_place,
        map=left,
        drawer=drawer_place,
        beside=beside,
        figures=st.container(horizontal=True, key="figures"),
        below=st.container(key="below_map"),
        is_alone=is_alone,
    )


def _view(current: PageState) -> MapView:
    return map_view(
        current.data,
        current.selection,
        current.classing,
        lang=current.lang,
        works=current.works,
    )


@st.fragment
def _fill(places: _Places, at_first: PageState, settle: Callable[[PageState], None]) -> None:
    """Draw what is chosen, the map first."""
    current = state.in_fragment(at_first)
    view = _view(current)
    if (len(view.side_by_side) == 1) != places.is_alone:
        st.rerun()  # two maps need other places
    if downloads.gives_other_than(current):
        st.rerun()  # what an open menu gives is what is shown
    with places.map:
        map_frame.draw(current, view)
    with places.notices:  # above the map, which moves no more once it has come
        notices.draw(current, view.notices)
    with places.drawer:
        drawer.draw(current)
    with places.lists:
        title.choose(current)
    with places.words:
        title.draw_words(current, view)
    with places.chips:
        chips.draw(current)
    with places.map:
        time_slider.draw(current.data, current.lang)
    with places.beside:
        legend.draw_classes(current, view)
        with st.container(horizontal=True, key="display"):
            display.draw(current)
            works.choose(current, view.works)
        legend.draw_symbols(current, view)
    with places.figures:
        _draw_figures(view.figures, current.lang)
    with places.below:
        table.draw(current, view)
    settle(current)


def _draw_figures(figures: tuple[Figure, ...], lang: Lang) -> None:
    """Draw one tile per figure: value, what it is part of, who has not reported.

    That of the indicator stands by itself: another indicator sends nothing of the others.
    """
    own = [figure for figure in figures if figure.key == "indicator"]
    others = [figure for figure in figures if figure.key != "indicator"]
    for some in filter(None, (others, own)):
        tiles = "".join(_tile(figure, lang) for figure in some)
        label = escape(t("figures", lang))
        st.html(f"<dl class='strip' aria-label='{label}'>{tiles}</dl>")


def _tile(figure: Figure, lang: Lang) -> str:
    share = f"<b class='share'>{escape(figure.share)}</b>" if figure.share else ""
    whole = " · ".join(filter(None, (share, escape(figure.whole))))
    silent = "missing" if figure.communes_missing or figure.not_restatable else "complete"
    return (
        f"<div class='tile' data-figure='{figure.key}'>"
        f"<dt>{escape(figure.label)}</dt>"
        f"<dd><span class='value'>{_with_small_unit(figure.value)}</span>"
        f"<span class='whole'>{whole}</span>"
        f"<span class='{silent}'>{escape(figure.missing_words(lang))}</span></dd></div>"
    )


def _with_small_unit(value: str) -> str:
    """Return a figure whose words after the number are smaller: `≥ 458,4 tỷ đồng`."""
    end = 1 + max((place for place, letter in enumerate(value) if letter.isdigit()), default=-1)
    number, unit = (value[:end], value[end:]) if end else (value, "")
    return f"{escape(number)}<small>{escape(unit)}</small>" if unit else escape(number)
