from __future__ import annotations

import time

import pandas as pd
import pytest

from mtqg_geo.communes.gazetteer import SHIPPED, Gazetteer, read_gazetteer, shipped_gazetteer
from mtqg_geo.programme.errors import GazetteerError


def span(code: str, start: str, end: str, successors: str = "") -> dict[str, str]:
    return {
        "code": code, "name": f"Xã {code}", "province_code": "24", "valid_from": start,
        "valid_to": end, "successors": successors,
    }  # fmt: skip


@pytest.fixture
def merged() -> Gazetteer:
    """A and B become B in 2020; B becomes C in 2025; D is divided between B and C."""
    return Gazetteer(
        pd.DataFrame(
            [
                span("A", "2019-10-25", "2020-01-01", "B"),
                span("B", "2019-10-25", "2020-01-01", "B"),
                span("B", "2020-01-01", "2025-07-01", "C"),
                span("C", "2025-07-01", ""),
                span("D", "2019-10-25", "2020-01-01", "B;C"),
                span("E", "2019-10-25", "2020-01-01", ""),
                span("B2", "2019-10-25", "2020-01-01", "B2"),
            ]
        )
    )


def test_a_former_unit_leads_to_the_unit_of_the_day(merged: Gazetteer) -> None:
    assert merged.current_code("A", "2019-12-01") == "A"
    assert merged.current_code("A", "2023-04-10") == "B"
    assert merged.current_code("A", "2025-07-01") == "C"


def test_divided_unknown_and_later_units_lead_nowhere(merged: Gazetteer) -> None:
    assert merged.current_code("D", "2023-04-10") is None
    assert merged.current_code("E", "2023-04-10") is None
    assert merged.current_code("C", "2023-04-10") is None
    assert merged.current_code("X", "2023-04-10") is None


def test_a_span_holds_its_first_day_and_not_its_last(merged: Gazetteer) -> None:
    assert sorted(merged.at("2020-01-01")["code"]) == ["B"]


def test_a_day_before_the_oldest_list_is_refused(merged: Gazetteer) -> None:
    with pytest.raises(GazetteerError, match="oldest list is of 2019-10-25"):
        merged.at("2008-01-01")


@pytest.mark.parametrize(
    ("day", "units"),
    [("2019-10-25", 11161), ("2023-04-10", 10598), ("2025-03-01", 10047), ("2025-07-01", 3321)],
)
def test_the_shipped_list_has_the_published_number_of_units(day: str, units: int) -> None:
    at = shipped_gazetteer().at(day)
    assert len(at) == units
    assert at["code"].is_unique


def test_bac_giang_led_from_230_communes_to_209_to_58() -> None:
    gazetteer = shipped_gazetteer()
    first = gazetteer.in_province("24").at("2019-10-25")["code"]
    in_2023 = {gazetteer.current_code(code, "2023-04-10", since="2019-10-25") for code in first}
    in_2025 = {gazetteer.current_code(code, "2025-07-01", since="2019-10-25") for code in first}
    assert (len(first), len(in_2023), len(in_2025)) == (230, 209, 58)
    assert None not in in_2023 | in_2025


def test_neo_town_became_nham_bien() -> None:
    units = shipped_gazetteer().units
    names = units[units["code"] == "07681"].sort_values("valid_from")["name"].tolist()
    assert names[:2] == ["Thị trấn Neo", "Thị trấn Nham Biền"]


def test_the_table_is_small_and_quick_to_read() -> None:
    assert SHIPPED.stat().st_size < 1_500_000
    assert min(reading_s() for _ in range(3)) < 0.5, "the quickest: others may disturb one"


def reading_s() -> float:
    start = time.process_time()
    read_gazetteer(SHIPPED)
    return time.process_time() - start
