"""The lists of sites and roads: found by name or place, each with its way to the map."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from mtqg_geo.figures.costs import WorkKind, told_of, told_text
from mtqg_geo.figures.work import PREFIXES, surface_words, work_key
from mtqg_geo.figures.works import WorksView
from mtqg_geo.maps.symbols import STATUS_COLOURS
from mtqg_geo.maps.works_shown import WorksShown
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.amounts import MILLION
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import KM_DECIMALS, all_as_written, number, t
from mtqg_geo.ui.map import drawer
from mtqg_geo.ui.progress.cells import MAP_PAGE
from mtqg_geo.ui.shared import table
from mtqg_geo.ui.shared.markup import draw_small
from mtqg_geo.ui.shared.table import Column
from mtqg_geo.ui.state import OPENED, PageState, query_of

HEIGHT_PX = 420
LENGTHS_KM = (c.LENGTH_KM, c.IN_SELECTION_KM, c.REPORTED_KM)


def draw(state: PageState, view: WorksView, kind: WorkKind) -> None:
    """Draw the sites or roads, or say that there are none.

    The row of the work that is open on the map is marked; another is opened by choosing its row.
    """
    lang, prefix = state.lang, PREFIXES[kind]
    works = view.sites if kind == "sites" else view.roads
    st.header(f"{t(f'works_{kind}', lang)} · {number(len(works), lang)}", anchor=False)
    if works.empty:
        st.info(t(f"works_no_{kind}", lang))
        return
    draw_small(view.costs[kind].words(kind, lang))
    content = f"{state.data.fingerprint} {state.data.boundary_set.id} {state.selection}"
    link = f"{MAP_PAGE}?{urlencode(_query(state), doseq=True)}&work={prefix}%3A"
    opened, _, id_ = state.work.partition(":")
    table.draw(
        _parts(content, kind, link, lang, table.is_whole(kind, content), works, state),
        key=kind,
        on_choose=lambda id_: drawer.open_work(work_key(kind, id_)),
        selected=id_ if opened == prefix else None,
        height_px=HEIGHT_PX,
        content=content,
    )


def _query(state: PageState) -> dict[str, list[str]]:
    """Return the link to the map with every work on it and none open."""
    query = {name: each for name, each in query_of(state).items() if name not in OPENED}
    return query | {"works": [WorksShown.SINGLE.value]}


@st.cache_data(max_entries=128, show_spinner=False)
def _parts(
    content: str,
    kind: WorkKind,
    link: str,
    lang: Lang,
    is_whole: bool,
    _works: pd.DataFrame,
    _state: PageState,
) -> table.Parts:
    """Return what the browser is told; `content` and `link` name everything that is."""
    columns = _site_columns if kind == "sites" else _road_columns
    return table.pack(
        [
            Column(c.ID, "", _works[c.ID].tolist(), kind="key"),
            *columns(_state, _works, lang),
            *(_told(name, _works[name].tolist(), lang) for name in told_of(_works)),
            _source(_works[c.SOURCE], lang),
            Column("open", t("table_open", lang), _works[c.ID].tolist(), kind="open", link=link),
        ],
        label=t(f"works_{kind}", lang),
        lang=lang,
        is_whole=is_whole,
    )


def _site_columns(state: PageState, sites: pd.DataFrame, lang: Lang) -> list[Column]:
    facilities = state.data.catalog.facilities
    kinds = [facilities[code].name.of(lang) for code in sites[c.FACILITY]]
    districts = sites[c.DISTRICT].fillna("").tolist()
    return [
        Column(c.NAME, t("column_site", lang), sites[c.NAME].tolist(), on_phone=True),
        _texts(c.FACILITY, kinds, lang),
        _status(sites, lang),
        Column(c.COMMUNE, t("column_commune", lang), sites[c.COMMUNE].tolist(), notes=districts),
        _texts(c.PROJECT, sites[c.PROJECT], lang),
    ]


def _road_columns(state: PageState, roads: pd.DataFrame, lang: Lang) -> list[Column]:
    names = state.data.commune_list.set_index(c.CODE)[c.NAME]
    crossed = [", ".join(names[code] for code in codes) for codes in roads[c.COMMUNE_CODES]]
    surfaces = [surface_words(name, lang) for name in roads[c.SURFACE]]
    return [
        Column(c.NAME, t("column_road", lang), roads[c.NAME].tolist(), on_phone=True),
        _texts("communes", crossed, lang),
        _status(roads, lang),
        _texts(c.SURFACE, surfaces, lang),
        *(
            Column(
                name,
                t(f"column_{name}", lang),
                all_as_written(roads[name].to_numpy(dtype=float), KM_DECIMALS).tolist(),
                kind="number",
                decimals=KM_DECIMALS,
            )
            for name in LENGTHS_KM
        ),
    ]


def _texts(name: str, texts: Iterable[str], lang: Lang) -> Column:
    return Column(name, t(f"column_{name}", lang), list(texts))


def _status(works: pd.DataFrame, lang: Lang) -> Column:
    words = {status: t(f"status_{status.value}", lang) for status in STATUS_COLOURS}
    return Column(
        c.STATUS,
        t("column_status", lang),
        [words[status] for status in works[c.STATUS]],
        colours={words[status]: colour for status, colour in STATUS_COLOURS.items()},
        on_phone=True,
    )


def _source(sources: Iterable[str], lang: Lang) -> Column:
    """Return the column of sources; that something is made up is said in the reader's language."""
    words = t("report_illustrative_source", lang)
    place = t("works_illustrative_commune", lang)
    texts = [
        str(source or "").replace(f"commune {c.ILLUSTRATIVE}", place).replace(c.ILLUSTRATIVE, words)
        for source in sources
    ]
    return Column(c.SOURCE, t("column_source", lang), texts, kind="source")


def _told(name: str, values: list[Any], lang: Lang) -> Column:
    """Return the column of costs, or of dates, which are sorted by day and written as people do."""
    if name == c.COST_VND:
        millions = [value / MILLION for value in values]
        return Column(
            name,
            t(f"column_{name}", lang),
            all_as_written(pd.Series(millions).to_numpy(dtype=float), 1).tolist(),
            kind="number",
            decimals=1,
            hint=t("column_cost_vnd_help", lang),
        )
    written = {at: told_text(name, value, lang) for at, value in enumerate(values) if value}
    return Column(name, t(f"column_{name}", lang), list(values), instead=written)
