"""Roads of a sheet with their lines as WKT, or of a layer of lines, checked against communes."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.crs import WGS84
from geo.measure import length_km
from geo.overlay import length_by_unit
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.dataset.findings import REPORTED_TOLERANCE
from mtqg_geo.loading.communes.places import find_communes, periods_read
from mtqg_geo.loading.sheets.layout import GEOMETRY, word_reader
from mtqg_geo.loading.sheets.table import ROW, Table
from mtqg_geo.loading.sheets.words import Reading, refuse
from mtqg_geo.loading.tables.coordinates import swapped
from mtqg_geo.loading.tables.cost_and_dates import cost_and_dates
from mtqg_geo.loading.tables.draft import Draft, Objects
from mtqg_geo.loading.tables.work_ids import give_ids, known_works
from mtqg_geo.loading.tables.works import existing, read_common
from mtqg_geo.programme import columns as c

PREFIX = "D"
SEEN_KM = 0.05  # less than that outside is how a line meets a border
LINES = (shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING)
# Beside the words of the interface: what people write in tables.
SURFACE_WORDS = {
    "be tong": "concrete", "btxm": "concrete", "bt": "concrete", "be tong nhua": "asphalt",
    "duong nhua": "asphalt", "lang nhua": "asphalt", "da dam lang nhua": "asphalt",
    "duong cap phoi": "gravel", "da dam": "gravel", "cap phoi da dam": "gravel",
}  # fmt: skip
CLASS_WORDS = {
    "duong xa": "commune", "duong trung tam xa": "commune", "den trung tam xa": "commune",
    "trung tam xa": "commune", "lien xa": "inter_commune",
}  # fmt: skip


def read_roads(draft: Draft) -> Table:
    """Return the roads of a sheet, lines as WKT, or of a layer of lines.

    A road that exists and has no line here keeps the one it has.
    """
    data = draft.data
    road = read_common(draft)
    for field, code, also in (
        (c.SURFACE, "works_surface", SURFACE_WORDS),
        (c.ROAD_CLASS, "works_class", CLASS_WORDS),
    ):
        road[field] = draft.read(field, word_reader(data.catalog, field, code, also))
    reported_km = np.asarray(draft.numbers(c.REPORTED_KM).values)
    draft.refuse(reported_km < 0, c.REPORTED_KM, refuse("works_negative_km"))
    lines = draft.rows.sheet.shapes
    shapes = draft.read(GEOMETRY, _read_wkt) if lines is None else lines.reindex(draft.rows.numbers)
    shapes = _checked(draft, np.asarray(shapes, dtype=object))
    pieces = _pieces(data, shapes)
    there = existing(draft, data.roads)
    places = _communes(draft, road[c.YEAR], pieces)
    known = known_works(there, there[c.COMMUNE_CODES])
    road[c.ID] = give_ids(draft, road, places, known, prefix=PREFIX)
    road |= cost_and_dates(draft, road[c.ID], road[c.STATUS], there)
    shapes = _with_kept(draft, shapes, road[c.ID], there)
    _check_places(draft, pieces)
    _check_lengths(draft, shapes, reported_km)
    wkb = np.array(shapely.to_wkb(shapes), dtype=object)
    good = draft.good({**road, c.REPORTED_KM: reported_km, GEOMETRY: wkb})
    return draft.table(good.astype({c.YEAR: "int64"}), in_order=False)


def _read_wkt(text: str) -> Reading:
    if not text:
        return Reading(None)
    with np.errstate(invalid="ignore"):  # a coordinate may be NaN, which is for `_checked` to say
        shape = shapely.from_wkt(text, on_invalid="ignore")
    return Reading(shape) if shape is not None else refuse("works_wkt", text=text[:40])


def _checked(draft: Draft, shapes: Objects) -> Objects:
    """Return plane lines in degrees, None where there is none; note what is no usable line."""
    shapes = np.array(shapely.force_2d(shapes), dtype=object)
    shapes[shapely.is_empty(shapes)] = None
    there = ~shapely.is_missing(shapes)
    field = GEOMETRY if draft.rows.has(GEOMETRY) else c.NAME
    no_line = there & ~np.isin(shapely.get_type_id(shapes), LINES)
    draft.refuse(no_line, field, refuse("works_no_line"))
    bounds = shapely.bounds(shapes)
    points, owner = shapely.get_coordinates(shapes, return_index=True)
    broken = np.zeros(len(shapes), dtype=bool)
    broken[owner[~np.isfinite(points).all(axis=1)]] = True
    draft.refuse(broken, field, refuse("works_not_finite"))
    usable = there & ~no_line & ~broken
    flat = usable & ~shapely.is_valid(shapes)
    draft.refuse(flat, field, refuse("works_invalid_line"))
    far = usable & ((np.abs(bounds[:, [0, 2]]) > 180) | (np.abs(bounds[:, [1, 3]]) > 90)).any(
        axis=1
    )
    turned = usable & swapped(bounds[:, 0], bounds[:, 1]) & swapped(bounds[:, 2], bounds[:, 3])
    for at in np.flatnonzero(turned):
        shapes[at] = shapely.transform(shapes[at], lambda xy: xy[:, ::-1])
        draft.warn(int(at), field, refuse("works_swapped"))
    draft.refuse(far & ~turned, field, refuse("works_line_metres"))
    shapes[~usable | flat | (far & ~turned)] = None
    return shapes


def _pieces(data: Dataset, shapes: Objects) -> pd.DataFrame:
    """Return the kilometres of each line (by position) in each commune, `code` missing outside."""
    at = np.flatnonzero(~shapely.is_missing(shapes))
    lines = gpd.GeoDataFrame({ROW: at}, geometry=shapes[at], crs=WGS84)
    communes = data.communes[data.communes.geometry.notna()]
    return length_by_unit(lines, communes, line_id=ROW, unit_id=c.CODE)


def _communes(draft: Draft, years: Objects, pieces: pd.DataFrame) -> list[str]:
    """Return the commune a road is told by: the one its row names, else that of most of it.

    A road belongs to the communes its line crosses, so that a wrong name is only mentioned.
    """
    found = find_communes(draft.rows, draft.data, periods_read(years), required=False)
    draft.warnings += [*found.warnings, *found.errors]
    most = (
        pieces.dropna(subset=[c.CODE])
        .sort_values([c.LENGTH_KM, c.CODE], ascending=[False, True])
        .drop_duplicates(ROW)
        .set_index(ROW)[c.CODE]
    )
    return [code or str(most.get(at, "")) for at, code in enumerate(found.codes)]


def _with_kept(draft: Draft, shapes: Objects, ids: Objects, there: gpd.GeoDataFrame) -> Objects:
    """Return the lines with those of roads that exist where the row gives none."""
    now = there.set_index(c.ID).geometry.reindex(ids).to_numpy()
    kept = np.where(shapely.is_missing(shapes), now, shapes)
    field = GEOMETRY if draft.rows.has(GEOMETRY) else c.NAME
    missing = shapely.is_missing(kept)
    draft.refuse(missing & ~draft.bad, field, refuse("works_line_missing"))
    return kept


def _check_places(draft: Draft, pieces: pd.DataFrame) -> None:
    """Refuse a road outside the province; mention one that leaves it."""
    if draft.data.communes.geometry.isna().any():  # nobody can say then what lies outside
        return
    outside = pieces[c.CODE].isna()
    out_km = pieces[outside].groupby(ROW)[c.LENGTH_KM].sum()
    total_km = pieces.groupby(ROW)[c.LENGTH_KM].sum()
    inside = set(pieces.loc[~outside, ROW])
    for at, km in out_km.items():
        if draft.bad[at]:
            continue
        if at not in inside:
            why = refuse("works_road_outside", total=_metres(km))
            draft.refuse_each([(at, c.NAME, why)])
        elif km > SEEN_KM:
            said = refuse("works_road_leaves", out=_metres(km), total=_metres(total_km[at]))
            draft.warn(at, c.NAME, said)


def _check_lengths(draft: Draft, shapes: Objects, reported_km: NDArray[np.float64]) -> None:
    """Mention a reported length that differs from the measured one by more than a tenth."""
    lines = gpd.GeoSeries(shapes, crs=WGS84).where(~draft.bad)
    measured_km = length_km(lines).to_numpy()
    apart = np.abs(reported_km / measured_km - 1) > REPORTED_TOLERANCE
    for at in np.flatnonzero(apart & ~draft.bad):
        reported, measured = _metres(reported_km[at]), _metres(measured_km[at])
        said = refuse("works_length_differs", reported=reported, measured=measured)
        draft.warn(int(at), c.REPORTED_KM, said)


def _metres(km: float) -> int:
    return round(float(km) * 1000)
