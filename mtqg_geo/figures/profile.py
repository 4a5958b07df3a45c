"""The profile of one commune: region, every indicator plan against result, its sites and roads."""

import math
from dataclasses import dataclass, replace
from functools import partial

import pandas as pd

from geo.kept import kept
from mtqg_geo.communes.lineage import UnitHistory, day_of, unit_history, unit_names, vintages
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.dataset.vintages import current_lineage
from mtqg_geo.figures.measures import measured
from mtqg_geo.figures.periods import quarters_of, result_basis
from mtqg_geo.figures.roads import selected_pieces
from mtqg_geo.figures.selection import Selection
from mtqg_geo.figures.shares import PlanShare, completion_pct
from mtqg_geo.figures.values import MISSING_PARTS, has_regions
from mtqg_geo.figures.works import selected_sites
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Basis, Indicator, Kind, State
from mtqg_geo.programme.tables import COST_AND_DATES


@dataclass(frozen=True)
class IndicatorLine:
    """An indicator in one commune, plan beside result; `state` is the state of the result.

    `missing_communes` names the former communes that did not report, in a unit put together;
    `is_of_year` says that a quarter is chosen and the result is of the year all the same.
    """

    indicator: Indicator
    plan: float
    result: float
    state: State
    missing_periods: str
    missing_communes: tuple[str, ...] = ()
    is_of_year: bool = False

    @property
    def is_without_plan(self) -> bool:
        """Whether nothing was planned; something may have been done all the same."""
        return self.indicator.adds_up and self.plan == 0

    @property
    def is_empty(self) -> bool:
        """Whether there is neither a plan nor a result, whatever the reason.

        A result that is there and cannot be restated is no blank.
        """
        if self.state is State.NOT_RESTATABLE:
            return False
        is_planned = math.isfinite(self.plan) and not self.is_without_plan
        is_done = math.isfinite(self.result) and not (self.is_without_plan and self.result == 0)
        return not (is_planned or is_done)

    @property
    def is_lower_bound(self) -> bool:
        """Whether the true result may be higher; an average may be anything."""
        grows = self.indicator.adds_up or self.indicator.is_disbursement
        return grows and self.state is State.PARTLY_REPORTED

    @property
    def share(self) -> PlanShare:
        """How much of its plan the commune has done; nothing of a plan to come down to a level."""
        pct = completion_pct(self.plan, self.result, falls=self.indicator.falls)
        return PlanShare(pct, is_lower_bound=self.is_lower_bound)


@dataclass(frozen=True)
class CommuneProfile:
    """All that is known of one commune in one year.

    `region` is "" outside the programme, and None where no list of regions of the year is loaded.
    """

    code: str
    name: str
    district: str
    region: str | None
    area_km2: float
    lines: tuple[IndicatorLine, ...]
    sites: pd.DataFrame
    roads: pd.DataFrame

    @property
    def road_km(self) -> float:
        """How long all roads in it are, a stretch that two share counted once."""
        return float(self.roads[c.LENGTH_KM].sum())


def commune_profile(data: Dataset, selection: Selection, code: str) -> CommuneProfile:
    """Return the profile of a commune for the year or quarter, projects and statuses selected."""
    row = data.communes[data.communes[c.CODE] == code].iloc[0]
    here = replace(selection, districts=(), communes=(code,))
    pieces = selected_pieces(data, here)
    roads = data.road_list.set_index(c.ID)[[c.NAME, *COST_AND_DATES]]
    return CommuneProfile(
        code=code,
        name=row[c.NAME],
        district=row[c.DISTRICT],
        region=_region(data, selection.year, code),
        area_km2=float(row[c.AREA_KM2]),
        lines=_lines(data, selection, code),
        sites=selected_sites(data, here),
        roads=pieces.join(roads, on=c.ID),
    )


@kept(maxsize=8)
def region_shares(data: Dataset, year: int) -> pd.DataFrame:
    """Return `Dataset.region_shares`, worked out once for all profiles of a year; shared."""
    return data.region_shares(year)


def commune_history(data: Dataset, selection: Selection, code: str) -> UnitHistory:
    """Return what a commune came from and became, by the lineage as corrected."""
    lineage = current_lineage(data.store)
    return unit_history(code, selection.vintage, others=vintages(), lineage=lineage)


def _region(data: Dataset, year: int, code: str) -> str | None:
    if not has_regions(data, year):
        return None
    return str(data.regions_in(year).get(code, ""))


def _lines(data: Dataset, selection: Selection, code: str) -> tuple[IndicatorLine, ...]:
    position = data.communes.index[data.communes[c.CODE] == code][0]
    projects = data.catalog.with_children(selection.projects)
    lines = []
    for indicator in data.catalog.indicators_of(selection.projects):
        if indicator.kind is Kind.CATEGORY:
            continue
        rows_of = partial(measured, data, indicator, period=selection.period, projects=projects)
        furthest = result_basis(indicator)
        result = rows_of(basis=furthest).loc[position]
        if result[c.STATE] == State.NOT_APPLICABLE:
            continue
        has_plan = Basis.PLAN in indicator.bases and furthest is not Basis.PLAN
        plan = rows_of(basis=Basis.PLAN)[c.VALUE].loc[position] if has_plan else math.nan
        lines.append(
            IndicatorLine(
                indicator,
                float(plan),
                float(result[c.VALUE]),
                State(result[c.STATE]),
                result[c.MISSING_PERIODS],
                _names(data, selection, result.get(MISSING_PARTS, "")),
                selection.quarter is not None and not quarters_of(data, indicator, selection.year),
            )
        )
    return tuple(lines)


def _names(data: Dataset, selection: Selection, parts: str) -> tuple[str, ...]:
    """Return the names of former units listed by code; those of another time by their own."""
    codes = [code for code in parts.split("; ") if code]
    if not codes:
        return ()
    former = data.as_loaded.commune_list.set_index(c.CODE)[c.NAME]
    names = {**unit_names(day_of(selection.vintage)), **former}
    return tuple(names.get(code, code) for code in codes)
