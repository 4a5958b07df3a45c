"""A good file of every format that the product reads, as small as a real one can be.

Equal bytes on every run, so that a number of `files` names the same damaged file anywhere.
"""

from __future__ import annotations

import io
import os
import re
import tempfile
import warnings
import zipfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
from shapely import LineString, Point, box

from geo.archive import fixed_zip
from mtqg_geo.dataset.dataset import Dataset, shipped_dataset

MOMENT = (2023, 1, 1, 0, 0, 0)
GDAL_DAY = "2023-01-01T00:00:00Z"
OOXML = "http://schemas.openxmlformats.org"
N_ROWS, N_WORKS = 12, 8
HEADINGS = ("Mã xã", "Tên xã", "Chỉ tiêu", "Kỳ báo cáo", "Loại số liệu", "Giá trị")
# How the name of a file of each format ends; `boundaries` are read as a layer of communes.
TABLES = {
    "csv": ".csv", "csv_quoted": ".csv", "text_utf16": ".txt", "xlsx": ".xlsx",
    "xlsx_form": ".xlsx", "xlsx_strict": ".xlsx", "xls": ".xls", "ods": ".ods",
    "xml_2003": ".xml", "web_page": ".html", "archive": ".zip",
}  # fmt: skip
LAYERS = {
    "shapefile": ".zip", "roads_shapefile": ".zip", "mapinfo_tab": ".zip", "mapinfo_mif": ".zip",
    "geodatabase": ".zip", "geopackage": ".gpkg", "geojson": ".geojson", "geojsonl": ".geojsonl",
    "kml": ".kml", "kmz": ".kmz", "gpx": ".gpx", "flatgeobuf": ".fgb", "geoparquet": ".parquet",
}  # fmt: skip
BOUNDARIES = {"boundaries_shapefile": ".zip", "boundaries_geopackage": ".gpkg"}
FORMATS: Mapping[str, str] = {**TABLES, **LAYERS, **BOUNDARIES}


@cache
def originals() -> Mapping[str, bytes]:
    """Return the bytes of the good file of each format."""
    os.environ["OGR_CURRENT_DATE"] = GDAL_DAY  # else a GeoPackage tells when it was made
    data = shipped_dataset()
    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
        warnings.simplefilter("ignore")
        made = {**_tables(data), **_layers(data, Path(folder)), **_boundaries(data, Path(folder))}
    return {kind: made[kind] for kind in FORMATS}


def _rows(data: Dataset) -> list[list[Any]]:
    communes = data.commune_list.head(N_ROWS)
    return [
        [*HEADINGS],
        *(
            [code, name, "OP01", "2023", "Kế hoạch", 11 + 7 * number]
            for number, (code, name) in enumerate(
                zip(communes["code"], communes["name"], strict=True)
            )
        ),
    ]


def _tables(data: Dataset) -> dict[str, bytes]:
    from tests.mtqg_geo.loading.other_formats import WRITERS

    rows = _rows(data)
    lines = [";".join(map(str, row)) for row in rows]
    quoted = [",".join(f'"{cell}"' for cell in row) for row in rows]
    csv = "\r\n".join([*lines, ""]).encode("utf-8-sig")
    return {
        "csv": csv,
        "csv_quoted": "\n".join([*quoted, ""]).encode(),
        "text_utf16": WRITERS["text"](rows),
        "xlsx": _workbook(rows),
        "xlsx_form": _with_shared_texts(_form(rows)),
        "xlsx_strict": _strict(_workbook(rows)),
        "xls": WRITERS["xls"](rows),
        "ods": _refixed(WRITERS["ods"](rows)),
        "xml_2003": WRITERS["xml_2003"](rows),
        "web_page": WRITERS["web_page"](rows),
        "archive": fixed_zip({"bieu.csv": csv}, moment=MOMENT),
    }


def _workbook(rows: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    return _saved(book)


def _form(rows: list[list[Any]]) -> bytes:
    """Return the figures as offices send them: a title, a row for each commune, a total."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["BIỂU TỔNG HỢP KẾ HOẠCH NĂM 2023"])
    sheet.merge_cells("A1:F1")
    sheet.append([])
    sheet.append(["STT", "Mã xã", "Tên xã", "Kỳ báo cáo", "Loại số liệu", "OP01"])
    for number, row in enumerate(rows[1:], start=1):
        sheet.append([number, row[0], row[1], *row[3:]])
    sheet.append(["", "", "Tổng cộng", "", "", sum(row[-1] for row in rows[1:])])
    return _saved(book)


def _with_shared_texts(content: bytes) -> bytes:
    """Return a workbook with its texts in a list of their own, as Excel writes them."""
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        members = {name: old.read(name).decode() for name in old.namelist()}
    texts: list[str] = []

    def shared(found: re.Match[str]) -> str:
        texts.append(found[1])
        return f't="s"><v>{len(texts) - 1}</v>'

    name = "xl/worksheets/sheet1.xml"
    members[name] = re.sub(r't="inlineStr"><is><t>(.*?)</t></is>', shared, members[name])
    listed = "".join(f"<si><t>{text}</t></si>" for text in texts)
    members["xl/sharedStrings.xml"] = (
        f'<sst xmlns="{OOXML}/spreadsheetml/2006/main" count="{len(texts)}" '
        f'uniqueCount="{len(texts)}">{listed}</sst>'
    )
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    for part, end, more in (
        ("[Content_Types].xml", "</Types>",
         f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/>'),
        ("xl/_rels/workbook.xml.rels", "</Relationships>",
         f'<Relationship Type="{OOXML}/officeDocument/2006/relationships/sharedStrings" '
         'Target="/xl/sharedStrings.xml" Id="rId99"/>'),
    ):  # fmt: skip
        members[part] = members[part].replace(end, more + end)
    return fixed_zip({name: text.encode() for name, text in members.items()}, moment=MOMENT)


def _saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return _refixed(out.getvalue())


def _refixed(content: bytes) -> bytes:
    """Return an archive without what tells when it was written."""
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        members = {name: old.read(name) for name in old.namelist()}
    if "docProps/core.xml" in members:
        core = members["docProps/core.xml"].decode()
        head, _, rest = core.partition("<dcterms:created")
        members["docProps/core.xml"] = (head + "</" + rest.rpartition("</")[2]).encode()
    return fixed_zip(members, moment=MOMENT)


def _strict(content: bytes) -> bytes:
    usual, strict = f"{OOXML}/", "http://purl.oclc.org/ooxml/"
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        texts = {name: old.read(name).decode() for name in old.namelist()}
    for name, text in texts.items():
        for part, other in (
            ("spreadsheetml/2006/main", "spreadsheetml/main"),
            ("officeDocument/2006/", "officeDocument/"),
        ):
            text = text.replace(usual + part, strict + other)
        texts[name] = text.replace("<workbook ", '<workbook conformance="strict" ')
    return fixed_zip({name: text.encode() for name, text in texts.items()}, moment=MOMENT)


def _sites(data: Dataset) -> gpd.GeoDataFrame:
    numbers = range(N_WORKS)
    inside = data.communes.geometry.head(N_WORKS).to_crs("EPSG:4326").representative_point()
    columns = {
        "id": [f"CT{number:03}" for number in numbers],
        "ten": [f"Chợ số {number}" for number in numbers],
        "du_an": "DA4.TDA1",
        "nam": 2023,
        "loai": "Chợ",
    }
    points = [Point(round(each.x, 5), round(each.y, 5)) for each in inside]
    return gpd.GeoDataFrame(columns, geometry=points, crs="EPSG:4326")


def _roads(data: Dataset) -> gpd.GeoDataFrame:
    sites = _sites(data)
    lines = [
        LineString([(each.x, each.y), (each.x + 0.002, each.y + 0.001), (each.x + 0.004, each.y)])
        for each in sites.geometry
    ]
    names = [f"Đường số {number}" for number in range(N_WORKS)]
    kept = sites[["id", "du_an", "nam"]].assign(ten=names)
    return gpd.GeoDataFrame(kept, geometry=lines, crs="EPSG:4326")


def _layers(data: Dataset, folder: Path) -> dict[str, bytes]:
    sites, roads = _sites(data), _roads(data)
    kml = _kml(sites, roads)
    return {
        "shapefile": _zipped(sites, folder / "shp", "cong_trinh.shp"),
        "roads_shapefile": _zipped(roads, folder / "roads", "duong.shp"),
        "mapinfo_tab": _zipped(sites, folder / "tab", "cong_trinh.tab", driver="MapInfo File"),
        "mapinfo_mif": _zipped(sites, folder / "mif", "cong_trinh.mif", driver="MapInfo File"),
        "geodatabase": _zipped(sites, folder / "gdb", "cong_trinh.gdb", driver="OpenFileGDB"),
        "geopackage": _file(sites, folder / "a.gpkg"),
        "geojson": _file(sites, folder / "a.geojson"),
        "geojsonl": _file(sites, folder / "a.geojsonl", driver="GeoJSONSeq"),
        "kml": kml,
        "kmz": fixed_zip({"doc.kml": kml}, moment=MOMENT),
        "gpx": _gpx(sites, roads),
        "flatgeobuf": _file(sites, folder / "a.fgb"),
        "geoparquet": _parquet(sites),
    }


def _boundaries(data: Dataset, folder: Path) -> dict[str, bytes]:
    """Return squares in the middle of some communes, with their codes and names."""
    some = data.communes.head(N_WORKS).to_crs("EPSG:4326")
    squares = [
        box(round(x, 3) - 0.005, round(y, 3) - 0.005, round(x, 3) + 0.005, round(y, 3) + 0.005)
        for x, y in ((each.x, each.y) for each in some.geometry.representative_point())
    ]
    columns = {"ma_xa": some["code"].tolist(), "ten_xa": some["name"].tolist()}
    layer = gpd.GeoDataFrame(columns, geometry=squares, crs="EPSG:4326")
    return {
        "boundaries_shapefile": _zipped(layer, folder / "communes", "xa.shp"),
        "boundaries_geopackage": _file(layer, folder / "communes.gpkg"),
    }


def _zipped(layer: gpd.GeoDataFrame, folder: Path, name: str, **options: str) -> bytes:
    folder.mkdir()
    layer.to_file(folder / name, encoding="utf-8", **options)
    members = {
        str(each.relative_to(folder)): each.read_bytes()
        for each in sorted(folder.rglob("*"))
        if each.is_file()
    }
    return fixed_zip(members, moment=MOMENT)


def _file(layer: gpd.GeoDataFrame, path: Path, **options: str) -> bytes:
    layer.to_file(path, **options)
    return path.read_bytes()


def _parquet(layer: gpd.GeoDataFrame) -> bytes:
    out = io.BytesIO()
    layer.to_parquet(out, index=False)
    return out.getvalue()


def _kml(sites: gpd.GeoDataFrame, roads: gpd.GeoDataFrame) -> bytes:
    marks = []
    for each in [*sites.itertuples(), *roads.itertuples()]:
        places = " ".join(f"{x:.5f},{y:.5f},0" for x, y in each.geometry.coords)
        shape = "Point" if each.geometry.geom_type == "Point" else "LineString"
        marks.append(
            f"<Placemark><name>{each.ten}</name><description>Dự án: {each.du_an}\nNăm: {each.nam}"
            f"</description><{shape}><coordinates>{places}</coordinates></{shape}></Placemark>\n"
        )
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2">'
    return f"{head}<Document><Folder>{''.join(marks)}</Folder></Document></kml>\n".encode()


def _gpx(sites: gpd.GeoDataFrame, roads: gpd.GeoDataFrame) -> bytes:
    said = "<desc>Dự án: DA4.TDA1\nNăm: 2023</desc>"
    points = [
        f'<wpt lat="{each.geometry.y:.5f}" lon="{each.geometry.x:.5f}"><name>{each.ten}</name>'
        f"{said}</wpt>\n"
        for each in sites.itertuples()
    ]
    tracks = []
    for each in roads.itertuples():
        places = "".join(f'<trkpt lat="{y:.5f}" lon="{x:.5f}"/>' for x, y in each.geometry.coords)
        tracks.append(f"<trk><name>{each.ten}</name>{said}<trkseg>{places}</trkseg></trk>\n")
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="1.1" creator="t">'
    return f"{head}{''.join(points)}{''.join(tracks)}</gpx>\n".encode()
