"""The strip of key figures: what the selection promised, what is done, who has not reported."""

import math
from dataclasses import dataclass
from functools import partial

import pandas as pd

from mtqg_geo.communes.codes import codes_for
from mtqg_geo.communes.lineage import vintages
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.differences import (
    TotalChange,
    as_difference,
    change_of_total,
    change_words,
    has_change_of_total,
)
from mtqg_geo.figures.measures import SelectionTotal, as_measured, measured, shown_total
from mtqg_geo.figures.periods import Measure
from mtqg_geo.figures.quarters import as_counted
from mtqg_geo.figures.selection import Selection
from mtqg_geo.figures.shares import PlanShare, plan_share
from mtqg_geo.figures.values import Total, commune_regions, commune_values, has_regions, total
from mtqg_geo.figures.words import measure_words, of_year, stand, stand_of_result
from mtqg_geo.figures.works import WorkCount, works_of
from mtqg_geo.programme.amounts import amount, money, with_unit
from mtqg_geo.programme.model import MOST_DIFFICULT, Basis, Indicator, Lang, Mask, Role
from mtqg_geo.programme.words import KM_DECIMALS, number, t, within


@dataclass(frozen=True)
class Figure:
    """One tile: what it counts, the value, what it is part of, and what is missing from it.

    `share` is how much of a plan is done and `reported` the same among the communes that reported;
    `not_restatable` counts the units that are left out because nobody knows their share;
    `is_listed` says whether a list was loaded from which it could be counted, and `missing` is the
    wording of what is missing: a road without a status is not a report that a commune owes.
    """

    key: str
    label: str
    value: str
    whole: str
    share: str
    communes_missing: int
    not_restatable: int = 0
    is_listed: bool = True
    reported: str = ""
    missing: str = "communes_missing"

    def missing_words(self, lang: Lang) -> str:
        """Say who has not reported, and what is left out; nothing where no list was loaded.

        The share of those that reported says how many they are, of how many.
        """
        if not self.is_listed:
            return ""
        silent = number(self.communes_missing, lang)
        words = (
            self.reported or t(self.missing, lang, count=silent)
            if self.communes_missing
            else t("communes_all_reported", lang)
        )
        if not self.not_restatable:
            return words
        left_out = number(self.not_restatable, lang)
        return f"{words}; {t('reform_total_without', lang, count=left_out)}"


def key_figures(data: Dataset, selection: Selection, *, lang: Lang) -> tuple[Figure, ...]:
    """Return the tiles for a selection.

    Unless communes are chosen, the units are those the year is counted in, so that the figures are
    the same whichever geography is shown.
    """
    if not selection.communes:
        data, selection = as_counted(data, selection)
    selected, works = selection.commune_mask(data), works_of(data, selection)
    capital = data.catalog.with_role(Role.CAPITAL)
    return (
        _most_difficult(data, selection, selected, lang),
        _works("sites", works.sites.count, selection, lang, decimals=0),
        _works("roads", works.roads.count, selection, lang, decimals=KM_DECIMALS),
        *([_capital(data, capital, selection, selected, lang)] if capital else ()),
        *_of_indicator(data, selection, selected, lang),
    )


def _joined(*parts: str) -> str:
    return " · ".join(filter(None, parts))


def _most_difficult(data: Dataset, selection: Selection, selected: Mask, lang: Lang) -> Figure:
    # Communes in region III are those of the decision, which was taken for the units of its time.
    year = selection.year
    if codes_for(str(year)) == vintages()[0]:
        data, selected = data.as_loaded, data.former_mask(selected)
    regions = commune_regions(data, year).to_numpy()[selected]
    leaving = data.catalog.with_role(Role.LEAVING)
    planned = Total(math.nan, 0, 0)
    if leaving:
        plans = commune_values(data, leaving, year=year, basis=Basis.PLAN)
        planned = total(plans, leaving, among=selected)
    in_programme = int(pd.notna(regions).sum())
    is_known = has_regions(data, year)
    return Figure(
        key="most_difficult",
        label=t("figure_most_difficult", lang),
        value=number((regions == MOST_DIFFICULT).sum() if is_known else None, lang),
        whole=_joined(
            t("figure_of_programme_communes", lang, count=number(in_programme, lang))
            if is_known
            else t("figure_none_listed", lang, year=year),
            of_year(selection, lang),
        ),
        share=t("figure_leaving", lang, count=number(planned.value, lang))
        if is_known and leaving and math.isfinite(planned.value)
        else "",
        communes_missing=planned.communes_missing,
        not_restatable=planned.not_restatable,
        is_listed=is_known,
    )


def _works(
    key: str, count: WorkCount, selection: Selection, lang: Lang, *, decimals: int
) -> Figure:
    """Return the tile of works done; without a number where the filter leaves none of them."""
    label = t(f"figure_{key}", lang)
    if math.isnan(count.planned):
        nothing = t("figure_none_listed", lang, year=selection.year)
        return Figure(key, label, number(None, lang), nothing, "", 0, is_listed=False)
    planned = number(count.planned, lang, decimals=decimals)
    is_aside = not selection.counts_completed
    reported = count.share.reported_share(lang)
    return Figure(
        key=key,
        label=label,
        value=number(None, lang)
        if is_aside
        else _or_more(number(count.completed, lang, decimals=decimals), count.share, lang),
        whole=_joined(
            t(f"figure_{key}_of", lang, count=planned),
            of_year(selection, lang),
            t("figure_status_aside", lang) if is_aside else "",
        ),
        share="" if is_aside else _share_words(count.share, lang),
        reported=t(
            f"figure_{key}_reported",
            lang,
            share=reported,
            count=number(count.planned - count.silent, lang, decimals=decimals),
            planned=planned,
        )
        if reported and not is_aside
        else "",
        communes_missing=count.communes_missing,
        missing=f"figure_{key}_missing",
    )


def _capital(
    data: Dataset, indicator: Indicator, selection: Selection, selected: Mask, lang: Lang
) -> Figure:
    rows_of = partial(
        measured,
        data,
        indicator,
        period=selection.period,
        projects=data.catalog.with_children(selection.projects),
    )
    given, spent = rows_of(basis=Basis.ALLOCATED), rows_of(basis=Basis.DISBURSED)
    allocated, disbursed = (total(rows, indicator, among=selected) for rows in (given, spent))
    share = plan_share(given, spent, indicator, among=selected)
    return Figure(
        key="capital",
        label=t("figure_capital", lang),
        value=_or_more(money(disbursed.value, lang), share, lang),
        whole=_joined(
            t("figure_capital_of", lang, count=money(allocated.value, lang)),
            stand_of_result(data, selection, indicator, lang),
        ),
        share=_share_words(share, lang),
        reported=share.reported_text(lang),
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
    if has_change_of_total(data, selection):
        change = change_of_total(data, selection, selected)
        return (_of_change(as_measured(indicator, selection.measure), change, lang),)
    found = shown_total(data, selection, selected)
    is_completion = selection.measure is Measure.COMPLETION
    is_value = selection.measure is Measure.VALUE
    is_share = is_completion or indicator.is_disbursement
    plan = _in_short(found.plan, indicator, lang)
    whole = t("figure_of_plan", lang, count=plan) if found.has_plan else ""
    if found.has_plan and indicator.is_planned and found.plan == 0:
        whole = t("no_plan", lang).lower()
    if indicator.is_length and is_value:  # the tile beside it counts what was measured on the map
        whole = _joined(whole, t("figure_as_reported", lang))
    if is_completion:
        done = _in_short(found.result, indicator, lang)
        whole = t("modes_done_of_plan", lang, done=done, plan=plan)
    aside = _left_aside(found, indicator, lang)
    written = with_unit(found.total.value, as_measured(indicator, selection.measure), lang)
    if is_value:
        written = _or_more(written, found.share, lang)
    stands = stand(data, selection, lang) or of_year(selection, lang)
    return (
        Figure(
            key="indicator",
            label=f"{indicator.short.of(lang)} · {measure_words(selection, lang)}",
            value=found.share.text(lang) if is_share else written,
            whole=_joined(whole, aside, stands),
            share=_share_words(found.share, lang)
            if found.has_plan and is_value and math.isfinite(found.share.pct)
            else "",
            reported=found.share.reported_text(lang) if is_share or is_value else "",
            communes_missing=found.total.communes_missing,
            not_restatable=found.total.not_restatable,
        ),
    )


def _of_change(indicator: Indicator, change: TotalChange, lang: Lang) -> Figure:
    """Return the tile of a map of differences: what the total changed by, of which communes."""
    write = partial(with_unit, indicator=as_difference(indicator), lang=lang)
    both = t(
        "modes_change_of",
        lang,
        earlier=with_unit(change.earlier, indicator, lang),
        later=with_unit(change.later, indicator, lang),
    )
    known = t("modes_change_known", lang, known=number(change.communes, lang))
    return Figure(
        key="indicator",
        label=f"{indicator.short.of(lang)} · {within(t('modes_difference', lang))}",
        value=change_words(change.change, lang, write),
        whole=_joined(both, known) if change.communes else known,
        share="",
        communes_missing=change.left_out,
        missing="modes_change_left_out",
    )


def _or_more(written: str, of: PlanShare, lang: Lang) -> str:
    """Mark an amount that may be higher; the share beside it says so in words.

    "At least nothing" tells nobody anything: so far nothing is recorded.
    """
    if _is_none_yet(of):
        return t("figure_none_yet", lang)
    return f"≥ {written}" if of.is_lower_bound and math.isfinite(of.pct) else written


def _share_words(of: PlanShare, lang: Lang) -> str:
    return "" if _is_none_yet(of) else of.text(lang)


def _is_none_yet(of: PlanShare) -> bool:
    return of.is_lower_bound and of.pct == 0


def _left_aside(found: SelectionTotal, indicator: Indicator, lang: Lang) -> str:
    """Say which part of the plan is not in what remains, and what is not set off against it."""
    amounts = {"silent": found.silent_plan, "beyond": found.beyond_plan}
    return _joined(
        *(
            t(f"modes_left_{name}", lang, amount=_in_short(value, indicator, lang))
            for name, value in amounts.items()
            if value > 0
        )
    )


def _in_short(value: float, indicator: Indicator, lang: Lang) -> str:
    """Write a value without its unit, except money, which needs it to be read."""
    return money(value, lang) if indicator.is_money else amount(value, indicator, lang)
