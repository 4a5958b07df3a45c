"""Words explained where they stand: which are found, each once, nothing of the text lost."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqg_geo.ui.shared.glossary import marked, terms


def explained(html):
    return re.findall(r"<abbr [^>]*>([^<]*)</abbr>", html)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Xã khu vực III (ĐBKK) và khu vực I", ["khu vực III", "ĐBKK", "khu vực I"]),
        ("Ngoài vùng DTTS&MN", ["DTTS&amp;MN"]),
        ("Giảm nghèo xã DTTS, hộ DTTS", ["DTTS"]),
        ("ĐBKK2, khu vực IV", []),
        ("Tỷ lệ giải ngân lũy kế", ["giải ngân", "lũy kế"]),
    ],
)
def test_the_longest_word_is_explained_once(text, words):
    assert explained(marked(text, "vi")) == words


def test_projects_are_explained_by_the_catalogue(data):
    html = marked("DA4.TDA1 · DA4", "vi", data.catalog.projects)
    assert explained(html) == ["DA4.TDA1", "DA4"]
    assert "title='DA4: Đầu tư cơ sở hạ tầng thiết yếu" in html


@given(st.text(alphabet=st.sampled_from("<>&'\" ĐBKTSkhuvựcI"), max_size=30))
def test_a_reader_reads_the_same_text(text):
    assert unescape(re.sub(r"</?abbr[^>]*>", "", marked(text, "vi"))) == text


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_word_is_explained_briefly_and_once(lang):
    table = terms(lang)
    assert len({each.term.lower() for each in table}) == len(table) > 10
    assert all(0 < len(each.meaning) < 200 for each in table)
