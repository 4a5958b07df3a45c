"""Measures, quarters, a second indicator and a second period as widgets and in the link."""

import pytest
from streamlit.testing.v1 import AppTest

from mtqg_geo.ui import main

TIMEOUT_S = 60
MAIN = main.__file__ if hasattr(main, "__file__") else ""


def open_app(**query):
    app = AppTest.from_file(MAIN, default_timeout=TIMEOUT_S)
    for name, values in query.items():
        app.query_params[name] = values
    app.run()
    assert not app.exception
    return app
