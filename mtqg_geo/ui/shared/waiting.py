"""Buttons whose files take a while: pressed, they say at the foot of the window how far it is.

The button is Streamlit's own and gives its file without any of this; where the server takes wishes
(`ui/server/heavy.py`) the press goes there, so that no run of the page waits for it.
"""

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import t
from mtqg_geo.ui.server.scripts import loader

WORDS = ("cancel", "close", "lost", "unreachable")
_waiting = st.components.v2.component(
    "waiting",
    html="<i hidden></i>",
    js=loader(Path(__file__).with_suffix(".js")),
    isolate_styles=False,
)


def draw(name: str, offers: Mapping[str, str], lang: Lang) -> None:
    """Have buttons ask for their files at the desk.

    Parameters
    ----------
    name
        Of the group of buttons.
    offers
        By key of each button what `Desk.offer` gave for it.
    """
    files = {key: token for key, token in offers.items() if token}
    if files:
        words = {each: t(f"files_{each}", lang) for each in WORDS}
        _waiting(key=f"waiting_{name}", data={"files": files, "words": words}, width="content")
