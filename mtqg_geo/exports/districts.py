"""The layer of the former districts: beside each other, what the page says of each one chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.exports.columns import COMMUNES, ValueColumn, value_columns
from mtqg_geo.figures.measures import shown_total, shown_values
from mtqg_geo.figures.periods import Measure, result_basis
from mtqg_geo.figures.quarters import as_counted
from mtqg_geo.figures.selection import Selection
from mtqg_geo.figures.states import states_of
from mtqg_geo.figures.values import commune_regions, has_regions
from mtqg_geo.figures.works import WorkCount, works_of
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import MOST_DIFFICULT, Basis, Mask, State

DONE, DONE_IS_LEAST, REPORTED_DONE = "done_pct", "done_is_lower_bound", "reported_done_pct"
# A district with all that is selected in it: the data of it alone, and which rows these are.
Place = tuple[Dataset, Mask]


def districts(data: Dataset, selection: Selection) -> gpd.GeoDataFrame:
    """Return the districts of which anything is selected, with what is counted there.

    Figures are those of the communes selected in each, put together as the page does where that
    district is chosen: amounts add up, rates are averaged by their base, and who is silent is
    counted beside them. As in the ranking they are counted by the units of their year, whichever
    geography is shown: of a unit that lay in several districts each has its own part. The shape is
    always that of the whole district.
    """
    data, selection = as_counted(data, selection)
    chosen = [replace(selection, districts=(code,)) for code in data.districts[c.CODE]]
    owns = [data.within(each.districts) for each in chosen]
    places = [(own, each.commune_mask(own)) for own, each in zip(owns, chosen, strict=True)]
    works = [works_of(own, each) for own, each in zip(owns, chosen, strict=True)]
    columns = {
        COMMUNES: [int(among.sum()) for _, among in places],
        f"region_{MOST_DIFFICULT.lower()}_{COMMUNES}": _most_difficult(places, selection.year),
        **_of_works("sites_{}", [each.sites.count for each in works]),
        **_of_works("road_{}_km", [each.roads.count for each in works]),
    }
    for figure in value_columns(data, selection):
        if data.catalog.indicators[figure.content.indicator].has_total:  # distances have none
            columns |= _of_figure(figure, places)
    columns |= _done(data, selection, places)
    listed = data.districts[[c.CODE, c.NAME, c.AREA_KM2, data.districts.geometry.name]]
    named = {c.DISTRICT_CODE: listed[c.CODE], c.DISTRICT: listed[c.NAME]}
    table = listed.assign(**named, **columns)
    is_chosen = table[c.CODE].isin(selection.districts) | (not selection.districts)
    return table[is_chosen & (table[COMMUNES] > 0)]


def _most_difficult(places: Sequence[Place], year: int) -> list[float]:
    return [
        float((commune_regions(own, year)[among] == MOST_DIFFICULT).sum())
        if has_regions(own, year)
        else np.nan
        for own, among in places
    ]


def _of_works(name: str, counts: Sequence[WorkCount]) -> dict[str, list[float]]:
    """Return how many are planned, done, unknown; nothing where no list of works was loaded."""
    return {
        name.format("planned"): [each.planned for each in counts],
        name.format("completed"): [each.completed for each in counts],
        name.format("not_reported"): [
            np.nan if np.isnan(each.planned) else each.silent for each in counts
        ],
    }


def _of_figure(figure: ValueColumn, places: Sequence[Place]) -> dict[str, np.ndarray]:
    """Return a figure of each district, its state, of how many communes, how many are missing."""
    totals = [shown_total(own, figure.content, among).total for own, among in places]
    values, concerned, missing, vague = (
        np.array([getattr(each, name) for each in totals])
        for name in ("value", "communes", "communes_missing", "not_restatable")
    )
    states = (shown_values(own, figure.content)[c.STATE][among] for own, among in places)
    no_plan = np.array([{*each} - {State.NOT_APPLICABLE} == {State.NO_PLAN} for each in states])
    unknown = np.isnan(values)
    state = states_of(
        outside=concerned == 0,
        no_plan=no_plan,
        unknown_share=unknown & (vague > 0),
        missing=unknown,
        partly=(missing > 0) | (vague > 0),
    )
    # Nothing done of no plan is the zero it is of a commune.
    is_zero = unknown & no_plan & (figure.content.measure is Measure.VALUE)
    return {
        figure.name: np.where(is_zero, 0.0, values),
        figure.state_name: state.astype(object),
        figure.concerned_name: concerned,
        figure.silent_name: missing,
    }


def _done(data: Dataset, selection: Selection, places: Sequence[Place]) -> Mapping[str, object]:
    """Return how much of the plan is done, as the ranking shows it; nothing without a plan."""
    indicator = data.catalog.indicators[selection.indicator]
    basis = result_basis(indicator)
    if Basis.PLAN not in indicator.bases or basis is Basis.PLAN:
        return {}
    result = replace(selection, basis=basis, measure=Measure.VALUE, second="", compare=None)
    shares = [shown_total(own, result, among).share for own, among in places]
    return {
        DONE: [each.pct for each in shares],
        DONE_IS_LEAST: [each.is_lower_bound for each in shares],
        REPORTED_DONE: [each.reported_pct for each in shares],
    }
