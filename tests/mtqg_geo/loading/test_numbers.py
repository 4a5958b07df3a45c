import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqg_geo.loading.sheets.distinct import distinct_texts
from mtqg_geo.loading.sheets.numbers import read_numbers
from mtqg_geo.programme.words import number


def numbers(*texts, whole=False, numeric=None, percent=None):
    return read_numbers(
        distinct_texts(pd.Series(texts, dtype="str")),
        whole=np.full(len(texts), whole),
        numeric=None if numeric is None else np.array(numeric),
        percent=None if percent is None else np.array(percent),
    )


def values(*texts, **options):
    read = numbers(*texts, **options)
    assert not read.wrong.any(), read.codes
    return list(read.values)


def test_vietnamese_and_english_numbers_are_told_apart_by_their_column():
    assert values("1.234,5", "1.234") == [1234.5, 1234]
    assert values("1,234.5", "1,234") == [1234.5, 1234]
    assert values("12,5", "1.234") == [12.5, 1234]
    assert values("12.5", "1.234") == [12.5, 1.234]
    assert values("1.234.567", "2,750") == [1234567, 2.75]


def test_one_comma_in_a_column_settles_a_million_points():
    assert values(*["1.234"] * 1000, "0,5")[:2] == [1234, 1234]


def test_spaces_part_thousands_too():
    assert values("1 234 567", "1 234,5", "12") == [1234567, 1234.5, 12]


def test_signs_and_percent_signs_are_understood():
    read = numbers("+5", "-5", "−5", "5 %", "12,5%")

    assert list(read.values) == [5, -5, -5, 5, 12.5]
    assert list(read.signed) == [False, False, False, True, True]


def test_households_cannot_be_one_and_a_bit():
    assert values("1.234", "12.000", whole=True) == [1234, 12000]
    assert values("1,234", "12,000", whole=True) == [1234, 12000]
    assert values("12.000", whole=True) == [12000]  # Vietnamese use


@pytest.mark.parametrize(
    ("texts", "whole"),
    [(("1.234",), False), (("1,234", "5"), False), (("12,000",), True)],
)
def test_what_no_other_cell_settles_is_questioned(texts, whole):
    read = numbers(*texts, whole=whole)

    assert read.codes[0] == "load_number_unclear"
    assert np.isnan(list(read.values)[0])


def test_figures_of_public_layers_are_read_as_their_makers_write_them():
    """Areas and people of the official map of 2025, wide digits, marks that nobody sees."""
    assert list(numbers("6.360,83", "575,29").values) == [6360.83, 575.29]
    assert list(numbers("4.199.824", "15.761", whole=True).values) == [4199824, 15761]
    assert list(numbers("134.15", "1,205.5").values) == [134.15, 1205.5]
    assert list(numbers("\uff11\uff12", "5\ufeff").values) == [12, 5]


def test_a_column_that_contradicts_itself_settles_nothing():
    read = numbers("1,5", "1.5", "1.234")

    assert list(read.values)[:2] == [1.5, 1.5]
    assert read.codes[2] == "load_number_unclear"


def test_empty_cells_and_words_are_missing_not_zero():
    read = numbers("", "Chưa báo cáo", "not reported", "0")

    assert list(read.missing) == [True, True, True, False]
    assert np.isnan(list(read.values)[:3]).all()
    assert list(read.values)[3] == 0


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("mười", "load_no_number"), ("12 hộ", "load_no_number"), ("-", "load_no_number"),
        ("x", "load_no_number"), ("(5)", "load_no_number"), ("1.23.456", "load_no_number"),
        ("1.2345.678", "load_no_number"), ("#REF!", "load_error_value"), ("#N/A", "load_error_value"),
        ("=SUM(A1:A2)", "load_formula"), ("1,23E+11", "load_scientific"), ("nan", "load_no_number"),
        ("1900-01-01T02:52:48", "load_number_as_date"), ("02:52:48", "load_number_as_date"),
        ("2026-12-01", "load_date_for_number"), ("1/12/2026", "load_date_for_number"),
        ("inf", "load_no_number"), ("1.234,", "load_no_number"), (",5", "load_no_number"),
        ("\u0661\u0662", "load_no_number"),  # Arabic digits
    ],
)  # fmt: skip
def test_what_is_no_number_is_never_guessed(text, code):
    read = numbers(text)

    assert read.codes[0] == code
    assert read.why(0).said["text"] == text


def test_cells_stored_as_numbers_say_nothing_about_texts():
    read = numbers("12.5", "1.234", "1e-05", numeric=[True, False, True], whole=True)

    assert list(read.values) == [12.5, 1234, 0.00001]


def test_more_digits_than_any_number_has_are_read_as_too_large():
    assert values("9" * 400) == [float("inf")]


def test_a_percent_format_is_read_as_shown():
    read = numbers("0.05", "0.07", "5", numeric=[True] * 3, percent=[True, True, False])

    assert list(read.values) == [5, 7, 5]  # 0.07 × 100 is 7.000000000000001
    assert list(read.signed) == [True, True, False]


@given(
    st.lists(st.integers(-(10**12), 10**12), min_size=1),
    st.integers(0, 2),
    st.sampled_from(["vi", "en"]),
)
def test_a_column_written_in_one_language_reads_back(amounts, decimals, lang):
    numbers_there = [amount / 10**decimals for amount in amounts]
    texts = [number(each, lang, decimals=decimals) for each in numbers_there]
    settling = "1.234.567,5" if lang == "vi" else "1,234,567.5"

    assert values(*texts, settling)[:-1] == pytest.approx(numbers_there)


@pytest.mark.parametrize(
    ("cells", "codes"),
    [
        (("1.250,5", "1,250.5", "980"), ["load_marks_mixed"]),
        (("1.250", "12.5"), ["load_marks_mixed"]),  # 1.250 households, 12.5 cannot be read so
        (("12,5%", "0,125", "12,5"), ["load_percent_mixed"]),
        (("12,5%", "0.125"), ["load_marks_mixed", "load_percent_mixed"]),
        (("12,5%", "12,5", "0", "", "1.250.000"), []),
        (("0,125", "0,5"), []),
    ],
)
def test_a_column_written_in_two_ways_is_told_with_an_example_of_each(cells, codes):
    texts = distinct_texts(pd.Series(cells))
    said = [*read_numbers(texts, whole=np.ones(len(cells), dtype=bool)).mixed(percent=True)]

    assert [why.code for _, why in said] == codes
    for at, why in said:
        assert why.said["second"] == cells[at]
        assert why.said["first"] in cells[:at]
