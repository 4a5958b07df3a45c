"""Infrastructure sites of a sheet or a layer of points, checked against communes and catalogue."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import WGS84
from geo.measure import KM, nearest_km
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.loading.communes.places import find_communes, periods_read
from mtqg_geo.loading.communes.shapes import Grounds
from mtqg_geo.loading.sheets.coordinates import Numbers, read_coordinates, rounded
from mtqg_geo.loading.sheets.rows import Notes, Objects, data_rows, started
from mtqg_geo.loading.sheets.table import Sheet, Table, Understood
from mtqg_geo.loading.sheets.words import refuse
from mtqg_geo.loading.tables.works import (
    existing,
    give_ids,
    read_common,
    required,
    word_reader,
    work_key,
)
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Mask

NEAR_KM = 1.0  # boundaries are no truer than that; further out a site is in another province
EXACT, IN_COMMUNE, IN_DISTRICT = "exact", "commune", "district"
PREFIX = "CT"
# Beside the names of the catalogue: what people write in tables.
FACILITY_WORDS = {
    "nuoc": "water", "cap nuoc": "water", "nuoc sinh hoat": "water",
    "cong trinh nuoc sinh hoat": "water", "nuoc sinh hoat tap trung": "water",
    "tram y te xa": "health", "y te": "health", "truong": "school", "ha tang": "essential",
    "du lich": "tourism", "diem den du lich": "tourism", "di tich quoc gia": "relic",
    "lang ban": "village", "lang truyen thong": "village", "van hoa": "culture",
    "thiet che van hoa": "culture",
}  # fmt: skip
LOCATION_WORDS = {"chinh xac": EXACT, "trong xa": IN_COMMUNE, "trong huyen": IN_DISTRICT}


def read_sites(
    sheet: Sheet,
    understood: Understood,
    data: Dataset,
    *,
    points: gpd.GeoSeries | None = None,
    illustrative: bool = False,
) -> Table:
    """Return the sites of a sheet; its codes are those of the end of each site's year.

    A site without coordinates keeps the place it has; a new one is put inside its commune and
    marked as approximate.

    Parameters
    ----------
    sheet, understood
        The table and what its columns are.
    data
        Communes, catalogue, and the sites there are.
    points
        Where the sites are, by row number in WGS 84, if the sheet is the table of a layer.
    illustrative
        Whether the file holds made-up data; it then speaks of made-up sites.

    Raises
    ------
    LoadError
        `list_other_vintage` if the list is written for units that came after its years.
    """
    rows = started(data_rows(sheet, understood))
    notes = Notes(rows)
    site = read_common(notes, data)
    site[c.FACILITY] = notes.read(
        c.FACILITY,
        required(
            word_reader(data.catalog, c.FACILITY, "works_facility", FACILITY_WORDS),
            "works_no_facility",
        ),
    )
    accuracy = notes.read(
        c.LOCATION, word_reader(data.catalog, c.LOCATION, "works_location", LOCATION_WORDS)
    )
    lon, lat = read_coordinates(notes) if points is None else _of_points(notes, points)
    grounds = Grounds(data, site[c.YEAR])
    codes = _communes(notes, grounds, lon, lat)
    there = existing(data.site_list, data, illustrative=illustrative)
    site[c.ID] = give_ids(notes, site, list(codes), _known(there), prefix=PREFIX)
    _check_places(notes, grounds, codes, lon, lat, accuracy)
    place = _places(notes, grounds, site[c.ID], codes, lon, lat, accuracy, there)
    districts = data.commune_list.set_index(c.CODE)[c.DISTRICT_CODE]
    return notes.table(
        "sites",
        {
            **site,
            c.COMMUNE_CODE: codes,
            c.DISTRICT_CODE: districts.reindex(codes).to_numpy(dtype=object),
            **place,
        },
    )


def _of_points(notes: Notes, points: gpd.GeoSeries) -> tuple[Numbers, Numbers]:
    """Return the coordinates of a layer's points; a feature without one has NaN."""
    shapes = points.reindex(notes.rows.numbers).array
    kinds = shapely.get_type_id(shapes)
    is_point = kinds == shapely.GeometryType.POINT
    other = ~is_point & (kinds != shapely.GeometryType.MISSING)
    notes.refuse(other, c.NAME, refuse("works_no_point"))
    lon, lat = np.full(len(shapes), np.nan), np.full(len(shapes), np.nan)
    lon[is_point], lat[is_point] = shapely.get_x(shapes[is_point]), shapely.get_y(shapes[is_point])
    broken = is_point & ~shapely.is_empty(shapes) & ~np.isfinite(lon + lat)
    notes.refuse(broken, c.NAME, refuse("works_not_finite"))
    return rounded(lon), rounded(lat)


def _points(lon: Numbers, lat: Numbers) -> gpd.GeoSeries:
    points = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs=WGS84)
    return points.where(~(np.isnan(lon) | np.isnan(lat)))


def _communes(notes: Notes, grounds: Grounds, lon: Numbers, lat: Numbers) -> Objects:
    """Return the commune of every row: the one it names, else the one its point lies in."""
    periods = periods_read(grounds.periods)
    found = find_communes(notes.rows, grounds.data, periods, required=False)
    found.refuse_list()
    notes.errors += found.errors
    notes.warnings += found.warnings
    unknown = np.isin(notes.rows.numbers, [error.row for error in found.errors])
    notes.bad |= unknown
    codes = np.array(found.codes, dtype=object)
    silent = (codes == "") & ~unknown
    held = grounds.held(_points(lon, lat), silent)
    located = silent & (held != "")
    codes[located] = held[located]
    for at in np.flatnonzero(located & ~notes.bad).tolist():
        said = refuse("works_commune_found", name=grounds.name(codes[at], at))
        notes.warn(at, c.COMMUNE_CODE, said)
    notes.refuse(silent & ~located & ~notes.bad, c.COMMUNE_CODE, refuse("works_no_place"))
    return codes


def _shaped(data: Dataset) -> gpd.GeoDataFrame:
    return data.communes[data.communes.geometry.notna()]


def _known(sites: pd.DataFrame) -> Mapping[tuple[str, str, int], str]:
    """Return the ids of the sites there are by name, commune and year, where one has them alone."""
    keys = [
        work_key(*each)
        for each in zip(sites[c.NAME], sites[c.COMMUNE_CODE], sites[c.YEAR], strict=True)
    ]
    ids = pd.Series(sites[c.ID].to_numpy(), index=pd.Index(keys, tupleize_cols=False))
    return dict(ids[~ids.index.duplicated(keep=False)])


def _check_places(
    notes: Notes, grounds: Grounds, codes: Objects, lon: Numbers, lat: Numbers, accuracy: Objects
) -> None:
    """Refuse a site outside the province; mention one outside its commune."""
    communes = _shaped(grounds.data)
    given = ~np.isnan(lon) & ~np.isnan(lat) & ~notes.bad
    points = _points(lon, lat)
    own = grounds.shapes(codes)
    beside = np.flatnonzero(given & ~points.intersects(own, align=False))
    is_whole = len(communes) == len(grounds.data.communes)
    for at, out_km in nearest_km(points.iloc[beside], communes.geometry)[KM].items():
        if is_whole and out_km > NEAR_KM:
            notes.refuse_one(at, c.LON, refuse("works_outside_province", km=_km(out_km)))
        elif own[at] is not None and accuracy[at] != IN_DISTRICT:
            km = nearest_km(points.iloc[[at]], own.iloc[[at]])[KM].iloc[0]
            said = refuse("works_outside_commune", km=_km(km), name=grounds.name(codes[at], at))
            notes.warn(at, c.LON, said)


def _km(value: float) -> float:
    """Return kilometres as they are said, never as none at all."""
    return max(round(float(value), 1), 0.1)


def _places(
    notes: Notes,
    grounds: Grounds,
    ids: Objects,
    codes: Objects,
    lon: Numbers,
    lat: Numbers,
    accuracy: Objects,
    there: pd.DataFrame,
) -> Mapping[str, object]:
    """Return where every site is and how exactly that is known."""
    given = ~np.isnan(lon)
    now = there.set_index(c.ID).reindex(ids)
    kept = ~given & (now[c.COMMUNE_CODE].to_numpy() == codes)
    inside = grounds.inside(codes)
    placed: Mask = ~given & ~kept & inside.notna().to_numpy()
    notes.refuse(~given & ~kept & ~placed & ~notes.bad, c.LON, refuse("works_no_shape"))
    default = np.where(given, EXACT, IN_COMMUNE)
    said = np.where(placed & (accuracy == EXACT), IN_COMMUNE, accuracy)
    said = np.where((said == "") & kept, now[c.LOCATION].to_numpy(), said)
    choice = [given, kept]
    return {
        c.LON: rounded(np.select(choice, [lon, now[c.LON].astype(float)], inside.x.to_numpy())),
        c.LAT: rounded(np.select(choice, [lat, now[c.LAT].astype(float)], inside.y.to_numpy())),
        c.LOCATION: np.where(said == "", default, said),
    }
