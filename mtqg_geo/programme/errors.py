"""What can go wrong in the programme's domain, in words a planner can act on.

::

    MtqgError
    ├── CatalogError      the catalogue in `data/programme/` is incomplete or contradicts itself
    ├── DatasetError      programme data refer to something that does not exist
    ├── SelectionError    a filter names an unknown district, project, indicator, year …
    ├── StoreError        the store is absent, unreachable, too new, or was changed meanwhile
    │   └── Cancelled     the person stopped it; nothing was changed
    ├── PeopleError       an account, a right, a passphrase or a token is not as it must be
    ├── GazetteerError    the gazetteer knows nothing of the date or the unit asked for
    ├── LineageError      the lineage of communes contradicts itself
    ├── MappingError      a mapping of features to communes lacks a column or contradicts itself
    ├── LoadError         a file of programme data cannot be read or understood as a whole
    └── ReportError       a report cannot be made of this selection
"""

from collections.abc import Mapping
from typing import Any


class MtqgError(Exception):
    """Base of every error this package raises; catch it in one place.

    Attributes
    ----------
    code
        Which sentence of `wording/errors*.toml` it is; empty for one that is not listed there.
    values
        What is filled in, by placeholder.
    """

    code: str = ""
    values: Mapping[str, Any] = {}


class CatalogError(MtqgError):
    """The catalogue is incomplete or contradicts itself."""


class DatasetError(MtqgError):
    """Programme data refer to something that does not exist."""


class SelectionError(MtqgError):
    """A selection names something that does not exist; `problems` holds one sentence each."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


class StoreError(MtqgError):
    """The store is absent, unreachable or too new, or it changed since it was looked at."""


class Cancelled(StoreError):
    """A person stopped what was under way; nothing was changed."""


class PeopleError(MtqgError):
    """An account, a right, a passphrase or a token is not as it must be; nothing was changed."""


class GazetteerError(MtqgError):
    """The gazetteer knows nothing of the date or the unit asked for."""


class LineageError(MtqgError):
    """The lineage contradicts itself."""


class MappingError(MtqgError):
    """A mapping file lacks a column, holds a broken code or contradicts itself."""


class LoadError(MtqgError):
    """A file of programme data cannot be read, or not be understood, as a whole."""


class ReportError(MtqgError):
    """A report cannot be made of this selection."""
