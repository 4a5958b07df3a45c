"""Plan against result as a printed table, and the capital of every project below it."""

from collections.abc import Iterator

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.scope import filters_chosen, place_text
from mtqg_geo.figures.selection import Selection
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import number, t
from mtqg_geo.progress.capital import CapitalTables, Rung, capital_tables
from mtqg_geo.progress.targets import Progress, TargetLine, progress
from mtqg_geo.progress.words import (
    WITHOUT_RESULT,
    capital_note,
    line_texts,
    moment_words,
    notices,
    parts_of_capital,
    plan_source_text,
    rules,
    rung_texts,
    silent_hint,
)
from mtqg_geo.report.paper import captions
from mtqg_geo.report.paper.page import Heading, foot
from mtqg_geo.report.paper.sheet import Sheet
from mtqg_geo.report.setup import Setup
from mtqg_geo.report.tables.table import Bar, Column, Row, Table, table_sheets


def progress_sheets(data: Dataset, selection: Selection, setup: Setup) -> Iterator[Sheet]:
    """Yield the pages: the targets, the capital, and where it is split its sources and kinds."""
    lang = setup.lang
    made, capital = progress(data, selection), capital_tables(data, selection)
    tables = [
        ("report_progress_title", target_table(data, selection, made, lang)),
        ("report_capital_title", capital_table(data, capital, made, lang)),
    ]
    if capital.is_split:
        tables.append(("report_split_title", split_table(data, capital, made, lang)))
    headed = [(_heading(data, selection, made, t(key, lang, year=selection.year), lang), table)
              for key, table in tables]  # fmt: skip
    source = captions.progress_source_text(made, lang)
    yield from table_sheets(headed, foot(data, selection.year, source, setup), setup)


def _heading(
    data: Dataset, selection: Selection, made: Progress, title: str, lang: Lang
) -> Heading:
    parts = [
        place_text(data, selection, lang),
        *filters_chosen(data, selection.without_status(), lang),
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


def capital_table(data: Dataset, capital: CapitalTables, made: Progress, lang: Lang) -> Table:
    """Return planned, allocated and disbursed capital of every project, in billions."""
    columns = (
        Column(t("column_project", lang)),
        Column(t("report_column_project_name", lang), share=3),
        *_capital_columns(lang),
    )
    rows = []
    for rung in capital.rungs:
        project = data.catalog.projects.get(rung.project)
        name = project.name.of(lang) if project else t("report_total", lang)
        cells = _rung_cells(rung, capital, made, lang)
        rows.append(Row((rung.project, name, *cells), strong=not rung.parent))
    if capital.rungs[0].is_empty:
        return Table(columns, (), (t("report_no_capital", lang, year=made.clock.year),))
    return Table(columns, tuple(rows), notes=(capital_note(lang),))


def split_table(data: Dataset, capital: CapitalTables, made: Progress, lang: Lang) -> Table:
    """Return the same by source and by kind of money, below the whole."""
    whole = (t("report_total", lang), capital.rungs[0])
    rows = [
        Row((name, *_rung_cells(rung, capital, made, lang)), strong=rung is whole[1])
        for name, rung in (whole, *parts_of_capital(data, capital.by, lang))
    ]
    columns = (Column(t("report_column_part", lang), share=3), *_capital_columns(lang))
    return Table(columns, tuple(rows), notes=(t("progress_by_note", lang), capital_note(lang)))


def _capital_columns(lang: Lang) -> tuple[Column, ...]:
    return (
        Column(t("report_column_planned_bn", lang), "right", least_mm=13),
        Column(t("report_column_allocated_bn", lang), "right", least_mm=13),
        Column(t("report_column_disbursed_bn", lang), "right", least_mm=13),
        Column(t("report_column_rate", lang), "right", least_mm=11),
        Column(t("progress_column_reported", lang), "right", least_mm=11),
        Column(t("report_column_bar", lang), share=1.1),
        Column(t("report_column_undisbursed_bn", lang), "right", least_mm=13),
        Column(t("progress_column_missing", lang), "right", least_mm=11),
    )


def _rung_cells(
    rung: Rung, capital: CapitalTables, made: Progress, lang: Lang
) -> tuple[str | Bar, ...]:
    texts = rung_texts(rung, capital.decimals, lang)
    steps = (texts[name] for name in ("plan", "allocated", "disbursed", "rate", "reported"))
    bar = Bar(rung.share.pct, made.clock.elapsed_pct)
    return (*steps, bar, texts["left"], texts["missing"])
