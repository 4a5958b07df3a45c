"""What a map shows in one sentence: who has reported, and what it comes to."""

from collections.abc import Sequence

import pandas as pd

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.differences import has_change_of_total
from mtqg_geo.figures.key_figures import Figure
from mtqg_geo.figures.selection import Selection
from mtqg_geo.figures.states import NOTHING_OWED
from mtqg_geo.figures.words import compared_words, period_words
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Kind, Lang, State
from mtqg_geo.programme.words import number, t, within


def in_words(
    data: Dataset,
    selection: Selection,
    figures: Sequence[Figure],
    communes: pd.DataFrame,
    lang: Lang,
) -> str:
    """Say in a sentence what is shown.

    Such as `Năm 2023: 19/25 xã đã báo cáo; ≥ 23,26 km, kế hoạch 30,00 (ít nhất 78 %).`

    Parameters
    ----------
    data, selection
        What is shown.
    figures
        Its key figures.
    communes
        A row per selected commune, with the state of its value.
    """
    indicator = data.catalog.indicators[selection.indicator]
    is_change = has_change_of_total(data, selection)
    period = (compared_words if is_change else period_words)(data, selection, lang)
    period = period[:1].upper() + period[1:]
    by_key = {figure.key: figure for figure in figures}
    parts = []
    if communes.empty:
        return f"{period}: {t('sentence_nobody', lang)}."
    if indicator.kind is Kind.CATEGORY:
        parts.append(_told(by_key["most_difficult"], t("sentence_most_difficult", lang)))
    elif not indicator.nearest and not is_change:
        parts.append(_reported(communes[c.STATE], lang))
    if "indicator" in by_key:
        parts.append(_told(by_key["indicator"]))
    said = "; ".join(filter(None, parts)) or t("sentence_nothing", lang)
    return f"{period}: {said}."


def _reported(states: pd.Series, lang: Lang) -> str:
    owed = int((~states.isin(NOTHING_OWED)).sum())
    if not owed:
        return ""
    reported = int((states == State.REPORTED).sum())
    counts = {"reported": number(reported, lang), "owed": number(owed, lang)}
    return t("sentence_reported", lang, **counts)


def _told(figure: Figure, unit: str = "") -> str:
    """Write a figure in a row: value, whole, share."""
    value = f"{within(figure.value)} {unit}".strip()
    whole = f", {figure.whole}" if figure.whole else ""
    share = f" ({figure.share})" if figure.share else ""
    return f"{value}{whole}{share}"
