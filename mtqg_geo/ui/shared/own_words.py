"""Our words in place of Streamlit's: its file picker and text fields know English only.

The words are handed to `style.css` as variables; it hides what Streamlit says and shows them.
"""

from __future__ import annotations

import json

import streamlit as st

from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import t

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
