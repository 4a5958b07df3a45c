"""pydeck: a `GeoJsonLayer` without a background."""

import json
from functools import cache

import numpy as np
import pydeck
import streamlit as st

from benchmarks.apps import common

RGB = [list(bytes.fromhex(colour[1:])) for colour in common.COLOURS]


@cache
def shapes() -> dict:
    """Return the communes as the dictionary that pydeck takes."""
    return json.loads(common.communes()[["code", "name", "geometry"]].to_json())


indicator = common.chosen_indicator()
values = common.communes()[indicator].to_numpy()
edges = np.quantile(values, np.linspace(0, 1, common.CLASSES + 1)[1:-1])
features = [
    {**feature, "properties": {**feature["properties"], "colour": RGB[place]}}
    for feature, place in zip(shapes()["features"], np.searchsorted(edges, values), strict=True)
]
layer = pydeck.Layer(
    "GeoJsonLayer",
    {"type": "FeatureCollection", "features": features},
    id="communes",
    get_fill_color="properties.colour",
    get_line_color=[125, 133, 144],
    line_width_min_pixels=0.6,
    pickable=True,
)
(south, west), (north, east) = common.bounds()
view = pydeck.ViewState(
    latitude=(south + north) / 2,
    longitude=(west + east) / 2,
    zoom=8 if common.layer_name() == "province" else 4.5,
)
st.pydeck_chart(
    pydeck.Deck([layer], initial_view_state=view, map_provider=None, map_style=None),
    height=common.HEIGHT_PX,
    key="map",
)
