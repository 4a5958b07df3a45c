"""Where a page asks for a file that takes a while: its place, how far it is, the file.

`POST /files/{token}?asker=…` asks for it, and again as long as somebody waits: it answers after a
second at most, at once when the file is there. `GET` gives the file, `DELETE` gives it up.
"""

import asyncio
import re
from concurrent.futures import CancelledError
from contextlib import suppress
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from geo.jobs import Job, JobStopped, Queue, QueueFull
from mtqg_geo.communes.names import without_accents
from mtqg_geo.programme.errors import StoreError
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import number, t
from mtqg_geo.store.rights import NOBODY
from mtqg_geo.ui.server.connections import is_loopback
from mtqg_geo.ui.server.heavy import Desk, Offer, Wish, turn_of
from mtqg_geo.ui.server.own_pages import failure_words, language_of
from mtqg_geo.ui.server.place import address_of

HELD_S = 1.0  # how long an answer waits for news
# Who has not asked again for so long has closed the page; of a hidden one a browser lets the
# script ask once a minute.
PATIENCE_S = 90.0
RETRY_S = 30  # what a program is told to wait when the queue is full
ASKER_CHARS = 64
PLAIN = {"Cache-Control": "no-store"}


def routes(desk: Desk) -> list[Route]:
    """Return the routes of the files that a desk offers."""

    async def answer(request: Request) -> Response:
        offer, queue = desk.offered(request.path_params["token"]), desk.queue
        if offer is None or queue is None:
            words = t("files_gone", language_of(request.url.query))
            return JSONResponse({"state": "failed", "words": words}, 404, headers=PLAIN)
        if request.method in ("GET", "HEAD"):
            return await _file(request, queue, offer)
        asker = request.query_params.get("asker", "")[:ASKER_CHARS]
        if request.method == "DELETE":
            queue.leave(offer.wish, asker)
            return Response(status_code=204, headers=PLAIN)
        try:
            given = (offer.wish, offer.wish.call, asker)
            job = queue.ask(*given, whose=whose(request), patience_s=PATIENCE_S)
        except QueueFull as full:
            return JSONResponse(_failed(offer.wish.lang, full), 503, headers=PLAIN)
        await _settled(job, HELD_S)
        return JSONResponse(told(queue, job, offer.wish.lang), headers=PLAIN)

    return [Route("/files/{token}", answer, methods=["GET", "POST", "DELETE"], name="files")]


async def _file(request: Request, queue: Queue, offer: Offer) -> Response:
    content = await made(request, queue, offer.wish)
    if isinstance(content, Response):
        return content
    headers = PLAIN | {"Content-Disposition": content_disposition(offer.file_name)}
    return Response(content, media_type=offer.media_type, headers=headers)


async def made(request: Request, queue: Queue, wish: Wish) -> bytes | Response:
    """Return a file once its turn has come, or why there is none.

    A client that leaves gives it up. A full queue is 503, with the time after which to ask again.
    """
    me = object()
    try:
        job = queue.ask(wish, wish.call, me, whose=whose(request))
    except QueueFull as full:
        return _said(wish.lang, full)
    try:
        while not await _settled(job, HELD_S):
            if await request.is_disconnected():
                return Response(status_code=499)  # nobody reads it
        return job.done.result()
    except Exception as error:
        return _said(wish.lang, error)
    finally:
        queue.leave(wish, me)


def whose(request: Request) -> str:
    """Return for whom a file is made, who has one turn a round: who signed in, else an address.

    The loopback's is nobody's: a proxy that does not say for whom it asks stands for everybody.
    """
    address = address_of(request.scope)
    known = turn_of(getattr(request.state, "who", NOBODY))  # by cookie or token
    return known or ("" if is_loopback(address) else address)


def content_disposition(file: str) -> str:
    """Say under which name a file is kept (RFC 6266), letters outside ASCII in UTF-8 (RFC 8187).

    >>> print(content_disposition("roads_2023.csv"))
    attachment; filename="roads_2023.csv"
    >>> print(content_disposition("Đại Sơn.csv"))
    attachment; filename="Dai Son.csv"; filename*=UTF-8''%C4%90%E1%BA%A1i%20S%C6%A1n.csv
    """
    plain = without_accents(file).encode("ascii", "replace").decode().replace("?", "_")
    plain = re.sub(r'["\\\x00-\x1f\x7f]', "_", plain)
    in_full = "" if plain == file else f"; filename*=UTF-8''{quote(file, safe='')}"
    return f'attachment; filename="{plain}"{in_full}'


def told(queue: Queue, job: Job, lang: Lang) -> dict[str, object]:
    """Say how far a job is: `waiting`, `running`, `done` or `failed`, in words too.

    `share` is what is done of it, from 0 to 1; 0 where that is not known.
    """
    if job.done.done():
        error = CancelledError() if job.done.cancelled() else job.done.exception()
        if error is not None:
            return _failed(lang, error)
        return {"state": "done", "share": 1.0, "words": t("files_done", lang)}
    if job.worker is None:
        before = number(queue.before(job), lang)
        return {"state": "waiting", "share": 0.0, "words": t("files_waiting", lang, count=before)}
    percent = number(100 * job.share, lang)
    words = t("files_share", lang, percent=percent) if job.share else t("files_running", lang)
    return {"state": "running", "share": job.share, "words": words}


async def _settled(job: Job, wait_s: float) -> bool:
    """Wait for the end of a job, no longer than so many seconds; say whether it has come."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()

    def tell(_: object) -> None:
        with suppress(RuntimeError):  # the loop is closed: the server has stopped
            loop.call_soon_threadsafe(ended.set)

    job.done.add_done_callback(tell)
    with suppress(TimeoutError):
        await asyncio.wait_for(ended.wait(), wait_s)
    return job.done.done()


def _said(lang: Lang, error: BaseException) -> Response:
    is_later = isinstance(error, QueueFull | JobStopped | CancelledError | StoreError)
    headers = PLAIN | ({"Retry-After": str(RETRY_S)} if is_later else {})
    words = str(_failed(lang, error)["words"])
    return PlainTextResponse(words, status_code=503 if is_later else 500, headers=headers)


def _failed(lang: Lang, error: BaseException) -> dict[str, object]:
    words = {QueueFull: "files_full", JobStopped: "files_stopped", CancelledError: "files_stopped"}
    if type(error) in words:
        return {"state": "failed", "words": t(words[type(error)], lang)}
    said = failure_words(error if isinstance(error, Exception) else RuntimeError(), lang)
    return {"state": "failed", "words": said}
