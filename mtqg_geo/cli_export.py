"""The command `export`, and the flags by which any command takes a selection."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from mtqg_geo.dataset.dataset import Dataset, current_dataset
from mtqg_geo.dataset.vintages import shown_for
from mtqg_geo.exports import files as exports
from mtqg_geo.exports.formats import FORMATS, Wish, parse_crs
from mtqg_geo.figures.file_names import ALL, LAYERS
from mtqg_geo.figures.query import parse_selection
from mtqg_geo.figures.selection import Selection
from mtqg_geo.maps.classing import Classing, parse_classing
from mtqg_geo.programme.errors import SelectionError

FINE, USAGE = 0, 2
LISTS = ("district", "project", "commune", "status")
SINGLES = ("year", "indicator", "basis", "measure", "with", "vintage")
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


def add_selection(command: argparse.ArgumentParser) -> None:
    """Give a command the flags of a selection, and the language of what it says."""
    for name in LISTS:
        command.add_argument(f"--{name}", action="append", default=[], metavar=name.upper())
    for name in SINGLES:
        command.add_argument(f"--{name}", metavar=name.upper())
    command.add_argument(
        "--as-of",
        metavar="QUARTER",
        help="kết quả đến hết quý nào, vd. 2023-Q2; nếu không nêu thì là quý mới nhất đã báo cáo "
        "(results up to the end of which quarter; the last reported unless given)",
    )
    command.add_argument("--lang", choices=("vi", "en"), default="vi")


def selected(options: argparse.Namespace) -> tuple[Dataset, Selection]:
    """Return the data that the flags ask for, and the selection of them.

    Raises
    ------
    SelectionError
        If a flag names something that does not exist.
    """
    query = {name: getattr(options, name) for name in LISTS}
    for name in (*SINGLES, "as_of", "compare"):  # not every command has the last ones
        if (value := getattr(options, name, None)) is not None:
            query[name] = [value]
    data = shown_for(current_dataset(), query)
    selection, problems = parse_selection(query, data, lang=options.lang)
    if problems:
        raise SelectionError(problems)
    return data, selection


def _export(options: argparse.Namespace) -> int:
    (data, selection), kind, wish = selected(options), _kind(options), _wish(options)
    content = exports.file_bytes(data, selection, options.layer, kind, wish)
    return leave(content, options.output)


def leave(content: bytes, output: str) -> int:
    """Write a file, or standard output for `-`, and return the exit code."""
    if output == "-":
        sys.stdout.buffer.write(content)
        return FINE
    target = Path(output)
    try:
        target.write_bytes(content)
    except OSError as error:
        print(f"{target}: {error.strerror}", file=sys.stderr)
        return USAGE
    print(f"{target}: {len(content)} bytes", file=sys.stderr)
    return FINE


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
