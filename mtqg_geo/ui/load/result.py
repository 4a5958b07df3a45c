"""What the check of a file found: how it was understood, what will change, what is wrong."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from mtqg_geo.loading.sheets.table import RowError
from mtqg_geo.loading.upload import Upload
from mtqg_geo.loading.view import UploadView
from mtqg_geo.loading.workbooks.marked import marked_workbook
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import number, t
from mtqg_geo.ui.shared.markup import plain

SHOWN = 200
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def draw(upload: Upload, view: UploadView, lang: Lang) -> None:
    """Draw counts, columns, changes, errors and warnings of a check."""
    st.header(plain(t("loader_result", lang, file=upload.file_name)), anchor=False)
    keys = {"read": "loader_read_rows"}
    for column, (name, count) in zip(
        st.columns(len(view.counts)), view.counts.items(), strict=True
    ):
        column.metric(t(keys.get(name, f"loader_{name}"), lang), number(count, lang))
    _errors(upload, lang)
    _changes(view, lang, are_open=not upload.errors)
    _rows(upload.warnings, "loader_warnings", "load_warnings", lang)
    _understood(upload, view, lang)


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


def _changes(view: UploadView, lang: Lang, *, are_open: bool) -> None:
    """Draw the values that are there and will be others."""
    for kind, (count, table) in view.changes.items():
        words = t("loader_changes", lang, count=number(count, lang))
        with st.expander(f"{t(f'loading_kind_{kind}', lang)} · {words}", expanded=are_open):
            names = {"old": t("loader_old", lang), "new": t("loader_will_be", lang)}
            shown = table.rename(columns=names).astype(str)
            st.dataframe(shown, key=f"load_changes_{kind}", hide_index=True)


def _understood(upload: Upload, view: UploadView, lang: Lang) -> None:
    """Draw which column was taken for what, so that a mistake is seen before anything is loaded."""
    with st.expander(t("loader_understood", lang)):
        rows = [
            {
                t("loader_sheet", lang): column.sheet,
                t("loader_column", lang): column.letter,
                t("loader_heading", lang): column.heading,
                t("loader_field", lang): column.field or t("loader_ignored", lang),
            }
            for column in view.columns
        ]
        st.dataframe(pd.DataFrame(rows), key="load_understood", hide_index=True)
        if upload.sheets_ignored:
            names = ", ".join(upload.sheets_ignored)
            st.caption(plain(t("loader_sheets_ignored", lang, names=names)))
