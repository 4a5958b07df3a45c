"""The programme's tables before they meet any borders: as delivered, or as the store holds them.

Regions, sites and roads are small and read whole. Of observations, a million in a store, a page
takes the few it shows.
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

import geopandas as gpd
import pandas as pd

from geo.crs import WGS84
from geo.io import read_layer
from geo.kept import kept
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.catalog import Catalog
from mtqg_geo.programme.errors import DatasetError
from mtqg_geo.programme.frames import texts_as_objects, with_unsaid
from mtqg_geo.programme.model import REGIONS, Basis, Status
from mtqg_geo.programme.period import PATTERN
from mtqg_geo.programme.tables import GEOMETRY, NUMBERS, OBSERVATIONS, ROADS, SITES, SPLIT
from mtqg_geo.store.live import Shown, shown_now, state_version, visible
from mtqg_geo.store.observed import ObservationSummary, observed, summary
from mtqg_geo.store.transactions import Store

SURFACES = ("concrete", "asphalt", "gravel")
SAMPLE = "sample"
SLICES_KEPT = 256  # one indicator and year each; a province's slice is about 1,000 rows


class Observations(Protocol):
    """Rows of commune, indicator, project, period, basis, the split of money, value, source."""

    @property
    def counts(self) -> ObservationSummary:
        """Return how many rows there are, and of which kind."""

    def of(self, indicator: str, year: int) -> pd.DataFrame:
        """Return the rows of one indicator in one year; shared between callers, do not change."""

    def table(self) -> pd.DataFrame:
        """Return all rows."""


@dataclass(frozen=True, eq=False)
class ObservationsInMemory:
    """A table that is small enough to be held; without columns for it, money is not split."""

    rows: pd.DataFrame

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", with_unsaid(self.rows, OBSERVATIONS))

    def table(self) -> pd.DataFrame:
        """Return all rows."""
        return self.rows

    def of(self, indicator: str, year: int) -> pd.DataFrame:
        """Return the rows of one indicator in one year (empty when there are none)."""
        return self._slices.get((indicator, year), self.rows.iloc[:0])

    @cached_property
    def _slices(self) -> dict[tuple[str, int], pd.DataFrame]:
        years = self.rows[c.PERIOD].str[:4].astype(int)
        groups = texts_as_objects(self.rows).groupby([c.INDICATOR, years], sort=False)
        return {(str(indicator), int(year)): rows for (indicator, year), rows in groups}

    @cached_property
    def counts(self) -> ObservationSummary:
        """Return how many rows there are, and of which kind."""
        rows = self.rows
        quarters = rows.loc[(rows[c.PERIOD].str.len() > 4) & rows[c.VALUE].notna(), c.PERIOD]
        return ObservationSummary(
            rows=len(rows),
            empty=int(rows[c.VALUE].isna().sum()),
            communes=int(rows[c.COMMUNE_CODE].nunique()),
            illustrative=int((rows[c.SOURCE] == c.ILLUSTRATIVE).sum()),
            latest_period=str(quarters.max()) if len(quarters) else "",
            years=tuple(sorted({year for _, year in self._slices})),
            is_split=bool((rows[[*SPLIT]] != "").any(axis=None)),
        )


@dataclass(frozen=True, eq=False)
class ProgrammeTables:
    """What is known of the programme, before it meets the communes' boundaries.

    `sites` is a plain table with `lon` and `lat` in degrees, `roads` a layer in WGS 84; a status
    that is not known is "". `fingerprint` changes whenever any figure does. `store` is where they
    were loaded into, with the origin of each; None for those delivered with the product.
    """

    regions: pd.DataFrame
    observations: Observations
    sites: pd.DataFrame
    roads: gpd.GeoDataFrame
    fingerprint: str
    store: Store | None = None


def sample_tables(root: Path, catalog: Catalog, communes: frozenset[str]) -> ProgrammeTables:
    """Read the tables delivered below `root` and check that what they speak of exists.

    Raises
    ------
    DatasetError
        If figures, sites or roads name a commune, project, indicator, status or facility type
        that does not exist, or are there twice.
    """
    folder = root / SAMPLE
    regions = read_table(folder / "regions.csv")
    observations = _observations(folder / "observations.csv")
    sites = _sites(folder / "sites.csv")
    roads = read_layer(folder / "roads.geojson").to_crs(WGS84)
    roads = with_unsaid(roads, ROADS).assign(**{c.STATUS: roads[c.STATUS].fillna("")})
    _check_references(catalog, communes, regions, observations, sites, roads)
    _check_unique(observations, sites, roads)
    return ProgrammeTables(
        regions, ObservationsInMemory(observations), sites, roads, _fingerprint(root)
    )


def read_table(path: Path) -> pd.DataFrame:
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
    table = read_table(path)
    wrong = table.loc[~table[c.PERIOD].str.fullmatch(PATTERN), c.PERIOD]
    if len(wrong):
        msg = f"{len(wrong)} periods are neither a year nor a quarter (first: {wrong.iloc[0]!r})."
        raise DatasetError(msg)
    table[c.VALUE] = _numbers(table[c.VALUE], what="observations.csv")
    return with_unsaid(table, OBSERVATIONS)


def _sites(path: Path) -> pd.DataFrame:
    table = read_table(path)
    for column in NUMBERS.intersection(table):
        table[column] = _numbers(table[column], what="sites.csv")
    table[c.YEAR] = table[c.YEAR].astype(int)
    return with_unsaid(table, SITES)


def _check_references(
    catalog: Catalog,
    communes: frozenset[str],
    regions: pd.DataFrame,
    observations: pd.DataFrame,
    sites: pd.DataFrame,
    roads: pd.DataFrame,
) -> None:
    """Refuse data that speak of something unknown: one sentence with count and example."""
    statuses = {"", *(status.value for status in Status)}
    for what, used, known in (
        ("communes of regions.csv", regions[c.COMMUNE_CODE], communes),
        ("regions of regions.csv", regions[c.REGION], REGIONS),
        ("communes of observations.csv", observations[c.COMMUNE_CODE], communes),
        ("indicators of observations.csv", observations[c.INDICATOR], catalog.indicators),
        ("projects of observations.csv", observations[c.PROJECT], {"", *catalog.projects}),
        ("bases of observations.csv", observations[c.BASIS], [basis.value for basis in Basis]),
        *(
            (f"{name} of observations.csv", observations[name], {"", *catalog.capital[name]})
            for name in SPLIT
        ),
        ("communes of sites.csv", sites[c.COMMUNE_CODE], {"", *communes}),
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
    key = [c.COMMUNE_CODE, c.INDICATOR, c.PROJECT, c.PERIOD, c.BASIS, *SPLIT]
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
    for path in sorted((root / "programme").glob("*.toml")) + sorted((root / SAMPLE).glob("*.*")):
        digest.update(path.name.encode() + path.read_bytes())
    # The catalogue holds the checksum of every layer: layers need not be read for it.
    digest.update((root / "boundaries" / "catalog.toml").read_bytes())
    return digest.hexdigest()[:16]


@dataclass(frozen=True, eq=False)
class StoredObservations:
    """Observations of a state, too many to hold: a page takes the indicator and year it shows."""

    store: Store
    shown: Shown

    def of(self, indicator: str, year: int) -> pd.DataFrame:
        """Return the rows of one indicator in one year (empty when there are none)."""
        return _slice(self, indicator, year)

    def table(self) -> pd.DataFrame:
        """Return all rows; only for files that hold everything."""
        return visible(self.store, "observations", self.shown)

    @cached_property
    def counts(self) -> ObservationSummary:
        """Return how many rows there are, and of which kind."""
        return summary(self.store, self.shown)


@kept(maxsize=SLICES_KEPT)
def _slice(observations: StoredObservations, indicator: str, year: int) -> pd.DataFrame:
    return observed(observations.store, indicator, year, shown=observations.shown)


def stored_tables(store: Store) -> ProgrammeTables:
    """Return what is visible in the store, joined with nothing yet."""
    version, shown = state_version(store), shown_now(store)
    roads = visible(store, "roads", shown)
    lines = gpd.GeoSeries.from_wkb(roads[GEOMETRY], crs=WGS84)
    return ProgrammeTables(
        regions=visible(store, "region", shown),
        observations=StoredObservations(store, shown),
        sites=visible(store, "sites", shown),
        roads=gpd.GeoDataFrame(roads.drop(columns=GEOMETRY), geometry=lines),
        fingerprint=hashlib.sha256(version.encode()).hexdigest()[:16],
        store=store,
    )
