"""What an application answers, without a server or a client library."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    cookies: tuple[str, ...] = ()


def run(coroutine):
    """Run what is awaited; not in the thread of the test, where a browser may have left a running loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


def ask(
    app,
    path,
    *,
    query="",
    headers=None,
    method="GET",
    body=b"",
    client="127.0.0.1",
    by=run,
    **scope,
):
    headers = {"host": "localhost"} | (headers or {})
    names = {name.encode(): value.encode() for name, value in headers.items()}
    scope = {
        "type": "http", "method": method, "path": path, "query_string": query.encode(),
        "headers": list(names.items()), "http_version": "1.1", "root_path": "",
        "client": (client, 50000), **scope,
    }  # fmt: skip
    sent, parts = [], [{"type": "http.request", "body": body, "more_body": False}]

    async def receive():
        return parts.pop() if parts else await asyncio.Future()  # a client that stays

    async def send(message):
        sent.append(message)

    by(app(scope, receive, send))
    start, *parts = sent
    return Answer(
        status=start["status"],
        headers={name.decode(): value.decode() for name, value in start["headers"]},
        body=b"".join(part.get("body", b"") for part in parts),
        cookies=tuple(value.decode() for name, value in start["headers"] if name == b"set-cookie"),
    )
