"""Reference systems in which Vietnamese land offices keep their layers.

VN-2000 in 3° zones, one central meridian for each province (Circular 973/2001/TT-TCĐC and its
successors), scale 0.9999; the 6° zones of VN-2000 and WGS 84; degrees. All numbers are EPSG's.
"""

WGS84_DEGREES = "EPSG:4326"
VN2000_DEGREES = "EPSG:4756"

UTM_ZONES = {
    "EPSG:32648": "WGS 84 / UTM 48N",
    "EPSG:32649": "WGS 84 / UTM 49N",
    "EPSG:3405": "VN-2000 / UTM 48N",
    "EPSG:3406": "VN-2000 / UTM 49N",
}

# EPSG:6956 to 6959 are withdrawn: they put the false easting of 5896 to 5899 on the northing.
ZONES_3_DEGREES = {
    "EPSG:5896": "102°00′",
    "EPSG:9205": "103°00′",
    "EPSG:9206": "104°00′",
    "EPSG:9207": "104°30′",
    "EPSG:9208": "104°45′",
    "EPSG:5897": "105°00′",
    "EPSG:9209": "105°30′",
    "EPSG:9210": "105°45′",
    "EPSG:9211": "106°00′",
    "EPSG:9212": "106°15′",
    "EPSG:9213": "106°30′",
    "EPSG:9214": "107°00′",
    "EPSG:9215": "107°15′",
    "EPSG:9216": "107°30′",
    "EPSG:5899": "107°45′",
    "EPSG:5898": "108°00′",
    "EPSG:9217": "108°15′",
    "EPSG:9218": "108°30′",
}

# Circular 973/2001/TT-TCĐC gives each province its central meridian: Bắc Giang 107°00′.
ZONE_OF_PROVINCE = {"24": "EPSG:9214"}

LABELS = {
    WGS84_DEGREES: "WGS 84",
    VN2000_DEGREES: "VN-2000",
    **UTM_ZONES,
    **{code: f"VN-2000 / {meridian}" for code, meridian in ZONES_3_DEGREES.items()},
}
CANDIDATES = tuple(LABELS)
"""All of them, in the order in which equals are preferred."""


def crs_label(crs: str) -> str:
    """Return what a surveyor calls a candidate, such as "VN-2000 / 107°00′"; else the code."""
    return LABELS.get(crs, crs)
