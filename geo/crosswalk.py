"""Which units became which: a table of shares, joined into chains and turned round.

A *crosswalk* leads from the units of one date to those of another. Each link says how large a
share of a unit went to a successor. A share that nobody knows is missing (NaN), never guessed; it
is filled in only where nothing else is possible.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from geo.apportion import Floats, Numbers
from geo.errors import JoinError, refuse
from geo.join import require_texts

FROM, TO, SHARE, BASIS = "from_code", "to_code", "share", "basis"
COLUMNS = (FROM, TO, SHARE, BASIS)
TOLERANCE = 1e-6  # shares written with six decimals may miss 1 by this much for each successor


@dataclass(frozen=True, eq=False)
class Crosswalk:
    """Links from units to their successors, sorted; make one with `crosswalk_of`.

    Attributes
    ----------
    links
        Columns ``from_code``, ``to_code``, ``share`` (above 0 up to 1, or NaN = unknown) and
        ``basis`` (what the share is a share of, such as "area"; "" for a whole unit). The shares
        of a unit add up to 1.
    """

    links: pd.DataFrame

    @cached_property
    def sources(self) -> pd.Index:
        """Codes of the units that are led from, sorted."""
        return pd.Index(self.links[FROM].unique())

    @cached_property
    def targets(self) -> pd.Index:
        """Codes of the units that are led to, sorted."""
        return pd.Index(sorted(self.links[TO].unique()))

    @cached_property
    def spans(self) -> tuple[Numbers, Numbers]:
        """Row of the first link and number of links of each source."""
        first = np.flatnonzero(~self.links[FROM].duplicated().to_numpy())
        return first, np.diff(np.append(first, len(self.links)))

    @cached_property
    def split(self) -> frozenset[str]:
        """Codes of the units that went to several successors."""
        return frozenset(self.links.loc[self.links[FROM].duplicated(), FROM])

    @cached_property
    def unknown(self) -> frozenset[str]:
        """Codes of the units of which a share is unknown."""
        return frozenset(self.links.loc[self.links[SHARE].isna(), FROM])

    @cached_property
    def by_part(self) -> Crosswalk:
        """The links to parts instead of successors: `a`, or `a>x` and `a>y` of one that was split.

        >>> walk = crosswalk_of(pd.DataFrame({
        ...     "from_code": ["a", "a", "b"], "to_code": ["x", "y", "y"], "share": [0.9, 0.1, 1]}))
        >>> walk.by_part.links["to_code"].tolist()
        ['a>x', 'a>y', 'b']
        """
        pairs = zip(self.links[FROM], self.links[TO], strict=True)
        parts = [f"{start}>{end}" if start in self.split else start for start, end in pairs]
        return Crosswalk(self.links.assign(**{TO: pd.Series(parts, dtype=object)}))

    @cached_property
    def main_successors(self) -> pd.Series:
        """By source, the unit that most of it became (the first if shares are unknown)."""
        ordered = self.links.sort_values([FROM, SHARE], ascending=[True, False], kind="stable")
        return ordered.drop_duplicates(FROM).set_index(FROM)[TO]


def crosswalk_of(links: pd.DataFrame) -> Crosswalk:
    """Check links and return them as a crosswalk.

    Parameters
    ----------
    links
        Columns ``from_code``, ``to_code`` and ``share``; ``basis`` may be left out. If only one
        share of a unit is unknown, it is what the others leave.

    Raises
    ------
    JoinError
        If a code is empty, a pair comes twice, a share is not above 0 and up to 1, or the shares
        of a unit do not add up to 1.
    """
    basis = links[BASIS].astype(object).fillna("") if BASIS in links.columns else ""
    table = links[[FROM, TO, SHARE]].assign(**{BASIS: basis}).astype({SHARE: float})
    _require_codes(table)
    _require_shares(table)
    return _crosswalk(_with_remainders(table))


def identity(codes: Iterable[str]) -> Crosswalk:
    """Return the crosswalk on which every unit stays what it is."""
    kept = sorted(set(codes))
    return _crosswalk(pd.DataFrame({FROM: kept, TO: kept, SHARE: 1.0, BASIS: ""}))


def compose(first: Crosswalk, then: Crosswalk) -> Crosswalk:
    """Return the crosswalk that follows one after the other.

    A target of `first` that `then` does not speak of stays what it is; a source of `then` that
    `first` does not lead to is left out. Shares along a way multiply and ways add up; a way with
    an unknown share is unknown, unless all ways of a unit end in the same place.

    `a` is split, then one half of it is united with `b`:

    >>> first = crosswalk_of(pd.DataFrame(
    ...     {"from_code": ["a", "a", "b"], "to_code": ["x", "y", "b"], "share": [0.6, 0.4, 1]}))
    >>> then = crosswalk_of(pd.DataFrame({"from_code": ["y", "b"], "to_code": "z", "share": 1}))
    >>> compose(first, then).links[["from_code", "to_code", "share"]].to_numpy().tolist()
    [['a', 'x', 0.6], ['a', 'z', 0.4], ['b', 'z', 1.0]]
    """
    onward = then.links.rename(columns={FROM: "via", TO: "end", SHARE: "onward", BASIS: "how"})
    ways = first.links.rename(columns={TO: "via"}).merge(onward, on="via", how="left")
    stays = ways["end"].isna()
    ways["end"] = ways["end"].where(~stays, ways["via"])
    ways[SHARE] = ways[SHARE] * ways["onward"].where(~stays, 1.0)
    by_pair = ways.groupby([FROM, "end"], sort=True)[SHARE]
    is_known = by_pair.count() == by_pair.size()
    table = by_pair.sum().where(is_known).reset_index().rename(columns={"end": TO})
    alone = ~table[FROM].duplicated(keep=False)
    # Wherever the parts went, they met again.
    table = table.assign(**{SHARE: table[SHARE].mask(alone, 1.0)})
    bases = _bases(ways)
    table[BASIS] = [
        "" if is_alone else bases.get(code, "")
        for code, is_alone in zip(table[FROM], alone, strict=True)
    ]
    return _crosswalk(_with_remainders(table))


def _bases(ways: pd.DataFrame) -> dict[str, str]:
    """Return by source every basis its ways rest on, where there is one."""
    bases: dict[str, set[str]] = {}
    for column in (BASIS, "how"):
        named = ways[ways[column].notna() & (ways[column] != "")]
        for code, basis in zip(named[FROM], named[column], strict=True):
            bases.setdefault(code, set()).add(basis)
    return {code: "; ".join(sorted(names)) for code, names in bases.items()}


def reverse(
    crosswalk: Crosswalk, *, weights: pd.Series | None = None, basis: str = ""
) -> Crosswalk:
    """Return the way back: how much of each new unit came from which old one.

    >>> there = crosswalk_of(pd.DataFrame({"from_code": ["a", "b"], "to_code": "x", "share": 1}))
    >>> reverse(there, weights=pd.Series({"a": 300, "b": 100})).links["share"].tolist()
    [0.75, 0.25]

    Parameters
    ----------
    crosswalk
        The way there.
    weights
        Size of each old unit by code (households, area), of which a new unit is made; without
        it, only a unit made of a single old one has a known share, which is 1.
    basis
        What the weights are.
    """
    links = crosswalk.links
    if weights is None:
        sizes = pd.Series(np.nan, index=links.index)
    else:
        sizes = links[FROM].map(weights).astype(float) * links[SHARE]
    whole = sizes.groupby(links[TO]).transform(lambda parts: parts.sum(skipna=False))
    shares = (sizes / whole).where(whole > 0)
    alone = ~links[TO].duplicated(keep=False)
    table = pd.DataFrame(
        {
            FROM: links[TO],
            TO: links[FROM],
            SHARE: shares.mask(alone, 1.0),
            BASIS: np.where(alone, "", basis),
        }
    )
    # A unit of size nothing had no part in its successor.
    return _crosswalk(table[~(table[SHARE] == 0)])


def _crosswalk(table: pd.DataFrame) -> Crosswalk:
    """Sort the links, and hold their texts as Python objects, the same in every crosswalk."""
    plain = table[list(COLUMNS)].astype(dict.fromkeys((FROM, TO, BASIS), object))
    return Crosswalk(plain.sort_values([FROM, TO], ignore_index=True))


def _require_codes(table: pd.DataFrame) -> None:
    for column in (FROM, TO):
        what, cure = f"links have no {column} as text", "read the column as text and fill it"
        require_texts(table[column], what, cure)
    pairs = table[FROM] + " → " + table[TO]
    refuse(JoinError, pairs.duplicated(), pairs, "links come twice", "keep one of each")


def _require_shares(table: pd.DataFrame) -> None:
    outside = ~(table[SHARE].isna() | ((table[SHARE] > 0) & (table[SHARE] <= 1)))
    links = map("{} → {}: {}".format, table[FROM], table[TO], table[SHARE])
    refuse(JoinError, outside, links, "shares are not above 0 and up to 1", "correct them")
    by_source = table.groupby(FROM)[SHARE]
    known, n_known = by_source.sum(), by_source.count()
    gaps = by_source.size() - n_known
    slack = TOLERANCE * by_source.size()
    wrong = ((known - 1).abs() > slack).where(gaps == 0, known >= 1 - slack)
    if wrong.any():
        code = wrong.index[wrong][0]
        msg = (
            f"The shares of {wrong.sum():,} of {len(wrong):,} units do not add up to 1 "
            f"(first: {code}: {known[code]:.6g}); correct them, or leave unknown ones empty."
        )
        raise JoinError(msg)


def _with_remainders(table: pd.DataFrame) -> pd.DataFrame:
    """Fill in a share that alone is unknown beside known ones, and let the others add up to 1."""
    by_source = table.groupby(FROM)[SHARE]
    known: Floats = by_source.transform("sum").to_numpy(dtype=np.float64)
    count, size = by_source.transform("count").to_numpy(), by_source.transform("size").to_numpy()
    share = table[SHARE].to_numpy(dtype=np.float64)
    left = np.isnan(share) & (size - count == 1)  # all of it, if it is the only link
    complete = (size == count) & (known > 0)
    share = np.where(left, 1 - known, np.where(complete, share / known, share))
    # What is left rests on the basis that the known shares of the source have.
    beside = table[BASIS].replace("", None).groupby(table[FROM]).transform("first").fillna("")
    return table.assign(**{SHARE: share, BASIS: table[BASIS].where(~left, beside)})
