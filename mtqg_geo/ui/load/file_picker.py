"""Choosing a file, and which files are taken: Streamlit says that in English only."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import t


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
        How the names of files may end, without the dot.
    help_text
        Says more about the kinds than their names, where that is needed.
    is_titled
        Whether the label stands above already, as a heading.
    """
    uploaded = st.file_uploader(
        label, kinds, key=key, label_visibility="collapsed" if is_titled else "visible"
    )
    named = help_text or t("file_kinds", lang, kinds=", ".join(f".{kind}" for kind in kinds))
    limit = t("file_limit", lang, megabytes=st.get_option("server.maxUploadSize"))
    st.html(f"<p class='small'>{escape(f'{named} {limit}')}</p>")
    return uploaded
