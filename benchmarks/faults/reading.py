"""What the product makes of a file: refused, read, read with a finding, or a fault of ours.

The whole way of an upload is gone as the page goes it, up to the words said before loading; only
the child process that reads each file is replaced by a call, for this is one already.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import random
import signal
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geo.sandbox
from benchmarks.faults.mutations import mutated
from benchmarks.faults.originals import BOUNDARIES, FORMATS, N_WORKS
from benchmarks.faults.whole import records
from geo.errors import GeoError, ReadError
from mtqg_geo.boundaries.check import check_file
from mtqg_geo.boundaries.report import issue_text
from mtqg_geo.dataset.dataset import shipped_dataset
from mtqg_geo.loading.summary import read_line, set_aside_lines, summary_lines
from mtqg_geo.loading.upload import Upload, check_upload
from mtqg_geo.loading.workbooks.marked import marked_workbook
from mtqg_geo.programme.errors import MtqgError
from mtqg_geo.programme.words import error_text

# What can come of a file. The last three are faults of the product.
SAME, REFUSED, FOUND, WHOLE = "same", "refused", "found", "whole"
NO_SENTENCE, SILENT, ROWS_LOST = "no_sentence", "silent", "rows_lost"
FAULTS = (NO_SENTENCE, SILENT, ROWS_LOST)
PATIENCE_S = 60  # of processor time for a file, as in the product
LEAKS = ("/tmp", "Traceback", "vsimem", "vsizip", "GDAL", "\n\n")
SEED = "1719"
UNFORESEEN = "load_unforeseen"  # the general sentence for what no reader of ours expected


class Unchanged(BaseException):
    """The reading child hands over exactly what it hands over for the good file."""


@dataclass
class Reading:
    """What reading a file gave: values as they would be stored, all that is said, how many rows."""

    values: Counter[tuple[Any, ...]]
    said: Counter[str]
    rows: int


@dataclass
class _Child:
    """Calls in place of the reading child; remembers what was handed over."""

    expected: str = ""
    handed: str = ""
    general: list[str] = field(default_factory=list)

    def __call__(
        self, function: str, arguments: Mapping[str, Any], *, folder: Path, subject: str, **_: Any
    ) -> Any:
        """Do what `geo.sandbox.run_isolated` lets a child do, and answer as it does."""
        module, name = function.split(":")
        try:
            value = getattr(importlib.import_module(module), name)(folder, **arguments)
        except GeoError as error:
            said = ReadError(str(error))
            said.code, said.values = error.code, error.values  # noqa: PD011
            raise said from error
        except MemoryError as error:
            raise ReadError.of("too_much_memory", file=subject, gigabytes=3.0) from error
        except Exception as error:
            self.general.append(repr(error)[:200])
            raise ReadError.of("unreadable", file=subject) from error
        answer = json.dumps(value)
        self.handed = _digest(folder, answer)
        if self.handed == self.expected:
            raise Unchanged
        return json.loads(answer)


def _digest(folder: Path, answer: str) -> str:
    total = hashlib.sha256(answer.encode())
    for each in sorted(folder.glob("*.parquet")):
        total.update(each.read_bytes())
    return total.hexdigest()


def content_of(kind: str, number: int, good: Mapping[str, bytes]) -> tuple[bytes, str]:
    """Return the damaged file of a number, and how it was damaged."""
    chance = random.Random(f"{SEED} {kind} {number}")
    return mutated(good[kind], FORMATS[kind], chance)


def read_batch(folder: Path, *, jobs: list[tuple[str, int]], originals: str, lines: str) -> int:
    """Read damaged files one after the other and write a line on each; this is the child's work."""
    del folder
    warnings.simplefilter("ignore")
    good = {kind: (Path(originals) / kind).read_bytes() for kind in FORMATS}
    with Product(good) as product, Path(lines).open("a", buffering=1, encoding="utf-8") as out:
        for kind, number in jobs:
            out.write(json.dumps(["begun", kind, number]) + "\n")
            signal.setitimer(signal.ITIMER_PROF, PATIENCE_S)  # what takes longer ends this process
            content, how = content_of(kind, number, good)
            came, note = product.outcome(kind, content)
            out.write(json.dumps([came, kind, number, how, note]) + "\n")
        signal.setitimer(signal.ITIMER_PROF, 0)
    return len(jobs)


class Product:
    """The product's readers, and what they say of the good files."""

    def __init__(self, good: Mapping[str, bytes]) -> None:
        self._good, self._child, self._data = good, _Child(), shipped_dataset()
        self._before: dict[str, tuple[Reading, str]] = {}

    def __enter__(self) -> Product:
        isolated = geo.sandbox.run_isolated
        self._patched = [
            each for each in sys.modules.values() if getattr(each, "run_isolated", None) is isolated
        ]
        self._isolated = isolated
        for module in self._patched:
            module.run_isolated = self._child  # type: ignore[attr-defined]
        return self

    def __exit__(self, *_: object) -> None:
        for module in self._patched:
            module.run_isolated = self._isolated  # type: ignore[attr-defined]

    def before(self, kind: str) -> tuple[Reading, str]:
        """Return what the good file of a format gives, and what its child hands over."""
        if kind not in self._before:
            self._child.expected = ""
            reading = self._read(kind, self._good[kind])
            expected = N_WORKS if kind in BOUNDARIES else 1
            assert sum(reading.values.values()) >= expected, f"{kind}: {reading.said}"
            self._before[kind] = reading, self._child.handed
        return self._before[kind]

    def outcome(self, kind: str, content: bytes) -> tuple[str, str]:
        """Return what comes of a damaged file, and the code, the exception or the words."""
        before, self._child.expected = self.before(kind)
        self._child.general.clear()
        if content == self._good[kind]:
            return SAME, "the same file"
        try:
            reading = self._read(kind, content)
        except Unchanged:
            return SAME, ""
        except (GeoError, MtqgError) as error:
            return self._refusal(error)
        except Exception as error:
            return NO_SENTENCE, repr(error)[:300]
        if new := reading.said - before.said:
            return (SAME if reading.values == before.values else FOUND), next(iter(new))[:120]
        if reading.values == before.values:
            return SAME, ""
        return self._judged(kind, content, reading)

    def _refusal(self, error: Exception) -> tuple[str, str]:
        code = str(getattr(error, "code", ""))
        try:
            sentences = [error_text(error, lang) for lang in ("vi", "en")]  # type: ignore[arg-type]
        except Exception as second:
            return NO_SENTENCE, f"{code}: {second!r}"[:300]
        if not all(sentences) or any(leak in each for leak in LEAKS for each in sentences):
            return NO_SENTENCE, f"{code}: {sentences[0]}"[:300]
        if code == UNFORESEEN:
            self._child.general.append(f"here: {error.__cause__!r}"[:200])
        if self._child.general:
            return REFUSED, f"{code} ({self._child.general[0]})"
        return REFUSED, code

    def _judged(self, kind: str, content: bytes, reading: Reading) -> tuple[str, str]:
        """Return whether other values without a finding are what the file says, or a fault."""
        before = self.before(kind)[0]
        lost, gained = before.values - reading.values, reading.values - before.values
        words = f"lost {[*lost][:1]} gained {[*gained][:1]}"[:400]
        now, then = (records(kind, each, self._good[kind]) for each in (content, self._good[kind]))
        if now is None or then is None:
            return SILENT, words
        if reading.rows - before.rows != now - then:
            return ROWS_LOST, f"{now - then:+d} records, {reading.rows - before.rows:+d} rows"
        return WHOLE, words

    def _read(self, kind: str, content: bytes) -> Reading:
        name = f"tệp{FORMATS[kind]}"
        if kind in BOUNDARIES:
            return _boundaries(content, name)
        upload = check_upload(content, name, self._data)
        return _figures(upload)


def _figures(upload: Upload) -> Reading:
    values: Counter[tuple[Any, ...]] = Counter()
    for kind, rows in upload.good.items():
        kept = rows.drop(columns=["sheet", "row"], errors="ignore").astype(object)
        values.update((kind, *map(str, row)) for row in kept.itertuples(index=False))
    said = Counter(each.code for each in (*upload.errors, *upload.warnings))
    for lang in ("vi", "en"):  # every word that would be shown must be there
        read_line(upload, lang)
        said.update(set_aside_lines(upload, lang))
        summary_lines(upload, lang)
    if upload.errors:
        marked_workbook(upload.content, upload.file_name, upload.errors, lang="vi")
    return Reading(values, said, sum(table.rows_read for table in upload.tables))


def _boundaries(content: bytes, name: str) -> Reading:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        checked = check_file(path, vintage="2023-04")
    values: Counter[tuple[Any, ...]] = Counter()
    if checked.units is not None:
        codes, shapes = checked.units["code"], checked.units.geometry.to_wkb(hex=True)
        values.update(zip(codes, shapes, strict=True))
    said = Counter(f"{each.code} {each.count}" for each in checked.issues)
    for each in checked.issues:
        issue_text(each.code, "vi")
    return Reading(values, said, len(checked.features))
