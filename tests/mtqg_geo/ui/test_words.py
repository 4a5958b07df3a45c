import pytest

from mtqg_geo.figures.words import quarter_words
from mtqg_geo.ui.shared.markup import plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Xã An Lạc, 2023-04; 1.234,5 (2 mã)", "Xã An Lạc, 2023-04; 1.234,5 (2 mã)"),
        ("![q](http://evil.example/u.png)", r"\!\[q\](http:\//evil.example/u.png)"),
        ("<img src=x>", r"\<img src=x\>"),
        ("**đậm**\n# đề mục", r"\*\*đậm\*\* \# đề mục"),
    ],
)
def test_markdown_shows_the_text_letter_by_letter(text, shown):
    assert plain(text) == shown


@pytest.mark.parametrize(
    ("period", "vi", "en"),
    [("2024-Q2", "quý\u00a0II/2024", "Q2 2024"), ("2021-Q4", "quý\u00a0IV/2021", "Q4 2021")],
)
def test_a_quarter_reads_as_on_paper(period, vi, en):
    assert (quarter_words(period, "vi"), quarter_words(period, "en")) == (vi, en)
