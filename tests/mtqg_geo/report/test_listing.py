"""The list of communes on the sheet of a map, and which communes a report of many pages prints."""

import pytest

from mtqg_geo.maps.classing import Classing
from mtqg_geo.maps.view import map_view
from mtqg_geo.report.atlas import atlas_codes, atlas_sheets
from mtqg_geo.report.map.page import map_sheets
from mtqg_geo.report.setup import Office
from mtqg_geo.report.tables.communes import commune_sheets, commune_table
from mtqg_geo.report.tables.listing import commune_listing
from mtqg_geo.report.tables.printed import printed_communes
from tests.mtqg_geo.report.reading import assert_nothing_is_cut_off, overlaps, written

PLANNER = {"district": ["219", "220"], "region": ["III"], "project": ["DA4"], "indicator": ["OP05"]}


def texts(sheet):
    return [line.text for line in written(sheet)]


def listing(data, selection, lang="vi"):
    return commune_listing(data, map_view(data, selection, Classing(), lang=lang), lang)


def test_the_late_stand_first_then_the_silent_then_the_rest(data, select):
    selection = select(**PLANNER)
    block = listing(data, selection)
    assert block.title == "Danh sách 22 xã, xã cần quan tâm xếp trước"
    stands = [row.cells[-1] for row in block.table.rows]
    order = ["Chưa đạt", "Chưa báo cáo", "Hoàn thành", "Không có kế hoạch"]
    assert list(dict.fromkeys(stands)) == order
    assert stands == sorted(stands, key=order.index)
    assert block.table.rows[0].cells == (
        "1", "Xã Thanh Luận", "Huyện Sơn Động", "III (ĐBKK)", "2,39", "1,12", "Chưa đạt"
    )  # fmt: skip
    silent = [row.cells for row in block.table.rows if row.cells[-1] == "Chưa báo cáo"]
    assert {cells[-2] for cells in silent} == {"–"}, "what is not known is not 0"


@pytest.mark.parametrize("orientation", ["landscape", "portrait"])
def test_map_and_list_of_the_planner_are_one_sheet(data, select, setup, orientation):
    [sheet] = map_sheets(data, select(**PLANNER), setup(orientation=orientation, listed=True))
    shown = texts(sheet)
    for row in listing(data, select(**PLANNER)).table.rows:
        assert row.cells[1] in shown
    assert "Danh sách 22 xã, xã cần quan tâm xếp trước" in shown
    assert_nothing_is_cut_off(sheet)


@pytest.mark.parametrize(
    ("orientation", "query"),
    [
        ("landscape", {"indicator": ["OP05"]}),
        ("portrait", {"indicator": ["OP05"]}),
        ("landscape", {"indicator": ["CX02"], "with": ["OP05"], "district": ["220"]}),
        ("landscape", {"indicator": ["OP05"], "compare": ["2022"], "compare_as": ["difference"]}),
    ],
    ids=str,
)
def test_what_does_not_fit_is_counted_and_nothing_lies_on_another(
    data, select, setup, orientation, query
):
    selection = select(**query)
    office = Office(name="BAN DÂN TỘC TỈNH")
    [sheet] = map_sheets(
        data, selection, setup(orientation=orientation, listed=True, office=office)
    )
    shown, rows = texts(sheet), listing(data, selection).table.rows
    numbered = [row for row in rows if row.cells[1] in shown]
    more = [text for text in shown if text.startswith("và ") and text.endswith(" xã khác")]
    assert more == (
        [f"và {len(rows) - len(numbered)} xã khác"] if len(numbered) < len(rows) else []
    )
    assert_nothing_is_cut_off(sheet)
    assert overlaps(sheet) == []


def test_a_map_of_regions_lists_communes_of_the_programme_only(data, select):
    block = listing(data, select())
    assert len(block.table.rows) == 73
    assert block.table.rows[0].cells[3] == "III (ĐBKK)"
    outside = listing(data, select(region=["none"], indicator=["OP05"]))
    assert len(outside.table.rows) == 136, "asked for, they are listed"


def test_an_atlas_holds_the_communes_of_the_programme_the_most_difficult_first(data, select, setup):
    selection = select()
    regions = data.regions_in(2023)
    codes = atlas_codes(data, selection, setup())
    kinds = [regions[code] == "III" for code in codes]
    assert len(codes) == 73
    assert kinds == sorted(kinds, reverse=True)
    assert kinds.count(True) == 28
    first = next(iter(atlas_sheets(data, selection, setup())))
    said = " ".join(texts(first))
    assert "73 xã vùng DTTS&MN" in said
    assert "136 xã khác" in said
    assert "Trang 1/73" in said
    assert_nothing_is_cut_off(first)
    assert len(atlas_codes(data, selection, setup(everywhere=True))) == 209


@pytest.mark.parametrize(
    "query", [{"commune": ["07207"]}, {"district": ["213"]}, {"region": ["none"]}]
)
def test_communes_outside_are_printed_where_they_are_asked_for_or_nothing_else_is(
    data, select, setup, query
):
    selection = select(**query)
    printed = printed_communes(data, selection, setup())
    assert printed.note == ""
    assert (printed.among == selection.commune_mask(data)).all()
    assert printed.among.any()


def test_the_table_of_communes_has_the_same_totals_without_those_outside(data, select, setup):
    selection = select(indicator=["OP01"])
    printed = printed_communes(data, selection, setup())
    some = commune_table(data, selection, "vi", among=printed.among)
    every = commune_table(data, selection, "vi")
    assert some.rows[-1].cells[2] == "Tổng cộng (73 xã)"
    assert some.rows[-1].cells[3:] == every.rows[-1].cells[3:]
    pages = list(commune_sheets(data, selection, setup()))
    assert len(pages) == 3
    assert "136 xã khác" in " ".join(texts(pages[0]))
