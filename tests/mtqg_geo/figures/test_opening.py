"""What a visit without a link opens on: never a blank map where anything has a value."""

from dataclasses import replace

import pytest

from mtqg_geo.figures.opening import opening_query, opens_by_itself
from mtqg_geo.figures.query import parse_selection
from mtqg_geo.figures.selection import default_selection

NOBODY = (None, None, None)


def row(indicator, period, value, basis="actual"):
    return ("00001", indicator, "", period, basis, value, "báo cáo")


@pytest.mark.parametrize(
    ("observations", "opened"),
    [
        ([], {}),
        ([row("OP02", "2022-Q1", 3.0)], {"indicator": ["OP02"], "year": ["2022"], "basis": ["actual"]}),
        (
            # The latest year with a value, the catalogue's first indicator, the usual basis if it can be.
            [row("OP02", "2023-Q1", 3.0), row("OP01", "2023", 4.0, "plan"), row("OP01", "2022-Q1", 1.0),
             row("OP01", "2024-Q1", float("nan"))],
            {"indicator": ["OP01"], "year": ["2023"], "basis": ["plan"]},
        ),
        (
            [row("OP01", "2026-Q1", 3.0)],
            {"indicator": ["OP01"], "year": ["2026"], "basis": ["actual"], "vintage": ["2025-07"]},
        ),
    ],
)  # fmt: skip
def test_without_regions_it_opens_on_the_latest_figures(squares, observations, opened):
    assert dict(opening_query(squares(observations=observations, regions=NOBODY))) == opened


def test_the_usual_indicator_stays_where_it_has_values(data, squares):
    assert opening_query(data) == {}
    assert opening_query(squares(observations=[row("OP01", "2024-Q1", 3.0)])) == {}


def test_what_it_opens_on_is_a_link_like_any_other(squares):
    loaded = squares(observations=[row("OP02", "2022-Q1", 3.0)], regions=NOBODY)
    selection, problems = parse_selection(opening_query(loaded), loaded)
    assert problems == ()
    assert (selection.indicator, selection.year) == ("OP02", 2022)
    # A link that says anything is read as ever.
    assert opens_by_itself({})
    assert not opens_by_itself({"district": ["1"]})
    older, _ = parse_selection({"indicator": ["OP01"]}, loaded)
    assert older == replace(default_selection(loaded), indicator="OP01", basis=older.basis)
