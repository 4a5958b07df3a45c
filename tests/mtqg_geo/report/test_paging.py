"""How the rows of a table come onto pages: none lost, none too many, no page for two of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqg_geo.report.paper.page import Foot, Heading
from mtqg_geo.report.setup import Office
from mtqg_geo.report.tables.table import (
    LEAST_ROWS,
    Column,
    LaidRow,
    LaidTable,
    Row,
    Table,
    arranged,
    lay,
    table_sheets,
)
from tests.mtqg_geo.report.reading import assert_nothing_is_cut_off, written

HEADING = LaidRow((), 6.0, strong=True)


def paged(rows, first_mm, other_mm, end_mm=0.0):
    """Deal rows; check that each is there once, in order, and that every page has room for it."""
    laid, pages = arranged(
        LaidTable((), (), HEADING, tuple(rows)), first_mm, other_mm, end_mm=end_mm
    )
    assert [row.strong for page in pages for row in page] == [row.strong for row in rows]
    assert [row for page in pages for row in page] == list(laid.rows)
    for at, page in enumerate(pages):
        high = laid.heading.height + sum(row.height for row in page)
        below = end_mm if at == len(pages) - 1 else 0.0
        assert high + below <= (other_mm if at else first_mm) + 1e-6
    return pages


@pytest.mark.few(5)
@pytest.mark.parametrize("every", [0, 12], ids=["rows alone", "districts"])
@pytest.mark.parametrize("end_mm", [0.0, 33.0], ids=["nothing below", "signed"])
@pytest.mark.parametrize("height", [4.5, 11.0], ids=["one line", "three lines"])
def test_no_last_page_has_one_or_two_rows(every, end_mm, height):
    for count in range(1, 201):
        rows = [LaidRow((), height, strong=bool(every) and at % every == 0) for at in range(count)]
        pages = paged(rows, 105.0, 150.0, end_mm)
        assert len(pages) == 1 or len(pages[-1]) >= LEAST_ROWS, count
        fit = int((105 - 6) / height) + (len(pages) - 1) * int((150 - 6) / height)
        assert count <= fit * 1.25
        assert len(pages) < 2 or not any(page[-1].strong for page in pages[:-1]), "a district alone"


@given(
    st.lists(st.floats(4.5, 14.0), min_size=1, max_size=60),
    st.floats(90.0, 200.0),
    st.floats(0.0, 35.0),
)
def test_rows_of_any_height_find_a_page_and_the_last_one_company(heights, room_mm, end_mm):
    pages = paged([LaidRow((), each, strong=False) for each in heights], 90.0, room_mm, end_mm)
    assert len(pages) == 1 or len(pages[-1]) >= LEAST_ROWS


def test_three_rows_too_high_for_a_page_are_parted_and_none_is_lost():
    rows = [LaidRow((), 60.0, strong=False)] * 3
    assert [len(page) for page in paged(rows, 100.0, 140.0)] == [1, 2]


def test_a_table_without_rows_is_one_page():
    assert paged([], 100.0, 140.0, 30.0) == [[]]


@pytest.mark.parametrize("office", [None, Office()], ids=["plain", "signed"])
@pytest.mark.parametrize("orientation", ["landscape", "portrait"])
def test_every_row_is_printed_once_on_pages_worth_their_paper(setup, orientation, office):
    columns = (Column("TT", "right"), Column("Tên", share=1))
    chosen = setup(orientation=orientation, office=office)
    for count in (1, 30, 33, 60, 61, 62, 63, 100, 101, 102, 131, 200):
        rows = tuple(Row((str(at), f"dòng {at}")) for at in range(count))
        head = Heading("trên", "Bảng", "dưới", "Bắc Giang")
        sheets = [*table_sheets([(head, Table(columns, rows))], Foot((), ("nguồn",)), chosen)]
        listed = [[line.text for line in written(sheet) if line.text.startswith("dòng")]
                  for sheet in sheets]  # fmt: skip
        assert [text for page in listed for text in page] == [f"dòng {at}" for at in range(count)]
        assert len(sheets) == 1 or len(listed[-1]) >= LEAST_ROWS
        for sheet in sheets:
            assert_nothing_is_cut_off(sheet)


def test_rows_are_no_closer_than_they_have_to_be():
    columns = (Column("Tên", share=1),)
    laid = lay(Table(columns, tuple(Row((str(at),)) for at in range(20))), 80)
    same, [page] = arranged(laid, 200.0, 200.0)
    assert same is laid
    assert len(page) == 20
