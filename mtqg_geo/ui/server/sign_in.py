"""The page to sign in on, and the ways in and out: plain HTML, no script, nothing of the map.

A form carries what a cookie of the same browser carries too, so that no other site can sign anybody
in as somebody else (login CSRF); whoever signs in gets a new session, and the one their browser may
have had before ends (session fixation).
"""

import hmac
import logging
import secrets
from html import escape
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from mtqg_geo.people import accounts, sessions
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import t
from mtqg_geo.store.engine import has_store, open_store
from mtqg_geo.store.mode import access_mode
from mtqg_geo.ui.server import identity_provider
from mtqg_geo.ui.server.base_address import here
from mtqg_geo.ui.server.limits import LIMITS, Limits
from mtqg_geo.ui.server.own_pages import language_of, page
from mtqg_geo.ui.server.place import address_of, is_behind_tls
from mtqg_geo.ui.server.visitor import (
    ELSEWHERE,
    OUT,
    SIGN_IN,
    browser_of,
    by_cookies,
    cookie_name,
    end,
    give,
    held,
    safe_address,
)

LOG = logging.getLogger(__name__)
ROUTES = (SIGN_IN, OUT, ELSEWHERE)
FORM_COOKIE, FORM_S = "mtqg_form", 3600
MOST_BYTES = 8_192
FORM = Template(Path(__file__).with_name("sign_in.html").read_text(encoding="utf-8"))


def routes(limits: Limits = LIMITS) -> list[Route]:
    """Return the routes by which people come in and go."""

    async def form(request: Request) -> Response:
        wanted = safe_address(request.query_params.get("next", ""))
        if await run_in_threadpool(by_cookies, request.cookies):
            return RedirectResponse(here(wanted), 303)
        said = "sign_in_failed_elsewhere" if "failed" in request.query_params else ""
        return _form(request, wanted, said=said)

    async def sign_in(request: Request) -> Response:
        fields = await _fields(request)
        wanted = safe_address(fields.get("next", ""))
        email, passphrase = fields.get("email", "").strip(), fields.get("passphrase", "")
        known, given = request.cookies.get(FORM_COOKIE, ""), fields.get("form", "")
        if not known or not hmac.compare_digest(known.encode(), given.encode()):
            return _form(request, wanted, email, said="sign_in_old_form", status=403)
        account, address = email.casefold(), address_of(request.scope)
        pair = f"{account} {address}"
        if wait_s := limits.wait_s("sign_in", account=account, address=address, pair=pair):
            LOG.warning("A sign-in was refused: too many tries.")
            return _form(request, wanted, email, said="sign_in_too_often", wait_s=wait_s)
        cookie = await run_in_threadpool(_begun, email, passphrase, request)
        if not cookie:
            LOG.warning("A sign-in was refused: e-mail and passphrase do not belong together.")
            return _form(request, wanted, email, said="sign_in_wrong", status=403)
        return give(RedirectResponse(here(wanted), 303), cookie)

    async def sign_out(request: Request) -> Response:
        await run_in_threadpool(end, request.cookies)
        answer = RedirectResponse(here(SIGN_IN), 303)
        answer.delete_cookie(cookie_name(), **held())
        return answer

    async def elsewhere(request: Request) -> Response:
        if not identity_provider.is_there():
            return RedirectResponse(here(SIGN_IN), 303)
        wanted = safe_address(request.query_params.get("next", ""))
        return identity_provider.ask(wanted)

    return [
        Route(SIGN_IN, _only_signed_in(form), methods=["GET"], name="sign_in"),
        Route(SIGN_IN, _only_signed_in(sign_in), methods=["POST"], name="signed_in"),
        Route(OUT, _only_signed_in(sign_out), methods=["POST"], name="sign_out"),
        Route(ELSEWHERE, _only_signed_in(elsewhere), methods=["GET"], name="sign_in_elsewhere"),
    ]


def without_right(name: str, lang: Lang) -> str:
    """Return the page for who has signed in and was granted nothing yet."""
    words = escape(t("gate_no_right_yet", lang, name=name))
    return page(t("gate_no_right_title", lang), f"<p>{words}</p>{out_form(lang)}", lang)


def out_form(lang: Lang) -> str:
    """Return the button that signs out: a form, for a link could be followed by mistake."""
    return (
        f'<form method="post" action="{here(OUT)}" class="out">'
        f"<button>{escape(t('sign_out', lang))}</button></form>"
    )


def _begun(email: str, passphrase: str, request: Request) -> str:
    """Return the cookie of a new session, "" if nobody has this e-mail and passphrase."""
    if not has_store():
        return ""
    store = open_store()
    person = accounts.check_passphrase(store, email, passphrase)
    if person is None:
        return ""
    end(request.cookies)
    LOG.info("Person %s has signed in.", person.id)
    return sessions.begin(store, person.id, browser=browser_of(request.headers))


def _form(
    request: Request,
    wanted: str,
    email: str = "",
    *,
    said: str = "",
    status: int = 200,
    wait_s: int = 0,
) -> Response:
    """Return the page to sign in on, with what went wrong the last time."""
    lang = language_of(urlsplit(wanted).query)
    key = request.cookies.get(FORM_COOKIE, "") or secrets.token_urlsafe(16)
    texts = {
        "address": here(SIGN_IN), "next": wanted, "form": key, "email": email[:254],
        "email_label": t("sign_in_email", lang), "passphrase_label": t("sign_in_passphrase", lang),
        "go": t("sign_in", lang), "help": t("sign_in_help", lang),
    }  # fmt: skip
    alert = t(said, lang, minutes=-(-wait_s // 60)) if said else ""
    body = FORM.substitute(
        {name: escape(text) for name, text in texts.items()},
        alert=f'<p class="alert" role="alert">{escape(alert)}</p>' if said else "",
        elsewhere=_elsewhere(wanted, lang) if identity_provider.is_there() else "",
    )
    headers = {"Cache-Control": "no-store"} | ({"Retry-After": str(wait_s)} if wait_s else {})
    status = 429 if wait_s else status
    answer = HTMLResponse(page(t("sign_in", lang), body, lang), status, headers)
    answer.set_cookie(
        FORM_COOKIE, key, max_age=FORM_S, path=here(SIGN_IN), secure=is_behind_tls(), httponly=True,
        samesite="strict",
    )  # fmt: skip
    return answer


def _elsewhere(wanted: str, lang: Lang) -> str:
    words = escape(t("sign_in_elsewhere", lang, name=identity_provider.name(lang)))
    return f'<p><a href="{here(ELSEWHERE)}?next={quote(wanted, safe="")}">{words}</a></p>'


async def _fields(request: Request) -> dict[str, str]:
    """Return what a form says, each once; nothing of one that is too large to be ours."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            return {}
    fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=20)
    return {name: values[-1] for name, values in fields.items()}


def _only_signed_in(answer: Any) -> Any:
    """Have a way in only where people sign in; elsewhere the map is what there is."""

    async def answered(request: Request) -> Response:
        if access_mode() != "signed-in":
            return RedirectResponse(here("/"), 303)
        return await answer(request)

    return answered
