"""Rows that open on the map: each is a link that anyone can copy, followed without a reload."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from urllib.parse import parse_qs, urlencode

import streamlit as st

from mtqg_geo.datasets import Dataset
from mtqg_geo.model import Basis, Indicator
from mtqg_geo.modes import Measure
from mtqg_geo.selection import parse_selection
from mtqg_geo.shown import as_loaded, shown_for
from mtqg_geo.ui.state import PageState, query_of

LISTENER_KEY, CLICKED = "map_links", "clicked"
MAP_PAGE = "./"  # seen from the page

# A plain click is followed inside the page; with a key held the browser opens a tab as always.
_listener = st.components.v2.component(
    "map_links",
    js="""
    export default function ({ setTriggerValue }) {
      const follow = (event) => {
        const link = event.target.closest("a.opens-map");
        const held = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
        if (!link || event.button || held) return;
        event.preventDefault();
        setTriggerValue("clicked", link.search);
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


def listen(data: Dataset) -> None:
    """Follow clicks on such links; call it once on a page that has some."""
    _listener(key=LISTENER_KEY, on_clicked_change=lambda: _follow(data))


def _follow(data: Dataset) -> None:
    """Take over what the link that was clicked selects, and ask for the map (callback)."""
    clicked = st.session_state[LISTENER_KEY].get(CLICKED) or ""
    query = parse_qs(str(clicked).removeprefix("?"))
    data = shown_for(as_loaded(data), query)
    selection, _ = parse_selection(query, data)
    profile, _ = parse_selection({"commune": query.get("profile", [])[:1]}, data)
    memory = st.session_state
    memory["vintage"] = memory["_vintage"] = selection.vintage
    memory["indicator"], memory["basis"] = selection.indicator, selection.basis.value
    memory["with"] = memory["compare"] = ""
    memory["district"] = list(selection.districts)
    memory["commune"] = list(selection.communes)
    memory["project"] = list(selection.projects)
    memory["profile"] = profile.communes[0] if profile.communes else None
    memory["open_page"] = "map"
