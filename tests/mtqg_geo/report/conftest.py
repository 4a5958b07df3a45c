"""Word reports of the delivered data, each made once for all that is asked of it."""

import io
from unittest import mock

import docx
import pytest

from mtqg_geo.report.paper.sheet import Sheet
from mtqg_geo.report.word import report
from mtqg_geo.report.word.report import word_report


@pytest.fixture(scope="session")
def word_content(data, select, setup):
    """Return the file of a Word report of some query parameters."""
    made = {}

    def content(lang="vi", **query):
        key = repr((lang, query))
        if key not in made:
            made[key] = word_report(data, select(**query), setup(lang=lang))
        return made[key]

    return content


@pytest.fixture(scope="session")
def word_document(word_content):
    """Return a Word report of some query parameters, opened."""

    def document(lang="vi", **query):
        return docx.Document(io.BytesIO(word_content(lang, **query)))

    return document


@pytest.fixture(scope="session")
def word_tables(data, select, setup):
    """Return a Word report, opened, with blanks for its maps: to draw them takes most of the time."""
    made = {}

    def document(lang="vi", *, office=None, **query):
        key = repr((lang, office, query))
        if key not in made:
            with mock.patch.object(report, "map_picture", return_value=Sheet(9, 9)):
                content = word_report(data, select(**query), setup(lang=lang, office=office))
            made[key] = docx.Document(io.BytesIO(content))
        return made[key]

    return document
