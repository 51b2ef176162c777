"""What each posting of our ledger makes of the account and of its transactions."""

from typing import Any

import pytest

from proto import documents
from tests.projector.conftest import Drain
from tests.projector.feed import Feed, account, closing, posting, update
from tests.projector.mirror import Mirror

LOAN = "LOAN-1"


def post(feed: Feed, event_type: str, transaction_id: str, kind: str, **fields: Any) -> None:  # noqa: ANN401 - any field
    """Publish a posting of the account."""
    feed.post(LOAN, event_type, posting(LOAN, transaction_id, kind, **fields))


def begin(feed: Feed) -> None:
    """Make an account that owes $470 and a fee of $30, after $80 were paid."""
    feed.post(LOAN, "account.created.v1", account(status="ACTIVE"))
    post(
        feed,
        "fee.applied.v1",
        "TX-FEE",
        "LATE_FEE",
        fee_delta="60.00",
        fee_after="60.00",
        principal_after="520.00",
    )
    post(
        feed,
        "repayment.recorded.v1",
        "TX-PAY",
        "REPAYMENT",
        amount="80.00",
        fee_delta="-30.00",
        principal_delta="-50.00",
        principal_after="470.00",
        fee_after="30.00",
        fee_shares=[{"transaction_id": "TX-FEE", "amount": "30.00"}],
    )


def write_off(feed: Feed) -> None:
    """Give the whole balance up, as the ledger's command does."""
    post(
        feed,
        "account.written_off.v1",
        "TX-WO",
        "WRITE_OFF",
        amount="500.00",
        principal_delta="-470.00",
        fee_delta="-30.00",
        approved_by="staff-michael",
        reason_code="hardship",
        request_id="REQ-1",
        requested_by="staff-sarah",
    )
    ending = {"closure_reason": "WRITTEN_OFF", "total_paid": "80.00"}
    feed.post(LOAN, "account.closed.v1", closing(**ending))


def undo(feed: Feed) -> None:
    """Take the write-off back."""
    post(
        feed,
        "account.write_off_undone.v1",
        "TX-UNDO",
        "WRITE_OFF_UNDO",
        amount="500.00",
        principal_delta="470.00",
        fee_delta="30.00",
        principal_after="470.00",
        fee_after="30.00",
        approved_by="staff-michael",
        original_transaction_id="TX-WO",
    )


def fee(mirror: Mirror) -> tuple[str, str, str, str | None]:
    """Give the amount of the only fee, what of it is paid, waived and written off."""
    (found,) = mirror.account()["fees"]
    return found["amount"], found["paid"], found["waived"], found.get("writtenOff")


def test_a_reversal_puts_back_what_was_paid(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """Balances, the fee and the total paid; both transactions name one another."""
    begin(feed)
    post(
        feed,
        "payment.reversed.v1",
        "TX-REV",
        "REVERSAL",
        amount="80.00",
        principal_delta="50.00",
        fee_delta="30.00",
        principal_after="520.00",
        fee_after="60.00",
        paid_delta="-80.00",
        approved_by="staff-michael",
        original_transaction_id="TX-PAY",
        original_transaction_type="REPAYMENT",
        original_event_id=f"{LOAN}:3",
        fee_changes=[{"transaction_id": "TX-FEE", "paid_delta": "-30.00"}],
    )
    drain()
    balances = mirror.account()["balances"]
    assert (balances["currentBalance"], balances["totalPaid"]) == ("580.00", "0.00")
    assert fee(mirror) == ("60.00", "0.00", "0.00", None)
    original = mirror.one(documents.TRANSACTIONS, "TX-PAY")
    reversal = mirror.one(documents.TRANSACTIONS, "TX-REV")
    assert original["reversedBy"] == "TX-REV"
    assert reversal["originalTransactionId"] == "TX-PAY"
    assert (reversal["amount"], reversal["approvedBy"]) == ("80.00", "staff-michael")


def test_a_correction_names_what_it_stands_for(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """A reversed transaction, or a message that never was posted."""
    begin(feed)
    drain()
    fields = {"approved_by": "staff-michael", "amount": "20.00", "principal_after": "450.00"}
    post(
        feed,
        "payment.correction.v1",
        "TX-C1",
        "CORRECTION",
        original_transaction_id="TX-PAY",
        **fields,
    )
    post(
        feed,
        "payment.correction.v1",
        "TX-C2",
        "CORRECTION",
        original_message_id="17-0",
        payment_reference="BANK-9",
        **fields,
    )
    drain()
    assert mirror.account()["balances"]["totalPaid"] == "120.00"
    assert mirror.one(documents.TRANSACTIONS, "TX-PAY")["correctedBy"] == "TX-C1"
    second = mirror.one(documents.TRANSACTIONS, "TX-C2")
    assert (second["originalMessageId"], second["paymentReference"]) == ("17-0", "BANK-9")


def test_an_adjustment_changes_fees_by_name(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """Up or down; a fee that was not there is begun, and the amount is never negative."""
    begin(feed)
    post(
        feed,
        "adjustment.made.v1",
        "TX-ADJ",
        "ADJUSTMENT",
        fee_delta="-10.00",
        principal_after="470.00",
        fee_after="20.00",
        approved_by="staff-michael",
        fee_changes=[
            {"transaction_id": "TX-FEE", "amount_delta": "-15.00"},
            {"transaction_id": "TX-ADJ", "amount_delta": "5.00"},
        ],
    )
    drain()
    first, second = mirror.account()["fees"]
    assert (first["amount"], second["amount"], second["type"]) == ("45.00", "5.00", "ADJUSTMENT")
    assert mirror.one(documents.TRANSACTIONS, "TX-ADJ")["amount"] == "10.00"


def test_interest_and_a_refund_move_their_balances_alone(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """Neither is a payment; an accrual below zero is shown as what it took away."""
    begin(feed)
    accrual = {"from_date": "2026-03-01", "through_date": "2026-03-02", "annual_rate_ppm": 480_000}
    after = {"principal_after": "470.00", "fee_after": "30.00"}
    for number, (delta, total) in enumerate((("1.24", "1.24"), ("-0.24", "1.00"))):
        amounts = {"interest_delta": delta, "interest_after": total, **after, **accrual}
        post(feed, "interest.accrued.v1", f"TX-I{number}", "INTEREST", **amounts)
    refund = {"amount": "9.00", "overpayment_delta": "-9.00", "overpayment_after": "1.00"}
    owed = {"interest_after": "1.00", **after}
    post(feed, "overpayment.refunded.v1", "TX-R", "REFUND", approved_by="m", **refund, **owed)
    drain()
    balances = mirror.account()["balances"]
    assert (balances["interest"], balances["overpayment"]) == ("1.00", "1.00")
    assert (balances["totalOutstanding"], balances["totalPaid"]) == ("501.00", "80.00")
    assert mirror.one(documents.TRANSACTIONS, "TX-I1")["amount"] == "0.24"


def test_a_write_off_gives_up_the_balance_and_its_fees(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """What comes in afterwards pays no debt; request and requester stay beside the posting."""
    begin(feed)
    write_off(feed)
    recovered = {"amount": "40.00", "approved_by": "staff-michael", "payment_reference": "BANK-5"}
    post(feed, "recovery.recorded.v1", "TX-REC", "RECOVERY", **recovered)
    drain()
    found = mirror.account()
    assert (found["accountStatus"], found["closure"]["reason"]) == ("written_off", "WRITTEN_OFF")
    assert (found["balances"]["currentBalance"], found["balances"]["totalPaid"]) == (
        "0.00",
        "80.00",
    )
    assert fee(mirror) == ("60.00", "30.00", "0.00", "30.00")
    entry = mirror.one(documents.AUDIT_EVENTS, f"{LOAN}:4")
    assert (entry["requestId"], entry["requestedBy"], entry["approvedBy"]) == (
        "REQ-1",
        "staff-sarah",
        "staff-michael",
    )
    assert (entry["reasonCode"], entry["amount"]) == ("hardship", "500.00")
    assert mirror.one(documents.TRANSACTIONS, "TX-REC")["amount"] == "40.00"


def test_a_written_off_account_returns_only_by_the_undo(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """Neither a reversal nor an update brings it back (invariant I10)."""
    begin(feed)
    write_off(feed)
    active = {"status": "ACTIVE", "current_balance": "580.00"}
    reversal = {
        "amount": "80.00",
        "principal_after": "80.00",
        "approved_by": "m",
        "original_transaction_id": "TX-PAY",
        "original_transaction_type": "REPAYMENT",
        "original_event_id": f"{LOAN}:3",
    }
    post(feed, "payment.reversed.v1", "TX-REV", "REVERSAL", **reversal)
    feed.post(
        LOAN,
        "account.updated.v1",
        update(triggered_by_transaction_type="REVERSAL", **active),
    )
    drain()
    assert mirror.account()["accountStatus"] == "written_off"
    undo(feed)
    drain()
    found = mirror.account()
    assert (found["accountStatus"], found["sdkStatus"]) == ("active", "ACTIVE")
    assert "closure" not in found
    assert found["balances"]["currentBalance"] == "500.00"
    assert fee(mirror) == ("60.00", "30.00", "0.00", None)
    assert mirror.one(documents.TRANSACTIONS, "TX-WO")["reversedBy"] == "TX-UNDO"


@pytest.mark.parametrize(
    ("event_type", "kind", "left", "status"),
    [
        ("payment.reversed.v1", "REVERSAL", "80.00", "active"),
        ("payment.correction.v1", "CORRECTION", "1.00", "active"),
        ("payment.correction.v1", "CORRECTION", "0.00", "paid_off"),
        ("adjustment.made.v1", "ADJUSTMENT", "5.00", "paid_off"),
    ],
)
def test_a_paid_off_account_returns_by_what_leaves_a_balance(
    feed: Feed, drain: Drain, mirror: Mirror, event_type: str, kind: str, left: str, status: str
) -> None:
    """A reversal or a correction does, once all of it is told; nothing else."""
    begin(feed)
    feed.post(LOAN, "account.closed.v1", closing())
    fields = {
        "amount": "80.00",
        "approved_by": "m",
        "original_transaction_id": "TX-PAY",
        "original_transaction_type": "REPAYMENT",
        "original_event_id": f"{LOAN}:3",
    }
    if kind == "CORRECTION":
        post(feed, "payment.reversed.v1", "TX-BACK", "REVERSAL", **fields, principal_after="80.00")
    post(feed, event_type, "TX-LAST", kind, **fields, principal_after=left)
    told = update(current_balance=left, triggered_by_transaction_type=kind)
    feed.post(LOAN, "account.updated.v1", told)
    drain()
    assert mirror.account()["accountStatus"] == status
    assert ("closure" in mirror.account()) == (status == "paid_off")


def test_a_postings_transaction_may_be_searched_by_its_request(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """The approval that a posting carries out is named on it."""
    begin(feed)
    write_off(feed)
    drain()
    found = mirror.one(documents.TRANSACTIONS, "TX-WO")
    assert (found["requestId"], found["requestedBy"]) == ("REQ-1", "staff-sarah")
