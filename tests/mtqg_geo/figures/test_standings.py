"""The filter of communes that are late with the indicator shown, or have not reported it."""

import pytest

from mtqg_geo.dataset.dataset import shipped_dataset
from mtqg_geo.figures.query import parse_selection
from mtqg_geo.figures.values import commune_values
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Basis
from mtqg_geo.progress.rankings import COMMUNE, ranking


def _selected(query):
    data = shipped_dataset()
    selection, problems = parse_selection(query, data, lang="vi")
    codes = data.commune_list[c.CODE][selection.commune_mask(data)]
    return data, selection, set(codes), problems


def _numbers(data, indicator, basis):
    rows = commune_values(data, data.catalog.indicators[indicator], year=2023, basis=basis)
    return dict(zip(data.commune_list[c.CODE], rows[c.VALUE], strict=True))


def test_late_communes_of_a_year_that_is_over_did_less_than_planned():
    data, _, codes, problems = _selected({"indicator": ["OP05"], "standing": ["late"]})
    plan, done = (_numbers(data, "OP05", basis) for basis in (Basis.PLAN, Basis.ACTUAL))
    assert codes
    assert not problems
    assert codes == {code for code in plan if plan[code] > 0 and done[code] < plan[code] - 1e-6}


@pytest.mark.parametrize("indicator", ["OP01", "OP05", "OC08"])
def test_late_and_silent_are_those_of_the_ranking(indicator):
    data, selection, late, _ = _selected({"indicator": [indicator], "standing": ["late"]})
    _, _, silent, _ = _selected({"indicator": [indicator], "standing": ["not_reported"]})
    everywhere, _ = parse_selection({"indicator": [indicator]}, data, lang="vi")
    ranked = ranking(data, everywhere, data.catalog.indicators[indicator], level=COMMUNE)
    assert late <= {unit.code for unit in ranked.ranked}
    assert {unit.code for unit in ranked.silent} == silent
    assert not late & silent
    both = {"indicator": [indicator], "standing": ["late", "not_reported"]}
    assert _selected(both)[2] == late | silent
    assert selection.query(data)["standing"] == ["late"]


def test_what_has_no_plan_cannot_be_late():
    data, selection, codes, problems = _selected({"standing": ["late"]})
    assert len(codes) == len(data.commune_list)
    assert not selection.standings
    (sentence,) = problems
    assert "Chậm" in sentence


def test_what_works_depend_on_keeps_the_communes_judged():
    _, selection, codes, _ = _selected({"indicator": ["OP05"], "standing": ["late"]})
    narrowed = selection.filtered()
    assert narrowed.judged == selection.judged == codes
