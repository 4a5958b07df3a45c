"""Install a checked commune layer as a boundary set."""

import geopandas as gpd

from geo.boundaries import BoundarySet, dissolve
from geo.errors import BoundaryError
from mtqg_geo.boundaries.check import CheckedLayer
from mtqg_geo.boundaries.report import changes_csv, matches_csv, report_json
from mtqg_geo.communes.lineage import vintages
from mtqg_geo.dataset.boundary_sets import is_usable, store_set
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import coded, t
from mtqg_geo.store.rights import Who

TYPES = ("Thành phố", "Thị xã", "Huyện", "Quận")


def install(
    checked: CheckedLayer,
    *,
    vintage: str,
    name: str,
    who: Who,
    source: str = "",
    licence: str = "",
    accuracy: str = "installed",
) -> BoundarySet:
    """Store the units of a check as a set, put it in use if the map can draw it, and return it.

    Both or neither. A layer that is there already is put in use under the name that it has. A set
    of another time or province is kept for comparisons; the map goes on with its own.

    Raises
    ------
    BoundaryError
        If the check has open errors: accept or mend them first.
    """
    if checked.units is None or not checked.is_ready:
        codes = ", ".join(issue.code for issue in checked.blocking) or "no units"
        raise coded(BoundaryError, "not_ready", file=checked.file, codes=codes)
    communes = checked.units
    return store_set(
        {"commune": communes, "district": _districts(communes)},
        vintage=vintage,
        name=name,
        province=", ".join(sorted(set(communes[c.PROVINCE]))[:3]),
        accuracy=accuracy,
        source=source or checked.file,
        licence=licence or "–",
        who=who,
        put_in_use=True,
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


def installed_text(boundary_set: BoundarySet, lang: Lang, *, name: str) -> str:
    """Say of a set just installed, as `name`, that it is in use, or only stored, and why.

    The same layer may have been there under another name, which it keeps.
    """
    key = "check_installed" if is_usable(boundary_set) else "check_stored"
    text = t(key, lang, **_words(boundary_set))
    if name == boundary_set.name:
        return text
    return f"{text} {t('check_same_layer', lang, asked=name, name=boundary_set.name)}"


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
