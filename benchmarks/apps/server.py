"""Serves one app: the same server, the same assets and the same settings for all of them.

Ours has the product's compression of Streamlit's scripts before it, as `app.py` has it.
"""

import os
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from benchmarks.apps import ours_layers
from mtqg_geo.ui.server import middleware, routes

name = os.environ["BENCH_APP"]
app = st.App(
    Path(__file__).with_name(f"{name}.py"),
    routes=routes.routes(ours_layers.layer_file),
    middleware=[Middleware(middleware.CompressedOnce)] if name == "ours" else [],
)
