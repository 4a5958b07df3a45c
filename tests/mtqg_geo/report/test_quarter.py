"""The quarter chosen on a page: every report follows it, or says of which year its figures are."""

import pytest

from mtqg_geo.exports import files as exports
from mtqg_geo.figures.file_names import report_name
from mtqg_geo.figures.profile import commune_profile
from mtqg_geo.report.atlas import atlas_sheets, figure_block
from mtqg_geo.report.standalone import standalone_html
from mtqg_geo.report.tables.communes import commune_table
from mtqg_geo.report.tables.progress import progress_sheets
from tests.mtqg_geo.report.reading import written

# A map of regions has no quarters, a plan neither, support for houses is reported by quarter.
SHOWN = ({}, {"indicator": ["OP01"], "basis": ["plan"]}, {"indicator": ["OP01"]})


def texts(sheet):
    return [line.text for line in written(sheet)]


def half(select, **query):
    return select(as_of=["2023-Q2"], **query)


def reported(data, code, indicator, *periods):
    """Add up a commune's reports as they stand in the data."""
    rows = data.observed(indicator, 2023)
    rows = rows[(rows["commune_code"] == code) & rows["period"].isin(periods)]
    return rows["value"].sum()


@pytest.mark.few(1)
@pytest.mark.parametrize("shown", SHOWN)
def test_the_progress_table_is_that_of_the_quarter_whatever_the_map_shows(
    data, select, setup, shown
):
    first, *capital = progress_sheets(data, half(select, **shown), setup())
    assert "hết quý II/2023" in " ".join(texts(first))
    assert "ít nhất 291" in texts(first), "water for 291 households in two quarters, 1.032 in four"
    billions = [text for page in capital for text in texts(page)]
    assert "ít nhất 130,8" in billions
    assert not any("458,4" in text for text in billions)


@pytest.mark.long
@pytest.mark.parametrize("shown", SHOWN)
def test_the_word_report_holds_the_quarter_of_its_title(word_tables, shown):
    made = word_tables(as_of=["2023-Q2"], **shown)
    said = "\n".join(paragraph.text for paragraph in made.paragraphs)
    assert "quý II/2023" in said.splitlines()[1]
    assert "đã giải ngân ít nhất 130,8 tỷ đồng" in said
    cells = [cell.text for table in made.tables for row in table.rows for cell in row.cells]
    assert "ít nhất 291" in cells
    assert "Tỷ lệ giải ngân, năm 2023 – Giải ngân, lũy kế đến hết quý II/2023" in said


def test_what_is_measured_once_a_year_is_not_yet_owed_in_a_table(word_tables):
    [poverty] = [
        row
        for row in word_tables(as_of=["2023-Q2"]).tables[1].rows
        if row.cells[-2].text == "Chưa đến kỳ" and "ĐBKK" not in row.cells[1].text
    ]
    assert poverty.cells[-1].text == "–"


def test_an_atlas_page_holds_results_up_to_the_quarter_and_names_those_of_the_year(data, select):
    code = "07645"  # xã An Lạc
    lines = {each.indicator.id: each for each in commune_profile(data, half(select), code).lines}
    quarters = ("2023-Q1", "2023-Q2")
    plan = reported(data, code, "OP01", "2023")
    assert lines["OP01"].plan == plan
    assert lines["OP01"].result == reported(data, code, "OP01", *quarters) < plan
    assert not lines["OP01"].is_of_year
    assert lines["OC16"].is_of_year
    names = [
        row.cells[0]
        for row in figure_block(commune_profile(data, half(select), code), "vi").table.rows
    ]
    assert [name for name in names if name.startswith("Giảm nghèo xã DTTS&MN")] == [
        "Giảm nghèo xã DTTS&MN (cả năm)"
    ]
    year = commune_profile(data, select(), code).lines
    assert not any(line.is_of_year for line in year), "nothing is to be told apart"


def test_an_atlas_page_says_up_to_when_its_results_count(data, select, setup):
    [page] = atlas_sheets(data, half(select, commune=["07645"]), setup())
    assert "lũy kế đến hết quý II/2023" in " ".join(texts(page))
    [page] = atlas_sheets(data, select(commune=["07645"]), setup())
    assert "năm 2023" in " ".join(texts(page))


def test_the_table_of_communes_holds_the_quarter_its_heading_names(data, select):
    table = commune_table(data, half(select, indicator=["OP01"], district=["220"]), "vi")
    assert [column.heading for column in table.columns][4:6] == [
        "Kế hoạch (hộ)",
        "Thực hiện, lũy kế đến hết quý II/2023 (hộ)",
    ]
    rows = {row.cells[1]: row.cells for row in table.rows}
    first, second = (reported(data, "07645", "OP01", f"2023-Q{n}") for n in (1, 2))
    assert rows["07645"][5] == f"{first + second:.0f}"
    assert table.rows[0].cells[5] == "ít nhất 15", "the district: 15 of 62 houses"


def test_the_page_to_hand_over_has_the_same_table(data, select, setup):
    page = standalone_html(data, half(select, indicator=["OP01"], district=["220"]), setup())
    assert "Thực hiện, lũy kế đến hết quý II/2023 (hộ)" in page


@pytest.mark.parametrize(
    ("kind", "suffix", "shown", "period"),
    [
        ("progress", "pdf", {}, "2023-Q2"),
        ("word", "docx", {}, "2023-Q2"),
        ("atlas", "pdf", {}, "2023-Q2"),
        ("map", "pdf", {"indicator": ["OP01"]}, "2023-Q2"),
        ("map", "pdf", {"indicator": ["OP01"], "basis": ["plan"]}, "2023"),
        ("html", "html", {}, "2023"),
        ("communes", "pdf", {"indicator": ["OC16"]}, "2023"),
    ],
)
def test_a_file_is_named_by_the_period_of_its_figures(data, select, kind, suffix, shown, period):
    name = report_name(data, half(select, **shown), kind, suffix)
    assert f"_{period}_data-" in name
    assert ("2023-Q2" in name) == (period == "2023-Q2")


def test_sites_and_roads_are_of_a_year(data, select):
    selection = half(select, indicator=["OP01"])
    assert exports.file_stem(data, selection, "sites").startswith("sites_2023_data")
    assert exports.file_stem(data, selection, "communes").startswith("communes_OP01-actual_2023-Q2")
