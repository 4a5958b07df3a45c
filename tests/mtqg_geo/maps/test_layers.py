"""What the pointer says of a work: what it costs and when it was built, in the reader's words."""

import gzip
import json
from dataclasses import replace

from mtqg_geo.maps.layers import display_layers, layer_file


def told(content):
    properties = json.loads(gzip.decompress(content))["properties"]
    passed_over = ("name", "commune", "location", "length_km")
    return [texts for name, texts in properties.items() if name not in passed_over]


def test_cost_and_dates_travel_with_the_shapes_in_each_language(squares):
    line = [(106.2, 21.5), (106.8, 21.5)]
    data = squares(
        sites=[("a", "completed", "00001"), ("b", "planned", "00002")],
        roads=[("D1", "planned", line)],
    )
    sites = data.sites.assign(cost_vnd=[8.5e8, float("nan")], completed_on=["2023-06", ""])
    data = replace(data, sites=sites)
    words = {
        "vi": ("tổng mức đầu tư 850 triệu đồng", "hoàn thành 06/2023"),
        "en": ("total cost 850 m VND", "completed 2023-06"),
    }
    for lang, said in words.items():
        layers = display_layers(data, lang)
        [file] = layers["sites"].files
        assert told(layer_file([data], file.name)) == [[each, ""] for each in said]
        assert told(layers["roads"].files[0].body_gzip) == []  # nothing is known of any


def test_the_pointer_says_of_which_sites_only_the_commune_is_known(squares):
    data = squares(sites=[(each, "planned", "00001") for each in "abc"])
    data = replace(data, sites=data.sites.assign(location=["exact", "commune", "district"]))
    for lang, said in {
        "vi": ["", "vị trí gần đúng (chỉ biết xã)", "vị trí gần đúng (chỉ biết huyện)"],
        "en": [
            "",
            "approximate place (only the commune is known)",
            "approximate place (only the district is known)",
        ],
    }.items():
        [file] = display_layers(data, lang)["sites"].files
        assert json.loads(gzip.decompress(file.body_gzip))["properties"]["location"] == said


# A tenth of a degree along 21.5° north: 111.32 km × cos 21.5° ÷ 10.
def test_the_pointer_says_how_long_a_road_is_of_which_project_and_where_it_goes(squares):
    data = squares(roads=[("D1", "planned", [(106.2, 21.5), (106.3, 21.5)])])
    for codes, said in {
        (): ("", ""),
        ("00001", "00002"): ("Xã 1, Xã 2", "Xã 1, Xã 2"),
        ("00001", "00002", "00003", "00009"): (
            "Xã 1, Xã 2, Xã 3 và 1 xã khác",
            "Xã 1, Xã 2, Xã 3 and 1 other commune",
        ),
    }.items():
        shown = replace(data, roads=data.roads.assign(commune_codes=[list(codes)]))
        for lang, km, words in zip(("vi", "en"), ("10,36 km", "10.36 km"), said, strict=True):
            [file] = display_layers(shown, lang)["roads"].files
            told = json.loads(gzip.decompress(file.body_gzip))["properties"]
            assert (told["length_km"], told["commune"]) == ([f"{km} · DA4.TDA1"], [words])
