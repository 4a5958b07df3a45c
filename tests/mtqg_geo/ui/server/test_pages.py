import ast
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

import mtqg_geo
from mtqg_geo.ui.server.middleware import PAGES, KnownPages
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


def test_nothing_of_the_address_becomes_markup():
    words = asked("/<b>", query='x="><script>1</script>')[1]
    assert "<b>" not in words
    assert "<script>" not in words


@pytest.mark.parametrize(
    "path",
    ["/", "/works", "/data/", "/api/communes.csv", "/favicon.png", "/_stcore/health", "/geo/x.json",
     "/works/_stcore/host-config"],
)  # fmt: skip
def test_pages_files_and_streamlits_own_addresses_pass(path):
    assert asked(path) == (200, "through")


def test_only_a_browser_that_opens_a_page_is_answered():
    assert asked("/nopage", accept="*/*") == (200, "through")


def test_the_pages_are_those_of_the_application():
    main = Path(mtqg_geo.__file__).parent / "ui" / "main.py"
    [pages] = [
        node.value
        for node in ast.parse(main.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "PAGES"
    ]
    assert tuple(ast.literal_eval(key) for key in pages.keys) == PAGES
