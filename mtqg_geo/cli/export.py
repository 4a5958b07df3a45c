"""The command `export`, and the flags by which any command takes a selection."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from mtqg_geo.cli.common import add_selection, leave, selected
from mtqg_geo.exports import files as exports
from mtqg_geo.exports.formats import FORMATS, Wish, parse_crs
from mtqg_geo.figures.file_names import ALL, LAYERS
from mtqg_geo.maps.classing import Classing, parse_classing
from mtqg_geo.programme.errors import SelectionError

CLASSING = ("scheme", "k", "breaks", "pooled")


def add_commands(commands: Any) -> None:
    """Add `export` to the commands of the program."""
    export = commands.add_parser(
        "export", help="xuất dữ liệu đúng như bộ lọc (export what is selected)"
    )
    export.add_argument("layer", choices=(*LAYERS, ALL))
    add_selection(export)
    export.add_argument(
        "--format",
        choices=FORMATS,
        help="định dạng; nếu không nêu thì theo tên tệp, rồi đến geojson, với all là gpkg "
        "(by the file's name unless given); gpkg luôn gồm cả ba lớp và kiểu hiển thị cho QGIS",
    )
    export.add_argument("--crs", help="hệ tọa độ, vd. EPSG:9214 (reference system)")
    for name in CLASSING:
        export.add_argument(
            f"--{name}", metavar=name.upper(), help="phân lớp của kiểu trong gpkg (classes in gpkg)"
        )
    export.add_argument("-o", "--output", default="-", metavar="FILE", help="'-': standard output")
    export.set_defaults(run=_export)


def _export(options: argparse.Namespace) -> int:
    (data, selection), kind, wish = selected(options), _kind(options), _wish(options)
    content = exports.file_bytes(data, selection, options.layer, kind, wish)
    return leave(content, options.output)


def _kind(options: argparse.Namespace) -> str:
    """Return the format asked for, or the one the file's name says, or the usual one."""
    if options.format:
        return str(options.format)
    by_suffix = {f".{each.suffix}": kind for kind, each in FORMATS.items()}
    usual = "gpkg" if options.layer == ALL else "geojson"
    return by_suffix.get(Path(options.output).suffix.lower(), usual)


def _wish(options: argparse.Namespace) -> Wish:
    query = {name: [value] for name in CLASSING if (value := getattr(options, name)) is not None}
    classing, problems = parse_classing(query, lang=options.lang) if query else (Classing(), ())
    if problems:
        raise SelectionError(problems)
    lang = options.lang
    crs = Wish().crs if options.crs is None else parse_crs(options.crs, lang=lang)
    return Wish(crs, classing, lang)
