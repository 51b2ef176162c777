"""Accounts from outside: stubs, redelivery and the order of time (events.md, section 4)."""

from bson import Decimal128

from proto import documents
from tests.projector.conftest import Drain
from tests.projector.feed import Feed, account, closing, update
from tests.projector.mirror import Mirror


def test_an_account_is_stored_under_the_names_of_the_contract(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """Terms, balances and status have their places."""
    feed.tell(
        "account.created.v1",
        account(application_number="APP-7", signed_loan_agreement_url="https://example.com/7"),
    )
    drain()
    found = mirror.account()
    assert found["source"] == "external"
    assert found["accountNumber"] == "NR-LOAN-1"
    assert found["applicationNumber"] == "APP-7"
    assert found["customerIdString"] == "CUS-1"
    assert found["loanTerms"] == {
        "loanAmount": "500.00",
        "loanFee": "0.00",
        "totalPayable": "500.00",
        "openedDate": "2026-01-05",
    }
    assert found["balances"] == {
        "currentBalance": "0.00",
        "totalOutstanding": "0.00",
        "totalPaid": "0.00",
    }
    assert (found["accountStatus"], found["sdkStatus"]) == (
        "pending_disbursement",
        "PENDING_DISBURSEMENT",
    )


def test_money_is_never_a_float(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """In the plan's sample it was; however it is told, every cent is kept."""
    told = '{"account_id":"LOAN-1","current_balance":9999999999999.97,"last_payment_amount":"0.3"}'
    feed.tell("account.created.v1", account())
    feed.tell("account.updated.v1", told)
    drain()
    (stored,) = mirror.database["loan-accounts"].find()
    assert stored["balances"]["currentBalance"] == Decimal128("9999999999999.97")
    assert stored["lastPayment"]["amount"] == Decimal128("0.30")


def test_a_fee_of_zero_is_zero(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """In the plan's sample it became null, as if nobody had told it."""
    feed.tell("account.created.v1", account(loan_fee="0.00"))
    feed.tell("account.created.v1", account("LOAN-2", loan_fee=0))
    drain()
    fees = [each["loanTerms"]["loanFee"] for each in mirror.all(documents.LOAN_ACCOUNTS)]
    assert fees == ["0.00", "0.00"]


def test_a_redelivered_creation_resets_nothing(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """The plan's sample put the old balance back and cleared the paid total."""
    feed.tell("account.created.v1", account())
    feed.tell("account.updated.v1", update(status="ACTIVE", current_balance="500.00"))
    feed.tell("account.closed.v1", closing())
    drain()
    before = mirror.account()
    feed.tell("account.created.v1", account(current_balance="500.00"))
    drain()
    assert mirror.account() == before


def test_an_update_before_its_account_makes_a_stub(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """The plan's sample lost the update; the creation completes the stub."""
    feed.tell(
        "account.updated.v1", update(current_balance="410.00", last_payment_date="2026-02-01")
    )
    drain()
    stub = mirror.account()
    assert (stub["accountNumber"], stub["accountStatus"]) == ("LOAN-1", "unknown")
    feed.tell("account.created.v1", account(status="ACTIVE"))
    drain()
    found = mirror.account()
    assert (found["accountNumber"], found["accountStatus"]) == ("NR-LOAN-1", "active")
    assert found["balances"]["currentBalance"] == "410.00"
    assert found["lastPayment"] == {"date": "2026-02-01"}


def test_a_stub_has_the_status_that_the_event_says(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """A status event is no less an event because it came first."""
    feed.tell("account.status_changed.v1", update(new_status="SUSPENDED"))
    drain()
    assert mirror.account()["accountStatus"] == "in_arrears"


def test_a_stale_update_changes_nothing(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """In the plan's sample it won over the newer one."""
    feed.tell("account.created.v1", account(status="ACTIVE"))
    feed.tell(
        "account.updated.v1", update(current_balance="100.00", timestamp="2026-02-02T00:00:00Z")
    )
    drain()
    before = mirror.account()
    feed.tell(
        "account.updated.v1", update(current_balance="300.00", timestamp="2026-02-01T23:59:59Z")
    )
    drain()
    assert mirror.account() == before


def test_an_update_without_a_time_counts_as_it_comes(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """It has no order, and its arrival never becomes the time of the guard."""
    feed.tell(
        "account.updated.v1", update(current_balance="100.00", timestamp="2026-02-02T00:00:00Z")
    )
    feed.tell("account.updated.v1", update(current_balance="90.00"))
    feed.tell(
        "account.updated.v1", update(current_balance="80.00", timestamp="2026-02-03T00:00:00Z")
    )
    drain()
    assert mirror.account()["balances"]["currentBalance"] == "80.00"


def test_a_late_status_does_not_undo_a_newer_one(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """An update and a status event are held against one another by their times."""
    feed.tell("account.created.v1", account(status="ACTIVE"))
    feed.tell(
        "account.status_changed.v1",
        update(new_status="SUSPENDED", changed_at="2026-02-05T00:00:00Z"),
    )
    feed.tell(
        "account.updated.v1",
        update(status="ACTIVE", current_balance="70.00", timestamp="2026-02-04T00:00:00Z"),
    )
    drain()
    assert mirror.account()["accountStatus"] == "in_arrears"
    assert mirror.account()["balances"]["currentBalance"] == "70.00"


def test_a_closing_ends_the_account(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """Its balances are final, and how it came about is kept."""
    feed.tell("account.created.v1", account(status="ACTIVE", current_balance="500.00"))
    feed.tell("account.closed.v1", closing(triggered_by_transaction_id="TX-9"))
    drain()
    found = mirror.account()
    assert (found["accountStatus"], found["sdkStatus"]) == ("paid_off", "CLOSED")
    assert found["balances"] == {
        "currentBalance": "0.00",
        "totalOutstanding": "0.00",
        "totalPaid": "500.00",
    }
    assert found["closure"] == {
        "reason": "PAID_OFF",
        "previousStatus": "ACTIVE",
        "closedDate": "2026-03-10",
        "finalBalance": "0.00",
        "totalPaid": "500.00",
        "loanTotalPayable": "500.00",
        "triggeredByTransactionId": "TX-9",
    }


def test_a_written_off_account_never_shows_as_active(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """The plan's sample did that with WRITTEN_OFF."""
    feed.tell("account.created.v1", account("LOAN-1", status="AccountStatus.WRITTEN_OFF"))
    feed.tell("account.closed.v1", closing("LOAN-2", closure_reason="WRITTEN_OFF"))
    drain()
    found = mirror.all(documents.LOAN_ACCOUNTS)
    assert [each["accountStatus"] for each in found] == ["written_off", "written_off"]
    assert [each["sdkStatus"] for each in found] == ["WRITTEN_OFF", "CLOSED"]


def test_an_unheard_of_status_is_kept_as_text(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """A known account keeps its own status, a new one is unknown."""
    feed.tell("account.created.v1", account("LOAN-1", status="ACTIVE"))
    feed.tell("account.status_changed.v1", update("LOAN-1", new_status="FROZEN"))
    feed.tell("account.status_changed.v1", update("LOAN-2", new_status="FROZEN"))
    drain()
    found = mirror.all(documents.LOAN_ACCOUNTS)
    assert [each["accountStatus"] for each in found] == ["active", "unknown"]
    assert [each["sdkStatus"] for each in found] == ["FROZEN", "FROZEN"]


def test_ids_may_be_numbers_and_may_not_be_lists(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """A number becomes its text; what is no scalar is a dead letter."""
    feed.tell("account.updated.v1", {"account_id": 17, "current_balance": 12.5})
    feed.tell("account.updated.v1", {"account_id": ["LOAN-1"], "current_balance": "1.00"})
    drain()
    found = mirror.all(documents.LOAN_ACCOUNTS)
    assert [each["_id"] for each in found] == ["17"]
    assert found[0]["balances"]["currentBalance"] == "12.50"
