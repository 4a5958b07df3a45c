"""The command `report`: maps, tables, the atlas, the Word report and the hand-over page."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from mtqg_geo.cli.common import add_classing, add_selection, classed, leave, selected
from mtqg_geo.maps.works_shown import WorksShown, parse_works
from mtqg_geo.programme.errors import SelectionError
from mtqg_geo.programme.words import t
from mtqg_geo.report.setup import (
    KINDS,
    OFFICE_FIELDS,
    ORIENTATIONS,
    PAPERS_MM,
    WITH_ALL,
    WITH_LIST,
    WITH_OFFICE,
    Office,
    Setup,
)

STEPS = 20  # in which a long report says how far it is


def add_report(report: argparse.ArgumentParser) -> None:
    """Give `report` its flags."""
    report.add_argument("kind", choices=tuple(KINDS))
    add_selection(report)
    report.add_argument(
        "--compare",
        metavar="PERIOD",
        help="bản đồ: thêm kỳ để so sánh, vd. 2022 hoặc 2023-Q2 (a second map, of this period)",
    )
    report.add_argument(
        "--compare-as",
        metavar="HOW",
        help="maps: hai bản đồ; difference: bản đồ chênh lệch (two maps, or one of what changed)",
    )
    report.add_argument(
        "--list",
        action="store_true",
        help="bản đồ: kèm danh sách xã trên cùng tờ giấy (with the list of its communes)",
    )
    report.add_argument(
        "--all",
        action="store_true",
        help="danh sách xã, tập bản đồ: in cả xã ngoài vùng DTTS&MN (also communes on no list)",
    )
    report.add_argument("--paper", choices=tuple(PAPERS_MM), default="A4")
    report.add_argument("--orientation", choices=ORIENTATIONS, default="landscape")
    report.add_argument(
        "--letterhead",
        action="store_true",
        help="tên cơ quan, quốc hiệu và chữ ký; phần nào không ghi thì để trống "
        "(letterhead and signature; what is not given is left blank)",
    )
    for name in OFFICE_FIELDS:
        words = f"{t(f'report_office_{name}', 'vi')} ({t(f'report_office_{name}', 'en')})".lower()
        report.add_argument(f"--office-{name}", metavar=name.upper(), help=words)
    add_classing(report, "phân lớp bản đồ (classes)")
    report.add_argument(
        "--works",
        metavar="WORKS",
        help="công trình trên bản đồ: none, single, commune (works on the map)",
    )
    report.add_argument(
        "-o", "--output", required=True, metavar="FILE", help="đuôi tệp chọn định dạng: "
        + "; ".join(f"{kind} .{' .'.join(suffixes)}" for kind, suffixes in KINDS.items())
        + " ('-': standard output)",
    )  # fmt: skip
    report.set_defaults(run=_report)


def _report(options: argparse.Namespace) -> int:
    from mtqg_geo.report.outputs import report_bytes  # it takes a second to import

    suffix = _suffix(options)
    data, selection = selected(options)
    setup = Setup(
        options.paper, options.orientation, options.lang, classed(options),
        office=_office(options), works=_works(options),
        listed=_allowed(options, "list", WITH_LIST), everywhere=_allowed(options, "all", WITH_ALL),
    )  # fmt: skip
    content = report_bytes(
        data, selection, setup, options.kind, suffix,
        progress=_Progress() if sys.stderr.isatty() else lambda share: None,
    )  # fmt: skip
    return leave(content, options.output, lang=options.lang)


def _allowed(options: argparse.Namespace, name: str, kinds: Sequence[str]) -> bool:
    """Return whether a flag is given; refuse it for a report that it says nothing to."""
    is_given = bool(getattr(options, name))
    if is_given and options.kind not in kinds:
        words = {"kind": options.kind, "flag": f"--{name}", "known": ", ".join(kinds)}
        raise SelectionError((t("report_without_flag", options.lang, **words),))
    return is_given


def _works(options: argparse.Namespace) -> WorksShown | None:
    """Return the works that the flag asks for; None leaves them to the rule."""
    works, problems = parse_works({"works": [options.works or ""]}, lang=options.lang)
    if problems:
        raise SelectionError(problems)
    return works


def _office(options: argparse.Namespace) -> Office | None:
    """Return who issues the report, if that is asked for or anything is said of it."""
    given = {name: getattr(options, f"office_{name}") for name in OFFICE_FIELDS}
    known = {name: " ".join(text.split()) for name, text in given.items() if text is not None}
    if not known and not options.letterhead:
        return None
    if options.kind not in WITH_OFFICE:
        words = {"kind": options.kind, "known": ", ".join(WITH_OFFICE)}
        raise SelectionError((t("report_without_office", options.lang, **words),))
    return Office(**known)


def _suffix(options: argparse.Namespace) -> str:
    """Return the format the file's name asks for."""
    known = KINDS[options.kind]
    suffix = Path(options.output).suffix.lower().removeprefix(".")
    if options.output == "-":
        return known[0]
    if suffix not in known:
        words = {"kind": options.kind, "suffix": suffix, "known": ", ".join(f".{s}" for s in known)}
        raise SelectionError((t("report_unknown_suffix", options.lang, **words),))
    return suffix


class _Progress:
    """Says on standard error how far a long report is, now and then."""

    def __init__(self) -> None:
        self.said = 0

    def __call__(self, share: float) -> None:
        """Say a share that is a step further than the last one said."""
        if int(share * STEPS) > self.said:
            self.said = int(share * STEPS)
            print(f"{share:4.0%}", file=sys.stderr)
