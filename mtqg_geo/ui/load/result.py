"""What the check of a file found: how it was understood, what will change, what is wrong."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from mtqg_geo.loading.sheets.layout import heading, indicator_heading
from mtqg_geo.loading.sheets.table import RowError, TableKind
from mtqg_geo.loading.upload import Upload
from mtqg_geo.loading.workbooks.marked import marked_workbook
from mtqg_geo.programme.catalog import Catalog
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import number, t, wordings
from mtqg_geo.ui.shared.markup import plain

SHOWN = 200
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def draw(upload: Upload, catalog: Catalog, lang: Lang) -> None:
    """Draw counts, columns, changes, errors and warnings of a check."""
    st.header(plain(t("loader_result", lang, file=upload.file_name)), anchor=False)
    _counts(upload, lang)
    _errors(upload, lang)
    _changes(upload, lang)
    _rows(upload.warnings, "loader_warnings", "load_warnings", lang)
    _understood(upload, catalog, lang)


def _counts(upload: Upload, lang: Lang) -> None:
    found = upload.comparison.values()
    good = sum(len(rows) for rows in upload.good.values())
    counts = {
        "loader_read_rows": sum(table.rows_read for table in upload.tables),
        "loader_new": sum(each.new for each in found) if found else good,
        "loader_changed": sum(each.changed for each in found),
        "loader_unchanged": sum(each.unchanged for each in found) + upload.known,
        "loader_rejected": sum(upload.rejected.values()),
    }
    for column, (key, count) in zip(st.columns(len(counts)), counts.items(), strict=True):
        column.metric(t(key, lang), number(count, lang))


def _errors(upload: Upload, lang: Lang) -> None:
    if not upload.errors:
        return
    _rows(upload.errors, "loader_errors", "load_errors", lang)
    st.download_button(
        t("loader_marked", lang),
        lambda: marked_workbook(upload.content, upload.file_name, upload.errors, lang=lang),
        file_name=f"{upload.file_name.rsplit('.', 1)[0]}_loi.xlsx",
        mime=EXCEL,
        key="load_marked",
        icon=":material/format_color_fill:",
        on_click="ignore",
    )


def _rows(errors: tuple[RowError, ...], title: str, key: str, lang: Lang) -> None:
    """Draw errors or warnings as a table, in the order of the file."""
    if not errors:
        return
    count = number(len(errors), lang)
    st.subheader(t(title, lang, count=count), anchor=False)
    table = pd.DataFrame(
        [
            {
                t("loader_sheet", lang): each.sheet,
                t("loader_row", lang): each.row,
                t("loader_column", lang): f"{each.letter} · {each.column}",
                t("loader_value", lang): each.value,
                t("loader_reason", lang): each.text(lang),
            }
            for each in errors[:SHOWN]
        ]
    )
    reason = st.column_config.Column(width=620)
    st.dataframe(table, key=key, hide_index=True, column_config={t("loader_reason", lang): reason})
    if len(errors) > SHOWN:
        st.caption(t("loader_shown", lang, shown=number(SHOWN, lang), count=count))


def _changes(upload: Upload, lang: Lang) -> None:
    """Draw the values that are there and will be others."""
    for kind, found in upload.comparison.items():
        if found.changes.empty:
            continue
        title = f"{t(f'loading_kind_{kind}', lang)} · " + t(
            "loader_changes", lang, count=number(found.changed, lang)
        )
        with st.expander(title, expanded=not upload.errors):
            names = {"old": t("loader_old", lang), "new": t("loader_will_be", lang)}
            shown = found.changes.drop(columns=["old_batch_id"]).rename(columns=names)
            st.dataframe(shown.astype(str), key=f"load_changes_{kind}", hide_index=True)


def _understood(upload: Upload, catalog: Catalog, lang: Lang) -> None:
    """Draw which column was taken for what, so that a mistake is seen before anything is loaded."""
    with st.expander(t("loader_understood", lang)):
        rows = [
            {
                t("loader_sheet", lang): table.headings.sheet,
                t("loader_column", lang): column.letter,
                t("loader_heading", lang): column.heading,
                t("loader_field", lang): _field(table.kind, column.field, catalog, lang),
            }
            for table in upload.tables
            for column in table.headings.columns
        ] + [
            {
                t("loader_sheet", lang): table.headings.sheet,
                t("loader_column", lang): "",
                t("loader_heading", lang): heading,
                t("loader_field", lang): t("loader_ignored", lang),
            }
            for table in upload.tables
            for heading in table.headings.ignored
        ]
        st.dataframe(pd.DataFrame(rows), key="load_understood", hide_index=True)
        if upload.sheets_ignored:
            names = ", ".join(upload.sheets_ignored)
            st.caption(plain(t("loader_sheets_ignored", lang, names=names)))


def _field(kind: TableKind, field: str, catalog: Catalog, lang: Lang) -> str:
    """Name what a column was taken for as the templates head it."""
    name, *details = field.split(":")
    for detail in details:
        if detail in catalog.indicators:
            return indicator_heading(catalog.indicators[detail], lang)
    known = {f"template_heading_{kind}_{name}", f"template_heading_{name}"} & wordings().keys()
    return heading(kind, name, lang) if known else name
