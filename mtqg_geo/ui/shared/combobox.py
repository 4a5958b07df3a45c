"""A list to choose from by typing a part of a name: as the heading of a page, or as a search.

Both find a name without its accents, by other words for it (codes, former names), in groups, with
keyboard, mouse or finger. `choose` stands where a `st.selectbox` stood::

    groups = [combobox.Group("Vốn", [combobox.Option("FI01", "Vốn thực hiện", "tỷ đồng", "FI01")])]
    chosen = combobox.choose("indicator", groups, label="Chỉ tiêu", lang=lang, on_change=fit)

What is chosen stands in `st.session_state["indicator"]`, a text: a callback, or anything that comes
before the list is drawn, may set it, and the list follows. `on_change` is called without arguments
when the reader chose, in the run (of the fragment) that `choose` is drawn in.

`find` is empty after each choice, which it hands to a callback; its entries come once from an
address that never changes its content::

    combobox.find("find", label="Tìm", lang=lang, source_url="/lists/…", on_found=go_to)

The options make one message. It is the same in every run, so Streamlit sends it once
(`global.minCachedMessageSize`); what is chosen travels beside it, in an element of 40 bytes.
"""

from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

import streamlit as st

from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import t
from mtqg_geo.ui.server.lists import Group, Option, packed
from mtqg_geo.ui.server.scripts import loader

__all__ = ["Group", "Option", "choose", "find"]

_combobox = st.components.v2.component(
    "combobox", js=loader(Path(__file__).with_suffix(".js")), isolate_styles=False
)


def choose(
    key: str,
    groups: Sequence[Group],
    *,
    label: str,
    lang: Lang,
    on_change: Callable[[], None] | None = None,
) -> str | None:
    """Draw what is chosen as a heading that opens the list; return it.

    The first option is chosen where nothing was; None where there are no options.
    """
    memory = st.session_state
    values = [option.value for group in groups for option in group.options]
    memory.setdefault(key, next(iter(values), None))

    def take(value: str) -> None:
        if value in values:  # the list may have changed since it was opened
            memory[key] = value
            if on_change:
                on_change()

    with st.container(key=key):
        # Beside the options, not among them: they would travel again with each choice.
        st.html(f"<i hidden data-chosen='{escape(memory[key] or '')}'></i>")
        _draw(key, {"look": "heading", "label": label, "groups": packed(groups)}, take, lang)
    chosen: str | None = memory[key]
    return chosen


def find(
    key: str, *, label: str, lang: Lang, source_url: str, on_found: Callable[[str], None]
) -> None:
    """Draw a search field; what is chosen goes to `on_found`, and the field is empty again.

    `source_url` answers with `lists.packed` groups as JSON. The value comes from a browser: it is
    to be checked.
    """
    with st.container(key=key):
        _draw(key, {"look": "search", "label": label, "source": source_url}, on_found, lang)


def _draw(key: str, data: dict[str, object], take: Callable[[str], None], lang: Lang) -> None:
    own = f"{key}_list"

    def chosen() -> None:
        value = st.session_state[own].get("chosen")
        if isinstance(value, str):
            take(value)

    words = {name: t(f"combobox_{name}", lang) for name in ("found", "none", "wait", "failed")}
    _combobox(key=own, data={**data, "key": key, "words": words}, on_chosen_change=chosen)
