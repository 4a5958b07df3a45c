"""The real layers beside the project as boundary sets, without a store."""

import hashlib

from geo.boundaries import BoundarySet
from mtqg_geo.boundaries.install import _districts
from mtqg_geo.communes.gazetteer import shipped_gazetteer
from tests.mtqg_geo.boundaries.layers import check_here, real_file

FILES = {"2023-04": "bac_giang_communes_2008.zip", "2025-07": "bac_ninh_communes_2025.zip"}


def real_set(vintage, folder):
    """Return the set that installing the real layer of a vintage would give."""
    province = shipped_gazetteer().in_province("24")
    units = check_here(real_file(FILES[vintage]), vintage=vintage, gazetteer=province).units
    return boundary_set(vintage, folder, commune=units, district=_districts(units))


def boundary_set(vintage, folder, **layers):
    """Return a set of some layers, by level, kept as files in a folder."""
    levels, sums = {}, {}
    for level, layer in layers.items():
        levels[level] = folder / f"{vintage}-{level}.parquet"
        layer.to_parquet(levels[level])
        sums[level] = hashlib.sha256(levels[level].read_bytes()).hexdigest()
    return BoundarySet(
        vintage=vintage, name="Lớp thật", province="Bắc Giang", accuracy="installed", source="",
        licence="", note={}, levels=levels, sha256=sums,
    )  # fmt: skip
