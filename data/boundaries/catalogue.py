"""Write a layer and its entry in `catalog.toml`, leaving the entries of other vintages alone."""

import hashlib
import tomllib
from pathlib import Path

import geopandas as gpd

from geo.io import write_shapefile

HEADER = "# Written by build_*.py; the checksums are those of the .shp files."
BEGINS = "[[set]]"


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


def _vintage(entry: str) -> str:
    return str(tomllib.loads(entry)["set"][0]["vintage"])
