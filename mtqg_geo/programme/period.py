"""Periods: a year or the part of it up to the end of a quarter, and the days it ends on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Period:
    """A year, with all that is reported of it, or what stood at the end of one of its quarters."""

    year: int
    quarter: int | None = None

    @property
    def text(self) -> str:
        """The period as it stands in a link: `2023` or `2023-Q2`."""
        return f"{self.year}-Q{self.quarter}" if self.quarter else str(self.year)


QUARTERS, MONTHS = 4, 12


@dataclass(frozen=True)
class Clock:
    """The moment progress is measured at: the end of a quarter, or before anything was reported.

    Attributes
    ----------
    year
        Whose plan is measured.
    quarter
        The quarter that has ended, 1 to 4; 0 when nothing was reported yet.
    is_past
        Whether the year is over by the calendar, which is asked when nothing was reported.
    """

    year: int
    quarter: int
    is_past: bool = False

    @property
    def elapsed_pct(self) -> float:
        """How much of the year has passed, in percent."""
        return 100 * self.months_passed / MONTHS

    @property
    def months_passed(self) -> int:
        """How many months have passed."""
        return MONTHS if self.is_past else self.quarter * MONTHS // QUARTERS

    @property
    def months_left(self) -> int:
        """How many months remain."""
        return MONTHS - self.months_passed

    @property
    def is_over(self) -> bool:
        """Whether the year has ended."""
        return self.is_past or self.quarter == QUARTERS

    @property
    def period(self) -> str:
        """The quarter as it stands in the data (`2024-Q2`), or nothing."""
        return f"{self.year}-Q{self.quarter}" if self.quarter else ""


QUARTER_ENDS = {"Q1": "03-31", "Q2": "06-30", "Q3": "09-30", "Q4": "12-31"}


def last_day(period: str) -> str:
    """Return the last day of a year or quarter (`2023-Q1` → `2023-03-31`)."""
    year, _, quarter = period.partition("-")
    return f"{year}-{QUARTER_ENDS.get(quarter, '12-31')}"
