"""Infrastructure sites of a sheet or a layer of points, checked against communes and catalogue."""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import WGS84
from geo.measure import KM, nearest_km
from mtqg_geo.dataset.findings import BESIDE_KM
from mtqg_geo.dataset.places import EXACT, IN_COMMUNE, IN_DISTRICT
from mtqg_geo.loading.communes.places import periods_read
from mtqg_geo.loading.communes.shapes import UnitShapes
from mtqg_geo.loading.sheets.layout import word_reader
from mtqg_geo.loading.sheets.table import Table
from mtqg_geo.loading.sheets.words import Reader, plain, refuse, required
from mtqg_geo.loading.tables.coordinates import Degrees, is_place, read_coordinates, rounded
from mtqg_geo.loading.tables.cost_and_dates import cost_and_dates
from mtqg_geo.loading.tables.draft import Draft, Objects
from mtqg_geo.loading.tables.work_ids import give_ids, known_works
from mtqg_geo.loading.tables.works import distance_words, existing, read_common
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Mask

NEAR_KM = 1.0  # boundaries are no truer than that; further out a site is in another province
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
PLACE_HEADING = "vi tri"
LOCATION_WORDS = {"chinh xac": EXACT, "trong xa": IN_COMMUNE, "trong huyen": IN_DISTRICT}


def read_sites(draft: Draft) -> Table:
    """Return the sites of a sheet or a layer of points.

    Codes are those of the end of each site's year. A site without coordinates keeps the place it
    has; a new one is put inside its commune and marked as approximate: where borders change, or
    several stand on one spot, `dataset.places` gives it another place for the map.

    Raises
    ------
    LoadError
        `list_other_vintage` if the list is written for units that came after its years.
    """
    data = draft.data
    site = read_common(draft)
    facilities = word_reader(data.catalog, c.FACILITY, "works_facility", FACILITY_WORDS)
    site[c.FACILITY] = draft.read(c.FACILITY, required(facilities, "works_no_facility"))
    locations = word_reader(data.catalog, c.LOCATION, "works_location", LOCATION_WORDS)
    accuracy = _accuracy(draft, locations)
    shapes = UnitShapes(data, site[c.YEAR])
    codes = draft.communes(periods_read(shapes.periods), required=False).copy()
    points = draft.rows.sheet.shapes
    lon, lat = (
        _of_points(draft, points) if points is not None else (np.full(len(codes), np.nan),) * 2
    )
    if (asked := np.isnan(lon) & ~draft.bad).any():
        written = read_coordinates(draft, lambda: shapes.shapes(codes), asked)
        lon, lat = (np.where(asked, new, old) for new, old in zip(written, (lon, lat), strict=True))
    _find_communes(draft, shapes, codes, lon, lat)
    there = existing(draft, data.site_list)
    known = known_works(there, ([code] for code in there[c.COMMUNE_CODE]))
    site[c.ID] = give_ids(draft, site, list(codes), known, prefix=PREFIX)
    site |= cost_and_dates(draft, site[c.ID], site[c.STATUS], there)
    _check_places(draft, shapes, codes, lon, lat, accuracy)
    place = _places(draft, shapes, site[c.ID], codes, lon, lat, accuracy, there)
    districts = data.commune_list.set_index(c.CODE)[c.DISTRICT_CODE]
    district = districts.reindex(codes).to_numpy(dtype=object)
    columns = {**site, c.COMMUNE_CODE: codes, c.DISTRICT_CODE: district, **place}
    good = draft.good(columns)
    return draft.table(good.astype({c.YEAR: "int64"}), in_order=False)


def _accuracy(draft: Draft, locations: Reader) -> Objects:
    """Return how exactly each place is known; below "Vị trí" people write places and addresses."""
    column = draft.rows.column(c.LOCATION)
    if column is None or plain(column.heading) != PLACE_HEADING:
        return draft.read(c.LOCATION, locations)
    said = draft.rows.read(c.LOCATION, locations)
    wrong = said.wrong & ~draft.rows.distinct(c.LOCATION).where(is_place)
    if wrong.any():
        at = int(np.argmax(wrong))
        text = draft.rows.distinct(c.LOCATION).at(at)
        why = refuse("works_location_words", count=int(wrong.sum()), text=text)
        draft.warn(at, c.LOCATION, why)
    return np.where(said.wrong, "", said.values)


def _of_points(draft: Draft, points: gpd.GeoSeries) -> tuple[Degrees, Degrees]:
    """Return the coordinates of a layer's points; a feature without one has NaN."""
    shapes = points.reindex(draft.rows.numbers).array
    kinds = shapely.get_type_id(shapes)
    is_point = kinds == shapely.GeometryType.POINT
    other = ~is_point & (kinds != shapely.GeometryType.MISSING)
    draft.refuse(other, c.NAME, refuse("works_no_point"))
    lon, lat = np.full(len(shapes), np.nan), np.full(len(shapes), np.nan)
    filled = is_point & ~shapely.is_empty(shapes)
    lon[filled], lat[filled] = shapely.get_x(shapes[filled]), shapely.get_y(shapes[filled])
    broken = filled & ~np.isfinite(lon + lat)
    draft.refuse(broken, c.NAME, refuse("works_not_finite"))
    return rounded(lon), rounded(lat)


def _points(lon: Degrees, lat: Degrees) -> gpd.GeoSeries:
    points = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs=WGS84)
    return points.where(~(np.isnan(lon) | np.isnan(lat)))


def _find_communes(
    draft: Draft, shapes: UnitShapes, codes: Objects, lon: Degrees, lat: Degrees
) -> None:
    """Fill in the commune of rows that name none: the one their point lies in."""
    silent = (codes == "") & ~draft.bad
    held = shapes.held(_points(lon, lat), silent)
    located = silent & (held != "")
    codes[located] = held[located]
    for at in np.flatnonzero(located).tolist():
        said = refuse("works_commune_found", name=shapes.name(codes[at], at))
        draft.warn(at, c.COMMUNE_CODE, said)
    draft.refuse(silent & ~located, c.COMMUNE_CODE, refuse("works_no_place"))


def _check_places(
    draft: Draft, shapes: UnitShapes, codes: Objects, lon: Degrees, lat: Degrees, accuracy: Objects
) -> None:
    """Refuse a site outside the province; mention one that is clearly outside its commune."""
    everywhere = shapes.data.communes
    communes = everywhere[everywhere.geometry.notna()]
    given = ~np.isnan(lon) & ~np.isnan(lat) & ~draft.bad
    points = _points(lon, lat)
    own = shapes.shapes(codes)
    beside = np.flatnonzero(given & ~points.intersects(own, align=False))
    is_whole = len(communes) == len(everywhere)
    for at, out_km in nearest_km(points.iloc[beside], communes.geometry)[KM].items():
        if is_whole and out_km > NEAR_KM:
            why = refuse("works_outside_province", distance=distance_words(out_km))
            draft.refuse_each([(at, c.LON, why)])
        elif own[at] is not None and accuracy[at] != IN_DISTRICT:
            km = nearest_km(points.iloc[[at]], own.iloc[[at]])[KM].iloc[0]
            if km > BESIDE_KM:
                said = {"distance": distance_words(km), "name": shapes.name(codes[at], at)}
                draft.warn(at, c.LON, refuse("works_outside_commune", **said))


def _places(
    draft: Draft,
    shapes: UnitShapes,
    ids: Objects,
    codes: Objects,
    lon: Degrees,
    lat: Degrees,
    accuracy: Objects,
    there: pd.DataFrame,
) -> Mapping[str, object]:
    """Return where every site is and how exactly that is known."""
    given = ~np.isnan(lon)
    now = there.set_index(c.ID).reindex(ids)
    kept = ~given & (now[c.COMMUNE_CODE].to_numpy() == codes)
    inside = shapes.inside(codes)
    placed: Mask = ~given & ~kept & inside.notna().to_numpy()
    draft.refuse(~given & ~kept & ~placed & ~draft.bad, c.LON, refuse("works_no_shape"))
    default = np.where(given, EXACT, IN_COMMUNE)
    said = np.where(placed & (accuracy == EXACT), IN_COMMUNE, accuracy)
    said = np.where((said == "") & kept, now[c.LOCATION].to_numpy(), said)
    choice = [given, kept]
    return {
        c.LON: rounded(np.select(choice, [lon, now[c.LON].astype(float)], inside.x.to_numpy())),
        c.LAT: rounded(np.select(choice, [lat, now[c.LAT].astype(float)], inside.y.to_numpy())),
        c.LOCATION: np.where(said == "", default, said),
    }
