"""Rows that open on the map: each is a link that anyone can copy, followed without a reload."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from urllib.parse import urlencode

import streamlit as st

from mtqg_geo.figures.periods import Measure
from mtqg_geo.programme.model import Basis, Indicator
from mtqg_geo.ui.state import PageState, query_of

MAP_PAGE = "./"  # seen from the page

# A plain click is followed inside the page, with a key held the browser opens a tab as always. The
# page is told what it is told when the reader goes back: that the address is another one. So the
# click is one step in the history (`st.switch_page` makes two), and the address leads.
_listener = st.components.v2.component(
    "map_links",
    js="""
    export default function () {
      const follow = (event) => {
        const link = event.target.closest("a.opens-map");
        const held = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
        if (!link || event.button || held) return;
        event.preventDefault();
        history.pushState({}, "", link.href);
        window.dispatchEvent(new PopStateEvent("popstate"));
      };
      document.addEventListener("click", follow);
      return () => document.removeEventListener("click", follow);
    }
    """,
)


def address(
    state: PageState,
    indicator: Indicator,
    basis: Basis,
    *,
    district: str | None = None,
    commune: str | None = None,
    project: str | None = None,
) -> str:
    """Return the address of the map of an indicator: in a district, for a commune or a project."""
    selection = replace(
        state.selection,
        indicator=indicator.id,
        basis=basis,
        districts=(district,) if district else state.selection.districts,
        projects=(project,) if project else state.selection.projects,
        measure=Measure.VALUE,
        second="",
        compare=None,
    )
    query = query_of(replace(state, selection=selection))
    query.pop("profile", None)
    if commune:
        query["profile"] = [commune]
    return f"{MAP_PAGE}?{urlencode(query, doseq=True)}"


def link(href: str, text: str, hint: str) -> str:
    """Return a link to the map as HTML; `hint` says what happens."""
    return f"<a class='opens-map' href='{escape(href)}' title='{escape(hint)}'>{escape(text)}</a>"


def listen() -> None:
    """Follow clicks on such links; call it once on a page that has some."""
    _listener(key="map_links")
