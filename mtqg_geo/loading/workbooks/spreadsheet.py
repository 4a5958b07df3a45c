"""Workbooks as we write them: a text stays a text, and the same content gives the same bytes."""

import io
from datetime import datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side
from openpyxl.writer.excel import ExcelWriter

from geo.archive import FixedZip
from geo.formulas import acts
from mtqg_geo.loading.sheets.layout import DATE, DEGREES, KM, SHARES, TEXT

MAX_TEXT = 32_767  # characters in a cell; Excel cannot open a file with more
NO_LETTERS = dict.fromkeys((0xFFFE, 0xFFFF, *range(0xD800, 0xE000)))  # nor has XML place for them
MADE = datetime(2020, 1, 1)  # a fixed date of writing keeps checksums stable


def plain(text: str) -> str:
    r"""Return the text without the control characters that a workbook cannot hold.

    >>> plain("Xã\x01 \uffffĐồng")
    'Xã Đồng'
    """
    return str(ILLEGAL_CHARACTERS_RE.sub("", text.translate(NO_LETTERS)))[:MAX_TEXT]


def put(cell: Cell, value: object, style: str | None = None) -> Cell:
    """Write a value into a cell, a text as text whatever it begins with."""
    if style is not None:
        cell.style = style  # first, for a named style undoes what marks the cell as a text
    if not isinstance(value, str):
        cell.value = value
        return cell
    text = plain(value)
    cell.value = text
    if acts(text):
        cell.data_type = "s"
        cell.quotePrefix = True  # stays a text also when a person edits the cell
    return cell


def appendable(sheet: Any, value: object) -> object:
    """Return a value as a sheet that is written row by row may take it."""
    if not isinstance(value, str):
        return value
    text = plain(value)
    return put(WriteOnlyCell(sheet), text) if acts(text) else text


def saved(book: Workbook) -> bytes:
    """Return a workbook as a file."""
    book.properties.creator = "MTQG"
    book.properties.created = book.properties.modified = MADE
    content = io.BytesIO()
    ExcelWriter(book, FixedZip(content, moment=MADE.timetuple()[:6])).save()
    return content.getvalue()


TITLE, NOTE, HEAD, BLANK_HEAD, FILLED, BODY = (
    f"mtqg_{name}" for name in ("title", "note", "head", "blank_head", "filled", "body")
)
FORMATS = (TEXT, KM, DEGREES, DATE, SHARES, "0", "#,##0", "#,##0.0", "#,##0.00", "#,##0.000")

INK, SOFT, PAPER, GREY, LINE = "1F3A4D", "CFDCE6", "FFFFFF", "ECEFF1", "B0BEC5"
WRONG = "FFC7CE"  # the red that spreadsheets themselves use for "bad"
FONT = "Calibri"


def cell_style(number_format: str) -> str:
    """Return the name of the style of a free cell with a number format."""
    return f"mtqg_free_{FORMATS.index(number_format)}"


def fill(colour: str) -> PatternFill:
    """Return a plain fill."""
    return PatternFill("solid", start_color=colour, end_color=colour)


def add_styles(book: Workbook) -> None:
    """Make the styles known to a workbook."""
    thin = Side(style="thin", color=LINE)
    box = Border(left=thin, right=thin, top=thin, bottom=thin)
    head = {
        "border": box,
        "alignment": Alignment(horizontal="center", vertical="center", wrap_text=True),
        "number_format": TEXT,
    }
    styles = [
        NamedStyle(TITLE, font=Font(FONT, 14, bold=True, color=INK)),
        NamedStyle(NOTE, font=Font(FONT, 10, italic=True, color=INK)),
        NamedStyle(HEAD, font=Font(FONT, 10, bold=True, color=PAPER), fill=fill(INK), **head),
        NamedStyle(BLANK_HEAD, font=Font(FONT, 10, color=INK), fill=fill(SOFT), **head),
        NamedStyle(FILLED, font=Font(FONT, 10), fill=fill(GREY), border=box, number_format=TEXT),
        NamedStyle(
            BODY,
            font=Font(FONT, 10),
            border=box,
            alignment=Alignment(vertical="top", wrap_text=True),
            number_format=TEXT,
        ),
        *(
            NamedStyle(
                cell_style(written),
                font=Font(FONT, 10),
                border=box,
                number_format=written,
                protection=Protection(locked=False),
            )
            for written in FORMATS
        ),
    ]
    for style in styles:
        book.add_named_style(style)
