"""The reference system of a layer that names none, found from places that are known.

A bounding box tells next to nothing: a layer in one zone of a national grid looks plausible in
nearly all the others. Units that were recognised by name have a known point, and only one system
puts the whole layer there.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import degrees_of
from geo.errors import CRSError
from geo.measure import ELLIPSOID, distance_m
from geo.shapes import Floats

AxisOrder = Literal["xy", "yx"]

PLAUSIBLE_M = 5_000.0
SAME_ANSWER_M = 10.0
MIN_POINTS = 5

# Reference points are no centroids; all those of one province together were found 55 m to one side
# (root mean square over 62 provinces of Vietnam, sampling taken out).
_REFERENCE_BIAS_M = 60.0
# Systems that differ by a datum only (224 m in Vietnam) are told apart by the mean displacement,
# at these odds; those further apart by how far the units are from their points.
_ODDS = 20.0
_MUCH_BETTER = 3.0
_NEARBY_M = 2_000.0


@dataclass(frozen=True, eq=False)
class CrsFinding:
    """The reference system that fits best, and whether another fits nearly as well.

    Attributes
    ----------
    crs
        The best candidate, as given ("EPSG:9214").
    axis_order
        "xy" if the first coordinate of the file is the easting, "yx" if the two are swapped.
    median_m
        Median distance between the units and their reference points, in metres.
    runner_up, runner_up_median_m
        The best candidate that puts the layer elsewhere, with its median; None and infinity if no
        other puts it on earth.
    clear
        Whether the answer can be used without asking: five points or more, a plausible median,
        and a runner-up that is much worse.
    n_points
        How many units were compared.
    table
        All candidates in both orders, the best first: ``crs``, ``axis_order``, ``median_m``,
        ``offset_m`` (how far all units together lie to one side) and ``same_answer`` (within ten
        metres of the best).
    """

    crs: str
    axis_order: AxisOrder
    median_m: float
    runner_up: str | None
    runner_up_median_m: float
    clear: bool
    n_points: int
    table: pd.DataFrame


def identify_crs(
    points: pd.DataFrame, reference: pd.DataFrame, *, candidates: Sequence[str]
) -> CrsFinding:
    """Return the candidate that puts recognised units where the reference says they are.

    Parameters
    ----------
    points
        ``code``, ``x`` and ``y``: a point inside each unit in the coordinates of the file.
    reference
        ``code``, ``lon`` and ``lat``: where the units are, in WGS 84. Only codes that occur once
        on both sides are compared.
    candidates
        Systems to try, such as "EPSG:4326", each in both orders of axes; of two that give the
        same answer the first named is returned.

    Raises
    ------
    CRSError
        If no code occurs once on both sides, or no candidate puts the layer on earth.
    """
    pairs = _pairs(points, reference)
    trials = [_trial(pairs, crs, order) for crs in candidates for order in ("xy", "yx")]
    if not any(math.isfinite(trial.median_m) for trial in trials):
        msg = (
            f"None of the {len(candidates):,} reference systems tried puts the layer on earth "
            f"(first point: {pairs['x'].iloc[0]:g}, {pairs['y'].iloc[0]:g}); ask its maker."
        )
        raise CRSError(msg)
    ranked = _ranked(trials)
    best = ranked[0]
    apart_m = [_apart_m(best, trial) for trial in ranked]
    others = [
        (trial, apart)
        for trial, apart in zip(ranked, apart_m, strict=True)
        if apart >= SAME_ANSWER_M and math.isfinite(trial.median_m)
    ]
    rival = others[0][0] if others else None
    return CrsFinding(
        crs=best.crs,
        axis_order=best.axis_order,
        median_m=best.median_m,
        runner_up=rival.crs if rival else None,
        runner_up_median_m=rival.median_m if rival else math.inf,
        clear=len(pairs) >= MIN_POINTS
        and best.median_m < PLAUSIBLE_M
        and all(_is_clearly_worse(trial, best, apart) for trial, apart in others),
        n_points=len(pairs),
        table=_table(ranked, [apart < SAME_ANSWER_M for apart in apart_m]),
    )


@dataclass(frozen=True)
class DatumFinding:
    """Whether a layer lies to one side as a whole, as it does where its datum is named wrongly.

    Attributes
    ----------
    crs
        The system that differs from the stated one by a datum (or a scale) and fits best.
    distance_m, azimuth_deg
        How far, and in which direction from north, the stated system puts the units from there.
    better
        `other` or `stated` if one of the two is clearly the right one, else `neither`.
    error_m
        Standard error of the mean displacement: the smaller, the more the reference tells.
    n_points
        How many units were compared.
    """

    crs: str
    distance_m: float
    azimuth_deg: float
    better: Literal["other", "stated", "neither"]
    error_m: float
    n_points: int


def check_datum(
    points: pd.DataFrame, reference: pd.DataFrame, *, stated: str, candidates: Sequence[str]
) -> DatumFinding | None:
    """Compare a stated system with those that put the units nearby; None if there are none.

    A wrong datum moves a layer by some hundred metres and nothing looks wrong. The units scatter
    around their reference points by more than that, but not all to one side.

    Parameters
    ----------
    points, reference, candidates
        As for `identify_crs`.
    stated
        The system that the layer says it is in.

    Raises
    ------
    CRSError
        If no code occurs once on both sides.
    """
    pairs = _pairs(points, reference)
    given = _trial(pairs, stated, "xy")
    apart_m = {
        trial: _apart_m(given, trial) for trial in (_trial(pairs, crs, "xy") for crs in candidates)
    }
    nearby = [trial for trial in apart_m if SAME_ANSWER_M <= apart_m[trial] < _NEARBY_M]
    if not nearby:
        return None
    best = min(nearby, key=lambda trial: trial.offset_m)
    enough = len(pairs) >= MIN_POINTS and given.median_m < PLAUSIBLE_M
    better: Literal["other", "stated", "neither"] = "neither"
    if enough and _is_aside(given, best) and not _is_aside(best):
        better = "other"
    elif enough and _is_aside(best, given):
        better = "stated"
    azimuth, _, distance_m = ELLIPSOID.inv(best.lon, best.lat, given.lon, given.lat)
    return DatumFinding(
        best.crs,
        float(np.median(distance_m)),
        float(np.median(azimuth)) % 360,
        better,
        given.offset_error_m,
        len(pairs),
    )


def assign_crs(
    layer: gpd.GeoDataFrame, crs: str, *, axis_order: AxisOrder = "xy"
) -> gpd.GeoDataFrame:
    """Return the layer with a reference system named, its coordinates swapped if they are "yx"."""
    shapes = np.asarray(layer.geometry.array, dtype=object)
    if axis_order == "yx":
        shapes = shapely.transform(shapely.force_2d(shapes), lambda xy: xy[:, ::-1])
    return layer.set_geometry(gpd.GeoSeries(shapes, index=layer.index, crs=crs))


@dataclass(frozen=True, eq=False)
class _TriedSystem:
    """Where one candidate puts the units."""

    crs: str
    axis_order: AxisOrder
    lon: Floats
    lat: Floats
    median_m: float
    offset_m: float
    offset_error_m: float


def _pairs(points: pd.DataFrame, reference: pd.DataFrame) -> pd.DataFrame:
    known = reference.drop_duplicates("code", keep=False)[["code", "lon", "lat"]]
    given = points.drop_duplicates("code", keep=False)[["code", "x", "y"]]
    pairs = given.merge(known, on="code", validate="one_to_one")
    numbers = pairs[["x", "y", "lon", "lat"]].astype(float)
    pairs = pairs[np.isfinite(numbers).all(axis=1)]
    if pairs.empty:
        msg = (
            f"None of the {len(points):,} units has a known point to compare with; name the "
            "reference system of the layer yourself."
        )
        raise CRSError(msg)
    return pairs


def _trial(pairs: pd.DataFrame, crs: str, axis_order: AxisOrder) -> _TriedSystem:
    first, second = (pairs[axis].to_numpy(dtype=float) for axis in axis_order)
    lon, lat = degrees_of(first, second, crs)
    on_earth = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    lon, lat = np.where(on_earth, lon, np.nan), np.where(on_earth, lat, np.nan)
    azimuth, _, metres = ELLIPSOID.inv(pairs["lon"], pairs["lat"], lon, lat)
    metres = np.where(on_earth, metres, np.inf)
    if not on_earth.all():
        return _TriedSystem(crs, axis_order, lon, lat, float(np.median(metres)), math.inf, math.inf)
    east_m = metres * np.sin(np.radians(azimuth))
    north_m = metres * np.cos(np.radians(azimuth))
    return _TriedSystem(
        crs,
        axis_order,
        lon,
        lat,
        median_m=float(np.median(metres)),
        offset_m=math.hypot(float(np.median(east_m)), float(np.median(north_m))),
        offset_error_m=_error_of_median(east_m, north_m),
    )


def _ranked(trials: list[_TriedSystem]) -> list[_TriedSystem]:
    """Return the trials, the best first.

    The median distance finds the neighbourhood; within it all are dominated by the same scatter
    of the points, and the displacement of the whole tells more.
    """
    nearest = min(trials, key=lambda trial: trial.median_m)

    def rank(trial: _TriedSystem) -> tuple[bool, float]:
        is_nearby = _apart_m(nearest, trial) < _NEARBY_M
        return not is_nearby, trial.offset_m if is_nearby else trial.median_m

    return sorted(trials, key=rank)


def _is_clearly_worse(trial: _TriedSystem, best: _TriedSystem, apart_m: float) -> bool:
    if apart_m >= _NEARBY_M:
        return trial.median_m > _MUCH_BETTER * best.median_m
    return _is_aside(trial, best)


def _is_aside(trial: _TriedSystem, best: _TriedSystem | None = None) -> bool:
    """Say whether the units lie further to one side than chance, or than another system, allows."""
    variance = _REFERENCE_BIAS_M**2 + (best or trial).offset_error_m ** 2
    by_best = best.offset_m if best else 0.0
    return trial.offset_m**2 - by_best**2 > 2 * math.log(_ODDS) * variance


def _apart_m(one: _TriedSystem, other: _TriedSystem) -> float:
    """Return the median distance between where two candidates put the same units."""
    if np.isnan(one.lon).any() or np.isnan(other.lon).any():
        return math.inf
    return float(np.median(distance_m(one.lon, one.lat, other.lon, other.lat)))


def _error_of_median(*axes: Floats) -> float:
    """Return the standard error of the median of two axes that scatter alike."""
    centred = np.concatenate([axis - np.median(axis) for axis in axes])
    # For a normal distribution: sigma from the median deviation, the median's error from sigma.
    deviation = 1.4826 * float(np.median(np.abs(centred)))
    return 1.2533 * deviation / math.sqrt(len(centred) / 2)


def _table(trials: list[_TriedSystem], same: list[bool]) -> pd.DataFrame:
    columns = ("crs", "axis_order", "median_m", "offset_m")
    table = pd.DataFrame({name: [getattr(trial, name) for trial in trials] for name in columns})
    return table.assign(same_answer=same)
