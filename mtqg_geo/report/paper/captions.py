"""The words around a printed map or table: what it shows, of where and when, from which source."""

from datetime import date

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.quarters import clock_at
from mtqg_geo.figures.selection import Selection
from mtqg_geo.figures.words import counted_words
from mtqg_geo.maps.view import MapView
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.period import NUMERALS, Period, quarter_numeral
from mtqg_geo.programme.words import t
from mtqg_geo.progress.targets import PUBLISHED, Progress

# strftime would write them in the language of the computer.
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def map_notices(view: MapView, lang: Lang) -> tuple[str, ...]:
    """Return what is said above a map, also by which units its tiles count if some are chosen."""
    said = counted_words(view.selection, lang) if view.selection.communes else ""
    return (*view.notices, *filter(None, [said]))


def period_text(period: str, lang: Lang) -> str:
    """Write a period as it is read; a dash for none.

    >>> period_text("2024-Q2", "vi"), period_text("2023", "vi"), period_text("", "vi")
    ('quý II/2024', 'năm 2023', '–')
    """
    if not period:
        return "–"
    when = Period.of(period)
    if when.quarter:
        return t("report_quarter", lang, quarter=NUMERALS[when.quarter - 1], year=when.year)
    return t("report_year", lang, year=when.year)


def stand_text(selection: Selection, lang: Lang) -> str:
    """Say up to when figures of a selection count: `lũy kế đến hết quý II/2023`, `năm 2023`."""
    if selection.quarter is None:
        return period_text(selection.period.text, lang)
    numeral = quarter_numeral(selection.quarter, lang)
    return t("modes_stand", lang, quarter=numeral, year=selection.year)


def day_text(day: date, lang: Lang) -> str:
    """Write a day as an official does, or an English reader.

    >>> day_text(date(2025, 7, 1), "vi"), day_text(date(2025, 7, 1), "en")
    ('01/07/2025', '1 July 2025')
    """
    return f"{day:%d/%m/%Y}" if lang == "vi" else f"{day.day} {month_text(day, lang)}"


def month_text(day: date, lang: Lang) -> str:
    """Write a month with its year.

    >>> month_text(date(2025, 7, 1), "vi"), month_text(date(2025, 7, 1), "en")
    ('07/2025', 'July 2025')
    """
    return f"{day:%m/%Y}" if lang == "vi" else f"{_MONTHS[day.month - 1]} {day.year}"


def atlas_source_text(data: Dataset, selection: Selection, lang: Lang) -> str:
    """Say where the figures of every indicator come from, and up to when they count."""
    clock = clock_at(data, selection.year, selection.quarter)
    if not clock.quarter:
        return t("progress_nothing_reported", lang, year=clock.year)
    return t("report_all_sources", lang, period=period_text(clock.period, lang))


def progress_source_text(made: Progress, lang: Lang) -> str:
    """Say where plan and result come from, and up to when results count."""
    is_published = any(line.plan_source == PUBLISHED for line in made.lines)
    plan = t("report_plan_of_province" if is_published else "report_plan_of_communes", lang)
    if not made.clock.quarter:
        nothing = t("progress_nothing_reported", lang, year=made.clock.year)
        return f"{t('report_plan_source', lang, plan=plan)} {nothing}"
    period = period_text(made.clock.period, lang)
    return t("report_progress_source", lang, plan=plan, period=period)


def made_text(data: Dataset, day: date, lang: Lang) -> str:
    """Say when the report was made, and from data loaded up to when."""
    words = {"day": day_text(day, lang)}
    if not data.latest_period:
        return t("report_made", lang, **words)
    return t("report_made_from", lang, period=period_text(data.latest_period, lang), **words)


def boundary_text(data: Dataset, lang: Lang) -> str:
    """Say which boundaries are drawn, since when they are in force and how exact they are."""
    boundaries = data.boundary_set
    note = dict(boundaries.note).get(lang) or ""
    accuracy = t(f"accuracy_{boundaries.accuracy}", lang)
    month = month_text(date.fromisoformat(f"{boundaries.vintage}-01"), lang)
    return t("report_boundaries", lang, vintage=month, accuracy=note or accuracy)
