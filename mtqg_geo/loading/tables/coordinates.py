"""Longitude and latitude of cells: decimal degrees with comma or point, and nothing else."""

import re

import numpy as np
from numpy.typing import NDArray

from mtqg_geo.loading.sheets.words import Reading, date_trouble, read_trouble, refuse
from mtqg_geo.loading.tables.draft import Draft
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Mask

Degrees = NDArray[np.float64]
DEGREES = re.compile(r"([+-]?\d{1,3}(?:[.,]\d+)?) ?°?")
NUMBER = re.compile(r"[+-]?[\d., ]+")
DECIMALS = 7  # a centimetre
COUNTRY_LON, COUNTRY_LAT = (102.0, 118.0), (7.0, 24.0)


def read_coordinates(draft: Draft) -> tuple[Degrees, Degrees]:
    """Return longitude and latitude of every row, NaN where it gives none.

    Two values in each other's column are put right, and that is noted.
    """
    lon, lat = (rounded(draft.read(field, _degrees).astype(np.float64)) for field in (c.LON, c.LAT))
    for field, own, other in ((c.LON, lon, lat), (c.LAT, lat, lon)):
        half = np.isnan(own) & ~np.isnan(other) & ~draft.bad
        draft.refuse(half, field, refuse("works_half_place"))
    turned = swapped(lon, lat)
    lon, lat = np.where(turned, lat, lon), np.where(turned, lon, lat)
    for at in np.flatnonzero(turned):
        draft.warn(int(at), c.LON, refuse("works_swapped"))
    return lon, lat


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


def _degrees(text: str) -> Reading:
    if not text:
        return Reading(None)
    if found := DEGREES.fullmatch(text):
        value = float(found[1].replace(",", "."))
        return Reading(value) if abs(value) <= 180 else refuse("works_metres", text=text)
    if NUMBER.fullmatch(text):
        return refuse("works_metres", text=text)
    return read_trouble(text) or date_trouble(text) or refuse("works_degrees", text=text)
