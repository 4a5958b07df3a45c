"""Which works a map shows: none, each of them, or how many of each commune's are done.

Dozens of symbols would bury what the communes are painted by, so works stay off until they are
what is asked about; a reader may always choose otherwise.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.selection import Selection
from mtqg_geo.figures.works import works_of
from mtqg_geo.maps.symbols import BAR_CHARS, BAR_UNKNOWN, HIDDEN
from mtqg_geo.programme.model import Lang, Mask
from mtqg_geo.programme.words import number, t


class WorksShown(StrEnum):
    """Sites and roads on a map."""

    NONE = "none"
    SINGLE = "single"
    BY_COMMUNE = "commune"


def works_by_rule(data: Dataset, selection: Selection) -> WorksShown:
    """Return what a map shows unless told otherwise.

    Works are on it where they are what is asked about: their projects or statuses are chosen, or
    the communes are painted by a figure that counts works, in one period: of two it is the colours
    that are compared.

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
    is_about_works = is_about_works and selection.compare is None
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


@dataclass(frozen=True)
class WorksBars:
    """A bar per commune: how many of the sites planned there are done.

    `chars` has a character of `BAR_CHARS` (or `BAR_UNKNOWN`) for each commune, `texts` its words; a
    commune outside the selection, or without a planned site, has neither.
    """

    chars: str
    texts: tuple[str, ...]


def works_bars(data: Dataset, selection: Selection, selected: Mask, *, lang: Lang) -> WorksBars:
    """Return the bars of the communes selected.

    They count works of every status: of those under construction alone none could be done.
    """
    counts = works_of(data, selection.without_status()).sites.by_commune
    rows = [
        _bar(planned, completed, silent, lang) if is_selected else (HIDDEN, "")
        for planned, completed, silent, is_selected in zip(
            counts["planned"], counts["completed"], counts["not_reported"], selected, strict=True
        )
    ]
    return WorksBars("".join(char for char, _ in rows), tuple(text for _, text in rows))


def _bar(planned: float, completed: float, silent: float, lang: Lang) -> tuple[str, str]:
    """Return character and words of a bar.

    >>> _bar(4, 3, 0, "en"), _bar(30, 1, 2, "en")
    (('7', '3 of 4 sites done'), ('1', '1 of 30 sites done; 2 not reported'))
    >>> _bar(2, float("nan"), 2, "en"), _bar(0, 0, 0, "en")
    (('u', '2 sites planned, not reported'), ('.', ''))
    """
    if not planned > 0:
        return HIDDEN, ""
    if math.isnan(completed):
        return BAR_UNKNOWN, t("works_bar_unknown", lang, planned=number(planned, lang))
    # Neither empty with a work done, nor full with one to do.
    full = len(BAR_CHARS) - 1
    level = full if completed == planned else min(int(full * completed / planned), full - 1)
    words = {"done": number(completed, lang), "planned": number(planned, lang)}
    said = t("works_bar", lang, **words)
    if silent > 0:
        said = t("works_bar_partly", lang, said=said, silent=number(silent, lang))
    return BAR_CHARS[max(level, int(completed > 0))], said
