"""A programme as large as the country: its real communes of 2008, with made-up figures."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd

from benchmarks.machine import FOLDER
from geo.measure import area_km2
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.dataset.tables import ObservationsInMemory
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.frames import texts_as_objects
from mtqg_geo.programme.model import REGIONS, Basis, Indicator, Kind

LAYER = "vietnam_communes_2008.parquet"
YEAR, SITES, SEED = 2023, 20_000, 1719
QUARTERS = ("Q1", "Q2", "Q3", "Q4")


def country_dataset(data: Dataset) -> Dataset:
    """Return the catalogue of a data set with the communes of the country and figures of a year.

    Every third commune is on the list of regions; those report every indicator, one in twenty not.
    Districts have the shape of their first commune: no page computes with it. Roads stay as given.
    """
    draw = np.random.default_rng(SEED)
    communes = _communes(gpd.read_parquet(FOLDER / LAYER))
    firsts = communes.drop_duplicates(c.DISTRICT_CODE)
    districts = firsts.assign(**{c.CODE: firsts[c.DISTRICT_CODE], c.NAME: firsts[c.DISTRICT]})
    listed = communes[c.CODE].to_numpy()[draw.random(len(communes)) < 1 / 3]
    regions = pd.DataFrame({c.COMMUNE_CODE: listed, c.REGION: draw.choice(REGIONS, len(listed))})
    rows = [_rows(each, listed, draw) for each in data.catalog.indicators.values()]
    at = draw.integers(0, len(communes), SITES)
    sites = data.sites.iloc[draw.integers(0, len(data.sites), SITES)].reset_index(drop=True)
    spread_deg = draw.normal(0, 0.004, (2, SITES))  # some 400 m around a place inside the commune
    inside = communes.representative_point().iloc[at]
    lon, lat = inside.x.to_numpy() + spread_deg[0], inside.y.to_numpy() + spread_deg[1]
    places = {c.COMMUNE_CODE: c.CODE, c.COMMUNE: c.NAME} | {
        name: name for name in (c.DISTRICT_CODE, c.DISTRICT)
    }
    return replace(
        data,
        communes=communes,
        districts=districts.reset_index(drop=True),
        regions=regions.assign(valid_from="2021-06-04", valid_to="", decision="", source=""),
        observations=ObservationsInMemory(pd.concat(rows, ignore_index=True)),
        sites=sites.assign(
            **{name: communes[column].to_numpy()[at] for name, column in places.items()},
            **{c.ID: [f"CT-{number:05}" for number in range(SITES)], c.LON: lon, c.LAT: lat},
        ).set_geometry(gpd.points_from_xy(lon, lat, crs=communes.crs)),
    )


def _communes(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    texts = {
        c.CODE: [f"{number:05d}" for number in range(len(layer))],
        c.NAME: layer["commune_vn"].astype(str).fillna(""),
        c.DISTRICT_CODE: layer["district_id"].astype(str),
        c.DISTRICT: layer["district_vn"].astype(str).fillna(""),
        c.PROVINCE_CODE: layer["province_id"].astype(str),
        c.PROVINCE: layer["province_vn"].astype(str).fillna(""),
    }
    frame = texts_as_objects(pd.DataFrame(texts))
    communes = gpd.GeoDataFrame(frame, geometry=layer.geometry.to_numpy(), crs=layer.crs)
    return communes.assign(**{c.AREA_KM2: area_km2(communes.geometry)})


def _rows(indicator: Indicator, codes: np.ndarray, draw: np.random.Generator) -> pd.DataFrame:
    """Return a row per commune, basis and period: quarters of a result that adds up, else years."""
    if indicator.kind is Kind.CATEGORY or indicator.derived or indicator.nearest:
        return pd.DataFrame()
    blocks = []
    for basis in indicator.bases:
        adds_up = indicator.kind is Kind.EXTENSIVE and basis in (Basis.ACTUAL, Basis.DISBURSED)
        for period in [f"{YEAR}-{q}" for q in QUARTERS] if adds_up else [str(YEAR)]:
            values = draw.lognormal(3, 0.7, len(codes)).round(1)
            values[draw.random(len(codes)) < 0.05] = np.nan
            block = {
                c.COMMUNE_CODE: codes, c.INDICATOR: indicator.id, c.PROJECT: indicator.project,
                c.PERIOD: period, c.BASIS: basis.value, c.VALUE: values, c.SOURCE: c.ILLUSTRATIVE,
            }  # fmt: skip
            blocks.append(pd.DataFrame(block))
    return pd.concat(blocks, ignore_index=True)
