"""What the pointer says of a work: what it costs and when it was built, in the reader's words."""

import gzip
import json
from dataclasses import replace

from mtqg_geo.maps.layers import display_layers, layer_file


def told(content):
    properties = json.loads(gzip.decompress(content))["properties"]
    passed_over = ("name", "commune", "location")
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
