"""Accounts of our own ledger: made by its events alone, in the order of their versions."""

from datetime import UTC, datetime

from proto import codec, documents
from proto.streams import INTERNAL
from tests.projector.conftest import Drain
from tests.projector.feed import Feed, account, closing, customer, posting, schedule, update
from tests.projector.mirror import Mirror

LOAN = "LOAN-1"


def open_loan(feed: Feed, loan: str = LOAN) -> None:
    """Make and disburse a loan of $500 with a fee of $50."""
    feed.post(loan, "account.created.v1", account(loan, loan_fee="50.00"))
    feed.post(loan, "account.schedule.created.v1", schedule(loan))
    feed.post(
        loan,
        "loan.disbursed.v1",
        posting(
            loan, f"{loan}-TX1", "DISBURSEMENT", principal_delta="500.00", principal_after="500.00"
        ),
    )
    feed.post(
        loan,
        "fee.applied.v1",
        posting(
            loan,
            f"{loan}-TX2",
            "ESTABLISHMENT_FEE",
            fee_delta="50.00",
            fee_after="50.00",
            principal_after="500.00",
        ),
    )
    active = {"status": "ACTIVE", "current_balance": "550.00", "commencement_date": "2026-03-01"}
    feed.post(loan, "account.updated.v1", update(loan, timestamp="2026-03-01T09:00:00Z", **active))


def repay(feed: Feed, amount: str = "80.00") -> None:
    """Record a repayment of $80: $50 to the fee, $30 to principal."""
    feed.post(
        LOAN,
        "repayment.recorded.v1",
        posting(
            LOAN,
            "TX-PAY",
            "REPAYMENT",
            amount=amount,
            fee_delta="-50.00",
            principal_delta="-30.00",
            principal_after="470.00",
            payment_reference="BANK-77",
            transaction_at="2026-03-08T01:00:00Z",
            fee_shares=[{"transaction_id": f"{LOAN}-TX2", "amount": "50.00"}],
        ),
    )


def test_balances_come_from_the_postings(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """Principal, interest, fees and overpayment are known for accounts of our ledger."""
    open_loan(feed)
    drain()
    found = mirror.account()
    assert found["source"] == "ledger"
    assert found["balances"] == {
        "currentBalance": "550.00",
        "totalOutstanding": "550.00",
        "totalPaid": "0.00",
        "principal": "500.00",
        "interest": "0.00",
        "fees": "50.00",
        "overpayment": "0.00",
        "asOf": datetime(2026, 3, 1, 9, tzinfo=UTC),
    }
    assert (found["accountStatus"], found["ver"]) == ("active", 5)
    assert found["loanTerms"]["disbursedDate"] == "2026-03-01"


def test_fees_tell_what_of_them_was_paid_and_waived(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """A repayment pays a fee; a waiver of a paid fee returns that money."""
    open_loan(feed)
    repay(feed)
    share = {"transaction_id": f"{LOAN}-TX2", "amount": "50.00"}
    feed.post(
        LOAN,
        "fee.waived.v1",
        posting(
            LOAN,
            "TX-WAIVE",
            "FEE_WAIVER",
            amount="50.00",
            principal_delta="-50.00",
            principal_after="420.00",
            approved_by="staff-supervisor",
            reason_code="courtesy",
            returned_shares=[share],
        ),
    )
    drain()
    found = mirror.account()
    (fee,) = found["fees"]
    assert (fee["amount"], fee["paid"], fee["waived"]) == ("50.00", "0.00", "50.00")
    assert found["balances"]["totalPaid"] == "80.00"
    assert found["balances"]["currentBalance"] == "420.00"


def test_each_posting_is_a_transaction(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """With its deltas, the balances after it, its reference and who did it."""
    open_loan(feed)
    repay(feed)
    drain()
    found = mirror.one(documents.TRANSACTIONS, "TX-PAY")
    assert (found["amount"], found["totalDelta"], found["totalAfter"]) == (
        "80.00",
        "-80.00",
        "470.00",
    )
    assert (found["paymentReference"], found["createdBy"]) == ("BANK-77", "staff-1")
    assert (found["eventId"], found["ver"], found["position"]) == ("LOAN-1:6", 6, 6)
    disbursed = mirror.one(documents.TRANSACTIONS, f"{LOAN}-TX1")
    assert (disbursed["amount"], disbursed["type"]) == ("500.00", "DISBURSEMENT")


def test_the_audit_trail_keeps_every_event_byte_for_byte(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """Also one of a type that this version does not read; with hash, position and actor."""
    open_loan(feed)
    body = {"account_id": LOAN, "zebra": "1", "ant": "2"}
    feed.post(LOAN, "moon.landed.v1", body, actor="staff-7")
    drain()
    trail = mirror.all(documents.AUDIT_EVENTS)
    assert [each["ver"] for each in trail] == [1, 2, 3, 4, 5, 6]
    last = trail[-1]
    assert last["body"].encode() == codec.canonical(body)
    assert (last["eventType"], last["actor"]) == ("moon.landed.v1", "staff-7")
    assert (last["hash"], last["prev"]) == (f"{6:064x}", f"{5:064x}")
    assert mirror.account()["ver"] == 6
    assert mirror.one(documents.UNKNOWN_EVENTS, "moon.landed.v1")["count"] == 1


def test_the_times_are_the_ledgers(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """`ts` makes `createdAt` and `updatedAt`, not the moment of the projection."""
    open_loan(feed)
    drain()
    found = mirror.account()
    assert found["createdAt"] == datetime(2026, 3, 1, 0, 0, 1, tzinfo=UTC)
    assert found["updatedAt"] == datetime(2026, 3, 1, 0, 0, 5, tzinfo=UTC)


def test_an_event_that_was_applied_is_not_applied_again(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """An equal or older version is a no-op, when Redis was lost and all comes once more."""
    entries = [feed.entry(LOAN, "account.created.v1", account())]
    for number in range(2, 6):
        body = posting(
            LOAN,
            f"TX-{number}",
            "REPAYMENT",
            amount="10.00",
            principal_after=f"{500 - 10 * number}.00",
        )
        entries.append(feed.entry(LOAN, "repayment.recorded.v1", body))
    for _ in range(2):
        for fields in entries:
            feed.raw(fields, INTERNAL)
        drain()
    assert mirror.account()["balances"]["totalPaid"] == "40.00"
    assert mirror.account()["ver"] == 5
    assert len(mirror.all(documents.AUDIT_EVENTS)) == 5


def test_the_ledgers_order_wins_over_its_times(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """A posting that was dated back still counts: the version decides."""
    open_loan(feed)
    back = update(current_balance="540.00", timestamp="2026-02-01T00:00:00Z")
    feed.post(LOAN, "account.updated.v1", back)
    drain()
    assert mirror.account()["balances"]["currentBalance"] == "540.00"


def test_an_account_of_our_ledger_listens_to_nobody_else(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """The projection is the fold of the ledger at its version (invariant I3)."""
    open_loan(feed)
    drain()
    before = mirror.account()
    feed.tell("account.updated.v1", update(current_balance="1.00", status="SUSPENDED"))
    feed.tell("account.closed.v1", closing())
    drain()
    assert mirror.account() == before


def test_our_ledger_replaces_what_others_told_of_its_account(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """Whoever came first, the account ends alike."""
    feed.tell("customer.created.v1", customer())
    feed.tell("account.updated.v1", update(current_balance="1.00", last_payment_date="2020-01-01"))
    drain()
    open_loan(feed)
    drain()
    found = mirror.account()
    assert (found["source"], found["balances"]["currentBalance"]) == ("ledger", "550.00")
    assert "lastPayment" not in found
    assert found["customerName"] == "Mia Chen"


def test_nobody_else_tells_of_postings_or_staff(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """A feed from outside that makes a staff member or a payment is a dead letter."""
    feed.tell(
        "staff.created.v1",
        {"staff_id": "evil", "username": "evil", "display_name": "Evil", "roles": ["admin"]},
    )
    feed.tell("repayment.recorded.v1", posting(LOAN, "TX-1", "REPAYMENT", amount="500.00"))
    drain()
    assert mirror.all(documents.STAFF) == []
    assert mirror.all(documents.TRANSACTIONS) == []
    assert [letter["error"].split(":")[0] for letter in feed.dead_letters()] == ["NotOurs"] * 2


def test_staff_are_what_the_ledger_decided(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """Created with roles and limits, changed whole, disabled; versions of their own."""
    subject = "staff:staff-sarah"
    body = {"staff_id": "staff-sarah", "username": "sarah", "display_name": "Sarah Nguyen"}
    feed.post(subject, "staff.created.v1", {**body, "roles": ["support"], "limits": {}})
    roles = {"staff_id": "staff-sarah", "roles": ["support", "supervisor"]}
    feed.post(subject, "staff.roles_set.v1", roles)
    limits = {"staff_id": "staff-sarah", "limits": {"waiver": "75.00"}}
    feed.post(subject, "staff.limits_set.v1", limits)
    drain()
    found = mirror.one(documents.STAFF, "staff-sarah")
    assert (found["roles"], found["limits"]) == (["support", "supervisor"], {"waiver": "75.00"})
    assert (found["enabled"], found["ver"]) == (True, 3)
    feed.post(subject, "staff.disabled.v1", {"staff_id": "staff-sarah", "reason": "left"})
    drain()
    assert mirror.one(documents.STAFF, "staff-sarah")["enabled"] is False
    feed.post(subject, "staff.enabled.v1", {"staff_id": "staff-sarah", "reason": "is back"})
    drain()
    assert mirror.one(documents.STAFF, "staff-sarah")["enabled"] is True
    assert "loanAccountId" not in mirror.all(documents.AUDIT_EVENTS)[0]
