"""The command `export`: a layer of the selection, as any of the files that the page gives."""

import argparse
from pathlib import Path

from mtqg_geo.cli.common import add_classing, add_selection, classed, leave, selected
from mtqg_geo.exports import files as exports
from mtqg_geo.exports.formats import FORMATS, FileOptions, parse_crs, require_possible
from mtqg_geo.figures.file_names import ALL, ONE_BY_ONE


def add_export(export: argparse.ArgumentParser) -> None:
    """Give `export` its flags."""
    export.add_argument("layer", choices=(*ONE_BY_ONE, ALL))
    add_selection(export)
    export.add_argument(
        "--format",
        choices=FORMATS,
        help="định dạng; nếu không nêu thì theo tên tệp, rồi đến geojson, với all là gpkg "
        "(by the file's name unless given); xlsx (Excel) và gpkg luôn gồm xã, công trình và đường, "
        "gpkg có kiểu hiển thị cho QGIS",
    )
    export.add_argument("--crs", help="hệ tọa độ, vd. EPSG:9214 (reference system)")
    add_classing(export, "phân lớp của kiểu trong gpkg (classes in gpkg)")
    export.add_argument("-o", "--output", default="-", metavar="FILE", help="'-': standard output")
    export.set_defaults(run=_export)


def _export(options: argparse.Namespace) -> int:
    data, selection = selected(options)
    classing, lang = classed(options), options.lang
    crs = FileOptions().crs if options.crs is None else parse_crs(options.crs, lang=lang)
    wish = FileOptions(crs, classing, lang)
    kind, target = _kind(options), Path(options.output)
    require_possible(options.layer, kind, wish)
    if kind == "csv" and options.output != "-":
        files = exports.csv_with_types(data, selection, options.layer, target.name, lang=lang)
        return max(
            leave(content, target.with_name(name), lang=lang) for name, content in files.items()
        )
    content = exports.file_bytes(data, selection, options.layer, kind, wish)
    return leave(content, options.output, lang=lang)


def _kind(options: argparse.Namespace) -> str:
    """Return the format asked for, or the one the file's name says, or the usual one."""
    if options.format:
        return str(options.format)
    usual = "gpkg" if options.layer == ALL else "geojson"
    name = options.output.lower()
    named = [kind for kind, each in FORMATS.items() if name.endswith(f".{each.suffix}")]
    # The longest ending: `.csv.zip` is no shapefile.
    return max(named, key=lambda kind: len(FORMATS[kind].suffix), default=usual)
