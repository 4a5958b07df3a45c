"""Pieces that pages are made of: HTML and Markdown, whose text is escaped, and a list to choose."""

import re
from base64 import b64encode
from collections.abc import Collection, Iterable, Mapping, Sequence
from html import escape

import streamlit as st

from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import number, t

MARKS = re.compile(r"[\\`*_\[\]<>!#$~|&]|:(?=\w)|^[-+=]|(?<=\d)[.)](?= |$)")
# What Markdown makes a link or another sign of by itself, also where it is marked as text: a mark
# without width (U+2060) between its letters keeps them apart.
JOINED = re.compile(
    r"(?<=:)(?=//)|(?<=www)(?=\.)|(?=@)|(?<=[-<>=~])(?=\\?[-<>=])|(?<=:)(?=[\w+\\-]+:)",
    re.IGNORECASE,
)


def plain(text: object) -> str:
    r"""Return a text that Markdown shows letter by letter: no picture, link or style in it works.

    Every text from outside (a file, a link, an address) that a widget shows goes through here or
    through `escape` into HTML. Line breaks become spaces.

    >>> plain("[a](b) www.c.vn").replace("\u2060", "·")
    '\\[a\\](b) www·.c.vn'
    """
    return JOINED.sub("\u2060", MARKS.sub(r"\\\g<0>", " ".join(str(text).split())))


def draw_small(text: str) -> None:
    """Draw a note in small letters."""
    st.html(f"<p class='small'>{escape(text)}</p>")


def draw_address(text: str) -> None:
    """Draw an address to be taken elsewhere; one click selects all of it."""
    st.html(f"<code class='address'>{escape(text)}</code>")


def draw_notice(text: str, *, role: str = "") -> None:
    """Draw a sentence that stands where something would be empty, or not what it seems."""
    role = f" role='{role}'" if role else ""
    st.html(f"<p class='notice plain'{role}>{escape(text)}</p>")


def choose(words: str, options: Sequence[str], lang: Lang, *, key: str = "") -> str:
    """Draw a list to choose from; each option is worded by `words` and its own name.

    Parameters
    ----------
    words
        Beginning of the options' wordings.
    key
        The widget's, and the wording of its label; `words` unless given.
    """
    key = key or words
    return st.selectbox(
        t(key, lang), options, key=key, format_func=lambda each: t(f"{words}_{each}", lang)
    )


def draw_counts(counts: Mapping[str, int], lang: Lang) -> None:
    """Draw numbers side by side, each below its wording."""
    for column, (words, count) in zip(st.columns(len(counts)), counts.items(), strict=True):
        column.metric(t(words, lang), number(count, lang))


def draw_part(text: str) -> None:
    """Draw the heading of a part of a section."""
    st.html(f"<h3 class='part'>{escape(text)}</h3>")


def table(
    kind: str, heads: Iterable[tuple[str, str]], rows: Iterable[str], *, caption: str = ""
) -> str:
    """Return a table of progress.

    Parameters
    ----------
    kind
        Its classes in the stylesheet.
    heads
        Class (or "") and heading of each column.
    rows, caption
        HTML, escaped already.
    """
    cells = "".join(f"<th scope='col'{_class(name)}>{escape(words)}</th>" for name, words in heads)
    caption = f"<caption>{caption}</caption>" if caption else ""
    return (
        f"<table class='progress {kind}'>{caption}"
        f"<thead><tr>{cells}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


def draw_texts(
    heads: Sequence[str], rows: Iterable[Sequence[object]], *, numbers: Collection[str] = ()
) -> None:
    """Draw a table of texts in which nothing is cut off: a long one runs over several lines.

    On a phone each row is a card, headed by its first text. `numbers` are the headings of columns
    of numbers, which stand at the right.
    """
    kinds = ["number" if head in numbers else "text" for head in heads]
    lines = [
        f"<tr><th scope='row'>{escape(str(first))}</th>"
        + "".join(
            cell(escape(str(text)), kind=kind, label=head)
            for head, kind, text in zip(heads[1:], kinds[1:], others, strict=True)
        )
        + "</tr>"
        for first, *others in rows
    ]
    drawn = table("texts cards", list(zip(kinds, heads, strict=True)), lines)
    st.html(f"<div class='texts' tabindex='0'>{drawn}</div>")  # the keyboard can scroll it


def cell(content: str, *, kind: str = "", label: str = "") -> str:
    """Return a cell; `label` is what a phone writes before it, where there is no heading above."""
    label = f" data-label='{escape(label)}'" if label else ""
    return f"<td{_class(kind)}{label}>{content}</td>"


def _class(name: str) -> str:
    return f" class='{name}'" if name else ""


def action(what: str, of: str, words: str, *, hint: str = "") -> str:
    """Return a button inside a text: `drawer.js` tells the server what it asks for, and of what.

    >>> action("profile", "07645", "Xã An Lạc")
    "<button data-do='profile=07645'>Xã An Lạc</button>"
    """
    hint = f" title='{escape(hint)}' aria-label='{escape(hint)}'" if hint else ""
    return f"<button data-do='{what}={escape(of)}'{hint}>{escape(words)}</button>"


def picture(shapes: str, kind: str, *, width: int, height: int, words: str = "") -> str:
    """Return our own drawing as an image; inline SVG would be cut out of the page's HTML."""
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}'>{shapes}</svg>"
    data = b64encode(svg.encode()).decode()
    return f"<img class='{kind}' alt='{escape(words)}' src='data:image/svg+xml;base64,{data}'>"
