"""Print and hand over: a report is made when it is asked for, with its progress shown."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import streamlit as st

from geo.errors import GeoError
from mtqg_geo.programme.errors import MtqgError
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import error_text, number, t
from mtqg_geo.report.setup import KINDS, MEDIA_TYPES, ON_PAPER, ORIENTATIONS, PAPERS_MM, Setup
from mtqg_geo.ui.shared import folded
from mtqg_geo.ui.shared.words import plain
from mtqg_geo.ui.state import PageState

_MADE = "_report_made"
_CHOICES = (
    "report_kind",
    "report_paper",
    "report_orientation",
    *(f"report_format_{kind}" for kind in ON_PAPER),
)


@dataclass(frozen=True)
class _Wish:
    """What is asked for: two equal wishes give the same file."""

    kind: str
    suffix: str
    setup: Setup
    selection: object
    fingerprint: str


@dataclass(frozen=True)
class _Made:
    """The file last made in this session."""

    wish: _Wish
    name: str
    content: bytes


def draw(state: PageState) -> None:
    """Draw the button that opens the choices; nothing is made before it is asked for."""
    folded.draw(
        t("report_open", state.lang),
        partial(_choices, state),
        key="report_open",
        icon=":material/print:",
        holds=_CHOICES,
    )


def _choices(state: PageState) -> None:
    lang = state.lang
    kind = st.selectbox(
        t("report_kind", lang),
        tuple(KINDS),
        format_func=lambda each: _kind_name(each, lang),
        key="report_kind",
        help=t("report_help", lang),
    )
    wish = _Wish(kind, *_format(kind, state), state.selection, state.data.fingerprint)
    if st.button(t("report_make", lang), key="report_make", type="primary", width="stretch"):
        _make(state, wish)
    made: _Made | None = st.session_state.get(_MADE)
    if made is not None and made.wish == wish:
        _offer(made, lang)


def _kind_name(kind: str, lang: Lang) -> str:
    return t("report_word_name_of_kind" if kind == "word" else f"report_{kind}_name", lang)


def _format(kind: str, state: PageState) -> tuple[str, Setup]:
    """Ask for format, paper and orientation where there is a choice."""
    lang, suffix = state.lang, KINDS[kind][0]
    if kind not in ON_PAPER:
        return suffix, Setup(lang=lang, classing=state.classing)
    left, middle, right = st.columns(3, gap="small")
    suffix = left.selectbox(
        t("report_format", lang), KINDS[kind], format_func=str.upper, key=f"report_format_{kind}"
    )
    paper = middle.selectbox(t("report_paper", lang), tuple(PAPERS_MM), key="report_paper")
    orientation = right.selectbox(
        t("report_orientation", lang),
        ORIENTATIONS,
        format_func=lambda each: t(f"report_{each}", lang),
        key="report_orientation",
    )
    return suffix, Setup(paper, orientation, lang, state.classing)


def _make(state: PageState, wish: _Wish) -> None:
    """Make the file, its progress shown; say why when it cannot be made."""
    from mtqg_geo.report.outputs import file_name, report_bytes  # it takes a second to import

    words = t("report_making", state.lang)
    bar = st.progress(0.0, text=words)
    try:
        content = report_bytes(
            state.data,
            state.selection,
            wish.setup,
            wish.kind,
            wish.suffix,
            progress=lambda share: bar.progress(share, text=words),
        )
    except (MtqgError, GeoError) as error:
        st.error(plain(error_text(error, state.lang)))
        return
    finally:
        bar.empty()
    name = file_name(state.data, state.selection, wish.kind, wish.suffix)
    st.session_state[_MADE] = _Made(wish, name, content)


def _offer(made: _Made, lang: Lang) -> None:
    size = number(max(len(made.content) / 1024, 1), lang)
    suffix = made.wish.suffix
    st.download_button(
        t("report_download", lang, name=suffix.upper(), size=size),
        data=made.content,
        file_name=made.name,
        mime=MEDIA_TYPES[suffix],
        key="download_report",
        on_click="ignore",
        icon=":material/download:",
        width="stretch",
    )
