"""Served below a path of a name that others share: https://bando.bacgiang.gov.vn/mtqg."""

import re
from urllib.parse import urlencode

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.routing import Route
from streamlit import config

from mtqg_geo.people import sessions
from mtqg_geo.programme.errors import SelectionError
from mtqg_geo.store.engine import open_store
from mtqg_geo.ui.server import identity_provider, sign_in
from mtqg_geo.ui.server.base_address import UnderPath, require_one_path
from mtqg_geo.ui.server.gate import Gate
from mtqg_geo.ui.server.identity_provider import CALLBACK, OwnSession
from mtqg_geo.ui.server.limits import Limits
from mtqg_geo.ui.server.middleware import KnownPages
from mtqg_geo.ui.server.ogc.routes import routes as live_layers
from mtqg_geo.ui.server.visitor import cookie_name
from tests.asgi import ask
from tests.mtqg_geo.ui.office import PASSPHRASE

BASE = "https://bando.bacgiang.gov.vn/mtqg"
HTML = {"accept": "text/html"}


@pytest.fixture
def app(monkeypatch, squares):
    """The gate, the ways in, a page and the live layers below the path."""
    small = squares()
    monkeypatch.setenv("MTQG_BASE_URL", BASE)

    def page(request):
        return PlainTextResponse(request.state.who.name)

    inside = Starlette(
        routes=[
            Route("/works", page),
            *sign_in.routes(Limits()),
            *live_layers(lambda: small, base_url=BASE),
        ],
        middleware=[Middleware(Gate, limits=Limits()), Middleware(KnownPages)],
    )
    return UnderPath(inside)


def kept(answer, name):
    """Return the cookie of a name that an answer gives, and its attributes."""
    [given] = [each for each in answer.cookies if each.startswith(f"{name}=")]
    first, *attributes = given.split("; ")
    return first.partition("=")[2], {each.lower() for each in attributes}


def sent(app, fields, cookies):
    headers = {"cookie": cookies, "content-type": "application/x-www-form-urlencoded"}
    return ask(
        app, "/mtqg/sign-in", method="POST", headers=headers, body=urlencode(fields).encode()
    )


def test_the_way_in_and_out_stays_below_the_path(office, app):
    away = ask(app, "/mtqg/works", query="district=220", headers=HTML)
    assert away.headers["location"] == "/mtqg/sign-in?next=%2Fworks%3Fdistrict%3D220"
    form = ask(app, "/mtqg/sign-in", query="next=%2Fworks%3Fdistrict%3D220", headers=HTML)
    assert 'action="/mtqg/sign-in"' in form.body.decode()
    key, attributes = kept(form, "mtqg_form")
    assert "path=/mtqg/sign-in" in attributes

    fields = {"email": office.lan.email, "passphrase": PASSPHRASE, "form": key,
              "next": "/works?district=220"}  # fmt: skip
    let_in = sent(app, fields, f"mtqg_form={key}")
    assert (let_in.status, let_in.headers["location"]) == (303, "/mtqg/works?district=220")
    # A browser refuses a cookie called __Host-… that is for a path alone.
    assert cookie_name() == "__Secure-mtqg"
    cookie, attributes = kept(let_in, cookie_name())
    assert {"path=/mtqg/", "secure", "httponly"} <= attributes

    mine = {"cookie": f"{cookie_name()}={cookie}"}
    assert ask(app, "/mtqg/works", headers=mine | HTML).body == b"Lan"
    assert ask(app, "/works", headers=mine | HTML).body == b"Lan"  # a proxy took the path off
    out = ask(app, "/mtqg/sign-out", method="POST", headers=mine)
    assert (out.status, out.headers["location"]) == (303, "/mtqg/sign-in")
    assert "path=/mtqg/" in kept(out, cookie_name())[1]
    assert sessions.person_of(open_store(), cookie) is None


def test_nothing_is_open_below_the_path_that_is_not_at_the_root(office, app):
    for path in ("/mtqg/works", "/mtqg/mtqg/works", "/mtqg//works", "/mtqgworks"):
        assert ask(app, path).status in (303, 401)
    assert ask(app, "/mtqg", query="lang=en").headers["location"] == "/mtqg/?lang=en"


def test_who_has_no_rights_signs_out_below_the_path_and_an_unknown_page_links_below_it(office, app):
    def asked(path, person):
        cookie = f"{cookie_name()}={office.cookie(person)}"
        return ask(app, path, headers=HTML | {"cookie": cookie}).body.decode()

    assert 'action="/mtqg/sign-out"' in asked("/mtqg/works", office.hoa)
    links = re.findall('href="([^"]+)"', asked("/mtqg/nowhere", office.binh))
    assert links
    assert all(each.startswith("/mtqg/") for each in links)


def test_links_of_the_live_layers_lead_below_the_path(office, app):
    cookie = {"cookie": f"{cookie_name()}={office.cookie(office.binh)}"}
    for path in ("/mtqg/ogc", "/mtqg/ogc/collections/communes/items"):
        answer = ask(app, path, query="f=html", headers=HTML | cookie)
        assert answer.status == 200
        links = re.findall('(?:href|action)="([^"#]+)"', answer.body.decode())
        assert links
        assert all(each.startswith((f"{BASE}/", "?")) for each in links), links


def test_the_way_to_the_identity_provider_and_back_is_below_the_path(office, app, monkeypatch):
    issuer = "https://id.bacgiang.gov.vn"
    monkeypatch.setenv("MTQG_OIDC_METADATA_URL", f"{issuer}/.well-known/openid-configuration")
    monkeypatch.setenv("MTQG_OIDC_CLIENT_ID", "map")
    monkeypatch.setenv("MTQG_OIDC_CLIENT_SECRET", "secret")
    found = identity_provider.settings()["auth"]["redirect_uri"]
    assert found == f"{BASE}{CALLBACK}"
    there = ask(app, "/mtqg/sign-in/provider", query="next=%2Fworks")
    assert there.headers["location"].startswith("/mtqg/auth/login?")
    wanted, attributes = kept(there, "mtqg_next")
    assert "path=/mtqg/oauth2callback" in attributes

    claims = {"iss": issuer, "aud": "map", "sub": "1", "email": office.lan.email}
    monkeypatch.setattr(identity_provider, "_claims", lambda _: claims | {"email_verified": True})

    async def streamlit(scope, receive, send):
        await RedirectResponse("/", 302)(scope, receive, send)

    back = ask(UnderPath(OwnSession(streamlit)), f"/mtqg{CALLBACK}", headers={
        "cookie": f"mtqg_next={wanted}"})  # fmt: skip
    assert (back.status, back.headers["location"]) == (303, "/mtqg/works")
    assert "path=/mtqg/" in kept(back, cookie_name())[1]
    assert "path=/mtqg/oauth2callback" in kept(back, "mtqg_next")[1]


def test_a_path_that_streamlit_alone_is_told_of_stops_the_start(monkeypatch):
    require_one_path()
    monkeypatch.setattr(config, "get_option", lambda _: "mtqg")
    with pytest.raises(SelectionError, match="MTQG_BASE_URL"):
        require_one_path()
