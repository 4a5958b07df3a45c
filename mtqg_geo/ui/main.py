"""The frame around every page: language, navigation, filters, and one state for all of them."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from urllib.parse import quote

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mtqg_geo.programme.words import t
from mtqg_geo.ui import in_step, person, state
from mtqg_geo.ui.data import boundary_upload
from mtqg_geo.ui.data import page as data_page
from mtqg_geo.ui.load import page as load_page
from mtqg_geo.ui.map import page as map_page
from mtqg_geo.ui.newest import newest_dataset
from mtqg_geo.ui.people import page as people_page
from mtqg_geo.ui.progress import page as progress_page
from mtqg_geo.ui.shared import filters, first_steps, header, notices
from mtqg_geo.ui.works import page as works_page

# Ours, in its words: Streamlit would ask another host for the picture of a named icon, and read a
# file of that name with every click.
ICON = f"data:image/svg+xml,{quote(Path(__file__).with_name('icon.svg').read_text('utf-8'))}"
Settle = Callable[[state.PageState], None]


def _whole(draw: Callable[[state.PageState], None]) -> Callable[[state.PageState, Settle], None]:
    """Return what draws a page of which no part runs by itself."""

    def drawn(current: state.PageState, settle: Settle) -> None:
        notices.draw(current)
        draw(current)
        settle(current)

    return drawn


DEFAULT = "map"
# By the last part of its address: what draws a page, and its sign.
PAGES = {
    DEFAULT: (map_page.draw, "map"),
    "progress": (_whole(progress_page.draw), "checklist"),
    "works": (_whole(works_page.draw), "construction"),
    "load": (_whole(load_page.draw), "upload_file"),
    "data": (_whole(data_page.draw), "database"),
}
OF_PEOPLE = {"people": (_whole(people_page.draw), "group")}
# What a page keeps of a file that was chosen there, for as long as a reader stays.
FORGET = {"load": load_page.forget, "data": boundary_upload.forget}


def main() -> None:
    """Draw the page the reader is on: what it is about first, then what surrounds it."""
    lang = state.language()
    st.set_page_config(
        page_title=t("app_name", lang),
        page_icon=ICON,
        layout="wide",
        initial_sidebar_state=300,
    )
    if not person.is_let_in(lang):
        return
    found: list[Callable[[Callable[[state.PageState, Settle], None]], None]] = []
    pages = [
        st.Page(
            lambda draw=draw: found[0](draw),
            title=t(f"page_{name}", lang),
            icon=f":material/{sign}:",
            url_path=name,
            default=name == DEFAULT,
        )
        for name, (draw, sign) in (PAGES | (OF_PEOPLE if person.has_names() else {})).items()
    ]
    page = st.navigation(pages, position="hidden")
    for name, forget in FORGET.items():
        if name != page.url_path:
            forget()
    data = state.follow_url(newest_dataset())
    current = state.read_state(data)
    links = header.draw(current)
    found.append(lambda draw: draw(current, partial(_settle, links, pages)))
    page.run()
    filters.draw(data, page.url_path or DEFAULT)
    in_step.tell()
    if not page.url_path:  # the map's
        first_steps.draw(lang)


def _settle(links: DeltaGenerator, pages: Sequence[st.Page], current: state.PageState) -> None:
    """Have links and address say what is shown, each time that it has changed."""
    header.draw_links(links, current, pages)
    state.write_url(current)


main()
