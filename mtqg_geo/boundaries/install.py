"""Install a checked commune layer as a boundary set."""

import geopandas as gpd

from geo.boundaries import BoundarySet, dissolve
from geo.errors import BoundaryError
from mtqg_geo.boundaries.check import CheckedLayer
from mtqg_geo.boundaries.report import changes_csv, matches_csv, report_json
from mtqg_geo.communes.lineage import vintages
from mtqg_geo.dataset.boundary_sets import is_usable, store_set, use_set
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import coded, t

TYPES = ("Thành phố", "Thị xã", "Huyện", "Quận")


def install(
    checked: CheckedLayer,
    *,
    vintage: str,
    name: str,
    source: str = "",
    licence: str = "",
    accuracy: str = "installed",
) -> BoundarySet:
    """Store the units of a check as a set, put it in use if the map can draw it, and return it.

    Raises
    ------
    BoundaryError
        If the check has open errors: accept or mend them first.
    """
    if checked.units is None or not checked.is_ready:
        codes = ", ".join(issue.code for issue in checked.blocking) or "no units"
        raise coded(BoundaryError, "not_ready", file=checked.file, codes=codes)
    communes = checked.units
    boundary_set = store_set(
        {"commune": communes, "district": _districts(communes)},
        vintage=vintage,
        name=name,
        province=", ".join(sorted(set(communes[c.PROVINCE]))[:3]),
        accuracy=accuracy,
        source=source or checked.file,
        licence=licence or "–",
        note={
            "vi": f"Cài đặt từ tệp {checked.file}.",
            "en": f"Installed from the file {checked.file}.",
        },
        papers={
            "report.json": report_json(checked).encode(),
            "changes.csv": changes_csv(checked),
            "matches.csv": matches_csv(checked),
            "mapping.csv": checked.decisions.to_csv(index=False, lineterminator="\n").encode(),
        },
    )
    # A set of another time or province is kept for comparisons; the map goes on with its own.
    if is_usable(boundary_set):
        use_set(boundary_set)
    return boundary_set


def installed_text(boundary_set: BoundarySet, lang: Lang) -> str:
    """Say of a set just installed that it is in use, or that it is only stored, and why."""
    key = "check_installed" if is_usable(boundary_set) else "check_stored"
    return t(key, lang, **_words(boundary_set))


def stored_text(boundary_set: BoundarySet, lang: Lang) -> str:
    """Say beside a set in a list that the map cannot draw it, and why; nothing if it can."""
    return "" if is_usable(boundary_set) else t("set_stored", lang, **_words(boundary_set))


def refused_text(boundary_set: BoundarySet, lang: Lang) -> str:
    """Say why a set cannot be put in use; nothing if it can."""
    return "" if is_usable(boundary_set) else t("set_not_usable", lang, **_words(boundary_set))


def _words(boundary_set: BoundarySet) -> dict[str, str]:
    """Return what the sentences about a set fill in."""
    return {
        "id": boundary_set.id,
        "name": boundary_set.name,
        "vintage": boundary_set.vintage,
        "known": ", ".join(vintages()),
    }


def _districts(communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Make the district level from the communes; after July 2025 there is none, only provinces."""
    parts = communes[communes[c.DISTRICT_CODE] != ""]
    if parts.empty:
        provinces = {c.DISTRICT_CODE: communes[c.PROVINCE_CODE], c.DISTRICT: communes[c.PROVINCE]}
        parts = communes.assign(**provinces)
    kept = [c.DISTRICT, c.PROVINCE_CODE, c.PROVINCE]
    districts = dissolve(parts, by=c.DISTRICT_CODE, columns=kept)
    named = districts.rename(columns={c.DISTRICT_CODE: c.CODE, c.DISTRICT: c.NAME})
    kinds = [
        next((kind for kind in TYPES if name.startswith(kind)), "Tỉnh") for name in named[c.NAME]
    ]
    return named.assign(**{c.TYPE: kinds})[
        [c.CODE, c.NAME, c.TYPE, c.PROVINCE_CODE, c.PROVINCE, "geometry"]
    ]
