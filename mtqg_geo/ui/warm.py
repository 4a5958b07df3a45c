"""What is done once, so that no visitor waits for it again.

The communes of 2023 are ready before the server answers. Beside it, while the first browser is
still fetching scripts, the pages are imported and the units of later vintages made ready; these
anew after a load. Who asks for them before waits for what is being made (`geo.kept`).
"""

import gc
import logging
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cache, lru_cache
from importlib import import_module
from threading import Event, Thread
from time import monotonic

from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session, get_instance
from streamlit.runtime.media_file_manager import MediaFileManager

from mtqg_geo.communes.lineage import vintages
from mtqg_geo.dataset.dataset import Dataset, current_dataset
from mtqg_geo.dataset.vintages import shown_dataset
from mtqg_geo.figures.measures import shown_values
from mtqg_geo.figures.profile import commune_history, commune_profile, region_shares
from mtqg_geo.figures.query import parse_selection
from mtqg_geo.figures.selection import default_selection
from mtqg_geo.maps.classing import Classing
from mtqg_geo.maps.layers import kept_layers
from mtqg_geo.maps.view import map_view
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.errors import StoreError
from mtqg_geo.progress.capital import capital_tables
from mtqg_geo.progress.targets import progress
from mtqg_geo.ui.server.heavy import desk

# The first page that draws a button reads a table of all emojis.
MODULES = (
    "streamlit.emojis",
    *(f"mtqg_geo.ui.{name}.page" for name in ("map", "progress", "works", "load", "data")),
)
# Rooms and modules that keep what follows from figures; what follows from borders stays kept.
FIGURES = (
    *(f"mtqg_geo.{room}." for room in ("figures", "progress", "maps")),
    *(f"mtqg_geo.dataset.{name}" for name in ("capital", "regions", "restated_rows", "tables")),
)
STAYS_S = 30  # a file that a button of Streamlit's made, at least
_serving = Event()  # a page that a test draws leaves no work behind


def up() -> None:
    """Compute what a first visit shows; a store that does not answer is waited for by no one.

    The server then starts all the same: it says so on every page until the store is back.
    """
    with _uncollected(), _without_store():
        _prepare(current_dataset(), vintages()[0])


@contextmanager
def _without_store() -> Iterator[None]:
    """Go on where the store fails inside; the log says why."""
    try:
        yield
    except StoreError as error:
        logging.getLogger(__name__).warning("%s", error)


@asynccontextmanager
async def beside(_app: object) -> AsyncIterator[None]:
    """Prepare, beside a server that has started, what others than the first visit show."""
    _start(_import_pages)
    with _without_store():
        data = current_dataset()
        settle(data)  # which from here on is what was settled last
        _start(_prepare_rest, data)
    _serving.set()
    desk().open()
    with _theme_read_once(), _files_stay_a_while():
        yield
    desk().close()


@contextmanager
def _theme_read_once() -> Iterator[None]:
    """Have Streamlit look up its theme once, not in each run: a tenth of a click's processor time.

    It goes through all its settings six times, and words their names anew; none changes while a
    server runs.
    """
    fill = app_session._populate_theme_msg

    @cache
    def filled(section: str) -> CustomThemeConfig:
        theme = CustomThemeConfig()
        fill(theme, section)
        return theme

    def fill_again(message: CustomThemeConfig, section: str = "theme") -> None:
        if filled(section).ByteSize():  # an empty part must not come to be there
            message.MergeFrom(filled(section))

    app_session._populate_theme_msg = fill_again
    try:
        yield
    finally:
        app_session._populate_theme_msg = fill


@contextmanager
def _files_stay_a_while(clock: Callable[[], float] = monotonic) -> Iterator[None]:
    """Have a file that a button made stay until the browser has fetched it.

    Streamlit forgets it when two more pages have run, whoever's: among 200 people within 50 ms.
    """
    sweep, last = MediaFileManager.remove_orphaned_files, [clock()]

    def sweep_now_and_then(manager: MediaFileManager) -> None:
        if clock() - last[0] >= STAYS_S:
            last[0] = clock()
            sweep(manager)

    MediaFileManager.remove_orphaned_files = sweep_now_and_then
    try:
        yield
    finally:
        MediaFileManager.remove_orphaned_files = sweep


@lru_cache(maxsize=1)
def settle(loaded: Dataset) -> None:
    """After the first page of another state of what is loaded, forget the last and prepare it."""
    if _serving.is_set():
        _start(_renew, loaded)


def _start(task: Callable[..., None], *given: object) -> None:
    # A daemon, so that a server that is told to stop stops at once.
    Thread(target=task, args=given, daemon=True).start()


def _import_pages() -> None:
    # The map's component is served only if a script that Streamlit runs imported it, which now none
    # is the first to do: whoever came would see no map.
    map_component = import_module("streamlit_folium")._component_func
    get_instance().component_registry.register_component(map_component)
    for name in MODULES:
        import_module(name)


def _renew(data: Dataset) -> None:
    """Empty what is kept of figures, which is of earlier states (50 MB each); prepare this one."""
    for name, module in [*sys.modules.items()]:
        if name.startswith(FIGURES):
            for each in [*vars(module).values()]:
                if hasattr(each, "cache_clear"):
                    each.cache_clear()
    _prepare(data, vintages()[0])
    _prepare_rest(data)


def _prepare(data: Dataset, vintage: str, **chosen: str) -> None:
    shown = shown_dataset(data, vintage)
    asked = {name: [value] for name, value in {"vintage": vintage, **chosen}.items()}
    selection, _ = parse_selection(asked, shown)
    kept_layers(shown, map_view(shown, selection, Classing(), lang="vi"), lang="vi")


def _prepare_rest(data: Dataset) -> None:
    """Prepare later vintages, each indicator, a profile, the page of progress, other years."""
    with _uncollected():
        for vintage in vintages()[1:]:
            _prepare(data, vintage)
        for vintage in vintages():
            shown = shown_dataset(data, vintage)
            for indicator in data.catalog.indicators:
                asked, _ = parse_selection({"vintage": [vintage], "indicator": [indicator]}, shown)
                shown_values(shown, asked)
            _open_any_profile(shown, vintage)
        progress(data, default_selection(data))
        capital_tables(data, default_selection(data))
        # Of another year: which quarters are known, of 18 indicators; which roads were built.
        for year in reversed(data.years):
            for vintage in vintages():
                _prepare(data, vintage, year=str(year))
        gc.unfreeze()  # what an earlier state of the store held in circles can go now
        gc.collect()


@contextmanager
def _uncollected() -> Iterator[None]:
    """Collect no garbage while much is made that stays, and exempt it all from collection.

    Python would look through all data and modules again and again (600 ms at a start), and later
    with clicks: 75 ms each time, so that a page that happened to come then was twice as slow. What
    clicks leave behind is collected in 3 to 15 ms.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _open_any_profile(shown: Dataset, vintage: str) -> None:
    """Read what the first profile would wait for: plan and result of all communes, their lineage.

    Of a commune of the programme: of others the indicators say nothing.
    """
    selection, _ = parse_selection({"vintage": [vintage]}, shown)
    listed = shown.regions_in(selection.year).index
    for code in shown.commune_list[c.CODE][shown.commune_list[c.CODE].isin(listed)][:1]:
        commune_profile(shown, selection, code)
        commune_history(shown, selection, code)
        region_shares(shown, selection.year)
