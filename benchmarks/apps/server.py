"""Serves one app: the same server, the same assets and the same settings for all of them.

Ours has the product's compression of Streamlit's scripts before it, as `app.py` has it.
"""

import importlib
import os
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from benchmarks.apps import leaflet
from mtqg_geo.ui.server import middleware, routes

name = os.environ["BENCH_APP"]
# Two apps have layers of their own; the peers use none.
layers = importlib.import_module(
    f"benchmarks.apps.{'country_layers' if name == 'country_page' else 'ours_layers'}"
)
app = st.App(
    Path(__file__).with_name(f"{name}.py"),
    routes=[*routes.routes(layers.layer_file), *leaflet.routes()],
    middleware=[Middleware(middleware.CompressedOnce)] if name in ("ours", "country_page") else [],
)
