"""Which state of what is loaded a page shows: the newest that is ready.

What the first page of a state shows has to be read and worked out: seconds, where there are a
million rows. After a load that is done once, beside the clicks; pages go on with the state before
and say so. Whoever changed something waits for it.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import suppress
from functools import cache
from threading import Lock, Thread
from time import monotonic
from typing import NamedTuple

from mtqg_geo.dataset.dataset import Dataset, current_dataset, state_in_use
from mtqg_geo.dataset.vintages import all_shown
from mtqg_geo.programme.errors import MtqgError

PATIENCE_S = 1.0  # with the sample a state is ready earlier
Task = Callable[[Dataset], None]


class Ready(NamedTuple):
    """A state that is prepared: by what it is told from others, and its data."""

    state: tuple[str, str]
    data: Dataset


class Newest:
    """The newest state that a server has prepared, and the one it is preparing.

    Attributes
    ----------
    ready, before
        What is shown, and what was until then; None before anything is.
    at_first, afterwards
        What is done with a state before it is shown, and once it is.
    """

    def __init__(self, at_first: Task, afterwards: Task) -> None:
        self.ready: Ready | None = None
        self.before: Dataset | None = None
        self.at_first, self.afterwards = at_first, afterwards
        self._coming: Future[None] | None = None
        self._begun = 0.0
        self._lock = Lock()

    def within(self, patience_s: float | None) -> Dataset:
        """Return the newest state if it is ready so long after it was first asked for.

        If it is not, the one before it; then nobody else waits.

        Parameters
        ----------
        patience_s
            None waits as long as it takes, as everybody does before any state is ready.

        Raises
        ------
        StoreError
            If the state cannot be read.
        """
        while True:
            state, now = state_in_use(), self.ready
            if now and now.state == state:
                return now.data
            coming = self._preparation_of(state)
            if now is not None and patience_s is not None:
                left_s = max(0.0, self._begun + patience_s - monotonic())
                if not wait((coming,), left_s).done:
                    return now.data
            coming.result()

    def is_behind(self, data: Dataset) -> bool:
        """Say whether a newer state than that of a page is being prepared."""
        coming = self._coming
        is_shown = self.ready is not None and self.ready.data is data.as_loaded
        return is_shown and coming is not None and not coming.done()

    def _preparation_of(self, state: tuple[str, str]) -> Future[None]:
        """Return what is being prepared, be it an earlier state; begin if nothing is."""
        with self._lock:
            # It may have become ready since it was looked at.
            is_ready = self.ready is not None and self.ready.state == state
            if self._coming is None or (self._coming.done() and not is_ready):
                self._coming, self._begun = Future(), monotonic()
                # A daemon, so that a server that is told to stop stops at once.
                Thread(target=self._make, args=(state, self._coming), daemon=True).start()
            return self._coming

    def _make(self, state: tuple[str, str], coming: Future[None]) -> None:
        try:
            data = current_dataset()
            self.at_first(data)
        except BaseException as error:  # noqa: BLE001 - it is said to whoever waits
            coming.set_exception(error)
            return
        if self.ready is not None and self.ready.data is not data:
            self.before = self.ready.data
        self.ready = Ready(state, data)
        coming.set_result(None)
        self.afterwards(data)


@cache
def _served() -> list[Newest]:
    """Hold what this server shows, once it serves: a page that a test draws has no server."""
    return []


def serve(newest: Newest | None) -> None:
    """Have pages show what a server prepares from now on; None: what is loaded, at once."""
    _served()[:] = [newest] if newest else []


def newest_dataset() -> Dataset:
    """Return what a page shows."""
    return _served()[0].within(PATIENCE_S) if _served() else current_dataset()


def changed_dataset() -> Dataset:
    """Return what a page shows to whoever has just changed it."""
    return _served()[0].within(None) if _served() else current_dataset()


def catch_up() -> None:
    """Wait, after a change, until pages show it; what goes wrong is no fault of the change."""
    with suppress(MtqgError):
        changed_dataset()


def drawn() -> Iterator[Dataset]:
    """Give what pages show on every vintage, then what those show that were drawn just before."""
    yield from all_shown(newest_dataset())
    for each in _served():
        yield from all_shown(each.before) if each.before is not None else ()


def is_newest(data: Dataset) -> bool:
    """Say whether pages show this state, not one that was loaded since."""
    return not any(each.ready and each.ready.data is not data for each in _served())


def is_behind(data: Dataset) -> bool:
    """Say whether a newer state than that of a page is being prepared."""
    return any(each.is_behind(data) for each in _served())
