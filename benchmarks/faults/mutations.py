"""Ways to damage a file: as a bad line, a bad disk, a bad program or a bad will would.

`mutated` chooses one of them; the same chance gives the same file.
"""

from __future__ import annotations

import io
import json
import random
import re
import zipfile
from collections.abc import Callable
from typing import Any

from geo.archive import fixed_zip

Mutation = Callable[[bytes, random.Random], tuple[bytes, str]]
SIZES = (1, 2, 4, 16, 64, 512, 4096)
TAG = re.compile(rb"<[^<>]*>")
ATTRIBUTE = re.compile(rb"""\s[\w:.-]+\s*=\s*("[^"]*"|'[^']*')""")
ODD = (
    "", "-1", "0", "NaN", "1e999", "9" * 400, "&#0;", "\u202e", "=1+1", "Xã", "1.234.567", "1,5",
    "../../x", "true", "<b>", " ",
)  # fmt: skip
MOMENT = (2023, 1, 1, 0, 0, 0)
XML = (".xml", ".rels", ".kml")


def mutated(content: bytes, suffix: str, chance: random.Random) -> tuple[bytes, str]:
    """Return a file damaged in one place, which is hardest to notice, and how it was damaged.

    Parameters
    ----------
    content
        The good file.
    suffix
        How its name ends, which tells what it is made of.
    chance
        Where every choice comes from.
    """
    ways: list[Mutation] = [raw]
    if suffix in (".zip", ".xlsx", ".ods", ".kmz"):
        ways += [members] * 5
    elif suffix in (".xml", ".html", ".kml", ".gpx"):
        ways += [elements] * 3
    elif suffix in (".geojson", ".geojsonl"):
        ways += [values, values, lines]
    elif suffix in (".csv", ".txt"):
        ways += [lines] * 3
    return chance.choice(ways)(content, chance)


def raw(content: bytes, chance: random.Random) -> tuple[bytes, str]:
    """Damage bytes, whatever they mean."""
    out = bytearray(content)
    how = chance.choice(("flip", "flip", "noise", "zeros", "cut", "gap", "repeat", "swap"))
    at = chance.randrange(len(out) + 1)
    size = min(chance.choice(SIZES), max(1, len(out) // 2))
    piece = slice(at, at + size)
    if how == "flip":
        out[min(at, len(out) - 1)] ^= 1 << chance.randrange(8)
    elif how == "noise":
        out[piece] = chance.randbytes(len(out[piece]))
    elif how == "zeros":
        out[piece] = bytes(len(out[piece]))
    elif how == "cut":
        # Mostly near the end: a copy that did not finish.
        keep = at if chance.random() < 0.5 else max(0, len(out) - size)
        del out[keep:]
    elif how == "gap":
        del out[piece]
    elif how == "repeat":
        out[at:at] = out[piece] * chance.choice((1, 1, 3, 100))
    else:
        other = chance.randrange(len(out) + 1)
        first, second = sorted((at, other))
        size = min(size, second - first)
        a, b = slice(first, first + size), slice(second, second + size)
        if len(out[a]) == len(out[b]):
            out[a], out[b] = out[b], out[a]
    return bytes(out), how


def lines(content: bytes, chance: random.Random) -> tuple[bytes, str]:
    """Damage lines of a text: as a wrong hand in an editor would."""
    wide = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    text = content.decode("utf-16" if wide else "utf-8", "surrogateescape")
    every = text.splitlines(keepends=True)
    if len(every) < 2:
        return raw(content, chance)
    at, other = chance.randrange(len(every)), chance.randrange(len(every))
    parts = re.split(r"([;,\t])", every[at])
    cell = 2 * chance.randrange((len(parts) + 1) // 2)
    how = chance.choice(
        ("line_gone", "line_twice", "lines_swapped", "lines_joined", "line_half", "cell_gone",
         "cell_more", "cell_odd", "cells_swapped")
    )  # fmt: skip
    if how == "line_gone":
        del every[at]
    elif how == "line_twice":
        every.insert(other, every[at])
    elif how == "lines_swapped":
        every[at], every[other] = every[other], every[at]
    elif how == "lines_joined":
        every[at] = every[at].rstrip("\r\n")
    elif how == "line_half":
        every[at] = every[at][: chance.randrange(len(every[at]) + 1)]
    elif how == "cell_gone":
        every[at] = "".join([*parts[:cell], *parts[cell + 2 :]])
    elif how == "cell_more":
        every[at] = "".join([*parts[:cell], ";", *parts[cell:]])
    elif how == "cell_odd":
        every[at] = "".join([*parts[:cell], chance.choice(ODD), *parts[cell + 1 :]])
    else:
        every[at] = "".join([*parts[:cell], *parts[cell:][::-1]])
    joined = "".join(every)
    if wide:
        return joined.encode("utf-16", "surrogatepass"), how
    return joined.encode("utf-8", "surrogateescape"), how


def elements(content: bytes, chance: random.Random) -> tuple[bytes, str]:
    """Damage elements of XML or HTML, mostly so that it stays well formed."""
    tags = list(TAG.finditer(content))
    starts = [each for each in tags if each[0][1:2].isalpha()]
    if not starts:
        return raw(content, chance)
    tag = chance.choice(starts)
    element = slice(tag.start(), _end(content, tags, tag))
    piece = content[element]
    how = chance.choice(
        ("element_gone", "element_twice", "element_moved", "end_tag_gone", "tag_gone",
         "attribute_gone", "attribute_odd", "text_odd", "text_gone")
    )  # fmt: skip
    odd = chance.choice(ODD).encode()
    if how == "element_gone":
        piece = b""
    elif how == "element_twice":
        piece *= 2
    elif how == "element_moved":
        other = chance.choice(starts)
        rest = content[: element.start] + content[element.stop :]
        at = other.start() if other.start() <= element.start else other.start() - len(piece)
        at = max(0, at)
        return rest[:at] + piece + rest[at:], how
    elif how == "end_tag_gone":
        piece = piece[: piece.rfind(b"</")] if b"</" in piece else piece
    elif how == "tag_gone":
        piece = piece[len(tag[0]) :]
    elif how in ("attribute_gone", "attribute_odd"):
        found = list(ATTRIBUTE.finditer(tag[0]))
        if not found:
            return _with_text(content, tag, b"", "text_gone")
        hit = chance.choice(found)
        name = hit[0][: hit.start(1) - hit.start()]
        new = b"" if how == "attribute_gone" else name + b'"' + odd.replace(b"<", b"") + b'"'
        piece = tag[0][: hit.start()] + new + tag[0][hit.end() :] + piece[len(tag[0]) :]
    else:
        return _with_text(content, tag, odd if how == "text_odd" else b"", how)
    return content[: element.start] + piece + content[element.stop :], how


def _with_text(content: bytes, tag: re.Match[bytes], text: bytes, how: str) -> tuple[bytes, str]:
    """Put another text behind a tag."""
    stop = content.find(b"<", tag.end())
    return content[: tag.end()] + text + content[stop if stop >= 0 else len(content) :], how


def _end(content: bytes, tags: list[re.Match[bytes]], tag: re.Match[bytes]) -> int:
    """Return where the element that a tag begins ends."""
    if tag[0].endswith(b"/>"):
        return tag.end()
    name = re.split(rb"[\s/>]", tag[0][1:])[0]
    depth = 0
    for each in tags:
        if each.start() < tag.start():
            continue
        said = re.split(rb"[\s/>]", each[0][1:].lstrip(b"/"))[0]
        if said != name or each[0].endswith(b"/>"):
            continue
        depth += -1 if each[0].startswith(b"</") else 1
        if depth == 0:
            return each.end()
    return tag.end()


def values(content: bytes, chance: random.Random) -> tuple[bytes, str]:
    """Damage values of JSON, so that it stays JSON."""
    text = content.decode("utf-8", "replace")
    try:
        parsed: list[Any] = [json.loads(text)]
    except ValueError:
        try:
            parsed = [json.loads(line) for line in text.splitlines() if line.strip("\x1e ")]
        except ValueError:
            return raw(content, chance)
    holders = [each for one in parsed for each in _holders(one)]
    if not holders:
        return raw(content, chance)
    holder = chance.choice(holders)
    key = chance.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
    how = chance.choice(("value_gone", "value_odd", "value_twice", "values_swapped"))
    if how == "value_gone":
        del holder[key]
    elif how == "value_odd":
        holder[key] = chance.choice((None, True, -1, 1e308, [], {}, [[]], *ODD))
    elif isinstance(holder, list):
        other = chance.randrange(len(holder))
        if how == "value_twice":
            holder.insert(other, holder[key])
        else:
            holder[key], holder[other] = holder[other], holder[key]
    else:
        holder[f"{key}_2"] = holder[key]
    return "\n".join(json.dumps(each, ensure_ascii=False) for each in parsed).encode(), how


def _holders(value: Any) -> list[Any]:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    own = [value] if isinstance(value, dict | list) and value else []
    return [*own, *(found for each in inside for found in _holders(each))]


def members(content: bytes, chance: random.Random) -> tuple[bytes, str]:
    """Damage the files inside an archive, which is then packed anew as it should be."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            inside = {name: archive.read(name) for name in archive.namelist()}
    except Exception:  # damaged already
        return raw(content, chance)
    if not inside:
        return raw(content, chance)
    names = list(inside)
    # Mostly where the figures are.
    largest = max(names, key=lambda name: len(inside[name]))
    name, other = chance.choice((largest, chance.choice(names))), chance.choice(names)
    how = chance.choice(("inside",) * 8 + ("member_gone", "members_swapped", "member_renamed"))
    if how == "inside":
        way = raw
        if name.endswith(XML) and chance.random() < 0.7:
            way = elements
        elif name.endswith((".csv", ".mif", ".mid", ".tab")) and chance.random() < 0.7:
            way = lines
        inside[name], how = way(inside[name], chance)
        how = f"inside_{how}"
    elif how == "member_gone":
        del inside[name]
    elif how == "members_swapped":
        inside[name], inside[other] = inside[other], inside[name]
    else:
        inside[f"{name}x"] = inside.pop(name)
    return fixed_zip(inside, moment=MOMENT), how
