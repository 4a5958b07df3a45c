from streamlit.testing.v1 import AppTest

from tests.mtqg_geo.report.reading import text_of


def _page():
    from mtqg_geo.dataset.dataset import shipped_dataset
    from mtqg_geo.figures.query import parse_selection
    from mtqg_geo.maps.classing import Classing
    from mtqg_geo.ui.shared import downloads
    from mtqg_geo.ui.state import PageState

    data = shipped_dataset()
    selection, _ = parse_selection({"district": ["220"], "indicator": ["OP01"]}, data)
    downloads.draw_reports(PageState(data, selection, Classing(), None, "vi", ()))


def opened():
    app = AppTest.from_function(_page, default_timeout=300)
    app.session_state["report_open"] = True
    app.run()
    assert not app.exception
    return app


def test_a_report_is_made_when_asked_for_and_then_offered():
    app = opened()
    assert not app.get("download_button")
    app.button(key="report_make").click().run()
    assert not app.exception
    assert len(app.get("download_button")) == 1
    made = app.session_state["_report_made"]
    assert made.name.startswith("map_OP01")
    assert made.content.startswith(b"%PDF")


def test_another_choice_withdraws_the_file_of_the_last_one():
    app = opened()
    app.button(key="report_make").click().run()
    app.selectbox(key="report_kind").select("html").run()
    assert not app.get("download_button")
    app.button(key="report_make").click().run()
    assert app.session_state["_report_made"].content.startswith(b"<!doctype html>")


def test_a_progress_table_is_offered_as_a_picture():
    app = opened()
    app.selectbox(key="report_kind").select("progress").run()
    app.selectbox(key="report_format_progress").select("png").run()
    app.button(key="report_make").click().run()
    assert app.session_state["_report_made"].content.startswith(b"\x89PNG")


def test_what_cannot_be_made_says_why(monkeypatch):
    monkeypatch.setattr("mtqg_geo.report.outputs.MOST_PAGES_OF_PICTURE", 1)
    app = opened()
    app.selectbox(key="report_kind").select("progress").run()
    app.selectbox(key="report_format_progress").select("png").run()
    app.button(key="report_make").click().run()
    assert "PDF" in app.error[0].value
    assert not app.get("download_button")


def test_who_issues_a_report_is_asked_on_request_and_remembered():
    app = opened()
    assert not app.text_input
    app.checkbox(key="report_letterhead").check().run()
    app.text_input(key="report_office_name").set_value("BAN DÂN TỘC").run()
    app.selectbox(key="report_kind").select("html").run()
    assert not app.checkbox
    app.selectbox(key="report_kind").select("map").run()
    assert app.text_input(key="report_office_name").value == "BAN DÂN TỘC"
    app.button(key="report_make").click().run()
    assert not app.exception
    made = app.session_state["_report_made"]
    assert made.wish.setup.office.name == "BAN DÂN TỘC"
    assert "BAN DÂN TỘC" in text_of(made.content)


def test_nothing_is_drawn_before_the_window_is_opened_and_a_choice_outlives_closing_it():
    app = AppTest.from_function(_page, default_timeout=300).run()
    assert not app.exception
    assert not app.selectbox
    app.session_state["report_open"] = True
    app.run()
    app.selectbox(key="report_paper").select("A3").run()
    app.session_state["report_open"] = False
    app.run()
    app.run()
    assert not app.selectbox
    app.session_state["report_open"] = True
    app.run()
    assert app.selectbox(key="report_paper").value == "A3"
