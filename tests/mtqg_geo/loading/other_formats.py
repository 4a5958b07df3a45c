"""Files of the formats that are read beside .xlsx and CSV, as small as they can be."""

import io
import zipfile
from html import escape

import xlwt

OFFICE = "urn:oasis:names:tc:opendocument:xmlns"
OPEN = " ".join(
    f'xmlns:{name}="{OFFICE}:{name}:1.0"' for name in ("office", "table", "text", "style")
)
SPREADSHEET = "urn:schemas-microsoft-com:office:spreadsheet"


def xls(fill):
    """Return a workbook of Excel 97–2003; a function fills its first sheet, given the workbook."""
    book = xlwt.Workbook(encoding="utf-8")
    fill(book.add_sheet("Biểu 1"), book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def xls_of(rows):
    """Return rows as a workbook of Excel 97–2003."""

    def fill(sheet, _):
        for row, cells in enumerate(rows):
            for place, value in enumerate(cells):
                sheet.write(row, place, value)

    return xls(fill)


def ods(body, *, styles="", kind="spreadsheet", **parts):
    """Return an OpenDocument with the given tables."""
    content = (
        f"<?xml version='1.0' encoding='UTF-8'?><office:document-content {OPEN}>"
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{body}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        archive.writestr("content.xml", content)
        for name, text in parts.items():
            archive.writestr(
                name.replace("__", "/").replace("_xml", ".xml").replace("_", "-"), text
            )
    return out.getvalue()


def ods_cell(value, more=""):
    """Return a cell of an OpenDocument."""
    if isinstance(value, str):
        return (
            f'<table:table-cell office:value-type="string" {more}>'
            f"<text:p>{escape(value)}</text:p></table:table-cell>"
        )
    return (
        f'<table:table-cell office:value-type="float" office:value="{value}" {more}>'
        f"<text:p>{value}</text:p></table:table-cell>"
    )


def ods_table(*rows, name="Biểu 1", more=""):
    """Return a table of an OpenDocument with rows as they are written."""
    return f'<table:table table:name="{name}" {more}>{"".join(rows)}</table:table>'


def ods_row(*cells, more=""):
    """Return a row of an OpenDocument; what is not written yet is a plain cell."""
    said = (each if str(each).startswith("<table") else ods_cell(each) for each in cells)
    return f"<table:table-row {more}>{''.join(said)}</table:table-row>"


def ods_of(rows):
    """Return rows as an OpenDocument."""
    return ods(ods_table(*(ods_row(*cells) for cells in rows)))


def xml_2003(rows, *, styles="", table="", more=""):
    """Return rows, as they are written, as an "XML Spreadsheet 2003"."""
    return (
        f'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
        f'<Workbook xmlns="{SPREADSHEET}" xmlns:ss="{SPREADSHEET}"><Styles>{styles}</Styles>'
        f'<Worksheet ss:Name="Biểu 1"><Table {table}>{"".join(rows)}</Table>{more}</Worksheet>'
        "</Workbook>"
    ).encode()


def xml_cell(value, more="", kind=""):
    """Return a cell of an "XML Spreadsheet 2003"."""
    kind = kind or ("String" if isinstance(value, str) else "Number")
    return f'<Cell {more}><Data ss:Type="{kind}">{escape(str(value))}</Data></Cell>'


def xml_2003_of(rows):
    """Return rows as an "XML Spreadsheet 2003"."""
    return xml_2003(f"<Row>{''.join(map(xml_cell, cells))}</Row>" for cells in rows)


def page_of(rows):
    """Return rows as a web page, as reporting systems write them."""
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in cells)}</tr>" for cells in rows
    )
    return f"<html><head><meta charset='utf-8'></head><body><table border=1>{body}</table>".encode()


def unicode_text_of(rows):
    """Return rows as Excel's "Unicode Text": UTF-16 with tabs."""
    lines = ("\t".join(map(str, cells)) for cells in rows)
    return "\r\n".join([*lines, ""]).encode("utf-16")


WRITERS = {
    "xls": xls_of,
    "ods": ods_of,
    "xml_2003": xml_2003_of,
    "web_page": page_of,
    "text": unicode_text_of,
}
