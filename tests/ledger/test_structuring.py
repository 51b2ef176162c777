"""What one person asks for or does for one customer in a day is within each limit together."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from proto import servicing_pb2 as pb
from tests.builders import Caller, LedgerProcess, new_id, open_loan_request
from tests.ledger.approvers import (
    approver,
    ask,
    cancel,
    get,
    person,
    refused,
    resubmit,
    waiver,
    write_off,
)
from tests.ledger.clocked import ClockedLedger
from tests.ledger.taking_back import correction

Books = LedgerProcess | ClockedLedger


@pytest.fixture
def ledger_in_time(data_dir: Path) -> Iterator[ClockedLedger]:
    """A ledger whose clock the test moves."""
    with ClockedLedger(data_dir) as process:
        yield process.with_staff()


def _loans(ledger: Books, *fees: str, customer: str = "", amount: str = "5000.00") -> list[str]:
    """Lend one customer several times, with a late fee on each loan."""
    customer = customer or new_id("CUS")
    asked = [
        open_loan_request(customer_id=customer, loan_amount=amount, instalments=20) for _ in fees
    ]
    accounts = [ledger.system.active_loan(each) for each in asked]
    for account, fee in zip(accounts, fees, strict=True):
        ledger.system.late_fee(account, fee)
    return accounts


def _corrections(ledger: Books, admin: Caller, *payments: str) -> list[pb.ApprovalResponse]:
    """Ask to correct payments of one customer's, each on a loan of its own, to $1.00."""
    asked = []
    for account, paid in zip(
        _loans(ledger, *("1.00" for _ in payments), amount="30000.00"), payments, strict=True
    ):
        transaction = ledger.system.repay(account, paid).transaction.transaction_id
        wanted = pb.PreviewRequest(correct_payment=correction(account, transaction, "1.00"))
        asked.append(ask(admin, wanted))
    return asked


@pytest.mark.parametrize("padding_first", [True, False])
def test_a_request_with_a_higher_limit_makes_no_room_for_others(
    ledger: LedgerProcess, *, padding_first: bool
) -> None:
    """Two waivers of $450 are above $500 together, whatever write-off is asked for beside them."""
    customer, asking, usual = new_id("CUS"), person(ledger, "support"), approver(ledger)
    accounts = _loans(ledger, "450.00", "450.00", customer=customer)
    (small,) = _loans(ledger, "1.00", customer=customer, amount="500.00")
    commands = [write_off(small), *(waiver(each, "450.00") for each in accounts)]
    ordered = commands if padding_first else [*commands[1:], commands[0]]
    asked = [ask(asking, each) for each in ordered]
    waivers = [each for each in asked if each.kind == "waiver"]
    assert [each.structuring for each in waivers] == [False, True]
    for each in waivers:
        told = refused(usual.approve, each.request_id)
        assert (told.reason, told.limit) == ("LIMIT_TOO_LOW", "500.00")
        assert "With 1 other request of the same person" in told.sentence
    (padding,) = (each for each in asked if each.kind == "write_off")
    assert usual.approve(padding.request_id).status == "approved"


def test_an_adjustment_makes_no_room_for_waivers(ledger: LedgerProcess) -> None:
    """Of who may waive $50 and adjust $5,000, a cent of adjustment gives no second waiver."""
    acting = person(ledger, "supervisor", {"waiver": "50.00", "adjustment": "5000.00"})
    (account,) = _loans(ledger, "400.00")
    acting.adjust(account, "-0.01", "0", reason_code="posting_error")
    acting.waive(account, "50.00")
    told = refused(acting.waive, account, "0.01")
    assert (told.reason, told.limit) == ("APPROVAL_REQUIRED", "50.00")
    acting.adjust(account, "-4949.99", "0", reason_code="posting_error")
    assert refused(acting.adjust, account, "-0.01", "0").limit == "5000.00"


def test_corrections_are_summed_by_the_larger_of_both_payments(ledger: LedgerProcess) -> None:
    """Two of $6,000 that become $1.00 are $12,000 together; Get says so before anybody signs."""
    admin, usual = person(ledger, "admin"), approver(ledger, {"reversal": "10000.00"})
    first, second = _corrections(ledger, admin, "6000.00", "6000.00")
    assert (second.amount, second.structuring) == ("6000.00", True)
    for each in (first, second):
        seen = usual.get(each.request_id)
        assert (seen.structuring, seen.decision_refusal.reason) == (True, "LIMIT_TOO_LOW")
        assert json.loads(seen.policy)["sum"] == "12000.00"
        assert refused(usual.approve, each.request_id).reason == "LIMIT_TOO_LOW"


def test_a_correction_takes_a_senior_approver_by_what_it_takes_back(ledger: LedgerProcess) -> None:
    """The policy that is signed tells the $20,000 that are reversed, not the $1.00."""
    (asked,) = _corrections(ledger, person(ledger, "admin"), "20000.00")
    usual = approver(ledger, {"reversal": "50000.00"})
    assert usual.get(asked.request_id).decision_refusal.limit == "10000.00"
    senior = approver(ledger, {"reversal": "50000.00", "write_off": "50000.00"})
    policy = json.loads(senior.get(asked.request_id).policy)
    assert (policy["amount"], policy["rule"]) == ("20000.00", "senior")
    assert senior.approve(asked.request_id).status == "approved"


def test_a_request_that_is_resubmitted_is_flagged_by_what_is_asked_for_then(
    ledger_in_time: ClockedLedger,
) -> None:
    """Returned, it meets another three days later: both are split up, until one is taken back."""
    ledger = ledger_in_time
    asking, usual = ledger.caller("staff-support"), approver(ledger)
    one, other = _loans(ledger, "450.00", "450.00")
    first = ask(asking, waiver(one, "450.00"))
    usual.return_(first.request_id)
    ledger.later(timedelta(days=3))
    second = ask(asking, waiver(other, "450.00"))
    assert not get(asking, first.request_id).structuring
    again = resubmit(asking, first.request_id)
    assert (again.structuring, list(again.related_request_ids)) == (True, [second.request_id])
    for each, its_other in ((first, second), (second, first)):
        seen = get(asking, each.request_id)
        assert (seen.structuring, list(seen.related_request_ids)) == (True, [its_other.request_id])
    cancel(asking, second.request_id)
    assert not get(asking, first.request_id).structuring
    assert usual.approve(first.request_id, decided_at=ledger.now()).status == "approved"


def _give_role(ledger: Books, who: Caller, role: str) -> None:
    admin = ledger.caller("staff-admin")
    roles = pb.SetRolesRequest(staff_id=who.actor_id, roles=[role], reason_code="other")
    admin.staff.SetRoles(roles, metadata=admin.metadata())


def test_who_may_not_ask_any_more_does_not_resubmit(ledger: LedgerProcess) -> None:
    """To resubmit is to ask: support who became admin may do neither for a write-off."""
    asking, deciding = person(ledger, "support"), approver(ledger)
    request_id = ask(asking, write_off(ledger.system.active_loan())).request_id
    deciding.return_(request_id)
    _give_role(ledger, asking, "admin")
    assert refused(resubmit, asking, request_id).reason == "NO_RIGHT"
    assert cancel(asking, request_id).status == "cancelled"


def test_who_became_analyst_leaves_their_request_to_be_decided(ledger: LedgerProcess) -> None:
    """By roles.md an analyst takes back nothing; the approver answers for what waits."""
    asking, deciding = person(ledger, "support"), approver(ledger)
    request_id = ask(asking, write_off(ledger.system.active_loan())).request_id
    _give_role(ledger, asking, "analyst")
    told = refused(cancel, asking, request_id)
    assert told.reason == "NO_RIGHT"
    assert "cancel a request of your own" in told.sentence
    ledger.caller("staff-admin").disable_staff(asking.actor_id)
    assert deciding.approve(request_id).status == "approved"
