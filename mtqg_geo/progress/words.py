"""Progress in words and written numbers: the same on the page, in a table and in print."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.dataset.vintages import units_on
from mtqg_geo.figures.quarters import as_counted
from mtqg_geo.figures.rules import NEARLY_PCT, TOLERANCE_PCT, Standing
from mtqg_geo.figures.selection import Selection
from mtqg_geo.figures.shares import at_least
from mtqg_geo.figures.words import capital_notes
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.amounts import BILLION, unit
from mtqg_geo.programme.model import Indicator, Lang
from mtqg_geo.programme.period import NUMERALS, Clock
from mtqg_geo.programme.words import number, t
from mtqg_geo.progress.capital import Rung
from mtqg_geo.progress.rankings import RankedUnit
from mtqg_geo.progress.targets import BY_COMMUNES, PUBLISHED, Progress, TargetLine

WITHOUT_RESULT = {Standing.NOT_REPORTED, Standing.NOT_LISTED}


def figure(value: float, indicator: Indicator, lang: Lang) -> str:
    """Write a value without its unit (money in billions); a dash when it is missing."""
    if not indicator.is_money:
        return number(value, lang, decimals=indicator.decimals)
    billions = value / BILLION
    return number(billions, lang, decimals=1 if abs(billions) >= 10 else 2)


def figure_unit(indicator: Indicator, lang: Lang, *, behind: str = "") -> str:
    """Return the unit `figure` is read in; `behind` is the written number before it."""
    return t("billion_vnd", lang) if indicator.is_money else unit(indicator, lang, behind=behind)


def pace(value: float, indicator: Indicator, lang: Lang) -> str:
    """Write what is done in a month, with the digits that matter, without its unit."""
    size = value / BILLION if indicator.is_money else value
    return number(size, lang, decimals=0 if abs(size) >= 100 else 1)


def actual_text(line: TargetLine, lang: Lang) -> str:
    """Write a result; a sum with missing parts says that it is at least that.

    A result just short of its plan takes a digit more, lest it look reached. Where nobody who had
    a plan has reported there is none: the zeros are those of the others.
    """
    if line.standing in WITHOUT_RESULT:
        return number(None, lang)
    text = figure(line.actual, line.indicator, lang)
    short = line.standing is not Standing.DONE and line.actual < line.plan
    if short and text == figure(line.plan, line.indicator, lang):
        text = number(line.actual, lang, decimals=line.indicator.decimals + 1)
    return at_least(text, line.share, lang)


def share_texts(line: TargetLine, lang: Lang) -> dict[str, str]:
    """Write how much of the plan is done, and how much among the communes that reported."""
    if line.standing in WITHOUT_RESULT:
        return {"share": number(None, lang), "reported": number(None, lang)}
    reported = line.share.reported_share(lang) or number(None, lang)
    return {"share": line.share.text(lang), "reported": reported}


def plan_text(line: TargetLine, lang: Lang) -> str:
    """Write a plan; one that was published as "about" says so, and none is a dash."""
    if line.standing is Standing.NO_PLAN:
        return "–"
    text = figure(line.plan, line.indicator, lang)
    return t("progress_about", lang, value=text) if line.is_approximate else text


def rest_text(line: TargetLine, clock: Clock, lang: Lang) -> str:
    """Write what is left of the plan: in all when the year is over, else in each month to come.

    It is at most that where the result is at least what was reported.
    """
    if not line.adds_up or line.standing in {Standing.DONE, Standing.NO_PLAN, Standing.NOT_LISTED}:
        return "–"
    if clock.is_over:
        text = figure(line.gap, line.indicator, lang)
    else:
        text = pace(line.needed_per_month, line.indicator, lang)
    return f"≤ {text}" if line.is_lower_bound else text


def rank_texts(units: Sequence[RankedUnit], lang: Lang) -> tuple[str, ...]:
    """Write the place of each unit in a ranking; one that several share is written once."""
    places = [0, *(unit.rank for unit in units)]
    return tuple(
        number(place, lang) if place != before else "" for before, place in pairwise(places)
    )


def standing_text(standing: Standing, clock: Clock, lang: Lang) -> str:
    """Return the word for a standing; late is no longer late but missed when the year is over."""
    return t(f"progress_{_word_of(standing, clock)}", lang)


def _word_of(standing: Standing, clock: Clock) -> str:
    return "missed" if standing is Standing.LATE and clock.is_over else standing.value


def line_texts(line: TargetLine, clock: Clock, lang: Lang) -> dict[str, str]:
    """Return a target as every table writes it, by the column (`progress_column_…` heads it)."""
    return {
        "plan": plan_text(line, lang),
        "actual": actual_text(line, lang),
        "unit": figure_unit(line.indicator, lang),
        **share_texts(line, lang),
        "gap" if clock.is_over else "needed": rest_text(line, clock, lang),
        "standing": standing_text(line.standing, clock, lang),
        "missing": missing_text(line, lang),
    }


def rung_texts(rung: Rung, decimals: int, lang: Lang) -> dict[str, str]:
    """Return capital in billions as every table writes it, by the column.

    Where communes are silent, what is disbursed is at least so much and what is not at most.
    """
    steps = {
        "plan": rung.plan_vnd,
        "allocated": rung.allocated_vnd,
        "disbursed": rung.disbursed_vnd,
        "left": rung.undisbursed_vnd,
        "silent": rung.silent_vnd if rung.communes_missing else None,
    }
    texts = {
        name: number(amount if amount is None else amount / BILLION, lang, decimals=decimals)
        for name, amount in steps.items()
    }
    if rung.silent_vnd > 0:
        texts["left"] = f"≤ {texts['left']}"
    return texts | {
        "disbursed": at_least(texts["disbursed"], rung.share, lang),
        "rate": rung.share.text(lang),
        "reported": rung.share.reported_share(lang) or number(None, lang),
        "missing": number(rung.communes_missing, lang),
    }


def part_of_money(data: Dataset, column: str, code: str, lang: Lang) -> str:
    """Name a source or kind of money, or what is not split by it."""
    known = data.catalog.capital[column]
    return known[code].name.of(lang) if code in known else t("capital_none", lang)


def parts_of_capital(
    data: Dataset, by: Mapping[str, Mapping[str, Rung]], lang: Lang
) -> tuple[tuple[str, Rung], ...]:
    """Return the capital of every source and kind (of `CapitalTables.by`) beside its name."""
    return tuple(
        (f"{t(column, lang)} – {part_of_money(data, column, code, lang)}", rung)
        for column, parts in by.items()
        for code, rung in parts.items()
    )


def capital_note(lang: Lang) -> str:
    """Say how tables of capital are rounded, and what the words of silent communes mean."""
    return f"{t('rounded_rows', lang)} {t('progress_capital_bounds', lang)}"


def moment_words(clock: Clock, lang: Lang) -> tuple[str, ...]:
    """Say at which moment progress is measured, and how much of the year has passed by then.

    >>> moment_words(Clock(2024, 2), "en")
    ('At the end of quarter II of 2024', '50 % of the year has passed, 6 months remain')
    """
    if not clock.quarter:
        return (t("progress_nothing_reported", lang, year=clock.year),)
    moment = t("progress_moment", lang, quarter=NUMERALS[clock.quarter - 1], year=clock.year)
    if clock.is_over:
        return moment, t("progress_year_over", lang)
    passed, months = number(clock.elapsed_pct, lang), clock.months_left
    return moment, t("progress_elapsed", lang, share=passed, months=months)


def rules(clock: Clock, lang: Lang) -> dict[str, str]:
    """Return the rule of every standing in a sentence, by its word."""
    values = {
        "tolerance": number(TOLERANCE_PCT, lang),
        "elapsed": number(clock.elapsed_pct, lang),
        "nearly": number(NEARLY_PCT, lang),
        "limit": number(max(clock.elapsed_pct - TOLERANCE_PCT, 0), lang),
    }
    unused = {Standing.NOT_APPLICABLE, Standing.NOT_LISTED}  # the second says why itself
    unused |= {Standing.ON_TRACK, Standing.NOT_DUE} if clock.is_over else {Standing.NEARLY}
    words = (_word_of(standing, clock) for standing in Standing if standing not in unused)
    return {
        t(f"progress_{word}", lang): t(f"progress_rule_{word}", lang, **values) for word in words
    }


def plan_source_text(progress: Progress, lang: Lang) -> str:
    """Say which plan is compared with: the published one, or the sum of the communes'."""
    is_published = any(line.plan_source == PUBLISHED for line in progress.lines)
    return t(f"progress_plan_{PUBLISHED if is_published else BY_COMMUNES}", lang)


def notices(
    data: Dataset, selection: Selection, made: Progress, lang: Lang, *, names_units: bool = True
) -> tuple[str, ...]:
    """Say what would otherwise be an empty table, or a figure that is not what it seems.

    `names_units` says which units are counted, where they are not those shown; the head of a page
    does so already.
    """
    if not selection.commune_mask(data).any():
        return (t("nothing_selected", lang),)
    if all(line.standing is Standing.NOT_APPLICABLE for line in made.lines):
        return (t("progress_nobody_concerned", lang),)
    counted, followed = as_counted(data, selection)
    holds = {
        "progress_counted": counted is not data and names_units,
        "progress_nothing_reported": not made.clock.quarter,
        "progress_no_published_plan": not made.is_published,
        "progress_other_projects": made.other_projects,
        "progress_status_aside": selection.statuses,
    }
    units = number(len(counted.commune_list), lang)
    values = {"year": selection.year, "units": units, "count": made.other_projects}
    said = [t(key, lang, **values) for key, it_does in holds.items() if it_does]
    if divided := _only_partly_chosen(counted, followed, selection):
        said.append(t("progress_counted_whole", lang, names=", ".join(divided)))
    return (*said, *capital_notes(data, selection, lang))


def _only_partly_chosen(
    counted: Dataset, followed: Selection, selection: Selection
) -> tuple[str, ...]:
    """Name the units counted of which only a part lies in the communes chosen of another time."""
    if followed.vintage == selection.vintage or not selection.communes:
        return ()
    names = counted.commune_list.set_index(c.CODE)[c.NAME]
    chosen = set(selection.communes)

    def is_divided(code: str) -> bool:
        today = units_on(counted.as_loaded, [code], followed.vintage, selection.vintage)
        return not chosen.issuperset(today)

    return tuple(names.get(code, code) for code in followed.communes if is_divided(code))


def silent_hint(line: TargetLine, lang: Lang, *, brief: bool = False) -> str:
    """Say how much of the plan silent communes hold, where that may change the judgement.

    The `brief` one stands in a row that names the unit in a column of its own.
    """
    if not (line.is_lower_bound and line.silent_plan > 0) or line.standing is Standing.DONE:
        return ""
    key = "progress_could_be_done" if line.could_be_done else "progress_silent_plan"
    text = figure(line.silent_plan, line.indicator, lang)
    if brief:
        return t(f"{key}_brief", lang, value=text)
    return t(key, lang, value=f"{text} {figure_unit(line.indicator, lang, behind=text)}")


def missing_text(line: TargetLine, lang: Lang) -> str:
    """Write how many of the communes have not reported; what is not due nobody owes yet."""
    if not line.is_owed:
        return "–"
    return f"{number(line.communes_missing, lang)}/{number(line.communes, lang)}"
