"""The rules by which a row of a file is paired with a unit, the strictest first.

Each rule pairs a row and a unit only if both are alone with their spelling, in the same area.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from mtqg_geo.boundaries.districts import spelled
from mtqg_geo.communes.names import bare_name, full_name, normalised, plain_name, plain_whole

TYPE_WORDS = ("thị trấn", "phường", "đặc khu", "xã")


@dataclass(frozen=True)
class Rule:
    """One way of comparing a row with a unit.

    Parameters
    ----------
    name
        What the report calls it.
    spell
        The spelling that must be equal.
    score
        Trust, 0 to 1.
    area
        Column that must be equal too: the district or, for a commune that moved, the province.
    needs_position
        Whether the polygon must also lie at the unit's point, because names alone may mislead.
    """

    name: str
    spell: Callable[[str], str]
    score: float
    area: str = "district_code"
    needs_position: bool = False


def full_normalised(text: str) -> str:
    """Return the normalised name together with its type (`Xã Hoà An` = `Xã Hòa An`)."""
    kind = next((word for word in TYPE_WORDS if full_name(text).startswith(word + " ")), "")
    return f"{kind}|{normalised(text)}"


def plain_full(text: str) -> str:
    """Return name and type without accents or spaces, as former names are listed."""
    return plain_name(text, keep_type=True).replace(" ", "")


def plain_joined(text: str) -> str:
    """Return the plain name in one word (`Xã Ea Bar` = `Xã EaBar`)."""
    return plain_name(text).replace(" ", "")


def plain_whole_joined(text: str) -> str:
    """Return name without accents and with every word (`Phuong Lien` = `Phường Phương Liên`)."""
    return plain_whole(text).replace(" ", "")


EXACT = (
    Rule("full_name", full_name, 1.0),
    Rule("full_normalised", full_normalised, 0.99),
    Rule("bare_name", bare_name, 0.97),
    Rule("normalised", normalised, 0.95),
)
UNACCENTED = (Rule("unaccented", plain_whole_joined, 0.85), Rule("unaccented", plain_joined, 0.83))
UNACCENTED_CHECKED = (Rule("unaccented", plain_joined, 0.8, needs_position=True),)
MOVED = (
    Rule("moved_full_name", full_normalised, 0.8, area="province_code", needs_position=True),
    Rule("moved_name", normalised, 0.75, area="province_code", needs_position=True),
)


def pair(rows: pd.DataFrame, units: pd.DataFrame, rule: Rule) -> pd.Series:
    """Return the index of the unit that each row is paired with by one rule.

    Parameters
    ----------
    rows
        Open rows: `name` and the rule's area.
    units
        Free units: `name`, `code` and the rule's area; several rows of one code are one unit.
    """
    keys = _keys(rows, rule)
    units = units[units[rule.area].isin(rows[rule.area].unique())]
    known = pd.DataFrame({"key": _keys(units, rule), "code": units["code"], "unit": units.index})
    known = known.drop_duplicates(["key", "code"])
    lookup = known[~known["key"].duplicated(keep=False)].set_index("key")["unit"]
    alone = keys[(keys != "") & ~keys.duplicated(keep=False)]
    paired = alone.map(lookup).dropna().astype("int64")
    # Former names of one unit under two spellings must not give it to two rows.
    codes = units["code"].reindex(paired).set_axis(paired.index)
    return paired[~codes.duplicated(keep=False)]


def repeated(rows: pd.DataFrame, units: pd.DataFrame, rule: Rule) -> pd.Series:
    """Return the index of the unit that each of several equal rows speaks of."""
    keys = _keys(rows, rule)
    units = units[units[rule.area].isin(rows[rule.area].unique())]
    lookup = pd.Series(units.index, index=_keys(units, rule))
    lookup = lookup[~lookup.index.duplicated(keep=False)]
    twice = keys[(keys != "") & keys.duplicated(keep=False)]
    return twice.map(lookup).dropna().astype("int64")


def _keys(table: pd.DataFrame, rule: Rule) -> pd.Series:
    """Join area and spelling; empty where either is unknown."""
    keys = table[rule.area] + "/" + spelled(table["name"], rule.spell)
    return keys.where((table[rule.area] != "") & (table["name"] != ""), "")
