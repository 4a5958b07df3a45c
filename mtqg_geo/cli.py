"""The command line: data on standard output, words on standard error, exit 0, 1 or 2."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from geo.errors import GeoError
from mtqg_geo import (
    __version__,
    cli_boundaries,
    cli_crosswalk,
    cli_export,
    cli_loading,
    cli_progress,
    cli_report,
)
from mtqg_geo.error_words import error_text
from mtqg_geo.errors import MtqgError, SelectionError

FINE, PROBLEMS, USAGE = 0, 1, 2


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
        description="Bản đồ Chương trình MTQG: nạp và xuất số liệu, tiến độ, ranh giới.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    for group in (
        cli_export, cli_loading, cli_progress, cli_report, cli_boundaries, cli_crosswalk,
    ):  # fmt: skip
        group.add_commands(commands)
    return parser
