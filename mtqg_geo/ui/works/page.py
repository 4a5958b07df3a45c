"""The page of infrastructure sites and roads."""

from dataclasses import replace
from functools import partial
from html import escape

import pandas as pd
import streamlit as st

from mtqg_geo.figures.selection import default_selection
from mtqg_geo.figures.work import surface_words
from mtqg_geo.figures.works import TOTAL, WorksView, works_view
from mtqg_geo.maps.view import map_view
from mtqg_geo.maps.works_shown import WorksShown
from mtqg_geo.programme.model import Lang, Status
from mtqg_geo.programme.words import KM_DECIMALS, number, t
from mtqg_geo.ui.map import frame as map_frame
from mtqg_geo.ui.progress import cells
from mtqg_geo.ui.shared import downloads
from mtqg_geo.ui.shared.markup import cell, draw_small, table
from mtqg_geo.ui.state import PageState
from mtqg_geo.ui.works import lists

MAP_PX = 260


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
        _km_by_district(view, lang)
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
    counts: pd.DataFrame, names: dict[str, str], heading: str, lang: Lang, *, decimals: int = 0
) -> None:
    """Draw a table of statuses with totals; `names` are those of its rows."""
    names = names | {TOTAL: t("works_total", lang)}
    heads = {status.value: t(f"status_{status.value}", lang) for status in Status}
    heads |= {TOTAL: names[TOTAL]}
    rows = [
        f"<tr{' class=whole' if name == TOTAL else ''}><th scope='row'>{escape(names[name])}</th>"
        + "".join(cell(number(row[head], lang, decimals=decimals)) for head in heads)
        + "</tr>"
        for name, row in counts.iterrows()
    ]
    words = [("", t(heading, lang)), *(("", words) for words in heads.values())]
    st.html(table("counts", words, rows))


def _km_by_district(view: WorksView, lang: Lang) -> None:
    """Draw kilometres completed by district as bars, with the plan as a mark to reach."""
    st.header(t("works_km_by_district", lang), anchor=False)
    if view.km_by_district.empty:
        st.info(t("works_no_roads", lang))
        return
    done, planned = view.km_by_district[Status.COMPLETED.value], view.planned_km_by_district
    longest = max(done.max(), planned.max()) or 1.0
    write = partial(number, lang=lang, decimals=KM_DECIMALS)
    rows = [
        f"<tr><th scope='row'>{escape(district)}</th>"
        + cell(_track(done[district] / longest, planned[district] / longest), kind="share")
        + cell(write(done[district]))
        + cell(write(planned[district]))
        + "</tr>"
        for district in view.districts_by_km
    ]
    heads = [
        ("", t("column_district", lang)),
        ("share", t("works_bar_and_mark", lang)),
        ("", f"{t('status_completed', lang)} (km)"),
        ("", f"{t('works_plan_mark', lang)} (km)"),
    ]
    st.html(table("counts", heads, rows))


def _track(done: float, planned: float) -> str:
    return (
        f"<span class='track' aria-hidden='true'><i class='fill' style='width:{100 * done:.1f}%'>"
        f"</i><i class='time' style='left:{100 * planned:.1f}%'></i></span>"
    )


def _km_by_surface(view: WorksView, lang: Lang) -> None:
    if view.km_by_surface.empty:
        return
    st.header(t("works_km_by_surface", lang), anchor=False)
    names = {name: surface_words(name, lang) for name in view.km_by_surface.index}
    _totals(view.surface_km, names, "column_surface", lang, decimals=KM_DECIMALS)
    draw_small(t("rounded_rows", lang))
