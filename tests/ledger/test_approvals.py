"""A request is decided by somebody else, who does exactly what was asked, or nothing."""

import hashlib
import json
from typing import Any

import pytest

from proto import servicing_pb2 as pb
from tests.builders import Caller, LedgerProcess, new_id, new_key, open_loan_request
from tests.ledger.approvers import (
    Approver,
    adjustment,
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


@pytest.fixture(scope="module")
def decider(ledger: LedgerProcess) -> Approver:
    """A supervisor with a key, for this module."""
    return approver(ledger)


def _entries(ledger: LedgerProcess, subject: str) -> list[pb.JournalEntry]:
    return [each for each in ledger.system.entries() if each.subject_id == subject]


def _body(entry: pb.JournalEntry) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(entry.body)
    return body


def test_an_approved_write_off_is_what_was_asked_byte_for_byte(
    ledger: LedgerProcess, support: Caller, decider: Approver
) -> None:
    """I6: the hash names the stored command; decision and effect stand together in the journal."""
    account = ledger.system.active_loan()
    asked = ask(support, write_off(account), notes="seen by the counsellor", priority="high")
    assert (asked.status, asked.amount, asked.kind) == ("pending", "600.00", "write_off")
    assert asked.request_number.startswith("WO-")
    done = decider.approve(asked.request_id)
    assert (done.status, done.effect.transaction.total_after) == ("approved", "0.00")
    requested, approved = _entries(ledger, f"request:{asked.request_id}")
    effect = next(e for e in _entries(ledger, account) if e.event_type == "account.written_off.v1")
    assert requested.event_type == "writeoff.requested.v1"
    assert (approved.event_type, effect.position) == ("writeoff.approved.v1", approved.position + 1)
    request, posted = _body(requested), _body(effect)
    command = request["command"]
    assert hashlib.sha256(command.encode()).hexdigest() == request["commandHash"]
    bound = json.loads(command)
    assert (bound["command"], bound["amount"]) == ("WriteOff", "600.00")
    assert "approved_by" not in bound
    assert posted["sealed_texts"] == bound["texts"]
    assert (posted["approved_by"], posted["requested_by"]) == (
        decider.caller.actor_id,
        "staff-support",
    )
    assert _body(approved)["ledgerEventId"] == effect.event_id
    assert get(support, asked.request_id).status == "approved"


def test_no_free_text_of_a_request_is_in_the_journal(
    ledger: LedgerProcess, support: Caller, decider: Approver
) -> None:
    """Reason, notes, comment and its salt are ciphertext; who may reads them by Reveal."""
    account = ledger.system.active_loan()
    asked = ask(support, write_off(account, reason="zebra one"), notes="zebra two")
    done = decider.approve(asked.request_id, comment="zebra three, well seen")
    everything = b"".join(entry.body for entry in ledger.system.entries())
    assert b"zebra" not in everything
    revealed = decider.caller.journal.Reveal(
        pb.RevealRequest(event_id=done.event_id, purpose="a test"),
        metadata=decider.caller.metadata(),
    )
    assert revealed.texts["comment"] == "zebra three, well seen"
    assert len(bytes.fromhex(revealed.texts["comment_salt"])) == 16
    effect = decider.caller.journal.Reveal(
        pb.RevealRequest(event_id=done.effect.event_id, purpose="a test"),
        metadata=decider.caller.metadata(),
    )
    assert effect.texts["reason"] == "zebra one"


def test_other_kinds_are_told_as_approval_events(
    ledger: LedgerProcess, support: Caller, decider: Approver
) -> None:
    """Only write-offs have the names that other systems know."""
    account = ledger.system.active_loan()
    asked = ask(support, adjustment(account, "-20.00"))
    assert asked.request_number.startswith("AP-")
    decider.approve(asked.request_id)
    types = [entry.event_type for entry in _entries(ledger, f"request:{asked.request_id}")]
    assert types == ["approval.requested.v1", "approval.approved.v1"]
    assert support.balance(account).principal_balance == "480.00"


def test_recovery_and_undo_go_the_same_way(
    ledger: LedgerProcess, support: Caller, decider: Approver
) -> None:
    """What nobody may do alone is asked for, and done once approved."""
    account = ledger.system.active_loan()
    decider.approve(ask(support, write_off(account)).request_id)
    recovery = pb.RecordRecoveryRequest(
        loan_account_id=account, amount="30.00", reason="paid after all"
    )
    recovered = ask(support, pb.PreviewRequest(record_recovery=recovery))
    assert (recovered.kind, recovered.amount) == ("recovery", "30.00")
    decider.approve(recovered.request_id)
    again = ledger.system.active_loan()
    decider.approve(ask(support, write_off(again)).request_id)
    undo = pb.UndoWriteOffRequest(
        loan_account_id=again, reason="was paying after all", reason_code="other"
    )
    undone = ask(support, pb.PreviewRequest(undo_write_off=undo))
    assert (undone.kind, undone.amount) == ("write_off_undo", "600.00")
    decider.approve(undone.request_id)
    assert support.balance(again).total_outstanding == "600.00"


@pytest.mark.parametrize("act", ["reject", "return"])
def test_a_refused_or_returned_request_has_no_effect(
    ledger: LedgerProcess, support: Caller, decider: Approver, act: str
) -> None:
    """Reject is final; a returned one may be resubmitted by its requester alone."""
    account = ledger.system.active_loan()
    request_id = ask(support, write_off(account)).request_id
    if act == "reject":
        assert decider.reject(request_id).status == "rejected"
        assert refused(decider.approve, request_id).reason == "REQUEST_DECIDED"
        assert refused(resubmit, support, request_id).reason == "REQUEST_DECIDED"
    else:
        assert decider.return_(request_id).status == "returned"
        assert refused(decider.approve, request_id).reason == "REQUEST_RETURNED"
        other = person(ledger, "support")
        assert refused(resubmit, other, request_id).reason == "NOT_REQUESTER"
        assert resubmit(support, request_id).status == "pending"
        decider.approve(request_id)
    balance = support.balance(account).total_outstanding
    assert balance == ("600.00" if act == "reject" else "0.00")


def test_only_the_requester_cancels(
    ledger: LedgerProcess, support: Caller, decider: Approver
) -> None:
    """Cancelled is final; a new request may follow."""
    account = ledger.system.active_loan()
    request_id = ask(support, write_off(account)).request_id
    assert refused(cancel, decider.caller, request_id).reason == "NOT_REQUESTER"
    assert cancel(support, request_id).status == "cancelled"
    assert refused(decider.approve, request_id).reason == "REQUEST_DECIDED"
    assert ask(support, write_off(account)).status == "pending"


def test_a_changed_account_asks_for_another_look(
    ledger: LedgerProcess, support: Caller, decider: Approver
) -> None:
    """STALE_REQUEST tells the difference; the approver may decide having seen it."""
    account = ledger.system.active_loan()
    asked = ask(support, adjustment(account, "-20.00"))
    support.repay(account, "30.00")
    told = refused(decider.approve, asked.request_id)
    assert told.reason == "STALE_REQUEST"
    assert "fees was 100.00, is 70.00" in told.sentence
    seen = decider.get(asked.request_id)
    fields = {each.field: (each.requested, each.now) for each in seen.differences}
    assert fields["fees"] == ("100.00", "70.00")
    assert "instalment 1" in fields
    behind = decider.message(asked.request_id, changes_seen=True)
    support.repay(account, "1.00")
    assert refused(decider.send, behind).reason == "STALE_REQUEST"
    assert decider.approve(asked.request_id, changes_seen=True).status == "approved"


def test_the_requester_may_bind_the_account_anew(
    ledger: LedgerProcess, support: Caller, decider: Approver
) -> None:
    """After Resubmit the account is compared with what the requester has seen last."""
    account = ledger.system.active_loan()
    asked = ask(support, adjustment(account, "-20.00"))
    support.repay(account, "30.00")
    stale = refused(resubmit, support, asked.request_id, asked.bound_account_version)
    assert stale.reason == "STALE_VERSION"
    again = resubmit(support, asked.request_id)
    assert again.bound_account_version > asked.bound_account_version
    assert decider.approve(asked.request_id).status == "approved"


def test_a_write_off_of_another_balance_needs_another_request(
    ledger: LedgerProcess, support: Caller, decider: Approver
) -> None:
    """What is executed is what was approved, the amount included, whoever has looked."""
    account = ledger.system.active_loan()
    asked = ask(support, write_off(account))
    support.repay(account, "30.00")
    told = refused(decider.approve, asked.request_id, changes_seen=True)
    assert told.reason == "AMOUNT_NOT_BALANCE"
    assert refused(resubmit, support, asked.request_id).reason == "AMOUNT_NOT_BALANCE"
    assert get(support, asked.request_id).status == "pending"


def test_a_reviewed_note_or_fee_elsewhere_is_no_difference(
    ledger: LedgerProcess, support: Caller, decider: Approver
) -> None:
    """Other accounts of the customer have histories of their own."""
    customer = new_id("CUS")
    first = ledger.system.active_loan(open_loan_request(customer_id=customer))
    second = ledger.system.active_loan(open_loan_request(customer_id=customer))
    asked = ask(support, write_off(first))
    support.repay(second, "10.00")
    assert decider.approve(asked.request_id).status == "approved"


def test_a_request_is_refused_when_the_command_would_be(
    ledger: LedgerProcess, support: Caller, supervisor: Caller
) -> None:
    """Nobody's time is taken with what cannot be done, or needs nobody else."""
    account = ledger.system.active_loan()
    assert refused(ask, support, waiver(account, "101.00")).reason == "WAIVER_EXCEEDS_FEE"
    assert refused(ask, support, waiver(account, "50.00")).reason == "APPROVAL_NOT_NEEDED"
    assert refused(ask, support, write_off("LA-none")).reason == "NO_SUCH_ACCOUNT"
    assert refused(ask, supervisor, waiver(account, "90.00")).reason == "APPROVAL_NOT_NEEDED"
    assert refused(ask, support, write_off(account, amount="1.00")).reason == "AMOUNT_NOT_BALANCE"
    repayment = pb.PreviewRequest()
    repayment.record_repayment.loan_account_id = account
    repayment.record_repayment.amount = "1.00"
    assert refused(ask, support, repayment).field == "command"
    assert refused(ask, support, write_off(account), idempotency_key="").field == "idempotency_key"


def test_the_same_is_not_asked_for_twice(
    ledger: LedgerProcess, support: Caller, supervisor: Caller
) -> None:
    """One open write-off an account; another waiver only if it is another."""
    account = ledger.system.active_loan()
    ask(support, write_off(account))
    assert refused(ask, supervisor, write_off(account)).reason == "ALREADY_REQUESTED"
    ask(support, waiver(account, "60.00"))
    again = waiver(account, "60.00", reason="in other words")
    assert refused(ask, support, again).reason == "ALREADY_REQUESTED"
    assert ask(support, waiver(account, "61.00")).status == "pending"


def test_asking_and_approving_twice_with_one_key_is_once(
    ledger: LedgerProcess, support: Caller, decider: Approver
) -> None:
    """A retry is told what was done; a key of an approval is none for a rejection."""
    account, key = ledger.system.active_loan(), new_key()
    first = ask(support, write_off(account), idempotency_key=key)
    again = ask(support, write_off(account), idempotency_key=key)
    assert (again.request_id, again.idempotent_replay) == (first.request_id, True)
    message = decider.message(first.request_id)
    assert not decider.send(message).idempotent_replay
    assert decider.send(message).idempotent_replay
    other = refused(decider.caller.approvals.Reject, message, metadata=decider.caller.metadata())
    assert other.reason == "KEY_REUSED"


def test_a_version_of_the_request_that_is_past_is_refused(
    ledger: LedgerProcess, support: Caller, decider: Approver
) -> None:
    """Optimistic concurrency holds for requests too."""
    request_id = ask(support, write_off(ledger.system.active_loan())).request_id
    decider.return_(request_id)
    resubmit(support, request_id)
    told = refused(decider.approve, request_id, expected_version=1)
    assert (told.reason, told.current_version) == ("STALE_VERSION", 3)


def test_a_request_that_is_not_there_is_not_found(
    ledger: LedgerProcess, support: Caller, decider: Approver
) -> None:
    """Neither told of, nor decided; and an open one has no receipt yet."""
    assert refused(get, support, "REQ-none").reason == "NO_SUCH_REQUEST"
    assert refused(cancel, support, "REQ-none").reason == "NO_SUCH_REQUEST"
    request_id = ask(support, write_off(ledger.system.active_loan())).request_id
    wanted = pb.GetReceiptRequest(request_id=request_id)
    receipt = decider.caller.approvals.GetReceipt
    told = refused(receipt, wanted, metadata=decider.caller.metadata())
    assert told.reason == "REQUEST_NOT_DECIDED"


def test_nobody_asks_in_the_name_of_an_approver(ledger: LedgerProcess, support: Caller) -> None:
    """Who approves it is known when it is approved; a name that is sent along is refused."""
    account = ledger.system.active_loan()
    told = refused(ask, support, write_off(account, approved_by="staff-supervisor"))
    assert (told.reason, told.field) == ("APPROVER_NOT_ACTOR", "approved_by")
    assert ask(support, write_off(account, approved_by=support.actor_id)).status == "pending"
