"""Repayment schedules: as agreed, and what became of each instalment."""

from itertools import permutations

import pytest

from proto import documents
from tests.projector.conftest import Drain
from tests.projector.feed import Body, Feed, account, schedule, update
from tests.projector.mirror import Mirror

PAID = {
    "payment_number": 1,
    "status": "PAID",
    "paid_date": "2026-01-18",
    "amount_paid": "250.00",
    "amount_remaining": "0.00",
    "linked_transaction_ids": ["TX-1"],
    "last_updated": "2026-01-18T03:00:00Z",
}


def test_a_schedule_is_stored_under_the_names_of_the_contract(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """Every instalment begins as scheduled."""
    feed.tell("account.created.v1", account())
    feed.tell("account.schedule.created.v1", schedule())
    drain()
    assert mirror.account()["repaymentSchedule"] == {
        "scheduleId": "SCH-1",
        "numberOfPayments": 2,
        "paymentFrequency": "fortnightly",
        "createdDate": "2026-01-05",
        "payments": [
            {
                "paymentNumber": 1,
                "dueDate": "2026-01-19",
                "amount": "250.00",
                "status": "scheduled",
            },
            {
                "paymentNumber": 2,
                "dueDate": "2026-02-02",
                "amount": "250.00",
                "status": "scheduled",
            },
        ],
    }


def test_a_redelivered_schedule_unpays_nothing(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """In the plan's sample the instalments were due again."""
    feed.tell("account.schedule.created.v1", schedule())
    feed.tell("account.schedule.updated.v1", update(payments=[PAID]))
    drain()
    before = mirror.account()
    feed.tell("account.schedule.created.v1", schedule())
    drain()
    assert mirror.account() == before
    assert before["repaymentSchedule"]["payments"][0]["status"] == "paid"
    assert before["repaymentSchedule"]["payments"][0]["linkedTransactionIds"] == ["TX-1"]


STATUSES = {
    "PENDING": "scheduled",
    "SCHEDULED": "scheduled",
    "OVERDUE": "missed",
    "MISSED": "missed",
    "InstalmentStatus.PAID": "paid",
    "PARTIAL": "partial",
}


def test_an_instalment_has_one_of_four_statuses(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """The words of the feed are brought to ours."""
    for sent in STATUSES:
        told = update(f"LOAN-{sent}", payments=[{**PAID, "status": sent}])
        feed.tell("account.schedule.updated.v1", told)
    drain()
    found = {sent: mirror.account(f"LOAN-{sent}")["repaymentSchedule"] for sent in STATUSES}
    assert {sent: each["payments"][0]["status"] for sent, each in found.items()} == STATUSES


def test_an_unseen_instalment_waits_for_its_schedule(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """An unseen account becomes a stub, an unseen payment a placeholder; both are completed."""
    feed.tell("account.schedule.updated.v1", update(payments=[PAID], schedule_id="SCH-1"))
    drain()
    (placeholder,) = mirror.account()["repaymentSchedule"]["payments"]
    assert (placeholder["dueDate"], placeholder["amount"]) == (None, None)
    assert mirror.account()["accountStatus"] == "unknown"
    feed.tell("account.schedule.created.v1", schedule())
    drain()
    first, second = mirror.account()["repaymentSchedule"]["payments"]
    assert (first["dueDate"], first["status"]) == ("2026-01-19", "paid")
    assert (second["dueDate"], second["status"]) == ("2026-02-02", "scheduled")


AGREED = ("account.schedule.created.v1", schedule())
AGREED_ANEW = (
    "account.schedule.created.v1",
    schedule(schedule_id="SCH-2", created_date="2026-02-01"),
)
PAID_ANEW = ("account.schedule.updated.v1", update(schedule_id="SCH-2", payments=[PAID]))


@pytest.mark.parametrize("told", permutations((AGREED, AGREED_ANEW, PAID_ANEW)))
def test_a_new_agreement_knows_what_was_paid_of_it(
    feed: Feed, drain: Drain, mirror: Mirror, told: tuple[tuple[str, Body], ...]
) -> None:
    """Also where that was told before it, and in whichever order the older one comes."""
    for each in told:
        feed.tell(*each)
    drain()
    found = mirror.account()["repaymentSchedule"]
    assert (found["scheduleId"], found["createdDate"]) == ("SCH-2", "2026-02-01")
    assert [each["status"] for each in found["payments"]] == ["paid", "scheduled"]


def test_what_was_paid_of_an_older_agreement_pays_nothing_of_the_new_one(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """It comes late; its instalment is another."""
    feed.tell(*AGREED)
    feed.tell(*AGREED_ANEW)
    feed.tell("account.schedule.updated.v1", update(schedule_id="SCH-1", payments=[PAID]))
    drain()
    found = mirror.account()["repaymentSchedule"]["payments"]
    assert [each["status"] for each in found] == ["scheduled", "scheduled"]


def test_an_absent_field_erases_nothing(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """An update tells what is new and nothing else."""
    feed.tell("account.schedule.updated.v1", update(payments=[PAID]))
    feed.tell(
        "account.schedule.updated.v1",
        update(payments=[{"payment_number": 1, "status": "PAID", "amount_paid": "251.00"}]),
    )
    drain()
    (payment,) = mirror.account()["repaymentSchedule"]["payments"]
    assert (payment["paidDate"], payment["amountPaid"]) == ("2026-01-18", "251.00")


def test_an_instalment_of_ours_that_is_open_again_was_not_paid(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """A reversal leaves something to pay: no date says any more that it was paid."""
    feed.post("LOAN-1", "account.created.v1", account())
    feed.post("LOAN-1", "account.schedule.created.v1", schedule())
    feed.post("LOAN-1", "account.schedule.updated.v1", update(payments=[PAID]))
    drain()
    assert mirror.account()["repaymentSchedule"]["payments"][0]["paidDate"] == "2026-01-18"
    reopened = {"payment_number": 1, "status": "OVERDUE", "amount_remaining": "250.00"}
    feed.post("LOAN-1", "account.schedule.updated.v1", update(payments=[reopened]))
    drain()
    first = mirror.account()["repaymentSchedule"]["payments"][0]
    assert (first["status"], first["amountRemaining"]) == ("missed", "250.00")
    assert "paidDate" not in first


def test_an_instalment_does_not_go_back_in_time(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """`last_updated` decides for each instalment by itself."""
    late = {
        "payment_number": 1,
        "status": "PARTIAL",
        "amount_paid": "10.00",
        "last_updated": "2026-01-17T00:00:00Z",
    }
    feed.tell("account.schedule.updated.v1", update(payments=[PAID]))
    feed.tell("account.schedule.updated.v1", update(payments=[late, {**late, "payment_number": 2}]))
    drain()
    first, second = mirror.account()["repaymentSchedule"]["payments"]
    assert (first["status"], second["status"]) == ("paid", "partial")


def test_an_empty_list_does_nothing(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """Not even a stub comes of it."""
    feed.tell("account.schedule.updated.v1", update(payments=[]))
    drain()
    assert mirror.all(documents.LOAN_ACCOUNTS) == []
