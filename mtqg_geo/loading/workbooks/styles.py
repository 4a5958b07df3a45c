"""How the cells of our workbooks look, and which of them can be written in."""

from __future__ import annotations

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side

from mtqg_geo.loading.sheets.layout import DATE, DEGREES, KM, SHARES, TEXT

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
