"""The table twin of the map: the same communes and values, sortable, exact."""

from collections.abc import Callable
from functools import partial

import streamlit as st
from pandas.io.formats.style import Styler

from mtqg_geo.communes.lineage import vintages
from mtqg_geo.dataset.regions import region_short
from mtqg_geo.figures.shares import PlanShare, at_least
from mtqg_geo.maps.view import COMPARED, REGION_PARTS, SECOND, MapView
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.amounts import amount, unit
from mtqg_geo.programme.model import Indicator, Kind, Lang
from mtqg_geo.programme.words import KM_DECIMALS, number, t
from mtqg_geo.ui.state import PageState

HEIGHT_PX = 320
WHOLE = ("sites_completed", "sites_planned")
# Wide enough for names; code to works fit beside the downloads on a screen of 1366 pixels.
WIDTHS_PX = {
    c.CODE: 60,
    c.NAME: 138,
    c.DISTRICT: 125,
    c.REGION: 68,
    REGION_PARTS: 260,
    c.VALUE: 130,
    COMPARED: 190,
    SECOND: 190,
    c.STATE: 108,
    "sites_completed": 102,
    "sites_planned": 68,
    "road_completed_km": 92,
    "road_planned_km": 72,
}
KILOMETRES = ("road_completed_km", "road_planned_km")
# By column of what is completed: that of works there whose status is not known.
UNKNOWN = {"sites_completed": "sites_not_reported", "road_completed_km": "road_not_reported_km"}
EXPLAINED = (*WHOLE, *KILOMETRES, REGION_PARTS)


def draw(state: PageState, view: MapView) -> None:
    """Draw the table of a view."""
    data = state.data
    page = f"{data.fingerprint} {data.boundary_set.id} {view.selection}"
    second = data.catalog.indicators.get(state.selection.second)
    _draw_or_repeat(page, state.lang, view, second)


@st.cache_data(max_entries=512, show_spinner=False)
def _draw_or_repeat(page: str, lang: Lang, _view: MapView, _second: Indicator | None) -> None:
    """Draw the table; for a page drawn before, Streamlit repeats what it sent then.

    Writing 209 rows of numbers costs it 13 ms each time. `page` names everything that is drawn.
    """
    view, numbers = _view, _value_columns(_view, _second, lang)
    columns = (c.CODE, c.NAME, c.DISTRICT, c.REGION, c.STATE, *WHOLE, *KILOMETRES)
    headings = {
        **{name: t(f"column_{name}", lang) for name in (*columns, c.MISSING_PERIODS)},
        **{name: heading for name, (heading, _) in numbers.items()},
    }
    if REGION_PARTS in view.table:
        headings[REGION_PARTS] = t("column_region_parts", lang)
    if view.selection.vintage != vintages()[0]:
        headings[c.DISTRICT] = t("reform_former_district", lang)
    count = t("table_rows", lang, count=number(len(view.table), lang))
    st.header(f"{t('table', lang)} · {count}", anchor=False)
    st.dataframe(
        _formatted(view, {name: of for name, (_, of) in numbers.items()}, lang),
        key="table",
        hide_index=True,
        height=HEIGHT_PX,
        placeholder="–",
        column_config={
            name: st.column_config.Column(
                heading,
                width=WIDTHS_PX.get(name),
                help=t(f"help_{name}", lang) if name in EXPLAINED else None,
            )
            for name, heading in headings.items()
        },
    )


def _value_columns(
    view: MapView, second: Indicator | None, lang: Lang
) -> dict[str, tuple[str, Indicator]]:
    """Return the columns of values: heading, and the indicator as which they are read."""
    indicator = view.indicator
    if indicator.kind is Kind.CATEGORY:
        return {}
    found = {c.VALUE: (_heading(indicator.short.of(lang), indicator, lang), indicator)}
    if view.other is not None:
        found = {
            name: (_heading(each.caption, indicator, lang), indicator)
            for name, each in ((c.VALUE, view), (COMPARED, view.other))
        }
    if second is not None:
        found[SECOND] = (_heading(second.short.of(lang), second, lang), second)
    return found


def _heading(name: str, indicator: Indicator, lang: Lang) -> str:
    return f"{name} ({unit(indicator, lang)})"


def _formatted(view: MapView, numbers: dict[str, Indicator], lang: Lang) -> Styler:
    """Return the table with numbers written in the reader's way, still sorting as numbers."""
    regions = [region_short(region, lang) if region else region for region in view.table[c.REGION]]
    states = [t(name, lang) for name in view.table[c.STATE]]
    table = view.table.assign(**{c.REGION: regions, c.STATE: states})
    parts = [REGION_PARTS] if REGION_PARTS in table else []
    order = [c.CODE, c.NAME, c.DISTRICT, c.REGION, *parts, *numbers, c.STATE, *WHOLE, *KILOMETRES]
    if numbers:
        order.append(c.MISSING_PERIODS)
    table = table[order].astype(dict.fromkeys(numbers, float))
    formats = {
        **dict.fromkeys(WHOLE, partial(number, lang=lang)),
        **dict.fromkeys(KILOMETRES, partial(number, lang=lang, decimals=KM_DECIMALS)),
        **{name: partial(amount, indicator=of, lang=lang) for name, of in numbers.items()},
    }
    style = table.style.format(formats)
    for done, unknown in UNKNOWN.items():
        some = (view.table[unknown] > 0) & view.table[done].notna()
        if some.any():  # at least so many, as on paper: the status of others is not known
            bound = partial(_at_least, formats[done], lang)
            style = style.format(bound, subset=(view.table.index[some], [done]))
    return style


def _at_least(write: Callable[[float], str], lang: Lang, value: float) -> str:
    return at_least(write(value), PlanShare(is_lower_bound=True), lang)
