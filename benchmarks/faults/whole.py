"""Whether a strict reader could notice that a file was damaged, and how many records it holds.

A flipped digit in a CSV file gives another good CSV file: nobody can notice, and to read it is
right. So a damaged file that is read without a finding is held against the product only if it is
not *whole*: archives without a wrong checksum or a missing part, XML that is well formed, rows of
equal length and an end of line after the last, sizes and numbers of records that agree.
Nothing here uses a reader of the product. Where a format has no redundancy in a place (coordinates
in a ``.map`` file, pages of Parquet), a change there leaves the file whole.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import struct
import zipfile
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any
from xml.etree.ElementTree import Element, fromstring

Check = Callable[[bytes, bytes], int]
SHAPEFILE_HEADER, RECORD_HEADER = 100, 8
SHORTEST_STREAM = 4096  # of a compound file: a shorter one is filled up


class NotWhole(Exception):
    """What a strict reader would refuse."""


def records(kind: str, content: bytes, original: bytes) -> int | None:
    """Return how many records a damaged file holds, None if it is not whole."""
    try:
        return CHECKS[kind](content, original)
    except Exception:  # a strict reader may stumble over anything
        return None


def require(condition: object, what: str) -> None:
    """Raise unless a condition holds."""
    if not condition:
        raise NotWhole(what)


def _text(content: bytes, original: bytes) -> int:
    """Count rows of text: one number of cells in all, no stray mark, an end behind the last."""
    encoding = "utf-16" if original[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    bom = 3 if original.startswith(b"\xef\xbb\xbf") else 0
    require(content[:bom] == original[:bom], "mark of the encoding")
    text = content.decode(encoding)
    # A last cell in quotation marks is whole: many programs write no end of line behind it.
    require("\0" not in text and text.endswith(("\n", '"')), "end of the last line")
    first = original.decode(encoding).splitlines()[0]
    separator = max(";,\t", key=first.count)
    if '"' not in first:
        require('"' not in text, "quotation mark")
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    require(len({len(row) for row in rows}) == 1, "rows of different length")
    return sum(any(cell.strip() for cell in row) for row in rows)


def _xml(content: bytes) -> Element:
    require(b"<!DOCTYPE" not in content, "document type")
    return fromstring(content)  # noqa: S314 - our own file, damaged by us


def _rows_of_xml(row: str, cell: str) -> Check:
    """Return a check of tables in XML that counts the rows with something written."""

    def check(content: bytes, _: bytes) -> int:
        return _written_rows(_xml(content), row, cell)

    return check


def _written_rows(root: Element, row: str, cell: str) -> int:
    rows = [each for each in root.iter() if _name(each) == row]
    cells = [[one for one in each if _name(one) == cell] for each in rows]
    return sum(any("".join(one.itertext()).strip() for one in each) for each in cells)


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _elements(*names: str) -> Check:
    """Return a check of XML that counts elements."""

    def check(content: bytes, _: bytes) -> int:
        return sum(_name(each) in names for each in _xml(content).iter())

    return check


def _page(content: bytes, _: bytes) -> int:
    """Count rows of a web page: each tag closed in turn, equal numbers of cells."""
    text = content.decode("utf-8")
    rows, inside, open_tags = [], 0, []
    require(text.count("<") == text.count(">"), "marks of tags")
    for tag in re.finditer(r"<(/?)([a-z]+)[^<>]*>", text):
        if tag[2] == "meta":
            continue
        if not tag[1]:
            open_tags.append(tag[2])
            inside += tag[2] == "td"
            continue
        if tag[2] == "td" and open_tags[-1:] == ["b"]:
            open_tags.pop()  # by HTML's own rules a cell ends what is bold in it
        require(open_tags and open_tags.pop() == tag[2], "a tag that closes another")
        if tag[2] == "tr":
            rows.append(inside)
            inside = 0
    require(open_tags == ["html", "body"] or not open_tags, "a tag left open")
    require(len(set(rows)) == 1, "rows of different length")
    return len(rows)


def _members(content: bytes, original: bytes) -> Mapping[str, bytes]:
    """Return the members of an archive: the same names as before, no wrong checksum, no rest."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive, _opened(original) as before:
        require(archive.testzip() is None, "checksum")
        require(sorted(archive.namelist()) == sorted(before.namelist()), "names of members")
        packed = {each.filename: archive.read(each) for each in archive.infolist()}
    tail = content.rfind(b"PK\x05\x06")
    require(tail == len(content) - 22, "what follows the list of members")
    return packed


def _opened(content: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(content))


def _one_member(check: Check, suffix: str) -> Check:
    """Return a check of an archive whose only member is checked."""

    def inside(content: bytes, original: bytes) -> int:
        now, before = _members(content, original), _members(original, original)
        name = next(each for each in before if each.endswith(suffix))
        return check(now[name], before[name])

    return inside


def _workbook(content: bytes, original: bytes) -> int:
    """Count rows of a workbook: every part well formed, places of cells in order, texts there."""
    parts = {name: _xml(part) for name, part in _members(content, original).items()}
    before = {name: _xml(part) for name, part in _members(original, original).items()}
    for name, part in parts.items():
        if "worksheets/sheet" in name:
            continue
        # Styles, list of parts, names of sheets: there, only values may differ.
        require([_name(x) for x in part.iter()] == [_name(x) for x in before[name].iter()], name)
        require([*_attributes(part)] == [*_attributes(before[name])], name)
    sheet = parts["xl/worksheets/sheet1.xml"]
    allowed = {_name(each) for each in before["xl/worksheets/sheet1.xml"].iter()}
    require({_name(each) for each in sheet.iter()} <= allowed, "unknown element")
    texts = parts.get("xl/sharedStrings.xml", ())
    n_texts = sum(_name(each) == "si" for each in texts)
    last, widest = (0, 0), 0
    for row in (each for each in sheet.iter() if _name(each) == "row"):
        for cell in row:
            place = _place(cell.attrib["r"])
            require(place > last and place[0] == int(row.attrib["r"]), "order of cells")
            last, widest = place, max(widest, place[1])
            value = "".join(each.text or "" for each in cell if _name(each) == "v")
            kind = cell.attrib.get("t", "n")
            require(kind in ("s", "n", "inlineStr"), "kind of cell")
            shape = {"inlineStr": ["is"]}.get(kind, ["v"])
            require([_name(each) for each in cell] in ([], shape), "content of a cell")
            if value and kind == "s":
                require(0 <= int(value) < n_texts, "text that is not there")
            elif value:
                float(value)
    require([_name(each) for each in sheet].count("sheetData") == 1, "sheetData")
    size = next(each for each in sheet if _name(each) == "dimension").attrib["ref"]
    # Around all cells: one that is not written at its corner is an empty one.
    require((last[0], widest) == _place(size.rpartition(":")[2]), "size as the sheet says itself")
    return _written_rows(sheet, "row", "c")


def _attributes(root: Element) -> Any:
    return (sorted(each.attrib.items()) for each in root.iter())


def _place(reference: str) -> tuple[int, int]:
    letters, digits = re.fullmatch(r"([A-Z]+)(\d+)", reference).groups()  # type: ignore[union-attr]
    column = 0
    for letter in letters:
        column = 26 * column + ord(letter) - 64
    return int(digits), column


def _old_workbook(content: bytes, original: bytes) -> int:
    """Count rows of an .xls: the same chain of records as before, in which values may differ.

    The stream of records follows the head of the compound file; behind it is the list of sectors.
    What fills the last sector of a stream means nothing: Excel leaves there what was in memory.
    """
    chain = _biff(original)
    end = max(512 + SHORTEST_STREAM, -(-(512 + sum(4 + size for _, size in chain)) // 512) * 512)
    require(len(content) == len(original), "size")
    require(content[:512] == original[:512] and content[end:] == original[end:], "compound file")
    require(_biff(content) == chain, "records")
    return sum(kind == 0x0208 for kind, _ in chain)


def _biff(content: bytes) -> list[tuple[int, int]]:
    found, at = [], 512
    while at + 4 <= len(content):
        kind, size = struct.unpack_from("<HH", content, at)
        if not kind:  # the rest of the last sector is empty
            break
        found.append((kind, size))
        at += 4 + size
    return found


def _shapefile(content: bytes, original: bytes) -> int:
    """Count shapes: the parts agree on sizes and numbers, and the table is as long as it says."""
    parts = {name[-4:]: part for name, part in _members(content, original).items()}
    before = {name[-4:]: part for name, part in _members(original, original).items()}
    shp, shx, dbf = parts[".shp"], parts[".shx"], parts[".dbf"]
    for each in (shp, shx):
        require(each[:24] == before[".shp"][:24], "head")
        require(2 * struct.unpack(">i", each[24:28])[0] == len(each), "length")
        require(each[28:36] == before[".shp"][28:36], "version and kind")
    require(parts[".cpg"] == before[".cpg"], ".cpg")
    system, was = (re.sub(rb"[\d.,]+", b"0", each[".prj"]) for each in (parts, before))
    require(system == was, ".prj")  # but for numbers, which nothing in it repeats
    at, number = SHAPEFILE_HEADER, 0
    while at < len(shp):
        number += 1
        said, words = struct.unpack(">ii", shp[at : at + RECORD_HEADER])
        start, size = struct.unpack(">ii", shx[92 + 8 * number : 100 + 8 * number])
        require((said, 2 * start, size) == (number, at, words), "index")
        inside = shp[at + 8 : at + 8 + 2 * words]
        require(inside[:4] == shp[32:36], "kind of a shape")
        if inside[0] in (3, 5):  # lines and areas: as many points as they say
            n_parts, n_points = struct.unpack("<ii", inside[36:44])
            require(44 + 4 * n_parts + 16 * n_points == 2 * words, "points")
            require(inside[44:48] == bytes(4), "first part")
        at += 8 + 2 * words
    require(len(shx) == 100 + 8 * number, "length of the index")
    require(_dbf(dbf, before[".dbf"]) == number, "rows of the table")
    dbf[32:].decode("utf-8")
    return number


def _dbf(dbf: bytes, before: bytes) -> int:
    n_rows, head, size = struct.unpack("<IHH", dbf[4:12])
    require(dbf[8:12] == before[8:12] and dbf[32:head] == before[32:head], "columns")
    require(len(dbf) - head - n_rows * size in (0, 1), "length of the table")
    require(all(dbf[head + each * size] == 0x20 for each in range(n_rows)), "deleted row")
    return int(n_rows)


def _geopackage(content: bytes, original: bytes) -> int:
    """Count features: SQLite's own check finds nothing, and the counter of features agrees."""
    require(content[:16] == original[:16], "head")
    with closing(sqlite3.connect(":memory:")) as now, closing(sqlite3.connect(":memory:")) as then:
        now.deserialize(content)
        then.deserialize(original)
        for database in (now, then):
            [[said]] = database.execute("PRAGMA integrity_check")
            require(said == "ok", said)
        schema = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name"
        require(now.execute(schema).fetchall() == then.execute(schema).fetchall(), "tables")
        for table in ("gpkg_contents", "gpkg_geometry_columns", "gpkg_spatial_ref_sys"):
            same = f"SELECT * FROM {table} ORDER BY 1, 2"
            require(now.execute(same).fetchall() == then.execute(same).fetchall(), table)
        [[name]] = now.execute("SELECT table_name FROM gpkg_contents")
        rows = now.execute(f'SELECT geom FROM "{name}"').fetchall()
        [[told]] = now.execute("SELECT feature_count FROM gpkg_ogr_contents")
        require(told == len(rows), "counter")
        before = then.execute(f'SELECT geom FROM "{name}"').fetchall()
        for (shape,), (other,) in zip(rows, before, strict=True):
            # All but coordinates: mark, flags, system, kind of shape, number of points.
            require(len(shape) == len(other) and shape[:8] == other[:8], "shape")
            require(_kinds(shape) == _kinds(other), "kind of shape")
    return len(rows)


def _kinds(shape: bytes) -> bytes:
    """Return what of a shape in a GeoPackage is no coordinate: its kind and numbers of points."""
    boxed = 32 if shape[3] & 0x0E else 0
    start = 8 + boxed
    length = {1: 5, 2: 9, 3: 13, 6: 22}.get(shape[start + 1], 9)
    return shape[start : start + length]


def _geojson(content: bytes, original: bytes) -> int:
    """Count features: JSON, each with a shape that is one and with the columns of the others."""
    before = _features(original)[0]
    features = _features(content)
    for each in features:
        require(list(each) == list(before), "members of a feature")
        require(each["type"] == "Feature", "type")
        require(list(each["properties"]) == list(before["properties"]), "columns")
        scalars = (isinstance(x, str | int | float) for x in each["properties"].values())
        require(all(scalars), "kinds of values")
        shape = each["geometry"]
        require(list(shape) == ["type", "coordinates"] and shape["type"] == "Point", "shape")
        require(len(shape["coordinates"]) == 2, "coordinates")
        require(all(isinstance(x, float) for x in shape["coordinates"]), "coordinates")
    return len(features)


def _features(content: bytes) -> list[dict[str, Any]]:
    text = content.decode("utf-8")

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        require(len({key for key, _ in pairs}) == len(pairs), "a key twice")
        return dict(pairs)

    try:
        document = json.loads(text, object_pairs_hook=once)
    except ValueError:
        return [json.loads(line, object_pairs_hook=once) for line in text.splitlines() if line]
    if document.get("type") == "Feature":
        return [document]
    require(document["type"] == "FeatureCollection", "type")
    require({"type", "features"} <= set(document) <= {"type", "name", "crs", "features"}, "keys")
    return list(document["features"])


def _mif(content: bytes, original: bytes) -> int:
    """Count objects: as many as rows beside them, each row with all columns."""
    now, before = _members(content, original), _members(original, original)
    [mif] = [part.decode() for name, part in now.items() if name.endswith(".mif")]
    [mid] = [part.decode() for name, part in now.items() if name.endswith(".mid")]
    [was] = [part.decode() for name, part in before.items() if name.endswith(".mif")]
    head, _, body = mif.partition("Data\n")
    require(head == was.partition("Data\n")[0], "head")
    objects = re.findall(r"^Point (\S+) (\S+)$", body, re.MULTILINE)
    others = [line for line in body.splitlines() if line.strip() and not line.startswith("Point ")]
    require(all(line.strip().startswith("Symbol") for line in others), "an unknown line")
    require(all(float(x) is not None and float(y) is not None for x, y in objects), "numbers")
    require(mid.endswith("\n"), "end of the last line")
    [first] = [part.decode() for name, part in before.items() if name.endswith(".mid")]
    separator = max(",\t;", key=first.splitlines()[0].count)
    rows = list(csv.reader(io.StringIO(mid), delimiter=separator, strict=True))
    require(len({len(row) for row in rows}) == 1, "rows of different length")
    require(len(rows) == len(objects), "rows beside objects")
    return len(rows)


def _tab(content: bytes, original: bytes) -> int:
    """Count rows: table and index as long as they say, the rest as it was but for coordinates."""
    parts = {name[-4:].lower(): part for name, part in _members(content, original).items()}
    before = {name[-4:].lower(): part for name, part in _members(original, original).items()}
    for name in before:
        require(len(parts[name]) == len(before[name]), "length")
        if name not in (".dat", ".map"):
            require(parts[name] == before[name], name)
    require(parts[".map"][:1024] == before[".map"][:1024], "head of .map")
    return _dbf(parts[".dat"], before[".dat"])


def _same_size(start: float, stop: float) -> Check:
    """Return a check of a format without checksums: only values in its middle may differ."""

    def check(content: bytes, original: bytes) -> int:
        require(len(content) == len(original), "size")
        first, last = (int(share * len(original)) for share in (start, stop))
        require(content[:first] == original[:first], "head")
        require(content[last:] == original[last:], "foot")
        return 0

    return check


def _flatgeobuf(content: bytes, original: bytes) -> int:
    """Take a FlatGeobuf for whole where only what is behind its head and index differs.

    In the head, the system's code counts; the text behind it that says the same again may differ.
    """
    start, stop = original.index(b"GEOGCRS["), 12 + struct.unpack_from("<I", original, 8)[0]
    return _same_size(0.3, 1.0)(content[:start] + original[start:stop] + content[stop:], original)


def _geodatabase(content: bytes, original: bytes) -> int:
    """Take a geodatabase for whole where nothing but bytes of its last tables differ."""
    now, before = _members(content, original), _members(original, original)
    for name, part in before.items():
        require(len(now[name]) == len(part), "size")
        is_rows = name.endswith(".gdbtable") and not name.endswith(
            tuple(f"a0000000{n}.gdbtable" for n in range(1, 9))
        )
        require(is_rows or now[name] == part, name)
    return 0


KML = _elements("Placemark")
CHECKS: Mapping[str, Check] = {
    "csv": _text,
    "csv_quoted": _text,
    "text_utf16": _text,
    "xlsx": _workbook,
    "xlsx_form": _workbook,
    "xlsx_strict": _workbook,
    "xls": _old_workbook,
    "ods": _one_member(_rows_of_xml("table-row", "table-cell"), "content.xml"),
    "xml_2003": _rows_of_xml("Row", "Cell"),
    "web_page": _page,
    "archive": _one_member(_text, ".csv"),
    "shapefile": _shapefile,
    "roads_shapefile": _shapefile,
    "boundaries_shapefile": _shapefile,
    "mapinfo_tab": _tab,
    "mapinfo_mif": _mif,
    "geodatabase": _geodatabase,
    "geopackage": _geopackage,
    "boundaries_geopackage": _geopackage,
    "geojson": _geojson,
    "geojsonl": _geojson,
    "kml": KML,
    "kmz": _one_member(KML, ".kml"),
    "gpx": _elements("wpt", "trk"),
    "flatgeobuf": _flatgeobuf,
    "geoparquet": _same_size(0.0, 0.4),
}
