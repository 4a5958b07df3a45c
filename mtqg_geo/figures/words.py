"""What is shown of an indicator, in words: basis or measure, and up to when."""

from dataclasses import replace

from mtqg_geo.communes.codes import codes_for
from mtqg_geo.communes.lineage import units_of
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures import periods
from mtqg_geo.figures.filters import FILTERS
from mtqg_geo.figures.selection import Selection
from mtqg_geo.programme.model import Indicator, Kind, Lang
from mtqg_geo.programme.period import QUARTERS, Period, quarter_numeral
from mtqg_geo.programme.words import number, t, within


def shown_words(data: Dataset, selection: Selection, lang: Lang) -> str:
    """Say what is shown of the indicator: `Thực hiện`, `Tỷ lệ hoàn thành`, and up to when."""
    indicator = data.catalog.indicators[selection.indicator]
    if indicator.kind is Kind.CATEGORY:
        return ""
    if indicator.nearest:
        return t("distance_to_completed", lang)
    parts = [measure_words(selection, lang), stand(data, selection, lang)]
    return ", ".join(part for part in parts if part)


def shown_name(data: Dataset, selection: Selection, lang: Lang) -> str:
    """Name what is shown: the indicator, or both by their short names."""
    indicators = data.catalog.indicators
    first = indicators[selection.indicator]
    if not selection.second:
        return first.name.of(lang)
    names = (first.short.of(lang), indicators[selection.second].short.of(lang))
    return t("modes_pair_title", lang, first=names[0], second=names[1])


def measure_words(selection: Selection, lang: Lang) -> str:
    """Name the basis or the measure: `Thực hiện`, `Tỷ lệ hoàn thành`."""
    is_figure = selection.measure is periods.Measure.VALUE
    key = f"basis_{selection.basis.value}" if is_figure else f"measure_{selection.measure.value}"
    return t(key, lang)


def stand(data: Dataset, selection: Selection, lang: Lang) -> str:
    """Say up to when results count, `lũy kế đến hết quý II/2023`; "" when all of the year does."""
    if selection.quarter is None:
        return ""
    indicator = data.catalog.indicators[selection.indicator]
    grows = periods.shows_result(indicator, selection.basis, selection.measure)
    if not grows or not periods.quarters_of(data, indicator, selection.year):
        return ""
    numeral = quarter_numeral(selection.quarter, lang)
    return t("modes_stand", lang, quarter=numeral, year=selection.year)


def stand_of_result(data: Dataset, selection: Selection, indicator: Indicator, lang: Lang) -> str:
    """Say, where a quarter is chosen, up to when the results of an indicator count.

    That is the end of the quarter, or the whole year for what is not reported by quarter.
    """
    result = replace(
        selection,
        indicator=indicator.id,
        basis=periods.result_basis(indicator),
        measure=periods.Measure.VALUE,
    )
    return stand(data, result, lang) or of_year(selection, lang)


def of_year(selection: Selection, lang: Lang) -> str:
    """Say of a figure that has no quarters, where one is chosen, that it is the year's."""
    return "" if selection.quarter is None else t("modes_of_year", lang, year=selection.year)


def period_words(data: Dataset, selection: Selection, lang: Lang) -> str:
    """Name the period of a selection: the year, or up to when it is known of it."""
    return name_of_period(data, selection.growing(data), selection.shown_period(data), lang)


def compared_words(data: Dataset, selection: Selection, lang: Lang) -> str:
    """Name both periods of a difference: `Năm 2023 so với năm 2022`."""
    earlier, later = (period_words(data, each, lang) for each in selection.in_time(data))
    return t("modes_difference_between", lang, earlier=within(earlier), later=later)


def name_of_period(
    data: Dataset, growing: tuple[Indicator, ...], period: Period, lang: Lang
) -> str:
    """Name a period; a year whose last quarter is not reported says so.

    `growing` are the indicators shown of which more is known with every quarter.
    """
    reported = periods.quarters_of_any(data, growing, period.year)
    known_to = reported[-1] if reported else QUARTERS
    quarter = min(period.quarter or known_to, known_to)
    if quarter == QUARTERS:
        return t("modes_year", lang, year=period.year)
    numeral = quarter_numeral(quarter, lang)
    return t("modes_year_to_date", lang, year=period.year, quarter=numeral)


def distance_notes(data: Dataset, selection: Selection, lang: Lang) -> tuple[str, ...]:
    """Say how a distance that is shown was measured; nothing for other indicators."""
    indicators = data.catalog.indicators
    shown = [indicators[name] for name in (selection.indicator, selection.second) if name]
    if not any(indicator.nearest for indicator in shown):
        return ()
    return (t("distance_note", lang, year=selection.year),)


def capital_notes(data: Dataset, selection: Selection, lang: Lang) -> tuple[str, ...]:
    """Say that money of some sources or kinds alone is counted; nothing where all of it is."""
    said = [words for each in FILTERS if each.of_money
            for words in each.caption(data, each.chosen(selection), lang)]  # fmt: skip
    if not said:
        return ()
    what = " · ".join(said)
    return (t("capital_note", lang, what=what[:1].upper() + what[1:]),)


def counted_words(selection: Selection, lang: Lang) -> str:
    """Say which units reported a year that others are shown for, and what is counted by them."""
    counted = codes_for(str(selection.year))
    if selection.vintage == counted:
        return ""
    units = number(len(units_of(counted)), lang)
    key = "reform_restated_chosen" if selection.communes else "reform_restated"
    return t(key, lang, year=selection.year, units=units)


def illustrative_words(data: Dataset, year: int, lang: Lang) -> str:
    """Say what must never be missed: that figures are made up, and which of the year are not."""
    if not data.is_illustrative:
        return ""
    said = [t("illustrative_notice", lang)]
    if any(target.year == year for target in data.catalog.targets):
        said.append(t("illustrative_not_plan", lang, year=year))
    return " ".join(said)


def quarter_words(period: str, lang: Lang) -> str:
    """Write a quarter such as `2024-Q2` within a sentence: `quý II/2024` (vi), `Q2 2024` (en)."""
    when = Period.of(period)
    numeral = quarter_numeral(when.quarter or QUARTERS, lang)
    return t("period_quarter", lang, quarter=numeral, year=when.year)
