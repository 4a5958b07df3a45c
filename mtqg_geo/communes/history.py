"""Where a commune came from and what became of it, ready to be drawn as a small diagram."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from geo.crosswalk import FROM, SHARE, TO
from mtqg_geo.communes.lineage import Lineage, between, day_of, shipped_lineage, unit_names
from mtqg_geo.programme.tables import CHANGE, CONFIDENCE, DAY, RESOLUTION

CONFIDENCES = ("high", "medium-high", "medium", "inferred", "low")  # the surest first


@dataclass(frozen=True)
class Step:
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
    steps: tuple[Step, ...]

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
class Kinship:
    """The units that a unit came from and became, of which `other_vintage` ("" = of none)."""

    code: str
    name: str
    vintage: str
    came_from: tuple[Relative, ...]
    became: tuple[Relative, ...]
    other_vintage: str = ""


def kinship(
    code: str, vintage: str, *, others: Sequence[str], lineage: Lineage | None = None
) -> Kinship:
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
    return Kinship(
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


def _steps(lineage: Lineage, start: str, end: str, old: str, new: str) -> tuple[Step, ...]:
    """Return what led from one unit to another, day by day; the first way there is."""
    ways: list[tuple[str, tuple[Step, ...]]] = [(start, ())]
    for day in lineage.days:
        if not day_of(old) < day <= day_of(new):
            continue
        names = unit_names(day)
        links = lineage.links[lineage.links[DAY] == day]
        onward: list[tuple[str, tuple[Step, ...]]] = []
        for at, way in ways:
            found = links[links[FROM] == at].to_dict("records")
            onward += [(str(link[TO]), (*way, _step(link, names))) for link in found]
            onward += [] if found else [(at, way)]
        ways = onward
    return next((way for at, way in ways if at == end), ())


def _step(link: dict[str, object], names: dict[str, str]) -> Step:
    code = str(link[TO])
    return Step(
        day=str(link[DAY]),
        change=str(link[CHANGE]),
        code=code,
        name=names.get(code, ""),
        resolution=str(link[RESOLUTION]),
        confidence=str(link[CONFIDENCE]),
    )
