"""The card of a site or road."""

from collections.abc import Iterator
from html import escape

from mtqg_geo.dataset.places import EXACT
from mtqg_geo.figures.work import Work, surface_words
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.amounts import money
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.period import date_words
from mtqg_geo.programme.words import KM_DECIMALS, number, t
from mtqg_geo.ui.shared.markup import action
from mtqg_geo.ui.state import PageState

PLACE_DECIMALS = 5  # a metre


def markup(state: PageState, work: Work) -> str:
    """Return the card of a site or road, with the ways to the profiles of its communes."""
    lang = state.lang
    facts = "".join(f"<dt>{escape(name)}</dt><dd>{told}</dd>" for name, told in _facts(state, work))
    kind = t("work_site" if work.kind == "sites" else "work_road", lang)
    close = action("close", "", "×", hint=t("drawer_close", lang))
    return (
        f"<section class='work' data-open='{escape(work.key)}' aria-label='{escape(kind)}'>"
        f"{close}{_way_back(state, lang)}<h2 tabindex='-1'>{escape(work.name)}</h2>"
        f"<p class='unit'>{escape(kind)} · {escape(work.row[c.ID])}</p>"
        f"<dl class='facts'>{facts}</dl>{_km_by_commune(work, lang)}</section>"
    )


def _way_back(state: PageState, lang: Lang) -> str:
    """Return the way back to the profile that lies below the card."""
    if state.profile is None:
        return ""
    names = state.data.commune_list
    name = names.loc[names[c.CODE] == state.profile, c.NAME].iloc[0]
    words = "‹ " + t("work_to_profile", lang, name=name)
    return f"<p>{action('profile', state.profile, words)}</p>"


def _facts(state: PageState, work: Work) -> Iterator[tuple[str, str]]:
    """Give name and HTML of each fact; what is not known is left out, or said to be unknown."""
    lang, row, project = state.lang, work.row, work.project
    named = f"{project.code} · {project.short.of(lang)}" if project else t("work_outside", lang)
    yield t("column_project", lang), escape(named)
    if work.kind == "sites":
        facility = state.data.catalog.facilities[row[c.FACILITY]].name.of(lang)
        yield t("column_facility", lang), escape(facility)
    else:
        yield t("column_surface", lang), escape(surface_words(row[c.SURFACE], lang))
        yield t("work_length", lang), escape(_length(work, lang))
    yield t("column_status", lang), escape(t(f"status_{work.status.value}", lang))
    yield t("column_year", lang), str(work.year)
    yield t("work_cost", lang), escape(money(row[c.COST_VND], lang))
    for name in (c.STARTED_ON, c.COMPLETED_ON):
        if row[name]:
            yield t(f"column_{name}", lang), escape(date_words(row[name], lang))
    if work.kind == "sites":
        if row[c.COMMUNE]:
            yield t("column_commune", lang), action("profile", row[c.COMMUNE_CODE], row[c.COMMUNE])
        yield t("column_district", lang), escape(str(row[c.DISTRICT] or "–"))
        yield t("work_place", lang), escape(_place(work, lang))
    yield t("column_source", lang), escape(_source(str(row[c.SOURCE] or "–"), lang))


def _length(work: Work, lang: Lang) -> str:
    """Say how long a road is on the map, and by its file where that says so."""
    measured, reported = (
        number(work.row[name], lang, decimals=KM_DECIMALS) for name in (c.LENGTH_KM, c.REPORTED_KM)
    )
    said = t("work_measured", lang, km=measured)
    is_reported = work.row[c.REPORTED_KM] == work.row[c.REPORTED_KM]
    return t("work_reported", lang, measured=said, km=reported) if is_reported else said


def _place(work: Work, lang: Lang) -> str:
    """Say how exactly a place is known; coordinates only where they are the site's own."""
    if work.row[c.LOCATION] != EXACT:
        return t(f"place_{work.row[c.LOCATION]}", lang)
    lat, lon = (number(work.row[name], lang, decimals=PLACE_DECIMALS) for name in (c.LAT, c.LON))
    return t("work_place_exact", lang, lat=lat, lon=lon)


def _source(source: str, lang: Lang) -> str:
    return t("report_illustrative_source", lang) if c.ILLUSTRATIVE in source else source


def _km_by_commune(work: Work, lang: Lang) -> str:
    if not work.stretches:
        return ""
    rows = "".join(
        f"<tr><th scope='row'>{_commune(each.code, each.name, lang)}</th>"
        f"<td>{number(each.km, lang, decimals=KM_DECIMALS)}</td></tr>"
        for each in work.stretches
    )
    total = number(sum(each.km for each in work.stretches), lang, decimals=KM_DECIMALS)
    return (
        f"<table><caption>{escape(t('work_km_by_commune', lang))}</caption><tbody>{rows}</tbody>"
        f"<tfoot><tr><th scope='row'>{escape(t('works_total', lang))}</th><td>{total}</td></tr>"
        "</tfoot></table>"
    )


def _commune(code: str, name: str, lang: Lang) -> str:
    return action("profile", code, name) if code else escape(t("work_no_commune", lang))
