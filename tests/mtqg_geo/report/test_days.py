"""The day on paper: written as an official does, and the same in every time zone."""

import time
from datetime import date

import pytest

from mtqg_geo.report.paper.captions import day_text
from mtqg_geo.report.setup import today


def test_the_day_comes_before_the_month_in_vietnamese():
    assert day_text(date(2024, 7, 1), "vi") == "01/07/2024"
    assert day_text(date(2024, 7, 1), "en") == "1 July 2024"


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="no time zones to set here")
def test_a_fixed_day_is_the_same_in_every_time_zone(monkeypatch):
    """1719792000 is 1 July 2024, midnight in Greenwich: still 30 June in America."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1719792000")
    for zone in ("Asia/Ho_Chi_Minh", "America/New_York"):
        with monkeypatch.context() as there:
            there.setenv("TZ", zone)
            time.tzset()
            assert today() == date(2024, 7, 1)
    time.tzset()
