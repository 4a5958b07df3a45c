"""How long whoever signed in stays so."""

import os
from datetime import UTC, datetime, timedelta

from mtqg_geo.programme.errors import PeopleError
from mtqg_geo.programme.words import coded

HOURS, IDLE = "MTQG_SESSION_HOURS", "MTQG_SESSION_IDLE_MINUTES"


def session_limit() -> timedelta:
    """Return how long a session lasts at most: 12 hours unless a setting says otherwise."""
    return timedelta(hours=_number(HOURS, 12))


def idle_limit() -> timedelta:
    """Return how long a session lasts that nobody uses: 60 minutes unless a setting says so."""
    return timedelta(minutes=_number(IDLE, 60))


def later(by: timedelta) -> str:
    """Return a moment from now (before now where `by` is negative), UTC in ISO form."""
    return (datetime.now(UTC) + by).isoformat(timespec="seconds")


def _number(setting: str, usual: int) -> int:
    said = os.environ.get(setting, "") or str(usual)
    if not said.isdecimal() or not int(said):
        raise coded(PeopleError, "limit_unknown", setting=setting, value=said)
    return int(said)
