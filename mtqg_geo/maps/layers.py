"""The layers of the map: what is sent once (geometry) and what is sent per change (classes)."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import product
from typing import Any

import geopandas as gpd

from geo.display import DisplayLayer, display_layer
from geo.kept import kept
from geo.maps import KeptLayer, LayerLook, MapConstants, map_constants
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.dataset.outlines import outlines
from mtqg_geo.dataset.places import IN_COMMUNE, IN_DISTRICT
from mtqg_geo.dataset.regions import REGION_CLASSES
from mtqg_geo.figures.costs import WorkKind, told_of, work_words
from mtqg_geo.maps.symbols import (
    BLANKS,
    CLASS_CHARS,
    EXISTING,
    HIDDEN,
    STATUS_CHARS,
    bar_styles,
    both_chars,
    choropleth_styles,
    district_styles,
    map_name,
    road_styles,
    site_chars,
    site_styles,
)
from mtqg_geo.maps.view import MapView
from mtqg_geo.maps.works_shown import WorksShown
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import LANGUAGES, Kind, Lang, Status
from mtqg_geo.programme.tables import COST_AND_DATES
from mtqg_geo.programme.words import KM_DECIMALS, number, t

GEOMETRY_URL, ASSETS_URL = "../../geo/", "../../assets/"  # seen from the component's frame
BARS, LABEL = "works_bars", "_label"  # a layer's name; the short name of a commune on the map
MOST_NAMED = 3  # communes that a tooltip names
TOLERANCE_M = 25.0  # a third of a pixel when the whole province fills a 520 px map


def display_layers(data: Dataset, lang: Lang) -> dict[str, DisplayLayer]:
    """Prepare the geometry of every layer for the browser, once per data set.

    What a work costs and when it was built changes with nothing that is chosen: it travels with its
    shape, in words, once a language.
    """
    return {**_areas(data.as_drawn), **_works(data.as_drawn, lang)}


@kept(maxsize=4, by=lambda data: data.ground)
def _areas(data: Dataset) -> dict[str, DisplayLayer]:
    drawn = outlines(data)
    names = (
        data.districts[c.NAME].map(map_name).str.upper()
    )  # as on paper, unlike a commune of the name
    named = data.communes.assign(**{LABEL: data.communes[c.NAME].map(map_name)})
    return {
        "communes": display_layer(
            "communes",
            named.set_geometry(drawn.communes),
            key=c.CODE,
            properties=[c.NAME, c.DISTRICT, LABEL],
            tolerance_m=TOLERANCE_M,
            label_points=True,
        ),
        "districts": display_layer(
            "districts",
            data.districts.set_geometry(drawn.districts).assign(**{c.NAME: names}),
            key=c.CODE,
            properties=[c.NAME],
            tolerance_m=TOLERANCE_M,
            label_points=True,
        ),
    }


@kept(maxsize=8)
def _works(data: Dataset, lang: Lang) -> dict[str, DisplayLayer]:
    roads = data.roads.assign(**_road_words(data, lang))
    return {
        "roads": _works_layer("roads", roads, [c.NAME, c.LENGTH_KM, c.COMMUNE], lang),
        "sites": _works_layer("sites", data.sites, [c.NAME, c.COMMUNE, c.LOCATION], lang),
    }


def _road_words(data: Dataset, lang: Lang) -> dict[str, list[str]]:
    """Say of each road how long it is and of which project, and which communes it crosses."""
    names = data.commune_list.set_index(c.CODE)[c.NAME]
    kilometres, crossed = [], []
    for row in data.road_list[[c.LENGTH_KM, c.PROJECT, c.COMMUNE_CODES]].itertuples(index=False):
        km, project, codes = row
        kilometres.append(f"{number(km, lang, decimals=KM_DECIMALS)} km · {project}".rstrip(" ·"))
        told = ", ".join(names.get(code, code) for code in codes[:MOST_NAMED])
        more = len(codes) - MOST_NAMED
        crossed.append(t("work_tip_more", lang, names=told, count=more) if more > 0 else told)
    return {c.LENGTH_KM: kilometres, c.COMMUNE: crossed}


def _works_layer(
    kind: WorkKind, works: gpd.GeoDataFrame, properties: list[str], lang: Lang
) -> DisplayLayer:
    names = told_of(works)
    rows = works[[*COST_AND_DATES]].to_dict("records") if names else []
    words = [work_words(row, kind, lang) for row in rows]
    told = works.assign(**{name: [each.get(name, "") for each in words] for name in names})
    if c.LOCATION in properties:
        vague = {each: t(f"place_{each}", lang) for each in (IN_COMMUNE, IN_DISTRICT)}
        told[c.LOCATION] = works[c.LOCATION].map(vague).fillna("")
    return display_layer(kind, told, key=c.ID, properties=[*properties, *names])


def constants(data: Dataset, lang: Lang) -> MapConstants:
    """Return what of the map is the same whatever is chosen: view, words, symbols, looks.

    `MTQG_TILE_URL` and `MTQG_TILE_ATTRIBUTION` name a background; there is none unless they do.
    """
    tiles = os.environ.get("MTQG_TILE_URL"), os.environ.get("MTQG_TILE_ATTRIBUTION")
    return _constants(data.as_drawn, lang, *tiles)


@kept(maxsize=8)
def _constants(
    data: Dataset, lang: Lang, tile_url: str | None, tile_attribution: str | None
) -> MapConstants:
    west, south, east, north = data.as_loaded.communes.total_bounds
    labels = {name: t(name, lang) for name in ("zoom_in", "zoom_out", "home", "layers")}
    labels |= {name: t(f"map_{name}", lang) for name in ("title", "coarse", "instead")}
    labels |= dict.fromkeys(("failed", "mismatch"), t("map_failed", lang))
    return map_constants(
        [[south, west], [north, east]],
        lang=lang,
        labels=labels,
        icons={code: each.icon for code, each in data.catalog.facilities.items()},
        looks=_looks(data, lang),
        tile_url=tile_url,
        tile_attribution=tile_attribution,
    )


def _looks(data: Dataset, lang: Lang) -> list[LayerLook]:
    facilities = tuple(data.catalog.facilities)
    statuses = {status.value: t(f"status_{status.value}", lang) for status in Status}
    words = {**statuses, EXISTING: t("existing_facility", lang)}
    return [
        LayerLook(
            "communes",
            styles=_UNCOLOURED,
            label=t("layer_communes", lang),
            class_texts=_texts({b.char: t(state.value, lang) for state, b in BLANKS.items()}),
            labels="inside",
        ),
        LayerLook(
            "roads",
            kind="line",
            styles=road_styles(),
            label=t("layer_roads", lang),
            class_texts={char: statuses[status.value] for status, char in STATUS_CHARS.items()},
        ),
        LayerLook(
            "districts",
            styles=district_styles(),
            label=t("layer_districts", lang),
            interactive=False,
            labels="always",
        ),
        LayerLook(
            "sites",
            kind="point",
            styles=site_styles(facilities),
            label=t("layer_sites", lang),
            class_texts={
                char: (data.catalog.facilities[facility].name.of(lang), words[status])
                for (facility, status), char in site_chars(facilities).items()
            },
        ),
        LayerLook(BARS, kind="bar", styles=bar_styles(), label=t("layer_works_bars", lang)),
    ]


# The lines of all classes; the colours, and lines that these make white, come with each change.
_UNCOLOURED = choropleth_styles(("",) * len(CLASS_CHARS))


def _colours(colours: tuple[str, ...]) -> dict[str, Mapping[str, object]]:
    """Return by character what colours change in how communes look."""
    return {
        char: {name: value for name, value in style.items() if _UNCOLOURED[char][name] != value}
        for char, style in choropleth_styles(colours).items()
    }


def _region_texts(view: MapView, lang: Lang) -> dict[str, str]:
    """Return what the tooltip says where there is a region and no number."""
    if view.indicator.kind is not Kind.CATEGORY:
        return {}
    regions = zip(CLASS_CHARS, REGION_CLASSES, strict=False)
    return _texts({char: t(f"region_{region}", lang) for char, region in regions})


def _texts(by_char: Mapping[str, str]) -> dict[str, str]:
    """Return texts of both characters of a class: the map looks one up by the very character."""
    return {both: text for char, text in by_char.items() for both in both_chars(char)}


def layer_file(shown: Iterable[Dataset], file: str) -> bytes | None:
    """Return the compressed file behind an address of the map of any data shown, or None."""
    for data, lang in product(shown, LANGUAGES):
        if (told := constants(data, lang)).file == file:
            return told.body_gzip
        for layer in display_layers(data, lang).values():
            if (body_gzip := layer.body(file)) is not None:
                return body_gzip
    return None


def kept_layers(data: Dataset, view: MapView, *, lang: Lang) -> list[KeptLayer]:
    """Return how the layers look for a view beyond what is constant (`constants`), lowest first.

    Bars of works stand on the communes' own file; they are a layer only where they are shown.
    """
    files = display_layers(data, lang)
    is_single = view.works is WorksShown.SINGLE
    layers = [
        _layer(
            files["communes"],
            view.choropleth.classes,
            styles=_colours(view.choropleth.colours),
            values=view.tooltips,
            value_text=view.tooltip_text,
            class_texts=_region_texts(view, lang),
        ),
        _layer(files["roads"], view.road_chars, shown=is_single),
        _layer(files["districts"], view.district_chars),
        _layer(files["sites"], _either(view.site_chars, view.existing_chars), shown=is_single),
    ]
    if view.bars is not None:
        communes = replace(files["communes"], name=BARS)
        layers.append(_layer(communes, view.bars.chars, values=view.bars.texts))
    return layers


def _either(ours: str, others: str) -> str:
    """Return works of the programme and facilities outside it as one layer: a site is one of them.

    >>> _either("a..", ".b.")
    'ab.'
    """
    both = zip(ours, others, strict=True)
    return "".join(other if own == HIDDEN else own for own, other in both)


def _layer(display: DisplayLayer, classes: str, **look: Any) -> KeptLayer:
    return KeptLayer(
        display.name,
        display.url(GEOMETRY_URL),
        classes,
        count=display.count,
        finer=display.finer(GEOMETRY_URL),
        **look,
    )
