"""What can go wrong in the programme's domain, in words a planner can act on.

::

    MtqgError
    ├── CatalogError      the catalogue in `data/programme/` is incomplete or contradicts itself
    ├── DatasetError      programme data refer to something that does not exist
    └── SelectionError    a filter names an unknown district, project, indicator, year …
"""

from __future__ import annotations

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
