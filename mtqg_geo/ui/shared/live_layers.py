"""The address at which QGIS reads the rows that are shown, and how it is opened there."""

from urllib.parse import urlencode, urlsplit

import streamlit as st

from mtqg_geo.programme.words import t
from mtqg_geo.store.mode import access_mode
from mtqg_geo.ui.server.base_address import base_url
from mtqg_geo.ui.server.ogc.addresses import ROOT
from mtqg_geo.ui.shared import copy_link
from mtqg_geo.ui.shared.markup import draw_address, draw_small
from mtqg_geo.ui.state import PageState


def draw(state: PageState) -> None:
    """Draw the address, a button that copies it, and two lines of help."""
    address = address_of(state, base_url() or _asked_at())
    draw_small(t("qgis_live", state.lang))
    with st.container(horizontal=True, key="qgis_address", vertical_alignment="center"):
        draw_address(address)
        copy_link.draw(state.lang, text=address, label="qgis_copy", key="qgis_copy")
    draw_small(t("qgis_help", state.lang))
    if access_mode() == "signed-in":
        draw_small(t("qgis_token", state.lang))


def address_of(state: PageState, base: str) -> str:
    """Return the address of the service with what is chosen; QGIS keeps what stands behind `?`."""
    chosen = {name: ",".join(texts) for name, texts in state.selection.query(state.data).items()}
    if state.lang != "vi":
        chosen["lang"] = state.lang
    query = urlencode(chosen, safe=",")
    return f"{base}{ROOT}?{query}" if query else f"{base}{ROOT}"


def _asked_at() -> str:
    """Return scheme and name of the server as the browser has them."""
    parts = urlsplit(st.context.url or "http://localhost:8501")
    return f"{parts.scheme}://{parts.netloc}"
