"""The plane in which the province's maps are drawn, so that their scale is true."""

from __future__ import annotations

import numpy as np

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.programme.reference_systems import ZONES_3_DEGREES

# Circular 973/2001/TT-TCĐC gives each province its central meridian: Bắc Giang 107°00′.
_ZONE_OF_PROVINCE = {"24": "EPSG:9214"}


def zone(data: Dataset) -> str:
    """Return the 3° zone of VN-2000 of the province; the nearest one where none is laid down."""
    known = _ZONE_OF_PROVINCE.get(data.catalog.programme.province_code)
    return known or _nearest_zone(float(np.nanmean(data.commune_bounds[:, [0, 2]])))


def meridian(crs: str) -> str:
    """Return the central meridian of a zone as it is written, such as `107°00′`."""
    return ZONES_3_DEGREES[crs]


def _nearest_zone(longitude: float) -> str:
    def distance(crs: str) -> float:
        degrees, minutes = ZONES_3_DEGREES[crs].rstrip("′").split("°")
        return abs(int(degrees) + int(minutes) / 60 - longitude)

    return min(ZONES_3_DEGREES, key=distance)
