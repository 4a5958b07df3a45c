"""The strip of key figures: what the selection promised, what is done, who has not reported."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from mtqg_geo.counted import as_counted
from mtqg_geo.datasets import Dataset
from mtqg_geo.geographies import codes_for
from mtqg_geo.indicators import commune_regions, commune_values, total
from mtqg_geo.infrastructure import WorkCount
from mtqg_geo.labels import amount, money, number, percent, t, with_unit
from mtqg_geo.lineage import vintages
from mtqg_geo.measures import as_measured, measure_words, shown_total, stand
from mtqg_geo.model import MOST_DIFFICULT, Basis, Indicator, Lang, Mask
from mtqg_geo.modes import Measure
from mtqg_geo.restate import RestatedDataset
from mtqg_geo.selection import Selection

CAPITAL, LEAVING = "FI01", "OC03"


@dataclass(frozen=True)
class Figure:
    """One tile: what it counts, the value, what it is part of, and what is missing from it.

    `not_restatable` counts the units that are left out because nobody knows their share.
    """

    key: str
    label: str
    value: str
    whole: str
    share: str
    communes_missing: int
    not_restatable: int = 0


def key_figures(
    data: Dataset,
    selection: Selection,
    selected: Mask,
    sites: WorkCount,
    roads: WorkCount,
    *,
    lang: Lang,
) -> tuple[Figure, ...]:
    """Return the tiles for a selection.

    Parameters
    ----------
    data, selection
        What is there and what of it is chosen.
    selected
        Whether each commune is selected.
    sites, roads
        Sites, and road kilometres counted once, done of those planned.
    lang
        Language of the tiles.

    Unless communes are chosen, the units are those the year is counted in, so that the figures are
    the same whichever geography is shown.
    """
    if not selection.communes:
        data, selection = as_counted(data, selection)
        selected = selection.commune_mask(data)
    return (
        _most_difficult(data, selection.year, selected, lang),
        _works("sites", sites, lang, decimals=0),
        _works("roads", roads, lang, decimals=1),
        _capital(data, selection, selected, lang),
        *_of_indicator(data, selection, selected, lang),
    )


def _values(data: Dataset, selection: Selection, indicator: str, basis: Basis) -> pd.DataFrame:
    """Return the values of an indicator, for the selected projects, in every commune."""
    return commune_values(
        data,
        data.catalog.indicators[indicator],
        year=selection.year,
        basis=basis,
        projects=data.catalog.with_children(selection.projects),
    )


def _most_difficult(data: Dataset, year: int, selected: Mask, lang: Lang) -> Figure:
    # Communes in region III are those of the decision, which was taken for the units of its time.
    if isinstance(data, RestatedDataset) and codes_for(str(year)) == vintages()[0]:
        selected = data.former_mask(selected)
        data = data.former
    regions = commune_regions(data, year).to_numpy()[selected]
    indicator = data.catalog.indicators[LEAVING]
    leaving = commune_values(data, indicator, year=year, basis=Basis.PLAN)
    planned = total(leaving, indicator, among=selected)
    in_programme = int(pd.notna(regions).sum())
    is_known = commune_regions(data, year).notna().any()  # else no list was loaded for the year
    return Figure(
        key="most_difficult",
        label=t("figure_most_difficult", lang),
        value=number((regions == MOST_DIFFICULT).sum() if is_known else None, lang),
        whole=t(
            "figure_of_programme_communes",
            lang,
            count=number(in_programme if is_known else None, lang),
        ),
        share=t("figure_leaving", lang, count=number(planned.value, lang)),
        communes_missing=planned.communes_missing,
        not_restatable=planned.not_restatable,
    )


def _works(key: str, count: WorkCount, lang: Lang, *, decimals: int) -> Figure:
    return Figure(
        key=key,
        label=t(f"figure_{key}", lang),
        value=number(count.completed, lang, decimals=decimals),
        whole=t(f"figure_{key}_of", lang, count=number(count.planned, lang, decimals=decimals)),
        share=percent(count.completed, count.planned, lang),
        communes_missing=count.communes_missing,
    )


def _capital(data: Dataset, selection: Selection, selected: Mask, lang: Lang) -> Figure:
    indicator = data.catalog.indicators[CAPITAL]
    parts = {
        basis: total(_values(data, selection, CAPITAL, basis), indicator, among=selected)
        for basis in (Basis.DISBURSED, Basis.ALLOCATED)
    }
    disbursed, allocated = parts[Basis.DISBURSED], parts[Basis.ALLOCATED]
    return Figure(
        key="capital",
        label=t("figure_capital", lang),
        value=money(disbursed.value, lang),
        whole=t("figure_capital_of", lang, count=money(allocated.value, lang)),
        share=percent(disbursed.value, allocated.value, lang),
        communes_missing=disbursed.communes_missing,
        not_restatable=max(disbursed.not_restatable, allocated.not_restatable),
    )


def _of_indicator(
    data: Dataset, selection: Selection, selected: Mask, lang: Lang
) -> tuple[Figure, ...]:
    """Return the tile of the indicator on the map (none for what has no total)."""
    indicator = data.catalog.indicators[selection.indicator]
    if not indicator.has_total:
        return ()
    found = shown_total(data, selection, selected)
    is_completion = selection.measure is Measure.COMPLETION
    is_value = selection.measure is Measure.VALUE
    plan = _in_short(found.plan, indicator, lang)
    whole = t("figure_of_plan", lang, count=plan) if found.has_plan else ""
    if is_completion:
        done = _in_short(found.result, indicator, lang)
        whole = t("modes_done_of_plan", lang, done=done, plan=plan)
    stands = stand(data, selection, lang)
    return (
        Figure(
            key="indicator",
            label=f"{indicator.short.of(lang)} · {measure_words(selection, lang)}",
            value=with_unit(found.total.value, as_measured(indicator, selection.measure), lang),
            whole=" · ".join(part for part in (whole, stands) if part),
            share=percent(found.result, found.plan, lang) if found.has_plan and is_value else "",
            communes_missing=found.total.communes_missing,
            not_restatable=found.total.not_restatable,
        ),
    )


def _in_short(value: float, indicator: Indicator, lang: Lang) -> str:
    """Write a value without its unit, except money, which needs it to be read."""
    is_money = indicator.unit.en == "VND"
    return money(value, lang) if is_money else amount(value, indicator, lang)
