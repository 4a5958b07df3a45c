"""The sheet that lists what is to be corrected, each line leading to its cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from mtqg_geo.loading.sheets.layout import TO_CORRECT
from mtqg_geo.loading.workbooks.spreadsheet import put
from mtqg_geo.loading.workbooks.styles import FONT, INK, PAPER, fill
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import t

COLUMNS = {"number": 6, "sheet": 16, "cell": 10, "column": 26, "value": 24, "reason": 90}


class Mark(NamedTuple):
    """What is said of a cell; without a letter, of a whole row, and of no place where row is 0."""

    sheet: str
    row: int
    letter: str
    column: str
    value: str
    text: str

    @property
    def place(self) -> str:
        """The address of the cell, "" for a whole row; notes above a table give theirs whole."""
        has_row = any(character.isdigit() for character in self.letter)
        return self.letter if has_row or not self.letter else f"{self.letter}{self.row}"


def add_error_list(
    book: Workbook, marks: Sequence[Mark], *, title: str, hints: Sequence[str], lang: Lang
) -> None:
    """Put the list in front of a workbook's sheets and open the workbook there.

    Parameters
    ----------
    book
        The workbook; lines lead to those of its sheets that it has.
    marks
        What is to be corrected.
    title, hints
        What stands above the list.
    lang
        Language of the headings.
    """
    sheet = book.create_sheet(TO_CORRECT.of(lang), 0)
    put(sheet["A1"], title).font = Font(FONT, 14, bold=True, color=INK)
    row = 1
    for row, hint in enumerate(hints, start=2):
        put(sheet.cell(row, 1), hint).font = Font(FONT, 10, italic=True, color=INK)
    first_row = row + 2
    _write_headings(sheet, first_row, lang)
    for count, mark in enumerate(marks, start=1):
        _write_line(sheet, first_row + count, count, mark, lang)
        _link(sheet, first_row + count, mark, book)
    sheet.freeze_panes = sheet.cell(first_row + 1, 1)
    sheet.page_setup.orientation = sheet.ORIENTATION_LANDSCAPE
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToHeight = 0
    _open_at_first(book)


def _write_headings(sheet: Worksheet, row: int, lang: Lang) -> None:
    for position, (name, width) in enumerate(COLUMNS.items(), start=1):
        cell = put(sheet.cell(row, position), t(f"marked_{name}", lang))
        cell.font, cell.fill = Font(FONT, 10, bold=True, color=PAPER), fill(INK)
        sheet.column_dimensions[cell.column_letter].width = width


def _write_line(sheet: Worksheet, row: int, count: int, mark: Mark, lang: Lang) -> None:
    place = mark.place or (t("marked_whole_row", lang, row=mark.row) if mark.row else "")
    values = (count, mark.sheet, place, mark.column, mark.value, mark.text)
    for position, value in enumerate(values, start=1):
        put(sheet.cell(row, position), value).font = Font(FONT, 10)
    sheet.cell(row, len(values)).alignment = Alignment(wrap_text=True, vertical="top")


def _link(sheet: Worksheet, row: int, mark: Mark, book: Workbook) -> None:
    """Make the address of a line lead to its cell."""
    if not mark.row or mark.sheet not in book.sheetnames:
        return
    cell = sheet.cell(row, 3)
    quoted = mark.sheet.replace("'", "''")
    cell.hyperlink = Hyperlink(
        ref=cell.coordinate, location=f"'{quoted}'!{mark.place or f'A{mark.row}'}"
    )
    cell.font = Font(FONT, 10, underline="single", color="0563C1")


def _open_at_first(book: Workbook) -> None:
    """Show the first sheet; two selected sheets would be edited together."""
    book.active = 0
    for position, sheet in enumerate(book.worksheets):
        sheet.sheet_view.tabSelected = position == 0
