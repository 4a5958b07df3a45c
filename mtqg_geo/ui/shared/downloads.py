"""What a page gives away: layers as files, maps and reports to print."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import streamlit as st

from geo.crs import WGS84
from geo.errors import GeoError
from mtqg_geo.exports import files as exports
from mtqg_geo.exports.formats import FORMATS, FileOptions
from mtqg_geo.figures.file_names import ALL, LAYERS
from mtqg_geo.programme.errors import MtqgError
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.reference_systems import CANDIDATES, crs_label
from mtqg_geo.programme.words import error_text, number, t
from mtqg_geo.report.setup import (
    KINDS,
    MEDIA_TYPES,
    OFFICE_FIELDS,
    ON_PAPER,
    ORIENTATIONS,
    PAPERS_MM,
    WITH_OFFICE,
    Office,
    Setup,
)
from mtqg_geo.ui.shared.markup import choose, draw_small, plain
from mtqg_geo.ui.state import PageState

# The province's own zone (Circular 973/2001/TT-TCĐC), offered before the other ones.
PROVINCE_CRS = "EPSG:9214"
GIS_FORMATS = ("shp", "fgb", "parquet", "csv.zip")
REPORT_MADE = "_report_made"
REPORT_CHOICES = (
    "report_kind",
    "report_paper",
    "report_orientation",
    *(f"report_format_{kind}" for kind in ON_PAPER),
    "report_letterhead",
    *(f"report_office_{name}" for name in OFFICE_FIELDS),
)


def draw(state: PageState) -> None:
    """Draw the buttons; a file is made when its button is pressed, not before."""
    lang = state.lang
    st.header(t("downloads", lang), anchor=False, help=t("download_help", lang))
    for kind, suffix in (("geojson", ""), ("csv", "_csv")):
        for name in LAYERS:
            key = f"download_{name}{suffix}"
            _button(state, key, name, kind, FileOptions(lang=lang), key=key)
    draw_folded(
        t("exports_more", lang),
        partial(_gis_formats, state),
        key="exports_more",
        icon=":material/layers:",
        holds=("exports_crs", "exports_layer", "exports_format"),
    )


def _gis_formats(state: PageState) -> None:
    """Draw the styled GeoPackage, the package and, layer by layer, what other programs read."""
    lang = state.lang
    crs = st.selectbox(
        t("exports_crs", lang),
        [WGS84, PROVINCE_CRS, *(each for each in CANDIDATES if each not in (WGS84, PROVINCE_CRS))],
        format_func=partial(_crs_name, lang=lang),
        key="exports_crs",
    )
    wish = FileOptions(crs, state.classing, lang)
    _button(state, "exports_geopackage", ALL, "gpkg", wish, key="download_geopackage")
    draw_small(t("exports_geopackage_help", lang))
    _button(state, "exports_package", ALL, "package", wish, key="download_package")
    draw_small(t("exports_package_help", lang))
    left, right = st.columns([1, 1.35], gap="small")
    with left:
        name = choose("exports_layer", LAYERS, lang)
    with right:
        kind = choose("exports_format", GIS_FORMATS, lang)
    _button(state, "exports_one", name, kind, wish, key="download_layer")


def _button(
    state: PageState, label: str, name: str, kind: str, wish: FileOptions, *, key: str
) -> None:
    if not FORMATS[kind].takes_crs:
        wish = replace(wish, crs=WGS84)  # as its label says
    st.download_button(
        t(label, state.lang),
        data=partial(exports.file_bytes, state.data, state.selection, name, kind, wish),
        file_name=exports.file_name(state.data, state.selection, name, kind, wish.crs),
        mime=FORMATS[kind].media_type,
        key=key,
        on_click="ignore",
        icon=":material/download:",
        width="stretch",
        type="primary" if kind == "gpkg" else "secondary",
    )


def _crs_name(crs: str, *, lang: Lang) -> str:
    words = {WGS84: "exports_crs_wgs84", PROVINCE_CRS: "exports_crs_province"}
    if crs in words:
        return t(words[crs], lang)

    return f"{crs_label(crs)} ({crs})"


@dataclass(frozen=True)
class _ReportWish:
    """What is asked for: two equal wishes give the same file."""

    kind: str
    suffix: str
    setup: Setup
    selection: object
    fingerprint: str


@dataclass(frozen=True)
class _ReportMade:
    """The file last made in this session."""

    wish: _ReportWish
    name: str
    content: bytes


def draw_reports(state: PageState) -> None:
    """Draw the button that opens the choices; nothing is made before it is asked for."""
    draw_folded(
        t("report_open", state.lang),
        partial(_report_choices, state),
        key="report_open",
        icon=":material/print:",
        holds=REPORT_CHOICES,
    )


def _report_choices(state: PageState) -> None:
    lang = state.lang
    kind = st.selectbox(
        t("report_kind", lang),
        tuple(KINDS),
        format_func=lambda each: _report_name(each, lang),
        key="report_kind",
        help=t("report_help", lang),
    )
    suffix, setup = _report_format(kind, state)
    setup = replace(setup, office=_office(lang) if kind in WITH_OFFICE else None)
    wish = _ReportWish(kind, suffix, setup, state.selection, state.data.fingerprint)
    if st.button(t("report_make", lang), key="report_make", type="primary", width="stretch"):
        _make_report(state, wish)
    made: _ReportMade | None = st.session_state.get(REPORT_MADE)
    if made is not None and made.wish == wish:
        _offer_report(made, lang)


def _report_name(kind: str, lang: Lang) -> str:
    return t("report_word_name_of_kind" if kind == "word" else f"report_{kind}_name", lang)


def _report_format(kind: str, state: PageState) -> tuple[str, Setup]:
    """Ask for format, paper and orientation where there is a choice."""
    lang, suffix = state.lang, KINDS[kind][0]
    if kind not in ON_PAPER:
        return suffix, Setup(lang=lang, classing=state.classing)
    left, middle, right = st.columns(3, gap="small")
    suffix = left.selectbox(
        t("report_format", lang), KINDS[kind], format_func=str.upper, key=f"report_format_{kind}"
    )
    paper = middle.selectbox(t("report_paper", lang), tuple(PAPERS_MM), key="report_paper")
    with right:
        orientation = choose("report", ORIENTATIONS, lang, key="report_orientation")
    return suffix, Setup(paper, orientation, lang, state.classing)


def _office(lang: Lang) -> Office | None:
    """Ask who issues the report; what is left empty is written in by hand."""
    words, why = t("report_letterhead", lang), t("report_letterhead_help", lang)
    if not st.checkbox(words, key="report_letterhead", help=why):
        return None
    left, right = st.columns(2, gap="small")
    half = len(OFFICE_FIELDS) // 2
    given = [
        side.text_input(t(f"report_office_{name}", lang), key=f"report_office_{name}")
        for side, names in ((left, OFFICE_FIELDS[:half]), (right, OFFICE_FIELDS[half:]))
        for name in names
    ]
    return Office(*(" ".join(text.split()) for text in given))


def _make_report(state: PageState, wish: _ReportWish) -> None:
    """Make the file, its progress shown; say why when it cannot be made."""
    from mtqg_geo.report.outputs import file_name, report_bytes  # it takes a second to import

    words = t("report_making", state.lang)
    bar = st.progress(0.0, text=words)
    try:
        content = report_bytes(
            state.data,
            state.selection,
            wish.setup,
            wish.kind,
            wish.suffix,
            progress=lambda share: bar.progress(share, text=words),
        )
    except (MtqgError, GeoError) as error:
        st.error(plain(error_text(error, state.lang)))
        return
    finally:
        bar.empty()
    name = file_name(state.data, state.selection, wish.kind, wish.suffix)
    st.session_state[REPORT_MADE] = _ReportMade(wish, name, content)


def _offer_report(made: _ReportMade, lang: Lang) -> None:
    size = number(max(len(made.content) / 1024, 1), lang)
    suffix = made.wish.suffix
    st.download_button(
        t("report_download", lang, name=suffix.upper(), size=size),
        data=made.content,
        file_name=made.name,
        mime=MEDIA_TYPES[suffix],
        key="download_report",
        on_click="ignore",
        icon=":material/download:",
        width="stretch",
    )


def draw_folded(
    label: str,
    content: Callable[[], None],
    *,
    key: str,
    icon: str,
    holds: Sequence[str] = (),
) -> None:
    """Draw a button that opens a small window; its content is drawn and sent only while it is open.

    Hardly anyone opens it, and every widget in it would cost each change of a filter half a
    millisecond of the server.

    Parameters
    ----------
    label
        Words on the button.
    content
        Draws what is inside; a choice made inside runs only this again, not the page.
    key
        Name of the button; whether it is open stands in the session under it.
    icon
        Sign before the words.
    holds
        Widgets inside whose choices stay while it is closed (Streamlit forgets them otherwise).
    """
    memory = st.session_state
    for name in holds:
        if name in memory:
            memory[name] = memory[name]
    window = st.popover(label, key=key, icon=icon, width="stretch", on_change="rerun")
    if window.open:
        with window:
            _inside(content)


@st.fragment
def _inside(content: Callable[[], None]) -> None:
    content()
