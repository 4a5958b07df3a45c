"""Everything `geo` raises on purpose, so that callers catch one class.

::

    GeoError
    ├── CRSError         a layer has no reference system, or two layers differ
    ├── ReadError        a file cannot be read as a layer, or was read only in part
    ├── GeometryError    a shape is missing, broken or of the wrong kind
    ├── JoinError        codes of two tables cannot be matched safely
    ├── BoundaryError    a catalogued boundary set is absent, altered or incomplete
    └── ClassifyError    values cannot be put into the classes asked for

Each message is one sentence that says what, how many, an example and what to do.
"""

from collections.abc import Iterable, Mapping
from itertools import compress
from typing import Any, Self

from geo.sentences import SENTENCES


class GeoError(Exception):
    """Base of all errors of the toolkit; catch it where a person reads the message.

    Attributes
    ----------
    code
        Which sentence of `geo.sentences` it is; empty for one that is not listed there.
    values
        What is filled in, by placeholder, as JSON can hold it.
    """

    code: str = ""
    values: Mapping[str, Any] = {}

    @classmethod
    def of(cls, code: str, /, **values: Any) -> Self:
        """Return the error with the listed sentence of a code, filled in."""
        error = cls(SENTENCES[code].format(**values))
        error.code, error.values = code, values
        return error


class CRSError(GeoError):
    """A layer has no coordinate reference system, or two layers have different ones."""


class ReadError(GeoError):
    """A file cannot be read as a layer, or not all of it could be read."""


class GeometryError(GeoError):
    """A shape is missing, broken or of a kind that the operation does not take."""


class JoinError(GeoError):
    """Codes of two tables cannot be matched without guessing."""


class BoundaryError(GeoError):
    """A catalogued boundary set is absent, altered or incomplete."""


class ClassifyError(GeoError):
    """Values cannot be put into the classes that were asked for."""


def refuse(
    error: type[GeoError],
    wrong: Any,
    names: Iterable[object],
    what: str,
    cure: str,
    *,
    show: str = "{}",
) -> None:
    """Raise an error that counts what is wrong and shows the first of it, if anything is.

    >>> import numpy as np
    >>> refuse(JoinError, np.array([False, True]), ["a", ""], "codes are empty", "fill them in",
    ...        show="{!r}")
    Traceback (most recent call last):
    geo.errors.JoinError: 1 of 2 codes are empty (first: ''); fill them in.

    Parameters
    ----------
    error
        Which one.
    wrong
        An array or series of flags, one for each thing looked at.
    names
        What each of them is called.
    what, cure
        What is wrong with them, and what to do.
    show
        How the name of the first is written.
    """
    if wrong.any():
        first = show.format(next(compress(names, wrong)))
        msg = f"{wrong.sum():,} of {len(wrong):,} {what} (first: {first}); {cure}."
        raise error(msg)
