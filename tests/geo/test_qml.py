from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.qml import (
    DOCTYPE,
    Rule,
    Style,
    Symbol,
    colour,
    column,
    equals,
    hatch_dots,
    hatch_lines,
    qml,
    simple_fill,
    simple_line,
    svg_marker,
)

RED = Symbol("fill", (simple_fill("#ff0000"),))
BLUE = Symbol("fill", (simple_fill("#0000ff"),))


def parsed(style):
    text = qml(style)
    assert text.startswith(DOCTYPE)
    return ET.fromstring(text.removeprefix(DOCTYPE))


def options(layer):
    return {each.get("name"): each.get("value") for each in layer.findall("Option/Option")}


def test_each_rule_finds_its_own_symbol():
    root = parsed(Style("fill", (Rule("a", '"x" = 1', RED), Rule("b", '"x" = 2', BLUE))))
    rules = root.findall("renderer-v2/rules/rule")
    assert [(r.get("label"), r.get("filter")) for r in rules] == [
        ("a", '"x" = 1'),
        ("b", '"x" = 2'),
    ]
    symbols = {s.get("name"): s for s in root.findall("renderer-v2/symbols/symbol")}
    fills = [options(symbols[r.get("symbol")].find("layer"))["color"] for r in rules]
    assert fills == ["255,0,0,255", "0,0,255,255"]


def test_a_heading_holds_rules_and_draws_nothing_itself():
    heading = Rule("Chợ", "\"t\" = 'market'", rules=(Rule("xong", "\"s\" = 'done'", RED),))
    root = parsed(Style("fill", (heading, Rule("khác", "", BLUE))))
    first, second = root.findall("renderer-v2/rules/rule")
    assert first.get("symbol") is None
    assert first.find("rule").get("symbol") == "0"
    assert (second.get("symbol"), second.get("filter")) == ("1", None)
    keys = [rule.get("key") for rule in root.iter("rule")]
    assert len(set(keys)) == len(keys) == 3


def test_a_pattern_names_its_inner_symbol_by_its_place():
    area = Symbol("fill", (simple_fill("#ffffff"), hatch_lines("#123456", width_px=1, step_px=6)))
    root = parsed(Style("fill", (Rule("a", "", RED), Rule("b", "", area))))
    inner = root.find(
        "renderer-v2/symbols/symbol[@name='1']/layer[@class='LinePatternFill']/symbol"
    )
    assert (inner.get("name"), inner.get("type")) == ("@1@1", "line")
    assert options(inner.find("layer"))["line_color"] == "18,52,86,255"


def test_pixels_are_written_as_the_millimetres_they_have_on_a_screen_of_96_dots_an_inch():
    line = options_of(simple_line("#000000", width_px=96, dashes_px=(48, 24)))
    assert (line["line_width"], line["line_width_unit"]) == ("25.4", "MM")
    assert (line["customdash"], line["customdash_unit"]) == ("12.7;6.35", "MM")
    assert "customdash" not in options_of(simple_line("#000000", width_px=1))


def options_of(layer):
    return dict(layer.options)


def test_staggered_dots_stand_as_far_apart_along_the_slant_as_asked():
    dots = options_of(hatch_dots("#000000", radius_px=1, step_px=96))
    across, down = float(dots["distance_x"]), float(dots["distance_y"])
    assert (across / 2) ** 2 + down**2 == pytest.approx(25.4**2, rel=1e-4)
    assert float(dots["displacement_x"]) == pytest.approx(across / 2, rel=1e-4)


def test_an_area_without_a_colour_is_an_outline():
    outline = options_of(simple_fill(None, outline="#3b1f1f", outline_px=2))
    assert (outline["style"], outline["outline_style"]) == ("no", "solid")
    assert outline["outline_color"] == "59,31,31,255"
    assert options_of(simple_fill("#ff0000"))["outline_style"] == "no"


def test_opacity_is_the_fourth_number_of_a_colour():
    assert colour("#0b5d8a", opacity=0.85) == "11,93,138,217"


def test_names_and_texts_are_quoted_as_qgis_expects():
    assert column('a"b') == '"a""b"'
    assert equals("x", "O'Hara \\n") == "\"x\" = 'O''Hara \\\\n'"


def test_a_drawing_is_kept_inside_the_style():
    marker = options_of(svg_marker("<svg/>", size_px=96, ink="#0b5d8a"))
    assert marker["name"] == "base64:PHN2Zy8+"
    assert marker["size"] == "25.4"


def test_fields_have_names_in_the_reader_s_words():
    style = Style("line", (), {"code": "Mã", "name": "Tên"}, "name")
    root = parsed(style)
    found = {a.get("field"): a.get("name") for a in root.findall("aliases/alias")}
    assert found == {"code": "Mã", "name": "Tên"}
    assert root.findtext("previewExpression") == '"name"'
    assert root.findtext("layerGeometryType") == "1"


@pytest.mark.long
@given(st.text(), st.text(), st.text())
def test_whatever_a_label_says_the_document_stays_one(label, value, alias):
    style = Style("fill", (Rule(label, equals("x", value), RED),), {"x": alias})
    rule = parsed(style).find("renderer-v2/rules/rule")
    if label.isprintable():
        assert rule.get("label") == label
    assert qml(style) == qml(style)
