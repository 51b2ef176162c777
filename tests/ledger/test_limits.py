"""How much anybody may do or decide, at once or in parts."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from proto import servicing_pb2 as pb
from tests.builders import LedgerProcess, new_id, open_loan_request
from tests.ledger import asking
from tests.ledger.approvers import (
    adjustment,
    approver,
    ask,
    cancel,
    get,
    person,
    refused,
    waiver,
    write_off,
)


def _loan(ledger: LedgerProcess, customer: str = "", amount: str = "500.00") -> str:
    request = open_loan_request(
        customer_id=customer, loan_amount=amount, loan_fee="100.00", instalments=20
    )
    return ledger.system.active_loan(request)


def test_an_approver_decides_up_to_their_limit(ledger: LedgerProcess) -> None:
    """Of the kind that is asked for; what is above is for somebody with a higher one."""
    asking, account = person(ledger, "support"), _loan(ledger)
    low, high = approver(ledger, {"write_off": "599.99"}), approver(ledger)
    request_id = ask(asking, write_off(account)).request_id
    told = refused(low.approve, request_id)
    assert (told.reason, told.limit) == ("LIMIT_TOO_LOW", "599.99")
    assert refused(low.reject, request_id).reason == "LIMIT_TOO_LOW"
    assert low.get(request_id).decision_refusal.reason == "LIMIT_TOO_LOW"
    assert high.approve(request_id).status == "approved"


def test_a_limit_set_a_moment_ago_counts(ledger: LedgerProcess) -> None:
    """What was signed under another limit is another policy."""
    admin, deciding = ledger.caller("staff-admin"), approver(ledger)
    request_id = ask(person(ledger, "support"), write_off(_loan(ledger))).request_id
    signed = deciding.message(request_id)
    for limit, reason in (("20000.00", "POLICY_CHANGED"), ("10.00", "LIMIT_TOO_LOW")):
        request = pb.SetLimitsRequest(
            reason_code="other", staff_id=deciding.caller.actor_id, limits={"write_off": limit}
        )
        admin.staff.SetLimits(request, metadata=admin.metadata())
        assert refused(deciding.send, signed).reason == reason


def test_above_the_threshold_it_takes_a_senior_approver(ledger: LedgerProcess) -> None:
    """A$10,000.00 exactly is for anybody, a cent more for a senior."""
    asking = person(ledger, "support")
    at_it = _loan(ledger, amount="9900.00")
    above = _loan(ledger, amount="9900.01")
    usual, senior = approver(ledger), approver(ledger, {"write_off": "100000.00"})
    waives = approver(ledger, {"adjustment": "50000.00"})
    assert usual.approve(ask(asking, write_off(at_it)).request_id).status == "approved"
    request_id = ask(person(ledger, "support"), write_off(above)).request_id
    assert refused(usual.approve, request_id).reason == "LIMIT_TOO_LOW"
    assert json.loads(senior.get(request_id).policy)["rule"] == "senior"
    assert senior.approve(request_id).status == "approved"
    large = ask(
        person(ledger, "support"), adjustment(_loan(ledger, amount="30000.00"), "-10000.01")
    )
    told = refused(waives.approve, large.request_id)
    assert (told.reason, told.limit) == ("LIMIT_TOO_LOW", "10000.00")


def test_requests_that_pass_a_limit_together_need_the_higher_right(
    ledger: LedgerProcess,
) -> None:
    """Two of one requester for one customer within a day are flagged, and taken as one sum."""
    customer, asking = new_id("CUS"), person(ledger, "support")
    first = ask(asking, write_off(_loan(ledger, customer, "5900.00")))
    second = ask(asking, write_off(_loan(ledger, customer, "5900.00")))
    assert not first.structuring
    assert second.structuring
    assert list(second.related_request_ids) == [first.request_id]
    usual, senior = approver(ledger), approver(ledger, {"write_off": "100000.00"})
    for each in (first, second):
        told = refused(usual.approve, each.request_id)
        assert told.reason == "LIMIT_TOO_LOW"
        assert "$12,000.00" in told.sentence
    assert json.loads(usual.get(second.request_id).policy)["structuring"]
    senior.approve(first.request_id)
    senior.approve(second.request_id)


def test_requests_of_others_or_taken_back_are_no_structuring(ledger: LedgerProcess) -> None:
    """It is one person's requests for one customer that still stand."""
    customer, asking = new_id("CUS"), person(ledger, "support")
    taken_back = ask(asking, write_off(_loan(ledger, customer, "5900.00")))
    cancel(asking, taken_back.request_id)
    ask(person(ledger, "support"), write_off(_loan(ledger, customer, "5900.00")))
    ask(asking, write_off(_loan(ledger, amount="5900.00")))
    mine = ask(asking, write_off(_loan(ledger, customer, "5900.00")))
    assert not mine.structuring
    assert approver(ledger).approve(mine.request_id).status == "approved"


def test_different_kinds_of_relief_are_one_sum(ledger: LedgerProcess) -> None:
    """A waiver beside an adjustment passes no limit that one of them would not."""
    customer, asking = new_id("CUS"), person(ledger, "support")
    account = _loan(ledger, customer)
    ledger.system.late_fee(account, "400.00")
    first = ask(asking, waiver(account, "450.00"))
    second = ask(asking, adjustment(account, "-450.00"))
    assert second.structuring
    assert get(asking, first.request_id).status == "pending"
    assert refused(approver(ledger).approve, second.request_id).reason == "LIMIT_TOO_LOW"


@pytest.mark.parametrize("role", ["support", "supervisor"])
def test_parts_that_pass_the_own_limit_together_need_an_approval(
    ledger: LedgerProcess, role: str
) -> None:
    """What one may do directly is counted for a customer over a day, on all accounts."""
    customer, limit = new_id("CUS"), {"support": 50, "supervisor": 500}[role]
    acting = person(ledger, role)
    accounts = [_loan(ledger, customer), _loan(ledger, customer)]
    for account in accounts:
        ledger.system.late_fee(account, "400.00")
    acting.waive(accounts[0], f"{limit - 20}.00")
    told = refused(acting.waive, accounts[1], "20.01")
    assert told.reason == "APPROVAL_REQUIRED"
    assert f"${limit}.01" in told.sentence
    assert ask(acting, waiver(accounts[1], "20.01")).status == "pending"
    acting.waive(accounts[1], "20.00")
    elsewhere = _loan(ledger)
    acting.waive(elsewhere, f"{min(limit, 100)}.00")


def test_what_was_approved_does_not_use_up_the_own_limit(ledger: LedgerProcess) -> None:
    """An approval stands for itself: requester and approver keep what they may do alone."""
    asking, deciding, account = person(ledger, "support"), approver(ledger), _loan(ledger)
    ledger.system.late_fee(account, "400.00")
    deciding.approve(ask(asking, waiver(account, "300.00")).request_id)
    asking.waive(account, "50.00")
    deciding.caller.waive(account, "150.00")


def test_what_was_done_is_known_after_a_restart(ledger_alone: LedgerProcess) -> None:
    """The sums and the open requests are folded from the journal."""
    customer, acting = new_id("CUS"), person(ledger_alone, "support")
    account = _loan(ledger_alone, customer)
    acting.waive(account, "40.00")
    open_request = ask(acting, write_off(account))
    ledger_alone.kill()
    ledger_alone.start()
    assert refused(acting.waive, account, "10.01").reason == "APPROVAL_REQUIRED"
    assert refused(ask, acting, write_off(account)).reason == "ALREADY_REQUESTED"
    again = ask(acting, write_off(_loan(ledger_alone, customer)))
    assert list(again.related_request_ids) == [open_request.request_id]


def test_the_limits_the_threshold_and_the_window_are_settings(data_dir: Path) -> None:
    """An operator sets them; what is not named keeps its default."""
    settings = {
        "LEDGER_LIMITS": '{"support": {"waiver": "20.00"}}',
        "LEDGER_SENIOR_THRESHOLD": "500.00",
        "LEDGER_BACKDATE_DAYS": "14",
    }
    with LedgerProcess(data_dir, settings=settings) as ledger:
        ledger.with_staff()
        account = _loan(ledger)
        assert refused(ledger.caller("staff-support").waive, account, "20.01").limit == "20.00"
        ledger.caller("staff-supervisor").waive(account, "100.00")
        earlier = str(asking.today() - timedelta(days=15))
        late = refused(
            ledger.caller("staff-support").repay, account, "1.00", effective_date=earlier
        )
        assert late.reason == "DATE_OUT_OF_WINDOW"
        request_id = ask(ledger.caller("staff-support"), write_off(_loan(ledger))).request_id
        usual = approver(ledger, {"write_off": "500.00"})
        assert refused(usual.approve, request_id).limit == "500.00"
        assert approver(ledger).approve(request_id).status == "approved"
