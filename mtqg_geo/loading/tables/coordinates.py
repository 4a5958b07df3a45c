"""Where the sites of a table are: the columns of coordinates, read and brought to WGS 84 degrees.

Two columns or one cell with both, in degrees or in metres of VN-2000. The axes are told apart by
their size, so that a file that calls the northing X, as surveyors of Vietnam do, is read like one
that calls it Y. In which zone metres are is tried on the communes that the rows name. What looks
like coordinates and is not understood is refused: a site whose place was sent is never put
anywhere in its commune.
"""

import re
from collections.abc import Callable
from functools import partial

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from geo.crs import WGS84, degrees_of
from mtqg_geo.loading.sheets.rows import letter, place_of
from mtqg_geo.loading.sheets.table import Column
from mtqg_geo.loading.sheets.words import (
    Reading,
    clean,
    date_trouble,
    plain,
    read_trouble,
    refuse,
)
from mtqg_geo.loading.tables.draft import Draft
from mtqg_geo.loading.tables.written_coordinates import read_one, read_two
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Mask, Text
from mtqg_geo.programme.reference_systems import (
    UTM_ZONES,
    ZONE_OF_PROVINCE,
    ZONES_3_DEGREES,
    crs_label,
)

Degrees = NDArray[np.float64]
DECIMALS = 7  # a centimetre
MOST_DEGREES = 180
COUNTRY_LON, COUNTRY_LAT = (102.0, 118.0), (7.0, 24.0)
# Metres: from Cà Mau to Hà Giang, and as far from a central meridian as a zone is used.
NORTHINGS, EASTINGS = (900_000.0, 2_700_000.0), (150_000.0, 850_000.0)
# As far as half of the sites may be from their communes, whose borders may be approximate; a
# neighbouring zone is 26 km off.
FITTING_KM, KM_OF_DEGREE = 3.0, 111.0
METRES = 1000  # of a kilometre
BESIDE_DEG = 0.3  # around the province, where a lost decimal mark is looked for
AXIS_LETTER = re.compile(r"\b[xy]\b")
LIKE_COORDINATES = re.compile(
    r"\b(?:toa do|kinh do|vi do|gps|geopoint|lat|latitude|lon|lng|longitude|coordinates?|northing"
    r"|easting|vn ?2000|wgs ?84|utm)\b"
)
MAP_LINK = re.compile(r"\b(?:goo\.gl/|maps\.|google\.[a-z.]+/maps)")
FINE = re.compile(r"[°º]|\d[.,]\d{4,}")  # ten metres; prices and shares are not written so


def read_coordinates(
    draft: Draft, communes: Callable[[], gpd.GeoSeries], asked: Mask
) -> tuple[Degrees, Degrees]:
    """Return longitude and latitude of every row, NaN where it gives none.

    Two values in each other's column are put right, and that is noted.

    Parameters
    ----------
    draft
        The rows; those with an error are not read further.
    communes
        Called for the shapes of the communes that the rows name, where there are metres.
    asked
        Whose place is not known otherwise: by the point of a layer.
    """
    read = (draft.read(field, _one).astype(np.float64) for field in (c.LON, c.LAT))
    lon, lat = (np.where(asked, values, np.nan) for values in read)
    for field, own, other in ((c.LON, lon, lat), (c.LAT, lat, lon)):
        half = np.isnan(own) & ~np.isnan(other) & ~draft.bad
        draft.refuse(half, field, refuse("works_half_place"))
    turned = swapped(lon, lat)
    column = draft.rows.column(c.LON)
    if column and not AXIS_LETTER.search(plain(column.heading)):  # X means this here, that there
        for at in np.flatnonzero(turned):
            draft.warn(int(at), c.LON, refuse("works_swapped"))
    alone = np.isnan(lon) & np.isnan(lat) & asked
    first, second = _two_in_a_cell(draft)
    lon, lat = np.where(alone, first, lon), np.where(alone, second, lat)
    turned = swapped(lon, lat)
    lon, lat = np.where(turned, lat, lon), np.where(turned, lon, lat)
    lon, lat = _out_of_metres(draft, lon, lat, communes)
    _refuse_unread(draft, np.isnan(lon) & asked & ~draft.bad)
    return rounded(lon), rounded(lat)


def swapped(lon: Degrees, lat: Degrees) -> Mask:
    """Say which pairs lie in the country only the other way round.

    >>> swapped(np.array([21.3, 106.4]), np.array([106.4, 21.3])).tolist()
    [True, False]
    """
    return np.asarray(_within(lon, COUNTRY_LAT) & _within(lat, COUNTRY_LON), dtype=bool)


def _within(values: Degrees, bounds: tuple[float, float]) -> Mask:
    return np.asarray((values >= bounds[0]) & (values <= bounds[1]), dtype=bool)


def rounded(degrees: Degrees) -> Degrees:
    """Return degrees to a centimetre: what a file says beyond that is not known."""
    return np.asarray(np.round(degrees, DECIMALS), dtype=np.float64)


def is_place(text: str) -> bool:
    """Say whether a text writes a place in the country, whatever its column is called.

    >>> [is_place(text) for text in ("21.321, 106.961", "2357123; 495911", "2023, 2024")]
    [True, True, False]
    """
    first, second = (np.array([value]) for value in read_two(text) or (np.nan, np.nan))
    in_degrees = swapped(first, second) | swapped(second, first)
    return bool((in_degrees | _are_metres(first, second)).any())


def _one(text: str) -> Reading:
    if not text:
        return Reading(None)
    value = read_one(text)
    if value is not None:
        return Reading(value)
    return read_trouble(text) or date_trouble(text) or refuse("works_degrees", text=text)


def _two(text: str) -> Reading:
    if not text:
        return Reading(None)
    found = read_two(text)
    return Reading(found) if found else read_trouble(text) or refuse("works_point", text=text)


def _two_in_a_cell(draft: Draft) -> tuple[Degrees, Degrees]:
    """Return both values of cells that hold two, also below "Vị trí", where they are often put."""
    pairs = draft.read(c.POINT, _two)
    beside = draft.rows.read(
        c.LOCATION, lambda text: Reading(read_two(text) if is_place(text) else None)
    )
    none = (np.nan, np.nan)
    every = [one or other or none for one, other in zip(pairs, beside.values, strict=True)]
    first, second = np.array(every, dtype=np.float64).reshape(-1, 2).T
    return first, second


def _are_metres(one: Degrees, other: Degrees) -> Mask:
    north, east = np.fmax(one, other), np.fmin(one, other)
    return np.asarray(_within(north, NORTHINGS) & _within(east, EASTINGS), dtype=bool)


def _out_of_metres(
    draft: Draft, lon: Degrees, lat: Degrees, communes: Callable[[], gpd.GeoSeries]
) -> tuple[Degrees, Degrees]:
    """Return degrees in place of metres; numbers that are neither are refused."""
    large = ((np.abs(lon) > MOST_DEGREES) | (np.abs(lat) > MOST_DEGREES)) & ~draft.bad
    if not large.any():
        return lon, lat
    lon, lat = _out_of_km(lon, lat, large)
    metres = large & _are_metres(lon, lat)
    north, east = np.fmax(lon, lat), np.fmin(lon, lat)
    crs = _system(draft, east, north, metres, communes()) if metres.any() else ""
    if crs:
        lon, lat = lon.copy(), lat.copy()
        lon[metres], lat[metres] = degrees_of(east[metres], north[metres], crs)
        at = int(np.argmax(metres))
        said = {"count": int(metres.sum()), "system": crs_label(crs)}
        example = Text(*(f"{lat[at]:.5f}; {lon[at]:.5f}".replace(".", mark) for mark in ",."))
        draft.warn(at, _field(draft, at), refuse("works_metres_read", **said, example=example))
        large &= ~metres
    bounds = draft.data.communes.total_bounds
    for field, values, axis in ((c.LON, lon, 0), (c.LAT, lat, 1)):
        texts = draft.rows.distinct(field)
        for at in np.flatnonzero(large & (np.abs(values) > MOST_DEGREES)).tolist():
            meant = _with_mark(values[at], bounds, axis) or _with_mark(values[at], bounds, 1 - axis)
            column = field if texts.at(at) else _field(draft, at)
            code = "works_decimal_lost" if meant else "works_metres"
            text = draft.rows.distinct(column).at(at)
            draft.refuse_each([(at, column, refuse(code, text=text, meant=meant))])
    return lon, lat


def _out_of_km(lon: Degrees, lat: Degrees, large: Mask) -> tuple[Degrees, Degrees]:
    """Return metres in place of kilometres, known by their size: a northing of 2358.4928.

    495.715 beside it was read as 495715 already: its mark parts thousands elsewhere.
    """
    longest = NORTHINGS[1] / METRES
    one, other = (np.where(axis <= longest, axis * METRES, axis) for axis in (lon, lat))
    in_km = large & (np.fmin(lon, lat) <= longest) & _are_metres(one, other)
    return np.where(in_km, one, lon), np.where(in_km, other, lat)


def _field(draft: Draft, at: int) -> str:
    """Return the first field of coordinates in which a row says something."""
    filled = (field for field in (c.LON, c.POINT, c.LOCATION) if draft.rows.distinct(field).at(at))
    return next(filled, c.LON)


def _system(
    draft: Draft, east: Degrees, north: Degrees, where: Mask, communes: gpd.GeoSeries
) -> str:
    """Return the system of metres that puts sites into their communes; "" if that is not clear.

    The zone of the province comes first. Of the others the one that fits is taken only if it is
    the only one: metres of VN-2000 and of WGS 84 in a zone of 6° are 200 m apart, and both fit.
    """
    own = ZONE_OF_PROVINCE.get(draft.data.catalog.programme.province_code, "")
    areas = communes.to_numpy()
    where = where & ~shapely.is_missing(areas)
    if not where.any():  # nobody says in which communes they are
        everywhere = shapely.box(*draft.data.communes.total_bounds)
        areas, where = np.full(len(areas), everywhere), _are_metres(east, north)

    def fits(crs: str) -> bool:
        points = shapely.points(*degrees_of(east[where], north[where], crs))
        off_deg = np.median(shapely.distance(points, areas[where]))
        return bool(off_deg * KM_OF_DEGREE <= FITTING_KM)

    if own and fits(own):
        return own
    fitting = [crs for crs in (*ZONES_3_DEGREES, *UTM_ZONES) if fits(crs)]
    return fitting[0] if len(fitting) == 1 else ""


def _with_mark(value: float, bounds: NDArray[np.float64], axis: int) -> Text | str:
    """Return digits with the decimal mark that puts them into the province, "" if none does.

    A longitude has three digits before it, a latitude two: 106842 is 106.842.
    """
    digits = f"{value:.0f}"
    whole = 3 - axis
    degrees = float(f"{digits[:whole]}.{digits[whole:]}")
    if value != int(value) or not (
        bounds[axis] - BESIDE_DEG <= degrees <= bounds[axis + 2] + BESIDE_DEG
    ):
        return ""
    return Text(*(f"{digits[:whole]}{mark}{digits[whole:]}" for mark in ",."))


def _refuse_unread(draft: Draft, without: Mask) -> None:
    """Refuse rows without a place that have one in a column nobody understood."""
    if not without.any():
        return
    columns = _not_understood(draft)
    texts = [draft.rows.distinct_at(place_of(column)) for column in columns]
    for column, said in zip(columns, texts, strict=True):
        is_named = LIKE_COORDINATES.search(plain(column.heading))
        found = without & said.where(bool if is_named else _is_place_or_map)
        without = without & ~_refuse_column(draft, column, found)
    for of_east, of_north in ((COUNTRY_LON, COUNTRY_LAT), _metres_of_province(draft)):
        north = np.logical_or.reduce(
            [said.where(partial(_is_fine, bounds=of_north)) for said in texts]
        )
        for column, said in zip(columns, texts, strict=True):
            if (without & said.where(partial(_is_fine, bounds=of_east)) & north).any():
                # Then a coarser number in that column is a coordinate too: 106,96.
                found = without & said.where(partial(_is_within, bounds=of_east))
                without = without & ~_refuse_column(draft, column, found)


def _refuse_column(draft: Draft, column: Column, where: Mask) -> Mask:
    if where.any():
        draft.refuse(where, column, refuse("works_coordinates_unread", heading=column.heading))
    return where


def _not_understood(draft: Draft) -> list[Column]:
    """Return the columns that mean nothing known, with their headings."""
    sheet, headings = draft.rows.sheet, draft.rows.headings
    known = {column.letter for column in headings.columns}
    last = [clean(str(text)) for text in sheet.cells.iloc[headings.heading_row - sheet.first_row]]
    whole = {text.split(" / ")[-1]: text for text in headings.ignored}
    return [
        Column("", whole.get(text, text), letter(place))
        for place, text in enumerate(last)
        if letter(place) not in known
    ]


def _is_place_or_map(text: str) -> bool:
    return is_place(text) or bool(MAP_LINK.search(text))


def _is_fine(text: str, bounds: tuple[float, float]) -> bool:
    """Say whether a text is a number within bounds, of degrees one as fine as a place needs."""
    return bool(FINE.search(text) or bounds[1] > MOST_DEGREES) and _is_within(text, bounds)


def _is_within(text: str, bounds: tuple[float, float]) -> bool:
    value = read_one(text)
    return value is not None and bounds[0] <= value <= bounds[1]


def _metres_of_province(draft: Draft) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the eastings and northings there are in the province, in its own zone."""
    zone = ZONE_OF_PROVINCE.get(draft.data.catalog.programme.province_code)
    if zone is None:
        return (np.nan, np.nan), (np.nan, np.nan)
    to_metres = Transformer.from_crs(WGS84, zone, always_xy=True)
    west, south, east, north = to_metres.transform_bounds(*draft.data.communes.total_bounds)
    return (west, east), (south, north)
