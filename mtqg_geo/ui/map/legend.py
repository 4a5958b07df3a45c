"""The legend: classes with their bounds and counts, symbols of sites, lines of roads."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from html import escape

import streamlit as st

from mtqg_geo.figures.periods import Measure
from mtqg_geo.maps.choropleth import LegendEntry
from mtqg_geo.maps.symbols import (
    FACILITY_ICONS,
    HIDDEN,
    MOST_DIFFICULT_OUTLINE,
    STATUS_CHARS,
    STATUS_COLOURS,
    Style,
    road_styles,
)
from mtqg_geo.maps.view import MapView
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.amounts import unit
from mtqg_geo.programme.model import Kind, Lang, Status
from mtqg_geo.programme.words import number, t
from mtqg_geo.ui.map import legend_pair
from mtqg_geo.ui.state import PageState


def draw_classes(state: PageState, view: MapView) -> None:
    """Draw the classes of the communes: bounds, counts, and the kinds of blank."""
    lang = state.lang
    notes = "".join(f"<p class='small'>{escape(note)}</p>" for note in _notes(state, view))
    st.html(
        f"<section class='legend' aria-label='{escape(t('legend', lang))}'>"
        f"<h2>{escape(view.title)}</h2>{_what(view, lang)}"
        f"<ul>{_lines(view, lang)}{_most_difficult(lang)}</ul>{notes}</section>"
    )


def _what(view: MapView, lang: Lang) -> str:
    """Return basis and unit, the two periods of a comparison, the square of two indicators."""
    periods = [] if view.other is None else [f"{view.caption} | {view.other.caption}"]
    if view.pair is None and view.words:
        periods.insert(0, f"{view.words} · {unit(view.indicator, lang)}")
    lines = "".join(f"<p class='unit'>{escape(text)}</p>" for text in periods)
    if view.pair is None:
        return lines
    return lines + legend_pair.square(view.pair, view.other and view.other.pair, lang)


def _lines(view: MapView, lang: Lang) -> str:
    """Return the lines of the legend, with the counts of both periods of a comparison."""
    entries = _entries(view)
    others = [None] * len(entries) if view.other is None else _entries(view.other)
    return "".join(_row(entry, other, lang) for entry, other in zip(entries, others, strict=True))


def _entries(view: MapView) -> Sequence[LegendEntry]:
    """Return the entries listed: of a map of two indicators those below the square."""
    return view.choropleth.legend if view.pair is None else view.pair.blanks


def _notes(state: PageState, view: MapView) -> list[str]:
    """Say how classes and measure are made."""
    lang, keys = state.lang, []
    views = [view] if view.other is None else [view, view.other]
    partly = [each.choropleth.partly_text(lang) for each in views]
    if len(view.choropleth.edges) > 1:
        keys.append("legend_classes")
    if view.indicator.kind is not Kind.CATEGORY:
        if state.classing.is_pooled:
            keys.append("modes_pooled_note")
        elif view.other is not None:
            keys.append("modes_compared_note")
    if state.selection.measure is not Measure.VALUE:
        keys.append(f"modes_{state.selection.measure.value}_note")
    if any(entry.fill == "nr" for entry in _entries(view)):
        keys.append("reform_not_restatable_help")
    return [*dict.fromkeys(filter(None, partly)), *(t(key, lang) for key in keys)]


def draw_symbols(state: PageState, view: MapView) -> None:
    """Draw the symbols of the sites and the lines of the roads that are on the map."""
    symbols = f"{_sites(state, view, state.lang)}{_roads(view, state.lang)}"
    if symbols:
        st.html(f"<section class='legend'>{symbols}</section>")


def _row(entry: LegendEntry, other: LegendEntry | None, lang: Lang) -> str:
    fill = "" if entry.fill != "solid" else f"style='background:{entry.colour}'"
    counts = [number(each.count, lang) for each in (entry, other) if each is not None]
    count = t("legend_count", lang, count=" | ".join(counts))
    return (
        f"<li><span class='swatch {entry.fill}' {fill}></span>"
        f"<span class='bounds'>{escape(entry.label)}</span>"
        f"<span class='count'>{escape(count)}</span></li>"
    )


def _most_difficult(lang: Lang) -> str:
    return (
        f"<li><span class='swatch' style='border:2px solid {MOST_DIFFICULT_OUTLINE}'></span>"
        f"<span class='bounds'>{escape(t('most_difficult_outline', lang))}</span></li>"
    )


def _sites(state: PageState, view: MapView, lang: Lang) -> str:
    """List the facility types that are on the map, and what their fill says."""
    if set(view.site_chars) <= {HIDDEN}:
        return ""
    shown = [char != HIDDEN for char in view.site_chars]
    present = set(state.data.sites.loc[shown, c.FACILITY])
    types = "".join(
        f"<li>{_picture(_shape(path), 'symbol', 24, 24)}"
        f"{escape(state.data.catalog.facilities[code].name.of(lang))}</li>"
        for code, path in FACILITY_ICONS.items()
        if code in present
    )
    statuses = "".join(
        f"<li><span class='dot {status.value}' style='--status:{colour}'></span>"
        f"{escape(t(f'status_{status.value}', lang))}</li>"
        for status, colour in STATUS_COLOURS.items()
    )
    return (
        f"<h3>{escape(t('legend_sites', lang))}</h3>"
        f"<ul class='columns symbols'>{types}</ul><ul class='columns'>{statuses}</ul>"
    )


def _roads(view: MapView, lang: Lang) -> str:
    if set(view.road_chars) <= {HIDDEN}:
        return ""
    styles = road_styles()
    lines = "".join(
        f"<li>{_picture(_stroke(styles[STATUS_CHARS[status]]), 'line', 32, 8)}"
        f"{escape(t(f'status_{status.value}', lang))}</li>"
        for status in Status
    )
    return f"<h3>{escape(t('legend_roads', lang))}</h3><ul class='columns'>{lines}</ul>"


def _shape(path: str) -> str:
    return f"<path d='{path}' fill='#1f2328'/>"


def _stroke(style: Style) -> str:
    return (
        f"<path d='M0 4h32' stroke='{style['color']}' stroke-width='{style['weight'] * 0.8:.1f}' "
        f"stroke-dasharray='{style['dashArray'] or 'none'}'/>"
    )


def _picture(shapes: str, name: str, width: int, height: int) -> str:
    """Return our own drawing as an image; inline SVG would be cut out of the page's HTML."""
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}'>{shapes}</svg>"
    data = b64encode(svg.encode()).decode()
    return f"<img class='{name}' alt='' src='data:image/svg+xml;base64,{data}'>"
