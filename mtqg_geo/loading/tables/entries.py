"""Figures of a file as columns of numbers: indicator, basis, period, project, and the value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mtqg_geo.loading.sheets.rows import Rows
from mtqg_geo.loading.sheets.table import Column, RowError
from mtqg_geo.loading.sheets.words import Reading
from mtqg_geo.programme.catalog import Catalog
from mtqg_geo.programme.model import Basis, Indicator, Mask
from mtqg_geo.programme.period import periods_in

UNKNOWN = -1


@dataclass(frozen=True, eq=False)
class Known:
    """What figures may be of, numbered: each list holds the names, `UNKNOWN` stands for none."""

    catalog: Catalog
    indicators: tuple[str, ...]
    bases: tuple[str, ...]
    periods: tuple[str, ...]
    projects: tuple[str, ...]

    @classmethod
    def of(cls, catalog: Catalog) -> Known:
        """Return what a catalogue knows."""
        years = catalog.programme.reported_years
        return cls(
            catalog=catalog,
            indicators=tuple(catalog.indicators),
            bases=tuple(basis.value for basis in Basis),
            periods=tuple(period for year in years for period in periods_in(year)),
            projects=("", *catalog.projects),
        )

    @property
    def years(self) -> str:
        """The years of the programme, in words."""
        return "–".join(map(str, self.catalog.programme.term))

    @cached_property
    def is_whole(self) -> Mask:
        """Whether each indicator counts whole things; False at the end, for `UNKNOWN`."""
        known = self.catalog.indicators
        return np.array([*(known[name].decimals == 0 for name in self.indicators), False])

    def indicator(self, number: int) -> Indicator:
        """Return an indicator by its number."""
        return self.catalog.indicators[self.indicators[number]]

    @staticmethod
    def number(name: str, names: Sequence[str], otherwise: NDArray[np.int16]) -> NDArray[np.int16]:
        """Return the number of a name for every row; without a name, what the rows say."""
        return np.full(len(otherwise), names.index(name), dtype=np.int16) if name else otherwise


@dataclass(frozen=True, eq=False)
class Entries:
    """Figures: where each stands (`at` among the rows, `column` among `columns`), and of what."""

    at: NDArray[np.int32]
    columns: tuple[Column, ...]
    column: NDArray[np.int16]
    indicator: NDArray[np.int16]
    basis: NDArray[np.int16]
    period: NDArray[np.int16]
    project: NDArray[np.int16]
    value: NDArray[np.float64]
    signed: Mask

    @classmethod
    def joined(cls, parts: Sequence[Entries]) -> Entries:
        """Return the figures of several columns as one list, row by row."""
        if len(parts) == 1:
            return parts[0]
        column = [
            np.full(len(part.at), number, dtype=np.int16) for number, part in enumerate(parts)
        ]
        whole = cls(
            columns=tuple(part.columns[0] for part in parts),
            column=np.concatenate(column),
            **{
                name: np.concatenate([getattr(part, name) for part in parts])
                for name in (
                    "at", "indicator", "basis", "period", "project", "value", "signed",
                )
            },
        )  # fmt: skip
        return whole.only(np.argsort(whole.at, kind="stable"))

    def only(self, chosen: NDArray[np.intp] | Mask) -> Entries:
        """Return some of the figures."""
        arrays = ("at", "column", "indicator", "basis", "period", "project", "value", "signed")
        return replace(self, **{name: getattr(self, name)[chosen] for name in arrays})

    def errors(self, rows: Rows, where: Mask, why: Reading, field: str = "") -> list[RowError]:
        """Return an error for some figures, shown in their column or that of a field."""
        found: list[RowError] = []
        for number, column in enumerate(self.columns):
            shown = column if not field or rows.column(field) is None else field
            at = np.unique(self.at[where & (self.column == number)])
            found += rows.errors(at.tolist(), shown, why)
        return found
