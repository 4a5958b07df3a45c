"""Which works a map shows: none, each of them, or how many of each commune's are done.

Dozens of symbols would bury what the communes are painted by, so works stay off until they are
what is asked about; a reader may always choose otherwise.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.selection import Selection
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import t


class WorksShown(StrEnum):
    """Sites and roads on a map."""

    NONE = "none"
    SINGLE = "single"
    BY_COMMUNE = "commune"


def works_by_rule(data: Dataset, selection: Selection) -> WorksShown:
    """Return what a map shows unless told otherwise.

    Works are on it where they are what is asked about: their projects or statuses are chosen, or
    the communes are painted by a figure that counts works.

    >>> from dataclasses import replace
    >>> from mtqg_geo.dataset.dataset import shipped_dataset
    >>> from mtqg_geo.figures.selection import default_selection
    >>> data = shipped_dataset()
    >>> usual = default_selection(data)
    >>> [works_by_rule(data, each).value for each in (usual, replace(usual, projects=("DA4",)))]
    ['none', 'single']
    """
    indicators = data.catalog.indicators
    painted = (indicators.get(each) for each in (selection.indicator, selection.second))
    is_about_works = any(each.counts_works for each in painted if each)
    asked = selection.projects or selection.statuses or is_about_works
    return WorksShown.SINGLE if asked else WorksShown.NONE


def parse_works(
    query: Mapping[str, Sequence[str]], *, lang: Lang = "vi"
) -> tuple[WorksShown | None, tuple[str, ...]]:
    """Read the reader's own choice from query parameters; None leaves it to the rule.

    >>> parse_works({"works": ["commune"]}), parse_works({})
    ((<WorksShown.BY_COMMUNE: 'commune'>, ()), (None, ()))
    """
    wanted = (query.get("works") or [""])[-1]
    if not wanted:
        return None, ()
    known = tuple(WorksShown)
    if wanted in known:
        return WorksShown(wanted), ()
    words = t("unknown_works", lang, example=wanted[:40], known=", ".join(known))
    return None, (words,)
