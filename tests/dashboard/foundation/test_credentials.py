"""Passwords: the same work and the same words for everybody, five tries, then a wait."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo.database import Database

from dashboard.credentials import (
    START_ENDED,
    WRONG,
    CannotSet,
    Credentials,
    Locked,
    MustChoose,
    NotSignedIn,
)
from proto import documents
from tests.desk_process import PASSWORD, add_staff

ReadModels = Database[dict[str, Any]]


@pytest.fixture
def staff_id(database: ReadModels, credentials: Credentials) -> str:
    """Somebody who can sign in; the username is the id."""
    staff_id = add_staff(database)
    credentials.set_password(staff_id, staff_id, PASSWORD, "production")
    return staff_id


def _fail(credentials: Credentials, username: str, times: int) -> None:
    for _ in range(times):
        with pytest.raises(NotSignedIn, match=WRONG):
            credentials.check(username, "not the password")


def test_the_right_password_tells_who_it_is(credentials: Credentials, staff_id: str) -> None:
    """Usernames are compared without regard to case and outer blanks."""
    assert credentials.check(staff_id, PASSWORD) == staff_id
    assert credentials.check(f" {staff_id.upper()} ", PASSWORD) == staff_id


@pytest.mark.parametrize("password", ["not the password", "", " ", "x" * 200, "\0"])
def test_a_wrong_password_and_an_unknown_name_read_the_same(
    credentials: Credentials, staff_id: str, password: str
) -> None:
    """The refusal does not tell which names exist."""
    with pytest.raises(NotSignedIn, match=WRONG):
        credentials.check(staff_id, password)
    with pytest.raises(NotSignedIn, match=WRONG):
        credentials.check("nobody-of-that-name", password)


@pytest.mark.parametrize("name", ["", "nobody-of-that-name", "known"])
def test_after_five_failures_a_name_has_to_wait(
    credentials: Credentials, staff_id: str, name: str
) -> None:
    """Known and unknown names alike; then even the right password has to wait.

    The sentence says for how long, and who can end it.
    """
    username = staff_id if name == "known" else name
    _fail(credentials, username, 5)
    with pytest.raises(Locked, match=r"Too many wrong passwords\. Try again in 15 minutes, or ask"):
        credentials.check(username, PASSWORD)


def test_the_wait_ends(credentials: Credentials, database: ReadModels, staff_id: str) -> None:
    """The lock has a window; after it five new tries count."""
    _fail(credentials, staff_id, 5)
    before = datetime.now(UTC) - timedelta(seconds=1)
    change = {"$set": {"lockedUntil": before, "updatedAt": before - timedelta(minutes=15)}}
    database[documents.CREDENTIALS.name].update_one({"_id": staff_id}, change)
    _fail(credentials, staff_id, 4)
    assert credentials.check(staff_id, PASSWORD) == staff_id


def test_a_sign_in_forgives_the_failures_before_it(credentials: Credentials, staff_id: str) -> None:
    """Four slips, a success, four slips: nobody is locked out."""
    for _ in range(2):
        _fail(credentials, staff_id, 4)
        assert credentials.check(staff_id, PASSWORD) == staff_id


def test_many_tries_at_once_are_no_way_round(credentials: Credentials, staff_id: str) -> None:
    """A try is counted before the password is compared."""

    def compared(_: int) -> bool:
        try:
            credentials.check(staff_id, "not the password")
        except Locked:
            return False
        except NotSignedIn:
            return True
        return False

    with ThreadPoolExecutor(12) as pool:
        assert sum(pool.map(compared, range(12))) <= 5


def test_disabled_staff_cannot_sign_in(credentials: Credentials, database: ReadModels) -> None:
    """Who was disabled in the ledger is nobody at the desk, whatever password they know."""
    staff_id = add_staff(database, enabled=False)
    credentials.set_password(staff_id, staff_id, PASSWORD, "production")
    with pytest.raises(NotSignedIn, match=WRONG):
        credentials.check(staff_id, PASSWORD)


@pytest.mark.parametrize(
    ("password", "reason"),
    [("eleven char", "at least 12"), (" twelve chars", "space"), ("ä" * 40, "72 bytes")],
)
def test_a_weak_password_is_not_set(credentials: Credentials, password: str, reason: str) -> None:
    """In production; the demo may be shorter, and is no more than a demo."""
    with pytest.raises(CannotSet, match=reason):
        credentials.set_password("staff-support", "support", password, "production")
    credentials.set_password("staff-support", "support", "short", "demo")


def test_a_username_belongs_to_one_person(credentials: Credentials, staff_id: str) -> None:
    """Two people under one name could not be told apart."""
    with pytest.raises(CannotSet, match="belongs to somebody else"):
        credentials.set_password("staff-other", staff_id.upper(), PASSWORD, "production")


def test_a_password_is_stored_as_its_hash(
    credentials: Credentials, database: ReadModels, staff_id: str
) -> None:
    """Who reads the database learns no password."""
    assert credentials.check(staff_id, PASSWORD) == staff_id
    stored = database[documents.CREDENTIALS.name].find_one({"_id": staff_id})
    assert stored is not None
    assert PASSWORD not in str(stored)
    assert str(stored["passwordHash"]).startswith("$2")


def _start(credentials: Credentials, staff_id: str, password: str) -> MustChoose:
    with pytest.raises(MustChoose) as start:
        credentials.check(staff_id, password)
    return start.value


def test_a_start_password_opens_nothing_but_the_choice_of_ones_own(
    credentials: Credentials, staff_id: str
) -> None:
    """Who gave it knows it; from the choice on only its owner knows what opens the desk."""
    given = credentials.give_start_password(staff_id, staff_id, "staff-admin")
    with pytest.raises(NotSignedIn, match=WRONG):
        credentials.check(staff_id, PASSWORD)
    start = _start(credentials, staff_id, given)
    with pytest.raises(CannotSet, match="another password"):
        credentials.choose(start, given, "production")
    with pytest.raises(CannotSet, match="at least 12"):
        credentials.choose(start, "short", "production")
    credentials.choose(start, "a password of my own", "production")
    assert credentials.check(staff_id, "a password of my own") == staff_id
    with pytest.raises(NotSignedIn, match=WRONG):
        credentials.check(staff_id, given)


def test_a_choice_that_another_start_password_overtook_is_refused(
    credentials: Credentials, staff_id: str
) -> None:
    """A tab that was left open at the choice is no way around a reset."""
    first = credentials.give_start_password(staff_id, staff_id, "staff-admin")
    start = _start(credentials, staff_id, first)
    second = credentials.give_start_password(staff_id, staff_id, "staff-admin")
    with pytest.raises(CannotSet, match=START_ENDED):
        credentials.choose(start, "a password of my own", "production")
    assert _start(credentials, staff_id, second).staff_id == staff_id


def test_a_start_password_that_nobody_used_ends(
    credentials: Credentials, database: ReadModels, staff_id: str
) -> None:
    """After its week the owner needs another; the administrator sees how it stands."""
    given = credentials.give_start_password(staff_id, staff_id, "staff-admin")
    state = credentials.state(staff_id)
    assert state is not None
    assert (state.set_by, state.start_until is None) == ("staff-admin", False)
    past = {"$set": {"startUntil": datetime.now(UTC) - timedelta(seconds=1)}}
    database[documents.CREDENTIALS.name].update_one({"_id": staff_id}, past)
    with pytest.raises(NotSignedIn, match=START_ENDED):
        credentials.check(staff_id, given)


def test_a_start_password_ends_a_lock(credentials: Credentials, staff_id: str) -> None:
    """Who has locked themselves out is let in by a reset."""
    _fail(credentials, staff_id, 5)
    _start(credentials, staff_id, credentials.give_start_password(staff_id, staff_id, "staff-a"))
