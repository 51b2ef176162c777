"""The running desk's own routes and command line."""

import http.client
import json
import time
from http import HTTPStatus
from typing import Any

import pytest
import redis
from pymongo.database import Database

from dashboard.session import COOKIE
from dashboard.sessions import Sessions, hashed
from tests.dashboard.foundation.beats import beat
from tests.dashboard.foundation.ledger_process import OutsideLedger
from tests.desk_process import OTHER_NAME, PASSWORD, DeskProcess, add_staff, run_dashboard


def _cookie(headers: dict[str, str]) -> tuple[str, str]:
    """Give the cookie's value and the rest of its line."""
    pair, _, attributes = headers["set-cookie"].partition(";")
    name, _, value = pair.partition("=")
    assert name == COOKIE
    return value.strip('"'), attributes.lower()


def test_a_ticket_becomes_a_cookie_that_scripts_cannot_read(
    desk: DeskProcess, sessions: Sessions
) -> None:
    """HttpOnly, SameSite, of 256 random bits; the session is on the server."""
    status, headers, _ = desk.post_ticket(sessions.issue_ticket("staff-support"))
    secret, attributes = _cookie(headers)
    assert status == HTTPStatus.NO_CONTENT
    assert len(secret) >= 43
    assert "httponly" in attributes
    assert "samesite=lax" in attributes
    assert "secure" not in attributes
    assert sessions.find(hashed(secret)) is not None


def test_behind_tls_the_cookie_is_secure(desk: DeskProcess, sessions: Sessions) -> None:
    """The proxy in front of the desk says so."""
    ticket = sessions.issue_ticket("staff-support")
    _, headers, _ = desk.post_ticket(ticket, X_Forwarded_Proto="https")
    assert "secure" in _cookie(headers)[1]


def test_a_ticket_works_once(desk: DeskProcess, sessions: Sessions) -> None:
    """Posted again it is refused."""
    ticket = sessions.issue_ticket("staff-support")
    assert desk.post_ticket(ticket)[0] == HTTPStatus.NO_CONTENT
    assert desk.post_ticket(ticket)[0] == HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b'{"ticket":7}', b"{" * 5_000])
def test_a_malformed_sign_in_is_refused(desk: DeskProcess, body: bytes) -> None:
    """Whatever is posted, the desk stays calm."""
    assert desk.call("POST", "/auth/login", body)[0] == HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize("route", ["/auth/login", "/auth/logout"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": ""},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
    ],
)
def test_another_site_can_neither_sign_in_nor_out(
    desk: DeskProcess, sessions: Sessions, route: str, headers: dict[str, str]
) -> None:
    """Posts are taken from the desk's own pages only; the ticket stays good."""
    ticket = sessions.issue_ticket("staff-support")
    body = json.dumps({"ticket": ticket}).encode()
    assert desk.call("POST", route, body, **headers)[0] == HTTPStatus.FORBIDDEN
    assert sessions.redeem(ticket) is not None


def test_a_new_sign_in_ends_the_browsers_old_session(desk: DeskProcess, sessions: Sessions) -> None:
    """The id in the cookie rotates."""
    earlier = sessions.start("staff-support")
    ticket = sessions.issue_ticket("staff-support")
    _, headers, _ = desk.post_ticket(ticket, Cookie=f"{COOKIE}={earlier}")
    assert sessions.find(hashed(earlier)) is None
    assert sessions.find(hashed(_cookie(headers)[0])) is not None


def test_a_sign_out_ends_the_session_and_the_cookie(desk: DeskProcess, sessions: Sessions) -> None:
    """On the server first: a copy of the cookie opens nothing."""
    secret = sessions.start("staff-support")
    status, headers, _ = desk.call("POST", "/auth/logout", Cookie=f"{COOKIE}={secret}")
    assert status == HTTPStatus.NO_CONTENT
    assert "max-age=0" in _cookie(headers)[1]
    assert sessions.find(hashed(secret)) is None


@pytest.mark.parametrize("route", ["/auth/login", "/auth/logout"])
def test_the_routes_take_posts_only(desk: DeskProcess, sessions: Sessions, route: str) -> None:
    """A link or an image cannot sign anybody in or out."""
    secret = sessions.start("staff-support")
    status, headers, _ = desk.call("GET", route, Cookie=f"{COOKIE}={secret}")
    assert status != HTTPStatus.NO_CONTENT
    assert COOKIE not in headers.get("set-cookie", "")
    assert sessions.find(hashed(secret)) is not None


def _ready(desk: DeskProcess) -> tuple[int, dict[str, Any]]:
    status, _, body = desk.call("GET", "/readyz")
    told: dict[str, Any] = json.loads(body)
    return status, told["parts"]


def test_readyz_is_200_only_when_all_parts_are_up(
    desk: DeskProcess, desk_database: Database[dict[str, Any]]
) -> None:
    """503 names the part that is down; nothing in it tells where the parts are."""
    beat(desk_database, age_seconds=3_600)
    assert _ready(desk) == (
        HTTPStatus.SERVICE_UNAVAILABLE,
        {"mongodb": "up", "redis": "up", "ledger": "down", "projector": "down"},
    )
    with OutsideLedger(desk.environ["LEDGER_SERVICE_URL"]):
        deadline = time.monotonic() + 60
        status, parts = _ready(desk)
        while status != HTTPStatus.OK and time.monotonic() < deadline:
            beat(desk_database)
            status, parts = _ready(desk)
            time.sleep(0.1)
    assert parts == {"mongodb": "up", "redis": "up", "ledger": "up", "projector": "up"}
    assert b"127.0.0.1" not in desk.call("GET", "/readyz")[2]


def test_a_password_is_set_from_the_command_line(
    desk: DeskProcess, desk_database: Database[dict[str, Any]], sessions: Sessions
) -> None:
    """It comes on standard input, never as an argument, and ends every session of theirs."""
    staff_id = add_staff(desk_database)
    secret = sessions.start(staff_id)
    arguments = ("set-password", "--staff-id", staff_id, "--username", staff_id)
    done = run_dashboard(*arguments, environ=desk.environ, typed=f"{PASSWORD}\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{staff_id} can sign in now.\n"
    assert sessions.find(hashed(secret)) is None


def test_production_takes_no_short_password(desk: DeskProcess) -> None:
    """One sentence and an exit status that a script can see."""
    environ = {**desk.environ, "APP_MODE": "production"}
    arguments = ("set-password", "--staff-id", "staff-x", "--username", "x")
    done = run_dashboard(*arguments, environ=environ, typed="short\n")
    assert done.returncode == 2
    assert done.stderr == "The password needs at least 12 characters.\n"


def test_a_taken_port_is_told_in_one_sentence(desk: DeskProcess) -> None:
    """With the remedy, and without a trace."""
    done = run_dashboard(environ=desk.environ)
    assert done.returncode == 2
    assert done.stderr == f"Port {desk.port} is taken: set DASHBOARD_PORT to another one.\n"


def test_a_missing_setting_is_told_in_one_sentence(desk: DeskProcess) -> None:
    """The desk does not start half."""
    done = run_dashboard(environ={**desk.environ, "REDIS_URL": ""})
    assert done.returncode == 2
    assert done.stderr.startswith("REDIS_URL is not set: set it to the address of Redis")


def test_a_lost_store_of_sessions_refuses_calmly(
    desk: DeskProcess, sessions: Sessions, streams: redis.Redis
) -> None:
    """Emptied Redis means that everybody signs in again, no more."""
    ticket = sessions.issue_ticket("staff-support")
    streams.flushall()
    assert desk.post_ticket(ticket)[0] == HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize(
    ("origin", "host", "status"),
    [
        ("", "", 101),
        ("http://evil.example", "", 403),
        ("http://127.0.0.1:1", "", 403),
        ("null", "", 403),
        (f"https://{OTHER_NAME}", OTHER_NAME, 101),
        (f"https://{OTHER_NAME}", "", 403),
        ("https://evil.example", "evil.example", 403),
    ],
)
def test_only_the_desks_own_pages_connect(
    desk: DeskProcess, origin: str, host: str, status: int
) -> None:
    """Under the loopback's names and those of the settings, and only from the same origin.

    Cookies go to every port of a host: a page of another port is another site here.
    """
    headers = {
        "Host": host or f"127.0.0.1:{desk.port}",
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Protocol": "streamlit",
        "Origin": origin or desk.url,
    }
    connection = http.client.HTTPConnection("127.0.0.1", desk.port, timeout=60)
    connection.request("GET", "/_stcore/stream", headers=headers)
    assert connection.getresponse().status == status
    connection.close()


@pytest.mark.parametrize("path", ["/", "/customer?id=CUS-12345", "/readyz"])
def test_no_other_site_frames_the_desk_or_learns_an_address(desk: DeskProcess, path: str) -> None:
    """Every answer says so, ours and Streamlit's."""
    _, headers, _ = desk.call("GET", path)
    told = {name.lower(): value for name, value in headers.items()}
    assert told["x-frame-options"] == "DENY"
    assert told["referrer-policy"] == "same-origin"
    assert told["x-content-type-options"] == "nosniff"


def test_streamlits_counters_are_not_for_the_public(desk: DeskProcess) -> None:
    """They would name our functions and how many people work."""
    assert desk.call("GET", "/_stcore/metrics")[0] == 404
