"""The command line: data on standard output, words on standard error, exit 0, 1 or 2."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from geo.errors import GeoError
from mtqg_geo import __version__, cli_boundaries, exports
from mtqg_geo.datasets import Dataset, current_dataset
from mtqg_geo.error_words import error_text
from mtqg_geo.errors import MtqgError, SelectionError
from mtqg_geo.selection import Selection, parse_selection

FINE, PROBLEMS, USAGE = 0, 1, 2
LISTS = ("district", "project", "commune", "status")
SINGLES = ("year", "indicator", "basis", "vintage")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 fine, 1 the data has problems, 2 wrong usage."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options))
    except SelectionError as error:
        print(*error.problems, sep="\n", file=sys.stderr)
        return USAGE
    except (MtqgError, GeoError) as error:
        print(error_text(error, getattr(options, "lang", "vi")), file=sys.stderr)
        return PROBLEMS


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m mtqg_geo",
        description="Bản đồ Chương trình MTQG: xuất dữ liệu, kiểm tra và cài đặt ranh giới.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    export = commands.add_parser("export", help="xuất một lớp đúng như bộ lọc (export a layer)")
    export.add_argument("layer", choices=exports.LAYERS)
    for name in LISTS:
        export.add_argument(f"--{name}", action="append", default=[], metavar=name.upper())
    for name in SINGLES:
        export.add_argument(f"--{name}", metavar=name.upper())
    export.add_argument("--lang", choices=("vi", "en"), default="vi")
    export.add_argument("--format", choices=("geojson", "csv"), default="geojson")
    export.add_argument("-o", "--output", default="-", metavar="FILE", help="'-': standard output")
    export.set_defaults(run=_export)

    cli_boundaries.add_commands(commands)
    return parser


def _selection(data: Dataset, options: argparse.Namespace) -> Selection:
    query = {name: getattr(options, name) for name in LISTS}
    query |= {name: [value] for name in SINGLES if (value := getattr(options, name)) is not None}
    selection, problems = parse_selection(query, data, lang=options.lang)
    if problems:
        raise SelectionError(problems)
    return selection


def _export(options: argparse.Namespace) -> int:
    data = current_dataset()
    selection = _selection(data, options)
    content = exports.file_bytes(data, selection, options.layer, options.format)
    if options.output == "-":
        sys.stdout.buffer.write(content)
        return FINE
    target = Path(options.output)
    try:
        target.write_bytes(content)
    except OSError as error:
        print(f"{target}: {error.strerror}", file=sys.stderr)
        return USAGE
    print(f"{target}: {target.stat().st_size} bytes", file=sys.stderr)
    return FINE
