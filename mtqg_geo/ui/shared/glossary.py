"""What words mean, shown where they stand: a pointer on one, or the keyboard's focus, opens it."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from html import escape

from mtqg_geo.programme.model import Lang, Project
from mtqg_geo.programme.words import WORDING, t

FILE = WORDING / "labels_glossary.toml"


@dataclass(frozen=True)
class Term:
    """A word, what it means, and where that stands ("": the product's own way to use it)."""

    term: str
    meaning: str
    source: str


@cache
def terms(lang: Lang) -> tuple[Term, ...]:
    """Return every word that is explained, in the order of the table."""
    entries = tomllib.loads(FILE.read_text(encoding="utf-8"))
    names = [key.removeprefix("term_") for key in entries if key.startswith("term_")]
    return tuple(
        Term(
            t(f"term_{name}", lang),
            t(f"means_{name}", lang),
            entries[f"means_{name}"].get("source", ""),
        )
        for name in names
    )


def marked(
    text: str,
    lang: Lang,
    projects: Mapping[str, Project] | None = None,
    *,
    is_focused_by_itself: bool = True,
) -> str:
    """Return a text as HTML, its words explained: each once, where it first stands.

    Parameters
    ----------
    text
        Plain text; it is escaped here.
    projects
        Those of the catalogue by code: codes such as `DA4` are then explained by their names.
    is_focused_by_itself
        Whether the keyboard stops at each word; it need not where it stops at the row they are in.

    >>> print(marked("Vốn < 2 tỷ, lũy kế", "vi"))
    Vốn &lt; 2 tỷ, <abbr class='term' tabindex='0' title='Cộng dồn từ đầu năm đến hết quý \
đang xem.'>lũy kế</abbr>
    """
    meanings = {each.term.lower(): each.meaning for each in terms(lang)}
    for code, project in (projects or {}).items():
        meanings[code.lower()] = f"{code}: {project.name.of(lang)}"
    said: set[str] = set()
    parts, end = [], 0
    for found in _pattern(tuple(meanings)).finditer(text):
        word = found[0].lower()
        if word not in said:
            said.add(word)
            parts.append(escape(text[end : found.start()]))
            parts.append(_explained(found[0], meanings[word], is_focused_by_itself))
            end = found.end()
    return "".join((*parts, escape(text[end:])))


@cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """Find whole words, the longest first: `DA4.TDA1` before `DA4`, `khu vực III` before `I`."""
    longest_first = sorted(words, key=len, reverse=True)
    choices = "|".join(map(re.escape, longest_first))
    return re.compile(rf"(?<![\w.])(?:{choices})(?![\w&]|\.\w)", re.IGNORECASE)


def _explained(word: str, meaning: str, is_focused_by_itself: bool) -> str:
    stop = " tabindex='0'" if is_focused_by_itself else ""
    return f"<abbr class='term'{stop} title='{escape(meaning)}'>{escape(word)}</abbr>"
