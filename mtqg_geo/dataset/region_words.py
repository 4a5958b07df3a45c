"""How regions are written: I, II, III, and what units put together are made of."""

from __future__ import annotations

import math

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.dataset.regions import DASH, OUTSIDE
from mtqg_geo.dataset.restated import RestatedDataset
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import REGIONS, Lang
from mtqg_geo.programme.words import number, t


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


def region_parts(data: Dataset, code: str, year: int, lang: Lang) -> tuple[str, ...]:
    """Say of how many former communes, and households, in which region a unit is made.

    Nothing for a commune that is shown as it was, or a unit that is all in one region.
    """
    if not isinstance(data, RestatedDataset):
        return ()
    shares = data.region_shares(year)
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
