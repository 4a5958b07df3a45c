"""Download buttons: every layer as GeoJSON and CSV, and the formats of GIS programs."""

from __future__ import annotations

from functools import partial
from html import escape
from typing import Literal

import streamlit as st

from geo.crs import WGS84
from mtqg_geo.exports import files as exports
from mtqg_geo.exports.formats import FORMATS, Wish
from mtqg_geo.figures.file_names import ALL, LAYERS
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.reference_systems import CANDIDATES, crs_label
from mtqg_geo.programme.words import t
from mtqg_geo.ui.shared import folded
from mtqg_geo.ui.state import PageState

# The province's own zone (Circular 973/2001/TT-TCĐC), offered before the other ones.
PROVINCE_CRS = "EPSG:9214"
Look = Literal["primary", "secondary"]
GIS_FORMATS = ("shp", "fgb", "parquet")


def draw(state: PageState) -> None:
    """Draw the buttons; a file is made when its button is pressed, not before."""
    lang = state.lang
    st.header(t("downloads", lang), anchor=False, help=t("download_help", lang))
    for kind, suffix in (("geojson", ""), ("csv", "_csv")):
        for name in LAYERS:
            key = f"download_{name}{suffix}"
            _button(state, t(key, lang), name, kind, Wish(lang=lang), key=key)
    folded.draw(
        t("exports_more", lang),
        partial(_gis_formats, state),
        key="exports_more",
        icon=":material/layers:",
        holds=("exports_crs", "exports_layer", "exports_format"),
    )


def _gis_formats(state: PageState) -> None:
    """Draw the styled GeoPackage and, layer by layer, what other programs read."""
    lang = state.lang
    crs = st.selectbox(
        t("exports_crs", lang),
        [WGS84, PROVINCE_CRS, *(each for each in CANDIDATES if each not in (WGS84, PROVINCE_CRS))],
        format_func=partial(_crs_name, lang=lang),
        key="exports_crs",
    )
    wish = Wish(crs, state.classing, lang)
    _button(
        state,
        t("exports_geopackage", lang),
        ALL,
        "gpkg",
        wish,
        key="download_geopackage",
        look="primary",
    )
    st.html(f"<p class='small'>{escape(t('exports_geopackage_help', lang))}</p>")
    left, right = st.columns([1, 1.35], gap="small")
    name = left.selectbox(
        t("exports_layer", lang),
        LAYERS,
        format_func=lambda each: t(f"exports_layer_{each}", lang),
        key="exports_layer",
    )
    kind = right.selectbox(
        t("exports_format", lang),
        GIS_FORMATS,
        format_func=lambda each: t(f"exports_format_{each}", lang),
        key="exports_format",
    )
    _button(state, t("exports_one", lang), name, kind, wish, key="download_layer")


def _button(
    state: PageState,
    label: str,
    name: str,
    kind: str,
    wish: Wish,
    *,
    key: str,
    look: Look = "secondary",
) -> None:
    st.download_button(
        label,
        data=partial(exports.file_bytes, state.data, state.selection, name, kind, wish),
        file_name=exports.file_name(state.data, state.selection, name, kind, wish.crs),
        mime=FORMATS[kind].media_type,
        key=key,
        on_click="ignore",
        icon=":material/download:",
        width="stretch",
        type=look,
    )


def _crs_name(crs: str, *, lang: Lang) -> str:
    words = {WGS84: "exports_crs_wgs84", PROVINCE_CRS: "exports_crs_province"}
    if crs in words:
        return t(words[crs], lang)

    return f"{crs_label(crs)} ({crs})"
