"""Word reports of the delivered data, each made once for all that is asked of it."""

import io

import docx
import pytest

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
