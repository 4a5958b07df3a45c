import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from geo.errors import JoinError
from geo.join import join_by_code


def units(*codes):
    shapes = [box(x, 0, x + 1, 1) for x in range(len(codes))]
    return gpd.GeoDataFrame({"code": list(codes)}, geometry=shapes, crs="EPSG:4326")


def table(**values):
    return pd.DataFrame({"code": list(values), "value": list(values.values())}).astype(
        {"code": "str"}
    )


def test_every_unit_is_kept_in_its_order_and_place():
    result = join_by_code(units("B", "A", "C"), table(A=1, B=2))

    assert result.frame["code"].tolist() == ["B", "A", "C"]
    assert result.frame["value"].tolist()[:2] == [2, 1]
    assert pd.isna(result.frame["value"].iloc[2])
    assert isinstance(result.frame, gpd.GeoDataFrame)
    assert result.frame.crs == "EPSG:4326"


def test_the_index_of_the_units_is_kept():
    result = join_by_code(units("A", "B").set_axis(["x", "y"]), table(B=1))

    assert result.frame.index.tolist() == ["x", "y"]


def test_unmatched_codes_are_listed_on_both_sides():
    result = join_by_code(units("A", "B", "C"), table(C=1, X=2))

    assert result.matched == ("C",)
    assert result.unmatched_units == ("A", "B")
    assert result.unmatched_rows == ("X",)


def test_leading_zeros_make_a_difference():
    assert join_by_code(units("00123"), table(**{"123": 1})).matched == ()


def test_rows_that_share_a_code_are_listed_and_not_joined():
    rows = pd.concat([table(A=1, B=2), table(A=3)])
    result = join_by_code(units("A", "B"), rows)

    assert result.duplicated == ("A",)
    assert result.unmatched_rows == ("A", "A")
    assert result.unmatched_units == ("A",)
    assert result.frame["value"].isna().tolist() == [True, False]


def test_the_key_may_have_another_name():
    result = join_by_code(
        units("A").rename(columns={"code": "commune"}),
        table(A=1).rename(columns={"code": "commune"}),
        key="commune",
    )

    assert result.matched == ("A",)


def test_codes_that_are_numbers_are_refused_with_an_example():
    numbers = pd.DataFrame({"code": [7645, 7646], "value": [1, 2]})

    with pytest.raises(JoinError, match=r"2 of 2 rows of the table have a code .* \(first: 7645\)"):
        join_by_code(units("07645"), numbers)


@pytest.mark.parametrize("code", [None, ""])
def test_a_missing_code_is_refused(code):
    rows = pd.DataFrame({"code": ["A", code], "value": [1, 2]})

    with pytest.raises(JoinError, match=r"1 of 2 rows of the table"):
        join_by_code(units("A"), rows)


def test_two_units_with_one_code_are_refused():
    with pytest.raises(JoinError, match=r"1 of 3 units repeat a code \(first: 'A'\)"):
        join_by_code(units("A", "B", "A"), table(A=1))


def test_a_table_without_the_key_is_refused():
    with pytest.raises(JoinError, match=r"no column 'code'"):
        join_by_code(units("A"), pd.DataFrame({"name": ["A"]}))


def test_a_column_on_both_sides_is_refused():
    rows = table(A=1).assign(geometry=None)

    with pytest.raises(JoinError, match=r"1 columns are in both .* \(first: 'geometry'\)"):
        join_by_code(units("A"), rows)


def test_empty_sides_are_no_error():
    assert join_by_code(units("A"), table()).unmatched_units == ("A",)
    assert join_by_code(units(), table(A=1)).unmatched_rows == ("A",)


codes = st.sampled_from([f"{number:02}" for number in range(12)])


@given(unit_codes=st.lists(codes, unique=True), row_codes=st.lists(codes))
def test_matched_and_unmatched_are_what_was_given(unit_codes, row_codes):
    rows = pd.DataFrame({"code": row_codes, "value": range(len(row_codes))}).astype({"code": "str"})
    own = pd.DataFrame({"code": unit_codes}).astype({"code": "str"})
    result = join_by_code(own, rows)

    assert sorted(result.matched + result.unmatched_units) == sorted(unit_codes)
    assert sorted(result.matched + result.unmatched_rows) == sorted(row_codes)
    assert result.frame["code"].tolist() == unit_codes
    assert set(result.duplicated) <= set(result.unmatched_rows)
