"""In which reference system a commune layer is: the one its file states, or one found by places."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import to_wgs84
from geo.errors import CRSError
from geo.identify import (
    MIN_POINTS,
    PLAUSIBLE_M,
    AxisOrder,
    CrsFinding,
    DatumFinding,
    assign_crs,
    check_datum,
    identify_crs,
)
from geo.validate import Issue
from mtqg_geo.boundaries.recognise import Recognition
from mtqg_geo.communes.gazetteer import Gazetteer
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.reference_systems import CANDIDATES

TRIED_SHOWN = 5


@dataclass(frozen=True)
class Placement:
    """Where the coordinates of a file lie.

    Parameters
    ----------
    crs
        The reference system, empty if none was found.
    source
        `file` (stated there), `given` (by a person) or `identified` (by comparison).
    median_m
        Median distance between communes and their known points; NaN if none could be compared.
    axis_order
        `yx` if northing and easting of the file are swapped.
    clear
        Whether the layer can be placed without asking.
    candidates
        Systems that fit best, with their median distance: what was tried, or, where a stated
        system is far off, what would fit instead.
    stated
        The system that the file states and that its coordinates cannot be of; empty if none.
    datum
        The system that the file seems to mean where the one it states lies to one side of it.
    """

    crs: str
    source: str
    median_m: float
    axis_order: AxisOrder = "xy"
    clear: bool = True
    candidates: tuple[tuple[str, float], ...] = ()
    stated: str = ""
    datum: DatumFinding | None = None

    @property
    def issues(self) -> tuple[Issue, ...]:
        """What a person should know of the placing."""
        tried = ", ".join(f"{crs} ({median_m:,.0f} m)" for crs, median_m in self.candidates)
        if not self.clear:
            return (Issue("crs_unclear", "error", 1, tried),)
        if self.source != "identified" and self.median_m > PLAUSIBLE_M:
            example = f"{self.median_m:,.0f} m" + (f"; {tried}" if tried else "")
            return (Issue("crs_doubtful", "error", 1, example),)
        if self.axis_order == "yx":
            return (Issue("axes_swapped", "info", 1, self.crs[:60]),)
        if self.datum is not None:
            example = f"{self.datum.distance_m:,.0f} m; {self.datum.crs}"
            return (Issue("datum_doubtful", "error", self.datum.n_points, example),)
        return ()


def stated_system(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the layer; without its system if that has no place on earth ("Non-Earth (Meter)")."""
    if layer.crs is None or layer.crs.is_geographic or layer.crs.is_projected:
        return layer
    return layer.set_crs(None, allow_override=True)


def is_on_earth(layer: gpd.GeoDataFrame) -> bool:
    """Say whether the stated system puts the layer on earth at all."""
    if layer.crs is None:
        return False
    bounds = np.asarray(to_wgs84(layer.geometry).total_bounds)
    return bool(np.isfinite(bounds).all() and (np.abs(bounds) <= [180, 90, 180, 90]).all())


def placed(
    features: gpd.GeoDataFrame,
    recognition: Recognition,
    gazetteer: Gazetteer,
    *,
    given: bool,
    known: Iterable[gpd.GeoDataFrame] = (),
) -> Placement:
    """Say in which system the coordinates are, by the points of the communes recognised.

    Parameters
    ----------
    features
        The layer as it was read, with the system stated or given, if any.
    recognition
        Which features are which communes.
    gazetteer
        Where the communes are.
    given
        Whether a person named the system.
    known
        Sets of units as of the day of the recognition, which tell more of a datum than points do.
    """
    points = _points(features, recognition)
    reference = gazetteer.at(recognition.file_day)[[c.CODE, c.LON, c.LAT]].dropna()
    if features.crs is None:
        return _identified(_finding(points, reference, CANDIDATES))
    stated = Placement(features.crs.to_string(), "given" if given else "file", math.nan)
    fit = _finding(points, reference, (stated.crs,))
    if fit is None:
        # The file cannot mean what it says: GeoJSON in metres is read as degrees, for example.
        found = _finding(points, reference, CANDIDATES)
        if found is None or given:
            return stated
        return replace(_identified(found), stated=stated.crs)
    # Some programs write northing first, whatever the stated system says of its axes.
    if fit.axis_order == "yx" and fit.clear:
        return replace(stated, median_m=fit.median_m, axis_order="yx")
    as_written = fit.table["axis_order"] == "xy"
    placing = replace(stated, median_m=float(fit.table.loc[as_written, "median_m"].iloc[0]))
    if placing.median_m <= PLAUSIBLE_M or len(points) < MIN_POINTS:
        if given:
            return placing
        now = points.assign(**{c.CODE: recognition.matches.set_index("feature")[c.CODE]})
        sides = [(points, reference), *((now, _middles(units)) for units in known)]
        return replace(placing, datum=_wrong_datum(sides, stated.crs))
    found = _finding(points, reference, CANDIDATES)
    return replace(placing, candidates=_tried(found) if found and found.clear else ())


def moved(features: gpd.GeoDataFrame, placing: Placement) -> gpd.GeoDataFrame:
    """Return the layer in WGS 84, as its placing says."""
    return to_wgs84(assign_crs(features, placing.crs, axis_order=placing.axis_order))


def _wrong_datum(
    sides: Iterable[tuple[pd.DataFrame, pd.DataFrame]], stated: str
) -> DatumFinding | None:
    """Return what the layer seems to mean instead of the system it states; None if that is right.

    Of several references the one decides around which the units scatter least and that tells.
    """
    found = []
    for points, reference in sides:
        try:
            found.append(check_datum(points, reference, stated=stated, candidates=CANDIDATES))
        except CRSError:  # nothing to compare with
            continue
    telling = [each for each in found if each is not None and each.better != "neither"]
    best = min(telling, key=lambda each: each.error_m, default=None)
    return best if best is not None and best.better == "other" else None


def _middles(units: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the middle of each unit of a set in WGS 84."""
    middle = np.asarray(shapely.centroid(units.geometry.array))
    return pd.DataFrame(
        {c.CODE: units[c.CODE], c.LON: shapely.get_x(middle), c.LAT: shapely.get_y(middle)}
    )


def _finding(
    points: pd.DataFrame, reference: pd.DataFrame, candidates: tuple[str, ...]
) -> CrsFinding | None:
    try:
        return identify_crs(points, reference, candidates=candidates)
    except CRSError:  # nothing to compare with, or no system puts it on earth
        return None


def _identified(found: CrsFinding | None) -> Placement:
    if found is None:
        return Placement("", "identified", math.nan, clear=False)
    return Placement(
        found.crs, "identified", found.median_m, found.axis_order, found.clear, _tried(found)
    )


def _tried(found: CrsFinding) -> tuple[tuple[str, float], ...]:
    best = found.table.drop_duplicates("crs").head(TRIED_SHOWN)
    return tuple(
        (str(crs), float(median_m))
        for crs, median_m in zip(best["crs"], best["median_m"], strict=True)
        if math.isfinite(median_m)
    )


def _points(features: gpd.GeoDataFrame, recognition: Recognition) -> pd.DataFrame:
    """Return the middle of each recognised feature, with the code it had at the file's date.

    Known points are nearer to middles than to points inside (2008: 570 m and 710 m off).
    """
    matches = recognition.matches
    middle = shapely.centroid(np.asarray(features.geometry.loc[matches["feature"]].array))
    middle = np.where(shapely.is_empty(middle), None, middle)  # an empty shape has no middle
    points = pd.DataFrame(
        {
            c.CODE: matches["source_code"].to_numpy(),
            "x": shapely.get_x(middle),
            "y": shapely.get_y(middle),
        },
        index=matches["feature"],
    )
    return points[np.isfinite(points[["x", "y"]]).all(axis=1)]
