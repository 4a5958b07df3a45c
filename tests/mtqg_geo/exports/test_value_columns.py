"""What an exported commune says of measures, quarters, second indicators and other periods."""

import pytest

from mtqg_geo.exports.columns import column_meanings, value_columns
from mtqg_geo.exports.files import layer
from mtqg_geo.figures.file_names import file_stem
from tests.mtqg_geo.geographies import on

BLANK = {"not_reported", "not_applicable", "not_restatable"}


def names(data, selection):
    return [column.name for column in value_columns(data, selection)]


@pytest.mark.parametrize(
    ("query", "columns"),
    [
        ({}, []),
        ({"indicator": ["OP05"]}, ["plan_km", "actual_km"]),
        (
            {"indicator": ["OP05"], "measure": ["completion"]},
            ["plan_km", "actual_km", "completion_pct"],
        ),
        (
            {"indicator": ["FI01"], "measure": ["remaining"]},
            ["plan_vnd", "allocated_vnd", "disbursed_vnd", "remaining_vnd"],
        ),
        ({"indicator": ["CX02"], "with": ["OP05"]}, ["actual_pct", "op05_actual_km"]),
        (
            {"indicator": ["OP05"], "compare": ["2022-Q3"]},
            ["plan_km", "actual_km", "actual_km_2022q3"],
        ),
    ],
)
def test_every_figure_shown_has_a_property_with_its_unit(data, select, query, columns):
    selection = select(**query)
    assert names(data, selection) == columns
    exported = layer(data, selection, "communes")
    assert [name for name in exported.columns if name in columns] == columns
    meanings = column_meanings(data, selection, columns, lang="vi")
    assert all(meanings[name] != name for name in columns)


def test_the_measure_is_that_of_plan_and_result_beside_it(data, select):
    selection = select(indicator=["OP01"], measure=["remaining"], as_of=["2023-Q2"])
    exported = layer(data, selection, "communes")
    known = exported.dropna(subset=["remaining_households"])
    left = (known["plan_households"] - known["actual_households"]).clip(lower=0)
    assert len(known) > 50
    assert (known["remaining_households"] == left).all()
    assert set(exported["as_of"]) == {"2023-Q2"}
    assert set(exported["measure"]) == {"remaining"}
    year = layer(data, select(indicator=["OP01"]), "communes")
    assert exported["actual_households"].sum() < year["actual_households"].sum()
    assert not {"as_of", "measure", "with_indicator"} & set(year.columns)


def test_the_name_of_a_file_says_what_is_in_it(data, select):
    pair = select(indicator=["CX02"], **{"with": ["OP05"], "as_of": ["2023-Q1"]})
    assert file_stem(data, pair, "communes").startswith("communes_CX02-actual-with-OP05_2023-Q1_")
    share = select(indicator=["OP01"], measure=["completion"])
    assert file_stem(data, share, "communes").startswith("communes_OP01-completion_2023_")


def units(**query):
    """Return by code the units since July 2025 as they are exported."""
    return layer(*on("2025-07", **query), "communes").set_index("code")


@pytest.mark.parametrize("basis", ["plan", "actual"])
def test_every_figure_has_a_state_of_its_own_whichever_is_shown_on_the_map(basis):
    # Vân Sơn was put together of Vân Sơn, which was given no road to build and reported 0 km, and
    # of Hữu Sản (07624), which was given 1.3 km and has not reported: that 0 is no result of it.
    found = units(indicator=["OP05"], basis=[basis]).loc["07621"]
    assert (found["plan_km"], found["plan_state"]) == (1.3, "reported")
    assert found["plan_missing_codes"] == ""
    assert (found["actual_km"] >= 0, found["actual_state"]) == (False, "not_reported")
    assert found["actual_missing_codes"] == "07624"
    assert found["state"] == found[f"{basis}_state"]


def test_a_zero_and_each_kind_of_blank_are_told_apart_beside_a_plan(data, select):
    exported = layer(data, select(indicator=["OC03"], basis=["plan"]), "communes")
    found = exported.set_index("code")
    silent, done, outside = (found.loc[code] for code in ("07537", "07621", "07201"))
    assert silent["state"] == silent["plan_state"] == "no_plan"
    assert (silent["actual_communes"] >= 0, silent["actual_state"]) == (False, "not_reported")
    assert (done["actual_communes"], done["actual_state"]) == (0, "no_plan")
    assert outside["plan_state"] == outside["actual_state"] == "not_applicable"
    assert "actual_missing_codes" not in found  # each commune reports for itself


@pytest.mark.few(2)
@pytest.mark.parametrize(
    "query",
    [
        {"indicator": ["FI01"], "measure": ["completion"], "with": ["OP01"]},
        {"indicator": ["FI02"]},
        {"indicator": ["OP05"], "compare": ["2022-Q3"], "as_of": ["2023-Q2"]},
        {"indicator": ["CX03"]},
    ],
    ids=str,
)
def test_a_figure_is_blank_exactly_where_its_state_says_so(data, select, query):
    for exported, figures in (
        (layer(data, select(**query), "communes"), value_columns(data, select(**query))),
        (units(**query), value_columns(data, select(**query))),
    ):
        for figure in figures:
            blank = exported[figure.state_name].isin(BLANK)
            assert (exported[figure.name].isna() == blank).all(), figure.name


def test_the_columns_of_state_are_named_like_the_figures_they_speak_of(data, select):
    selection = select(indicator=["CX02"], **{"with": ["OP05"], "compare": ["2022"]})
    assert [column.state_name for column in value_columns(data, selection)] == [
        "actual_state", "op05_actual_state", "actual_state_2022",
    ]  # fmt: skip
    meanings = column_meanings(data, selection, ["op05_actual_state"], lang="vi")
    assert meanings["op05_actual_state"].endswith(": tình trạng số liệu")
