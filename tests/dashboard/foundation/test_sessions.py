"""Sessions live on the server; what the browser holds is worth nothing without it."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
import redis

from dashboard.sessions import Session, SessionEnded, Sessions, hashed
from tests.ports import free_port


def _redeemed(sessions: Sessions, staff_id: str = "staff-support", replaces: str = "") -> str:
    secret = sessions.redeem(sessions.issue_ticket(staff_id), replaces=replaces)
    assert secret is not None
    return secret


def test_a_ticket_opens_one_session(sessions: Sessions) -> None:
    """Who overhears a ticket after its use has nothing."""
    ticket = sessions.issue_ticket("staff-support")
    secret = sessions.redeem(ticket)
    assert secret is not None
    found = sessions.find(hashed(secret))
    assert found is not None
    assert found.staff_id == "staff-support"
    assert sessions.redeem(ticket) is None


def test_a_ticket_lasts_seconds(sessions: Sessions, streams: redis.Redis) -> None:
    """It is redeemed by the page that got it, at once or never."""
    sessions.issue_ticket("staff-support")
    (key,) = streams.keys("sign-in-ticket:*")
    assert 0 < int(streams.ttl(key)) <= 20


def test_a_made_up_ticket_opens_nothing(sessions: Sessions) -> None:
    """Only the server issues tickets."""
    assert sessions.redeem("made-up") is None


def test_a_sign_in_ends_the_browsers_earlier_session(sessions: Sessions) -> None:
    """A session id that was planted before the sign-in is worth nothing after it."""
    earlier = _redeemed(sessions)
    later = _redeemed(sessions, replaces=earlier)
    assert sessions.find(hashed(earlier)) is None
    assert sessions.find(hashed(later)) is not None


def test_the_store_holds_no_secret(sessions: Sessions, streams: redis.Redis) -> None:
    """Who reads Redis can sign in as nobody: it knows hashes only."""
    ticket = sessions.issue_ticket("staff-admin")
    secret = _redeemed(sessions)
    names = streams.keys("*")
    held = f"{names!r} {[streams.dump(name) for name in names]!r}"
    assert len(names) >= 2
    assert secret not in held
    assert ticket not in held


def test_a_session_has_a_last_hour(sessions: Sessions, streams: redis.Redis) -> None:
    """Twelve hours after the sign-in it ends, however busy its owner is."""
    secret = _redeemed(sessions)
    old = Session(hashed(secret), "staff-support", datetime.now(UTC) - timedelta(hours=12))
    streams.set(f"session:{hashed(secret)}", msgspec.json.encode(old))
    assert sessions.find(hashed(secret)) is None


def test_looking_at_a_session_does_not_keep_it_alive(
    sessions: Sessions, streams: redis.Redis
) -> None:
    """Screens refresh by themselves; only what a person does counts against idleness."""
    secret = _redeemed(sessions)
    key = f"session:{hashed(secret)}"
    streams.expire(key, 100)
    session = sessions.find(hashed(secret))
    assert session is not None
    assert int(streams.ttl(key)) <= 100
    sessions.touch(session)
    assert int(streams.ttl(key)) > 3_500


def test_a_touch_never_revives_an_ended_session(sessions: Sessions) -> None:
    """A click that races the sign-out loses."""
    secret = _redeemed(sessions)
    session = sessions.find(hashed(secret))
    assert session is not None
    sessions.end(hashed(secret))
    sessions.touch(session)
    assert sessions.find(hashed(secret)) is None


@pytest.mark.parametrize("count", [0, 1, 3])
def test_all_sessions_of_one_person_can_be_ended(sessions: Sessions, count: int) -> None:
    """After a change of password every browser signs in again, and nobody else's does."""
    secrets = [_redeemed(sessions) for _ in range(count)]
    other = _redeemed(sessions, "staff-admin")
    assert sessions.end_all_of("staff-support") == count
    assert [sessions.find(hashed(secret)) for secret in secrets] == [None] * count
    assert sessions.find(hashed(other)) is not None


def test_without_the_store_nobody_counts_as_signed_in() -> None:
    """Whether a session lives cannot be told, so nothing is sent on its behalf."""
    nowhere = redis.Redis(port=free_port(), socket_connect_timeout=1)
    with pytest.raises(SessionEnded, match="cannot be checked now, so nothing was sent"):
        Sessions(nowhere).check_alive("a session")
