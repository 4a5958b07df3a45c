"""What each page shows, computed without a widget: selection in, everything to draw out."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from mtqg_geo import columns as c
from mtqg_geo.choropleth import Choropleth, Classing, paint
from mtqg_geo.datasets import Dataset
from mtqg_geo.figures import Figure, key_figures
from mtqg_geo.indicators import commune_values
from mtqg_geo.infrastructure import count_by_type, selected_sites, site_mask
from mtqg_geo.labels import t, with_unit
from mtqg_geo.model import Indicator, Kind, Lang, State, Status
from mtqg_geo.roads import km_by, road_mask, selected_pieces, selected_roads
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


def map_view(data: Dataset, selection: Selection, classing: Classing, *, lang: Lang) -> MapView:
    """Compute the map page for a selection."""
    indicator = data.catalog.indicators[selection.indicator]
    projects = data.catalog.with_children(selection.projects)
    values = commune_values(
        data, indicator, year=selection.year, basis=selection.basis, projects=projects
    )
    selected = selection.commune_mask(data.communes)
    regions = data.regions_in(selection.year)
    sites, pieces = selected_sites(data, selection), selected_pieces(data, selection)
    return MapView(
        selection=selection,
        indicator=indicator,
        choropleth=paint(values, selected, regions, indicator, classing, lang=lang),
        tooltips=_tooltips(values, indicator, lang),
        site_chars=_site_chars(data, site_mask(data, selection)),
        road_chars=_road_chars(data, road_mask(data, selection)),
        district_chars="".join(
            "1" if shown else HIDDEN
            for shown in data.districts[c.CODE].isin(data.communes.loc[selected, c.DISTRICT_CODE])
        ),
        table=_table(data, values[selected], regions, sites, pieces),
        figures=key_figures(data, selection, sites, pieces, values[selected], lang=lang),
        bounds=_bounds(data.communes[selected]),
        notices=_notices(data, selection, indicator, values[selected], lang),
    )


def commune_table(data: Dataset, selection: Selection) -> pd.DataFrame:
    """Return the table twin of the map for a selection, without computing the map."""
    values = commune_values(
        data,
        data.catalog.indicators[selection.indicator],
        year=selection.year,
        basis=selection.basis,
        projects=data.catalog.with_children(selection.projects),
    )
    return _table(
        data,
        values[selection.commune_mask(data.communes)],
        data.regions_in(selection.year),
        selected_sites(data, selection),
        selected_pieces(data, selection),
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
        planned_km_by_district=km_by_district.sum(axis=1),
    )


def data_view(data: Dataset) -> DataView:
    """Count what is loaded, what joined and what is illustrative."""
    tables = {
        "rows": data.observations,
        "sites": data.sites,
        "roads": data.roads,
        "regions": data.regions,
    }
    made_up = {
        name: int((table[c.SOURCE] == c.ILLUSTRATIVE).sum()) for name, table in tables.items()
    }
    return DataView(
        regions_matched=len(data.join.matched),
        regions_without_unit=len(data.join.unmatched_rows),
        units_without_region=len(data.join.unmatched_units),
        observations=len(data.observations),
        observations_empty=int(data.observations[c.VALUE].isna().sum()),
        observed_communes=int(data.observations[c.COMMUNE_CODE].nunique()),
        sites=len(data.sites),
        roads=len(data.roads),
        road_outside_km=float(data.pieces.loc[data.pieces[c.CODE].isna(), c.LENGTH_KM].sum()),
        illustrative=made_up | {f"all_{name}": len(table) for name, table in tables.items()},
    )


def _tooltips(values: pd.DataFrame, indicator: Indicator, lang: Lang) -> tuple[str, ...]:
    """Write the value line of each commune's tooltip, in the order of the data."""
    if indicator.kind is Kind.CATEGORY:
        texts = values[c.VALUE].map({r: t(f"region_{r}", lang) for r in ("I", "II", "III")})
    else:
        texts = values[c.VALUE].map(lambda value: with_unit(value, indicator, lang))
    blanks = {
        state.value: t(state.value, lang) for state in (State.NOT_REPORTED, State.NOT_APPLICABLE)
    }
    return tuple(texts.where(~values[c.STATE].isin(blanks), values[c.STATE].map(blanks)))


def _site_chars(data: Dataset, selected: pd.Series) -> str:
    chars = site_chars(tuple(data.catalog.facilities))
    pairs = zip(data.sites[c.FACILITY], data.sites[c.STATUS], selected, strict=True)
    return "".join(
        chars[facility, status] if shown else HIDDEN for facility, status, shown in pairs
    )


def _road_chars(data: Dataset, selected: pd.Series) -> str:
    chars = data.roads[c.STATUS].map({status.value: char for status, char in STATUS_CHARS.items()})
    return "".join(chars.where(selected, HIDDEN))


def _table(
    data: Dataset,
    values: pd.DataFrame,
    regions: pd.Series,
    sites: pd.DataFrame,
    pieces: pd.DataFrame,
) -> pd.DataFrame:
    """Return the table twin of the map: same communes, same values, works beside them."""
    communes = data.communes.loc[
        values.index, [c.CODE, c.NAME, c.DISTRICT_CODE, c.DISTRICT, c.AREA_KM2]
    ]
    done_sites = sites[sites[c.STATUS] == Status.COMPLETED]
    done_km = pieces[pieces[c.STATUS] == Status.COMPLETED]
    by_code = communes[c.CODE]
    return pd.DataFrame(communes).assign(
        region=by_code.map(regions),
        value=values[c.VALUE],
        state=values[c.STATE],
        missing_periods=values[c.MISSING_PERIODS],
        sites_planned=_tally(sites.groupby(c.COMMUNE_CODE).size(), by_code),
        sites_completed=_tally(done_sites.groupby(c.COMMUNE_CODE).size(), by_code),
        road_planned_km=_tally(pieces.groupby(c.CODE)[c.LENGTH_KM].sum(), by_code),
        road_completed_km=_tally(done_km.groupby(c.CODE)[c.LENGTH_KM].sum(), by_code),
    )


def _tally(counted: pd.Series, codes: pd.Series) -> pd.Series:
    """Look up a count by commune; a commune without a work has none, which is a true zero."""
    return codes.map(counted).fillna(0)


def _bounds(communes: gpd.GeoDataFrame) -> Bounds:
    west, south, east, north = (float(value) for value in communes.total_bounds)
    return west, south, east, north


def _notices(
    data: Dataset,
    selection: Selection,
    indicator: Indicator,
    values: pd.DataFrame,
    lang: Lang,
) -> tuple[str, ...]:
    """Say what would otherwise be an empty map or list without a word."""
    notices = []
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
