"""The legend: classes with their bounds and counts, symbols of sites, lines of roads."""

from __future__ import annotations

from base64 import b64encode
from html import escape

import streamlit as st

from mtqg_geo import columns as c
from mtqg_geo.choropleth import LegendEntry
from mtqg_geo.labels import number, t, unit
from mtqg_geo.model import Kind, Lang, Status
from mtqg_geo.symbology import (
    FACILITY_ICONS,
    HIDDEN,
    MOST_DIFFICULT_OUTLINE,
    STATUS_CHARS,
    STATUS_COLOURS,
    Style,
    road_styles,
)
from mtqg_geo.ui.state import PageState
from mtqg_geo.views import MapView


def draw_classes(state: PageState, view: MapView) -> None:
    """Draw the classes of the communes: bounds, counts, and both kinds of blank."""
    lang, indicator = state.lang, view.indicator
    words = [t(f"basis_{state.selection.basis.value}", lang), unit(indicator, lang)]
    if indicator.kind is Kind.CATEGORY:
        words = []
    rows = "".join(_row(entry, lang) for entry in view.choropleth.legend)
    st.html(
        f"<section class='legend' aria-label='{escape(t('legend', lang))}'>"
        f"<h2>{escape(indicator.name.of(lang))}</h2>"
        f"<p class='unit'>{escape(' · '.join(words))}</p>"
        f"<ul>{rows}{_most_difficult(lang)}</ul>{_bounds_note(view, lang)}</section>"
    )


def draw_symbols(state: PageState, view: MapView) -> None:
    """Draw the symbols of the sites and the lines of the roads that are on the map."""
    symbols = f"{_sites(state, view, state.lang)}{_roads(view, state.lang)}"
    if symbols:
        st.html(f"<section class='legend'>{symbols}</section>")


def _row(entry: LegendEntry, lang: Lang) -> str:
    fill = "" if entry.fill != "solid" else f"style='background:{entry.colour}'"
    count = t("legend_count", lang, count=number(entry.count, lang))
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


def _bounds_note(view: MapView, lang: Lang) -> str:
    if len(view.choropleth.edges) < 2:
        return ""
    return f"<p class='small'>{escape(t('legend_classes', lang))}</p>"


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
