"""Choosing a file: which files are taken, and how large they may be, is said by us."""

from collections.abc import Sequence
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import t
from mtqg_geo.ui.shared.markup import draw_small


def draw(
    label: str,
    kinds: Sequence[str],
    *,
    key: str,
    lang: Lang,
    help_text: str = "",
    is_titled: bool = False,
) -> UploadedFile | None:
    """Draw the picker, and below it which files are taken; return the file chosen.

    Parameters
    ----------
    label
        What is chosen.
    kinds
        How the names of files end that are taken, to be said.
    help_text
        Says more about the kinds than their names, where that is needed.
    is_titled
        Whether the label stands above already, as a heading.
    """
    # Any file may be chosen: of one that is not taken the check says what to send instead, which
    # the picker could not.
    uploaded = st.file_uploader(
        label, key=key, label_visibility="collapsed" if is_titled else "visible"
    )
    named = help_text or t("file_kinds", lang, kinds=", ".join(kinds))
    limit = t("file_limit", lang, megabytes=st.get_option("server.maxUploadSize"))
    draw_small(f"{named} {limit}")
    return uploaded


def let_go(file_id: str | None) -> None:
    """Free a file that is no longer chosen: Streamlit would hold it until its session ends."""
    context = get_script_run_ctx()
    if context is not None and file_id is not None:
        files: Any = context.uploaded_file_mgr
        files.remove_file(context.session_id, file_id)
