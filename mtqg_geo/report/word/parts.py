"""Parts of an administrative document by Decree 30/2020/NĐ-CP, as Word keeps them.

Annex I of the decree lays down paper, margins, the place and size of each part; what only the
office can know (its name, the number, who signs) is a field to be filled in.
"""

import io
import unicodedata
import zipfile
from collections.abc import Sequence
from copy import deepcopy
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from matplotlib import get_data_path

from geo.archive import fixed_zip
from mtqg_geo.report.paper.lettering import MM_PER_PT, advances

_PLAIN, _BOLD = "STIXGeneral.ttf", "STIXGeneralBol.ttf"
_WIDEST = 1.0  # of a letter that is in no file, in parts of the font size
_WIDER = {"%": 1.0}  # where the two fonts differ
_SAFETY_MM = 0.5  # Word rounds
FONT = "Times New Roman"
LEAST_ROWS = 3
BODY_PT, TABLE_PT, NOTE_PT = 14, 11, 11
TEXT_MM = 160.0  # 210 less 30 at the left and 20 at the right
CELL_MARGIN_MM = 1.2
RULE_AFTER_PT = 6
PLAIN_CELL_MARGIN_MM = 1.9  # Word's own, where a table has no borders
_FIELD_GREY = "7F7F7F"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest day a zip archive can name
_AFTER_BORDERS = ("w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")  # Word wants this order
Side = Literal["left", "right", "center"]
_ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
}


def new_document(*, title: str, day: date, lang: str) -> Any:
    """Return an empty A4 document with the decree's margins, font and page numbers."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(20)
    section.different_first_page_header_footer = True
    _number_pages(section.header.paragraphs[0])
    normal = document.styles["Normal"]
    _set_font(normal.element.get_or_add_rPr(), lang)
    normal.font.size = Pt(BODY_PT)
    normal.paragraph_format.space_after = Pt(6)
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    facts = document.core_properties
    facts.title, facts.author, facts.language = title, "", lang
    facts.created = facts.modified = moment
    return document


def _set_font(properties: Any, lang: str) -> None:
    """Name the font for every script: Word takes another for what it thinks is Asian."""
    fonts = properties.get_or_add_rFonts()
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{script}"), FONT)
    properties.append(_element("lang", val="vi-VN" if lang == "vi" else "en-GB"))


def _element(name: str, **attributes: str) -> Any:
    """Return an element of WordprocessingML that python-docx has no words for."""
    element = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), value)
    return element


def _number_pages(paragraph: Any) -> None:
    """Put the number of the page at the top, in the middle; the first page carries none."""
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run()
    run.font.size = Pt(BODY_PT)
    instruction = _element("instrText")
    instruction.text = "PAGE"
    begin, end = (_element("fldChar", fldCharType=kind) for kind in ("begin", "end"))
    run._r.extend([begin, instruction, end])


def words(
    paragraph: Any,
    text: str,
    *,
    size_pt: float = BODY_PT,
    bold: bool = False,
    italic: bool = False,
) -> Any:
    """Add words to a paragraph; return their run."""
    run = paragraph.add_run(text)
    run.font.size, run.bold, run.italic = Pt(size_pt), bold, italic
    return run


def field(paragraph: Any, hint: str, *, known: str = "", **look: Any) -> None:
    """Add what is known; else a field that shows a hint until somebody fills it in."""
    if known:
        words(paragraph, known, **look)
        return
    run = words(paragraph, hint, **look)
    # What is written into the field has the look of the hint, but not its grey.
    filled_in = deepcopy(run._r.rPr)
    run.font.color.rgb = RGBColor.from_string(_FIELD_GREY)
    control, properties, content = map(_element, ("sdt", "sdtPr", "sdtContent"))
    properties.extend([filled_in, _element("alias", val=hint), _element("showingPlcHdr")])
    content.append(run._r)
    control.extend([properties, content])
    paragraph._p.append(control)


def line(cell: Any, *, align: Side = "center", after_pt: float = 0) -> Any:
    """Return a new paragraph in a cell, or the cell's first one while it is empty."""
    first = cell.paragraphs[0]
    is_empty = len(cell.paragraphs) == 1 and not first.text and first._p.find(qn("w:sdt")) is None
    paragraph = first if is_empty else cell.add_paragraph()
    paragraph.alignment = _ALIGN[align]
    paragraph.paragraph_format.space_after = Pt(after_pt)
    return paragraph


def title(document: Any, text: str, *, before_pt: float = 0) -> None:
    """Add a line of the title."""
    paragraph = document.add_paragraph()
    paragraph.alignment = _ALIGN["center"]
    paragraph.paragraph_format.space_before = Pt(before_pt)
    words(paragraph, text, bold=True)


def rule(paragraph: Any, *, length_mm: float, within_mm: float) -> None:
    """Draw a line of a length close below what stands above, in the middle."""
    paragraph.paragraph_format.line_spacing = Pt(2)
    paragraph.paragraph_format.space_after = Pt(RULE_AFTER_PT)
    indent = Mm(max(within_mm - length_mm, 0) / 2)
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = indent
    borders = _element("pBdr")
    borders.append(_element("bottom", val="single", sz="6", space="1", color="auto"))
    paragraph._p.get_or_add_pPr().insert_element_before(borders, *_AFTER_BORDERS)


def side_by_side(document: Any, widths_mm: Sequence[float]) -> list[Any]:
    """Return the cells of an invisible row, for parts that stand beside each other."""
    table = document.add_table(rows=1, cols=len(widths_mm))
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    _fix_widths(table, widths_mm)
    return list(table.rows[0].cells)


def heading(document: Any, text: str) -> None:
    """Add a heading of a part, as `I. …`, kept with what follows."""
    paragraph = document.add_heading(level=1)
    paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(10), Pt(4)
    run = paragraph.add_run(text)
    _set_font(run._r.get_or_add_rPr(), "vi")
    run.font.size, run.bold, run.font.color.rgb = Pt(BODY_PT), True, RGBColor(0, 0, 0)


def body(document: Any, text: str, *, opens: bool = False) -> None:
    """Add a paragraph, even on both sides; one that `opens` a table stays with it."""
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.keep_with_next = opens
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    paragraph.paragraph_format.first_line_indent = Mm(10)
    words(paragraph, text)


def body_field(document: Any, hint: str) -> None:
    """Add a paragraph that the office writes."""
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.first_line_indent = Mm(10)
    field(paragraph, hint)


def note(document: Any, text: str, *, align: Side = "left", bold: bool = False) -> None:
    """Add a remark in small italics."""
    paragraph = document.add_paragraph()
    paragraph.alignment = _ALIGN[align]
    words(paragraph, text, size_pt=NOTE_PT, italic=True, bold=bold)


def grid(
    document: Any,
    headings: Sequence[str],
    rows: Sequence[tuple[Sequence[str], bool]],
    *,
    shares: Sequence[float],
    aligns: Sequence[Side],
) -> None:
    """Add a table whose headings are repeated on each page; a row says whether it is bold.

    Columns are as wide as their longest word; `shares` deal out the room that is left.
    """
    table = document.add_table(rows=0, cols=len(headings))
    table.style, table.alignment = "Table Grid", WD_TABLE_ALIGNMENT.CENTER
    _set_margins(table)
    every = [(headings, True), *rows]
    for at, (cells, is_bold) in enumerate(every):
        row = table.add_row()
        _keep_whole(row, is_heading=at == 0)
        for cell, text, align in zip(row.cells, cells, aligns, strict=True):
            words(
                line(cell, align="center" if at == 0 else align),
                text,
                size_pt=TABLE_PT,
                bold=is_bold,
            )
    for row in table.rows[-LEAST_ROWS:-1]:  # a page never starts with the last row or two alone
        for cell in row.cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True
    _fix_widths(table, column_widths_mm(every, room_mm=TEXT_MM, shares=shares))
    document.add_paragraph().paragraph_format.space_after = Pt(0)


def _set_margins(table: Any) -> None:
    """Leave less at the sides of a cell than Word does, lest nine columns find no room."""
    margins, twips = _element("tblCellMar"), str(round(Mm(CELL_MARGIN_MM).twips))
    margins.extend(_element(side, w=twips, type="dxa") for side in ("left", "right"))
    table._tbl.tblPr.insert_element_before(margins, "w:tblLook", "w:tblCaption")


def _keep_whole(row: Any, *, is_heading: bool) -> None:
    properties = row._tr.get_or_add_trPr()
    properties.append(_element("cantSplit"))
    if is_heading:
        properties.append(_element("tblHeader"))


def _fix_widths(table: Any, widths_mm: Sequence[float]) -> None:
    table.autofit = False
    for column, width in zip(table.columns, widths_mm, strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)


def picture(document: Any, png: bytes, *, width_mm: float, words_for_it: str) -> None:
    """Add a picture, its caption kept with it, and the words for where it cannot be seen."""
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.keep_with_next = True
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    shape = paragraph.add_run().add_picture(io.BytesIO(png), width=Mm(width_mm))
    shape._inline.docPr.set("descr", words_for_it)


def saved(document: Any) -> bytes:
    """Return the document; the same content gives the same bytes."""
    out = io.BytesIO()
    document.save(out)
    with zipfile.ZipFile(out) as made:
        return fixed_zip({name: made.read(name) for name in made.namelist()}, moment=_EPOCH)


def column_widths_mm(
    rows: Sequence[tuple[Sequence[str], bool]], *, room_mm: float, shares: Sequence[float]
) -> tuple[float, ...]:
    """Return the widths of columns of a table that together take a room.

    Parameters
    ----------
    rows
        Texts of the cells, headings too, and whether they are bold.
    room_mm
        The width of all columns.
    shares
        Which part of the room that is left each column takes beyond its longest word.

    Returns
    -------
    Where the words need more than the room, all columns are narrowed alike.

    Examples
    --------
    Both columns get their longest word; the first, which has all the share, also what is left:

    >>> rows = [(("Chỉ tiêu", "ĐVT"), True), (("Nhà ở cho hộ nghèo", "hộ"), False)]
    >>> [round(width) for width in column_widths_mm(rows, room_mm=60.0, shares=(1, 0))]
    [49, 11]
    """
    columns = zip(*([(text, is_bold) for text in cells] for cells, is_bold in rows), strict=True)
    least = [
        max(
            text_mm(word, TABLE_PT, bold=is_bold)
            for text, is_bold in column
            for word in text.split(" ")
        )
        + 2 * CELL_MARGIN_MM
        + _SAFETY_MM
        for column in columns
    ]
    spare_mm = room_mm - sum(least)
    if spare_mm < 0:
        return tuple(width * room_mm / sum(least) for width in least)
    return tuple(
        width + spare_mm * share / sum(shares) for width, share in zip(least, shares, strict=True)
    )


def text_mm(text: str, size_pt: float, *, bold: bool = False) -> float:
    """Return how wide a text is in Times New Roman."""
    bare = (char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))
    face = Path(get_data_path()) / "fonts" / "ttf" / (_BOLD if bold else _PLAIN)
    widths = (_WIDER.get(char, advances(face).get(char, _WIDEST)) for char in bare)
    return sum(widths) * size_pt * MM_PER_PT
