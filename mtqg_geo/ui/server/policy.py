"""What a page may load: nothing from another host, whatever a text in it says."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class SamePlaceOnly:
    """ASGI middleware that adds a Content-Security-Policy to every HTTP answer.

    Pictures, fonts and connections come from this server only; the origin of the configured
    background tiles, if any, is added for pictures.
    """

    def __init__(self, app: ASGIApp, *, tile_url: str | None = None) -> None:
        self.app = app
        parts = urlsplit(tile_url or "")
        host = parts.netloc.replace("{s}", "*") if parts.netloc else ""
        tiles = f" {parts.scheme}://{host}" if host else ""
        self.policy = "; ".join(
            (
                f"img-src 'self' data: blob:{tiles}",
                "font-src 'self' data:",
                "media-src 'self' data: blob:",
                "connect-src 'self' ws: wss: data: blob:",
                "object-src 'none'",
                "form-action 'self'",
            )
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the header to the answer."""

        async def send_with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Content-Security-Policy"] = self.policy
            await send(message)

        await self.app(scope, receive, send_with_policy if scope["type"] == "http" else send)
