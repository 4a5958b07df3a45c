"""The menu of what is printed: one press is one file, as the options say."""

from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from mtqg_geo.report.setup import KINDS
from mtqg_geo.ui.shared import printing
from tests.mtqg_geo.report.reading import text_of


def _page():
    from mtqg_geo.dataset.dataset import shipped_dataset
    from mtqg_geo.figures.query import parse_selection
    from mtqg_geo.maps.classing import Classing
    from mtqg_geo.ui.shared import downloads
    from mtqg_geo.ui.state import PageState

    data = shipped_dataset()
    selection, _ = parse_selection({"district": ["220"], "indicator": ["OP01"]}, data)
    downloads.menu(PageState(data, selection, Classing(), None, "vi", ()))


@pytest.fixture
def made(monkeypatch):
    """What a press on each button would make: the name of the file, and how to make it."""
    files = {}
    monkeypatch.setattr(
        printing.st,
        "download_button",
        lambda label, *, data, file_name, key, **_: files.update(
            {key: SimpleNamespace(label=label, name=file_name, content=data)}
        ),
    )
    return files


def opened(*windows):
    app = AppTest.from_function(_page, default_timeout=300)
    for name in ("print_menu", *windows):
        app.session_state[name] = True
    app.run()
    assert not app.exception
    return app


def test_a_press_makes_the_report_and_a_run_of_the_page_makes_none(made):
    opened()
    assert list(made) == ["print_map_list", *(f"print_{kind}" for kind in KINDS)]
    assert made["print_map"].name.startswith("map_OP01")
    assert made["print_map_list"].name.startswith("map-list_OP01")
    assert "Danh sách 17 xã" in text_of(made["print_map_list"].content())
    assert "Danh sách" not in text_of(made["print_map"].content())
    assert made["print_html"].content().startswith(b"<!doctype html>")


def test_a_picture_is_made_of_what_fits_one_and_the_paper_is_said_on_the_button(made):
    app = opened("print_options")
    app.checkbox(key="report_picture").check().run()
    app.selectbox(key="report_paper").select("A3").run()
    assert "A3 (PNG)" in made["print_map"].label
    assert made["print_progress"].content().startswith(b"\x89PNG")
    assert made["print_communes"].name.endswith(".pdf")


def test_who_issues_a_report_is_asked_on_request_and_remembered(made):
    app = opened("print_options")
    assert not app.text_input
    app.checkbox(key="report_letterhead").check().run()
    app.text_input(key="report_office_name").set_value("BAN  DÂN TỘC").run()
    for is_open in (False, False, True):
        app.session_state["print_menu"] = is_open
        app.run()
    app.session_state["print_options"] = True
    app.run()
    assert app.text_input(key="report_office_name").value == "BAN  DÂN TỘC"
    assert "BAN DÂN TỘC" in text_of(made["print_map"].content())


def test_nothing_is_drawn_before_the_window_is_opened():
    app = AppTest.from_function(_page, default_timeout=300).run()
    assert not app.exception
    assert not app.get("download_button")
    assert not app.selectbox
