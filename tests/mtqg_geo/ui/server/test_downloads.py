import re
from urllib.parse import unquote

import pytest
from starlette.applications import Starlette
from starlette.responses import Response

from mtqg_geo.cli.main import main
from mtqg_geo.exports import files as exports
from mtqg_geo.exports.formats import FORMATS, FileOptions
from mtqg_geo.figures.file_names import LAYERS
from mtqg_geo.maps.classing import Classing
from mtqg_geo.programme.errors import SelectionError
from mtqg_geo.ui.server.downloads import parse_origins, routes
from mtqg_geo.ui.server.files import content_disposition
from tests.asgi import ask


@pytest.fixture
def get(data):
    """Return what the routes answer."""
    app = Starlette(routes=routes(lambda: data))
    return lambda path, query="", headers=None, method="GET": ask(
        app, path, query=query, headers=headers, method=method
    )


QUERY = "district=220&district=219&project=DA4&status=completed&year=2022&indicator=OP01"
FLAGS = [
    "--district", "220", "--district", "219", "--project", "DA4", "--status", "completed",
    "--year", "2022", "--indicator", "OP01",
]  # fmt: skip


@pytest.mark.few(6)
@pytest.mark.parametrize(
    ("kind", "layer"),
    [
        # Each format and each layer once on every change; all of them together are rare.
        pytest.param(kind, layer, marks=[] if at == place else pytest.mark.long)
        for number, (kind, form) in enumerate(FORMATS.items())
        for at in [0 if form.holds_all else number % len(LAYERS)]
        for place, layer in enumerate(LAYERS[:1] if form.holds_all else LAYERS)
    ],
)
def test_route_and_command_line_give_the_same_file(get, capfdbinary, layer, kind):
    answer = get(f"/api/{layer}.{FORMATS[kind].suffix}", QUERY)
    assert answer.status == 200
    assert main(["export", layer, *FLAGS, "--format", kind]) == 0
    assert answer.body == capfdbinary.readouterr().out


def test_a_layer_comes_with_its_media_type_and_a_telling_name(get):
    headers = get("/api/roads.geojson", "district=220").headers
    assert headers["content-type"] == "application/geo+json"
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
        "/api/sites.ods",
        "/api/sites",
        "/api/../x.csv",
        "/api/all.geojson",
        "/api/sites.shp",
        "/api/sites.geojson.zip",
    ],
)
def test_an_unknown_layer_or_format_is_not_found(get, path):
    answer = get(path)
    assert answer.status == 404


def test_an_unknown_layer_is_told_which_layers_there_are(get):
    assert get("/api/xyz.geojson").body.decode() == (
        "Không có lớp “xyz.geojson”. Các lớp có thể lấy: communes, districts, sites, roads "
        "(đuôi geojson, csv, csv.zip, xlsx, gpkg, zip, fgb, parquet, package.zip) "
        "và all.xlsx, all.gpkg, all.package.zip (xã, công trình và đường)."
    )
    english = get("/api/all.csv", "lang=en").body.decode()
    assert english.startswith(
        "There is no layer “all.csv”. Layers: communes, districts, sites, roads (as"
    )


def test_an_unknown_parameter_is_refused_because_it_would_give_the_whole_province(get):
    answer = get("/api/communes.geojson", "distrct=220")
    assert answer.status == 400
    assert "distrct" in answer.body.decode()


@pytest.mark.long
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


@pytest.mark.parametrize(
    "name",
    ["Xã Đại Sơn – đường.csv", 'a"b\\c.csv', "x\r\nSet-Cookie: a=b.csv", "ＡＢ €.csv", "a;b.csv"],
)
def test_any_file_name_arrives_whole_and_breaks_no_header(name):
    answer = Response(headers={"Content-Disposition": content_disposition(name)})
    header = answer.headers["content-disposition"]
    assert header.isascii()
    assert header.isprintable()
    plain, _, in_full = header.partition("; filename*=UTF-8''")
    assert unquote(in_full) == ("" if name == "a;b.csv" else name)
    assert re.fullmatch(r'attachment; filename="[^"\\]+\.csv"', plain)


@pytest.mark.long
def test_who_has_the_file_is_told_that_it_is_the_same(get):
    whole = get("/api/roads.csv", "district=220")
    mark = whole.headers["etag"]
    assert whole.headers["cache-control"] == "no-cache"
    for named in (mark, mark.removeprefix("W/"), f'"x", {mark}', "*"):
        again = get("/api/roads.csv", "district=220", {"if-none-match": named})
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", mark)
    for query, named in (("district=219", mark), ("district=220", '"x"')):
        other = get("/api/roads.csv", query, {"if-none-match": named})
        assert other.status == 200
        assert other.body


def test_head_says_what_get_would(get):
    whole, head = get("/api/roads.csv"), get("/api/roads.csv", method="HEAD")
    assert (head.status, head.headers) == (200, whole.headers)
    answer = get("/api/roads.csv", method="OPTIONS")
    assert (answer.status, answer.headers["allow"]) == (204, "GET, HEAD, OPTIONS")


HERE, ELSEWHERE = "https://gis.bacgiang.gov.vn", "https://elsewhere.vn"


def test_no_other_site_may_read_unless_the_installation_says_so(get):
    answer = get("/api/roads.csv", headers={"origin": HERE})
    assert answer.status == 200
    assert not any(name.startswith("access-control") for name in answer.headers)


def test_a_named_site_may_read_and_no_other(data):
    app = Starlette(
        routes=routes(lambda: data, origins=parse_origins(f"{HERE}, http://10.0.0.5:80"))
    )
    named = ask(app, "/api/roads.csv", headers={"origin": HERE})
    assert named.headers["access-control-allow-origin"] == HERE
    assert named.headers["access-control-expose-headers"] == "Content-Disposition, ETag"
    kept = {"origin": HERE, "if-none-match": named.headers["etag"]}
    for query, status in (("", 304), ("year=1999", 400)):
        answer = ask(app, "/api/roads.csv", query=query, headers=kept)
        assert (answer.status, answer.headers["access-control-allow-origin"]) == (status, HERE)
    for headers in ({}, {"origin": ELSEWHERE}):  # what is kept for one must not be given to another
        other = ask(app, "/api/roads.csv", headers=headers)
        assert "access-control-allow-origin" not in other.headers
        assert "Origin" in other.headers["vary"]
    asked = {
        "access-control-request-method": "GET",
        "access-control-request-headers": "if-none-match",
    }
    for origin, status in ((HERE, 200), (ELSEWHERE, 400)):
        before = ask(app, "/api/roads.csv", method="OPTIONS", headers={"origin": origin, **asked})
        assert before.status == status
        assert before.headers.get("access-control-allow-origin") == (
            HERE if status == 200 else None
        )


def test_origins_are_read_as_people_write_them():
    assert parse_origins("") == parse_origins(" , ") == ()
    assert parse_origins("*, HTTP://[::1]:8080/") == ("*", "http://[::1]:8080")
    for wrong in (
        "gis.bacgiang.gov.vn",
        "https://a.vn/qgis",
        "https://*.vn",
        "https://a.vn https://b.vn",
    ):
        with pytest.raises(SelectionError, match="MTQG_CORS_ORIGINS"):
            parse_origins(wrong)
