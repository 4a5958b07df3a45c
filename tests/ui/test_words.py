import pytest

from mtqg_geo.ui.components.words import plain


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
