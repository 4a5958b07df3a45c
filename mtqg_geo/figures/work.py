"""One site or road, everything that is known of it: what its card on the map says.

A road lies in the communes it crosses; their kilometres, as written, add up to its length as
written. One of 3.004 km that runs 1.502 km in each of two communes:

>>> stretches_of(pd.DataFrame({c.CODE: ["1", "2"], c.LENGTH_KM: [1.502, 1.502]}), {"1": "Xã Một"})
(Stretch(code='1', name='Xã Một', km=1.5), Stretch(code='2', name='2', km=1.5))
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.dataset.tables import SURFACES
from mtqg_geo.figures.costs import WorkKind
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Lang, Project, Status
from mtqg_geo.programme.words import KM_DECIMALS, parts_as_written, t

# How a link names one: `site:CT-2023-004`. A site and a road may have the same id.
PREFIXES: dict[WorkKind, str] = {"sites": "site", "roads": "road"}


@dataclass(frozen=True)
class Stretch:
    """How much of a road lies in a commune, as written; `code` is "" outside every commune."""

    code: str
    name: str
    km: float


@dataclass(frozen=True)
class Work:
    """A site or road.

    Attributes
    ----------
    key
        How a link names it.
    project
        None of a facility or road outside the programme.
    row
        All its columns.
    stretches
        Of a road, where it lies, the longest stretch first; none of a site.
    """

    kind: WorkKind
    key: str
    name: str
    project: Project | None
    status: Status
    year: int
    row: Mapping[str, Any]
    stretches: tuple[Stretch, ...] = ()


def work_key(kind: WorkKind, id_: str) -> str:
    """Return how a link names a site or road.

    >>> work_key("roads", "D-2023-01")
    'road:D-2023-01'
    """
    return f"{PREFIXES[kind]}:{id_}"


def layer_and_id(key: str) -> tuple[WorkKind, str] | None:
    """Return layer and id of what a link names; None where it names nothing.

    >>> layer_and_id("road:D-2023-01"), layer_and_id("D-2023-01")
    (('roads', 'D-2023-01'), None)
    """
    prefix, _, id_ = key.partition(":")
    return next(((kind, id_) for kind, each in PREFIXES.items() if each == prefix), None)


def find_work(data: Dataset, key: str) -> Work | None:
    """Return the site or road that a link names; None if there is none."""
    named = layer_and_id(key)
    if named is None:
        return None
    kind, id_ = named
    works = data.site_list if kind == "sites" else data.road_list
    found = np.flatnonzero(works[c.ID].to_numpy() == id_)
    if not len(found):
        return None
    row = works.iloc[found[0]].to_dict()
    stretches: tuple[Stretch, ...] = ()
    if kind == "roads":
        names = data.commune_list.set_index(c.CODE)[c.NAME]
        stretches = stretches_of(data.pieces[data.pieces[c.ID].to_numpy() == id_], names)
    else:
        point = data.sites.geometry.iloc[found[0]]
        row |= {c.LON: point.x, c.LAT: point.y}
    return Work(
        kind=kind,
        key=key,
        name=row[c.NAME],
        project=data.catalog.projects.get(row[c.PROJECT]),
        status=Status(row[c.STATUS]),
        year=int(row[c.YEAR]),
        row=row,
        stretches=stretches,
    )


def stretches_of(pieces: pd.DataFrame, names: Mapping[str, str]) -> tuple[Stretch, ...]:
    """Return where the pieces of one road lie, written so that they add up as written."""
    km = pieces[c.LENGTH_KM].groupby(pieces[c.CODE].fillna("").to_numpy()).sum()
    km = km.sort_values(ascending=False, kind="stable")
    written = parts_as_written(km.to_numpy(), KM_DECIMALS)
    return tuple(
        Stretch(code, names.get(code, code), float(each))
        for code, each in zip(km.index, written, strict=True)
    )


def surface_words(name: object, lang: Lang) -> str:
    """Name a surface; a file of roads need not say which."""
    return t(f"surface_{name if name in SURFACES else 'unknown'}", lang)
