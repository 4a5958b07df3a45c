"""What an exported commune says of measures, quarters, second indicators and other periods."""

import pytest

from mtqg_geo.export_notes import column_meanings
from mtqg_geo.export_values import value_columns
from mtqg_geo.exports import file_stem, layer


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
