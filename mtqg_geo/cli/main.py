"""The command line: data on standard output, words on standard error, exit 0, 1 or 2."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from types import ModuleType

from geo.errors import GeoError
from mtqg_geo import __version__
from mtqg_geo.cli.exit_codes import PROBLEMS, USAGE
from mtqg_geo.programme.errors import MtqgError, SelectionError
from mtqg_geo.programme.words import error_text


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 fine, 1 the data has problems, 2 wrong usage."""
    given = sys.argv[1:] if arguments is None else arguments
    options = _parser(given).parse_args(given)
    try:
        return int(options.run(options))
    except SelectionError as error:
        print(*error.problems, sep="\n", file=sys.stderr)
        return USAGE
    except (MtqgError, GeoError) as error:
        print(error_text(error, getattr(options, "lang", "vi")), file=sys.stderr)
        return PROBLEMS


def _groups(arguments: Sequence[str]) -> tuple[ModuleType, ...]:
    """Return the modules of commands: all, or the one that prints.

    A long report shall not hold the libraries of loading in memory.
    """
    if "report" in arguments[:1]:
        from mtqg_geo.cli import report as cli_report

        return (cli_report,)
    from mtqg_geo.cli import boundaries as cli_boundaries
    from mtqg_geo.cli import crosswalk as cli_crosswalk
    from mtqg_geo.cli import export as cli_export
    from mtqg_geo.cli import loading as cli_loading
    from mtqg_geo.cli import progress as cli_progress
    from mtqg_geo.cli import report as cli_report

    return cli_export, cli_loading, cli_progress, cli_report, cli_boundaries, cli_crosswalk


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m mtqg_geo",
        description="Bản đồ Chương trình MTQG: nạp và xuất số liệu, tiến độ, ranh giới.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    for group in _groups(arguments):
        group.add_commands(commands)
    return parser
