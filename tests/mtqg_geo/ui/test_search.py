"""The search: what is in its list, and what a choice does to the page."""

import gzip
import json

import pytest
import streamlit as st

from mtqg_geo.dataset.vintages import all_shown, shown_dataset
from mtqg_geo.ui.server.lists import list_file, search_list
from mtqg_geo.ui.shared import search

AN_LAC, LE_VIEN = "07645", "07654"


def options(data, lang="vi"):
    groups = json.loads(gzip.decompress(search_list(data, lang)[1]))
    return {value: rest for _, options in groups for value, *rest in options}


def test_communes_are_listed_with_what_they_became_or_were(data):
    label, detail, words = options(data)[f"commune:{LE_VIEN}"]
    assert (label, words) == ("Xã Lệ Viễn", "lệ viễn | 07654 | an lạc")
    assert detail == "07654 · Huyện Sơn Động · từ 07/2025: Xã An Lạc"
    now = options(shown_dataset(data, "2025-07").as_drawn)[f"commune:{LE_VIEN}"]
    assert now[:2] == [
        "Xã An Lạc",
        "07654 · Huyện Sơn Động · trước 07/2025: Xã An Lạc, Xã Lệ Viễn",
    ]


def test_the_list_holds_all_there_is_to_choose(data):
    listed = options(data, "en")
    counts = {
        kind: sum(value.startswith(f"{kind}:") for value in listed)
        for kind in ("commune", "district", "project", "indicator")
    }
    assert counts == {
        "commune": 209,
        "district": 10,
        "project": len(data.catalog.projects),
        "indicator": len(data.catalog.indicators),
    }


def test_a_list_is_named_by_its_content_and_found_by_its_name_only(data):
    file, content = search_list(data, "vi")
    assert list_file(all_shown(data), file) == content
    assert search_list(data, "en")[0] != file
    assert list_file(all_shown(data), "search-0123456789abcdef.json") is None


class Memory(dict):
    """What a session holds, without a server."""

    to_dict = dict.copy


@pytest.fixture
def memory(monkeypatch):
    memory = Memory(commune=["07201"], district=[], indicator="OP05")
    monkeypatch.setattr(st, "session_state", memory)
    return memory


def choose(data, monkeypatch, found, *, on_map=True):
    monkeypatch.setattr(search, "_is_on_map", lambda: on_map)
    search._take(data, found)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ("district:220", {"district": ["220"], "commune": []}),
        ("project:DA4", {"project": ["DA4"]}),
        (f"commune:{AN_LAC}", {"profile": AN_LAC, "work": "", "_zoom_to": (AN_LAC, 1)}),
        ("indicator:FI01", {"indicator": "FI01"}),
    ],
)
def test_a_choice_sets_what_it_names(data, memory, monkeypatch, found, expected):
    choose(data, monkeypatch, found)
    assert {name: memory[name] for name in expected} == expected


@pytest.mark.parametrize(
    "found", ["district:999", "commune:99999", "indicator:x", "x", "", "x:y:z"]
)
def test_what_does_not_exist_does_nothing(data, memory, monkeypatch, found):
    before = dict(memory)
    choose(data, monkeypatch, found)
    assert memory == before


def test_away_from_the_map_nothing_is_set_but_the_map_is_opened_with_it(data, memory, monkeypatch):
    choose(data, monkeypatch, "indicator:FI01", on_map=False)
    assert (memory["indicator"], memory["_map_with"]) == ("OP05", ("indicator", "FI01"))


def test_the_map_shows_a_commune_until_the_filters_change(data, memory, monkeypatch):
    state = type("State", (), {"data": data})
    province, district = (105.9, 21.1, 107.1, 21.6), (106.7, 21.2, 107.0, 21.5)
    assert search.place_to_show(state, province) == province
    choose(data, monkeypatch, f"commune:{AN_LAC}")
    near = search.place_to_show(state, province)
    west, south, east, north = data.communes.set_index("code").loc[[AN_LAC]].total_bounds
    assert near[0] < west < east < near[2]
    assert near[1] < south < north < near[3]
    assert near[2] - near[0] < 3 * (east - west)
    assert search.place_to_show(state, province) == near, "until something else is asked for"
    choose(data, monkeypatch, f"commune:{AN_LAC}")
    assert search.place_to_show(state, province) != near, "the map moves again"
    assert search.place_to_show(state, district) == district
    assert search.place_to_show(state, province) == province
