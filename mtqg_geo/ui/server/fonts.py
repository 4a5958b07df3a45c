"""Streamlit's fonts as browsers get them: the letters and icons that are shown, and no others.

Of the typeface and the icons, 684 KB on a first visit, a page shows a small part. What is in use is
cut out by a process of its own: it takes seconds that no reader should share. The next start finds
it among what is remembered for the user. Until it is done, and if it fails, Streamlit's own files
are served. A letter that is not among them is drawn in a typeface of the reader's system.

======================  ==========================================================================
`prepare`               starts the cutting, or finds what was cut before
`LeanFonts`             answers with what was cut out
`icons_in_use`          names of all icons that Streamlit's scripts or our pages name
======================  ==========================================================================
"""

import hashlib
import io
import json
import logging
import os
import re
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from string import ascii_lowercase, digits
from threading import Thread
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from mtqg_geo.store.remembered import state_folder

UI = Path(__file__).parents[1]
FONT = re.compile(r"/static/media/((?:MaterialSymbols|SourceSansVF)[^/]*\.woff2)")
ICONS = "MaterialSymbols"
ICON = re.compile(r":material/([a-z0-9_]+):")
WORD = re.compile(r"[:/\"]([a-z0-9_]+)[:\"]")
# Latin with all of Vietnamese, also as letters and marks apart; punctuation, arrows, signs of ours.
LETTERS = (
    *range(0x20, 0x180),
    *(0x1A0, 0x1A1, 0x1AF, 0x1B0, *range(0x1EA0, 0x1EFA)),
    *(0x300, 0x301, 0x302, 0x303, 0x306, 0x309, 0x31B, 0x323),
    *range(0x2000, 0x2070),
    *(0x20AB, *range(0x2190, 0x219A), 0x2212, 0x2248, 0x2260, 0x2264, 0x2265),
    *(0x25A0, 0x25B2, 0x25B8, 0x25BC, 0x25BE, 0x25CF, 0x2713, 0x2717),
)
# "rlig" spells the icons.
FEATURES = ("rlig", "kern", "mark", "mkmk", "ccmp", "locl", "liga", "tnum", "lnum")
_cut: dict[str, bytes] = {}


def prepare() -> None:
    """Begin to cut out what is in use, beside everything else."""
    Thread(target=_prepare, daemon=True).start()


def _prepare() -> None:
    command = [sys.executable, "-m", __name__, *filter(None, [state_folder()])]
    done = subprocess.run(command, cwd=UI.parents[1], capture_output=True, check=False)
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        logging.getLogger(__name__).warning("Streamlit's whole fonts are served: %s", reason)
        return
    _cut.update({name: b64decode(body) for name, body in json.loads(done.stdout).items()})


class LeanFonts:
    """ASGI middleware that answers with the part of a font that is in use, once it is there.

    The address names Streamlit's whole font, not the part: browsers ask each time if it changed.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer for a font that was cut, or pass the request on."""
        font = FONT.search(scope["path"]) if scope["type"] == "http" else None
        body = _cut.get(font[1]) if font and scope["method"] == "GET" else None
        answer: ASGIApp = self.app if body is None else _answer(body, Headers(scope=scope))
        await answer(scope, receive, send)


def _answer(body: bytes, asked: Headers) -> Response:
    mark = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    headers = {"Cache-Control": "no-cache", "ETag": mark}
    if mark in asked.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="font/woff2")


@cache
def fonts() -> tuple[Path, ...]:
    """Return the files of Streamlit's typeface and icons."""
    return tuple(path for path in _static().rglob("*.woff2") if FONT.search(path.as_posix()))


def _static() -> Path:
    spec = find_spec("streamlit")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).with_name("static")


@cache
def icons_in_use() -> frozenset[str]:
    """Return all icons that Streamlit's scripts name, and words of our pages that may be one."""
    theirs = (path.read_text(encoding="utf-8") for path in _static().rglob("*.js"))
    ours = (path.read_text(encoding="utf-8") for path in UI.rglob("*.py"))
    return frozenset(_found(ICON, theirs)) | frozenset(_found(WORD, ours))


def _found(pattern: re.Pattern[str], texts: Iterable[str]) -> Iterator[str]:
    return (word for text in texts for word in pattern.findall(text))


def part_in_use(path: Path) -> bytes:
    """Return a font with what is in use alone, as WOFF2."""
    # Read by this process only; the server itself has no use for it.
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont, woff2

    woff2.brotli, woff2.haveBrotli = _Brotli, True
    font = TTFont(path)
    cutter = Subsetter(Options(layout_features=[*FEATURES], hinting=False))
    if path.name.startswith(ICONS):
        letters = map(ord, f"{ascii_lowercase}{digits}_")  # an icon is spelled by its name
        cutter.populate(unicodes=letters, glyphs=keep_ligatures(font, icons_in_use()))
    else:
        cutter.populate(unicodes=LETTERS)
    cutter.subset(font)
    font.flavor = "woff2"
    written = io.BytesIO()
    font.save(written)
    return written.getvalue()


def keep_ligatures(font: Any, names: frozenset[str]) -> list[str]:
    """Take from a font the ligatures that spell none of the names; return the glyphs of others."""
    letter = {glyph: chr(code) for code, glyph in font.getBestCmap().items()}

    def is_kept(first: str, ligature: Any) -> bool:
        return "".join(letter.get(each, "?") for each in (first, *ligature.Component)) in names

    glyphs = []
    for lookup in font["GSUB"].table.LookupList.Lookup:
        for table in lookup.SubTable:
            ligatures = getattr(getattr(table, "ExtSubTable", table), "ligatures", {})
            for first, following in list(ligatures.items()):
                ligatures[first] = [each for each in following if is_kept(first, each)]
                glyphs += [each.LigGlyph for each in ligatures[first]]
                if not ligatures[first]:
                    del ligatures[first]
    return glyphs


class _Brotli:
    """What fontTools asks of the package `brotli`, done by pyarrow, which is here anyway."""

    MODE_FONT = 2

    @staticmethod
    def decompress(data: bytes) -> bytes:
        import pyarrow as pa

        with pa.CompressedInputStream(pa.BufferReader(data), "brotli") as stream:
            whole: bytes = stream.read()
        return whole

    @staticmethod
    def compress(data: bytes, mode: int = 0) -> bytes:
        import pyarrow as pa

        packed: bytes = pa.Codec("brotli", compression_level=11).compress(data, asbytes=True)
        return packed


def parts_in_use(kept_in: Path | None) -> str:
    """Return all fonts with what is in use alone, by name, as JSON: as kept, or cut and kept."""
    of = (Path(__file__).read_text(encoding="utf-8"), *sorted(icons_in_use()))
    names = sorted(path.name for path in fonts())  # Streamlit's, which name their content
    digest = hashlib.sha256("\n".join((*of, *names)).encode()).hexdigest()[:16]
    file = kept_in / f"fonts-{digest}.json" if kept_in else None
    with suppress(OSError, ValueError):  # none, or damaged
        if file:
            return json.dumps(json.loads(file.read_text(encoding="ascii")))
    parts = json.dumps({path.name: b64encode(part_in_use(path)).decode() for path in fonts()})
    if file:
        _keep(file, parts)
    return parts


def _keep(file: Path, parts: str) -> None:
    """Keep for the next start what was cut, in place of what was cut by another version."""
    with suppress(OSError):  # who may not write cuts anew
        file.parent.mkdir(parents=True, exist_ok=True)
        for old in file.parent.glob("fonts-*"):
            old.unlink(missing_ok=True)
        being_written = file.with_suffix(f".{os.getpid()}")
        being_written.write_text(parts, encoding="ascii")
        being_written.replace(file)


if __name__ == "__main__":
    print(parts_in_use(Path(sys.argv[1]) if sys.argv[1:] else None))
