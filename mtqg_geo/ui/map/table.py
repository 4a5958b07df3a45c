"""The table twin of the map: the same communes and values, the worst first, exact.

A row that is chosen opens its commune's profile, and the commune chosen on the map is marked here.
Of a change of indicator only values, states and order travel: see `ui/shared/table.py`.
"""

from collections.abc import Mapping
from functools import partial
from html import escape
from types import MappingProxyType

import numpy as np
import streamlit as st

from geo.kept import kept
from mtqg_geo.communes.epochs import geography_of
from mtqg_geo.communes.lineage import vintages
from mtqg_geo.communes.search import findable
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.dataset.regions import region_short
from mtqg_geo.dataset.vintages import current_lineage
from mtqg_geo.figures.periods import Measure
from mtqg_geo.figures.shares import PlanShare, at_least
from mtqg_geo.maps.table_order import order_of
from mtqg_geo.maps.view import COMPARED, DIFFERENCE, REGION_PARTS, SECOND, MapView, value_columns
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.amounts import as_read, shown_decimals
from mtqg_geo.programme.model import Indicator, Kind, Lang
from mtqg_geo.programme.words import KM_DECIMALS, all_as_written, number, t
from mtqg_geo.ui.map import drawer
from mtqg_geo.ui.shared import table
from mtqg_geo.ui.shared.table import Column
from mtqg_geo.ui.state import PageState

HEIGHT_PX = 380
# Works by commune, and where the status of some is not known: that column.
WORKS = {
    "sites_completed": "sites_not_reported",
    "sites_planned": "",
    "road_completed_km": "road_not_reported_km",
    "road_planned_km": "",
}
DECIMALS = {"road_completed_km": KM_DECIMALS, "road_planned_km": KM_DECIMALS}
# The messages in which columns travel that another indicator does not change.
UNITS, OF_WORKS = "units", "works"


def draw(state: PageState, view: MapView) -> None:
    """Draw the table of a view."""
    data, lang = state.data, state.lang
    page = f"{data.fingerprint} {data.boundary_set.id} {view.selection}"
    second = data.catalog.indicators.get(state.selection.second)
    count = t("table_rows", lang, count=number(len(view.table), lang))
    # Not st.header, of which every run sends the whole again.
    st.html(f"<h2 class='table-title'>{escape(t('table', lang))} · {escape(count)}</h2>")
    table.draw(
        _parts(page, lang, view, second, data),
        key="table",
        on_choose=drawer.open_profile,
        selected=state.profile,
        height_px=HEIGHT_PX,
    )


@st.cache_data(max_entries=512, show_spinner=False)
def _parts(
    page: str, lang: Lang, _view: MapView, _second: Indicator | None, _data: Dataset
) -> table.Parts:
    """Return what the browser is told; `page` names everything that is."""
    view = _view
    order, inside = order_of(view)
    outside = len(order) - inside
    words = t("table_outside", lang, count=number(outside, lang))
    return table.pack(
        table_columns(view, _second, lang, found_by=_other_names(_data.as_drawn)),
        label=t("table", lang),
        lang=lang,
        order=order.tolist(),
        folded=(inside, words) if inside and outside else None,
    )


@kept(maxsize=4)
def _other_names(data: Dataset) -> dict[str, str]:
    """Return, by code, names and codes of the former units that each unit came from.

    Not of those it became: who looks for one would get its other parts, without a word why.
    """
    lineage = current_lineage(data.store)
    vintage = geography_of(data.boundary_set.vintage, lineage) or vintages()[0]
    if vintage == vintages()[0]:
        return {}
    units = findable(data.commune_list, vintage, lineage)
    return {each.code: " ".join(each.words) for each in units}


def table_columns(
    view: MapView,
    second: Indicator | None,
    lang: Lang,
    *,
    found_by: Mapping[str, str] = MappingProxyType({}),
) -> list[Column]:
    """Return the columns of the table of a view, in which `second` is mapped too.

    `found_by` are, by code, words by which a unit is found besides its name.
    """
    rows = view.table
    codes = rows[c.CODE].tolist()
    words = [found_by.get(code, "") for code in codes] if found_by else ()
    regions = [region_short(region, lang) if region else region for region in rows[c.REGION]]
    is_former = view.selection.vintage == vintages()[0]
    notes = "column_district" if is_former else "reform_former_district"
    name = f"{t('column_name', lang)} · {t(notes, lang)}"
    columns = [
        Column(c.CODE, "", codes, kind="key", notes=words, kept=UNITS),
        Column(
            c.NAME,
            name,
            rows[c.NAME].tolist(),
            notes=rows[c.DISTRICT].fillna("").tolist(),
            on_phone=True,
            kept=UNITS,
        ),
        Column(
            c.REGION,
            t("column_region", lang),
            regions,
            on_phone=view.indicator.kind is Kind.CATEGORY,
            kept=UNITS,
        ),
    ]
    if REGION_PARTS in rows:
        parts = rows[REGION_PARTS].tolist()
        hint = t(f"help_{REGION_PARTS}", lang)
        columns.append(
            Column(REGION_PARTS, t("column_region_parts", lang), parts, hint=hint, kept=UNITS)
        )
    shown = DIFFERENCE if view.difference else c.VALUE
    values = [
        _value_column(view, name, *said, on_phone=name == shown)
        for name, said in value_columns(view, second, lang).items()
    ]
    states = [t(name, lang) for name in rows[c.STATE]]
    columns += [*values, Column(c.STATE, t("column_state", lang), states)]
    columns += [_works_column(view, name, lang) for name in WORKS]
    silent = rows[c.MISSING_PERIODS].tolist()
    if values and any(isinstance(each, str) and each for each in silent):
        columns.append(Column(c.MISSING_PERIODS, t("column_missing_periods", lang), silent))
    return columns


def _value_column(
    view: MapView, name: str, heading: str, indicator: Indicator, *, on_phone: bool
) -> Column:
    values = as_read(view.table[name].to_numpy(dtype=np.float64), indicator)
    return Column(
        name,
        heading,
        values.tolist(),
        kind="number",
        decimals=shown_decimals(indicator),
        bar=_full_bar(view, name, indicator),
        on_phone=on_phone,
    )


def _full_bar(view: MapView, name: str, indicator: Indicator) -> float | None:
    """Return what a full bar stands for: all of the plan, or the largest value of both periods.

    What grew and what fell have no bar in common.
    """
    if name == DIFFERENCE:
        return None
    if view.selection.measure is Measure.COMPLETION and name != SECOND:
        return 100
    together = {c.VALUE, COMPARED} & set(view.table) if name != SECOND else [name]
    values = view.table[list(together)].to_numpy(dtype=np.float64)
    return float(np.fmax.reduce(as_read(values, indicator), axis=None, initial=0))


def _works_column(view: MapView, name: str, lang: Lang) -> Column:
    decimals, unknown, rows = DECIMALS.get(name, 0), WORKS[name], view.table
    values = rows[name].to_numpy(dtype=np.float64)
    write = partial(number, lang=lang, decimals=decimals)
    # At least so many, as on paper, where the status of others is not known.
    bound = PlanShare(is_lower_bound=True)
    some = (rows[unknown] > 0) & rows[name].notna() if unknown else np.zeros(len(rows), dtype=bool)
    return Column(
        name,
        t(f"column_{name}", lang),
        all_as_written(values, decimals).tolist(),
        kind="number",
        decimals=decimals,
        instead={
            at: at_least(write(values[at]), bound, lang) for at in np.flatnonzero(some).tolist()
        },
        hint=t(f"help_{name}", lang),
        kept=OF_WORKS,
    )
