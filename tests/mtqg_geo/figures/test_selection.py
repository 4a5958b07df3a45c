from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqg_geo.dataset.dataset import shipped_dataset
from mtqg_geo.figures.filters import FILTERS
from mtqg_geo.figures.periods import (
    Measure,
    can_be_paired,
    measures_of,
    quarters_of_any,
    result_basis,
)
from mtqg_geo.figures.query import SHOWN, parse_selection
from mtqg_geo.figures.selection import Selection, comparable_periods, default_selection
from mtqg_geo.programme.model import Basis, Status

DATA = shipped_dataset()


def some_of(values):
    return st.lists(st.sampled_from(list(values)), unique=True, max_size=4).map(tuple)


@st.composite
def selections(draw):
    indicators = list(DATA.catalog.indicators.values())
    indicator = draw(st.sampled_from(indicators))
    measure = draw(st.sampled_from((Measure.VALUE, *measures_of(indicator))))
    is_figure = measure is Measure.VALUE
    pairs = [second.id for second in indicators if can_be_paired(indicator, second)]
    selection = Selection(
        year=draw(st.sampled_from(DATA.years)),
        vintage=DATA.boundary_set.vintage,
        indicator=indicator.id,
        basis=draw(st.sampled_from(indicator.bases)) if is_figure else result_basis(indicator),
        measure=measure,
        second=draw(st.sampled_from(["", *pairs])),
        districts=draw(some_of(DATA.districts["code"])),
        projects=draw(some_of(DATA.catalog.projects)),
        communes=draw(some_of(DATA.communes["code"])),
        statuses=draw(some_of(Status)),
    )
    earlier = quarters_of_any(DATA, selection.growing(DATA), selection.year)[:-1]
    selection = replace(selection, quarter=draw(st.sampled_from([None, *earlier])))
    others = comparable_periods(DATA, selection).values()
    return replace(selection, compare=draw(st.sampled_from([None, *others])))


@given(selections())
def test_a_selection_written_as_a_query_and_read_again_is_the_same(selection):
    assert parse_selection(selection.query(DATA), DATA) == (selection, ())


@given(selections())
def test_a_list_may_also_be_written_with_commas(selection):
    commas = {name: [",".join(values)] for name, values in selection.query(DATA).items()}
    assert parse_selection(commas, DATA) == (selection, ())


NAMES = (*(each.name for each in FILTERS), *SHOWN)


@given(st.dictionaries(st.sampled_from(NAMES), st.lists(st.text(max_size=60), max_size=3)))
def test_no_text_in_a_link_breaks_the_page(query):
    selection, problems = parse_selection(query, DATA)
    assert selection.indicator in DATA.catalog.indicators
    assert all(len(problem) < 400 for problem in problems)


def test_without_a_query_the_region_of_2023_is_shown(data):
    selection, problems = parse_selection({}, data)
    assert selection == default_selection(data)
    assert (selection.year, selection.indicator, selection.basis) == (2023, "region", Basis.ACTUAL)
    assert problems == ()
    assert selection.query(data) == {}


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"district": ["999"]}, "Không có huyện nào mang mã “999” (1 mã không dùng được)."),
        ({"district": ["998", "220", "999"]}, "“998” (2 mã"),
        ({"project": ["DA11"]}, "Không có dự án nào mang mã “DA11”"),
        ({"commune": ["7645"]}, "Không có xã nào mang mã “7645”"),  # 07645 without its zero
        ({"status": ["done"]}, "Không có trạng thái “done”."),
        ({"year": ["2031"]}, "năm “2031”. Các năm có thể chọn: 2022, 2023, 2024."),
        ({"year": ["hai nghìn"]}, "năm “hai nghìn”"),
        ({"indicator": ["OP99"]}, "Không có chỉ tiêu “OP99”."),
        ({"basis": ["promised"]}, "“promised”. Có thể chọn: plan, allocated, disbursed, actual."),
        (
            {"vintage": ["2025-03"]},
            "Không có bộ ranh giới “2025-03”. Có thể chọn: 2023-04, 2025-07.",
        ),
        ({"indicator": ["FI01"], "basis": ["actual"]}, "không có số liệu “Thực hiện”; chỉ có:"),
    ],
)
def test_what_does_not_exist_gets_one_sentence_and_the_rest_is_kept(data, query, words):
    selection, problems = parse_selection(query | {"lang": ["vi"]}, data)
    assert len(problems) == 1
    assert words in problems[0]
    assert selection.year == 2023
    kept = {"district": ["220"]} if "220" in query.get("district", []) else {}
    assert selection.query(data) == kept | {k: v for k, v in query.items() if v == ["FI01"]}


def test_the_sentence_is_in_the_language_of_the_page(data):
    _, problems = parse_selection({"district": ["999"]}, data, lang="en")
    assert problems[0].startswith("There is no district “999” (1 unusable).")


def test_a_long_text_from_a_link_is_cut_in_the_sentence(data):
    _, problems = parse_selection({"district": ["x" * 5000]}, data)
    assert "x" * 41 not in problems[0]


def test_a_project_selects_the_works_of_its_sub_projects(data, select):
    works = data.sites
    whole = select(project=["DA4"]).mask(data, works, "sites")
    part = select(project=["DA4.TDA1"]).mask(data, works, "sites")
    assert set(works.loc[part, "project"]) == {"DA4.TDA1"}
    assert (whole >= part).all()


def test_communes_must_lie_in_both_the_districts_and_the_communes_chosen(data, select):
    son_dong = select(district=["220"])
    assert son_dong.commune_mask(data).sum() == 17
    inside = data.communes.loc[data.communes["district_code"] == "220", "code"].iloc[0]
    assert replace(son_dong, communes=(inside,)).commune_mask(data).sum() == 1
    assert replace(son_dong, communes=("07243",)).commune_mask(data).sum() == 0
