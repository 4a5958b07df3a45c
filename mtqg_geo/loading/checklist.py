"""Which of the parts a map needs are loaded, until all of them are."""

from collections.abc import Iterator, Mapping

import pandas as pd

from geo.kept import kept
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Basis, Lang
from mtqg_geo.programme.words import t

PARTS = ("regions", "plan", "sites", "roads")


@kept(maxsize=2)  # for each state of what is loaded
def loaded_parts(data: Dataset) -> Mapping[str, bool]:
    """Say of each part whether anything of it is there."""
    has = {
        "regions": len(data.regions) > 0,
        "plan": any(_has_plan(rows) for rows in _observed(data)),
        "sites": len(data.sites) > 0,
        "roads": len(data.roads) > 0,
    }
    return {part: has[part] for part in PARTS}


def parts_of(good: Mapping[str, pd.DataFrame]) -> Mapping[str, bool]:
    """Say of each part whether a checked file holds anything of it; `good` are its rows by kind."""
    has = {
        "regions": "region" in good,
        "plan": "observations" in good and _has_plan(good["observations"]),
        "sites": "sites" in good,
        "roads": "roads" in good,
    }
    return {part: has[part] for part in PARTS}


def checklist_words(data: Dataset, lang: Lang) -> str:
    """Say which parts are there and which not; "" when all are, or while the sample is shown."""
    parts = loaded_parts(data)
    if data.is_illustrative or all(parts.values()):
        return ""
    said = [f"{t(f'loaded_{part}', lang)} {'✓' if there else '✗'}" for part, there in parts.items()]
    return t("loaded_parts", lang, parts=" · ".join(said))


def absent_words(parts: Mapping[str, bool], lang: Lang) -> str:
    """Name the parts that are not there, as within a sentence."""
    return ", ".join(t(f"loaded_{part}", lang) for part, there in parts.items() if not there)


def _observed(data: Dataset) -> Iterator[pd.DataFrame]:
    for year in sorted(data.observations.counts.years, reverse=True):
        for indicator in data.catalog.indicators:
            yield data.observations.of(indicator, year)


def _has_plan(rows: pd.DataFrame) -> bool:
    return bool(((rows[c.BASIS] == Basis.PLAN.value) & rows[c.VALUE].notna()).any())
