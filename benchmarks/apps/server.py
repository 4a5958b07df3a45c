"""Serves one app: the same server, the same assets and the same settings for all of them."""

import os
from pathlib import Path

import streamlit as st

from benchmarks.apps import ours_layers
from mtqg_geo.web import routes

app = st.App(
    Path(__file__).with_name(f"{os.environ['BENCH_APP']}.py"),
    routes=routes.routes(ours_layers.layer_file),
)
