"""The texts of a column, each once, and what a reader of `sheets.words` makes of all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mtqg_geo.loading.sheets.words import TIDY, Reader, Reading, clean
from mtqg_geo.programme.model import Mask

FEW = 500  # distinct texts of a column


@dataclass(frozen=True, eq=False)
class Readings:
    """A column as it was read: row number `i` has the reading number `which[i]`."""

    which: NDArray[np.int32]
    readings: tuple[Reading, ...]

    @cached_property
    def values(self) -> NDArray[Any]:
        """The value of each row, None where the text was not accepted."""
        distinct = np.empty(len(self.readings), dtype=object)
        distinct[:] = [reading.value for reading in self.readings]
        taken: NDArray[Any] = distinct[self.which]
        return taken

    @cached_property
    def wrong(self) -> Mask:
        """Whether the text of each row was not accepted."""
        flags = [bool(reading.code) for reading in self.readings]
        return np.array(flags, dtype=bool)[self.which]

    def numbered(self, names: Sequence[str]) -> NDArray[np.int16]:
        """Return the place of each row's value in a list of names, -1 where it has none."""
        place = {name: number for number, name in enumerate(names)}
        distinct = [place.get(reading.value, -1) for reading in self.readings]
        return np.array([*distinct, -1], dtype=np.int16)[self.which]

    def at(self, position: int) -> Reading:
        """Return the reading of a row by its position."""
        return self.readings[int(self.which[position])]


@dataclass(frozen=True, eq=False)
class Distinct:
    """The texts of a column: row number `i` among the rows has number `which[i]` of `known`."""

    which: NDArray[np.int32]
    known: pd.Series

    def texts(self, index: NDArray[np.int64]) -> pd.Series:
        """Return the text of every row."""
        return self.known.take(self.which).set_axis(index)

    def at(self, position: int) -> str:
        """Return the text of a row by its position."""
        return str(self.known.iloc[int(self.which[position])])

    def read(self, reader: Reader) -> Readings:
        """Return what a reader makes of every row; it is asked once per text."""
        return Readings(self.which, tuple(map(reader, self.known)))

    def only(self, chosen: NDArray[np.intp] | Mask) -> Distinct:
        """Return some of the rows."""
        return replace(self, which=self.which[chosen])

    def where(self, accepts: Callable[[str], bool]) -> Mask:
        """Say for which rows a question about their text is answered with yes."""
        accepted: Mask = np.array([accepts(text) for text in self.known], dtype=bool)[self.which]
        return accepted

    @property
    def filled(self) -> Mask:
        """Whether each row has a text at all."""
        filled: Mask = np.asarray(self.known != "", dtype=bool)[self.which]
        return filled


def distinct_texts(cells: pd.Series) -> Distinct:
    """Return the texts of cells, clean and each once."""
    which, found = pd.factorize(cells)
    known = pd.Series(found.to_numpy() if isinstance(found, pd.CategoricalIndex) else found)
    known = known.astype("str")
    # To look at each of a few texts takes a fifth of what finding the untidy ones among them does.
    is_long = len(known) > FEW
    untidy = np.flatnonzero(~known.str.fullmatch(TIDY)) if is_long else np.arange(len(known))
    if len(untidy):
        texts = known.to_numpy(object)
        cleaned = texts.copy()
        cleaned[untidy] = [clean(text) for text in texts[untidy]]
        if (cleaned != texts).any():
            again, once = pd.factorize(cleaned)  # one text may be written in several ways
            which, known = again[which], pd.Series(once, dtype="str")
    return Distinct(which.astype(np.int32), known)


def read_texts(texts: pd.Series, reader: Reader) -> Readings:
    """Read a column of texts, each distinct text only once."""
    return distinct_texts(texts).read(reader)
