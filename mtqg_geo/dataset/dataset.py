"""The data a page works on: boundaries and programme figures, loaded once, then only read.

A `Dataset` is shown on the communes the figures were given for, or on later units put together of
them; then its `Restatement` says how. Pages ask the same questions of either.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Protocol

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.boundaries import BoundarySet, boundary_sets, read_level
from geo.crosswalk import FROM, TO, Crosswalk, identity
from geo.crs import WGS84
from geo.join import JoinResult, join_by_code
from geo.kept import Same, kept
from geo.validate import Issue
from mtqg_geo.communes.epochs import Epochs
from mtqg_geo.dataset.boundary_sets import find_set, set_in_use, shipped_sets
from mtqg_geo.dataset.findings import findings
from mtqg_geo.dataset.layers import (
    FORMER_CODES,
    crossed_units,
    cut_at_borders,
    kinds_beyond_programme,
    listed_units,
    measured_roads,
    narrowed,
    pieces_on_faces,
    placed_sites,
    relabelled_pieces,
    shape_of_part,
)
from mtqg_geo.dataset.places import is_made_up, settled_roads
from mtqg_geo.dataset.regions import RegionHistory, region_shares, regions_within
from mtqg_geo.dataset.restated_rows import PartObservations, as_restated, on_units
from mtqg_geo.dataset.tables import Observations, ProgrammeTables, sample_tables, stored_tables
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.catalog import DATA, Catalog, load_catalog
from mtqg_geo.programme.errors import DatasetError
from mtqg_geo.programme.frames import texts_as_objects
from mtqg_geo.programme.model import Mask, Role
from mtqg_geo.programme.period import last_day
from mtqg_geo.store.batches import batches
from mtqg_geo.store.engine import has_store, open_store
from mtqg_geo.store.live import state_version
from mtqg_geo.store.transactions import Store

COMMUNE, DISTRICT = "commune", "district"

FORMER_CODE, UNIT = "former_code", "unit"  # of a part: the unit it was, the row of the one it is in


class RegionLookup(Protocol):
    """Gives the region of units by code, in a year."""

    def __call__(self, year: int, *, hardest: bool = False) -> pd.Series:
        """See `Dataset.regions_in`."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """Everything the product knows, in WGS 84, one row per thing. Never changed once loaded.

    What is kept for the next question is kept by data set: one that is the same is the same object.

    Attributes
    ----------
    communes, districts
        The units shown, and the districts (former ones of later units), sorted by code.
    regions
        The decisions that put communes in a region, as they were written.
    observations
        Figures as they were given, whatever units are shown; `observed` has those of the units.
    pieces
        The roads cut at the borders of the units (see `cut_at_borders`).
    restatement
        How units were put together of those that figures were given for; None as loaded.
    region_lookup
        Where the region of units is known from, unless decisions were written for them.
    all_money
        The same data with all money, where that of some sources or kinds alone counts.
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
    restatement: Restatement | None = None
    region_lookup: RegionLookup | None = None
    all_money: Dataset | None = None

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

    @cached_property
    def commune_list(self) -> pd.DataFrame:
        """The communes without their shapes, row by row as in `communes`."""
        return _plain_table(self.communes)

    @cached_property
    def site_list(self) -> pd.DataFrame:
        """The sites without their points, row by row as in `sites`."""
        # Data of one district, or of some money, has the works of all.
        return _plain_table(self.sites) if self.as_drawn is self else self.as_drawn.site_list

    @cached_property
    def road_list(self) -> pd.DataFrame:
        """The roads without their lines, row by row as in `roads`."""
        # Data of one district, or of some money, has the works of all.
        return _plain_table(self.roads) if self.as_drawn is self else self.as_drawn.road_list

    @cached_property
    def commune_bounds(self) -> NDArray[np.float64]:
        """West, south, east and north of each commune, in degrees."""
        if self.as_drawn is not self:
            return self.as_drawn.commune_bounds
        return np.asarray(self.communes.bounds, dtype=np.float64)

    def observed(self, indicator: str, year: int) -> pd.DataFrame:
        """Return the observations of one indicator in one year (empty when there are none).

        On units put together each row is restated on its own; see `Restatement.on_units`.
        """
        rows = self.observations.of(indicator, year)
        return self.restatement.on_units(rows) if self.restatement else rows

    def regions_in(self, year: int, *, hardest: bool = False) -> pd.Series:
        """Return the region I, II or III of each programme commune, indexed by code.

        Where the region changed within the year the later one counts, or with `hardest` the one of
        greater difficulty: what the commune was on any day of the year. A unit put together of
        communes in different regions is in all of them: `I–III`.
        """
        if self.region_lookup:
            return self.region_lookup(year, hardest=hardest)
        rows = regions_within(self.regions, year, hardest=hardest)
        return rows.drop_duplicates(c.COMMUNE_CODE, keep="last").set_index(c.COMMUNE_CODE)[c.REGION]

    def region_shares(self, year: int) -> pd.DataFrame:
        """Return how much of each unit is in which region; see `regions.region_shares`.

        Of a unit only partly in the chosen former districts, that of the part that lay there.
        """
        if self.restatement:
            return self.restatement.region_shares(year)
        return region_shares(self.regions_in(year), identity(self.commune_list[c.CODE]))

    @property
    def is_put_together(self) -> bool:
        """Whether the units shown are made of former communes."""
        return FORMER_CODES in self.communes

    @property
    def as_loaded(self) -> Dataset:
        """The data on the communes of the first vintage, where communes are counted: all of it."""
        former = self.restatement.former if self.restatement else self
        return former.all_money or former

    @cached_property
    def ground(self) -> tuple[object, ...]:
        """What stands for units and districts: equal where they are, whatever is loaded on them.

        What is worked out from shapes and names alone is kept by it.
        """
        layers = (Same(self.communes), Same(self.districts))
        if self.restatement is None:
            return layers
        how = (self.restatement.walk(0), self.restatement.faces is not None)
        return (*layers, *how, *self.restatement.former.ground)

    @property
    def as_drawn(self) -> Dataset:
        """The data whose geometry the map draws: the same for any choice of districts or money."""
        return self._everywhere.all_money or self._everywhere

    @property
    def _everywhere(self) -> Dataset:
        return (self.restatement and self.restatement.whole) or self

    def within(self, districts: Iterable[str]) -> Dataset:
        """Return the data with those parts alone of units that lay in former districts; none: all.

        Communes as they were loaded lie in one district each: nothing has to be left out of them.
        """
        return _within(self._everywhere, frozenset(districts))

    def former_mask(self, units: Mask) -> Mask:
        """Say for each row of `as_loaded` whether any of it is in these units and counts."""
        if not self.restatement:
            return units
        parts, counts = self.restatement.parts(0), self.restatement.part_mask(0)
        codes = set(parts[FORMER_CODE][counts & units[parts[UNIT]]])
        return np.asarray(self.as_loaded.commune_list[c.CODE].isin(codes), dtype=bool)

    def cut(self, roads: gpd.GeoDataFrame) -> pd.DataFrame:
        """Cut roads at the borders of the units, and of former districts; see `cut_at_borders`."""
        if self.restatement:
            return self.restatement.cut(roads)
        return cut_at_borders(roads, self.communes)


def _plain_table(layer: gpd.GeoDataFrame) -> pd.DataFrame:
    return texts_as_objects(pd.DataFrame(layer.drop(columns=layer.geometry.name)))


@kept(maxsize=64)
def _within(whole: Dataset, districts: frozenset[str]) -> Dataset:
    restatement = whole.restatement
    if restatement is None or not districts:
        return whole
    former, walk = restatement.former.commune_list, restatement.walk(0)
    return replace(
        whole,
        communes=narrowed(whole.communes, former, walk, districts),
        restatement=replace(restatement, districts=districts, whole=whole),
    )


@dataclass(frozen=True, eq=False)
class Restatement:
    """How the figures of units came from the parts they were given for.

    A part is a whole former unit, or one side of a unit that was split. On the parts all is known
    that was known before (region, scope, who did not report), so that an indicator is worked out
    there first, and only then put together. Figures stay what was given: nothing is rewritten.

    07549 went to 07525 for 97 % and to 07537 for 3 %. It has two parts, `07549>07525` and
    `07549>07537`; 100 households given for it are 97 and 3 on them, and a rate is the same on both.

    Attributes
    ----------
    former
        The data as loaded, on the communes of the first vintage.
    epochs, epoch
        The spans of time in which a code keeps its meaning, and the one whose units are shown.
    units
        Codes of the units shown, in their order.
    regions
        The region of every unit of any epoch.
    households
        Of the former communes, by which what was given for a later unit is shared out among them.
    faces
        Units cut at former districts, where the units have borders of their own; otherwise None.
    districts
        Former districts whose parts alone count; empty = all of them.
    whole
        The data set with all districts; None where it is that itself.
    """

    former: Dataset
    epochs: Epochs
    epoch: int
    units: pd.Index
    regions: RegionHistory
    households: pd.Series | None = None
    faces: gpd.GeoDataFrame | None = None
    districts: frozenset[str] = frozenset()
    whole: Dataset | None = None
    # Shared by the data sets of all districts: neither depends on which of them are chosen.
    _walks: dict[int, Crosswalk] = field(default_factory=dict, repr=False)
    _on_parts: dict[int, Dataset] = field(default_factory=dict, repr=False)

    def walk(self, start: int) -> Crosswalk:
        """Return the crosswalk from the units of an epoch to those shown."""
        if start not in self._walks:
            walk = self.epochs.crosswalk(start, self.epoch, weights=self.households)
            self._walks[start] = walk
        return self._walks[start]

    def parts(self, start: int) -> pd.DataFrame:
        """Return the parts of the units of an epoch.

        Returns
        -------
        Columns `code` of the part, `former_code` of the unit it was, and `unit`, the row of the
        unit shown that it is in.
        """
        return self.on_parts(start).commune_list

    def on_parts(self, start: int) -> Dataset:
        """Return a data set whose communes are the parts, with what was given in an epoch."""
        if start not in self._on_parts:
            self._on_parts[start] = self._data_on_parts(start)
        return self._on_parts[start]

    def _data_on_parts(self, start: int) -> Dataset:
        former, walk = self.former, self.walk(start)
        links, by_part = walk.links, walk.by_part
        parts = {
            c.CODE: by_part.links[TO],
            FORMER_CODE: links[FROM],
            UNIT: self.units.get_indexer(links[TO]),
        }
        return replace(
            former,
            communes=gpd.GeoDataFrame(parts, geometry=gpd.GeoSeries(None, links.index), crs=WGS84),
            observations=PartObservations(
                former.observations, self.epochs, start, by_part, former.catalog
            ),
            region_lookup=partial(self._regions_of_parts, start),
        )

    def _regions_of_parts(self, start: int, year: int, *, hardest: bool = False) -> pd.Series:
        parts = self.parts(start)
        regions = parts[FORMER_CODE].map(self.regions(start, year, hardest=hardest))
        return regions.set_axis(parts[c.CODE]).dropna()

    def part_mask(self, start: int) -> Mask:
        """Say for each part of an epoch whether it lies in the chosen former districts."""
        return _part_mask(self, start)

    def region_shares(self, year: int) -> pd.DataFrame:
        """Return how much of each unit is in which region; see `Dataset.region_shares`."""
        indicator = self.former.catalog.with_role(Role.HOUSEHOLDS)
        rows = self.former.observed(indicator.id if indicator else "", year)
        households = rows.groupby(c.COMMUNE_CODE)[c.VALUE].sum(min_count=1)
        return region_shares(self.regions(0, year), self._walk_of_parts(), households=households)

    def _walk_of_parts(self) -> Crosswalk:
        """Return the way from the former communes that count; all those of a unit without any."""
        links = self.walk(0).links
        counts = pd.Series(self.part_mask(0), index=links.index)
        return Crosswalk(links[counts | ~counts.groupby(links[TO]).transform("any")])

    def epochs_of(self, indicator: str, year: int, bases: Sequence[str]) -> tuple[int, ...]:
        """Return the epochs in whose units figures were given; without any, that of the year."""
        rows = self.former.observed(indicator, year)
        rows = rows[rows[c.BASIS].isin(list(bases))]
        found = np.unique(self.epochs.of(rows[c.COMMUNE_CODE], rows[c.PERIOD])).tolist()
        return tuple(found) or (self.epochs.on(last_day(str(year))),)

    def on_units(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return observations by unit, each on its own.

        Beside the columns of a data set as loaded: how many `parts` each is made of, how many of
        them are `missing_parts` and `unknown_parts`. A former commune that has no row at all is
        not known of here; `values.commune_values` does know of it.
        """
        meant = self.epochs.of(rows[c.COMMUNE_CODE], rows[c.PERIOD])
        tables = []
        for epoch in np.unique(meant).tolist():
            given = rows[meant == epoch]
            if self.districts:
                lying = self.parts(epoch)[FORMER_CODE][self.part_mask(epoch)]
                given = given[given[c.COMMUNE_CODE].isin(set(lying))]
            indicators = self.former.catalog.indicators
            tables.append(on_units(given, self.walk(epoch), indicators, of=self.former.observed))
        return pd.concat(tables, ignore_index=True) if tables else as_restated(rows)

    def cut(self, roads: gpd.GeoDataFrame) -> pd.DataFrame:
        """Cut roads at the borders of units and former districts; see `cut_at_borders`."""
        if self.faces is not None:
            return pieces_on_faces(roads, self.faces)
        return self.put_together(cut_at_borders(roads, self.former.communes))

    def put_together(self, pieces: pd.DataFrame) -> pd.DataFrame:
        """Return pieces of road cut at former borders as pieces in the units united from them."""
        return relabelled_pieces(pieces, self.epochs.crosswalk(0, self.epoch))

    def shape_of_part(self, code: str) -> BaseGeometry | None:
        """Return the shape of the part of a unit that lay in the chosen former districts."""
        return shape_of_part(
            code,
            districts=self.districts,
            faces=self.faces,
            communes=self.former.communes,
            walk=self.walk(0),
        )


# Kept beside the class: a narrowed data set asks for it with every figure.
@kept(maxsize=64)
def _part_mask(restatement: Restatement, start: int) -> Mask:
    former, links = restatement.former.commune_list, restatement.walk(start).links
    if not restatement.districts:
        return np.ones(len(links), dtype=bool)
    inside = former.loc[former[c.DISTRICT_CODE].isin(restatement.districts), c.CODE]
    # A unit of a later epoch lies in every district that any of its former communes lay in.
    became = restatement.epochs.crosswalk(0, start).links
    lying = became.loc[became[FROM].isin(inside), TO]
    return np.asarray(links[FROM].isin(lying), dtype=bool)


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
    communes = listed_units(boundary_set, listed_in, COMMUNE)
    if not communes.geometry.notna().any():
        msg = (
            f"The boundary set {boundary_set.name} has none of the {len(communes)} communes of the "
            "programme; put another set in use."
        )
        raise DatasetError(msg)
    sites = placed_sites(tables.sites, communes)
    roads = tables.roads
    if boundary_set != listed_in and is_made_up(roads).any():
        homes = listed_units(listed_in, listed_in, COMMUNE)
        roads = settled_roads(roads, homes.geometry.to_numpy(), communes.geometry.to_numpy())
    roads = measured_roads(roads)
    pieces = cut_at_borders(roads, communes)
    roads = roads.assign(**{c.COMMUNE_CODES: crossed_units(roads, pieces)})
    regions = tables.regions
    return Dataset(
        catalog=catalog.naming_distances(kinds_beyond_programme(sites, roads)),
        boundary_set=boundary_set,
        communes=communes,
        districts=listed_units(boundary_set, listed_in, DISTRICT),
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


@cache
def shipped_dataset() -> Dataset:
    """Return the data delivered with the product, read once per process."""
    return load_dataset(DATA)


def current_dataset() -> Dataset:
    """Return what is loaded on the boundary set in use; a change of either is noticed at once.

    As long as nothing is loaded into the store, the delivered sample is shown.
    """
    version, set_id = state_in_use()
    return _stored_dataset(version, set_id) if version else shipped_dataset()


def state_in_use() -> tuple[str, str]:
    """Return what tells this moment's data from others': state of the store or "", boundary set."""
    return (state_version(open_store()) if has_store() else "", set_in_use().id)


@cache
def _delivered_catalog() -> Catalog:
    return load_catalog(DATA / "programme")


@kept(maxsize=3)
def _stored_dataset(_version: str, set_id: str) -> Dataset:
    """Build the data set of a state of the store; `_version` only tells states apart."""
    store, delivered = open_store(), shipped_sets()[0]
    boundary_set = find_set(set_id)
    # A store with nothing in it, or nothing left, shows the sample like no store at all.
    if all(batch.undone_at for batch in batches(store)):
        return shipped_dataset() if boundary_set == delivered else load_dataset(DATA, boundary_set)
    return assemble(_delivered_catalog(), stored_tables(store), delivered, boundary_set)
