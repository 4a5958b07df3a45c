"""What is wrong with a layer: findings to show, nothing changed.

A finding has a code, how many features it concerns and one of them as an example; its text is
written where its reader's language is known.
"""

from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike

from geo.errors import GeoError
from geo.shapes import Flags, Numbers, Shapes, is_finite, pairs_that_meet

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True)
class Issue:
    """One kind of finding in a layer.

    Attributes
    ----------
    code
        What was found, such as "duplicate_key".
    severity
        "error" (the layer cannot be used as it is), "warning" or "info".
    count
        How many features, or pairs of features, it concerns.
    example
        The key of the first of them, or its row where the key is missing.
    """

    code: str
    severity: Severity
    count: int
    example: str


def check_layer(layer: gpd.GeoDataFrame, *, key: str) -> list[Issue]:
    """Return what is wrong with the keys and shapes of a layer, one issue for each kind.

    Parameters
    ----------
    layer
        Features in any CRS.
    key
        Column that should name every feature once.

    Returns
    -------
    list of Issue
        Any of missing_geometry, empty_geometry, non_finite, invalid_geometry, missing_key and
        duplicate_key, in this order; all are errors. A feature has one fault of shape at most.

    Raises
    ------
    GeoError
        If the layer has no column `key`.
    """
    keys = _keys(layer, key)
    shapes = np.asarray(layer.geometry.array, dtype=object)
    is_missing, is_empty = shapely.is_missing(shapes), shapely.is_empty(shapes)
    is_non_finite = ~is_finite(shapes)
    is_invalid = ~(shapely.is_valid(shapes) | is_missing | is_empty | is_non_finite)
    no_key = is_unnamed(keys)
    found = {
        "missing_geometry": is_missing,
        "empty_geometry": is_empty,
        "non_finite": is_non_finite,
        "invalid_geometry": is_invalid,
        "missing_key": no_key,
        "duplicate_key": keys.duplicated().to_numpy() & ~no_key,
    }
    names = names_of(keys)
    return [
        issue for code, wrong in found.items() for issue in issues_of(code, "error", wrong, names)
    ]


def check_coverage(layer: gpd.GeoDataFrame, *, key: str | None = None) -> list[Issue]:
    """Return where neighbouring polygons do not fit together, both kinds as warnings.

    Parameters
    ----------
    layer
        Polygons that should tile their area; missing and invalid ones are left to `check_layer`.
    key
        Column for the examples; the index unless given.

    Returns
    -------
    list of Issue
        Any of mismatched_edges (polygons with an edge that no neighbour matches) and overlaps
        (pairs that share an area).
    """
    shapes = np.asarray(layer.geometry.array, dtype=object)
    is_usable = shapely.is_valid(shapes) & ~shapely.is_empty(shapes)
    names = (layer.index if key is None else _keys(layer, key)).astype(str).to_numpy()[is_usable]
    shapes = shapes[is_usable]
    if shapely.coverage_is_valid(shapes):
        return []
    mismatched = ~shapely.is_empty(shapely.coverage_invalid_edges(shapes))
    first, second = _overlapping(shapes)
    issues = issues_of("mismatched_edges", "warning", mismatched, names)
    if len(first):
        example = f"{names[first[0]]}, {names[second[0]]}"
        issues.append(Issue("overlaps", "warning", len(first), example))
    return issues


def issues_of(code: str, severity: Severity, wrong: Flags, names: ArrayLike) -> list[Issue]:
    """Return one issue of the features that are wrong, the first as its example; none if none is.

    >>> issues_of("gaps", "warning", np.array([False, True, True]), ["A", "B", "C"])
    [Issue(code='gaps', severity='warning', count=2, example='B')]
    """
    if not wrong.any():
        return []
    return [Issue(code, severity, int(wrong.sum()), str(np.asarray(names)[wrong][0]))]


def is_unnamed(keys: pd.Series) -> Flags:
    """Say which keys are missing or blank."""
    return np.asarray(keys.isna() | (keys.astype(str).str.strip() == ""), dtype=np.bool_)


def names_of(keys: pd.Series) -> Shapes:
    """Return what findings call each feature: its key, or its row where it has none."""
    names = np.where(is_unnamed(keys), "row " + keys.index.astype(str), keys.astype(str))
    return np.asarray(names, dtype=object)


def _overlapping(shapes: Shapes) -> tuple[Numbers, Numbers]:
    """Return the pairs of polygons whose interiors meet."""
    first, second = pairs_that_meet(shapes)
    meets = shapely.relate_pattern(shapes[first], shapes[second], "T********")
    first, second = first[meets], second[meets]
    order = np.lexsort((second, first))
    return first[order], second[order]


def _keys(layer: gpd.GeoDataFrame, key: str) -> pd.Series:
    if key not in layer.columns:
        msg = f"The layer has no column {key!r}; name one of {', '.join(map(str, layer.columns))}."
        raise GeoError(msg)
    return layer[key]
