"""The legend of a map of two indicators: a square of three by three, and what its sides say."""

from __future__ import annotations

from html import escape

from geo.palette import luminance
from mtqg_geo.maps.bivariate import CLASSES, Axis, PairLegend
from mtqg_geo.programme.amounts import unit
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import number, t

DARK = 0.21  # below this luminance white figures are read more easily than black ones


def square(pair: PairLegend, other: PairLegend | None, lang: Lang) -> str:
    """Return the square: the need upwards, the highest on top; the delivery to the right.

    `other` is the same square in the period compared with.
    """
    if not pair.colours:
        return ""
    head = "".join(f"<th scope='col'>{escape(label)}</th>" for label in pair.columns.labels)
    rows = "".join(_row(pair, other, place, lang) for place in reversed(range(pair.rows.k)))
    return (
        "<table class='pair'>"
        f"<caption>{_side('↑', pair.rows, lang)}</caption>"
        f"<tbody>{rows}</tbody><tfoot><tr><td></td>{head}</tr></tfoot></table>"
        f"<p class='side'>{_side('→', pair.columns, lang)}</p>"
        + "".join(f"<p class='small'>{escape(note)}</p>" for note in notes(pair, lang))
    )


def notes(pair: PairLegend, lang: Lang) -> list[str]:
    """Say how the classes are made, and where there are fewer than three."""
    ties = [
        t("modes_pair_ties", lang, indicator=axis.indicator.short.of(lang), count=axis.k)
        for axis in (pair.rows, pair.columns)
        if axis.k < CLASSES
    ]
    return [t("modes_pair_note", lang), *ties]


def _row(pair: PairLegend, other: PairLegend | None, row: int, lang: Lang) -> str:
    counted = [each.counts[row] for each in (pair, other) if each is not None]
    counts = [" | ".join(number(n, lang) for n in both) for both in zip(*counted, strict=True)]
    cells = "".join(
        f"<td style='background:{colour};color:{_ink(colour)}'>{count}</td>"
        for colour, count in zip(pair.colours[row], counts, strict=True)
    )
    return f"<tr><th scope='row'>{escape(pair.rows.labels[row])}</th>{cells}</tr>"


def _ink(colour: str) -> str:
    return "#ffffff" if luminance(colour) < DARK else "#1f2328"


def _side(arrow: str, axis: Axis, lang: Lang) -> str:
    words = f"{axis.indicator.short.of(lang)} ({unit(axis.indicator, lang)})"
    return f"{arrow} {escape(words)} <span class='unit'>{escape(axis.words)}</span>"
