import gzip
import json
from urllib.parse import unquote

import pytest
from starlette.applications import Starlette

from geo.maps import map_file
from mtqg_geo.ui.server.routes import routes
from mtqg_geo.ui.server.scripts import script_files
from tests.asgi import ask

FILE = "communes-0123456789abcdef.json"
BODY = b'{"type":"FeatureCollection","features":[]}'


def get(path, *, app=None, **headers):
    """Return what the routes answer."""
    app = app or Starlette(routes=routes({FILE: gzip.compress(BODY, mtime=0)}.get))
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return ask(app, unquote(path), headers=names)


def test_geometry_is_immutable_and_compressed():
    answer = get(f"/geo/{FILE}", accept_encoding="gzip, br")
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert gzip.decompress(answer.body) == BODY


@pytest.mark.parametrize("accepted", ["identity", "gzip;q=0", "gzip; q=0.000, br", ""])
def test_a_client_that_takes_no_gzip_gets_plain_text(accepted):
    answer = get(f"/geo/{FILE}", accept_encoding=accepted)
    assert "content-encoding" not in answer.headers
    assert answer.body == BODY


def test_a_client_that_has_the_layer_gets_304():
    etag = get(f"/geo/{FILE}").headers["etag"]
    answer = get(f"/geo/{FILE}", if_none_match=f"W/{etag}")
    assert answer.status == 304
    assert answer.body == b""


@pytest.mark.parametrize(
    "file", ["communes-ffffffffffffffff.json", "communes.json", "..", "x" * 300]
)
def test_an_unknown_layer_is_a_sentence_not_a_trace(file):
    answer = get(f"/geo/{file}")
    assert answer.status == 404
    assert answer.headers["cache-control"] == "no-store"
    assert "reload the page" in json.loads(answer.body)["error"]


def test_the_script_of_the_map_is_served_for_good():
    name, script = map_file()
    answer = get(f"/assets/{name}")
    assert (answer.status, answer.body) == (200, script)
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize("file", sorted(script_files()))
def test_every_script_of_a_component_is_served_without_its_comments(file):
    answer = get(f"/assets/{file}")
    source = script_files()[file].read_bytes()
    assert code_lines(answer.body) == code_lines(source)
    assert len(answer.body) < len(source)


def code_lines(script):
    """Return the lines of our own script or sheet, without their indentation and comments."""
    lines = [line.strip() for line in script.decode().splitlines()]
    in_comment, code = False, []
    for line in lines:
        in_comment = in_comment or line.startswith("/*")
        if line and not in_comment and not line.startswith("//"):
            code.append(line)
        in_comment = in_comment and not line.endswith("*/")
    return code


def test_constants_of_a_map_are_a_script():
    file = FILE.replace(".json", ".js")
    app = Starlette(routes=routes({file: gzip.compress(b"a=1;")}.get))
    answer = get(f"/geo/{file}", app=app)
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.body == b"a=1;"


@pytest.mark.parametrize("file", ["leaflet-1.9.3/leaflet-src.js", "../geo/maps.py", "maps.py"])
def test_nothing_but_the_listed_assets_is_served(file):
    assert get(f"/assets/{file}").status == 404


def test_routes_can_stand_under_a_base_path():
    app = Starlette(routes=routes({FILE: gzip.compress(BODY)}.get, base_path="/mtqg"))
    assert get(f"/mtqg/geo/{FILE}", app=app).body == BODY
    assert get(f"/mtqg/assets/{map_file()[0]}", app=app).status == 200
