"""Texts of tables from before Unicode, and letters that are lost."""

from dataclasses import replace

import pytest

from mtqg_geo.loading.reading.letters import legible
from mtqg_geo.programme.errors import LoadError
from tests.mtqg_geo.boundaries.old_encodings import encode
from tests.mtqg_geo.loading.sheets import sheet_of

TABLE = (
    ("Mã xã", "Tên xã", "Huyện", "OP01 – Kế hoạch 2023 (hộ)", "Nguồn"),
    ("07645", "Xã An Lạc", "Huyện Sơn Động", 5, "Báo cáo của xã, số 12"),
    ("07243", "Xã Đồng Tiến", "Huyện Yên Thế", 7, "Sổ hộ nghèo"),
)
FONTS = ["tcvn3", "vni", "viscii"]


def in_encoding(rows, encoding):
    return [
        [encode(cell, encoding) if isinstance(cell, str) else cell for cell in row] for row in rows
    ]


def rows_of(sheets):
    return [tuple(row) for sheet in sheets for row in sheet.cells.itertuples(index=False)]


def as_written(rows):
    return rows_of([sheet_of(*rows)])


@pytest.mark.parametrize(
    ("encoding", "is_bytes"),
    [*((font, is_bytes) for font in FONTS for is_bytes in (False, True)), ("cp1258", True)],
)
def test_a_table_from_before_unicode_is_decoded_whole(data, encoding, is_bytes):
    rows = in_encoding([[cell.replace("–", "-") if isinstance(cell, str) else cell for cell in row]
                        for row in TABLE], encoding)  # fmt: skip
    sheet = replace(sheet_of(*rows), is_bytes=is_bytes)
    read = rows_of(legible([sheet], data, "tệp.csv"))
    assert read == [tuple(str(cell).replace("–", "-") for cell in row) for row in TABLE]


@pytest.mark.parametrize("encoding", FONTS)
def test_names_in_an_old_font_under_headings_in_unicode_are_decoded_alone(data, encoding):
    headings, *rows = TABLE
    mixed = [
        headings,
        *([code, *in_encoding([[name, district]], encoding)[0], *rest]
          for code, name, district, *rest in rows),
    ]  # fmt: skip
    assert rows_of(legible([sheet_of(*mixed)], data, "tệp.xlsx")) == as_written(TABLE)


def test_a_table_in_unicode_stays_as_it_is(data):
    rows = (*TABLE, ("07618", "Xã Tân An", "", 3, "Café Zürich, ©2023 · 5 m²"))
    sheet = sheet_of(*rows)
    assert legible([sheet], data, "tệp.xlsx")[0] is sheet


def test_plain_bytes_in_which_nothing_is_known_are_those_of_windows(data):
    sheet = replace(sheet_of(["a", "b"], ["1", encode("người", "cp1258")]), is_bytes=True)
    assert rows_of(legible([sheet], data, "tệp.csv"))[1] == ("1", "người")


def test_bytes_of_no_encoding_are_refused(data):
    sheet = replace(sheet_of(["Mã", "x"], ["\x8a\x8d", "1"]), is_bytes=True)
    with pytest.raises(LoadError) as caught:
        legible([sheet], data, "tệp.csv")
    assert caught.value.code == "load_encoding"


def lost(text, encoding):
    """Return a text as a program saves it that writes ? for every letter it has no byte for."""
    return text.encode(encoding, "replace").decode("latin-1")


@pytest.mark.parametrize("encoding", ["cp1252", "cp1258", "ascii"])
@pytest.mark.parametrize("is_bytes", [False, True])
def test_letters_that_became_question_marks_are_named_as_lost(data, encoding, is_bytes):
    rows = [
        [lost(cell, encoding) if isinstance(cell, str) else cell for cell in row] for row in TABLE
    ]
    with pytest.raises(LoadError) as caught:
        legible([replace(sheet_of(*rows), is_bytes=is_bytes)], data, "tệp.csv")
    assert caught.value.code == "load_letters_lost"
    assert "?" in str(caught.value.values["text"])


@pytest.mark.parametrize(
    "note", ["Đã xong chưa? Rồi", "https://x.vn/a?b=1&c?d", "Chua ro (? ho)", "hỏi?đáp?thêm"]
)
def test_a_question_is_no_lost_letter(data, note):
    rows = [["Ma xa", "OP01", "Nguon"], ["07645", "5", note], ["07243", "5", note + " lần"]]
    assert legible([sheet_of(*rows)], data, "tệp.xlsx")


def test_a_file_with_one_name_that_lost_its_letters_is_named(data):
    rows = [["Ma xa", "Ten xa", "OP01 - Ke hoach 2023"], ["07645", "X? An L?c", 5]]
    with pytest.raises(LoadError) as caught:
        legible([sheet_of(*rows)], data, "tệp.csv")
    assert (caught.value.code, caught.value.values["count"]) == ("load_letters_lost", 1)


def test_a_sign_that_stands_for_no_letter_at_all_is_enough(data):
    rows = [*TABLE, ("07618", "Xã L\ufffd Viễn", "", 1, "")]
    with pytest.raises(LoadError) as caught:
        legible([sheet_of(*rows)], data, "tệp.xlsx")
    assert caught.value.values["text"] == "Xã L\ufffd Viễn"
