"""Download buttons: every layer as GeoJSON and CSV, exactly as filtered."""

from __future__ import annotations

from functools import partial

import streamlit as st

from mtqg_geo import exports
from mtqg_geo.labels import t
from mtqg_geo.ui.state import PageState


def draw(state: PageState) -> None:
    """Draw one button per layer and format; a file is made when its button is pressed."""
    st.header(t("downloads", state.lang), anchor=False, help=t("download_help", state.lang))
    for kind, suffix in (("geojson", ""), ("csv", "_csv")):
        for name in exports.LAYERS:
            key = f"download_{name}{suffix}"
            st.download_button(
                t(key, state.lang),
                data=partial(exports.file_bytes, state.data, state.selection, name, kind),
                file_name=f"{exports.file_stem(state.data, state.selection, name)}.{kind}",
                mime=exports.MEDIA_TYPES[kind],
                key=key,
                on_click="ignore",
                icon=":material/download:",
                width="stretch",
            )
