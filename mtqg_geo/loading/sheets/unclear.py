"""What is said of headings that are not understood: words, columns, what a row lacks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mtqg_geo.loading.sheets.headings import (
    KINDS,
    MOST_HEADING_ROWS,
    MOST_NOTE_ROWS,
    OTHER_QUANTITY,
    REQUIRED,
    STACKED,
    VALUE,
    SheetTop,
    columns_of,
    head_of,
    not_understood,
    stacked,
    words_of,
)
from mtqg_geo.loading.sheets.layout import heading, reported_indicators
from mtqg_geo.loading.sheets.table import Sheet, TableHeadings, TableKind
from mtqg_geo.loading.sheets.units import money_factor
from mtqg_geo.loading.sheets.words import (
    find_indicator,
    indicator_words,
    plain,
    without_cumulative,
)
from mtqg_geo.programme.catalog import Catalog
from mtqg_geo.programme.model import Basis, Lang, Text
from mtqg_geo.programme.words import t

OF_PLAN_OR_MONEY = re.compile(r"\b(?:ke hoach|kh|von|kinh phi|so tien)\b")


def unclear_heading(
    sheet: Sheet, catalog: Catalog, of: Sequence[str] = ()
) -> tuple[str, str] | None:
    """Return the first heading of a sheet that is not understood whole, and the words of it.

    A heading of one row comes first, then one whose rows are not understood together; where some
    headings `of` columns are given, only those with a further row below.
    """
    head, words = head_of(sheet, catalog), indicator_words(catalog)
    texts = (text for row in head.rows for text in row if text and not of)
    found = ((text, not_understood(text, words, catalog)) for text in texts)
    if unclear := next(((text, said) for text, said in found if said), None):
        return unclear
    for start in range(len(head.rows)):
        for rows in (head.rows[start : start + depth] for depth in range(2, MOST_HEADING_ROWS + 1)):
            for stack in stacked(rows):
                heading_text = STACKED.join(stack)
                is_meant = not of or any(heading_text.startswith(each + STACKED) for each in of)
                named = sum(bool(find_indicator(text, words)) for text in stack)
                is_open = named == 1 and is_meant and not head.figures(stack)
                if is_open and (said := _other(stack, head)):
                    return heading_text, said
    return None


def _other(stack: tuple[str, ...], head: SheetTop) -> str:
    """Return which row of a heading that is not understood as a whole speaks of something else."""
    texts = [text for text in stack if any(map(str.isalpha, text))]
    if said := next((text for text in texts if OTHER_QUANTITY.search(plain(text))), ""):
        return said
    is_heading = len(stack) > 1 and bool(head.figures(stack[-1:]))
    return next((text for text in stack if not head.figures((text,))), "") if is_heading else ""


def columns_aside(headings: TableHeadings, catalog: Catalog) -> Iterator[tuple[str, str]]:
    """Yield the headings that are not used although they name an indicator, a plan or money.

    With each come the words that make something else of the indicator; "" where none is named.
    """
    names = indicator_words(catalog)
    for heading_text in headings.ignored:
        stack = heading_text.split(STACKED)
        if not any(find_indicator(without_cumulative(text)[0], names) for text in stack):
            if any(OF_PLAN_OR_MONEY.search(plain(t)) or money_factor(t) for t in stack):
                yield heading_text, ""
            continue
        others = (text for text in stack if OTHER_QUANTITY.search(plain(text)))
        words = next(filter(None, (not_understood(text, names, catalog) for text in stack)), "")
        if words := words or next(others, "") or (stack[-1] if len(stack) > 1 else ""):
            yield heading_text, words


class Closest(NamedTuple):
    """The row most like the headings of a table, where no row is: as written, and what it lacks."""

    row: int
    text: str
    missing: Text


def closest_row(
    sheets: Sequence[Sheet], catalog: Catalog, *, kind: TableKind | None = None
) -> Closest | None:
    """Return the row of some sheets that lacks least to be headings; None if all are empty.

    Where no column is known anywhere, it is the first of those with most texts.
    """
    found: list[tuple[tuple[int, int, int], Closest]] = []
    for sheet in sheets:
        head = head_of(sheet, catalog)
        for start, texts in enumerate(head.rows[:MOST_NOTE_ROWS]):
            said = [text for text in texts if text]
            stacks = [(text,) if any(map(str.isalpha, text)) else () for text in texts]
            for each in ((kind,) if kind else KINDS) if said else ():
                figures = head.figures if each == "observations" else None
                columns = columns_of(stacks, words_of(each), figures)
                fields = {column.field.partition(":")[0] for column in columns}
                lacking = [group for group in REQUIRED[each] if fields.isdisjoint(group)]
                missing = Text(*(_lacking(each, lacking, catalog, lang) for lang in ("vi", "en")))
                row = Closest(head.first_row + start, " | ".join(said), missing)
                found.append(((-len(lacking), len(fields), sum(map(len, stacks))), row))
    return max(found, key=lambda each: each[0])[1] if found else None


def _lacking(kind: TableKind, groups: Sequence[Sequence[str]], catalog: Catalog, lang: Lang) -> str:
    """Return which columns a table lacks, in the words of the templates."""
    planned = next(each for each in reported_indicators(catalog) if Basis.PLAN in each.bases)
    example = {"indicator": planned.id, "year": catalog.programme.default_year}

    def quoted(field: str) -> list[str]:
        also = [t("heading_figures", lang, **example)] if field == VALUE else []
        return [f"“{text}”" for text in (heading(kind, field, lang), *also)]

    alternatives = ([text for field in group for text in quoted(field)] for group in groups)
    return ", ".join(f" {t('heading_or', lang)} ".join(texts) for texts in alternatives)
