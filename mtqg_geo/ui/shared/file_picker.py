"""Choosing a file, in our words: Streamlit's picker and text fields know English only.

The words are handed to `styles/file_picker.css` as variables, which shows them for Streamlit's.
"""

import json
from collections.abc import Sequence

import streamlit as st
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


WORDS = {
    "--choose-file": "file_choose",
    "--file-refused": "file_refused",
    "--press-enter": "press_enter",
}


def hand_over(lang: Lang) -> None:
    """Give the words of a language to the stylesheet; nothing of this is seen by itself."""
    words = "; ".join(f"{name}: {_quoted(t(key, lang))}" for name, key in WORDS.items())
    st.html(f"<style>:root {{ {words} }}</style>")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # CSS quotes a text as JSON does
