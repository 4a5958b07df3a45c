"""A planner's own file with its wrong cells coloured and explained, to be corrected and loaded."""

import json
import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import openpyxl
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from geo.errors import ReadError
from geo.sandbox import Limits, run_isolated
from geo.scratch import scratch_folder
from mtqg_geo.loading.reading.formats import format_of, grids_of
from mtqg_geo.loading.reading.grid import Grid
from mtqg_geo.loading.reading.strict import usual_copy
from mtqg_geo.loading.reasons import few, row_ranges
from mtqg_geo.loading.sheets.layout import TO_CORRECT
from mtqg_geo.loading.sheets.rows import is_note_letter, letter
from mtqg_geo.loading.sheets.table import STORED_NUMBER, STORED_PERCENT, TEXT, RowError
from mtqg_geo.loading.sheets.words import clean
from mtqg_geo.loading.workbooks.spreadsheet import FONT, INK, PAPER, WRONG, fill, plain, put, saved
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import number, t

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
    for count, alike in enumerate(_by_reason(marks), start=1):
        _write_line(sheet, first_row + count, count, alike, lang)
        _link(sheet, first_row + count, alike[0], book)
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


def _by_reason(marks: Sequence[Mark]) -> list[list[Mark]]:
    """Return marks that say the same of one column together: it is listed once."""
    found: dict[tuple[str, str, str], list[Mark]] = {}
    for mark in marks:
        found.setdefault((mark.sheet, mark.letter, mark.text), []).append(mark)
    return list(found.values())


def _write_line(sheet: Worksheet, row: int, count: int, alike: Sequence[Mark], lang: Lang) -> None:
    mark, rows = alike[0], sorted({each.row for each in alike} - {0})
    place = mark.place or (t("marked_whole_row", lang, row=mark.row) if mark.row else "")
    if len(rows) > 1 and not is_note_letter(mark.letter):
        place = row_ranges(rows, mark.letter)
    written = few(each.value for each in alike)
    values = (count, mark.sheet, place, mark.column, written, mark.text)
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

    A workbook of Excel since 2007 keeps its sheets; the cells of other files are put in a new one.
    A file that cannot be marked, because it is damaged or too large, gives a workbook with the list
    alone.

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
    with scratch_folder() as name:
        folder = Path(name)
        (folder / GIVEN).write_bytes(content)
        (folder / MARKS).write_text(json.dumps(marks), encoding="utf-8")
        try:
            run_isolated(
                "mtqg_geo.loading.workbooks.marked:mark_into",
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


AUTHOR = "MTQG: lỗi"  # by which a mark is found again when the file comes back
MOST_MARKED = 5_000  # notes beyond that make a workbook slow to open
NOTE_CHARACTERS = 1_000
MOST_OTHER_ROWS = 50_000  # of a file that is no workbook of this kind, whose cells are copied


def mark_into(folder: Path, *, file_name: str, title: str, lang: Lang) -> int:
    """Mark the file in a folder, leave the workbook there, return how many cells are marked."""
    marks = [Mark(*each) for each in json.loads((folder / MARKS).read_text(encoding="utf-8"))]
    book, titles = _opened(folder / GIVEN, file_name)
    marks = [mark._replace(sheet=titles.get(mark.sheet, mark.sheet)) for mark in marks]
    _remove_old_marks(book)
    marked = 0
    for name, of_sheet in groupby(marks, key=lambda mark: mark.sheet):
        if name in book.sheetnames:
            marked += _mark_sheet(book[name], tuple(of_sheet), MOST_MARKED - marked)
    hints = [t("marked_hint", lang)]
    if len(marks) == MOST_LISTED:
        hints.append(t("marked_cut", lang, count=number(MOST_LISTED, lang)))
    add_error_list(book, marks, title=title, hints=hints, lang=lang)
    (folder / MARKED).write_bytes(saved(book))
    return marked


def _opened(path: Path, file_name: str) -> tuple[Workbook, dict[str, str]]:
    """Open the file as a workbook, and say which of its sheets errors mean by a name."""
    kind = format_of(path, file_name)
    if kind in ("xlsx", "xlsx_strict"):
        path = usual_copy(path, path.parent) if kind == "xlsx_strict" else path
        # With what formulas gave, as it was read: so that no formula comes back out.
        with path.open("rb") as file:  # whose name may have any ending
            book = openpyxl.load_workbook(file, data_only=True, keep_links=False, keep_vba=False)
        return book, {clean(title): title for title in book.sheetnames}
    book, titles, rows = Workbook(), {}, 0
    book.remove(book.active)
    for grid in grids_of(path, file_name, kind, path.parent):
        rows += grid.table.num_rows
        if rows > MOST_OTHER_ROWS:
            raise ReadError.of("too_large_once_read", file=file_name)
        sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\']", "_", grid.name)[:31])
        titles[grid.name] = sheet.title
        _fill(sheet, grid)
    return book, titles


def _fill(sheet: Worksheet, grid: Grid) -> None:
    """Write the cells of a file of another format where they stood, each as it was stored."""
    texts, numeric, percent = (
        [
            column.to_pylist()
            for name, column in zip(grid.table.column_names, grid.table.columns, strict=True)
            if name.startswith(start)
        ]
        for start in (TEXT, STORED_NUMBER, STORED_PERCENT)
    )
    for place, column in enumerate(texts):
        for row, text in enumerate(column):
            if not text:
                continue
            cell = sheet.cell(grid.first_row + row, place + 1)
            if numeric and numeric[place][row]:
                put(cell, float(text))
                cell.number_format = "0.00%" if percent[place][row] else "General"
            else:
                put(cell, text).number_format = "@"
    for each in grid.merged:
        sheet.merge_cells(None, each.top, each.left + 1, each.bottom, each.right + 1)
    for row in grid.hidden:
        sheet.row_dimensions[row].hidden = True
    for place in grid.hidden_columns:
        sheet.column_dimensions[letter(place)].hidden = True


def _cells(sheet: Worksheet) -> Iterable[Cell]:
    """Return the cells that are there; going by rows would make those up to the farthest one."""
    return tuple(sheet._cells.values())


def _remove_old_marks(book: Workbook) -> None:
    """Take away list and marks of an earlier round."""
    for name in set(TO_CORRECT) & set(book.sheetnames):
        del book[name]
    for sheet in book.worksheets:
        for cell in _cells(sheet):
            if cell.comment is not None and cell.comment.author == AUTHOR:
                cell.comment = None
                cell.fill = PatternFill()


def _mark_sheet(sheet: Worksheet, marks: Sequence[Mark], most: int) -> int:
    """Colour and explain the cells of a sheet, at most so many; return how many."""
    filled = [cell for cell in _cells(sheet) if cell.value is not None]
    by_column = sorted(filled, key=lambda cell: cell.column, reverse=True)
    first_of_row = {cell.row: cell.coordinate for cell in by_column}
    texts: dict[str, list[str]] = {}
    for mark in marks:
        place = mark.place or first_of_row.get(mark.row, f"A{mark.row}")
        if mark.row:
            texts.setdefault(_anchor(sheet, place), []).append(mark.text)
    for place, reasons in list(texts.items())[:most]:
        _mark(sheet[place], reasons)
    return min(len(texts), most)


def _anchor(sheet: Worksheet, place: str) -> str:
    """Return the cell that holds the value of a merged range."""
    for merged in sheet.merged_cells.ranges:
        if place in merged:
            return str(merged.start_cell.coordinate)
    return place


def _mark(cell: Cell, reasons: Sequence[str]) -> None:
    text = plain("\n".join(dict.fromkeys(reasons)))[:NOTE_CHARACTERS]
    cell.fill = fill(WRONG)
    cell.comment = Comment(text, AUTHOR, width=360, height=60 + 16 * (len(text) // 45))
    cell.protection = Protection(locked=False)  # or it could not be corrected
