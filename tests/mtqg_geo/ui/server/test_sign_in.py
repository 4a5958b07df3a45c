"""Coming in and going: by a passphrase of one's own, by the office's identity provider."""

import inspect
import json
import re
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, RedirectResponse
from streamlit.web.server.starlette import starlette_auth_routes as streamlit_auth

from mtqg_geo.people import accounts, sessions
from mtqg_geo.programme.errors import SelectionError
from mtqg_geo.store.engine import open_store
from mtqg_geo.ui.server import identity_provider, sign_in
from mtqg_geo.ui.server.identity_provider import CALLBACK, LOGIN, OwnSession, settings
from mtqg_geo.ui.server.limits import Limits
from mtqg_geo.ui.server.visitor import cookie_name, safe_address
from tests.asgi import ask
from tests.mtqg_geo.ui.office import MACHINE, PASSPHRASE

FORM = "from-this-browser"


@pytest.fixture
def way_in():
    return Starlette(routes=sign_in.routes(Limits()))


def value(answer, name):
    """Return the value an answer has a browser keep under a name; None if it says nothing of it."""
    found = [
        each.partition("=")[2].partition(";")[0]
        for each in answer.cookies
        if each.startswith(f"{name}=")
    ]
    return found[-1] if found else None


def send(app, *, form=FORM, known=FORM, cookies="", client="10.0.0.5", **fields):
    fields = {"email": "lan@bacgiang.gov.vn", "passphrase": PASSPHRASE, "form": form} | fields
    headers = {
        "cookie": f"mtqg_form={known}; {cookies}",
        "content-type": "application/x-www-form-urlencoded",
    }
    body = urlencode(fields).encode()
    return ask(app, "/sign-in", method="POST", headers=headers, body=body, client=client)


@pytest.mark.long
def test_the_page_has_no_script_and_asks_for_e_mail_and_passphrase(office, way_in):
    answer = ask(way_in, "/sign-in", query="next=" + quote('/works?lang=en&q="><script>x</script>'))
    html = answer.body.decode()
    assert "<script" not in html
    assert set(re.findall(r'name="(\w+)"', html)) >= {"next", "form", "email", "passphrase"}
    assert value(answer, "mtqg_form") in html
    assert "HttpOnly" in answer.cookies[0]
    assert "SameSite=strict" in answer.cookies[0]


def test_who_belongs_here_is_let_in_and_comes_to_the_page_they_wanted(office, way_in):
    answer = send(way_in, next="/works?district=220")
    assert (answer.status, answer.headers["location"]) == (303, "/works?district=220")
    assert sessions.person_of(open_store(), value(answer, cookie_name())).name == "Lan"
    [given] = [each for each in answer.cookies if each.startswith(cookie_name())]
    assert "HttpOnly" in given
    assert "SameSite=lax" in given
    assert "Max-Age" not in given


@pytest.mark.few(1)
@pytest.mark.parametrize("fields", [
    {"passphrase": "một câu khác hẳn"}, {"email": "nobody@bacgiang.gov.vn"}, {"email": "không phải"},
    {"email": "hoa@bacgiang.gov.vn"}, {"passphrase": ""},
])  # fmt: skip
def test_the_same_is_said_whether_or_not_there_is_such_an_account(office, way_in, fields):
    answer = send(way_in, **fields)
    assert answer.status == 403
    assert value(answer, cookie_name()) is None
    alert = re.search(r'role="alert">([^<]+)', answer.body.decode())
    assert alert[1] == "Thư điện tử hoặc mật khẩu không đúng."


@pytest.mark.parametrize("known", ["", "of-another-browser"])
def test_no_other_site_signs_anybody_in(office, way_in, known):
    """It can send the form, but not the cookie of it (login CSRF)."""
    answer = send(way_in, known=known)
    assert answer.status == 403
    assert value(answer, cookie_name()) is None


def test_a_session_that_somebody_else_put_into_the_browser_is_not_taken_over(office, way_in):
    foreign = office.cookie(office.binh)
    answer = send(way_in, cookies=f"{cookie_name()}={foreign}")
    given = value(answer, cookie_name())
    assert given != foreign
    assert sessions.person_of(open_store(), foreign) is None
    assert sessions.person_of(open_store(), given).name == "Lan"


@pytest.mark.parametrize("wanted", [
    "https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example", "javascript:alert(1)",
    "///evil.example", "/%0d%0aSet-Cookie:x=1\r\nX: y", "\\/evil.example", "/sign-out", "http:/evil", "",
])  # fmt: skip
def test_nobody_is_led_to_another_site(office, way_in, wanted):
    headers = {"cookie": f"{cookie_name()}={office.cookie(office.lan)}"}
    answer = ask(way_in, "/sign-in", query="next=" + quote(wanted), headers=headers)
    target = answer.headers["location"]
    assert target.startswith("/")
    assert urlsplit(target).netloc == ""
    assert not target.startswith(("//", "/\\", "/sign-out"))
    assert "\n" not in target
    assert safe_address(wanted) == "/" or wanted.startswith("/%0d")


def test_tries_are_slowed_by_account_and_by_address_and_the_right_words_as_well(
    office, way_in, monkeypatch
):
    with monkeypatch.context() as quick:
        quick.setattr(accounts, "check_passphrase", lambda *_: None)
        found = [send(way_in, passphrase="sai").status for _ in range(10)]
    assert found == [403] * 10
    refused = send(way_in)
    assert refused.status == 429
    assert 0 < int(refused.headers["retry-after"]) <= 600
    assert send(way_in, client="10.0.0.6").status == 303


def test_a_form_that_is_no_form_of_ours_is_not_read(office, way_in):
    assert send(way_in, email="x" * 20_000).status == 403


def test_signing_out_ends_the_session_and_takes_a_form(office, way_in):
    cookie = office.cookie(office.lan)
    headers = {"cookie": f"{cookie_name()}={cookie}"}
    assert ask(way_in, "/sign-out", headers=headers).status == 405
    assert sessions.person_of(open_store(), cookie)
    answer = ask(way_in, "/sign-out", headers=headers, method="POST")
    assert (answer.status, answer.headers["location"]) == (303, "/sign-in")
    assert value(answer, cookie_name()) == '""'
    assert sessions.person_of(open_store(), cookie) is None


def test_where_nobody_signs_in_there_is_the_map(monkeypatch, way_in):
    monkeypatch.setenv("MTQG_ACCESS", "open")
    assert ask(way_in, "/sign-in").headers["location"] == "/"


# The identity provider.

ISSUER = "https://id.bacgiang.gov.vn"
CLAIMS = {"iss": ISSUER, "aud": "map", "sub": "1", "email_verified": True}


def provider(claims, monkeypatch):
    """Return what answers where Streamlit comes back from a provider: its own cookies, in parts."""
    monkeypatch.setenv("MTQG_OIDC_METADATA_URL", f"{ISSUER}/.well-known/openid-configuration")
    monkeypatch.setenv("MTQG_OIDC_CLIENT_ID", "map")

    async def streamlit(scope, receive, send):
        answer = RedirectResponse("/", 302)
        if claims is not None:
            told = {**claims, "is_logged_in": True, "more": "x" * 5_000}
            await streamlit_auth._set_auth_cookie(answer, told, {"id_token": "y" * 3_000})
        answer.set_cookie("_streamlit_session", "null")
        await answer(scope, receive, send)

    return OwnSession(streamlit)


def come_back(app, cookies=""):
    return ask(app, CALLBACK, query="code=1&state=2", headers={"cookie": cookies})


def test_streamlits_cookie_stays_here_and_a_session_of_ours_is_given(office, monkeypatch):
    app = provider(CLAIMS | {"email": "Binh@bacgiang.gov.vn"}, monkeypatch)
    answer = come_back(app, "mtqg_next=" + quote("/works?district=220&project=DA4"))
    assert (answer.status, answer.headers["location"]) == (303, "/works?district=220&project=DA4")
    assert sessions.person_of(open_store(), value(answer, cookie_name())).name == "Binh"
    assert not any("_streamlit_user" in each for each in answer.cookies)
    assert value(answer, "_streamlit_session") == "null"  # the state of the question is used up


def test_a_person_is_known_by_their_number_there_not_by_an_address_given_to_somebody_else(
    office, monkeypatch
):
    lan = CLAIMS | {"sub": "7", "email": "lan@bacgiang.gov.vn"}
    assert come_back(provider(lan, monkeypatch)).status == 303
    renamed = CLAIMS | {"sub": "7", "email": "lan.nguyen@bacgiang.gov.vn"}
    assert come_back(provider(renamed, monkeypatch)).status == 303
    other = CLAIMS | {"sub": "8", "email": "lan@bacgiang.gov.vn"}
    assert come_back(provider(other, monkeypatch)).status == 403


@pytest.mark.parametrize(("vouched", "trusted", "status"), [
    (False, "1", 403), (None, "", 403), (None, "1", 303), ("false", "1", 403), (True, "", 303),
])  # fmt: skip
def test_an_e_mail_must_be_vouched_for(office, monkeypatch, vouched, trusted, status):
    monkeypatch.setenv("MTQG_OIDC_TRUST_EMAIL", trusted)
    name = f"of{vouched!r}{trusted}@bacgiang.gov.vn".lower().replace("'", "-")
    accounts.add(open_store(), name, "Mai", who=MACHINE)
    claims = {"iss": ISSUER, "aud": ["map"], "sub": name, "email": name}
    claims |= {} if vouched is None else {"email_verified": vouched}
    assert come_back(provider(claims, monkeypatch)).status == status


def test_who_was_refused_there_is_told_so_and_still_comes_to_the_page_they_wanted(
    office, monkeypatch
):
    answer = come_back(provider(None, monkeypatch), "mtqg_next=" + quote("/data"))
    assert value(answer, cookie_name()) is None
    parts = urlsplit(answer.headers["location"])
    assert (parts.path, parse_qs(parts.query)) == ("/sign-in", {"failed": ["1"], "next": ["/data"]})


@pytest.mark.parametrize(
    "other", [{"iss": "https://id.example"}, {"aud": "another"}, {"aud": None}]
)
def test_what_another_provider_says_or_is_said_to_another_is_not_heard(office, monkeypatch, other):
    claims = CLAIMS | {"email": "lan@bacgiang.gov.vn", "azp": "map"} | other
    answer = come_back(provider(claims, monkeypatch))
    assert answer.headers["location"].startswith("/sign-in?failed=1")
    assert value(answer, cookie_name()) is None


def test_a_cookie_that_streamlit_did_not_sign_says_nothing(office, monkeypatch):
    async def forged(scope, receive, send):
        answer = RedirectResponse("/", 302)
        answer.set_cookie("_streamlit_user", json.dumps(CLAIMS | {"email": "lan@bacgiang.gov.vn"}))
        await answer(scope, receive, send)

    answer = come_back(OwnSession(forged))
    assert answer.headers["location"].startswith("/sign-in?failed=1")


def test_the_way_there_begins_with_a_form_of_ours_that_remembers_the_page(
    office, way_in, monkeypatch
):
    monkeypatch.setenv("MTQG_OIDC_CLIENT_ID", "map")
    answer = ask(way_in, "/sign-in/provider", query="next=" + quote("/works?district=220"))
    assert answer.headers["location"].startswith(f"{LOGIN}?provider=")
    assert value(answer, "mtqg_next") == quote("/works?district=220", safe="")
    assert "Path=/oauth2callback" in answer.cookies[0]
    html = ask(way_in, "/sign-in", query="next=" + quote("/data")).body.decode()
    assert 'href="/sign-in/provider?next=%2Fdata"' in html


def test_a_provider_that_does_not_answer_is_said_on_our_page(office):
    async def streamlit(scope, receive, send):
        await PlainTextResponse("Authentication error", status_code=400)(scope, receive, send)

    assert ask(OwnSession(streamlit), LOGIN).headers["location"].startswith("/sign-in?failed=1")


def test_half_of_the_settings_of_a_provider_is_none(monkeypatch):
    assert settings() is None
    monkeypatch.setenv("MTQG_OIDC_CLIENT_ID", "map")
    monkeypatch.setenv("MTQG_OIDC_CLIENT_SECRET", "s")
    with pytest.raises(SelectionError, match="MTQG_OIDC_METADATA_URL, MTQG_BASE_URL"):
        settings()
    monkeypatch.setenv("MTQG_OIDC_METADATA_URL", "https://id/.well-known/openid-configuration")
    monkeypatch.setenv("MTQG_BASE_URL", "https://bando.bacgiang.gov.vn")
    found = settings()["auth"]
    assert found["redirect_uri"] == "https://bando.bacgiang.gov.vn/oauth2callback"
    assert found["client_secret"] == "s"
    assert len(found["cookie_secret"]) >= 32


def test_streamlit_still_reads_its_cookies_the_way_we_do():
    """We read what it has signed by a function that it does not promise to keep."""
    assert inspect.iscoroutinefunction(streamlit_auth._set_auth_cookie)
    assert callable(identity_provider._get_signed_cookie_with_chunks)
