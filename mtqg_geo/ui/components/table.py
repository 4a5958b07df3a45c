"""The table twin of the map: the same communes and values, sortable, exact."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from mtqg_geo import columns as c
from mtqg_geo.labels import amount, number, t, unit
from mtqg_geo.model import Kind, Lang
from mtqg_geo.ui.state import PageState
from mtqg_geo.views import MapView

HEIGHT_PX = 320
WHOLE = ("sites_completed", "sites_planned")
# Wide enough for names; code to works fit beside the downloads on a screen of 1366 pixels.
WIDTHS_PX = {
    c.CODE: 60,
    c.NAME: 138,
    c.DISTRICT: 125,
    c.REGION: 68,
    c.VALUE: 130,
    c.STATE: 108,
    "sites_completed": 102,
    "sites_planned": 68,
    "road_completed_km": 72,
    "road_planned_km": 72,
}
KILOMETRES = ("road_completed_km", "road_planned_km")


def draw(state: PageState, view: MapView) -> None:
    """Draw the table of a view."""
    data = state.data
    _draw_or_repeat(f"{data.fingerprint} {data.boundary_set.id} {view.selection}", state.lang, view)


@st.cache_data(max_entries=512, show_spinner=False)
def _draw_or_repeat(page: str, lang: Lang, _view: MapView) -> None:
    """Draw the table; for a page drawn before, Streamlit repeats what it sent then.

    Writing 209 rows of numbers costs it 13 ms each time. `page` names everything that is drawn.
    """
    view, indicator = _view, _view.indicator
    columns = (c.CODE, c.NAME, c.DISTRICT, c.REGION, c.STATE, *WHOLE, *KILOMETRES)
    headings = {
        **{name: t(f"column_{name}", lang) for name in (*columns, c.MISSING_PERIODS)},
        c.VALUE: f"{indicator.short.of(lang)} ({unit(indicator, lang)})",
    }
    count = t("table_rows", lang, count=number(len(view.table), lang))
    st.header(f"{t('table', lang)} · {count}", anchor=False)
    st.dataframe(
        _formatted(view, lang),
        key="table",
        hide_index=True,
        height=HEIGHT_PX,
        placeholder="–",
        column_config={
            name: st.column_config.Column(
                heading,
                width=WIDTHS_PX.get(name),
                help=t(f"help_{name}", lang) if name in (*WHOLE, *KILOMETRES) else None,
            )
            for name, heading in headings.items()
        },
    )


def _formatted(view: MapView, lang: Lang) -> pd.io.formats.style.Styler:
    """Return the table with numbers written in the reader's way, still sorting as numbers."""
    indicator = view.indicator
    table = view.table.assign(state=view.table[c.STATE].map(lambda name: t(name, lang)))
    order = [c.CODE, c.NAME, c.DISTRICT, c.REGION, c.VALUE, c.STATE, *WHOLE, *KILOMETRES]
    if indicator.kind is Kind.CATEGORY:
        order.remove(c.VALUE)
    else:
        order.append(c.MISSING_PERIODS)
    table = table[order]
    formats = {
        **dict.fromkeys(WHOLE, lambda value: number(value, lang)),
        **dict.fromkeys(KILOMETRES, lambda value: number(value, lang, decimals=2)),
    }
    if indicator.kind is not Kind.CATEGORY:
        table = table.astype({c.VALUE: float})
        formats[c.VALUE] = lambda value: amount(value, indicator, lang)
    return table.style.format(formats)
