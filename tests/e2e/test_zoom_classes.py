"""A heavy layer is drawn coarse at first; finer shapes come once, when a reader zooms in."""

import gzip
from dataclasses import dataclass, field

import geopandas as gpd
import pytest

from geo.display import display_layer
from geo.maps import LABELS, KeptLayer, base_map, map_constants, map_file, update_group
from tests.display_reader import winding_units

HOST = "http://localhost/"  # nothing listens there: the test itself answers
ACROSS = 30


@pytest.fixture(scope="module")
def display():
    units = winding_units(ACROSS)
    codes = [f"{place:04d}" for place in range(len(units))]
    frame = gpd.GeoDataFrame({"code": codes, "name": codes}, geometry=units, crs="EPSG:4326")
    return display_layer("units", frame, key="code", properties=["name"], tolerance_m=20)


def group(display, classes):
    looks = {
        "a": {"fillColor": "#fef0d9"},
        "b": {"fillColor": "#b30000"},
        "n": {"fillColor": "hatch:nodata"},
    }
    layer = KeptLayer(
        "units", display.url("geo/"), classes, count=display.count, styles=looks,
        finer=display.finer("geo/"),
    )  # fmt: skip
    return update_group([layer], selected="0000")


@dataclass
class Reader:
    """A page with the map alone, and what it asked for."""

    page: object
    display: object
    geometry: list = field(default_factory=list)
    lost: bool = False

    def serve(self, html):
        def answer(route, request):
            folder, _, file = request.url.removeprefix(HOST).partition("/")
            if folder == "assets":
                route.fulfill(body=map_file()[1], content_type="text/javascript; charset=utf-8")
            elif folder == "geo":
                self.geometry.append(file)
                if self.lost:
                    route.abort()
                else:
                    body = gzip.decompress(self.display.body(file))
                    route.fulfill(body=body, content_type="application/json")
            else:
                route.fulfill(body=html, content_type="text/html; charset=utf-8")

        self.page.route(f"{HOST}**", answer)
        self.page.goto(f"{HOST}page")
        self.page.wait_for_function("document.body.dataset.painted > 0")

    def zoom(self, zoom):
        """Zoom to the first unit's corner and wait until what that asks for has come to rest."""
        self.page.evaluate(
            "zoom => { map.setView([15.05, 103.05], zoom, {animate: false}); }", zoom
        )
        self.page.evaluate("() => geoShapes.sharpen(map)")

    def change(self, classes):
        painted = self.page.evaluate("Number(document.body.dataset.painted)")
        payload = next(iter(group(self.display, classes)._children.values())).payload
        self.page.evaluate(f"() => {{ geoMap.update(map, {payload}); }}")
        self.page.wait_for_function(f"document.body.dataset.painted > {painted}")

    def stats(self):
        return self.page.evaluate("() => ({...geoMapStats})")

    def corners(self):
        """Count the corners of the first unit and of the outline around the one selected: itself."""
        return self.page.evaluate(
            """() => {
              const {entries, choice} = map.keptLayers;
              const first = entries.get("units").items[0];
              return [first, choice].map(each => each.getLatLngs().flat(3).length);
            }"""
        )

    def fills(self):
        return self.page.evaluate(
            """() => [...document.querySelectorAll(".leaflet-kept-units-pane path")]
              .map(path => path.getAttribute("fill")).join()"""
        )

    def alarm(self):
        return self.page.evaluate("() => document.querySelector('.geo-alarm').innerText")


@pytest.fixture
def reader(new_visit, display):
    visit = new_visit()
    bounds = [[15.0, 103.0], [18.0, 106.0]]
    constants = map_constants(bounds, lang="vi", labels={name: name for name in LABELS})
    shown = base_map(constants, assets_url=f"{HOST}assets/")
    group(display, "abn" * (display.count // 3)).add_to(shown)
    html = shown.get_root().render().replace(shown.get_name(), "map")
    one = Reader(visit.page, display)
    one.serve(html.replace("</head>", "<style>.folium-map { height: 500px }</style></head>"))
    yield one
    if one.lost:
        visit.page.close()
        visit.errors.clear()  # the browser itself complains of the connection the test cut


def test_zooming_in_past_the_limit_fetches_one_file_and_a_change_after_it_none(reader):
    coarse, fine = (file.name for file in reader.display.files)
    limit = reader.display.files[1].above_zoom
    before, fills, corners = reader.stats(), reader.fills(), reader.corners()
    assert reader.geometry == [coarse]
    assert before["created"] == ACROSS**2

    reader.zoom(limit - 0.05)
    assert reader.geometry == [coarse]
    reader.zoom(limit + 0.05)
    assert reader.geometry == [coarse, fine]
    assert min(reader.corners()) > 2 * max(corners), "the unit and the outline around it"
    assert reader.fills() == fills

    reader.zoom(limit - 2)
    reader.zoom(limit + 2)
    reader.change("nba" * (reader.display.count // 3))
    assert reader.fills() != fills
    assert reader.geometry == [coarse, fine]
    assert reader.stats()["created"] == before["created"], "Leaflet layers made anew"
    assert reader.stats()["fetched"] == 2


def test_when_the_finer_file_cannot_be_had_the_coarse_shapes_stay_and_the_map_says_so(reader):
    limit = reader.display.files[1].above_zoom
    corners, fills = reader.corners(), reader.fills()
    reader.lost = True
    reader.zoom(limit + 1)
    assert reader.alarm() == "coarse"
    assert (reader.corners(), reader.fills()) == (corners, fills)
    reader.change("nba" * (reader.display.count // 3))
    assert reader.fills() != fills, "a change is drawn on the coarse shapes"
    reader.zoom(limit - 1)
    assert reader.alarm() == "", "at this zoom the coarse shapes are what they should be"

    reader.lost = False
    reader.zoom(limit + 1)
    assert reader.alarm() == ""
    assert min(reader.corners()) > 2 * max(corners)
    reader.lost = True  # only so that the browser's own complaint is not held against the page
