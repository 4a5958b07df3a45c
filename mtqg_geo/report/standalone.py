"""The current map as one HTML file: opens from a USB stick, asks nobody for anything."""

import gzip
import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from geo.display import escape_text
from geo.maps import map_script, map_sheet, script_json
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.scope import map_title, source_text
from mtqg_geo.figures.selection import Selection
from mtqg_geo.maps import symbols
from mtqg_geo.maps.layers import GEOMETRY_URL, constants, display_layers, kept_layers
from mtqg_geo.maps.legend import LegendSection, bars_key, printed_legend
from mtqg_geo.maps.view import MapView, map_view
from mtqg_geo.maps.works_shown import WorksShown
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import t
from mtqg_geo.report.paper import captions
from mtqg_geo.report.paper.page import foot, heading
from mtqg_geo.report.setup import Setup
from mtqg_geo.report.tables.communes import commune_table

_OWN = Path(__file__).with_name("page_assets")


def standalone_html(data: Dataset, selection: Selection, setup: Setup) -> str:
    """Return the map of a selection as a page with all scripts, styles and data inside."""
    lang = setup.lang
    view = map_view(data, selection, setup.classing, lang=lang, works=setup.works)
    title = map_title(data, selection, lang)
    head = heading(data, selection, title, lang)
    table = commune_table(data, selection, lang)
    source = source_text(data, selection, lang)
    words = foot(data, selection.year, source, setup)
    scripts = [*_scripts()]
    page: str = _template().render(
        lang=lang,
        policy=_policy(scripts),
        title=title,
        over=head.over,
        under=head.under,
        notices=(*words.warnings, *captions.map_notices(view, lang)),
        figures=view.figures,
        sections=_legend(data, view, lang),
        words={"legend": t("legend", lang), "table": t("table", lang)},
        columns=table.columns,
        rows=table.rows,
        keys=table.keys,
        sources=(*words.sources[:-1], captions.boundary_text(data, lang), words.sources[-1]),
        map_data=Markup(script_json(_map_data(data, view, title, lang))),
        sheets=[Markup(sheet) for sheet in (map_sheet(), _own("page.css"))],
        scripts=[Markup(script) for script in scripts],
    )
    return page


def _legend(data: Dataset, view: MapView, lang: Lang) -> tuple[LegendSection, ...]:
    """Return the legend of paper; but bars are those of the screen, which have no part unsaid."""
    if view.works is not WorksShown.BY_COMMUNE:
        return printed_legend(data, view, lang)
    bare = printed_legend(data, replace(view, works=WorksShown.NONE), lang)
    return (*bare, bars_key(view, lang))


@cache
def _template() -> Any:
    environment = Environment(
        loader=FileSystemLoader(_OWN), autoescape=True, undefined=StrictUndefined
    )
    environment.globals["symbols"] = symbols
    return environment.get_template("page.html")


def _policy(scripts: list[str]) -> str:
    """Return a content policy: only these very scripts run, and nothing at all is fetched."""
    digests = (b64encode(sha256(script.encode()).digest()).decode() for script in scripts)
    allowed = " ".join(f"'sha256-{digest}'" for digest in digests)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _scripts() -> Iterator[str]:
    """Yield the scripts of the map and the one that feeds it, fit to stand inside the page."""
    for script in (map_script(), _own("page.js")):
        yield script.replace("</script", "<\\/script")  # in a text it would end the element


def _own(name: str) -> str:
    return (_OWN / name).read_text(encoding="utf-8")


def _map_data(data: Dataset, view: MapView, title: str, lang: Lang) -> Mapping[str, object]:
    """Return what the map's scripts are given: its frame, how features look, their shapes."""
    layers = kept_layers(data, view, lang=lang)
    west, south, east, north = view.bounds
    accuracy = data.boundary_set.accuracy
    notice = t(f"accuracy_{accuracy}", lang) if accuracy == "approximate" else ""
    config = json.loads(constants(data, lang).config)
    config.pop("tiles", None)  # they would be asked of somebody
    return {
        "config": config,
        "payload": {
            "layers": [layer.spec for layer in layers],
            "fit": [[south, west], [north, east]],
            "notice": escape_text(notice),
            "title": escape_text(title),
        },
        "files": {
            f"{GEOMETRY_URL}{file.name}": json.loads(gzip.decompress(file.body_gzip))
            for layer in display_layers(data, lang).values()
            for file in layer.files
        },
    }
