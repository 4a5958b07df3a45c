"""Boundary sets: catalogued, dated, verified by checksum, dissolved without gaps."""

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely

from geo.crs import to_wgs84
from geo.errors import BoundaryError
from geo.io import read_layer

CATALOG = "catalog.toml"

# A shapefile cuts field names at ten characters; these are the whole ones.
_FULL_NAMES = {"dist_code": "district_code", "prov_code": "province_code"}


@dataclass(frozen=True)
class BoundarySet:
    """Boundaries of one area as in force from one date on.

    Attributes
    ----------
    vintage
        Date from which they are in force, as ``2023-04``.
    name, province
        What the set is called and the area it covers.
    accuracy
        How far the lines can be trusted, such as "approximate".
    source, licence
        Where they come from and how they may be used.
    note
        A word to the reader, by language.
    levels
        File of each level, such as "commune".
    sha256
        Checksum of the file of each level.
    """

    vintage: str
    name: str
    province: str
    accuracy: str
    source: str
    licence: str
    note: Mapping[str, str]
    levels: Mapping[str, Path]
    sha256: Mapping[str, str]

    @property
    def id(self) -> str:
        """Twelve characters that stand for the vintage and the content of all levels."""
        joined = self.vintage + "".join(self.sha256[level] for level in sorted(self.sha256))
        return hashlib.sha256(joined.encode()).hexdigest()[:12]

    def __hash__(self) -> int:
        """Serve as the key of a cache, though the mappings it holds cannot."""
        return hash(self.id)


def boundary_sets(folder: Path) -> tuple[BoundarySet, ...]:
    """Return the boundary sets of a folder as its catalogue lists them, the oldest first.

    Raises
    ------
    BoundaryError
        If the catalogue is absent, unreadable or incomplete, or lists a vintage twice.
    """
    path = Path(folder) / CATALOG
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))["set"]
        sets = [_boundary_set(entry, path.parent) for entry in entries]
    except OSError as error:
        where = {"file": path.name, "folder": str(path.parent)}
        raise BoundaryError.of("no_catalogue", **where) from error
    except (ValueError, KeyError, TypeError) as error:
        raise BoundaryError.of("catalogue_broken", file=path.name, reason=str(error)) from error
    vintages = [each.vintage for each in sets]
    if len(set(vintages)) < len(vintages):
        raise BoundaryError.of("vintage_twice", vintages=", ".join(vintages))
    return tuple(sorted(sets, key=lambda each: each.vintage))


def read_level(boundary_set: BoundarySet, level: str) -> gpd.GeoDataFrame:
    """Return the units of one level in WGS 84, after verifying the checksum of their file.

    Raises
    ------
    BoundaryError
        If the set has no such level, or its file is absent or not the catalogued one.
    ReadError
        If the file cannot be read.
    CRSError
        If the layer has no CRS.
    """
    path = _verified(boundary_set, level)
    return to_wgs84(read_layer(path)).rename(columns=_FULL_NAMES)


def dissolve(units: gpd.GeoDataFrame, *, by: str, columns: Sequence[str]) -> gpd.GeoDataFrame:
    """Return one feature for each value of `by`, sorted, made of the units that carry it.

    A valid coverage stays one: borders keep every vertex, so the result tiles like the units.

    Parameters
    ----------
    units
        Polygons with `by` and `columns`.
    by
        Column of the codes of the larger units.
    columns
        Columns to keep, which have one value within each larger unit.

    Raises
    ------
    BoundaryError
        If a unit has no value in `by`, or `columns` differ within a larger unit.

    Examples
    --------
    >>> shapes = shapely.box([0, 1, 2], 0, [1, 2, 3], 1)
    >>> communes = gpd.GeoDataFrame({"district": ["D1", "D1", "D2"]}, geometry=shapes)
    >>> dissolve(communes, by="district", columns=[]).area.tolist()
    [2.0, 1.0]
    """
    is_missing = units[by].isna()
    if is_missing.any():
        raise BoundaryError.of(
            "parent_missing",
            count=int(is_missing.sum()),
            total=len(units),
            column=by,
            row=str(units.index[is_missing][0]),
        )
    _require_constant(units, by, columns)
    is_coverage = shapely.coverage_is_valid(units.geometry.array)
    kept = units[[by, *columns, units.geometry.name]]
    return kept.dissolve(by=by, method="coverage" if is_coverage else "unary", as_index=False)[
        [by, *columns, units.geometry.name]
    ]


def _require_constant(units: gpd.GeoDataFrame, by: str, columns: Sequence[str]) -> None:
    for column in columns:
        n_values = units.groupby(by)[column].nunique(dropna=False)
        mixed = n_values.index[n_values > 1]
        if len(mixed):
            raise BoundaryError.of(
                "parent_mixed",
                count=len(mixed),
                total=len(n_values),
                parent=by,
                column=column,
                example=str(mixed[0]),
            )


def _boundary_set(entry: Mapping[str, Any], folder: Path) -> BoundarySet:
    texts = ("vintage", "name", "province", "accuracy", "source", "licence")
    return BoundarySet(
        **{field: str(entry[field]) for field in texts},
        note=dict(entry["note"]),
        levels={level: folder / path for level, path in entry["levels"].items()},
        sha256={level: entry["sha256"][level] for level in entry["levels"]},
    )


def _verified(boundary_set: BoundarySet, level: str) -> Path:
    vintage = boundary_set.vintage
    if level not in boundary_set.levels:
        known = ", ".join(boundary_set.levels)
        raise BoundaryError.of("level_absent", vintage=vintage, level=level, known=known)
    path = boundary_set.levels[level]
    if not path.is_file():
        raise BoundaryError.of("level_file_absent", file=path.name, vintage=vintage)
    if hashlib.sha256(path.read_bytes()).hexdigest() != boundary_set.sha256[level]:
        raise BoundaryError.of("level_file_altered", file=path.name, vintage=vintage)
    return path
