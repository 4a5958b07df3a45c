import ast
import gzip
import json
import re
from pathlib import Path

import pytest
import streamlit
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route

import mtqg_geo
from geo.maps import map_file
from mtqg_geo.programme.errors import StoreError
from mtqg_geo.programme.model import LANGUAGES
from mtqg_geo.programme.words import coded
from mtqg_geo.ui import failure
from mtqg_geo.ui.server.map_frame import frame_page
from mtqg_geo.ui.server.middleware import FirstFrame, KnownPages
from mtqg_geo.ui.server.own_pages import PAGES, failed
from mtqg_geo.ui.server.own_words import ahead, script
from mtqg_geo.ui.server.routes import routes
from tests.asgi import ask

HTML = "text/html,application/xhtml+xml"


def asked(path, *, accept=HTML, query="", method="GET"):
    """Return status and text of the answer; "through" where the request is passed on."""
    inner = Route("/{path:path}", lambda request: PlainTextResponse("through"))
    app = Starlette(routes=[inner], middleware=[Middleware(KnownPages)])
    answer = ask(app, path, query=query, headers={"accept": accept}, method=method)
    return answer.status, answer.body.decode()


def test_an_unknown_page_is_said_in_the_language_of_the_link():
    status, words = asked("/nopage", query="district=220")
    assert status == 404
    assert "Không có trang “nopage”." in words
    assert '<a href="/works?district=220">Công trình &amp; đường</a>' in words
    assert '<a href="/?district=220">Bản đồ</a>' in words
    assert "There is no page “nopage”." in asked("/nopage", query="lang=en")[1]


def test_an_address_of_several_parts_is_no_page_either():
    status, words = asked("/works/2023")
    assert status == 404
    assert "Không có trang “works/2023”." in words


def test_nothing_of_the_address_becomes_markup():
    words = asked("/<b>", query='x="><script>1</script>')[1]
    assert "<b>" not in words
    assert "<script>" not in words


@pytest.mark.parametrize(
    "path",
    ["/", "/works", "/data/", "/api/communes.csv", "/favicon.png", "/_stcore/health", "/geo/x.json",
     "/works/_stcore/host-config", "/assets/x/leaflet.js", "/geo/x", "/static/js"],
)  # fmt: skip
def test_pages_files_and_streamlits_own_addresses_pass(path):
    assert asked(path) == (200, "through")


def test_only_a_browser_that_opens_a_page_is_answered():
    assert asked("/nopage", accept="*/*") == (200, "through")


def test_the_pages_are_those_of_the_application():
    main = Path(mtqg_geo.__file__).parent / "ui" / "main.py"
    named = {
        ast.unparse(node.targets[0]): node.value
        for node in ast.parse(main.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign)
    }
    keys = [named[key.id] if isinstance(key, ast.Name) else key for key in named["PAGES"].keys]
    assert tuple(ast.literal_eval(key) for key in keys) == PAGES


INDEX = Path(streamlit.__file__).parent / "static" / "index.html"


def framed(path, *, query="", answer=None, headers=None):
    """Return the answer at an address where Streamlit serves its page, compressed if one takes that."""
    served = HTMLResponse(INDEX.read_text(encoding="utf-8"), headers={"etag": '"1"'})
    inner = Route("/{path:path}", lambda request: answer or served)
    middleware = [Middleware(FirstFrame), Middleware(GZipMiddleware)]
    app = Starlette(routes=[inner], middleware=middleware)
    return ask(app, path, query=query, headers=headers)


@pytest.mark.parametrize(
    ("path", "query", "title", "words"),
    [
        ("/", "district=220", "Bản đồ Chương trình MTQG", "Đang tải trang Bản đồ …"),
        ("/works", "", "Bản đồ Chương trình MTQG", "Đang tải trang Công trình &amp; đường …"),
        ("/progress", "lang=en", "NTP map", "Loading: Progress …"),
    ],
)
def test_before_the_scripts_have_drawn_a_frame_says_what_is_on_its_way(path, query, title, words):
    answer = framed(path, query=query)
    html = answer.body.decode()
    assert f"<title>{title}</title>" in html
    assert f'<html lang="{"en" if query else "vi"}">' in html or query.startswith("district")
    assert words in html
    assert f'<script defer src="./own/{script()[0]}"></script>' in html
    assert "Streamlit app can also offer" not in html, "who has no scripts is told so by us"
    assert html.count('<div id="root"></div>') == 1
    assert answer.headers["content-length"] == str(len(answer.body))
    assert "etag" not in answer.headers, "of the file as it was"


def test_the_frame_travels_compressed():
    plain, small = framed("/works"), framed("/works", headers={"accept-encoding": "gzip"})
    assert gzip.decompress(small.body) == plain.body
    assert small.headers["content-length"] == str(len(small.body))


def test_other_answers_pass_as_they_are():
    plain = HTMLResponse("<p>khác</p>")
    assert framed("/", answer=plain).body.decode() == "<p>khác</p>"
    missing = HTMLResponse("<p>không</p>", status_code=404)
    assert framed("/", answer=missing).body.decode() == "<p>không</p>"
    assert framed("/favicon.png").body == INDEX.read_bytes(), "only pages are looked at"


@pytest.mark.parametrize(
    ("error", "lang", "words"),
    [
        (RuntimeError("mật khẩu"), "vi", "Máy chủ gặp lỗi khi làm trang này"),
        (RuntimeError("mật khẩu"), "en", "The server failed at this page"),
        (
            coded(StoreError, "not_a_store", place="kho.sqlite"),
            "vi",
            "kho.sqlite không phải là kho dữ liệu",
        ),
        (coded(StoreError, "not_a_store", place="kho.sqlite"), "en", "kho.sqlite is no store"),
    ],
)
def test_a_failure_is_said_in_the_language_of_the_link(monkeypatch, error, lang, words):
    scope = {
        "type": "http", "path": "/works", "query_string": f"lang={lang}".encode(),
        "headers": [(b"accept", b"text/html")],
    }  # fmt: skip
    answer = failed(Request(scope), error)
    assert answer.status_code == (503 if isinstance(error, StoreError) else 500)
    assert answer.headers["cache-control"] == "no-store"
    assert words in answer.body.decode()
    assert "mật khẩu" not in answer.body.decode()
    assert "<html" not in failed(Request(scope | {"headers": []}), error).body.decode()
    # A page that could not be drawn says the same.
    said = []
    monkeypatch.setattr(failure.st, "error", said.append)
    monkeypatch.setattr(failure, "language", lambda: lang)
    assert failure.say(error) is True
    assert words in said[0].replace("\\", "")


def test_the_script_of_words_has_every_word_in_both_languages():
    name, body = script()
    table = json.loads(body.decode().split("\n", 1)[0].removeprefix("const TABLE = ").rstrip(";"))
    assert all(each.keys() == {"streamlit", "vi", "en"} for each in table)
    for each in table:
        assert max(each[lang].count("{}") for lang in LANGUAGES) <= each["streamlit"].count("{}")
    assert len({each["streamlit"] for each in table}) == len(table)
    routed = ask(Starlette(routes=routes(lambda file: None)), f"/own/{name}")
    assert routed.body == body
    assert "immutable" in routed.headers["cache-control"]


def test_our_sheet_is_a_file_that_streamlits_page_links_after_its_own_rules():
    html = framed("/").body.decode()
    [address] = re.findall(r'<link rel="stylesheet" href="\./(assets/page-[^"]+)">', html)
    assert "</head>" in html.partition(address)[0]
    answer = ask(Starlette(routes=routes(lambda file: None)), f"/{address}")
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("text/css")
    rules = answer.body.decode()
    assert rules.count("{") == rules.count("}")
    assert all(key in rules for key in (".st-key-header", "@media print", ".swatch.nodata"))


def test_the_scripts_of_the_map_that_are_fetched_ahead_are_those_it_asks_for():
    frame, ours = ahead()
    assert f'src="../../{frame.removeprefix("./")}"' in frame_page()
    assert ours == f"./assets/{map_file()[0]}"
    assert json.dumps(ahead()) in script()[1].decode()
