"""What leaves the product: layers and tables exactly as filtered, with their sources."""

from __future__ import annotations

import csv
import io
import re

import geopandas as gpd
import pandas as pd

from geo.geojson import to_geojson
from mtqg_geo import columns as c
from mtqg_geo.datasets import Dataset
from mtqg_geo.indicators import commune_values
from mtqg_geo.infrastructure import selected_sites
from mtqg_geo.model import Indicator
from mtqg_geo.names import without_accents
from mtqg_geo.roads import crossing_pieces, selected_roads
from mtqg_geo.selection import Selection
from mtqg_geo.views import commune_table

LAYERS = ("communes", "sites", "roads")
MEDIA_TYPES = {"geojson": "application/geo+json", "csv": "text/csv; charset=utf-8"}


def layer(data: Dataset, selection: Selection, name: str) -> gpd.GeoDataFrame:
    """Return a layer as filtered, with the properties of an export (DESIGN's fixed names).

    Parameters
    ----------
    data, selection
        What there is and what of it is chosen.
    name
        `communes`, `sites` or `roads`.
    """
    build = {"communes": _communes, "sites": _sites, "roads": _roads}[name]
    features = build(data, selection)
    return features.assign(
        **{c.VINTAGE: data.boundary_set.vintage, "boundary_accuracy": data.boundary_set.accuracy}
    )


def geojson(data: Dataset, selection: Selection, name: str) -> str:
    """Return a layer as an RFC 7946 document at full detail."""
    features = layer(data, selection, name)
    return to_geojson(
        features, id_column=c.CODE, members={"name": file_stem(data, selection, name)}
    )


def csv_text(data: Dataset, selection: Selection, name: str) -> str:
    """Return a layer as CSV text without geometry: codes quoted, formulas made harmless."""
    features = layer(data, selection, name)
    table = pd.DataFrame(features.drop(columns="geometry"))
    if name == "sites":
        table = table.assign(lon=features.geometry.x, lat=features.geometry.y)
    texts = table.select_dtypes(exclude="number").columns
    table[texts] = table[texts].map(_plain_text)
    out = io.StringIO()
    table.to_csv(out, index=False, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    return out.getvalue()


def file_bytes(data: Dataset, selection: Selection, name: str, kind: str) -> bytes:
    """Return the file of a layer: `geojson`, or `csv` with the mark by which Excel knows UTF-8."""
    if kind == "geojson":
        return geojson(data, selection, name).encode("utf-8")
    return csv_text(data, selection, name).encode("utf-8-sig")


FORMULA_START = ("=", "+", "-", "@", "\t", "\r", "\n")


def _plain_text(cell: object) -> object:
    """Keep a text from being run as a formula by a spreadsheet; lists become `a; b`."""
    if isinstance(cell, list):
        cell = "; ".join(cell)
    if isinstance(cell, str) and cell.startswith(FORMULA_START):
        return f"'{cell}"
    return cell


def file_stem(data: Dataset, selection: Selection, name: str) -> str:
    """Say layer, selection and date of data, in characters every file system accepts.

    Example: `communes_OP01-actual_2023_district-220_data-2024-Q2`.
    """
    parts = [name]
    if name == "communes":
        parts.append(f"{selection.indicator}-{selection.basis.value}")
    parts.append(str(selection.year))
    for label, values in (
        ("district", selection.districts),
        ("project", selection.projects),
        ("commune", selection.communes),
        ("status", [status.value for status in selection.statuses]),
    ):
        if values:
            shown = "-".join(values) if len(values) <= 4 else f"{len(values)}-chosen"
            parts.append(f"{label}-{shown}")
    parts.append(f"data-{data.latest_period}")
    return re.sub(r"[^A-Za-z0-9._-]+", "-", without_accents("_".join(parts)))


def unit_suffix(indicator: Indicator) -> str:
    """Return the unit as a suffix of a property name, such as `km`, `pct` or `vnd`."""
    unit = indicator.unit.en.lower()
    known = {"%": "pct", "percentage points/yr": "pct_points", "percentage points": "pct_points"}
    return known.get(unit) or re.sub(r"[^a-z0-9]+", "_", unit).strip("_")


def _communes(data: Dataset, selection: Selection) -> gpd.GeoDataFrame:
    indicator = data.catalog.indicators[selection.indicator]
    table = commune_table(data, selection)
    frame = data.communes.loc[table.index, ["geometry"]].join(table)
    suffix = unit_suffix(indicator)
    projects = data.catalog.with_children(selection.projects)
    for basis in indicator.bases:
        if indicator.id == c.REGION:
            break
        values = commune_values(
            data, indicator, year=selection.year, basis=basis, projects=projects
        )
        frame[f"{basis.value}_{suffix}"] = values.loc[table.index, c.VALUE].astype(float)
    return frame.drop(columns=c.VALUE).assign(
        **{
            c.YEAR: selection.year,
            c.INDICATOR: indicator.id,
            "indicator_name": indicator.name.vi,
            c.BASIS: selection.basis.value,
            c.SOURCE: _sources(data, indicator, selection.year),
        }
    )


def _sources(data: Dataset, indicator: Indicator, year: int) -> str:
    """Name where the figures of an export come from."""
    if indicator.id == c.REGION:
        return "; ".join(sorted(set(data.regions[c.SOURCE])))
    source = indicator.derived or indicator.id
    return "; ".join(sorted(set(data.observed(source, year)[c.SOURCE])))


def _sites(data: Dataset, selection: Selection) -> gpd.GeoDataFrame:
    sites = selected_sites(data, selection)
    return sites.drop(columns=[c.LON, c.LAT]).rename(columns={c.ID: c.CODE})


def _roads(data: Dataset, selection: Selection) -> gpd.GeoDataFrame:
    """Return whole roads; the place columns name the selected commune that holds most of each."""
    roads = selected_roads(data, selection)
    names = data.commune_list.set_index(c.CODE)
    longest = (
        crossing_pieces(data, selection)
        .dropna(subset=[c.CODE])
        .sort_values([c.LENGTH_KM, c.CODE], ascending=[False, True])
        .drop_duplicates(c.ID)
        .set_index(c.ID)[c.CODE]
    )
    main = roads[c.ID].map(longest)
    return roads.rename(columns={c.ID: c.CODE}).assign(
        **{
            c.COMMUNE_CODE: main,
            c.COMMUNE: main.map(names[c.NAME]),
            c.DISTRICT_CODE: main.map(names[c.DISTRICT_CODE]),
            c.DISTRICT: main.map(names[c.DISTRICT]),
        }
    )
