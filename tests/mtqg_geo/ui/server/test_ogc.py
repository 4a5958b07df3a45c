"""The live layers as a client reads them: the same rows as the files, page by page, of one state."""

import json
import re
from dataclasses import replace
from functools import cache
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette

from mtqg_geo.dataset.dataset import current_dataset, shipped_dataset
from mtqg_geo.exports.features import CRS84
from mtqg_geo.figures.file_names import ONE_BY_ONE
from mtqg_geo.loading.upload import check_upload, commit_upload
from mtqg_geo.programme.errors import SelectionError
from mtqg_geo.store.rights import Who
from mtqg_geo.ui.server import downloads
from mtqg_geo.ui.server.base_address import parse_base_url
from mtqg_geo.ui.server.middleware import KnownPages
from mtqg_geo.ui.server.ogc.openapi import ANY_CODE
from mtqg_geo.ui.server.ogc.routes import routes
from tests.asgi import ask

VN2000 = "http://www.opengis.net/def/crs/EPSG/0/9214"
HOST = {"host": "bando.vn:8501"}


class Client:
    """Asks the service, and the files beside it."""

    def __init__(self, current, **given):
        self.app = Starlette(routes=[*routes(current, **given), *downloads.routes(current)])

    def ask(self, path, query="", headers=None, method="GET"):
        return ask(self.app, path, query=query, headers=HOST | (headers or {}), method=method)

    def json(self, path, query=""):
        answer = self.ask(path, query)
        assert answer.status == 200, answer.body
        return json.loads(answer.body)

    def follow(self, href):
        parts = urlsplit(href)
        return self.json(parts.path, parts.query)

    def pages(self, name, query):
        """Give every page of a layer, as the links lead from one to the next."""
        page = self.json(f"/ogc/collections/{name}/items", query)
        yield page
        while following := link(page, "next"):
            page = self.follow(following)
            yield page

    def problem(self, path, query, status=400):
        answer = self.ask(path, query)
        assert (answer.status, answer.headers["content-type"]) == (status, "application/json")
        said = json.loads(answer.body)
        assert said.keys() == {"code", "description"}
        return said["description"]


def link(document, rel, type_=None):
    """Return where the first link of a kind leads; None if there is none."""
    found = (
        each["href"]
        for each in document["links"]
        if each["rel"] == rel and type_ in (None, each["type"])
    )
    return next(found, None)


@cache
def client():
    return Client(shipped_dataset)


DISTRICTS = ["213", "218", "219", "220"]
SELECTIONS = st.fixed_dictionaries(
    {},
    optional={
        "district": st.lists(st.sampled_from(DISTRICTS), min_size=1, max_size=3),
        "region": st.lists(st.sampled_from(["I", "II", "III", "none"]), min_size=1, max_size=2),
        "project": st.lists(st.sampled_from(["DA4", "DA4.TDA1", "DA5"]), min_size=1, max_size=2),
        "status": st.lists(st.sampled_from(["completed", "not_reported"]), min_size=1),
        "year": st.sampled_from(["2022", "2023", "2024"]),
        "indicator": st.sampled_from(["region", "OP01", "CX02"]),
        "vintage": st.sampled_from(["2023-04", "2025-07"]),
        "lang": st.sampled_from(["vi", "en"]),
    },
)


@pytest.mark.long
@given(SELECTIONS, st.sampled_from(ONE_BY_ONE), st.integers(4, 300))
def test_one_query_gives_the_same_rows_as_the_file_each_once_over_all_pages(query, name, limit):
    asked = "&".join(
        f"{key}={','.join([*of] if isinstance(of, list) else [of])}" for key, of in query.items()
    )
    file = client().json(f"/api/{name}.geojson", asked)
    pages = [*client().pages(name, f"{asked}&limit={limit}")]
    features = [feature for page in pages for feature in page["features"]]
    assert features == sorted(file["features"], key=lambda each: each["id"])
    assert {page["numberMatched"] for page in pages} == {len(file["features"])}
    assert [page["numberReturned"] for page in pages[:-1]] == [limit] * (len(pages) - 1)
    assert pages[0]["description"] == file["description"]


@pytest.mark.parametrize("name", ONE_BY_ONE)
def test_the_schema_lists_exactly_the_properties_and_every_feature_has_them_all(name):
    query = "indicator=OP01&vintage=2025-07&district=219"
    [page] = client().pages(name, query)
    assert page["features"]
    layer = client().json(f"/ogc/collections/{name}", query)
    schema = client().follow(link(layer, "http://www.opengis.net/def/rel/ogc/1.0/schema"))
    described = schema["properties"]
    assert described.pop("geometry")["format"].startswith("geometry-")
    assert [each["x-ogc-propertySeq"] for each in described.values()] == [
        *range(2, 2 + len(described))
    ]
    known = {"string": str, "number": (int, float), "integer": int, "boolean": bool, "array": list}
    for feature in page["features"]:
        assert feature["properties"].keys() == described.keys()
        for key, value in feature["properties"].items():
            assert value is None or isinstance(value, known[described[key]["type"]]), key
    as_geojson = client().follow(link(layer, "describedby"))["properties"]["properties"]
    assert as_geojson["properties"].keys() == described.keys()
    assert schema["$id"] == f"http://bando.vn:8501/ogc/collections/{name}/schema"


def test_a_blank_layer_has_the_same_schema_as_a_full_one():
    full, empty = (
        client().json("/ogc/collections/roads/schema", query)["properties"]
        for query in ("", "district=213&commune=07615")
    )
    assert {name: each["type"] for name, each in full.items() if "type" in each} == {
        name: each["type"] for name, each in empty.items() if "type" in each
    }


BOXES = st.tuples(*[st.floats(105.9, 107.1), st.floats(21.1, 21.7)] * 2)


@pytest.mark.long
@given(BOXES, st.sampled_from(ONE_BY_ONE))
def test_a_box_takes_what_shapely_says_touches_it(corners, name):
    west, east = sorted(corners[::2])
    south, north = sorted(corners[1::2])
    box = shapely.box(west, south, east, north)
    everything = client().json(f"/api/{name}.geojson")["features"]
    inside = {
        each["id"]
        for each in everything
        if box.intersects(shapely.from_geojson(json.dumps(each["geometry"])))
    }
    [page] = client().pages(name, f"bbox={west!r},{south!r},{east!r},{north!r}")
    found = {each["id"] for each in page["features"]}
    # A shape that ends at the very side of a box may be in or out by a rounded digit.
    edge = {
        each["id"]
        for each in everything
        if box.boundary.distance(shapely.from_geojson(json.dumps(each["geometry"]))) < 1e-5
    }
    assert found - edge == inside - edge
    assert page["numberMatched"] == len(found)


def test_a_box_in_metres_means_the_same_ground():
    degrees = client().json("/ogc/collections/sites/items", "bbox=106.8,21.2,107.0,21.4")
    corners = [each["geometry"]["coordinates"] for each in degrees["features"]]
    assert len(corners) > 5
    metres = client().json(
        "/ogc/collections/sites/items", f"crs={VN2000}&bbox=106.8,21.2,107.0,21.4"
    )
    points = [each["geometry"]["coordinates"] for each in metres["features"]]
    west, east = min(x for x, _ in points) - 1, max(x for x, _ in points) + 1
    south, north = min(y for _, y in points) - 1, max(y for _, y in points) + 1
    query = f"bbox={west},{south},{east},{north}&bbox-crs={VN2000}"
    found = client().json("/ogc/collections/sites/items", query)
    assert {each["id"] for each in found["features"]} >= {
        each["id"] for each in degrees["features"]
    }
    assert all(106.79 < each["geometry"]["coordinates"][0] < 107.01 for each in found["features"])
    wide = client().json(
        "/ogc/collections/sites/items", f"bbox=-1e300,0,1e300,9e9&bbox-crs={VN2000}"
    )
    assert wide["numberMatched"] == 167


def test_heights_of_a_box_are_passed_over_and_one_may_cross_180_degrees():
    flat, high, across = (
        client().json("/ogc/collections/sites/items", f"bbox={box}")["numberMatched"]
        for box in ("106.8,21.2,107.0,21.4", "106.8,21.2,-5,107.0,21.4,900", "106.8,21,-179,22")
    )
    assert flat == high
    beyond = client().json("/ogc/collections/sites/items", "bbox=106.8,21,180,22")["numberMatched"]
    assert across == beyond > flat


def test_metres_are_those_of_the_province_s_own_zone():
    path = "/ogc/collections/sites/items/CT-2023-001"
    answer = client().ask(path, f"crs={VN2000}")
    assert answer.headers["content-crs"] == f"<{VN2000}>"
    east, north = json.loads(answer.body)["geometry"]["coordinates"]
    # 106.50469° E lies 0.49531° west of 107°: 51.4 km of the 500 km in the middle.
    assert east == pytest.approx(500_000 - 51_400, abs=300)
    assert north == pytest.approx(21.44408 * 110_720, rel=0.001)
    degrees = client().ask(path)
    assert degrees.headers["content-crs"] == f"<{CRS84}>"
    assert json.loads(degrees.body)["geometry"]["coordinates"] == [106.50469, 21.44408]


@pytest.mark.parametrize(
    ("datetime", "same"),
    [
        ("2022", "year=2022"),
        ("2023-Q1", "year=2023&as_of=2023-Q1"),
        ("2023-02-14", "year=2023&as_of=2023-Q1"),
        ("2023-06-30T23:59:59Z", "year=2023&as_of=2023-Q2"),
        ("2023-12-31T00:00:00%2B07:00", "year=2023"),
        ("2023-01-01/2023-09-30", "year=2023&as_of=2023-Q3"),
        ("2022-01-01T00:00:00Z/2022-12-31T23:59:59Z", "year=2022"),
    ],
)
def test_a_time_is_a_year_or_a_quarter_of_the_page(datetime, same):
    path = "/ogc/collections/communes/items"
    said, meant = (
        client().json(path, f"indicator=OP01&{query}")["features"]
        for query in (f"datetime={datetime}", same)
    )
    assert said == meant


@pytest.mark.parametrize(
    "datetime",
    ["", "..", "2023-01-01/..", "../2023-06-30", "2022-01-01/2023-12-31", "2023-04-01/2023-06-30",
     "2023-01-01/2023-05-31", "2023-02-30", "2023-13", "2023-01-01/2023-06-30/2023-12-31", "hôm qua",
     "1999", "2024-08-01", "2023&year=2023", "2023&as_of=2023-Q1"],
)  # fmt: skip
def test_what_no_year_or_quarter_can_mean_is_one_sentence(datetime):
    words = client().problem(
        "/ogc/collections/communes/items", f"indicator=OP01&datetime={datetime}"
    )
    assert words.count("\n") == 0
    assert words.endswith(".")


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("distrct=220", "distrct"), ("district=999", "999"), ("limit=0", "limit"), ("limit=-1", "-1"),
        ("limit=unlimited", "unlimited"), ("bbox=1,2,3", "1,2,3"), ("bbox=107,22,106,21", "bbox"),
        ("bbox=a,b,c,d", "a,b,c,d"), ("bbox=106,21,inf,22", "inf"), ("crs=EPSG:4326", "EPSG:4326"),
        (f"bbox=9,9,1,1&bbox-crs={VN2000}", "bbox"), ("bbox-crs=x", "bbox-crs"),
        ("page=2", "page"), ("f=xml", "xml"), ("lang=fr", "fr"), ("resulttype=hits", "resulttype"),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_refused_in_a_sentence(query, named):
    assert named in client().problem("/ogc/collections/sites/items", query)


@pytest.mark.parametrize(
    "path",
    ["", "/", "/api", "/conformance", "/collections", "/collections/roads", "/collections/roads/schema",
     "/collections/roads/geojson-schema", "/collections/roads/queryables",
     "/collections/roads/items/D-2023-01"],
)  # fmt: skip
def test_every_address_takes_the_page_s_parameters_and_refuses_others(path):
    full = f"/ogc{path}"
    assert client().json(full, "district=219,220&region=III&year=2023&lang=en")
    assert "distrct" in client().problem(full, "distrct=220")
    assert "limit" in client().problem(full, "limit=5")
    page = client().ask(full, "district=219", {"accept": "text/html,*/*;q=0.8"})
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert b"<script" not in page.body
    assert b'<html lang="vi">' in page.body


def test_what_is_not_there_is_said():
    for path in (
        "/collections/rivers",
        "/collections/sites/items/none",
        "/collections/districts/items/999",
        "/collections/sites/x",
        "/x",
    ):
        assert (
            client()
            .problem(f"/ogc{path}", "", 404)
            .startswith(("Không có", "Lớp Công trình", "Lớp Huyện"))
        )
    page = client().ask("/ogc/x", headers={"accept": "text/html"})
    assert page.status == 404
    assert "Không có địa chỉ “/ogc/x”".encode() in page.body


def test_more_than_may_be_is_as_many_as_may_be():
    assert client().json("/ogc/collections/sites/items", "limit=99999")["numberReturned"] == 167


def test_links_of_what_stands_below_carry_no_parameters_that_qgis_would_break():
    first = client().json("/ogc", "district=220")
    collections = link(first, "data")
    assert collections == "http://bando.vn:8501/ogc/collections"
    assert link(first, "conformance") == "http://bando.vn:8501/ogc/conformance"
    assert (
        link(first, "service-desc", "application/vnd.oai.openapi+json;version=3.0")
        == "http://bando.vn:8501/ogc/api"
    )
    roads = client().json("/ogc/collections/roads", "district=220")
    items = link(roads, "items", "application/geo+json")
    assert items == "http://bando.vn:8501/ogc/collections/roads/items?district=220"
    assert client().follow(items)["numberMatched"] == 5
    page = client().json("/ogc/collections/roads/items", "district=220&limit=2&f=json")
    query = parse_qs(urlsplit(link(page, "next")).query)
    assert query.keys() == {"district", "limit", "page"}


def test_links_begin_with_the_address_that_the_installation_gives():
    base = "https://bando.bacgiang.gov.vn/mtqg"
    document = Client(shipped_dataset, base_url=base).json("/ogc")
    assert {each["href"].startswith(f"{base}/ogc") for each in document["links"]} == {True}


@pytest.mark.long
def test_ids_have_no_dot_and_lead_to_their_feature(squares):
    codes = ["7.1", "7~1", "a/b", "Đ ư", "CT-1"]
    data = squares(sites=[(code, "planned", "00001") for code in codes])
    service = Client(lambda: data)
    features = service.json("/ogc/collections/sites/items")["features"]
    assert {each["properties"]["code"] for each in features} == {*codes}
    for each in features:
        assert "." not in each["id"]
        again = service.json(f"/ogc/collections/sites/items/{each['id']}")
        assert again["properties"] == each["properties"]
        assert link(again, "collection").endswith("/ogc/collections/sites")


def test_a_walk_during_an_import_never_mixes_two_states(squares):
    names = [f"CT-{n}" for n in range(5)]
    before = squares(sites=[(name, "planned", "00001") for name in names])
    states = [replace(before, fingerprint="1"), None]
    states[1] = replace(
        squares(sites=[(name, "completed", "00001") for name in names]), fingerprint="2"
    )
    now = [states[0]]
    service = Client(lambda: now[0])
    walk = service.pages("sites", "limit=2")
    read = [*next(walk)["features"]]
    now[0] = states[1]  # somebody loads a file
    fresh = service.pages("sites", "limit=4")
    other = [*next(fresh)["features"]]
    read += [each for page in walk for each in page["features"]]
    assert [each["properties"]["status"] for each in read] == ["planned"] * 5
    other += [each for page in fresh for each in page["features"]]
    assert [each["properties"]["status"] for each in other] == ["completed"] * 5
    # A process that never had the former state says so.
    elsewhere = Client(lambda: now[0])
    first = Client(lambda: states[0]).json("/ogc/collections/sites/items", "limit=2")
    words = elsewhere.problem(
        "/ogc/collections/sites/items", urlsplit(link(first, "next")).query, 410
    )
    assert words.startswith("Số liệu đã thay đổi")


def sites_file(status):
    head = "Mã xã;Tên;Loại công trình;Dự án;Năm;Trạng thái\n"
    names = ("Một", "Hai", "Ba")
    return (head + "".join(f"07645;Chợ {name};Chợ;DA4;2023;{status}\n" for name in names)).encode()


def test_a_walk_goes_on_in_the_state_it_began_with_while_a_file_is_loaded(
    own_store, in_this_process, data
):
    def load(status):
        upload = check_upload(sites_file(status), "cho.csv", data, store=own_store)
        assert not upload.has_errors, upload.errors
        commit_upload(upload, own_store, who=Who("Lan"))

    load("Đang thi công")
    service = Client(current_dataset)
    sites, communes = service.pages("sites", "limit=1"), service.pages("communes", "limit=20")
    districts = service.pages("districts", "limit=4")
    read = [*next(sites)["features"]]
    counted = [*next(communes)["features"]]
    summed = [*next(districts)["features"]]
    load("Hoàn thành")
    read += [each for page in sites for each in page["features"]]
    counted += [each for page in communes for each in page["features"]]
    summed += [each for page in districts for each in page["features"]]
    assert [each["properties"]["status"] for each in read] == ["under_construction"] * 3
    done = {each["id"]: each["properties"]["sites_completed"] for each in counted}
    assert len(done) == 209
    assert done["07645"] == 0
    assert [each["properties"]["sites_completed"] for each in summed] == [0] * 10
    [page] = service.pages("districts", "")
    completed = {each["id"]: each["properties"]["sites_completed"] for each in page["features"]}
    assert completed == dict.fromkeys(completed, 0) | {"220": 3}
    [page] = service.pages("sites", "")
    assert [each["properties"]["status"] for each in page["features"]] == ["completed"] * 3


def test_a_layer_that_changed_while_it_was_made_is_made_again(squares):
    sites = [("CT-1", "planned", "00001")]
    loaded = [replace(squares(sites=sites), fingerprint=str(n)) for n in range(3)]
    # What is loaded changes as often as it is asked for, until it is the last.
    asked = iter([*loaded, *[loaded[-1]] * 20])
    service = Client(lambda: next(asked))
    page = service.json("/ogc/collections/sites/items", "limit=1")
    assert page["numberMatched"] == 1


def test_who_has_the_page_is_told_that_it_is_the_same():
    path, query = "/ogc/collections/roads/items", "district=220"
    whole = client().ask(path, query)
    mark = whole.headers["etag"]
    again = client().ask(path, query, {"if-none-match": mark})
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", mark)
    assert client().ask(path, "district=219", {"if-none-match": mark}).status == 200
    assert whole.headers["vary"] == "Accept"
    options = client().ask(path, method="OPTIONS")
    assert (options.status, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
    assert client().ask(path, query, method="HEAD").headers["etag"] == mark
    assert client().ask(path, method="POST").status == 405


def test_a_named_site_may_read_and_no_other():
    here = {"origin": "https://gis.bacgiang.gov.vn"}
    named = Client(shipped_dataset, origins=(here["origin"],)).ask("/ogc", headers=here)
    assert named.headers["access-control-allow-origin"] == here["origin"]
    assert "Content-Crs" in named.headers["access-control-expose-headers"]
    assert "access-control-allow-origin" not in client().ask("/ogc", headers=here).headers


def test_the_description_names_each_address_parameter_and_code():
    document = client().json("/ogc/api", "lang=en")
    assert document["openapi"].startswith("3.0")
    paths = document["paths"]
    assert {f"/collections/{name}/items" for name in ONE_BY_ONE} < paths.keys()
    of_page = {each["$ref"].rpartition("/")[2] for each in paths["/"]["parameters"]}
    assert {"district", "year", "lang"} < of_page
    for path, each in paths.items():
        own = {ref["$ref"].rpartition("/")[2] for ref in each["get"]["parameters"]}
        # What stands here QGIS and GDAL would send in place of a property of this name.
        assert not own & of_page, path
        assert {"200", "304", *ANY_CODE} <= each["get"]["responses"].keys()
    for name in document["components"]["parameters"].keys() - {"page"}:
        client().problem("/ogc/collections/sites/items", f"{name}=%21")
    assert document["security"] == []


def test_where_people_sign_in_the_description_says_how(monkeypatch):
    monkeypatch.setenv("MTQG_ACCESS", "signed-in")
    document = client().json("/ogc/api", "lang=en")
    assert document["security"] == [{"basic": []}, {"bearer": []}]
    schemes = document["components"]["securitySchemes"]
    assert {each["scheme"] for each in schemes.values()} == {"basic", "bearer"}
    assert "never in an address" in document["info"]["description"]


def test_the_standards_that_are_kept_are_named():
    names = client().json("/ogc/conformance")["conformsTo"]
    for part, each in (
        (1, "core"),
        (1, "geojson"),
        (1, "html"),
        (1, "oas30"),
        (2, "crs"),
        (5, "schemas"),
    ):
        assert f"http://www.opengis.net/spec/ogcapi-features-{part}/1.0/conf/{each}" in names


def test_hostile_text_stays_text_on_a_page(squares):
    data = squares(sites=[("a", "planned", "00001", "<img src=x onerror=alert(1)>")])
    page = Client(lambda: data).ask("/ogc/collections/sites/items", "f=html").body.decode()
    assert "<img" not in page
    assert "&lt;img src=x" in page


def test_a_page_writes_numbers_dates_and_codes_as_the_other_pages_do():
    def page(path, **query):
        asked = "&".join(f"{name}={of}" for name, of in {"f": "html", **query}.items())
        return unescape(client().ask(f"/ogc/collections/{path}", asked).body.decode())

    road, english = (page("roads/items", lang=lang) for lang in ("vi", "en"))
    assert 'class="number">1,90</td>' in road  # 1.8999045914782808 km
    assert "<th>Chiều dài đo trên bản đồ (km)</th>" in road
    assert "<td>Chưa báo cáo</td>" in road
    assert 'class="number">1.90</td>' in english
    assert "<td>Not reported</td>" in english
    district = page("districts/items/220", indicator="FI01")
    assert "<h1>Huyện Sơn Động</h1>" in district
    assert 'class="number">199.397.000.000</td>' in district
    assert "<td>Báo cáo chưa đủ</td>" in district
    assert not re.search(r"\d[.,]\d{4,}<", road + english + district)


def test_a_browser_is_let_through_to_the_pages():
    answer = ask(
        KnownPages(client().app), "/ogc/collections", headers=HOST | {"accept": "text/html"}
    )
    assert answer.status == 200
    assert "Các lớp" in answer.body.decode()


@pytest.mark.parametrize(
    "wrong", ["bando.vn", "ftp://bando.vn", "https://a b", "https://a.vn/?x=1"]
)
def test_an_address_that_is_none_stops_the_server_with_a_sentence(wrong):
    with pytest.raises(SelectionError, match="MTQG_BASE_URL"):
        parse_base_url(wrong)
