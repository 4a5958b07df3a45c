"""The report of a quarter as a Word document an office can go on writing in."""

from dataclasses import dataclass, replace
from typing import Any

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.periods import Measure
from mtqg_geo.figures.rules import Standing
from mtqg_geo.figures.scope import filter_text, map_title, place_text
from mtqg_geo.figures.selection import Selection
from mtqg_geo.figures.shares import at_least
from mtqg_geo.figures.words import illustrative_words
from mtqg_geo.programme.amounts import money
from mtqg_geo.programme.model import Basis, Lang, Role
from mtqg_geo.programme.words import number, t
from mtqg_geo.progress.capital import CapitalTables, Rung, capital_tables
from mtqg_geo.progress.targets import Progress, progress, silent_communes
from mtqg_geo.progress.words import (
    line_texts,
    moment_words,
    notices,
    parts_of_capital,
    plan_source_text,
    rung_texts,
    standing_text,
)
from mtqg_geo.report.map.page import map_picture
from mtqg_geo.report.paper import captions
from mtqg_geo.report.paper.office import OFFICE_RULE, receivers
from mtqg_geo.report.paper.sheet import png_bytes
from mtqg_geo.report.setup import Office, Setup
from mtqg_geo.report.tables.progress import rules_text
from mtqg_geo.report.word import parts

_LEFT_MM, _RIGHT_MM = 66.0, 94.0  # the two halves of the head
PICTURE_DPI, PICTURE_MM = 220, 200.0
MOST_COMMUNES = 40  # silent communes that are listed by name
_TARGET_COLUMNS: dict[str, tuple[parts.Side, float]] = {  # side and share of the room left
    "indicator": ("left", 6),
    "unit": ("left", 1),
    "plan": ("right", 1),
    "actual": ("right", 2),
    "share": ("right", 0.4),
    "reported": ("right", 0.4),
    "needed": ("right", 0.4),
    "standing": ("left", 1),
    "missing": ("right", 0.6),
}


@dataclass(frozen=True)
class _Report:
    """What the parts of the document are written from."""

    data: Dataset
    selection: Selection
    setup: Setup
    made: Progress
    capital: CapitalTables

    @property
    def lang(self) -> Lang:
        return self.setup.lang

    @property
    def place(self) -> str:
        return place_text(self.data, self.selection, self.lang)

    def title(self) -> str:
        clock = self.made.clock
        period = captions.period_text(clock.period or str(clock.year), self.lang)
        programme = self.data.catalog.programme.name.of(self.lang)
        return t("report_word_title", self.lang, programme=programme, period=period)


def word_report(data: Dataset, selection: Selection, setup: Setup) -> bytes:
    """Return the report of the latest quarter of the selected year."""
    made, capital = progress(data, selection), capital_tables(data, selection)
    report = _Report(data, selection, setup, made, capital)
    document = parts.new_document(title=report.title(), day=setup.day, lang=setup.lang)
    letterhead(document, report.title(), data.catalog.programme.province.of(setup.lang), setup)
    for write in (_summary, _targets, _capital, _maps, _silent, _outlook, _origin):
        write(document, report)
    signature(document, setup)
    return parts.saved(document)


def _summary(document: Any, report: _Report) -> None:
    lang, made = report.lang, report.made
    parts.heading(document, t("report_word_summary", lang))
    moment, *elapsed = moment_words(made.clock, lang)
    moment += "".join(f" ({words})" for words in elapsed)
    parts.body(
        document, t("report_word_scope", lang, place=report.place, moment=moment.rstrip("."))
    )
    for notice in notices(report.data, report.selection, made, lang):
        parts.body(document, notice)
    counted = {standing: made.count(standing) for standing in Standing}
    listed = ", ".join(
        f"{number(count, lang)} {standing_text(standing, made.clock, lang).lower()}"
        for standing, count in counted.items()
        if count
    )
    if made.lines:
        count = number(len(made.lines), lang)
        parts.body(document, t("report_word_counts", lang, count=count, listed=listed))
    whole = report.capital.rungs[0]
    if not whole.is_empty:
        parts.body(document, _capital_sentence(whole, lang))


def _capital_sentence(whole: Rung, lang: Lang) -> str:
    return t(
        "report_word_capital_sentence",
        lang,
        plan=money(whole.plan_vnd, lang),
        allocated=money(whole.allocated_vnd, lang),
        disbursed=at_least(money(whole.disbursed_vnd, lang), whole.share, lang),
        rate=whole.share.text(lang),
        missing=number(whole.communes_missing, lang),
    )


def _targets(document: Any, report: _Report) -> None:
    lang, made = report.lang, report.made
    parts.heading(document, t("report_word_targets", lang))
    if not made.lines:
        parts.body(document, t("report_word_no_targets", lang))
        return
    # When the year is over nothing is needed a month any more.
    names = [name for name in _TARGET_COLUMNS if name != "needed" or not made.clock.is_over]
    aligns, shares = zip(*(_TARGET_COLUMNS[name] for name in names), strict=True)
    rows = []
    for at, line in enumerate(made.lines, start=1):
        texts = line_texts(line, made.clock, lang) | {"indicator": line.indicator.name.of(lang)}
        whole = ("share", "reported", "needed")
        texts |= {name: _unbroken(texts[name]) for name in whole if name in texts}
        rows.append(((number(at, lang), *(texts[name] for name in names)), False))
    parts.grid(
        document,
        [t("report_column_number", lang), *(t(f"progress_column_{name}", lang) for name in names)],
        rows,
        shares=(0, *shares),
        aligns=("center", *aligns),
    )
    said = plan_source_text(made, lang), t("progress_rule_missing", lang), rules_text(made, lang)
    for text in said:
        parts.note(document, text)


def _capital(document: Any, report: _Report) -> None:
    """Write capital by project, and by source and kind of money where it is split."""
    data, lang, capital = report.data, report.lang, report.capital
    parts.heading(document, t("report_word_capital", lang))
    if capital.rungs[0].is_empty:
        parts.body(document, t("report_no_capital", lang, year=report.selection.year))
        return
    projects = data.catalog.projects
    total = t("report_total", lang)
    rows = []
    for rung in capital.rungs:
        name = projects[rung.project].short.of(lang) if rung.project else total
        rows.append(((rung.project, name, *_rung_cells(rung, report)), not rung.parent))
    heads = [t("column_project", lang), t("report_column_project_name", lang)]
    _capital_grid(document, heads, rows, lang, shares=(0.4, 6))
    if capital.is_split:
        every = (total, capital.rungs[0]), *parts_of_capital(data, capital.by, lang)
        rows = [((name, *_rung_cells(rung, report)), name == total) for name, rung in every]
        _capital_grid(document, [t("report_column_part", lang)], rows, lang, shares=(6,))
        parts.note(document, t("progress_by_note", lang))
    parts.note(document, f"{t('rounded_rows', lang)} {t('progress_rule_missing', lang)}")


def _capital_grid(
    document: Any,
    heads: list[str],
    rows: list[tuple[tuple[str, ...], bool]],
    lang: Lang,
    *,
    shares: tuple[float, ...],
) -> None:
    """Add a table of capital: what each row is of, then the amounts of `_rung_cells`."""
    names = ("allocated_short", "disbursed_short", "rate")
    amounts = [
        t("progress_column_plan", lang),
        *(t(f"report_column_{name}", lang) for name in names),
        t("progress_column_reported", lang),
        t("progress_column_missing", lang),
    ]
    left: list[parts.Side] = ["left"] * len(heads)
    right: list[parts.Side] = ["right"] * len(amounts)
    parts.note(document, t("report_word_unit_bn", lang), align="right")
    parts.grid(
        document,
        [*heads, *amounts],
        rows,
        shares=(*shares, *(0.5 for _ in amounts)),
        aligns=[*left, *right],
    )


def _rung_cells(rung: Rung, report: _Report) -> tuple[str, ...]:
    texts = rung_texts(rung, report.capital.decimals, report.lang)
    texts["rate"] = _unbroken(texts["rate"])
    names = ("plan", "allocated", "disbursed", "rate", "reported", "missing")
    return tuple(texts[name] for name in names)


def _unbroken(text: str) -> str:
    """Keep a number and its sign on one line."""
    return "\u00a0".join(text.rsplit(" ", 1))


def _maps(document: Any, report: _Report) -> None:
    """Add the map of the selected indicator and that of the disbursement rate."""
    lang = report.lang
    parts.heading(document, t("report_word_maps", lang))
    rate = report.data.catalog.with_role(Role.DISBURSEMENT)
    chosen = [report.selection]
    if rate and report.selection.indicator != rate.id:
        # The rate itself: as a completion it would be 100 % everywhere.
        chosen.append(
            replace(
                report.selection,
                indicator=rate.id,
                basis=Basis(rate.default_basis),
                measure=Measure.VALUE,
                second="",
            )
        )
    for at, selection in enumerate(chosen):
        title = map_title(report.data, selection, lang)
        words = " – ".join(
            filter(None, (title, filter_text(report.data, selection, lang), report.place))
        )
        room = {"width_mm": parts.TEXT_MM, "most_mm": PICTURE_MM}
        sheet = map_picture(report.data, selection, report.setup, **room)
        png = png_bytes(sheet, dpi=PICTURE_DPI)
        parts.picture(document, png, width_mm=sheet.width, words_for_it=words)
        caption = t("report_word_map", lang, number=at + 1, words=words)
        parts.note(document, caption, align="center")


def _silent(document: Any, report: _Report) -> None:
    """List the communes that have not fully reported a target, the most silent first."""
    lang = report.lang
    parts.heading(document, t("report_word_silent", lang))
    silent = silent_communes(report.data, report.selection, report.made)
    if silent.empty:
        parts.body(document, t(_why_nobody_is_silent(report.made), lang))
        return
    count = number(len(silent), lang)
    parts.body(document, t("report_word_silent_count", lang, count=count), opens=True)
    shown = silent.head(MOST_COMMUNES)
    parts.grid(
        document,
        [t("report_column_number", lang), t("column_name", lang), t("column_district", lang),
         t("report_column_silent", lang)],
        [((number(at + 1, lang), name, district, number(missing, lang)), False)
         for at, (name, district, missing) in enumerate(shown.itertuples(index=False, name=None))],
        shares=(0, 2, 2, 1),
        aligns=("center", "left", "left", "right"),
    )  # fmt: skip
    if len(silent) > len(shown):
        left = number(len(silent) - len(shown), lang)
        parts.note(document, t("report_left_out", lang, count=left))


def _why_nobody_is_silent(made: Progress) -> str:
    """Return the key of the sentence: nobody is asked, nothing is due, or all have reported."""
    if not made.lines:
        return "report_word_no_targets"
    if all(line.standing is Standing.NOT_APPLICABLE for line in made.lines):
        return "report_word_nobody_owes"
    return "report_word_all_reported" if made.clock.quarter else "report_word_nothing_yet"


def _outlook(document: Any, report: _Report) -> None:
    for key in ("difficulties", "proposals"):
        parts.heading(document, t(f"report_word_{key}", report.lang))
        parts.body_field(document, t(f"report_word_{key}_hint", report.lang))


def _origin(document: Any, report: _Report) -> None:
    data, lang = report.data, report.lang
    if warning := illustrative_words(data, report.selection.year, lang):
        parts.note(document, warning, bold=True)
    for text in (
        captions.progress_source_text(report.made, lang),
        captions.boundary_text(data, lang),
        captions.made_text(data, report.setup.day, lang),
    ):
        parts.note(document, text)


def letterhead(document: Any, title: str, province: str, setup: Setup) -> None:
    """Office and number at the left, national name and motto, place and day at the right."""
    office, lang = setup.office or Office(), setup.lang
    left, right = parts.side_by_side(document, (_LEFT_MM, _RIGHT_MM))
    if office.superior or not setup.office:  # an office without one above it has no such line
        hint = t("report_word_superior", lang)
        parts.field(parts.line(left), hint, known=office.superior, size_pt=12)
    hint = t("report_word_office", lang)
    parts.field(parts.line(left), hint, known=office.name, size_pt=12, bold=True)
    inside_mm = _LEFT_MM - 2 * parts.PLAIN_CELL_MARGIN_MM
    name_mm = min(parts.text_mm(office.name or hint, 12, bold=True), inside_mm)
    parts.rule(parts.line(left), length_mm=OFFICE_RULE * name_mm, within_mm=inside_mm)
    number_line = parts.line(left)
    parts.words(number_line, t("report_word_number", lang), size_pt=13)
    hint = t("report_blank_number", lang)
    parts.field(number_line, hint, known=office.number, size_pt=13)
    parts.words(parts.line(right), t("report_word_nation", lang), size_pt=12, bold=True)
    motto = t("report_word_motto", lang)
    parts.words(parts.line(right), motto, size_pt=13, bold=True)
    inside_mm = _RIGHT_MM - 2 * parts.PLAIN_CELL_MARGIN_MM
    motto_mm = parts.text_mm(motto, 13, bold=True)
    parts.rule(parts.line(right), length_mm=motto_mm, within_mm=inside_mm)
    day = parts.line(right)
    parts.field(day, t("report_word_day", lang, province=province), size_pt=13, italic=True)
    parts.title(document, t("report_word_kind", lang), before_pt=14)
    parts.title(document, title)
    title_mm = min(parts.text_mm(title, parts.BODY_PT, bold=True), parts.TEXT_MM)
    rule = document.add_paragraph()
    parts.rule(rule, length_mm=OFFICE_RULE * title_mm, within_mm=parts.TEXT_MM)


def signature(document: Any, setup: Setup) -> None:
    """Receivers at the left, office and name of who signs at the right."""
    office, lang = setup.office or Office(), setup.lang
    left, right = parts.side_by_side(document, (parts.TEXT_MM / 2,) * 2)
    head = t("report_word_receivers", lang)
    parts.words(parts.line(left, align="left"), head, size_pt=12, bold=True, italic=True)
    if office.receivers:
        for each in receivers(office, lang):
            parts.words(parts.line(left, align="left"), each, size_pt=11)
    else:
        for key in ("receiver_1", "receiver_2", "receiver_3"):
            parts.field(parts.line(left, align="left"), t(f"report_word_{key}", lang), size_pt=11)
    *above, last = office.signs.split(";")
    for each in above:
        parts.words(parts.line(right), each.strip(), bold=True)
    hint = t("report_word_signs", lang)
    parts.field(parts.line(right, after_pt=60), hint, known=last.strip(), bold=True)
    parts.field(parts.line(right), t("report_word_name", lang), known=office.signer, bold=True)
