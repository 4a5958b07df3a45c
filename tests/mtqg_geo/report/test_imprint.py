"""The foot of every printed page: nothing of it is cut, and it names the period that is counted."""

from itertools import combinations, product

import pytest

from mtqg_geo.figures import scope
from mtqg_geo.figures.scope import source_text
from mtqg_geo.figures.selection import default_selection
from mtqg_geo.figures.words import illustrative_words
from mtqg_geo.report.atlas import atlas_sheets
from mtqg_geo.report.map.page import map_sheets
from mtqg_geo.report.paper import captions
from mtqg_geo.report.paper.page import EDGE_MM, Foot, draw_foot, paper_sheet
from mtqg_geo.report.tables.communes import commune_sheets
from mtqg_geo.report.tables.progress import progress_sheets
from tests.long import LONG
from tests.mtqg_geo.report.reading import assert_nothing_is_cut_off, written

LANGUAGES = ("vi", "en")
VINTAGES = ("2023-04", "2025-07")
PAPERS = [(paper, way) for paper in ("A4", "A3") for way in ("landscape", "portrait")]
SHEETS = {
    "map": map_sheets,
    "progress": progress_sheets,
    "communes": commune_sheets,
    "atlas": atlas_sheets,
}


def texts(sheet):
    return [line.text for line in written(sheet)]


def last_sheet(kind, shown, setup, vintage, **query):
    commune = {"2023-04": ["07645"], "2025-07": ["07210"]}[vintage]
    place = {"atlas": {"commune": commune}, "communes": {"district": ["220"]}}.get(kind, {})
    data, selection = shown(vintage=[vintage], **place, **query)
    *_, last = SHEETS[kind](data, selection, setup)
    return data, last


def cases():
    """Return papers × sheets, with languages and vintages so that any two choices meet once.

    A text is cut by one choice or by two together (a long language on a narrow paper); all the
    products of the four would be four times as many.
    """
    if LONG:
        return list(product(PAPERS, SHEETS, LANGUAGES, VINTAGES))
    return [
        (paper, kind, LANGUAGES[(p + k) % 2], VINTAGES[(p + k // 2) % 2])
        for (p, paper), (k, kind) in product(enumerate(PAPERS), enumerate(SHEETS))
    ]


def test_any_two_choices_meet_in_the_cases():
    choices = (PAPERS, SHEETS, LANGUAGES, VINTAGES)
    for one, other in combinations(range(len(choices)), 2):
        met = {(case[one], case[other]) for case in cases()}
        assert met == set(product(choices[one], choices[other]))


@pytest.mark.parametrize(("paper", "kind", "lang", "vintage"), cases(), ids=str)
def test_no_imprint_is_cut(shown, setup, paper, kind, lang, vintage):
    data, sheet = last_sheet(kind, shown, setup(*paper, lang), vintage)
    shown_texts = texts(sheet)
    small = [line.text for line in written(sheet) if line.size_pt == 6.2]
    assert small
    assert not [text for text in small if text.endswith("…")]
    if kind in ("map", "atlas"):
        assert captions.boundary_text(data, lang) in " ".join(shown_texts)
    assert_nothing_is_cut_off(sheet)


def test_a_foot_grows_with_its_words_and_stays_on_the_sheet(setup):
    sheet = paper_sheet(setup(orientation="portrait"))
    long = "một câu dài " * 80
    draw_foot(sheet, Foot((long,), (long, "hết")), "Trang 1/1")
    assert " ".join(texts(sheet)).count("câu") == 160
    assert max(line.y for line in written(sheet)) <= sheet.height - EDGE_MM + 1


def test_many_sources_are_counted(data, select, monkeypatch):
    names = [f"Báo cáo số {number}/BC-UBND" for number in range(10, 30)]
    monkeypatch.setattr(scope, "_sources", lambda *asked: names)
    text = source_text(data, select(indicator=["OP01"]), "vi")
    assert "Báo cáo số 15/BC-UBND và 14 nguồn khác." in text
    assert "16/BC" not in text


def test_the_period_named_is_the_one_counted_and_the_state_of_loading_stands_apart(
    select, data, setup
):
    half, year, running = select(as_of=["2023-Q2"]), select(), select(year=["2024"])
    for selection, counted in (
        (half, "báo cáo của các xã đến hết quý II/2023."),
        (year, "báo cáo của các xã đến hết quý IV/2023."),
        (running, "báo cáo của các xã đến hết quý II/2024."),
    ):
        first, *_ = progress_sheets(data, selection, setup())
        foot = " ".join(texts(first))
        assert counted in foot
        assert foot.count("từ dữ liệu đã nạp đến quý II/2024.") == 1


def test_the_source_of_a_map_names_the_period_of_what_is_shown(data, select):
    for query, period in (
        ({"as_of": ["2023-Q2"]}, "năm 2023, đến hết quý II."),
        ({"as_of": ["2023-Q2"], "basis": ["plan"]}, "năm 2023."),
        ({}, "năm 2023."),
        ({"year": ["2024"]}, "năm 2024, đến hết quý II."),
    ):
        source = source_text(data, select(indicator=["OP01"], **query), "vi")
        assert source == f"Nguồn số liệu: số liệu minh họa. Kỳ số liệu: {period}"


def test_an_atlas_names_the_quarter_it_counts(data, select, setup):
    selection = select(as_of=["2023-Q2"], commune=["07645"])
    [page] = atlas_sheets(data, selection, setup())
    assert "báo cáo của xã và của tỉnh đến hết quý II/2023." in " ".join(texts(page))


def test_a_year_without_reports_says_so(squares, setup):
    data = squares(sites=[("a", "planned", "00001")])
    first, *_ = progress_sheets(data, default_selection(data), setup())
    foot = " ".join(texts(first))
    assert "Nguồn số liệu: kế hoạch của tỉnh. Chưa có báo cáo nào của năm" in foot
    assert "từ dữ liệu đã nạp" not in foot


@pytest.mark.parametrize(("year", "is_said"), [("2022", False), ("2023", True), ("2024", False)])
def test_a_published_plan_is_named_on_reports_of_its_year_only(data, select, year, is_said):
    warning = illustrative_words(data, select(year=[year]).year, "vi")
    assert warning.startswith("Số liệu minh họa, không phải số liệu chính thức.")
    assert ("Kế hoạch toàn tỉnh năm 2023 là số đã công bố." in warning) == is_said
