"""Every commune-level unit of the country since October 2019, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from mtqg_geo.programme.catalog import DATA
from mtqg_geo.programme.errors import GazetteerError
from mtqg_geo.programme.frames import texts_as_objects
from mtqg_geo.programme.words import coded

SHIPPED = DATA / "gazetteer" / "units.parquet"


@dataclass(frozen=True, eq=False)
class Gazetteer:
    """A dated list of units: one row per span in which a unit kept its name and district.

    Parameters
    ----------
    units
        Columns of `data/gazetteer/units.parquet`. A span holds `valid_from` and not `valid_to`;
        an empty `valid_to` is still in force.
    """

    units: pd.DataFrame

    @cached_property
    def days(self) -> tuple[str, ...]:
        """Return the dates at which something changed, oldest first."""
        return tuple(sorted(self.units["valid_from"].unique()))

    def at(self, day: str) -> pd.DataFrame:
        """Return the units in force on a day (`2023-04-10`).

        Raises
        ------
        GazetteerError
            If the day is before the oldest list.
        """
        first = self.days[0]
        if day < first:
            raise coded(GazetteerError, "gazetteer_day", day=day, first=first)
        return in_force(self.units, day).reset_index(drop=True)

    def in_province(self, code: str) -> Gazetteer:
        """Return the part of the gazetteer that ever lay in one province."""
        part = self.units[self.units["province_code"] == code]
        return Gazetteer(part.reset_index(drop=True))

    def current_code(self, code: str, day: str, *, since: str | None = None) -> str | None:
        """Return the unit of `day` that a former unit belongs to.

        Parameters
        ----------
        code
            Code of the former unit.
        day
            Date of the list whose unit is wanted.
        since
            Date at which `code` is meant, its oldest span if left out. Codes are used again: in
            2025 many were given to a larger unit.

        Returns
        -------
        The code; None where no successor is known, where the unit was split, or began later.

        Examples
        --------
        00001 was merged into a new 00002 in 2020:

        >>> units = pd.DataFrame({
        ...     "code": ["00001", "00002"], "name": ["Xã A", "Xã B"],
        ...     "valid_from": ["2019-10-01", "2020-01-01"],
        ...     "valid_to": ["2020-01-01", ""], "successors": ["00002", ""]})
        >>> Gazetteer(units).current_code("00001", "2023-04-01")
        '00002'
        """
        span = self._span(code, since)
        while span is not None and not span.covers(day):
            if day < span.start:
                return None
            span = self._following(span)
        return span.code if span else None

    def _span(self, code: str, since: str | None) -> UnitSpan | None:
        spans = self.spans.get(code, [])
        # Spans are in order of time: the first that has not ended by then is the one meant.
        meant = [span for span in spans if since is None or not span.end or since < span.end]
        return meant[0] if meant else None

    def _following(self, span: UnitSpan) -> UnitSpan | None:
        """Return the span that continues one that ended; ends grow, so that a walk is finite."""
        if len(span.successors) != 1:
            return None
        later = self.spans.get(span.successors[0], [])
        return next((heir for heir in later if not heir.end or heir.end > span.end), None)

    @cached_property
    def spans(self) -> dict[str, list[UnitSpan]]:
        """The spans of every code, oldest first."""
        ordered = self.units.sort_values(["code", "valid_from"])
        spans: dict[str, list[UnitSpan]] = {}
        columns = ("code", "name", "valid_from", "valid_to", "successors")
        for code, name, start, end, heirs in zip(*(ordered[each] for each in columns), strict=True):
            heir_codes = tuple(heirs.split(";")) if heirs else ()
            spans.setdefault(code, []).append(UnitSpan(code, name, start, end, heir_codes))
        return spans


class UnitSpan(NamedTuple):
    """One unit from a day (held) to a day (not held; empty while in force)."""

    code: str
    name: str
    start: str
    end: str
    successors: tuple[str, ...]

    def covers(self, day: str) -> bool:
        """Say whether it holds a day."""
        return self.start <= day and (not self.end or day < self.end)


def in_force(spans: pd.DataFrame, day: str) -> pd.DataFrame:
    """Return the spans that hold a day."""
    ended = (spans["valid_to"] != "") & (spans["valid_to"] <= day)
    return spans[(spans["valid_from"] <= day) & ~ended]


def read_gazetteer(path: Path) -> Gazetteer:
    """Read a gazetteer from its table."""
    units = pd.read_parquet(path)
    # Names are taken out one by one and compared again and again: much slower from Arrow.
    return Gazetteer(texts_as_objects(units))


@lru_cache(maxsize=1)
def shipped_gazetteer() -> Gazetteer:
    """Return the gazetteer that comes with the product, read once."""
    return read_gazetteer(SHIPPED)
