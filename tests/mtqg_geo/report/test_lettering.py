import unicodedata
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqg_geo.report.paper.lettering import ABSENT, printable, shortened, width_mm, wrapped

VOWELS = "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY"
TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
LETTERS = "đĐ" + "".join(
    unicodedata.normalize("NFC", letter + tone) for letter, tone in product(VOWELS, TONES)
)


@pytest.mark.parametrize("weight", ["regular", "medium", "bold", "italic"])
def test_every_vietnamese_letter_is_in_the_font(weight):
    assert len(set(LETTERS)) == 2 + 2 * 12 * 6
    assert all(width_mm(letter, 10, weight) > 0 for letter in LETTERS)
    assert printable(LETTERS) == LETTERS


def test_decomposed_letters_are_joined():
    assert printable(unicodedata.normalize("NFD", "Thị trấn Bố Hạ")) == "Thị trấn Bố Hạ"


def test_a_letter_the_font_lacks_is_marked_and_controls_become_spaces():
    assert printable("Chợ 市\t\n\x00mới") == f"Chợ {ABSENT}   mới"


def test_a_text_is_broken_between_words():
    lines = wrapped("Số hộ được hỗ trợ nước sinh hoạt phân tán", 30, 9)
    assert " ".join(lines) == "Số hộ được hỗ trợ nước sinh hoạt phân tán"
    assert len(lines) == 2


def test_what_does_not_fit_ends_in_an_ellipsis():
    assert wrapped("một hai ba bốn năm sáu", 12, 9, most_lines=1)[0].endswith("…")
    assert shortened("một hai ba bốn năm sáu", 12, 9).endswith("…")
    assert shortened("một", 12, 9) == "một"


@given(st.text(max_size=60), st.floats(min_value=8, max_value=80))
def test_no_line_is_wider_than_its_room(text, room_mm):
    for line in wrapped(text, room_mm, 7):
        assert width_mm(line, 7) <= room_mm + 1e-9


@given(st.text(max_size=60))
def test_wrapping_loses_no_letter(text):
    assert "".join(wrapped(text, 20, 7)).replace(" ", "") == printable(text).replace(" ", "")
