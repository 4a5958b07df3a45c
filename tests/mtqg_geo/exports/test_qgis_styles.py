import re
from base64 import b64decode
from collections import Counter
from itertools import product
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from geo.qml import DOCTYPE, colour, qml
from mtqg_geo.exports import files as exports
from mtqg_geo.exports import qgis_styles
from mtqg_geo.maps.classing import Classing
from mtqg_geo.maps.symbols import (
    MOST_DIFFICULT_OUTLINE,
    STATUS_COLOURS,
    road_styles,
)
from mtqg_geo.maps.view import map_view
from mtqg_geo.programme.model import Status

ROOT = Path(__file__).parents[3]
FILTER = re.compile(r"\"(\w+)\" = '([^']*)'")
CASES = [
    ({}, Classing()),
    ({"indicator": ["OP01"]}, Classing()),
    ({"indicator": ["OP01"], "district": ["220"]}, Classing("quantiles", 4)),
    ({"indicator": ["FI01"], "basis": ["allocated"]}, Classing("equal", 7)),
    ({"indicator": ["FI02"]}, Classing("fixed", 5, (50.0, 70.0, 90.0))),
    ({"indicator": ["OP01"], "year": ["2024"]}, Classing()),
]


def rules_of(style):
    """Return the document and its rules in order: label, field and value of the filter, symbol."""
    root = ET.fromstring(qml(style).removeprefix(DOCTYPE))
    symbols = {s.get("name"): s for s in root.findall("renderer-v2/symbols/symbol")}
    return [
        (
            rule.get("label"),
            *FILTER.fullmatch(rule.get("filter")).groups(),
            symbols.get(rule.get("symbol")),
        )
        for rule in root.iter("rule")
    ]


def option(symbol, name, layer=0):
    return symbol.findall("layer")[layer].find(f"Option/Option[@name='{name}']").get("value")


def communes(data, select, query, classing, lang="vi"):
    """Return the communes with their classes, the map of the page, and the style's rules."""
    selection = select(**query)
    view = map_view(data, selection, classing, lang=lang)
    features = exports.layer(data, selection, "communes")
    classes = qgis_styles.class_columns(features, view.indicator, view.choropleth)
    style = qgis_styles.commune_style(view.choropleth, aliases={}, lang=lang)
    return features.assign(**classes), view, rules_of(style)


@pytest.fixture(scope="module", params=CASES, ids=str)
def styled(request, data, select):
    return communes(data, select, *request.param)


def test_each_rule_holds_as_many_communes_as_the_legend_of_the_page_says(styled):
    features, view, rules = styled
    counts = Counter(features["map_class"])
    *classes, strong = rules
    legend = [(entry.label, entry.count) for entry in view.choropleth.legend]
    assert [(label, counts[value]) for label, _, value, _ in classes] == legend
    assert sum(counts.values()) == len(features), "no commune stays without a rule"
    assert {field for _, field, _, _ in classes} == {"map_class"}
    assert strong[1:3] == ("region", "III")


def test_a_commune_carries_the_words_of_its_class(styled):
    features, _, rules = styled
    labels = {value: label for label, _, value, _ in rules[:-1]}
    assert [labels[code] for code in features["map_class"]] == features["map_label"].tolist()


def test_the_colours_are_those_of_the_map(styled):
    _, view, rules = styled
    solid = {entry.label: entry for entry in view.choropleth.legend if entry.fill == "solid"}
    painted = [option(symbol, "color") for label, *_, symbol in rules if label in solid]
    assert painted == [colour(entry.colour) for entry in solid.values()]


@pytest.mark.long
def test_every_indicator_has_a_style_that_paints_every_commune(data, select):
    for indicator in data.catalog.indicators:
        features, view, rules = communes(data, select, {"indicator": [indicator]}, Classing())
        counts = Counter(features["map_class"])
        assert [counts[value] for _, _, value, _ in rules[:-1]] == [
            entry.count for entry in view.choropleth.legend
        ]


def test_a_value_on_a_bound_stands_in_the_class_that_names_it(data, select):
    classing = Classing("fixed", 5, (0.0, 2.0, 4.0))
    features, _, _ = communes(data, select, {"indicator": ["OP01"]}, classing)
    two = features[features["actual_households"] == 2]
    assert len(two) > 0
    assert set(two["map_label"]) == {"0–2"}
    assert set(features.loc[features["actual_households"] == 3, "map_label"]) == {"3–4"}


def test_no_data_and_not_applicable_are_hatched_differently(data, select):
    _, _, rules = communes(data, select, {"indicator": ["OP01"]}, Classing())
    blanks = ["not_reported", "no_plan", "not_applicable"]
    assert [value for _, _, value, _ in rules[-4:-1]] == blanks
    silent, _, outside = (symbol for *_, symbol in rules[-4:-1])
    assert silent.findall("layer")[1].get("class") == "LinePatternFill"
    assert outside.findall("layer")[1].get("class") == "PointPatternFill"


def test_the_line_inside_is_drawn_above_every_area(data, select):
    _, _, rules = communes(data, select, {"indicator": ["OP01"]}, Classing())
    levels = [[int(layer.get("pass")) for layer in symbol.findall("layer")] for *_, symbol in rules]
    assert max(max(each) for each in levels[:-1]) < levels[-1][0]
    assert option(rules[-1][3], "line_color", layer=1) == colour(MOST_DIFFICULT_OUTLINE)
    assert {option(rules[-1][3], "draw_inside_polygon", layer) for layer in (0, 1)} == {"1"}


def test_regions_are_listed_from_the_most_difficult_down(data, select):
    _, _, rules = communes(data, select, {}, Classing())
    assert [value for _, _, value, _ in rules[:3]] == ["III", "II", "I"]


def test_the_legend_speaks_the_language_asked_for(data, select):
    _, _, rules = communes(data, select, {"indicator": ["OP01"]}, Classing(), lang="en")
    assert [label for label, *_ in rules[-4:]] == [
        "Not reported", "No plan", "Not applicable",
        "Especially difficult commune (line inside its border)",
    ]  # fmt: skip


def test_roads_are_drawn_by_status_in_the_colours_of_the_map(data):
    rules = rules_of(qgis_styles.road_style(aliases={}, lang="vi"))
    assert [value for _, _, value, _ in rules] == [status.value for status in Status]
    for _, _, value, symbol in rules:
        expected = colour(STATUS_COLOURS[Status(value)], opacity=0.95)
        assert option(symbol, "line_color") == expected
    assert set(data.roads["status"]) <= {value for _, _, value, _ in rules}
    dashed = [symbol.find(".//Option[@name='use_custom_dash']") is not None for *_, symbol in rules]
    assert dashed == [look["dashArray"] is not None for look in road_styles().values()]


def test_every_site_finds_its_type_and_below_it_its_status(data, select):
    sites = exports.layer(data, select(), "sites")
    style = qgis_styles.site_style(sites, data.catalog, aliases={}, lang="vi")
    pairs = {
        (FILTER.fullmatch(heading.condition)[2], FILTER.fullmatch(rule.condition)[2])
        for heading in style.rules
        for rule in heading.rules
    }
    assert pairs == set(zip(sites["facility"], sites["status"], strict=True))
    assert [rule.label for rule in style.rules][:2] == ["Công trình nước", "Chợ"]
    assert all(rule.symbol is None for rule in style.rules)


def test_the_symbol_of_a_site_is_a_drawing_in_the_colour_of_its_status(data):
    icons = [each.icon for each in data.catalog.facilities.values()]
    for case in product(icons, Status):
        icon, status = case
        picture = ET.fromstring(qgis_styles.site_picture(icon, status))
        paints = {each.get(name) for each in picture.iter() for name in ("fill", "stroke")}
        assert paints - {None, "none"} == {"#ffffff", f"param(fill) {STATUS_COLOURS[status]}"}, case
        shape = picture.findall("{http://www.w3.org/2000/svg}path")[-1].get("d")
        assert shape == icon, case


def test_the_four_statuses_look_different(data):
    icon = data.catalog.facilities["market"].icon
    pictures = {qgis_styles.site_picture(icon, status).replace(STATUS_COLOURS[status], "")
                for status in Status}  # fmt: skip
    assert len(pictures) == len(Status)


def test_drawings_travel_inside_the_style(data, select):
    sites = exports.layer(data, select(), "sites")
    style = qgis_styles.site_style(sites, data.catalog, aliases={}, lang="vi")
    root = ET.fromstring(qml(style).removeprefix(DOCTYPE))
    names = [o.get("value") for o in root.iter("Option") if o.get("name") == "name"]
    assert len(names) == sum(len(rule.rules) for rule in style.rules)
    for name in names:
        kind, content = name.split(":")
        assert kind == "base64"
        assert ET.fromstring(b64decode(content)).tag.endswith("svg")


def test_an_empty_layer_of_sites_has_no_rules(data, select):
    sites = exports.layer(data, select(district=["213"], commune=["07645"]), "sites")
    assert qgis_styles.site_style(sites, data.catalog, aliases={}, lang="vi").rules == ()
