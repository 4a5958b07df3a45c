"""The page that says what is loaded, how well it fits together, and what is illustrative."""

from html import escape

import streamlit as st

from mtqg_geo.communes.lineage import vintages
from mtqg_geo.dataset.boundary_sets import licence_text, source_text
from mtqg_geo.dataset.overview import illustrative_counts, road_outside_km
from mtqg_geo.figures.words import quarter_words
from mtqg_geo.programme.amounts import with_unit
from mtqg_geo.programme.model import Indicator, Kind, Lang, Target
from mtqg_geo.programme.words import number, t
from mtqg_geo.ui import person
from mtqg_geo.ui.data import boundary_upload, record
from mtqg_geo.ui.shared import glossary, table
from mtqg_geo.ui.shared.markup import draw_texts
from mtqg_geo.ui.state import PageState

HEIGHT_PX = 420


def draw(state: PageState) -> None:
    """Draw boundary set, joins, findings, what is illustrative, targets and catalogue."""
    left, right = st.columns(2, gap="medium")
    with left:
        _boundaries(state)
        _join(state)
    with right:
        _issues(state)
        _illustrative(state)
    _targets(state)
    _catalogue(state)
    boundary_upload.draw(state)
    if not person.has_names():  # else it is on the page of people
        record.draw(state.lang)
    _glossary(state.lang)


def _boundaries(state: PageState) -> None:
    lang, used = state.lang, state.data.boundary_set
    st.header(t("data_boundaries", lang), anchor=False)
    is_former = state.selection.vintage == vintages()[0]
    units = t(
        "data_units_value" if is_former else "data_units_value_new",
        lang,
        communes=number(len(state.data.communes), lang),
        districts=number(len(state.data.districts), lang),
    )
    facts = {
        "data_vintage": used.vintage,
        "data_accuracy": t(f"accuracy_{used.accuracy}", lang),
        "data_units": units,
        "data_source": source_text(used, lang),
        "data_licence": licence_text(used, lang),
        "data_checksum": used.sha256["commune"],
    }
    st.html(f"<p><strong>{escape(used.name)}</strong><br>{escape(used.note[lang])}</p>")
    lines = "".join(
        f"<dt>{escape(t(key, lang))}</dt><dd>{escape(fact)}</dd>" for key, fact in facts.items()
    )
    st.html(f"<dl class='facts'>{lines}</dl>")


def _join(state: PageState) -> None:
    lang, data = state.lang, state.data
    counts, join = data.observations.counts, data.join
    st.header(t("data_join", lang), anchor=False)
    st.markdown(
        "\n".join(
            f"- {line}"
            for line in (
                t(
                    "data_join_regions",
                    lang,
                    matched=number(len(join.matched), lang),
                    unmatched_rows=number(len(join.unmatched_rows), lang),
                    unmatched_units=number(len(join.unmatched_units), lang),
                ),
                t(
                    "data_join_observations",
                    lang,
                    rows=number(counts.rows, lang),
                    communes=number(counts.communes, lang),
                    empty=number(counts.empty, lang),
                ),
                t(
                    "data_join_works",
                    lang,
                    sites=number(len(data.sites), lang),
                    roads=number(len(data.roads), lang),
                    outside=number(road_outside_km(data), lang, decimals=2),
                ),
                f"{t('data_period', lang)}: {_latest(state)}",
            )
        )
    )


def _latest(state: PageState) -> str:
    period = state.data.latest_period
    return quarter_words(period, state.lang) if period else t("no_period", state.lang)


def _issues(state: PageState) -> None:
    lang = state.lang
    st.header(t("data_issues", lang), anchor=False)
    if not state.data.issues:
        st.success(t("data_no_issues", lang))
        return
    rows = [
        (
            t(f"severity_{issue.severity}", lang),
            t(f"issue_{issue.code}", lang),
            number(issue.count, lang),
            issue.example,
        )
        for issue in state.data.issues
    ]
    heads = [t(f"data_{name}", lang) for name in ("severity", "issue", "count", "example")]
    with st.container(key="issues"):  # half as wide as other such tables
        draw_texts(heads, rows, numbers=[t("data_count", lang)])


def _illustrative(state: PageState) -> None:
    lang = state.lang
    st.header(t("data_illustrative", lang), anchor=False)
    counts = {name: number(value, lang) for name, value in illustrative_counts(state.data).items()}
    key = "data_illustrative_text" if state.data.is_illustrative else "data_illustrative_none"
    st.markdown(t(key, lang, **counts))


def _targets(state: PageState) -> None:
    lang, catalog = state.lang, state.data.catalog
    st.header(t("data_targets", lang), anchor=False)
    rows = [
        {
            t("indicator_name", lang): catalog.indicators[target.indicator].name.of(lang),
            t("year", lang): str(target.year),
            t("data_plan", lang): _plan(target, catalog.indicators[target.indicator], lang),
            t("data_source", lang): target.source,
        }
        for target in catalog.targets
    ]
    _table("data_targets", rows, lang)


def _plan(target: Target, indicator: Indicator, lang: Lang) -> str:
    text = with_unit(target.value, indicator, lang)
    return t("approximately", lang, value=text) if target.approximate else text


def _catalogue(state: PageState) -> None:
    lang, indicators = state.lang, state.data.catalog.indicators
    st.header(t("data_catalogue", lang), anchor=False)
    rows = [
        {
            t("column_id", lang): indicator.id,
            t("indicator_name", lang): indicator.name.of(lang),
            t("data_unit", lang): indicator.unit.of(lang),
            t("data_kind", lang): _kind(indicator, state),
            t("column_project", lang): indicator.project,
            t("data_source", lang): indicator.source_words.of(lang) or indicator.source,
        }
        for indicator in indicators.values()
    ]
    _table("data_catalogue", rows, lang)


def _table(key: str, rows: list[dict[str, str]], lang: Lang) -> None:
    """Draw rows by heading; `key` words the heading above them too."""
    source = t("data_source", lang)
    table.draw_rows(
        rows, key=key, label=t(key, lang), lang=lang, source=source, height_px=HEIGHT_PX
    )


def _glossary(lang: Lang) -> None:
    """Draw every word that the pages explain where it stands, with its source."""
    st.header(t("glossary", lang), anchor=False)
    rows = [
        {
            t("glossary_term", lang): each.term,
            t("glossary_meaning", lang): each.meaning,
            t("data_source", lang): each.source or t("glossary_here", lang),
        }
        for each in glossary.terms(lang)
    ]
    _table("glossary", rows, lang)


def _kind(indicator: Indicator, state: PageState) -> str:
    base = ""
    if indicator.kind is Kind.INTENSIVE and indicator.base:
        base = state.data.catalog.indicators[indicator.base].short.of(state.lang)
    return t(f"kind_{indicator.kind.value}", state.lang, base=base)
