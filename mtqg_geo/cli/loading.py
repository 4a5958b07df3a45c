"""The commands that put data in: `init`, `import`, `batches`, `backup`, `restore`, `template`."""

from __future__ import annotations

import argparse
import shutil
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import get_args

from mtqg_geo.cli.common import (
    add_language,
    add_places,
    add_who,
    leave,
    machine_of,
    require_anywhere,
    selected,
    who_of,
)
from mtqg_geo.cli.exit_codes import FINE, PROBLEMS
from mtqg_geo.dataset.dataset import current_dataset, shipped_dataset
from mtqg_geo.loading.changes import change_lines, change_tables
from mtqg_geo.loading.crossed import communes_crossed
from mtqg_geo.loading.sheets.table import TableKind
from mtqg_geo.loading.start import ready_store, start_store
from mtqg_geo.loading.summary import (
    batch_json,
    batch_line,
    contents_words,
    failure_json,
    read_line,
    set_aside_lines,
    summary_lines,
    understood_lines,
    upload_json,
)
from mtqg_geo.loading.upload import Upload, check_upload, commit_upload
from mtqg_geo.loading.view import places_of
from mtqg_geo.loading.workbooks.marked import marked_workbook
from mtqg_geo.loading.workbooks.templates import ALL_KINDS, template
from mtqg_geo.programme.errors import LoadError, SelectionError
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import error_text, number, sentence_of, t
from mtqg_geo.store.backup import backup, backup_in_turn, restore, verify_backup
from mtqg_geo.store.batches import Batch, batches, undo_batch
from mtqg_geo.store.damage import store_damages
from mtqg_geo.store.engine import has_store, open_store
from mtqg_geo.store.transactions import require_writable

EVERY_S = 1.0  # what takes longer says how far it is


def add_init(command: argparse.ArgumentParser) -> None:
    """Give `init` its flags."""
    _runs(command, _init)
    command.add_argument(
        "--sample", action="store_true", help="kèm số liệu minh họa (and the sample)"
    )
    command.add_argument(
        "--new",
        action="store_true",
        help="kể cả khi kho cũ không còn (also if the old one is gone)",
    )


def add_import(command: argparse.ArgumentParser) -> None:
    """Give `import` its flags."""
    _runs(command, _import)
    command.add_argument("file", type=Path)
    command.add_argument("--dry-run", action="store_true", help="chỉ kiểm tra (check only)")
    command.add_argument(
        "--allow-rejected", action="store_true", help="bỏ các dòng sai (leave out)"
    )
    command.add_argument("--errors", type=Path, metavar="FILE.xlsx", help="ghi tệp đánh dấu lỗi")
    command.add_argument("--layer", help="lớp nào trong tệp (which layer of the file)")
    command.add_argument("--kind", choices=get_args(TableKind), help="loại bảng (kind of table)")
    command.add_argument(
        "--sheet", action="append", default=[], metavar="NAME", help="chỉ đọc trang này (only it)"
    )
    command.add_argument("--json", action="store_true")
    add_who(command)


def add_batches(command: argparse.ArgumentParser) -> None:
    """Give `batches` its actions, and each of them its flags."""
    actions = command.add_subparsers(required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="liệt kê các lần nạp (list imports)")
    _runs(listing, _list)
    listing.add_argument("--json", action="store_true")
    undo = actions.add_parser("undo", help="hoàn tác một lần nạp (undo an import)")
    _runs(undo, _undo)
    undo.add_argument("id", type=int)
    add_who(undo)


def add_backup(command: argparse.ArgumentParser) -> None:
    """Give `backup` its flags."""
    _runs(command, _backup)
    command.add_argument("file", type=Path, help="tệp; với --keep là thư mục (with --keep: folder)")
    how = command.add_mutually_exclusive_group()
    how.add_argument(
        "--keep",
        type=_at_least_one,
        metavar="N",
        help="ghi thêm một bản vào thư mục, giữ N bản mới nhất (one more, keep the N newest)",
    )
    how.add_argument(
        "--verify",
        action="store_true",
        help="kiểm tra một bản sao lưu đã có (verify a backup that is there)",
    )


def add_restore(command: argparse.ArgumentParser) -> None:
    """Give `restore` its flags."""
    _runs(command, _restore)
    command.add_argument("file", type=Path)
    command.add_argument(
        "--replace", action="store_true", help="thay dữ liệu đang có (replace data)"
    )
    command.add_argument(
        "--allow-damaged",
        action="store_true",
        help="kể cả bản sao lưu bị hỏng (also of a backup that is damaged)",
    )
    add_who(command)


def add_template(command: argparse.ArgumentParser) -> None:
    """Give `template` its flags."""
    _runs(command, _template)
    command.add_argument("kind", choices=ALL_KINDS)
    command.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.xlsx")
    command.add_argument(
        "--year", type=int, help="năm báo cáo, theo các xã của năm đó (its communes)"
    )
    add_places(command)


def _runs(command: argparse.ArgumentParser, run: Callable[[argparse.Namespace], int]) -> None:
    add_language(command)
    command.set_defaults(run=run)


def _say(*lines: str) -> None:
    """Say lines, if any, on standard error; a terminal gets them broken between words."""
    if sys.stderr.isatty():
        width = shutil.get_terminal_size().columns
        lines = tuple(
            textwrap.fill(line, width, subsequent_indent="    ", break_on_hyphens=False)
            for line in lines
        )
    if lines:
        print(*lines, sep="\n", file=sys.stderr)


class _Meter:
    """Says on standard error, once a second, how far a long piece of work is."""

    def __init__(self, lang: Lang) -> None:
        self._lang, self._now, self._done = lang, "", Event()

    def __call__(self, share: float, words: str) -> None:
        self._now = f"{share:4.0%} {t(words, self._lang)}"

    def __enter__(self) -> _Meter:
        self._thread = Thread(target=self._tell, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _tell(self) -> None:
        said = ""
        while not self._done.wait(EVERY_S):
            if self._now != said:
                said = self._now
                _say(said)


def _init(options: argparse.Namespace) -> int:
    require_writable()
    with _Meter(options.lang) as meter:
        store = start_store(
            shipped_dataset(), sample=options.sample, anew=options.new, progress=meter
        )
    _say(t("loading_created", options.lang, place=store.place))
    return FINE


def _import(options: argparse.Namespace) -> int:
    if not options.dry_run:
        require_writable()  # rather than after a long check
        require_anywhere(options, "load")
    try:
        upload = _checked(options)
    except LoadError as error:
        if options.json:
            print(failure_json(options.file.name, error, options.lang))
        raise
    _say(read_line(upload, options.lang), *set_aside_lines(upload, options.lang))
    if options.dry_run:
        _say(*understood_lines(upload, options.lang))
    _say(*summary_lines(upload, options.lang))
    _say(*change_lines(change_tables(upload, current_dataset(), options.lang), options.lang))
    batch: Batch | None = None
    refused = upload.has_errors and not options.allow_rejected
    if refused and not options.dry_run:
        count = sum(upload.rejected.values())
        _say(sentence_of("load_has_errors", options.lang, file=upload.file_name, count=count))
    elif options.dry_run:
        _say(t("loading_dry", options.lang))
    else:
        batch = _committed(upload, options)
    if options.json:
        print(upload_json(upload, options.lang, batch=batch))
    written = _write_marked(upload, options) if upload.has_errors and options.errors else FINE
    return written or (PROBLEMS if refused else FINE)


def _checked(options: argparse.Namespace) -> Upload:
    """Check the file against the store, if there is one."""
    store = open_store() if has_store() else None
    data, name = current_dataset(), options.file.name
    with _Meter(options.lang) as meter:
        return check_upload(
            options.file,
            name,
            data,
            kind=options.kind,
            sheets=options.sheet,
            layer=options.layer,
            progress=meter,
            store=store,
        )


def _committed(upload: Upload, options: argparse.Namespace) -> Batch | None:
    """Store the good rows; a first import creates the store."""
    with _Meter(options.lang) as meter:
        store = ready_store(current_dataset(), progress=meter)
        batch = commit_upload(
            upload,
            store,
            who=who_of(options),
            allow_rejected=options.allow_rejected,
            progress=meter,
            data=current_dataset(),
        )
    if batch is None:
        _say(t("loading_nothing_new", options.lang))
    else:
        _say(t("loading_stored", options.lang, batch=batch_line(batch, options.lang)))
    return batch


def _write_marked(upload: Upload, options: argparse.Namespace) -> int:
    marked = marked_workbook(upload.content, upload.file_name, upload.errors, lang=options.lang)
    words = t("loading_marked", options.lang, file=options.errors)
    return leave(marked, options.errors, lang=options.lang, done=words)


def _list(options: argparse.Namespace) -> int:
    every = batches(open_store())
    if options.json:
        print(batch_json(every))
    else:
        for batch in every:
            print(batch_line(batch, options.lang))
    if not every:
        _say(t("loading_no_batches", options.lang))
    return FINE


def _undo(options: argparse.Namespace) -> int:
    batch = undo_batch(open_store(), options.id, who=who_of(options), crossed=communes_crossed())
    _say(t("loading_was_undone", options.lang, batch=batch_line(batch, options.lang)))
    return FINE


def _backup(options: argparse.Namespace) -> int:
    lang, gone = options.lang, tuple[Path, ...]()
    if options.verify:
        held = verify_backup(options.file)
        words = contents_words(held, lang)
        _say(t("store_backup_sound", lang, file=options.file, holds=words))
        return FINE
    if options.keep:
        file, gone = backup_in_turn(open_store(), options.file, keep=options.keep)
    else:
        file = backup(open_store(), options.file)
    megabytes = f"{file.stat().st_size / 1e6:.1f}"
    _say(t("loading_backed_up", lang, file=file, megabytes=megabytes))
    if gone:
        values = {"count": number(len(gone), lang), "example": gone[0].name}
        _say(t("store_backups_deleted", lang, keep=number(options.keep, lang), **values))
    return FINE


def _at_least_one(text: str) -> int:
    if int(text) < 1:
        raise ValueError
    return int(text)


def _restore(options: argparse.Namespace) -> int:
    store = restore(
        options.file,
        who=machine_of(options),
        replace=options.replace,
        allow_damaged=options.allow_damaged,
    )
    _say(t("loading_restored", options.lang, file=options.file, place=store.place))
    found = [*store_damages(store)]
    _say(*(error_text(each, options.lang) for each in found))
    return PROBLEMS if found else FINE


def _template(options: argparse.Namespace) -> int:
    communes, lang = _places(options), options.lang
    content = template(
        options.kind, current_dataset(), lang=lang, year=options.year, communes=communes
    )
    if communes and options.kind != "lineage":
        _say(t("loader_template_places", lang, count=number(len(communes), lang)))
    words = t("loading_template_written", options.lang, file=options.output)
    return leave(content, options.output, lang=lang, done=words)


def _places(options: argparse.Namespace) -> tuple[str, ...]:
    """Return the communes of 2023 in the places the flags choose; none where nothing limits them.

    Raises
    ------
    SelectionError
        If no commune lies in all of them.
    """
    # A year that nothing is known of yet has a template, but no regions to choose by.
    known = options.year in current_dataset().years
    year = str(options.year) if known else None
    data, selection = selected(argparse.Namespace(**{**vars(options), "year": year}))
    communes = places_of(data, selection)
    if communes is None:
        raise SelectionError((t("template_no_commune", options.lang, year=selection.year),))
    return communes
