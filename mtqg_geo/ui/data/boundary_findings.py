"""What the check of a commune layer found, and the decisions a person has to take."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from html import escape

import altair as alt
import geopandas as gpd
import pandas as pd
import streamlit as st

from mtqg_geo.boundaries.check import TOLERANCE_M, CheckedLayer
from mtqg_geo.boundaries.report import (
    AREAS,
    advice,
    changes_csv,
    example_text,
    issue_text,
    matched_text,
    matches_csv,
    placing_text,
    report_json,
)
from mtqg_geo.boundaries.view import MOST_LISTED, CheckView, check_view
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.reference_systems import CANDIDATES, crs_label
from mtqg_geo.programme.words import number, t
from mtqg_geo.ui.shared.markup import draw_small, plain

SKIP = ""
Again = Callable[[Lang], None]


def draw(checked: CheckedLayer, lang: Lang, *, again: Again) -> None:
    """Draw what the check found, the map of problems, the decisions to take, and the buttons."""
    units = 0 if checked.units is None else len(checked.units)
    facts = st.columns(4)
    for column, key, value in zip(
        facts,
        ("install_features", "install_matched", "install_units", "install_missing"),
        (len(checked.features), len(checked.recognition.matches), units, len(checked.missing)),
        strict=True,
    ):
        column.metric(t(key, lang), number(value, lang))
    words = (
        f"{checked.file}: {placing_text(checked, lang)} {matched_text(checked, lang)} "
        f"{t('check_tolerance', lang, tolerance=number(TOLERANCE_M, lang))} "
        f"{t('check_encoding', lang, encoding=checked.encoding.name)} "
        f"{', '.join(checked.encoding.samples)}"
    )
    st.html(f"<p>{escape(words)}</p>")
    view = check_view(checked)
    _issues(checked, lang)
    _lists(view, lang)
    left, right = st.columns([1, 1.3], gap="medium")
    with left:
        _decide(checked, lang, again)
        _accept(checked, lang, again)
        _downloads(checked, lang)
    with right:
        _pictures(view, lang)
        _areas(view, lang)


def _issues(checked: CheckedLayer, lang: Lang) -> None:
    if not checked.issues:
        st.success(t("data_no_issues", lang))
        return
    rows = [
        {
            t("data_severity", lang): t(f"severity_{issue.severity}", lang),
            t("data_issue", lang): issue_text(issue.code, lang),
            t("data_count", lang): number(issue.count, lang),
            t("data_example", lang): example_text(issue, lang),
            t("install_advice", lang): advice(issue.code, lang, checked=checked),
        }
        for issue in checked.issues
    ]
    st.dataframe(pd.DataFrame(rows), key="boundary_issues", hide_index=True)


def _accept(checked: CheckedLayer, lang: Lang, again: Again) -> None:
    """Let a person name the reference system, and accept errors that shall not stop."""
    codes = {issue.code for issue in checked.issues}
    if codes & {"crs_unclear", "crs_doubtful"} or st.session_state.get("boundary_crs"):
        st.selectbox(
            t("install_crs", lang),
            [SKIP, *CANDIDATES],
            key="boundary_crs",
            format_func=lambda crs: f"{crs_label(crs)} ({crs})" if crs else t("install_skip", lang),
            on_change=again,
            args=(lang,),
        )
    errors = list(checked.acceptable)
    if errors:
        st.multiselect(
            t("install_accept", lang),
            errors,
            key="boundary_accept",
            format_func=lambda code: issue_text(code, lang),
            on_change=again,
            args=(lang,),
        )


def _decide(checked: CheckedLayer, lang: Lang, again: Again) -> None:
    """Let a person choose the commune of each open feature, then check again with that."""
    doubtful, unmatched = checked.recognition.doubtful, checked.recognition.unmatched
    count = len(doubtful) + len(unmatched)
    if not count:
        return
    st.subheader(t("install_doubtful", lang, count=number(count, lang)), anchor=False)
    for _, row in doubtful.head(MOST_LISTED).iterrows():
        names = {
            code: f"{name} ({score:.0f} %) · {code}" for code, name, score in row["candidates"]
        }
        _choice(row, names, lang)
    free = {
        row[c.CODE]: f"{row[c.NAME]}, {row[c.DISTRICT]} · {row[c.CODE]}"
        for _, row in checked.missing.iterrows()
    }
    for _, row in unmatched.head(MOST_LISTED).iterrows():
        _choice(row, free, lang)
    if st.button(t("install_decide", lang), key="boundary_decide"):
        again(lang)
        st.rerun()


def _choice(row: pd.Series, names: dict[str, str], lang: Lang) -> None:
    st.selectbox(
        plain(f"{row[c.NAME]} · {row[c.DISTRICT]}"),
        [SKIP, *names],
        key=f"decide_{row['feature']}",
        format_func=lambda code: names.get(code, t("install_skip", lang)),
    )


def _lists(view: CheckView, lang: Lang) -> None:
    """List every feature and commune behind the counts, one table each."""
    for issue, table in view.lists.items():
        heading = f"{issue_text(issue, lang)} · {number(len(table), lang)}"
        words = {name: t(f"column_{name}", lang) for name in table.columns}
        with st.expander(plain(heading), key=f"boundary_list_{issue}"):
            st.dataframe(table.rename(columns=words), hide_index=True, height=220)


def _pictures(view: CheckView, lang: Lang) -> None:
    """Draw the layer with its problems, and where the repair moved borders."""
    if view.units is None:
        st.info(t("check_crs_unclear", lang))
        return
    layers = [_shapes(view.units, "#eef1f4")]
    if len(view.unplaced):
        layers.append(_shapes(view.unplaced, "#b00020", stroke="#b00020"))
    if len(view.moved):
        layers.append(_shapes(view.moved, "#b05c00", stroke="#d97900", width=1.6))
    chart = alt.layer(*layers).project("mercator").properties(height=320)
    st.altair_chart(chart, width="stretch")
    draw_small(t("install_picture", lang, count=number(len(view.moved), lang)))


def _areas(view: CheckView, lang: Lang) -> None:
    """List the areas before and after the repair, the largest change first."""
    if view.area_changes is None:
        return
    names = {name: t(f"install_{name}", lang) for name in AREAS}
    table = view.area_changes.rename(columns={"feature": t("column_name", lang), **names})
    formats = dict.fromkeys(names.values(), partial(number, lang=lang, decimals=2))
    st.dataframe(table.style.format(formats), key="boundary_changes", hide_index=True, height=240)


def _shapes(
    layer: gpd.GeoDataFrame, colour: str, *, stroke: str = "#6b727c", width: float = 0.4
) -> alt.Chart:
    outline = gpd.GeoDataFrame(geometry=layer.geometry.orient_polygons(exterior_cw=True))
    data = alt.Data(values=outline.__geo_interface__["features"])
    return alt.Chart(data).mark_geoshape(fill=colour, stroke=stroke, strokeWidth=width)


def _downloads(checked: CheckedLayer, lang: Lang) -> None:
    files = {
        "report": ("json", "application/json", report_json(checked, lang=lang)),
        "areas": ("csv", "text/csv", changes_csv(checked)),
        "matches": ("csv", "text/csv", matches_csv(checked)),
    }
    decided = st.session_state.get("_mapping")
    if decided is not None and len(decided):
        content = decided.to_csv(index=False).encode("utf-8-sig")
        files["mapping"] = ("csv", "text/csv", content)
    with st.container(horizontal=True):  # a button that does not fit stands in the next line
        for name, (suffix, media_type, content) in files.items():
            st.download_button(
                t(f"install_{name}", lang),
                content,
                f"{name}.{suffix}",
                media_type,
                key=f"boundary_{name}",
                on_click="ignore",
            )
