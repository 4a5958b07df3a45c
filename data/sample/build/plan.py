"""Totals the sample adds up to.

The plan of 2023 is published, indicator by indicator (`data/programme/targets.toml`), and read
from there. The plans of 2022 and 2024 are illustrative, sized after published cumulative results.
"""

import tomllib
from collections.abc import Sequence

import numpy as np

from data.sample.build.area import SAMPLE

PUBLISHED_YEAR = 2023
BILLION = 1_000_000_000
MILLION = 1_000_000

# (2022, 2024); 2023 comes from targets.toml
OTHER_PLANS = {
    "OP01": (365, 252),
    "OP02": (840, 1334),
    "OP03": (1010, 640),
    "OP04": (7, 6),
    "OP05": (22, 18),
    "OP06": (3, 2),
    "OP07": (3, 3),
    "OP08": (104, 108),
    "OP09": (8, 12),
    "OP10": (4, 7),
    "OP11": (3, 4),
    "OP12": (4, 3),
    "OP13": (2, 2),
    "OP14": (24, 10),
}

# (2022, 2023, first half of 2024). For OP01-OP03 the first two add up to the cumulative results
# published for 2021-2023 (498; 1,768; 2,699) and the third is the published half-year, as is
# OP08's; OP08 together passes the "more than 130" published for 2021-2023.
RESULTS = {
    "OP01": (338, 160, 46),
    "OP02": (736, 1032, 322),
    "OP03": (893, 1806, 7),
    "OP04": (6, 6, 1),
    "OP06": (3, 2, 0),
    "OP07": (2, 3, 1),
    "OP08": (100, 34, 88),
    "OP09": (8, 10, 3),
    "OP10": (3, 5, 1),
    "OP11": (2, 0, 1),
    "OP12": (3, 5, 0),
    "OP13": (1, 0, 0),
    "OP14": (22, 45, 2),
}
ROAD_SHARE_DONE = {2022: 0.9, 2023: 0.78, 2024: 0.2}

# Published: about 221 billion from the centre in 2022, 734 billion assigned in 2024.
CAPITAL_MILLION = {2022: 221_000, 2023: 635_000, 2024: 734_000}
# Published for 2022 (8,871) and 2023 (18,409); 2024 is illustrative.
DA6_MILLION = {2022: 8_871, 2023: 18_409, 2024: 16_200}
HALF_YEAR_DISBURSED_MILLION = 155_000  # published for January-June 2024

QUARTERS = dict.fromkeys((2022, 2023), ("Q1", "Q2", "Q3", "Q4")) | {2024: ("Q1", "Q2")}
PACE = np.array([0.08, 0.20, 0.27, 0.45])  # work and money pile up towards the end of the year


def plan_total(indicator: str, year: int) -> float:
    """Return the province's plan of one output for one year."""
    if year != PUBLISHED_YEAR:
        return OTHER_PLANS[indicator][0 if year < PUBLISHED_YEAR else 1]
    text = (SAMPLE.parent / "programme" / "targets.toml").read_text(encoding="utf-8")
    targets = tomllib.loads(text)["target"]
    return next(t["value"] for t in targets if t["indicator"] == indicator and t["year"] == year)


def result_total(indicator: str, year: int) -> int:
    """Return the result the reporting communes add up to."""
    return RESULTS[indicator][year - 2022]


def apportion(total: int, weights: Sequence[float]) -> np.ndarray:
    """Share a whole number out by weights, in whole parts that add up to it exactly.

    The largest remainders get the units left over; equal ones in the order given.
    """
    weights = np.asarray(weights, dtype=float)
    if total == 0 or weights.sum() == 0:
        return np.zeros(len(weights), dtype=int)
    # Rounding keeps the last bits of different processors from changing the order of a tie.
    exact = np.round(weights * (total / weights.sum()), 9)
    parts = np.floor(exact).astype(int)
    order = np.argsort(-(exact - parts), kind="stable")
    parts[order[: total - parts.sum()]] += 1
    return parts


def by_quarter(total: int, year: int, rng: np.random.Generator) -> np.ndarray:
    """Split a year's result into the quarters reported so far."""
    pace = PACE[: len(QUARTERS[year])]
    return apportion(total, pace * rng.uniform(0.6, 1.4, len(pace)))


def text(value: float | None, decimals: int = 0) -> str:
    """Return a number as it is written in the files; missing is empty, zero is ``0``."""
    if value is None:
        return ""
    written = f"{value:.{decimals}f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


def quarter_rows(
    commune: str, indicator: str, project: str, year: int, basis: str, parts: Sequence[str]
) -> list[tuple[str, ...]]:
    """Return one observation per quarter."""
    return [
        (commune, indicator, project, f"{year}-{quarter}", basis, part, "illustrative")
        for quarter, part in zip(QUARTERS[year], parts, strict=True)
    ]
