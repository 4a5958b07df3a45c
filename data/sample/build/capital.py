"""Capital by commune and sub-project: planned, allocated, disbursed by quarter (FI01)."""

import numpy as np
import pandas as pd

from data.sample.build.area import ILLUSTRATIVE, YEARS, rng_for, silent
from data.sample.build.plan import (
    CAPITAL_MILLION,
    DA6_MILLION,
    HALF_YEAR_DISBURSED_MILLION,
    MILLION,
    QUARTERS,
    apportion,
    by_quarter,
    quarter_rows,
    text,
)

Rows = list[tuple[str, ...]]

# project -> (capital in 2023 in billion VND, communes that get any; None = all). Other years keep
# the proportions. DA6 has a published total of its own.
SHARES = {
    "DA1": (90.0, 62),
    "DA2": (25.0, 8),
    "DA3.TDA1": (60.0, 50),
    "DA3.TDA2": (55.0, 40),
    "DA3.TDA3": (3.0, 3),
    "DA4.TDA1": (230.0, None),
    "DA4.TDA2": (12.0, 2),
    "DA5.TDA1": (35.0, 22),
    "DA5.TDA2": (6.0, 15),
    "DA5.TDA3": (32.0, None),
    "DA5.TDA4": (14.0, None),
    "DA6": (None, 40),
    "DA7": (12.0, None),
    "DA8": (14.0, None),
    "DA9.TDA1": (6.0, 8),
    "DA9.TDA2": (3.0, 45),
    "DA10.TDA1": (8.0, None),
    "DA10.TDA2": (8.0, 45),
    "DA10.TDA3": (3.591, None),
}
NEED = {"I": 0.5, "II": 1.0, "III": 2.0}
SHARE_FULLY_ALLOCATED = 0.65


def project_totals_million(year: int) -> dict[str, int]:
    """Return the planned capital of each project without sub-projects; DA6 is as published."""
    others = [code for code in SHARES if code != "DA6"]
    rest = CAPITAL_MILLION[year] - DA6_MILLION[year]
    parts = apportion(rest, [SHARES[code][0] for code in others])
    return dict(zip(others, parts.tolist(), strict=True)) | {"DA6": DA6_MILLION[year]}


def capital_rows(area: pd.DataFrame) -> Rows:
    """Return the observations of capital, in whole VND; a commune without a share has 0."""
    return [row for year in YEARS for row in _year_rows(area, year)]


def _year_rows(area: pd.DataFrame, year: int) -> Rows:
    rng = rng_for(f"capital-{year}")
    totals = project_totals_million(year)
    plan = np.array([apportion(totals[code], _weights(area, code, rng)) for code in SHARES])
    allocated = _allocated(plan, rng)
    is_silent = area.index.isin(silent(area, year, "finance"))
    disbursed = _disbursed(allocated, is_silent, year, rng)
    rows: Rows = []
    for p, project in enumerate(SHARES):
        for i, commune in enumerate(area.index):
            for basis, table in (("plan", plan), ("allocated", allocated)):
                value = text(int(table[p, i]) * MILLION)
                rows.append((commune, "FI01", project, str(year), basis, value, ILLUSTRATIVE))
            quarters = by_quarter(int(disbursed[p, i]), year, rng)
            parts = [text(int(part) * MILLION) for part in quarters]
            rows += quarter_rows(
                commune,
                "FI01",
                project,
                year,
                "disbursed",
                [""] * len(QUARTERS[year]) if is_silent[i] else parts,
            )
    return rows


def _weights(area: pd.DataFrame, project: str, rng: np.random.Generator) -> np.ndarray:
    """Return how a project's capital is spread; communes without the project weigh nothing."""
    weights = area["region"].map(NEED).to_numpy() * rng.gamma(4.0, 1.0, len(area))
    takers = SHARES[project][1]
    if takers is not None:
        chosen = rng.choice(len(area), takers, replace=False, p=weights / weights.sum())
        weights[~np.isin(np.arange(len(area)), chosen)] = 0
    return weights


def _allocated(plan: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    share = np.where(
        rng.random(plan.shape) < SHARE_FULLY_ALLOCATED, 1.0, rng.uniform(0.85, 1.0, plan.shape)
    )
    return np.floor(plan * share).astype(int)


def _disbursed(
    allocated: np.ndarray, is_silent: np.ndarray, year: int, rng: np.random.Generator
) -> np.ndarray:
    """Return what was spent of the allocation: always less than it where there is any."""
    by_project = rng.uniform(0.78, 0.96, (len(allocated), 1))
    share = np.clip(by_project * rng.normal(1.0, 0.09, allocated.shape), 0.4, 0.985)
    spent = np.where(is_silent, 0, allocated * share)
    if year == YEARS[-1]:
        spent = apportion(HALF_YEAR_DISBURSED_MILLION, spent.ravel()).reshape(spent.shape)
    return np.minimum(np.floor(spent), np.maximum(allocated - 1, 0)).astype(int)
