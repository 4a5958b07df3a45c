"""Notices: one line, the most important first, nothing of them lost."""

from dataclasses import dataclass, replace

import pytest

from mtqg_geo.figures.selection import default_selection
from mtqg_geo.ui.shared import notices

KEPT = "nothing, where something may come"


@dataclass(frozen=True)
class Page:
    """As much of a page's state as notices ask for."""

    data: object
    selection: object
    lang: str = "vi"
    problems: tuple = ()


@pytest.fixture
def drawn(monkeypatch, data):
    def draw(extra=(), *, of=data, **state):
        bodies = []
        monkeypatch.setattr(notices.st, "html", bodies.append)
        monkeypatch.setattr(notices.st, "empty", lambda: bodies.append(KEPT))
        notices.draw(Page(of, default_selection(of), **state), extra)
        return bodies

    return draw


def summary(body):
    return body.split("<summary>")[1].split("</summary>")[0]


def test_a_page_of_the_state_before_says_that_a_newer_one_is_coming(drawn, data, monkeypatch):
    monkeypatch.setattr(notices, "is_behind", lambda shown: shown is data)
    [body] = drawn()
    assert "<b>Số liệu minh họa</b><span>Dữ liệu vừa có thay đổi" in summary(body)


def test_the_sample_says_that_it_is_made_up_and_its_borders_approximate(drawn):
    [body] = drawn()
    assert summary(body).startswith("<span>Số liệu minh họa, không phải số liệu chính thức.")
    assert summary(body).endswith("<i>(+1)</i>")
    assert "Ranh giới gần đúng" in body.split("</summary>")[1]


def test_why_a_map_is_empty_comes_first_and_made_up_figures_stay_in_sight(drawn):
    [body] = drawn(["Chưa có <số liệu>."])
    assert (
        summary(body) == "<b>Số liệu minh họa</b><span>Chưa có &lt;số liệu&gt;.</span><i>(+2)</i>"
    )


def test_each_thing_is_said_once_and_problems_of_a_link_stand_above(drawn):
    problem, note = drawn(["Trống.", "Trống."], problems=("Không có huyện “999”.",))
    assert note.count("Trống.") == 1
    assert "role='alert'" in problem
    assert summary(problem) == "<span>Không có huyện “999”.</span>"
    assert "Phần còn lại của đường dẫn" in problem


def test_real_figures_on_surveyed_borders_have_nothing_to_say(drawn, monkeypatch, data):
    # Until a click: Streamlit has a part of a page write only where it has written before.
    monkeypatch.setattr(notices, "illustrative_words", lambda *_: "")
    surveyed = replace(data, boundary_set=replace(data.boundary_set, accuracy="surveyed"))
    assert drawn(of=surveyed) == [KEPT]
    [body] = drawn(["Chưa có số liệu."], of=surveyed)
    assert summary(body) == "<span>Chưa có số liệu.</span>"
