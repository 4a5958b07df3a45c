"""Data-quality findings: what is odd in boundaries, sites and roads, with count and example."""

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.measure import KM, nearest_km
from geo.overlay import locate
from geo.validate import Issue, check_coverage, check_layer, issues_of
from mtqg_geo.dataset.places import EXACT
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Status

REPORTED_TOLERANCE = 0.10  # reported against measured length, DESIGN's threshold for an issue
# A point that much beside its commune says nothing: a phone is right to 10 m, a drawn border moves
# by up to 30 m when a layer is mended (`boundaries.check.TOLERANCE_M`).
BESIDE_KM = 0.03


def findings(
    communes: gpd.GeoDataFrame,
    sites: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame,
    pieces: pd.DataFrame,
) -> tuple[Issue, ...]:
    """Return every data-quality finding of the boundaries, the sites and the roads."""
    return (
        *check_layer(communes, key=c.CODE),
        *check_coverage(communes),
        *_site_issues(sites, communes),
        *_road_issues(roads, pieces),
    )


def _site_issues(sites: gpd.GeoDataFrame, communes: gpd.GeoDataFrame) -> list[Issue]:
    found = locate(sites.geometry, communes, unit_id=c.CODE)
    outside = (found.fillna("") != sites[c.COMMUNE_CODE]).to_numpy(copy=True)
    own = communes.set_index(c.CODE).geometry.reindex(sites[c.COMMUNE_CODE])
    for at in np.flatnonzero(outside).tolist():
        km = nearest_km(sites.geometry.iloc[[at]], own.iloc[[at]])[KM].iloc[0]
        outside[at] = not km <= BESIDE_KM  # one without a place, or whose commune has none, stays
    vague = (sites[c.LOCATION] != EXACT).to_numpy()
    silent = (sites[c.STATUS] == Status.NOT_REPORTED).to_numpy()
    return [
        *issues_of("site_outside_commune", "warning", outside, sites[c.NAME]),
        *issues_of("site_location_approximate", "info", vague, sites[c.NAME]),
        *issues_of("site_not_reported", "warning", silent, sites[c.NAME]),
    ]


def _road_issues(roads: gpd.GeoDataFrame, pieces: pd.DataFrame) -> list[Issue]:
    apart = (roads[c.REPORTED_KM] / roads[c.LENGTH_KM] - 1).abs() > REPORTED_TOLERANCE
    silent = (roads[c.STATUS] == Status.NOT_REPORTED).to_numpy()
    outside = pieces[c.CODE].isna().to_numpy()
    return [
        *issues_of("road_length_differs", "warning", apart.to_numpy(), roads[c.NAME]),
        *issues_of("road_outside_communes", "warning", outside, pieces[c.ID]),
        *issues_of("road_not_reported", "warning", silent, roads[c.NAME]),
    ]
