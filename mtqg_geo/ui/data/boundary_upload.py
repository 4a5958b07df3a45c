"""Install a commune layer from the page: upload, report, decisions, install, choose a set."""

from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Any

import altair as alt
import geopandas as gpd
import pandas as pd
import streamlit as st

from geo.boundaries import BoundarySet
from geo.errors import GeoError
from geo.formats import SUFFIXES
from geo.scratch import scratch_folder
from mtqg_geo.boundaries.check import TOLERANCE_M, CheckedLayer, check_file
from mtqg_geo.boundaries.install import install, installed_text, refused_text
from mtqg_geo.boundaries.recognise import decided_rows, read_mapping
from mtqg_geo.boundaries.report import (
    AREAS,
    advice,
    changes_csv,
    example_text,
    issue_text,
    mapping_csv,
    matched_text,
    matches_csv,
    placing_text,
    read_texts,
    report_json,
    step_text,
)
from mtqg_geo.boundaries.view import MOST_LISTED, CheckView, asked_of, check_view, unplaced_of
from mtqg_geo.communes.lineage import vintages
from mtqg_geo.dataset.boundary_sets import available_sets, set_in_use, use_set
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.errors import MtqgError
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.reference_systems import CANDIDATES, crs_label
from mtqg_geo.programme.words import all_as_written, error_text, number, refused, t
from mtqg_geo.store.rights import Who
from mtqg_geo.ui import person
from mtqg_geo.ui.newest import catch_up
from mtqg_geo.ui.server.uploads import findings
from mtqg_geo.ui.shared import file_picker, table
from mtqg_geo.ui.shared.markup import draw_counts, draw_notice, draw_small, draw_texts, plain
from mtqg_geo.ui.state import PageState

DECISIONS = "boundary_mapping_file"
SKIP = ""
HEADS = ("data_issue", "install_advice", "data_severity", "data_count", "data_example")
MEDIA_TYPES = {"json": "application/json", "csv": "text/csv"}


def draw(state: PageState) -> None:
    """Draw the section: sets to choose from, upload, and the report of the last check."""
    lang = state.lang
    st.header(t("install_title", lang), anchor=False)
    if not person.may("install"):
        draw_notice(t("install_no_right", lang))
        return
    person.ask_name(t("install_who", lang), "boundary_who", lang)
    _choose_set(lang)
    draw_small(t("install_help", lang))
    uploaded = file_picker.draw(t("install_file", lang), SUFFIXES, key="boundary_file", lang=lang)
    file_picker.draw(t("install_mapping_file", lang), [".csv"], key=DECISIONS, lang=lang)
    name, vintage = st.columns([2, 1])
    name.text_input(t("install_name", lang), key="boundary_name", max_chars=80)
    vintage.text_input(t("install_vintage", lang), value="2023-04", key="boundary_vintage")
    _forget_other_file(uploaded.file_id if uploaded else None)
    if uploaded:
        with st.container(horizontal=True, vertical_alignment="center"):  # the steps beside it
            if st.button(t("install_check", lang), key="boundary_check", type="primary"):
                st.session_state["_trouble"] = ""
                decisions = _saved_decisions(lang)
                if not st.session_state["_trouble"]:
                    _check(uploaded.name, uploaded.getvalue(), lang, decisions)
    _choose_layer(lang)
    if st.session_state.get("_trouble"):
        st.error(plain(st.session_state["_trouble"]))
    checked = _checked()
    if checked is not None:
        _findings(checked, lang)
        _offer(checked, lang)
    elif "_checked" in st.session_state:
        st.info(t("install_let_go", lang))


def _checked() -> CheckedLayer | None:
    """Return what was found in the layer that is chosen, if it was and is still held."""
    checked: CheckedLayer | None = findings().look_at(st.session_state.get("_checked"))
    return checked


def forget() -> None:
    """Drop a layer and what was found in it: its picker is empty when a reader comes back."""
    _forget_other_file(None)


def _forget_other_file(file_id: str | None) -> None:
    """Drop report, decisions and acceptances when another file, or none, is chosen."""
    memory = st.session_state
    if memory.get("_checked_file") == file_id:
        return
    file_picker.let_go(memory.get("_checked_file"))
    for name in ("_checked", "_mapping", "_upload", "_trouble", "_layers", "boundary_layer"):
        memory.pop(name, None)
    memory["boundary_accept"], memory["boundary_crs"] = [], SKIP
    memory["_checked_file"] = file_id


def _choose_layer(lang: Lang) -> None:
    """Ask which layer of the file is meant where that must be known; an answer checks it."""
    if layers := st.session_state.get("_layers"):
        st.selectbox(
            t("read_choose_layer", lang),
            layers,
            index=None,
            key="boundary_layer",
            placeholder=t("install_skip", lang),
            on_change=lambda: _check(
                *st.session_state["_upload"], lang, st.session_state.get("_mapping")
            ),
        )


def _choose_set(lang: Lang) -> None:
    sets = {each.id: each for each in available_sets()}
    in_use = {set_in_use(vintage).id for vintage in vintages()}
    chosen = st.selectbox(
        t("install_sets", lang),
        list(sets),
        format_func=lambda key: (
            f"{sets[key].vintage} · {sets[key].name} · {key}"
            + (f" · {t('install_in_use', lang)}" if key in in_use else "")
        ),
        key="boundary_set",
    )
    if words := refused_text(sets[chosen], lang):
        st.info(plain(words))
    elif chosen not in in_use:
        st.button(
            t("install_use", lang),
            key="boundary_use",
            disabled=not _who().name,
            on_click=_use,
            args=(sets[chosen], _who(), lang),
        )
        if not _who().name:
            draw_small(t("install_who_first", lang))


def _who() -> Who:
    return person.who("boundary_who")


def _use(boundary_set: BoundarySet, who: Who, lang: Lang) -> None:
    """Put another set in use (callback)."""
    with _told(lang):
        use_set(boundary_set, who=who)
        catch_up()


@contextmanager
def _told(lang: Lang) -> Iterator[None]:
    """Turn what goes wrong into one sentence, shown on this page; nothing has then changed."""
    st.session_state["_trouble"] = ""
    try:
        yield
    except (GeoError, MtqgError) as error:
        if layers := getattr(error, "values", {}).get("layers"):
            st.session_state["_layers"] = layers
        st.session_state["_trouble"] = error_text(error, lang)
    except OSError as error:
        st.session_state["_trouble"] = t("store_failed", lang, error=refused(error).of(lang))


def _check(file: str, content: bytes, lang: Lang, mapping: pd.DataFrame | None = None) -> None:
    """Check an uploaded file and remember the result; a file that cannot be read says why."""
    st.session_state["_upload"] = (file, content)
    st.session_state.pop("_checked", None)
    bar = st.progress(0.0, text=step_text("read", lang))
    with scratch_folder() as folder:
        path = Path(folder) / Path(file).name
        path.write_bytes(content)
        with _told(lang):
            checked = check_file(
                path,
                vintage=st.session_state["boundary_vintage"],
                layer=st.session_state.get("boundary_layer"),
                mapping=mapping,
                accepted=st.session_state.get("boundary_accept", []),
                crs=st.session_state.get("boundary_crs") or None,
                lang=lang,
                progress=lambda step, share: bar.progress(share, step_text(step, lang)) and None,
            )
            st.session_state["_checked"] = findings().keep(checked)
    bar.empty()


def _saved_decisions(lang: Lang) -> pd.DataFrame | None:
    """Return the decisions of an earlier file, if a mapping file is given."""
    given = st.session_state.get(DECISIONS)
    if given is None:
        return None
    with scratch_folder() as folder, _told(lang):
        path = Path(folder) / Path(given.name).name  # as the person calls it
        path.write_bytes(given.getvalue())
        st.session_state["_mapping"] = read_mapping(path)
    return st.session_state.get("_mapping")


def _again(lang: Lang) -> None:
    """Check the same file again with the decisions taken so far."""
    checked = _checked()
    if checked is None:
        return
    asked = asked_of(checked)
    chosen = {
        feature: code
        for feature in asked["feature"]
        if (code := st.session_state.get(f"decide_{feature}"))
    }
    mapping = decided_rows(asked, chosen, known=st.session_state.get("_mapping"))
    st.session_state["_mapping"] = mapping
    _check(*st.session_state["_upload"], lang, mapping)


def _offer(checked: CheckedLayer, lang: Lang) -> None:
    """Draw the button that installs, or say what is still in its way."""
    name = st.session_state["boundary_name"].strip()
    st.button(
        t("install_go", lang),
        key="boundary_install",
        type="primary",
        disabled=not (checked.is_ready and name and _who().name),
        on_click=_install,
        args=(name, _who(), lang),
    )
    if not checked.is_ready:
        st.warning(t("check_not_ready", lang))
    elif not name:
        st.info(t("install_name_first", lang))
    elif not _who().name:
        st.info(t("install_who_first", lang))


def _install(name: str, who: Who, lang: Lang) -> None:
    """Install the checked layer and show it as the chosen set (callback)."""
    checked = _checked()
    if checked is None:
        return
    with _told(lang):
        boundary_set = install(checked, vintage=checked.day[:7], name=name, who=who)
        st.session_state.pop("_checked", None)
        st.session_state["boundary_set"] = boundary_set.id
        st.toast(plain(installed_text(boundary_set, lang, name=name)))
        catch_up()


def _findings(checked: CheckedLayer, lang: Lang) -> None:
    """Draw what the check found, the map of problems, the decisions to take, and the buttons."""
    units = 0 if checked.units is None else len(checked.units)
    counts = {
        "install_features": len(checked.features),
        "install_matched": len(checked.recognition.matches),
        "install_units": units,
        "install_missing": len(checked.missing),
    }
    draw_counts(counts, lang)
    words = (
        f"{' '.join(read_texts(checked, lang))} "
        f"{placing_text(checked, lang)} {matched_text(checked, lang)} "
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
        _decide(checked, lang)
        _accept(checked, lang)
        _downloads(checked, lang)
    with right:
        _pictures(view, lang)
        _areas(view, lang)


def _issues(checked: CheckedLayer, lang: Lang) -> None:
    if not checked.issues:
        st.success(t("data_no_issues", lang))
        return
    heads = [t(key, lang) for key in HEADS]
    rows = [
        (
            issue_text(issue.code, lang),
            advice(issue.code, lang, checked=checked),
            t(f"severity_{issue.severity}", lang),
            number(issue.count, lang),
            example_text(issue, lang),
        )
        for issue in checked.issues
    ]
    with st.container(key="boundary_issues"):
        draw_texts(heads, rows)
    if later := checked.later_month:
        st.button(
            t("check_as_later", lang, vintage=later),
            key="boundary_later",
            on_click=_as_of,
            args=(later, lang),
        )


def _as_of(vintage: str, lang: Lang) -> None:
    """Check the same file again for another month (callback)."""
    st.session_state["boundary_vintage"] = vintage
    _again(lang)


def _accept(checked: CheckedLayer, lang: Lang) -> None:
    """Let a person name the reference system, and accept errors that shall not stop."""
    codes = {issue.code for issue in checked.issues}
    of_system = {"crs_unclear", "crs_doubtful", "datum_doubtful"}
    if codes & of_system or st.session_state.get("boundary_crs"):
        st.selectbox(
            t("install_crs", lang),
            [SKIP, *CANDIDATES],
            key="boundary_crs",
            format_func=lambda crs: f"{crs_label(crs)} ({crs})" if crs else t("install_skip", lang),
            on_change=_again,
            args=(lang,),
        )
    errors = list(checked.acceptable)
    if errors:
        st.multiselect(
            t("install_accept", lang),
            errors,
            key="boundary_accept",
            placeholder=t("install_skip", lang),
            format_func=lambda code: issue_text(code, lang),
            on_change=_again,
            args=(lang,),
        )


def _decide(checked: CheckedLayer, lang: Lang) -> None:
    """Let a person choose the commune of each open feature, then check again with that."""
    doubtful, unmatched = checked.recognition.doubtful, unplaced_of(checked)
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
        _again(lang)
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
    for issue, listed in view.lists.items():
        heading = f"{issue_text(issue, lang)} · {number(len(listed), lang)}"
        rows = _by_heading(listed, {name: t(f"column_{name}", lang) for name in listed})
        key = f"boundary_list_{issue}"
        with st.expander(plain(heading), key=key):
            table.draw_rows(rows, key=f"{key}_rows", label=heading, lang=lang, height_px=220)


def _by_heading(rows: pd.DataFrame, words: dict[str, str]) -> list[dict[str, Any]]:
    """Return rows with these headings."""
    return [
        dict(zip(words.values(), row, strict=True))
        for row in rows[list(words)].itertuples(index=False)
    ]


def _pictures(view: CheckView, lang: Lang) -> None:
    """Draw the layer with its problems, and where the repair moved borders."""
    if view.units is None:
        draw_notice(t("check_no_picture", lang))
        return
    layers = [_shapes(view.units, "#eef1f4")]
    if len(view.unplaced):
        layers.append(_shapes(view.unplaced, "#b00020", stroke="#b00020"))
    if len(view.moved):
        layers.append(_shapes(view.moved, "#b05c00", stroke="#d97900", width=1.6))
    words = t("install_picture", lang, count=number(len(view.moved), lang))
    chart = alt.layer(*layers).project("mercator").properties(height=320, description=words)
    st.altair_chart(chart.configure_mark(aria=False), width="stretch")
    draw_small(words)


def _areas(view: CheckView, lang: Lang) -> None:
    """List the areas before and after the repair, the largest change first."""
    if view.area_changes is None:
        return
    names = {name: t(f"install_{name}", lang) for name in AREAS}
    read = {name: all_as_written(view.area_changes[name].to_numpy(float), 2) for name in names}
    rows = _by_heading(
        view.area_changes.assign(**read), {"feature": t("column_name", lang), **names}
    )
    table.draw_rows(
        rows,
        key="boundary_changes",
        label=t("table_areas", lang),
        lang=lang,
        decimals=2,
        height_px=240,
    )


def _shapes(
    layer: gpd.GeoDataFrame, colour: str, *, stroke: str = "#6b727c", width: float = 0.4
) -> alt.Chart:
    outline = gpd.GeoDataFrame(geometry=layer.geometry.orient_polygons(exterior_cw=True))
    data = alt.Data(values=outline.__geo_interface__["features"])
    return alt.Chart(data).mark_geoshape(fill=colour, stroke=stroke, strokeWidth=width)


def _downloads(checked: CheckedLayer, lang: Lang) -> None:
    files = {
        "report": ("json", report_json(checked, lang=lang)),
        "areas": ("csv", changes_csv(checked)),
        "matches": ("csv", matches_csv(checked)),
    }
    decided = st.session_state.get("_mapping")
    if decided is not None and len(decided):
        files["mapping"] = ("csv", mapping_csv(decided))
    with st.container(horizontal=True):  # a button that does not fit stands in the next line
        for name, (suffix, content) in files.items():
            st.download_button(
                t(f"install_{name}", lang),
                content,
                f"{name}.{suffix}",
                MEDIA_TYPES[suffix],
                key=f"boundary_{name}",
                on_click="ignore",
            )
