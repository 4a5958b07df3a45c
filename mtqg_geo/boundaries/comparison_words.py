"""What two boundary sets have in common, as plain values for a program and as lines to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from geo.area_overlay import AREA, COVERED, SLIVER_SHARE, SLIVER_WIDTH_M
from geo.crosswalk import BASIS, FROM, SHARE, TO
from mtqg_geo.boundaries.comparison import ALIKE, CrosswalkReport, Gap, Side
from mtqg_geo.communes.lineage import day_of, unit_names
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import number, t

LISTED = 20  # rows shown of a long list on the terminal


def report(found: CrosswalkReport) -> dict[str, Any]:
    """Return the report as plain values, ready for JSON."""
    overlay = found.overlay
    old_names, new_names = _names(found.old), _names(found.new)
    slivers = overlay.slivers.sort_values(AREA, ascending=False)
    pieces = overlay.pieces.set_index([FROM, TO])[AREA]
    return {
        "old": _side(found.old, overlay.old, found.old_gaps),
        "new": _side(found.new, overlay.new, found.new_gaps),
        "weights": found.weighted_by,
        "repaired": overlay.repaired,
        "shares": [
            {
                "from_code": link[FROM],
                "from_name": old_names.get(link[FROM], ""),
                "to_code": link[TO],
                "to_name": new_names.get(link[TO], ""),
                "share": round(float(link[SHARE]), 6),
                "share_basis": link[BASIS],
                "area_km2": round(float(pieces[link[FROM], link[TO]]), 4),
            }
            for link in overlay.crosswalk.links.to_dict("records")
        ],
        "slivers": {
            "share_below": SLIVER_SHARE,
            "narrower_than_m": SLIVER_WIDTH_M,
            "count": len(slivers),
            "area_km2": round(float(slivers[AREA].sum()), 4),
            "largest": [
                {
                    "from_code": row[FROM],
                    "to_code": row[TO],
                    "share": round(float(row[SHARE]), 4),
                    "area_km2": round(float(row[AREA]), 4),
                }
                for row in slivers.head(LISTED).to_dict("records")
            ],
        },
        "lineage": None if found.comparison is None else _compared(found, old_names, new_names),
    }


def _names(side: Side) -> dict[str, str]:
    """Return the names of the units as the gazetteer has them, else as their layer does."""
    listed = unit_names(day_of(side.vintage))
    if c.NAME not in side.units:
        return listed
    return dict(zip(side.units[c.CODE], side.units[c.NAME].astype(str), strict=True)) | listed


def _side(side: Side, covered: pd.DataFrame, gaps: Sequence[Gap]) -> dict[str, Any]:
    area = covered[AREA].sum()
    share = (covered[AREA] * covered[COVERED].clip(upper=1)).sum() / area if area else 0.0
    names = _names(side)
    return {
        "name": side.name,
        "vintage": side.vintage,
        "units": len(side.units),
        "area_km2": round(float(area), 2),
        "covered_pct": round(100 * float(share), 2),
        "barely_covered": [
            {"code": gap.code, "name": names.get(gap.code, ""), "unplaced": list(gap.unplaced)}
            for gap in gaps
            if gap.is_declared
        ],
        "barely_covered_outside_lineage": [
            {"code": gap.code, "name": names.get(gap.code, "")}
            for gap in gaps
            if not gap.is_declared
        ],
        "unplaced": list(side.unplaced_names),
    }


def _compared(
    found: CrosswalkReport, old_names: Mapping[str, str], new_names: Mapping[str, str]
) -> dict[str, Any]:
    compared = found.comparison
    assert compared is not None

    def named(codes: tuple[str, ...]) -> list[dict[str, str]]:
        return [{"code": code, "name": old_names.get(code, "")} for code in codes]

    def shares(by_code: Mapping[str, float]) -> list[dict[str, Any]]:
        return [
            {"code": code, "name": new_names.get(code, ""), "share": round(share, 4)}
            for code, share in sorted(by_code.items(), key=lambda pair: -pair[1])
        ]

    return {
        "alike_within": ALIKE,
        "compared": len(compared.agree) + len(compared.differ),
        "agree": len(compared.agree),
        "differ": [
            {
                "code": code,
                "name": old_names.get(code, ""),
                "declared": shares(declared),
                "derived": shares(derived),
            }
            for code, declared, derived in compared.differ
        ],
        "not_in_old": named(compared.not_in_old),
        "barely_covered": named(compared.barely_covered),
        "not_declared": named(compared.not_declared),
    }


def report_text(found: CrosswalkReport, lang: Lang) -> str:
    """Return the report as lines for the terminal."""
    told = report(found)
    lines = [
        t(
            f"reform_{side}",
            lang,
            name=told[side]["name"],
            vintage=told[side]["vintage"],
            units=number(told[side]["units"], lang),
            area=number(told[side]["area_km2"], lang, decimals=1),
            covered=number(told[side]["covered_pct"], lang, decimals=1),
        )
        for side in ("old", "new")
    ]
    for side in ("old", "new"):
        lines += _listed(f"reform_unplaced_{side}", told[side]["unplaced"], lang)
        bare = [_bare(unit, side, lang) for unit in told[side]["barely_covered"]]
        lines += _listed(f"reform_bare_{side}", bare, lang)
        outside = [_one(unit) for unit in told[side]["barely_covered_outside_lineage"]]
        lines += _listed(f"reform_bare_outside_{side}", outside, lang)
    slivers = told["slivers"]
    lines.append(
        t(
            "reform_slivers",
            lang,
            count=number(slivers["count"], lang),
            area=number(slivers["area_km2"], lang, decimals=1),
            share=number(100 * slivers["share_below"], lang),
            width=number(slivers["narrower_than_m"], lang),
        )
    )
    split = sorted(found.overlay.crosswalk.split)
    lines += _listed(
        "reform_split", [f"{code} {_names(found.old).get(code, '')}" for code in split], lang
    )
    lines.append(t(f"reform_by_{told['weights']}", lang))
    return "\n".join([*lines, *_lineage_lines(told["lineage"], lang)])


def _one(unit: Mapping[str, Any]) -> str:
    return f"{unit['code']} {unit['name']}".strip()


def _bare(unit: Mapping[str, Any], side: str, lang: Lang) -> str:
    """Write a unit that is barely covered, with what lies there and was not recognised."""
    if not unit["unplaced"]:
        return _one(unit)
    names = ", ".join(unit["unplaced"])
    return f"{_one(unit)} ({t(f'reform_bare_{side}_why', lang, names=names)})"


def _listed(key: str, items: list[str], lang: Lang) -> list[str]:
    if not items:
        return []
    shown = ", ".join(items[:LISTED]) + (" …" if len(items) > LISTED else "")
    return [t(key, lang, count=number(len(items), lang), items=shown)]


def _lineage_lines(told: Mapping[str, Any] | None, lang: Lang) -> list[str]:
    if told is None:
        return [t("reform_no_lineage", lang)]
    head = t(
        "reform_agree",
        lang,
        agree=number(told["agree"], lang),
        compared=number(told["compared"], lang),
        points=number(100 * told["alike_within"], lang),
    )
    lines = [
        t(
            "reform_differs",
            lang,
            unit=_one(row),
            declared=_shares(row["declared"], lang),
            derived=_shares(row["derived"], lang),
        )
        for row in told["differ"]
    ]
    rest = [
        line
        for name in ("not_in_old", "barely_covered", "not_declared")
        for line in _listed(f"reform_{name}", [_one(unit) for unit in told[name]], lang)
    ]
    return [head, *lines, *rest]


def _shares(shares: list[Mapping[str, Any]], lang: Lang) -> str:
    return ", ".join(
        f"{_one(each)} {number(100 * each['share'], lang, decimals=0)} %" for each in shares
    )
