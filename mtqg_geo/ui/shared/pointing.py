"""Menus that open where a mouse rests on them: one click less for each file that is taken away."""

from pathlib import Path

import streamlit as st

_pointing = st.components.v2.component(
    "pointing",
    html="<i hidden></i>",
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def open_menus() -> None:
    """Have the menus of the row that this is drawn in open by pointing."""
    _pointing(key="pointing", width="content")
