"""What a server prepares, and when: never for a page that only a test draws."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from types import SimpleNamespace

import pytest

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


def test_a_server_prepares_what_is_loaded_from_its_start_and_once_after_each_load(data, started):
    async def served():
        async with warm.beside(None):
            for loaded in (data, data, "another load", "another load"):
                warm.settle(loaded)

    # Not in the thread of the test, where a browser may have left a running loop.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, served()).result()
    pages, *rest = started
    assert pages == (warm._import_pages,)
    assert rest == [(warm._prepare_rest, loaded) for loaded in (data, data, "another load")]
