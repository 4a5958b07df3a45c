"""The command `audit`: the log of who did what, on the screen or as a file; is it as written."""

import argparse
import json
import sys
from pathlib import Path

from mtqg_geo.cli.common import add_language, leave
from mtqg_geo.cli.exit_codes import FINE
from mtqg_geo.exports.record import KINDS, record_file
from mtqg_geo.loading.record import RecordFilter, record_rows
from mtqg_geo.programme.errors import SelectionError, StoreError
from mtqg_geo.programme.words import coded, number, t
from mtqg_geo.store.chain import FIRST
from mtqg_geo.store.engine import open_store
from mtqg_geo.store.insert_only import ACTIONS, chain, log_entries, require_chained
from mtqg_geo.store.transactions import reading


def add_audit(command: argparse.ArgumentParser) -> None:
    """Give `audit` its flags."""
    command.add_argument(
        "action", nargs="?", choices=("verify",), help="nhật ký có nguyên vẹn (is it as written)"
    )
    command.add_argument(
        "--link", default="", help="dấu đã ghi lại lần trước (a link written down before)"
    )
    command.add_argument("--who", default="", help="người thực hiện (who did it)")
    command.add_argument("--kind", default="", choices=ACTIONS, help="việc đã làm (what was done)")
    command.add_argument(
        "--day", default="", metavar="DAY", help="ngày, tháng hoặc năm: 2026-11-30, 2026-11, 2026"
    )
    how = command.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true")
    how.add_argument("-o", "--output", metavar="FILE", help=f"tệp (file): .{', .'.join(KINDS)}")
    add_language(command)
    command.set_defaults(run=_audit)


def _audit(options: argparse.Namespace) -> int:
    lang = options.lang
    if options.action == "verify":
        return _verify(options)
    wanted = RecordFilter(options.who, options.kind, options.day).of(log_entries(open_store()))
    if options.output:
        kind = Path(options.output).suffix.lower().removeprefix(".")
        if kind not in KINDS:
            known = ", ".join(f".{each}" for each in KINDS)
            raise SelectionError((t("record_suffix", lang, file=options.output, known=known),))
        return leave(record_file(wanted, kind, lang), options.output, lang=lang)
    if options.json:
        lines = [vars(each) | {"detail": dict(each.detail)} for each in wanted]
        print(json.dumps(lines, ensure_ascii=False, indent=1))
        return FINE
    for row in record_rows(wanted, lang):
        print(*row.values(), sep="\t")
    if not wanted:
        print(t("record_none", lang), file=sys.stderr)
    return FINE


def _verify(options: argparse.Namespace) -> int:
    """Say that the log is as it was written, and its last link, to be kept elsewhere."""
    with reading(open_store()) as connection:
        require_chained(connection)
        links = chain(connection)
    if options.link and options.link not in links.values():
        raise coded(StoreError, "chain_other", link=options.link)
    count, last = len(links), links[len(links)] if links else FIRST
    if options.json:
        print(json.dumps({"lines": count, "last": last}))
    else:
        print(t("record_chained", options.lang, count=number(count, options.lang), link=last))
    return FINE
