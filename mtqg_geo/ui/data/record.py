"""The log: who did what, when, from where; filtered, looked through, taken along.

It stands on the page of data; where people sign in, on that of people, for administrators.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import streamlit as st

from mtqg_geo.exports.formats import FORMATS
from mtqg_geo.exports.record import KINDS, record_file
from mtqg_geo.loading.record import (
    RecordFilter,
    day_of,
    kind_words,
    record_rows,
    via_of,
    via_words,
    who_words,
)
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.period import date_words
from mtqg_geo.programme.words import number, t
from mtqg_geo.store.engine import has_store, open_store
from mtqg_geo.store.insert_only import LogEntry, log_entries
from mtqg_geo.ui import person
from mtqg_geo.ui.shared import table
from mtqg_geo.ui.shared.markup import draw_notice, draw_small

HEIGHT_PX = 420


@st.fragment
def draw(lang: Lang) -> None:
    """Draw the log with its filters; a filter draws it alone anew."""
    if not person.sees_record():
        return
    st.header(t("record_title", lang), anchor=False)
    entries = log_entries(open_store()) if has_store() else ()
    if not entries:
        draw_notice(t("record_none", lang))
        return
    draw_small(t("record_help", lang))
    found = _chosen(entries, lang).of(entries)
    draw_small(t("record_count", lang, count=number(len(found), lang)))
    if not found:
        draw_notice(t("record_none", lang))
        return
    _draw_lines(found, lang)
    with st.container(horizontal=True):
        for kind in KINDS:
            st.download_button(
                t(f"record_take_{kind}", lang),
                partial(record_file, found, kind, lang),
                f"{t('record_file', lang)}.{kind}",
                FORMATS[kind].media_type,
                key=f"record_take_{kind}",
                icon=":material/download:",
                on_click="ignore",
            )


def _draw_lines(found: Sequence[LogEntry], lang: Lang) -> None:
    key, content = "record", f"{found[0].id} {len(found)}"
    rows = record_rows(found, lang)
    columns = [
        table.Column(name, name, [row[name] for row in rows], on_phone=at < 3)
        for at, name in enumerate(rows[0])
    ]
    # By moment, not by how it is written.
    moments = {at: value for at, value in enumerate(columns[0].values) if isinstance(value, str)}
    columns[0] = replace(columns[0], values=[each.at for each in found], instead=moments)
    parts = table.pack(
        columns,
        label=t("record_title", lang),
        lang=lang,
        is_whole=table.is_whole(key, content),
    )
    table.draw(parts, key=key, height_px=HEIGHT_PX, content=content)


def _chosen(entries: Sequence[LogEntry], lang: Lang) -> RecordFilter:
    who, kind, day, where = st.columns(4)
    with who:
        name = _choose("who", [each.who for each in entries], who_words, lang)
    with kind:
        what = _choose("what", [each.action for each in entries], kind_words, lang)
    with day:
        when = _choose("day", [*map(day_of, entries)], date_words, lang)
    with where:
        via = _choose("via", [*map(via_of, entries)], via_words, lang)
    return RecordFilter(name, what, when, via)


def _choose(what: str, values: Sequence[str], words: Callable[[str, Lang], str], lang: Lang) -> str:
    """Draw a list of the values there are, each once, as they come; none of them chosen is all."""
    found = st.selectbox(
        t(f"record_{what}", lang),
        [each for each in dict.fromkeys(values) if each],
        index=None,
        key=f"record_{what}",
        format_func=lambda each: words(each, lang),
        placeholder=t("record_all", lang),
    )
    return found or ""
