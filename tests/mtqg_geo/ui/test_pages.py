"""Every page by AppTest: what a link shows, what a widget changes, what is said when nothing fits."""

import re

import pytest

from tests.mtqg_geo.ui.said import choose, notes, open_app, problems, query
from tests.tables import rows_of

SON_DONG, AN_LAC = "220", "07645"


def heading(app):
    bodies = [html.proto.body for html in app.get("html")]
    title = next(body for body in bodies if "class='table-title'" in body)
    return re.sub(r"<[^>]*>", "", title)


def table(app):
    return rows_of(app, "table")


def figure(app, key):
    bodies = [html.proto.body for html in app.get("html")]
    strip = "".join(body for body in bodies if "class='strip'" in body)
    return strip.split(f"data-figure='{key}'")[1].split("</div>")[0]


def test_a_first_visit_shows_the_whole_province_by_region():
    app = open_app()
    assert app.session_state["indicator"] == "region"
    assert app.selectbox(key="year").value == 2023
    assert app.multiselect(key="district").value == []
    assert heading(app) == "Bảng số liệu của bản đồ · 209 xã"
    assert len(table(app)) == 209
    assert "<span class='value'>28</span>" in figure(app, "most_difficult")
    assert not problems(app)
    assert query(app) == {}


def test_a_link_sets_every_widget():
    app = open_app(
        district=[SON_DONG],
        project=["DA4", "DA6"],
        status=["completed"],
        year=["2022"],
        indicator=["OP01"],
        basis=["plan"],
        scheme=["quantiles"],
        k=["4"],
        scope=["filtered"],
        profile=[AN_LAC],
    )
    assert app.multiselect(key="district").value == [SON_DONG]
    assert app.multiselect(key="project").value == ["DA4", "DA6"]
    assert app.multiselect(key="status").value == ["completed"]
    assert app.selectbox(key="year").value == 2022
    assert app.session_state["indicator"] == "OP01"
    assert app.selectbox(key="basis").value == "plan"
    assert app.session_state["scheme"] == "quantiles"
    assert app.session_state["k"] == 4
    assert app.session_state["scope"]
    assert app.session_state["profile"] == AN_LAC
    assert heading(app) == "Bảng số liệu của bản đồ · 17 xã"
    assert not problems(app)


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("district", "999"),
        ("project", "DA99"),
        ("commune", "00000"),
        ("status", "started"),
        ("year", "1999"),
        ("indicator", "XX99"),
        ("basis", "guess"),
        ("vintage", "1066-10"),
        ("scheme", "magic"),
        ("k", "99"),
        ("scope", "here"),
        ("profile", "00000"),
        ("work", "site:nowhere"),
        ("work", "07645"),
        ("lang", "fr"),
    ],
)
def test_an_unknown_value_in_the_link_gives_one_sentence_and_the_rest_applies(parameter, value):
    app = open_app(**({"district": [SON_DONG]} | {parameter: [value]}))
    assert len(problems(app)) == 1
    assert value in problems(app)[0]
    expected = "209 xã" if parameter == "district" else "17 xã"
    assert heading(app).endswith(expected) or parameter == "lang"
    assert len(table(app)) == int(expected.split()[0])


def test_the_next_change_takes_the_sentence_away_and_writes_a_clean_link():
    app = open_app(district=["999"], indicator=["OP01"])
    assert len(problems(app)) == 1
    app.multiselect(key="district").set_value([SON_DONG]).run()
    assert not problems(app)
    assert query(app) == {"district": [SON_DONG], "indicator": ["OP01"]}


def test_a_change_of_widgets_changes_table_figures_and_link_together():
    app = open_app()
    before = figure(app, "capital")
    app.multiselect(key="district").set_value([SON_DONG]).run()
    assert len(table(app)) == 17
    assert figure(app, "capital") != before
    assert query(app) == {"district": [SON_DONG]}
    choose(app, indicator="OP01")
    assert query(app) == {"district": [SON_DONG], "indicator": ["OP01"]}
    assert table(app)["value"].dtype == float
    app.multiselect(key="status").set_value(["completed"]).run()
    app.selectbox(key="year").set_value(2022).run()
    assert query(app) == {
        "district": [SON_DONG],
        "indicator": ["OP01"],
        "status": ["completed"],
        "year": ["2022"],
    }
    app.button(key="clear").click().run()
    assert query(app) == {"indicator": ["OP01"], "year": ["2022"]}


def test_a_link_that_comes_late_does_not_undo_a_choice():
    app = open_app()
    app.multiselect(key="district").set_value([SON_DONG]).run()
    app.query_params.clear()  # the browser had not heard of the new link when it sent the click
    app.multiselect(key="status").set_value(["completed"]).run()
    assert app.multiselect(key="district").value == [SON_DONG]
    assert query(app) == {"district": [SON_DONG], "status": ["completed"]}


def test_the_basis_follows_an_indicator_that_lacks_it():
    app = open_app(indicator=["FI01"], basis=["disbursed"])
    choose(app, indicator="OP01")
    assert app.session_state["basis"] == "actual"
    assert not problems(app)


def test_a_district_and_a_commune_outside_it_say_that_nothing_is_selected():
    app = open_app(district=[SON_DONG], commune=["07201"])
    words = "Không có xã nào thuộc tất cả các bộ lọc đang chọn. Hãy bỏ bớt một bộ lọc."
    assert sum(words in note for note in notes(app)) == 1
    assert len(table(app)) == 0


def test_unreadable_breaks_are_named():
    app = open_app(indicator=["OP01"], scheme=["fixed"])
    choose(app, breaks="1; two")
    assert len(problems(app)) == 1
    assert "1; two" in problems(app)[0]


def test_breaks_of_money_stay_in_the_link_as_the_legend_s_millions():
    app = open_app(indicator=["FI01"], scheme=["fixed"], breaks=["2.000; 5000,5"])
    assert app.session_state["breaks"] == "2000; 5000,5"
    assert not problems(app)
    choose(app, scope=True)
    assert query(app)["breaks"] == ["2000; 5000,5"]
    assert query(app)["scope"] == ["filtered"]


def test_the_english_page_speaks_english():
    app = open_app(lang=["en"])
    assert heading(app) == "Table of the map · 209 communes"
    assert app.multiselect(key="district").label == "District"
