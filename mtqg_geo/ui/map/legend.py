"""The legend on the page: what `maps.legend` says, as markup for the style sheet."""

from html import escape

import streamlit as st

from mtqg_geo.maps.choropleth import Axis
from mtqg_geo.maps.legend import (
    BarSample,
    LegendKey,
    LineSample,
    Square,
    Swatch,
    Symbol,
    screen_classes,
    screen_works,
)
from mtqg_geo.maps.symbols import HATCHES, INK, STATUS_COLOURS, ink_on
from mtqg_geo.maps.view import MapView
from mtqg_geo.programme.model import Lang, Status
from mtqg_geo.programme.words import t
from mtqg_geo.ui.shared.glossary import marked
from mtqg_geo.ui.shared.markup import picture
from mtqg_geo.ui.state import PageState


def draw_classes(state: PageState, view: MapView) -> None:
    """Draw the classes of the communes: bounds, counts, and the kinds of blank."""
    section = screen_classes(view, state.lang)
    st.html(
        f"<section class='legend' aria-label='{escape(t('legend', state.lang))}'>"
        f"<h2>{escape(section.heading)}</h2>"
        + _paragraphs("unit", section.remarks)
        + (_square(section.square) if section.square else "")
        + f"<ul>{''.join(_class(key, state.lang) for key in section.keys)}</ul>"
        f"{_paragraphs('small', section.notes)}</section>"
    )


def draw_symbols(state: PageState, view: MapView) -> None:
    """Draw the symbols of the works that are on the map: sites and roads, or bars."""
    lists = []
    for section in screen_works(state.data, view, state.lang):
        keys = "".join(f"<li>{_symbol(key.symbol)}{escape(key.label)}</li>" for key in section.keys)
        is_of_types = getattr(section.keys[0].symbol, "icon", "")
        heading = f"<h3>{escape(section.heading)}</h3>" if section.heading else ""
        kind = "columns symbols" if is_of_types else "columns"
        lists.append(
            f"{heading}<ul class='{kind}'>{keys}</ul>{_paragraphs('small', section.notes)}"
        )
    if lists:
        st.html(f"<section class='legend'>{''.join(lists)}</section>")


def _paragraphs(name: str, texts: tuple[str, ...]) -> str:
    return "".join(f"<p class='{name}'>{escape(text)}</p>" for text in texts)


def _class(key: LegendKey, lang: Lang) -> str:
    # One for each class, with each change: no word too many, and no quotes around plain ones.
    count = f"<span class=count>{escape(key.count)}</span>" if key.count else ""
    words = marked(key.label, lang, is_focused_by_itself=False)
    label = f"<span>{words}</span>" if "<" in words else words  # beside each other they would part
    # The keyboard reaches a row as the pointer does: both make its class stand out on the map.
    row = f"<li data-class={key.chars} tabindex=0>" if key.chars else "<li tabindex=0>"
    return f"{row}{_symbol(key.symbol)}{label}{count}</li>"


def _square(square: Square) -> str:
    """Return the square: the need upwards, the highest on top; the delivery to the right."""
    lines = zip(square.rows.labels, square.colours, square.counts, square.chars, strict=True)
    rows = "".join(
        f"<tr><th scope='row'>{escape(label)}</th>{_cells(*cells)}</tr>"
        for label, *cells in reversed(list(lines))
    )
    foot = "".join(f"<th scope='col'>{escape(label)}</th>" for label in square.columns.labels)
    return (
        f"<table class='pair'><caption>{_side('↑', square.rows)}</caption>"
        f"<tbody>{rows}</tbody><tfoot><tr><td></td>{foot}</tr></tfoot></table>"
        f"<p class='side'>{_side('→', square.columns)}</p>{_paragraphs('small', square.notes)}"
    )


def _cells(colours: tuple[str, ...], counts: tuple[str, ...], chars: tuple[str, ...]) -> str:
    return "".join(
        f"<td data-class='{of}' style='background:{colour};color:{ink_on(colour)}'>{count}</td>"
        for colour, count, of in zip(colours, counts, chars, strict=True)
    )


def _side(arrow: str, axis: Axis) -> str:
    return f"{arrow} {escape(axis.name)} <span class='unit'>{escape(axis.words)}</span>"


def _symbol(symbol: Symbol) -> str:
    if isinstance(symbol, Swatch):
        return _swatch(symbol)
    if isinstance(symbol, BarSample):
        return _bar(symbol.share)
    if isinstance(symbol, LineSample):
        colour, width = symbol.style["color"], symbol.style["weight"] * 0.8
        dashes = symbol.style["dashArray"] or "none"
        line = f"<path d='M0 4h32' stroke='{colour}' stroke-width='{width:.1f}' "
        return picture(f"{line}stroke-dasharray='{dashes}'/>", "line", width=32, height=8)
    if symbol.icon:
        shape = f"<path d='{symbol.icon}' fill='{INK}'/>"
        return picture(shape, "symbol", width=24, height=24)
    colour = STATUS_COLOURS[symbol.status]
    return f"<span class='dot {symbol.status.value}' style='--status:{colour}'></span>"


def _bar(share: float | None) -> str:
    if share is None:
        return "<span class='bar silent'></span>"
    colour = STATUS_COLOURS[Status.COMPLETED]
    return f"<span class='bar'><i style='width:{share:.0%};background:{colour}'></i></span>"


def _swatch(swatch: Swatch) -> str:
    if swatch.fill == "outline":
        return "<i class='swatch outline'><b></b><b></b></i>"
    if swatch.fill in HATCHES:
        return f"<i class='swatch {swatch.fill}'></i>"
    return f"<i class=swatch style='background:{swatch.colour}'></i>"
