"""What a page drawn by AppTest says above its content, whichever way it is drawn."""

import re
from html import unescape


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
