"""What a browser shows before Streamlit's scripts have drawn, and for what is not there or failed.

Streamlit serves one page: white, titled "Streamlit", in English, until a megabyte of scripts has
come and drawn. `first_frame` writes our title and language into it, a frame that says in words what
is on its way, our sheet, and the script that words the rest (`own_words`).
"""

import logging
import re
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from geo.errors import GeoError
from mtqg_geo.programme.errors import MtqgError, StoreError
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.unforeseen import logged
from mtqg_geo.programme.words import error_text, t
from mtqg_geo.store.mode import access_mode
from mtqg_geo.ui.server.base_address import here
from mtqg_geo.ui.server.own_words import script
from mtqg_geo.ui.styles import page_sheet

PAGES = ("map", "progress", "works", "load", "data")  # as in mtqg_geo/ui/main.py
OF_PEOPLE = "people"  # where people sign in
START = PAGES[0]  # is at the root
FOLDER = "own"  # of the address of the script
RETRY_S = 30  # when to ask again for what a store did not give
FRAME = Template(Path(__file__).with_name("first_frame.html").read_text(encoding="utf-8"))
SENTENCE = Template(Path(__file__).with_name("own_page.html").read_text(encoding="utf-8"))
NO_SCRIPT = re.compile(r"<noscript>.*?</noscript>", re.DOTALL)


def pages() -> tuple[str, ...]:
    """Return the last part of the address of each page there is."""
    return (*PAGES, OF_PEOPLE) if access_mode() == "signed-in" else PAGES


def language_of(query: str) -> Lang:
    """Return the language a link asks for."""
    return "en" if parse_qs(query).get("lang", ["vi"])[-1] == "en" else "vi"


def first_frame(html: str, page: str, query: str) -> str:
    """Return Streamlit's page with our frame in it; other HTML as it is.

    Parameters
    ----------
    page
        The last part of the address; "" is the map's.
    query
        Of the address, which may name the language.
    """
    root = '<div id="root"></div>'
    if root not in html:
        return html
    lang = language_of(query)
    app = escape(t("app_name", lang))
    name = t(f"page_{page or START}", lang)
    words = {
        "app": app,
        "loading": t("frame_loading", lang, page=name),
        "late": t("frame_late", lang),
    }
    frame = FRAME.substitute({key: escape(text) for key, text in words.items()} | {"app": app})
    html = html.replace('<html lang="en">', f'<html lang="{lang}">', 1)
    html = html.replace("<title>Streamlit</title>", f"<title>{app}</title>", 1)
    html = NO_SCRIPT.sub(
        f"<noscript>{escape(t('frame_no_script', lang))}</noscript>", html, count=1
    )
    # After Streamlit's own rules, over which ours go.
    sheet = f'<link rel="stylesheet" href="./assets/{page_sheet()[0]}">'
    words_script = f'<script defer src="./{FOLDER}/{script()[0]}"></script>'
    return html.replace(root, f"{frame}{sheet}{words_script}\n    {root}", 1)


def no_such_page(name: str, query: str) -> str:
    """Return the answer to an unknown address: a sentence, and links that keep what was chosen."""
    lang = language_of(query)
    words = t("no_such_page", lang, name=name[:40])
    return _sentence(t("no_such_page_title", lang), words, query)


def failed(request: Request, error: Exception) -> Response:
    """Answer when the server itself failed; what it was stands in its log."""
    query = request.url.query
    lang = language_of(query)
    words = failure_words(error, lang)
    status, headers = 500, {"Cache-Control": "no-store"}
    if isinstance(error, StoreError):  # which may come back
        status, headers["Retry-After"] = 503, str(RETRY_S)
    if "text/html" in request.headers.get("accept", ""):
        page = _sentence(failure_title(error, lang), words, query)
        return HTMLResponse(page, status_code=status, headers=headers)
    return PlainTextResponse(words, status_code=status, headers=headers)


# An error that is named here ends with its answer; any other one is raised on to the server.
HANDLERS = {StoreError: failed, Exception: failed}


def failure_title(error: Exception, lang: Lang) -> str:
    """Say in a few words what the reader has before them."""
    return t("failed_store_title" if isinstance(error, StoreError) else "failed_title", lang)


def failure_words(error: Exception, lang: Lang) -> str:
    """Say what went wrong to who can do something about it.

    Errors of ours, such as a store that cannot be opened, say it themselves. Of others nothing is
    repeated, for they may tell what is nobody's business, but the number they have in the log.
    """
    if isinstance(error, MtqgError | GeoError):
        logging.getLogger(__name__).warning("%s", error)
        return error_text(error, lang)
    return t("failed", lang, number=logged(error))


def _sentence(title: str, words: str, query: str) -> str:
    lang = language_of(query)
    chosen = f"?{query}" if query else ""
    links = "".join(
        f'<li><a href="{here("/")}{escape("" if name == START else name)}{escape(chosen)}">'
        f"{escape(t(f'page_{name}', lang))}</a></li>"
        for name in pages()
    )
    return page(title, f"<p>{escape(words)}</p><ul>{links}</ul>", lang)


def page(title: str, body: str, lang: Lang) -> str:
    """Return a page of ours that runs no script.

    Parameters
    ----------
    body
        HTML, in which what came from outside is escaped.
    """
    texts = {"title": title, "app": t("app_name", lang), "lang": lang}
    return SENTENCE.substitute({key: escape(text) for key, text in texts.items()}, body=body)
