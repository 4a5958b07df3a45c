"""The commands `boundaries list | check | install | use`."""

import argparse
import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

from geo.boundaries import BoundarySet, read_level
from geo.errors import BoundaryError, ReadError
from mtqg_geo.boundaries.check import CheckedLayer, check_file
from mtqg_geo.boundaries.install import install, installed_text, refused_text, stored_text
from mtqg_geo.boundaries.recognise import read_mapping
from mtqg_geo.boundaries.report import report_json, report_text, step_text, unreadable_report
from mtqg_geo.cli.common import add_language, add_who, require_anywhere, who_of
from mtqg_geo.cli.exit_codes import FINE, PROBLEMS
from mtqg_geo.communes.lineage import vintages
from mtqg_geo.dataset.boundary_sets import available_sets, find_set, is_usable, set_in_use, use_set
from mtqg_geo.programme.errors import SelectionError
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import error_text, t, wordings
from mtqg_geo.store.transactions import require_writable


def add_boundaries(boundaries: argparse.ArgumentParser) -> None:
    """Give `boundaries` its actions, and each of them its flags."""
    actions = boundaries.add_subparsers(required=True, metavar="ACTION")

    listing = actions.add_parser("list", help="liệt kê các bộ ranh giới (list boundary sets)")
    listing.add_argument("--json", action="store_true")
    add_language(listing)
    listing.set_defaults(run=_list)

    check = actions.add_parser("check", help="kiểm tra một tệp ranh giới (check a file)")
    check.set_defaults(run=_check)
    setup = actions.add_parser("install", help="kiểm tra rồi cài đặt (check and install)")
    setup.add_argument("--name", required=True, help="tên bộ ranh giới (name of the set)")
    setup.add_argument("--source", default="", help="nguồn (who made it)")
    setup.add_argument("--licence", default="")
    add_who(setup)
    setup.set_defaults(run=_install)
    for command in (check, setup):
        command.add_argument("file", type=Path)
        command.add_argument("--vintage", required=command is setup, default="2023-04")
        command.add_argument("--layer", help="lớp nào trong tệp (which layer of the file)")
        command.add_argument("--key", help="cột mã xã (the code column)")
        command.add_argument("--crs", help="hệ tọa độ, vd. EPSG:9214 (reference system)")
        command.add_argument(
            "--mapping", type=Path, help="quyết định đã lưu (saved decisions, CSV)"
        )
        command.add_argument("--accept", action="append", default=[], metavar="ISSUE")
        command.add_argument("--json", action="store_true")
        add_language(command)

    use = actions.add_parser("use", help="đưa một bộ vào sử dụng (put a set in use)")
    use.add_argument("set", help="mã hoặc tên (id or name)")
    add_who(use)
    add_language(use)
    use.set_defaults(run=_use)


def _list(options: argparse.Namespace) -> int:
    sets = available_sets()
    rows = [_row(each) for each in sets]
    if options.json:
        print(json.dumps(rows, ensure_ascii=False, indent=1))
        return FINE
    for each, row in zip(sets, rows, strict=True):
        mark = "*" if row["in_use"] else stored_text(each, options.lang)
        print(
            *(row[name] for name in ("vintage", "id", "name", "accuracy", "communes")),
            mark,
            sep="\t",
        )
    return FINE


def _row(boundary_set: BoundarySet) -> dict[str, Any]:
    return {
        "id": boundary_set.id,
        "vintage": boundary_set.vintage,
        "name": boundary_set.name,
        "accuracy": boundary_set.accuracy,
        "communes": len(read_level(boundary_set, "commune")),
        "districts": len(read_level(boundary_set, "district")),
        "source": boundary_set.source,
        "licence": boundary_set.licence,
        "in_use": boundary_set.id in {set_in_use(vintage).id for vintage in vintages()},
        "usable": is_usable(boundary_set),
    }


def _checked(options: argparse.Namespace) -> CheckedLayer:
    lang = options.lang
    for file in filter(None, (options.file, options.mapping)):
        if not file.exists():
            raise SelectionError((t("bad_file", lang, file=file.name),))
    for code in options.accept:
        if f"issue_{code}" not in wordings():
            raise SelectionError((t("bad_issue", lang, example=code),))
    return check_file(
        options.file,
        vintage=options.vintage,
        layer=options.layer,
        key=options.key,
        crs=options.crs,
        mapping=read_mapping(options.mapping) if options.mapping else None,
        accepted=options.accept,
        lang=lang,
        progress=partial(_progress, lang=lang) if sys.stderr.isatty() else lambda step, share: None,
    )


def _progress(step: str, share: float, *, lang: Lang) -> None:
    print(f"{share:4.0%} {step_text(step, lang)}", file=sys.stderr)


def _check(options: argparse.Namespace) -> int:
    try:
        checked = _checked(options)
    except ReadError as error:
        if not options.json:
            raise
        print(
            unreadable_report(options.file.name, error_text(error, options.lang), lang=options.lang)
        )
        return PROBLEMS
    write = report_json if options.json else report_text
    print(write(checked, lang=options.lang))
    return FINE if checked.is_ready else PROBLEMS


def _install(options: argparse.Namespace) -> int:
    require_writable()  # rather than after a long check
    require_anywhere(options, "install")
    checked = _checked(options)
    print(report_text(checked, lang=options.lang), file=sys.stderr)
    if not checked.is_ready:
        if options.json:
            print(report_json(checked, lang=options.lang))
        return PROBLEMS
    boundary_set = install(
        checked,
        vintage=options.vintage,
        name=options.name,
        who=who_of(options),
        source=options.source,
        licence=options.licence,
    )
    print(installed_text(boundary_set, options.lang, name=options.name), file=sys.stderr)
    print(json.dumps(_row(boundary_set), ensure_ascii=False) if options.json else boundary_set.id)
    return FINE


def _use(options: argparse.Namespace) -> int:
    try:
        boundary_set = find_set(options.set)
    except BoundaryError as error:
        raise SelectionError((error_text(error, options.lang),)) from error
    if not is_usable(boundary_set):
        raise SelectionError((refused_text(boundary_set, options.lang),))
    use_set(boundary_set, who=who_of(options))
    words = {"id": boundary_set.id, "name": boundary_set.name, "vintage": boundary_set.vintage}
    print(t("check_in_use", options.lang, **words), file=sys.stderr)
    return FINE
