import pytest
from starlette.applications import Starlette

from mtqg_geo.cli.main import main
from mtqg_geo.exports import files as exports
from mtqg_geo.exports.formats import FORMATS, FileOptions
from mtqg_geo.figures.file_names import LAYERS
from mtqg_geo.maps.classing import Classing
from mtqg_geo.ui.server.downloads import routes
from tests.asgi import ask


@pytest.fixture
def get(data):
    """Return what the routes answer."""
    app = Starlette(routes=routes(lambda: data))
    return lambda path, query="": ask(app, path, query=query)


QUERY = "district=220&district=219&project=DA4&status=completed&year=2022&indicator=OP01"
FLAGS = [
    "--district", "220", "--district", "219", "--project", "DA4", "--status", "completed",
    "--year", "2022", "--indicator", "OP01",
]  # fmt: skip


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("kind", FORMATS)
def test_route_and_command_line_give_the_same_file(get, capfdbinary, layer, kind):
    answer = get(f"/api/{layer}.{FORMATS[kind].suffix}", QUERY)
    assert answer.status == 200
    assert main(["export", layer, *FLAGS, "--format", kind]) == 0
    assert answer.body == capfdbinary.readouterr().out


def test_a_layer_comes_with_its_media_type_and_a_telling_name(get):
    headers = get("/api/roads.geojson", "district=220").headers
    assert headers["content-type"] == "application/geo+json"
    assert headers["x-content-type-options"] == "nosniff"
    name = "roads_2023_district-220_data-2024-Q2.geojson"
    assert headers["content-disposition"] == f'attachment; filename="{name}"'
    assert get("/api/roads.csv").headers["content-type"] == "text/csv; charset=utf-8"


@pytest.mark.parametrize(
    "query",
    ["district=999", "project=DA99", "commune=7645", "status=done", "year=1999", "indicator=OP99",
     "basis=hope", "vintage=1975", "lang=fr", "crs=EPSG:3857", "scheme=magic", "k=99", "breaks=1"],
)  # fmt: skip
def test_what_does_not_exist_is_one_sentence_and_no_data(get, query):
    answer = get("/api/sites.geojson", query)
    assert answer.status == 400
    assert answer.headers["content-type"].startswith("text/plain")
    sentences = answer.body.decode().splitlines()
    assert len(sentences) == 1
    assert f"“{query.split('=')[1]}”" in sentences[0]


def test_the_sentence_follows_the_language(get):
    assert get("/api/sites.geojson", "lang=en&year=1999").body.startswith(b"There are no figures")


@pytest.mark.parametrize(
    "path",
    [
        "/api/rivers.geojson",
        "/api/sites.xlsx",
        "/api/sites",
        "/api/../x.csv",
        "/api/all.geojson",
        "/api/sites.shp",
    ],
)
def test_an_unknown_layer_or_format_is_not_found(get, path):
    answer = get(path)
    assert answer.status == 404


def test_an_unknown_layer_is_told_which_layers_there_are(get):
    assert get("/api/xyz.geojson").body.decode() == (
        "Không có lớp “xyz.geojson”. Các lớp có thể lấy: communes, sites, roads "
        "(đuôi geojson, csv, gpkg, zip, fgb, parquet) và all.gpkg (cả ba lớp)."
    )
    english = get("/api/all.csv", "lang=en").body.decode()
    assert english.startswith("There is no layer “all.csv”. Layers: communes, sites, roads (as")


def test_an_unknown_parameter_is_refused_because_it_would_give_the_whole_province(get):
    answer = get("/api/communes.geojson", "distrct=220")
    assert answer.status == 400
    assert "distrct" in answer.body.decode()


def test_one_address_gives_all_layers_with_the_classes_of_the_page(get, data, select):
    answer = get("/api/all.gpkg", "indicator=OP01&crs=9214&scheme=quantiles&k=4&lang=en")
    assert answer.headers["content-type"] == "application/geopackage+sqlite3"
    name = "mtqg_OP01-actual_2023_data-2024-Q2_epsg-9214.gpkg"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    wish = FileOptions("EPSG:9214", Classing("quantiles", 4), "en")
    assert answer.body == exports.file_bytes(data, select(indicator=["OP01"]), "all", "gpkg", wish)


@pytest.mark.parametrize("path", ["/api/sites.geojson", "/api/sites.csv"])
def test_a_format_that_knows_no_other_system_says_so(get, path):
    answer = get(path, "crs=EPSG:9214&lang=en")
    assert answer.status == 400
    assert answer.body.count(b"\n") == 0
    assert b"EPSG:9214" in answer.body
    assert get(path, "crs=EPSG:4326").body == get(path).body
