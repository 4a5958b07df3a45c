"""The page of infrastructure sites and roads."""

from functools import partial
from typing import Literal

import altair as alt
import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from mtqg_geo.communes.names import contains
from mtqg_geo.dataset.tables import SURFACES
from mtqg_geo.figures.costs import WorkKind, told_of, told_text
from mtqg_geo.figures.works import TOTAL, WorksView, works_view
from mtqg_geo.maps.symbols import STATUS_COLOURS
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Lang, Status
from mtqg_geo.programme.tables import COST_AND_DATES
from mtqg_geo.programme.words import KM_DECIMALS, number, t
from mtqg_geo.ui.shared import downloads
from mtqg_geo.ui.shared.markup import draw_small
from mtqg_geo.ui.state import PageState

HEIGHTS_PX = {"site": 480, "road": 400}
LENGTHS_KM = (c.LENGTH_KM, c.IN_SELECTION_KM, c.REPORTED_KM)
AXIS_PX, BAR_PX = 30, 30


def draw(state: PageState) -> None:
    """Draw search, lists, counts and the chart of kilometres by district."""
    lang = state.lang
    view = works_view(state.data, state.selection)
    words = st.text_input(t("works_search", lang), key="search", icon=":material/search:")
    left, right = st.columns([1.85, 1], gap="medium")
    with left:
        _sites(state, view, words)
        _roads(state, view, words)
    with right:
        _counts(state, view)
        _km_chart(view, lang)
        _km_by_surface(view, lang)
        downloads.menu(state)


def _sites(state: PageState, view: WorksView, words: str) -> None:
    lang = state.lang
    sites = view.sites[contains(view.sites, words, (c.NAME, c.COMMUNE, c.DISTRICT))]
    facilities = state.data.catalog.facilities
    table = sites.assign(
        facility=sites[c.FACILITY].map(lambda f: facilities[f].name.of(lang)),
        status=sites[c.STATUS].map(lambda s: t(f"status_{s}", lang)),
    )
    widths_px = {
        c.NAME: 300,
        c.FACILITY: 108,
        c.STATUS: 112,
        **_told(view.sites),
        c.COMMUNE: 118,
        c.DISTRICT: 125,
        c.PROJECT: 80,
        c.SOURCE: None,
    }
    _list("site", table, len(view.sites), widths_px, view, lang)


def _roads(state: PageState, view: WorksView, words: str) -> None:
    lang = state.lang
    names = state.data.communes.set_index(c.CODE)[c.NAME]
    crossed = view.roads[c.COMMUNE_CODES].map(
        lambda codes: ", ".join(names[code] for code in codes)
    )
    roads = view.roads.assign(crossed=crossed)
    roads = roads[contains(roads, words, (c.NAME, "crossed"))]
    table = roads.assign(
        status=roads[c.STATUS].map(lambda s: t(f"status_{s}", lang)),
        surface=roads[c.SURFACE].map(lambda name: _surface(name, lang)),
        communes=roads["crossed"],
    )
    widths_px = {
        c.NAME: 205,
        c.STATUS: 105,
        c.SURFACE: 110,
        **dict.fromkeys(LENGTHS_KM, 118),
        **_told(view.roads),
        "communes": None,
        c.SOURCE: None,
    }
    _list("road", table, len(view.roads), widths_px, view, lang)


def _told(works: pd.DataFrame) -> dict[str, int]:
    """Return the columns of cost and dates with their widths, where any work has such a thing."""
    return {name: 135 if name == c.COST_VND else 95 for name in told_of(works)}


def _list(
    kind: Literal["site", "road"],
    table: pd.DataFrame,
    count: int,
    widths_px: dict[str, int | None],
    view: WorksView,
    lang: Lang,
) -> None:
    """Draw the sites or roads found, or say that there are none; `count` is that of all."""
    words = number(count, lang)
    if len(table) != count:
        words = t("works_shown", lang, shown=number(len(table), lang), count=words)
    st.header(f"{t(f'works_{kind}s', lang)} · {words}", anchor=False)
    if table.empty:
        st.info(t(f"works_no_{kind}s", lang))
        return
    works: WorkKind = "sites" if kind == "site" else "roads"
    draw_small(view.costs[works].words(works, lang))
    wordings = {column: f"column_{column}" for column in widths_px} | {c.NAME: f"column_{kind}"}
    rows = pd.DataFrame(table[list(widths_px)])
    st.dataframe(
        _written(rows, lang),
        key=f"{kind}s",
        hide_index=True,
        height=HEIGHTS_PX[kind],
        placeholder="–",
        column_config={
            column: st.column_config.Column(
                t(wordings[column], lang),
                width=width,
                help=t("column_cost_vnd_help", lang) if column == c.COST_VND else None,
            )
            for column, width in widths_px.items()
        },
    )


def _written(rows: pd.DataFrame, lang: Lang) -> pd.DataFrame | Styler:
    """Return rows whose numbers and dates are written as people read them, and sorted as such."""
    writers = {
        **dict.fromkeys(LENGTHS_KM, partial(number, lang=lang, decimals=KM_DECIMALS)),
        **{name: partial(told_text, name, lang=lang) for name in COST_AND_DATES},
    }
    used = {column: write for column, write in writers.items() if column in rows}
    return rows.style.format(used) if used else rows


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
    names = {name: _surface(name, lang) for name in view.km_by_surface.index}
    _totals(view.surface_km, names, "column_surface", lang, decimals=KM_DECIMALS)
    draw_small(t("rounded_rows", lang))


def _surface(name: str, lang: Lang) -> str:
    """Name a surface; a file of roads need not say which."""
    return t(f"surface_{name if name in SURFACES else 'unknown'}", lang)
