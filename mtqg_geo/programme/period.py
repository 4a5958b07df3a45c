"""Periods: a year or the part of it up to the end of a quarter, and the days it ends on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from mtqg_geo.programme.model import Lang

QUARTERS, MONTHS = 4, 12
HOME = timezone(timedelta(hours=7))  # Vietnam has no summer time
NUMERALS = ("I", "II", "III", "IV")  # how offices number the quarters: quý II/2023
PATTERN = re.compile(r"(\d{4})(?:-Q([1-4]))?")
QUARTER_ENDS = {"Q1": "03-31", "Q2": "06-30", "Q3": "09-30", "Q4": "12-31"}


@dataclass(frozen=True)
class Period:
    """A year, with all that is reported of it, or what stood at the end of one of its quarters."""

    year: int
    quarter: int | None = None

    @classmethod
    def of(cls, text: str) -> Period:
        """Read a period as the data write it.

        >>> Period.of("2023-Q2"), Period.of("2023")
        (Period(year=2023, quarter=2), Period(year=2023, quarter=None))

        Raises
        ------
        ValueError
            If it is neither a year nor a quarter.
        """
        found = PATTERN.fullmatch(text)
        if not found:
            msg = f"{text!r} is no period: write 2023 or 2023-Q2."
            raise ValueError(msg)
        year, quarter = found.groups()
        return cls(int(year), int(quarter) if quarter else None)

    @property
    def text(self) -> str:
        """The period as it stands in a link and in the data: `2023` or `2023-Q2`."""
        return f"{self.year}-Q{self.quarter}" if self.quarter else str(self.year)

    @property
    def order(self) -> tuple[int, int]:
        """What periods are sorted by: a year, which has all of its quarters, stands behind them."""
        return self.year, self.quarter or QUARTERS + 1


def periods_in(year: int) -> tuple[str, ...]:
    """Return what figures of a year may be written for.

    >>> periods_in(2023)
    ('2023', '2023-Q1', '2023-Q2', '2023-Q3', '2023-Q4')
    """
    return (str(year), *(Period(year, quarter).text for quarter in range(1, QUARTERS + 1)))


def quarter_numeral(quarter: int, lang: Lang) -> str:
    """Write the number of a quarter: `II` (vi), `2` (en)."""
    return NUMERALS[quarter - 1] if lang == "vi" else str(quarter)


def last_day(period: str) -> str:
    """Return the last day of a year or quarter.

    >>> last_day("2023-Q1"), last_day("2023")
    ('2023-03-31', '2023-12-31')
    """
    year, _, quarter = period.partition("-")
    return f"{year}-{QUARTER_ENDS.get(quarter, '12-31')}"


def date_words(date: str, lang: Lang) -> str:
    """Write a date that may be of a month or year only, "" for none; `read_rough_date` reads it.

    >>> [date_words(date, "vi") for date in ("2023-06-30", "2023-06", "2023", "")]
    ['30/06/2023', '06/2023', '2023', '']
    """
    return date if lang == "en" else "/".join(reversed(date.split("-")))


def local_time(at: str) -> str:
    """Write a UTC time as it is read in Vietnam: day, month, year, hour.

    >>> local_time("2024-03-31T18:05:00+00:00")
    '01/04/2024 01:05'
    """
    return datetime.fromisoformat(at).astimezone(HOME).strftime("%d/%m/%Y %H:%M")


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

    Examples
    --------
    >>> june = Clock(2024, quarter=2)
    >>> june.elapsed_pct, june.months_left, june.period
    (50.0, 6, '2024-Q2')
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
        return Period(self.year, self.quarter).text if self.quarter else ""
