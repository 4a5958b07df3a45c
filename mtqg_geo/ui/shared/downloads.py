"""What a page gives away, in three menus side by side: files, paper, and the link to it."""

from dataclasses import replace
from functools import partial

import streamlit as st

from geo.crs import WGS84
from mtqg_geo.exports import files as exports
from mtqg_geo.exports.formats import FORMATS, FileOptions
from mtqg_geo.figures.file_names import ALL, LAYERS, ONE_BY_ONE
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.reference_systems import CANDIDATES, crs_label
from mtqg_geo.programme.words import t
from mtqg_geo.ui import person
from mtqg_geo.ui.server.heavy import Offer, desk, is_heavy, wish_for
from mtqg_geo.ui.shared import copy_link, live_layers, pointing, printing, waiting
from mtqg_geo.ui.shared.folded import draw_folded
from mtqg_geo.ui.shared.markup import choose, draw_small
from mtqg_geo.ui.state import PageState, in_fragment

# The province's own zone (Circular 973/2001/TT-TCĐC), offered before the other ones.
PROVINCE_CRS = "EPSG:9214"
GIS_FORMATS = ("shp", "fgb", "parquet", "csv.zip")
GIS_CHOICES = ("exports_crs", "exports_layer", "exports_format")
_GIVES = "_menus_give"


@st.fragment
def menu(at_first: PageState) -> None:
    """Draw the menus; opening one runs only this again, and a file is made when it is asked for.

    `at_first` is what is chosen as the page runs; a menu that is opened later gives what is then.
    """
    state = in_fragment(at_first)
    lang = state.lang
    st.session_state[_GIVES] = state
    with st.container(horizontal=True, key="take_away"):
        for name, content, holds in MENUS:
            window = st.popover(t(name, lang), key=name, on_change="rerun", width="content")
            draw_folded(window, partial(content, state), holds=holds)
        copy_link.draw(lang)
        pointing.open_menus()


def gives_other_than(state: PageState) -> bool:
    """Say whether a menu stands open that was drawn for something else than is now chosen.

    Its buttons give what was chosen then, until it is drawn again.
    """
    memory = st.session_state
    return any(memory.get(name) for name, *_ in MENUS) and bool(memory.get(_GIVES) != state)


def _files(state: PageState) -> None:
    """Draw what opens in Excel, what QGIS opens, what a program reads, live layers, the rest."""
    lang = state.lang
    with st.container(key="download_window"):
        draw_small(t("download_help", lang))
        wish = FileOptions(lang=lang)
        excel = _button(state, "download_excel", ALL, "xlsx", wish, key="download_excel")
        for kind, suffix in (("geojson", ""), ("csv", "_csv")):
            draw_small(t(f"download_{kind}_head", lang))
            with st.container(horizontal=True, key=f"download_{kind}"):
                for name in LAYERS:
                    key = f"download_{name}{suffix}"
                    _button(state, f"download_{name}", name, kind, wish, key=key)
        for name, content in (("exports_more", _gis_formats), ("open_in_qgis", live_layers.draw)):
            window = st.expander(t(name, lang), key=name, on_change="rerun")
            draw_folded(window, partial(content, state))
        waiting.draw("excel", {"download_excel": excel}, lang)


def _gis_formats(state: PageState) -> None:
    """Draw the styled GeoPackage, the package and, layer by layer, what other programs read."""
    lang = state.lang
    crs = st.selectbox(
        t("exports_crs", lang),
        [WGS84, PROVINCE_CRS, *(each for each in CANDIDATES if each not in (WGS84, PROVINCE_CRS))],
        format_func=partial(_crs_name, lang=lang),
        key="exports_crs",
    )
    wish = FileOptions(crs, state.classing, lang)
    offers = {}
    key = "download_geopackage"
    offers[key] = _button(state, "exports_geopackage", ALL, "gpkg", wish, key=key)
    draw_small(t("exports_geopackage_help", lang))
    key = "download_package"
    offers[key] = _button(state, "exports_package", ALL, "package", wish, key=key)
    draw_small(t("exports_package_help", lang))
    left, right = st.columns([1, 1.35], gap="small")
    with left:
        name = choose("exports_layer", ONE_BY_ONE, lang)
    with right:
        kind = choose("exports_format", GIS_FORMATS, lang)
    _button(state, "exports_one", name, kind, wish, key="download_layer")
    waiting.draw("gis", offers, lang)


def _button(
    state: PageState, label: str, name: str, kind: str, wish: FileOptions, *, key: str
) -> str:
    """Draw the button of a file; return where it is offered if it takes a while."""
    if not FORMATS[kind].takes_crs:
        wish = replace(wish, crs=WGS84)  # as its label says
    data, selection = state.data, state.selection
    file_name = exports.file_name(data, selection, name, kind, wish.crs)
    heavy = wish_for(data, selection, name, kind, wish) if is_heavy(kind) else None
    content = partial(exports.file_bytes, data, selection, name, kind, wish)
    st.download_button(
        t(label, state.lang),
        data=partial(desk().content, heavy, data, person.visitor().who) if heavy else content,
        file_name=file_name,
        mime=FORMATS[kind].media_type,
        key=key,
        on_click="ignore",
        icon=":material/download:",
        width="stretch",
        type="primary" if kind == "xlsx" else "secondary",
    )
    return desk().offer(Offer(heavy, file_name, FORMATS[kind].media_type)) if heavy else ""


def _crs_name(crs: str, *, lang: Lang) -> str:
    words = {WGS84: "exports_crs_wgs84", PROVINCE_CRS: "exports_crs_province"}
    if crs in words:
        return t(words[crs], lang)

    return f"{crs_label(crs)} ({crs})"


# Each with what draws it, and the widgets inside whose choices stay.
MENUS = (
    ("downloads", _files, GIS_CHOICES),
    ("print_menu", printing.draw, printing.CHOICES),
)
