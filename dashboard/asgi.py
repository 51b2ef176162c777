"""The desk as one application: Streamlit's pages and our few routes beside them."""

from pathlib import Path
from typing import Final

import msgspec
import redis
import streamlit as st
from msgspec import Struct
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dashboard import left_pages, readiness, services
from dashboard.components.echo import accept_callbacks_that_draw
from dashboard.components.notices import show_script_error
from dashboard.door import Door, is_own_origin
from dashboard.session import COOKIE
from dashboard.sessions import AGE_MAX, hashed

APP: Final = Path(__file__).resolve().with_name("app.py")
BODY_BYTES_MAX: Final = 1_024
FORBIDDEN: Final = 403
UNAUTHORIZED: Final = 401
UNAVAILABLE: Final = 503
NO_STORE: Final = {"Cache-Control": "no-store"}


class Login(Struct, forbid_unknown_fields=True):
    """What the sign-in page posts."""

    ticket: str


def _is_same_origin(request: Request) -> bool:
    """Tell whether the post comes from a page of this desk; browsers cannot forge Origin."""
    site = request.headers.get("sec-fetch-site", "same-origin")
    return site == "same-origin" and is_own_origin(request.headers)


async def login(request: Request) -> Response:
    """Turn a ticket into a session and its cookie; the browser's earlier session ends."""
    if not _is_same_origin(request):
        return _refusal(FORBIDDEN, "This did not come from the desk's own page.")
    ticket = await _ticket(request)
    if ticket is None:
        return _refusal(UNAUTHORIZED, "There is no ticket in it.")
    earlier = request.cookies.get(COOKIE, "")
    try:
        secret = await run_in_threadpool(services.sessions().redeem, ticket, replaces=earlier)
    except redis.RedisError:
        return _refusal(UNAVAILABLE, "The store of sign-ins does not answer.")
    if secret is None:
        return _refusal(UNAUTHORIZED, "The ticket was used or is too old. Sign in again.")
    response = Response(status_code=204, headers=NO_STORE)
    response.set_cookie(
        COOKIE,
        secret,
        max_age=int(AGE_MAX.total_seconds()),
        path="/",
        secure=_is_secure(request),
        httponly=True,
        samesite="lax",
    )
    return response


async def _ticket(request: Request) -> str | None:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            return None
    try:
        return msgspec.json.decode(body, type=Login).ticket
    except msgspec.DecodeError:
        return None


async def logout(request: Request) -> Response:
    """End the browser's session on the server, and delete its cookie."""
    if not _is_same_origin(request):
        return _refusal(FORBIDDEN, "This did not come from the desk's own page.")
    secret = request.cookies.get(COOKIE, "")
    try:
        await run_in_threadpool(services.sessions().end, hashed(secret))
    except redis.RedisError:
        return _refusal(UNAVAILABLE, "The store of sign-ins does not answer; you are signed in.")
    response = Response(status_code=204, headers=NO_STORE)
    response.delete_cookie(
        COOKIE, path="/", secure=_is_secure(request), httponly=True, samesite="lax"
    )
    return response


async def readyz(_request: Request) -> Response:
    """Answer 200 only when everything that the desk needs is up, otherwise 503."""
    parts = await run_in_threadpool(readiness.parts)
    ready = all(state == "up" for state in parts.values())
    return JSONResponse(
        {"ready": ready, "parts": parts}, 200 if ready else UNAVAILABLE, headers=NO_STORE
    )


def _is_secure(request: Request) -> bool:
    return request.url.scheme == "https" or services.settings().app_mode == "production"


def _refusal(status: int, sentence: str) -> Response:
    return JSONResponse({"sentence": sentence}, status, headers=NO_STORE)


accept_callbacks_that_draw()
left_pages.are_left_alone()

app = st.App(
    str(APP),
    routes=[
        Route("/auth/login", login, methods=["POST"]),
        Route("/auth/logout", logout, methods=["POST"]),
        Route("/readyz", readyz, methods=["GET"]),
    ],
    middleware=[Middleware(Door)],
    on_script_error=show_script_error,
)
