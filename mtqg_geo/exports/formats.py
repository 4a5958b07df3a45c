"""Kinds of file in which layers leave the product, and what each of them can hold."""

import re
from dataclasses import dataclass

from geo.crs import WGS84
from mtqg_geo.figures.file_names import ALL, DISTRICTS, LAYERS
from mtqg_geo.maps.classing import Classing
from mtqg_geo.programme.errors import SelectionError
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.reference_systems import CANDIDATES
from mtqg_geo.programme.words import t


@dataclass(frozen=True)
class Format:
    """A kind of file: how its name ends, what a browser calls it, what it can hold."""

    suffix: str
    media_type: str
    takes_crs: bool = True
    holds_all: bool = False


EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = {
    "geojson": Format("geojson", "application/geo+json", takes_crs=False),
    "csv": Format("csv", "text/csv; charset=utf-8", takes_crs=False),
    "csv.zip": Format("csv.zip", "application/zip", takes_crs=False),
    "xlsx": Format("xlsx", EXCEL, takes_crs=False, holds_all=True),
    "gpkg": Format("gpkg", "application/geopackage+sqlite3", holds_all=True),
    "shp": Format("zip", "application/zip"),
    "fgb": Format("fgb", "application/vnd.flatgeobuf"),
    "parquet": Format("parquet", "application/vnd.apache.parquet"),
    "package": Format("package.zip", "application/zip", takes_crs=False, holds_all=True),
}


@dataclass(frozen=True)
class FileOptions:
    """How a file is wanted, besides what is selected: reference system, classes, language."""

    crs: str = WGS84
    classing: Classing = Classing()
    lang: Lang = "vi"


def require_possible(name: str, kind: str, wish: FileOptions) -> None:
    """Refuse what a format cannot hold; see `file_bytes`."""
    if name == ALL and not FORMATS[kind].holds_all:
        words = {"format": kind, "layers": ", ".join(LAYERS)}
        raise SelectionError((t("exports_all_format", wish.lang, **words),))
    if name == DISTRICTS and FORMATS[kind].holds_all:
        alone = ", ".join(each for each, of in FORMATS.items() if not of.holds_all)
        words = {"format": kind, "formats": alone}
        raise SelectionError((t("exports_districts_format", wish.lang, **words),))
    if wish.crs != WGS84 and not FORMATS[kind].takes_crs:
        held = kind.partition(".")[0]  # csv.zip holds a CSV
        raise SelectionError((t(f"exports_{held}_crs", wish.lang, crs=wish.crs),))


def parse_crs(text: str, *, lang: Lang) -> str:
    """Read a reference system of Vietnam, written as `EPSG:9214`, `epsg 9214` or `9214`.

    Raises
    ------
    SelectionError
        If it is none, or one in which no Vietnamese office keeps its layers.
    """
    found = re.fullmatch(r"(?:urn:ogc:def:crs:)?(?:epsg)?[\s:]*(\d{4,5})", text.strip().lower())
    if found and f"EPSG:{found[1]}" in CANDIDATES:
        return f"EPSG:{found[1]}"
    known = ", ".join(CANDIDATES)
    raise SelectionError((t("exports_unknown_crs", lang, example=text[:40], known=known),))
