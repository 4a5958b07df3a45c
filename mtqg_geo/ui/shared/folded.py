"""A window that is drawn and sent only while it is open."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st


def draw_folded(window: Any, content: Callable[[], None], *, holds: Sequence[str] = ()) -> None:
    """Draw what a window holds, if it is open.

    Hardly anyone opens it, and every widget in it would cost each change of a filter half a
    millisecond of the server.

    Parameters
    ----------
    window
        A popover or an expander with `on_change="rerun"`.
    content
        Draws what is inside.
    holds
        Widgets inside whose choices stay while it is closed (Streamlit forgets them otherwise).
    """
    memory = st.session_state
    for name in holds:
        if name in memory:
            memory[name] = memory[name]
    if window.open:
        with window:
            content()
