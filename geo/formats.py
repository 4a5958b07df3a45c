"""Kinds of files that hold layers, by how their names end: the one list of them.

Readers, the child process, pickers of files and the sentences on other files take from it what they
need. Nothing heavy is imported here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from geo.errors import ReadError


@dataclass(frozen=True)
class Format:
    """A kind of file.

    Attributes
    ----------
    name
        What it is called; a name, the same in every language.
    magic
        How its content may begin; empty where the content is looked at as a whole.
    drivers
        What GDAL needs to read it: nothing else is switched on for such a file.
    parts
        How the names of the files end that belong to it, beside it.
    """

    name: str
    magic: tuple[bytes, ...] = ()
    drivers: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()


_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_TEXT = (b"{", b"\xef\xbb\xbf{", b"\x1e{")
DRIVERS = ("ESRI Shapefile", "FlatGeobuf", "GPKG", "GeoJSON", "MapInfo File", "OpenFileGDB")
FORMATS: Mapping[str, Format] = {
    ".zip": Format("ZIP", _ZIP, DRIVERS),
    ".shp": Format(
        "Shapefile", (b"\x00\x00\x27\x0a",), DRIVERS[:1], (".shx", ".dbf", ".prj", ".cpg")
    ),
    ".gpkg": Format("GeoPackage", (b"SQLite format 3\x00",), ("GPKG",), (".gpkg-wal",)),
    ".geojson": Format("GeoJSON", _TEXT, ("GeoJSON",)),
    ".json": Format("GeoJSON", _TEXT, ("GeoJSON",)),
    ".geojsonl": Format("GeoJSON", _TEXT, ("GeoJSON",)),
    ".kml": Format("KML"),
    ".kmz": Format("KMZ", _ZIP),
    ".gpx": Format("GPX"),
    ".tab": Format("MapInfo TAB", (), ("MapInfo File",), (".dat", ".map", ".id", ".ind", ".dbf")),
    ".mif": Format("MapInfo MIF", (), ("MapInfo File",), (".mid",)),
    ".fgb": Format("FlatGeobuf", (b"fgb\x03fgb",), ("FlatGeobuf",)),
    ".parquet": Format("GeoParquet", (b"PAR1",)),
}
SUFFIXES = tuple(FORMATS)
GEODATABASE = "File Geodatabase"  # a folder of files, hence no entry of its own: it comes zipped

# What people send instead, with the sentence that says what to send, and what it is called there.
_INSTEAD: Mapping[str, tuple[str, str]] = {
    **{
        suffix: ("drawing", f"{program} ({suffix[1:].upper()})")
        for suffix, program in ((".dxf", "AutoCAD"), (".dwg", "AutoCAD"), (".dgn", "MicroStation"))
    },
    **{
        suffix: ("other_archive", suffix[1:].upper())
        for suffix in (".rar", ".7z", ".tar", ".gz", ".tgz")
    },
    **{
        suffix: ("no_data_inside", f"{program} ({suffix})")
        for suffixes, program in (
            ((".qgz", ".qgs", ".qlr", ".qml"), "QGIS"),
            ((".mxd", ".aprx", ".lyr", ".lyrx"), "ArcGIS"),
            ((".wor", ".mws"), "MapInfo"),
        )
        for suffix in suffixes
    },
    ".gdb": ("folder_alone", GEODATABASE),
    **{
        part: ("part_alone", each.name)
        for each in [*FORMATS.values()][::-1]  # a .dbf is rather of a shapefile
        for part in each.parts
        if each.name != "GeoPackage"
    },
}
EXPLAINED = tuple(_INSTEAD)
# What of an archive is worth unpacking, beside geodatabases.
READABLE = frozenset(SUFFIXES) | {part for each in FORMATS.values() for part in each.parts}
_OTHER_ARCHIVES = {
    b"7z\xbc\xaf\x27\x1c": "7Z",
    b"Rar!\x1a\x07": "RAR",
    b"\x1f\x8b": "GZ",
}


def suffix_of(name: str) -> str:
    """Return how a name ends, in small letters; a zipped geodatabase is a zip.

    >>> suffix_of("Xã.GDB.ZIP"), suffix_of("Tuyến đường")
    ('.zip', '')
    """
    return Path(name).suffix.lower()


def instead(name: str, *, member: str = "") -> ReadError | None:
    """Return what to do with a file that is no layer but is known, None if it is not.

    Parameters
    ----------
    name
        What messages call the file.
    member
        A file in it, if it is an archive: what is sent is then told by that.

    >>> str(instead("hien_trang.dgn"))[:47]
    'hien_trang.dgn is a MicroStation (DGN) drawing:'
    """
    if suffix_of(member or name) not in _INSTEAD:
        return None
    code, kind = _INSTEAD[suffix_of(member or name)]
    return ReadError.of(code, file=f"{name}/{member}" if member else name, kind=kind)


def require_kind(name: str, path_name: str = "") -> None:
    """Refuse a file that is of no kind listed here, with what to send instead.

    Parameters
    ----------
    name
        What messages call it.
    path_name
        Its name where it lies now, if that is another one.
    """
    if suffix_of(path_name or name) not in FORMATS:
        unknown = ReadError.of("unknown_kind", file=name, kinds=", ".join(SUFFIXES))
        raise instead(name) or unknown


def require_content(name: str, head: bytes, *, suffix: str) -> None:
    """Refuse a file whose content does not begin as its name says.

    Parameters
    ----------
    name
        What messages call it.
    head
        Its first bytes.
    suffix
        How its name ends; one that is listed here.
    """
    for magic, archive in _OTHER_ARCHIVES.items():
        if head.startswith(magic):
            raise ReadError.of("other_archive", file=name, kind=archive)
    magics = FORMATS[suffix].magic
    begins = head.lstrip(b" \t\r\n") if magics is _TEXT else head
    if magics and not begins.startswith(magics):
        raise ReadError.of("other_inside", file=name, kind=suffix)
