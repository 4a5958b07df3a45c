"""Names from a file stand on the pages letter by letter: no markup in them works."""

from dataclasses import replace

import pytest

from mtqg_geo.dataset import dataset
from mtqg_geo.ui import newest
from tests.mtqg_geo.ui.test_pages import open_app
from tests.mtqg_geo.ui.test_progress_page import open_page

ATTACK, SHOWN = "<img src=x onerror='alert(1)'>", "&lt;img src=x onerror="


@pytest.fixture
def _hostile(data, monkeypatch):
    """Call every commune, district, site and road by a piece of HTML."""
    names = {"name": ATTACK}
    hostile = replace(
        data,
        communes=data.communes.assign(**names, district=ATTACK),
        districts=data.districts.assign(**names),
        sites=data.sites.assign(**names, commune=ATTACK, district=ATTACK),
        roads=data.roads.assign(**names),
    )
    for module in (dataset, newest):  # a page alone, and in its frame
        monkeypatch.setattr(module, "current_dataset", lambda: hostile)


def bodies(app):
    return "".join(html.proto.body for html in app.get("html"))


@pytest.mark.usefixtures("_hostile")
def test_the_profile_of_a_commune_shows_names_as_they_are_written():
    page = bodies(open_app(profile=["07645"]))
    profile = page.partition("<section class='profile'")[2]
    assert profile.count(SHOWN) > 3, "commune and district, and its sites and roads"
    assert "<img src=x" not in page


@pytest.mark.usefixtures("_hostile")
@pytest.mark.parametrize("work", ["site:CT-2023-052", "road:D-2022-02"])
def test_the_card_of_a_work_shows_names_as_they_are_written(work):
    page = bodies(open_app(work=[work]))
    assert page.partition("<section class='work'")[2].count(SHOWN) >= 2, "its own, its commune's"
    assert "<img src=x" not in page


@pytest.mark.usefixtures("_hostile")
@pytest.mark.parametrize("level", ["district", "commune"])
def test_the_page_of_progress_shows_names_as_they_are_written(level):
    page = bodies(open_page(indicator=["OP01"], rank=[level]))
    assert SHOWN in page.partition("class='progress ranking")[2]
    assert "<img src=x" not in page


# Lists show their entries as they are; all else that a widget says is Markdown.
AS_IT_IS = ("html", "selectbox", "multiselect", "arrow_data_frame")


def shown_as_markdown(block):
    for child in block.children.values():
        if hasattr(child, "children"):
            yield from shown_as_markdown(child)
        elif child.type not in AS_IT_IS:
            yield str(child.proto)


@pytest.mark.usefixtures("_hostile")
@pytest.mark.parametrize("query", [{}, {"district": ["220"], "commune": ["07645"]}])
def test_no_widget_shows_a_name_as_markdown(query):
    app = open_app(**query)
    said = [text for block in (app.main, app.sidebar) for text in shown_as_markdown(block)]
    assert any("quick_districts" in text for text in said)
    assert [text[:300] for text in said if "<img src=x" in text.replace("\\<", "")] == []
