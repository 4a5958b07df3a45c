"""Signing in with the office's own identity provider: OpenID Connect, by Streamlit's own routes.

Streamlit asks the provider, with Authlib, and checks what it answers (state, nonce, signature).
Then it gives the browser a cookie that holds for 30 days, whatever happens, and forgets the page.
That cookie goes no further than here: it is read, a session of ours is begun for the person whose
account it names, and the browser goes to the page that it asked for. So there is one kind of
session, which ends when its row in the store does, and no token of the provider leaves the server.
"""

import json
import logging
import os
from contextlib import suppress
from html import escape
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote, unquote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config
from streamlit.auth_util import encode_provider_token, get_secrets_auth_section
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME
from streamlit.web.server.starlette.starlette_websocket import _get_signed_cookie_with_chunks

from mtqg_geo.people import accounts, sessions
from mtqg_geo.programme.errors import SelectionError
from mtqg_geo.programme.model import LANGUAGES, Lang
from mtqg_geo.programme.words import t
from mtqg_geo.store.engine import has_store, open_store
from mtqg_geo.ui.server.base_address import base_url, here
from mtqg_geo.ui.server.own_pages import language_of, page
from mtqg_geo.ui.server.place import is_behind_tls
from mtqg_geo.ui.server.visitor import SIGN_IN, browser_of, end, give, safe_address

LOG = logging.getLogger(__name__)
# Each setting, and what Streamlit's `secrets.toml` calls it below `[auth]`.
SETTINGS = {
    "MTQG_OIDC_CLIENT_ID": "client_id",
    "MTQG_OIDC_CLIENT_SECRET": "client_secret",
    "MTQG_OIDC_METADATA_URL": "server_metadata_url",
}
NAME = "MTQG_OIDC_NAME"  # what the office calls it
TRUST_EMAIL = "MTQG_OIDC_TRUST_EMAIL"  # set to 1: of a provider that says nothing of verification
LOGIN, CALLBACK = "/auth/login", "/oauth2callback"
NEXT_COOKIE, NEXT_S = "mtqg_next", 600
PROVIDER = "default"


def settings() -> dict[str, dict[str, str]] | None:
    """Return what Streamlit is told of the provider (`secrets` of `st.App`), from the environment.

    None where the environment names no provider: `.streamlit/secrets.toml` may.

    Raises
    ------
    SelectionError
        If only a part of it is named, or nobody said under which address readers come back.
    """
    given = {name: os.environ.get(name, "").strip() for name in SETTINGS}
    if not any(given.values()):
        return None
    missing = [name for name, value in (*given.items(), ("MTQG_BASE_URL", base_url())) if not value]
    if missing:
        words = [t("oidc_missing", lang, settings=", ".join(missing)) for lang in LANGUAGES]
        raise SelectionError((" ".join(words),))
    secret = config.get_option("server.cookieSecret")
    named = {SETTINGS[name]: value for name, value in given.items()}
    return {"auth": {"redirect_uri": base_url() + CALLBACK, "cookie_secret": secret, **named}}


def is_there() -> bool:
    """Say whether people may sign in with a provider."""
    return bool(os.environ.get("MTQG_OIDC_CLIENT_ID") or get_secrets_auth_section())


def name(lang: Lang) -> str:
    """Return what the provider is called on the link to it."""
    return os.environ.get(NAME, "").strip() or t("sign_in_office", lang)


def ask(wanted: str) -> Response:
    """Send a browser to the provider, and have it remember the page that it wanted meanwhile."""
    answer = RedirectResponse(f"{here(LOGIN)}?provider={encode_provider_token(PROVIDER)}", 303)
    answer.set_cookie(
        NEXT_COOKIE, quote(wanted, safe=""), max_age=NEXT_S, path=here(CALLBACK),
        secure=is_behind_tls(), httponly=True, samesite="lax",
    )  # fmt: skip
    return answer


class OwnSession:
    """ASGI middleware that begins a session of ours where Streamlit would give its own cookie."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on but the browser's way to the provider and back."""
        if scope["type"] != "http" or scope["path"] not in (LOGIN, CALLBACK):
            await self.app(scope, receive, send)
            return
        starts: list[Message] = []

        async def hold(message: Message) -> None:
            if message["type"] == "http.response.start":
                starts.append(message)

        await self.app(scope, receive, hold)
        request, headers = Request(scope), Headers(raw=starts[0]["headers"])
        if scope["path"] == LOGIN:
            away = headers.get("location", "")
            answer: Response = RedirectResponse(away or _failed(request), 303)
        else:
            answer = await run_in_threadpool(_come_back, request, headers.getlist("set-cookie"))
        for cookie in headers.getlist("set-cookie"):
            if not cookie.startswith(USER_COOKIE_NAME):  # the state of the question goes on
                answer.headers.append("set-cookie", cookie)
        await answer(scope, receive, send)


def _come_back(request: Request, given: list[str]) -> Response:
    """Return the answer to who comes from the provider, with what Streamlit found in it."""
    claims = _claims(given)
    subject = (str(claims.get("iss", "")), str(claims.get("sub", "")))
    if not all(subject) or not _is_meant(claims):
        LOG.warning("A sign-in by the identity provider was refused.")
        return RedirectResponse(_failed(request), 303)
    lang = language_of(urlsplit(_wanted(request)).query)
    email = str(claims.get("email", ""))
    store = open_store() if has_store() else None
    vouched = email if _is_verified(claims) else ""
    person = accounts.of_identity(store, *subject, vouched) if store else None
    if store is None or person is None:
        LOG.warning("Somebody whom the identity provider knows has no account.")
        words = escape(t("sign_in_no_account", lang, email=email or "–"))
        return HTMLResponse(page(t("sign_in_no_account_title", lang), f"<p>{words}</p>", lang), 403)
    end(request.cookies)
    LOG.info("Person %s has signed in by the identity provider.", person.id)
    cookie = sessions.begin(store, person.id, browser=browser_of(request.headers))
    answer = give(RedirectResponse(here(_wanted(request)), 303), cookie)
    answer.delete_cookie(NEXT_COOKIE, path=here(CALLBACK))
    return answer


def _claims(given: list[str]) -> dict[str, object]:
    """Return what the provider says of somebody, from the cookies that Streamlit would give."""
    cookies: dict[str, str] = {}
    for each in given:
        with suppress(CookieError):
            cookies |= {name: morsel.value for name, morsel in SimpleCookie(each).items()}
    said = _get_signed_cookie_with_chunks(cookies, USER_COOKIE_NAME)
    claims = json.loads(said) if said else {}
    return claims if isinstance(claims, dict) else {}


def _is_meant(claims: dict[str, object]) -> bool:
    """Whether this provider says it, and says it to us: Authlib lets either be another's."""
    named = get_secrets_auth_section()
    metadata, client = (
        os.environ.get(setting) or named.get(SETTINGS[setting], "")
        for setting in ("MTQG_OIDC_METADATA_URL", "MTQG_OIDC_CLIENT_ID")
    )
    issuer = str(metadata).partition("/.well-known/")[0]
    told = claims.get("aud")
    audience = told if isinstance(told, list) else [told]
    return str(claims["iss"]).rstrip("/") == issuer.rstrip("/") and client in audience


def _is_verified(claims: dict[str, object]) -> bool:
    """Whether the provider vouches that an e-mail is this person's."""
    vouched = claims.get("email_verified")
    if vouched is None:
        return os.environ.get(TRUST_EMAIL, "") not in ("", "0")
    return str(vouched).lower() == "true"


def _wanted(request: Request) -> str:
    return safe_address(unquote(request.cookies.get(NEXT_COOKIE, "")))


def _failed(request: Request) -> str:
    return f"{here(SIGN_IN)}?failed=1&next={quote(_wanted(request), safe='')}"
