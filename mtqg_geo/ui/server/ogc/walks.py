"""A layer that is read page by page, each page of one state of the store.

A reader takes the first page; then somebody loads a file. The pages that follow are still those of
the state the first one was of: the layer is kept as it was written for it. What does not fit any
more is not mixed with another state but refused (`WalkGone`), and the reader begins anew.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.exports.features import FeatureSet
from mtqg_geo.programme.errors import StoreError
from mtqg_geo.programme.words import coded
from mtqg_geo.ui.server.heavy import state_of

MOST_BYTES = 64_000_000  # some 200 layers of a province
MOST_TRIES = 3


class WalkGone(Exception):
    """The state a page was asked of is no longer the present one, nor kept."""


@dataclass(frozen=True)
class Reading:
    """A layer, and which state of the store it is of."""

    features: FeatureSet
    state: str


class Walks:
    """The layers last read, up to so many bytes; the least used go first, the newest one stays."""

    def __init__(self, current: Callable[[], Dataset], *, most_bytes: int = MOST_BYTES) -> None:
        self._current = current
        self._most_bytes = most_bytes
        self._kept: OrderedDict[Hashable, Reading] = OrderedDict()
        self._lock = Lock()

    def begin(
        self,
        key: Hashable,
        shown: Callable[[Dataset], Dataset],
        make: Callable[[Dataset], FeatureSet],
    ) -> Reading:
        """Return a layer of the present state.

        Parameters
        ----------
        key
            All that decides which layer it is, besides the state.
        shown
            Returns what is shown of what is loaded.
        make
            Makes the layer of it. Corrections of the lineage are read when they are needed: if the
            store changed meanwhile, the layer may be of two states, and is made again.
        """
        for _ in range(MOST_TRIES):
            loaded = self._current()
            data = shown(loaded)
            state = _named(state_of(data))
            try:
                return self.go_on(key, state)
            except WalkGone:
                reading = Reading(make(data), state)
            if self._current() is loaded:
                self._keep((key, state), reading)
                return reading
        raise coded(StoreError, "changed_while_made")

    def go_on(self, key: Hashable, state: str) -> Reading:
        """Return the same layer of the state that a walk began with.

        Raises
        ------
        WalkGone
            If it is kept no longer.
        """
        with self._lock:
            reading = self._kept.get((key, state))
            if reading is None:
                raise WalkGone
            self._kept.move_to_end((key, state))
            return reading

    def _keep(self, key: Hashable, reading: Reading) -> None:
        with self._lock:
            self._kept[key] = reading
            while len(self._kept) > 1 and self._n_bytes() > self._most_bytes:
                self._kept.popitem(last=False)

    def _n_bytes(self) -> int:
        return sum(each.features.n_bytes for each in self._kept.values())


def _named(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()[:16]
