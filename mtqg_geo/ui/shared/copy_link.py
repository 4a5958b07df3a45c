"""A button that copies the address of the page, which carries all that is chosen."""

from pathlib import Path

import streamlit as st

from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import t

_button = st.components.v2.component(
    "copy_link",
    html="<button type='button' class='copy-link'></button><span aria-live='polite'></span>",
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def draw(lang: Lang) -> None:
    """Draw the button; copying is the browser's affair, no run follows."""
    words = {"label": "copy_link", "done": "copy_link_done", "failed": "copy_link_failed"}
    _button(
        key="copy_link",
        data={name: t(key, lang) for name, key in words.items()},
        width="content",
    )
