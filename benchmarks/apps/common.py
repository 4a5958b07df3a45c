"""What every app shares: the real communes, made-up indicators, and the list to choose from."""

from __future__ import annotations

import os
from functools import cache

import geopandas as gpd
import numpy as np
import pandas as pd
import streamlit as st

from benchmarks.machine import FILES, FOLDER

INDICATORS = tuple(f"Indicator {number}" for number in range(1, 7))
COLOURS = ("#fef0d9", "#fdcc8a", "#fc8d59", "#e34a33", "#b30000")
HEIGHT_PX, CLASSES, SEED = 520, 5, 1719


def layer_name() -> str:
    """Return the layer that this server was started for: `province` or `country`."""
    return os.environ.get("BENCH_LAYER", "province")


@cache
def communes() -> gpd.GeoDataFrame:
    """Return the communes with `code`, `name`, `district` and a column for each indicator."""
    path = FOLDER / FILES[layer_name()]
    layer = gpd.read_parquet(path) if path.suffix == ".parquet" else gpd.read_file(path)
    name = next(column for column in layer if column.startswith("commune_v"))
    district = next(column for column in layer if column.startswith("district_v"))
    codes = [f"{number:05d}" for number in range(len(layer))]
    draw = np.random.default_rng(SEED)
    values = draw.lognormal(3, 0.7, (len(layer), len(INDICATORS))).round(1)
    return gpd.GeoDataFrame(
        {
            "code": codes,
            "name": layer[name],
            "district": layer[district],
            **pd.DataFrame(values, columns=list(INDICATORS)),
        },
        geometry=layer.geometry.to_numpy(),
        crs=layer.crs,
    ).to_crs("EPSG:4326")


@cache
def bounds() -> tuple[tuple[float, float], tuple[float, float]]:
    """Return ((south, west), (north, east)) of the communes, in degrees."""
    west, south, east, north = map(float, communes().total_bounds)
    return (south, west), (north, east)


def chosen_indicator() -> str:
    """Draw the page around the map and return the indicator that was picked."""
    st.set_page_config(layout="wide")
    return str(st.radio("Indicator", INDICATORS, key="indicator", horizontal=True))
