"""Support to households (OP01-OP03), poverty, and living conditions by commune."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from data.sample.build.area import ILLUSTRATIVE, YEARS, rng_for, silent
from data.sample.build.plan import (
    QUARTERS,
    apportion,
    by_quarter,
    plan_total,
    quarter_rows,
    result_total,
    text,
)

Rows = list[tuple[str, ...]]

NEED = {"I": 0.5, "II": 1.0, "III": 2.0}  # how much of the support goes to a commune of a region
HOUSEHOLDS = {"I": (1300, 2700), "II": (1100, 2300), "III": (800, 1700)}
POOR_PCT_2022 = {"I": (4.2, 7.6), "II": (9.0, 13.0), "III": (13.5, 24.0)}
PLANNED_FALL = {"I": (16, 24), "II": (22, 29), "III": (25, 36)}  # tenths of a point a year
# The published targets for 2023, in tenths of a point: all programme communes, and region III.
FALL_ALL, FALL_REGION_III = 25, 30
CLOSING_HOUSEHOLDS = {"I": (1200, 3000), "III": (800, 1800)}

LEAVING = {2023: "Tân Mộc, Vô Tranh, Giáo Liêm, Đồng Tiến", 2024: "Kim Sơn, Lệ Viễn"}
LEFT_IN = {2023: "Tân Mộc, Vô Tranh, Giáo Liêm"}

# indicator: level of 2022 by region, gain a year, plan above the level of the year before
LIVING = {
    "OC08": ({"I": (98.6, 99.8), "II": (97.8, 99.4), "III": (95.5, 98.8)}, 0.4, 0.6),
    "OC09": ({"I": (90.0, 96.0), "II": (84.0, 92.0), "III": (74.0, 88.0)}, 2.2, 2.5),
    "OC10": ({"I": (93.0, 98.0), "II": (94.0, 98.5), "III": (95.0, 99.0)}, 0.5, 0.6),
}


def household_rows(area: pd.DataFrame) -> Rows:
    """Return plan and quarterly results of the support to households."""
    return [
        row
        for indicator in ("OP01", "OP02", "OP03")
        for year in YEARS
        for row in _support(area, indicator, year, rng_for(f"{indicator}-{year}"))
    ]


def _support(area: pd.DataFrame, indicator: str, year: int, rng: np.random.Generator) -> Rows:
    weights = area["region"].map(NEED).to_numpy() * rng.gamma(2.0, 1.0, len(area))
    plan = apportion(int(plan_total(indicator, year)), weights)
    is_silent = area.index.isin(silent(area, year, "livelihood"))
    # Most stay below plan, some reach it, some pass it.
    pace = rng.choice([0.8, 1.0, 1.12], len(area), p=[0.5, 0.35, 0.15]) * rng.uniform(
        0.9, 1, len(area)
    )
    actual = apportion(result_total(indicator, year), np.where(is_silent, 0, plan * pace))
    rows: Rows = []
    for code, planned, done, missing in zip(area.index, plan, actual, is_silent, strict=True):
        rows.append((code, indicator, "DA1", str(year), "plan", text(planned), ILLUSTRATIVE))
        parts = [text(part) for part in by_quarter(done, year, rng)]
        empty = [""] * len(QUARTERS[year])
        rows += quarter_rows(code, indicator, "DA1", year, "actual", empty if missing else parts)
    return rows


def welfare_rows(area: pd.DataFrame) -> Rows:
    """Return households, poverty, living conditions and the communes leaving region III."""
    rng = rng_for("poverty")
    households, planned_fall = _households_and_fall(area, rng)
    rows = _household_counts(area, households)
    rows += _poverty(area, planned_fall, rng)
    for indicator in LIVING:
        rows += _living(area, indicator, rng_for(indicator))
    return rows + _leaving(area)


def _between(area: pd.DataFrame, bounds: dict, rng: np.random.Generator) -> np.ndarray:
    low, high = np.array([bounds[region] for region in area["region"]]).T
    return rng.uniform(low, high)


def _households_and_fall(
    area: pd.DataFrame, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Choose the households of 2023 and the planned fall in poverty (tenths of a point) together.

    The means weighted by households are then exactly the published 3.0 in region III and 2.5 in
    all programme communes.
    """
    households = np.round(_between(area, HOUSEHOLDS, rng)).astype(int)
    fall = np.round(_between(area, PLANNED_FALL, rng)).astype(int)
    region = area["region"].to_numpy()
    third, others = np.flatnonzero(region == "III"), np.flatnonzero(region != "III")
    closing = np.flatnonzero(region == "I")[-1]
    _balance(households, fall, region, third, third[-1], FALL_REGION_III, rng)
    _balance(households, fall, region, others, closing, FALL_ALL, rng, settled=third)
    return households, fall


def _balance(
    households: np.ndarray,
    fall: np.ndarray,
    region: np.ndarray,
    members: np.ndarray,
    closing: int,
    goal: int,
    rng: np.random.Generator,
    *,
    settled: Sequence[int] = (),
) -> None:
    """Move the falls of `members`, in place, until their mean with `settled` meets the goal.

    The closing commune lies one tenth below the goal, so that it needs as many households as the
    others are above it; falls move by tenths until that is a likely number of households.
    """
    movable = members[members != closing]
    counted = np.concatenate([movable, np.asarray(settled, dtype=int)])
    low, high = CLOSING_HOUSEHOLDS[region[closing]]
    lowest, highest = np.array([PLANNED_FALL[region[i]] for i in movable]).T + ((-3,), (3,))
    fall[closing] = goal - 1
    while not low <= (surplus := int(households[counted] @ (fall[counted] - goal))) <= high:
        moved = fall[movable] + (1 if surplus < low else -1)
        chosen = rng.choice(np.flatnonzero((moved >= lowest) & (moved <= highest)))
        fall[movable[chosen]] = moved[chosen]
    households[closing] = surplus


def _household_counts(area: pd.DataFrame, households: np.ndarray) -> Rows:
    growth = {2022: 0.99, 2023: 1.0, 2024: 1.01}
    return [
        (code, "CX01", "", str(year), "actual", text(round(count * growth[year])), ILLUSTRATIVE)
        for code, count in zip(area.index, households, strict=True)
        for year in YEARS
    ]


def _poverty(area: pd.DataFrame, fall_2023: np.ndarray, rng: np.random.Generator) -> Rows:
    """Return the poverty rate at the end of a year and its fall during the year."""
    pct_2022 = np.round(_between(area, POOR_PCT_2022, rng), 1)
    plan = {
        2022: np.round(fall_2023 * rng.uniform(0.85, 1.1, len(area))) / 10,
        2023: fall_2023 / 10,
        2024: np.round(fall_2023 * rng.uniform(0.75, 1.05, len(area))) / 10,
    }
    pace = rng.choice([0.85, 1.0, 1.15], (2, len(area)), p=[0.45, 0.3, 0.25])
    fall = {year: np.round(plan[year] * pace[year - 2022], 1) for year in (2022, 2023)}
    rate = {2022: pct_2022, 2023: pct_2022 - fall[2023]}
    missing = {year: area.index.isin(silent(area, year, "poverty")) for year in YEARS}
    rows: Rows = []
    for i, code in enumerate(area.index):
        for year in YEARS:
            planned = text(plan[year][i], 1)
            rows.append((code, "OC16", "", str(year), "plan", planned, ILLUSTRATIVE))
        for year in (2022, 2023):
            for indicator, values in (("OC16", fall), ("CX02", rate)):
                value = None if missing[year][i] else values[year][i]
                rows.append(
                    (code, indicator, "", str(year), "actual", text(value, 1), ILLUSTRATIVE)
                )
    return rows


def _living(area: pd.DataFrame, indicator: str, rng: np.random.Generator) -> Rows:
    start, gain, ambition = LIVING[indicator]
    level = {2021: _between(area, start, rng)}
    for year in YEARS:
        step = gain * rng.uniform(0.4, 1.5, len(area))
        level[year] = np.minimum(level[year - 1] + step, 100)
    rows: Rows = []
    for year in YEARS:
        is_silent = area.index.isin(silent(area, year, "poverty"))
        for i, code in enumerate(area.index):
            plan = min(level[year - 1][i] + ambition, 100)
            rows.append((code, indicator, "", str(year), "plan", text(plan, 1), ILLUSTRATIVE))
            if year < YEARS[-1]:  # the last year is not over
                value = None if is_silent[i] else level[year][i]
                rows.append(
                    (code, indicator, "", str(year), "actual", text(value, 1), ILLUSTRATIVE)
                )
    return rows


def _leaving(area: pd.DataFrame) -> Rows:
    """Return which region III communes were to leave it and did; decided in the last quarter."""
    rows: Rows = []
    for code, name in area.loc[area["region"] == "III", "short"].items():
        for year in YEARS:
            planned = int(name in LEAVING.get(year, "").split(", "))
            rows.append((code, "OC03", "", str(year), "plan", text(planned), ILLUSTRATIVE))
            parts = ["0"] * len(QUARTERS[year])
            if name in LEFT_IN.get(year, "").split(", "):
                parts[-1] = "1"
            if code in silent(area, year, "poverty"):
                parts = [""] * len(parts)
            rows += quarter_rows(code, "OC03", "", year, "actual", parts)
    return rows
