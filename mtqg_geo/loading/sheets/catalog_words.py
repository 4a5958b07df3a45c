"""Indicators and projects as people name them: by code, also with words behind it, or by name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rapidfuzz import fuzz, process

from mtqg_geo.loading.sheets.value_columns import find_indicator, indicator_words
from mtqg_geo.loading.sheets.words import Reader, Reading, plain, read_trouble, refuse
from mtqg_geo.programme.catalog import Catalog

PROJECT = re.compile(r"(?:da|du an)\s*(\d+)(?:\s*tda\s*(\d+)|\s*tieu du an(?: so)?\s*(\d+))?\b")
SUB_FIRST = re.compile(
    r"(?:tda|tieu du an)(?: so)?\s*(\d+)\s*(?:cua|thuoc)?\s*(?:da|du an)(?: so)?\s*(\d+)\b"
)
NO_PROJECT = frozenset({"", "khong", "none", "khong thuoc du an nao"})


def indicator_reader(catalog: Catalog) -> Reader:
    """Return the reader of indicators: id (`OP01`), id with words behind it, or name."""
    words = indicator_words(catalog)
    names = {plain(each.name.vi): each.id for each in catalog.indicators.values()}

    def read(text: str) -> Reading:
        if (trouble := read_trouble(text)) is not None:
            return trouble
        if found := find_indicator(text, words):
            return Reading(found)
        if not text:
            return refuse("load_indicator_missing")
        nearest = _nearest(plain(text), [*names, *(word for word in words if " " not in word)])
        known = catalog.indicators.get(names.get(nearest) or words.get(nearest, ""))
        if known is None:
            return refuse("load_indicator_stranger", text=text)
        return refuse("load_indicator", text=text, nearest=f"{known.id} ({known.short.vi})")

    return read


def project_reader(catalog: Catalog) -> Reader:
    """Return the reader of projects: code (`DA4.TDA1`), with words behind it, or name.

    An empty text is the empty code: no project.
    """
    words = _project_words(catalog)

    def read(text: str) -> Reading:
        if (trouble := read_trouble(text)) is not None:
            return trouble
        spelled = plain(text)
        if spelled in NO_PROJECT:
            return Reading("")
        found = words.get(spelled) or _code(spelled)
        if found in catalog.projects:
            return Reading(found)
        nearest = _nearest(found or spelled, [*catalog.projects, *words])
        known = catalog.projects.get(words.get(nearest, nearest))
        if known is None:
            return refuse("load_project_stranger", text=text)
        return refuse("load_project", text=text, nearest=f"{known.code} ({known.short.vi})")

    return read


def _project_words(catalog: Catalog) -> Mapping[str, str]:
    found: dict[str, set[str]] = {}
    for project in catalog.projects.values():
        for text in (project.code, *project.name, *project.short):
            found.setdefault(plain(text), set()).add(project.code)
    return {word: next(iter(codes)) for word, codes in found.items() if len(codes) == 1}


def _code(words: str) -> str:
    """Return the code at the beginning of a text; "" if there is none or another one follows."""
    if found := SUB_FIRST.match(words):
        return f"DA{int(found[2])}.TDA{int(found[1])}"
    found = PROJECT.match(words)
    if not found or PROJECT.search(words, found.end()):
        return ""
    part = found[2] or found[3]
    return f"DA{int(found[1])}" + (f".TDA{int(part)}" if part else "")


def _nearest(text: str, known: Sequence[str]) -> str:
    best = process.extractOne(text, known, scorer=fuzz.ratio, score_cutoff=60.0)
    return str(best[0]) if best else ""
