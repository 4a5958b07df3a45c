"""Web pages with tables, as reporting systems hand them out, often under the name `.xls`.

A page is read as Excel opens it: one sheet, its tables below each other, and what stands between
them, such as a title or a unit of money, as rows of one cell.
"""

import email
import re
from collections.abc import Iterator
from contextlib import suppress
from html.parser import HTMLParser
from pathlib import Path

import pyarrow as pa

from mtqg_geo.loading.reading.csv import as_utf8
from mtqg_geo.loading.reading.grid import Cell, Grid, grid_of, refuse_far, written
from mtqg_geo.loading.sheets.table import BYTES, OPEN, WIDTHS, Merge
from mtqg_geo.loading.sheets.words import clean
from mtqg_geo.programme.errors import LoadError
from mtqg_geo.programme.words import coded

SILENT = ("script", "style", "title")
CELLS = ("td", "th")
ENDS = ("body", "html")  # with which a page is whole, whatever was left open
BLOCKS = frozenset(
    {"br", "caption", "div", "h1", "h2", "h3", "h4", "h5", "h6",
     "hr", "li", "p", "table", "tbody", "tfoot", "thead", "tr"}
)  # fmt: skip
MOST_BETWEEN = 12  # rows between two tables that may be a title, a unit or signatures
MOST_SPANNED = 500  # a title across the whole page may claim any number
HTML, ARCHIVE = "text/html", re.compile(rb"\s*MIME-Version:", re.IGNORECASE)
HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)


def web_page_tables(path: Path, file_name: str) -> Iterator[Grid]:
    """Yield a web page as one sheet; of several saved in one file (.mht), those with a table.

    Raises
    ------
    LoadError
        If it is no text, is damaged, has no table, or a cell stands too far out.
    """
    data = path.read_bytes()
    pages = _pages(data) if ARCHIVE.match(data) else [data]
    found = [grid for each in pages if (grid := _grid(each, file_name)) is not None]
    if not found:
        raise coded(LoadError, "load_no_web_table", file=file_name)
    for number, grid in enumerate(found, start=1):
        yield grid if len(found) == 1 else grid._replace(name=f"{file_name} ({number})")


def _pages(data: bytes) -> list[bytes]:
    """Return the pages of a file that is written like a letter with enclosures (MIME)."""
    parts = email.message_from_bytes(data).walk()
    pages = [each.get_payload(decode=True) for each in parts if each.get_content_type() == HTML]
    return [each for each in pages if isinstance(each, bytes)]


def _grid(data: bytes, file_name: str) -> Grid | None:
    text, is_bytes = as_utf8(data, file_name)
    page = _Page(file_name)
    try:
        page.feed(text.decode())
        page.close()
    except AssertionError:  # how the parser meets a declaration it does not know
        return None
    page.end_page()
    if not page.has_table or not page.rows:
        return None
    if page.is_broken:
        raise coded(LoadError, "load_broken_workbook", file=file_name)
    grid = grid_of(file_name, page.rows, merged=page.merged, hidden=page.hidden)
    # Letters that are written as numbers (&#7879;) are no bytes to be decoded.
    is_bytes &= max(map(max, page.texts()), default="") < "\u0100"
    told = {BYTES: is_bytes, OPEN: page.open_tables > 0}
    noted = {name: b"" for name, holds in told.items() if holds}
    table = grid.table
    widths = [page.widths.get(grid.first_row + at, 0) for at in range(table.num_rows)]
    if min(widths) < max(widths):
        table = table.append_column(WIDTHS, pa.array(widths, pa.int32()))
    return grid._replace(table=table.replace_schema_metadata(noted))


class _Page(HTMLParser):
    """Takes the rows of a page down as its tags come by; tags left open or astray do no harm."""

    def __init__(self, name: str) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: dict[int, list[Cell]] = {}
        self.widths: dict[int, int] = {}  # how many columns the cells of a row reach over
        self.merged: list[Merge] = []
        self.hidden: list[int] = []
        self.has_table = False
        self.is_broken = False  # a tag begins within another: what was between them is gone
        self.open_tables = 0  # that have begun and do not end
        self._name, self._silent = name, ""
        self._row, self._place, self._in_row, self._is_hidden = 1, 0, False, False
        self._cells, self._texts, self._between = list[Cell](), list[str](), list[str]()
        self._cell: dict[str, str] | None = None  # the attributes of the cell that is open
        self._covered: dict[int, int] = {}  # by column, how many rows a cell reaches down to

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a cell, or end what stands before a block."""
        self.is_broken |= "<" in tag or any("<" in name for name, _ in attrs)
        if tag in SILENT:
            self._silent = tag
        elif tag in CELLS:
            self._end_cell()
            self._cell, self.has_table = {name: value or "" for name, value in attrs}, True
        elif tag in BLOCKS:
            self._at_block(tag)
            self.open_tables += tag == "table"
            if tag == "tr" and self._cell is None:
                self._in_row, self._is_hidden = True, _is_hidden(attrs)

    def handle_endtag(self, tag: str) -> None:
        """End a cell or a block."""
        self.is_broken |= "<" in tag
        if tag == self._silent:
            self._silent = ""
        elif tag in CELLS:
            self._end_cell()
        elif tag in BLOCKS:
            self._at_block(tag)
            self.open_tables -= tag == "table"
        elif tag in ENDS:
            self.open_tables = 0

    def handle_data(self, data: str) -> None:
        """Note a text, in a cell or between the tables."""
        if not self._silent:
            self._texts.append(data)

    def texts(self) -> Iterator[str]:
        """Yield what is written in the cells."""
        return (cell[1] for cells in self.rows.values() for cell in cells)

    def end_page(self) -> None:
        """Put away what the last table or text left open."""
        self._end_row()
        self._end_between()

    def _end_row(self) -> None:
        """Put the row away; a text between tables is a row of one cell."""
        self._end_cell()
        text = clean("".join(self._texts))
        if text and not (self._in_row or self._cells):
            self._between.append(text)
        elif text:
            self._take((text, False, False), 1, 1)
        if self._in_row or self._cells:
            if filled := [cell for cell in self._cells if cell[1]]:
                self.rows[self._row] = filled
            self.widths[self._row] = 1 + max(self._covered, default=-1)
            if self._is_hidden:
                self.hidden.append(self._row)
            self._row += 1
            self._covered = {place: n - 1 for place, n in self._covered.items() if n > 1}
        self._place, self._in_row, self._is_hidden = 0, False, False
        self._cells, self._texts = [], []

    def _end_between(self) -> None:
        """Put away what stands between the tables: of a long menu, what is nearest to the next."""
        for text in self._between[-MOST_BETWEEN:]:
            self.rows[self._row] = [(0, text, False, False)]
            self._row += 1
        self._between = []

    def _at_block(self, tag: str) -> None:
        if self._cell is not None and tag not in ("table", "tr"):
            self._texts.append(" ")  # paragraphs of one cell
            return
        self._end_row()
        if tag == "table":
            self._covered, self._silent = {}, ""

    def _end_cell(self) -> None:
        if self._cell is None:
            return  # a text astray between two cells goes with the second one
        said, text = self._cell, clean("".join(self._texts))
        shown = (text, False, False)
        if number := said.get("x:num"):  # how Excel notes what it shows rounded
            with suppress(ValueError):
                shown = written(float(number), is_percent="%" in text)
        self._cell, self._texts = None, []
        self._take(shown, _span(said.get("colspan", "")), _span(said.get("rowspan", "")))

    def _take(self, shown: tuple[str, bool, bool], wide: int, high: int) -> None:
        """Put a cell at the next place that no cell reaches down to."""
        self._end_between()
        while self._place in self._covered:
            self._place += 1
        refuse_far(self._name, self._row, self._place)
        self._cells.append((self._place, *shown))
        if wide > 1 or high > 1:
            self.merged.append(
                Merge(self._row, self._place, self._row + high - 1, self._place + wide - 1)
            )
        self._covered |= dict.fromkeys(range(self._place, self._place + wide), high)


def _is_hidden(attrs: list[tuple[str, str | None]]) -> bool:
    return any(name == "style" and HIDDEN.search(value or "") for name, value in attrs)


def _span(text: str) -> int:
    """Return over how many columns or rows a cell reaches."""
    return min(max(int(text), 1), MOST_SPANNED) if re.fullmatch(r"\d{1,6}", text.strip()) else 1
