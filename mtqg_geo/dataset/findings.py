"""Data-quality findings: what is odd in boundaries, sites and roads, with count and example."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from geo.overlay import locate
from geo.validate import Issue, Severity, check_coverage, check_layer
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Status

REPORTED_TOLERANCE = 0.10  # reported against measured length, DESIGN's threshold for an issue


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
    outside = sites[found.fillna("") != sites[c.COMMUNE_CODE]]
    vague = sites[sites[c.LOCATION] != "exact"]
    silent = sites[sites[c.STATUS] == Status.NOT_REPORTED]
    return [
        *_issue("site_outside_commune", "warning", outside, c.NAME),
        *_issue("site_location_approximate", "info", vague, c.NAME),
        *_issue("site_not_reported", "warning", silent, c.NAME),
    ]


def _road_issues(roads: gpd.GeoDataFrame, pieces: pd.DataFrame) -> list[Issue]:
    apart = (roads[c.REPORTED_KM] / roads[c.LENGTH_KM] - 1).abs() > REPORTED_TOLERANCE
    silent = roads[roads[c.STATUS] == Status.NOT_REPORTED]
    return [
        *_issue("road_length_differs", "warning", roads[apart], c.NAME),
        *_issue("road_outside_communes", "warning", pieces[pieces[c.CODE].isna()], c.ID),
        *_issue("road_not_reported", "warning", silent, c.NAME),
    ]


def _issue(code: str, severity: Severity, rows: pd.DataFrame, label: str) -> list[Issue]:
    if rows.empty:
        return []
    return [Issue(code=code, severity=severity, count=len(rows), example=str(rows[label].iloc[0]))]
