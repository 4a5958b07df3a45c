"""From any commune layer to a boundary set: read, decode, place, recognise, repair, report."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geo.boundaries import dissolve
from geo.crs import to_wgs84
from geo.errors import CRSError
from geo.identify import AxisOrder, assign_crs, identify_crs
from geo.repair import Repair, repair_coverage
from geo.sandbox import read_untrusted
from geo.validate import Issue
from mtqg_geo import columns as c
from mtqg_geo.encodings import EncodingChoice, best_encoding, decode
from mtqg_geo.gazetteer import Gazetteer, shipped_gazetteer
from mtqg_geo.recognise import Recognition, recognise
from mtqg_geo.vn_crs import CANDIDATES

TOLERANCE_M = 30.0  # gaps up to this width are digitising errors at the scale of commune layers
UNIT_COLUMNS = (
    c.CODE,
    c.NAME,
    c.TYPE,
    c.DISTRICT_CODE,
    c.DISTRICT,
    c.PROVINCE_CODE,
    c.PROVINCE,
)
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Placing:
    """Where the coordinates of a file lie: `source` is `file` or `identified`."""

    crs: str
    source: str
    median_m: float
    axis_order: AxisOrder = "xy"
    clear: bool = True
    candidates: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, eq=False)
class Checked:
    """A layer after the check: what it holds, and the units it would become.

    `features` are the rows of the file, decoded and in WGS 84; `units` one row per commune of
    `day`, repaired, or None when the layer could not be placed; `missing` the communes of the
    province that the layer does not cover.
    """

    file: str
    day: str
    features: gpd.GeoDataFrame
    encoding: EncodingChoice
    placing: Placing
    recognition: Recognition
    repair: Repair | None
    units: gpd.GeoDataFrame | None
    missing: pd.DataFrame
    issues: tuple[Issue, ...]
    accepted: frozenset[str]

    @property
    def blocking(self) -> tuple[Issue, ...]:
        """The errors nobody has accepted; without any, the set is ready to install."""
        return tuple(
            issue
            for issue in self.issues
            if issue.severity == "error" and issue.code not in self.accepted
        )

    @property
    def is_ready(self) -> bool:
        """Whether the set can be installed."""
        return self.units is not None and not self.blocking


def check_file(
    path: Path,
    *,
    vintage: str,
    key: str | None = None,
    mapping: pd.DataFrame | None = None,
    accepted: Collection[str] = (),
    gazetteer: Gazetteer | None = None,
    progress: Progress = lambda step, share: None,
) -> Checked:
    """Check a commune layer that somebody sent.

    Parameters
    ----------
    path
        Shapefile (zipped), GeoPackage, GeoJSON, GeoParquet or FlatGeobuf; read in a child process.
    vintage
        Month from which the boundaries are in force, such as `2023-04`; its units are recognised.
    key
        Name of the code column, found by its content if left out.
    mapping
        Decisions of a person from an earlier file.
    accepted
        Codes of error issues that shall not stop the installation.
    gazetteer
        Units and their history; the shipped one if left out.
    progress
        Called with the name of a step and the share done.

    Raises
    ------
    ReadError
        If the file cannot be read at all: one sentence says why.
    """
    gazetteer = gazetteer or shipped_gazetteer()
    day = f"{vintage}-28"
    progress("read", 0.05)
    raw = read_untrusted(path, encoding="latin-1")
    progress("decode", 0.3)
    features, encoding = _decoded(raw, gazetteer)
    progress("recognise", 0.4)
    located = features.crs is not None
    recognition = recognise(
        to_wgs84(features) if located else features, gazetteer, key=key, mapping=mapping, day=day
    )
    progress("place", 0.6)
    placing = _placed(features, recognition, gazetteer, day)
    units = repair = None
    if placing.clear:
        features = to_wgs84(assign_crs(features, placing.crs, axis_order=placing.axis_order))
        if not located:  # with coordinates, the weaker name rules can be confirmed
            recognition = recognise(features, gazetteer, key=key, mapping=mapping, day=day)
        progress("repair", 0.7)
        codes = _codes(recognition, gazetteer, with_duplicates="duplicate_features" in accepted)
        units, repair = _units(features, codes, gazetteer.at(day))
    missing = _missing(recognition, gazetteer, day)
    progress("report", 0.95)
    issues = (*_recognition_issues(recognition, missing), *_placing_issues(placing))
    if repair is not None:
        issues = (*issues, *repair.issues, *repair.after)
    return Checked(
        file=path.name,
        day=day,
        features=features,
        encoding=encoding,
        placing=placing,
        recognition=recognition,
        repair=repair,
        units=units,
        missing=missing,
        issues=issues,
        accepted=frozenset(accepted),
    )


def _decoded(
    raw: gpd.GeoDataFrame, gazetteer: Gazetteer
) -> tuple[gpd.GeoDataFrame, EncodingChoice]:
    """Decode every text column with the one encoding that makes most names known."""
    texts = [
        name
        for name in raw.columns.drop(raw.geometry.name)
        if pd.api.types.infer_dtype(raw[name], skipna=True) == "string"
    ]
    names = set(gazetteer.units[c.NAME]) | set(gazetteer.units[c.DISTRICT])
    choice = best_encoding([raw[name].dropna() for name in texts], names)
    decoded = {
        name: raw[name].map(lambda text: decode(text, choice.name), na_action="ignore")
        for name in texts
    }
    return raw.assign(**decoded), choice


def _placed(
    features: gpd.GeoDataFrame, recognition: Recognition, gazetteer: Gazetteer, day: str
) -> Placing:
    """Say in which system the coordinates are; without one in the file, by comparison."""
    points = _points(features, recognition)
    reference = gazetteer.at(recognition.file_day)[[c.CODE, c.LON, c.LAT]].dropna()
    stated = features.crs
    candidates = (stated.to_string(),) if stated is not None else CANDIDATES
    try:
        finding = identify_crs(points, reference, candidates=candidates)
    except CRSError:
        if stated is None:
            return Placing("", "identified", math.nan, clear=False)
        return Placing(stated.to_string(), "file", math.nan)
    if stated is not None:
        return Placing(stated.to_string(), "file", finding.median_m)
    tried = tuple(
        (row["crs"], float(row["median_m"]))
        for _, row in finding.table.drop_duplicates("crs").head(5).iterrows()
    )
    return Placing(
        finding.crs, "identified", finding.median_m, finding.axis_order, finding.clear, tried
    )


def _points(features: gpd.GeoDataFrame, recognition: Recognition) -> pd.DataFrame:
    """Return a point inside each recognised feature, with the code it had at the file's date."""
    matches = recognition.matches
    inside = features.geometry.loc[matches["feature"]].representative_point()
    points = pd.DataFrame(
        {
            c.CODE: matches["source_code"].to_numpy(),
            "x": inside.x.to_numpy(),
            "y": inside.y.to_numpy(),
        }
    )
    return points.dropna()


def _codes(recognition: Recognition, gazetteer: Gazetteer, *, with_duplicates: bool) -> pd.Series:
    """Return the code of each feature that becomes part of a unit; duplicates only if accepted."""
    codes = recognition.matches.set_index("feature")[c.CODE]
    if not with_duplicates:
        return codes
    doubles = recognition.duplicates.set_index("feature")[c.CODE].map(
        lambda code: gazetteer.current_code(code, recognition.day, since=recognition.file_day)
    )
    return pd.concat([codes, doubles.dropna()])


def _units(
    features: gpd.GeoDataFrame, matches: pd.Series, listed: pd.DataFrame
) -> tuple[gpd.GeoDataFrame | None, Repair | None]:
    """Repair the recognised features and make one unit of those that became one commune."""
    if matches.empty:
        return None, None
    names = listed.drop_duplicates(c.CODE).set_index(c.CODE)
    recognised = gpd.GeoDataFrame(
        {c.CODE: matches, "feature": matches + "#" + matches.index.astype(str)},
        geometry=features.geometry.loc[matches.index],
    )
    repair = repair_coverage(recognised, key="feature", tolerance_m=TOLERANCE_M)
    shaped = repair.layer.dropna(subset=["geometry"])
    units = dissolve(shaped, by=c.CODE, columns=[])
    described = units.assign(**{name: units[c.CODE].map(names[name]) for name in UNIT_COLUMNS[1:]})
    return described[[*UNIT_COLUMNS, "geometry"]], repair


def _missing(recognition: Recognition, gazetteer: Gazetteer, day: str) -> pd.DataFrame:
    """Return the communes of the provinces concerned that no feature stands for."""
    units = gazetteer.at(day)
    found = units[c.CODE].isin(recognition.matches[c.CODE])
    counts = units[found][c.PROVINCE_CODE].value_counts()
    concerned = counts.index[counts >= 0.05 * counts.sum()]
    return units[units[c.PROVINCE_CODE].isin(concerned) & ~found]


def _recognition_issues(recognition: Recognition, missing: pd.DataFrame) -> tuple[Issue, ...]:
    tables = (
        ("unmatched_features", "error", recognition.unmatched, c.NAME),
        ("doubtful_features", "error", recognition.doubtful, c.NAME),
        ("duplicate_features", "error", recognition.duplicates, c.NAME),
        ("set_aside_features", "info", recognition.set_aside, c.NAME),
        ("missing_communes", "warning", missing, c.NAME),
    )
    issues = [
        Issue(code, severity, len(table), str(table[label].iloc[0]))  # type: ignore[arg-type]
        for code, severity, table, label in tables
        if len(table)
    ]
    if recognition.matches.empty:
        issues.append(Issue("nothing_recognised", "error", 1, ""))
    return tuple(issues)


def _placing_issues(placing: Placing) -> tuple[Issue, ...]:
    if not placing.clear:
        tried = ", ".join(f"{crs} ({median_m:,.0f} m)" for crs, median_m in placing.candidates)
        return (Issue("crs_unclear", "error", 1, tried),)
    if placing.source == "file" and placing.median_m > 5_000:
        return (Issue("crs_doubtful", "warning", 1, f"{placing.crs} ({placing.median_m:,.0f} m)"),)
    return ()


def accept(checked: Checked, codes: Collection[str]) -> Checked:
    """Return the check with further error issues accepted."""
    return replace(checked, accepted=checked.accepted | frozenset(codes))
