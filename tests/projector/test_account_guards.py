"""The guards of an account: one way, disbursement, terminal, last payment."""

import pytest

from tests.projector.conftest import Drain
from tests.projector.feed import Feed, account, closing, update
from tests.projector.mirror import Mirror


@pytest.mark.parametrize("pending", ["PENDING", "PENDING_DISBURSEMENT"])
@pytest.mark.parametrize("status", ["ACTIVE", "SUSPENDED", "CLOSED"])
def test_an_account_under_way_is_never_pending_again(
    feed: Feed, drain: Drain, mirror: Mirror, status: str, pending: str
) -> None:
    """The status is ignored; the update's other fields still apply."""
    feed.tell("account.created.v1", account(status=status, current_balance="90.00"))
    feed.tell("account.updated.v1", update(status=pending, current_balance="80.00"))
    drain()
    found = mirror.account()
    assert found["sdkStatus"] == status
    assert found["balances"]["currentBalance"] == "80.00"


def test_a_status_event_that_goes_back_is_dropped_whole(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """Nothing of it remains, not even its time."""
    feed.tell("account.created.v1", account(status="ACTIVE"))
    drain()
    before = mirror.account()
    feed.tell(
        "account.status_changed.v1",
        update(new_status="PENDING_DISBURSEMENT", changed_at="2026-02-02T00:00:00Z"),
    )
    drain()
    assert mirror.account() == before


def test_a_disbursed_account_is_never_pending_again(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """The stamped date alone is enough, whatever the status is called since."""
    feed.tell("account.created.v1", account())
    feed.tell("account.updated.v1", update(status="ACTIVE"))
    feed.tell("account.status_changed.v1", update(new_status="FROZEN"))
    feed.tell("account.status_changed.v1", update(new_status="PENDING"))
    drain()
    assert mirror.account()["sdkStatus"] == "FROZEN"


def test_disbursement_is_stamped_once(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """On pending_disbursement to active, with the event's date, and never again."""
    feed.tell("account.created.v1", account())
    feed.tell("account.updated.v1", update(status="ACTIVE", timestamp="2026-01-06T01:00:00Z"))
    feed.tell("account.updated.v1", update(status="SUSPENDED", timestamp="2026-02-06T01:00:00Z"))
    feed.tell("account.updated.v1", update(status="ACTIVE", timestamp="2026-03-06T01:00:00Z"))
    drain()
    assert mirror.account()["loanTerms"]["disbursedDate"] == "2026-01-06"


def test_an_account_that_was_never_pending_has_no_disbursement(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """A date that nobody told is not made up."""
    feed.tell("account.created.v1", account(status="PENDING"))
    feed.tell("account.updated.v1", update(status="ACTIVE", current_balance="5.00"))
    drain()
    assert "disbursedDate" not in mirror.account()["loanTerms"]


def test_a_balance_on_a_pending_account_means_that_it_was_disbursed(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """An update without a status and with a debt makes it active."""
    feed.tell("account.created.v1", account())
    feed.tell(
        "account.updated.v1", update(current_balance="500.00", timestamp="2026-01-06T01:00:00Z")
    )
    drain()
    found = mirror.account()
    assert (found["accountStatus"], found["sdkStatus"]) == ("active", "ACTIVE")
    assert found["loanTerms"]["disbursedDate"] == "2026-01-06"


@pytest.mark.parametrize("told", [{"status": "ACTIVE"}, {}])
def test_a_creation_that_comes_after_the_disbursement_ends_alike(
    feed: Feed, drain: Drain, mirror: Mirror, told: dict[str, str]
) -> None:
    """The order of arrival does not decide whether a loan was paid out."""
    update_told = update(current_balance="500.00", timestamp="2026-01-06T01:00:00Z", **told)
    feed.tell("account.updated.v1", update_told)
    feed.tell("account.created.v1", account())
    drain()
    found = mirror.account()
    assert (found["accountStatus"], found["sdkStatus"]) == ("active", "ACTIVE")
    assert found["loanTerms"]["disbursedDate"] == "2026-01-06"


@pytest.mark.parametrize("status", ["ACTIVE", "SUSPENDED", "PENDING"])
@pytest.mark.parametrize("reason", ["PAID_OFF", "WRITTEN_OFF"])
def test_a_closed_account_does_not_come_back(
    feed: Feed, drain: Drain, mirror: Mirror, reason: str, status: str
) -> None:
    """A late update brings neither the status nor the debt back."""
    feed.tell("account.created.v1", account(status="ACTIVE", current_balance="500.00"))
    feed.tell("account.closed.v1", closing(closure_reason=reason))
    feed.tell("account.updated.v1", update(status=status, current_balance="300.00"))
    feed.tell("account.status_changed.v1", update(new_status=status))
    drain()
    found = mirror.account()
    assert (found["accountStatus"], found["sdkStatus"]) == (reason.lower(), "CLOSED")
    assert found["balances"]["currentBalance"] == "0.00"


def test_a_written_off_account_is_not_paid_off_by_a_closing(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """It returns by an undo alone (invariant I10)."""
    feed.tell("account.closed.v1", closing(closure_reason="WRITTEN_OFF"))
    feed.tell("account.closed.v1", closing(closed_date="2026-04-01"))
    feed.tell("account.updated.v1", update(status="CLOSED"))
    drain()
    assert mirror.account()["accountStatus"] == "written_off"
    assert mirror.account()["closure"]["reason"] == "WRITTEN_OFF"


@pytest.mark.parametrize(("kind", "status"), [("REVERSAL", "active"), ("REPAYMENT", "paid_off")])
def test_a_paid_off_account_returns_by_a_reversal(
    feed: Feed, drain: Drain, mirror: Mirror, kind: str, status: str
) -> None:
    """A reversal or correction that leaves a balance opens it again; a repayment does not."""
    feed.tell("account.created.v1", account(status="ACTIVE", current_balance="500.00"))
    feed.tell("account.closed.v1", closing())
    feed.tell(
        "account.updated.v1",
        update(status="ACTIVE", current_balance="40.00", triggered_by_transaction_type=kind),
    )
    drain()
    assert mirror.account()["accountStatus"] == status
    assert ("closure" in mirror.account()) == (status == "paid_off")


@pytest.mark.parametrize("kind", ["", "REPAYMENT", "TransactionType.REPAYMENT"])
def test_a_lower_balance_tells_of_a_payment(
    feed: Feed, drain: Drain, mirror: Mirror, kind: str
) -> None:
    """The date is the event's, the amount the difference."""
    feed.tell("account.created.v1", account(status="ACTIVE", current_balance="500.00"))
    feed.tell(
        "account.updated.v1",
        update(
            current_balance="380.50",
            timestamp="2026-02-01T02:00:00Z",
            triggered_by_transaction_type=kind,
        ),
    )
    drain()
    assert mirror.account()["lastPayment"] == {"date": "2026-02-01", "amount": "119.50"}


@pytest.mark.parametrize(
    "told",
    [
        {"current_balance": "380.00", "triggered_by_transaction_type": "FEE_WAIVER"},
        {"current_balance": "500.00"},
        {"current_balance": "520.00"},
        {"current_balance": "380.00", "status": "SUSPENDED"},
    ],
)
def test_nothing_else_tells_of_a_payment(
    feed: Feed, drain: Drain, mirror: Mirror, told: dict[str, str]
) -> None:
    """Another trigger, an equal or higher balance, an account in arrears infer nothing."""
    feed.tell("account.created.v1", account(status="ACTIVE", current_balance="500.00"))
    feed.tell("account.updated.v1", update(**told))
    drain()
    assert "lastPayment" not in mirror.account()


def test_a_payment_that_was_told_is_not_inferred(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """What the feed says wins over what the balance suggests."""
    feed.tell("account.created.v1", account(status="ACTIVE", current_balance="500.00"))
    feed.tell(
        "account.updated.v1",
        update(
            current_balance="380.00", last_payment_date="2026-01-30", last_payment_amount="120.00"
        ),
    )
    drain()
    assert mirror.account()["lastPayment"] == {"date": "2026-01-30", "amount": "120.00"}


def test_an_amount_stands_beside_its_own_date_alone(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """A newer payment of which only the date was told is not of the older one's amount."""
    feed.tell("account.created.v1", account(status="ACTIVE", current_balance="500.00"))
    older = {"last_payment_date": "2026-02-01", "last_payment_amount": "50.00"}
    feed.tell("account.updated.v1", update(timestamp="2026-02-01T00:00:00Z", **older))
    feed.tell("account.updated.v1", update(last_payment_date="2026-02-01"))
    drain()
    assert mirror.account()["lastPayment"] == {"date": "2026-02-01", "amount": "50.00"}
    feed.tell("account.updated.v1", update(last_payment_date="2026-03-01"))
    drain()
    assert mirror.account()["lastPayment"] == {"date": "2026-03-01"}
