"""What a reader must not miss, on one line that folds: it never pushes the map down."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from mtqg_geo.figures.words import counted_words, illustrative_words
from mtqg_geo.loading.checklist import checklist_words
from mtqg_geo.programme.words import number, t
from mtqg_geo.ui.newest import is_behind
from mtqg_geo.ui.state import PageState


def draw(state: PageState, extra: Sequence[str] = ()) -> None:
    """Draw what a link asked for in vain, then what on the page is not what it seems.

    Parameters
    ----------
    extra
        What the page itself has to say, such as why its map is empty; it stands first.
    """
    if state.problems:
        hint = t("url_problems_hint", state.lang)
        st.html(folded(state.problems, beneath=[hint], kind="problem", role="alert"))
    made_up = illustrative_words(state.data, state.selection.year, state.lang)
    is_rough = state.data.boundary_set.accuracy == "approximate"
    rough = t("approximate_notice", state.lang) if is_rough else ""
    loaded = checklist_words(state.data.as_loaded, state.lang)
    behind = t("newer_coming", state.lang) if is_behind(state.data) else ""
    said = [*extra, behind, made_up, loaded, rough, counted_words(state.selection, state.lang)]
    said = [words for words in dict.fromkeys(said) if words]
    if said:
        # Whatever comes first, that figures are made up is never folded away.
        tag = t("notices_made_up", state.lang) if made_up and said[0] != made_up else ""
        st.html(folded(said, tag=tag))
    if not (said or state.problems):
        st.empty()  # a part that runs by itself cannot write later where it has written nothing


def folded(
    texts: Sequence[str],
    *,
    beneath: Sequence[str] = (),
    tag: str = "",
    kind: str = "",
    role: str = "note",
) -> str:
    """Return one line that says the first text and how many there are more; opened, all of them.

    Parameters
    ----------
    texts
        What is said, the most important first.
    beneath
        What is read only by who opens it; not counted.
    tag
        Two or three words before the first text.

    >>> print(folded(["Bản đồ trống.", "Ranh giới gần đúng."], tag="Minh họa"))
    <div class='notice folded' role='note'><details><summary><b>Minh họa</b>\
<span>Bản đồ trống.</span><i>(+1)</i></summary><p>Ranh giới gần đúng.</p></details></div>
    """
    first, *others = texts
    tag = f"<b>{escape(tag)}</b>" if tag else ""
    more = f"<i>(+{number(len(others), 'vi')})</i>" if others else ""
    rest = "".join(f"<p>{escape(text)}</p>" for text in (*others, *beneath))
    return (
        f"<div class='{' '.join(filter(None, ('notice folded', kind)))}' role='{role}'><details>"
        f"<summary>{tag}<span>{escape(first)}</span>{more}</summary>{rest}</details></div>"
    )
