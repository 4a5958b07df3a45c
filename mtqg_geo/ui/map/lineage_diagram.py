"""Where a commune came from and what became of it: a small diagram in its profile."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

import streamlit as st

from mtqg_geo.communes.codes import written_day
from mtqg_geo.communes.lineage import LineageStep, Relative, UnitHistory
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import number, t


def markup(kin: UnitHistory, lang: Lang) -> str:
    """Return the diagram: older units at the left, the newer one or ones at the right."""
    if kin.came_from:
        olds = "".join(_box(each, lang) for each in kin.came_from)
        return _drawn("reform_came_from", olds, _own(kin), _days(kin.came_from, lang), lang)
    if kin.became:
        news = "".join(_box(each, lang) for each in kin.became)
        return _drawn("reform_became", _own(kin), news, _days(kin.became, lang), lang)
    return ""


def _drawn(key: str, left: str, right: str, below: str, lang: Lang) -> str:
    return (
        f"<h3>{escape(t(key, lang))}</h3><div class='kin'><ul>{left}</ul>"
        f"<span class='arrow' aria-hidden='true'>→</span><ul>{right}</ul></div>"
        f"<p class='small'>{below}</p>"
    )


def _own(kin: UnitHistory) -> str:
    return f"<li class='own'>{escape(kin.name)}</li>"


def _box(each: Relative, lang: Lang) -> str:
    return (
        f"<li>{escape(each.name)} <span class='unit'>{each.code} · "
        f"{escape(_share(each, lang))}</span></li>"
    )


def _share(each: Relative, lang: Lang) -> str:
    """Say how much of the older unit it is."""
    if each.is_whole:
        return t("reform_whole", lang)
    if math.isnan(each.share):
        return t("reform_share_unknown", lang)
    share = f"{number(100 * each.share, lang, decimals=1)} %"
    if not each.share_basis:
        return share
    return t("reform_share", lang, share=share, basis=t(f"reform_basis_{each.share_basis}", lang))


def _days(relatives: Sequence[Relative], lang: Lang) -> str:
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


def offer_relatives(kin: UnitHistory, lang: Lang) -> None:
    """Offer the map of the other geography: with what a commune became, or what it was made of."""
    vintage = t(f"reform_vintage_{kin.other_vintage}", lang) if kin.other_vintage else ""
    for each in kin.became:
        _button(t("reform_show_unit", lang, unit=each.name, vintage=vintage), kin, [each.code])
    if kin.came_from:
        codes = [each.code for each in kin.came_from]
        count = number(len(codes), lang)
        _button(t("reform_show_former", lang, count=count, vintage=vintage), kin, codes)


def _button(words: str, kin: UnitHistory, codes: list[str]) -> None:
    st.button(
        words,
        key=f"kin_{codes[0]}",
        icon=":material/swap_horiz:",
        on_click=_show,
        args=(kin.other_vintage, codes),
        width="stretch",
    )


def _show(vintage: str, codes: list[str]) -> None:
    """Open one unit, or filter several, on the geography of another vintage (callback)."""
    memory = st.session_state
    memory["vintage"] = memory["_vintage"] = vintage
    memory["profile"] = codes[0] if len(codes) == 1 else None
    memory["commune"] = codes if len(codes) > 1 else []
    if len(codes) > 1:  # they may lie in several districts, and all of them were promised
        memory["district"] = []
