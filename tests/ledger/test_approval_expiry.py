"""A request does not wait for ever."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from proto import servicing_pb2 as pb
from tests.builders import new_id, open_loan_request
from tests.ledger.approvers import approver, ask, cancel, get, refused, resubmit, write_off
from tests.ledger.clocked import ClockedLedger

FORTNIGHT = timedelta(days=14)


@pytest.fixture
def ledger_in_time(data_dir: Path) -> Iterator[ClockedLedger]:
    """A ledger whose clock the test moves."""
    with ClockedLedger(data_dir) as process:
        yield process.with_staff()


def _events(ledger: ClockedLedger, request_id: str) -> list[str]:
    subject = f"request:{request_id}"
    return [each.event_type for each in ledger.system.entries() if each.subject_id == subject]


def test_after_a_fortnight_a_request_has_expired(ledger_in_time: ClockedLedger) -> None:
    """By the time alone, for everybody; the end of day writes it down, once."""
    ledger = ledger_in_time
    support, deciding = ledger.caller("staff-support"), approver(ledger)
    account = ledger.system.active_loan()
    asked = ask(support, write_off(account))
    ledger.later(FORTNIGHT - timedelta(minutes=1))
    assert deciding.get(asked.request_id).status == "pending"
    ledger.later(timedelta(minutes=1))
    at = ledger.now()
    assert refused(deciding.approve, asked.request_id, decided_at=at).reason == "REQUEST_EXPIRED"
    assert refused(deciding.return_, asked.request_id).reason == "REQUEST_EXPIRED"
    assert refused(cancel, support, asked.request_id).reason == "REQUEST_EXPIRED"
    assert refused(resubmit, support, asked.request_id).reason == "REQUEST_EXPIRED"
    seen = get(support, asked.request_id)
    assert (seen.status, seen.request_version) == ("expired", 1)
    wanted = pb.GetReceiptRequest(request_id=asked.request_id)
    told = refused(support.approvals.GetReceipt, wanted, metadata=support.metadata())
    assert (told.reason, told.sentence[:24]) == ("REQUEST_NOT_DECIDED", "The request is expired: ")
    for _ in range(2):
        ledger.system.operations.RunEndOfDay(
            pb.RunEndOfDayRequest(), metadata=ledger.system.metadata(), timeout=60
        )
    assert _events(ledger, asked.request_id) == ["writeoff.requested.v1", "writeoff.expired.v1"]
    assert get(support, asked.request_id).status == "expired"
    assert ask(support, write_off(account)).status == "pending"


def test_resubmitting_begins_the_wait_anew(ledger_in_time: ClockedLedger) -> None:
    """Whoever looks again asks again."""
    ledger = ledger_in_time
    support, deciding = ledger.caller("staff-support"), approver(ledger)
    asked = ask(support, write_off(ledger.system.active_loan()))
    ledger.later(timedelta(days=10))
    resubmit(support, asked.request_id)
    ledger.later(timedelta(days=10))
    done = deciding.approve(asked.request_id, decided_at=ledger.now())
    assert done.status == "approved"


def test_the_next_day_is_another_day(ledger_in_time: ClockedLedger) -> None:
    """What was done or asked for more than 24 hours ago adds to no sum."""
    ledger = ledger_in_time
    support, customer = ledger.caller("staff-support"), new_id("CUS")
    accounts = [
        ledger.system.active_loan(open_loan_request(customer_id=customer)) for _ in range(2)
    ]
    support.waive(accounts[0], "50.00")
    ask(support, write_off(accounts[0]))
    assert refused(support.waive, accounts[1], "1.00").reason == "APPROVAL_REQUIRED"
    ledger.later(timedelta(hours=24, seconds=1))
    support.waive(accounts[1], "50.00")
    assert list(ask(support, write_off(accounts[1])).related_request_ids) == []


def test_a_request_that_is_resubmitted_is_asked_for_then(ledger_in_time: ClockedLedger) -> None:
    """Held over for two days, it still makes one sum with what is asked for that day."""
    ledger = ledger_in_time
    support, customer = ledger.caller("staff-support"), new_id("CUS")
    accounts = [
        ledger.system.active_loan(
            open_loan_request(customer_id=customer, loan_amount="5900.00", instalments=20)
        )
        for _ in range(2)
    ]
    first = ask(support, write_off(accounts[0]))
    ledger.later(timedelta(days=2))
    resubmit(support, first.request_id)
    ledger.later(timedelta(hours=23))
    second = ask(support, write_off(accounts[1]))
    assert second.structuring
    assert list(second.related_request_ids) == [first.request_id]
    usual = approver(ledger)
    for each in (first, second):
        told = refused(usual.approve, each.request_id, decided_at=ledger.now())
        assert told.reason == "LIMIT_TOO_LOW"
