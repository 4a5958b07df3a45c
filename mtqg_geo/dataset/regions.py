"""Regions I, II and III on units put together: a share of each, never an average.

A unit of which all former communes are in region III is in region III. A unit of mixed communes has
no region of its own: it is shown as mixed (``I–III``), with how much of it is in each.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from geo.crosswalk import FROM, TO, Crosswalk
from geo.kept import kept
from geo.restating import restate_category
from mtqg_geo.communes.epochs import Epochs
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import DASH, MOST_DIFFICULT, OUTSIDE, REGIONS, Lang
from mtqg_geo.programme.words import number, t


def regions_within(regions: pd.DataFrame, year: int, *, hardest: bool = False) -> pd.DataFrame:
    """Return the rows that are in force on any day of a year, in order: the last one counts.

    Parameters
    ----------
    regions
        Commune, region, `valid_from` and `valid_to` ("" = without an end).
    year
        Which year.
    hardest
        Where a commune changes its region within the year, not the later region counts but the
        one of greater difficulty: what the commune was on any day of the year.
    """
    valid = (regions[c.VALID_FROM] <= f"{year}-12-31") & (
        (regions[c.VALID_TO] == "") | (regions[c.VALID_TO] >= f"{year}-01-01")
    )
    order = [c.REGION, c.VALID_FROM] if hardest else [c.VALID_FROM]  # I < II < III, as texts too
    return regions[valid].sort_values(order, kind="stable")


RegionClass = Literal["I", "II", "III", "mixed", "mixed_III"]
REGION_CLASSES: tuple[RegionClass, ...] = ("I", "II", "III", "mixed", "mixed_III")


def region_label(regions: Iterable[str]) -> str:
    """Return the region of a unit made of communes in these regions (`""` = on no list).

    All the same: that region. Different ones: all of them, as `I–III`, or `0–I` where some of the
    unit is on no list. None on a list: "".

    >>> region_label(["III", "III"]), region_label(["III", "", "I"]), region_label(["", ""])
    ('III', '0–I–III', '')
    """
    present = {part or OUTSIDE for region in regions for part in region.split(DASH)}
    listed = [region for region in (OUTSIDE, *REGIONS) if region in present]
    return "" if listed == [OUTSIDE] else DASH.join(listed)


def region_class(region: str) -> RegionClass | None:
    """Return in which class of the map a region, plain or mixed, is drawn; None for none."""
    if region in REGIONS:
        return region  # type: ignore[return-value]
    if DASH not in region:
        return None
    return "mixed_III" if MOST_DIFFICULT in region.split(DASH) else "mixed"


@dataclass(frozen=True, eq=False)
class RegionHistory:
    """The region of every unit in every epoch and year, from decisions written for any of them.

    Parameters
    ----------
    regions
        The table of decisions: commune, region, `valid_from`, `valid_to`.
    epochs
        In which codes a decision speaks: in those of the day it came into force.
    """

    regions: pd.DataFrame
    epochs: Epochs

    def __call__(self, epoch: int, year: int, *, hardest: bool = False) -> pd.Series:
        """Return the region (plain or mixed) by code of the units of an epoch that have one.

        Where it changed within the year, the one that `Dataset.regions_in` takes.
        """
        return _regions_of_epoch(self, epoch, year, hardest)


@kept(maxsize=64)
def _regions_of_epoch(history: RegionHistory, epoch: int, year: int, hardest: bool) -> pd.Series:
    written = _valid_by_epoch(history, year, hardest)
    if not written:
        return pd.Series(dtype=object)
    # The latest decision counts; one for later units is read back only where there is no earlier.
    taken = max((each for each in written if each <= epoch), default=min(written))
    if taken == epoch:
        return written[taken]
    labels = labels_on(written[taken], history.epochs.crosswalk(taken, epoch))
    return labels[labels != ""]


def _valid_by_epoch(history: RegionHistory, year: int, hardest: bool) -> dict[int, pd.Series]:
    """Return the regions valid in a year, by the epoch in whose codes they were written."""
    rows = regions_within(history.regions, year, hardest=hardest)
    epochs = rows[c.VALID_FROM].map(history.epochs.on).astype(np.intp)
    return {
        int(number): group.drop_duplicates(c.COMMUNE_CODE, keep="last")
        .set_index(c.COMMUNE_CODE)[c.REGION]
        .astype(object)
        for number, group in rows.groupby(epochs)
    }


def labels_on(regions: pd.Series, walk: Crosswalk) -> pd.Series:
    """Return the region, plain or mixed, of each unit a crosswalk leads to ("" = on no list)."""
    of_parts = walk.links[FROM].map(regions).astype(object).fillna("")
    return of_parts.groupby(walk.links[TO]).agg(region_label)


def region_shares(
    regions: pd.Series, walk: Crosswalk, *, households: pd.Series | None = None
) -> pd.DataFrame:
    """Return how much of each unit is in which region.

    Of three communes that became one, one of 60 and one of 20 households are in region III, one of
    20 in region I.

    >>> walk = Crosswalk(pd.DataFrame(
    ...     {"from_code": ["a", "b", "c"], "to_code": "x", "share": 1.0, "basis": ""}))
    >>> shares = region_shares(pd.Series({"a": "III", "b": "III", "c": "I"}), walk,
    ...                        households=pd.Series({"a": 60, "b": 20, "c": 20}))
    >>> shares[["region", "share", "parts", "of"]].to_numpy().tolist()
    [['I', 0.2, 1, 3], ['III', 0.8, 2, 3]]

    Parameters
    ----------
    regions
        Region by code of the former units.
    walk
        Leads from them to the units shown.
    households
        Households by code of the former units, as far as they are known.

    Returns
    -------
    One row per unit and region ("" = on no list), sorted: `code`, `region`, `share` (of the
    households; missing where those of any part are not known), `parts` (former communes with it)
    and `of` (former communes in all).
    """
    rows = pd.DataFrame({c.CODE: walk.sources.to_numpy()})
    rows[c.REGION] = rows[c.CODE].map(regions).astype(object).fillna("")
    rows["households"] = np.nan if households is None else rows[c.CODE].map(households)
    shares = restate_category(rows, walk, base="households", value=c.REGION)
    return shares.assign(of=shares.groupby(c.CODE)["parts"].transform("sum"))


def region_text(region: str | None, lang: Lang) -> str:
    """Write a region in words: `Khu vực III (ĐBKK)`; of a mixed unit all that it has.

    Parameters
    ----------
    region
        As in `Dataset.regions_in`; "" for a commune on no list, None where no list is loaded, so
        that nobody knows.
    lang
        Language of the words.
    """
    if region is None:
        return t("region_not_loaded", lang)
    if not region or region in REGIONS:
        return t(f"region_{region}" if region else "region_none", lang)
    return t("reform_mixed_region", lang, regions=region_short(region, lang))


def region_short(region: str, lang: Lang) -> str:
    """Write a region as a table does: `III`, `I–III`, and `I, ngoài vùng` where some is on no list.

    Parameters
    ----------
    region
        As in `Dataset.regions_in`: plain, or mixed with dashes (`0–I` = partly on no list).
    """
    if not region.startswith(f"{OUTSIDE}{DASH}"):
        return region
    listed = region.removeprefix(f"{OUTSIDE}{DASH}")
    return t("reform_region_and_outside", lang, regions=listed)


def region_parts(shares: pd.DataFrame, code: str, lang: Lang) -> tuple[str, ...]:
    """Say of how many former communes, and households, in which region a unit is made.

    Nothing for a commune that is shown as it was, or a unit that is all in one region.

    Parameters
    ----------
    shares
        How much of each unit is in which region (`Dataset.region_shares`).
    code
        The unit.
    lang
        Language of the words.
    """
    own = shares[shares[c.CODE] == code]
    if len(own) < 2:
        return ()
    return tuple(_part(row, lang) for row in own.sort_values(c.REGION).to_dict("records"))


def _part(row: dict[str, object], lang: Lang) -> str:
    share, region = float(str(row["share"])), str(row[c.REGION])
    words = {"region": region, "parts": row["parts"], "of": row["of"]}
    if not region:
        return t("reform_region_outside", lang, **words)
    if math.isnan(share):
        return t("reform_region_part", lang, **words)
    percent = f"{number(100 * share, lang, decimals=0)} %"
    return t("reform_region_part_households", lang, **words, share=percent)
