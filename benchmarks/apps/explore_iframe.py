"""`GeoDataFrame.explore` written into a frame: a new page for each change."""

import streamlit as st
import streamlit.components.v1 as components

from benchmarks.apps import common
from benchmarks.apps.leaflet import use_own_leaflet

indicator = common.chosen_indicator()
page = common.communes()[["code", "name", indicator, "geometry"]].explore(
    indicator,
    scheme="quantiles",
    k=common.CLASSES,
    cmap="OrRd",
    tiles=None,
    tooltip=["name", indicator],
    legend=False,
    width="100%",
    height=common.HEIGHT_PX - 10,
)
use_own_leaflet(page, origin=st.context.url.rstrip("/"))
components.html(page.get_root().render(), height=common.HEIGHT_PX)
