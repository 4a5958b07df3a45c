"""The slider of quarters: which it has, where it stands, and what a move changes."""

import json
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from mtqg_geo.ui.map import time_slider


def script():
    from mtqg_geo.dataset.dataset import current_dataset
    from mtqg_geo.ui import state
    from mtqg_geo.ui.map import time_slider

    time_slider.draw(state.follow_url(current_dataset()), state.language())


def told(**query):
    """Return what the slider of a link is told, None where there is none."""
    app = AppTest.from_function(script, default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    sliders = app.get("bidi_component")
    return json.loads(sliders[0].proto.json) if sliders else None


def test_it_stands_at_the_last_quarter_unless_another_is_chosen():
    slider = told(indicator="OP01")
    assert slider["at"] == 3
    assert slider["numerals"] == ["I", "II", "III", "IV"]
    assert slider["words"][1] == "quý\N{NO-BREAK SPACE}II/2023"
    assert told(indicator="OP01", as_of="2023-Q2", lang="en")["at"] == 1


def test_a_quarter_that_is_compared_with_is_not_played():
    assert told(indicator="OP01")["aside"] == -1
    assert told(indicator="OP01", compare="2022-Q1")["aside"] == -1
    assert told(indicator="OP01", compare="2023-Q1")["aside"] == 0


def test_a_year_that_runs_has_the_quarters_reported():
    assert told(indicator="OP01", year="2024")["numerals"] == ["I", "II"]


def test_what_does_not_grow_by_quarter_has_no_slider_but_one_chosen_elsewhere_can_be_left():
    assert told() is None
    assert told(as_of="2023-Q2")["at"] == 1


@pytest.mark.parametrize(
    ("at", "held"), [(0, 1), (2, 3), (3, time_slider.LATEST), (4, "as before")]
)
def test_a_move_is_held_and_one_of_another_year_is_only_counted(monkeypatch, at, held):
    moved = {"at": at, "moves": 7}
    memory = {"as_of": "as before", time_slider.KEY: SimpleNamespace(moved=moved)}
    monkeypatch.setattr(time_slider.st, "session_state", memory)
    time_slider._take((1, 2, 3, 4))
    assert memory["as_of"] == held
    assert memory["_until_moves"] == 7
