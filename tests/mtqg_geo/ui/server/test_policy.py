"""What a browser may do with an answer, and who is answered at all."""

import re

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from mtqg_geo.programme.errors import SelectionError
from mtqg_geo.ui.server import hosts, map_frame
from mtqg_geo.ui.server.hosts import KnownHosts, known_hosts, parse_hosts
from mtqg_geo.ui.server.map_frame import MapFrame, frame_page, frame_script
from mtqg_geo.ui.server.own_pages import first_frame, no_such_page
from mtqg_geo.ui.server.policy import SamePlaceOnly, inline_scripts, parse_ancestors
from mtqg_geo.ui.server.routes import routes
from tests.asgi import ask, run

FRAME_PATH = "/component/streamlit_folium.st_folium/index.html"


def fails(request):
    raise RuntimeError("broken")


def application(**options):
    answers = {
        "/text": lambda request: PlainTextResponse("text"),
        "/same": lambda request: Response(status_code=304),
        "/away": lambda request: RedirectResponse("/text"),
        "/fails": fails,
    }
    named = [Route(path, answer) for path, answer in answers.items()]
    handlers = {Exception: lambda request, error: PlainTextResponse("failed", status_code=500)}
    app = Starlette(routes=named, middleware=[Middleware(MapFrame)], exception_handlers=handlers)
    return SamePlaceOnly(app, **options)


@pytest.mark.parametrize("path", ["/text", "/same", "/away", "/absent", FRAME_PATH])
def test_every_answer_says_what_may_be_done_with_it(path):
    headers = ask(application(), path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "frame-ancestors 'self'" in headers["content-security-policy"]


def test_the_answer_to_what_failed_says_so_too():
    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/fails", "query_string": b"", "headers": []}
    with pytest.raises(RuntimeError):  # Starlette answers, then has the server log what it was
        run(application()(scope, None, send))
    assert (b"x-content-type-options", b"nosniff") in sent[0]["headers"]


def sources(path="/text", host="localhost:8501", **options):
    """Return what the policy of an answer allows, by what it is allowed for."""
    answer = ask(application(**options), path, headers={"host": host})
    parts = answer.headers["content-security-policy"].split("; ")
    return {name: set(allowed) for name, *allowed in map(str.split, parts)}


def test_the_policy_lets_nothing_in_or_out_but_from_here():
    found = sources()
    assert found["default-src"] == found["form-action"] == found["frame-ancestors"] == {"'self'"}
    assert found["object-src"] == found["base-uri"] == {"'none'"}
    here = {"'self'", "data:", "blob:"}
    for name in ("img-src", "font-src"):
        assert found[name] <= here, name
    assert found["connect-src"] == {"'self'", "ws://localhost:8501", "wss://localhost:8501"}
    assert found["script-src"] == {"'self'", "blob:", "'wasm-unsafe-eval'", *inline_scripts()}


def test_a_host_that_is_none_gets_nothing_into_the_policy():
    assert sources(host="a; script-src *")["connect-src"] == {"'self'"}


def test_eval_works_in_the_frame_of_the_map_alone_and_no_script_stands_in_it():
    assert sources(FRAME_PATH)["script-src"] == {"'self'", "'unsafe-eval'"}
    assert ask(application(), FRAME_PATH).body.decode() == frame_page()
    assert re.findall(r"<script(?! defer=\"defer\" src=)", frame_page()) == []
    name, script = frame_script()
    assert map_frame.WRITTEN.encode() not in script
    served = ask(Starlette(routes=routes(lambda file: None)), f"/assets/{name}")
    assert served.body == script
    assert "immutable" in served.headers["cache-control"]


def test_the_pages_have_no_script_but_those_that_are_known():
    page = first_frame('<div id="root"></div>', "", "") + no_such_page("x", "")
    assert len(re.findall(r"<script>", page)) == 1, "of two hashes the other is Streamlit's"
    assert len(inline_scripts()) == 2


def test_tiles_may_come_from_their_host_as_pictures_alone():
    plain, tiled = sources(), sources(tile_url="https://{s}.tile.example/{z}/{x}/{y}.png")
    assert tiled.pop("img-src") - plain.pop("img-src") == {"https://*.tile.example"}
    assert tiled == plain


def test_a_portal_may_frame_the_pages_if_it_is_named():
    portal = "https://cong.example"
    assert sources(ancestors=parse_ancestors(f"{portal}/"))["frame-ancestors"] == {"'self'", portal}
    for wrong in ("cong.example", "https://a; script-src *", "https://a/b", "*"):
        with pytest.raises(SelectionError, match="MTQG_FRAME_ANCESTORS"):
            parse_ancestors(wrong)


def asked(host, *, kind="http", method="GET", origin=None, server="10.0.0.5", hosts=(), query=""):
    """Return status and words of the answer; 101 for a web socket that is let through."""
    headers = {"host": host} | ({"origin": origin} if origin else {})
    scope = {
        "type": kind, "method": method, "path": "/", "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items() if value],
        "server": (server, 8501), "extensions": {"websocket.http.response": {}},
    }  # fmt: skip
    sent = []

    async def inner(scope, receive, send):
        await send({"status": 101})

    async def send(message):
        sent.append(message)

    run(KnownHosts(inner, hosts=hosts)(scope, None, send))
    return sent[0]["status"], b"".join(each.get("body", b"") for each in sent).decode()


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8501", 101), ("LOCALHOST.", 101), ("127.0.0.1", 101), ("[::1]:8501", 101),
        ("10.0.0.5:8501", 101), ("ban-do.example", 101), ("10.0.0.6", 421), ("evil.example", 421),
        ("ban-do.example.evil.example", 421), ("localhost.evil.example", 421), ("0.0.0.0", 421),
        ("", 400), ("a b", 400), ("localhost@evil.example", 400), ("localhost:x", 400),
    ],
)  # fmt: skip
def test_only_who_calls_the_server_by_its_name_is_answered(kind, host, status):
    # A socket for both kinds of addresses tells IPv4 ones in the way of IPv6.
    for server in ("10.0.0.5", "::ffff:10.0.0.5"):
        got = asked(
            host, kind=kind, origin=f"http://{host}", server=server, hosts=("ban-do.example",)
        )
        assert got[0] == status
        assert bool(got[1]) is (status != 101)


def test_the_sentence_names_what_was_asked_for_in_the_language_of_the_link():
    assert "không có tên “evil.example”" in asked("evil.example")[1]
    assert "not called “evil.example”" in asked("evil.example", query="lang=en")[1]


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://localhost:8501", 101), ("https://localhost:8501", 101),
        ("http://localhost:3000", 403), ("http://evil.example", 403), ("null", 403),
        ("http://localhost:8501.evil.example", 403), ("http://localhost:8501@evil.example", 403),
    ],
)  # fmt: skip
def test_only_a_page_of_this_server_opens_a_web_socket_or_changes_something(origin, status):
    assert asked("localhost:8501", kind="websocket", origin=origin)[0] == status
    assert asked("localhost:8501", method="PUT", origin=origin)[0] == status
    assert asked("localhost:8501", origin=origin)[0] == 101, "`/api` has its own list of sites"


def test_a_web_socket_without_an_origin_is_refused_and_a_program_that_uploads_is_not():
    assert asked("localhost:8501", kind="websocket")[0] == 403
    assert asked("localhost:8501", method="PUT")[0] == 101


def test_a_name_that_is_none_is_said_at_the_start():
    for wrong in ("http://ban-do.example", "a/b", "*"):
        with pytest.raises(SelectionError, match="MTQG_HOSTS"):
            parse_hosts(wrong)


def test_the_name_the_server_was_started_with_and_the_machines_own_are_known(monkeypatch):
    options = {"server.address": "Ban-Do.local", "browser.serverAddress": "localhost"}
    monkeypatch.setattr(hosts.config, "get_option", options.get)
    monkeypatch.setattr(hosts.socket, "gethostname", lambda: "PC-KH01")
    names = ("a.example", "ban-do.local", "localhost", "pc-kh01", "pc-kh01.local")
    assert known_hosts("a.example") == names
    for name in ("ban-do.local", "pc-kh01"):
        assert asked(f"{name}:8501", hosts=known_hosts(""))[0] == 101
    assert asked("pc-kh02:8501", hosts=known_hosts(""))[0] == 421
