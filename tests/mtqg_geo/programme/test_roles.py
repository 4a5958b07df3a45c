"""What the product needs is found by its role in the catalogue, never by an id."""

import ast
from dataclasses import replace
from math import isnan
from pathlib import Path

import pytest

from mtqg_geo.figures.key_figures import key_figures
from mtqg_geo.figures.selection import Selection
from mtqg_geo.programme.model import Role
from mtqg_geo.progress.capital import ladder
from mtqg_geo.progress.difficult import difficult_communes
from mtqg_geo.progress.document import progress_json

SQUARES = Selection(year=2023, vintage="2023-04")
PACKAGE = Path(__file__).parents[3] / "mtqg_geo"


def without_roles(data):
    plain = {id: replace(each, role=Role.NONE) for id, each in data.catalog.indicators.items()}
    return replace(data, catalog=replace(data.catalog, indicators=plain))


def test_every_role_is_filled(data):
    assert {role: data.catalog.with_role(role).id for role in Role if role} == {
        "capital": "FI01", "disbursement": "FI02", "leaving": "OC03", "poverty_fall": "OC16",
        "poverty_goal": "OC17", "households": "CX01",
    }  # fmt: skip


def test_a_catalogue_without_a_role_leaves_out_what_is_made_of_it(squares):
    data = without_roles(squares())
    assert [rung.is_empty for rung in ladder(data, SQUARES)] == [True]
    assert [tile.key for tile in key_figures(data, SQUARES, lang="vi")][:3] == [
        "most_difficult", "sites", "roads",
    ]  # fmt: skip
    (difficult,) = difficult_communes(data, SQUARES).communes
    assert not difficult.is_to_leave
    assert difficult.is_poverty_met is None
    assert isnan(difficult.poverty_change)
    assert '"capital": {\n  "plan": null' in progress_json(data, SQUARES)


@pytest.mark.long
def test_no_id_of_the_catalogue_stands_in_the_code(data):
    ids = {*data.catalog.indicators} - {"region"}  # the column of that name, not the indicator
    found = [
        f"{path.name}:{node.lineno}"
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and node.value in ids
    ]
    assert found == []
