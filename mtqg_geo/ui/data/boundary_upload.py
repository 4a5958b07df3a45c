"""Install a commune layer from the page: upload, report, decisions, install, choose a set."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import streamlit as st

from geo.boundaries import BoundarySet
from geo.errors import GeoError
from mtqg_geo.boundaries.check import CheckedLayer, check_file
from mtqg_geo.boundaries.install import install, installed_text, refused_text
from mtqg_geo.boundaries.recognise import decided_rows, read_mapping
from mtqg_geo.boundaries.view import asked_of
from mtqg_geo.communes.lineage import vintages
from mtqg_geo.dataset.boundary_sets import available_sets, set_in_use, use_set
from mtqg_geo.programme.errors import MtqgError
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import error_text, t
from mtqg_geo.ui.data import boundary_findings
from mtqg_geo.ui.data.boundary_findings import SKIP
from mtqg_geo.ui.shared import file_picker
from mtqg_geo.ui.shared.markup import draw_small, plain
from mtqg_geo.ui.state import PageState

KINDS = ["zip", "gpkg", "geojson", "parquet", "fgb"]
DECISIONS = "boundary_mapping_file"


def draw(state: PageState) -> None:
    """Draw the section: sets to choose from, upload, and the report of the last check."""
    lang = state.lang
    st.header(t("install_title", lang), anchor=False)
    _choose_set(lang)
    draw_small(t("install_help", lang))
    uploaded = file_picker.draw(t("install_file", lang), KINDS, key="boundary_file", lang=lang)
    file_picker.draw(t("install_mapping_file", lang), ["csv"], key=DECISIONS, lang=lang)
    name, vintage = st.columns([2, 1])
    name.text_input(t("install_name", lang), key="boundary_name", max_chars=80)
    vintage.text_input(t("install_vintage", lang), value="2023-04", key="boundary_vintage")
    _forget_other_file(uploaded.file_id if uploaded else None)
    if uploaded and st.button(t("install_check", lang), key="boundary_check", type="primary"):
        st.session_state["_trouble"] = ""
        decisions = _saved_decisions(lang)
        if not st.session_state["_trouble"]:
            _check(uploaded.name, uploaded.getvalue(), lang, decisions)
    if st.session_state.get("_trouble"):
        st.error(plain(st.session_state["_trouble"]))
    checked: CheckedLayer | None = st.session_state.get("_checked")
    if checked is not None:
        boundary_findings.draw(checked, lang, again=_again)
        _offer(checked, lang)


def _forget_other_file(file_id: str | None) -> None:
    """Drop report, decisions and acceptances when another file, or none, is chosen."""
    memory = st.session_state
    if memory.get("_checked_file") == file_id:
        return
    for name in ("_checked", "_mapping", "_upload", "_trouble"):
        memory.pop(name, None)
    memory["boundary_accept"], memory["boundary_crs"] = [], SKIP
    memory["_checked_file"] = file_id


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
            t("install_use", lang), key="boundary_use", on_click=_use, args=(sets[chosen], lang)
        )


def _use(boundary_set: BoundarySet, lang: Lang) -> None:
    """Put another set in use (callback)."""
    with _told(lang):
        use_set(boundary_set)


@contextmanager
def _told(lang: Lang) -> Iterator[None]:
    """Turn what goes wrong into one sentence, shown on this page; nothing has then changed."""
    st.session_state["_trouble"] = ""
    try:
        yield
    except (GeoError, MtqgError) as error:
        st.session_state["_trouble"] = error_text(error, lang)
    except OSError as error:
        st.session_state["_trouble"] = t("store_failed", lang, error=error.strerror or error)


def _check(file: str, content: bytes, lang: Lang, mapping: pd.DataFrame | None = None) -> None:
    """Check an uploaded file and remember the result; a file that cannot be read says why."""
    st.session_state["_upload"] = (file, content)
    st.session_state.pop("_checked", None)
    bar = st.progress(0.0, text=t("check_step_read", lang))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(file).name
        path.write_bytes(content)
        with _told(lang):
            st.session_state["_checked"] = check_file(
                path,
                vintage=st.session_state["boundary_vintage"],
                mapping=mapping,
                accepted=st.session_state.get("boundary_accept", []),
                crs=st.session_state.get("boundary_crs") or None,
                lang=lang,
                progress=lambda step, share: bar.progress(share, t(f"check_step_{step}", lang)),
            )
    bar.empty()


def _saved_decisions(lang: Lang) -> pd.DataFrame | None:
    """Return the decisions of an earlier file, if a mapping file is given."""
    given = st.session_state.get(DECISIONS)
    if given is None:
        return None
    with tempfile.TemporaryDirectory() as folder, _told(lang):
        path = Path(folder) / "mapping.csv"
        path.write_bytes(given.getvalue())
        st.session_state["_mapping"] = read_mapping(path)
    return st.session_state.get("_mapping")


def _again(lang: Lang) -> None:
    """Check the same file again with the decisions taken so far."""
    checked: CheckedLayer | None = st.session_state.get("_checked")
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
        disabled=not (checked.is_ready and name),
        on_click=_install,
        args=(checked, name, lang),
    )
    if not checked.is_ready:
        st.warning(t("check_not_ready", lang))
    elif not name:
        st.info(t("install_name_first", lang))


def _install(checked: CheckedLayer, name: str, lang: Lang) -> None:
    """Install the checked layer and show it as the chosen set (callback)."""
    with _told(lang):
        boundary_set = install(checked, vintage=checked.day[:7], name=name)
        st.session_state.pop("_checked", None)
        st.session_state["boundary_set"] = boundary_set.id
        st.toast(plain(installed_text(boundary_set, lang)))
