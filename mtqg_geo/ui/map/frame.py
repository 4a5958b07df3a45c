"""The map: a constant base and the classes that change."""

import os
from functools import lru_cache, partial
from uuid import uuid4

import streamlit as st
from streamlit_folium import st_folium

from geo.maps import base_map, update_group
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.work import PREFIXES, layer_and_id, work_key
from mtqg_geo.maps.layers import ASSETS_URL, BARS, kept_layers
from mtqg_geo.maps.view import MapView
from mtqg_geo.programme.words import t
from mtqg_geo.ui.map import drawer
from mtqg_geo.ui.shared.search import place_to_show
from mtqg_geo.ui.state import PageState

HEIGHT_PX = 520
COMPARED_HEIGHT_PX = 420  # two maps side by side are half as wide
FRAMES = ("map", "map_compared")
TILE_URL, TILE_ATTRIBUTION = "MTQG_TILE_URL", "MTQG_TILE_ATTRIBUTION"  # no tiles unless set


def draw(state: PageState, view: MapView, *, height_px: int = 0) -> None:
    """Draw the map of a view, or two maps where it is compared with another period.

    A click on a commune, site or road opens it in the drawer. Both maps move as one. `height_px` is
    that of a map which is not the page's own.
    """
    maps = view.side_by_side
    for place, each, key in zip(st.columns(len(maps), gap="small"), maps, FRAMES, strict=False):
        with place:
            _draw_one(state, each, key, is_one_of_two=len(maps) > 1, height_px=height_px)


def _draw_one(
    state: PageState, view: MapView, key: str, *, is_one_of_two: bool, height_px: int
) -> None:
    lang = state.lang
    west, south, east, north = _extent(state.data.as_loaded)
    accuracy = state.data.boundary_set.accuracy
    base = base_map(
        [[south, west], [north, east]],
        assets_url=ASSETS_URL,
        lang=lang,
        labels={
            "title": t("modes_map_of", lang, period=view.caption.lower())
            if key == FRAMES[1]
            else t("map_title", lang),
            **{name: t(name, lang) for name in ("zoom_in", "zoom_out", "home", "layers")},
            "failed": t("map_failed", lang),
            "coarse": t("map_coarse", lang),
            "mismatch": t("map_failed", lang),
        },
        icons={code: each.icon for code, each in state.data.catalog.facilities.items()},
        tile_url=os.environ.get(TILE_URL),
        tile_attribution=os.environ.get(TILE_ATTRIBUTION),
    )
    w, s, e, n = place_to_show(state, view.bounds)
    group = update_group(
        kept_layers(state.data, view, lang=lang),
        fit=[[s, w], [n, e]],
        selected=state.profile,
        found=layer_and_id(state.work),
        notice=t(f"accuracy_{accuracy}", lang) if accuracy == "approximate" else None,
        caption=view.caption,
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


@lru_cache(maxsize=4)
def _extent(data: Dataset) -> tuple[float, ...]:
    """Return west, south, east and north of all communes."""
    return tuple(float(degree) for degree in data.communes.total_bounds)


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
