"""The application opened by AppTest: its link, choices, and what it says above its content."""

import re
from html import unescape
from pathlib import Path

from streamlit.testing.v1 import AppTest

MAIN = Path(__file__).resolve().parents[3] / "mtqg_geo" / "ui" / "main.py"
TIMEOUT_S = 300


def open_app(**query):
    app = AppTest.from_file(str(MAIN), default_timeout=TIMEOUT_S)
    for name, values in query.items():
        app.query_params[name] = values
    app.run()
    assert not app.exception
    return app


def query(app):
    """Return the link: AppTest gives one value as a text, several as a list."""
    return {
        name: [values] if isinstance(values, str) else list(values)
        for name, values in app.query_params.items()
    }


def problems(app):
    """Return what a link asked for in vain, one text a box."""
    return [each.value.replace("\\", "") for each in app.error] + _folded(app, "alert")


def notes(app):
    """Return what else a reader must not miss, one text a box."""
    return [each.value.replace("\\", "") for each in app.warning] + _folded(app, "note")


def _folded(app, role):
    bodies = [html.proto.body for html in app.get("html")]
    boxes = [
        body
        for body in bodies
        if body.startswith("<div class='notice") and f"role='{role}'" in body
    ]
    return [unescape(re.sub(r"<[^>]*>", " ", body)) for body in boxes]


def choose(app, **choices):
    """Choose what widgets hold that AppTest does not know, or that are folded away; run the page."""
    for key, value in choices.items():
        app.session_state[key] = value
    app.run()
    assert not app.exception
