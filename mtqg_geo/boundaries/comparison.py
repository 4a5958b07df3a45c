"""Two boundary sets laid over each other, and how that agrees with the declared lineage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd

from geo.area_overlay import COVERED, AreaOverlay, overlay_areas
from geo.crosswalk import BASIS, FROM, SHARE, TO, Crosswalk
from mtqg_geo.communes.epochs import Epochs
from mtqg_geo.programme import columns as c

ALIKE = 0.05  # shares that differ by less agree: layers are drawn no better
COMPARABLE = 0.5  # a unit of which less is covered cannot be compared


def _nothing() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({c.NAME: []}, geometry=[], crs=4326)


@dataclass(frozen=True, eq=False)
class Side:
    """One of the two sets: what it is called, of which month, its units, and what it left out.

    `unplaced` holds name and shape of what of a file was not recognised as a commune.
    """

    name: str
    vintage: str
    units: gpd.GeoDataFrame
    unplaced: gpd.GeoDataFrame = field(default_factory=_nothing)

    @property
    def unplaced_names(self) -> tuple[str, ...]:
        """The names of what was not recognised, each once."""
        return tuple(dict.fromkeys(self.unplaced[c.NAME].astype(str)))


@dataclass(frozen=True)
class Gap:
    """A unit of which the other layer covers less than half.

    `is_declared` says whether the lineage knows the unit: of one outside nothing else is to be
    expected. `unplaced` names what lies in it of the other layer and is not recognised.
    """

    code: str
    is_declared: bool
    unplaced: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Comparison:
    """Derived shares beside the declared ones.

    `agree` holds the codes that agree; `differ` a row for each unit that does not (`code`,
    `declared`, `derived`, as code → share); the other three name what cannot be compared.
    """

    agree: tuple[str, ...]
    differ: tuple[tuple[str, Mapping[str, float], Mapping[str, float]], ...]
    not_in_old: tuple[str, ...]
    barely_covered: tuple[str, ...]
    not_declared: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class CrosswalkReport:
    """What two sets have in common, and what of each the other does not cover.

    `comparison` is None where no lineage leads between them.
    """

    old: Side
    new: Side
    overlay: AreaOverlay
    weighted_by: str
    old_gaps: tuple[Gap, ...]
    new_gaps: tuple[Gap, ...]
    comparison: Comparison | None

    @property
    def agrees(self) -> bool:
        """Whether nothing contradicts the declared lineage."""
        return self.comparison is None or not self.comparison.differ


def compare_sets(
    old: Side, new: Side, epochs: Epochs, *, households: pd.Series | None = None
) -> CrosswalkReport:
    """Derive the shares between two sets and compare them with the lineage.

    Parameters
    ----------
    old, new
        The sets.
    epochs
        Of the declared lineage.
    households
        Households of units by code, by which an old unit is shared out where they are those of
        the new set; None for areas.
    """
    overlay = overlay_areas(old.units, new.units, weights=households, basis="households")
    used = overlay.crosswalk.links[BASIS].eq("households").any()
    return CrosswalkReport(
        old=old,
        new=new,
        overlay=overlay,
        weighted_by="households" if used else "area",
        old_gaps=_gaps(old, overlay.old, new, epochs),
        new_gaps=_gaps(new, overlay.new, old, epochs),
        comparison=_comparison(old, new, overlay, epochs),
    )


def _gaps(side: Side, covered: pd.DataFrame, other: Side, epochs: Epochs) -> tuple[Gap, ...]:
    """Return the units of a side that the other one barely covers."""
    declared = epochs.areas[epochs.of_vintage(side.vintage)]
    bare = covered.loc[covered[COVERED] < COMPARABLE, c.CODE]
    within = _unplaced_within(side.units[side.units[c.CODE].isin(bare)], other.unplaced)
    return tuple(Gap(code, code in declared, within.get(code, ())) for code in bare)


def _unplaced_within(
    units: gpd.GeoDataFrame, unplaced: gpd.GeoDataFrame
) -> dict[str, tuple[str, ...]]:
    """Return by code which unplaced features lie in units, with more than a sliver."""
    if units.empty or unplaced.empty:
        return {}
    numbered = unplaced.assign(**{c.CODE: [str(at) for at in range(len(unplaced))]})
    links = overlay_areas(numbered, units).crosswalk.links
    names = links[FROM].astype(int).map(dict(enumerate(unplaced[c.NAME].astype(str))))
    return {str(code): tuple(dict.fromkeys(group)) for code, group in names.groupby(links[TO])}


def _comparison(old: Side, new: Side, overlay: AreaOverlay, epochs: Epochs) -> Comparison | None:
    start, end = epochs.of_vintage(old.vintage), epochs.of_vintage(new.vintage)
    if old.vintage > new.vintage:
        return None
    declared = epochs.crosswalk(start, end)
    covered = overlay.old.set_index(c.CODE)[COVERED]
    present = [code for code in declared.sources if code in covered.index]
    barely = [code for code in present if covered[code] < COMPARABLE]
    compared = [code for code in present if covered[code] >= COMPARABLE]
    said, found = by_source(declared), by_source(overlay.crosswalk)
    pairs = [(code, said[code], found.get(code, {})) for code in compared]
    return Comparison(
        agree=tuple(code for code, one, other in pairs if alike(one, other)),
        differ=tuple(pair for pair in pairs if not alike(pair[1], pair[2])),
        not_in_old=tuple(code for code in declared.sources if code not in covered.index),
        barely_covered=tuple(barely),
        not_declared=tuple(code for code in covered.index if code not in said),
    )


def by_source(walk: Crosswalk) -> dict[str, dict[str, float]]:
    """Return the shares of each unit that a crosswalk leads from, by the code it leads to."""
    shares: dict[str, dict[str, float]] = {}
    links = (walk.links[column] for column in (FROM, TO, SHARE))
    for start, end, share in zip(*links, strict=True):
        shares.setdefault(start, {})[end] = float(share)
    return shares


def alike(one: Mapping[str, float], other: Mapping[str, float]) -> bool:
    """Say whether shares agree; unknown ones do if the units are the same."""
    if any(share != share for share in one.values()):
        return set(one) == set(other)
    return all(abs(one.get(code, 0) - other.get(code, 0)) <= ALIKE for code in {*one, *other})
