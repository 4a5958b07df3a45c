import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqg_geo.figures.words import quarter_words
from mtqg_geo.ui.shared.markup import plain

JOINER = "\u2060"
# What Streamlit's Markdown turns into a link, an emoji or another sign in a text as it is shown.
BY_ITSELF = re.compile(r"https?://|www\.|[-.\w+]@|:[\w+-]+:|<?-+>|<-|--|[<>~]=", re.IGNORECASE)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Xã An Lạc, 2023-04; 1.234,5 (2 mã)", "Xã An Lạc, 2023-04; 1.234,5 (2 mã)"),
        ("![q](http://evil.example/u.png)", r"\!\[q\](http:|//evil.example/u.png)"),
        ("www.evil.example, me@evil.example", "www|.evil.example, me|@evil.example"),
        ("<img src=x>", r"\<img src=x\>"),
        ("&lt;b&gt;", r"\&lt;b\&gt;"),
        ("**đậm**\n# đề mục", r"\*\*đậm\*\* \# đề mục"),
        ("- 1. a--b :smile:", r"\- 1\. a-|-b \:|smile:"),
    ],
)
def test_markdown_shows_the_text_letter_by_letter(text, shown):
    assert plain(text) == shown.replace("|", JOINER)


@given(st.text(st.sampled_from(r"htpsw:/.@-<>=~ae1)(&;\`*_[]#$|! ")))
def test_nothing_becomes_a_link_or_another_sign_and_no_letter_is_lost(text):
    read = re.sub(r"\\(?=[!-/:-@\[-`{-~])(.)", r"\1", plain(text))  # as Markdown reads it
    assert not BY_ITSELF.search(read)
    assert read.replace(JOINER, "") == " ".join(text.split())


@pytest.mark.parametrize(
    ("period", "vi", "en"),
    [("2024-Q2", "quý\u00a0II/2024", "Q2 2024"), ("2021-Q4", "quý\u00a0IV/2021", "Q4 2021")],
)
def test_a_quarter_reads_as_on_paper(period, vi, en):
    assert (quarter_words(period, "vi"), quarter_words(period, "en")) == (vi, en)
