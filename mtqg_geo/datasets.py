"""The data a page works on: boundaries and programme figures, loaded once, then only read."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.boundaries import BoundarySet, boundary_sets, read_level
from geo.crs import WGS84
from geo.io import read_layer
from geo.join import JoinResult, join_by_code
from geo.measure import area_km2, length_km
from geo.overlay import length_by_unit
from geo.validate import Issue
from mtqg_geo import columns as c
from mtqg_geo.boundary_store import find_set, set_in_use, shipped_sets
from mtqg_geo.catalog import Catalog, load_catalog
from mtqg_geo.errors import DatasetError
from mtqg_geo.findings import findings
from mtqg_geo.model import REGIONS, Basis, Status

DATA = Path(__file__).resolve().parent.parent / "data"
COMMUNE, DISTRICT = "commune", "district"

PERIOD = re.compile(r"^\d{4}(-Q[1-4])?$")
SURFACES = ("concrete", "asphalt", "gravel")


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
    observations: pd.DataFrame
    sites: gpd.GeoDataFrame
    roads: gpd.GeoDataFrame
    pieces: pd.DataFrame
    join: JoinResult
    issues: tuple[Issue, ...]
    fingerprint: str
    _slices: dict[tuple[str, int], pd.DataFrame] = field(default_factory=dict, repr=False)

    @property
    def years(self) -> tuple[int, ...]:
        """The years that can be chosen."""
        return self.catalog.programme.years

    @cached_property
    def is_illustrative(self) -> bool:
        """Whether any figure shown is made up as an example."""
        return bool((self.observations[c.SOURCE] == c.ILLUSTRATIVE).any())

    @cached_property
    def latest_period(self) -> str:
        """The last quarter for which any commune reported."""
        quarters = self.observations[c.PERIOD].str.len() > 4
        return str(
            self.observations.loc[quarters & self.observations[c.VALUE].notna(), c.PERIOD].max()
        )

    def observed(self, indicator: str, year: int) -> pd.DataFrame:
        """Return the observations of one indicator in one year (empty when there are none)."""
        return self._slices.get((indicator, year), self.observations.iloc[:0])

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

    def regions_in(self, year: int) -> pd.Series:
        """Return the region I, II or III of each programme commune, indexed by code.

        Where the region changed within the year, the later one counts.
        """
        day = f"{year}-12-31"
        valid = (self.regions[c.VALID_FROM] <= day) & (
            (self.regions[c.VALID_TO] == "") | (self.regions[c.VALID_TO] >= f"{year}-01-01")
        )
        latest = self.regions[valid].sort_values(c.VALID_FROM, kind="stable")
        return latest.drop_duplicates(c.COMMUNE_CODE, keep="last").set_index(c.COMMUNE_CODE)[
            c.REGION
        ]


def load_dataset(root: Path = DATA, boundary_set: BoundarySet | None = None) -> Dataset:
    """Read catalogue, boundaries and programme data below `root` and check how they fit together.

    Parameters
    ----------
    root
        Folder with `programme/`, `boundaries/` and `sample/`.
    boundary_set
        Boundaries to use instead of the delivered ones. The list of communes stays the delivered
        one: a commune without a shape in the set keeps its figures, and units of other provinces
        are left out.

    Raises
    ------
    DatasetError
        If figures, sites or roads name a commune, project, indicator, status or facility type
        that does not exist, or are there twice; or if the boundary set has none of the communes.
    """
    catalog = load_catalog(root / "programme")
    delivered = boundary_sets(root / "boundaries")[0]
    boundary_set = boundary_set or delivered
    communes = _units(boundary_set, delivered, COMMUNE)
    if not communes.geometry.notna().any():  # there would be nothing to draw
        msg = (
            f"The boundary set {boundary_set.name} has none of the {len(communes)} communes of the "
            "programme; put another set in use."
        )
        raise DatasetError(msg)
    districts = _units(boundary_set, delivered, DISTRICT)
    regions = _read_table(root / "sample" / "regions.csv")
    observations = _observations(root / "sample" / "observations.csv")
    sites = _sites(root / "sample" / "sites.csv", communes)
    roads = _roads(root / "sample" / "roads.geojson")
    pieces = cut_at_borders(roads, communes)
    roads = roads.assign(**{c.COMMUNE_CODES: _crossed(roads, pieces)})
    _check_references(catalog, communes, regions, observations, sites, roads)
    _check_unique(observations, sites, roads)
    return Dataset(
        catalog=catalog,
        boundary_set=boundary_set,
        communes=communes,
        districts=districts,
        regions=regions,
        observations=observations,
        sites=sites,
        roads=roads,
        pieces=pieces,
        join=join_by_code(communes, regions.rename(columns={c.COMMUNE_CODE: c.CODE})),
        issues=findings(communes, sites, roads, pieces),
        fingerprint=_fingerprint(root),
        _slices=_slices(observations),
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


def texts_as_objects(table: pd.DataFrame) -> pd.DataFrame:
    """Hold texts as Python objects: rows of them are taken ten times faster than from Arrow."""
    return table.astype(dict.fromkeys(table.select_dtypes("str"), object))


def _plain_table(layer: gpd.GeoDataFrame) -> pd.DataFrame:
    return texts_as_objects(pd.DataFrame(layer.drop(columns=layer.geometry.name)))


def _read_table(path: Path) -> pd.DataFrame:
    """Read a CSV with every cell as text; an empty cell stays an empty text, never a zero."""
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def _numbers(texts: pd.Series, *, what: str) -> pd.Series:
    """Turn texts into numbers; empty means missing, anything else must be a number."""
    values = pd.to_numeric(texts.where(texts != ""), errors="coerce").astype(float)
    wrong = texts[(texts != "") & values.isna()]
    if len(wrong):
        msg = f"{len(wrong)} values of {what} are no numbers (first: {wrong.iloc[0]!r})."
        raise DatasetError(msg)
    return values


def _observations(path: Path) -> pd.DataFrame:
    table = _read_table(path)
    wrong = table.loc[~table[c.PERIOD].str.match(PERIOD), c.PERIOD]
    if len(wrong):
        msg = f"{len(wrong)} periods are neither a year nor a quarter (first: {wrong.iloc[0]!r})."
        raise DatasetError(msg)
    table[c.VALUE] = _numbers(table[c.VALUE], what="observations.csv")
    return table


def _slices(observations: pd.DataFrame) -> dict[tuple[str, int], pd.DataFrame]:
    """Split the observations by indicator and year, so that a click reads only what it needs."""
    years = observations[c.PERIOD].str[:4].astype(int)
    groups = texts_as_objects(observations).groupby([c.INDICATOR, years], sort=False)
    return {(str(indicator), int(year)): rows for (indicator, year), rows in groups}


def _statuses(texts: pd.Series) -> pd.Series:
    return texts.fillna("").replace("", Status.NOT_REPORTED.value)


def _sites(path: Path, communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    table = _read_table(path)
    table[c.STATUS] = _statuses(table[c.STATUS])
    table[c.YEAR] = table[c.YEAR].astype(int)
    lon, lat = (_numbers(table[column], what="sites.csv") for column in (c.LON, c.LAT))
    names = communes.set_index(c.CODE)
    table[c.COMMUNE] = table[c.COMMUNE_CODE].map(names[c.NAME]).fillna("")
    table[c.DISTRICT_CODE] = (
        table[c.COMMUNE_CODE].map(names[c.DISTRICT_CODE]).fillna(table[c.DISTRICT_CODE])
    )
    table[c.DISTRICT] = table[c.DISTRICT_CODE].map(
        communes.drop_duplicates(c.DISTRICT_CODE).set_index(c.DISTRICT_CODE)[c.DISTRICT]
    )
    points = gpd.points_from_xy(lon, lat, crs=WGS84)
    return gpd.GeoDataFrame(table, geometry=points).sort_values(c.ID, ignore_index=True)


def _roads(path: Path) -> gpd.GeoDataFrame:
    roads = read_layer(path).to_crs(WGS84).sort_values(c.ID, ignore_index=True)
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


def _check_references(
    catalog: Catalog,
    communes: gpd.GeoDataFrame,
    regions: pd.DataFrame,
    observations: pd.DataFrame,
    sites: pd.DataFrame,
    roads: pd.DataFrame,
) -> None:
    """Refuse data that speak of something unknown: one sentence with count and example."""
    codes = set(communes[c.CODE])
    statuses = {status.value for status in Status}
    for what, used, known in (
        ("communes of regions.csv", regions[c.COMMUNE_CODE], codes),
        ("regions of regions.csv", regions[c.REGION], REGIONS),
        ("communes of observations.csv", observations[c.COMMUNE_CODE], codes),
        ("indicators of observations.csv", observations[c.INDICATOR], catalog.indicators),
        ("projects of observations.csv", observations[c.PROJECT], {"", *catalog.projects}),
        ("bases of observations.csv", observations[c.BASIS], [basis.value for basis in Basis]),
        ("communes of sites.csv", sites[c.COMMUNE_CODE], {"", *codes}),
        ("projects of sites.csv", sites[c.PROJECT], catalog.projects),
        ("facility types of sites.csv", sites[c.FACILITY], catalog.facilities),
        ("statuses of sites.csv", sites[c.STATUS], statuses),
        ("projects of roads.geojson", roads[c.PROJECT], catalog.projects),
        ("statuses of roads.geojson", roads[c.STATUS], statuses),
        ("surfaces of roads.geojson", roads[c.SURFACE].fillna(""), SURFACES),
    ):
        unknown = sorted(set(used) - set(known))
        if unknown:
            msg = f"{len(unknown)} {what} do not exist (first: {unknown[0]!r}). Correct the file."
            raise DatasetError(msg)


def _check_unique(observations: pd.DataFrame, sites: pd.DataFrame, roads: pd.DataFrame) -> None:
    """Refuse a figure or a work that is there twice: it would be counted twice."""
    key = [c.COMMUNE_CODE, c.INDICATOR, c.PROJECT, c.PERIOD, c.BASIS]
    for what, table, columns in (
        ("rows of observations.csv", observations, key),
        ("ids of sites.csv", sites, [c.ID]),
        ("ids of roads.geojson", roads, [c.ID]),
    ):
        double = table[table.duplicated(columns)]
        if len(double):
            example = ", ".join(map(str, double.iloc[0][columns]))
            msg = f"{len(double)} {what} come twice (first: {example}). Keep one of each."
            raise DatasetError(msg)


def _fingerprint(root: Path) -> str:
    """Digest every data file, so that caches and file names notice a change."""
    digest = hashlib.sha256()
    for path in sorted((root / "programme").glob("*.toml")) + sorted((root / "sample").glob("*.*")):
        digest.update(path.name.encode() + path.read_bytes())
    digest.update((root / "boundaries" / "catalog.toml").read_bytes())
    return digest.hexdigest()[:16]


@cache
def shipped_dataset() -> Dataset:
    """Return the data delivered with the product, read once per process."""
    return load_dataset(DATA)


def current_dataset() -> Dataset:
    """Return the data on the boundary set in use; a set put in use later is noticed at once."""
    in_use = set_in_use()
    return shipped_dataset() if in_use == shipped_sets()[0] else _dataset_on(in_use.id)


@lru_cache(maxsize=3)
def _dataset_on(set_id: str) -> Dataset:
    return load_dataset(DATA, find_set(set_id))
