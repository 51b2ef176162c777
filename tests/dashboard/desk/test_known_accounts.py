"""Accounts of an outside feed: served where the ledger in use knows them, else for reading."""

from collections.abc import Iterator

import grpc
import pytest

from dashboard.known_accounts import KEPT_SECONDS, KnownAccounts
from dashboard.ledger_client import Caller, LedgerClient
from dashboard.queries.accounts import AccountView
from proto import accounting_ledger_pb2 as ledger
from proto.codec import from_mongo, to_mongo
from proto.values import Money
from tests.dashboard.desk.portfolio import account
from tests.dashboard.desk.recording_ledger import RecordingLedger, says_no
from tests.ports import free_port

SARAH = Caller("staff-support", "session-1")
OUTSIDE = from_mongo(AccountView, to_mongo(account(ver=None)))
BALANCE = ledger.GetBalanceResponse(
    loan_account_id="ACC-1",
    principal_balance="200.00",
    fee_balance="45.00",
    total_outstanding="245.00",
)


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


@pytest.fixture
def books() -> Iterator[RecordingLedger]:
    """An older ledger of somebody else's."""
    server = RecordingLedger(free_port(), extended_fields=False)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def clock() -> Clock:
    """The test's own time."""
    return Clock()


@pytest.fixture
def known(books: RecordingLedger, clock: Clock) -> Iterator[KnownAccounts]:
    """What the desk knows of accounts, at first nothing."""
    client = LedgerClient(books.address, lambda *_: "token")
    yield KnownAccounts(client, clock)
    client.close()


def test_an_account_with_a_version_is_not_asked_about(
    known: KnownAccounts, books: RecordingLedger
) -> None:
    """Our own ledger's events gave it the version."""
    assert known.look(from_mongo(AccountView, to_mongo(account())), SARAH).is_served
    assert books.calls == []


def test_what_the_ledger_does_not_know_is_for_reading(
    known: KnownAccounts, books: RecordingLedger
) -> None:
    """The sentence says why, and the ledger is asked once."""
    for _ in range(3):
        found = known.look(OUTSIDE, SARAH)
        assert not found.is_served
        assert "does not know it" in found.sentence
    assert len(books.calls) == 1


def test_what_the_ledger_knows_is_served_with_its_parts(
    known: KnownAccounts, books: RecordingLedger
) -> None:
    """Principal and fees come from the ledger where the feed told the total alone."""
    books.balances["ACC-1"] = BALANCE
    found = known.look(OUTSIDE, SARAH)
    assert (found.is_served, found.sentence) == (True, "")
    figures = found.completed(OUTSIDE).figures
    assert (figures.principal, figures.fees) == (Money(20000), Money(4500))
    assert OUTSIDE.figures.principal is None


def test_parts_of_another_total_are_not_shown(known: KnownAccounts, books: RecordingLedger) -> None:
    """Figures that do not add up to what the screen says are never mixed in."""
    books.balances["ACC-1"] = ledger.GetBalanceResponse(
        principal_balance="100.00", fee_balance="0.00", total_outstanding="100.00"
    )
    found = known.look(OUTSIDE, SARAH)
    assert found.is_served
    assert found.completed(OUTSIDE) is OUTSIDE


def test_the_answer_is_kept_for_a_minute(
    known: KnownAccounts, books: RecordingLedger, clock: Clock
) -> None:
    """An account that the ledger takes over later is served soon after."""
    assert not known.look(OUTSIDE, SARAH).is_served
    books.balances["ACC-1"] = BALANCE
    assert not known.look(OUTSIDE, SARAH).is_served
    clock.now += KEPT_SECONDS + 1
    assert known.look(OUTSIDE, SARAH).is_served


def test_a_changed_total_is_asked_about_anew(known: KnownAccounts, books: RecordingLedger) -> None:
    """The parts belong to the total that is shown."""
    books.balances["ACC-1"] = BALANCE
    known.look(OUTSIDE, SARAH)
    books.balances["ACC-1"] = ledger.GetBalanceResponse(
        principal_balance="200.00", fee_balance="35.00", total_outstanding="235.00"
    )
    changed = from_mongo(AccountView, to_mongo(account(fees="35.00", ver=None)))
    assert known.look(changed, SARAH).completed(changed).figures.fees == Money(3500)


@pytest.mark.parametrize(
    "code", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.INTERNAL, grpc.StatusCode.UNAUTHENTICATED]
)
def test_an_answer_that_did_not_come_is_not_kept(
    known: KnownAccounts, books: RecordingLedger, code: grpc.StatusCode
) -> None:
    """Until the ledger tells, the account is for reading; the next look asks again."""
    books.balances["ACC-1"] = BALANCE
    books.script.append(says_no(code))
    found = known.look(OUTSIDE, SARAH)
    assert not found.is_served
    assert "does not tell now" in found.sentence
    assert known.look(OUTSIDE, SARAH).is_served
