"""plotly: `choropleth_map` on an empty background."""

import json
from functools import cache

import plotly.express as px
import streamlit as st

from benchmarks.apps import common


@cache
def shapes() -> dict:
    """Return the communes as the dictionary that plotly takes."""
    return json.loads(common.communes()[["code", "name", "geometry"]].to_json())


indicator = common.chosen_indicator()
communes = common.communes()
(south, west), (north, east) = common.bounds()
figure = px.choropleth_map(
    communes[["code", "name", indicator]],
    geojson=shapes(),
    locations="code",
    featureidkey="properties.code",
    color=indicator,
    hover_name="name",
    color_continuous_scale=list(common.COLOURS),
    map_style="white-bg",
    center={"lat": (south + north) / 2, "lon": (west + east) / 2},
    zoom=8 if common.layer_name() == "province" else 4.5,
    height=common.HEIGHT_PX,
)
figure.update_layout(margin={"l": 0, "r": 0, "t": 0, "b": 0}, meta={"indicator": indicator})
st.plotly_chart(figure, key="map")
