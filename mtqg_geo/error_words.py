"""Errors in the language of the person who reads them."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import TypeVar

from geo.errors import GeoError
from geo.sentences import SENTENCES
from mtqg_geo.errors import MtqgError
from mtqg_geo.labels import WORDING, number
from mtqg_geo.model import Lang, Text

Error = TypeVar("Error", bound=GeoError | MtqgError)


@cache
def sentences() -> dict[str, Text]:
    """Return the sentence of every error that has a code, by code."""
    texts: dict[str, Text] = {}
    for path in sorted(WORDING.glob("errors*.toml")):
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        texts |= {code: Text(vi, SENTENCES[code]) for code, vi in raw.get("geo", {}).items()}
        texts |= {code: Text(each["vi"], each["en"]) for code, each in raw.get("mtqg", {}).items()}
    return texts


def coded(kind: type[Error], code: str, /, **values: object) -> Error:
    """Return an error with the English sentence of one of our codes, ready for `error_text`."""
    error = kind(sentences()[code].en.format(**values))
    error.code, error.values = code, values
    return error


def error_text(error: Exception, lang: Lang) -> str:
    """Return the sentence of an error in a language; in English where it has no other."""
    code = getattr(error, "code", "")
    if lang == "en" or code not in sentences():
        return str(error)
    return sentence_of(code, lang, **getattr(error, "values", {}))


def sentence_of(code: str, lang: Lang, /, **values: object) -> str:
    """Return the sentence of a code, numbers written as the language writes them."""
    written = {name: _written(value, lang) for name, value in values.items()}
    return sentences()[code].of(lang).format(**written)


def _written(value: object, lang: Lang) -> str:
    if isinstance(value, int):
        return number(value, lang)
    if isinstance(value, float):
        return number(value, lang, decimals=0 if value.is_integer() else 1)
    return str(value)
