"""Derived shares as rows of a lineage, that can be corrected and loaded.

The rows are those of one day, and speak of the units in force the day before: what was merged in
between stays as declared. Where the layers agree with the lineage, its own row is kept, so that the
file loads as no change but for the units that the layers contradict.
"""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd

from geo.area_overlay import COVERED, overlay_areas
from geo.boundaries import dissolve
from geo.crosswalk import BASIS, FROM, SHARE, TO
from mtqg_geo.boundaries.comparison import (
    COMPARABLE,
    ComparedSet,
    CrosswalkReport,
    alike,
    by_source,
)
from mtqg_geo.communes.epochs import epochs_of
from mtqg_geo.communes.lineage import Lineage, day_before, day_of, named
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.tables import CHANGE, CONFIDENCE, DAY, LINEAGE, RESOLUTION, SHARE_BASIS

DERIVED = "derived"
WHOLE = 1 - 1e-9


def lineage_rows(
    found: CrosswalkReport, lineage: Lineage, *, households: pd.Series | None = None
) -> pd.DataFrame:
    """Return the lineage of the day of the new set, with the shares that the layers contradict.

    Parameters
    ----------
    found
        What the two sets have in common, the new one being of a later month.
    lineage
        In use: rows of units about which the layers agree, or cannot tell, are taken from it.
    households
        As given to `compare_sets`.

    Returns
    -------
    The columns of the store's kind "lineage" and the names of the units, sorted by codes; rows
    from the layers have the confidence ``derived``.
    """
    day = day_of_change(lineage, found.old.vintage, found.new.vintage)
    declared = lineage.links[lineage.links[DAY] == day]
    before = _units_before(found.old, lineage, day)
    after = _units_after(found, lineage, day)
    overlay = overlay_areas(before, after, weights=households, basis="households")
    covered = overlay.old.set_index(c.CODE)[COVERED]
    said = _shares(declared)
    shares = {
        code: each
        for code, each in by_source(overlay.crosswalk).items()
        if covered[code] >= COMPARABLE and not alike(said.get(code, {code: 1.0}), each)
    }
    derived = _as_rows(overlay.crosswalk.links, found, day)
    derived = derived[derived[FROM].isin(shares)]
    kept = declared[~declared[FROM].isin(shares)]
    rows = pd.concat([kept, derived], ignore_index=True).sort_values([FROM, TO], ignore_index=True)
    return _with_names(rows)


def day_of_change(lineage: Lineage, old: str, new: str) -> str:
    """Return the last day on which units changed between two months, else the later one's first."""
    days = [day for day in lineage.days if day_of(old) < day <= day_of(new)]
    return days[-1] if days else f"{new}-01"


def _units_before(old: ComparedSet, lineage: Lineage, day: str) -> gpd.GeoDataFrame:
    """Return the units of the day before, put together of whole units of the older set.

    Of one that took in a part of a divided unit no shape is known: it is left out.
    """
    epochs = epochs_of(lineage)
    codes = epochs.areas[epochs.of_vintage(old.vintage)]
    walk = lineage.crosswalk(codes, since=day_of(old.vintage), until=day_before(day)).links
    usable = (walk[SHARE] >= WHOLE) & walk[FROM].isin(old.units[c.CODE])
    complete = usable.groupby(walk[TO]).transform("all")
    leads_to = walk[complete].set_index(FROM)[TO]
    units = old.units[old.units[c.CODE].isin(leads_to.index)]
    put_together = units[[c.CODE, units.geometry.name]].assign(
        **{c.CODE: units[c.CODE].map(leads_to)}
    )
    return dissolve(put_together, by=c.CODE, columns=[])


def _units_after(found: CrosswalkReport, lineage: Lineage, day: str) -> gpd.GeoDataFrame:
    """Return the newer units; where the day is known, those of the lineage alone.

    A strip beyond the edge of the lineage says that two layers are drawn differently.
    """
    if day not in lineage.days:
        return found.new.units
    epochs = epochs_of(lineage)
    return found.new.units[found.new.units[c.CODE].isin(epochs.areas[epochs.on(day)])]


def _shares(links: pd.DataFrame) -> Mapping[str, Mapping[str, float]]:
    return {
        str(code): dict(zip(rows[TO], rows[SHARE].astype(float), strict=True))
        for code, rows in links.groupby(FROM)
    }


def _as_rows(links: pd.DataFrame, found: CrosswalkReport, day: str) -> pd.DataFrame:
    columns = {
        DAY: day,
        CHANGE: _changes(links),
        SHARE: links[SHARE].round(6),
        SHARE_BASIS: links[BASIS],
        RESOLUTION: "",
        CONFIDENCE: DERIVED,
        c.SOURCE: f"{found.old.name} → {found.new.name}",
    }
    return links[[FROM, TO]].assign(**columns)[list(LINEAGE.columns)]


def _changes(links: pd.DataFrame) -> pd.Series:
    """Return what happened by each link, read from the links beside it."""
    divided, joined = (links[side].duplicated(keep=False) for side in (FROM, TO))
    return pd.Series("renamed", index=links.index).mask(joined, "merged").mask(divided, "split")


def _with_names(rows: pd.DataFrame) -> pd.DataFrame:
    names = ("from_name", "to_name")
    order = [FROM, names[0], TO, names[1], *LINEAGE.columns[2:]]
    return named(rows)[order]
