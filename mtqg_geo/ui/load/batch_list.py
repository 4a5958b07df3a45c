"""Every file that was loaded, and the button that takes one back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pandas as pd
import streamlit as st

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.loading.summary import batch_file, batch_who
from mtqg_geo.loading.view import BatchLine, batch_lines
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.period import local_time
from mtqg_geo.programme.words import number, t
from mtqg_geo.store.batches import Batch, batches, undo_batch
from mtqg_geo.store.engine import has_store, open_store

FIGURES = ("new", "changed", "unchanged")
Told = Callable[[Lang], AbstractContextManager[None]]


def draw(data: Dataset, lang: Lang, *, said: Told) -> None:
    """Draw the batches, newest first. `said` turns an error into a sentence on the page."""
    st.header(t("loader_batches", lang), anchor=False)
    known = batches(open_store()) if has_store() else ()
    if not known:
        st.caption(t("loader_batches_none", lang))
        return
    lines = batch_lines(known, data)
    rows = [
        {
            t("loader_batch", lang): line.batch.id,
            t("loader_batch_file", lang): batch_file(line.batch, lang),
            t("loader_who", lang): batch_who(line.batch, lang),
            t("loader_batch_at", lang): local_time(line.batch.at),
            t("loader_batch_figures", lang): " / ".join(
                number(line.counts[name], lang) for name in FIGURES
            ),
            t("loader_batch_rejected", lang): number(line.counts["rejected"], lang),
            t("loader_batch_state", lang): _state(line, lang),
        }
        for line in lines
    ]
    st.dataframe(pd.DataFrame(rows), key="batches", hide_index=True)
    standing = {line.batch.id: line.batch for line in lines if line.can_be_undone}
    if standing:
        _undo(standing, lang, said)


def _state(line: BatchLine, lang: Lang) -> str:
    if line.batch.undone_at:
        at = local_time(line.batch.undone_at)
        return t("loader_batch_undone", lang, who=line.batch.undone_by, at=at)
    return t("loader_batch_hidden" if line.is_hidden else "loader_batch_live", lang)


def _undo(standing: dict[int, Batch], lang: Lang, said: Told) -> None:
    who = st.session_state.get("load_who", "").strip()
    choice, go = st.columns([3, 1], vertical_alignment="bottom")
    chosen = choice.selectbox(
        t("loader_undo_choose", lang),
        list(standing),
        key=f"batch_to_undo_{max(standing)}",  # after each import the newest is offered
        format_func=lambda number_: (
            f"{number_} · {standing[number_].file_name} · {local_time(standing[number_].at)}"
        ),
    )
    go.button(
        t("loader_undo", lang),
        key="batch_undo",
        icon=":material/undo:",
        on_click=_undo_now,
        args=(chosen, who, lang, said),
        disabled=not who,
        width="stretch",
    )
    if not who:
        st.caption(t("loader_who_first", lang))


def _undo_now(batch_id: int, who: str, lang: Lang, said: Told) -> None:
    """Take a batch back (callback)."""
    with said(lang):
        undo_batch(open_store(), batch_id, who=who)
        st.session_state["_load_said"] = ("success", t("loader_undone", lang, id=batch_id))
