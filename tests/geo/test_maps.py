import gzip
import json
import re

import folium
import pytest

from geo.errors import GeoError
from geo.maps import (
    HATCHES,
    LABELS,
    KeptLayer,
    LayerLook,
    base_map,
    map_constants,
    map_file,
    map_script,
    map_sheet,
    script_json,
    update_group,
)

BOUNDS = [[21.0, 105.8], [21.6, 107.0]]
TEXTS = {name: name for name in LABELS}
RED = {"fillColor": "#b30000"}


def make_map(*, constants_url=None, **options):
    constants = map_constants(BOUNDS, **({"lang": "vi", "labels": TEXTS} | options))
    return base_map(constants, assets_url="../../assets/", constants_url=constants_url)


def units(classes="aab", **options):
    given = {"count": 3, "styles": {"a": RED, "b": {"fillColor": "hatch:nodata"}}} | options
    return KeptLayer("units", "../../geo/units-0.json", classes, **given)


def payload(group):
    """Return what the browser gets from a group."""
    shown = make_map()
    group.add_to(shown)
    script = shown.get_root().render()
    return json.loads(re.search(r"geoMap\.update\(map_\w+, (\{.*\})\);", script).group(1))


def test_layer_is_a_string_with_one_character_per_feature():
    layer = payload(update_group([units("aab")]))["layers"][0]
    assert layer["classes"] == "aab"
    assert layer["styles"] == [["fillColor", "#b30000", "a"], ["fillColor", "hatch:nodata", "b"]]
    assert layer["url"] == "../../geo/units-0.json"


def test_finer_shapes_are_named_with_the_zoom_above_which_they_are_drawn():
    finer = [(6.5, "../../geo/units-1.json")]
    layer = payload(update_group([units(finer=finer)]))["layers"][0]
    assert layer["finer"] == [[6.5, "../../geo/units-1.json"]]
    assert "finer" not in payload(update_group([units()]))["layers"][0]


def test_wrong_number_of_classes_is_refused():
    with pytest.raises(GeoError, match="'units' has 3 features but 2 classes"):
        units("aa")


def test_wrong_number_of_values_is_refused():
    with pytest.raises(GeoError, match="'units' has 3 features but 1 values"):
        units(values=["1"])


def test_only_styles_in_use_travel():
    layer = payload(update_group([units("aaa")]))["layers"][0]
    assert layer["styles"] == [["fillColor", "#b30000", "a"]]


def test_options_that_characters_share_travel_once():
    styles = {"a": {"icon": "school", "fill": "full"}, "b": {"icon": "school", "fill": "open"}}
    layer = payload(update_group([units(kind="point", styles=styles, base={"color": "#0b5563"})]))
    assert layer["layers"][0]["styles"] == [
        ["color", "#0b5563", "ab"],
        ["icon", "school", "ab"],
        ["fill", "full", "a"],
        ["fill", "open", "b"],
    ]


def test_a_character_without_style_is_hidden():
    layer = payload(update_group([units("a.a", styles={"a": {}})]))["layers"][0]
    assert layer["drawn"] == "a"
    assert "styles" not in layer


def test_values_travel_as_one_text_that_no_value_can_split():
    layer = payload(update_group([units(values=["1,5", "a > b", ""])]))["layers"][0]
    assert layer["values"].split(">") == ["1,5", "a &gt; b"]


def test_hostile_text_stays_text_everywhere():
    hostile = "<img src=x onerror=alert(1)></script>"
    texts = {"label": hostile, "value_text": hostile, "class_texts": {"a": hostile}}
    group = update_group([units(values=[hostile] * 3, **texts)], notice=hostile)
    shown = make_map(labels=dict.fromkeys(LABELS, hostile))
    group.add_to(shown)
    html = shown.get_root().render()
    assert "<img" not in html
    assert html.count("</script>") == html.count("<script")


def test_fit_selected_and_notice_travel_only_when_given():
    assert set(payload(update_group([units()]))) == {"layers"}
    full = payload(update_group([units()], fit=BOUNDS, selected="07645", notice="Gần đúng"))
    assert full["fit"] == BOUNDS
    assert full["selected"] == "07645"
    assert full["notice"] == "Gần đúng"


def test_base_map_links_only_the_script_it_was_given():
    html = make_map().get_root().render()
    assert re.findall(r'(?:src|href)="([^"]+)"', html) == [f"../../assets/{map_file()[0]}"]
    assert "://" not in html


def test_constants_stand_in_a_script_of_their_own_where_it_is_served():
    constants = map_constants(BOUNDS, lang="vi", labels=TEXTS)
    html = make_map(constants_url="../../geo/").get_root().render()
    assert f'<script src="../../geo/{constants.file}"></script>' in html
    assert constants.config not in html
    name = re.search(r'geoMapConstants\["(\w+)"\]\);', html).group(1)
    script = gzip.decompress(constants.body_gzip).decode()
    assert script.endswith(f'["{name}"]={constants.config};')
    assert constants.file == f"map-{name}.js"


def test_other_constants_are_another_map():
    vi, en = (make_map(lang=lang, constants_url="../../geo/") for lang in ("vi", "en"))
    assert vi.config != en.config


def test_script_and_sheet_name_no_other_file():
    assert "sourceMappingURL" not in map_script()
    addresses = re.findall(r"url\(([^)]{9})", map_sheet())
    assert [each for each in addresses if each.strip("'\"")[:5] != "data:" and each[0] != "#"] == []


def test_base_map_is_the_same_text_on_every_run():
    first, second = make_map(), make_map()
    script = [m._template.module.script(m).replace(m.get_name(), "map") for m in (first, second)]
    assert script[0] == script[1]


def test_base_map_leaves_folium_itself_unchanged():
    before = list(folium.Map.default_js)
    make_map()
    assert folium.Map.default_js == before


def test_tiles_come_only_when_asked_for():
    html = make_map(tile_url="https://tiles.example/{z}/{x}/{y}.png", tile_attribution="A & B")
    assert "A &amp; B" in html.get_root().render()


def test_missing_label_is_refused():
    with pytest.raises(GeoError, match="lacks 1 of its 9 texts"):
        make_map(labels={name: name for name in LABELS if name != "failed"})


def test_icon_that_is_not_path_data_is_refused():
    assert make_map(icons={"school": "M3 9l2-5h14z"})
    with pytest.raises(GeoError, match="1 icons are not SVG path data"):
        make_map(icons={"school": 'M3 9"/><script>'})


def test_a_change_of_a_province_is_small():
    communes = KeptLayer(
        "communes", "../../geo/communes-0123456789abcdef.json", "01234nx" * 29 + "012345",
        count=209, styles={c: {"fillColor": "#fdcc8a"} for c in "01234nx"}, label="Xã",
        values=["1.234,5"] * 209, value_text="Tỷ lệ hộ nghèo: {} %",
    )  # fmt: skip
    look = {"icon": "school", "fill": "half", "status": "under_construction", "color": "#0b5563"}
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghij"
    sites = KeptLayer(
        "sites", "../../geo/sites-0123456789abcdef.json", (letters * 9)[:300],
        count=300, kind="point", styles=dict.fromkeys(letters, look), label="Công trình",
    )  # fmt: skip
    roads = KeptLayer(
        "roads", "../../geo/roads-0123456789abcdef.json", "pcu?" * 25, count=100, kind="line",
        styles=dict.fromkeys("pcu?", {"color": "#0550ae", "weight": 3, "dashArray": "8 4"}),
        label="Đường",
    )  # fmt: skip
    group = update_group([communes, roads, sites], fit=BOUNDS, notice="Ranh giới gần đúng")
    assert len(json.dumps(payload(group), separators=(",", ":"))) < 6_000


def test_several_values_of_a_feature_travel_as_one_text_that_no_value_can_break():
    layer = payload(
        update_group([units(values=[("1 %", "<2>"), "", "x"], value_text="a: {}\nb: {}")])
    )["layers"][0]
    assert layer["values"] == "1 %<&lt;2&gt;>>x"
    assert layer["value_text"] == "a: {}\nb: {}"


def test_a_caption_and_a_name_for_maps_that_move_as_one_travel_only_when_asked_for():
    plain = payload(update_group([units()]))
    assert not {"caption", "together"} & set(plain)
    both = payload(update_group([units()], caption="<Năm 2023>", together="t1"))
    assert (both["caption"], both["together"]) == ("&lt;Năm 2023&gt;", "t1")


def test_every_hatching_is_drawn_by_the_map():
    for name in HATCHES:
        assert f'"{name}": ' in map_script()


def test_no_text_ends_the_script_it_stands_in_or_becomes_a_template():
    text = "</script><script>alert(1)</script> {{7*7}} {% x %}"
    written = script_json({"title": text})
    assert "<" not in written
    assert "{{" not in written
    assert "{%" not in written
    assert json.loads(written) == {"title": text}


def test_what_the_constants_know_of_a_layer_is_not_sent_again():
    look = LayerLook("units", kind="line", styles={"a": RED, "b": {}}, label="Xã", labels="always")
    assert look.spec == {
        "kind": "line",
        "drawn": "ab",
        "styles": [["fillColor", "#b30000", "a"]],
        "label": "Xã",
        "labels": "always",
    }
    config = json.loads(map_constants(BOUNDS, lang="vi", labels=TEXTS, looks=[look]).config)
    assert config["looks"] == {"units": look.spec}
    layer = KeptLayer("units", "../../geo/units-0.json", "aab", count=3)
    assert layer.spec == {"name": "units", "url": "../../geo/units-0.json", "classes": "aab"}


def test_a_class_that_looks_like_the_number_of_a_run_is_refused():
    with pytest.raises(GeoError, match=r"no class of a map \(first: feature 2\)"):
        units("a{b")
