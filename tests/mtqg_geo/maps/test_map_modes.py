"""The view of the map page in its modes: a quarter, two indicators, two periods, shared breaks."""

from dataclasses import replace
from itertools import chain

import numpy as np
import pytest

from mtqg_geo.figures.query import parse_selection
from mtqg_geo.maps.classing import Classing
from mtqg_geo.maps.layers import kept_layers
from mtqg_geo.maps.legend import printed_legend, screen_classes
from mtqg_geo.maps.view import COMPARED, DIFFERENCE, SECOND, map_view, value_columns


def view_of(data, selection, **classing):
    return map_view(data, selection, Classing(**classing), lang="vi")


def labels(view):
    return [entry.label for entry in view.choropleth.legend]


def test_the_plain_map_has_no_caption_and_no_other(data, select):
    view = view_of(data, select(indicator=["OP01"]))
    assert (view.caption, view.pair, view.other) == ("", None, None)
    assert view.words == "Thực hiện"
    assert {SECOND, COMPARED} & set(view.table) == set()


def test_a_quarter_is_named_above_the_map(data, select):
    view = view_of(data, select(indicator=["OP01"], as_of=["2023-Q1"]))
    assert view.caption == "Năm 2023, đến hết quý I"
    plan = view_of(data, select(indicator=["OP01"], as_of=["2023-Q1"], basis=["plan"]))
    assert plan.caption == ""


def test_two_periods_have_the_same_classes_and_the_table_has_both_values(data, select):
    view = view_of(data, select(indicator=["OP02"], compare=["2022"]))
    alone = view_of(data, select(indicator=["OP02"], year=["2022"]))
    assert view.other.choropleth.edges == view.choropleth.edges != alone.choropleth.edges
    assert labels(view.other) == labels(view)
    assert view.table[COMPARED].equals(alone.table["value"])
    assert (view.caption, view.other.caption) == ("Năm 2023", "Năm 2022")
    together = np.concatenate([view.table["value"], alone.table["value"]]).astype(float)
    assert view.choropleth.edges[0] == np.nanmin(together)
    assert view.choropleth.edges[-1] >= np.nanmax(together)


def test_a_year_that_is_not_over_says_so_beside_another(data, select):
    view = view_of(data, select(indicator=["OP01"], compare=["2024"]))
    assert view.other.caption == "Năm 2024, đến hết quý II"


@pytest.mark.parametrize("query", [{"as_of": ["2023-Q1"]}, {"year": ["2022"]}, {"year": ["2024"]}])
def test_breaks_of_all_periods_are_the_same_in_each(data, select, query):
    here = view_of(data, select(indicator=["OP01"]), is_pooled=True)
    there = view_of(data, select(indicator=["OP01"], **query), is_pooled=True)
    assert labels(there) == labels(here)
    assert view_of(data, select(indicator=["OP01"], **query)).choropleth.edges != (
        here.choropleth.edges
    )


def test_a_colour_means_the_same_in_a_district_unless_breaks_are_to_be_those_of_the_filter(
    data, select
):
    whole = view_of(data, select(indicator=["CX02"]))
    district = select(indicator=["CX02"], district=["220"])
    same, own = view_of(data, district), view_of(data, district, is_filtered=True)
    blanks = [entry.label for entry in whole.choropleth.legend if entry.fill != "solid"]
    assert labels(same)[: -len(blanks)] == labels(whole)[: -len(blanks)] != labels(own)[:-3]
    assert same.choropleth.colours == whole.choropleth.colours
    inside = district.commune_mask(data)
    painted = zip(same.choropleth.classes, whole.choropleth.classes, inside, strict=True)
    assert all(here == there for here, there, is_inside in painted if is_inside)
    assert whole.class_notes == ()
    assert same.class_notes == ("Ngưỡng tính từ số liệu của toàn tỉnh",)
    assert own.class_notes == ("Ngưỡng tính theo phạm vi đang lọc",)
    assert own.class_notes[0] in screen_classes(own, "vi").notes
    assert own.class_notes[0] in printed_legend(data, own, "vi")[0].notes


def test_two_indicators_are_cut_over_the_whole_province_too(data, select):
    query = {"indicator": ["CX02"], "with": ["OP05"]}
    whole = view_of(data, select(**query))
    district = select(**query, district=["220"])
    same, own = view_of(data, district), view_of(data, district, is_filtered=True)
    assert same.pair.rows.labels == whole.pair.rows.labels != own.pair.rows.labels


def test_a_row_of_the_legend_names_the_characters_of_its_units(data, select):
    for query in ({}, {"indicator": ["OP01"]}, {"indicator": ["CX02"], "with": ["OP05"]}):
        view = view_of(data, select(**query))
        section = screen_classes(view, "vi")
        cells = [] if section.square is None else list(chain(*section.square.chars))
        counts = [] if section.square is None else list(chain(*section.square.counts))
        rows = [(key.chars, key.count.split()[0]) for key in section.keys[:-1]]
        for chars, count in [*rows, *zip(cells, counts, strict=True)]:
            assert sum(view.choropleth.classes.count(char) for char in chars) == int(count)
        capitals = [char for char in view.choropleth.classes if char.isupper()]
        assert set(capitals) <= set(section.keys[-1].chars)


def test_regions_are_compared_without_breaks(data, select):
    view = view_of(data, select(compare=["2022"]), is_pooled=True)
    assert labels(view) == labels(view.other)
    assert view.other.choropleth.edges == ()


def test_two_indicators_fill_table_tooltip_and_title(data, select):
    view = view_of(data, select(indicator=["CX02"], **{"with": ["OP05"]}))
    assert view.title == "Tỷ lệ hộ nghèo và Đường trung tâm xã, liên xã"
    assert view.tooltip_text == "Tỷ lệ hộ nghèo: {}\nĐường trung tâm xã, liên xã: {}"
    # Of 73 communes 52 were given no road to build, two have not reported theirs.
    assert view.table[SECOND].notna().sum() == 19
    below = sum(entry.count for entry in view.choropleth.legend)
    assert sum(map(sum, view.pair.counts)) + below == len(data.communes)
    communes = kept_layers(data, view, lang="vi")[0].spec
    assert communes["value_text"].count("{}") == 2
    assert "<" in communes["values"]


def test_two_indicators_nobody_reported_together_say_so(squares, data):
    built = squares(
        observations=[
            ("00001", "CX02", "", "2023", "actual", 12.0, "test"),
            ("00002", "OP05", "DA4", "2023-Q1", "actual", 2.0, "test"),
        ]
    )
    selection, problems = parse_selection({"indicator": ["CX02"], "with": ["OP05"]}, built)
    assert problems == ()
    view = view_of(built, selection)
    assert view.notices == (
        "Chưa xã nào có đủ cả hai số liệu “Tỷ lệ hộ nghèo” và “Đường trung tâm xã, liên xã” "
        "của kỳ này.",
    )
    assert view.choropleth.classes == "B0n"  # roads missing in region III, need missing in I


def test_both_periods_without_figures_are_named_once(data, select):
    view = view_of(data, select(indicator=["CX02"], year=["2024"], compare=["2022"]))
    assert len(view.notices) == 1
    assert view.other.choropleth.edges


def test_a_blank_of_one_period_alone_counts_none_in_the_other(data, select):
    """Who has no plan in 2023, and nobody in 2022 to whom that applies: none, and no crash."""
    asked = select(indicator=["OP01"], measure=["completion"])
    view = view_of(data, asked)
    blanks = {entry.fill for entry in view.choropleth.legend}
    entries = tuple(each for each in view.choropleth.legend if each.fill != "na")
    other = replace(view, choropleth=replace(view.choropleth, legend=entries))
    assert "na" in blanks
    for here, there in ((view, other), (other, view)):
        compared = replace(here, other=there)
        keys = screen_classes(compared, "vi").keys
        [outside] = [key for key in keys if getattr(key.symbol, "fill", "") == "na"]
        alone = next(each.count for each in view.choropleth.legend if each.fill == "na")
        assert outside.count in {f"{alone} | 0 xã", f"0 | {alone} xã"}
        assert [key.label for key in keys[:-1]] == labels(view)


def test_two_maps_stand_from_left_to_right_in_time(data, select):
    for query in ({"year": ["2023"], "compare": ["2022"]}, {"year": ["2022"], "compare": ["2023"]}):
        view = view_of(data, select(indicator=["OP01"], **query))
        assert [each.caption for each in view.side_by_side] == ["Năm 2022", "Năm 2023"]
        first, second = (each.choropleth.legend[0].count for each in view.side_by_side)
        assert screen_classes(view, "vi").keys[0].count == f"{first} | {second} xã"
    quarter = view_of(data, select(indicator=["OP01"], compare=["2023-Q2"]))
    assert quarter.side_by_side[0] is quarter.other


def test_a_map_of_differences_is_one_map_and_whoever_is_missing_once_is_never_zero(data, select):
    query = {"indicator": ["OP01"], "compare": ["2022"]}
    view = view_of(data, select(**query, compare_as=["difference"]))
    values = view_of(data, select(**query)).table
    assert view.other is None
    assert view.side_by_side == (view,)
    assert view.caption == "Năm 2023 so với năm 2022"
    change = view.table[DIFFERENCE]
    assert view.table[["value", COMPARED]].equals(values[["value", COMPARED]])
    assert change.equals((values["value"] - values[COMPARED]).astype(float))
    counts = {entry.label: entry.count for entry in view.choropleth.legend}
    assert counts["Không đổi"] == (change == 0).sum()
    blanks = [entry.count for entry in view.choropleth.legend if not entry.code]
    assert sum(blanks) == change.isna().sum()
    once = values["value"].notna() ^ values[COMPARED].notna()
    # Of the ten communes without a plan in one of the years that is the reason, nothing is missing.
    no_plan = counts["Không có kế hoạch ở ít nhất một kỳ"]
    assert counts["Thiếu số liệu một kỳ"] == once.sum() - no_plan == 7
    assert sum(counts.values()) == len(data.communes)


def test_a_difference_says_both_values_what_changed_and_between_which_periods(data, select):
    view = view_of(data, select(indicator=["CX02"], compare=["2022"], compare_as=["difference"]))
    assert view.tooltip_text == "Chênh lệch: {}\nNăm 2022: {}\nNăm 2023: {}"
    [texts] = [text for text, code in zip(view.tooltips, data.communes["code"], strict=True)
               if code == "07645"]  # fmt: skip
    assert texts == ("giảm 2,6 điểm %", "16,0 %", "13,4 %")
    section = screen_classes(view, "vi")
    assert section.remarks == ("Chênh lệch: thực hiện · điểm %", "Năm 2023 so với năm 2022")
    assert "Kỳ sau trừ kỳ trước. Xanh: tốt lên; cam: kém đi." in section.notes
    # On paper the title names the periods.
    assert printed_legend(data, view, "vi")[0].remarks == section.remarks[:1]
    assert all("Giảm" in entry.label for entry in view.choropleth.legend if entry.code)
    typed = view_of(data, view.selection, scheme="fixed", breaks=(0.0, 5.0))
    assert typed.class_notes[0].startswith("Ngưỡng nhập tay")
    assert labels(typed) == labels(view)


def test_a_difference_of_which_nobody_knows_both_sides_says_so(data, select):
    query = {"indicator": ["CX02"], "year": ["2024"], "compare": ["2022"]}
    view = view_of(data, select(**query, compare_as=["difference"]))
    assert view.notices
    assert set(view.choropleth.legend[0].chars) <= set("0A")
    assert view.choropleth.legend[0].label == "Thiếu số liệu một kỳ"


def test_the_table_has_the_earlier_period_first_and_what_changed_last(data, select):
    query = {"indicator": ["CX02"], "compare": ["2022"]}
    headings = ["Năm 2022 (%)", "Năm 2023 (%)", "Chênh lệch (điểm %)"]
    for how, expected in (("maps", headings[:2]), ("difference", headings)):
        view = view_of(data, select(**query, compare_as=[how]))
        columns = value_columns(view, None, "vi")
        assert [heading for heading, _ in columns.values()] == expected
        assert list(columns)[:2] == [COMPARED, "value"]
        assert set(columns) <= set(view.table)
