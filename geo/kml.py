"""KML of Google Earth and GPX of phones and GPS devices, as layers in WGS 84.

Both are read here instead of by GDAL, whose KML driver leaves out attributes that the file does
not declare and makes a layer of every folder. What a file links to is never opened.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

import geopandas as gpd
import numpy as np
import shapely

from geo.crs import WGS84
from geo.errors import ReadError

NAME, DESCRIPTION, FOLDER = "name", "description", "folder"
MOST_NESTED = 200  # elements inside each other; real files have a dozen
Feature = tuple[dict[str, str], Any]


def read_kml(name: str, content: bytes) -> gpd.GeoDataFrame:
    """Return every placemark of a KML file, in the order of the file.

    Columns are `name`, `description`, one `folder` per level, the fields of its extended data, and
    those that its description writes as a table or as lines of `field: value`.

    Raises
    ------
    ReadError
        If it is no KML inside, has none but links to other files, or coordinates that are none.
    """
    root = _tree(name, content, kind="KML", tag="kml")
    features = list(_placemarks(name, root, ()))
    links = [_text(each, "href") for each in root.iter("NetworkLink")]
    links += [_text(each, "href") for link in root.iter("NetworkLink") for each in link]
    if not features and any(links):
        raise ReadError.of("kml_links", file=name, example=max(links, key=len)[:80])
    _require_all(name, features, root, "Placemark")
    return _layer(features)


def read_gpx(name: str, content: bytes) -> gpd.GeoDataFrame:
    """Return the waypoints of a GPX file as points, its routes and tracks as lines.

    Raises
    ------
    ReadError
        If it is no GPX inside, or has coordinates that are none.
    """
    root = _tree(name, content, kind="GPX", tag="gpx")

    def line(points: Iterator[Element]) -> Any:
        places = np.array([_lon_lat(name, each) for each in points]).reshape(-1, 2)
        return shapely.LineString(places) if len(places) > 1 else None

    features: list[Feature] = []
    for each in root:
        if each.tag == "wpt":
            features.append((_told(each), shapely.Point(_lon_lat(name, each))))
        elif each.tag == "rte":
            features.append((_told(each), line(each.iter("rtept"))))
        elif each.tag == "trk":
            parts = [line(segment.iter("trkpt")) for segment in each.iter("trkseg")]
            features.append((_told(each), _joined([part for part in parts if part is not None])))
    _require_all(name, features, root, "wpt", "rte", "trk")
    return _layer(features)


def _require_all(name: str, features: list[Feature], root: Element, *tags: str) -> None:
    """Refuse a file with places where none belongs, such as one inside another."""
    total = sum(1 for tag in tags for _ in root.iter(tag))
    if len(features) < total:
        raise ReadError.of("rows_lost", file=name, count=len(features), total=total)


def _tree(name: str, content: bytes, *, kind: str, tag: str) -> Element:
    """Return the root of an XML text, names without their prefixes, whether declared or not."""
    builder, parser = TreeBuilder(), expat.ParserCreate()
    depth = 0

    def start(written: str, attributes: Mapping[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MOST_NESTED:
            raise ValueError(written)
        builder.start(_local(written), {_local(key): text for key, text in attributes.items()})

    def end(written: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_local(written))

    def doctype(*_: object) -> None:  # only bombs and readers of other files have one here
        raise ValueError

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(content, True)
        root = builder.close()
    except (expat.ExpatError, ValueError, AssertionError, LookupError) as error:
        raise ReadError.of("xml_broken", file=name, kind=kind) from error
    if root.tag != tag:
        raise ReadError.of("wrong_format", file=name, kind=kind)
    return root


def _local(written: str) -> str:
    return written.rpartition(":")[2]


def _placemarks(name: str, parent: Element, folders: tuple[str, ...]) -> Iterator[Feature]:
    for each in parent:
        if each.tag == "Placemark":
            levels = {
                FOLDER if level == 1 else f"{FOLDER} {level}": folder
                for level, folder in enumerate(folders, start=1)
            }
            yield {**_attributes(each), **levels}, _shape(name, each)
        elif each.tag == "Folder":
            yield from _placemarks(name, each, (*folders, _text(each, NAME)))
        elif each.tag in ("Document", "kml", "Create", "Update"):
            yield from _placemarks(name, each, folders)


def _text(element: Element, tag: str) -> str:
    return (element.findtext(tag) or "").strip()


def _attributes(placemark: Element) -> dict[str, str]:
    """Return what a placemark says of itself; what is declared wins over its description.

    A field `NAME` is the name: two columns that differ in capitals would be one to a reader.
    """
    description = _text(placemark, DESCRIPTION)
    told = described(description)
    said = [(NAME, _text(placemark, NAME)), *(told or {DESCRIPTION: description}).items()]
    said += [(each.get("name", ""), _text(each, "value")) for each in placemark.iter("Data")]
    said += [
        (each.get("name", ""), (each.text or "").strip()) for each in placemark.iter("SimpleData")
    ]
    spelled: dict[str, str] = {}
    return {
        spelled.setdefault(field.casefold(), field): text for field, text in said if field and text
    }


def described(text: str) -> dict[str, str]:
    """Return the fields that a description writes as a table, or as lines `field: value`.

    Google Earth shows attributes so, and programs that write for it put them nowhere else.

    >>> described("<table><tr><td>MA_XA</td><td>07615</td></tr></table>")
    {'MA_XA': '07615'}
    >>> described("Loại công trình: Chợ<br>Năm: 2023")
    {'Loại công trình': 'Chợ', 'Năm': '2023'}
    >>> described("Chợ họp ngày 5, 10: đông")
    {}
    """
    reader = _Cells()
    reader.feed(text)
    reader.close()
    rows = [[cell for cell in row if cell] for row in reader.rows]
    pairs = [row for row in rows if len(row) == 2]
    if not pairs:
        lines = [line.strip() for line in reader.text.splitlines() if line.strip()]
        found = [_FIELD_LINE.fullmatch(line) for line in lines]
        pairs = [[each[1].strip(), each[2].strip()] for each in found if each]
        if len(pairs) < len(lines):  # a sentence with a colon in it is no attribute
            return {}
    return {field.rstrip(" :"): value for field, value in pairs if value != "<Null>"}


_FIELD_LINE = re.compile(r"([^:,.;]{1,40}):(?!//)(.*)")


class _Cells(HTMLParser):
    """The rows of the tables in a text, innermost only, and the text without its marks."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self.text = ""
        self._in_cell = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self.rows[-1].append("")
        elif tag in ("br", "p", "div", "li"):
            self.text += "\n"
        self._in_cell = tag in ("td", "th") or (self._in_cell and tag not in ("table", "tr"))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._in_cell = False
        elif tag in ("p", "div", "li"):
            self.text += "\n"

    def handle_data(self, data: str) -> None:
        if self._in_cell and self.rows and self.rows[-1]:
            self.rows[-1][-1] = f"{self.rows[-1][-1]} {data.strip()}".strip()
        else:
            self.text += data


def _shape(name: str, placemark: Element) -> Any:
    """Return the shape of a placemark, None if it has none.

    Several of one kind are one shape. A label point beside its area is left out: it is drawn, not
    surveyed.
    """
    shapes = [
        make(name, each) for each in placemark.iter() if (make := _SHAPES.get(each.tag)) is not None
    ]
    return _joined([shape for shape in shapes if shape is not None])


def _joined(shapes: list[Any]) -> Any:
    if not shapes:
        return None
    largest = max(shapely.get_dimensions(shape) for shape in shapes)
    kept = [shape for shape in shapes if shapely.get_dimensions(shape) == largest]
    if len(kept) == 1:
        return kept[0]
    kinds = {0: shapely.MultiPoint, 1: shapely.MultiLineString, 2: shapely.MultiPolygon}
    return kinds[int(largest)](kept)


def _point(name: str, element: Element) -> Any:
    places = _coordinates(name, element)
    return shapely.Point(places[0]) if len(places) else None


def _line(name: str, element: Element) -> Any:
    places = _coordinates(name, element)
    return shapely.LineString(places) if len(places) > 1 else None


def _polygon(name: str, element: Element) -> Any:
    rings = [
        places
        for side in ("outerBoundaryIs", "innerBoundaryIs")
        for boundary in element.iter(side)
        for each in boundary.iter("LinearRing")
        if len(places := _coordinates(name, each)) > 2
    ]
    return shapely.Polygon(rings[0], rings[1:]) if rings else None


def _track(name: str, element: Element) -> Any:
    written = [(each.text or "").split() for each in element.iter("coord")]
    places = _numbers(name, [each[:2] for each in written])
    return shapely.LineString(places) if len(places) > 1 else None


_SHAPES: Mapping[str, Callable[[str, Element], Any]] = {
    "Point": _point,
    "LineString": _line,
    "Polygon": _polygon,
    "Track": _track,
}


def _coordinates(name: str, element: Element) -> np.ndarray:
    """Return longitude and latitude of an element's places; heights are left out."""
    written = ",".join(part.strip() for part in _text(element, "coordinates").split(","))
    return _numbers(name, [place.split(",")[:2] for place in written.split()])


def _numbers(name: str, places: list[list[str]]) -> np.ndarray:
    try:
        return np.array(places, dtype=float).reshape(-1, 2)
    except ValueError as error:
        wrong = next((each for each in places if not _is_place(each)), [])
        example = ",".join(wrong)[:40]
        raise ReadError.of("no_coordinates", file=name, example=example) from error


def _is_place(written: list[str]) -> bool:
    try:
        return len([float(each) for each in written]) == 2
    except ValueError:
        return False


def _lon_lat(name: str, element: Element) -> np.ndarray:
    [place] = _numbers(name, [[element.get("lon", ""), element.get("lat", "")]])
    return np.asarray(place)


def _told(element: Element) -> dict[str, str]:
    """Return what a waypoint, route or track says of itself, also in a description by lines."""
    fields: dict[str, str] = {}
    for each in element:
        text = (each.text or "").strip()
        if text and not len(each):
            fields |= (described(text) if each.tag in ("desc", "cmt") else {}) or {each.tag: text}
    return fields


def _layer(features: list[Feature]) -> gpd.GeoDataFrame:
    columns = dict.fromkeys(field for fields, _ in features for field in fields)
    table = {field: [fields.get(field) for fields, _ in features] for field in columns}
    shapes = [shape for _, shape in features]
    return gpd.GeoDataFrame(table, geometry=shapes, crs=WGS84)
