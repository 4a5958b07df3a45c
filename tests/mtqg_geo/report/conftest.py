"""Reports are made on a fixed day, so that they can be compared byte by byte."""

from datetime import date

import pytest

from mtqg_geo.dataset.vintages import shown_for
from mtqg_geo.figures.query import parse_selection
from mtqg_geo.report.paper.setup import Setup

DAY = date(2024, 7, 1)


@pytest.fixture(scope="session")
def setup():
    """Return paper and language of a report made on 1 July 2024."""

    def made(paper="A4", orientation="landscape", lang="vi", **more):
        return Setup(paper, orientation, lang, day=DAY, **more)

    return made


@pytest.fixture(scope="session")
def shown(data):
    """Return the data on the units that some query parameters ask for, and their selection."""

    def asked(**query):
        shown_data = shown_for(data, query)
        selection, problems = parse_selection(query, shown_data)
        assert problems == ()
        return shown_data, selection

    return asked
