"""Measures, quarters, a second indicator and a second period, as widgets and in the link."""

import pytest

from tests.mtqg_geo.ui.said import choose, open_app, problems, query
from tests.tables import rows_of


def keys(app):
    return {element.key for element in (*app.selectbox, *app.select_slider, *app.checkbox)}


def test_a_first_visit_has_no_slider_and_no_second_indicator():
    app = open_app()
    assert not keys(app) & {"until", "with", "pooled", "scheme"}
    assert app.session_state["compare"] == ""


def test_a_link_sets_every_option():
    app = open_app(
        indicator=["OP01"],
        measure=["completion"],
        as_of=["2023-Q2"],
        compare=["2022-Q3"],
        pooled=["1"],
        **{"with": ["CX02"]},
    )
    assert not problems(app)
    assert app.selectbox(key="basis").value == "completion"
    assert app.session_state["as_of"] == 2
    assert app.session_state["compare"] == "2022-Q3"
    assert app.session_state["with"] == "CX02"
    assert app.session_state["pooled"]
    assert {"value_compared", "value_second"} <= set(rows_of(app, "table"))


@pytest.mark.long
def test_options_are_written_into_the_link_and_taken_out_again():
    app = open_app(indicator=["OP01"])
    app.selectbox(key="basis").set_value("remaining").run()
    choose(app, as_of=1)
    choose(app, compare="2022")
    choose(app, pooled=True)
    assert query(app) == {
        "indicator": ["OP01"],
        "measure": ["remaining"],
        "as_of": ["2023-Q1"],
        "compare": ["2022"],
        "pooled": ["1"],
    }
    choose(app, as_of=4)
    app.selectbox(key="basis").set_value("actual").run()
    choose(app, compare="")
    choose(app, pooled=False)
    assert query(app) == {"indicator": ["OP01"]}


def test_a_measure_follows_an_indicator_that_lacks_it():
    app = open_app(indicator=["OP01"], measure=["completion"])
    choose(app, indicator="OP05")
    assert app.selectbox(key="basis").value == "completion"
    choose(app, indicator="CX02")
    assert app.session_state["basis"] == "actual"
    assert query(app) == {"indicator": ["CX02"]}


def test_a_quarter_that_another_year_lacks_is_the_last_one_there():
    app = open_app(indicator=["OP01"], as_of=["2023-Q3"])
    app.selectbox(key="year").set_value(2024).run()
    assert query(app) == {"indicator": ["OP01"], "year": ["2024"]}
    choose(app, indicator="region")
    assert query(app) == {"year": ["2024"]}


def test_the_second_indicator_leaves_when_it_becomes_the_first():
    app = open_app(indicator=["CX02"], **{"with": ["OP05"]})
    choose(app, indicator="OP05")
    assert app.session_state["with"] == ""
    assert query(app) == {"indicator": ["OP05"]}


def test_a_difference_is_chosen_beside_the_period_and_leaves_where_there_is_none():
    app = open_app(indicator=["OP01"], compare=["2022"], compare_as=["difference"])
    assert not problems(app)
    assert "value_difference" in rows_of(app, "table")
    assert len(maps(app)) == 1
    choose(app, compare_as="maps")
    assert len(maps(app)) == 2
    assert query(app) == {"indicator": ["OP01"], "compare": ["2022"]}
    choose(app, compare_as="difference")
    choose(app, indicator="region")  # names have no difference: two maps again
    assert query(app) == {"compare": ["2022"]}
    assert len(maps(app)) == 2


def maps(app):
    return [each for each in app.get("component_instance") if "folium" in each.proto.component_name]


def test_the_comparison_ends_when_its_period_is_selected():
    app = open_app(indicator=["OP01"], compare=["2022"])
    app.selectbox(key="year").set_value(2022).run()
    assert app.session_state["compare"] == ""
    assert query(app) == {"indicator": ["OP01"], "year": ["2022"]}


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("measure", "speed"),
        ("as_of", "2023-Q9"),
        ("as_of", "2022-Q1"),
        ("with", "XX99"),
        ("compare", "1999"),
        ("compare_as", "quotient"),
        ("pooled", "maybe"),
    ],
)
def test_an_unknown_option_gives_one_sentence_and_the_rest_applies(parameter, value):
    app = open_app(**({"indicator": ["OP01"], "district": ["220"]} | {parameter: [value]}))
    assert len(problems(app)) == 1
    assert value in problems(app)[0]
    assert len(rows_of(app, "table")) == 17
    assert problems(app)[0].count(value) == 1


@pytest.mark.long
def test_a_quarter_chosen_elsewhere_can_be_seen_and_left_where_the_map_has_none():
    app = open_app(as_of=["2023-Q2"])  # the map of regions
    assert app.session_state["as_of"] == 2
    assert "lũy kế đến hết quý II/2023" in strip(app)["capital"]
    choose(app, as_of=4)
    assert "as_of" not in app.query_params
    assert "until" not in keys(app)
    assert "lũy kế" not in strip(app)["capital"]


def strip(app):
    """Return the key figures by name, as HTML."""
    bodies = [block.proto.body for block in app.get("html")]
    drawn = "".join(body for body in bodies if "class='strip'" in body)
    tiles = drawn.split("data-figure='")[1:]
    return {tile.split("'")[0]: tile for tile in tiles}
