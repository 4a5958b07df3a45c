"""A planner's own file with its wrong cells coloured and explained, to be corrected and loaded."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook

from geo.errors import ReadError
from geo.sandbox import Limits, run_isolated
from mtqg_geo.loading.error_list import Mark, add_error_list
from mtqg_geo.loading.model import RowError
from mtqg_geo.loading.spreadsheet import saved
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import number, t

MOST_LISTED = 20_000
LIMITS = Limits(memory_bytes=3_000_000_000, file_bytes=300_000_000, cpu_s=60, wall_s=90.0)
GIVEN, MARKS, MARKED = "given", "marks.json", "marked.xlsx"


def marked_workbook(
    content: bytes,
    file_name: str,
    errors: Sequence[RowError],
    *,
    lang: Lang = "vi",
    limits: Limits = LIMITS,
) -> bytes:
    """Return the file as a workbook in which every error is marked where it stands, and listed.

    A workbook keeps its sheets; the cells of a CSV are put in a new one. A file that cannot be
    marked, because it is damaged or too large, gives a workbook with the list alone.

    Parameters
    ----------
    content, file_name
        The file as it was uploaded: anybody may have made it.
    errors
        What is wrong in it.
    lang
        Language of notes and list.
    limits
        What the child process that opens the file may use.
    """
    marks = _marks(errors, lang)
    title = t("marked_title", lang, count=number(len(errors), lang), file=file_name)
    job = {"file_name": file_name, "title": title, "lang": lang}
    with tempfile.TemporaryDirectory(prefix="marked-") as name:
        folder = Path(name)
        (folder / GIVEN).write_bytes(content)
        (folder / MARKS).write_text(json.dumps(marks), encoding="utf-8")
        try:
            run_isolated(
                "mtqg_geo.loading.marking:mark_into",
                job,
                folder=folder,
                subject=file_name,
                limits=limits,
                with_gdal=False,
            )
            return (folder / MARKED).read_bytes()
        except (ReadError, OSError):
            return _list_alone(marks, title, lang)


def _marks(errors: Sequence[RowError], lang: Lang) -> list[Mark]:
    """Return what is said of each place, in the order of the file."""
    ordered = sorted(errors[:MOST_LISTED], key=lambda e: (e.sheet, e.row, len(e.letter), e.letter))
    return [
        Mark(each.sheet, each.row, each.letter, each.column, each.value, each.text(lang))
        for each in ordered
    ]


def _list_alone(marks: Sequence[Mark], title: str, lang: Lang) -> bytes:
    book = Workbook()
    book.remove(book.active)
    add_error_list(book, marks, title=title, hints=(t("marked_list_only", lang),), lang=lang)
    return saved(book)
