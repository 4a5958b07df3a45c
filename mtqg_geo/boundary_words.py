"""Where a boundary set comes from and how it may be used, in the language of the reader.

The catalogue of the delivered sets says it in English, `wording/labels_boundaries.toml` in both
languages. An installed set says it as whoever installed it wrote it.
"""

from __future__ import annotations

from geo.boundaries import BoundarySet
from mtqg_geo.boundary_store import shipped_sets
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import t


def source_text(boundary_set: BoundarySet, lang: Lang) -> str:
    """Return where a set comes from."""
    return _said("source", boundary_set, boundary_set.source, lang)


def licence_text(boundary_set: BoundarySet, lang: Lang) -> str:
    """Return how a set may be used."""
    return _said("licence", boundary_set, boundary_set.licence, lang)


def _said(what: str, boundary_set: BoundarySet, written: str, lang: Lang) -> str:
    if boundary_set not in shipped_sets():
        return written
    return t(f"boundaries_{what}_{boundary_set.vintage.replace('-', '_')}", lang)
