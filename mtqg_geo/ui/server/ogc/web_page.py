"""Any document of the service as a page for people: plain, without a script."""

from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from mtqg_geo.exports.columns import Field
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import LANGUAGES
from mtqg_geo.programme.words import number, t
from mtqg_geo.ui.server.ogc.addresses import HTML, Addresses
from mtqg_geo.ui.server.ogc.asked import OF_FEATURE, OF_FEATURES
from mtqg_geo.ui.server.ogc.cells import Cells

PAGE = Template(Path(__file__).with_name("page.html").read_text(encoding="utf-8"))
WHERE = tuple({*OF_FEATURES} - {*OF_FEATURE})
GOES_NOWHERE = ("self", "alternate")
HEADED = ("title", "description", "links")  # what of a document stands above the rest


def web_page(
    at: Addresses,
    document: Mapping[str, Any],
    chosen: Iterable[tuple[str, str]],
    cells: Cells | None = None,
) -> str:
    """Return a document as a page.

    Parameters
    ----------
    at
        Its addresses.
    document
        What a program is given.
    chosen
        The selection, for the link to the map.
    cells
        How the properties of its features are written.
    """
    is_feature = cells is not None and "properties" in document
    name = document["properties"][c.NAME] if is_feature else document.get("title")
    title = str(name or t("ogc_title", at.lang))
    words = str(document.get("description", ""))
    parts = [f"<p>{escape(words)}</p>" if words else "", _links(document.get("links", ()))]
    if cells and "features" in document:
        parts += _features(at, document, cells)
    elif cells and is_feature:
        parts.append(_properties(document["properties"], cells))
    elif "rows" in document:
        parts.append(_told(document["rows"]))
    else:
        parts.append(_told({name: of for name, of in document.items() if name not in HEADED}))
    return PAGE.substitute(
        lang=at.lang,
        title=escape(title),
        app=escape(t("app_name", at.lang)),
        map=escape(at.map_page(chosen)),
        trail=_trail(at),
        languages=_languages(at),
        body="".join(parts),
    )


def _trail(at: Addresses) -> str:
    """Return links to all that the page stands below."""
    parts = [part for part in at.path.split("/") if part]
    paths = ["/", *("/" + "/".join(parts[:n]) for n in range(1, len(parts)))]
    names = ["ogc", *parts]
    return " / ".join(
        _anchor(at.as_page(path, OF_FEATURES), name)
        for path, name in zip(paths, names, strict=False)
    )


def _languages(at: Addresses) -> str:
    each = (
        _anchor(at.chosen(at.path, f="html", lang=lang), t("ogc_language", lang))
        for lang in LANGUAGES
    )
    return " | ".join(each)


def _links(links: Iterable[Mapping[str, str]]) -> str:
    """Return the links that lead to other pages."""
    entries = [
        f"<li>{_anchor(each['href'], each['title'])}</li>"
        for each in links
        if each["type"] == HTML and each["rel"] not in GOES_NOWHERE
    ]
    return f'<ul class="links">{"".join(entries)}</ul>' if entries else ""


def _features(at: Addresses, document: Mapping[str, Any], cells: Cells) -> Iterable[str]:
    """Give how many features there are, and a table of those of the page."""
    count = number(document["numberMatched"], at.lang)
    yield f"<p>{escape(t('ogc_count', at.lang, count=count))}</p>"
    head = "".join(f"<th>{escape(each.heading)}</th>" for each in cells.columns)
    rows = "".join(f"<tr>{_row(at, each, cells)}</tr>" for each in document["features"])
    if rows:
        yield f'<div class="wide"><table class="features"><tr>{head}</tr>{rows}</table></div>'


def _row(at: Addresses, feature: Mapping[str, Any], cells: Cells) -> str:
    """Return the cells of a feature; its code leads to it."""
    page = at.as_page(f"{at.path}/{feature['id']}", WHERE)
    values = feature["properties"]
    return "".join(
        f"<td>{_anchor(page, values[c.CODE])}</td>"
        if each.name == c.CODE
        else _cell(each, values[each.name], cells)
        for each in cells.columns
    )


def _cell(column: Field, value: Any, cells: Cells) -> str:
    kind = ' class="number"' if column.kind in ("integer", "number") else ""
    return f"<td{kind}>{escape(cells.text(column, value))}</td>"


def _properties(properties: Mapping[str, Any], cells: Cells) -> str:
    """Return a feature as a table of two columns: what each property holds, and what it is."""
    rows = (
        f"<tr><th>{escape(each.heading)}</th>{_cell(each, properties[each.name], cells)}</tr>"
        for each in cells.columns
    )
    return f'<table class="feature">{"".join(rows)}</table>'


def _told(held: Any) -> str:
    """Return anything of JSON as markup: rows as a table, names and values as a list."""
    match held:
        case Mapping():
            pairs = (
                f"<dt>{escape(str(name))}</dt><dd>{_told(of)}</dd>" for name, of in held.items()
            )
            return f"<dl>{''.join(pairs)}</dl>"
        case [{"href": _}, *_]:
            return _links(held)
        case [first, *others] if isinstance(first, Mapping) and all(
            isinstance(each, Mapping) and each.keys() == first.keys() for each in others
        ):
            return _table([*first], held)
        case [int() | float(), *_] | [str(), *_] if not str(held[0]).startswith("http"):
            return escape(", ".join(map(str, held)))
        case list():
            return (
                f"<ul>{''.join(f'<li>{_told(each)}</li>' for each in held)}</ul>" if held else "–"
            )
        case None:
            return ""
        case str() if held.startswith(("http://", "https://")) and " " not in held:
            return _anchor(held, held)
        case _:
            return escape(str(held))


def _table(names: list[str], rows: Iterable[Mapping[str, Any]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    body = (f"<tr>{''.join(f'<td>{_told(row[name])}</td>' for name in names)}</tr>" for row in rows)
    return f"<div class='wide'><table><tr>{head}</tr>{''.join(body)}</table></div>"


def _anchor(href: str, words: str) -> str:
    return f'<a href="{escape(href)}">{escape(words)}</a>'
