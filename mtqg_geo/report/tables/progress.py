"""Plan against result as a printed table, and the capital of every project below it."""

from collections.abc import Iterator

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.selection import Selection
from mtqg_geo.programme.amounts import BILLION
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import number, t
from mtqg_geo.progress.capital import Rung, as_written, ladder
from mtqg_geo.progress.targets import Progress, TargetLine, progress
from mtqg_geo.progress.words import (
    WITHOUT_RESULT,
    line_texts,
    moment_words,
    notices,
    plan_source_text,
    rules,
    silent_hint,
)
from mtqg_geo.report.paper import captions
from mtqg_geo.report.paper.page import Heading, foot
from mtqg_geo.report.paper.sheet import Sheet
from mtqg_geo.report.setup import Setup
from mtqg_geo.report.tables.table import Bar, Column, Row, Table, table_sheets


def progress_sheets(data: Dataset, selection: Selection, setup: Setup) -> Iterator[Sheet]:
    """Yield the pages: the targets, then the capital."""
    lang = setup.lang
    made = progress(data, selection)
    tables = (
        ("report_progress_title", target_table(data, selection, made, lang)),
        ("report_capital_title", capital_table(data, selection, made, lang)),
    )
    headed = [(_heading(data, selection, made, t(key, lang, year=selection.year), lang), table)
              for key, table in tables]  # fmt: skip
    source = captions.progress_source_text(made, lang)
    yield from table_sheets(headed, foot(data, selection.year, source, setup), setup)


def _heading(
    data: Dataset, selection: Selection, made: Progress, title: str, lang: Lang
) -> Heading:
    parts = [
        captions.place_text(data, selection, lang),
        *captions.filters_chosen(data, selection.without_status(), lang),
        *moment_words(made.clock, lang),
    ]
    programme = data.catalog.programme
    under = " · ".join(parts)
    return Heading(programme.name.of(lang), title, under, programme.province.of(lang))


def target_table(data: Dataset, selection: Selection, made: Progress, lang: Lang) -> Table:
    """Return every target of the plan and where it stands, the rules below."""
    needed = Column(t("progress_column_needed", lang), "right", least_mm=11)
    columns = (
        Column(t("report_column_number", lang), "right"),
        Column(t("progress_column_indicator", lang), share=3),
        Column(t("column_project", lang)),
        Column(t("progress_column_unit", lang), share=0.7),
        Column(t("progress_column_plan", lang), "right", least_mm=11),
        Column(t("progress_column_actual", lang), "right", least_mm=11),
        Column(t("progress_column_share", lang), "right", least_mm=11),
        Column(t("progress_column_reported", lang), "right", least_mm=11),
        Column(t("report_column_bar", lang), share=0.8),
        *(() if made.clock.is_over else (needed,)),
        Column(t("progress_column_standing", lang), least_mm=13),
        Column(t("progress_column_missing", lang), "right", least_mm=11),
    )
    rows = tuple(_target_row(at, line, made, lang) for at, line in enumerate(made.lines, start=1))
    said = notices(data, selection, made, lang)
    notes = (plan_source_text(made, lang), t("progress_rule_missing", lang), rules_text(made, lang))
    return Table(columns, rows, said, notes if rows else ())


def _target_row(position: int, line: TargetLine, made: Progress, lang: Lang) -> Row:
    texts = line_texts(line, made.clock, lang)
    named = number(position, lang), _name(line, lang), line.project
    counted = (texts[name] for name in ("unit", "plan", "actual", "share", "reported"))
    # The time stands beside what grows through the year; a share of households does not.
    done = 0.0 if line.standing in WITHOUT_RESULT else line.share.pct
    bar = Bar(done, made.clock.elapsed_pct if line.adds_up else 0.0)
    judged = (texts[name] for name in ("needed", "standing", "missing") if name in texts)
    return Row((*named, *counted, bar, *judged))


def _name(line: TargetLine, lang: Lang) -> str:
    """Return the target's name, and what silent communes may still change of it."""
    hint = silent_hint(line, lang, brief=True)
    return " – ".join(filter(None, (line.indicator.name.of(lang), hint)))


def rules_text(made: Progress, lang: Lang) -> str:
    """Say in a sentence when a target is done, on track, late …."""
    said = "; ".join(f"{word}: {rule}" for word, rule in rules(made.clock, lang).items())
    return t("report_rules", lang, rules=said)


def capital_table(data: Dataset, selection: Selection, made: Progress, lang: Lang) -> Table:
    """Return planned, allocated and disbursed capital of every project, in billions."""
    columns = (
        Column(t("column_project", lang)),
        Column(t("report_column_project_name", lang), share=3),
        Column(t("report_column_planned_bn", lang), "right", least_mm=13),
        Column(t("report_column_allocated_bn", lang), "right", least_mm=13),
        Column(t("report_column_disbursed_bn", lang), "right", least_mm=13),
        Column(t("report_column_rate", lang), "right", least_mm=11),
        Column(t("progress_column_reported", lang), "right", least_mm=11),
        Column(t("report_column_bar", lang), share=1.1),
        Column(t("report_column_undisbursed_bn", lang), "right", least_mm=13),
        Column(t("progress_column_missing", lang), "right", least_mm=11),
    )
    rungs = as_written(ladder(data, selection), 2)
    rows = [_rung_row(data, rung, made, lang) for rung in rungs if not rung.is_empty]
    said = () if rows else (t("report_no_capital", lang, year=selection.year),)
    return Table(columns, tuple(rows), said)


def _rung_row(data: Dataset, rung: Rung, made: Progress, lang: Lang) -> Row:
    project = data.catalog.projects.get(rung.project)
    name = project.name.of(lang) if project else t("report_total", lang)
    return Row(
        (
            rung.project,
            name,
            _billions(rung.plan_vnd, lang),
            _billions(rung.allocated_vnd, lang),
            _billions(rung.disbursed_vnd, lang),
            rung.share.text(lang),
            rung.share.reported_share(lang),
            Bar(rung.share.pct, made.clock.elapsed_pct),
            _billions(rung.undisbursed_vnd, lang),
            number(rung.communes_missing, lang),
        ),
        strong=not rung.parent,
    )


def _billions(value_vnd: float, lang: Lang) -> str:
    return number(value_vnd / BILLION, lang, decimals=2)
