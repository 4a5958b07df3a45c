"""What works cost, alone and together, and when they were built, in words.

A work that does not say what it costs is no work for nothing: of two health stations of 1.5 and 2
billion đồng and a third that is silent, three cost at least 3.5 billion.

>>> stations = pd.DataFrame({c.COST_VND: [1.5e9, 2e9, np.nan]})
>>> total_cost(stations).words("sites", "vi")
'Tổng mức đầu tư ít nhất 3,5 tỷ đồng (2 trên 3 công trình có số)'
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from mtqg_geo.programme import columns as c
from mtqg_geo.programme.amounts import MILLION, money
from mtqg_geo.programme.model import Lang, Mask
from mtqg_geo.programme.period import date_words
from mtqg_geo.programme.tables import COST_AND_DATES
from mtqg_geo.programme.words import number, t

SEEN_KM = 0.001  # less of a road outside the places chosen is how a line is cut
WorkKind = Literal["sites", "roads"]


@dataclass(frozen=True)
class TotalCost:
    """What works cost together.

    Attributes
    ----------
    vnd
        The sum of those whose cost is known; NaN where that is none.
    known, works
        How many these are, of how many.
    reaching_out
        How many of them are roads that go on outside the places chosen: their whole cost counts.
    """

    vnd: float
    known: int
    works: int
    reaching_out: int = 0

    def words(self, kind: WorkKind, lang: Lang) -> str:
        """Say it in a line, with what is missing; nothing where there is no work."""
        if not self.works:
            return ""
        how = "none" if not self.known else "partly" if self.known < self.works else "all"
        counts = {"known": number(self.known, lang), "count": number(self.works, lang)}
        noun = t(f"works_noun_{kind}", lang, count=counts["count"])
        said = t(f"works_cost_{how}", lang, cost=money(self.vnd, lang), noun=noun, **counts)
        if not self.reaching_out:
            return said
        return f"{said}; {t('works_cost_whole', lang, count=number(self.reaching_out, lang))}"


def total_cost(works: pd.DataFrame, inside_km: pd.Series | None = None) -> TotalCost:
    """Add up what works cost.

    Parameters
    ----------
    works
        Sites or roads.
    inside_km
        Of roads, how much of each lies in the places chosen, by id.
    """
    is_known: Mask = works[c.COST_VND].notna().to_numpy()
    goes_on = np.zeros(len(works), dtype=np.bool_)
    if inside_km is not None:
        inside = works[c.ID].map(inside_km).astype(float)  # also of no roads
        goes_on = (works[c.LENGTH_KM] - inside > SEEN_KM).to_numpy()
    return TotalCost(
        vnd=float(works[c.COST_VND].sum(min_count=1)),
        known=int(is_known.sum()),
        works=len(works),
        reaching_out=int((goes_on & is_known).sum()),
    )


def told_of(works: pd.DataFrame) -> list[str]:
    """Return which of cost, start and completion are known of any of the works."""
    return [name for name in COST_AND_DATES if (works[name].notna() & (works[name] != "")).any()]


def told_text(name: str, value: Any, lang: Lang) -> str:
    """Write a cell of a column of `told_of`: a cost in millions, or a date.

    >>> told_text(c.COST_VND, 8.505e8, "vi"), told_text(c.STARTED_ON, "2022-03", "vi")
    ('850,5', '03/2022')
    """
    if name == c.COST_VND:
        return number(value / MILLION, lang, decimals=1)
    return date_words(value, lang) or "–"


def work_words(work: Mapping[Any, Any], kind: WorkKind, lang: Lang) -> dict[str, str]:
    """Say, by column, what a work costs and when it was built; nothing of what is not known.

    >>> work = {c.COST_VND: 8.5e8, c.STARTED_ON: "2022-03", c.COMPLETED_ON: ""}
    >>> list(work_words(work, "sites", "vi").values())
    ['tổng mức đầu tư 850 triệu đồng', 'khởi công 03/2022']
    """
    cost, said = work[c.COST_VND], dict[str, str]()
    if cost == cost:
        said[c.COST_VND] = t(f"works_cost_one_{kind}", lang, cost=money(cost, lang))
    for name in (c.STARTED_ON, c.COMPLETED_ON):
        if work[name]:
            said[name] = t(f"works_{name}", lang, date=date_words(work[name], lang))
    return said
