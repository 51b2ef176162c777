"""The outermost layer of the desk: who may connect, and what every answer carries."""

from collections.abc import MutableMapping
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

CLOSED_PATHS: Final = frozenset({"/_stcore/metrics"})
"""Streamlit's own counters are for nobody outside: they name our functions."""

POLICY_VIOLATION: Final = 1008
HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "frame-ancestors 'none'",
    # Addresses name customers.
    "Referrer-Policy": "same-origin",
}


class Door:
    """Refuses pages of another origin a connection, and keeps the desk out of other sites."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let in, or not."""
        if scope["type"] == "websocket" and not is_own_origin(Headers(scope=scope)):
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        elif scope["type"] == "http" and scope["path"].rstrip("/") in CLOSED_PATHS:
            await PlainTextResponse("Not found", 404)(scope, receive, send)
        elif scope["type"] == "http":
            await self._app(scope, receive, _with_headers(send))
        else:
            await self._app(scope, receive, send)


def is_own_origin(headers: Headers) -> bool:
    """Tell whether a page of this desk asks; browsers always say, and cannot be made to lie.

    Cookies are shared by all ports of a host, so another port is another origin here.
    """
    return urlsplit(headers.get("origin", "")).netloc == headers.get("host", "-")


def _with_headers(send: Send) -> Send:
    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending
