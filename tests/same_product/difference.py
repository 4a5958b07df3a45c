"""Where two answers differ: which part of which file, and what stood there."""

from __future__ import annotations

import difflib
import io
import os
import re
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

FOLDER = str(Path(tempfile.gettempdir()).resolve() / "same-product-")
Answer = dict[str, bytes]


@dataclass(frozen=True)
class Unsteady:
    """What is not the same even when one version is asked twice, and in which part (all: "")."""

    reason: str
    pattern: str
    put: bytes = b""
    part: str = ""


# All else is compared as it is.
UNSTEADY = (
    Unsteady(
        "the folder a side works in", rf"{re.escape(FOLDER)}\w+/(?:before|after)\b", b"<folder>"
    ),
    Unsteady(
        "the moment a batch was stored or undone",
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00",
        b"<moment>",
    ),
    Unsteady(
        "the name a store gets when it is made or restored",
        r"(?<='generation',)'[0-9a-f]{32}'",
        b"<name>",
    ),
    Unsteady("how far long work is, said once a second", r"(?m)^ *\d+% .*\n", part="words"),
    Unsteady("the moment of an answer", r"(?m)^date: .*\n", part="headers"),
    Unsteady("a token against forged forms", r"(?m)^set-cookie: .*\n", part="headers"),
    Unsteady(
        "names of widgets, sessions and fragments, made for a visit or of where the code stands",
        r"\$\$(?:ID|WIDGET)-?[0-9a-f-]+|\b[0-9a-f]{32}\b|\b[0-9a-f-]{36}\b",
        b"<name>",
        part="page",
    ),
    Unsteady("the styles of a table", r'(?<="uuid": ")[0-9a-f]{5}', b"<name>", part="page"),
)


def difference(part: str, before: Answer, after: Answer) -> list[str]:
    """Return lines that say where a part of the answers differs; none if it does not."""
    if part not in before or part not in after:
        return [f"{part}: only {'after' if part in after else 'before'}"]
    if before[part] == after[part]:
        return []
    old, new = (_steady(answer[part], part) for answer in (before, after))
    if old == new:
        return []
    opened = [_members(old), _members(new)]
    if all(opened):
        inner = [each for name in {**opened[0], **opened[1]} for each in difference(name, *opened)]
        if inner:
            return [f"{part}: {line}" for line in inner]
    try:
        return [f"{part}:", *_changed_lines(*(text.decode().splitlines() for text in (old, new)))]
    except UnicodeDecodeError:
        at = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), len(old))
        return [f"{part}: {len(old)} and {len(new)} bytes, first difference at byte {at}"]


def _steady(content: bytes, part: str) -> bytes:
    for each in UNSTEADY:
        if part.startswith(each.part):
            content = re.sub(each.pattern.encode(), each.put, content)
    return content


def _changed_lines(old: list[str], new: list[str]) -> Iterator[str]:
    """Yield what was and what is, from shortly before the first letter that differs."""
    for tag, i, i_end, j, j_end in difflib.SequenceMatcher(None, old, new).get_opcodes():
        if tag == "equal":
            continue
        yield f"line {i + 1}"
        for pair in zip_longest(old[i:i_end], new[j:j_end]):
            start = max(0, len(os.path.commonprefix([text or "" for text in pair])) - 40)
            signed = zip("-+", pair, strict=True)
            yield from (f"{sign} {text[start:]}" for sign, text in signed if text is not None)


def _members(content: bytes) -> Answer:
    """Return the members of an archive (xlsx, docx, zip) or the tables of a database (gpkg)."""
    if content.startswith(b"PK\3\4"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {f"member {name}": archive.read(name) for name in archive.namelist()}
    if content.startswith(b"SQLite format 3"):
        with tempfile.NamedTemporaryFile(suffix=".gpkg") as file:
            Path(file.name).write_bytes(content)
            tables: dict[str, list[str]] = {}
            for line in _statements(Path(file.name)):
                found = re.match(r'(?:INSERT INTO|CREATE TABLE) "?(\w+)', line)
                tables.setdefault(f"table {found[1] if found else '–'}", []).append(line)
            return {name: "\n".join(lines).encode() for name, lines in tables.items()}
    return {}


def content_of(path: Path) -> bytes:
    """Return a file; a backup as the statements that would make it."""
    if path.suffix != ".sqlite":
        return path.read_bytes()
    return "\n".join(_statements(path)).encode()


def _statements(path: Path) -> list[str]:
    """Return a database as SQL: which page holds what, and which are free, is no content."""
    connection = sqlite3.connect(path)
    connection.text_factory = lambda raw: raw.decode(errors="backslashreplace")
    try:
        return list(connection.iterdump())
    finally:
        connection.close()
