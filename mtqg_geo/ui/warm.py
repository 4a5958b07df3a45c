"""What is done once, so that no visitor waits for it again.

The communes of 2023 are ready before the server answers. Beside it, while the first browser is
still fetching scripts, the pages are imported and the units of later vintages made ready; these
anew after a load (`newest`). Who asks for them before waits for what is being made (`geo.kept`).
"""

import gc
import logging
from collections.abc import AsyncIterator, Callable, Hashable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cache, partial
from importlib import import_module
from threading import Thread
from time import monotonic, sleep

from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session, get_instance
from streamlit.runtime.media_file_manager import MediaFileManager

from geo.kept import forget
from mtqg_geo.communes.lineage import vintages
from mtqg_geo.dataset.capital import CapitalObservations
from mtqg_geo.dataset.dataset import Dataset, Restatement, current_dataset
from mtqg_geo.dataset.regions import RegionHistory
from mtqg_geo.dataset.restated_rows import PartObservations
from mtqg_geo.dataset.tables import StoredObservations
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
from mtqg_geo.ui.newest import Newest, is_newest, newest_dataset, serve
from mtqg_geo.ui.server.heavy import desk

# The first page that draws a button reads a table of all emojis.
MODULES = (
    "streamlit.emojis",
    *(f"mtqg_geo.ui.{name}.page" for name in ("map", "progress", "works", "load", "data")),
)
# Whose results are kept by themselves, not by the data they belong to.
PARTS = (
    CapitalObservations, PartObservations, RegionHistory, Restatement, StoredObservations
)  # fmt: skip
RESTS = 3.0  # for each second of preparing what may be asked for
STAYS_S = 30  # a file that a button of Streamlit's made, at least


def up() -> None:
    """Compute what a first visit shows; a store that does not answer is waited for by no one.

    The server then starts all the same: it says so on every page until the store is back.
    """
    with _uncollected(), _without_store():
        _prepare(current_dataset())


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
    Thread(target=_import_pages, daemon=True).start()
    serve(Newest(_prepare, _settle))
    with _without_store():
        newest_dataset()
    desk().open()
    with _theme_read_once(), _files_stay_a_while():
        yield
    desk().close()
    serve(None)


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


def _import_pages() -> None:
    # The map's component is served only if a script that Streamlit runs imported it, which now none
    # is the first to do: whoever came would see no map.
    map_component = import_module("streamlit_folium")._component_func
    get_instance().component_registry.register_component(map_component)
    for name in MODULES:
        import_module(name)


def _settle(data: Dataset) -> None:
    """Forget what was worked out of earlier states (50 MB each); prepare the rest of this one."""

    def is_over(key: Hashable) -> bool:
        owner = key[0] if isinstance(key, tuple) and key else None
        if isinstance(owner, Dataset):
            return owner.as_loaded is not data
        return isinstance(owner, PARTS) and owner is not data.observations

    forget(is_over)
    _prepare_rest(data)


def _prepare(data: Dataset, vintage: str = "", **chosen: str) -> None:
    """Work out what the map of a vintage, by default the first, shows."""
    vintage = vintage or vintages()[0]
    shown = shown_dataset(data, vintage)
    asked = {name: [value] for name, value in {"vintage": vintage, **chosen}.items()}
    selection, _ = parse_selection(asked, shown)
    kept_layers(shown, map_view(shown, selection, Classing(), lang="vi"), lang="vi")


def _prepare_rest(data: Dataset) -> None:
    """Prepare what else is likely to be asked for, piece by piece, until something is loaded.

    With a million rows it takes 40 s, in which clicks would have half a processor: so it works a
    quarter of the time.
    """
    for piece in _pieces(data):
        if not is_newest(data):
            return
        began = monotonic()
        with _uncollected():
            piece()
        sleep(RESTS * (monotonic() - began))


def _pieces(data: Dataset) -> Iterator[Callable[[], object]]:
    """Yield later vintages, each indicator, a profile, the page of progress, other years."""
    for vintage in vintages()[1:]:
        yield partial(_prepare, data, vintage)
    for vintage in vintages():
        for indicator in data.catalog.indicators:
            yield partial(_show, data, vintage, indicator)
        yield partial(_open_any_profile, data, vintage)
    yield partial(progress, data, default_selection(data))
    yield partial(capital_tables, data, default_selection(data))
    # Of another year: which quarters are known, of 18 indicators; which roads were built.
    for year in reversed(data.years):
        for vintage in vintages():
            yield partial(_prepare, data, vintage, year=str(year))
    yield _collect


def _collect() -> None:
    """Let go what an earlier state of the store held in circles."""
    gc.unfreeze()
    gc.collect()


def _show(data: Dataset, vintage: str, indicator: str) -> None:
    """Work out the values of an indicator."""
    shown = shown_dataset(data, vintage)
    selection, _ = parse_selection({"vintage": [vintage], "indicator": [indicator]}, shown)
    shown_values(shown, selection)


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


def _open_any_profile(data: Dataset, vintage: str) -> None:
    """Read what the first profile would wait for: plan and result of all communes, their lineage.

    Of a commune of the programme: of others the indicators say nothing.
    """
    shown = shown_dataset(data, vintage)
    selection, _ = parse_selection({"vintage": [vintage]}, shown)
    listed = shown.regions_in(selection.year).index
    for code in shown.commune_list[c.CODE][shown.commune_list[c.CODE].isin(listed)][:1]:
        commune_profile(shown, selection, code)
        commune_history(shown, selection, code)
        region_shares(shown, selection.year)
