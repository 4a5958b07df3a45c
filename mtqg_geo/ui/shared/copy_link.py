"""A button that copies the address of the page, which carries all that is chosen, or a text."""

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


def draw(lang: Lang, *, text: str = "", label: str = "copy_link", key: str = "copy_link") -> None:
    """Draw the button; copying is the browser's affair, no run follows.

    Parameters
    ----------
    text
        What is copied; "" for the address of the page as it then is.
    """
    words = {"label": label, "done": "copy_link_done", "failed": "copy_link_failed"}
    _button(
        key=key,
        data={"text": text, **{name: t(each, lang) for name, each in words.items()}},
        width="content",
    )
