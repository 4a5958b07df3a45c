"""CSV files that say what their columns hold, alone and as a data package.

A program that guesses reads the code 07645 as a number. QGIS asks a file `.csvt` beside, other
programs the metadata of CSV on the Web (W3C, 2015) or the schema of a data package (Frictionless).
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from mtqg_geo.exports.columns import Field
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Lang

KEY = c.CODE  # names a row in every exported table
# How GDAL calls each kind, and which of them is a coordinate: QGIS then shows points.
CSVT = {
    "string": "String",
    "integer": "Integer64",
    "number": "Real",
    "boolean": "Integer(Boolean)",
}
COORDINATES = {c.LON: "CoordX", c.LAT: "CoordY"}
BOOLEAN = ("True", "False")  # as pandas writes them


@dataclass(frozen=True)
class Table:
    """A layer as a CSV file, and what is known of it.

    Attributes
    ----------
    name
        Name of the layer.
    text
        The content of the CSV.
    fields
        What each column holds.
    title, note
        What the rows are; where they come from, how exact they are.
    sources
        Where figures and boundaries come from.
    """

    name: str
    text: bytes
    fields: Sequence[Field]
    title: str
    note: str
    sources: Sequence[str]


def csv_files(table: Table, file_name: str, *, lang: Lang) -> dict[str, bytes]:
    """Return by name the CSV and the two files that stand beside it."""
    return {
        file_name: table.text,
        PurePath(file_name).with_suffix(".csvt").name: csvt(table.fields),
        f"{file_name}-metadata.json": _json(csvw(table, file_name, lang=lang)),
    }


def csvt(fields: Iterable[Field]) -> bytes:
    r"""Return the types of the columns as QGIS and GDAL read them.

    >>> csvt([Field("code", "string", "Code", "Code"), Field("km", "number", "Length", "Length")])
    b'"String","Real"\r\n'
    """
    types = (f'"{COORDINATES.get(each.name, CSVT[each.kind])}"' for each in fields)
    return (",".join(types) + "\r\n").encode("ascii")


def csvw(table: Table, file_name: str, *, lang: Lang) -> dict[str, object]:
    """Return what CSV on the Web says of a table."""
    columns = [
        {
            "name": each.name,
            "titles": each.name,  # the heading as it stands in the file
            "datatype": {"base": "boolean", "format": "|".join(BOOLEAN)}
            if each.kind == "boolean"
            else each.kind,
            "dc:title": each.title,
            "dc:description": each.meaning,
            **({"schema:unitText": each.unit} if each.unit else {}),
        }
        for each in table.fields
    ]
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": lang}],
        "url": file_name,
        "dc:title": table.title,
        "dc:description": table.note,
        "dc:source": list(table.sources),
        "dialect": {"encoding": "utf-8", "delimiter": ",", "header": True},
        "tableSchema": {"columns": columns, "primaryKey": KEY},
    }


def table_schema(fields: Iterable[Field]) -> dict[str, object]:
    """Return the schema of a table as Frictionless writes it."""
    return {
        "fields": [
            {
                "name": each.name,
                "type": each.kind,
                "title": each.title,
                "description": each.meaning,
                **({"unit": each.unit} if each.unit else {}),
                **({"constraints": {"enum": list(each.choices)}} if each.choices else {}),
            }
            for each in fields
        ],
        "missingValues": [""],
        "primaryKey": [KEY],
    }


def data_package(
    tables: Sequence[Table],
    geojson: Mapping[str, bytes],
    *,
    name: str,
    title: str,
    licence: str,
    lang: Lang,
) -> dict[str, bytes]:
    """Return the files of a data package: each layer as CSV and GeoJSON, and what they are.

    Parameters
    ----------
    tables
        The layers.
    geojson
        The same layers with their shapes, by name.
    name, title
        What is selected: as a file name, and in words.
    licence
        How the boundaries may be used; nothing is known of the figures, and nothing is said.
    lang
        Language of the words inside.
    """
    members: dict[str, bytes] = {}
    resources: list[dict[str, object]] = []
    for table in tables:
        beside = csv_files(table, f"{table.name}.csv", lang=lang)
        file, shapes = f"{table.name}.csv", f"{table.name}.geojson"
        members |= beside | {shapes: geojson[table.name]}
        said = {"title": table.title, "description": table.note, "sources": _sources(table.sources)}
        resources += [
            {
                "name": table.name,
                **_of_file(file, members[file], "csv", "text/csv"),
                "encoding": "utf-8",
                **said,
                "schema": table_schema(table.fields),
            },
            {
                "name": f"{table.name}-shapes",
                **_of_file(shapes, members[shapes], "geojson", "application/geo+json"),
                **said,
            },
        ]
    members["README.txt"] = "\r\n\r\n".join(table.note for table in tables).encode("utf-8-sig")
    sources = dict.fromkeys(source for table in tables for source in table.sources)
    described = {
        "name": name.lower(),
        "title": title,
        "profile": "data-package",
        "sources": _sources(sources),
        # Not a licence of a list: the note beside says of what it is one.
        **({"licenses": [{"path": "README.txt", "title": licence}]} if licence else {}),
        "resources": resources,
    }
    return {"datapackage.json": _json(described), **members}


def _of_file(path: str, content: bytes, form: str, media_type: str) -> dict[str, object]:
    digest = hashlib.sha256(content).hexdigest()
    facts = {"path": path, "format": form, "mediatype": media_type}
    return {**facts, "bytes": len(content), "hash": f"sha256:{digest}"}


def _sources(texts: Iterable[str]) -> list[dict[str, str]]:
    return [
        {"title": text, **({"path": text} if text.startswith(("http://", "https://")) else {})}
        for text in texts
    ]


def _json(described: object) -> bytes:
    return (json.dumps(described, ensure_ascii=False, indent=2) + "\n").encode("utf-8")
