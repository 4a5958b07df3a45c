"""The table beside the map says what paper says of the same communes, the worst first."""

import pytest

from mtqg_geo.dataset.vintages import shown_dataset
from mtqg_geo.maps.classing import Classing
from mtqg_geo.maps.table_order import lowest_is_worst, order_of, worst_first
from mtqg_geo.maps.view import map_view
from mtqg_geo.programme.amounts import amount
from mtqg_geo.ui.map.table import _other_names, _parts, table_columns


def columns_of(view):
    return {column.name: column for column in table_columns(view, None, "vi")}


def ordered(view):
    lowest = lowest_is_worst(view.selection, view.indicator)
    order, inside = worst_first(view.table, view.indicator, lowest=lowest)
    return view.table.iloc[order], inside


def test_works_of_which_some_are_silent_are_at_least_so_many(data, select):
    view = map_view(data, select(district=["220"]), Classing(), lang="vi")
    columns = columns_of(view)
    place = {code: at for at, code in enumerate(columns["code"].values)}
    done, planned = columns["sites_completed"], columns["sites_planned"]
    silent, known = place["07645"], place["07627"]
    assert done.instead[silent] == "ít nhất 4", "of two of the nine nobody knows"
    assert planned.values[silent] == 9
    assert (done.values[known], planned.values[known]) == (5, 5), "all of them are known"
    assert known not in done.instead


def test_values_are_those_of_the_map_rounded_as_they_are_read(data, select):
    view = map_view(data, select(indicator=["FI01"], district=["220"]), Classing(), lang="vi")
    value = columns_of(view)["value"]
    assert value.decimals == 1
    assert "triệu đồng" in value.heading
    for shown, exact in zip(value.values, view.table["value"], strict=True):
        again = amount(shown * 1e6, view.indicator, "vi")  # in millions, as the heading says
        assert again == amount(exact, view.indicator, "vi")


@pytest.mark.parametrize(
    ("query", "lowest"),
    [
        ({"indicator": ["FI01"]}, True),  # least disbursed
        ({"indicator": ["FI01"], "basis": ["plan"]}, False),  # a plan is neither good nor bad
        ({"indicator": ["OP05"], "measure": ["remaining"]}, False),  # most that is left
        ({"indicator": ["OP05"], "measure": ["completion"]}, True),
        ({"indicator": ["CX02"]}, False),  # the poorest
    ],
)
def test_communes_of_the_programme_come_first_and_the_worst_of_them(data, select, query, lowest):
    view = map_view(data, select(**query), Classing(), lang="vi")
    assert lowest_is_worst(view.selection, view.indicator) is lowest
    table, inside = ordered(view)
    assert (len(table), inside) == (209, 73)
    assert table["region"].notna().to_list() == [True] * 73 + [False] * 136
    values = table["value"].iloc[:73].dropna().to_list()
    assert values == sorted(values, reverse=not lowest)
    blank = table["value"].iloc[:73].isna().to_list()
    assert blank == sorted(blank), "without a value after those with one"
    states = [
        state for state in table["state"].iloc[:inside] if state in ("not_reported", "no_plan")
    ]
    assert states == sorted(states, reverse=True), "silent ones before those with no plan"


def test_the_map_of_regions_begins_with_the_most_difficult(data, select):
    table, _ = ordered(map_view(data, select(), Classing(), lang="vi"))
    regions = table["region"].iloc[:73].to_list()
    assert regions == sorted(regions, reverse=True)
    assert regions[:28] == ["III"] * 28


def test_another_indicator_sends_two_kilobytes_and_no_name_again(data, select):
    sent = []
    for indicator in ("FI01", "CX02", "region"):
        view = map_view(data, select(indicator=[indicator]), Classing(), lang="vi")
        sent.append(_parts(indicator, "vi", view, None, data))
    for parts in sent[1:]:
        assert {**parts, "main": b""} == {**sent[0], "main": b""}
    assert max(len(parts["main"]) for parts in sent) < 2_000


@pytest.mark.parametrize(("indicator", "worst"), [("CX02", max), ("OP01", min)])
def test_of_differences_what_got_worse_most_comes_first_and_may_be_below_zero(
    data, select, indicator, worst
):
    query = {"indicator": [indicator], "compare": ["2022"], "compare_as": ["difference"]}
    view = map_view(data, select(**query), Classing(), lang="vi")
    order, inside = order_of(view)
    changes = view.table["value_difference"].iloc[order[:inside]].dropna().to_list()
    assert inside == 73
    assert changes == sorted(changes, reverse=worst is max)
    assert min(changes) < 0
    columns = columns_of(view)
    assert [name for name, each in columns.items() if each.on_phone] == ["name", "value_difference"]
    assert columns["value_difference"].bar is None


def test_a_unit_is_found_by_the_names_and_codes_of_those_it_came_from(data):
    words = _other_names(shown_dataset(data, "2025-07").as_drawn)["07654"]
    assert words == "an lạc 07654 lệ viễn 07645"


def test_bars_of_two_periods_have_one_measure_and_those_of_completion_end_at_the_plan(data, select):
    query = {"indicator": ["OP05"], "compare": ["2022"]}
    both = columns_of(map_view(data, select(**query), Classing(), lang="vi"))
    bars = {name: both[name].bar for name in ("value", "value_compared")}
    largest = max(value for name in bars for value in both[name].values if value == value)
    assert set(bars.values()) == {largest}
    done = map_view(data, select(indicator=["OP05"], measure=["completion"]), Classing(), lang="vi")
    assert columns_of(done)["value"].bar == 100
