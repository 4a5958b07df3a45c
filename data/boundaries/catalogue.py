"""Write a layer and its entry in `catalog.toml`, leaving the entries of other vintages alone."""

import hashlib
import tomllib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.crs import require_crs
from geo.errors import GeoError

HEADER = "# Written by build_*.py; the checksums are those of the .shp files."
BEGINS = "[[set]]"
_DBF_NAME_BYTES = 10
_DBF_TEXT_BYTES = 254


def write_layer(layer: gpd.GeoDataFrame, path: Path) -> str:
    """Write a shapefile and return the SHA-256 of its .shp file."""
    write_shapefile(layer, path)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_entry(folder: Path, entry: str) -> None:
    """Put the entry of one vintage into the catalogue of a folder, in the order of vintages."""
    path = folder / "catalog.toml"
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    entries = [BEGINS + text.rstrip() for text in before.split(BEGINS)[1:]]
    by_vintage = {_vintage(text): text for text in [*entries, entry.rstrip()]}
    texts = [by_vintage[vintage] for vintage in sorted(by_vintage)]
    content = "\n\n".join([HEADER, *texts]) + "\n"
    path.write_text(content, encoding="utf-8", newline="\n")


def write_shapefile(layer: gpd.GeoDataFrame, path: Path | str) -> None:
    """Write a layer as a UTF-8 shapefile with ``.cpg`` and ``.prj``, the same bytes each time.

    Raises
    ------
    CRSError
        If the layer has no CRS.
    GeoError
        If a column name or a text is too long for the format, which would cut it.
    """
    require_crs(layer)
    _require_dbf_sizes(layer)
    # The format stores the day of writing; a fixed one keeps checksums stable.
    options = {"DBF_DATE_LAST_UPDATE": "2000-01-01"}
    layer.to_file(
        path, driver="ESRI Shapefile", engine="pyogrio", encoding="UTF-8", index=False, **options
    )


def _require_dbf_sizes(layer: gpd.GeoDataFrame) -> None:
    """Refuse names and texts that the format would cut."""
    columns = layer.columns.drop(layer.geometry.name)
    long_names = [name for name in columns if len(str(name).encode()) > _DBF_NAME_BYTES]
    if long_names:
        msg = (
            f"{len(long_names)} column names are longer than the 10 bytes of a shapefile "
            f"(first: {long_names[0]}); rename them."
        )
        raise GeoError(msg)
    for name in columns[[pd.api.types.is_string_dtype(layer[each]) for each in columns]]:
        sizes = layer[name].dropna().map(lambda text: len(str(text).encode()))
        if sizes.max() > _DBF_TEXT_BYTES:
            msg = (
                f"{np.sum(sizes > _DBF_TEXT_BYTES):,} texts in {name} are longer than the "
                "254 bytes of a shapefile; shorten them."
            )
            raise GeoError(msg)


def _vintage(entry: str) -> str:
    return str(tomllib.loads(entry)["set"][0]["vintage"])
