"""The commands there are; each is imported when it runs, with the libraries it needs."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pkgutil import resolve_name
from typing import TYPE_CHECKING

from geo.errors import GeoError
from mtqg_geo import __version__
from mtqg_geo.cli.exit_codes import FAILED, INTERRUPTED, PROBLEMS, USAGE
from mtqg_geo.programme.errors import MtqgError, SelectionError

if TYPE_CHECKING:
    from mtqg_geo.programme.model import Lang

LOG = "commands.log"
# By name: the module whose function `add_` and this name adds its flags, and its line in `--help`.
COMMANDS = {
    "export": ("export", "xuất dữ liệu đúng như bộ lọc (export what is selected)"),
    "init": ("loading", "tạo kho dữ liệu (create the store)"),
    "import": ("loading", "nạp một tệp số liệu (load a file)"),
    "batches": ("loading", "các lần nạp (imports)"),
    "backup": ("loading", "sao lưu kho dữ liệu (back up the store)"),
    "restore": ("loading", "khôi phục từ bản sao lưu (restore a backup)"),
    "check": ("check", "kiểm tra kho dữ liệu có nguyên vẹn (is all of it sound)"),
    "audit": ("audit", "nhật ký: ai đã làm gì, khi nào (who did what, when)"),
    "users": ("users", "người dùng và quyền (people and their rights)"),
    "template": ("loading", "ghi tệp mẫu để điền (write a template)"),
    "progress": ("progress", "tiến độ: kế hoạch và kết quả (plan against result)"),
    "report": ("report", "bản đồ in, bảng, tập bản đồ xã, báo cáo Word, HTML (reports)"),
    "boundaries": ("boundaries", "các bộ ranh giới (boundary sets)"),
    "crosswalk": (
        "crosswalk",
        "tỷ lệ đơn vị cũ → mới tính từ hai lớp ranh giới (shares from layers)",
    ),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 fine, 1 the data has problems, 2 wrong usage."""
    given = sys.argv[1:] if arguments is None else arguments
    options = parser(given).parse_args(given)
    # The command has imported these by now; `--help` would wait for them.
    from mtqg_geo.dataset.boundary_sets import sweep_leftovers
    from mtqg_geo.programme.frames import prefer_objects
    from mtqg_geo.programme.words import error_text, refused, t

    prefer_objects()
    lang: Lang = getattr(options, "lang", "vi")
    log = _keep_log()
    try:
        sweep_leftovers()
        return int(options.run(options))
    except SelectionError as error:
        print(*error.problems, sep="\n", file=sys.stderr)
        return USAGE
    except (MtqgError, GeoError) as error:
        print(error_text(error, lang), file=sys.stderr)
        return PROBLEMS
    except KeyboardInterrupt:
        print(t("loading_interrupted", lang), file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # `__main__` ends quietly then
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.filename:
            reason = refused(error).of(lang)
            print(t("failed_file", lang, file=error.filename, reason=reason), file=sys.stderr)
            return PROBLEMS
        return _failed(error, lang, log)


def _failed(error: Exception, lang: Lang, log: str) -> int:
    """Say of what nobody foresaw its number in the log."""
    from mtqg_geo.programme.unforeseen import logged
    from mtqg_geo.programme.words import t

    print(t("failed_command", lang, number=logged(error), log=log), file=sys.stderr)
    return FAILED


def _keep_log() -> str:
    """Have what is logged written to a file of the user's, made when there is anything; name it.

    Where none can be written it goes to standard error.
    """
    from mtqg_geo.store.remembered import state_folder

    folder = state_folder()
    if folder is not None:
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
        log = folder / LOG
        if os.access(log if log.exists() else folder, os.W_OK):
            file = logging.FileHandler(log, encoding="utf-8", delay=True)
            logging.basicConfig(handlers=[file], format="%(asctime)s %(message)s")
            return str(log)
    return "stderr"


def parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """Return the parser of all commands, with the flags of the one that is asked for.

    Only that one is imported: `--help` imports none, and a long report does not hold the libraries
    of loading in memory.
    """
    every = argparse.ArgumentParser(
        prog="python -m mtqg_geo",
        description="Bản đồ Chương trình MTQG: nạp và xuất số liệu, tiến độ, ranh giới.",
    )
    every.add_argument("--version", action="version", version=__version__)
    commands = every.add_subparsers(required=True, metavar="COMMAND")
    for name, (module, words) in COMMANDS.items():
        command = commands.add_parser(name, help=words)
        if name in arguments[:1]:
            resolve_name(f"mtqg_geo.cli.{module}:add_{name}")(command)
    return every
