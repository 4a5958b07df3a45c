"""The page that loads a file: what it asks of a file with several tables."""

from streamlit.testing.v1 import AppTest


def choice():
    """Draw the choice of sheets for a file of two tables and a sheet of notes."""
    from types import SimpleNamespace as Made

    import streamlit as st

    from mtqg_geo.ui.load.page import _choose_sheets

    chosen = st.session_state.get("_load_sheets") or ["Biểu 1", "Bản sao"]
    tables = [Made(headings=Made(sheet=name)) for name in chosen]
    left = tuple(name for name in ("Biểu 1", "Bản sao", "Ghi chú") if name not in chosen)
    _choose_sheets(Made(tables=tables, sheets_ignored=left), "vi")


def test_a_sheet_is_left_out_and_taken_back():
    app = AppTest.from_function(choice)
    app.session_state["_load_checked_file"] = "1"
    app.run()
    assert app.multiselect[0].value == ["Biểu 1", "Bản sao"]

    app.multiselect[0].set_value(["Biểu 1"]).run()
    assert app.session_state["_load_sheets"] == ["Biểu 1"]
    assert "_load_checked_file" not in app.session_state  # the file is checked again
    assert app.multiselect[0].options == ["Biểu 1", "Bản sao", "Ghi chú"]

    app.multiselect[0].set_value([]).run()
    assert app.multiselect[0].value == ["Biểu 1", "Bản sao"]
    assert not app.exception
