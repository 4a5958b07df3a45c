"""The frame around every page: language, navigation, filters, and one state for all of them."""

from pathlib import Path

import streamlit as st

from mtqg_geo.dataset.dataset import current_dataset
from mtqg_geo.programme.words import t
from mtqg_geo.ui import state, warm
from mtqg_geo.ui.data import page as data_page
from mtqg_geo.ui.load import page as load_page
from mtqg_geo.ui.map import page as map_page
from mtqg_geo.ui.progress import page as progress_page
from mtqg_geo.ui.shared import file_picker, filters, header
from mtqg_geo.ui.works import page as works_page

HERE = Path(__file__).parent
STYLES = "<style>{}</style>".format(
    "".join(each.read_text(encoding="utf-8") for each in sorted(HERE.glob("styles/*.css")))
)
# By the last part of its address: what draws a page, and its sign.
PAGES = {
    "map": (map_page.draw, "map"),
    "progress": (progress_page.draw, "checklist"),
    "works": (works_page.draw, "construction"),
    "load": (load_page.draw, "upload_file"),
    "data": (data_page.draw, "database"),
}


def main() -> None:
    """Draw the page the reader is on."""
    chosen: list[state.PageState] = []
    lang = state.language()
    # A file of ours: Streamlit would ask another host for the picture of a named icon.
    st.set_page_config(
        page_title=t("app_name", lang),
        page_icon=str(HERE / "icon.svg"),
        layout="wide",
        initial_sidebar_state=300,
    )
    st.html(STYLES)
    file_picker.hand_over(lang)
    pages = [
        st.Page(
            lambda draw=draw: draw(chosen[0]),
            title=t(f"page_{name}", lang),
            icon=f":material/{sign}:",
            url_path=name,
            default=name == "map",
        )
        for name, (draw, sign) in PAGES.items()
    ]
    page = st.navigation(pages, position="hidden")
    data = state.follow_url(current_dataset())
    filters.draw(data)
    current = state.read_state(data)
    state.write_url(current)
    chosen.append(current)
    header.draw(current, pages)
    with st.container(key="origin"):
        header.notices(current)
    page.run()
    warm.settle(data.as_loaded)


main()
