"""What each page shows, computed without a widget: selection in, everything to draw out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mtqg_geo import columns as c
from mtqg_geo.choropleth import Choropleth, Classing, paint
from mtqg_geo.datasets import Dataset, shipped_dataset
from mtqg_geo.figures import Figure, key_figures
from mtqg_geo.indicators import commune_regions, commune_values
from mtqg_geo.infrastructure import (
    against_plan,
    by_commune,
    count_by_type,
    count_sites,
    selected_sites,
    site_mask,
)
from mtqg_geo.labels import amount, t
from mtqg_geo.model import Indicator, Kind, Lang, Mask, State, Status
from mtqg_geo.roads import count_km, km_by, road_mask, selected_pieces, selected_roads
from mtqg_geo.selection import Selection
from mtqg_geo.symbology import HIDDEN, STATUS_CHARS, site_chars

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True)
class MapView:
    """The map page: one character per feature of each layer, and the table beside the map.

    `table` has a row per selected commune; `bounds` is (west, south, east, north) in degrees.
    """

    selection: Selection
    indicator: Indicator
    choropleth: Choropleth
    tooltips: tuple[str, ...]
    site_chars: str
    road_chars: str
    district_chars: str
    table: pd.DataFrame
    figures: tuple[Figure, ...]
    bounds: Bounds
    notices: tuple[str, ...]


@dataclass(frozen=True)
class WorksView:
    """The page of sites and roads: the lists and their counts."""

    sites: gpd.GeoDataFrame
    roads: gpd.GeoDataFrame
    pieces: pd.DataFrame
    sites_by_type: pd.DataFrame
    km_by_district: pd.DataFrame
    km_by_surface: pd.DataFrame
    planned_km_by_district: pd.Series


@dataclass(frozen=True)
class DataView:
    """The page that says what is loaded: counts of what joined and of what is illustrative."""

    regions_matched: int
    regions_without_unit: int
    units_without_region: int
    observations: int
    observations_empty: int
    observed_communes: int
    sites: int
    roads: int
    road_outside_km: float
    illustrative: dict[str, int]


@lru_cache(maxsize=128)
def map_view(data: Dataset, selection: Selection, classing: Classing, *, lang: Lang) -> MapView:
    """Compute the map page for a selection; kept for the next reader of the same page."""
    indicator = data.catalog.indicators[selection.indicator]
    values = _values(data, selection)
    selected = selection.commune_mask(data)
    regions = commune_regions(data, selection.year)
    works, planned = _works_and_plan(data, selection)
    return MapView(
        selection=selection,
        indicator=indicator,
        choropleth=paint(values, selected, regions, indicator, classing, lang=lang),
        tooltips=_tooltips(values, indicator, lang),
        site_chars=_site_chars(data, site_mask(data, selection)),
        road_chars=_road_chars(data, road_mask(data, selection)),
        district_chars=_district_chars(data, selected),
        table=_table(data, values, selected, regions, works, planned),
        figures=key_figures(
            data,
            selection,
            selected,
            against_plan(count_sites(works.sites), count_sites(planned.sites)),
            against_plan(count_km(works.pieces), count_km(planned.pieces)),
            lang=lang,
        ),
        bounds=_bounds(data, selected),
        notices=_notices(data, selection, indicator, values[selected], lang),
    )


def commune_table(data: Dataset, selection: Selection) -> pd.DataFrame:
    """Return the table twin of the map for a selection, without computing the map."""
    return _table(
        data,
        _values(data, selection),
        selection.commune_mask(data),
        commune_regions(data, selection.year),
        *_works_and_plan(data, selection),
    )


class _Works(NamedTuple):
    """Sites without their points, and road pieces counted once."""

    sites: pd.DataFrame
    pieces: pd.DataFrame


def _works_and_plan(data: Dataset, selection: Selection) -> tuple[_Works, _Works]:
    """Return the works chosen, and all that were planned for the same choice."""
    works = _works(data, selection)
    return works, _works(data, selection.without_status()) if selection.statuses else works


def _works(data: Dataset, selection: Selection) -> _Works:
    sites = data.site_list[site_mask(data, selection)]
    return _Works(sites, selected_pieces(data, selection))


def _values(data: Dataset, selection: Selection) -> pd.DataFrame:
    """Return the values of the selected indicator in every commune."""
    return commune_values(
        data,
        data.catalog.indicators[selection.indicator],
        year=selection.year,
        basis=selection.basis,
        projects=data.catalog.with_children(selection.projects),
    )


def works_view(data: Dataset, selection: Selection) -> WorksView:
    """Compute the page of sites and roads for a selection."""
    sites, pieces = selected_sites(data, selection), selected_pieces(data, selection)
    km_by_district = km_by(pieces, c.DISTRICT)
    return WorksView(
        sites=sites,
        roads=selected_roads(data, selection),
        pieces=pieces,
        sites_by_type=count_by_type(sites, list(data.catalog.facilities)),
        km_by_district=km_by_district,
        km_by_surface=km_by(pieces, c.SURFACE),
        planned_km_by_district=_planned_km(data, selection).reindex(km_by_district.index),
    )


def data_view(data: Dataset) -> DataView:
    """Count what is loaded, what joined and what is illustrative."""
    tables = {"sites": data.sites, "roads": data.roads, "regions": data.regions}
    counts = data.observations.counts
    made_up = {"rows": counts.illustrative} | {
        name: int((table[c.SOURCE] == c.ILLUSTRATIVE).sum()) for name, table in tables.items()
    }
    sizes = {"rows": counts.rows} | {name: len(table) for name, table in tables.items()}
    return DataView(
        regions_matched=len(data.join.matched),
        regions_without_unit=len(data.join.unmatched_rows),
        units_without_region=len(data.join.unmatched_units),
        observations=counts.rows,
        observations_empty=counts.empty,
        observed_communes=counts.communes,
        sites=len(data.sites),
        roads=len(data.roads),
        road_outside_km=float(data.pieces.loc[data.pieces[c.CODE].isna(), c.LENGTH_KM].sum()),
        illustrative=made_up | {f"all_{name}": size for name, size in sizes.items()},
    )


def _planned_km(data: Dataset, selection: Selection) -> pd.Series:
    """Return the kilometres planned in each district, whatever their status."""
    return km_by(selected_pieces(data, selection.without_status()), c.DISTRICT).sum(axis=1)


def _tooltips(values: pd.DataFrame, indicator: Indicator, lang: Lang) -> tuple[str, ...]:
    """Write each commune's value without its unit; nothing for a blank or a category.

    The map shows the words of the class where there is no value.
    """
    if indicator.kind is Kind.CATEGORY:
        return ("",) * len(values)
    return tuple(
        "" if math.isnan(value) else amount(value, indicator, lang)
        for value in values[c.VALUE].astype(float)
    )


def _site_chars(data: Dataset, shown: Mask) -> str:
    return "".join(np.where(shown, _symbols(data), HIDDEN))


@lru_cache(maxsize=4)
def _symbols(data: Dataset) -> NDArray[np.str_]:
    """Return the class character of each site of the data."""
    chars = site_chars(tuple(data.catalog.facilities))
    pairs = zip(data.site_list[c.FACILITY], data.site_list[c.STATUS], strict=True)
    return np.array([chars[pair] for pair in pairs], dtype=np.str_)


def _road_chars(data: Dataset, shown: Mask) -> str:
    pairs = zip(data.road_list[c.STATUS], shown, strict=True)
    return "".join(STATUS_CHARS[Status(status)] if seen else HIDDEN for status, seen in pairs)


def _district_chars(data: Dataset, selected: Mask) -> str:
    present = set(data.commune_list.loc[selected, c.DISTRICT_CODE])
    return "".join("1" if code in present else HIDDEN for code in data.districts[c.CODE])


def _table(
    data: Dataset,
    values: pd.DataFrame,
    selected: Mask,
    regions: pd.Series,
    works: _Works,
    planned: _Works,
) -> pd.DataFrame:
    """Return the table twin of the map: same communes, same values, works beside them.

    What is completed follows the status filter; what was planned does not shrink with it.
    """
    communes = data.commune_list
    codes = pd.Index(communes[c.CODE])
    site_counts, road_km = _by_commune(planned, codes)
    if works is not planned:
        chosen_sites, chosen_km = _by_commune(works, codes)
        site_counts["completed"] = chosen_sites["completed"]
        road_km["completed"] = chosen_km["completed"]
    named = [c.CODE, c.NAME, c.DISTRICT_CODE, c.DISTRICT, c.AREA_KM2]
    table = pd.DataFrame(
        {
            **{column: communes[column] for column in named},
            c.REGION: regions,
            **{column: values[column] for column in (c.VALUE, c.STATE, c.MISSING_PERIODS)},
            **{f"sites_{name}": counts for name, counts in site_counts.items()},
            **{f"road_{name}_km": km for name, km in road_km.items()},
        }
    )
    return table[selected]


Tallies = dict[str, NDArray[np.float64]]


def _by_commune(works: _Works, codes: pd.Index) -> tuple[Tallies, Tallies]:
    """Count sites and kilometres in each commune by status."""
    sites, pieces = works
    km = pieces[c.LENGTH_KM].to_numpy()
    return (
        by_commune(sites, codes, commune=c.COMMUNE_CODE, sizes=np.ones(len(sites))),
        by_commune(pieces, codes, commune=c.CODE, sizes=km),
    )


def _bounds(data: Dataset, selected: Mask) -> Bounds:
    """Return the bounds of the selected communes; of the province, if none of them has a shape."""
    bounds = data.commune_bounds[selected]
    if not np.isfinite(bounds).any():  # nothing selected, or nothing that has a shape in this set
        bounds = data.commune_bounds
    if not np.isfinite(bounds).any():
        bounds = shipped_dataset().commune_bounds
    (west, south), (east, north) = (
        np.nanmin(bounds[:, :2], axis=0),
        np.nanmax(bounds[:, 2:], axis=0),
    )
    return float(west), float(south), float(east), float(north)


def _notices(
    data: Dataset,
    selection: Selection,
    indicator: Indicator,
    values: pd.DataFrame,
    lang: Lang,
) -> tuple[str, ...]:
    """Say what would otherwise be an empty map or list without a word."""
    notices = []
    if not commune_regions(data, selection.year).notna().any():
        notices.append(t("no_regions_loaded", lang, year=selection.year))
    if values.empty:
        notices.append(t("nothing_selected", lang))
    elif (values[c.STATE] == State.NOT_APPLICABLE).all():
        speaks = indicator in data.catalog.indicators_of(selection.projects)
        key = "indicator_not_applicable" if speaks else "indicator_of_other_project"
        project = data.catalog.projects.get(indicator.project)
        notices.append(
            t(
                key,
                lang,
                indicator=indicator.short.of(lang),
                project=f"{project.code} – {project.short.of(lang)}" if project else "",
            )
        )
    elif values[c.VALUE].isna().all():
        notices.append(
            t(
                "indicator_without_data",
                lang,
                indicator=indicator.short.of(lang),
                basis=t(f"basis_{selection.basis.value}", lang),
                year=selection.year,
            )
        )
    return tuple(notices)
