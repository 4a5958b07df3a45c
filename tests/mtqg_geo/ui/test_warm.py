"""What a server prepares, and when: never for a page that only a test draws."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from types import SimpleNamespace

import pytest
from streamlit.runtime import app_session
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from mtqg_geo.communes.lineage import vintages
from mtqg_geo.dataset.outlines import outlines
from mtqg_geo.figures.selection import default_selection
from mtqg_geo.maps.classing import Classing
from mtqg_geo.maps.view import map_view
from mtqg_geo.ui import warm


@pytest.fixture
def started(monkeypatch):
    """What was begun beside the pages, in order; nothing of it is done."""
    begun = []
    monkeypatch.setattr(warm, "_start", lambda task, *given: begun.append((task, *given)))
    monkeypatch.setattr(warm, "_serving", Event())
    warm.settle.cache_clear()
    yield begun
    warm.settle.cache_clear()


def test_the_map_is_served_though_no_page_imported_it(monkeypatch):
    registered = []
    registry = SimpleNamespace(register_component=registered.append)
    runtime = SimpleNamespace(component_registry=registry)
    monkeypatch.setattr(warm, "get_instance", lambda: runtime)
    monkeypatch.setattr(warm, "MODULES", ())
    warm._import_pages()
    assert [each.name for each in registered] == ["streamlit_folium.st_folium"]


def test_a_page_without_a_server_begins_nothing(data, started):
    warm.settle(data)
    assert started == []


def test_a_server_prepares_what_is_loaded_at_its_start_and_anew_once_after_each_load(data, started):
    async def served():
        async with warm.beside(None):
            for loaded in (data, data, "another load", "another load"):
                warm.settle(loaded)

    # Not in the thread of the test, where a browser may have left a running loop.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, served()).result()
    assert started == [
        (warm._import_pages,), (warm._prepare_rest, data), (warm._renew, "another load"),
    ]  # fmt: skip


def test_figures_of_earlier_states_are_forgotten_and_borders_are_not(data, monkeypatch):
    prepared = []
    monkeypatch.setattr(warm, "_prepare", lambda loaded, vintage: prepared.append(vintage))
    monkeypatch.setattr(warm, "_prepare_rest", prepared.append)
    drawn = outlines(data)
    selection = default_selection(data)
    view = map_view(data, selection, Classing(), lang="vi")
    warm._renew(data)
    assert map_view(data, selection, Classing(), lang="vi") is not view
    assert outlines(data) is drawn
    assert prepared == [vintages()[0], data]


def test_what_streamlit_tells_of_its_theme_is_read_once_and_the_same(monkeypatch):
    asked, options = [], {"theme": {"primaryColor": "#0b5d8a", "base": "light"}}

    def look_up(section):
        asked.append(section)
        return options.get(section, {"primaryColor": None})

    monkeypatch.setattr(app_session.config, "get_options_for_section", look_up)

    def told():
        theme = app_session.CustomThemeConfig()
        app_session._populate_theme_msg(theme)
        app_session._populate_theme_msg(theme.light, "theme.light")
        return theme

    before = told()
    assert (before.primary_color, before.HasField("light")) == ("#0b5d8a", False)
    with warm._theme_read_once():
        assert told() == told() == before
        assert not told().HasField("light")
    assert asked == ["theme", "theme.light"] * 2


def test_a_file_of_a_button_is_there_while_many_others_click():
    manager, now = MediaFileManager(MemoryMediaFileStorage("/media")), [0.0]

    def is_there(clicks):
        button = manager.add_deferred(lambda: b"a,b", "text/csv", "place", "sites.csv")
        manager.execute_deferred(button)
        manager.clear_session_refs()
        for _ in range(clicks):
            manager.remove_orphaned_files()
        return bool(manager._file_metadata)

    assert not is_there(2)
    with warm._files_stay_a_while(lambda: now[0]):
        assert is_there(200)
        for now[0] in (30.0, 60.0):
            assert manager._file_metadata
            manager.remove_orphaned_files()
        assert not manager._file_metadata
