"""The map: a constant base and the classes that change."""

import json
from contextlib import nullcontext
from functools import partial
from html import escape
from uuid import uuid4

import streamlit as st
from streamlit_folium import st_folium

from geo.maps import base_map, update_group
from mtqg_geo.figures.work import PREFIXES, layer_and_id, work_key
from mtqg_geo.maps.layers import ASSETS_URL, BARS, GEOMETRY_URL, constants, kept_layers
from mtqg_geo.maps.view import MapView
from mtqg_geo.programme.words import t
from mtqg_geo.ui.map import drawer
from mtqg_geo.ui.shared.search import place_to_show
from mtqg_geo.ui.state import PageState

HEIGHT_PX = 520
COMPARED_HEIGHT_PX = 420  # two maps side by side are half as wide
FRAMES = ("map", "map_compared")


def draw(state: PageState, view: MapView, *, height_px: int = 0) -> None:
    """Draw the map of a view, or two maps where it is compared with another period.

    A click on a commune, site or road opens it in the drawer. Both maps move as one. `height_px` is
    that of a map which is not the page's own.
    """
    maps = view.side_by_side
    places = st.columns(len(maps), gap="small") if len(maps) > 1 else [nullcontext()]
    for place, each, key in zip(places, maps, FRAMES, strict=False):
        with place:
            _draw_one(state, each, key, is_one_of_two=len(maps) > 1, height_px=height_px)
    # Beside the map: of a click on it nothing of the map itself is sent again.
    chosen = {"selected": state.profile, "found": layer_and_id(state.work)}
    st.html(f"<i hidden data-on-map='{escape(json.dumps(chosen))}'></i>")


def _draw_one(
    state: PageState, view: MapView, key: str, *, is_one_of_two: bool, height_px: int
) -> None:
    lang = state.lang
    accuracy = state.data.boundary_set.accuracy
    base = base_map(constants(state.data, lang), assets_url=ASSETS_URL, constants_url=GEOMETRY_URL)
    w, s, e, n = place_to_show(state, view.bounds)
    group = update_group(
        kept_layers(state.data, view, lang=lang),
        fit=[[s, w], [n, e]],
        notice=t(f"accuracy_{accuracy}", lang) if accuracy == "approximate" else None,
        caption=view.caption,
        title=t("modes_map_of", lang, period=view.caption.lower()) if key == FRAMES[1] else None,
        together=_name_of_page() if is_one_of_two else None,
    )
    st_folium(
        base,
        key=key,
        height=height_px or (COMPARED_HEIGHT_PX if is_one_of_two else HEIGHT_PX),
        use_container_width=True,
        returned_objects=[],
        feature_group_to_add=group,
        render=False,  # st_folium renders the map again itself; the page around it is not used
        on_change=partial(_open_clicked, key),
    )


def _name_of_page() -> str:
    """Return a name that no other page has: two tabs of a reader do not move each other's maps."""
    return st.session_state.setdefault("_page_name", uuid4().hex)


def _open_clicked(key: str) -> None:
    """Open the profile of the commune, or the card of the site or road, that was clicked."""
    clicked = st.session_state.get(key) or {}
    layer = clicked.get("layer")
    if layer in ("communes", BARS):
        drawer.open_profile(clicked["clicked"])
    elif layer in PREFIXES:
        drawer.open_work(work_key(layer, clicked["clicked"]))
