from __future__ import annotations

import shutil
import subprocess
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqg_geo.boundaries.encodings import ENCODINGS, best_encoding, decode
from tests.mtqg_geo.boundaries.old_encodings import encode

LETTERS = "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY"
TONES = ["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]
VIETNAMESE = [unicodedata.normalize("NFC", letter + tone) for letter in LETTERS for tone in TONES]
VIETNAMESE += ["đ", "Đ"]
NAMES = ["Xã An Lạc", "Phường Thọ Xương", "Xã Đồng Kỳ", "Thị trấn Chũ", "Xã Hữu Sản", "Xã Vĩnh An"]


def test_every_vietnamese_letter_comes_back() -> None:
    lost = [
        (letter, encoding)
        for encoding in ENCODINGS
        for letter in VIETNAMESE
        if decode(encode(letter, encoding), encoding) != letter
    ]
    assert lost == []


@given(text=st.lists(st.sampled_from([*VIETNAMESE, " ", "b", "n", "T"]), max_size=12).map("".join))
def test_every_text_comes_back(text: str) -> None:
    assert {decode(encode(text, encoding), encoding) for encoding in ENCODINGS} == {text}


def test_a_commune_is_written_as_old_files_have_it() -> None:
    written = {
        "tcvn3": "X· An L¹c",
        "vni": "Xaõ An Laïc",
        "viscii": "Xã An LÕc",
        "utf-8": "XÃ£ An Láº¡c",
        "cp1258": "XaÞ An Laòc",
    }
    read = {encoding: decode(text, encoding) for encoding, text in written.items()}
    assert read == dict.fromkeys(written, "Xã An Lạc")


@pytest.mark.skipif(shutil.which("iconv") is None, reason="iconv is not installed")
def test_the_tables_agree_with_iconv() -> None:
    for encoding, name in (("tcvn3", "TCVN"), ("viscii", "VISCII")):
        # A letter a line: iconv would join a mark to the letter before it.
        raw = "\n".join(encode(letter, encoding) for letter in VIETNAMESE).encode("latin-1")
        done = subprocess.run(
            ["iconv", "-f", name, "-t", "UTF-8"], input=raw, capture_output=True, check=True
        )
        assert unicodedata.normalize("NFC", done.stdout.decode()).split("\n") == VIETNAMESE


def test_the_encoding_is_chosen_by_known_names() -> None:
    for encoding in ENCODINGS:
        columns = [["1", "2"], [encode(name, encoding) for name in NAMES]]
        choice = best_encoding(columns, NAMES)
        assert (choice.name, choice.known_share) == (encoding, 1.0)
        assert set(choice.samples) <= set(NAMES)
        assert len(choice.samples) == 5


def test_text_without_accents_needs_no_decoding() -> None:
    assert best_encoding([["Xa An Lac"]], NAMES).name == "unicode"


def test_bytes_of_another_encoding_are_refused_not_replaced() -> None:
    with pytest.raises(UnicodeDecodeError):
        decode("X· An L¹c", "utf-8")
