"""What loading a file would change, by name: filtered, looked through, taken along."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import PurePath

import pandas as pd
import streamlit as st

from mtqg_geo.exports.files import plain_csv
from mtqg_geo.loading.changes import (
    DIFFERENCE,
    NUMBERS,
    PERCENT,
    ChangeTable,
    exact,
    signed,
    whole_percent,
)
from mtqg_geo.loading.sheets.table import SHEET
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import number, t
from mtqg_geo.store.comparing import NEW, OLD
from mtqg_geo.ui.shared.markup import draw_small, draw_texts

MOST_SHOWN = 200  # largest first; the file has them all
BESIDE = (SHEET, c.DISTRICT)  # in the file alone: the screen is too narrow


@st.fragment
def draw(tables: Sequence[ChangeTable], file_name: str, lang: Lang, *, are_open: bool) -> None:
    """Draw the changes of each kind of table; a filter draws them alone anew."""
    for table in tables:
        kind, count = t(f"loading_kind_{table.kind}", lang), number(table.total, lang)
        words = t("loader_changes", lang, count=count)
        with st.expander(f"{kind} · {words}", expanded=are_open):
            _draw(table, file_name, lang)


def _draw(table: ChangeTable, file_name: str, lang: Lang) -> None:
    kinds, search, take = st.columns([2, 2, 1.3], vertical_alignment="bottom")
    what = kinds.segmented_control(
        t("change_column_what", lang),
        ("", *table.whats),
        default="",
        key=f"load_changes_what_{table.kind}",
        format_func=lambda each: t(f"change_{each or 'all'}", lang),
    )
    text = search.text_input(
        t("loader_changes_find", lang), key=f"load_changes_find_{table.kind}", max_chars=80
    )
    found = table.only(what or "", text)
    take.download_button(
        t("loader_changes_take", lang),
        lambda: plain_csv(found.worded(lang)).encode("utf-8-sig"),
        file_name=f"{PurePath(file_name).stem}_{table.kind}.csv",
        mime="text/csv",
        key=f"load_changes_take_{table.kind}",
        icon=":material/download:",
        on_click="ignore",
        width="stretch",
    )
    rows = _written(found, lang)
    if not rows.empty:
        numbers = (
            {t(f"change_column_{name}", lang) for name in NUMBERS} if found.has_numbers else ()
        )
        with st.container(key=f"load_changes_{table.kind}"):
            draw_texts(list(rows), rows.itertuples(index=False), numbers=numbers)
    elif text or what:
        draw_small(t("loader_changes_none", lang))
    shown, listed = min(MOST_SHOWN, len(found.rows)), len(found.rows)
    if shown < listed:
        draw_small(t("loader_changes_shown", lang, shown=shown, count=number(listed, lang)))
    if len(table.rows) < table.total:
        listed = number(len(table.rows), lang)
        draw_small(t("loader_changes_listed", lang, shown=listed, count=number(table.total, lang)))


def _written(table: ChangeTable, lang: Lang) -> pd.DataFrame:
    """Return the first rows as they are read, below their headings."""
    first = replace(
        table, rows=table.rows.head(MOST_SHOWN).drop(columns=[*BESIDE], errors="ignore")
    )
    rows = first.worded(lang)
    if not table.has_numbers:
        return rows
    write = {OLD: exact, NEW: exact, DIFFERENCE: signed, PERCENT: whole_percent}
    return rows.assign(
        **{
            heading: rows[heading].map(partial(write[name], lang=lang))
            for name in NUMBERS
            if (heading := t(f"change_column_{name}", lang))
        }
    )
