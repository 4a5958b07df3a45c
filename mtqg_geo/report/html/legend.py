"""Symbols of the legend as SVG for the hand-over page; the map's own style sheet fills them."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from geo.palette import luminance
from mtqg_geo.maps.legend import AreaKey, LineKey, SiteLook, Square, Symbol
from mtqg_geo.maps.symbols import FACILITY_ICONS, FILLS, STATUS_COLOURS

DARK = 0.21  # below this luminance white figures are read more easily than black ones
_HATCHES = {
    "nodata": "url(#hatch-nodata)",
    "na": "url(#hatch-na)",
    "nr": "url(#hatch-nr)",
    "nodata_first": "url(#hatch-first)",
    "nodata_second": "url(#hatch-second)",
}  # drawn by base_map.js


def symbol_markup(symbol: Symbol) -> Markup:
    """Return a symbol of the legend as markup."""
    if isinstance(symbol, AreaKey):
        return _area(symbol)
    return _line(symbol) if isinstance(symbol, LineKey) else _site(symbol)


def square_markup(square: Square | None) -> Markup:
    """Return the classes of two indicators as a table; nothing where there is none."""
    if square is None:
        return Markup("")
    lines = zip(square.rows.labels, square.colours, square.counts, strict=True)
    body = Markup("").join(
        Markup("<tr><th scope='row'>{}</th>{}</tr>").format(label, _cells(colours, counts))
        for label, colours, counts in reversed(list(lines))
    )
    foot = Markup("").join(
        Markup("<th scope='col'>{}</th>").format(label) for label in square.columns.labels
    )
    return Markup(
        "<table class='pair'><caption>↑ {}</caption><tbody>{}</tbody>"
        "<tfoot><tr><td></td>{}</tr></tfoot></table><p class='remark'>→ {}</p>"
    ).format(square.rows.name, body, foot, square.columns.name)


def _cells(colours: Sequence[str], counts: Sequence[int]) -> Markup:
    return Markup("").join(
        Markup("<td style='background:{};color:{}'>{}</td>").format(
            colour, "#ffffff" if luminance(colour) < DARK else "#1f2328", count
        )
        for colour, count in zip(colours, counts, strict=True)
    )


def _area(symbol: AreaKey) -> Markup:
    is_outline = symbol.fill == "outline"
    return Markup(
        '<svg width="28" height="16" aria-hidden="true"><rect x="1" y="1" width="26" height="14" '
        'fill="{fill}" fill-opacity="0.85" stroke="{edge}" stroke-width="{width}"/></svg>'
    ).format(
        fill="none" if is_outline else _HATCHES.get(symbol.fill, symbol.colour),
        edge=symbol.colour if is_outline else "#8a8f98",
        width=2 if is_outline else 0.8,
    )


def _line(symbol: LineKey) -> Markup:
    style = symbol.style
    return Markup(
        '<svg width="28" height="10" aria-hidden="true"><path d="M0 5h28" stroke="{colour}" '
        'stroke-width="{width}" stroke-dasharray="{dashes}"/></svg>'
    ).format(colour=style["color"], width=style["weight"], dashes=style.get("dashArray") or "none")


def _site(symbol: SiteLook) -> Markup:
    return Markup(
        '<span class="geo-site geo-site-{fill} status-{status}">'
        '<svg viewBox="0 0 24 24" aria-hidden="true" style="--ink:{ink}"><path d="{path}"/></svg>'
        "</span>"
    ).format(
        fill=FILLS[symbol.status],
        status=symbol.status.value,
        ink=STATUS_COLOURS[symbol.status],
        path=FACILITY_ICONS.get(symbol.facility, ""),
    )
