"""What a server prepares, and when: never for a page that only a test draws."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event
from types import SimpleNamespace

from streamlit.runtime import app_session
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from mtqg_geo.dataset.dataset import load_dataset
from mtqg_geo.dataset.outlines import outlines
from mtqg_geo.figures.selection import default_selection
from mtqg_geo.maps.classing import Classing
from mtqg_geo.maps.view import map_view
from mtqg_geo.ui import warm
from mtqg_geo.ui.newest import newest_dataset

WAIT_S = 30


def test_the_map_is_served_though_no_page_imported_it(monkeypatch):
    registered = []
    registry = SimpleNamespace(register_component=registered.append)
    runtime = SimpleNamespace(component_registry=registry)
    monkeypatch.setattr(warm, "get_instance", lambda: runtime)
    monkeypatch.setattr(warm, "MODULES", ())
    warm._import_pages()
    assert [each.name for each in registered] == ["streamlit_folium.st_folium"]


def test_a_server_prepares_what_is_loaded_before_it_answers_and_the_rest_beside(monkeypatch):
    done, all_done = [], Event()

    def rest(data):
        done.append("rest")
        all_done.set()

    monkeypatch.setattr(warm, "_prepare", lambda data: done.append("first"))
    monkeypatch.setattr(warm, "_prepare_rest", rest)
    monkeypatch.setattr(warm, "_import_pages", lambda: None)

    async def served():
        async with warm.beside(None):
            assert done[0] == "first"
            newest_dataset()

    # Not in the thread of the test, where a browser may have left a running loop.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, served()).result()
    assert all_done.wait(WAIT_S)
    assert done == ["first", "rest"]


def test_figures_of_earlier_states_are_forgotten_and_borders_are_not(monkeypatch):
    monkeypatch.setattr(warm, "_prepare_rest", lambda data: None)
    earlier, data = load_dataset(), load_dataset()
    drawn = outlines(earlier)

    def view(of):
        return map_view(of, default_selection(of), Classing(), lang="vi")

    views = [view(each) for each in (earlier, data)]
    warm._settle(data)
    assert [view(each) is before for each, before in zip((earlier, data), views, strict=True)] == [
        False, True,
    ]  # fmt: skip
    assert outlines(earlier) is drawn


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


def test_what_is_not_asked_for_yet_is_prepared_with_rests_and_no_longer_than_it_is_shown(
    data, monkeypatch
):
    done, slept, is_shown = [], [], iter([True, True, False])
    monkeypatch.setattr(warm, "_pieces", lambda data: [partial(done.append, n) for n in range(9)])
    monkeypatch.setattr(warm, "is_newest", lambda data: next(is_shown))
    monkeypatch.setattr(warm, "sleep", slept.append)
    monkeypatch.setattr(warm, "monotonic", iter([0.0, 0.5, 2.0, 4.0]).__next__)
    warm._prepare_rest(data)
    assert done == [0, 1]
    assert slept == [1.5, 6.0]


def test_every_piece_of_what_is_prepared_can_be_shown(data):
    pieces = [*warm._pieces(data)]
    assert len(pieces) > 2 * len(data.catalog.indicators)
    for piece in (pieces[0], pieces[1], *pieces[-2:]):
        piece()
