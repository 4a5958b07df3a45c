"""Roads of a sheet with their lines as WKT, or of a layer of lines, checked against communes."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import WGS84
from geo.measure import length_km
from geo.overlay import length_by_unit
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.dataset.findings import REPORTED_TOLERANCE
from mtqg_geo.loading.communes.places import find_communes, periods_read
from mtqg_geo.loading.sheets.coordinates import Numbers, swapped
from mtqg_geo.loading.sheets.layout import GEOMETRY
from mtqg_geo.loading.sheets.numbers import number_values, read_numbers
from mtqg_geo.loading.sheets.rows import Notes, Objects, data_rows, place_of, started
from mtqg_geo.loading.sheets.table import ROW, Sheet, Table, Understood
from mtqg_geo.loading.sheets.words import Reading, refuse
from mtqg_geo.loading.tables.works import existing, give_ids, read_common, word_reader, work_key
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


def read_roads(
    sheet: Sheet,
    understood: Understood,
    data: Dataset,
    *,
    lines: gpd.GeoSeries | None = None,
    illustrative: bool = False,
) -> Table:
    """Return the roads of a sheet; a road that exists and has no line here keeps the one it has.

    Parameters
    ----------
    sheet, understood
        The table and what its columns are.
    data
        Communes, catalogue, and the roads there are.
    lines
        The lines by row number in WGS 84, if the sheet is the table of a layer.
    illustrative
        Whether the file holds made-up data; it then speaks of made-up roads.
    """
    rows = started(data_rows(sheet, understood))
    notes = Notes(rows)
    road = read_common(notes, data)
    for field, code, also in (
        (c.SURFACE, "works_surface", SURFACE_WORDS),
        (c.ROAD_CLASS, "works_class", CLASS_WORDS),
    ):
        road[field] = notes.read(field, word_reader(data.catalog, field, code, also))
    reported_km = _reported_km(notes)
    shapes = _of_sheet(notes) if lines is None else lines.reindex(rows.numbers).to_numpy()
    shapes = _checked(notes, np.asarray(shapes, dtype=object))
    pieces = _pieces(notes, data, shapes)
    there = existing(data.roads, data, illustrative=illustrative)
    places = _communes(notes, data, road[c.YEAR], pieces)
    road[c.ID] = give_ids(notes, road, places, _known(there), prefix=PREFIX)
    shapes = _with_kept(notes, shapes, road[c.ID], there)
    _check_places(notes, data, pieces)
    _check_lengths(notes, shapes, reported_km)
    wkb = np.array(shapely.to_wkb(shapes), dtype=object)
    return notes.table("roads", {**road, c.REPORTED_KM: reported_km, GEOMETRY: wkb})


def _reported_km(notes: Notes) -> Numbers:
    """Return the kilometres a report states, NaN where it states none."""
    rows, column = notes.rows, notes.rows.column(c.REPORTED_KM)
    numeric = percent = None
    if column is not None:
        place = place_of(column)
        numeric = rows.flags_at(rows.sheet.numeric, place)
        percent = rows.flags_at(rows.sheet.percent, place)
    texts = rows.texts(c.REPORTED_KM)
    numbers = read_numbers(texts, numeric=numeric, percent=percent)
    for at in np.flatnonzero(numbers.wrong):
        code = str(numbers.codes[at])
        why = Reading(None, code, number_values(code, str(texts.iloc[at])))
        notes.refuse_one(int(at), c.REPORTED_KM, why)
    km: Numbers = np.asarray(numbers.values)
    notes.refuse(km < 0, c.REPORTED_KM, refuse("works_negative_km"))
    return km


def _of_sheet(notes: Notes) -> Objects:
    """Return the lines of a column of WKT, None where there is none."""
    return notes.read(GEOMETRY, _read_wkt)


def _read_wkt(text: str) -> Reading:
    if not text:
        return Reading(None)
    with np.errstate(invalid="ignore"):  # a coordinate may be NaN, which is for `_checked` to say
        shape = shapely.from_wkt(text, on_invalid="ignore")
    return Reading(shape) if shape is not None else refuse("works_wkt", text=text[:40])


def _checked(notes: Notes, shapes: Objects) -> Objects:
    """Return plane lines in degrees, None where there is none; note what is no usable line."""
    shapes = np.array(shapely.force_2d(shapes), dtype=object)
    shapes[shapely.is_empty(shapes)] = None
    there = ~shapely.is_missing(shapes)
    field = GEOMETRY if notes.rows.has(GEOMETRY) else c.NAME
    no_line = there & ~np.isin(shapely.get_type_id(shapes), LINES)
    notes.refuse(no_line, field, refuse("works_no_line"))
    bounds = shapely.bounds(shapes)
    points, owner = shapely.get_coordinates(shapes, return_index=True)
    broken = np.zeros(len(shapes), dtype=bool)
    broken[owner[~np.isfinite(points).all(axis=1)]] = True
    notes.refuse(broken, field, refuse("works_not_finite"))
    usable = there & ~no_line & ~broken
    flat = usable & ~shapely.is_valid(shapes)
    notes.refuse(flat, field, refuse("works_invalid_line"))
    far = usable & ((np.abs(bounds[:, [0, 2]]) > 180) | (np.abs(bounds[:, [1, 3]]) > 90)).any(
        axis=1
    )
    turned = usable & swapped(bounds[:, 0], bounds[:, 1]) & swapped(bounds[:, 2], bounds[:, 3])
    for at in np.flatnonzero(turned):
        shapes[at] = shapely.transform(shapes[at], lambda xy: xy[:, ::-1])
        notes.warn(int(at), field, refuse("works_swapped"))
    notes.refuse(far & ~turned, field, refuse("works_line_metres"))
    shapes[~usable | flat | (far & ~turned)] = None
    return shapes


def _pieces(notes: Notes, data: Dataset, shapes: Objects) -> pd.DataFrame:
    """Return the kilometres of each line (by position) in each commune, `code` missing outside."""
    at = np.flatnonzero(~shapely.is_missing(shapes))
    lines = gpd.GeoDataFrame({ROW: at}, geometry=shapes[at], crs=WGS84)
    communes = data.communes[data.communes.geometry.notna()]
    return length_by_unit(lines, communes, line_id=ROW, unit_id=c.CODE)


def _communes(notes: Notes, data: Dataset, years: Objects, pieces: pd.DataFrame) -> list[str]:
    """Return the commune a road is told by: the one its row names, else that of most of it.

    A road belongs to the communes its line crosses, so that a wrong name is only mentioned.
    """
    found = find_communes(notes.rows, data, periods_read(years), required=False)
    notes.warnings += [*found.warnings, *found.errors]
    most = (
        pieces.dropna(subset=[c.CODE])
        .sort_values([c.LENGTH_KM, c.CODE], ascending=[False, True])
        .drop_duplicates(ROW)
        .set_index(ROW)[c.CODE]
    )
    return [code or str(most.get(at, "")) for at, code in enumerate(found.codes)]


def _known(roads: pd.DataFrame) -> Mapping[tuple[str, str, int], str]:
    """Return the ids of the roads there are by name, commune and year, if one has them alone."""
    keys = [
        (work_key(name, code, year), road)
        for name, codes, year, road in zip(
            roads[c.NAME], roads[c.COMMUNE_CODES], roads[c.YEAR], roads[c.ID], strict=True
        )
        for code in codes
    ]
    ids = pd.Series(
        [road for _, road in keys], index=pd.Index([key for key, _ in keys], tupleize_cols=False)
    )
    return dict(ids[~ids.index.duplicated(keep=False)])


def _with_kept(notes: Notes, shapes: Objects, ids: Objects, there: gpd.GeoDataFrame) -> Objects:
    """Return the lines with those of roads that exist where the row gives none."""
    now = there.set_index(c.ID).geometry.reindex(ids).to_numpy()
    kept = np.where(shapely.is_missing(shapes), now, shapes)
    field = GEOMETRY if notes.rows.has(GEOMETRY) else c.NAME
    missing = shapely.is_missing(kept)
    notes.refuse(missing & ~notes.bad, field, refuse("works_line_missing"))
    return kept


def _check_places(notes: Notes, data: Dataset, pieces: pd.DataFrame) -> None:
    """Refuse a road outside the province; mention one that leaves it."""
    if data.communes.geometry.isna().any():  # nobody can say then what lies outside
        return
    outside = pieces[c.CODE].isna()
    out_km = pieces[outside].groupby(ROW)[c.LENGTH_KM].sum()
    total_km = pieces.groupby(ROW)[c.LENGTH_KM].sum()
    inside = set(pieces.loc[~outside, ROW])
    for at, km in out_km.items():
        if notes.bad[at]:
            continue
        if at not in inside:
            notes.refuse_one(at, c.NAME, refuse("works_road_outside", total=_metres(km)))
        elif km > SEEN_KM:
            said = refuse("works_road_leaves", out=_metres(km), total=_metres(total_km[at]))
            notes.warn(at, c.NAME, said)


def _check_lengths(notes: Notes, shapes: Objects, reported_km: Numbers) -> None:
    """Mention a reported length that differs from the measured one by more than a tenth."""
    lines = gpd.GeoSeries(shapes, crs=WGS84).where(~notes.bad)
    measured_km = length_km(lines).to_numpy()
    apart = np.abs(reported_km / measured_km - 1) > REPORTED_TOLERANCE
    for at in np.flatnonzero(apart & ~notes.bad):
        reported, measured = _metres(reported_km[at]), _metres(measured_km[at])
        said = refuse("works_length_differs", reported=reported, measured=measured)
        notes.warn(int(at), c.REPORTED_KM, said)


def _metres(km: float) -> int:
    return round(float(km) * 1000)
