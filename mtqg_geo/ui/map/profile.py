"""The profile of one commune, in the drawer beside the map."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape
from typing import Any
from urllib.parse import urlencode

from mtqg_geo.communes.codes import codes_for, written_day
from mtqg_geo.communes.lineage import LineageStep, Relative, UnitHistory
from mtqg_geo.dataset.regions import region_parts, region_text
from mtqg_geo.figures.costs import WorkKind, work_words
from mtqg_geo.figures.profile import (
    CommuneProfile,
    IndicatorLine,
    commune_history,
    commune_profile,
    region_shares,
)
from mtqg_geo.figures.words import illustrative_words
from mtqg_geo.figures.work import work_key
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.amounts import amount, unit
from mtqg_geo.programme.model import Lang, State
from mtqg_geo.programme.period import local_time, quarter_numeral
from mtqg_geo.programme.words import KM_DECIMALS, number, t
from mtqg_geo.store.batches import is_delivered
from mtqg_geo.store.observed import Provenance, origins
from mtqg_geo.ui.progress.cells import MAP_PAGE
from mtqg_geo.ui.shared.glossary import marked
from mtqg_geo.ui.shared.markup import action
from mtqg_geo.ui.state import OPENED, PageState, query_of

PARTS = ("figures", "sites", "roads", "origins")  # the tabs
PLAN_MARK_PCT = 80.0  # of a bar's width: where the plan stands, so that more than it is seen too
MOST_PCT = 125.0  # of the plan: as far as a bar goes


def markup(state: PageState, *, with_origins: bool) -> str:
    """Return the profile of the commune that is open, a tab each part.

    `with_origins` says whether the reader has asked where its figures come from: the store is
    read, and the list sent, for them alone.
    """
    lang = state.lang
    profile = commune_profile(state.data, state.selection, state.profile or "")
    kin = commune_history(state.data, state.selection, profile.code)
    parts = {
        "figures": _indicators(state, profile),
        "sites": _sites(state, profile, lang),
        "roads": _roads(profile, lang),
        "origins": _origins(state, profile, kin) if with_origins or not _reads_store(state) else "",
    }
    counts = {"sites": len(profile.sites), "roads": len(profile.roads)}
    return (
        f"<section class='profile' data-code='{profile.code}' data-open='profile:{profile.code}' "
        f"aria-label='{escape(t('profile', lang))}'>{_heading(profile, lang)}"
        f"{_regions(state, profile)}{_lineage(state, kin)}"
        f"{_tabs(counts, lang)}{_panels(parts, profile.code, lang)}</section>"
    )


def _tabs(counts: Mapping[str, int], lang: Lang) -> str:
    """Return the tabs; the browser shows one part and hides the others (`drawer.js`)."""
    tabs = "".join(
        f"<button role='tab' data-tab='{part}'>{escape(t(f'drawer_{part}', lang))}"
        + (f" <i>{counts[part]}</i>" if part in counts else "")
        + "</button>"
        for part in PARTS
    )
    return f"<div role='tablist' aria-label='{escape(t('drawer_tabs', lang))}'>{tabs}</div>"


def _panels(parts: Mapping[str, str], code: str, lang: Lang) -> str:
    waiting = f"<p class='small'>{escape(t('drawer_waiting', lang))}</p>"
    return "".join(
        f"<div role='tabpanel' id='drawer-{part}' aria-label='{escape(t(f'drawer_{part}', lang))}'"
        + ("" if part == PARTS[0] else " hidden")
        + (f">{body}" if body else f" data-late='{part}={code}'>{waiting}")
        + "</div>"
        for part, body in parts.items()
    )


def _regions(state: PageState, profile: CommuneProfile) -> str:
    """List how much of a mixed unit is in which region."""
    shares = region_shares(state.data, state.selection.year)
    parts = region_parts(shares, profile.code, state.lang)
    items = "".join(f"<li>{escape(part)}</li>" for part in parts)
    return f"<ul>{items}</ul>" if items else ""


def _reads_store(state: PageState) -> bool:
    return state.data.store is not None


def _origins(state: PageState, profile: CommuneProfile, kin: UnitHistory) -> str:
    """Say where each figure was read from; of the sample, that it is one."""
    lang, store, selection = state.lang, state.data.store, state.selection
    if store is None:
        made_up = illustrative_words(state.data, selection.year, lang)
        return f"<p>{escape(t('drawer_origins_sample', lang, said=made_up))}</p>"
    is_restated = selection.vintage != codes_for(str(selection.year))
    # Its code was that of one of the units it is made of: that one's figures are not its own.
    if is_restated and (kin.came_from or kin.became):
        return f"<p>{escape(t('profile_origins_elsewhere', lang, year=selection.year))}</p>"
    shown = [line.indicator.id for line in profile.lines]
    rows = "".join(
        f"<li>{escape(_origin_text(each, state))}</li>"
        for each in origins(store, profile.code, selection.year, shown)
    )
    return f"<ul>{rows}</ul>" if rows else f"<p>{escape(t('profile_no_origins', lang))}</p>"


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
    region = marked(region_text(profile.region, lang), lang)
    area = t("profile_area", lang, area=number(profile.area_km2, lang, decimals=1))
    close = action("close", "", "×", hint=t("drawer_close", lang))
    return (
        f"{close}<h2 tabindex='-1'>{escape(profile.name)}</h2>"
        f"<p>{escape(profile.district)} · {profile.code} · <strong>{region}</strong><br>"
        f"<span class='unit'>{escape(area)}</span></p>"
    )


def _indicators(state: PageState, profile: CommuneProfile) -> str:
    lang = state.lang
    if not profile.lines:
        return f"<p class='small'>{escape(t('profile_no_indicators', lang))}</p>"
    head = "".join(
        f"<th scope='col'>{escape(words)}</th>"
        for words in (t("column_indicator", lang), t("profile_plan", lang), _result(state))
    )
    table = f"<table><thead><tr>{head}</tr></thead><tbody>"
    told = "".join(_indicator_row(line, lang) for line in profile.lines if not line.is_empty)
    empty = "".join(_indicator_row(line, lang) for line in profile.lines if line.is_empty)
    drawn = [f"{table}{told}</tbody></table>"] if told else []
    if empty:
        count = sum(line.is_empty for line in profile.lines)
        words = escape(t("drawer_folded", lang, count=number(count, lang)))
        table = "<table><tbody>" if told else table  # the heading above serves both
        folded = f"<details><summary>{words}</summary>{table}{empty}</tbody></table></details>"
        drawn.append(folded)
    return "".join(drawn)


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
        f"<tr><th scope=row>{escape(line.indicator.short.of(lang))} "
        f"<i>{escape(_measured_in(line, lang))}</i>{_bar(line, lang)}</th>"
        f"<td>{plan}</td><td>{result}</td></tr>"
    )


def _bar(line: IndicatorLine, lang: Lang) -> str:
    """Draw the result as a bar against a mark where the plan stands; nothing without either."""
    share = line.share
    if not math.isfinite(share.pct):
        return ""
    width = PLAN_MARK_PCT * min(max(share.pct, 0), MOST_PCT) / 100
    return f"<small style='--w:{width:.0f}%'>{escape(share.text(lang))}</small>"


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
    """List a work, whose card it opens: how far it is, what is known of its cost and dates."""
    told = work_words(work, kind, lang).values()
    words = " · ".join((detail, t(f"status_{work[c.STATUS]}", lang), *told))
    name = action("work", work_key(kind, work[c.ID]), work[c.NAME])
    return f"<li>{name} <i>{escape(words)}</i></li>"


def _list(heading: str, items: list[str], empty: str) -> str:
    if not items:
        return f"<p class='small'>{escape(empty)}</p>"
    return f"<h3>{escape(heading)}</h3><ul>{''.join(items)}</ul>"


def _lineage(state: PageState, kin: UnitHistory) -> str:
    """Return the diagram: older units at the left, the newer one or ones at the right.

    It is folded below a line that names them; with it go the ways to the other geography's map.
    """
    lang, relatives = state.lang, kin.came_from or kin.became
    if not relatives:
        return ""
    key, own = "reform_became", f"<li class='own'>{escape(kin.name)}</li>"
    left, right = own, "".join(_relative_box(each, lang) for each in relatives)
    if kin.came_from:
        key, left, right = "reform_came_from", right, own
    names = ", ".join(each.name for each in relatives)
    return (
        f"<details><summary>{escape(t(key, lang))} <b>{escape(names)}</b></summary>"
        f"<div class='kin'><ul>{left}</ul>"
        f"<span class='arrow' aria-hidden='true'>→</span><ul>{right}</ul></div>"
        f"<p class='small'>{_days_text(relatives, lang)}</p>{_ways_to_relatives(state, kin)}"
        "</details>"
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


def _ways_to_relatives(state: PageState, kin: UnitHistory) -> str:
    """Return links to the other geography: to what a commune became, or to what it was made of."""
    lang = state.lang
    vintage = t(f"reform_vintage_{kin.other_vintage}", lang) if kin.other_vintage else ""
    offers = [
        (t("reform_show_unit", lang, unit=each.name, vintage=vintage), [each.code])
        for each in kin.became
    ]
    if kin.came_from:
        codes = [each.code for each in kin.came_from]
        count = number(len(codes), lang)
        offers.append((t("reform_show_former", lang, count=count, vintage=vintage), codes))
    links = (_map_of(state, kin.other_vintage, codes, words) for words, codes in offers)
    return f"<p class='ways'>{' '.join(links)}</p>"


def _map_of(state: PageState, vintage: str, codes: Sequence[str], words: str) -> str:
    """Link to one unit, or to several as a filter, on the geography of another vintage."""
    selection = replace(state.selection, vintage=vintage, communes=())
    if len(codes) > 1:  # they may lie in several districts, and all of them were promised
        selection = replace(selection, communes=tuple(codes), districts=())
    query = query_of(replace(state, selection=selection, profile=None))
    for opened in OPENED:
        query.pop(opened, None)
    if len(codes) == 1:
        query["profile"] = list(codes)
    href = escape(f"{MAP_PAGE}?{urlencode(query, doseq=True)}")
    return f"<a class='opens-map' href='{href}'>{escape(words)}</a>"
