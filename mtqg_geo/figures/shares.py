"""How much of a plan is done: one rule for every place that shows a percentage of it.

The share is that of the whole plan. Where communes are silent it is a lower bound, *at least* so
much; beside it stands the share among the communes that fully reported, which has a name of its
own. A district planned 60 and 40 houses; the first commune built 45, the second said nothing:

>>> from types import SimpleNamespace
>>> houses = SimpleNamespace(adds_up=True, falls=False, kind=None)
>>> rows = pd.DataFrame({"state": ["reported", "not_reported"]})
>>> made = plan_share(
...     rows.assign(value=[60.0, 40.0], state="reported"), rows.assign(value=[45.0, np.nan]),
...     houses, among=np.ones(2, dtype=bool))
>>> made.pct, made.is_lower_bound, made.reported_pct, made.reported, made.communes
(45.0, True, 75.0, 1, 2)
"""

import math
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd

from mtqg_geo.figures.states import SILENT
from mtqg_geo.figures.values import total
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Indicator, Lang, Mask, State
from mtqg_geo.programme.words import number, share, t


@dataclass(frozen=True)
class PlanShare:
    """How much of a plan is done.

    Attributes
    ----------
    pct
        Of the whole plan, that of silent communes included; missing where that cannot be said.
    is_lower_bound
        Whether the true share may be higher, because reports are missing from the result.
    reported_pct
        The same of the communes that fully reported, with their own plans alone.
    reported, communes
        How many these are, of how many that have a plan: who was given nothing owes no report.
    """

    pct: float = math.nan
    is_lower_bound: bool = False
    reported_pct: float = math.nan
    reported: int = 0
    communes: int = 0

    def text(self, lang: Lang) -> str:
        """Write the share of the whole plan: `52 %`, `ít nhất 52 %`."""
        written = share(self.pct, lang)
        return at_least(written, self, lang) if math.isfinite(self.pct) else written

    def reported_share(self, lang: Lang) -> str:
        """Write the share among those that reported: `85 %`.

        Nothing where all have, or none: then there are not two shares.
        """
        has_both = self.is_lower_bound and math.isfinite(self.reported_pct)
        return share(self.reported_pct, lang) if has_both else ""

    def reported_text(self, lang: Lang) -> str:
        """Write it in words: `85 % của 67/73 xã đã báo cáo đủ`."""
        written = self.reported_share(lang)
        if not written:
            return ""
        reported, communes = number(self.reported, lang), number(self.communes, lang)
        return t("share_of_reported", lang, share=written, reported=reported, communes=communes)


def at_least(written: str, of: PlanShare, lang: Lang) -> str:
    """Say of a written amount or share that it is at least so much, where reports are missing."""
    return t("progress_at_least", lang, value=written) if of.is_lower_bound else written


def plan_share(
    plan: pd.DataFrame | None,
    result: pd.DataFrame,
    indicator: Indicator,
    *,
    among: Mask,
    weights: pd.Series | None = None,
    planned: float | None = None,
    before: pd.DataFrame | None = None,
) -> PlanShare:
    """Return how much of a plan some communes have done.

    Parameters
    ----------
    plan, result
        Rows of `commune_values`, a row per commune; no plan where there is none.
    indicator
        What they measure: it says how values combine, and whether less is better.
    among
        Which rows to combine.
    weights
        The base of a rate, see `total`.
    planned
        The plan of them all where another one holds than the sum of the communes' (a target).
    before
        The results of the year before, from which an indicator that is to fall started.
    """
    combined = partial(total, indicator=indicator, weights=weights)
    states = result[c.STATE].to_numpy()
    concerned = among & ~np.isin(states, (State.NOT_APPLICABLE, State.NO_PLAN))
    complete = concerned & ~np.isin(states, SILENT)

    def pct(made: float, rows: Mask, whole: float | None = None) -> float:
        if whole is None:
            whole = math.nan if plan is None else combined(plan, among=rows).value
        level = math.nan if before is None else combined(before, among=rows).value
        return completion_pct(whole, made, falls=indicator.falls, before=level)

    made = combined(result, among=among)
    share = PlanShare(
        pct=pct(made.value, among, planned),
        is_lower_bound=indicator.adds_up and made.communes_missing > 0 and made.value == made.value,
        reported=int(complete.sum()),
        communes=int(concerned.sum()),
    )
    if share.reported == share.communes and planned is None:
        return replace(share, reported_pct=share.pct)
    return replace(share, reported_pct=pct(combined(result, among=complete).value, complete))


def completion_pct(
    plan: float, actual: float, *, falls: bool = False, before: float = math.nan
) -> float:
    """Return how much of the plan is done, in percent; missing where that cannot be said.

    Parameters
    ----------
    plan, actual
        What was promised and what was done.
    falls
        Whether the plan is to come down to a level. The way is then counted from `before`, the
        level at the end of the year before: from 12 down to 9 planned, 10 reached, is 66.7 %.
    before
        That level; without it there is no percentage.

    Examples
    --------
    >>> completion_pct(182, 91)
    50.0
    >>> round(completion_pct(9, 10, falls=True, before=12), 1)
    66.7
    """
    way, done = (before - plan, before - actual) if falls else (plan, actual)
    return 100 * (done / way) if way > 0 and math.isfinite(done) else math.nan
