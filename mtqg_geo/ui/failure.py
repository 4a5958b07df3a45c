"""What a page says when drawing it failed; what it was stands in the server's log."""

import streamlit as st

from mtqg_geo.programme.words import t
from mtqg_geo.ui.server.own_pages import failure_title, failure_words
from mtqg_geo.ui.shared.markup import plain
from mtqg_geo.ui.state import language


def say(error: Exception) -> bool:
    """Draw what happened in the place of Streamlit's box in English (handler of `st.App`)."""
    lang = language()
    st.header(failure_title(error, lang), anchor=False)
    st.error(plain(failure_words(error, lang)))
    st.caption(t("failed_again", lang))
    return True
