import gzip

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import Route

from mtqg_geo.ui.server.middleware import CompressedOnce, accepts_gzip
from tests.asgi import ask

SCRIPT = b"const answer = 42;\n" * 100
PATH, GZIP = "/static/js/index.abc.js", {"accept-encoding": "gzip, deflate, br"}


class Files:
    """A server that counts what it is asked for."""

    def __init__(self, **headers):
        self.asked = 0
        self.headers = {"cache-control": "public, immutable", "accept-ranges": "bytes"} | headers

    def answer(self, request):
        self.asked += 1
        return Response(SCRIPT, media_type="application/javascript", headers=self.headers)


def application(files):
    layers = [Middleware(CompressedOnce)]
    return Starlette(routes=[Route("/{path:path}", files.answer)], middleware=layers)


def test_a_script_is_compressed_once_and_keeps_its_headers():
    files = Files()
    app = application(files)
    answers = [ask(app, PATH, headers=GZIP) for _ in range(3)]
    assert files.asked == 1
    for answer in answers:
        assert answer.status == 200
        assert gzip.decompress(answer.body) == SCRIPT
        assert len(answer.body) < len(SCRIPT) / 10
        assert answer.headers["content-encoding"] == "gzip"
        assert int(answer.headers["content-length"]) == len(answer.body)
        assert answer.headers["cache-control"] == "public, immutable"
        assert answer.headers["vary"] == "Accept-Encoding"
        assert "accept-ranges" not in answer.headers
    assert len({len(answer.headers) for answer in answers}) == 1, "no header is added twice"


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        (PATH, {}),
        (PATH, {"accept-encoding": "gzip;q=0"}),
        (PATH, GZIP | {"range": "bytes=0-9"}),
        (PATH, GZIP | {"if-none-match": '"x"'}),
        ("/static/media/font.abc.woff2", GZIP),
        ("/_stcore/health", GZIP),
        ("/", GZIP),
    ],
)
def test_all_else_passes_as_it_is(path, headers):
    files = Files()
    app = application(files)
    for _ in range(2):
        answer = ask(app, path, headers=headers)
        assert answer.body == SCRIPT
        assert "content-encoding" not in answer.headers
    assert files.asked == 2


@pytest.mark.parametrize("header", [{"content-encoding": "gzip"}, {"cache-control": "no-cache"}])
def test_what_is_compressed_already_or_may_change_is_passed_on_and_not_kept(header):
    files = Files(**header)
    app = application(files)
    assert [ask(app, PATH, headers=GZIP).body for _ in range(2)] == [SCRIPT, SCRIPT]
    assert files.asked == 2


def test_what_is_absent_is_passed_on_and_not_kept():
    app = Starlette(middleware=[Middleware(CompressedOnce)])
    assert [ask(app, PATH, headers=GZIP).status for _ in range(2)] == [404, 404]


@pytest.mark.parametrize(
    ("offer", "taken"),
    [("gzip", True), ("br, *", True), ("gzip; q=0.0", False), ("br", False), ("", False)],
)
def test_gzip_is_sent_to_whom_takes_it(offer, taken):
    assert accepts_gzip(offer) is taken


@pytest.mark.parametrize("sent", [[], [b""], [SCRIPT[:100]]], ids=["nothing", "empty", "a_part"])
def test_an_answer_that_broke_off_is_kept_for_nobody(sent):
    """A reader who leaves while a script is sent must not leave the others half of it."""
    answers = []

    async def breaking_off(scope, receive, send):
        answers.append(None)
        is_whole = len(answers) > 1
        headers = [
            (b"cache-control", b"public, immutable"),
            (b"content-length", str(len(SCRIPT)).encode()),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for part in [SCRIPT] if is_whole else sent:
            await send({"type": "http.response.body", "body": part, "more_body": not is_whole})

    app = CompressedOnce(breaking_off)
    ask(app, PATH, headers=GZIP)
    assert gzip.decompress(ask(app, PATH, headers=GZIP).body) == SCRIPT
    assert gzip.decompress(ask(app, PATH, headers=GZIP).body) == SCRIPT
    assert len(answers) == 2
