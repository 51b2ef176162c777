"""Where a guard could be passed by: equal milliseconds, other spellings, late reversals."""

from itertools import permutations
from typing import Any

import pytest
import redis

from proto import documents
from proto.streams import INBOX
from tests.projector.conftest import Drain
from tests.projector.feed import Body, Feed, account, closing, customer, schedule, update
from tests.projector.mirror import Mirror


def test_times_within_one_millisecond_have_an_order(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """MongoDB keeps milliseconds; the older of two updates is stale all the same."""
    newer, older = "2026-02-01T00:00:00.000900Z", "2026-02-01T00:00:00.000100Z"
    feed.tell("account.created.v1", account(status="ACTIVE", current_balance="500.00"))
    feed.tell("account.updated.v1", update(current_balance="300.00", timestamp=newer))
    feed.tell("account.status_changed.v1", update(new_status="SUSPENDED", changed_at=newer))
    feed.tell("customer.changed.v1", customer(changed_at=newer))
    drain()
    feed.tell("account.updated.v1", update(current_balance="400.00", timestamp=older))
    feed.tell("account.status_changed.v1", update(new_status="ACTIVE", changed_at=older))
    feed.tell("customer.changed.v1", customer(first_name="Mira", changed_at=older))
    drain()
    found = mirror.account()
    assert found["balances"]["currentBalance"] == "300.00"
    assert found["accountStatus"] == "in_arrears"
    assert mirror.customer()["firstName"] == "Mia"


def test_of_two_updates_of_one_time_the_later_arrival_counts(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """Only an older one is stale."""
    at = "2026-02-01T00:00:00Z"
    feed.tell("account.created.v1", account(status="ACTIVE", current_balance="500.00"))
    feed.tell("account.updated.v1", update(current_balance="300.00", timestamp=at))
    feed.tell("account.updated.v1", update(current_balance="200.00", timestamp=at))
    drain()
    assert mirror.account()["balances"]["currentBalance"] == "200.00"


@pytest.mark.parametrize("kind", ["REVERSAL", "CORRECTION"])
def test_a_reversal_need_not_name_the_status(
    feed: Feed, drain: Drain, mirror: Mirror, kind: str
) -> None:
    """It leaves a balance: the account is not paid off any more."""
    feed.tell("account.created.v1", account(status="ACTIVE", current_balance="500.00"))
    feed.tell("account.closed.v1", closing())
    feed.tell(
        "account.updated.v1", update(current_balance="40.00", triggered_by_transaction_type=kind)
    )
    drain()
    found = mirror.account()
    assert (found["accountStatus"], found["sdkStatus"]) == ("active", "ACTIVE")
    assert found["balances"]["currentBalance"] == "40.00"
    assert "closure" not in found


def test_a_reversal_from_before_the_closing_opens_nothing(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """It comes late; what ended the account came after it."""
    feed.tell("account.created.v1", account(status="ACTIVE", current_balance="500.00"))
    feed.tell("account.closed.v1", closing(closed_date="2026-03-10"))
    feed.tell(
        "account.updated.v1",
        update(
            status="ACTIVE",
            current_balance="40.00",
            triggered_by_transaction_type="REVERSAL",
            timestamp="2026-03-05T00:00:00Z",
        ),
    )
    drain()
    found = mirror.account()
    assert (found["accountStatus"], found["balances"]["currentBalance"]) == ("paid_off", "0.00")


@pytest.mark.parametrize(
    "order", ["closing reversal", "reversal closing", "update reversal closing"]
)
def test_a_closing_that_comes_after_what_took_it_back_closes_nothing(
    feed: Feed, drain: Drain, mirror: Mirror, order: str
) -> None:
    """Whichever comes first, the account is under way and owes what the reversal left."""
    feed.tell("account.created.v1", account(status="ACTIVE", current_balance="500.00"))
    left = {"current_balance": "40.00", "status": "ACTIVE"}
    reversal = {"triggered_by_transaction_type": "REVERSAL", "timestamp": "2026-03-12T00:00:00Z"}
    told = {
        "closing": ("account.closed.v1", closing(closed_date="2026-03-10")),
        "reversal": ("account.updated.v1", update(**left, **reversal)),
        "update": ("account.updated.v1", update(**left, timestamp="2026-03-13T00:00:00Z")),
    }
    for each in order.split():
        feed.tell(*told[each])
    drain()
    found = mirror.account()
    assert (found["accountStatus"], found["balances"]["currentBalance"]) == ("active", "40.00")
    assert found["balances"]["totalPaid"] == "500.00"
    assert "closure" not in found


CLOSED = ("account.closed.v1", closing(closed_date="2026-03-10"))
TAKEN_BACK = (
    "account.updated.v1",
    update(
        current_balance="40.00",
        triggered_by_transaction_type="REVERSAL",
        timestamp="2026-03-12T00:00:00Z",
    ),
)
PAID_SINCE = (
    "account.updated.v1",
    update(current_balance="10.00", timestamp="2026-03-14T00:00:00Z"),
)


@pytest.mark.parametrize("told", permutations((CLOSED, TAKEN_BACK, PAID_SINCE)))
def test_what_is_owed_since_a_closing_was_taken_back_counts(
    feed: Feed, drain: Drain, mirror: Mirror, told: tuple[tuple[str, Body], ...]
) -> None:
    """Also where the update that tells it overtook the reversal, or both the closing."""
    feed.tell("account.created.v1", account(status="ACTIVE", current_balance="500.00"))
    for each in told:
        feed.tell(*each)
    drain()
    found = mirror.account()
    assert (found["accountStatus"], found["balances"]["currentBalance"]) == ("active", "10.00")
    assert "closure" not in found


@pytest.mark.parametrize("status", ["WRITTEN_OFF", "CLOSED"])
@pytest.mark.parametrize("is_late", ["late", "in order"])
def test_a_status_alone_tells_of_no_last_balance(
    feed: Feed, drain: Drain, mirror: Mirror, status: str, is_late: str
) -> None:
    """What was owed when it came counts, whichever of them comes first; a closing tells more."""
    told = [
        ("account.updated.v1", update(current_balance="300.00", timestamp="2026-03-01T00:00:00Z")),
        (
            "account.status_changed.v1",
            update(new_status=status, changed_at="2026-03-05T00:00:00Z"),
        ),
    ]
    feed.tell("account.created.v1", account(status="ACTIVE"))
    for each in reversed(told) if is_late == "late" else told:
        feed.tell(*each)
    drain()
    assert mirror.account()["balances"]["currentBalance"] == "300.00"


@pytest.mark.parametrize("kind", ["REVERSAL", "CORRECTION"])
def test_a_written_off_account_is_not_opened_by_a_reversal(
    feed: Feed, drain: Drain, mirror: Mirror, kind: str
) -> None:
    """By an explicit undo alone (invariant I10)."""
    feed.tell("account.closed.v1", closing(closure_reason="WRITTEN_OFF", final_balance="0.00"))
    for told in ({}, {"status": "ACTIVE"}):
        feed.tell(
            "account.updated.v1",
            update(current_balance="40.00", triggered_by_transaction_type=kind, **told),
        )
    drain()
    found = mirror.account()
    assert (found["accountStatus"], found["closure"]["reason"]) == ("written_off", "WRITTEN_OFF")
    assert found["balances"]["currentBalance"] == "0.00"


def test_any_other_ekyc_value_skips_that_one_field(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """Whatever it is, the rest of the profile is taken."""
    odd: list[object] = [True, ["verified"], {"a": 1}, 7, 1.5, "", None, "maybe"]
    for number, value in enumerate(odd):
        named = f"CUS-{number}"
        feed.tell("customer.changed.v1", customer(named, ekyc_status="verified"))
        feed.tell("customer.changed.v1", customer(named, first_name="Mira", ekyc_status=value))
    drain()
    assert feed.dead_letters() == []
    found = [mirror.customer(f"CUS-{number}") for number in range(len(odd))]
    told = [(each["firstName"], each["ekycStatus"]) for each in found]
    assert told == [("Mira", "successful")] * len(odd)


@pytest.mark.parametrize("reason", ["ADMIN_CLOSED", None, "", "ClosureReason.PAID_OFF"])
def test_every_other_closing_is_paid_off(
    feed: Feed, drain: Drain, mirror: Mirror, reason: str | None
) -> None:
    """PAID_OFF, ADMIN_CLOSED or none."""
    feed.tell("account.closed.v1", closing(closure_reason=reason))
    body = closing("LOAN-2")
    del body["closure_reason"]
    feed.tell("account.closed.v1", body)
    drain()
    assert feed.dead_letters() == []
    assert mirror.account()["accountStatus"] == "paid_off"
    assert mirror.account("LOAN-2")["accountStatus"] == "paid_off"


def test_zero_is_zero(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """Not null, and no reason to infer anything."""
    feed.tell("account.updated.v1", update(current_balance="0.00", last_payment_amount=0))
    drain()
    found = mirror.account()
    assert found["balances"]["currentBalance"] == "0.00"
    assert found["lastPayment"] == {"amount": "0.00"}


def test_deep_bodies_go_before_the_type_is_looked_up(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """Size and nesting come first, also for a type that nobody reads (events.md, 3.1)."""
    feed.tell("moon.landed.v1", '{"a":' * 65 + "1" + "}" * 65)
    feed.tell("moon.landed.v1", '{"a":' * 64 + "1" + "}" * 64)
    drain()
    assert [each["error"].split(":")[0] for each in feed.dead_letters()] == ["TooDeep"]
    assert mirror.all(documents.UNKNOWN_EVENTS)[0]["count"] == 1


def test_an_entry_of_no_time_on_the_calendar_is_poison(
    feed: Feed, drain: Drain, mirror: Mirror, streams: redis.Redis
) -> None:
    """Whoever publishes may choose an entry's id; its neighbours and we go on."""
    feed.tell("customer.created.v1", customer("CUS-1"))
    fields: Any = {"typ": "customer.created.v1", "payload": '{"customer_id": "CUS-2"}'}
    streams.xadd(INBOX, fields, id="999999999999999999-1")
    drain()
    assert [each["_id"] for each in mirror.all(documents.CUSTOMERS)] == ["CUS-1"]
    assert [each["original_message_id"] for each in feed.dead_letters()] == ["999999999999999999-1"]


def test_a_creation_that_finds_a_stub_is_no_update(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """Its own balance says nothing of a disbursement, whether a schedule came first or not."""
    made = account(current_balance="500.00")
    feed.tell("account.schedule.created.v1", schedule())
    feed.tell("account.created.v1", made)
    feed.tell("account.created.v1", {**made, "account_id": "LOAN-2"})
    feed.tell("account.schedule.created.v1", schedule("LOAN-2"))
    drain()
    for found in (mirror.account("LOAN-1"), mirror.account("LOAN-2")):
        assert found["accountStatus"] == "pending_disbursement"
        assert "disbursedDate" not in found["loanTerms"]
