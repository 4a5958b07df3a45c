"""What a page says when drawing it failed; what it was stands in the server's log."""

import streamlit as st

from geo.errors import GeoError
from mtqg_geo.programme.errors import MtqgError
from mtqg_geo.programme.words import error_text, t
from mtqg_geo.ui.shared.markup import plain
from mtqg_geo.ui.state import language


def say(error: Exception) -> bool:
    """Draw one sentence in the place of Streamlit's box in English (handler of `st.App`).

    Errors of ours, such as a store that cannot be opened, say what is wrong and what to do.
    """
    lang = language()
    is_ours = isinstance(error, MtqgError | GeoError)
    st.error(plain(error_text(error, lang) if is_ours else t("failed", lang)))
    return True
