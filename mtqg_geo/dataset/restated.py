"""The same figures on the communes of 2023 and on those of 2025.

`restated` turns a data set as loaded into one on the units of a vintage. Figures stay what was
given: on every question they are first worked out on the parts of former units (`restate_parts`)
and then put together (`restated_values`), so that totals are those of the former communes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property, lru_cache

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.boundaries import BoundarySet
from geo.crosswalk import FROM, TO, Crosswalk
from mtqg_geo.communes.epochs import Epochs, epochs_of
from mtqg_geo.communes.lineage import Lineage, delivered_sets, shipped_lineage
from mtqg_geo.dataset.dataset import Dataset, cut_at_borders
from mtqg_geo.dataset.parts import Parts, parts_of
from mtqg_geo.dataset.regions import RegionHistory, region_shares
from mtqg_geo.dataset.restated_layers import (
    faces_of,
    narrowed,
    pieces_on_faces,
    relabelled_pieces,
    relocated_sites,
    units_frame,
)
from mtqg_geo.dataset.restated_rows import as_restated, on_units
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.frames import texts_as_objects
from mtqg_geo.programme.model import Mask, Role
from mtqg_geo.programme.period import last_day


@dataclass(frozen=True, eq=False)
class Legs:
    """The parts of each epoch on the way to the units shown, made when first asked for."""

    former: Dataset
    epochs: Epochs
    epoch: int
    units: pd.Index
    weights: pd.Series | None
    regions: RegionHistory
    _made: dict[int, Parts] = field(default_factory=dict, repr=False)
    _walks: dict[int, Crosswalk] = field(default_factory=dict, repr=False)

    def walk(self, start: int) -> Crosswalk:
        """Return the crosswalk from the units of an epoch to those shown."""
        if start not in self._walks:
            walk = self.epochs.crosswalk(start, self.epoch, weights=self.weights)
            self._walks[start] = walk
        return self._walks[start]

    def of(self, start: int) -> Parts:
        """Return the parts of an epoch."""
        if start not in self._made:
            walk = self.walk(start)
            self._made[start] = parts_of(
                self.former, self.epochs, start, walk, self.units, self.regions
            )
        return self._made[start]

    def districts(self, start: int) -> list[frozenset[str]]:
        """Return for each part of an epoch the former districts it lies in."""
        return self._districts[start]

    @cached_property
    def _districts(self) -> dict[int, list[frozenset[str]]]:
        district = self.former.commune_list.set_index(c.CODE)[c.DISTRICT_CODE]
        found = {}
        for start in range(len(self.epochs.areas)):
            links = self.epochs.crosswalk(0, start).links
            of_unit = links[FROM].map(district).groupby(links[TO]).agg(frozenset)
            parts = self.walk(start).links[FROM]
            found[start] = [of_unit.get(code, frozenset()) for code in parts]
        return found


@dataclass(frozen=True, eq=False, kw_only=True)
class RestatedDataset(Dataset):
    """A data set shown on the units of a vintage; made by `restated`.

    Attributes
    ----------
    former
        The data as loaded, on the communes of the first vintage. Communes are counted there.
    legs
        The parts that figures come from.
    districts_chosen
        Former districts whose parts alone count; empty = all of them.
    faces
        Units cut at former districts, where the units have borders of their own; otherwise None.
    whole
        The same with all districts; None where it is itself.
    """

    former: Dataset
    legs: Legs
    districts_chosen: frozenset[str]
    faces: gpd.GeoDataFrame | None
    whole: RestatedDataset | None = None

    def within(self, districts: Iterable[str]) -> RestatedDataset:
        """Return the same data with the parts alone that lay in former districts; none: all."""
        return _within(self, frozenset(districts))

    def part_mask(self, epoch: int) -> Mask:
        """Say for each part of an epoch whether it lies in the chosen former districts."""
        lying = self.legs.districts(epoch)
        if not self.districts_chosen:
            return np.ones(len(lying), dtype=bool)
        return np.array([bool(each & self.districts_chosen) for each in lying], dtype=bool)

    def former_mask(self, units: Mask) -> Mask:
        """Say for each former commune whether any of it is in these units and counts."""
        taken = self.part_mask(0) & units[self.legs.of(0).unit]
        codes = set(self.legs.of(0).former_code[taken])
        return np.asarray(self.former.commune_list[c.CODE].isin(codes), dtype=bool)

    def cut(self, roads: gpd.GeoDataFrame) -> pd.DataFrame:
        """Cut roads at the borders of units and former districts; see `datasets.cut_at_borders`."""
        if self.faces is not None:
            return pieces_on_faces(roads, self.faces)
        return self._put_together(cut_at_borders(roads, self.former.communes))

    def _put_together(self, pieces: pd.DataFrame) -> pd.DataFrame:
        return relabelled_pieces(pieces, self.legs.epochs.crosswalk(0, self.legs.epoch))

    def regions_in(self, year: int, *, hardest: bool = False) -> pd.Series:
        """Return the region of each unit that has one, indexed by code; `I–III` where mixed."""
        return self.legs.regions(self.legs.epoch, year, hardest=hardest)

    def region_shares(self, year: int) -> pd.DataFrame:
        """Return how much of each unit is in which region; see `restate_regions.region_shares`.

        Of a unit only partly in the chosen former districts, that of the part that lay there.
        """
        indicator = self.catalog.with_role(Role.HOUSEHOLDS)
        rows = self.former.observed(indicator.id if indicator else "", year)
        households = rows.groupby(c.COMMUNE_CODE)[c.VALUE].sum(min_count=1)
        return region_shares(
            self.legs.regions(0, year), self._walk_of_parts(), households=households
        )

    def _walk_of_parts(self) -> Crosswalk:
        """Return the way from the former communes that count; all those of a unit without any."""
        links = self.legs.walk(0).links
        counts = pd.Series(self.part_mask(0), index=links.index)
        return Crosswalk(links[counts | ~counts.groupby(links[TO]).transform("any")])

    def epochs_of(self, indicator: str, year: int, bases: Sequence[str]) -> tuple[int, ...]:
        """Return the epochs in whose units figures were given; without any, that of the year."""
        rows = self.former.observed(indicator, year)
        rows = rows[rows[c.BASIS].isin(list(bases))]
        found = np.unique(self.legs.epochs.of(rows[c.COMMUNE_CODE], rows[c.PERIOD])).tolist()
        return tuple(found) or (self.legs.epochs.on(last_day(str(year))),)

    def observed(self, indicator: str, year: int) -> pd.DataFrame:
        """Return the observations of one indicator in one year by unit, each on its own.

        Beside the columns of a data set as loaded: how many `parts` each is made of, how many of
        them are `missing_parts` and `unknown_parts`. A former commune that has no row at all is
        not known of here; `indicators.commune_values` does know of it.
        """
        return self._on_units(self.former.observed(indicator, year))

    def observed_at_all(self) -> pd.DataFrame:
        """Return all observations by unit; see `observed`."""
        return self._on_units(texts_as_objects(self.former.observations.table()))

    def _on_units(self, rows: pd.DataFrame) -> pd.DataFrame:
        legs, indicators = self.legs, self.catalog.indicators
        meant = legs.epochs.of(rows[c.COMMUNE_CODE], rows[c.PERIOD])
        tables = []
        for epoch in np.unique(meant).tolist():
            given = rows[meant == epoch]
            if self.districts_chosen:
                lying = legs.of(epoch).former_code[self.part_mask(epoch)]
                given = given[given[c.COMMUNE_CODE].isin(set(lying))]
            walk = legs.walk(epoch)
            tables.append(on_units(given, walk, indicators, observed=self.former.observed))
        return pd.concat(tables, ignore_index=True) if tables else as_restated(rows)


def restated(
    data: Dataset,
    vintage: str,
    *,
    districts: Iterable[str] = (),
    boundary_set: BoundarySet | None = None,
    lineage: Lineage | None = None,
    households: pd.Series | None = None,
) -> Dataset:
    """Return a data set on the units of a vintage.

    Parameters
    ----------
    data
        The data as loaded, on the communes of the first vintage.
    vintage
        The units to show; see `lineage.vintages`.
    districts
        Codes of former districts: only the parts that lay there count. A unit belongs to a former
        district if any of its parts did, and shows that part alone.
    boundary_set
        Installed boundaries of the vintage. Without them the shapes of `data` are united.
    lineage
        Who became whom; the delivered lineage unless given.
    households
        Households of the former communes, by which a figure given for a later unit is shared out
        when the former communes are shown; without it such a figure is not restatable.

    Returns
    -------
    `data` itself where nothing has to be restated: its own vintage, nothing loaded for later units.
    """
    lineage = lineage or shipped_lineage()
    if households is None:
        borders = _Borders(boundary_set.id, boundary_set) if boundary_set else None
        shown = _kept(data, vintage, borders, lineage)
    else:
        shown = _restated(data, vintage, boundary_set, lineage, households)
    return shown.within(districts) if isinstance(shown, RestatedDataset) else shown


@dataclass(frozen=True)
class _Borders:
    """A boundary set, known by its id, as the key of a cache has to be."""

    id: str
    boundary_set: BoundarySet = field(compare=False)


@lru_cache(maxsize=4)
def _kept(data: Dataset, vintage: str, borders: _Borders | None, lineage: Lineage) -> Dataset:
    return _restated(data, vintage, borders.boundary_set if borders else None, lineage, None)


def _restated(
    data: Dataset,
    vintage: str,
    boundary_set: BoundarySet | None,
    lineage: Lineage,
    households: pd.Series | None,
) -> Dataset:
    epochs = epochs_of(lineage)
    epoch = epochs.of_vintage(vintage)
    if epoch == 0 and not _speaks_of_later_units(data, epochs):
        return data
    walk = epochs.crosswalk(0, epoch)
    communes = units_frame(data, vintage, walk, boundary_set) if epoch else data.communes
    faces = faces_of(communes, data.districts) if boundary_set and epoch else None
    units = pd.Index(communes[c.CODE].astype(object))
    regions = RegionHistory(data.regions, epochs)
    legs = Legs(data, epochs, epoch, units, households, regions)
    sites = relocated_sites(data, communes, epochs, epoch)
    given = {each.name: getattr(data, each.name) for each in fields(Dataset)}
    changed = {
        "boundary_set": _described(data, vintage, boundary_set) if epoch else data.boundary_set,
        "communes": communes,
        "sites": sites,
    }
    shown = RestatedDataset(
        **{**given, **changed},
        former=data,
        legs=legs,
        districts_chosen=frozenset(),
        faces=faces,
    )
    return _with_roads(shown) if epoch else shown


def _speaks_of_later_units(data: Dataset, epochs: Epochs) -> bool:
    """Say whether anything was given in the units of a later epoch."""
    first = epochs.lineage.days_of_change[0] if epochs.lineage.days_of_change else "9999"
    years = [*data.observations.counts.years, *data.sites[c.YEAR].tolist()]
    days = [last_day(str(year)) for year in years] + data.regions[c.VALID_FROM].tolist()
    return any(day >= first for day in days)


def _described(data: Dataset, vintage: str, boundary_set: BoundarySet | None) -> BoundarySet:
    """Return the set that describes the borders shown."""
    delivered = delivered_sets()
    if boundary_set is not None or data.boundary_set == next(iter(delivered.values())):
        return boundary_set or delivered[vintage]
    given = {each.name: getattr(data.boundary_set, each.name) for each in fields(BoundarySet)}
    return BoundarySet(**{**given, "vintage": vintage})


def _with_roads(shown: RestatedDataset) -> RestatedDataset:
    """Cut the roads at the borders shown, and name the units each one crosses."""
    united = shown.faces is None
    pieces = shown._put_together(shown.former.pieces) if united else shown.cut(shown.roads)
    crossed = pieces.dropna(subset=[c.CODE]).groupby(c.ID)[c.CODE].agg(set)
    codes = [sorted(crossed.get(road, ())) for road in shown.roads[c.ID]]
    roads = shown.roads.assign(**{c.COMMUNE_CODES: codes})
    return _changed(shown, pieces=pieces, roads=roads)


@lru_cache(maxsize=64)
def _within(shown: RestatedDataset, districts: frozenset[str]) -> RestatedDataset:
    if districts == shown.districts_chosen:
        return shown
    whole = shown.whole or shown
    if not districts:
        return whole
    communes = narrowed(whole.communes, whole.former, whole.legs.walk(0), districts)
    return _changed(whole, districts_chosen=districts, communes=communes, whole=whole)


def _changed(shown: RestatedDataset, **changes: object) -> RestatedDataset:
    given = {each.name: getattr(shown, each.name) for each in fields(RestatedDataset)}
    return RestatedDataset(**{**given, **changes})
