"""The filters by source and kind of money, wherever a selection is written down."""

import pytest

from mtqg_geo.figures.file_names import file_stem
from mtqg_geo.figures.query import parse_selection
from mtqg_geo.figures.scope import filters_chosen
from mtqg_geo.figures.works import works_of


def test_a_link_holds_them_and_gives_them_back(data, select):
    query = {"capital_source": ["central", "none"], "capital_kind": ["regular"]}
    selection = select(**query)
    assert selection.capital_sources == ("central", "none")
    assert selection.query(data) == query


@pytest.mark.parametrize("name", ["capital_source", "capital_kind"])
def test_what_does_not_exist_is_named(data, name):
    selection, problems = parse_selection({name: ["vàng"]}, data)
    assert selection.capital[name] == ()
    assert len(problems) == 1
    assert "“vàng”" in problems[0]


def test_captions_say_that_it_is_money_alone(data, select):
    selection = select(capital_source=["central"], capital_kind=["none"])
    assert filters_chosen(data, selection, "vi") == [
        "số tiền chỉ tính nguồn: Ngân sách trung ương", "số tiền chỉ tính loại: Không chia",
    ]  # fmt: skip


def test_the_name_of_a_file_tells_them(data, select):
    assert "capital_source-central" in file_stem(
        data, select(capital_source=["central"]), "communes"
    )


def test_works_stay(data, select):
    filtered, every = works_of(data, select(capital_kind=["regular"])), works_of(data, select())
    assert filtered.sites.count == every.sites.count
    assert filtered.roads.count == every.roads.count
