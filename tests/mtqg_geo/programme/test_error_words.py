import ast
import pickle
import re
import string
from pathlib import Path

import pytest

from geo.errors import BoundaryError, GeoError, ReadError
from geo.io import read_layer
from geo.sandbox import read_untrusted
from geo.sentences import SENTENCES
from mtqg_geo.boundaries.recognise import read_mapping
from mtqg_geo.programme.errors import MappingError, MtqgError
from mtqg_geo.programme.words import coded, error_text, sentences

GEO = Path(__file__).parents[3] / "geo"
READING = ("io", "archive", "sandbox", "boundaries")


def holes(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def raised_in(module):
    """Return the code and the names of the values of every error that a module of geo makes."""
    tree = ast.parse((GEO / f"{module}.py").read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    made = [call for call in calls if re.fullmatch(r"\w+Error\.of", ast.unparse(call.func))]
    literal = [call for call in made if isinstance(call.args[0], ast.Constant)]
    return [(call.args[0].value, {each.arg for each in call.keywords}) for call in literal]


def test_every_sentence_of_geo_has_both_languages():
    assert [code for code in SENTENCES if code not in sentences()] == []


def test_both_languages_say_the_same_values_in_one_sentence():
    for code, text in sentences().items():
        assert holes(text.vi) == holes(text.en), code
        assert text.vi.endswith("."), code
        assert text.vi != text.en, code


def test_every_error_in_reading_gives_the_values_of_its_sentence():
    for module in READING:
        made = raised_in(module)
        assert made, module
        for code, values in made:
            assert None in values or values == holes(SENTENCES[code]), code


def test_a_file_that_cannot_be_read_says_so_in_the_reader_s_language(tmp_path):
    path = tmp_path / "xã.shp"
    path.write_bytes(b"no layer")
    for suffix in (".shx", ".dbf"):
        path.with_suffix(suffix).touch()

    with pytest.raises(ReadError) as caught:
        read_layer(path)
    assert error_text(caught.value, "en") == str(caught.value)
    assert error_text(caught.value, "vi") == (
        "xã.shp không đúng là shapefile; hãy xuất lớp ở dạng ESRI Shapefile."
    )


@pytest.mark.long
def test_an_error_of_the_child_process_keeps_its_language(tmp_path):
    path = tmp_path / "xã.geojson"
    path.write_text('{"type": "Topology"}')

    with pytest.raises(ReadError, match=r"^xã.geojson is no collection") as caught:
        read_untrusted(path)
    assert (caught.value.code, caught.value.values) == ("geojson_other", {"file": "xã.geojson"})
    assert error_text(caught.value, "vi").startswith("xã.geojson không phải là tập hợp đối tượng")


def test_a_pickled_error_keeps_its_language():
    error = ReadError.of("cut_short", file="a.shp", count=1_000, total=2_500_000)
    again = pickle.loads(pickle.dumps(error))

    assert str(again) == "a.shp is cut short (1,000 of 2,500,000 bytes); copy it again."
    assert error_text(again, "vi") == (
        "a.shp bị cụt (chỉ có 1.000 trong 2.500.000 byte); hãy chép lại."
    )


def test_numbers_with_a_part_are_written_as_their_reader_writes_them():
    error = ReadError.of("too_slow", file="a.zip", seconds=1.5)

    assert error_text(error, "vi") == (
        "Đọc a.zip mất hơn 1,5 giây; hãy đơn giản hóa hoặc tách lớp."
    )


def test_names_with_braces_are_no_placeholders():
    error = ReadError.of("empty", file="{x}.zip")

    assert str(error).startswith("{x}.zip is empty")
    assert error_text(error, "vi").startswith("{x}.zip là tệp rỗng")


@pytest.mark.parametrize("error", [GeoError("One."), MtqgError("One."), OSError("One.")])
def test_an_error_without_a_code_says_what_it_says(error):
    assert error_text(error, "vi") == "One."


def test_a_broken_mapping_file_says_so_in_the_reader_s_language(tmp_path):
    path = tmp_path / "mapping.csv"
    path.write_text("name,district,province,code,decided_by\nA,B,C,213,person\n")

    with pytest.raises(MappingError, match=r"1 of 1 codes .* \(first: '213'\)") as caught:
        read_mapping(path)
    assert error_text(caught.value, "vi").startswith("1 trong 1 mã trong mapping.csv không đủ năm")


def test_an_error_of_any_class_takes_a_sentence_of_the_programme():
    error = coded(BoundaryError, "gazetteer_day", day="1975-04-01", first="2019-10-25")

    assert isinstance(error, BoundaryError)
    assert "1975-04-01" in error_text(error, "vi")
