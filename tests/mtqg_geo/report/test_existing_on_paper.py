"""Facilities that the programme did not build, on paper: a distance may be to one of them."""

from dataclasses import replace

import pytest
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex

from mtqg_geo.maps.symbols import EXISTING_COLOUR
from mtqg_geo.maps.works_shown import WorksShown
from mtqg_geo.report.map.page import map_sheets
from mtqg_geo.report.outputs import report_bytes
from tests.mtqg_geo.report.reading import written

UP_TO_2023 = 6
KEY = "Cơ sở có sẵn, ngoài Chương trình"


@pytest.fixture(scope="module")
def with_old_markets(data):
    """The sample, its markets not of the programme: six of them up to 2023."""
    is_market = data.sites["facility"] == "market"
    assert (is_market & (data.sites["year"] <= 2023)).sum() == UP_TO_2023
    return replace(data, sites=data.sites.assign(project=data.sites["project"].mask(is_market, "")))


def squares_on(sheet):
    """Return how many shapes have the colour of existing facilities."""
    return sum(
        len(each.get_paths())
        for each in sheet.figure.artists
        if isinstance(each, PathCollection)
        and [to_hex(colour) for colour in each.get_facecolor()] == [EXISTING_COLOUR]
    )


def test_they_are_squares_with_a_key_and_none_where_there_are_none(
    data, with_old_markets, select, setup
):
    [sheet] = map_sheets(
        with_old_markets, select(indicator=["CX04"]), setup(works=WorksShown.SINGLE)
    )
    assert squares_on(sheet) - 1 == UP_TO_2023, "beside the swatch of the legend"
    assert KEY in {line.text for line in written(sheet)}
    [sheet] = map_sheets(data, select(indicator=["CX04"]), setup(works=WorksShown.SINGLE))
    assert squares_on(sheet) == 0
    assert KEY not in {line.text for line in written(sheet)}


def test_the_page_in_one_file_shows_them_too(with_old_markets, select, setup):
    page = report_bytes(
        with_old_markets, select(indicator=["CX04"]), setup(works=WorksShown.SINGLE), "html", "html"
    )
    assert KEY in page.decode()
    assert '"square"' in page.decode()
