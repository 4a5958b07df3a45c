"""The profile of one commune, chosen by a click on the map or from a list."""

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import streamlit as st

from mtqg_geo.communes.codes import codes_for, written_day
from mtqg_geo.communes.lineage import LineageStep, Relative, UnitHistory
from mtqg_geo.dataset.regions import region_parts, region_text
from mtqg_geo.figures.costs import WorkKind, work_words
from mtqg_geo.figures.filters import commune_names
from mtqg_geo.figures.profile import CommuneProfile, IndicatorLine, commune_history, commune_profile
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.amounts import amount, unit
from mtqg_geo.programme.model import Lang, State
from mtqg_geo.programme.period import local_time, quarter_numeral
from mtqg_geo.programme.words import KM_DECIMALS, number, t
from mtqg_geo.store.batches import is_delivered
from mtqg_geo.store.observed import Provenance, origins
from mtqg_geo.ui.state import PageState


def choose(state: PageState) -> None:
    """Draw the list to choose a commune from: the way to its profile without a mouse."""
    names = commune_names(state.data)
    st.selectbox(
        t("profile", state.lang),
        list(names),
        index=None,
        key="profile",
        format_func=lambda code: names[code],
        placeholder=t("profile_choose", state.lang),
    )


def draw(state: PageState) -> None:
    """Draw the profile of the commune that is open, if one is."""
    if state.profile is None:
        return
    lang = state.lang
    profile = commune_profile(state.data, state.selection, state.profile)
    kin = commune_history(state.data, state.selection, state.profile)
    st.html(
        f"<section class='profile' data-code='{profile.code}'>{_heading(profile, lang)}"
        f"{_regions(state, profile)}{_lineage(kin, lang)}"
        f"{_indicators(state, profile)}{_sites(state, profile, lang)}{_roads(profile, lang)}"
        "</section>"
    )
    _offer_relatives(kin, lang)
    _origins(state, profile, kin)


def _regions(state: PageState, profile: CommuneProfile) -> str:
    """List how much of a mixed unit is in which region."""
    parts = region_parts(state.data.region_shares(state.selection.year), profile.code, state.lang)
    items = "".join(f"<li>{escape(part)}</li>" for part in parts)
    return f"<ul>{items}</ul>" if items else ""


def _origins(state: PageState, profile: CommuneProfile, kin: UnitHistory) -> None:
    """Offer where each figure was read from; nothing for the sample, which says so itself."""
    lang, store, selection = state.lang, state.data.store, state.selection
    if store is None:
        return
    is_restated = selection.vintage != codes_for(str(selection.year))
    with st.expander(t("profile_origins", lang)):
        # Its code was that of one of the units it is made of: that one's figures are not its own.
        if is_restated and (kin.came_from or kin.became):
            st.html(f"<p>{escape(t('profile_origins_elsewhere', lang, year=selection.year))}</p>")
            return
        shown = [line.indicator.id for line in profile.lines]
        rows = "".join(
            f"<li>{escape(_origin_text(each, state))}</li>"
            for each in origins(store, profile.code, selection.year, shown)
        )
        nothing = f"<p>{escape(t('profile_no_origins', lang))}</p>"
        st.html(f"<section class='profile'>{f'<ul>{rows}</ul>' if rows else nothing}</section>")


def _origin_text(each: Provenance, state: PageState) -> str:
    lang, indicator = state.lang, state.data.catalog.indicators[each.indicator]
    is_sample = is_delivered(
        each.batch_id, each.file_name, illustrative=each.source == c.ILLUSTRATIVE
    )
    basis = t(f"basis_{each.basis}", lang).lower()
    capital = state.data.catalog.capital
    split = {c.CAPITAL_SOURCE: each.capital_source, c.CAPITAL_KIND: each.capital_kind}
    parts = (capital[name][code].name.of(lang).lower() for name, code in split.items() if code)
    what = (indicator.short.of(lang), each.project, each.period, basis, *parts)
    return t(
        "profile_origin",
        lang,
        what=" · ".join(filter(None, what)),
        value=amount(each.value, indicator, lang),
        file=t("loading_sample", lang) if is_sample else each.file_name,
        sheet=each.sheet,
        row=each.row,
        who=t("loading_system", lang) if is_sample else each.who,
        at=local_time(each.at),
    )


def _heading(profile: CommuneProfile, lang: Lang) -> str:
    region = region_text(profile.region, lang)
    area = t("profile_area", lang, area=number(profile.area_km2, lang, decimals=1))
    return (
        f"<h2>{escape(profile.name)}</h2><p>{escape(profile.district)} · {profile.code}<br>"
        f"<strong>{escape(region)}</strong><br>{escape(area)}</p>"
    )


def _indicators(state: PageState, profile: CommuneProfile) -> str:
    lang = state.lang
    if not profile.lines:
        return f"<p class='small'>{escape(t('profile_no_indicators', lang))}</p>"
    head = "".join(
        f"<th scope='col'>{escape(words)}</th>"
        for words in (t("column_indicator", lang), t("profile_plan", lang), _result(state))
    )
    rows = "".join(_indicator_row(line, lang) for line in profile.lines)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _result(state: PageState) -> str:
    """Name the column of results, and up to when they count where a quarter is chosen."""
    lang, quarter = state.lang, state.selection.quarter
    if quarter is None:
        return t("profile_result", lang)
    numeral = quarter_numeral(quarter, lang)
    return t("profile_result_until", lang, quarter=numeral, year=state.selection.year)


def _indicator_row(line: IndicatorLine, lang: Lang) -> str:
    plan, result = (amount(each, line.indicator, lang) for each in (line.plan, line.result))
    if line.is_without_plan:
        plan, result = f"<em>{escape(t('no_plan', lang))}</em>", result if line.result else "–"
    if line.state is State.NOT_REPORTED:
        result = f"<em>{escape(t('not_reported', lang))}</em>"
    elif line.state is State.NOT_RESTATABLE:
        hint = escape(t("reform_not_restatable_help", lang))
        result = f"<em title='{hint}'>{escape(t('not_restatable', lang))}</em>"
    elif line.state is State.PARTLY_REPORTED:
        result = f"{result} <em>({escape(_silent(line, lang))})</em>"
    return (
        f"<tr><th scope='row'>{escape(line.indicator.short.of(lang))} "
        f"<span class='unit'>{escape(_measured_in(line, lang))}</span></th>"
        f"<td>{plan}</td><td>{result}</td></tr>"
    )


def _measured_in(line: IndicatorLine, lang: Lang) -> str:
    """Return the unit of an indicator, and that it has no quarters where one is chosen."""
    words = unit(line.indicator, lang)
    return f"{words} ({t('report_of_year', lang)})" if line.is_of_year else words


def _silent(line: IndicatorLine, lang: Lang) -> str:
    """Say which periods, or which of the former communes, are missing."""
    if line.missing_communes:
        count, names = number(len(line.missing_communes), lang), ", ".join(line.missing_communes)
        return t("reform_partly", lang, count=count, names=names)
    if not line.missing_periods:  # of the quarters before the one chosen
        return t("partly_reported", lang).lower()
    return t("profile_missing", lang, periods=line.missing_periods)


def _sites(state: PageState, profile: CommuneProfile, lang: Lang) -> str:
    facilities = state.data.catalog.facilities
    items = [
        _item(row, facilities[row[c.FACILITY]].name.of(lang), "sites", lang)
        for row in profile.sites.to_dict("records")
    ]
    heading = t("profile_sites", lang, count=len(items))
    return _list(heading, items, t("profile_no_sites", lang))


def _roads(profile: CommuneProfile, lang: Lang) -> str:
    items = [
        _item(row, f"{number(row[c.LENGTH_KM], lang, decimals=KM_DECIMALS)} km", "roads", lang)
        for row in profile.roads.to_dict("records")
    ]
    heading = t("profile_roads", lang, count=number(profile.road_km, lang, decimals=KM_DECIMALS))
    return _list(heading, items, t("profile_no_roads", lang))


def _item(work: Mapping[Any, Any], detail: str, kind: WorkKind, lang: Lang) -> str:
    """List a work: what it is, how far, and what is known of its cost and dates."""
    told = work_words(work, kind, lang).values()
    words = " · ".join((detail, t(f"status_{work[c.STATUS]}", lang), *told))
    return f"<li>{escape(work[c.NAME])} <span class='unit'>{escape(words)}</span></li>"


def _list(heading: str, items: list[str], empty: str) -> str:
    body = f"<ul>{''.join(items)}</ul>" if items else f"<p class='small'>{escape(empty)}</p>"
    return f"<h3>{escape(heading)}</h3>{body}"


def _lineage(kin: UnitHistory, lang: Lang) -> str:
    """Return the diagram: older units at the left, the newer one or ones at the right."""
    relatives = kin.came_from or kin.became
    if not relatives:
        return ""
    key, own = "reform_became", f"<li class='own'>{escape(kin.name)}</li>"
    left, right = own, "".join(_relative_box(each, lang) for each in relatives)
    if kin.came_from:
        key, left, right = "reform_came_from", right, own
    return (
        f"<h3>{escape(t(key, lang))}</h3><div class='kin'><ul>{left}</ul>"
        f"<span class='arrow' aria-hidden='true'>→</span><ul>{right}</ul></div>"
        f"<p class='small'>{_days_text(relatives, lang)}</p>"
    )


def _relative_box(each: Relative, lang: Lang) -> str:
    return (
        f"<li>{escape(each.name)} <span class='unit'>{each.code} · "
        f"{escape(_share_text(each, lang))}</span></li>"
    )


def _share_text(each: Relative, lang: Lang) -> str:
    """Say how much of the older unit it is."""
    if each.is_whole:
        return t("reform_whole", lang)
    if math.isnan(each.share):
        return t("reform_share_unknown", lang)
    share = f"{number(100 * each.share, lang, decimals=1)} %"
    if not each.share_basis:
        return share
    return t("reform_share", lang, share=share, basis=t(f"reform_basis_{each.share_basis}", lang))


def _days_text(relatives: Sequence[Relative], lang: Lang) -> str:
    """Say on which days, by which resolutions, and how sure that is."""
    steps: dict[tuple[str, str], LineageStep] = {}
    for each in relatives:
        steps |= {(step.day, step.resolution): step for step in each.steps}
    days = "; ".join(
        f"{written_day(day, lang)} ({resolution})" if resolution else written_day(day, lang)
        for day, resolution in sorted(steps)
    )
    doubtful = [each for each in relatives if each.confidence not in ("", "high")]
    words = [days]
    if doubtful:
        worst = t(f"reform_confidence_{doubtful[0].confidence}", lang)
        words.append(f"{doubtful[0].name}: {t('reform_confidence', lang, confidence=worst)}")
    return escape(". ".join(words))


def _offer_relatives(kin: UnitHistory, lang: Lang) -> None:
    """Offer the map of the other geography: with what a commune became, or what it was made of."""
    vintage = t(f"reform_vintage_{kin.other_vintage}", lang) if kin.other_vintage else ""
    offers = [
        (t("reform_show_unit", lang, unit=each.name, vintage=vintage), [each.code])
        for each in kin.became
    ]
    if kin.came_from:
        codes = [each.code for each in kin.came_from]
        count = number(len(codes), lang)
        offers.append((t("reform_show_former", lang, count=count, vintage=vintage), codes))
    for words, codes in offers:
        st.button(
            words,
            key=f"kin_{codes[0]}",
            icon=":material/swap_horiz:",
            on_click=_show_relatives,
            args=(kin.other_vintage, codes),
            width="stretch",
        )


def _show_relatives(vintage: str, codes: list[str]) -> None:
    """Open one unit, or filter several, on the geography of another vintage (callback)."""
    memory = st.session_state
    memory["vintage"] = memory["_vintage"] = vintage
    memory["profile"] = codes[0] if len(codes) == 1 else None
    memory["commune"] = codes if len(codes) > 1 else []
    if len(codes) > 1:  # they may lie in several districts, and all of them were promised
        memory["district"] = []
