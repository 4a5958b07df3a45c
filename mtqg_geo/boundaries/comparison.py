"""Two boundary sets laid over each other, and how that agrees with the declared lineage.

The comparison comes first, then the lineage that the layers would give, as rows that can be
corrected and loaded; last what was found, as plain values for a program and as lines to read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd

from geo.area_overlay import AREA, COVERED, SLIVER_SHARE, SLIVER_WIDTH_M, AreaOverlay, overlay_areas
from geo.boundaries import dissolve
from geo.crosswalk import BASIS, FROM, SHARE, TO
from mtqg_geo.communes.epochs import Epochs, epochs_of
from mtqg_geo.communes.lineage import Lineage, day_before, day_of, named, unit_names
from mtqg_geo.programme import columns as c
from mtqg_geo.programme import tables
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import number, t

ALIKE = 0.05  # shares that differ by less agree: layers are drawn no better
COMPARABLE = 0.5  # a unit of which less is covered cannot be compared
NOT_COMPARED = ("not_in_old", "barely_covered", "not_declared")
DERIVED = "derived"  # confidence of a share that two layers tell
WHOLE = 1 - 1e-9  # shares carry the error of a floating-point sum
LISTED = 20  # rows shown of a long list on the terminal


def _nothing() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({c.NAME: []}, geometry=[], crs=4326)


@dataclass(frozen=True, eq=False)
class ComparedSet:
    """One of the two sets: what it is called, of which month, its units, and what it left out.

    `unplaced` holds name and shape of what of a file was not recognised as a commune.
    """

    name: str
    vintage: str
    units: gpd.GeoDataFrame
    unplaced: gpd.GeoDataFrame = field(default_factory=_nothing)


@dataclass(frozen=True)
class UncoveredUnit:
    """A unit of which the other layer covers less than half.

    `is_declared` says whether the lineage knows the unit: of one outside nothing else is to be
    expected. `unplaced` names what lies in it of the other layer and is not recognised.
    """

    code: str
    is_declared: bool
    unplaced: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class LineageComparison:
    """Derived shares beside the declared ones.

    `agree` holds the codes that agree; `differ` a row for each unit that does not (`code`,
    `declared`, `derived`, as code → share); the other three name what cannot be compared.
    """

    agree: tuple[str, ...]
    differ: tuple[tuple[str, Mapping[str, float], Mapping[str, float]], ...]
    not_in_old: tuple[str, ...]
    barely_covered: tuple[str, ...]
    not_declared: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class CrosswalkReport:
    """What two sets have in common, and what of each the other does not cover.

    `comparison` is None where no lineage leads between them.
    """

    old: ComparedSet
    new: ComparedSet
    overlay: AreaOverlay
    weighted_by: str
    old_gaps: tuple[UncoveredUnit, ...]
    new_gaps: tuple[UncoveredUnit, ...]
    comparison: LineageComparison | None

    @property
    def agrees(self) -> bool:
        """Whether nothing contradicts the declared lineage."""
        return self.comparison is None or not self.comparison.differ


def compare_sets(
    old: ComparedSet, new: ComparedSet, epochs: Epochs, *, households: pd.Series | None = None
) -> CrosswalkReport:
    """Derive the shares between two sets and compare them with the lineage.

    Parameters
    ----------
    old, new
        The sets.
    epochs
        Of the declared lineage.
    households
        Households of units by code, by which an old unit is shared out where they are those of
        the new set; None for areas.
    """
    overlay = overlay_areas(old.units, new.units, weights=households, basis="households")
    used = overlay.crosswalk.links[BASIS].eq("households").any()
    return CrosswalkReport(
        old=old,
        new=new,
        overlay=overlay,
        weighted_by="households" if used else "area",
        old_gaps=_gaps(old, overlay.old, new, epochs),
        new_gaps=_gaps(new, overlay.new, old, epochs),
        comparison=_comparison(old, new, overlay, epochs),
    )


def _gaps(
    side: ComparedSet, covered: pd.DataFrame, other: ComparedSet, epochs: Epochs
) -> tuple[UncoveredUnit, ...]:
    """Return the units of a side that the other one barely covers."""
    declared = epochs.areas[epochs.of_vintage(side.vintage)]
    bare = covered.loc[covered[COVERED] < COMPARABLE, c.CODE]
    within = _unplaced_within(side.units[side.units[c.CODE].isin(bare)], other.unplaced)
    return tuple(UncoveredUnit(code, code in declared, within.get(code, ())) for code in bare)


def _unplaced_within(
    units: gpd.GeoDataFrame, unplaced: gpd.GeoDataFrame
) -> dict[str, tuple[str, ...]]:
    """Return by code which unplaced features lie in units, with more than a sliver."""
    if units.empty or unplaced.empty:
        return {}
    numbered = unplaced.assign(**{c.CODE: [str(at) for at in range(len(unplaced))]})
    links = overlay_areas(numbered, units).crosswalk.links
    names = links[FROM].astype(int).map(dict(enumerate(unplaced[c.NAME].astype(str))))
    return {str(code): tuple(dict.fromkeys(group)) for code, group in names.groupby(links[TO])}


def _comparison(
    old: ComparedSet, new: ComparedSet, overlay: AreaOverlay, epochs: Epochs
) -> LineageComparison | None:
    if old.vintage > new.vintage:
        return None
    declared = epochs.crosswalk(epochs.of_vintage(old.vintage), epochs.of_vintage(new.vintage))
    covered = overlay.old.set_index(c.CODE)[COVERED]
    present = [code for code in declared.sources if code in covered.index]
    barely = [code for code in present if covered[code] < COMPARABLE]
    compared = [code for code in present if covered[code] >= COMPARABLE]
    said, found = by_source(declared.links), by_source(overlay.crosswalk.links)
    pairs = [(code, said[code], found.get(code, {})) for code in compared]
    return LineageComparison(
        agree=tuple(code for code, one, other in pairs if alike(one, other)),
        differ=tuple(pair for pair in pairs if not alike(pair[1], pair[2])),
        not_in_old=tuple(code for code in declared.sources if code not in covered.index),
        barely_covered=tuple(barely),
        not_declared=tuple(code for code in covered.index if code not in said),
    )


def by_source(links: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Return the shares of each unit that links lead from, by the code they lead to."""
    shares: dict[str, dict[str, float]] = {}
    for start, end, share in links[[FROM, TO, SHARE]].itertuples(index=False):
        shares.setdefault(start, {})[end] = float(share)
    return shares


def alike(one: Mapping[str, float], other: Mapping[str, float]) -> bool:
    """Say whether shares agree; unknown ones do if the units are the same.

    >>> alike({"07210": 0.97, "07213": 0.03}, {"07210": 1.0})  # a strip along a border
    True
    >>> alike({"07210": 0.6, "07213": 0.4}, {"07210": 1.0})
    False
    """
    if any(share != share for share in one.values()):
        return set(one) == set(other)
    return all(abs(one.get(code, 0) - other.get(code, 0)) <= ALIKE for code in {*one, *other})


def lineage_rows(
    found: CrosswalkReport, lineage: Lineage, *, households: pd.Series | None = None
) -> pd.DataFrame:
    """Return the lineage of the day of the new set, with the shares that the layers contradict.

    The rows are those of one day, and speak of the units in force the day before: what was merged
    in between stays as declared. Where the layers agree with the lineage its own row is kept, so
    that the file loads as no change but for the units that the layers contradict.

    Parameters
    ----------
    found
        What the two sets have in common, the new one being of a later month.
    lineage
        In use: rows of units about which the layers agree, or cannot tell, are taken from it.
    households
        As given to `compare_sets`.

    Returns
    -------
    The columns of the store's kind "lineage" and the names of the units, sorted by codes; rows
    from the layers have the confidence ``derived``.
    """
    day = day_of_change(lineage, found.old.vintage, found.new.vintage)
    declared = lineage.links[lineage.links[tables.DAY] == day]
    before = _units_before(found.old, lineage, day)
    after = _units_after(found, lineage, day)
    overlay = overlay_areas(before, after, weights=households, basis="households")
    covered = overlay.old.set_index(c.CODE)[COVERED]
    said = by_source(declared)
    shares = {
        code: each
        for code, each in by_source(overlay.crosswalk.links).items()
        if covered[code] >= COMPARABLE and not alike(said.get(code, {code: 1.0}), each)
    }
    derived = _as_rows(overlay.crosswalk.links, found, day)
    derived = derived[derived[FROM].isin(shares)]
    kept = declared[~declared[FROM].isin(shares)]
    rows = pd.concat([kept, derived], ignore_index=True).sort_values([FROM, TO], ignore_index=True)
    return named(rows)[[FROM, tables.FROM_NAME, TO, tables.TO_NAME, *tables.LINEAGE.columns[2:]]]


def day_of_change(lineage: Lineage, old: str, new: str) -> str:
    """Return the last day on which units changed between two months, else the later one's first."""
    days = [day for day in lineage.days if day_of(old) < day <= day_of(new)]
    return days[-1] if days else f"{new}-01"


def _units_before(old: ComparedSet, lineage: Lineage, day: str) -> gpd.GeoDataFrame:
    """Return the units of the day before, put together of whole units of the older set.

    Of one that took in a part of a divided unit no shape is known: it is left out.
    """
    epochs = epochs_of(lineage)
    codes = epochs.areas[epochs.of_vintage(old.vintage)]
    walk = lineage.crosswalk(codes, since=day_of(old.vintage), until=day_before(day)).links
    usable = (walk[SHARE] >= WHOLE) & walk[FROM].isin(old.units[c.CODE])
    complete = usable.groupby(walk[TO]).transform("all")
    leads_to = walk[complete].set_index(FROM)[TO]
    units = old.units[old.units[c.CODE].isin(leads_to.index)]
    coded_anew = units.assign(**{c.CODE: units[c.CODE].map(leads_to)})
    return dissolve(coded_anew, by=c.CODE, columns=[])


def _units_after(found: CrosswalkReport, lineage: Lineage, day: str) -> gpd.GeoDataFrame:
    """Return the newer units; where the day is known, those of the lineage alone.

    A strip beyond the edge of the lineage says that two layers are drawn differently.
    """
    if day not in lineage.days:
        return found.new.units
    epochs = epochs_of(lineage)
    return found.new.units[found.new.units[c.CODE].isin(epochs.areas[epochs.on(day)])]


def _as_rows(links: pd.DataFrame, found: CrosswalkReport, day: str) -> pd.DataFrame:
    columns = {
        tables.DAY: day,
        tables.CHANGE: _changes(links),
        SHARE: links[SHARE].round(6),
        tables.SHARE_BASIS: links[BASIS],
        tables.RESOLUTION: "",
        tables.CONFIDENCE: DERIVED,
        c.SOURCE: f"{found.old.name} → {found.new.name}",
    }
    return links[[FROM, TO]].assign(**columns)[list(tables.LINEAGE.columns)]


def _changes(links: pd.DataFrame) -> pd.Series:
    """Return what happened by each link, read from the links beside it."""
    divided, joined = (links[side].duplicated(keep=False) for side in (FROM, TO))
    return pd.Series("renamed", index=links.index).mask(joined, "merged").mask(divided, "split")


def report(found: CrosswalkReport) -> dict[str, Any]:
    """Return the report as plain values, ready for JSON."""
    overlay = found.overlay
    old_names, new_names = _names(found.old), _names(found.new)
    slivers = overlay.slivers.sort_values(AREA, ascending=False)
    largest = slivers[[FROM, TO, SHARE, AREA]].head(LISTED)
    pieces = overlay.pieces.set_index([FROM, TO])[AREA]
    return {
        "old": _set(found.old, overlay.old, found.old_gaps),
        "new": _set(found.new, overlay.new, found.new_gaps),
        "weights": found.weighted_by,
        "repaired": overlay.repaired,
        "shares": [
            {
                FROM: link[FROM],
                tables.FROM_NAME: old_names.get(link[FROM], ""),
                TO: link[TO],
                tables.TO_NAME: new_names.get(link[TO], ""),
                SHARE: round(float(link[SHARE]), 6),
                "share_basis": link[BASIS],
                AREA: round(float(pieces[link[FROM], link[TO]]), 4),
            }
            for link in overlay.crosswalk.links.to_dict("records")
        ],
        "slivers": {
            "share_below": SLIVER_SHARE,
            "narrower_than_m": SLIVER_WIDTH_M,
            "count": len(slivers),
            "area_km2": round(float(slivers[AREA].sum()), 4),
            "largest": [
                {FROM: start, TO: end, SHARE: round(share, 4), AREA: round(area_km2, 4)}
                for start, end, share, area_km2 in largest.itertuples(index=False, name=None)
            ],
        },
        "lineage": found.comparison and _compared(found.comparison, old_names, new_names),
    }


def _names(side: ComparedSet) -> dict[str, str]:
    """Return the names of the units as the gazetteer has them, else as their layer does."""
    listed = unit_names(day_of(side.vintage))
    if c.NAME not in side.units:
        return listed
    return dict(zip(side.units[c.CODE], side.units[c.NAME].astype(str), strict=True)) | listed


def _unit(code: str, names: Mapping[str, str]) -> dict[str, Any]:
    return {"code": code, "name": names.get(code, "")}


def _set(
    compared: ComparedSet, covered: pd.DataFrame, gaps: Sequence[UncoveredUnit]
) -> dict[str, Any]:
    area = covered[AREA].sum()
    # Where units of the other set overlap, ground is covered twice: no more than all of it counts.
    share = (covered[AREA] * covered[COVERED].clip(upper=1)).sum() / area if area else 0.0
    names = _names(compared)
    return {
        "name": compared.name,
        "vintage": compared.vintage,
        "units": len(compared.units),
        "area_km2": round(float(area), 2),
        "covered_pct": round(100 * float(share), 2),
        "barely_covered": [
            {**_unit(gap.code, names), "unplaced": list(gap.unplaced)}
            for gap in gaps
            if gap.is_declared
        ],
        "barely_covered_outside_lineage": [
            _unit(gap.code, names) for gap in gaps if not gap.is_declared
        ],
        "unplaced": list(dict.fromkeys(compared.unplaced[c.NAME].astype(str))),
    }


def _compared(
    compared: LineageComparison, old_names: Mapping[str, str], new_names: Mapping[str, str]
) -> dict[str, Any]:
    def shares(by_code: Mapping[str, float]) -> list[dict[str, Any]]:
        largest_first = sorted(by_code.items(), key=lambda pair: -pair[1])
        return [
            {**_unit(code, new_names), "share": round(share, 4)} for code, share in largest_first
        ]

    return {
        "alike_within": ALIKE,
        "compared": len(compared.agree) + len(compared.differ),
        "agree": len(compared.agree),
        "differ": [
            {**_unit(code, old_names), "declared": shares(declared), "derived": shares(derived)}
            for code, declared, derived in compared.differ
        ],
        **{
            name: [_unit(code, old_names) for code in getattr(compared, name)]
            for name in NOT_COMPARED
        },
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
        outside = map(_one, told[side]["barely_covered_outside_lineage"])
        lines += _listed(f"reform_bare_outside_{side}", list(outside), lang)
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
    names = _names(found.old)
    split = [f"{code} {names.get(code, '')}" for code in sorted(found.overlay.crosswalk.split)]
    lines += _listed("reform_split", split, lang)
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
            declared=_share_texts(row["declared"], lang),
            derived=_share_texts(row["derived"], lang),
        )
        for row in told["differ"]
    ]
    rest = [
        line
        for name in NOT_COMPARED
        for line in _listed(f"reform_{name}", [_one(unit) for unit in told[name]], lang)
    ]
    return [head, *lines, *rest]


def _share_texts(shares: list[Mapping[str, Any]], lang: Lang) -> str:
    return ", ".join(
        f"{_one(each)} {number(100 * each['share'], lang, decimals=0)} %" for each in shares
    )
