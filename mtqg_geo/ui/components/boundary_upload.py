"""Install a commune layer from the page: upload, report, decisions, install, choose a set."""

from __future__ import annotations

import tempfile
from html import escape
from pathlib import Path

import altair as alt
import geopandas as gpd
import pandas as pd
import streamlit as st

from geo.errors import GeoError
from geo.repair import changed_areas
from mtqg_geo import columns as c
from mtqg_geo.boundary_check import Checked, check_file
from mtqg_geo.boundary_install import install
from mtqg_geo.boundary_report import (
    advice,
    changes_csv,
    issue_text,
    placing_text,
    report_json,
)
from mtqg_geo.boundary_store import available_sets, set_in_use, use_set
from mtqg_geo.errors import MtqgError
from mtqg_geo.labels import number, t
from mtqg_geo.mapping_file import decided_rows
from mtqg_geo.model import Lang
from mtqg_geo.ui.components.words import plain
from mtqg_geo.ui.state import PageState
from mtqg_geo.vn_crs import CANDIDATES, crs_label

KINDS = ["zip", "gpkg", "geojson", "parquet", "fgb"]
SHOWN = 40
SKIP = ""


def draw(state: PageState) -> None:
    """Draw the section: sets to choose from, upload, and the report of the last check."""
    lang = state.lang
    st.header(t("install_title", lang), anchor=False)
    _choose_set(lang)
    st.html(f"<p class='small'>{escape(t('install_help', lang))}</p>")
    uploaded = st.file_uploader(t("install_file", lang), type=KINDS, key="boundary_file")
    name, vintage = st.columns([2, 1])
    name.text_input(t("install_name", lang), key="boundary_name", max_chars=80)
    vintage.text_input(t("install_vintage", lang), value="2023-04", key="boundary_vintage")
    _forget_other_file(uploaded.file_id if uploaded else None)
    if uploaded and st.button(t("install_check", lang), key="boundary_check", type="primary"):
        _check(uploaded.name, uploaded.getvalue(), lang)
    checked: Checked | None = st.session_state.get("_checked")
    if checked is not None:
        _report(checked, lang)


def _forget_other_file(file_id: str | None) -> None:
    """Drop report, decisions and acceptances when another file, or none, is chosen."""
    memory = st.session_state
    if memory.get("_checked_file") == file_id:
        return
    for name in ("_checked", "_mapping", "_upload"):
        memory.pop(name, None)
    memory["boundary_accept"], memory["boundary_crs"] = [], SKIP
    memory["_checked_file"] = file_id


def _choose_set(lang: Lang) -> None:
    sets = {each.id: each for each in available_sets()}
    in_use = {set_in_use(each.vintage).id for each in sets.values()}
    chosen = st.selectbox(
        t("install_sets", lang),
        list(sets),
        format_func=lambda key: (
            f"{sets[key].vintage} · {sets[key].name} · {key}"
            + (f" · {t('install_in_use', lang)}" if key in in_use else "")
        ),
        key="boundary_set",
    )
    if chosen not in in_use and st.button(t("install_use", lang), key="boundary_use"):
        use_set(sets[chosen])
        st.rerun()


def _check(file: str, content: bytes, lang: Lang, mapping: pd.DataFrame | None = None) -> None:
    """Check an uploaded file and remember the result; a file that cannot be read says why."""
    st.session_state["_upload"] = (file, content)
    st.session_state.pop("_checked", None)
    bar = st.progress(0.0, text=t("check_step_read", lang))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(file).name
        path.write_bytes(content)
        try:
            st.session_state["_checked"] = check_file(
                path,
                vintage=st.session_state["boundary_vintage"],
                mapping=mapping,
                accepted=st.session_state.get("boundary_accept", []),
                crs=st.session_state.get("boundary_crs") or None,
                lang=lang,
                progress=lambda step, share: bar.progress(share, t(f"check_step_{step}", lang)),
            )
        except (GeoError, MtqgError) as error:
            st.error(plain(error))
    bar.empty()


def _report(checked: Checked, lang: Lang) -> None:
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
        f"{checked.file}: {placing_text(checked, lang)} "
        f"{t('check_encoding', lang, encoding=checked.encoding.name)} "
        f"{', '.join(checked.encoding.samples)}"
    )
    st.html(f"<p>{escape(words)}</p>")
    _issues(checked, lang)
    left, right = st.columns([1, 1.3], gap="medium")
    with left:
        _decide(checked, lang)
        _accept(checked, lang)
        _finish(checked, lang)
    with right:
        _pictures(checked, lang)
        _areas(checked, lang)


def _issues(checked: Checked, lang: Lang) -> None:
    if not checked.issues:
        st.success(t("data_no_issues", lang))
        return
    rows = [
        {
            t("data_severity", lang): t(f"severity_{issue.severity}", lang),
            t("data_issue", lang): issue_text(issue.code, lang),
            t("data_count", lang): number(issue.count, lang),
            t("data_example", lang): issue.example,
            t("install_advice", lang): advice(issue.code, lang),
        }
        for issue in checked.issues
    ]
    st.dataframe(pd.DataFrame(rows), key="boundary_issues", hide_index=True)
    set_aside = checked.recognition.set_aside[c.NAME].unique()
    if len(set_aside):
        words = f"{t('issue_set_aside_features', lang)}: {', '.join(set_aside)}"
        st.html(f"<p class='small'>{escape(words)}</p>")


def _accept(checked: Checked, lang: Lang) -> None:
    """Let a person name the reference system, and accept errors that shall not stop."""
    codes = {issue.code for issue in checked.issues}
    if codes & {"crs_unclear", "crs_doubtful"} or st.session_state.get("boundary_crs"):
        st.selectbox(
            t("install_crs", lang),
            [SKIP, *CANDIDATES],
            key="boundary_crs",
            format_func=lambda crs: f"{crs_label(crs)} ({crs})" if crs else t("install_skip", lang),
            on_change=_again,
            args=(lang,),
        )
    errors = [issue.code for issue in checked.issues if issue.severity == "error"]
    if errors:
        st.multiselect(
            t("install_accept", lang),
            errors,
            key="boundary_accept",
            format_func=lambda code: issue_text(code, lang),
            on_change=_again,
            args=(lang,),
        )


def _decide(checked: Checked, lang: Lang) -> None:
    """Let a person choose the commune of each doubtful feature, then check again with that."""
    doubtful = checked.recognition.doubtful
    if doubtful.empty:
        return
    st.subheader(t("install_doubtful", lang, count=number(len(doubtful), lang)), anchor=False)
    for _, row in doubtful.head(SHOWN).iterrows():
        names = {
            code: f"{name} ({score:.0f} %) · {code}" for code, name, score in row["candidates"]
        }
        st.selectbox(
            plain(f"{row[c.NAME]} · {row[c.DISTRICT]}"),
            [SKIP, *names],
            key=f"decide_{row['feature']}",
            format_func=lambda code, names=names: names.get(code, t("install_skip", lang)),
        )
    if st.button(t("install_decide", lang), key="boundary_decide"):
        _again(lang)
        st.rerun()


def _again(lang: Lang) -> None:
    """Check the same file again with the decisions taken so far."""
    checked: Checked | None = st.session_state.get("_checked")
    if checked is None:
        return
    chosen = {
        feature: code
        for feature in checked.recognition.doubtful["feature"]
        if (code := st.session_state.get(f"decide_{feature}"))
    }
    known = st.session_state.get("_mapping")
    mapping = pd.concat(
        [known, decided_rows(checked.recognition.doubtful, chosen)], ignore_index=True
    )
    st.session_state["_mapping"] = mapping
    _check(*st.session_state["_upload"], lang, mapping)


def _pictures(checked: Checked, lang: Lang) -> None:
    """Draw the layer with its problems, and where the repair moved borders."""
    if checked.units is None or checked.repair is None:
        st.info(t("check_crs_unclear", lang))
        return
    units = checked.units.set_geometry(checked.units.geometry.simplify_coverage(0.0005))
    changed = _changed(checked)
    layers = [_shapes(units, "#eef1f4")]
    open_rows = pd.concat([checked.recognition.doubtful, checked.recognition.unmatched])
    if len(open_rows):
        shapes = checked.features.loc[open_rows["feature"], [checked.features.geometry.name]]
        layers.append(_shapes(shapes, "#b00020", stroke="#b00020"))
    if len(changed):
        layers.append(_shapes(changed, "#b05c00", stroke="#d97900", width=1.6))
    chart = alt.layer(*layers).project("mercator").properties(height=320)
    st.altair_chart(chart, width="stretch")
    words = t("install_picture", lang, count=number(len(changed), lang))
    st.html(f"<p class='small'>{escape(words)}</p>")


def _areas(checked: Checked, lang: Lang) -> None:
    """List the areas before and after the repair, the largest change first."""
    if checked.repair is None:
        return
    changes = checked.repair.changes
    order = changes["change_pct"].abs().sort_values(ascending=False).index[:SHOWN]
    numbers = ("area_before_km2", "area_after_km2", "change_pct")
    table = changes.loc[order]
    named_in = checked.recognition.columns.name
    if named_in:
        table = table.assign(feature=checked.features.loc[order, named_in])
    table = table.rename(columns={"feature": t("column_name", lang)})
    table = table.rename(columns={name: t(f"install_{name}", lang) for name in numbers})
    formats = {
        t(f"install_{name}", lang): lambda value: number(value, lang, decimals=2)
        for name in numbers
    }
    st.dataframe(table.style.format(formats), key="boundary_changes", hide_index=True, height=240)


def _changed(checked: Checked) -> gpd.GeoDataFrame:
    assert checked.repair is not None
    before = checked.features.loc[checked.repair.layer.index].assign(
        feature=checked.repair.layer["feature"]
    )
    return changed_areas(before, checked.repair, key="feature").head(400)


def _shapes(
    layer: gpd.GeoDataFrame, colour: str, *, stroke: str = "#6b727c", width: float = 0.4
) -> alt.Chart:
    outline = gpd.GeoDataFrame(geometry=layer.geometry.orient_polygons(exterior_cw=True))
    data = alt.Data(values=outline.__geo_interface__["features"])
    return alt.Chart(data).mark_geoshape(fill=colour, stroke=stroke, strokeWidth=width)


def _finish(checked: Checked, lang: Lang) -> None:
    report, areas, mapping = st.columns(3)
    report.download_button(
        t("install_report", lang), report_json(checked, lang=lang), "report.json",
        "application/json", key="boundary_report", on_click="ignore",
    )  # fmt: skip
    areas.download_button(
        t("install_areas", lang), changes_csv(checked), "areas.csv",
        "text/csv", key="boundary_areas", on_click="ignore",
    )  # fmt: skip
    decided = st.session_state.get("_mapping")
    if decided is not None and len(decided):
        mapping.download_button(
            t("install_mapping", lang), decided.to_csv(index=False).encode("utf-8-sig"),
            "mapping.csv", "text/csv", key="boundary_mapping", on_click="ignore",
        )  # fmt: skip
    name = st.session_state["boundary_name"].strip()
    st.button(
        t("install_go", lang),
        key="boundary_install",
        type="primary",
        disabled=not (checked.is_ready and name),
        on_click=_install,
        args=(checked, name, lang),
    )
    if not checked.is_ready:
        st.warning(t("check_not_ready", lang))
    elif not name:
        st.info(t("install_name_first", lang))


def _install(checked: Checked, name: str, lang: Lang) -> None:
    """Install the checked layer and show it as the chosen set (callback)."""
    boundary_set = install(checked, vintage=checked.day[:7], name=name)
    st.session_state.pop("_checked", None)
    st.session_state["boundary_set"] = boundary_set.id
    st.toast(plain(t("check_installed", lang, id=boundary_set.id, name=boundary_set.name)))
