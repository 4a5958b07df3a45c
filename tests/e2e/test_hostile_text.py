"""Text from a file is shown letter by letter wherever the map shows text."""

import gzip

import geopandas as gpd
from shapely import Point, box

from geo.display import display_layer
from geo.maps import LABELS, KeptLayer, base_map, map_constants, map_file, update_group

ATTACK = '<img src=x onerror="window.pwned=1">{{7*7}}</script><b>\'&amp;'
HOST = "http://localhost/"  # nothing listens there: the test itself answers


def hostile_layer(name, shapes, **options):
    frame = gpd.GeoDataFrame(
        {"code": ["1", "2"], "name": [ATTACK, "calm"], "place": [ATTACK, ATTACK]},
        geometry=shapes,
        crs="EPSG:4326",
    )
    return display_layer(name, frame, key="code", properties=["name", "place"], **options)


def hostile_map(areas, points):
    bounds = [[21.0, 106.0], [21.1, 106.2]]
    constants = map_constants(bounds, lang="vi", labels=dict.fromkeys(LABELS, ATTACK))
    shown = base_map(constants, assets_url=f"{HOST}assets/")
    layers = [
        KeptLayer(
            "areas",
            areas.url(f"{HOST}geo/"),
            "ab",
            count=2,
            styles={"a": {"fillColor": "#ff0000"}, "b": {"fillColor": "#00ff00"}},
            label=ATTACK,
            values=[ATTACK, ""],
            value_text=f"{ATTACK}: {{}}",
            class_texts={"b": ATTACK},
            labels="always",
        ),
        KeptLayer(
            "points",
            points.url(f"{HOST}geo/"),
            "cc",
            count=2,
            kind="point",
            styles={"c": {"icon": "none", "color": "#0000ff"}},
            label=ATTACK,
            class_texts={"c": ATTACK},
        ),
    ]
    update_group(layers, notice=ATTACK).add_to(shown)
    html = shown.get_root().render()
    return html.replace("</head>", "<style>.folium-map { height: 500px }</style></head>")


def answer(html, layers):
    files = {file.name: file for layer in layers for file in layer.files}

    def serve(route, request):
        path = request.url.removeprefix(HOST)
        folder, _, file = path.partition("/")
        if folder == "assets":
            route.fulfill(body=map_file()[1], content_type="text/javascript; charset=utf-8")
        elif folder == "geo":
            body = gzip.decompress(files[file].body_gzip)
            route.fulfill(body=body, content_type="application/json")
        else:
            route.fulfill(body=html, content_type="text/html; charset=utf-8")

    return serve


def test_markup_in_a_property_stays_text_in_tooltip_label_layer_name_and_notice(new_visit):
    areas = hostile_layer(
        "areas",
        [box(106.0, 21.0, 106.1, 21.1), box(106.1, 21.0, 106.2, 21.1)],
        label_points=True,
    )
    points = hostile_layer("points", [Point(106.02, 21.02), Point(106.18, 21.08)])
    visit = new_visit()
    page = visit.page
    page.route(f"{HOST}**", answer(hostile_map(areas, points), [areas, points]))
    page.goto(f"{HOST}page")
    page.wait_for_function("document.body.dataset.painted > 0")

    assert ATTACK in page.locator(".geo-label").all_inner_texts()
    assert page.locator(".geo-notice").inner_text() == ATTACK
    names = page.locator(".leaflet-control-layers-overlays label").all_text_contents()
    assert [name.strip() for name in names] == [ATTACK, ATTACK]
    area = page.locator(".leaflet-kept-areas-pane path").first.bounding_box()
    page.mouse.move(area["x"] + area["width"] / 3, area["y"] + area["height"] / 3)
    assert page.locator(".geo-tip").inner_text().splitlines() == [
        ATTACK,
        ATTACK,
        f"{ATTACK}: {ATTACK}",
    ]
    words = []
    for place in (0, 1):
        site = page.locator(".geo-site").nth(place).bounding_box()
        page.mouse.move(site["x"] + 8, site["y"] + 8)
        words += page.locator(".geo-tip").inner_text().splitlines()
    assert sorted(words) == [*[ATTACK] * 5, "calm"]
    assert page.evaluate("window.pwned") is None
    assert page.locator("img").count() == 0
