"""Pair the rows of a file with the units of its date, rule after rule, the strictest first.

A rule pairs a row and a unit only if both are alone with their spelling, in the same area.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process

from geo.measure import distance_m
from geo.shapes import Flags, Floats
from mtqg_geo.boundaries.file_contents import spelled
from mtqg_geo.communes.codes import CODE_DIGITS, full_code
from mtqg_geo.communes.names import (
    bare_name,
    full_name,
    joined_name,
    normalised,
    plain_joined,
    plain_name,
    plain_whole,
)

TYPE_WORDS = ("thị trấn", "phường", "đặc khu", "xã")
CONFIRMED_M = 10_000  # a geocoder's point of a commune lies some km from the middle of its polygon
BESIDE_M = 6_000  # the next commune of a district is about this far
AGREEING_SHARE = 0.8  # of names, before codes without their zeros are believed
CANDIDATES = 5
LEAST_SCORE = 60.0
DISAGREE = "code and name disagree"


@dataclass(frozen=True)
class NameRule:
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


def plain_whole_joined(text: str) -> str:
    """Return name without accents and with every word (`Phuong Lien` = `Phường Phương Liên`)."""
    return plain_whole(text).replace(" ", "")


EXACT = (
    NameRule("full_name", full_name, 1.0),
    NameRule("full_normalised", full_normalised, 0.99),
    NameRule("bare_name", bare_name, 0.97),
    NameRule("normalised", normalised, 0.95),
    NameRule("normalised", joined_name, 0.93),
)
UNACCENTED = (
    NameRule("unaccented", plain_whole_joined, 0.85),
    NameRule("unaccented", plain_joined, 0.83),
)
UNACCENTED_CHECKED = (NameRule("unaccented", plain_joined, 0.8, needs_position=True),)
MOVED = (
    NameRule("moved_full_name", full_normalised, 0.8, area="province_code", needs_position=True),
    NameRule("moved_name", normalised, 0.75, area="province_code", needs_position=True),
)


def pair(rows: pd.DataFrame, units: pd.DataFrame, rule: NameRule) -> pd.Series:
    """Return the index of the unit that each row is paired with by one rule.

    Parameters
    ----------
    rows
        Open rows: `name` and the rule's area.
    units
        Free units: `name`, `code` and the rule's area; several rows of one code are one unit.

    Examples
    --------
    Two rows are called An Lạc, so that neither is paired; Hữu Sản is alone on both sides.

    >>> rows = pd.DataFrame({"name": ["An Lạc", "An Lạc", "Hữu Sản"], "district_code": "220"})
    >>> units = pd.DataFrame({"name": ["Xã Hữu Sản", "Xã An Lạc"], "district_code": "220"})
    >>> pair(rows, units.assign(code=["07624", "07645"]), NameRule("bare_name", bare_name, 0.97))
    2    0
    dtype: int64
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


def repeated(rows: pd.DataFrame, units: pd.DataFrame, rule: NameRule) -> pd.Series:
    """Return the index of the unit that each of several equal rows speaks of."""
    keys = _keys(rows, rule)
    units = units[units[rule.area].isin(rows[rule.area].unique())]
    lookup = pd.Series(units.index, index=_keys(units, rule))
    lookup = lookup[~lookup.index.duplicated(keep=False)]
    twice = keys[(keys != "") & keys.duplicated(keep=False)]
    return twice.map(lookup).dropna().astype("int64")


def _keys(table: pd.DataFrame, rule: NameRule) -> pd.Series:
    """Join area and spelling; empty where either is unknown."""
    keys = table[rule.area] + "/" + spelled(table["name"], rule.spell)
    return keys.where((table[rule.area] != "") & (table["name"] != ""), "")


class Pairing:
    """Pairs rows with units step by step; `settled` holds what is decided."""

    def __init__(self, rows: pd.DataFrame, units: pd.DataFrame, spans: pd.DataFrame) -> None:
        self.rows, self.units, self.spans = rows, units, spans
        self.settled = pd.DataFrame(columns=["code", "since", "rule", "score", "distance_m"])
        self.doubts: dict[int, tuple[str, str]] = {}  # the code that was nearly taken, and why not
        self.repeats = pd.DataFrame(columns=["code", "rule"])
        self.accented = not rows["name"].map(str.isascii).all()

    @property
    def open(self) -> pd.DataFrame:
        """Return the rows that no rule has settled."""
        return self.rows.drop(self.settled.index.union(self.repeats.index))

    @property
    def free(self) -> pd.DataFrame:
        """Return the units that no row has been given."""
        return self.units[~self.units["code"].isin(self.settled["code"])]

    def by_mapping(self, mapping: pd.DataFrame | None) -> None:
        """Take the decisions of a person."""
        if mapping is None or mapping.empty:
            return
        decided = dict(zip(_place_texts(mapping), mapping["code"], strict=True))
        codes = _place_texts(self.rows).map(decided).dropna()
        settled = pd.DataFrame({"code": codes, "since": "", "rule": "mapping", "score": 1.0})
        self._settle(settled.assign(distance_m=np.nan))

    def by_code(self) -> None:
        """Take codes whose known names agree with the row's name."""
        rows = self.open[self.open["code_text"].str.fullmatch(r"\d{3,5}")]
        if rows.empty:
            return
        codes = rows["code_text"].map(full_code)
        named = self.units.drop_duplicates("code").set_index("code")
        rows, codes = rows[codes.isin(named.index)], codes[codes.isin(named.index)]
        agrees = _names_agree(rows["name"], codes, self.spans)
        for row, code in codes[~agrees].items():
            self.doubts[row] = (code, DISAGREE)
        # Excel drops the zeros of codes, but a running number is short too: names must bear it out.
        padded = rows["code_text"].str.len() < CODE_DIGITS
        if padded.any() and agrees[padded].mean() < AGREEING_SHARE:
            for row, code in codes[padded & agrees].items():
                self.doubts[row] = (code, "code without its zeros")
            agrees &= ~padded
        self._settle_units(rows[agrees], codes[agrees], self.units, "code", 1.0)

    def by_name(self) -> None:
        """Go through the rules, the strictest first."""
        self._refine_areas()
        # Present names before former ones, accents before none, the district before the province:
        # each step may take only what the stricter ones left.
        for rule in EXACT:
            self._pair(self.units, rule)
            self._repeat(rule)
        self._reviewed_names()
        for rule in EXACT[:2]:
            self._pair(self.spans, NameRule("former_name", rule.spell, rule.score - 0.05))
        # In a file with accents, a name that differs in them alone is as a rule another commune.
        for rule in UNACCENTED_CHECKED if self.accented else UNACCENTED:
            self._pair(self.units, rule)
        self._listed_former_names()
        for rule in MOVED:
            self._pair(self.units, rule)
        for rule in EXACT[2:]:
            self._pair(self.spans, NameRule("former_name", rule.spell, rule.score - 0.1))

    def _refine_areas(self) -> None:
        """Let the province stand for the district where the file or the date has none."""
        if (self.units["district_code"] == "").all() or not self.rows["district"].any():
            self.rows = self.rows.assign(district_code=self.rows["province_code"])
            self.units = self.units.assign(district_code=self.units["province_code"])
            self.spans = self.spans.assign(district_code=self.spans["province_code"])

    def _pair(self, units: pd.DataFrame, rule: NameRule) -> None:
        rows = self.open
        if rows.empty:
            return
        free = units[~units["code"].isin(self.settled["code"])]
        paired = pair(rows, free, rule)
        rows, matched = rows.loc[paired.index], free.loc[paired]
        near = self._near(rows, matched) if rule.needs_position else np.full(len(rows), True)
        near &= self._nearer_than_code(rows, matched)
        self._settle_near(rows, matched, near, rule)

    def _settle_near(
        self, rows: pd.DataFrame, matched: pd.DataFrame, near: Flags, rule: NameRule
    ) -> None:
        """Settle rows on the units they are paired with; one that lies elsewhere stays in doubt."""
        codes = pd.Series(matched["code"].to_numpy(), index=rows.index, dtype=object)
        for row, code in codes[~near].items():
            self.doubts.setdefault(row, (code, f"{rule.name}, not confirmed by position"))
        self._settle_units(rows[near], codes[near], matched[near], rule.name, rule.score)

    def _near(self, rows: pd.DataFrame, units: pd.DataFrame) -> Flags:
        """Say for each row whether its polygon lies at the unit it is paired with.

        A unit without a point of its own is taken to lie beside the units of its district.
        """
        distance = _distance_m(rows, units)
        for place in np.flatnonzero(np.isnan(distance)):
            district = units["district_code"].iloc[place]
            mates = self.units[self.units["district_code"] == district]
            row = rows.iloc[[place] * len(mates)]
            if _distance_m(row, mates)[mates["lon"].notna()].min(initial=np.inf) <= BESIDE_M:
                distance[place] = 0.0
        return distance <= CONFIRMED_M

    def _nearer_than_code(self, rows: pd.DataFrame, units: pd.DataFrame) -> Flags:
        """Say for each row whether it lies no farther from the unit of its name than of its code.

        Where code and name disagree either may be wrong; the place tells, or else a person.
        """
        nearer = np.full(len(rows), True)
        named = self.units.drop_duplicates("code").set_index("code")
        for place, row in enumerate(rows.index):
            code, why = self.doubts.get(row, ("", ""))
            if why == DISAGREE:
                of_code = _distance_m(rows.iloc[[place]], named.loc[[code]])
                of_name = _distance_m(rows.iloc[[place]], units.iloc[[place]])
                nearer[place] = not (of_code < of_name).any()
        return nearer

    def _repeat(self, rule: NameRule) -> None:
        """Note rows that speak of one unit together: it goes to neither."""
        if self.open.empty:
            return
        twice = repeated(self.open, self.free, rule)
        if len(twice):
            codes = self.units["code"].loc[twice].set_axis(twice.index)
            rows = pd.DataFrame({"code": codes, "rule": rule.name})
            self.repeats = pd.concat([self.repeats, rows])

    def _listed_former_names(self) -> None:
        """Match names that the gazetteer lists as borne by, or merged into, a unit.

        They are listed without accents, and a divided unit under its largest part only: the polygon
        must lie at the unit's own point.
        """
        if self.open.empty:
            return
        units = self.units[self.units["former_names"] != ""]
        former = units.assign(name=units["former_names"].str.split(";")).explode("name")
        former = former[~_bears_name_now(former, self.units)].reset_index(drop=True)
        # A ward's number says nothing once the wards are merged and numbered anew.
        former = former[~former["name"].str.contains(r"\d", regex=True)]
        rule = NameRule("listed_former_name", _as_listed, 0.85)
        paired = pair(self.open, former, rule)
        rows, matched = self.open.loc[paired.index], former.loc[paired]
        self._settle_near(rows, matched, _distance_m(rows, matched) <= CONFIRMED_M, rule)

    def _reviewed_names(self) -> None:
        """Take old names of places that a person once looked up, each with its reason."""
        units = self.units[self.units["reviewed_names"] != ""]
        if units.empty:
            return
        places = units.assign(place=units["reviewed_names"].str.split(";")).explode("place")
        named = dict(zip(places["place"].map(full_name), places["code"], strict=True))
        rows = self.open
        codes = _place_texts(rows).map(named).dropna()
        self._settle_units(rows.loc[codes.index], codes, self.units, "reviewed_name", 0.9)

    def _settle_units(
        self, rows: pd.DataFrame, codes: pd.Series, units: pd.DataFrame, rule: str, score: float
    ) -> None:
        """Settle rows on units, and note how far each polygon lies from the unit's point."""
        if rows.empty:
            return
        known = units.drop_duplicates("code").set_index("code").loc[codes]
        settled = pd.DataFrame({"code": codes, "since": known["valid_from"].to_numpy()})
        away_m = _distance_m(rows, known)
        self._settle(settled.assign(rule=rule, score=score, distance_m=away_m))

    def _settle(self, rows: pd.DataFrame) -> None:
        # A person may decide that several rows are one unit; of a code in the file that is no word.
        twice = rows["code"].duplicated(keep=False) & (rows["rule"] == "code")
        self.repeats = pd.concat([self.repeats, rows.loc[twice, ["code", "rule"]]])
        kept = rows[~twice]
        self.settled = kept if self.settled.empty else pd.concat([self.settled, kept])

    def candidates(self, row: pd.Series, free: pd.DataFrame) -> tuple[tuple[str, str, float], ...]:
        """Return free units of the same district, or province, that are spelled alike."""
        if not row["name"]:
            return ()
        area = "district_code" if row["district_code"] else "province_code"
        pool = free[free[area] == row[area]] if row[area] else free
        if row.name in self.doubts:  # what a rule nearly said, though another row may have it
            code, _ = self.doubts[row.name]
            pool = pd.concat([self.units[self.units["code"] == code], pool])
        pool = pool.drop_duplicates("code")
        wanted = plain_name(row["name"])
        found = process.extract(
            wanted,
            spelled(pool["name"], plain_name).to_dict(),
            scorer=fuzz.ratio,
            limit=CANDIDATES,
            score_cutoff=LEAST_SCORE,
        )
        offered = [
            (pool.loc[place, "code"], pool.loc[place, "name"], round(score, 1))
            for _, score, place in found
        ]
        nearly, _ = self.doubts.get(row.name, ("", ""))  # its own code, called otherwise
        if nearly and nearly not in {code for code, *_ in offered}:
            name = pool.loc[pool["code"] == nearly, "name"].iloc[0]
            score = round(fuzz.ratio(wanted, plain_name(name)), 1)
            offered = [*offered[: CANDIDATES - 1], (nearly, name, score)]
        return tuple(offered)


def _bears_name_now(former: pd.DataFrame, units: pd.DataFrame) -> pd.Series:
    """Say which former names a unit of the same district still bears: it merged only later."""
    borne = set(units["district_code"] + "/" + spelled(units["name"], plain_full))
    borne |= set(units["district_code"] + "/" + spelled(units["name"], plain_joined))
    return (former["district_code"] + "/" + former["name"]).isin(borne)


def _as_listed(text: str) -> str:
    """Return the spelling of listed former names, which are already plain."""
    return text if text.isascii() and " " not in text else plain_full(text)


def _place_texts(table: pd.DataFrame) -> pd.Series:
    return table[["name", "district", "province"]].map(full_name).agg("|".join, axis=1)


def _names_agree(names: pd.Series, codes: pd.Series, spans: pd.DataFrame) -> pd.Series:
    """Say for each row whether its code ever bore its name; a row without a name agrees."""
    known = set(spans["code"] + "|" + spelled(spans["name"], plain_name))
    written = codes + "|" + spelled(names, plain_name)
    return written.isin(known) | (names == "")


def _distance_m(rows: pd.DataFrame, units: pd.DataFrame) -> Floats:
    """Return the distance from each polygon's inner point to the unit's point, row by row."""
    return distance_m(
        *rows[["x", "y"]].to_numpy(dtype=float).T, *units[["lon", "lat"]].to_numpy(dtype=float).T
    )
