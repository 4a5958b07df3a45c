"""What planners do in a day: few clicks, nothing typed, one sheet of paper."""

from zipfile import ZipFile

import pytest
from pypdf import PdfReader

from mtqg_geo.dataset.dataset import shipped_dataset
from mtqg_geo.figures.query import parse_selection
from mtqg_geo.programme import columns as c
from tests.e2e import days
from tests.long import LONG

ASKED = {
    "indicator": ["OP05"],
    "district": ["219", "220"],
    "region": ["III"],
    "standing": ["late"],
}


@pytest.mark.long
def test_late_roads_of_two_districts_take_eight_clicks_and_one_sheet(visit, tmp_path):
    sheet, features, hands = days.late_roads(visit, tmp_path)
    assert hands == {"clicks": 8, "characters": 0}
    data = shipped_dataset()
    selection, problems = parse_selection(ASKED, data, lang="vi")
    assert not problems
    names = data.commune_list[c.NAME][selection.commune_mask(data)]
    assert {each["properties"]["name"] for each in features} == set(names)
    assert len(names) > 0
    [page] = PdfReader(sheet).pages
    words = page.extract_text()
    assert all(name.removeprefix("Xã ") in words for name in names)
    asked = {name: sorted(values) for name, values in visit.query().items()}
    assert asked == ASKED, "a copied link shows the same"


def test_back_forward_reload_and_a_copied_link_show_the_same_after_every_kind_of_choice(
    new_visit,
):
    visit = new_visit()
    visit.open("/")
    seen = [visit.state()]
    once_more = (
        lambda: days.press_chip(visit, "Chưa báo cáo"),
        lambda: visit.choose("year", "2024"),
        lambda: days.pick_indicator(visit, "Đường trung tâm xã, liên xã"),
        lambda: days.press_chip(visit, "Chưa báo cáo"),
    )
    for choose in (
        lambda: days.press_chip(visit, "Sơn Động"),
        lambda: days.pick_indicator(visit, "Hỗ trợ nhà ở"),
        *(once_more if LONG else ()),
        lambda: visit.choose("basis", "Tỷ lệ hoàn thành"),
    ):
        before = visit.page.url
        choose()
        visit.page.wait_for_function("before => location.href !== before", arg=before)
        visit.wait_drawn()
        seen.append(visit.state())

    def assert_shows(state):
        names = list(state["query"])
        visit.wait_query(**{name: state["query"][name] for name in names})
        visit.wait_drawn()
        assert visit.state() == state

    visit.page.reload()
    assert_shows(seen[-1])
    for state in reversed(seen[:-1]):
        visit.page.go_back()
        assert_shows(state)
    for state in seen[1:]:
        visit.page.go_forward()
        assert_shows(state)
    copied = new_visit()
    copied.open(visit.page.url.removeprefix(visit.server.url))
    assert copied.state() == seen[-1]


@pytest.mark.long
def test_each_silent_commune_gets_its_workbook_by_five_clicks(visit, tmp_path):
    archive, hands = days.silent_communes(visit, tmp_path)
    assert hands == {"clicks": 5, "characters": 0}
    data = shipped_dataset()
    query = {"indicator": ["OP01"], "standing": ["not_reported"]}
    selection, _ = parse_selection(query, data, lang="vi")
    codes = data.commune_list[c.CODE][selection.commune_mask(data)]
    with ZipFile(archive) as books:
        assert [name[:5] for name in books.namelist()] == sorted(codes)


@pytest.mark.long
def test_the_end_of_a_quarter_is_three_clicks_and_a_sheet(visit, tmp_path):
    sheet, hands = days.end_of_quarter(visit, tmp_path)
    assert hands == {"clicks": 3, "characters": 0}
    words = PdfReader(sheet).pages[0].extract_text()
    assert "Sơn Động" in words
    assert "2024" in words
