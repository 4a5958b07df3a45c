"""What a code meant when: codes were used again for larger units, so each has spans of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from geo.boundaries import read_level
from geo.crosswalk import FROM, TO
from mtqg_geo.epochs import Epochs
from mtqg_geo.gazetteer import shipped_gazetteer
from mtqg_geo.lineage import delivered_sets, vintages
from mtqg_geo.names import full_name, normalised, plain_whole
from mtqg_geo.programme import columns as c


@dataclass(frozen=True)
class Span:
    """A unit from one day to another, in which figures kept their meaning (`epoch`)."""

    name: str
    start: str
    end: str
    epoch: int


@cache
def spans_of(epochs: Epochs, code: str) -> tuple[Span, ...]:
    """Return the spans of a code among the programme's units, one for each epoch it lasted."""
    spans = []
    for name, start, end in _histories().get(code, ()):
        changes = epochs.lineage.days_of_change
        edges = [day for day in changes if start < day and (not end or day < end)]
        for since, until in zip([start, *edges], [*edges, end], strict=True):
            epoch = epochs.on(since)
            if code in epochs.areas[epoch]:
                spans.append(Span(name, since, until, epoch))
    return tuple(spans)


def named_spans(spans: Sequence[Span], name: str) -> list[Span]:
    """Return the spans of a name; with the type that is written, where it was ever of that type.

    `Xã Kép` is the commune of 2025, not the `Thị trấn Kép` of before; `Kép` may be either. A text
    without any accent was typed, or lost them.
    """
    for spell in (full_name, normalised, *([plain_whole] if name.isascii() else [])):
        found = [span for span in spans if name and spell(span.name) == spell(name)]
        if found:
            return found
    return []


@cache
def successors(epochs: Epochs, start: int, end: int) -> dict[str, tuple[str, ...]]:
    """Return for each unit of an epoch the units of a later one that it became."""
    links = epochs.crosswalk(start, end).links
    return {str(code): tuple(sorted(rows[TO])) for code, rows in links.groupby(FROM)}


@cache
def unchanged(epochs: Epochs, start: int, end: int) -> frozenset[str]:
    """Return the codes that mean the same ground in an epoch and a later one."""
    links = epochs.crosswalk(start, end).links
    alone = ~(links[FROM].duplicated(keep=False) | links[TO].duplicated(keep=False))
    return frozenset(links.loc[alone & (links[FROM] == links[TO]), FROM])


def same_ground(epochs: Epochs, code: str, one: int, other: int) -> bool:
    """Say whether a code means the same ground in two epochs."""
    return one == other or code in unchanged(epochs, min(one, other), max(one, other))


@cache
def _histories() -> dict[str, list[tuple[str, str, str]]]:
    """Return the spans (name, first day, end) of every code of the province, oldest first."""
    province = read_level(delivered_sets()[vintages()[0]], "commune")[c.PROVINCE_CODE].iloc[0]
    units = shipped_gazetteer().in_province(str(province)).units.sort_values("valid_from")
    spans: dict[str, list[tuple[str, str, str]]] = {}
    columns = (units[column] for column in (c.CODE, c.NAME, "valid_from", "valid_to"))
    for code, name, start, end in zip(*columns, strict=True):
        spans.setdefault(code, []).append((name, start, end))
    return spans
