"""Which commune became which: the dated lineage, read forwards and backwards.

Every row says that on a day a unit, or a share of it, became another. A unit without a row on that
day stayed what it was. Codes are used again for larger units, so a code means nothing without a
day: `07333` is Lam Cốt in 2023 and Quang Trung, five times its size, since July 2025.
"""

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path

import pandas as pd

from geo.boundaries import BoundarySet, boundary_sets, read_level
from geo.crosswalk import FROM, SHARE, TO, Crosswalk, compose, crosswalk_of, identity, reverse
from geo.errors import JoinError
from mtqg_geo.communes.gazetteer import shipped_gazetteer
from mtqg_geo.programme import columns as c
from mtqg_geo.programme import tables
from mtqg_geo.programme.catalog import DATA
from mtqg_geo.programme.errors import LineageError
from mtqg_geo.programme.words import coded

SHIPPED = DATA / "lineage" / "lineage.csv"
CHANGES = ("created", "merged", "split", "renamed", "transferred")


@dataclass(frozen=True, eq=False)
class Lineage:
    """The lineage of the province's communes; make one with `lineage_of`.

    Attributes
    ----------
    links
        The columns of the store's kind "lineage": ``from_code``, ``to_code``, ``day``, ``change``,
        ``share`` (NaN = unknown), ``share_basis``, ``resolution``, ``confidence``, ``source``.
        Sorted by day and codes.

    Examples
    --------
    A and B become A on 1 July, the code of one being used again; C is divided 7 : 3:

    >>> rows = pd.DataFrame(
    ...     [("A", "A", 1.0), ("B", "A", 1.0), ("C", "C", 0.7), ("C", "D", 0.3)],
    ...     columns=[FROM, TO, SHARE])
    >>> blank = dict.fromkeys(tables.LINEAGE.columns[3:], "") | {SHARE: rows[SHARE]}
    >>> lineage = lineage_of(rows.assign(**{tables.DAY: "2025-07-01"}, **blank))
    >>> lineage.on(["A", "B", "C"], since="2025-06-30", until="2025-07-01")
    ('A', 'C', 'D')
    """

    links: pd.DataFrame

    @cached_property
    def days(self) -> tuple[str, ...]:
        """The days on which something changed, the oldest first."""
        return tuple(sorted(set(self.links[tables.DAY])))

    @cached_property
    def days_of_change(self) -> tuple[str, ...]:
        """The days on which figures changed their meaning: more than names and districts did."""
        return tuple(day for day in self.days if not _is_identity(self._steps[day]))

    def crosswalk(self, codes: Iterable[str], *, since: str, until: str) -> Crosswalk:
        """Return what units of one day had become on another.

        Parameters
        ----------
        codes
            Codes of the units in force on `since`.
        since, until
            Days, the earlier first (`2023-04-28`).
        """
        walk = identity(codes)
        for day in self.days:
            if since < day <= until:
                walk = compose(walk, self._steps[day])
        return walk

    def on(self, codes: Iterable[str], *, since: str, until: str) -> tuple[str, ...]:
        """Return the codes of the units that those of one day had become on another, sorted."""
        return tuple(self.crosswalk(codes, since=since, until=until).targets)

    @cached_property
    def _steps(self) -> dict[str, Crosswalk]:
        named = self.links.rename(columns={tables.SHARE_BASIS: "basis"})
        return {str(day): crosswalk_of(rows) for day, rows in named.groupby(tables.DAY)}


def lineage_of(rows: pd.DataFrame, *, corrections: pd.DataFrame | None = None) -> Lineage:
    """Check rows of a lineage and return it.

    Parameters
    ----------
    rows
        Columns of the store's kind "lineage"; others are left out.
    corrections
        Rows that replace all links of the same unit on the same day; one with share 0 takes its
        link back.

    Raises
    ------
    LineageError
        If a day is no day, or the links of a day contradict each other.
    """
    table = rows[list(tables.LINEAGE.columns)]
    if corrections is not None and len(corrections):
        table = _corrected(table, corrections[list(tables.LINEAGE.columns)])
    wrong = table.loc[~table[tables.DAY].astype(str).map(_is_day).astype(bool), tables.DAY]
    if len(wrong):
        raise coded(LineageError, "lineage_day", count=len(wrong), example=str(wrong.iloc[0]))
    table = table.astype({SHARE: float}).sort_values([tables.DAY, FROM, TO], ignore_index=True)
    lineage = Lineage(table)
    for day, links in table.groupby(tables.DAY):
        _check_shares(str(day), links)
        try:
            crosswalk_of(links)
        except JoinError as error:
            raise coded(LineageError, "lineage_links", day=str(day), reason=str(error)) from error
    return lineage


def _check_shares(day: str, links: pd.DataFrame) -> None:
    """Refuse shares out of range or that do not add up, naming the unit."""
    outside = links[~(links[SHARE].isna() | ((links[SHARE] > 0) & (links[SHARE] <= 1)))]
    if len(outside):
        example = " → ".join(outside.iloc[0][[FROM, TO]])
        raise coded(LineageError, "lineage_share", day=day, count=len(outside), example=example)
    by_unit = links.groupby(FROM)[SHARE]
    sums, gaps = by_unit.sum(), by_unit.size() - by_unit.count()
    # Shares are written with few digits. Where one is unknown, the others must leave room for it.
    wrong = ((sums - 1).abs() > 1e-4).where(gaps == 0, sums >= 1)
    if wrong.any():
        code = str(wrong.index[wrong][0])
        raise coded(
            LineageError,
            "lineage_sum",
            day=day,
            count=int(wrong.sum()),
            code=code,
            percent=round(100 * float(sums[code]), 1),
        )


def _corrected(table: pd.DataFrame, corrections: pd.DataFrame) -> pd.DataFrame:
    pairs = pd.MultiIndex.from_frame(table[[FROM, tables.DAY]])
    replaced = pairs.isin(pd.MultiIndex.from_frame(corrections[[FROM, tables.DAY]]))
    given = corrections[corrections[SHARE].astype(float) != 0]  # 0: a link that is taken back
    return pd.concat([table[~replaced], given], ignore_index=True)


def _is_day(text: str) -> bool:
    try:
        pd.Timestamp(text)
    except ValueError:
        return False
    return len(text) == len("2025-07-01")


def _is_identity(step: Crosswalk) -> bool:
    return bool((step.links[FROM] == step.links[TO]).all()) and not step.split


@cache
def shipped_lineage() -> Lineage:
    """Return the lineage that comes with the product, read once."""
    return lineage_of(read_lineage(SHIPPED))


def read_lineage(path: Path) -> pd.DataFrame:
    """Read a lineage written as CSV; an empty share is unknown."""
    table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    return table.assign(**{SHARE: pd.to_numeric(table[SHARE].replace("", None))})


@cache
def delivered_sets() -> dict[str, BoundarySet]:
    """Return the delivered boundary set of each vintage that figures can be shown on, in order."""
    return {each.vintage: each for each in boundary_sets(DATA / "boundaries")}


def vintages() -> tuple[str, ...]:
    """Return the months of the geographies figures can be shown on, the oldest first."""
    return tuple(delivered_sets())


def day_of(vintage: str) -> str:
    """Return a day on which the units of a vintage were in force."""
    return f"{vintage}-28"  # every month has one


@cache
def units_of(vintage: str) -> tuple[str, ...]:
    """Return the codes of the programme's units of a vintage, sorted."""
    return tuple(sorted(read_level(delivered_sets()[vintage], "commune")[c.CODE]))


@lru_cache(maxsize=16)
def between(lineage: Lineage, old: str, new: str) -> Crosswalk:
    """Return the crosswalk from the units of one vintage to those of another, either way round.

    On the way back, how a newer unit is shared out among the older ones is unknown.
    """
    if old > new:
        return reverse(between(lineage, new, old), basis="")
    return lineage.crosswalk(units_of(old), since=day_of(old), until=day_of(new))


@cache
def unit_names(day: str) -> dict[str, str]:
    """Return the name of every unit of the country in force on a day, by code."""
    units = shipped_gazetteer().at(day)
    return dict(zip(units[c.CODE], units[c.NAME], strict=True))


def named(links: pd.DataFrame) -> pd.DataFrame:
    """Return links with the names that their units had before and from the day on."""
    sides = (
        (FROM, tables.FROM_NAME, links[tables.DAY].map(day_before)),
        (TO, tables.TO_NAME, links[tables.DAY]),
    )
    names = {
        name: [unit_names(day).get(at, "") for at, day in zip(links[code], days, strict=True)]
        for code, name, days in sides
    }
    return links.assign(**names)


def day_before(day: str) -> str:
    """Return the day before a day.

    >>> day_before("2025-07-01")
    '2025-06-30'
    """
    return (dt.date.fromisoformat(day) - dt.timedelta(days=1)).isoformat()


CONFIDENCES = ("high", "medium-high", "medium", "inferred", "low")  # the surest first


@dataclass(frozen=True)
class LineageStep:
    """What happened on one day: the unit it led to, how, and by which resolution.

    `change` is ``merged``, ``split``, ``renamed``, ``transferred`` or ``created``.
    """

    day: str
    change: str
    code: str
    name: str
    resolution: str
    confidence: str


@dataclass(frozen=True)
class Relative:
    """A unit that another came from, or became, and the steps between the two, oldest first.

    `share` is how much of the *older* of the two it concerns (1 = all of it, NaN = unknown), by
    `share_basis` ("population", "area", "households").
    """

    code: str
    name: str
    share: float
    share_basis: str
    steps: tuple[LineageStep, ...]

    @property
    def is_whole(self) -> bool:
        """Whether all of the older unit is concerned."""
        return math.isclose(self.share, 1)

    @property
    def confidence(self) -> str:
        """How sure the least sure step is."""
        ranks = {name: rank for rank, name in enumerate(CONFIDENCES)}
        worst = max(self.steps, key=lambda step: ranks.get(step.confidence, 99), default=None)
        return worst.confidence if worst else ""


@dataclass(frozen=True)
class UnitHistory:
    """The units that a unit came from and became, of which `other_vintage` ("" = of none)."""

    code: str
    name: str
    vintage: str
    came_from: tuple[Relative, ...]
    became: tuple[Relative, ...]
    other_vintage: str = ""


def unit_history(
    code: str, vintage: str, *, others: Sequence[str], lineage: Lineage | None = None
) -> UnitHistory:
    """Return the relatives of a unit.

    Parameters
    ----------
    code, vintage
        The unit, as of the vintage.
    others
        The vintages to look back and ahead to; of several the nearest counts.
    lineage
        Who became whom; the delivered lineage unless given.
    """
    lineage = lineage or shipped_lineage()
    before = max((each for each in others if each < vintage), default="")
    after = min((each for each in others if each > vintage), default="")
    return UnitHistory(
        code=code,
        name=unit_names(day_of(vintage)).get(code, ""),
        vintage=vintage,
        came_from=_relatives(lineage, before, vintage, TO, code) if before else (),
        became=_relatives(lineage, vintage, after, FROM, code) if after else (),
        other_vintage=after or before,
    )


def _relatives(lineage: Lineage, old: str, new: str, own: str, code: str) -> tuple[Relative, ...]:
    """Return the units at the other end of the links of one unit between two vintages."""
    links = between(lineage, old, new).links
    other = FROM if own == TO else TO
    names = unit_names(day_of(old if other == FROM else new))
    return tuple(
        Relative(
            code=str(link[other]),
            name=names.get(str(link[other]), ""),
            share=float(link[SHARE]),
            share_basis=str(link["basis"]),
            steps=_steps(lineage, str(link[FROM]), str(link[TO]), old, new),
        )
        for link in links[links[own] == code].to_dict("records")
    )


def _steps(lineage: Lineage, start: str, end: str, old: str, new: str) -> tuple[LineageStep, ...]:
    """Return what led from one unit to another, day by day; the first way there is."""
    ways: list[tuple[str, tuple[LineageStep, ...]]] = [(start, ())]
    for day in lineage.days:
        if not day_of(old) < day <= day_of(new):
            continue
        names = unit_names(day)
        links = lineage.links[lineage.links[tables.DAY] == day]
        onward: list[tuple[str, tuple[LineageStep, ...]]] = []
        for at, way in ways:
            found = links[links[FROM] == at].to_dict("records")
            onward += [(str(link[TO]), (*way, _step(link, names))) for link in found]
            onward += [] if found else [(at, way)]
        ways = onward
    return next((way for at, way in ways if at == end), ())


def _step(link: dict[str, object], names: dict[str, str]) -> LineageStep:
    code = str(link[TO])
    return LineageStep(
        day=str(link[tables.DAY]),
        change=str(link[tables.CHANGE]),
        code=code,
        name=names.get(code, ""),
        resolution=str(link[tables.RESOLUTION]),
        confidence=str(link[tables.CONFIDENCE]),
    )
