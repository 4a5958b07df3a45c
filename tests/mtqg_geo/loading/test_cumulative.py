"""Sums of the year until a quarter, in headings and as figures."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mtqg_geo.loading.sheets.headings import heading_parts, not_understood, understand
from mtqg_geo.loading.sheets.words import indicator_words
from mtqg_geo.loading.tables.cumulative import added
from mtqg_geo.loading.tables.draft import Draft
from mtqg_geo.loading.tables.observations import read_observations
from mtqg_geo.programme.catalog import DATA, load_catalog
from tests.mtqg_geo.loading.sheets import figures_of, sheet_of, stored

CATALOG = load_catalog(DATA / "programme")
NAMES = indicator_words(CATALOG)
UNTIL_Q2 = ("OP01", "actual", "2023-Q2", "until")


@pytest.mark.parametrize(
    "stack",
    [
        ["OP01 – Thực hiện quý II/2023 (lũy kế)"],
        ["OP01 – Lũy kế thực hiện đến 30/6/2023"],
        ["OP01 – Thực hiện luỹ kế từ đầu năm đến hết quý II/2023 (hộ)"],
        ["OP01 – Thực hiện 6 tháng đầu năm 2023"],
        ["OP01 – Thực hiện cộng dồn đến tháng 6/2023"],
        ["OP01", "Thực hiện đến hết ngày 30/06/2023", "Lũy kế"],
        ["OP01 (hộ)", "Quý II/2023", "Thực hiện LK"],
    ],
)
def test_a_sum_until_then_is_understood_with_the_quarter_that_ends_it(stack):
    assert heading_parts(stack, NAMES, CATALOG) == UNTIL_Q2


@pytest.mark.parametrize(
    "heading",
    [
        "CX01 – lũy kế đến 30/6/2023",  # households are counted, not added
        "OP01 – Kế hoạch lũy kế 2023",
        "OP01 – Thực hiện lũy kế năm 2023",  # until when?
        "OP01 – Thực hiện lũy kế đến 15/6/2023",
        "OP01 – Lũy kế từ năm 2021 đến 30/6/2023",
        "OP01 – Ước lũy kế thực hiện quý II/2023",
        "OP01 – Tỷ lệ lũy kế quý II/2023",
    ],
)
def test_a_sum_of_anything_else_is_not_understood(heading):
    assert not_understood(heading, NAMES, CATALOG)
    assert heading_parts([heading], NAMES, CATALOG) is None


def test_sums_of_a_file_become_what_each_quarter_added(data):
    table = figures_of(
        data,
        ("Mã xã", "OP01 – Thực hiện quý I/2023", "OP01 – Lũy kế thực hiện quý II/2023",
         "OP01 – Thực hiện 9 tháng năm 2023"),
        ("07645", 10, 25, 40),
        ("07615", 0, 0, 3),
    )  # fmt: skip
    found = {(row[0], row[3]): row[5] for row in stored(table)}
    assert found == {
        ("07645", "2023-Q1"): 10, ("07645", "2023-Q2"): 15, ("07645", "2023-Q3"): 15,
        ("07615", "2023-Q1"): 0, ("07615", "2023-Q2"): 0, ("07615", "2023-Q3"): 3,
    }  # fmt: skip
    assert [w.code for w in table.warnings if "cumulative" in w.code] == [
        "load_cumulative_taken"
    ] * 2


@pytest.mark.parametrize(
    ("basis", "period"),
    [
        ("Lũy kế thực hiện", "Quý II/2023"),
        ("Thực hiện", "6 tháng đầu năm 2023"),
        ("Thực hiện (lũy kế)", "Đến hết quý II/2023"),
        ("Thực hiện", "Từ đầu năm đến 30/6/2023"),
    ],
)
def test_a_row_of_a_long_table_may_say_that_it_is_a_sum(data, basis, period):
    table = figures_of(
        data,
        ("Mã xã", "Chỉ tiêu", "Loại số liệu", "Kỳ báo cáo", "Giá trị"),
        ("07645", "OP01", "Thực hiện", "Quý I/2023", 10),
        ("07645", "OP01", basis, period, 25),
    )
    assert [row[3:] for row in stored(table)] == [
        ("2023-Q1", "actual", 10), ("2023-Q2", "actual", 15),
    ]  # fmt: skip


def test_a_sum_beside_its_own_quarter_is_not_stored_again(data):
    table = figures_of(
        data,
        ("Mã xã", "OP01 – Thực hiện quý II/2023", "OP01 – Lũy kế đến 30/6/2023 (thực hiện)"),
        ("07645", 15, 25),
    )
    assert [row[3:] for row in stored(table)] == [("2023-Q2", "actual", 15)]


def test_without_the_quarters_before_a_sum_is_left_out_with_what_to_do(data):
    headings = ("Mã xã", "OP01 – Kế hoạch 2023", "OP01 – Lũy kế thực hiện quý III/2023")
    table = figures_of(data, headings, ("07645", 50, 25))
    assert [row[3:] for row in stored(table)] == [("2023", "plan", 50)]
    (warning,) = (each for each in table.warnings if each.code == "load_cumulative_unknown")
    assert "Quý I/2023 – Quý II/2023" in warning.text("vi")


def test_a_title_that_speaks_of_sums_where_no_heading_does_is_pointed_at(data):
    sheet = sheet_of(
        ("BÁO CÁO LŨY KẾ ĐẾN 30/6/2023",),
        ("Mã xã", "OP01 – Kế hoạch 2023", "OP01 – Thực hiện quý II/2023"),
        ("07645", 30, 25),
    )
    table = read_observations(Draft(sheet, understand(sheet, CATALOG), data))
    (warning,) = (each for each in table.warnings if each.code == "load_cumulative_title")
    assert (warning.row, warning.letter, warning.said("row")) == (3, "C", "1")


def test_the_first_quarter_needs_no_other(data):
    table = figures_of(data, ("Mã xã", "OP01 – Thực hiện lũy kế quý I/2023"), ("07645", 12))
    assert stored(table) == [("07645", "OP01", "DA1", "2023-Q1", "actual", 12)]


def test_a_sum_that_falls_is_an_error(data):
    headings = ("Mã xã", "OP01 – Thực hiện quý I/2023", "OP01 – Thực hiện lũy kế quý II/2023")
    table = figures_of(data, headings, ("07645", 30, 25))
    assert [(error.row, error.code) for error in table.errors] == [(2, "load_cumulative_falls")]


def test_quarters_that_are_loaded_are_taken_off(data):
    loaded = data.observations.of("OP01", 2023)
    first = loaded[(loaded["period"] == "2023-Q1") & (loaded["value"] > 0)].iloc[0]
    sheet = sheet_of(
        ("Mã xã", "OP01 – Thực hiện lũy kế quý II/2023"),
        (str(first["commune_code"]), float(first["value"]) + 7),
    )
    draft = Draft(sheet, understand(sheet, CATALOG), data, illustrative=True)
    assert [row[5] for row in stored(read_observations(draft))] == [7]


def test_a_sum_of_a_plan_told_by_a_column_is_refused(data):
    table = figures_of(
        data,
        ("Mã xã", "Loại số liệu", "Kỳ", "OP01 – lũy kế"),
        ("07645", "Kế hoạch", "2023", 5),
    )
    assert [error.code for error in table.errors] == ["load_cumulative_of"]


@given(arrays(float, (3, 4), elements=st.integers(0, 10**6).map(float)))
def test_quarters_summed_up_and_parted_again_are_the_same(quarters):
    sums = np.cumsum(quarters, axis=1)
    assert np.array_equal(added(sums, np.full_like(sums, np.nan)), quarters)
