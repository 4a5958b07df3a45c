"""The map page: what is shown as a title, the map, its legend, key figures, table.

All of it runs by itself (a fragment of Streamlit): a click here runs nothing beside it, and the map
is told first.
"""

import re
from collections.abc import Callable
from html import escape

import streamlit as st

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
from mtqg_geo.ui.shared import notices
from mtqg_geo.ui.state import PageState


@st.fragment
def draw(at_first: PageState, settle: Callable[[PageState], None]) -> None:
    """Draw the page.

    Parameters
    ----------
    at_first
        What was chosen when the whole page ran last.
    settle
        Has the links and the address follow what is chosen now.
    """
    current = state.in_fragment(at_first)
    view = map_view(
        current.data,
        current.selection,
        current.classing,
        lang=current.lang,
        works=current.works,
    )
    # A place of their own for what stands above: the map would be made anew if it moved.
    said, head = st.container(key="origin"), st.container(key="head")
    is_alone = view.other is None
    left, right = st.columns([2.55 if is_alone else 3.6, 1], gap="small")
    with left:
        map_frame.draw(current, view)
    with right:
        drawer.draw(current)
    with head:
        title.draw(current, view)
        chips.draw(current)
    with left:
        time_slider.draw(current.data, current.lang)
    with right:
        _beside_map(current, view)
    with st.container(key="below_map"):
        _draw_figures(view.figures, current.lang)
        table.draw(current, view)
    with said:
        notices.draw(current, view.notices)
    settle(current)


def _beside_map(current: PageState, view: MapView) -> None:
    is_alone = view.other is None
    height = map_frame.HEIGHT_PX if is_alone else map_frame.COMPARED_HEIGHT_PX
    with st.container(height=height, border=False, key="beside_map"):
        legend.draw_classes(current, view)
        with st.container(horizontal=True, key="display"):
            display.draw(current)
            works.choose(current, view.works)
        legend.draw_symbols(current, view)


def _draw_figures(figures: tuple[Figure, ...], lang: Lang) -> None:
    """Draw one tile per figure: value, what it is part of, who has not reported."""
    tiles = "".join(_tile(figure, lang) for figure in figures)
    st.html(f"<dl class='strip' aria-label='{escape(t('figures', lang))}'>{tiles}</dl>")


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
    number, unit = re.fullmatch(r"(.*?[\d.,–]+)?(.*)", value).groups(default="")  # type: ignore[union-attr]
    return f"{escape(number)}<small>{escape(unit)}</small>" if unit else escape(number)
