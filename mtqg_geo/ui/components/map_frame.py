"""The map: a constant base and the classes that change."""

from __future__ import annotations

import os

import streamlit as st
from streamlit_folium import st_folium

from geo.maps import base_map, update_group
from mtqg_geo.labels import t
from mtqg_geo.maplayers import ASSETS_URL, kept_layers
from mtqg_geo.symbology import FACILITY_ICONS
from mtqg_geo.ui.state import PageState
from mtqg_geo.views import MapView

HEIGHT_PX = 520
TILE_URL, TILE_ATTRIBUTION = "MTQG_TILE_URL", "MTQG_TILE_ATTRIBUTION"  # no tiles unless set


def draw(state: PageState, view: MapView) -> None:
    """Draw the map of a view; a click on a commune opens its profile."""
    lang = state.lang
    west, south, east, north = (float(value) for value in state.data.communes.total_bounds)
    accuracy = state.data.boundary_set.accuracy
    base = base_map(
        [[south, west], [north, east]],
        assets_url=ASSETS_URL,
        lang=lang,
        labels={
            "title": t("map_title", lang),
            "zoom_in": t("zoom_in", lang),
            "zoom_out": t("zoom_out", lang),
            "layers": t("layers", lang),
            "failed": t("map_failed", lang),
            "mismatch": t("map_failed", lang),
        },
        icons=FACILITY_ICONS,
        tile_url=os.environ.get(TILE_URL),
        tile_attribution=os.environ.get(TILE_ATTRIBUTION),
    )
    w, s, e, n = view.bounds
    group = update_group(
        kept_layers(state.data, view, lang=lang),
        fit=[[s, w], [n, e]],
        selected=state.profile,
        notice=t(f"accuracy_{accuracy}", lang) if accuracy == "approximate" else None,
    )
    st_folium(
        base,
        key="map",
        height=HEIGHT_PX,
        use_container_width=True,
        returned_objects=[],
        feature_group_to_add=group,
        render=False,  # st_folium renders the map again itself; the page around it is not used
        on_change=_open_profile,
    )


def _open_profile() -> None:
    """Open the profile of the commune that was clicked (callback)."""
    clicked = st.session_state.get("map") or {}
    if clicked.get("layer") == "communes":
        st.session_state["profile"] = clicked["clicked"]
