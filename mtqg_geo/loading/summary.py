"""What a check or an import came to, in sentences for a person and as JSON for a program."""

import json
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mtqg_geo.boundaries.origin import origin_notes, origin_text
from mtqg_geo.loading.changes import becomes
from mtqg_geo.loading.reading.formats import ENDINGS
from mtqg_geo.loading.reasons import Reason, reasons
from mtqg_geo.loading.sheets.table import RowError
from mtqg_geo.loading.upload import Upload
from mtqg_geo.programme.errors import LoadError
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.period import local_time
from mtqg_geo.programme.words import error_text, number, t
from mtqg_geo.store.batches import SYSTEM, Batch
from mtqg_geo.store.comparing import NEW
from mtqg_geo.store.damage import StoreContents

MOST_LISTED = 10


def summary_lines(upload: Upload, lang: Lang) -> tuple[str, ...]:
    """Return a line per kind of table with what storing the file would change, and more lines.

    They name the first errors and warnings; what is not used is in `set_aside_lines`.
    """
    return (
        *_counts(upload, lang),
        *_listed(upload.errors, "loading_errors", lang),
        *_listed(upload.warnings, "loading_warnings", lang),
    )


def read_line(upload: Upload, lang: Lang) -> str:
    """Return what the file is, and how many rows of which sheet, or of which layer, were read."""
    if upload.origin is not None:
        return origin_text(upload.file_name, upload.origin, lang)
    suffix = Path(upload.file_name).suffix.lower()
    kind = t(f"loading_format_{upload.format}", lang, suffix=suffix)
    rows = Counter[str]()  # of a sheet, which may hold several tables
    for table in upload.tables:
        rows[table.headings.sheet] += table.rows_read
    parts = (
        t(
            "loading_read_rows" if sheet == upload.file_name else "loading_read_sheet",
            lang,
            sheet=sheet,
            rows=number(count, lang),
        )
        for sheet, count in rows.items()
    )
    return t("loading_read", lang, file=upload.file_name, format=kind, sheets="; ".join(parts))


def understood_lines(upload: Upload, lang: Lang) -> Iterator[str]:
    """Yield how each sheet was read: its kind, the row of its headings, and each column."""
    for table in upload.tables:
        each = table.headings
        kind = t(f"loading_kind_{table.kind}", lang)
        words = "loading_understood" if each.heading_row else "loading_understood_layer"
        yield t(words, lang, sheet=each.sheet, kind=kind, row=each.heading_row)
        for column in each.columns:
            yield f"  {column.letter}  {column.heading}  →  {column.field}"


def reason_line(reason: Reason, lang: Lang) -> str:
    """Return a reason as one line: where, why and what to do."""
    first = reason.first
    words = "loading_place" if len(reason.rows) == 1 else "loading_places"
    rows = reason.rows_text(lang)
    place = t(words, lang, sheet=first.sheet, row=rows, column=first.column)
    return f"{place}: {reason.text}"


def batch_file(batch: Batch, lang: Lang) -> str:
    """Name the file of a batch; the example that came with the store is named as what it is."""
    return t("loading_sample", lang) if batch.is_delivered else batch.file_name


def batch_who(batch: Batch, lang: Lang) -> str:
    """Name who loaded a batch; nobody loaded the example that came with the store."""
    return t("loading_system", lang) if batch.is_delivered else batch.who


def batch_counts(batch: Batch) -> dict[str, int]:
    """Return how many figures of an import were new, changed, unchanged; how many rows rejected."""
    names = ("new", "changed", "unchanged", "rejected")
    return {name: sum(each[name] for each in batch.counts.values()) for name in names}


def batch_line(batch: Batch, lang: Lang) -> str:
    """Return one import as a line."""
    written = {name: number(count, lang) for name, count in batch_counts(batch).items()}
    undone = t("loading_undone", lang, at=batch.undone_at, who=batch.undone_by)
    file, who = batch_file(batch, lang), batch_who(batch, lang)
    words = t("loading_batch", lang, id=batch.id, file=file, who=who, **written)
    return "\t".join(part for part in (batch.at, words, undone if batch.undone_at else "") if part)


def contents_words(held: StoreContents, lang: Lang) -> str:
    """Say how much a store holds, and when it was last changed."""
    counts = {name: number(n, lang) for name, n in vars(held).items() if isinstance(n, int)}
    words = t("store_holds", lang, **counts)
    last = held.last_at and t("store_last_at", lang, at=local_time(held.last_at))
    return f"{words}; {last}" if last else words


def upload_json(upload: Upload, lang: Lang, *, batch: Batch | None = None) -> str:
    """Return everything about a check, and the batch if it was stored, as JSON."""
    return json.dumps(
        {
            "file": upload.file_name,
            "format": upload.format,
            "illustrative": upload.illustrative,
            "layer": None if upload.origin is None else asdict(upload.origin),
            "batch": None if batch is None else batch.id,
            "kinds": {kind: kind_counts(upload, kind) for kind in kinds_of(upload)},
            "sheets": [
                {
                    "sheet": table.headings.sheet,
                    "kind": table.kind,
                    "heading_row": table.headings.heading_row,
                    "columns": [each._asdict() for each in table.headings.columns],
                    "ignored": list(table.headings.ignored),
                    "rows": table.rows_read,
                }
                for table in upload.tables
            ],
            "sheets_ignored": list(upload.sheets_ignored),
            "errors": [_row_json(error, lang) for error in upload.errors],
            "warnings": [_row_json(error, lang) for error in upload.warnings],
            "changes": [_change(each) for each in _changes(upload)],
        },
        ensure_ascii=False,
        indent=1,
        allow_nan=False,
    )


def failure_json(file_name: str, error: LoadError, lang: Lang) -> str:
    """Return as JSON why a file as a whole could not be read."""
    said = {"code": error.code, "text": error_text(error, lang)}
    return json.dumps({"file": file_name, "error": said}, ensure_ascii=False, indent=1)


def batch_json(batches: Sequence[Batch]) -> str:
    """Return imports as JSON; `delivered` marks the example that came with the store."""
    listed = [
        vars(batch)
        | {"who": SYSTEM if batch.is_delivered else batch.who, "delivered": batch.is_delivered}
        for batch in batches
    ]
    return json.dumps(listed, ensure_ascii=False, indent=1)


def kinds_of(upload: Upload) -> list[str]:
    """Return the kinds of table that a file has."""
    return list(dict.fromkeys(table.kind for table in upload.tables))


def kind_counts(upload: Upload, kind: str) -> dict[str, int]:
    """Return how many figures of a kind are new, changed, unchanged, how many rows rejected."""
    found = upload.comparison.get(kind)
    good = len(upload.good.get(kind, ()))
    known = sum(table.known for table in upload.tables if table.kind == kind)
    return {
        "new": good if found is None else found.new,
        "changed": found.changed if found else 0,
        "unchanged": (found.unchanged if found else 0) + known,
        "rejected": upload.rejected.get(kind, 0),
    }


def _counts(upload: Upload, lang: Lang) -> Iterator[str]:
    for kind in kinds_of(upload):
        counts = {name: number(n, lang) for name, n in kind_counts(upload, kind).items()}
        read = sum(table.rows_read for table in upload.tables if table.kind == kind)
        words, rows = t(f"loading_kind_{kind}", lang), number(read, lang)
        yield t("loading_counts", lang, kind=words, rows=rows, **counts)
    if upload.illustrative:
        yield t("loading_illustrative", lang)


def set_aside_lines(upload: Upload, lang: Lang) -> Iterator[str]:
    """Yield which layers, sheets and columns are not used, and whether the name misleads."""
    suffix = Path(upload.file_name).suffix.lower()
    endings = ENDINGS.get(upload.format, (suffix,))
    if suffix not in endings:
        yield t("loading_misnamed", lang, suffix=suffix, usual=endings[0])
    if upload.origin is not None:
        yield from origin_notes(upload.file_name, upload.origin, lang)
    if upload.sheets_ignored:
        yield t("loading_ignored_sheets", lang, sheets="; ".join(upload.sheets_ignored))
    for table in upload.tables:
        if table.headings.ignored:
            headings = "; ".join(table.headings.ignored)
            sheet = table.headings.sheet
            yield t("loading_ignored_columns", lang, sheet=sheet, headings=headings)


def _listed(errors: Sequence[RowError], heading: str, lang: Lang) -> Iterator[str]:
    if errors:
        yield t(heading, lang, count=number(len(errors), lang))
    found = reasons(errors, lang)
    for reason in found[:MOST_LISTED]:
        yield f"  {reason_line(reason, lang)}"
    if left := sum(len(each.errors) for each in found[MOST_LISTED:]):
        yield "  " + t("loading_more", lang, count=number(left, lang))


def _row_json(error: RowError, lang: Lang) -> dict[str, Any]:
    return {
        "sheet": error.sheet,
        "row": error.row,
        "column": error.column,
        "letter": error.letter,
        "value": error.value,
        "code": error.code,
        "text": error.text(lang),
        **({"rows": list(error.rows)} if error.rows else {}),
    }


def _changes(upload: Upload) -> Iterator[dict[str, Any]]:
    for kind, found in upload.comparison.items():
        for change in found.changes.to_dict("records"):
            yield {"kind": kind, "what": becomes(change[NEW]), **change}


def _change(change: dict[str, Any]) -> dict[str, Any]:
    """Return a change as JSON can hold it: a shape is only named, a missing number is null."""
    return {str(name): _plain(value) for name, value in change.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value.item() if hasattr(value, "item") else value
