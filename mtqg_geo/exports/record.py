"""The log as a file to keep or to send: CSV or a workbook."""

from collections.abc import Sequence

import pandas as pd
from openpyxl import Workbook

from mtqg_geo.exports.files import plain_csv
from mtqg_geo.exports.workbook import SheetColumn, write_sheet
from mtqg_geo.loading.record import COLUMNS, record_rows
from mtqg_geo.loading.workbooks.spreadsheet import add_styles, saved
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import number, t
from mtqg_geo.store.insert_only import LogEntry

KINDS = ("csv", "xlsx")


def record_file(entries: Sequence[LogEntry], kind: str, lang: Lang) -> bytes:
    """Return lines of the log as a file of one of `KINDS`; formulas in names do not run."""
    heads = [t(f"record_{name}", lang) for name in COLUMNS]
    table = pd.DataFrame(record_rows(entries, lang), columns=heads, dtype=object)
    if kind == "csv":
        return plain_csv(table).encode("utf-8-sig")
    book = Workbook(write_only=True)
    add_styles(book)
    title = t("record_title", lang)
    above = (title, t("record_count", lang, count=number(len(table), lang)), "")
    columns = [SheetColumn(head, table[head].to_list()) for head in heads]
    write_sheet(book.create_sheet(title), above, columns)
    return saved(book)
