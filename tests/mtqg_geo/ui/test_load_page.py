"""The page that loads a file: what it asks of a file, what of it is held and for how long."""

from streamlit.testing.v1 import AppTest

from mtqg_geo.ui.load import page
from mtqg_geo.ui.server.uploads import Findings


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
    app = AppTest.from_function(choice, default_timeout=60)
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


def picker():
    """Draw a picker, leave its page if told so; keep whether its file is still held."""
    import streamlit as st
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    from mtqg_geo.ui.load import page
    from mtqg_geo.ui.shared import file_picker

    memory, context = st.session_state, get_script_run_ctx()
    chosen = file_picker.draw("Tệp", [".csv"], key="file", lang="vi")
    page._forget_other_file(chosen.file_id if chosen else None)
    if chosen:
        memory["ids"] = [*memory.get("ids", []), chosen.file_id]
        memory["_checked_upload"] = chosen.getvalue()
    if memory.get("leaves"):
        page.forget()
    held = context.uploaded_file_mgr.get_files(context.session_id, memory.get("ids", []))
    memory["held"] = [each.data for each in held]


def test_a_file_is_freed_when_another_is_chosen_and_when_its_page_is_left():
    app = AppTest.from_function(picker, default_timeout=60).run()

    app.file_uploader[0].set_value(("a.csv", b"a", "text/csv")).run()
    assert app.session_state["held"] == [b"a"]
    app.file_uploader[0].set_value(("b.csv", b"b", "text/csv")).run()
    assert app.session_state["held"] == [b"b"]
    assert app.session_state["_checked_upload"] == b"b"

    app.session_state["leaves"] = True
    app.run()
    assert app.session_state["held"] == []
    assert "_checked_upload" not in app.session_state
    assert not app.exception


class Found:
    def __init__(self, name):
        self.name = name


def checking():
    """Draw the picker and say what was found in the file."""
    import streamlit as st

    from mtqg_geo.ui.load import page

    page._choose_file(None, "vi")
    found = page._checked()
    st.text(found.name if found else "")


def test_a_file_whose_result_was_let_go_of_is_checked_anew_when_its_reader_comes_back(monkeypatch):
    checks, held = [], Findings(most_bytes=1_000)

    def check(content, name, data, **given):
        checks.append(name)
        return Found(name)

    monkeypatch.setattr(page.apart, "check", check)
    monkeypatch.setattr(page, "findings", lambda: held)
    app = AppTest.from_function(checking, default_timeout=60).run()
    app.file_uploader[0].set_value(("a.csv", b"a", "text/csv")).run()
    app.run()
    assert (checks, app.text[0].value) == (["a.csv"], "a.csv")  # once

    held.keep("another reader's" * 1_000)
    app.run()
    assert (checks, app.text[0].value) == (["a.csv"] * 2, "a.csv")
    assert not app.exception
