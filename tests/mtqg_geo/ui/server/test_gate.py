"""Who is let in, and by what; everybody else is told what they can do."""

from base64 import b64encode
from types import SimpleNamespace

import pytest
import uvicorn.config
from starlette.responses import PlainTextResponse

from mtqg_geo.people import grants, sessions, tokens
from mtqg_geo.programme.errors import SelectionError
from mtqg_geo.store.engine import open_store
from mtqg_geo.store.rights import Who
from mtqg_geo.ui.server import place
from mtqg_geo.ui.server.gate import MARK, Gate
from mtqg_geo.ui.server.limits import Limits
from mtqg_geo.ui.server.place import believe_only, parse_proxies
from mtqg_geo.ui.server.visitor import cookie_name, mark_of
from tests.asgi import ask, run

HTML = {"accept": "text/html"}
FREE = (
    "/healthz",
    "/readyz",
    "/sign-in",
    "/_stcore/health",
    "/_stcore/host-config",
    "/own/words.js",
)
FREE += (
    "/static/js/index.js",
    "/assets/ui-1/x.js",
    "/component/streamlit_folium.st_folium/index.html",
)
SHUT = ("/geo/x.json", "/lists/x.json", "/files/abc", "/media/x", "/instance", "/_stcore/metrics")
SHUT += ("/_stcore/stream", "/_stcore/upload_file/a/b", "/oauth2callback", "/auth/logout", "/later")


async def inside(scope, receive, send):
    """Answer with who was let in, and as whom a page is opened."""
    who, headers = scope["state"]["who"] if "state" in scope else None, dict(scope["headers"])
    mark = headers.get(MARK.encode(), b"").decode()
    answer = PlainTextResponse(f"{who.name if who else '-'} {mark}".strip())
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    answer.set_cookie("_streamlit_xsrf", "1")
    await answer(scope, receive, send)


@pytest.fixture
def let_in():
    """Return a gate of its own, with counts of its own."""
    return Gate(inside, limits=Limits())


def signed(office, person):
    return {"cookie": f"{cookie_name()}={office.cookie(person)}"}


def basic(token):
    return {"authorization": "Basic " + b64encode(f"lan:{token}".encode()).decode()}


@pytest.mark.parametrize("path", FREE)
def test_what_is_the_same_for_everybody_is_free(office, let_in, path):
    assert ask(let_in, path).body == b"-"


@pytest.mark.parametrize("path", SHUT)
def test_whatever_is_not_named_free_is_shut(office, let_in, path):
    answer = ask(let_in, path)
    assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize("path", ["/", "/works", "/people", "/ogc/collections"])
def test_who_opens_a_page_is_sent_to_sign_in_and_the_page_is_remembered(office, let_in, path):
    forged = HTML | {"host": "evil.example", "x-forwarded-host": "evil.example"}
    answer = ask(let_in, path, query="district=220&project=DA4", headers=forged)
    wanted = f"{path}?district=220&project=DA4".replace("/", "%2F").replace("?", "%3F")
    wanted = wanted.replace("=", "%3D").replace("&", "%26")
    assert (answer.status, answer.headers["location"]) == (303, f"/sign-in?next={wanted}")


def test_a_program_is_asked_for_a_password(office, let_in):
    answer = ask(let_in, "/api/communes.geojson")
    assert answer.status == 401
    assert answer.headers["www-authenticate"].startswith("Basic ")


def test_who_was_granted_nothing_sees_only_that(office, let_in):
    answer = ask(let_in, "/", headers=HTML | signed(office, office.hoa))
    assert answer.status == 403
    words = answer.body.decode()
    assert "Chưa có quyền" in words
    assert 'action="/sign-out"' in words
    assert "href" not in words
    answers = [ask(let_in, path, headers=signed(office, office.hoa)) for path in SHUT]
    assert {each.status for each in answers} == {403}


def test_who_may_read_is_let_in_under_their_name_and_no_cache_keeps_it_for_others(office, let_in):
    answer = ask(let_in, "/geo/x.json", headers=signed(office, office.binh))
    assert (answer.status, answer.body) == (200, b"Binh")
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"


@pytest.mark.parametrize("scheme", ["basic", "bearer"])
def test_a_token_opens_files_and_layers_alone(office, let_in, scheme):
    token = office.token(office.binh)
    headers = basic(token) if scheme == "basic" else {"authorization": f"Bearer {token}"}
    for path in ("/api/communes.geojson", "/ogc", "/ogc/collections", "/files/x"):
        assert ask(let_in, path, headers=headers).body == b"Binh", path
    assert ask(let_in, "/", headers=headers).status == 303
    assert ask(let_in, "/geo/x.json", headers=headers).status == 401
    assert ask(let_in, "/api/communes.geojson", query=f"token={token}").status == 401
    assert ask(let_in, "/api/communes.geojson", query=f"access_token={token}").status == 401


def test_a_token_that_was_revoked_or_is_of_somebody_without_rights_opens_nothing(office, let_in):
    store, who = open_store(), Who("Binh", office.binh.id)
    text = office.token(office.binh)
    tokens.revoke(store, tokens.tokens_of(store, office.binh.id)[0].id, who=who)
    assert ask(let_in, "/api/sites.csv", headers=basic(text)).status == 401


def test_a_cookie_that_signed_out_is_refused_when_it_comes_again(office, let_in):
    cookie = office.cookie(office.lan)
    headers = HTML | {"cookie": f"{cookie_name()}={cookie}"}
    assert ask(let_in, "/", headers=headers).status == 200
    sessions.end(open_store(), cookie)
    assert ask(let_in, "/", headers=headers).status == 303


@pytest.mark.parametrize("count", [100, pytest.param(1000, marks=pytest.mark.long)])
def test_many_wrong_tokens_are_slowed_and_the_right_one_still_opens(office, monkeypatch, count):
    let_in, right = Gate(inside, limits=Limits()), office.token(office.lan)
    there = "203.0.113.7"

    async def tried(token):
        answers = []

        async def send(message):
            answers.append(message.get("status"))

        headers = [(b"authorization", f"Bearer {token}".encode())]
        scope = {"type": "http", "method": "GET", "path": "/api/communes.csv", "query_string": b"",
                 "headers": headers, "client": (there, 1)}  # fmt: skip
        await let_in(scope, None, send)
        return answers[0]

    async def all_of_them():
        return [await tried(f"mtqg_{number}") for number in range(count)]

    found = run(all_of_them())
    assert (found[:30], found[30:]) == ([401] * 30, [429] * (count - 30))
    assert run(tried(right)) == 200
    again = ask(let_in, "/api/communes.csv", headers=basic("wrong"), client=there)
    assert 0 < int(again.headers["retry-after"]) <= 300
    elsewhere = ask(let_in, "/api/communes.csv", headers=basic("wrong"), client="203.0.113.8")
    assert elsewhere.status == 401
    from limits.storage import memory

    now = memory.time.time()
    monkeypatch.setattr(memory, "time", SimpleNamespace(time=lambda: now + 301))
    assert ask(let_in, "/api/communes.csv", headers=basic("wrong"), client=there).status == 401


class Browser:
    """An open page: what it says, and what it hears."""

    def __init__(self, let_in, headers, words):
        self.let_in, self.words, self.heard = let_in, words, []
        lines = [(name.encode(), value.encode()) for name, value in headers.items()]
        self.scope = {
            "type": "websocket",
            "path": "/_stcore/stream",
            "query_string": b"",
            "headers": lines,
        }

    async def receive(self):
        word = next(self.words, None)
        kind = "websocket.disconnect" if word is None else "websocket.receive"
        return {"type": kind, "bytes": word}

    async def send(self, message):
        self.heard.append(message)

    def open(self):
        run(self.let_in(self.scope, self.receive, self.send))
        return self.heard


async def page(scope, receive, send):
    """Say again what was heard, and first whose page it is, as Streamlit is told."""
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "bytes": dict(scope["headers"]).get(MARK.encode(), b"")})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "bytes": message["bytes"]})
    await send({"type": "websocket.send", "bytes": b"too late"})


def test_a_page_belongs_to_the_cookie_that_opened_it_whatever_the_browser_says(office):
    cookie = office.cookie(office.binh)
    headers = {"cookie": f"{cookie_name()}={cookie}", MARK: "somebody else"}
    heard = Browser(Gate(page), headers, iter(())).open()
    assert heard[1]["bytes"].decode() == mark_of(cookie)
    assert cookie not in str(heard)


@pytest.mark.parametrize("headers", [{}, {"cookie": "mtqg=made-up"}])
def test_no_page_is_opened_by_nobody(office, headers):
    assert Browser(Gate(page), headers, iter(())).open() == [
        {"type": "websocket.close", "code": 1008}
    ]


def test_a_page_stops_at_the_first_click_after_a_right_was_revoked(office):
    store, machine = open_store(), Who("machine", via="machine")
    right = grants.grant(store, office.hoa.id, "read", who=machine)
    cookie = office.cookie(office.hoa)

    def words():
        yield b"first click"
        grants.revoke(store, right.id, who=machine)
        yield b"second click"
        yield b"third click"

    headers = {"cookie": f"{cookie_name()}={cookie}"}
    heard = Browser(Gate(page), headers, words()).open()
    assert [each.get("bytes") for each in heard[2:]] == [b"first click", None]
    assert heard[-1] == {"type": "websocket.close", "code": 1008}


@pytest.mark.parametrize(
    ("access", "server", "status"),
    [("open", "127.0.0.1", 200), ("open", "::1", 200), ("open", "10.0.0.5", 403),
     ("open", "::ffff:10.0.0.5", 403), ("public", "10.0.0.5", 200)],
)  # fmt: skip
def test_without_sign_in_others_are_not_answered_unless_whoever_starts_it_knows(
    monkeypatch, let_in, access, server, status
):
    monkeypatch.setenv("MTQG_ACCESS", access)
    assert ask(let_in, "/", server=(server, 8501)).status == status
    monkeypatch.setenv("MTQG_I_KNOW", "1")
    assert ask(let_in, "/", server=(server, 8501)).status == 200


def test_the_server_does_not_start_for_others_without_sign_in(monkeypatch):
    monkeypatch.setattr(place.config, "get_option", lambda _: "0.0.0.0")
    with pytest.raises(SelectionError, match="MTQG_I_KNOW"):
        place.require_own_desk()
    monkeypatch.setattr(place.sys, "argv", ["app.py", "--i-know"])
    place.require_own_desk()


def test_a_forwarded_address_is_believed_of_named_proxies_alone(monkeypatch):
    monkeypatch.setattr(uvicorn.config, "ProxyHeadersMiddleware", None)

    async def seen(scope, receive, send):
        await PlainTextResponse(f"{place.address_of(scope)} {scope['scheme']}")(
            scope, receive, send
        )

    forged = {"x-forwarded-for": "198.51.100.1", "x-forwarded-proto": "https"}

    def told(proxies):
        believe_only(proxies)
        app = uvicorn.Config(seen, log_config=None)
        app.load()
        answer = ask(app.loaded_app, "/", headers=forged, client="127.0.0.1", scheme="http")
        return answer.body.decode()

    assert told(()) == "127.0.0.1 http"
    assert told(parse_proxies("10.0.0.0/8")) == "127.0.0.1 http"
    assert told(parse_proxies("127.0.0.1")) == "198.51.100.1 https"


def test_addresses_that_are_none_stop_the_start():
    for text in ("*", "nginx", "10.0.0.5/8"):
        with pytest.raises(SelectionError):
            parse_proxies(text)


def test_behind_tls_every_cookie_asks_for_it(office, let_in, monkeypatch):
    monkeypatch.setenv("MTQG_BASE_URL", "https://bando.bacgiang.gov.vn")
    assert cookie_name() == "__Host-mtqg"
    answer = ask(let_in, "/healthz")
    assert answer.cookies[0].endswith("; Secure")
    assert "max-age=31536000" in answer.headers["cache-control"]


def test_who_asks_too_often_is_told_when_to_come_again(monkeypatch):
    monkeypatch.setenv("MTQG_ACCESS", "public")
    let_in = Gate(inside, limits=Limits({"export": {"address": "2 per minute"}}))
    answers = [ask(let_in, "/api/sites.csv", client="10.0.0.5") for _ in range(3)]
    assert [each.status for each in answers] == [200, 200, 429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60
    assert ask(let_in, "/", client="10.0.0.5").status == 200
