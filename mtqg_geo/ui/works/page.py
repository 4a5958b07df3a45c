"""The page of infrastructure sites and roads."""

from dataclasses import replace
from functools import partial

import altair as alt
import pandas as pd
import streamlit as st

from mtqg_geo.figures.selection import default_selection
from mtqg_geo.figures.work import surface_words
from mtqg_geo.figures.works import TOTAL, WorksView, works_view
from mtqg_geo.maps.symbols import STATUS_COLOURS
from mtqg_geo.maps.view import map_view
from mtqg_geo.maps.works_shown import WorksShown
from mtqg_geo.programme.model import Lang, Status
from mtqg_geo.programme.words import KM_DECIMALS, number, t
from mtqg_geo.ui.map import frame as map_frame
from mtqg_geo.ui.progress import cells
from mtqg_geo.ui.shared import downloads
from mtqg_geo.ui.shared.markup import draw_small
from mtqg_geo.ui.state import PageState
from mtqg_geo.ui.works import lists

MAP_PX = 260
AXIS_PX, BAR_PX = 30, 30


def draw(state: PageState) -> None:
    """Draw counts beside a small map, the lists, and what there is of roads in kilometres."""
    lang = state.lang
    view = works_view(state.data, state.selection)
    left, right = st.columns([1.2, 1], gap="medium")
    with left:
        _map(state)
    with right:
        downloads.menu(state)
        _counts(state, view)
    lists.draw(state, view, "sites")
    lists.draw(state, view, "roads")
    left, right = st.columns(2, gap="medium")
    with left:
        _km_chart(view, lang)
    with right:
        _km_by_surface(view, lang)
    cells.follow_links()


def _map(state: PageState) -> None:
    """Draw where the works are, on the regions; one that is clicked is marked in its list."""
    plain = default_selection(state.data)
    selection = replace(
        state.selection,
        indicator=plain.indicator,
        basis=plain.basis,
        measure=plain.measure,
        second=plain.second,
        compare=None,
    )
    lang, works = state.lang, WorksShown.SINGLE
    view = map_view(state.data, selection, state.classing, lang=lang, works=works)
    with st.container(key="works_map"):  # the style sheet keeps it small on a phone, too
        map_frame.draw(replace(state, selection=selection), view, height_px=MAP_PX)
    draw_small(t("works_map_note", lang))


def _counts(state: PageState, view: WorksView) -> None:
    lang, facilities = state.lang, state.data.catalog.facilities
    st.header(t("works_counts", lang), anchor=False)
    names = {code: facility.name.of(lang) for code, facility in facilities.items()}
    _totals(view.site_counts, names, "column_facility", lang)


def _totals(
    table: pd.DataFrame, names: dict[str, str], heading: str, lang: Lang, *, decimals: int = 0
) -> None:
    """Draw a table of statuses with totals; `names` are those of its rows."""
    words = {status.value: t(f"status_{status.value}", lang) for status in Status}
    total = {TOTAL: t("works_total", lang)}
    table = table.rename(index=names | total, columns=words | total)
    written = partial(number, lang=lang, decimals=decimals)
    st.table(table.rename_axis(t(heading, lang)).style.format(written))


def _km_chart(view: WorksView, lang: Lang) -> None:
    """Draw kilometres completed by district as bars, with the plan as a mark to reach."""
    st.header(t("works_km_by_district", lang), anchor=False)
    if view.km_by_district.empty:
        st.info(t("works_no_roads", lang))
        return
    completed = view.km_by_district[Status.COMPLETED.value]
    km = pd.DataFrame({"district": completed.index})
    for name, values in (("done", completed), ("plan", view.planned_km_by_district)):
        km[name] = values.to_numpy()
        km[f"{name}_text"] = [number(value, lang, decimals=KM_DECIMALS) for value in values]
    decimal_comma = "replace(datum.label, '.', ',')" if lang == "vi" else "datum.label"
    done, plan = t("status_completed", lang), t("works_plan_mark", lang)
    tooltip = [
        alt.Tooltip("district:N", title=t("column_district", lang)),
        alt.Tooltip("done_text:N", title=f"{done} (km)"),
        alt.Tooltip("plan_text:N", title=f"{plan} (km)"),
    ]
    names = alt.Axis(labelLimit=140)
    y = alt.Y("district:N", title=None, sort=view.districts_by_km, axis=names)
    base = alt.Chart(km).encode(y=y, tooltip=tooltip)
    bars = base.mark_bar(color=STATUS_COLOURS[Status.COMPLETED], height={"band": 0.6}).encode(
        x=alt.X("done:Q", title=None, axis=alt.Axis(labelExpr=decimal_comma))
    )
    marks = base.mark_tick(color="#1f2328", thickness=3, size=20).encode(x="plan:Q")
    chart = (bars + marks).properties(height=AXIS_PX + BAR_PX * len(km))
    st.altair_chart(chart, width="stretch", key="km_by_district")
    draw_small(f"■ {done} · ┃ {plan}")


def _km_by_surface(view: WorksView, lang: Lang) -> None:
    if view.km_by_surface.empty:
        return
    st.header(t("works_km_by_surface", lang), anchor=False)
    names = {name: surface_words(name, lang) for name in view.km_by_surface.index}
    _totals(view.surface_km, names, "column_surface", lang, decimals=KM_DECIMALS)
    draw_small(t("rounded_rows", lang))
