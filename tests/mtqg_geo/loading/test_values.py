import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.datetime import from_excel

from mtqg_geo.loading.sheets.distinct import FEW, distinct_texts, read_texts
from mtqg_geo.loading.sheets.words import (
    clean,
    date_trouble,
    plain,
    read_basis,
    read_date,
    read_period,
    read_quarter,
    read_region,
    read_status,
    read_year,
)

NFD = "Ho\u0300a\u00a0 Bi\u0300nh "


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("2023", "2023"),
        ("Năm 2023", "2023"),
        ("Cả năm 2023", "2023"),
        ("2023-Q1", "2023-Q1"),
        ("Q1/2023", "2023-Q1"),
        ("Quý I/2023", "2023-Q1"),
        ("quy 1 nam 2023", "2023-Q1"),
        ("QUÝ IV - 2023", "2023-Q4"),
        ("2023 Quý II", "2023-Q2"),
        ("III/2023", "2023-Q3"),
    ],
)
def test_periods_are_years_or_quarters_however_written(text, period):
    assert read_period(text).value == period


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("6 tháng đầu năm 2023", "load_period_part"),
        ("Tháng 3/2023", "load_period_month"),
        ("1/2023", "load_period_unclear"),  # January, or the first quarter
        ("01/2023", "load_period_month"),
        ("7/2025", "load_period_month"),
        ("07/2025", "load_period_month"),
        ("T7/2025", "load_period_month"),
        ("tháng 7 năm 2025", "load_period_month"),
        ("2025-07", "load_period_month"),
        ("2025-07-01", "load_period_month"),  # what Excel makes of 7/2025
        ("2023-03-31", "load_period_month"),
        ("1905-07-15", "load_number_as_date"),  # 2023 in a cell formatted as a date
        ("13/2023", "load_period"),
        ("50000", "load_period"),
        ("5 0000", "load_period"),
        ("#REF!", "load_error_value"),
        ("Quý V/2023", "load_period"),
    ],
)
def test_other_parts_of_a_year_are_questioned(text, code):
    assert read_period(text).code == code


@given(
    st.integers(1, 12),
    st.integers(2021, 2030),
    st.sampled_from(["{:02}/{}", "T{}/{}", "tháng {}/{}"]),
)
def test_a_month_is_told_its_quarter_and_never_taken_for_one(month, year, written):
    said = read_period(written.format(month, year))
    quarter = -(-month // 3)
    assert said.value is None
    assert said.said["quarter"].en == f"{year}-Q{quarter}"
    assert str(month) in {said.said[each] for each in ("first", "second", "third")}


@given(st.floats(0.001, 18_000, allow_nan=False).map(lambda value: round(value, 3)))
def test_a_number_that_became_a_date_is_told_as_it_was(number):
    """openpyxl reads the cell of a number formatted as a date; the sentence tells the number."""
    read = from_excel(number)
    if isinstance(read, dt.datetime) and read.time() == dt.time():
        read = read.date()  # as the reader of workbooks hands a midnight over
    said = date_trouble(read.isoformat()).said["number"].en
    assert float(said) == pytest.approx(number, abs=2e-5)  # Excel keeps hours to a second


@pytest.mark.parametrize(("text", "quarter"), [("I", "Q1"), ("Quý 4", "Q4"), ("", ""), ("x", None)])
def test_a_quarter_may_stand_in_a_column_of_its_own(text, quarter):
    assert read_quarter(text).value == quarter


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2023-06-30", "2023-06-30"),
        ("30/6/2023", "2023-06-30"),
        ("30-06-2023", "2023-06-30"),
        ("30.6.2023", "2023-06-30"),
        ("ngày 30 tháng 6 năm 2023", "2023-06-30"),
        ("01/07/2025", "2025-07-01"),
        ("", ""),
    ],
)
def test_dates_typed_as_text_have_the_day_before_the_month(text, day):
    assert read_date(text).value == day


@pytest.mark.parametrize("text", ["31/02/2023", "6/30/2023", "45107", "2021", "hôm qua"])
def test_what_is_no_date_is_questioned(text):
    assert read_date(text).code == "load_date"


@pytest.mark.parametrize(
    "text", ["III", "3", "Khu vực III", "KV3", "xã khu vực 3", "iii", "III (ĐBKK)"]
)
def test_region_three_has_many_spellings(text):
    assert read_region(text).value == "III"


@pytest.mark.parametrize("text", ["IV", "4", "", "miền núi"])
def test_there_are_three_regions(text):
    assert read_region(text).code == "load_region"


@pytest.mark.parametrize(
    ("text", "basis"),
    [
        ("Kế hoạch", "plan"), ("KH", "plan"), ("plan", "plan"), ("Giao vốn", "allocated"),
        ("Vốn phân bổ", "allocated"), ("Giải ngân", "disbursed"), ("THỰC HIỆN", "actual"),
        ("Kết quả", "actual"), ("Actual", "actual"),
    ],
)  # fmt: skip
def test_the_basis_is_known_by_its_words(text, basis):
    assert read_basis(text).value == basis


def test_a_missing_basis_and_an_unknown_one_have_a_sentence_each():
    assert read_basis("").code == "load_basis_missing"
    assert read_basis("ước").code == "load_basis"
    assert read_basis("=A1").code == "load_formula"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Hoàn thành", "completed"),
        ("dang thi cong", "under_construction"),
        ("Chưa báo cáo", ""),
        ("", ""),
    ],
)
def test_an_empty_status_is_not_reported(text, status):
    assert read_status(text).value == status


def test_a_year_is_four_digits():
    assert read_year("Năm 2023").value == 2023
    assert read_year("23").code == "load_year"


def test_text_is_compared_in_one_spelling():
    assert clean(NFD) == "Hòa Bình"
    assert plain("  Mã_xã (5 chữ số) *") == "ma xa 5 chu so"


def test_a_text_written_in_two_ways_is_read_once():
    texts = pd.Series([NFD, "Hòa Bình", "", NFD], index=[5, 6, 7, 9])
    distinct = distinct_texts(texts)
    seen = []

    readings = read_texts(texts, lambda text: seen.append(text) or read_year(text))

    assert list(distinct.known) == ["Hòa Bình", ""]
    assert seen == ["Hòa Bình", ""]
    assert list(distinct.texts(texts.index)) == ["Hòa Bình", "Hòa Bình", "", "Hòa Bình"]
    assert readings.wrong.all()


@pytest.mark.parametrize("count", [FEW - 1, FEW + 1])
def test_one_text_written_in_several_ways_is_one_however_many_others_there_are(count):
    texts = [NFD, "Hòa Bình", *map(str, range(count - 2)), " 7", "Hòa  Bình"]

    distinct = distinct_texts(pd.Series(texts, dtype="str"))

    assert distinct.known.tolist() == ["Hòa Bình", *map(str, range(count - 2))]
    assert [distinct.at(place) for place in (0, 1, 9, -2, -1)] == [
        "Hòa Bình", "Hòa Bình", "7", "7", "Hòa Bình",
    ]  # fmt: skip
