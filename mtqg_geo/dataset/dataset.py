"""The data a page works on: boundaries and programme figures, loaded once, then only read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.boundaries import BoundarySet, boundary_sets, read_level
from geo.crs import WGS84
from geo.join import JoinResult, join_by_code
from geo.measure import area_km2, length_km
from geo.overlay import length_by_unit
from geo.validate import Issue
from mtqg_geo.dataset.boundary_sets import find_set, set_in_use, shipped_sets
from mtqg_geo.dataset.delivered import ProgrammeTables, sample_tables
from mtqg_geo.dataset.findings import findings
from mtqg_geo.dataset.observations import Observations
from mtqg_geo.dataset.regions import regions_within
from mtqg_geo.dataset.stored import stored_tables
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.catalog import DATA, Catalog, load_catalog
from mtqg_geo.programme.errors import DatasetError
from mtqg_geo.programme.frames import texts_as_objects
from mtqg_geo.programme.model import Status
from mtqg_geo.store.batches import batches
from mtqg_geo.store.engine import Store, has_store, open_store
from mtqg_geo.store.live import state_version

COMMUNE, DISTRICT = "commune", "district"


@dataclass(frozen=True, eq=False)
class Dataset:
    """Everything the product knows, in WGS 84, one row per thing. Never changed once loaded.

    `communes` and `districts` are sorted by code; `pieces` holds the roads cut at commune borders
    (see `cut_at_borders`).
    """

    catalog: Catalog
    boundary_set: BoundarySet
    communes: gpd.GeoDataFrame
    districts: gpd.GeoDataFrame
    regions: pd.DataFrame
    observations: Observations
    sites: gpd.GeoDataFrame
    roads: gpd.GeoDataFrame
    pieces: pd.DataFrame
    join: JoinResult
    issues: tuple[Issue, ...]
    fingerprint: str
    store: Store | None = None

    @cached_property
    def years(self) -> tuple[int, ...]:
        """The years that can be chosen: the programme's, and any for which figures came in."""
        return tuple(sorted({*self.catalog.programme.years, *self.observations.counts.years}))

    @cached_property
    def is_illustrative(self) -> bool:
        """Whether any figure shown is made up as an example."""
        tables = (self.regions, self.sites, self.roads)
        return self.observations.counts.illustrative > 0 or any(
            bool((table[c.SOURCE] == c.ILLUSTRATIVE).any()) for table in tables
        )

    @property
    def latest_period(self) -> str:
        """The last quarter for which any commune reported; "" when none did."""
        return self.observations.counts.latest_period

    def observed(self, indicator: str, year: int) -> pd.DataFrame:
        """Return the observations of one indicator in one year (empty when there are none)."""
        return self.observations.of(indicator, year)

    @cached_property
    def commune_list(self) -> pd.DataFrame:
        """The communes without their shapes, row by row as in `communes`."""
        return _plain_table(self.communes)

    @cached_property
    def site_list(self) -> pd.DataFrame:
        """The sites without their points, row by row as in `sites`."""
        return _plain_table(self.sites)

    @cached_property
    def road_list(self) -> pd.DataFrame:
        """The roads without their lines, row by row as in `roads`."""
        return _plain_table(self.roads)

    @cached_property
    def commune_bounds(self) -> NDArray[np.float64]:
        """West, south, east and north of each commune, in degrees."""
        return np.asarray(self.communes.bounds, dtype=np.float64)

    def regions_in(self, year: int, *, hardest: bool = False) -> pd.Series:
        """Return the region I, II or III of each programme commune, indexed by code.

        Where the region changed within the year the later one counts, or with `hardest` the one of
        greater difficulty: what the commune was on any day of the year.
        """
        rows = regions_within(self.regions, year, hardest=hardest)
        return rows.drop_duplicates(c.COMMUNE_CODE, keep="last").set_index(c.COMMUNE_CODE)[c.REGION]


def load_dataset(root: Path = DATA, boundary_set: BoundarySet | None = None) -> Dataset:
    """Read catalogue, boundaries and the delivered tables below `root`; check how they fit.

    Parameters
    ----------
    root
        Folder with `programme/`, `boundaries/` and `sample/`.
    boundary_set
        Boundaries to use instead of the delivered ones; see `assemble`.

    Raises
    ------
    DatasetError
        If figures, sites or roads speak of something that does not exist, or are there twice; or
        if the boundary set has none of the communes.
    """
    catalog = load_catalog(root / "programme")
    delivered = boundary_sets(root / "boundaries")[0]
    codes = frozenset(read_level(delivered, COMMUNE)[c.CODE])
    return assemble(
        catalog, sample_tables(root, catalog, codes), delivered, boundary_set or delivered
    )


def assemble(
    catalog: Catalog, tables: ProgrammeTables, listed_in: BoundarySet, boundary_set: BoundarySet
) -> Dataset:
    """Join the programme's tables with boundaries.

    Parameters
    ----------
    catalog, tables
        What is known of the programme.
    listed_in
        The set whose units are the list: a commune without a shape in `boundary_set` keeps its
        figures, and units of other provinces are left out.
    boundary_set
        The set that gives the shapes.

    Raises
    ------
    DatasetError
        If the set has none of the communes: there would be nothing to draw.
    """
    communes = _units(boundary_set, listed_in, COMMUNE)
    if not communes.geometry.notna().any():
        msg = (
            f"The boundary set {boundary_set.name} has none of the {len(communes)} communes of the "
            "programme; put another set in use."
        )
        raise DatasetError(msg)
    sites = _sites(tables.sites, communes)
    roads = _roads(tables.roads)
    pieces = cut_at_borders(roads, communes)
    roads = roads.assign(**{c.COMMUNE_CODES: _crossed(roads, pieces)})
    regions = tables.regions
    return Dataset(
        catalog=catalog,
        boundary_set=boundary_set,
        communes=communes,
        districts=_units(boundary_set, listed_in, DISTRICT),
        regions=regions,
        observations=tables.observations,
        sites=sites,
        roads=roads,
        pieces=pieces,
        join=join_by_code(communes, regions.rename(columns={c.COMMUNE_CODE: c.CODE})),
        issues=findings(communes, sites, roads, pieces),
        fingerprint=tables.fingerprint,
        store=tables.store,
    )


def _units(boundary_set: BoundarySet, listed_in: BoundarySet, level: str) -> gpd.GeoDataFrame:
    """Return the units of the list with the shapes of the set (missing where it has none)."""
    units = read_level(listed_in, level).sort_values(c.CODE, ignore_index=True)
    if boundary_set != listed_in:
        shapes = read_level(boundary_set, level).set_index(c.CODE).geometry
        units = units.set_geometry(
            gpd.GeoSeries(shapes.reindex(units[c.CODE]).to_numpy(), crs=shapes.crs)
        )
    return units.assign(**{c.AREA_KM2: area_km2(units.geometry)})


def _plain_table(layer: gpd.GeoDataFrame) -> pd.DataFrame:
    return texts_as_objects(pd.DataFrame(layer.drop(columns=layer.geometry.name)))


def _statuses(texts: pd.Series) -> pd.Series:
    return texts.fillna("").replace("", Status.NOT_REPORTED.value)


def _sites(table: pd.DataFrame, communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Place the sites, and name the commune and district of each."""
    names = communes.set_index(c.CODE)
    districts = communes.drop_duplicates(c.DISTRICT_CODE).set_index(c.DISTRICT_CODE)[c.DISTRICT]
    commune, code = table[c.COMMUNE_CODE].map(names[c.NAME]), table[c.COMMUNE_CODE]
    district = code.map(names[c.DISTRICT_CODE]).fillna(table[c.DISTRICT_CODE])
    placed = table.assign(
        **{
            c.STATUS: _statuses(table[c.STATUS]),
            c.YEAR: table[c.YEAR].astype(int),
            c.COMMUNE: commune.fillna(""),
            c.DISTRICT_CODE: district,
            c.DISTRICT: district.map(districts),
        }
    )
    points = gpd.points_from_xy(table[c.LON], table[c.LAT], crs=WGS84)
    return gpd.GeoDataFrame(placed, geometry=points).sort_values(c.ID, ignore_index=True)


def _roads(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    roads = layer.sort_values(c.ID, ignore_index=True)
    return roads.assign(
        **{
            c.STATUS: _statuses(roads[c.STATUS]),
            c.YEAR: roads[c.YEAR].astype(int),
            c.REPORTED_KM: roads[c.REPORTED_KM].astype(float),
            c.LENGTH_KM: length_km(roads.geometry),
        }
    )


def cut_at_borders(roads: gpd.GeoDataFrame, communes: gpd.GeoDataFrame) -> pd.DataFrame:
    """Cut every road at the commune borders and measure each piece.

    Returns
    -------
    One row per road and commune (`code` missing outside every commune): `length_km` beside the
    attributes of the road and the district of the commune.
    """
    shaped = communes[communes.geometry.notna()]
    pieces = length_by_unit(roads, shaped, line_id=c.ID, unit_id=c.CODE)
    attributes = pd.DataFrame(roads[[c.ID, c.PROJECT, c.YEAR, c.STATUS, c.SURFACE]])
    districts = pd.DataFrame(communes[[c.CODE, c.DISTRICT_CODE, c.DISTRICT]])
    described = pieces.merge(attributes, on=c.ID, how="left", validate="many_to_one").merge(
        districts, on=c.CODE, how="left", validate="many_to_one"
    )
    return texts_as_objects(described)


def _crossed(roads: gpd.GeoDataFrame, pieces: pd.DataFrame) -> list[list[str]]:
    """List the communes each road crosses, in the order of `roads`."""
    inside = pieces.dropna(subset=[c.CODE])
    by_road = inside.groupby(c.ID)[c.CODE].agg(lambda codes: sorted(set(codes)))
    return [list(by_road.get(road, [])) for road in roads[c.ID]]


@cache
def shipped_dataset() -> Dataset:
    """Return the data delivered with the product, read once per process."""
    return load_dataset(DATA)


def current_dataset() -> Dataset:
    """Return what is loaded on the boundary set in use; a change of either is noticed at once.

    As long as nothing is loaded into the store, the delivered sample is shown.
    """
    if not has_store():
        return shipped_dataset()
    return _stored_dataset(state_version(open_store()), set_in_use().id)


@lru_cache(maxsize=3)
def _stored_dataset(_version: str, set_id: str) -> Dataset:
    """Build the data set of a state of the store; `_version` only tells states apart."""
    store, delivered = open_store(), shipped_sets()[0]
    boundary_set = find_set(set_id)
    if all(batch.undone_at for batch in batches(store)):
        return shipped_dataset() if boundary_set == delivered else load_dataset(DATA, boundary_set)
    catalog = load_catalog(DATA / "programme")
    return assemble(catalog, stored_tables(store), delivered, boundary_set)
