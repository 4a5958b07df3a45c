"""What stands behind a button, drawn only while it is open."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st


def draw(
    label: str,
    content: Callable[[], None],
    *,
    key: str,
    icon: str,
    holds: Sequence[str] = (),
) -> None:
    """Draw a button that opens a small window; its content is drawn and sent only while it is open.

    Hardly anyone opens it, and every widget in it would cost each change of a filter half a
    millisecond of the server.

    Parameters
    ----------
    label
        Words on the button.
    content
        Draws what is inside; a choice made inside runs only this again, not the page.
    key
        Name of the button; whether it is open stands in the session under it.
    icon
        Sign before the words.
    holds
        Widgets inside whose choices stay while it is closed (Streamlit forgets them otherwise).
    """
    memory = st.session_state
    for name in holds:
        if name in memory:
            memory[name] = memory[name]
    window = st.popover(label, key=key, icon=icon, width="stretch", on_change="rerun")
    if window.open:
        with window:
            _inside(content)


@st.fragment
def _inside(content: Callable[[], None]) -> None:
    content()
