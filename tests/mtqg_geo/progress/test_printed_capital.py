"""Capital as it is printed adds up, and never reads as something else than it is."""

from math import isclose, isnan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqg_geo.figures.selection import Selection
from mtqg_geo.programme.tables import SPLIT
from mtqg_geo.progress.capital import capital_tables, ladder, ladder_by
from mtqg_geo.progress.targets import progress
from mtqg_geo.progress.words import rung_texts
from mtqg_geo.report.tables.progress import capital_table, split_table
from tests.long import DEAR

SQUARES = Selection(year=2023, vintage="2023-04")
PERIODS = (("2023", "plan"), ("2023", "allocated"), ("2023-Q1", "disbursed"))
STEPS = ("plan_vnd", "allocated_vnd", "disbursed_vnd", "undisbursed_vnd")
PRINTED = ("plan", "allocated", "disbursed", "left", "silent")


def money(commune, project, source, *millions):
    return [
        (commune, "FI01", project, period, basis, amount, "illustrative", source, "")
        for (period, basis), amount in zip(
            PERIODS, (None if m is None else m * 1e6 for m in millions), strict=True
        )
    ]


def read(text):
    """Return the number in a printed cell; nothing in a dash."""
    digits = text.split(" ")[-1].replace(".", "").replace(",", ".")
    return 0.0 if digits == "–" else float(digits)


def printed(rung, tables):
    texts = rung_texts(rung, tables.decimals, "vi")
    return {name: read(texts[name]) for name in PRINTED}


def assert_adds_up(wholes, tables):
    """Say that every column of parts adds up to that of their whole, as printed."""
    for whole, parts in wholes:
        sums, one = [printed(part, tables) for part in parts], printed(whole, tables)
        for name in PRINTED:
            assert sum(each[name] for each in sums) == pytest.approx(one[name], abs=1e-9), name


def groups(tables):
    whole, *rest = tables.rungs
    yield whole, [rung for rung in rest if not rung.parent]
    for project in rest:
        if parts := [rung for rung in rest if project.project and rung.parent == project.project]:
            yield project, parts


def sign(one, other):
    return (one > other) - (one < other)


def assert_means_the_same(written, exact, tables):
    shown = printed(written, tables)
    for name, step in zip(("plan", "allocated", "disbursed", "left"), STEPS, strict=True):
        amount = getattr(exact, step)
        assert (shown[name] == 0) == (isnan(amount) or isclose(amount, 0, abs_tol=1))
        if not isnan(amount):
            assert abs(shown[name] - amount / 1e9) <= 1.01 * 10**-tables.decimals
    for one, other in (STEPS[:2], STEPS[1:3]):
        amounts = [getattr(exact, each) for each in (one, other)]
        if not any(map(isnan, amounts)):
            names = (each.removesuffix("_vnd") for each in (one, other))
            assert sign(*(shown[name] for name in names)) == sign(*amounts)
    if not isnan(exact.disbursed_vnd):
        assert shown["left"] == pytest.approx(shown["allocated"] - shown["disbursed"], abs=1e-9)


def test_a_small_capital_has_the_decimals_it_needs(squares):
    """0.38 of 0.38 with 0.04 left is not "0.4 of 0.3", and a plan of 0.375 stays above 0.374."""
    rows = money("00001", "DA1", "", 375, 375, 335) + money("00001", "DA6", "", 265, 264, 243)
    tables = capital_tables(squares(observations=rows), SQUARES)
    assert tables.decimals == 3
    assert [[*printed(rung, tables).values()][:4] for rung in tables.rungs] == [
        [0.640, 0.639, 0.578, 0.061], [0.375, 0.375, 0.335, 0.040], [0.265, 0.264, 0.243, 0.021],
    ]  # fmt: skip


def test_parts_below_a_tenth_of_a_billion_and_silent_ones_add_up(squares):
    """Of 0.66 billion in a sub-project of which nobody reported, at most all is not disbursed."""
    rows = money("00001", "DA4.TDA1", "", 8_060, 8_060, 4_030)
    rows += money("00002", "DA4.TDA2", "", 700, 660, None) + money(
        "00003", "DA4.TDA1", "", 60, 60, 30
    )
    tables = capital_tables(squares(observations=rows), SQUARES)
    by_project = {rung.project: rung for rung in tables.rungs}
    silent = rung_texts(by_project["DA4.TDA2"], tables.decimals, "vi")
    assert (silent["disbursed"], silent["left"], silent["silent"]) == ("–", "≤ 0,66", "0,66")
    whole = rung_texts(by_project["DA4"], tables.decimals, "vi")
    assert (whole["disbursed"], whole["left"]) == ("ít nhất 4,06", "≤ 4,72")
    assert_adds_up(groups(tables), tables)


@pytest.mark.parametrize("query", [
    {}, {"as_of": ["2023-Q1"]}, {"year": ["2024"]}, {"district": ["217"]}, {"district": ["218"]},
    {"district": ["219"], "as_of": ["2023-Q1"]}, {"project": ["DA3"]},
])  # fmt: skip
def test_the_capital_of_the_sample_adds_up_as_it_is_printed(data, select, query):
    selection = select(**query)
    tables = capital_tables(data, selection)
    assert_adds_up(groups(tables), tables)
    for written, exact in zip(tables.rungs, ladder(data, selection), strict=True):
        assert_means_the_same(written, exact, tables)
        assert written.share == exact.share


amounts = st.integers(0, 3_000)
reports = st.none() | amounts
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["00001", "00002", "00003"]),
        st.sampled_from(["DA1", "DA4.TDA1", "DA4.TDA2", "DA6"]),
        st.sampled_from(["", "central", "local"]),
        amounts, amounts, reports,
    ),
    min_size=1,
    max_size=10,
    unique_by=lambda row: row[:3],
)  # fmt: skip


@DEAR
@given(rows=ROWS)
def test_whatever_is_loaded_in_millions_adds_up_and_means_what_it_says(squares, rows):
    data = squares(observations=[each for row in rows for each in money(*row)])
    tables = capital_tables(data, SQUARES)
    exact = [*ladder(data, SQUARES)]
    written = [*tables.rungs]
    for column in SPLIT:
        exact += ladder_by(data, SQUARES, column).values()
        written += tables.by[column].values()
    for one, other in zip(written, exact, strict=True):
        assert_means_the_same(one, other, tables)
    assert_adds_up(groups(tables), tables)
    for parts in filter(None, tables.by.values()):
        for name in STEPS[:3]:
            whole = getattr(tables.rungs[0], name)
            known = [getattr(p, name) for p in parts.values() if not isnan(getattr(p, name))]
            assert sum(known) == pytest.approx(0 if isnan(whole) else whole, abs=1)


def test_paper_says_at_least_and_how_it_is_rounded_and_divides_what_is_divided(
    data, select, squares
):
    selection = select()
    tables, made = capital_tables(data, selection), progress(data, selection)
    table = capital_table(data, tables, made, "vi")
    assert table.rows[0].cells[2:5] == ("635,0", "618,7", "ít nhất 458,4")
    assert table.rows[0].cells[8] == "≤ 160,3"
    assert "làm tròn sao cho cộng đúng" in table.notes[0]
    assert not tables.is_split
    rows = money("00001", "DA1", "central", 5_000, 4_000, 3_000)
    rows += money("00001", "DA1", "local", 2_000, 1_000, 500)
    own = squares(observations=rows)
    tables = capital_tables(own, SQUARES)
    table = split_table(own, tables, progress(own, SQUARES), "vi")
    assert [row.cells[:3] for row in table.rows] == [
        ("Tổng cộng", "7,0", "5,0"),
        ("Nguồn vốn – Ngân sách trung ương", "5,0", "4,0"),
        ("Nguồn vốn – Ngân sách địa phương", "2,0", "1,0"),
    ]
