"""Search everywhere: communes by any name they have or had, districts, projects, indicators.

The list is a file of its own, named by its content: a browser fetches it when somebody begins to
type, and keeps it. A district or a project that is chosen filters the page; a commune opens its
profile on the map, which moves there (`place_to_show`); an indicator is shown on the map.
"""

from dataclasses import replace
from html import escape
from urllib.parse import urlencode, urlsplit

import streamlit as st

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.periods import Measure
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.words import t
from mtqg_geo.ui.in_step import change
from mtqg_geo.ui.server.lists import search_list
from mtqg_geo.ui.server.own_pages import pages
from mtqg_geo.ui.shared import combobox
from mtqg_geo.ui.state import PageState, query_of

LISTS_URL = "lists/"  # seen from the page
MARGIN = 0.8  # of the size of a commune, around it: its neighbours tell where it is
Bounds = tuple[float, float, float, float]


def draw(state: PageState) -> None:
    """Draw the field; call it once on every page, outside of fragments."""
    file, _ = search_list(state.data.as_drawn, state.lang)
    combobox.find(
        "find",
        label=t("find", state.lang),
        lang=state.lang,
        source_url=LISTS_URL + file,
        on_found=lambda found: _take(state.data, found),
    )
    if wanted := st.session_state.pop("_map_with", None):
        _open_map(state, *wanted)


def _take(data: Dataset, found: str) -> None:
    """Do what was chosen (callback); what does not exist (any more) does nothing."""
    memory = st.session_state
    kind, _, name = found.partition(":")
    if kind == "district" and (data.districts[c.CODE] == name).any():
        change(district=[name], commune=[])
    elif kind == "project" and name in data.catalog.projects:
        change(project=[name])
    elif kind == "commune" and (data.commune_list[c.CODE] == name).any():
        times = memory.get("_zoom_to", ("", 0))[1] + 1
        memory["_zoom_to"], memory["_zoomed_from"] = (name, times), None
        _show_on_map("profile", name)
    elif kind == "indicator" and name in data.catalog.indicators:
        _show_on_map("indicator", name)


def _show_on_map(name: str, value: str) -> None:
    """Set a choice of the map page; elsewhere the map has to be opened with it first."""
    if _is_on_map():
        st.session_state[name] = value
        if name == "profile":
            st.session_state["work"] = ""  # its card would lie over the profile
    else:
        st.session_state["_map_with"] = (name, value)


def _is_on_map() -> bool:
    path = urlsplit(st.context.url or "").path
    return path.rstrip("/").rpartition("/")[2] not in pages()[1:]


def _open_map(state: PageState, name: str, value: str) -> None:
    """Follow the link to the map with one more choice: one step in the history, as by a click."""
    if name == "indicator":
        basis = state.data.catalog.indicators[value].default_basis
        selection = replace(
            state.selection,
            indicator=value,
            basis=basis,
            measure=Measure.VALUE,
            second="",
            compare=None,
        )
        query = query_of(replace(state, selection=selection))
    else:
        query = query_of(state) | {name: [value]}
        query.pop("work", None)
    address = "./?" + urlencode(query, doseq=True)
    st.html(f"<i hidden data-go='{escape(address)}'></i>")  # see `page_orders.js`


def place_to_show(state: PageState, bounds: Bounds) -> Bounds:
    """Return the part of the map to show: the commune that was found, until filters change.

    Parameters
    ----------
    bounds
        West, south, east and north of what is filtered, in degrees: shown otherwise.
    """
    memory = st.session_state
    code, times = memory.get("_zoom_to", ("", 0))
    if not code:
        return bounds
    units = state.data.communes
    is_old = memory.get("_zoomed_from") not in (None, bounds)
    found = units[:0] if is_old else units[units[c.CODE] == code]
    if not len(found):
        memory["_zoom_to"] = ("", times)
        return bounds
    memory["_zoomed_from"] = bounds
    west, south, east, north = (float(degree) for degree in found.total_bounds)
    # The map moves only to other bounds than the last: whoever looks for a commune again sees it.
    margin = MARGIN + (times % 2) / 1000
    wide, high = margin * (east - west), margin * (north - south)
    return west - wide, south - high, east + wide, north + high
